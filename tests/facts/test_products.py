"""Packages that are called after tests, and are the product."""

from __future__ import annotations

import pytest

from readiness_bot.facts.products import products_called_tests, read_as
from tests.repos import repo_of

_PRODUCT = {
    "backend/test_watcher/__init__.py",
    "backend/test_watcher/main.py",
    "backend/test_watcher/orders.py",
    "backend/tests/test_orders.py",
    "backend/setup.py",
}


@pytest.mark.parametrize(
    ("more", "less", "found"),
    [
        (set(), set(), ("backend/test_watcher/",)),
        ({"backend/test_watcher/conftest.py"}, set(), ()),
        ({"backend/test_watcher/test_results/__init__.py"}, set(), ("backend/test_watcher/",)),
        (set(), {"backend/test_watcher/main.py"}, ()),
        (set(), {"backend/tests/test_orders.py"}, ()),
        ({f"backend/shop/part{number}.py" for number in range(3)}, set(), ()),
        ({"backend/tests/__init__.py", "backend/tests/main.py"}, set(), ("backend/test_watcher/",)),
    ],
)
def test_package_that_holds_the_application_is_no_test(more: set[str], less: set[str], found: tuple[str, ...]) -> None:
    assert products_called_tests((_PRODUCT | more) - less) == found


def test_file_of_such_a_package_is_read_without_its_name() -> None:
    products = ("test_watcher/", "backend/test_watcher/")
    assert read_as("backend/test_watcher/api/main.py", products) == "backend/app/api/main.py"
    assert read_as("test_watcher/test_results/tests.py", products) == "app/case_results/cases.py"
    assert read_as("backend/tests/test_main.py", products) == "backend/tests/test_main.py"


def test_routes_of_such_a_package_are_served() -> None:
    application = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef home():\n    return {}\n"
    files = dict.fromkeys(_PRODUCT, "PART = 1\n") | {"backend/test_watcher/main.py": application}
    assert [route.path for route in repo_of(files).routes.served] == ["/"]
