"""What a path alone says of how closely its file is read; what it means in its tree is said in `repo/areas.py`."""

from __future__ import annotations

import re
from functools import lru_cache

_TEST = re.compile(
    r"((^|/)(tests?|testing|regression[-_](runner|suite)|unit_?tests?|integration_?tests?|e2e|functional_?tests?|test_?utils|testdata|test_?suite|specs?|fixtures"
    r"|(?!([a-z0-9]+[-_])+load[-_]tests?/)[a-z0-9]+([-_][a-z0-9]+)*[-_]tests?|tests?[-_][a-z0-9]+|__tests__|(?!(con|pro|at|de|la)tests/)[a-z0-9]+tests|features/steps)/|(^|/)features/environment\.py$|(^|/)(tests?_[^/]*|[^/]*_tests?|(smoke)?tests?|conftest|pytest_plugins?|testcases?|[^/]*_test_utils)\.py$)",
    re.IGNORECASE,
)
"""Test code, whatever the rest of the tree looks like."""

_MIGRATION = re.compile(
    r"(^|/)((\w+_)?migrations?(_(old|legacy|archived?|squashed))?|alembic/versions|alembic(?=/[0-9a-f]{12}_\w+\.py$)|alembic_\w+|migrate/versions|versions_?migrations?|"
    r"data_?migrations?)/(.*/)?[^/]+\.(py|sql|mako)$"
)
"""What moves a schema or the data in it from one version to the next."""

TEMPLATED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|__[a-z_]*(cookiecutter|copier)[a-z_.]*__|\[\[.*?\]\]")
"""A part of a path that a project template fills in."""


_REMEMBERED = 32_768
"""Paths of which the answers are remembered: each is asked after by several extractors and by the tree's areas."""


def is_python(path: str) -> bool:
    """Whether the file holds Python."""
    return path.endswith((".py", ".pyw", ".wsgi"))


@lru_cache(maxsize=_REMEMBERED)
def is_called_test(path: str) -> bool:
    """Whether the path has a name that test code has."""
    return _TEST.search(path) is not None


@lru_cache(maxsize=_REMEMBERED)
def is_called_migration(path: str) -> bool:
    """Whether the path has a name that migrations have."""
    return _MIGRATION.search(path) is not None


def is_test(path: str) -> bool:
    """Whether the file is test code in every tree that it may stand in."""
    return is_called_test(path) and TEMPLATED.search(path) is None


def is_migration(path: str) -> bool:
    """Whether the file is a migration, unless its tree starts it like a program."""
    return is_called_migration(path) and not is_test(path)


def is_program(path: str) -> bool:
    """Whether the file holds Python that is looked at from all sides: neither a test nor a migration."""
    return is_python(path) and not is_test(path) and not is_called_migration(path)
