"""Whether logging is configured as a whole when the service starts."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo


@Control(
    id="monitoring/structured-logging",
    title="Logging is configured in one place",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why=(
        "Lines of one form can be searched and counted; without a configuration, warnings go to "
        "standard error and the rest nowhere."
    ),
    impact="An incident is read from lines that cannot be searched, or that were never written.",
    fix=(
        "Configure it once at start-up: `logging.config.dictConfig(LOGGING)` with a JSON "
        "formatter, or `structlog.configure()`."
    ),
    by_settings=True,
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=["https://docs.python.org/3/howto/logging.html#configuring-logging", "https://www.structlog.org/"],
    passes=[
        {
            "wsgi.py": (
                "from gunicorn.app.base import BaseApplication\n\nfrom shop.app import app\n"
                "from shop.journal import written\n\n\nclass Served(BaseApplication):\n"
                "    def __init__(self, served, told):\n        self.served = served\n        self.told = told\n"
                "        super().__init__()\n\n    def load_config(self):\n"
                "        for name, value in self.told.items():\n            self.cfg.set(name, value)\n\n"
                "    def load(self):\n        return self.served\n\n\n"
                "if __name__ == '__main__':\n    Served(app, {'workers': 2, 'logconfig_dict': written()}).run()\n"
            ),
            "shop/app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
            "shop/journal.py": (
                "import yaml\n\n\ndef written():\n    with open('journal.yaml') as file:\n"
                "        return yaml.safe_load(file)\n"
            ),
            "shop/__init__.py": "",
            "Dockerfile": 'FROM python:3.13\nCOPY . .\nENTRYPOINT ["python", "wsgi.py"]\n',
        },
        {
            "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "gunicorn.conf.py": "logconfig = '/app/logging.ini'\n",
            "Dockerfile": 'FROM python:3.13\nCMD ["gunicorn", "app.main:app"]\n',
        },
        {
            "shop/__init__.py": "",
            "shop/journal.py": (
                "import logging\n\nlogger = logging.getLogger('journal')\n\n\ndef begin(path):\n"
                "    handler = logging.FileHandler(path)\n    handler.setFormatter(logging.Formatter('%(message)s'))\n"
                "    logger.addHandler(handler)\n"
            ),
            "shop/orders.py": "from shop import journal\n\n\ndef order():\n    journal.logger.info('ordered')\n",
            "shop/goods.py": "from shop.journal import logger\n\n\ndef add():\n    logger.info('added')\n",
            "main.py": (
                "from shop import goods, journal, orders\n\nif __name__ == '__main__':\n    journal.begin('shop.log')\n"
                "    goods.add()\n    orders.order()\n"
            ),
        },
        (
            "from flask import Flask\nfrom company_utils.logging import flask as company_logging\n\n"
            "app = Flask(__name__)\ncompany_logging.init_app(app)\n"
        ),
        {
            "shop/app.py": (
                "from pyramid.config import Configurator\n\n\ndef main(_, **settings):\n"
                "    return Configurator(settings=settings).make_wsgi_app()\n"
            ),
            "conf/live.ini": (
                "[app:main]\nuse = call:shop.app:main\n\n[loggers]\nkeys = root\n\n[handlers]\nkeys = out\n\n"
                "[logger_root]\nlevel = INFO\nhandlers = out\n"
            ),
            "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["gunicorn", "--paste", "conf/live.ini"]\n',
        },
        "from oslo_config import cfg\nfrom oslo_log import log\n\nlog.setup(cfg.CONF, 'shop')\n",
        {
            "app/log.py": (
                "import logging\n\n\ndef get_logger(name=None):\n    logger = logging.getLogger(name)\n"
                "    if name is None:\n        configure_root_logger(logger)\n    return logger\n\n\n"
                "def configure_root_logger(logger):\n    handler = logging.StreamHandler()\n"
                "    handler.setFormatter(logging.Formatter('%(asctime)s %(message)s'))\n"
                "    logger.addHandler(handler)\n"
            ),
            "app/main.py": (
                "from app.log import get_logger\n\nlogger = get_logger()\n\nif __name__ == '__main__':\n    print()\n"
            ),
            "app/__init__.py": "",
        },
        (
            "import logging\n\nfrom flask import Flask\nfrom pythonjsonlogger.jsonlogger import JsonFormatter\n\n"
            "app = Flask(__name__)\n\n\nclass Formatter(JsonFormatter):\n    pass\n\n\n"
            "for logger in [app.logger, logging.getLogger('werkzeug')]:\n    handler = logging.StreamHandler()\n"
            "    handler.setFormatter(Formatter())\n    logger.addHandler(handler)\n"
        ),
        "import logzero\n\nlogzero.json()\n",
        "import logging.config\n\nlogging.config.dictConfig({'version': 1})\n",
        (
            "import logging\n\n\nclass Journal(logging.StreamHandler):\n    def emit(self, record):\n"
            "        send(self.format(record))\n\n\nlogging.basicConfig(handlers=[Journal()])\n"
        ),
        (
            "import logging\nimport sys\n\nhandler = logging.StreamHandler(sys.stdout)\n"
            "logging.getLogger().addHandler(handler)\n"
        ),
        (
            "import logging\nfrom logging.handlers import RotatingFileHandler\n\n"
            "logging.getLogger('').addHandler(RotatingFileHandler('shop.log'))\n"
        ),
        {
            "app/main.py": "import logging\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\n",
            "Dockerfile": 'FROM python:3.13\nCMD ["uvicorn", "app.main:app", "--log-config", "logging.yaml"]\n',
        },
        (
            "from litestar import Litestar\nfrom litestar.plugins.structlog import StructlogPlugin\n\n"
            "app = Litestar([], plugins=[StructlogPlugin()])\n"
        ),
    ],
    fails=[
        "import logging\n\nlogger = logging.getLogger(__name__)\nlogger.info('started')\n",
        "from logzero import logger\n\nlogger.info('started')\n",
    ],
    fixed=(
        "import logging.config\n\nLOGGING = {'version': 1}\nlogging.config.dictConfig(LOGGING)\n"
        "logger = logging.getLogger(__name__)\nlogger.info('started')\n"
    ),
    partials=[
        {
            "app/main.py": (
                "import logging\nfrom flask import Flask\n\nlogging.basicConfig(level='INFO')\napp = Flask(__name__)\n"
            ),
            "migrations/alembic.ini": "[alembic]\nscript_location = migrations\n\n[loggers]\nkeys = root\n",
            "start.sh": (
                "#!/bin/sh\nalembic -c /app/migrations/alembic.ini upgrade head\nexec gunicorn app.main:app\n"
            ),
            "Dockerfile": 'FROM python:3.13\nWORKDIR /app\nCOPY . .\nENTRYPOINT ["./start.sh"]\n',
        },
        {
            "manage.py": (
                "import os\n\nimport django\n\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
            ),
            "shop/settings.py": (
                "INSTALLED_APPS = ['shop']\nLOGGING = {\n    'version': 1,\n"
                "    'handlers': {'console': {'class': 'logging.StreamHandler'}},\n"
                "    'loggers': {'apprise': {'handlers': ['console'], 'level': 'DEBUG'}},\n}\n"
            ),
        },
        "import logging\n\nlogging.basicConfig(level=logging.INFO)\n",
        (
            "import logging\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"
            "app.logger.addHandler(logging.StreamHandler())\n"
        ),
        (
            "import logging.config\n\n\ndef configure():\n    logging.config.dictConfig({'version': "
            "1})\n\n\nif __name__ == '__main__':\n    print('started')\n"
        ),
    ],
    ignores=[{"README.md": "# Nothing here\n"}],
)
def structured_logging(repo: Repo) -> Judgement:
    """A configuration of all logging that start-up calls passes.

    `basicConfig`, single loggers, or an unreached one are partial.
    """
    if not repo.python.exists:
        return not_applicable("No Python.")
    central = repo.observability.central_logging
    reached = [item.evidence for item in central if item.is_reached]
    if reached:
        return passed("Logging is configured as a whole at start-up.", *reached[:5])
    if central:
        return partial(
            "Logging is configured in code that start-up does not reach.", *(item.evidence for item in central[:5])
        )
    basic = [item.evidence for item in repo.observability.basic_logging]
    if basic:
        return partial("Only a basic configuration, or handlers of single loggers.", *basic[:5], score=0.5)
    return failed("Nothing configures logging.", looked_in=["logging configuration calls", "settings"])
