"""Whether answers have a declared shape."""

from __future__ import annotations

from dataclasses import replace

from readiness_bot.control import Control, not_applicable, partial, seen, shared
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.route import Route

_ENOUGH = 0.5
_HALF = 0.2


@Control(
    id="api-design/response-models",
    title="Answers are shaped by types or schemas",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why="A declared answer is a contract, and a filter: what the model does not name does not leave the house.",
    impact="A new column shows up in an answer unnoticed, or a renamed one breaks every client.",
    fix="Declare what a route answers with: `response_model=ItemOut`, a return annotation, or a schema that dumps it.",
    effort=Effort.DAYS,
    grows=True,
    role=Role.BACKEND,
    sources=["https://fastapi.tiangolo.com/tutorial/response-model/"],
    passes=[
        {
            "shop/app.py": (
                "import connexion\n\napp = connexion.App(__name__, specification_dir='.')\n"
                "app.add_api('openapi.yaml', validate_responses=True)\n"
            ),
            "shop/orders.py": "def listed():\n    return [{'key': 1}]\n",
            "shop/openapi.yaml": (
                "openapi: 3.0.0\ninfo: {title: Shop, version: '1'}\npaths:\n  /orders:\n    get:\n"
                "      operationId: shop.orders.listed\n      responses:\n"
                "        '200':\n          description: orders\n"
                "          content: {application/json: {schema: {type: array}}}\n"
            ),
        },
        (
            "from eve import Eve\n\nDOMAIN = {'orders': {'schema': {'name': {'type': 'string'}}}}\n"
            "app = Eve(settings={'DOMAIN': DOMAIN})\n"
        ),
        (
            "from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\n"
            "class ItemOut(BaseModel):\n    name: str\n\n\n@app.get('/items', response_model=ItemOut)\ndef item():\n"
            "    return {}\n"
        ),
        (
            "from flask import Flask\nfrom shop.schemas import checked, item_output_schema\n\n"
            "app = Flask(__name__)\n\n\n@app.route('/items')\n@checked(None, item_output_schema)\ndef item():\n"
            "    return load()\n"
        ),
    ],
    fails=[
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/items')\ndef item():\n    return {}\n",
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\nclass Setting:\n    def as_dict(self):\n"
            "        return vars(self)\n\n\n@app.route('/items')\ndef item():\n    return load()\n"
        ),
    ],
    fixed=(
        "from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\n"
        "class ItemOut(BaseModel):\n    name: str\n\n\n@app.get('/items', response_model=ItemOut)\ndef item():\n"
        "    return {}\n"
    ),
    partials=[
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\ndef serialize_item(item):\n"
            "    return {'name': item.name}\n\n\n@app.route('/items')\ndef item():\n    return serialize_item(load())\n"
        ),
    ],
    ignores=[
        "def add(a, b):\n    return a + b\n",
        (
            "from flask import Flask, render_template\n\napp = Flask(__name__)\n\n\n@app.route('/')\ndef home():\n"
            "    return render_template('home.html')\n"
        ),
    ],
)
def response_models(repo: Repo) -> Judgement:
    """Judge by the share of routes whose answers a type or schema shapes; serializers by hand count in part.

    Each route is kept beside, for comparisons.
    """
    return replace(_judged(repo), wards=tuple(_ward(route, shaped) for route, shaped in repo.interface.answers))


def _ward(route: Route, is_shaped: bool) -> Ward:
    by = ("the schema of its answer",) if is_shaped else ()
    return Ward(route.place, route.name, by, f"{route.name} may answer with anything", ways=0 if by else 1)


def _judged(repo: Repo) -> Judgement:
    answers, resources = repo.interface.answers, repo.interface.resources
    if not answers and not resources:
        return not_applicable("No route answers with data: pages and files have no schema.")
    shaped = [route for route, is_shaped in answers if is_shaped]
    right, whole = len(shaped) + len(resources), len(answers) + len(resources)
    share = right / whole
    by_hand = repo.interface.hand_written_serializers
    summary = f"{right} of {whole} routes declare what they answer with."
    if share < _HALF and by_hand is not None:
        return partial("Answers are shaped by functions written by hand, not by schemas.", by_hand, score=0.5)
    loose = [route for route, is_shaped in answers if not is_shaped]
    shown = [
        seen(route.location.path, route.location.line, f"{route.name} has a declared answer") for route in shaped[:3]
    ]
    shown += [
        seen(route.location.path, route.location.line, f"{route.name} answers with anything") for route in loose[:2]
    ]
    return shared(share, summary, *resources[:3], *shown, enough=_ENOUGH, half=_HALF)
