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


@pytest.mark.parametrize(
    ("beside", "alone"),
    [("", True), ("path('people/', include('django.contrib.auth.urls')), ", False)],
)
def test_the_administration_may_be_all_that_signs_people_in(beside: str, alone: bool) -> None:
    head = "from django.contrib import admin\nfrom django.urls import include, path\n\n"
    urls = f"{head}urlpatterns = [{beside}path('admin/', admin.site.urls)]\n"
    assert (repo_of({"shop/urls.py": urls}).accounts.administration_alone is not None) is alone
