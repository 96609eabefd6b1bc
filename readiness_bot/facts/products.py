"""Which packages of a tree are called after tests and are its product, by the tree's paths alone; reads no file."""

from __future__ import annotations

import re
from collections.abc import Collection

from readiness_bot.facts.roles import is_called_test, is_python

_CALLED = re.compile(r"(^|/)test[-_]\w+/$", re.IGNORECASE)
"""Folders that a word behind makes a name of: `test_observer`, where `tests` says what is in it."""
_TEST = re.compile(r"test", re.IGNORECASE)
_MOVES = re.compile(r"(^|/)(migrations|versions)/")
"""Folders of what moves a schema, of which there may be any number."""
_BEGINNINGS = ("main.py", "app.py", "wsgi.py", "asgi.py", "__main__.py", "application.py")


def products_called_tests(paths: Collection[str]) -> tuple[str, ...]:
    """The folders, each with its slash, of packages that are called after tests and hold the application.

    Such a package has a file in it by which it begins, and nothing that only a suite has; it is tested from a folder
    beside it, and holds more Python than all else around it that is no test. A project that a library is tried in is
    smaller than the library.
    """
    known = frozenset(paths)
    packages = (path.removesuffix("__init__.py") for path in known if path.endswith("/__init__.py"))
    return tuple(sorted(folder for folder in packages if _CALLED.search(folder) and _is_product(folder, known)))


def read_as(path: str, products: Collection[str]) -> str:
    """The path by which a file's part is told: that of a product's file without the word that says tests.

    What is about tests has it in the names of its own modules too.
    """
    for folder in products:
        if path.startswith(folder):
            above, _, _ = folder.removesuffix("/").rpartition("/")
            return f"{above}/app/{_TEST.sub('case', path.removeprefix(folder))}".removeprefix("/")
    return path


def _is_product(folder: str, known: frozenset[str]) -> bool:
    above = folder.removesuffix("/").rpartition("/")[0]
    around = f"{above}/" if above else ""
    if is_called_test(f"{around}x.py") or known.isdisjoint(f"{folder}{name}" for name in _BEGINNINGS):
        return False
    python = [path for path in known if path.startswith(around) and is_python(path)]
    within = [path for path in python if path.startswith(folder)]
    if any(path.endswith("/conftest.py") for path in within):
        return False
    tested = any(path.startswith((f"{around}tests/", f"{around}test/")) for path in python)
    others = [path for path in python if not (path.startswith(folder) or is_called_test(path) or _MOVES.search(path))]
    return tested and len(within) > len(others)
