"""Whether credentials are kept out of the repository."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from readiness_bot.control import Control, bad
from readiness_bot.model import Confidence, Effort, Kind, Role, Severity, Site
from readiness_bot.repo import Repo
from readiness_bot.repo.credentials import KeptSecret

_LONG = 16
"""Characters from which a random literal is a generated key rather than somebody's habit: 64 bits in hexadecimal."""
_KEY_FILES = ("secret", "credential", "config", "setting", "env", "application", "prod")


@Control(
    id="security/hardcoded-secret",
    title="No credential is written down in the repository",
    kind=Kind.DEFECT,
    severity=Severity.CRITICAL,
    why=(
        "Whoever can read the repository, its forks, its image or its history holds the key, and it cannot be taken "
        "back by deleting the line."
    ),
    impact="Anyone who has seen the code can sign in as any user, or run up a bill with your provider.",
    fix=(
        'Read it from the environment and stop without it: `os.environ["SECRET_KEY"]`. Then replace the credential: '
        "what was committed is known."
    ),
    effort=Effort.HOURS,
    role=Role.SECURITY,
    sources=[
        "https://owasp.org/Top10/A07_2021-Identification_and_Authentication_Failures/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html",
    ],
    fails=[
        (
            "import jwt\n\n_JWT_SECRET = 'shelves-and-more-shelves'  # <- flagged\n\n\ndef set_up(secret):\n"
            "    global _JWT_SECRET\n    if secret:\n        _JWT_SECRET = secret\n\n\n"
            "def token(claims):\n    return jwt.encode(claims, _JWT_SECRET, algorithm='HS256')\n"
        ),
        {
            "shop/__init__.py": "DESK_WORDS = 'a_long_row_of_words_for_desks'  # <- flagged\n",
            "shop/tokens.py": (
                "import jwt\n\nfrom shop import DESK_WORDS\n\n\ndef token(claims):\n"
                "    return jwt.encode(claims, DESK_WORDS, algorithm='HS256')\n"
            ),
        },
        (
            "import os\n\nPEER_SECRET = os.environ.get('PEER_SECRET', 'between-shops')  # <- flagged\n\n\n"
            "def let_in(sent):\n    if sent != PEER_SECRET:\n        raise PermissionError\n"
        ),
        (
            "import requests\n\n\ndef rate(day):\n"
            "    address = 'https://rates.shop.eu/{}?full=1&_api_key=8f14e45fceea167a5a36dedd4bea2543'  # <- flagged\n"
            "    return requests.get(address.format(day), timeout=5).json()\n"
        ),
        "import os\n\nSECRET_KEY = os.environ.get('SECRET_KEY', 'c292a0a3aa32397cdb050e233733900f')  # <- flagged\n",
        (
            "from shoplib.envs import get_text\n\n"
            "SECRET_KEY = get_text(name='SECRET_KEY', default='m4n$kq0v8z!t2c@wb7xr9h')  # <- flagged\n"
        ),
        "from flask import Flask\n\napp = Flask(__name__)\napp.config['SECRET_KEY'] = 'changeme'  # <- flagged\n",
        {
            "shop/settings.py": (
                "SECRET_KEY = '&9v!x0q+e#m7&k2w^zt4*u=h8r@1pd'  # <- flagged\nROOT_URLCONF = 'shop.urls'\n"
            ),
            "shop/urls.py": "urlpatterns = []\n",
        },
        (
            "import environ\n\nenv = environ.Env(DEBUG=(bool, False), SECRET_KEY=(str, 'not-secret'))  # <- flagged\n"
            "SECRET_KEY = env('SECRET_KEY')\n"
        ),
        "from flask import Flask\n\napp = Flask(__name__)\napp.config['SECRET_KEY_HMAC'] = 'secret'  # <- flagged\n",
        (
            "import jwt\n\nsecret = 'topsecretkey'  # <- flagged\n\n\ndef token(user):\n"
            "    return jwt.encode({'sub': user}, secret, algorithm='HS256')\n"
        ),
        "import jwt\n\n\ndef user(token):\n    return jwt.decode(token, 'topsecret', ['HS256'])  # <- flagged\n",
        {"app/billing.py": "import billing\n\nbilling.api_key = 'q8Zt2vLm9XcR4bNw7KdP'  # <- flagged\n"},
        {".env": "DEBUG=0\nSMTP_PASSWORD=k3Vq9LzX7mTr2WbN8sJd  # <- flagged\n", "app/main.py": "import os\n"},
        {"shop/settings.py": "SECRET_KEY = 'sq9269ux8%robn2r@=me@o#88yu!)^%27f!o5m2cu!i%(!0p@$('  # <- flagged\n"},
        {"shop/configs/default.py": "class DefaultConfig:\n    SECRET_KEY = 'secret key'  # <- flagged\n"},
        {
            "src/config.py": (
                "import os\n\nHERE = os.path.abspath(os.path.dirname(__file__))\n\n\nclass Config:\n"
                "    SECRET_KEY = os.environ.get('SECRET_KEY') or 'Zq7fLx1mR4tVbK9sWc2dYh6nPg3jUe8a'  # <- flagged\n"
            ),
            "src/app/__init__.py": (
                "import os\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"
                "app.config.from_object(os.environ['SETTINGS'])\n"
            ),
            "src/app/tokens.py": (
                "from flask import current_app\n\n\ndef token():\n"
                "    secret_key = current_app.config.get('SECRET_KEY')\n"
                "    if not secret_key:\n        raise RuntimeError('no key')\n    return secret_key\n"
            ),
        },
        (
            "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n"
            "    app.secret_key = 'blue bicycle bell'  # <- flagged\n    return app\n"
        ),
        {
            "shop/settings.py": (
                "SETTINGS = {\n    'PORT': {'type': int, 'default': 8080},\n"
                "    'SESSION_SECRET': {'type': str, 'default': 'k3Vq9LzX7mTr2WbN8sJd'},  # <- flagged\n"
                "}\n"
            ),
        },
        {
            "shop/dump.py": (
                "from struct import unpack\n\n\ndef length(data):\n"
                "    print unpack('<L', data[:4])\n\n\n"
                "SESSION_SECRET = 'k3Vq9LzX7mTr2WbN8sJdPw5'  # <- flagged\n"
            ),
        },
        {
            "shop/tokens.py": (
                "import os\n\nfrom jose import jwt\n\n"
                "SECRET_KEY = os.getenv('SECRET_KEY', 'your-secret-key-here')  # <- flagged\n\n\n"
                "def issued(claims):\n    return jwt.encode(claims, SECRET_KEY, algorithm='HS256')\n"
            ),
            "shop/payments.py": (
                "class Terminal:\n    secret_key: str = ''\n\n    def check(self):\n        if not self.secret_key:\n"
                "            raise ValueError('no key for the terminal')\n"
            ),
        },
        (
            "import os\n\nDEBUG = os.environ.get('SHOP_DEBUG', 'False') == 'True'\n"
            "SECRET_KEY = os.environ.get('SHOP_SECRET_KEY', 'secr3t-k3y')  # <- flagged\n"
        ),
        {
            "shop/config.py": (
                "from pydantic import BaseModel\nfrom pydantic_settings import BaseSettings\n\n\n"
                "class AuthConfig(BaseModel):\n    jwt_secret: str = 'test_secret'  # <- flagged\n"
                "    colour_token: str = 'test_secret'\n\n\n"
                "class AppConfig(BaseSettings):\n    auth: AuthConfig = AuthConfig()\n\n\nconfig = AppConfig()\n"
            ),
            "shop/tokens.py": (
                "import jwt\n\nfrom shop.config import config\n\n\ndef claims(token):\n"
                "    return jwt.decode(token, config.auth.jwt_secret.strip(), algorithms=['HS256'])\n"
            ),
        },
        {
            "deploy/secrets.yaml": (
                "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/dockerconfigjson\nmetadata: {name: images}\ndata:\n"
                "  .dockerconfigjson: eyJhdXRocyI6eyJnaGNyLmlvIjp7ImF1dGgiOiJjMmh2Y0d0bFpY"
                "QmxjanB4T0ZwME1uWk1iVGxZWTFJMFlrNTNOMHRrVUhNeCJ9fX0=  # <- flagged\n"
            )
        },
        (
            "from shop import ini\n\n"
            "SECRET_KEY = ini.settings.get('server', 'secret_key', fallback='orders-orders')  # <- flagged\n"
        ),
        (
            "from shop.peers import Peer\n\n"
            "peer = Peer(name='stock', password='kR4tz9QeWm27vLx0PbYc81HdNs5uGfJa')  # <- flagged\n"
        ),
    ],
    fixed='import os\n\nSECRET_KEY = os.environ["SECRET_KEY"]\n',
    partials=[
        {
            "db/compose/query/config.properties": (
                "internal.shared-secret=qpK7Dkav9zq4RfMgiuQvLtj2HJg910AXZtqXbN4Ilg  # <- flagged\n"
            )
        },
        {
            "compose.yml": (
                "services:\n  files:\n    image: minio/minio:latest\n    env_file:\n      - ./minio.env\n"
                "  api:\n    build: .\n    env_file: [minio.env]\n"
            ),
            "minio.env": "MINIO_URL=files\nMINIO_ROOT_PASSWORD=Gh7sLq2Xv9Tz4Rb8Nw3Kd6Yf1Mc5Pj0AeQ  # <- flagged\n",
        },
        {
            "shop/helpers.py": (
                "class STUB_VALUES:\n"
                '    KEY = """-----BEGIN RSA PRIVATE KEY-----  # <- flagged\n'
                "MIIEowIBAAKCAQEA1c7+9z5Pad7OejecsQ0bu3aumlXLXJ2mwaF9v0qJ6yd0aZqx\n"
                '-----END RSA PRIVATE KEY-----"""\n'
            ),
        },
        (
            "CHAT_LOGIN_RESPONSE = {\n    'ok': True,\n"
            "    'token': 'xoxb-" + "17653672481-19874698323-pdFZKVeTuE8sk7oOcBrzbqgy',  # <- flagged\n}\n"
        ),
        "def fill(add):\n    test_otp_secret = 'JHCOGO7VCER3EJ4LQ2X'  # <- flagged\n    add(test_otp_secret)\n",
    ],
    passes=[
        (
            "from shop import ini\n\nDEBUG = ini.settings.getboolean('server', 'debug', fallback=False)\n"
            "SECRET_KEY = ini.settings.get('server', 'secret_key', fallback='' if not DEBUG else 'orders-orders')\n"
            "SIGNING_KEY = ini.settings.get('server', 'signing_key', fallback=SECRET_KEY)\n"
        ),
        {
            "shop/tokens.py": (
                "import os\n\nfrom jose import jwt\n\nfrom shop.start import Checked\n\n"
                "SECRET_KEY = os.getenv('SECRET_KEY', 'your-secret-key-here')\n\n\n"
                "def issued(claims):\n    return jwt.encode(claims, SECRET_KEY, algorithm='HS256')\n\n\n"
                "Checked(SECRET_KEY).check()\n"
            ),
            "shop/start.py": (
                "class Checked:\n    def __init__(self, key):\n        self.secret_key = key\n\n    def check(self):\n"
                "        if self.secret_key == 'your-secret-key-here':\n            raise SystemExit('set it')\n"
            ),
        },
        (
            "import os\n\n\nclass Shared:\n    SECRET_KEY = 'between us'\n\n\nclass BoxConfig(Shared):\n"
            "    HOST = 'box'\n\n\nclass ProdConfig(Shared):\n    SECRET_KEY = os.environ['SECRET_KEY']\n"
        ),
        (
            "from pydantic import BaseModel, ConfigDict\n\n\nclass Reset(BaseModel):\n    token: str\n\n"
            "    model_config = ConfigDict(\n"
            "        json_schema_extra={'example': {'token': 'a7f3c9e1b5d8420f6e9c3a1b7d5f2e8c'}},\n    )\n\n\n"
            "class Sent(BaseModel):\n    token: str\n\n    class Config:\n"
            "        schema_extra = {'example': {'token': 'a7f3c9e1b5d8420f6e9c3a1b7d5f2e8c'}}\n"
        ),
        {
            "shop/settings.py": (
                "import os\n\nSECRET_KEY = 'kgq7h3vbb6zqnzfzdbzezqsroqa8gvc0'\nDEBUG = False\n"
                "SECRET_KEY = os.environ['SECRET_KEY']\n"
            ),
        },
        {
            "shop/settings.py": (
                "import os\n\nif os.environ.get('STAGE') == 'live':\n    DEBUG = False\n"
                "    SECRET_KEY = os.environ['SECRET_KEY']\nelse:\n    DEBUG = True\n"
                "    SECRET_KEY = 'v8#kq2!x7t0z-w5r1n9c4m6b3d'\n"
            ),
        },
        (
            "def documented(summary, example):\n    return lambda function: function\n\n\n"
            "@documented('reset', example={'token': 'a7f3c9e1b5d8420f6e9c3a1b7d5f2e8c', 'password': 'Sonne-Mond-77'})\n"
            "def reset(body):\n    return body\n"
        ),
        (
            "import os\n\n\ndef weak(value):\n    return len(value) < 32\n\n\ndef start():\n"
            "    secret_key = os.getenv('SECRET_KEY', 'dev')\n    wrong = []\n    if weak(secret_key):\n"
            "        wrong.append('SECRET_KEY')\n    if wrong:\n        raise RuntimeError(', '.join(wrong))\n\n\n"
            "class Config:\n    SECRET_KEY = os.getenv('SECRET_KEY', 'dev')\n"
        ),
        (
            "import os\n\nfrom shop import app\n\nENVIRONMENT = {\n    'FLASK_DEBUG': 'True',\n"
            "    'SECRET_KEY': 'for-a-look-at-it',\n}\nos.environ.update(ENVIRONMENT)\napp.run()\n"
        ),
        (
            "import os\n\nPEER_SECRET = os.environ.get('PEER_SECRET', '')\n\n\ndef let_in(sent):\n"
            "    if sent != PEER_SECRET:\n        raise PermissionError\n"
        ),
        "API_KEY = 'your-api-key-here'\nAPI_SECRET = 'your-api-secret-here'\n",
        "import os\n\nPASSWORD = os.environ.get('DB_PASSWORD', '')\ntoken_url = '/api/v1/login'\n",
        (
            "import environ\n\nenv = environ.Env()\nSIGNING_SECRET = env.str('SERVICE_SIGNING_SECRET_2024', None)\n"
            "JWT_COOKIE_KEY = 'jwt'\nSECRET_KEY_CHARSET = 'abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)'\n"
        ),
        {
            "shop/settings/base.py": "SECRET_KEY = 'kgq7h3vbb6zqnzfzdbzezqsroqa8gvc0'\n",
            "shop/settings/dev.py": "from .base import *\n\nDEBUG = True\n",
            "shop/settings/prod.py": (
                "from .base import *\n\ntry:\n    SECRET_KEY = open('key.txt').read()\nexcept OSError:\n"
                "    SECRET_KEY = new_key()\n"
            ),
        },
        {
            "settings/common.py": "SECRET_KEY = 'kgq7h3vbb6zqnzfzdbzezqsroqa8gvc0'\n",
            "docker/config.py": "import os\nfrom .common import *\n\nSECRET_KEY = os.environ['SECRET_KEY']\n",
            "Dockerfile": "FROM python:3.13\nCOPY settings settings\nCOPY docker/config.py settings/config.py\n",
        },
        {
            ".env": "SECRET_KEY=changethis\n",
            "app/settings.py": (
                "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    SECRET_KEY: str\n\n"
                "    def check_secrets(self):\n        if self.SECRET_KEY == 'changethis':\n"
                "            raise ValueError('set SECRET_KEY')\n"
            ),
        },
        ("from shop.models import User\n\nfirst = User(name='first', password='30780cc6f2e56945aaf9c9578c932e22')\n"),
    ],
    ignores=[
        (
            "import jwt\n\nPUBLIC_HALF = 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE'\n\n\ndef claims(token):\n"
            "    return jwt.decode(token, PUBLIC_HALF, algorithms=['ES256'])\n"
        ),
        {
            ".env": "PAYER_PRIVATE_KEY=4f3edf983ac636a61f2e3d4c5b6a79880f1e2d3c4b5a69781f2e3d4c5b6a7988\n",
            "shop/badges.py": "BADGES = {'PASS': 'color:#6b7280;margin:0;', 'HOLD': 'color:#16a34a;margin:0;'}\n",
            "shop/develop/settings/base.py": "SECRET_KEY = '8v#qk2!zr9w$1mb7x@e4ty6u0p3ls5dj'\n",
            ".vs/config/host.config": '<provider sessionKey="AQIAAA5mAAAApA8xz1RvYdm3pT7wHq2kLs9cBvN4jUe6QgXo0Zi"/>\n',
        },
        {
            "shop/tokens.py": (
                "import jwt\n\n_JWT_SECRET = 'shelves-and-more-shelves'\n\n\ndef set_up(secret):\n"
                "    global _JWT_SECRET\n    _JWT_SECRET = secret\n\n\n"
                "def token(claims):\n    return jwt.encode(claims, _JWT_SECRET, algorithm='HS256')\n"
            ),
            "shop/app.py": "import os\n\nfrom shop.tokens import set_up\n\nset_up(os.environ['JWT_SECRET'])\n",
        },
        "PLACEHOLDER_FERNET_KEY = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='\n",
        {
            "shop/settings.py": ("FIRST = {'pwd_sha1': '2ce1a410bcdcc53064129b6d950f2e9fee4edc1e'}\n"),
        },
        {
            "shop/settings/build.py": "from .base import *\n\nSECRET_KEY = 'dummykeyforbuilding'\n",
            "shop/settings/base.py": "MAPTILES_TOKEN = '9bWUrssbx7PKNUKo3WtXY6MqETI6Q336u5D142QZ'\n",
            "shop/visits.py": "AMPLITUDE_API_KEY = 'QwnbpKJNe6gOjC2X5ilxafFvxbNppiIfGejB2hlZ'\n",
        },
        (
            "COIN_TOKEN_ID_MAIN = 'eip155:100/erc20:0x4dA8815D14fe5c3304e87B3FA18318baa5c2B9C0'\n"
            "TOKEN_LEFT = b'\\xfep\\x07\\xb2\\xe8\\x9d\\x80\\xed\\xdav)\\x92Q\\xdf\\x086d\\x80\\xca\\xc2.^&'\n"
            "PASSWORD_REGEX_DEFAULT = r'^(?=.*(\\d|[!@#_\\-])).{8,}Zq$'\n"
        ),
        (
            "import os\n\nfrom cryptography.fernet import Fernet\n\nsecret_key = os.environ['KEY']\n\n\n"
            "def sealed(text):\n    return Fernet(secret_key).encrypt(text)\n\n\n"
            "class Bucket:\n    access_key: str | None = 'minioadmin'\n    secret_key: str | None = 'minioadmin'\n"
        ),
        (
            "from enum import StrEnum\n\n\nclass Level(StrEnum):\n"
            "    PASSWORD_PT = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'\n"
        ),
        "class Speech:\n    def address(self):\n        url = 'wss://ws-api.speech.cn/v2/iat'\n        return url\n",
        "SECRET_KEY = 'kgq7h3vbb6zqnzfzdbzezqsroqa8gvc0'  # noqa: S105 - bound anew where it is deployed\n",
        "TEST_VALUES = {\n    'page': 4,\n    'verification_token': 'k3Vq9LzX7mTr2WbN8sJdQ4Zt2v',\n}\n",
        (
            "from configurations import Configuration\n\n\nclass Localhost(Configuration):\n    DEBUG = True\n\n\n"
            "class Chores(Localhost):\n    SECRET_KEY = 'junk'\n"
        ),
        "from enum import StrEnum\n\n\nclass ConfigKey(StrEnum):\n    SECRET_KEY = 'SECRET_KEY'\n",
        (
            "RENAMED = {\n    'DB_HOST': 'POSTGRES_SERVER',\n    'SECRET_KEY': 'SHOP_SECRET_KEY',\n"
            "    'APP_HOST': 'SHOP_UPSTREAM',\n}\n"
        ),
        {
            "shop/__init__.py": "",
            "shop/app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
            "shop_testing/__init__.py": "",
            "shop_testing/keys.py": "FERNET_KEY = 'h1ZpilcYLYRdWp7Nk8X1M1kBPiUi8rdjz9oBfHyUKIk='\n",
            "shop_testing/base.py": "import pytest\n\nfrom shop_testing.keys import FERNET_KEY\n",
            "tests/test_shop.py": "from shop_testing.base import FERNET_KEY\n",
        },
        (
            "def missing(environment):\n    required = {\n        'DATABASE_URL': 'where the rows are kept',\n"
            "        'JWT_SECRET_KEY': 'key that signs tokens',\n        'MAIL_TOKEN': 'token of the mail server',\n"
            "    }\n    return [name for name in required if name not in environment]\n"
        ),
        "RENAMED = {\n    'QUERY_SECRET_KEY': 'RQE_SECRET_KEY',\n    'FERNET_KEY': 'CRY_KEY_VAL_ID_0',\n}\n",
        (
            "import environ\n\nenv = environ.Env()\nPHONES = {\n    'OPTIONS': {\n"
            "        'SECRET': env('DIALLER_AUTH_TOKEN', default='fake'),\n    },\n}\n"
        ),
        (
            "class PhoneChannel:\n    SESSION_API_KEY = 'DIALLER_API_KEY'\n"
            "    SESSION_API_SECRET = 'DIALLER_API_SECRET'\n"
        ),
        "import os\n\nif 'GITHUB_ACTIONS' in os.environ:\n    SECRET_KEY = 'kgq7h3vbb6zqnzfzdbzezqsroqa8gvc0'\n",
        {
            "keys/blank/host.py": (
                "# host.py\n# copy this file to keys/ and fill it in\nimport os\n\n"
                "SECRET_KEY = os.environ.get('SECRET_KEY', '98765432109876543210987654321098')\n"
            ),
            ".env.shared": (
                "# 1. Copy this file: cp .env.shared .env\n\nDJANGO_SECRET_KEY=kgq7h3vbb6zqnzfzdbzezqsroqa8gvc0\n"
            ),
            "shop/settings/base.py": "SECRET_KEY = 'kgq7h3vbb6zqnzfzdbzezqsroqa8gvc0'\n",
            "shop/settings/travis.py": "from .base import *\n",
            "shop/settings/production.py": "import os\nfrom .base import *\n\nSECRET_KEY = os.environ['KEY']\n",
        },
        {
            "shop/settings/docs_settings.py": "SECRET_KEY = 'secret'\n",
            "shop/rtd_config.py": "SECRET_KEY = 'CHANGE_ME'\n",
        },
        (
            "class Kinds:\n    STRING = 'String'\n    SECRET = 'Secret'\n    PASSWORD = 'Password'\n\n\n"
            "def shown(kind, value):\n    return '***' if kind == Kinds.SECRET else value\n"
        ),
        (
            "# Where a coin is traded is public: its address is known to everybody.\n"
            "PAIR = {'base_token_address': 'Q7ZtxvVRapdj2cFKzq4Tr43xH4tBjQfwX91z3n6mWRM'}\n"
        ),
        {
            "shop/settings/devstack.py": "SECRET_KEY = 'kgq7h3vbb6zqnzfzdbzezqsroqa8gvc0'\n",
            "shop/errors.py": "REPORTS = 'https://bcb4fd2d81234d53b3:98dcc46acc484eeb95eb@sentry.shop.eu/2'\n",
        },
        (
            "from shop import settings\nfrom shop.config import config\n\nJWT_SECRET = config.get('JWT_SECRET')\n"
            "if not settings.DEBUG:\n    assert JWT_SECRET, 'set JWT_SECRET'\n\n"
            "JWT_SECRET = JWT_SECRET or 'OnlyWhileTrying1t'\n"
        ),
        {
            "devproject/settings.py": "DEBUG = True\nSECRET_KEY = '1znyfp9q2r0l248lht6b504n28cxf2u'\n",
            "shop/__init__.py": "",
        },
        {
            ".gitleaks.toml": "[allowlist]\nregexes = ['AKIA" + "IT2Z5TDYPX3ARJBA']\n",
            "app/settings.py": "DB_ENCRYPTION_KEY = '/etc/shop/certs/fields.key'\n",
        },
        {
            "tests/test_login.py": "PASSWORD = 'k3Vq9LzX7mTr2WbN8sJd'\n",
            ".env.example": "SECRET_KEY=k3Vq9LzX7mTr2WbN8sJd\n",
        },
        {
            "docker-compose.yml": (
                "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: postgres\n"
            )
        },
        (
            "import os\n\nNAMED = {'live': 'config.Live', 'laptop': 'config.Development'}\n\n\nclass _Shared:\n"
            "    SECRET_KEY = 'between us'\n\n\nclass Development(_Shared):\n    DEBUG = True\n\n\n"
            "class Live(_Shared):\n    SECRET_KEY = os.environ['SECRET_KEY']\n\n\n"
            "class Migration(_Shared):\n    DEBUG = False\n"
        ),
    ],
    applies=lambda repo: bool(repo.paths),
)
def hardcoded_secret(repo: Repo) -> Iterator[Site]:
    """One site for each literal that stands where a credential belongs; its value is never shown."""
    folders = Counter(_folder(secret) for secret in repo.secrets.kept if secret.provider == _PRIVATE_KEY)
    for secret in repo.secrets.kept:
        confidence = _confidence(secret) if secret.location.path not in repo.scripts.for_tests else None
        if confidence is Confidence.HIGH and secret.provider == _PRIVATE_KEY:
            played = folders[_folder(secret)] >= _MANY_KEYS or _is_told_for_trials(repo, _folder(secret))
            confidence = Confidence.MEDIUM if played else confidence
        place = secret.location
        waived = repo.suppressions.by_linters(place.path, place.line, place.end_line, nosec=_BANDIT, noqa=_FLAKE8)
        if confidence is not None and not waived:
            yield bad(secret.location, _message(secret), confidence)


