"""Which extractors a path is put to."""

from __future__ import annotations

import pytest

from readiness_bot.facts.extractor import claiming, extractors

FOLDERS = (
    "",
    "app/",
    ".github/workflows/",
    "k8s/",
    "deploy/",
    "docs/",
    "charts/shop/templates/",
    "ops/grafana/",
    "tests/",
)
STEMS = (
    "Dockerfile", "docker-compose", "compose", "Procfile", "requirements", "values", "nginx.conf", "Jenkinsfile",
    "deployment", "openapi", "swagger", "alerts", "dashboard", "Makefile", "README", "CODEOWNERS", "setup", "noxfile",
    "gunicorn.conf", "locustfile", ".env", "main", "app.yaml", "fly.toml", "package.json", "pyproject.toml",
    "environment.yml", "0001_initial",
)  # fmt: skip


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("folder", FOLDERS)
def test_python_files_are_put_to_all_that_would_claim_them(folder: str, stem: str) -> None:
    path = f"{folder}{stem}.py"
    assert claiming(path) == tuple(one for one in extractors() if one.claims(path))


def test_other_files_are_put_to_every_extractor() -> None:
    assert [one.kind for one in claiming("Dockerfile")] == ["dockerfile", "secret-literals"]
    assert [one.kind for one in claiming("app/orders.py")] == ["python", "python-flow", "secret-literals"]
