"""Whether those who call the API can read how."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo
from readiness_bot.repo.documents import Document
from readiness_bot.repo.modules import CallSite

_SERVING = {
    "fastapi.FastAPI": ("openapi_url", "docs_url"),
    "fastapi.openapi.docs.get_swagger_ui_html": (),
    "fastapi.openapi.docs.get_redoc_html": (),
    "scalar_fastapi.get_scalar_api_reference": (),
    "flask_restx.Api": ("doc",),
    "flask_restplus.Api": ("doc",),
    "flask_smorest.Api": (),
    "apiflask.APIFlask": ("docs_path", "enable_openapi"),
    "flask_openapi3.OpenAPI": ("doc_ui",),
    "flasgger.Swagger": (),
    "flask_apispec.FlaskApiSpec": (),
    "flask_apispec.extension.FlaskApiSpec": (),
    "flask_swagger_ui.get_swaggerui_blueprint": (),
    "apifairy.APIFairy": (),
    "ninja.NinjaAPI": ("docs_url", "openapi_url"),
    "ninja_extra.NinjaExtraAPI": ("docs_url", "openapi_url"),
    "litestar.Litestar": ("openapi_config",),
    "connexion.FlaskApp": (),
    "connexion.AsyncApp": (),
    "connexion.AioHttpApp": (),
    "connexion.App": (),
    "spectree.SpecTree": (),
    "aiohttp_swagger.setup_swagger": (),
    "aiohttp_apispec.setup_aiohttp_apispec": ("swagger_path",),
    "sanic_ext.Extend": (),
    "quart_schema.QuartSchema": ("swagger_ui_path", "openapi_path"),
    "drf_yasg.views.get_schema_view": (),
    "drf_yasg2.views.get_schema_view": (),
    "rest_framework.documentation.include_docs_urls": (),
    "drf_spectacular.views.SpectacularSwaggerView.as_view": (),
    "drf_spectacular.views.SpectacularRedocView.as_view": (),
}
"""What serves pages of the API's description, and the arguments that switch them off or move them."""
_APPLICATIONS = frozenset({"fastapi.FastAPI", "apiflask.APIFlask", "flask_openapi3.OpenAPI", "litestar.Litestar"})
"""Those of them that are applications, which the routes tell of."""

_PAGES = (
    r"(.*/)?(rest[-_]?)?(http[-_]?)?(api(v\d+)?|api(v\d+)?[-_](reference|docs?|usage|guide"
    r"|documentation|overview|endpoints)|rest[-_]api|endpoints|webhooks|web[-_]?api)"
)
_FOLDER = re.compile(
    r"^(api[-_]?docs?|docs?[-_]api|docs?/(.*/)?(api|rest|http-api|rest-api|api-reference|developer/api))"
    r"/[^/]+\.(md|mdx|rst|adoc)$",
    re.IGNORECASE,
)
_CALLS = re.compile(
    r"\b(GET|POST|PUT|PATCH|DELETE)\b\s+`?/|\bcurl\b|https?://\S+/api\b|/api/|endpoint|requests\.(get|post)",
    re.IGNORECASE,
)
_DIRECTIVE = re.compile(
    r"^\s*\.\. (auto(flask|falcon|tornado|bottle|sanic)|openapi|http:(get|post|put|patch|delete)):: ", re.MULTILINE
)
"""Sphinx writes the page out of the application's routes or its description."""
_TITLE = re.compile(r"^(rest|http|web)[- ]apis?\b|^api[- ](reference|documentation|docs)\b", re.IGNORECASE)
_BESIDE = re.compile(r"(^|/)(tests?|examples?|node_modules|vendor)/", re.IGNORECASE)
_ENDPOINT = re.compile(r"^`?(endpoint:?|GET|POST|PUT|PATCH|DELETE)\s+`?/\w", re.IGNORECASE)
_SEVERAL = 3
"""Headings that each name an endpoint, from which on a document describes the API."""
_FEW = 5
"""Routes up to which a front page may hold all that clients need to know."""
_ENOUGH = 80

_APP = """\
from fastapi import FastAPI

app = FastAPI()


@app.get('/orders')
def orders() -> list[str]:
    return []
"""
_RESTX = """\
from flask import Flask
from flask_restx import Api, Resource

app = Flask(__name__)
api = Api(app, doc=app.config.get('SWAGGER_UI'))


@api.route('/orders')
class Orders(Resource):
    def get(self):
        return {}
"""
_FLASK = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/orders')\ndef orders():\n    return {}\n"
_PAGE = (
    "# API\n\n## GET /orders\n\n"
    + "Answers with the orders of the signed-in customer, newest first, as a JSON array of objects. " * 8
)


