"""What the tree alone cannot tell is said to be unknown or weighs less, and is no blocker."""

from __future__ import annotations

import pytest

from readiness_bot.control import controls, judge
from readiness_bot.model import Status
from tests.repos import repo_of

_CALLING = "on: pull_request\njobs:\n  {name}:\n    uses: shop-org/all/.github/workflows/{name}.yml@v3\n"
_CODE = {"app/main.py": "def one():\n    return 1\n", "tests/test_main.py": "def test_one():\n    assert 1 + 1 == 2\n"}


def _judged(name: str, files: dict[str, str]) -> tuple[Status, float | None]:
    control = next(control for control in controls() if control.id == name)
    judgement = judge(control, repo_of(files))
    return judgement.status, judgement.score


@pytest.mark.parametrize("control", ["infrastructure/ci-pipeline", "testing/tests-in-ci"])
@pytest.mark.parametrize(("called", "status"), [("python-app", Status.UNKNOWN), ("stale-issues", Status.FAIL)])
def test_pipelines_of_other_repositories(control: str, called: str, status: Status) -> None:
    assert _judged(control, {**_CODE, ".github/workflows/pr.yml": _CALLING.format(name=called)})[0] is status


def test_a_pipeline_of_another_repository_builds_that_is_named_for_it() -> None:
    files = {**_CODE, ".github/workflows/pr.yml": _CALLING.format(name="python-build")}
    assert _judged("infrastructure/ci-pipeline", files)[0] is Status.PASS
    assert _judged("testing/tests-in-ci", files)[0] is Status.UNKNOWN


_SERVED = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/healthz')\ndef healthz():\n    return {}\n"
_IMAGE = 'FROM python:3.13-slim\nCOPY . .\nCMD ["uvicorn", "app.main:app"]\n'


@pytest.mark.parametrize(("beside", "score"), [({}, 0.5), ({"Dockerfile": _IMAGE}, 0.25)])
def test_health_endpoint_that_a_deployment_elsewhere_may_probe(beside: dict[str, str], score: float) -> None:
    files = {"app/main.py": _SERVED, **beside}
    assert _judged("infrastructure/health-check", files) == (Status.PARTIAL, score)


_MIGRATED = {
    "app/db.py": "from sqlalchemy import create_engine\n\nengine = create_engine('postgresql://db/app')\n",
    "migrations/env.py": "from alembic import context\n\ncontext.run_migrations()\n",
}


@pytest.mark.parametrize(("beside", "score"), [({}, 0.5), ({"Dockerfile": _IMAGE}, 0.25)])
def test_migrations_that_a_deployment_elsewhere_may_run(beside: dict[str, str], score: float) -> None:
    assert _judged("database/migrations", {**_MIGRATED, **beside}) == (Status.PARTIAL, score)


@pytest.mark.parametrize(
    ("image", "status"), [("shop-org/orders:2", Status.UNKNOWN), ("-v $PWD:/srv shop-org/builder", Status.FAIL)]
)
def test_image_that_users_pull(image: str, status: Status) -> None:
    files = {
        "orders/__init__.py": "",
        "orders/main.py": _SERVED,
        "README.md": f"# Orders\n\n## Start\n\n`docker run -p 8000:8000 {image}`\n",
    }
    assert _judged("infrastructure/container-image", files)[0] is status


@pytest.mark.parametrize("control", ["infrastructure/ci-pipeline", "testing/tests-in-ci"])
def test_pipelines_that_something_outside_starts(control: str) -> None:
    built = "version: 0.2\nphases:\n  build:\n    commands:\n      - cd services\n      - {command}\n"
    tested = {**_CODE, "ci/buildspec.yml": built.replace("{command}", "pytest")}
    assert _judged(control, tested) == (Status.UNKNOWN, 0.75)
    assert _judged(control, {**_CODE, "ci/buildspec.yml": built.replace("{command}", "echo")})[0] is Status.FAIL


@pytest.mark.parametrize("control", ["infrastructure/ci-pipeline", "testing/tests-in-ci"])
def test_pipelines_of_providers_that_are_not_read(control: str) -> None:
    built = "build:\n- image: python\n  words: [pytest]\n"
    assert _judged(control, {**_CODE, ".semaphore/pr.yaml": built})[0] is Status.UNKNOWN
    assert _judged(control, {**_CODE, "docs/builds.yaml": built})[0] is Status.FAIL


def test_what_an_unread_file_may_hold_is_no_blocker() -> None:
    assert _judged("monitoring/metrics", {"app/main.py": _SERVED}) == (Status.FAIL, 0.0)
    unread = {"app/main.py": _SERVED, "app/counters.py": "def broken(:\n"}
    assert _judged("monitoring/metrics", unread) == (Status.UNKNOWN, 0.5)
    assert _judged("code-quality/formatting", unread) == (Status.FAIL, 0.0)


def test_what_is_there_may_be_wired_in_where_nothing_was_read() -> None:
    defined = {
        "app/main.py": _SERVED,
        "app/counters.py": "from prometheus_client import Counter\n\nC = Counter('a', 'b')\n",
    }
    assert _judged("monitoring/metrics", defined) == (Status.PARTIAL, 0.25)
    assert _judged("monitoring/metrics", {**defined, "app/ports.py": "def broken(:\n"}) == (Status.UNKNOWN, 0.5)


def test_limits_of_a_server_whose_routes_cannot_be_read() -> None:
    code = (
        "from http.server import BaseHTTPRequestHandler, HTTPServer\n\n\n"
        "class Api(BaseHTTPRequestHandler):\n    def do_POST(self):\n        getattr(self, self.path.strip('/'))()\n"
        "\n\nHTTPServer(('', 80), Api).serve_forever()\n"
    )
    assert _judged("security/rate-limiting", {"app/main.py": code}) == (Status.UNKNOWN, 0.5)
