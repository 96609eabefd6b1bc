"""Whether the same build can run anywhere, told by its environment what to do."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_FEW = 3
"""Reads that make a layer, beside a settings class or module."""


@Control(
    id="infrastructure/config-from-environment",
    title="Configuration comes from the environment through one settings layer",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why=(
        "Addresses, credentials and switches differ by environment; where the code holds them, every environment needs "
        "its own build."
    ),
    impact="Staging and production drift apart, and a change of a password becomes a release.",
    fix=(
        "Read settings in one place: `class Settings(BaseSettings)` from pydantic-settings, with a field for each "
        "variable."
    ),
    effort=Effort.DAYS,
    role=Role.DEVOPS,
    sources=["https://12factor.net/config", "https://docs.pydantic.dev/latest/concepts/pydantic_settings/"],
    passes=[
        {
            "shop/settings_cluster.py": (
                "import os\n\nfrom .settings_shared import *\n\nSTORE_HOST = os.getenv('STORE_HOST')\n"
            ),
            "shop/settings_shared.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/wsgi.py": "from django.core import wsgi\n\napplication = wsgi.get_wsgi_application()\n",
        },
        {
            "app/settings.py": "from shoplib import env\n\nMOST_LINES = env.to_int('SHOP_MOST_LINES', 90)\n",
            "app/main.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        },
        (
            "import os\n\nfrom traitlets import Unicode, default\nfrom traitlets.config import Configurable\n\n\n"
            "class Gateway(Configurable):\n    host = Unicode(config=True)\n\n    @default('host')\n"
            "    def _host(self):\n        return os.getenv('HOST', '')\n"
        ),
        {
            "app/settings.py": (
                "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    database_url: str\n"
            )
        },
        (
            "import os\n\nfrom pyramid.config import Configurator\n\n\ndef taken_in(config, name):\n"
            "    config.add_settings({name: os.environ.get(name.upper())})\n\n\ndef main(_, **settings):\n"
            "    config = Configurator(settings=settings)\n    taken_in(config, 'database_url')\n"
            "    return config.make_wsgi_app()\n"
        ),
        {
            "app/config.py": "import os\n\nDATABASE_URL = os.environ['DATABASE_URL']\n",
            "app/main.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        },
        {
            "app/settings.py": (
                "from shoplib.envs import get_text\n\n"
                "STORE_URL = get_text(name='SHOP_STORE_URL', default='redis://store', description='orders')\n"
            ),
            "app/main.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        },
        {
            "app/config.py": "from shoplib.env import env_str\n\nSTORE_URL = env_str('SHOP_STORE_URL', 'redis://store')\n",
            "app/main.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        },
    ],
    fails=[
        {"app/main.py": "from flask import Flask\n\napp = Flask(__name__)\nDATABASE_URL = 'postgresql://db/app'\n"},
        {
            "app/main.py": "from flask import Flask\n\napp = Flask(__name__)\n",
            "app/config.py": "import os\n\nFOLDER = os.environ.get('XDG_CONFIG_HOME')\n",
        },
        {
            "shop/manage.py": "import os\n\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nDATABASES = {'default': {'HOST': 'db.example'}}\n",
            "shop/wsgi.py": "from django.core import wsgi\n\napplication = wsgi.get_wsgi_application()\n",
        },
    ],
    fixed={
        "app/main.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "app/settings.py": (
            "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    database_url: str\n"
        ),
    },
    partials=[
        (
            "import os\n\nimport redis\nfrom flask import Flask\n\napp = Flask(__name__)\n"
            "store = redis.Redis(host=os.environ['STORE_HOST'])\n"
            "address = os.environ['QUEUE'].replace('amqp:', 'amqps:')\n"
        ),
        {
            "app/main.py": (
                "import os\n\nfrom flask import Flask\n\nfrom app.reading import config_from_env\n\n"
                "app = Flask(__name__)\nsettings = config_from_env(os.environ)\n"
            ),
            "app/reading.py": "def config_from_env(env):\n    return {'user': env['SHOP_USER']}\n",
        },
        {
            "app/main.py": (
                "import os\nfrom flask import Flask\n\napp = Flask(__name__)\n"
                "DATABASE_URL = os.environ['DATABASE_URL']\n"
            ),
            "app/mail.py": "HOST = 'mail.example'\n",
        },
    ],
    ignores=["def add(a, b):\n    return a + b\n"],
)
def config_from_environment(repo: Repo) -> Judgement:
    """A settings class, or a settings module that reads the environment, passes; scattered reads do partly."""
    environment = repo.environment
    if environment.layers:
        return passed(f"{environment.layers[0].detail}.", *environment.layers[:4])
    if environment.reads:
        if environment.is_concentrated or (len(environment.reads) >= _FEW and not repo.services.is_server):
            return passed("Settings are read from the environment in one place.", *environment.reads[:4])
        return partial(
            "The environment is read here and there, without a settings layer.", *environment.reads[:4], score=0.6
        )
    if not repo.is_service:
        return not_applicable("Nothing here is configured.")
    first = repo.services.server_starts[0] if repo.services.server_starts else None
    shown = (
        [seen(first.module.path, first.call.line, "started without a look at the environment")]
        if first is not None
        else []
    )
    return failed(
        "Nothing is read from the environment.",
        *shown,
        looked_in=["settings classes", "environment lookups", "libraries that read environment files"],
    )
