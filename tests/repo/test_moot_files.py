"""Files that could not be read and that nothing could run either."""

from __future__ import annotations

import pytest

from readiness_bot.control import controls, judge
from readiness_bot.model import Status
from tests.repos import repo_of

_OLD = "def told(name):\n    print 'hello', name\n"
_LARGE = "PLACES = [\n" + "    'a place',\n" * 150_000 + "]\n"
_SERVICE = {
    "shop/__init__.py": "",
    "shop/app.py": "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef root():\n    return ''\n",
    **{f"shop/part{number}.py": f"PART = {number}\n" for number in range(10)},
}


@pytest.mark.parametrize(
    ("files", "moot"),
    [
        ({"shop/told.py": _OLD}, True),
        ({"shop/told.py": "def told(name:\n"}, True),
        ({"shop/told.py": _OLD, "shop/use.py": "from shop import told\n"}, False),
        ({"shop/told.py": _OLD, "shop/use.py": "from .told import told\n"}, False),
        ({"shop/told.py": _OLD, "shop/use.py": "import importlib\n\nimportlib.import_module('shop.told')\n"}, False),
        ({"shop/told.py": _OLD, "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["python", "shop/told.py"]\n'}, False),
        ({"shop/__main__.py": _OLD}, False),
        ({"shop/models.py": _OLD}, False),
        ({"gunicorn.conf.py": _OLD}, False),
        (
            {
                "shop/templates/job.py": "import {{ module }}\n",
                "shop/jobs.py": "def fill(engine):\n    return engine.render('job.py')\n",
            },
            True,
        ),
        ({"shop/told.py": b"name = '\xff'\n"}, False),
        ({"shop/told.py": _OLD, "shop/more.py": _OLD}, False),
        ({"shop/told.py": _LARGE, "shop/use.py": "from .told import PLACES\n\nCHOICES = {'places': PLACES}\n"}, True),
        ({"shop/told.py": _LARGE, "shop/use.py": "from shop.told import PLACES as KNOWN\n"}, True),
        ({"shop/told.py": _LARGE, "shop/use.py": "from shop.told import PLACES, find\n"}, False),
        ({"shop/told.py": _LARGE, "shop/use.py": "from shop.told import *\n"}, False),
        ({"shop/told.py": _LARGE, "shop/use.py": "from shop.told import PLACES\nfrom shop import told\n"}, False),
        ({"shop/settings.py": _LARGE, "shop/use.py": "from shop.settings import PLACES\n"}, False),
        ({"shop/told.py": _LARGE}, False),
    ],
)
def test_what_nothing_runs_leaves_no_doubt(files: dict[str, str | bytes], moot: bool) -> None:
    repo = repo_of({**_SERVICE, **files})
    metrics = next(control for control in controls() if control.id == "monitoring/metrics")
    assert bool(repo.scripts.moot) is moot
    assert judge(metrics, repo).status is (Status.FAIL if moot else Status.UNKNOWN)


def test_a_credential_may_stand_in_what_nothing_runs() -> None:
    secrets = next(control for control in controls() if control.id == "security/hardcoded-secret")
    assert judge(secrets, repo_of({**_SERVICE, "shop/told.py": _OLD})).status is Status.UNKNOWN
