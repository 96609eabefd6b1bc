"""Files of project templates are read as what they render to."""

from __future__ import annotations

import pytest

from readiness_bot.facts.rendered import rendered
from tests.repos import repo_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from {{ project_name }} import app\n", "from project_name import app\n"),
        ("name: {{cookiecutter.slug}}\n", "name: slug\n"),
        (
            "on: ${% templatetag openvariable %} a {% templatetag closevariable %}\n# project_name\n",
            "on: ${{ a }}\n# project_name\n",
        ),
        ("image: {{ .Values.image }}\n", "image: {{ .Values.image }}\n"),
    ],
)
def test_variables_become_their_names(text: str, expected: str) -> None:
    assert rendered(text.encode()).decode() == expected


def test_what_is_no_template_is_not_copied() -> None:
    data = b"f'{{literal}}'\n"
    assert rendered(data) is data


def test_a_template_of_a_project_is_judged_as_what_it_renders_to() -> None:
    repo = repo_of(
        {
            "project_name/wsgi.py": "from {{ project_name }}.settings import DEBUG\n",
            "project_name/settings.py": "DEBUG = False\n",
            "compose.yaml": "services:\n  api:\n    container_name: {{project_name}}\n    build: .\n",
        }
    )
    assert repo.sources.skipped == ()
    assert [one.service.name for one in repo.deployment.containers] == ["api"]
