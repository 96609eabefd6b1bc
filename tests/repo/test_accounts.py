"""What shows that people have accounts."""

from __future__ import annotations

import pytest

from tests.repos import repo_of


@pytest.mark.parametrize("view", ["admin.site.urls", "include(admin.site.urls)"])
def test_the_administration_of_django_has_accounts_however_it_is_mounted(view: str) -> None:
    head = "from django.contrib import admin\nfrom django.urls import include, path\n\n"
    users = repo_of({"shop/urls.py": f"{head}urlpatterns = [path('admin/', {view})]\n"}).accounts.users
    assert users is not None
    assert (users.path, users.line) == ("shop/urls.py", 4)
