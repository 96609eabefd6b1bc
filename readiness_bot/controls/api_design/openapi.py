"""Whether the API describes itself."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo


@Control(
    id="api-design/openapi",
    title="An OpenAPI description exists",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why=(
        "From a description clients, mocks and contract tests are generated, and a breaking change shows before it "
        "is deployed."
    ),
    impact="Every client guesses from examples, and finds out in production what changed.",
    fix=(
        "Let the framework write it (`drf_spectacular`, `flask_smorest`, FastAPI does by itself), or keep an "
        "`openapi.yaml` beside the code."
    ),
    by_settings=True,
    effort=Effort.DAYS,
    role=Role.BACKEND,
    sources=["https://spec.openapis.org/oas/latest.html"],
    passes=[
        (
            "from pyramid.config import Configurator\n\n\ndef described(request):\n"
            "    return {'host': request.host}\n\n\n"
            "def main(settings):\n    made = Configurator()\n    made.add_route('described', '/__api__')\n"
            "    made.add_view(described, route_name='described', renderer='shop:templates/swagger.mako')\n"
            "    return made.make_wsgi_app()\n"
        ),
        {
            "app.py": (
                "from flask import Flask\n\napp = Flask(__name__)\n\n\n"
                "@app.get('/orders')\ndef orders():\n    return []\n"
            ),
            "docs/extra/api-reference/shop-v2.yaml": "openapi: 3.0.3\ninfo: {title: Shop, version: '2'}\npaths: {}\n",
        },
        (
            "from tornado.web import Application, RequestHandler\n\n\nclass Description(RequestHandler):\n"
            "    def get(self):\n        self.write(describe(HANDLERS))\n\n\n"
            "HANDLERS = [(r'/openapi.json', Description)]\napp = Application(HANDLERS)\n"
        ),
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['rest_framework', 'drf_yasg2']\n",
            "shop/urls.py": (
                "from django.urls import path\nfrom rest_framework.views import APIView\n\n\n"
                "class Orders(APIView):\n    def get(self, request):\n        return None\n\n\n"
                "urlpatterns = [path('orders', Orders.as_view())]\n"
            ),
        },
        (
            "import cherrypy\n\n\nclass Items:\n    @cherrypy.expose\n    def index(self):\n        return []\n\n"
            "    @cherrypy.expose\n    def describe(self):\n"
            "        return {'swagger': '2.0', 'info': {'title': 'Shop'}, 'paths': paths_of(self)}\n\n\n"
            "cherrypy.quickstart(Items())\n"
        ),
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/items')\ndef items():\n    return []\n",
        {
            "app/main.py": (
                "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/items')\ndef items():\n"
                "    return []\n"
            ),
            "specs/openapi.yaml": "openapi: 3.0.2\ninfo:\n  title: Shop\npaths:\n  /items:\n    get: {}\n",
        },
        {
            "app/main.py": (
                "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/items')\ndef items():\n"
                "    return []\n"
            ),
            "shop-spec.yml": "openapi: 3.0.0\ninfo:\n  title: Shop\n  version: '1'\npaths:\n  /items:\n    get: {}\n",
        },
    ],
    fails=[
        {
            "app/main.py": (
                "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/items')\ndef items():\n"
                "    return []\n"
            )
        },
        (
            "from fastapi import FastAPI\n\napp = FastAPI(openapi_url=None)\n\n\n@app.get('/items')\ndef items():\n"
            "    return []\n"
        ),
        {
            "app/main.py": (
                "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/items')\ndef items():\n"
                "    return []\n"
            ),
            "app/asgi.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/ws')\ndef talk():\n    return 1\n"
            ),
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nCMD ["gunicorn", "app.main:app"]\n',
        },
    ],
    fixed={
        "app/main.py": (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/items')\ndef items():\n    return []\n"
        ),
        "openapi.yaml": "openapi: 3.1.0\ninfo:\n  title: Shop\n  version: '1'\npaths: {}\n",
    },
    ignores=["def add(a, b):\n    return a + b\n"],
)
def openapi(repo: Repo) -> Judgement:
    """A generated or kept description passes."""
    if not repo.routes.all:
        return not_applicable("No route is served.")
    described = repo.interface.described
    if described:
        return passed(f"{described[0].detail}.", *described[:4])
    first = repo.routes.all[0]
    return failed(
        "Nothing describes the API.",
        seen(first.location.path, first.location.line, f"{first.framework} describes nothing by itself"),
        looked_in=["frameworks and extensions that generate a description", "openapi and swagger files"],
    )
