"""Whether routes are served by a framework that somebody maintains."""

from __future__ import annotations

from collections import Counter

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_ABANDONED = {
    "flask_restplus": "Flask-RESTPlus, whose successor is Flask-RESTX",
    "starlite": "Starlite, whose successor is Litestar",
    "apistar": "API Star",
    "molten": "molten",
    "hug": "hug",
    "japronto": "Japronto",
    "vibora": "Vibora",
    "nameko": "Nameko",
}


@Control(
    id="api-design/framework",
    title="A maintained framework serves the routes",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why=(
        "Parsing, routing and error answers are where protocols go wrong; a maintained framework has made those "
        "mistakes already and gets fixes."
    ),
    impact="A flaw in request handling stays open, because nobody upstream mends it.",
    fix="Serve the routes through a framework with releases of this year, for example `from fastapi import FastAPI`.",
    effort=Effort.WEEKS,
    role=Role.BACKEND,
    sources=["https://fastapi.tiangolo.com/", "https://endoflife.date/django"],
    passes=["from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/items')\ndef items():\n    return []\n"],
    fails=[
        (
            "from http.server import BaseHTTPRequestHandler, HTTPServer\n\n\n"
            "class Handler(BaseHTTPRequestHandler):\n    def do_POST(self):\n        self.send_response(200)\n\n\n"
            "HTTPServer(('', 80), Handler).serve_forever()\n"
        ),
        {
            "shop/openapi.yaml": (
                "openapi: 3.0.0\ninfo: {title: shop, version: '1'}\npaths:\n  /v1/orders:\n    get:\n"
                "      operationId: shop.orders:orders.listed\n"
            ),
            "shop/__init__.py": "",
            "shop/orders.py": ("class Orders:\n    def listed(self):\n        return []\n\n\norders = Orders()\n"),
        },
    ],
    fixed="from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/items')\ndef items():\n    return []\n",
    partials=[
        (
            "from flask import Flask\nfrom flask_restplus import Api, Resource\n\napp = Flask(__name__)\n"
            "api = Api(app)\n\n\n@api.route('/items')\nclass Items(Resource):\n    def get(self):\n"
            "        return []\n"
        ),
    ],
    ignores=["def add(a, b):\n    return a + b\n"],
)
def framework(repo: Repo) -> Judgement:
    """The framework of the routes; a hand-made server fails."""
    routes = repo.routes.all
    if repo.routes.probed:
        return not_applicable("Only probes ask here.")
    if not routes:
        bare = next(repo.python.calls("http.server.HTTPServer", "http.server.ThreadingHTTPServer"), None)
        if bare is not None and any(site.definition.name.startswith("do_") for site in repo.python.functions):
            return failed(
                "Requests are taken apart by hand.",
                seen(bare.module.path, bare.call.line, f"`{bare.last}` serves without a framework"),
            )
        return not_applicable("No route is served.")
    for package, name in _ABANDONED.items():
        for module, item in repo.python.imports(package):
            return partial(
                f"Routes are served by {name}; nobody maintains it.",
                seen(module.path, item.line, f"`{item.target}`"),
                score=0.5,
            )
    counts = Counter(route.framework for route in routes)
    if set(counts) == {"openapi"}:
        place = routes[0].location
        return failed(
            "A router of its own reads the API description and serves the routes.",
            seen(place.path, place.line, f"serves {routes[0].name}"),
        )
    shown = []
    for name, count in counts.most_common(3):
        first = next(route for route in routes if route.framework == name)
        shown.append(
            seen(first.location.path, first.location.line, f"{name} serves {count} route{'s' if count > 1 else ''}")
        )
    return passed(f"{counts.most_common(1)[0][0]} serves the routes.", *shown)
