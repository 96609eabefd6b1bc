"""Applications that are put into another program, and those that only look so."""

from __future__ import annotations

import pytest

from tests.repos import repo_of

_PACKAGE = '[project]\nname = "shop-badges"\n[project.entry-points."shop.plugin"]\nbadges = "badges:Meta"\n'
_COMMAND = '[project]\nname = "badges"\n[project.scripts]\nbadges = "badges.cli:main"\n'
_APPLICATION = {
    "badges/apps.py": "from django.apps import AppConfig\n\n\nclass Badges(AppConfig):\n    name = 'badges'\n",
    "badges/urls.py": (
        "from django.urls import path\n\nfrom . import views\n\nurlpatterns = [path('badges/', views.badges)]\n"
    ),
    "badges/views.py": "def badges(request):\n    return None\n",
}
_SETTINGS = {"badges/settings.py": "ROOT_URLCONF = 'badges.urls'\nINSTALLED_APPS = ['badges']\n"}


@pytest.mark.parametrize(
    ("files", "reusable"),
    [
        ({**_APPLICATION, "pyproject.toml": _PACKAGE}, True),
        ({**_APPLICATION, "pyproject.toml": _COMMAND}, False),
        ({**_APPLICATION, "pyproject.toml": _PACKAGE, "manage.py": "import django\n"}, False),
        ({**_APPLICATION, "pyproject.toml": _PACKAGE, **_SETTINGS}, False),
        (
            {
                **_APPLICATION,
                "pyproject.toml": _PACKAGE,
                "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["gunicorn", "badges.wsgi"]\n',
            },
            False,
        ),
    ],
)
def test_an_application_that_is_plugged_into_another_program_is_no_service(
    files: dict[str, str], reusable: bool
) -> None:
    assert repo_of(files).is_reusable is reusable
    assert repo_of(files).serves is not reusable