_PRIVATE_KEY = "private key"
_MANY_KEYS = 3
"""So many private keys in one folder are those of hosts that somebody plays: a service has its own, or two."""
_BANDIT = ("B105", "B106", "B107")
_FLAKE8 = ("S105", "S106", "S107")


_FOR_TRIALS = (
    r"\b(do not|don't|never) use (this|these|them|it)\b|\bself-signed\b"
    r"|\b(for|in) (local )?(test(ing|s)?|development)\b"
)


_NEVER_USED = r"\b(certificates|keys)\b[^.]{0,200}(\.\w[^.]{0,200})?\b(never|not)\W{1,3}be\W{1,3}used\b"
"""What a document further up says of all keys below it."""


def _is_told_for_trials(repo: Repo, folder: str) -> bool:
    """Whether a document beside the keys of one folder, or further up, says that nothing real is opened by them."""
    for path, document in repo.documents.by_path.items():
        within = path.rpartition("/")[0]
        if within and f"{folder}/".startswith(f"{within}/"):
            said = f"{_NEVER_USED}|{_FOR_TRIALS}" if within == folder else _NEVER_USED
            if any(document.saying(said)):
                return True
    return False


def _folder(secret: KeptSecret) -> str:
    return secret.location.path.rpartition("/")[0]


