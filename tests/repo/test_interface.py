"""How routes take their bodies."""

from __future__ import annotations

import pytest

from tests.repos import repo_of

_FLASK = "from flask import Flask, request\n\napp = Flask(__name__)\n"
_POSTED = "\n\n@app.post('/orders')\ndef order():\n    return {text}\n"
_MODEL = "from pydantic import BaseModel\n\n\nclass Order(BaseModel):\n    goods: str\n"
_FASTAPI = "from fastapi import Depends, FastAPI, Form, Request\n\napp = FastAPI()\n\n\n"
_TAKEN_BY = "@app.post('/orders')\ndef order(taken: Order = Depends({by})):\n    return taken\n"
_HELPERS = (
    "import jsonschema\n\nGOODS = {{'type': 'object'}}\n\n\ndef kept(data):\n    return stored(prepared(data))\n\n\n"
    "def prepared(data):\n    return checked(data)\n\n\ndef checked(data):\n    {does}\n    return data\n"
)
_EXPECTS = (
    "from functools import wraps\n\nfrom jsonschema import validate\n\n\ndef expects(shape):\n    def around(answer):\n"
    "        @wraps(answer)\n        def inner(*parts):\n            validate(request.json, shape)\n"
    "            return answer(*parts)\n\n        return inner\n\n    return around\n"
)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (
            _FLASK
            + _HELPERS.format(does="jsonschema.validate(data, GOODS)")
            + _POSTED.format(text="kept(request.get_json())"),
            "schema",
        ),
        (_FLASK + _HELPERS.format(does="print(data)") + _POSTED.format(text="kept(request.get_json())"), "raw"),
        (
            _FLASK
            + _EXPECTS
            + _POSTED.format(text="request.json").replace("def order", "@expects({'type': 'object'})\ndef order"),
            "schema",
        ),
        (
            _FLASK + "import cattrs\n\n" + _MODEL + _POSTED.format(text="cattrs.structure(request.json, Order).goods"),
            "schema",
        ),
        (_FLASK + "import cattrs\n" + _POSTED.format(text="cattrs.structure(request.json, dict)"), "raw"),
        (
            _FLASK
            + "import msgspec\n\n\nclass Order(msgspec.Struct):\n    goods: str\n"
            + _POSTED.format(text="msgspec.json.decode(request.data, type=Order).goods"),
            "schema",
        ),
        (
            _FLASK
            + "from pydantic import TypeAdapter\n\n"
            + _MODEL
            + "\n\nMANY = TypeAdapter(list[Order])\n"
            + _POSTED.format(text="str(MANY.validate_python(request.json))"),
            "schema",
        ),
        (
            _FLASK
            + "import trafaret\n\nORDER = trafaret.Dict({'goods': trafaret.String})\n"
            + _POSTED.format(text="ORDER.check(request.json)"),
            "schema",
        ),
        (
            _MODEL
            + _FASTAPI
            + "def of_form(goods: str = Form()):\n    return Order(goods=goods)\n\n\n"
            + _TAKEN_BY.format(by="of_form"),
            "schema",
        ),
        (
            _MODEL
            + _FASTAPI
            + "async def read(request: Request):\n    return Order(**await request.form())\n\n\n"
            + _TAKEN_BY.format(by="read"),
            "schema",
        ),
    ],
)
def test_a_body_is_validated_wherever_a_library_holds_it_against_a_schema(text: str, body: str) -> None:
    assert [taken.body for taken in repo_of(text).interface.bodies] == [body]
