"""Whether unexpected errors are reported to somebody."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo


@Control(
    id="monitoring/error-tracking",
    title="Unexpected errors are reported",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="A log line with a traceback is read by nobody; a tracker groups, counts and tells whoever is on call.",
    impact="New defects run for days before anybody hears of them.",
    fix='Initialise a tracker at start-up: `sentry_sdk.init(dsn=os.environ["SENTRY_DSN"])`.',
    by_settings=True,
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=["https://docs.sentry.io/platforms/python/"],
    passes=[
        (
            "from aiohttp import web\nfrom shoplib.sentry_options import with_sentry\n\n\n@with_sentry\ndef main():\n"
            "    web.run_app(web.Application())\n\n\nif __name__ == '__main__':\n    main()\n"
        ),
        (
            "import logging.config\n\nfrom flask import Flask\n\n"
            "logging.config.dictConfig(\n"
            "    {'version': 1, 'handlers': {'errors': {'class': 'raven.handlers.logging.SentryHandler'}}}\n"
            ")\napp = Flask(__name__)\n\n\n@app.get('/')\ndef root():\n    return ''\n"
        ),
        {
            "app/main.py": "from flask import Flask\n\napp = Flask(__name__)\n",
            "gunicorn_config.py": (
                "import os\n\nworkers = 4\nif os.getenv('TRACKED') == 'yes':\n    import newrelic.agent\n\n"
                "    newrelic.agent.initialize()\n"
            ),
            "Dockerfile": (
                "FROM python:3.13-slim\nCOPY . .\nRUN pip install flask\n"
                'CMD ["gunicorn", "-c", "gunicorn_config.py", "app.main:app"]\n'
            ),
        },
        {
            "shop/main.py": (
                "from aiohttp import web\nfrom house_logging import setup_sentry\n\n\ndef main():\n"
                "    setup_sentry(health_check='/ping')\n    web.run_app(web.Application())\n"
            ),
            "shop/__init__.py": "",
            "pyproject.toml": '[project]\nname = "shop"\nscripts = {shop-api = "shop.main:main"}\n',
            "Dockerfile": 'FROM python:3.13-slim\nRUN pip install shop\nCMD ["shop-api"]\n',
        },
        {
            "settings.py": (
                "import os\n\nimport sentry_sdk\n\nROOT_URLCONF = 'urls'\nINSTALLED_APPS = ['django.contrib.admin']\n"
                "sentry_sdk.init(dsn=os.environ.get('SENTRY_DSN'))\n"
            ),
            "urls.py": "from django.urls import path\n\nurlpatterns = []\n",
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n",
        },
        {
            "shop/settings/base.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.admin']\n",
            "shop/settings/prod.py": (
                "import sentry_sdk\n\nfrom .base import *\n\nsentry_sdk.init(dsn='https://a@b.example/1')\n"
            ),
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = []\n",
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.base')\n",
        },
        {
            "manage.py": (
                "import os\n\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nimport django\n"
            ),
            "shop/settings.py": (
                "import os\n\nimport sentry_sdk\n\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['shop']\n"
                "DSN = os.environ.get('SENTRY_DSN')\n\n\ndef START_TRACKER(dsn):\n    sentry_sdk.init(dsn)\n"
            ),
            "shop/urls.py": "urlpatterns = []\n",
            "shop/apps.py": (
                "from django.apps import AppConfig\nfrom django.conf import settings\n\n\n"
                "class ShopConfig(AppConfig):\n    def ready(self):\n        settings.START_TRACKER(settings.DSN)\n"
            ),
        },
        {
            "shop/settings.py": (
                "from configurations import Configuration\n\n\nclass Production(Configuration):\n"
                "    ROOT_URLCONF = 'shop.urls'\n"
                "    INSTALLED_APPS = ['django.contrib.auth', 'raven.contrib.django.raven_compat']\n"
            ),
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = [path('orders', lambda request: None)]\n",
        },
        (
            "from flask import Flask\nfrom raygun4py.middleware import flask as raygun\n\napp = Flask(__name__)\n"
            "raygun.Provider(app, app.config['RAYGUN_KEY']).attach()\n"
        ),
        (
            "import sentry_sdk\nfrom discord.ext import commands\n\nsentry_sdk.init(dsn='https://a@b.example/1')\n"
            "commands.Bot(command_prefix='!').run('token')\n"
        ),
        (
            "from falcon import App\nfrom fillmore.libsentry import set_up_sentry\n\n"
            "set_up_sentry(sentry_dsn='https://a@b.example/1')\napp = App()\n"
        ),
        (
            "import os\n\nimport sentry_sdk\nfrom fastapi import FastAPI\n\nif "
            "os.environ.get('SENTRY_DSN'):\n    sentry_sdk.init(dsn=os.environ['SENTRY_DSN'])\napp = "
            "FastAPI()\n"
        ),
    ],
    fails=[
        "from fastapi import FastAPI\n\napp = FastAPI()\n",
        (
            "from fastapi import FastAPI\nfrom shoplib.sentry import report_sentry\n\napp = FastAPI()\n\n\n"
            "@app.get('/')\ndef root():\n    report_sentry('asked')\n    return {}\n"
        ),
        (
            "import redis\n\nstore = redis.Redis()\n\nwhile True:\n    work = store.bzpopmin('orders', timeout=30)\n"
            "    if work:\n        pack(work)\n"
        ),
        (
            "from shoplib.taskqueue import Worker\n\n\nclass Packer(Worker):\n    def dispatch(self, order):\n"
            "        return pack(order)\n\n\ndef main():\n    Packer(queues=['orders']).run()\n"
        ),
    ],
    fixed=(
        "import os\n\nimport sentry_sdk\nfrom fastapi import FastAPI\n\n"
        'sentry_sdk.init(dsn=os.environ["SENTRY_DSN"])\napp = FastAPI()\n'
    ),
    partials=[
        (
            "import sentry_sdk\nfrom fastapi import FastAPI\n\n\ndef init_errors():\n    "
            "sentry_sdk.init(dsn='https://a@b.example/1')\n\n\napp = FastAPI()\n"
        )
    ],
    ignores=["def add(a, b):\n    return a + b\n"],
)
def error_tracking(repo: Repo) -> Judgement:
    """A tracker that start-up initialises passes; one in code that nothing reaches is partial."""
    if not (repo.services.is_server or repo.services.is_worker):
        return not_applicable("Neither a server nor a worker.")
    trackers = repo.observability.error_trackers
    reached = [item.evidence for item in trackers if item.is_reached]
    if reached:
        return passed("An error tracker is initialised at start-up.", *reached[:5])
    if trackers:
        return partial(
            "An error tracker is set up in code that nothing reaches.", *(item.evidence for item in trackers[:5])
        )
    return failed("No error tracker is initialised.", looked_in=["error tracking libraries", "start commands"])
