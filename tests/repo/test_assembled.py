"""What files of Paste Deploy put in place: filters of pipelines, applications, and what either of them means."""

from __future__ import annotations

import pytest

from readiness_bot.model import Status
from readiness_bot.repo import Repo
from readiness_bot.repo.refusals import Strength
from tests.reports import judged
from tests.repos import repo_of

_FILE = """\
[composite:main]
use = egg:Paste#urlmap
/: shop_pipeline
/health: well

[pipeline:shop_pipeline]
pipeline = numbers sizes keys shop

[app:shop]
paste.app_factory = shop.api:app_factory

[app:well]
paste.app_factory = oslo_middleware:Healthcheck.app_factory

[filter:numbers]
paste.filter_factory = oslo_middleware:RequestId.factory

[filter:sizes]
use = egg:oslo.middleware#sizelimit

[filter:keys]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory

[filter:tenants]
paste.filter_factory = shop.filters:Tenants.factory
"""
_API = """\
import pecan
from oslo_service import wsgi
from pecan import rest


class Orders(rest.RestController):
    @pecan.expose("json")
    def post(self):
        return keep(pecan.request.json)


class Root:
    orders = Orders()


def app_factory(settings, **local):
    return pecan.make_app(Root())


def serve(conf):
    return wsgi.Loader(conf).load_app("main")
"""
_FILTERS = """\
class Tenants:
    @classmethod
    def factory(cls, settings, **local):
        return cls

    def __call__(self, environ, start_response):
        return self.app(environ, start_response)
"""


def _repo(text: str = _FILE, path: str = "etc/shop-paste.ini") -> Repo:
    return repo_of({path: text, "shop/api.py": _API, "shop/filters.py": _FILTERS, "shop/__init__.py": ""})


def test_filters_count_where_a_pipeline_names_them_and_are_called_after_what_makes_them() -> None:
    found = _repo().services
    assert [(one.kind, one.name, one.location.line) for one in found.assembled] == [
        ("application", "shop.api", 9),
        ("application", "oslo_middleware.Healthcheck", 12),
        ("filter", "oslo_middleware.RequestId", 15),
        ("filter", "oslo_middleware.sizelimit", 18),
        ("filter", "keystonemiddleware.auth_token.AuthProtocol", 21),
    ]
    assert [one.name for one in found.middleware] == [
        "oslo_middleware.RequestId",
        "oslo_middleware.sizelimit",
        "keystonemiddleware.auth_token.AuthProtocol",
    ]


def test_a_filter_of_the_tree_is_the_class_that_makes_it() -> None:
    [attached] = [
        one for one in _repo(_FILE.replace("sizes keys", "tenants")).services.middleware if "Tenants" in one.name
    ]
    assert attached.definition is not None
    assert attached.definition.name == "shop/filters.py:Tenants"


@pytest.mark.parametrize(
    ("more", "strength"), [("", Strength.IDENTITY), ("delay_auth_decision = true\n", Strength.NONE)]
)
def test_a_filter_that_asks_who_calls_guards_what_stands_behind_it_unless_it_only_tells(
    more: str, strength: Strength
) -> None:
    repo = _repo(_FILE.replace("auth_token:filter_factory\n", f"auth_token:filter_factory\n{more}"))
    [route] = repo.routes.all
    gate = repo.identity.gate(route)
    assert (gate.strength if gate is not None else Strength.NONE) is strength


@pytest.mark.parametrize("path", ["docs/shop-paste.ini", "shop/tests/shop-paste.ini"])
def test_files_of_documents_and_tests_put_nothing_in_place(path: str) -> None:
    assert _repo(path=path).services.assembled == ()


def test_the_ids_of_requests_and_a_health_application_are_seen() -> None:
    repo = _repo()
    assert [signal.evidence.path for signal in repo.observability.correlations] == ["etc/shop-paste.ini"]
    [verdict] = judged(repo, ["infrastructure/health-check"]).verdicts
    assert verdict.status is Status.PARTIAL
