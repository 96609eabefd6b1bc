"""An unverified look at a token that is verified afterwards."""

from __future__ import annotations

import pytest

from readiness_bot.control import judge
from readiness_bot.controls.security.jwt_verification import jwt_verification
from readiness_bot.model import Confidence
from tests.repos import repo_of

_PEEK = """\
import jwt

from shop.issuers import service_of


def claims_of(token):
    claims = jwt.decode(token, options={"verify_signature": False})
    service = service_of(claims["iss"])
    return {end}


def minted(service, token):
    return service.verify_signature(token)


def kept(service, token):
    return service.save(token)
"""


@pytest.mark.parametrize(
    ("end", "confidence"),
    [
        ("service.verify_token(token)", Confidence.LOW),
        ("minted(service, token)", Confidence.LOW),
        ("kept(service, token)", Confidence.MEDIUM),
        ("service.verify_token(claims)", Confidence.HIGH),
        ("service.load(claims.get('sub'))", Confidence.HIGH),
        ("service.get(claims.get('sub'))", Confidence.HIGH),
    ],
)
def test_unverified_look_is_as_good_as_what_follows(end: str, confidence: Confidence) -> None:
    judgement = judge(jwt_verification, repo_of({"shop/tokens.py": _PEEK.replace("{end}", end)}))
    assert [(site.location.line, site.confidence) for site in judgement.sites if not site.good] == [(7, confidence)]


_MINT = """\
import jwt
import requests
from flask import Flask, request

app = Flask(__name__)
KEY = open("/run/key").read()


def made(user):
    return jwt.encode({"sub": user}, KEY, algorithm="HS256"), 300


def fetched(code):
    return requests.post("https://issuer.example/token", data={"code": code}, timeout=5).json()["access_token"]


def log_use(name):
    print(name)


@app.post("/seen")
def seen():
    token = TOKEN
    claims = jwt.decode(token, options={"verify_signature": False})
    return USE
"""


@pytest.mark.parametrize(
    ("token", "use", "confidence"),
    [
        ("made(request.form['name'])[0]", "claims['sub']", Confidence.LOW),
        ("fetched('code')", "claims['sub']", Confidence.MEDIUM),
        ("request.form['token']", "claims['sub']", Confidence.HIGH),
        ("request.form['token']", "log_use(claims['sub'])", Confidence.LOW),
        ("request.form['token']", "keep_use(claims['sub'])", Confidence.HIGH),
    ],
)
def test_a_token_that_nobody_brought_lets_nobody_in(token: str, use: str, confidence: Confidence) -> None:
    text = _MINT.replace("TOKEN", token).replace("USE", use)
    judgement = judge(jwt_verification, repo_of({"shop/main.py": text}))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    ("options", "confidence"),
    [("algorithms=['HS256']", [Confidence.LOW]), ("options={'verify_signature': False}", [Confidence.HIGH] * 2)],
)
def test_a_look_at_the_kind_of_a_token_is_as_good_as_how_it_is_read(options: str, confidence: list[Confidence]) -> None:
    text = (
        "import jwt\n\n\ndef authenticate(token):\n"
        "    if jwt.decode(token, options={'verify_signature': False}).keys() == {'user', 'exp'}:\n"
        "        return user_of(token)\n    return None\n\n\n"
        f"def user_of(token):\n    return jwt.decode(token, 'k', {options})['user']\n"
    )
    judgement = judge(jwt_verification, repo_of({"shop/tokens.py": text}))
    assert [site.confidence for site in judgement.sites if not site.good] == confidence


_LYING = """\
import jwt
from flask import Flask, request

from shop.claims import Claims

app = Flask(__name__)


@app.post('/orders')
def order():
    return {{'by': Claims.{called}(request.headers['Authorization'])}}


if __name__ == '__main__':
    app.run()
"""
_CLAIMS = """\
import jwt


class Claims:
    @classmethod
    def user(cls, token):
        return jwt.decode(token, options={'verify_signature': False})['sub']

    @classmethod
    def name(cls, token):
        return 'somebody'
"""


@pytest.mark.parametrize(("called", "confidence"), [("user", Confidence.HIGH), ("name", Confidence.LOW)])
def test_nobody_is_let_in_by_what_nothing_calls(called: str, confidence: Confidence) -> None:
    repo = repo_of({"shop/main.py": _LYING.format(called=called), "shop/claims.py": _CLAIMS, "shop/__init__.py": ""})
    judgement = judge(jwt_verification, repo)
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]