def _confidence(secret: KeptSecret) -> Confidence | None:
    if secret.is_refused or secret.is_public:
        return None
    if secret.kind == "provider":
        # Keys for a store that runs beside the developer are often committed on purpose; they still want a look.
        local = secret.is_local or (secret.provider == _PRIVATE_KEY and "docker" in secret.location.path)
        return Confidence.MEDIUM if local else Confidence.HIGH
    if secret.is_local:
        return None
    if secret.kind == "url":
        return Confidence.HIGH if secret.is_random and not secret.is_near else None
    if secret.is_signing or (secret.is_asked_for and secret.is_fallback and secret.form == "python"):
        return Confidence.HIGH
    if secret.kind == "signing" and secret.is_bound and secret.form == "python" and secret.name.upper() == secret.name:
        return Confidence.HIGH
    if (
        secret.kind == "signing"
        and secret.form == "python"
        and secret.is_bound
        and secret.name.lower() in ("secret_key", "jwt_secret", "cookie_secret", "jwt_secret_key")
    ):
        return Confidence.HIGH if secret.is_random else Confidence.MEDIUM
    if not secret.is_random:
        weak = secret.kind == "account" or (secret.kind == "signing" and secret.form == "environment")
        return Confidence.LOW if weak else None
    return _of_random(secret)


