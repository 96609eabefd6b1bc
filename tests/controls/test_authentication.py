"""One open route among guarded ones: forgotten, or meant for strangers."""

from __future__ import annotations

import pytest

from readiness_bot.control import judge
from readiness_bot.controls.security.authentication import authentication
from readiness_bot.model import Confidence
from tests.repos import repo_of

_GUARDED = "".join(
    f"@app.post('/{name}')\n@login_required\ndef {name}():\n    db.session.add(name)\n\n\n" for name in "abcdef"
)
_HEAD = "from flask import Flask\nfrom flask_login import login_required\n\napp = Flask(__name__)\n\n\n"


@pytest.mark.parametrize(("name", "confidence"), [("create_user", Confidence.LOW), ("create_invoice", Confidence.HIGH)])
def test_making_an_account_may_be_for_strangers(name: str, confidence: Confidence) -> None:
    text = f"{_HEAD}{_GUARDED}@app.post('/things')\ndef {name}():\n    db.session.add({name})\n"
    judgement = judge(authentication, repo_of({"shop/views.py": text}))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]
