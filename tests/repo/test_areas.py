"""What a path is for, where its name alone does not say it."""

from __future__ import annotations

from readiness_bot.model import Area
from readiness_bot.repo.areas import Areas


def test_versions_beside_an_environment_of_alembic_are_migrations() -> None:
    areas = Areas(["app/revisions/core/env.py", "app/revisions/core/script.py.mako"])
    assert areas.of("app/revisions/core/versions/2024_add.py") is Area.MIGRATION
    assert areas.of("app/other/versions/2024_add.py") is Area.PRODUCTION
