"""Whether a stolen password alone opens an account."""

from __future__ import annotations

import re

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_DIRECTORY = re.compile(r"ldap", re.IGNORECASE)
"""A directory holds accounts and checks their passwords; it asks for no second factor by itself."""


@Control(
    id="security/mfa",
    title="Accounts can ask for a second factor",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why=(
        "Passwords are reused and phished; a second factor, or an identity provider that has one, makes a stolen one "
        "useless."
    ),
    impact="Every password that leaks elsewhere opens the same person's account here.",
    fix=(
        "Verify a time-based code after the password with `pyotp.TOTP(secret).verify(code)`, or hand sign-in to an "
        "OpenID Connect provider."
    ),
    by_settings=True,
    effort=Effort.WEEKS,
    role=Role.BACKEND,
    sources=[
        "https://cheatsheetseries.owasp.org/cheatsheets/Multifactor_Authentication_Cheat_Sheet.html",
        "https://pyauth.github.io/pyotp/",
    ],
    passes=[
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n",
            "shop/urls.py": (
                "from django.contrib import admin\nfrom django.urls import include, path\n"
                "from house_2fa.urls import urlpatterns as second\n\n"
                "urlpatterns = [path('in/', include((second, 'second'))), path('admin/', admin.site.urls)]\n"
            ),
        },
        (
            "from pyramid.config import Configurator\nfrom pyramid.view import view_config\n\n\n"
            "@view_config(route_name='login', renderer='json')\ndef login(request):\n    return {}\n\n\n"
            "def main(_, **settings):\n    config = Configurator(settings=settings)\n"
            "    config.include('pyramid_googleauth')\n    config.add_route('login', '/login')\n    config.scan()\n"
            "    return config.make_wsgi_app()\n"
        ),
        (
            "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\ndef exchange(code):\n"
            "    asked = {'grant_type': 'authorization_code', 'scope': 'openid email', 'code': code}\n"
            "    answer = requests.post('https://people.example/token', data=asked, timeout=5)\n"
            "    return answer.json()['id_token']\n\n\n"
            "@app.route('/enter', methods=['POST'])\ndef enter():\n    return welcome(exchange(request.json['code']))\n"
        ),
        {
            "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['multifactor']\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\n"
                "urlpatterns = [path('people/', include('django.contrib.auth.urls'))]\n"
            ),
        },
        {
            "shop/settings.py": (
                "import django\n\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.admin', 'uaa_client']\n"
            ),
            "shop/urls.py": (
                "from django.contrib import admin\nfrom django.urls import path\n\n"
                "urlpatterns = [path('admin/', admin.site.urls)]\n"
            ),
        },
        (
            "import pyotp\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/login', methods=['POST'])\ndef login():\n    return {'ok': pyotp.TOTP('a').verify('1')}\n"
        ),
        (
            "from authlib.integrations.flask_client import OAuth\nfrom flask import Flask\n\napp = Flask(__name__)\n"
            "oauth = OAuth(app)\noauth.register('corp')\n\n\n@app.route('/login', methods=['POST'])\ndef login():\n"
            "    return oauth.corp.authorize_redirect('/')\n"
        ),
    ],
    fails=[
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/login', methods=['POST'])\n"
            "def login():\n    return {}\n"
        ),
        {
            "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n",
            "shop/admin.py": (
                "from django.contrib import admin\n\n\nclass Pages(admin.AdminSite):\n    site_header = 'Shop'\n\n\n"
                "pages = Pages()\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.admin import pages\n\n"
                "urlpatterns = [path('a/', pages.urls)]\n"
            ),
        },
        {
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop.importer import boards\n\napp = Flask(__name__)\n\n\n"
                "@app.route('/login', methods=['POST'])\ndef login():\n    return {}\n\n\n"
                "@app.route('/boards')\ndef listed():\n    return boards()\n"
            ),
            "shop/importer.py": (
                "import requests\nfrom requests_oauthlib import OAuth1\n\n\ndef auth_address(server):\n"
                "    return f'{server}/allow'\n\n\ndef boards():\n"
                "    return requests.get('https://boards.example/mine', auth=OAuth1('key'), timeout=9).json()\n"
            ),
        },
        {
            "shop/settings.py": (
                "import django\n\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.admin']\n"
            ),
            "shop/urls.py": (
                "from django.contrib import admin\nfrom django.urls import path\n\n"
                "urlpatterns = [path('admin/', admin.site.urls)]\n"
            ),
        },
        {
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop.sheets import rows\n\napp = Flask(__name__)\n\n\n"
                "@app.route('/login', methods=['POST'])\ndef login():\n    return {}\n\n\n"
                "@app.route('/rows')\ndef listed():\n    return rows()\n"
            ),
            "shop/sheets.py": (
                "import msal\n\n\ndef rows():\n"
                "    return msal.ConfidentialClientApplication('shop').acquire_token_for_client(['rows'])\n"
            ),
        },
        {
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop.auth import oauth2_provider\n\napp = Flask(__name__)\n\n\n"
                "@app.route('/login', methods=['POST'])\ndef login():\n    return oauth2_provider.sign_in()\n"
            ),
            "shop/auth/oauth2_provider.py": (
                "from oauthlib.common import generate_token\nfrom oauthlib.oauth2 import RequestValidator, Server\n\n\n"
                "class Clients(RequestValidator):\n    pass\n\n\nserver = Server(Clients())\n\n\n"
                "def sign_in():\n    return generate_token()\n"
            ),
        },
        (
            "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/connect', methods=['POST'])\ndef connect():\n"
            "    asked = {'grant_type': 'authorization_code', 'code': request.json['code'], 'scope': 'calendar'}\n"
            "    return keep(requests.post('https://days.example/token', data=asked, timeout=5).json())\n\n\n"
            "@app.route('/login', methods=['POST'])\ndef login():\n    return {}\n"
        ),
    ],
    fixed=(
        "import pyotp\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/login', methods=['POST'])\n"
        "def login():\n    return {'ok': pyotp.TOTP('a').verify('1')}\n"
    ),
    partials=[
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\nclass CorporateOAuthAuthentication:\n"
            "    def begin(self):\n        return 'https://sign.example'\n\n\n"
            "@app.route('/login', methods=['POST'])\ndef login():\n"
            "    return {'to': CorporateOAuthAuthentication().begin()}\n"
        ),
        {
            "shop/auth.py": (
                "import ldap3\n\n\ndef check_password(name, password):\n"
                "    return ldap3.Connection('ldap://people', name, password).bind()\n"
            ),
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop.auth import check_password\n\napp = Flask(__name__)\n\n\n"
                "@app.route('/login', methods=['POST'])\ndef login():\n    return {'ok': check_password('a', 'b')}\n"
            ),
        },
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/login', methods=['POST'])\n"
            "def login():\n    return {}\n\n\n@app.route('/oauth/callback')\ndef back():\n    return {}\n"
        ),
    ],
    ignores=[
        (
            "from flask import Flask\nfrom pydantic import BaseModel, field_validator\n\n"
            "app = Flask(__name__)\n\n\nclass Settings(dict):\n"
            "    def validate_credentials(self):\n        assert self['client_secret']\n\n\n"
            "class Bucket(BaseModel):\n    credentials: dict\n\n"
            "    @field_validator('credentials', mode='before')\n    def validate_credentials(cls, value):\n"
            "        return dict(value)\n\n\n@app.route('/')\ndef index():\n    return {}\n"
        ),
        "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/')\ndef index():\n    return {}\n",
    ],
)
def mfa(repo: Repo) -> Judgement:
    """An own second factor or an identity provider's library passes.

    A sign-in through another service by hand is partial.
    """
    if not (repo.serves or repo.routes.all):
        return not_applicable("No user accounts: nothing here is signed in to.")
    factors = repo.accounts.factors
    used = [factor for factor in factors if factor.is_used]
    strong = sorted(
        (factor for factor in used if factor.kind != "own-provider"),
        key=lambda factor: (factor.kind != "second-factor", "ldap" in factor.detail),
    )
    if strong and all(_DIRECTORY.search(factor.detail) for factor in strong):
        return partial(
            "Sign-in can be handed to a directory, which asks for a password alone as far as is seen.",
            *(seen(factor.path, factor.line, factor.detail) for factor in strong[:3]),
            score=0.5,
        )
    if strong:
        what = (
            "A second factor is there"
            if strong[0].kind == "second-factor"
            else "Sign-in can be handed to an identity provider"
        )
        return passed(
            f"{what}: {strong[0].detail}.", *(seen(factor.path, factor.line, factor.detail) for factor in strong[:5])
        )
    users = repo.accounts.users
    if used:
        return partial(
            "Sign-in can go through another service, whose second factor then counts.",
            seen(used[0].path, used[0].line, used[0].detail),
            score=0.5,
        )
    if factors:
        return partial(
            f"Nothing that runs reaches the sign-in that is there: {factors[0].detail}.",
            seen(factors[0].path, factors[0].line, factors[0].detail),
        )
    if users is None:
        return not_applicable("No accounts of people here.")
    return failed(
        "A password is all that an account asks for.",
        users,
        looked_in=[
            "one-time codes, WebAuthn",
            "OpenID Connect, SAML, LDAP and OAuth clients",
            "installed applications",
        ],
    )