@Control(
    id="documentation/api-docs",
    title="The API's use is documented",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why="An API is used by people who cannot read its code; what they are not told they find out against production.",
    impact="Clients guess at parameters and errors, and every question about them lands with the team.",
    fix="Serve the description (`FastAPI()` does at `/docs`), or write `docs/api.md` route by route.",
    by_settings=True,
    effort=Effort.DAYS,
    role=Role.BACKEND,
    sources=["https://fastapi.tiangolo.com/tutorial/metadata/", "https://spec.openapis.org/oas/latest.html"],
    passes=[
        {
            "shop/api.py": (
                "from flask import Flask\nfrom flask_restx import Resource\n\nfrom shop.base import OwnApi\n\n"
                "app = Flask(__name__)\napi = OwnApi(app, title='Shop')\n\n\n@api.route('/orders')\n"
                "class Orders(Resource):\n    def get(self):\n        return []\n"
            ),
            "shop/base.py": "from flask_restx import Api\n\n\nclass OwnApi(Api):\n    pass\n",
            "shop/__init__.py": "",
        },
        {
            "app/main.py": _FLASK,
            "README.md": "# Shop\n\n"
            + "".join(
                f"### Endpoint: /{name}/\n\nGiven a file, answers with its pages as an array of texts. "
                + "Send it as form data, under the name of the file that it has in the folder of orders. " * 2
                + "\n\n"
                for name in ("orders", "pages", "lines")
            ),
        },
        _APP,
        {
            "app/main.py": _FLASK,
            "README.md": (
                "# Shop\n\n## Usage\n\n```bash\ncurl -L 'http://localhost:8000/orders?since=2026-01-01'\n```\n\n"
                + "Answers with the orders of the signed-in customer since that day, newest first. " * 3
            ),
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['rest_framework', 'drf_spectacular']\n",
            "shop/urls.py": (
                "from django.urls import path\nfrom drf_spectacular.views import SpectacularSwaggerView\n\n"
                "from shop.views import orders\n\npages = SpectacularSwaggerView()\n"
                "urlpatterns = [path('orders', orders), path('docs', pages.as_view(url_name='schema'))]\n"
            ),
            "shop/views.py": "def orders(request):\n    return None\n",
        },
        {"app/main.py": _FLASK, "README.md": f"# Shop\n\n## API\n\n{_PAGE.removeprefix('# API').replace('##', '###')}"},
        (
            "from fastapi import APIRouter, Depends, FastAPI\nfrom fastapi.openapi.docs import get_swagger_ui_html\n\n"
            "app = FastAPI(docs_url=None, openapi_url=None)\npages = APIRouter()\n\n\n"
            "@pages.get('/orders')\ndef orders():\n    return []\n\n\n"
            "@pages.get('/handbook', dependencies=[Depends(known)])\ndef handbook():\n"
            "    return get_swagger_ui_html(openapi_url='/description', title='Shop')\n\n\n"
            "app.include_router(pages)\n"
        ),
        {"app/main.py": _FLASK, "docs/api.md": _PAGE},
        {"app/main.py": _FLASK, "api-docs/orders.md": _PAGE},
        {"app/main.py": _FLASK, "docs/apiv3_docs.md": _PAGE},
        {"app/main.py": _FLASK, "app/handlers/README.md": _PAGE.replace("# API", "# REST APIs")},
        (
            "from ninja import NinjaAPI\n\n\nclass Api(NinjaAPI):\n    pass\n\n\napi = Api(title='Shop')\n\n\n"
            "@api.get('/orders')\ndef orders(request):\n    return []\n"
        ),
        (
            "from quart import Quart\nfrom quart_schema import QuartSchema\n\napp = Quart(__name__)\n"
            "QuartSchema(app)\n\n\n@app.get('/orders')\nasync def orders():\n    return {}\n"
        ),
        {
            "app/main.py": _FLASK
            + "\n\n@app.get('/api/openapi')\ndef description():\n    return collected(app).to_dict()\n"
        },
        {"app/main.py": _FLASK, "docs/orders.apib": "FORMAT: 1A\n# Orders\n"},
        {"app/main.py": _FLASK, "docs/api.rst": "REST API\n========\n\n.. autoflask:: app.main:app\n"},
    ],
    fails=[{"app/main.py": _FLASK}, {"app/main.py": _APP.replace("FastAPI()", "FastAPI(openapi_url=None)")}],
    fixed={"app/main.py": _FLASK, "docs/api.md": _PAGE},
    partials=[
        _RESTX,
    ],
    ignores=["print('no routes')\n"],
)
def api_docs(repo: Repo) -> Judgement:
    """Judged by what serves a description, by descriptions kept, and by pages on the API."""
    if not repo.routes.all:
        return not_applicable("There are no routes.")
    switched: list[tuple[CallSite, str]] = []
    for site, serving in _serving(repo):
        if _OF_STAND_INS.search(site.module.path):
            continue
        state = _served(repo, site, serving)
        if state == "on":
            return passed("The application serves its description.", seen(site.module.path, site.call.line, serving))
        if state == "perhaps":
            switched.append((site, serving))
    own = [one for one in repo.interface.served_descriptions if not _OF_STAND_INS.search(one.path)]
    if own:
        return passed("The application serves its description.", own[0])
    written = next(_written(repo), None)
    if written is not None:
        return passed("The API is documented.", written)
    if switched:
        site, serving = switched[0]
        return partial(
            "The served description depends on a setting, and no page documents the API.",
            seen(site.module.path, site.call.line, serving),
            score=0.5,
        )
    return failed(
        "No served description and no page documents the API.", looked_in=("application set-up", repo.documents.LOOKS)
    )


