"""Whether pages of other origins are kept from acting with the user's cookies."""

from __future__ import annotations

from collections.abc import Iterator

from readiness_bot.control import Control, bad, good
from readiness_bot.model import Confidence, Effort, Kind, Role, Severity, Site, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.cross_origin import OriginPolicy


@Control(
    id="security/cors",
    title="Credentials cross origins only to those that are named",
    kind=Kind.DEFECT,
    severity=Severity.HIGH,
    why=(
        "A wildcard together with credentials makes the middleware echo whatever origin asks, and the browser then "
        "sends the user's cookies along."
    ),
    impact="Any page that a signed-in user opens can read and change that user's data through the API.",
    fix=(
        'Name the origins: `allow_origins=["https://app.example.com"]`, or leave the wildcard and set '
        "`allow_credentials=False`."
    ),
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=[
        "https://developer.mozilla.org/en-US/docs/Web/HTTP/CORS/Errors/CORSNotSupportingCredentials",
        "https://www.starlette.io/middleware/#corsmiddleware",
    ],
    fails=[
        (
            "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n\napp = FastAPI()\n"
            "app.add_middleware(CORSMiddleware, allow_origins=['*'], allow_credentials=True)  # <- flagged\n"
        ),
        (
            "from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\n"
            "CORS(app, supports_credentials=True)  # <- flagged\n"
        ),
        (
            "from flask import Flask\nfrom flask_cors import CORS\n\ncors = CORS()\n"
            "CORS_SUPPORTS_CREDENTIALS = True\n\n\n"
            "def create_app():\n    app = Flask(__name__)\n    app.config.from_object(__name__)\n"
            "    cors.init_app(app)  # <- flagged\n    return app\n"
        ),
        (
            "from litestar import Litestar\nfrom litestar.config.cors import CORSConfig\n\n"
            "policy = CORSConfig(allow_credentials=True)  # <- flagged\napp = Litestar(cors_config=policy)\n"
        ),
        (
            "import falcon\n\n"
            "policy = falcon.CORSMiddleware(allow_credentials='*')  # <- flagged\napp = falcon.App(middleware=policy)\n"
        ),
        (
            "import aiohttp_cors as cors\nfrom aiohttp import web\n\napp = web.Application()\n"
            "cors.setup(app, defaults={'*': cors.ResourceOptions(allow_credentials=True)})  # <- flagged\n"
        ),
        {
            "shop/settings.py": (
                "MIDDLEWARE = ['corsheaders.middleware.CorsMiddleware']\nCORS_ALLOW_ALL_ORIGINS = True  # <- flagged\n"
                "CORS_ALLOW_CREDENTIALS = True\n"
            ),
        },
        (
            "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "@app.after_request\ndef headers(response):\n"
            "    response.headers['Access-Control-Allow-Origin'] = request.headers.get('Origin')  # <- flagged\n"
            "    response.headers['Access-Control-Allow-Credentials'] = 'true'\n    return response\n"
        ),
        (
            "from flask import Flask, Response, request\n\napp = Flask(__name__)\n\n\n"
            "@app.get('/events')\ndef events():\n    origin = request.headers.get('Origin')\n"
            "    return Response(  # <- flagged\n        'data: {}',\n"
            "        headers={'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true'},\n"
            "    )\n"
        ),
        {
            "shop/main.py": (
                "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n\n"
                "from shop.settings import Settings\n\nsettings = Settings()\napp = FastAPI()\n"
                "app.add_middleware(  # <- flagged\n    CORSMiddleware, allow_origins=settings.origins, "
                "allow_credentials=True)\n"
            ),
            "shop/settings.py": "class Settings:\n    def __init__(self):\n        self.origins = ['*']\n",
        },
        {
            "shop/settings/common.py": "import os\n\nROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = []\n",
            "shop/settings/mods/cors.py": (
                "from .. import common\n\ncommon.MIDDLEWARE.insert(0, 'corsheaders.middleware.CorsMiddleware')\n"
                "CORS_ALLOW_ALL_ORIGINS = True  # <- flagged\nCORS_ALLOW_CREDENTIALS = True\n"
            ),
            "shop/settings/prod.py": "from .common import *\nfrom .mods.cors import *\n",
            "shop/urls.py": "urlpatterns = []\n",
        },
        {
            "shop/app.py": (
                "from flask import Flask\n\nfrom shop.orders import app as orders\n\napp = Flask(__name__)\n"
                "app.register_blueprint(orders)\n"
            ),
            "shop/orders.py": (
                "from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\n"
                "CORS(app, origins='*', supports_credentials=True)  # <- flagged\n"
            ),
        },
    ],
    partials=[
        (
            "from fastapi import FastAPI, Request\nfrom fastapi.middleware.cors import CORSMiddleware\n"
            "from fastapi.responses import JSONResponse\n\napp = FastAPI()\n"
            "app.add_middleware(CORSMiddleware, allow_origins=['*'], allow_credentials=True)  # <- flagged\n\n\n"
            "@app.middleware('http')\nasync def own_pages_only(request: Request, call_next):\n"
            "    if request.headers.get('origin') == str(request.base_url).rstrip('/'):\n"
            "        return await call_next(request)\n"
            "    return JSONResponse({'error': 'not allowed'}, status_code=403)\n"
        ),
        (
            "import os\n\nINSTALLED_APPS = ['corsheaders', 'shop']\n"
            "MIDDLEWARE = ['corsheaders.middleware.CorsMiddleware']\n"
            "if os.environ.get('OPEN_TO_ALL'):\n    CORS_ALLOW_ALL_ORIGINS = True  # <- flagged\n"
            "else:\n    CORS_ALLOWED_ORIGINS = ['https://shop.example']\n"
            "CORS_ALLOW_CREDENTIALS = True\n"
        ),
        (
            "import environ\n\nenv = environ.Env()\nINSTALLED_APPS = ['corsheaders', 'shop']\n"
            "MIDDLEWARE = ['corsheaders.middleware.CorsMiddleware']\n"
            "CORS_ALLOWED_ORIGINS = env.list('CORS_ALLOWED_ORIGINS', default=['https://shop.example'])\n"
            "if '*' in CORS_ALLOWED_ORIGINS:\n    CORS_ALLOW_ALL_ORIGINS = True  # <- flagged\n"
            "    CORS_ALLOWED_ORIGINS = []\nCORS_ALLOW_CREDENTIALS = True\n"
        ),
        {
            "app/settings.py": "class Settings:\n    OPEN_TO_ALL: bool = False\n\n\nsettings = Settings()\n",
            "app/main.py": (
                "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n\n"
                "from app.settings import settings\n\napp = FastAPI()\nif settings.OPEN_TO_ALL:\n"
                "    app.add_middleware(CORSMiddleware, allow_origins=['*'], allow_credentials=True)  # <- flagged\n"
            ),
        },
        {
            "app/settings.py": (
                "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n"
                "    origins: list[str] = ['*']\n\n\ndef get_settings() -> Settings:\n    return Settings()\n"
            ),
            "app/main.py": (
                "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n\n"
                "from app.settings import get_settings\n\nsettings = get_settings()\napp = FastAPI()\n"
                "app.add_middleware(CORSMiddleware, allow_origins=settings.origins, allow_credentials=True)"
                "  # <- flagged\n"
            ),
        },
    ],
    fixed="from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n\napp = FastAPI()\n"
    'app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"], allow_credentials=True)\n',
    passes=[
        (
            "from flask import Flask, request\n\nfrom shop.partners import known_origins\n\napp = Flask(__name__)\n\n\n"
            "@app.after_request\ndef answer_origin(response):\n    origin = request.headers.get('Origin')\n"
            "    if not origin:\n        return response\n    known = known_origins()\n    if origin not in known:\n"
            "        return response\n    response.headers['Access-Control-Allow-Origin'] = origin\n"
            "    response.headers['Access-Control-Allow-Credentials'] = 'true'\n    return response\n"
        ),
        (
            "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.after_request\n"
            "def opened(response):\n    if request.path.startswith('/account'):\n"
            "        response.headers['Access-Control-Allow-Origin'] = 'https://shop.eu'\n"
            "        response.headers['Access-Control-Allow-Credentials'] = 'true'\n    else:\n"
            "        response.headers['Access-Control-Allow-Origin'] = '*'\n    return response\n"
        ),
        (
            "from flask import Flask, Response, request\n\napp = Flask(__name__)\n\n\n"
            "@app.get('/events')\ndef events():\n    origin = request.headers.get('Origin')\n"
            "    return Response('data: {}', headers={'Access-Control-Allow-Origin': origin})\n"
        ),
        (
            "from shop.origins import is_origin_ok\n\n\ndef answer(request, response):\n"
            "    response.set_header('Access-Control-Allow-Origin', request.headers.get('Origin'))\n"
            "    if is_origin_ok(request):\n"
            "        response.set_header('Access-Control-Allow-Credentials', 'true')\n"
        ),
        (
            "def application(environ, start_response):\n    headers = [('Access-Control-Allow-Origin', '*')]\n"
            "    start_response('200 OK', headers)\n    return [b'open to everybody']\n"
        ),
        {
            "shop/settings.py": (
                "from configurations import Configuration, values\n\n\nclass Base(Configuration):\n"
                "    MIDDLEWARE = ['corsheaders.middleware.CorsMiddleware']\n    CORS_ALLOW_CREDENTIALS = True\n"
                "    CORS_ALLOW_ALL_ORIGINS = values.BooleanValue(False)\n\n\n"
                "class Development(Base):\n    CORS_ALLOW_ALL_ORIGINS = True\n"
            ),
        },
        (
            "import web\n\n\ndef answer_origin():\n    if web.ctx.path == '/login.json':\n"
            "        web.header('Access-Control-Allow-Credentials', 'true')\n"
            "        web.header('Access-Control-Allow-Origin', 'https://shop.example')\n    else:\n"
            "        web.header('Access-Control-Allow-Origin', '*')\n"
        ),
        (
            "import cherrypy\n\n\ndef tell(name, value):\n    cherrypy.response.headers[name] = value\n\n\n"
            "def answer_origin(origin, settings):\n    allowed = settings.get('origins', '')\n    if allowed:\n"
            "        tell('Access-Control-Allow-Credentials', 'true')\n        if origin in allowed.split(','):\n"
            "            tell('Access-Control-Allow-Origin', origin)\n        elif '*' in allowed:\n"
            "            tell('Access-Control-Allow-Origin', '*')\n"
        ),
        (
            "from aiohttp import web\n\nfrom app.settings import PARTNERS\n\n\nasync def answer(request, response):\n"
            "    origin = request.headers.get('Origin')\n    known = '*' not in PARTNERS and origin in PARTNERS\n"
            "    if not (known or '*' in PARTNERS):\n        return\n"
            "    response.headers['Access-Control-Allow-Origin'] = origin\n"
            "    if known:\n        response.headers['Access-Control-Allow-Credentials'] = 'true'\n"
        ),
        (
            "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n\napp = FastAPI()\n"
            "app.add_middleware(CORSMiddleware, allow_origins=['https://a.example'], allow_methods=['*'], "
            "allow_headers=['*'], allow_credentials=True)\n"
        ),
        "from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\nCORS(app)\n",
        (
            "from litestar import Litestar\nfrom litestar.config.cors import CORSConfig\n\n"
            "app = Litestar(cors_config=CORSConfig(allow_origins=['*']))\n"
        ),
        (
            "import falcon\nfrom falcon_cors import CORS\n\ncors = CORS(allow_origins_list=['https://a.example'])\n"
            "app = falcon.App(middleware=[cors.middleware])\n"
        ),
        {
            "shop/app.py": (
                "from flask import Flask\nfrom flask_cors import CORS\n\nfrom shop.orders import orders\n\n"
                "app = Flask(__name__)\nCORS(app, origins=['https://shop.example'], supports_credentials=True)\n"
                "app.register_blueprint(orders)\n"
            ),
            "shop/orders.py": (
                "from flask import Blueprint, Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\n"
                "CORS(app, origins='*', supports_credentials=True)\norders = Blueprint('orders', __name__)\n\n\n"
                "@orders.get('/orders')\ndef listed():\n    return []\n"
            ),
        },
    ],
    ignores=[
        {
            "shop/settings.py": (
                "MIDDLEWARE = ['corsheaders.middleware.CorsMiddleware']\n\n\nclass Base:\n"
                "    CORS_ALLOW_CREDENTIALS = True\n    CORS_ALLOW_ALL_ORIGINS = False\n\n\nclass Development(Base):\n"
                "    CORS_ALLOW_ALL_ORIGINS = True\n\n\nclass Production(Base):\n    DEBUG = False\n"
            ),
        },
        {
            "shop/settings/devel.py": (
                "MIDDLEWARE = ['corsheaders.middleware.CorsMiddleware']\nCORS_ORIGIN_ALLOW_ALL = True\n"
                "CORS_ALLOW_CREDENTIALS = True\n"
            ),
        },
        (
            "def allow(request, response, credentials=False):\n"
            "    response.headers['Access-Control-Allow-Origin'] = request.headers.get('Origin')\n"
            "    if credentials:\n        response.headers['Access-Control-Allow-Credentials'] = 'true'\n\n\n"
            "def view(request, response):\n    allow(request, response)\n"
        ),
        "from flask import Flask\n\napp = Flask(__name__)\n",
    ],
)
def cors(repo: Repo) -> Iterator[Site | Ward]:
    """One site for each place that sets a policy, and what is let in where nobody says otherwise."""
    for policy in repo.cross_origin.policies:
        yield from _by_default(policy)
        if not (policy.anyone and policy.credentials):
            yield good(policy.location)
        elif policy.configured:
            yield bad(
                policy.location,
                f"By default `{policy.library}` lets every origin in, with credentials",
                Confidence.MEDIUM,
            )
        elif policy.optional:
            yield bad(
                policy.location,
                f"`{policy.library}` lets every origin in, with credentials, where a setting is turned on",
                Confidence.MEDIUM,
            )
        elif policy.guarded:
            yield bad(
                policy.location,
                f"`{policy.library}` lets every origin in, with credentials; what looks at the origin stands beside it",
                Confidence.MEDIUM,
            )
        elif policy.reflects:
            yield bad(policy.location, "The request's own origin is echoed, and credentials are allowed")
        else:
            yield bad(policy.location, f"`{policy.library}` lets every origin in, with credentials")


def _by_default(policy: OriginPolicy) -> Iterator[Ward]:
    """What keeps other origins from acting with credentials by default."""
    open_ = policy.anyone and policy.credentials
    if open_ and not policy.configured:
        return  # that is told by itself
    by = "a list of origins" if policy.credentials else "that no credentials go along"
    yield Ward(
        policy.location,
        f"whom `{policy.library}` lets in",
        () if open_ else (by,),
        f"By default `{policy.library}` lets every origin in, with credentials",
        ways=int(open_),
    )