_MADE_UP = re.compile(r"(test|dummy|fake|sample|example|demo|mock)_", re.IGNORECASE)
"""What says by its name that it opens nothing real."""


_FIRST_ACCOUNT = re.compile(r"(admin|super_?user)\w*_pass", re.IGNORECASE)
"""The password that the first administrator starts with, and is meant to change."""


def _of_random(secret: KeptSecret) -> Confidence:
    if secret.form in ("workflow", "compose"):
        return Confidence.MEDIUM
    if _MADE_UP.match(secret.name) or (secret.form == "environment" and _FIRST_ACCOUNT.search(secret.name)):
        return Confidence.MEDIUM
    long = secret.length >= _LONG
    if secret.form == "data":
        name = secret.location.path.rpartition("/")[2].lower()
        return Confidence.HIGH if long and any(word in name for word in _KEY_FILES) else Confidence.MEDIUM
    return Confidence.HIGH if long else Confidence.MEDIUM


def _message(secret: KeptSecret) -> str:
    shape = f"{secret.length} characters, value not shown"
    if secret.kind == "provider":
        return f"A literal with the format of a {secret.provider} ({shape})"
    if secret.kind == "url":
        return f"The password of a URL is written down ({shape})"
    is_open = secret.is_asked_for and secret.is_fallback
    role = "lets in whoever sends a literal" if is_open else "is a literal"
    role = "signs or encrypts with a literal" if secret.kind == "signing" else role
    verb = "falls back to" if secret.is_fallback else "holds"
    return f"`{secret.name}` {verb} a credential in the repository: it {role} ({shape})"
