"""How sure it is that an object of a client's making reaches a filter."""

from __future__ import annotations

import pytest

from readiness_bot.control import judge
from readiness_bot.controls.database.nosql_injection import nosql_injection
from readiness_bot.model import Confidence
from tests.repos import repo_of


@pytest.mark.parametrize(("asked", "confidence"), [("isHost(name)", Confidence.LOW), ("True", Confidence.HIGH)])
def test_a_question_about_the_value_was_answered_before(asked: str, confidence: Confidence) -> None:
    text = (
        "import re\nfrom flask import Flask, request\nfrom pymongo import MongoClient\n\napp = Flask(__name__)\n"
        "hosts = MongoClient().app.hosts\n\n\ndef isHost(name):\n    try:\n"
        "        return bool(re.match('[a-z.]+', name))\n    except TypeError:\n        return False\n\n\n"
        "@app.post('/hosts')\ndef block():\n    name = request.get_json()['name']\n"
        f"    if {asked}:\n        return {{'id': str(hosts.find_one({{'name': name}})['_id'])}}\n    return {{}}\n"
    )
    sites = judge(nosql_injection, repo_of(text)).sites
    assert [site.confidence for site in sites if not site.good] == [confidence]
