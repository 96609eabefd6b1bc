"""Scripts that lie beside a service, and those that only look so."""

from __future__ import annotations

import pytest

from readiness_bot.control import controls, judge
from readiness_bot.model import Confidence
from tests.repos import repo_of

_SCRIPT = "import requests\nrequests.get('https://a.example')\n"
_SERVICE = {"shop/__init__.py": "", "shop/app.py": "from flask import Flask\napp = Flask(__name__)\n"}


@pytest.mark.parametrize(
    ("files", "loose"),
    [
        ({**_SERVICE, "extras/authors.py": _SCRIPT}, True),
        ({"extras/authors.py": _SCRIPT}, False),
        ({**_SERVICE, "extras/authors.py": "from shop.app import app\napp.run()\n"}, False),
        ({**_SERVICE, "extras/authors.py": "import pika\npika.BlockingConnection()\n"}, False),
        ({**_SERVICE, "extras/authors.py": "import requests\ndef handler(event, context):\n    pass\n"}, False),
        ({**_SERVICE, "extras/authors.py": "URL = 'https://a.example'\n"}, False),
        ({**_SERVICE, "extras/authors.py": _SCRIPT, "extras/requirements.txt": "requests\n"}, False),
        ({**_SERVICE, "extras/authors.py": _SCRIPT, "extras/__init__.py": ""}, False),
        ({**_SERVICE, "extras/authors.py": _SCRIPT, "extras/all.py": "import authors\n"}, False),
        (
            {
                **_SERVICE,
                "extras/authors.py": _SCRIPT,
                "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["python", "extras/authors.py"]\n',
            },
            False,
        ),
    ],
)
def test_script_that_nothing_uses_is_loose(files: dict[str, str], loose: bool) -> None:
    assert ("extras/authors.py" in repo_of(files).scripts.loose) is loose


def test_defect_of_a_loose_script_is_a_hint() -> None:
    timeout = next(control for control in controls() if control.id == "external-apis/timeout")
    files = {**_SERVICE, "extras/authors.py": _SCRIPT}
    assert [site.confidence for site in judge(timeout, repo_of(files)).sites] == [Confidence.LOW]


@pytest.mark.parametrize(
    ("text", "loose"),
    [(_SCRIPT, True), ("from shop.app import app\napp.run()\n", False), ("import pika\npika.x()\n", False)],
)
def test_program_that_no_import_can_name_is_loose_in_a_package_too(text: str, loose: bool) -> None:
    assert ("shop/upload-pictures.py" in repo_of({**_SERVICE, "shop/upload-pictures.py": text}).scripts.loose) is loose
