"""Whether production runs without debug servers and debug flags."""

from __future__ import annotations

from collections.abc import Iterator

from readiness_bot.control import Control, bad
from readiness_bot.model import Confidence, Effort, Kind, Role, Severity, Site
from readiness_bot.repo import Repo
from readiness_bot.repo.debugging import DebugFlag


@Control(
    id="security/debug-mode",
    title="Production runs with debugging off",
    kind=Kind.DEFECT,
    severity=Severity.HIGH,
    why=(
        "A debug mode answers errors with source, settings and variables; Werkzeug's even offers a console that runs "
        "code."
    ),
    impact="One provoked error shows a stranger the secrets of the service, or hands over the server.",
    fix=(
        'Turn it on from the environment only, and leave it off by default: `debug=os.environ.get("DEBUG", "0") == '
        '"1"`, `DEBUG = False`.'
    ),
    effort=Effort.MINUTES,
    role=Role.BACKEND,
    sources=[
        "https://docs.djangoproject.com/en/stable/ref/settings/#debug",
        "https://flask.palletsprojects.com/en/stable/debugging/",
    ],
    partials=[
        {
            "shop/settings.py": (
                "import os\n\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n"
                "DEBUG = os.getenv('STAGE', 'local') == 'local'  # <- flagged\n"
            ),
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = []\n",
            "deployment/app.tf": 'resource "aws_ecs_service" "app" {\n  name = "shop"\n}\n',
            "deployment/app.json": '[{"name": "app", "environment": [{"name": "STAGE", "value": "${stage}"}]}]\n',
        },
    ],
    fails=[
        {
            "shop/settings.py": (
                "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\nDEBUG = True  # <- flagged\n"
            ),
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = []\n",
        },
        "from fastapi import FastAPI\n\napp = FastAPI(debug=True)  # <- flagged\n",
        (
            "import connexion\n\n\ndef prepared(shop_app):\n    shop_app.debug = True  # <- flagged\n"
            "    return shop_app\n\n\n"
            "app = prepared(connexion.App(__name__).app)\n"
        ),
        {
            "shop/settings.py": (
                "import os\n\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n"
                "DEBUG = os.getenv('DEBUG', 'True') == 'True'  # <- flagged\n"
            ),
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = []\n",
        },
        {
            "shop/settings.py": (
                "import os\n\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n"
                "DEBUG = os.getenv('DEBUG', 'true').lower() in ('true', '1')  # <- flagged\n"
            ),
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = []\n",
        },
        {
            "serve.py": (
                "from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == '__main__':\n"
                "    app.run(host='0.0.0.0', debug=True)  # <- flagged\n"
            ),
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . /app\nWORKDIR /app\nCMD ["python", "serve.py"]\n',
        },
        "from flask import Flask\n\napp = Flask(__name__)\n\napp.run(debug=True)  # <- flagged\n",
        {
            "shop/app.py": (
                "import os\n\nfrom flask import Flask\n\nfrom config import stages\n\napp = Flask(__name__)\n"
                "app.config.from_object(stages[os.environ['STAGE']])\n"
            ),
            "config.py": (
                "class Config:\n    DEBUG = False\n\n\nclass Local(Config):\n    DEBUG = True\n\n\n"
                "class Live(Config):\n    DEBUG = True  # <- flagged\n\n\nclass Trial(Config):\n    DEBUG = False\n\n\n"
                "stages = {'local': Local, 'trial': Trial, 'live': Live}\n"
            ),
        },
        {
            "Procfile": "web: gunicorn shop:app\nworker: python manage_shop.py start_scheduler\n",
            "manage_shop.py": "from shop import app\n\nif __name__ == '__main__':\n    app.cli()\n",
            "shop/__init__.py": "from flask import Flask\n\napp = Flask(__name__)\napp.debug = True  # <- flagged\n",
        },
    ],
    fixed={
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\nDEBUG = False\n",
        "shop/urls.py": "from django.urls import path\n\nurlpatterns = []\n",
    },
    passes=[
        {
            "manage.py": (
                "import os\n\nfrom django.core.management import execute_from_command_line\n\n"
                "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.develop.settings')\n"
                "execute_from_command_line()\n"
            ),
            "shop/develop/settings.py": "DEBUG = True\nROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = [path('', print)]\n",
        },
        {
            "Procfile": "web: gunicorn shop:app\nworker: python manage_shop.py start_scheduler\n",
            "manage_shop.py": (
                "from shop import app\n\napp.debug = True\n\nif __name__ == '__main__':\n    app.cli()\n"
            ),
            "shop/__init__.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        },
        {
            "api/wsgi.py": (
                "from shop import create_app\n\napplication = create_app()\n\nif __name__ == '__main__':\n"
                "    application.run(debug=True, host='0.0.0.0')\n"
            ),
            "api/shop/__init__.py": ("from flask import Flask\n\n\ndef create_app():\n    return Flask(__name__)\n"),
            "api/Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nENTRYPOINT ["bash", "docker-entrypoint.sh"]\n',
            "api/docker-entrypoint.sh": "gunicorn --bind 0.0.0.0:8080 wsgi:application\n",
            "api/entrypoint.sh": "flask db upgrade && python wsgi.py\n",
        },
        {
            "shop/wsgi.py": (
                "import os\n\nfrom django.core.wsgi import get_wsgi_application\n\n"
                "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.live')\n"
                "application = get_wsgi_application()\n"
            ),
            "shop/celery.py": (
                "import os\n\nfrom celery import Celery\n\n"
                "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\napp = Celery('shop')\n"
            ),
            "shop/settings/__init__.py": "from .local import *\n",
            "shop/settings/local.py": "from .base import *\n\nSPEED = 1\n",
            "shop/settings/base.py": (
                "import os\n\nROOT_URLCONF = 'shop.urls'\nDEBUG = os.environ.get('DEBUG', True)\n"
            ),
            "shop/settings/live.py": "from .base import *\n\nDEBUG = False\n",
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = []\n",
        },
        {
            "shop/wsgi.py": (
                "import os\n\nfrom django.core.wsgi import get_wsgi_application\n\n"
                "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.base')\n"
                "application = get_wsgi_application()\n"
            ),
            "shop/settings/base.py": "import django\n\nDEBUG = True\nROOT_URLCONF = 'shop.urls'\n",
            "shop/settings/cloud.py": "from .base import *\n\nDEBUG = False\n",
            "serverless.yml": (
                "service: shop\nprovider:\n  name: aws\n  environment:\n"
                "    DJANGO_SETTINGS_MODULE: shop.settings.cloud\nfunctions:\n  app: {handler: shop.wsgi.handler}\n"
            ),
        },
        {
            "shop/main.py": (
                "import uvicorn\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
                "if __name__ == '__main__':\n    uvicorn.run('main:app', reload=True)\n"
            ),
            "docker/Dockerfile": 'FROM python:3.13-slim\nCOPY shop .\nCMD ["uvicorn", "main:app"]\n',
            "Dockerfile": 'FROM python:3.13-slim\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n',
            "start.sh": (
                '#!/bin/sh\nif [ "$WAIT" = 1 ]; then\n  python -m debugpy --listen 5678 main.py\n'
                "else\n  python main.py\nfi\n"
            ),
            ".github/workflows/release.yml": (
                "on: release\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n"
                "      - uses: docker/build-push-action@v6\n        with: {file: docker/Dockerfile, push: true}\n"
            ),
        },
        {
            "shop/wsgi.py": (
                "import os\n\nfrom django.core.wsgi import get_wsgi_application\n\n"
                "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.dev')\n"
                "application = get_wsgi_application()\n"
            ),
            "shop/settings/base.py": "import django\n\nDEBUG = True\nROOT_URLCONF = 'shop.urls'\n",
            "shop/settings/dev.py": "from .base import *\n\nDEBUG = True\n",
            "shop/settings/production.py": "from .base import *\n\nDEBUG = False\n",
            "Dockerfile": (
                "FROM python:3.12-slim\nCOPY . .\nENV DJANGO_SETTINGS_MODULE=shop.settings.production\n"
                'CMD ["gunicorn", "shop.wsgi"]\n'
            ),
        },
        {
            "shop/wsgi.py": (
                "import os\n\nfrom django.core.wsgi import get_wsgi_application\n\n"
                "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.production')\n"
                "application = get_wsgi_application()\n"
            ),
            "shop/celery.py": ("import os\n\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.base')\n"),
            "shop/settings/base.py": "import django\n\nDEBUG = True\nROOT_URLCONF = 'shop.urls'\n",
            "shop/settings/production.py": "from .base import *\n\nDEBUG = False\n",
        },
        {
            "shop/app.py": (
                "import os\n\nfrom flask import Flask\n\nfrom config import stages\n\napp = Flask(__name__)\n"
                "app.config.from_object(stages[os.environ['STAGE']])\n"
            ),
            "config.py": (
                "class Config:\n    DEBUG = False\n\n\nclass Local(Config):\n    DEBUG = True\n\n\n"
                "class Live(Config):\n    DEBUG = False\n\n\nstages = {'local': Local, 'live': Live}\n"
            ),
        },
        {
            "shop/app.py": (
                "import os\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"
                "kind = 'Base' if os.environ.get('HERE') else 'Production'\n"
                "app.config.from_object(f'shop.config.{kind}Config')\n"
            ),
            "shop/config.py": (
                "class BaseConfig:\n    DEBUG = True\n\n\nclass ProductionConfig(BaseConfig):\n    DEBUG = False\n"
            ),
        },
        {
            "shop/settings.py": (
                "import environ\n\nfrom shop.env import default\n\nenv = environ.Env()\n"
                "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n"
                "DEBUG = env.bool('DEBUG', default=default(True, False))\n"
            ),
            "shop/env.py": (
                "import os\n\n\ndef default(here, live):\n"
                "    return here if os.environ.get('STAGE') == 'dev' else live\n"
            ),
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = []\n",
            "shop/__init__.py": "",
        },
        {
            "shop/wsgi.py": (
                "import os\n\nfrom django.core.wsgi import get_wsgi_application\n\n"
                "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.base')\n"
                "application = get_wsgi_application()\n"
            ),
            "shop/settings/base.py": "import django\n\nDEBUG = True\nROOT_URLCONF = 'shop.urls'\n",
            "shop/settings/cloud.py": "from .base import *\n\nDEBUG = False\n",
            "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["gunicorn", "shop.wsgi"]\n',
            "compose.yaml": (
                "services:\n  web:\n    build: .\n    ports: ['8000:8000']\n    environment:\n"
                "      DJANGO_SETTINGS_MODULE: shop.settings.cloud\n"
            ),
        },
        "import os\nfrom fastapi import FastAPI\n\napp = FastAPI(debug=os.environ.get('DEBUG', 'false') == 'true')\n",
        {
            "shop/app.py": (
                "from flask import Flask\n\nfrom shop.lookup import get_config\n\napp = Flask(__name__)\n\n\n"
                "def configure(config):\n    config['DEBUG'] = get_config('DEBUG', default=True, config=config)\n"
            ),
            "shop/config.py": (
                "from shop.lookup import get_config\n\n\ndef load(config):\n"
                "    config['DEBUG'] = get_config('DEBUG', default=True, config=config)\n    return config\n"
            ),
            "shop/settings.py": "DEBUG = False\n",
            "shop/lookup.py": (
                "import os\n\n\ndef get_config(key, default, config):\n"
                "    return os.environ.get(key, config.get(key, default))\n"
            ),
        },
        {
            "shop/settings.py": (
                "import os\n\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n"
                "DEBUG = os.getenv('STAGE', 'dev').lower() in ('dev', 'test')\n"
            ),
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = []\n",
            "Dockerfile": 'FROM python:3.13-slim\nENV STAGE=live\nCMD ["gunicorn", "shop.wsgi"]\n',
        },
        {
            "shop/settings.py": (
                "import os\n\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n"
                "DEBUG = os.getenv('PRODUCTION', '0') != '1'\n"
            ),
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = []\n",
            "Dockerfile": 'FROM python:3.13-slim\nENV PRODUCTION=1\nCMD ["gunicorn", "shop.wsgi"]\n',
        },
        {
            "serve.py": "from app import app\n\nif __name__ == '__main__':\n    app.run(debug=True)\n",
            "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . /app\nWORKDIR /app\nCMD ["gunicorn", "app:app"]\n',
        },
    ],
    ignores=["def add(a, b):\n    return a + b\n"],
    applies=lambda repo: repo.services.is_server,
)
def debug_mode(repo: Repo) -> Iterator[Site]:
    """One site for each switch that production meets in the on position."""
    for flag in repo.debugging.flags:
        confidence = _confidence(flag)
        if confidence is Confidence.HIGH and flag.is_default and _is_deployed_by_others(repo):
            yield bad(
                flag.location,
                f"`{flag.name}` is on unless somebody turns it off; what the infrastructure's files set is not read",
                Confidence.MEDIUM,
            )
        elif confidence is not None:
            yield bad(flag.location, _message(flag), confidence)


def _is_deployed_by_others(repo: Repo) -> bool:
    """Whether files of Terraform say what runs, and with which variables, as templates that are filled in later."""
    return any(path.endswith((".tf", ".tf.json")) for path in repo.paths)


def _confidence(flag: DebugFlag) -> Confidence | None:
    if flag.is_turned_off or (flag.kind == "launch" and flag.is_known_start and not flag.is_started):
        return None
    if flag.kind == "launch" and not flag.is_known_start:
        return Confidence.HIGH if flag.is_bare and not flag.is_default else Confidence.LOW
    if flag.is_conditional:
        return Confidence.LOW
    return Confidence.HIGH if flag.is_framework or flag.kind == "launch" else Confidence.MEDIUM


def _message(flag: DebugFlag) -> str:
    if flag.kind == "launch":
        return "A development server is started with its debugger on"
    if flag.is_default:
        return f"`{flag.name}` is on unless somebody turns it off, and nothing deployed from here does"
    return f"`{flag.name}` is switched on in what production starts"
