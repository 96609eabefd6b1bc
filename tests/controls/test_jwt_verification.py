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
