"""What is missed in the settings of a Django project may come with those of a library that they take over."""

from __future__ import annotations

import pytest

from readiness_bot.control import controls, judge
from readiness_bot.model import Confidence, Status
from readiness_bot.repo import Repo
from tests.repos import repo_of

_URLS = (
    "from django.urls import path\n\nfrom shop.views import Orders\n\n"
    "urlpatterns = [path('orders/', Orders.as_view())]\n"
)
_OWN = "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['shop']\nAUTH_USER_MODEL = 'shop.Person'\n"
_VIEWS = (
    "from shop.models import Order\nfrom rest_framework.response import Response\n"
    "from rest_framework.views import APIView\n\n\n"
    "class Orders(APIView):\n    def post(self, request):\n        Order.objects.create(**request.data)\n"
    "        return Response()\n"
)


def _shop(taken: str, path: str = "shop/settings.py") -> Repo:
    return repo_of(
        {
            path: f"from {taken} import *\n\n{_OWN}",
            "shop/urls.py": _URLS,
            "shop/views.py": _VIEWS,
            "shop/__init__.py": "",
        }
    )


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ("company_base.settings.production", Status.UNKNOWN),
        ("django.conf.global_settings", Status.FAIL),
        ("shop.views", Status.FAIL),
        ("shop.local_settings", Status.FAIL),
    ],
)
@pytest.mark.parametrize("name", ["security/authentication", "monitoring/structured-logging"])
def test_what_settings_alone_may_bring_is_not_known(name: str, taken: str, expected: Status) -> None:
    control = next(one for one in controls() if one.id == name)
    judgement = judge(control, _shop(taken))
    assert judgement.status is expected
    told = [site for site in judgement.sites if not site.good and site.confidence is not Confidence.LOW]
    assert not (told and expected is Status.UNKNOWN)


def test_settings_may_lie_in_a_folder_of_another_name() -> None:
    control = next(one for one in controls() if one.id == "monitoring/structured-logging")
    assert judge(control, _shop("company_base.conf.base", "shop/conf/base.py")).status is Status.UNKNOWN


def test_what_settings_cannot_bring_is_missed_as_ever() -> None:
    control = next(one for one in controls() if one.id == "testing/test-suite")
    assert judge(control, _shop("company_base.settings")).status is Status.FAIL
