"""Whether sessions and tokens end, and cookies stay out of scripts and plain connections."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo


@Control(
    id="security/session-management",
    title="Sessions end, and their cookies are Secure and HttpOnly",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why=(
        "A token that never ends stays valid after it leaks; a cookie without flags can be read by a script or on the "
        "wire."
    ),
    impact="One stolen cookie or token is a key to the account for as long as nobody notices.",
    fix=(
        'Set `SESSION_COOKIE_SECURE = True`, keep cookies HttpOnly, and give tokens an end: `jwt.encode({"sub": user, '
        '"exp": end}, key)`.'
    ),
    by_settings=True,
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=["https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html"],
    passes=[
        {
            "shop/backend.py": (
                "import jwt\n\n\nclass Backend:\n    def encode(self, payload):\n        claims = payload.copy()\n"
                "        return jwt.encode(claims, self.key)\n"
            ),
            "shop/settings.py": (
                "import os\n\nROOT_URLCONF = 'shop.urls'\n"
                "MIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware']\n"
                "SESSION_COOKIE_SECURE = os.getenv('SESSION_COOKIE_SECURE', 'True') == 'True'\n"
            ),
        },
        {
            "shop/settings/base.py": (
                "ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware']\n"
            ),
            "shop/settings/dev.py": "from .base import *\n\nSESSION_COOKIE_SECURE = False\n",
            "shop/settings/prod.py": "from .base import *\n\nSESSION_COOKIE_SECURE = True\n",
        },
        (
            "import cherrypy\n\n\n@cherrypy.expose\ndef login(name, password):\n    cookie = cherrypy.response.cookie\n"
            "    cookie['shopToken'] = token_of(name, password)\n    cookie['shopToken']['expires'] = 3600\n"
            "    cookie['shopToken']['httponly'] = True\n    if cherrypy.request.scheme == 'https':\n"
            "        cookie['shopToken']['secure'] = True\n"
        ),
        (
            "from pyramid.session import SignedCookieSessionFactory\n\n\ndef includeme(config, is_dev):\n"
            "    made = SignedCookieSessionFactory('key', httponly=True, secure=not is_dev)\n"
            "    config.set_session_factory(made)\n"
        ),
        (
            "from aiohttp import web\nfrom aiohttp_session import setup\n"
            "from aiohttp_session.cookie_storage import EncryptedCookieStorage\n\napp = web.Application()\n"
            "setup(app, EncryptedCookieStorage(key(), cookie_name='shop', max_age=3600, secure=True))\n"
        ),
        (
            "from flask import Flask, session\n\napp = Flask(__name__)\n"
            "app.config.update(SESSION_COOKIE_SECURE=True, PERMANENT_SESSION_LIFETIME=3600)\n\n\n"
            "@app.post('/basket/<name>')\ndef put(name):\n    session['basket'] = name\n    return ''\n"
        ),
        (
            "from flask import Flask, session\n\n\ndef create_app():\n    app = Flask(__name__)\n"
            "    app.config.from_mapping({'SESSION_COOKIE_SECURE': True, 'PERMANENT_SESSION_LIFETIME': 3600})\n"
            "    app.add_url_rule('/basket/<name>', 'put', put, methods=['POST'])\n    return app\n\n\n"
            "def put(name):\n    session['basket'] = name\n    return ''\n"
        ),
        "import jwt\n\n\ndef token(user, end):\n    return jwt.encode({'sub': user, 'exp': end}, 'key')\n",
        (
            "from flask import Flask\nfrom flask_login import LoginManager\n\napp = Flask(__name__)\n"
            "LoginManager(app)\nSESSION_COOKIE_SECURE = True\nPERMANENT_SESSION_LIFETIME = 3600\n"
        ),
        (
            "from flask import Flask\nfrom flask_login import LoginManager\nfrom flask_talisman import Talisman\n\n"
            "talisman = Talisman()\n\n\ndef create_app():\n    app = Flask(__name__)\n    LoginManager(app)\n"
            "    talisman.init_app(app, force_https=True)\n    return app\n"
        ),
    ],
    fails=[
        "import jwt\n\n\ndef token(user):\n    return jwt.encode({'sub': user}, 'key')\n",
        (
            "from pyramid.session import SignedCookieSessionFactory\n\n\ndef includeme(config):\n"
            "    config.set_session_factory(SignedCookieSessionFactory('key', timeout=None))\n"
        ),
    ],
    fixed='import jwt\n\n\ndef token(user, end):\n    return jwt.encode({"sub": user, "exp": end}, \'key\')\n',
    partials=[
        (
            "import datetime\n\nimport flask\n\napp = flask.Flask(__name__)\n"
            "app.config['PERMANENT_SESSION_LIFETIME'] = datetime.timedelta(hours=1)\n\n\n@app.before_request\n"
            "def lasting():\n    flask.session.permanent = True\n"
        ),
        {
            "shop/settings.py": (
                "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['rest_framework.authtoken']\n"
                "MIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware']\nSESSION_COOKIE_SECURE = True\n"
                "REST_FRAMEWORK = {\n    'DEFAULT_AUTHENTICATION_CLASSES': "
                "['rest_framework.authentication.TokenAuthentication']\n}\n"
            ),
        },
        {
            "shop/settings.py": (
                "import django\n\nROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = ['shop.middleware.Sessions']\n"
            ),
            "shop/middleware.py": (
                "from django.contrib.sessions.middleware import SessionMiddleware\n\n\n"
                "class Sessions(SessionMiddleware):\n    pass\n"
            ),
        },
        (
            "from fastapi import FastAPI\nfrom fastapi_users import FastAPIUsers\n"
            "from fastapi_users.authentication import CookieTransport\n\napp = FastAPI()\n"
            "transport = CookieTransport(cookie_max_age=3600, cookie_secure=False)\n"
            "users = FastAPIUsers[User, int](manager, [backend_of(transport)])\n"
        ),
        (
            "import cherrypy\nimport jwt\n\n\n@cherrypy.expose\ndef login(name, password):\n    name = cookie_name()\n"
            "    jwt_token = jwt.encode({'sub': name, 'exp': 3600}, 'key')\n"
            "    cherrypy.response.cookie[name] = jwt_token\n    cherrypy.response.cookie[name]['max-age'] = 3600\n"
            "    cherrypy.response.cookie[name]['httponly'] = True\n"
        ),
        "from flask import Flask\nfrom flask_login import LoginManager\n\napp = Flask(__name__)\nLoginManager(app)\n",
        (
            "from aiohttp import web\nfrom aiohttp_session import setup\n"
            "from aiohttp_session.cookie_storage import EncryptedCookieStorage\n\napp = web.Application()\n"
            "setup(app, EncryptedCookieStorage(key(), cookie_name='shop', max_age=3600))\n"
        ),
    ],
    ignores=[
        (
            "from flask import Flask, session\n\napp = Flask(__name__)\n\n\ndef kept(session: session):\n"
            "    return session.add(1)\n\n\n@app.route('/')\ndef index():\n    return {}\n"
        ),
        (
            "import requests\n\n\ndef ask(url, token):\n    session = requests.Session()\n"
            "    session.cookies['token'] = token\n    return session.get(url, timeout=5)\n"
        ),
        "from flask import Flask\n\napp = Flask(__name__)\n",
    ],
)
def session_management(repo: Repo) -> Judgement:
    """Judge by the aspects that hold: the worst place of each aspect counts."""
    parts = repo.accounts.session_parts
    if not parts:
        return not_applicable("No sessions or tokens seen.")
    worst: dict[str, str] = {}
    order = ("on", "optional", "off")
    for part in parts:
        worst[part.aspect] = max(worst.get(part.aspect, "on"), part.state, key=order.index)
    lacking = [part for part in parts if part.state != "on"]
    holding = [part for part in parts if part.state == "on"]
    shown = [seen(part.path, part.line, part.detail) for part in (*lacking[:4], *holding[:2])]
    if not lacking:
        return passed("Sessions and tokens end, and cookies are kept from scripts and plain connections.", *shown)
    if all(state == "off" for state in worst.values()):
        return failed(f"{lacking[0].detail[:1].upper()}{lacking[0].detail[1:]}.", *shown)
    score = 0.7 if all(part.state == "optional" for part in lacking) else 0.5
    return partial(f"Sessions are bounded in part: {lacking[0].detail}.", *shown, score=score)
