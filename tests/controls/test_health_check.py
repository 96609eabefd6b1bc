"""How much a probe is worth that asks for something else than the health endpoint."""

from __future__ import annotations

import pytest

from readiness_bot.control import controls, judge
from readiness_bot.model import Status
from tests.repos import repo_of

_APP = (
    "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/healthz')\ndef health():\n    return {}\n\n\n"
    "@app.get('/')\ndef start():\n    return {}\n"
)
_IMAGE = 'FROM python:3.13-slim\n{}CMD ["uvicorn", "main:app"]\n'


@pytest.mark.parametrize(
    ("check", "score"),
    [
        ("", 0.25),
        ("HEALTHCHECK CMD curl -f http://localhost:8000\n", 0.5),
        ('HEALTHCHECK CMD ["curl", "-f", "http://localhost:8000/"]\n', 0.5),
        ("HEALTHCHECK CMD curl -f http://localhost:8000/static/logo.png\n", 0.25),
    ],
)
def test_a_start_page_that_is_probed_counts_for_half(check: str, score: float) -> None:
    control = next(one for one in controls() if one.id == "infrastructure/health-check")
    verdict = judge(control, repo_of({"main.py": _APP, "Dockerfile": _IMAGE.format(check)}))
    assert (verdict.status, verdict.score) == (Status.PARTIAL, score)


def test_the_fix_asks_for_the_endpoint_that_is_there() -> None:
    control = next(one for one in controls() if one.id == "infrastructure/health-check")
    app = _APP.replace("/healthz", "/status/health")
    verdict = judge(control, repo_of({"main.py": app, "Dockerfile": _IMAGE.format("")}))
    assert "http://localhost:8000/status/health" in verdict.fix
    assert "/healthz" not in verdict.fix


@pytest.mark.parametrize(
    ("command", "score"),
    [
        ("kubectl set image -n shop deployment/web web=shop/web:2", 0.5),
        ("kubectl get pods -n shop", 0.25),
    ],
)
def test_who_probes_is_unknown_where_a_pipeline_gives_a_cluster_another_image(command: str, score: float) -> None:
    control = next(one for one in controls() if one.id == "infrastructure/health-check")
    workflow = f"on: push\njobs:\n  roll:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {command}\n"
    files = {"main.py": _APP, "Dockerfile": _IMAGE.format(""), ".github/workflows/roll.yml": workflow}
    assert judge(control, repo_of(files)).score == score
