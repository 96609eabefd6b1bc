"""Shows what names of production code mean across files."""

from __future__ import annotations

from tests.repos import repo_of


def test_the_later_of_two_imports_of_one_name_holds() -> None:
    repo = repo_of(
        {
            "shop/views.py": "from django.contrib.auth import login\n\nfrom .models import login\n\nlogin()\n",
            "shop/models.py": "class login:\n    pass\n",
            "shop/__init__.py": "",
        }
    )
    assert [site.name for site in repo.python.calls_of("login")] == ["shop/models.py:login"]