_OF_STAND_INS = re.compile(r"mock|stub|fake")


def _serving(repo: Repo) -> Iterator[tuple[CallSite, str]]:
    """The calls of what serves a description, by the library's name, those of classes of the tree's own last."""
    # A view is made of its class, or of an object of it.
    of_objects = {f"{name.removesuffix('.as_view')}().as_view": name for name in _SERVING if name.endswith(".as_view")}
    for site in repo.python.calls(*sorted({*_SERVING, *of_objects})):
        yield site, of_objects.get(site.name, site.name)
    for klass in repo.python.classes:
        for base in repo.python.external_bases(klass):
            if base in _SERVING and base not in _APPLICATIONS:
                yield from ((made, base) for made in repo.python.callers.get(klass.name, ()))
    for site in repo.routes.applications:
        own = repo.python.definition_named(site.name) if ":" in site.name else None
        for base in repo.python.external_bases(own) if own is not None else ():
            if base in _SERVING:
                yield site, base


def _served(repo: Repo, site: CallSite, serving: str) -> str:
    """`on`, `off`, or `perhaps` where a setting decides whether there is a page at all."""
    for keyword in _SERVING[serving]:
        if not site.call.has(keyword):
            continue
        value = site.call.keyword(keyword)
        constant = repo.python.constant(value, site.module)
        if constant is False:
            return "off"
        if constant is None and _is_null(value):
            if keyword == "docs_url" and not site.call.has("redoc_url") and serving == "fastapi.FastAPI":
                continue
            return "off"
        if constant is None and keyword in ("doc", "enable_openapi"):
            return "perhaps"
    return "on"


def _is_null(value: object) -> bool:
    return getattr(value, "value", "") is None


def _by_endpoint(repo: Repo) -> Iterator[Evidence]:
    """The documents whose headings name the endpoints."""
    for document in repo.documents.all:
        named = [section for section in document.prose.sections if section.level and _ENDPOINT.search(section.title)]
        if len(named) >= _SEVERAL and sum(section.words for section in named) >= _ENOUGH:
            yield seen(document.path, named[0].line, named[0].title)


def _by_title(repo: Repo) -> Iterator[Evidence]:
    """The documents that call themselves the API's, wherever they lie."""
    for document in repo.documents.all:
        named = _TITLE.search(document.title) and not _BESIDE.search(document.path)
        if named and document.prose.words >= _ENOUGH and _shows_calls(document):
            yield seen(document.path, 1, document.title)


def _shows_calls(document: Document) -> bool:
    return any(_CALLS.search(f"{section.title}\n{section.text}") for section in document.prose.sections)


def _by_example(repo: Repo) -> Iterator[Evidence]:
    """The front page, where it shows how to call a good part of the routes."""
    paths = {route.path.rstrip("/") for route in repo.routes.all if not repo.limits.is_probe(route)} - {""}
    for document in repo.documents.named("readme") if len(paths) <= _FEW else ():
        shown = {
            path: section
            for section in document.prose.sections
            for path in paths
            if section.words >= _ENOUGH // 4 and re.search(rf"https?://[^/\s]+{re.escape(path)}(?![\w-])", section.text)
        }
        if shown and len(shown) * 2 >= len(paths):
            path, section = next(iter(shown.items()))
            yield seen(document.path, section.line, f"calls of {path} under {section.title}")


def _described(repo: Repo) -> Iterator[Evidence]:
    """The descriptions of the API that are kept, by OpenAPI or as a Blueprint."""
    for path, description in repo.documents.openapi:
        if description.operations:
            yield seen(path, 1, f"OpenAPI description of {len(description.operations)} operations")
    for path in sorted(repo.paths):
        if path.endswith((".apib", ".apiary")):
            yield seen(path, 1, "API Blueprint description")


def _written(repo: Repo) -> Iterator[Evidence]:
    yield from _described(repo)
    for document in repo.documents.named(_PAGES):
        if document.prose.words >= _ENOUGH and _shows_calls(document):
            yield seen(document.path, 1, document.title)
    yield from _by_title(repo)
    yield from _by_example(repo)
    for document in repo.documents.all:
        for section in document.prose.sections:
            if _DIRECTIVE.search(section.text):
                yield seen(document.path, section.line, section.title or document.title)
    pages = [
        document for document in repo.documents.all if _FOLDER.match(document.path) and document.prose.words >= _ENOUGH
    ]
    if pages:
        yield seen(pages[0].path, 1, pages[0].title)
    yield from _by_endpoint(repo)
    for document in repo.documents.all:
        for section in document.sections(r"\b(rest |http |web )?api\b"):
            if (
                document.words_under(section) >= _ENOUGH
                and (
                    _CALLS.search(section.text) or any(_ENDPOINT.search(each.title) for each in document.under(section))
                )
                and not re.search(r"change|history|release", document.path, re.IGNORECASE)
            ):
                yield seen(document.path, section.line, section.title)
