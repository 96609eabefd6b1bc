"""What a path alone says."""

from __future__ import annotations

import pytest

from readiness_bot.facts.roles import is_migration, is_python, is_test


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_api.py",
        "app/tests/base.py",
        "conftest.py",
        "app/models_test.py",
        "e2e/login.py",
        "pkg/test_x.py",
        "shoptests/base.py",
        "shop_of_books_tests/base.py",
    ],
)
def test_tests_are_known_by_their_path(path: str) -> None:
    assert is_test(path)


@pytest.mark.parametrize(
    "path",
    ["app/latest/api.py", "app/contest.py", "app/contests/api.py", "{{cookiecutter.name}}/tests/test_a.py", "app/a.py"],
)
def test_other_paths_and_templates_are_read_in_full(path: str) -> None:
    assert not is_test(path)


@pytest.mark.parametrize(
    ("path", "python"), [("a.py", True), ("a.pyw", True), ("app.wsgi", True), ("a.pyi", False), ("py", False)]
)
def test_python_is_known_by_its_ending(path: str, python: bool) -> None:
    assert is_python(path) is python


@pytest.mark.parametrize(
    ("path", "migration"),
    [
        ("shop/migrations/0001_first.py", True),
        ("shop/alembic/1594a357d751_first.py", True),
        ("shop/alembic/helpers.py", False),
    ],
)
def test_migrations_are_known_by_their_path(path: str, migration: bool) -> None:
    assert is_migration(path) is migration
