"""Engines, their sizes, and what runs migrations."""

from __future__ import annotations

import pytest

from tests.repos import repo_of

_ENV = "from alembic import context\n\ncontext.run_migrations()\n"


@pytest.mark.parametrize(
    ("arguments", "size"),
    [
        ("dsn", ""),
        ("dsn, pool_size=20", "literal"),
        ("dsn, pool_size=settings.POOL", "settings"),
        ("dsn, poolclass=NullPool", ""),
    ],
)
def test_pool_is_sized(arguments: str, size: str) -> None:
    head = "from sqlalchemy import create_engine\nfrom conf import settings, dsn, NullPool\n\n"
    text = f"{head}engine = create_engine({arguments})\n"
    clients = repo_of(text).stores.clients
    assert [(client.family, client.size, client.is_repeated) for client in clients] == [("relational", size, False)]


def test_client_kept_by_a_cache_is_made_once() -> None:
    text = (
        "from functools import lru_cache\nfrom fastapi import Depends, FastAPI\n"
        "from pymongo import MongoClient\n\napp = FastAPI()\n\n\n@lru_cache\ndef client():\n"
        "    return MongoClient('mongodb://db')\n\n\n@app.get('/')\ndef home(db=Depends(client)):\n"
        "    return 1\n"
    )
    assert [client.is_repeated for client in repo_of(text).stores.clients] == [False]


@pytest.mark.parametrize(
    "files",
    [
        {"entrypoint.sh": "#!/bin/sh\nalembic upgrade head\n"},
        {"scripts/start.sh": "#!/bin/sh\npython manage.py migrate --noinput\n"},
        {"compose.yml": "services:\n  migrate:\n    build: .\n    command: flask db upgrade\n"},
    ],
)
def test_deployment_runs_migrations(files: dict[str, str]) -> None:
    stores = repo_of({"migrations/env.py": _ENV, **files}).stores
    assert [found.path for found in stores.migrations] == ["migrations/env.py"]
    assert {found.path for found in stores.migration_runs} == set(files)


@pytest.mark.parametrize("path", ["scripts/dev/up.sh", "tests/setup.sh", "docs/example.sh"])
def test_scripts_of_developers_and_tests_deploy_nothing(path: str) -> None:
    assert repo_of({"migrations/env.py": _ENV, path: "#!/bin/sh\nalembic upgrade head\n"}).stores.migration_runs == ()


@pytest.mark.parametrize("module", ["m00{}_move.py", "update_5{}/__init__.py"])
@pytest.mark.parametrize(("folder", "found"), [("shop/persistence", True), ("shop/settings", False)])
def test_own_migrations_may_have_letters_before_their_numbers_beside_what_keeps_the_data(
    folder: str, found: bool, module: str
) -> None:
    text = "class Move:\n    def upgrade(self):\n        return self.store\n"
    stores = repo_of({f"{folder}/migrations/{module.format(number)}": text for number in (1, 2)}).stores
    assert bool(stores.migrations) is found
