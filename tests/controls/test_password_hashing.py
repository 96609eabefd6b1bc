"""Passwords that are held against the configuration's own, as they were typed."""

from __future__ import annotations

from readiness_bot.control import controls, judge
from readiness_bot.model import Confidence, Status
from tests.repos import repo_of

_CONTROL = next(control for control in controls() if control.id == "security/password-hashing")
_LOGIN = (
    "from flask import Flask, abort, request\n\nfrom shop.settings import config\n\napp = Flask(__name__)\n\n\n"
    "@app.post('/login')\ndef login():\n    username = request.json.get('username')\n"
    "    password = request.json.get('password')\n    known_user = config['auth']['username']\n"
    "    known_password = config['auth']['password']\n"
    "    if username != known_user or password != known_password:\n        abort(401)\n    return {}\n"
)


def test_a_password_that_the_configuration_keeps_in_plain_text_is_to_be_reviewed() -> None:
    judgement = judge(_CONTROL, repo_of({"shop/main.py": _LOGIN, "shop/settings.py": "config = load()\n"}))
    (site,) = judgement.sites
    assert (site.location.line, site.confidence) == (15, Confidence.MEDIUM)
    assert judgement.status is Status.PARTIAL
