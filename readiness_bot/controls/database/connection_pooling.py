"""Whether connections to the store are pooled, once a process, and sized by configuration."""

from __future__ import annotations

from readiness_bot.calibration import HINTS_ONLY
from readiness_bot.control import Control, bad, failed, good, not_applicable, partial, passed, seen
from readiness_bot.model import Confidence, Effort, Judgement, Kind, Role, Severity, Site
from readiness_bot.repo import Repo
from readiness_bot.repo.stores import Client

_FAMILIES = ("relational", "document", "search", "cache")


@Control(
    id="database/connection-pooling",
    title="Connections to the store are pooled and sized",
    kind=Kind.DEFECT,
    severity=Severity.MEDIUM,
    why="An engine or client holds a pool: made for each request it holds nothing, and opens a connection every time.",
    impact="Under load the store runs out of connections, and requests fail that had nothing to do with it.",
    fix="Make one engine for the process, sized by the settings: `create_engine(url, pool_size=settings.pool_size)`.",
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=["https://docs.sqlalchemy.org/en/20/core/pooling.html"],
    fails=[
        (
            "import os\nfrom fastapi import FastAPI\nfrom sqlalchemy import create_engine\n\napp = FastAPI()\n"
            "\n\n@app.get('/orders')\ndef orders():\n"
            "    engine = create_engine(os.environ['DSN'])  # <- flagged\n    return list(engine.connect())\n"
        ),
        (
            "import os\nimport psycopg2\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "@app.get('/orders')\ndef orders():\n"
            "    connection = psycopg2.connect(os.environ['DSN'])  # <- flagged\n    return connection.info\n"
        ),
        (
            "import os\nimport psycopg2\nfrom flask import Flask, g\n\napp = Flask(__name__)\n\n\nclass Store:\n"
            "    def connect(self):\n        return psycopg2.connect(os.environ['DSN'])  # <- flagged\n\n"
            "    def current(self):\n        if 'db' not in g:\n            g.db = self.connect()\n"
            "        return g.db\n"
        ),
        {
            "shop/store.py": (
                "import contextlib\nimport os\n"
                "from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine\n\n\ndef made():\n"
                "    return create_async_engine(os.environ['DSN'])  # <- flagged\n\n\n"
                "@contextlib.asynccontextmanager\nasync def session():\n    engine = made()\n"
                "    async with AsyncSession(engine) as opened:\n        yield opened\n    await engine.dispose()\n"
            ),
            "shop/jobs.py": (
                "from shop.store import session\n\n\nasync def send():\n    async with session() as opened:\n"
                "        await opened.commit()\n"
            ),
        },
        (
            "import os\nimport aioodbc\nfrom litestar import Litestar, get\n\n\n"
            "async def opened():\n    link = await aioodbc.connect(dsn=os.environ['DSN'])  # <- flagged\n"
            "    return link\n\n\nasync def rows(text):\n    link = await opened()\n"
            "    async with link.cursor() as at:\n"
            "        await at.execute(text)\n        return await at.fetchall()\n\n\n"
            "async def found(text, names):\n    return await rows(text + ' order by id')\n\n\n"
            "@get('/orders')\nasync def orders() -> list:\n    return await found('select id from orders', [])\n\n\n"
            "app = Litestar([orders])\n"
        ),
    ],
    fixed=(
        "import os\nfrom fastapi import FastAPI\nfrom sqlalchemy import create_engine\n\napp = FastAPI()\n"
        "engine = create_engine(os.environ['DSN'], pool_size=int(os.environ['POOL_SIZE']))\n\n\n"
        "@app.get('/orders')\ndef orders():\n    return list(engine.connect())\n"
    ),
    passes=[
        (
            "import contextlib\nimport os\nfrom fastapi import FastAPI\n"
            "from sqlalchemy.ext.asyncio import create_async_engine\n\n\n@contextlib.asynccontextmanager\n"
            "async def around(app):\n    size = int(os.environ['SIZE'])\n"
            "    engine = create_async_engine(os.environ['DSN'], pool_size=size)\n"
            "    yield {'engine': engine}\n    await engine.dispose()\n\n\napp = FastAPI(lifespan=around)\n"
        ),
        (
            "import os\nfrom sqlalchemy import create_engine\n\n"
            "engine = create_engine(os.environ['DSN'], pool_size=int(os.environ['POOL_SIZE']))\n"
        ),
        (
            "from sqlalchemy import create_engine\n\nfrom shop.settings import settings\n\n\ndef made(dsn):\n"
            "    options = {}\n    if 'mysql' in dsn:\n        options = {'pool_size': settings.pool_size}\n"
            "    return create_engine(dsn, **options)\n\n\nengine = made(settings.dsn)\n"
        ),
        (
            "from sqlalchemy import engine_from_config\n\n\ndef setup(settings):\n"
            "    return engine_from_config(settings, 'sqlalchemy.')\n"
        ),
        {
            "shop/datasources/database.py": (
                "from functools import cache\n\nfrom sqlalchemy import create_engine\n\n"
                "from shop.settings import settings\n\n\n@cache\ndef engine():\n"
                "    return create_engine(settings.dsn, pool_size=settings.pool_size)\n"
            ),
        },
    ],
    partials=[
        {
            "shop/start.py": (
                "import os\nfrom alembic import command\nfrom alembic.config import Config\nfrom flask import Flask\n"
                "from sqlalchemy import create_engine\n\n\ndef made():\n"
                "    app = Flask(__name__)\n    app.db = prepared(os.environ['DSN'])\n    return app\n\n\n"
                "def prepared(dsn):\n    engine = create_engine(dsn)\n"
                "    command.upgrade(Config('alembic.ini'), 'head')\n"
                "    return engine\n\n\napp = made()\n"
            ),
        },
        {
            "shop/settings.py": (
                "import django\n\nROOT_URLCONF = 'shop.urls'\n"
                "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'CONN_MAX_AGE': 0}}\n"
            ),
        },
        "import os\nfrom sqlalchemy import create_engine\n\nengine = create_engine(os.environ['DSN'])\n",
        (
            "from alembic import command\nfrom alembic.config import Config\n"
            "from sqlalchemy import create_engine\n\n\ndef created(dsn):\n    made = create_engine(dsn)\n"
            "    command.stamp(Config(), 'head')\n    return made\n\n\n"
            "def opened(dsn):\n    return create_engine(dsn, pool_recycle=600)\n\n\nengine = opened('postgresql://')\n"
        ),
    ],
    ignores=[
        "def add(a, b):\n    return a + b\n",
        {
            "shop/datasources/warehouse.py": (
                "from sqlalchemy import create_engine\n\n\nclass Warehouse:\n    def __init__(self, url):\n"
                "        self.url = url\n\n    def opened(self):\n        return create_engine(self.url)\n"
            ),
        },
    ],
)
def connection_pooling(repo: Repo) -> Judgement:
    """Judge the store that matters most: relational before document, search and cache."""
    clients = repo.stores.clients
    databases = repo.stores.databases
    families = {client.family for client in clients} | ({"relational"} if databases else set())
    family = next((one for one in _FAMILIES if one in families), "")
    own = [client for client in clients if client.family == family]
    if not own and not databases:
        return not_applicable("No engine or client of a store is made here.")
    sites = tuple(_site(client) for client in own)
    shown = [
        *databases[:2],
        *(seen(client.site.module.path, client.site.call.line, f"`{client.site.last}`") for client in own[:3]),
    ]
    repeated = [site for site in sites if not site.good]
    if repeated:
        return failed(f"{len(repeated)} of {len(own)} engines or clients are made anew each time.", *shown, sites=sites)
    sizes = repo.stores.size_settings
    if sizes or any(client.size == "settings" for client in own):
        found = passed("One engine a process, sized by the settings.", *shown, *sizes[:2])
    elif any(client.size == "literal" for client in own):
        found = partial("One engine a process, its size written into the code.", *shown, score=HINTS_ONLY.value)
    else:
        found = partial("One engine a process, with the default pool: nothing sizes it.", *shown, score=0.5)
    return Judgement(found.status, found.score, found.summary, found.evidence, sites=sites)


def _site(client: Client) -> Site:
    location = client.site.location
    if client.is_repeated:
        return bad(
            location,
            f"`{client.site.last}` is called for each request or job: every one opens connections of its own",
            Confidence.HIGH,
        )
    return good(location)
