"""Whether the schema is moved by migrations that a deployment runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, advised, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Location, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.stores import MIGRATES

_ENGINE = "from sqlalchemy import create_engine\n\nengine = create_engine('postgresql://db/app')\n"
_DJANGO_FIX = (
    "Run the migrations before the start: `python manage.py migrate --noinput` in the entry point or a release step."
)
_ENV = "from alembic import context\n\ncontext.run_migrations()\n"


@Control(
    id="database/migrations",
    counterpart=lambda repo, ward: _counterpart(repo, ward),  # noqa: PLW0108 - it stands further down
    title="The schema is moved by migrations that the deployment runs",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why=(
        "Tables that are made or altered by hand differ from one place to the next, and nobody can "
        "tell which version runs where."
    ),
    impact="A release meets a schema that it does not know, and the service fails until someone repairs it by hand.",
    fix=(
        "Keep migrations with the code and run them before the start: `alembic upgrade head` in "
        "the entry point or a release step."
    ),
    effort=Effort.DAYS,
    role=Role.BACKEND,
    sources=[
        "https://alembic.sqlalchemy.org/en/latest/tutorial.html",
        "https://docs.djangoproject.com/en/stable/topics/migrations/",
    ],
    passes=[
        {
            "app/db.py": _ENGINE,
            "migrations/env.py": _ENV,
            "app/schema.py": (
                "from alembic import command\nfrom alembic.config import Config\n\n\ndef bring_up():\n"
                "    command.upgrade(Config('alembic.ini'), 'head')\n"
            ),
            "app/main.py": (
                "from contextlib import asynccontextmanager\n\nfrom fastapi import FastAPI\n\n"
                "from app import schema\n\n\n@asynccontextmanager\nasync def at_work(app):\n"
                "    schema.bring_up()\n    yield\n\n\napp = FastAPI(lifespan=at_work)\n\n\n"
                "@app.post('/copies/restore')\ndef restore():\n    schema.bring_up()\n    return {}\n"
            ),
        },
        {
            "app/db.py": _ENGINE,
            "migrations/env.py": _ENV,
            "shop/management/commands/upgrade.py": (
                "from django.core.management import BaseCommand, call_command\n\n\n"
                "class Command(BaseCommand):\n    def handle(self, *args, **options):\n"
                "        call_command('migrate', no_input=True)\n"
            ),
            "docker/entrypoint.sh": "#!/bin/sh\ndjango-admin upgrade --with-check\nexec gunicorn shop.wsgi\n",
        },
        {
            "shop/handler.py": (
                "import psycopg\nfrom shelves.db import Shelves\nfrom shelves.migrate import Migrate\n\n\n"
                "def handler(event, context):\n    with psycopg.connect(event['dsn']) as connection:\n"
                "        Migrate(Shelves(connection)).run_migration(event['version'])\n"
            ),
            "shop/app.py": (
                "import psycopg\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
                "@app.get('/orders')\ndef orders():\n    with psycopg.connect('dbname=shop') as connection:\n"
                "        connection.execute('INSERT INTO orders DEFAULT VALUES')\n    return ''\n"
            ),
        },
        {
            "app/db.py": _ENGINE,
            "migrations/env.py": _ENV,
            "Makefile": "serve:\n\tgunicorn app.main:app\n\nschema:\n\talembic upgrade head\n",
            "start.sh": "#!/bin/sh\nif make schema -C /srv; then\n  make -C /srv serve\nfi\n",
        },
        {
            "app/db.py": _ENGINE,
            "migrations/env.py": _ENV,
            "charts/shop/values.yaml": (
                "db-init:\n  migrations:\n    command: [/bin/sh, -c]\n    args:\n      - |\n"
                "        alembic upgrade head\n        alembic check\n"
            ),
        },
        {
            "app/db.py": _ENGINE,
            "app/migrations/0a1b2c3d4e5f_first.py": (
                "from alembic import op\n\nrevision = '0a1b2c3d4e5f'\n\n\ndef upgrade():\n    op.drop_table('a')\n"
            ),
            "start.sh": "#!/bin/sh\nshop db upgrade\ngunicorn app.main:app\n",
        },
        {
            "app/db.py": _ENGINE,
            "migrations/env.py": _ENV,
            "Makefile": "schema:\n\talembic upgrade head\n",
            "infra/tasks.tf": (
                'module "schema" {\n  source = "./task"\n  image  = var.image\n  command = ["make", "schema"]\n}\n'
            ),
        },
        {
            "app/db.py": _ENGINE,
            "db/changelog-all.xml": "<databaseChangeLog/>\n",
            "start.sh": "#!/bin/sh\nliquibase --changelog-file=db/changelog-all.xml update\ngunicorn app.main:app\n",
        },
        {
            "app/db.py": "from sqlalchemy import create_engine\n\nengine = create_engine('postgresql://db/app')\n",
            "migrations/env.py": "from alembic import context\n\ncontext.run_migrations()\n",
            "tasks.py": (
                "from invoke import task\n\n\n@task\ndef deploy(c, tag):\n"
                "    c.run(f'TAG={tag} docker compose run --rm web flask db upgrade')\n"
            ),
        },
        {
            "app/db.py": "from sqlalchemy import create_engine\n\nengine = create_engine('postgresql://db/app')\n",
            "alembic/env.py": "from alembic import context\n\ncontext.run_migrations()\n",
            "alembic/versions/0001_first.py": "from alembic import op\n\n\ndef upgrade():\n    op.drop_table('a')\n",
            "service.py": (
                "import subprocess\n\n\ndef run_in_container(text):\n"
                "    subprocess.run(['docker', 'compose', 'exec', 'api', 'sh', '-c', text], check=True)\n\n\n"
                "def start():\n    run_in_container('if has-schema; then alembic upgrade head; fi')\n\n\n"
                "if __name__ == '__main__':\n    start()\n"
            ),
        },
        {
            "app/db.py": "from sqlalchemy import create_engine\n\nengine = create_engine('postgresql://db/app')\n",
            "alembic/env.py": "from alembic import context\n\ncontext.run_migrations()\n",
            "alembic/versions/0001_first.py": "from alembic import op\n\n\ndef upgrade():\n    op.drop_table('a')\n",
            "service.py": (
                "import subprocess\n\n\ndef start():\n"
                "    subprocess.check_output(args=['alembic', 'upgrade', 'head'], cwd='/app')\n\n\n"
                "if __name__ == '__main__':\n    start()\n"
            ),
        },
        {
            "app/db.py": "from sqlalchemy import create_engine\n\nengine = create_engine('postgresql://db/app')\n",
            "alembic/env.py": "from alembic import context\n\ncontext.run_migrations()\n",
            "alembic/versions/0001_first.py": "from alembic import op\n\n\ndef upgrade():\n    op.drop_table('a')\n",
            "service.py": (
                "from alembic.config import main\n\n\ndef start():\n    main(['--raiseerr', 'upgrade', 'head'])\n\n\n"
                "if __name__ == '__main__':\n    start()\n"
            ),
        },
        {
            "app/models.py": (
                "from peewee import Model, PostgresqlDatabase\n\ndb = PostgresqlDatabase('shop')\n\n\n"
                "class Order(Model):\n    class Meta:\n        database = db\n"
            ),
            "app/moving.py": (
                "from playhouse.migrate import *\n\nfrom app.models import db\n\n\ndef run():\n"
                "    migrator = PostgresqlMigrator(db)\n    migrate(migrator.add_column('orders', 'paid', PAID))\n"
            ),
            "app/main.py": "from flask import Flask\n\nfrom app.moving import run\n\napp = Flask(__name__)\nrun()\n",
        },
        {
            "app/db.py": _ENGINE,
            "migrations/env.py": _ENV,
            "migrations/versions/0001_start.py": "revision = '0001'\ndown_revision = None\n",
            "start.sh": '#!/bin/sh\npython3 -m app --config /etc/app.cfg user migrate\nexec "$@"\n',
            "Dockerfile": 'FROM python:3.13\nCOPY . .\nENTRYPOINT ["/start.sh"]\nCMD ["python", "-m", "app"]\n',
        },
        {
            "app/db.py": _ENGINE,
            "migrations/env.py": _ENV,
            "migrations/versions/0001_start.py": "revision = '0001'\ndown_revision = None\n",
            "Makefile": "migrate:\n\talembic upgrade head\n",
            ".github/workflows/deploy.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  d:\n    steps:\n      - uses: appleboy/ssh-action@v1\n"
                "        with:\n          host: a.example\n          script: |\n            set -e\n"
                "            make migrate\n            make up\n"
            ),
        },
        {
            "shop/settings.py": (
                "import django\n\nROOT_URLCONF = 'shop.urls'\nDATABASES = {'default': {'ENGINE': "
                "'django.db.backends.postgresql'}}\n"
            ),
            "shop/models.py": (
                "from django.db import models\n\n\nclass Order(models.Model):\n    name = models.TextField()\n"
            ),
            "shop/migrations/0001_initial.py": (
                "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    operations = []\n"
            ),
            "shop/cli.py": (
                "import click\nfrom django.core.management import call_command\n\n\n@click.command()\n"
                "def init():\n    call_command('migrate')\n"
            ),
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nCMD ["shop", "server", "--init", "0.0.0.0:8000"]\n',
        },
        {
            "app/db.py": _ENGINE,
            "app/migrations.py": "".join(f"async def m00{n}_step(db):\n    await db.run('')\n\n\n" for n in (1, 2, 3)),
            "app/main.py": (
                "from app import migrations\nfrom app.db import engine\n\n\nasync def migrate_databases():\n"
                "    for step in vars(migrations).values():\n        await step(engine)\n\n\n"
                "async def startup(app):\n    await migrate_databases()\n"
            ),
        },
        {
            "app/db.py": _ENGINE,
            "migrations/env.py": _ENV,
            "entrypoint.sh": "#!/bin/sh\nalembic upgrade head\nexec uvicorn app.main:app\n",
        },
        {
            "app/db.py": _ENGINE,
            "app/migrations/migration_001_002.sql": "ALTER TABLE orders ADD COLUMN paid boolean;\n",
            "entrypoint.sh": "#!/bin/sh\nshop migrate\nexec shop start\n",
            "setup.py": (
                "from setuptools import setup\n\n"
                "setup(name='shop', entry_points={'console_scripts': ['shop = app.cli:main']})\n"
            ),
            "app/cli.py": "def main():\n    return 0\n",
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nENTRYPOINT ["./entrypoint.sh"]\n',
        },
        {
            "app/main.py": (
                "import sqlite3\n\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\ndef opened():\n"
                "    store = sqlite3.connect('/data/shop.db')\n    now = store.execute('PRAGMA user_version')\n"
                "    if not next(now)[0]:\n        store.execute('CREATE TABLE orders (id INTEGER)')\n"
                "        store.execute('PRAGMA user_version = 1')\n    return store\n\n\nstore = opened()\n"
            )
        },
        {
            "app/main.py": (
                "import sqlite3\n\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\nclass Kept:\n"
                "    def __init__(self, path):\n        self.path = path\n"
                "        self.execute(['CREATE TABLE IF NOT EXISTS orders (', '  id INTEGER', ')'])\n"
                "        self.execute('PRAGMA user_version = 2')\n\n    def execute(self, words):\n"
                "        return sqlite3.connect(self.path).execute(' '.join(words))\n\n\nkept = Kept('/data/shop.db')\n"
            )
        },
        {
            "app/main.py": (
                "import sqlite3\n\nfrom flask import Flask\n\nfrom app.db_upgrades import upgradeDatabase\n\n"
                "app = Flask(__name__)\nstore = sqlite3.connect('/data/shop.db')\nupgradeDatabase(store)\n"
            ),
            "app/db_upgrades.py": (
                "def upgradeDatabase(store):\n    store.execute('CREATE TABLE IF NOT EXISTS orders (id INTEGER)')\n"
                "    for name in ('paid',):\n        store.execute(f'ALTER TABLE orders ADD {name} TEXT')\n"
            ),
        },
        {
            "app/db.py": _ENGINE,
            "app/migration_steps/db/0001_start.py": "def up(cursor):\n    cursor.execute('CREATE TABLE orders ()')\n",
            "app/moving.py": "class Migration:\n    def run(self):\n        return 1\n",
            "app/shop.py": (
                "from app.moving import Migration\n\n\nclass Shop:\n    def __init__(self):\n"
                "        step = Migration()\n        step.run()\n"
            ),
            "main.py": "from app.shop import Shop\n\n\ndef run():\n    Shop().serve()\n\n\nrun()\n",
        },
        {
            "app/db.py": _ENGINE,
            "app/schema/upgrade_scripts/001-orders.sql": "ALTER TABLE orders ADD COLUMN paid boolean;\n",
            "app/main.py": (
                "from flask import Flask\n\nfrom app.db import engine\n\napp = Flask(__name__)\n\n\n"
                "def upgrade_schema():\n    engine.run('app/schema/upgrade_scripts')\n\n\nupgrade_schema()\n"
            ),
        },
        {
            "app/db.py": _ENGINE,
            "migrations/env.py": _ENV,
            "app/cli.py": (
                "import click\nfrom alembic import command\n\n\n@click.group()\ndef configure():\n    pass\n\n\n"
                "@configure.command('basic')\ndef configure_basic():\n    command.upgrade(None, 'head')\n"
            ),
            "start.sh": "#!/bin/sh\n/srv/bin/shop configure --quiet basic && /srv/bin/gunicorn app.main:app\n",
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nCMD ["/start.sh"]\n',
        },
        {
            "shop/run.py": (
                "import os\nfrom quart import Quart\nfrom quart_db import QuartDB\n\napp = Quart(__name__)\n"
                "db = QuartDB(app, url=os.environ['DSN'], migrations_folder='migrations')\n"
            ),
            "shop/migrations/0.py": "async def migrate(connection):\n    await connection.execute('')\n",
        },
    ],
    fails=[
        {"app/db.py": _ENGINE},
        {
            "app/main.py": (
                "import sqlite3\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"
                "store = sqlite3.connect('/data/shop.db')\n"
                "store.execute('CREATE TABLE IF NOT EXISTS orders (id INTEGER)')\n"
            )
        },
    ],
    fixed={
        "app/db.py": _ENGINE,
        "migrations/env.py": _ENV,
        "entrypoint.sh": "#!/bin/sh\nalembic upgrade head\nexec gunicorn app.main:app\n",
    },
    partials=[
        {
            "app/db.py": _ENGINE,
            "migrations/env.py": _ENV,
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nCMD ["gunicorn", "app.main:app"]\n',
            "docker-compose.yml": (
                "services:\n  shop:\n    build: .\n  payments:\n    image: house/payments:17\n"
                "    command: sh -c './manage.py migrate && ./serve'\n"
            ),
        },
        {
            "app/db.py": _ENGINE,
            "migrations/env.py": _ENV,
            "Makefile": "serve:\n\tgunicorn app.main:app\n\nschema:\n\talembic upgrade head\n",
            "start.sh": "#!/bin/sh\nmake -C /srv serve\n",
        },
        {"app/db.py": _ENGINE, "migrations/env.py": _ENV},
        {
            "app/db.py": _ENGINE,
            "migrations/env.py": _ENV,
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nCMD ["gunicorn", "app.main:app"]\n',
            "docs/upgrading.md": "# Upgrading\n\nInstall the release and run `alembic upgrade head`.\n",
        },
    ],
    ignores=[
        "def add(a, b):\n    return a + b\n",
        (
            "import psycopg\n\n\ndef role(dsn):\n    with psycopg.connect(dsn) as peer:\n"
            "        return peer.execute('SELECT pg_is_in_recovery()').fetchone()\n"
        ),
        "import sqlite3\n\n\ndef read(path):\n    return sqlite3.connect(path).execute('SELECT url FROM places')\n",
        {
            "shipper/destinations/mssql.py": (
                "import pyodbc\n\n\ndef write(rows, dsn):\n    with pyodbc.connect(dsn) as peer:\n"
                "        peer.cursor().executemany('INSERT INTO rows VALUES (?)', rows)\n"
            )
        },
    ],
)
def migrations(repo: Repo) -> Judgement:
    """Migrations that a deployment or start-up runs pass; migrations alone are partial.

    Each file that runs them is kept beside, so that a comparison can tell of one that no longer does.
    """
    return replace(_judged(repo), wards=tuple(_wards(repo)))


_RUN = "the run of the migrations"


def _wards(repo: Repo) -> Iterator[Ward]:
    yield from (_of_file(repo, path) for path in dict.fromkeys(one.path for one in repo.stores.migration_runs))


def _of_file(repo: Repo, path: str) -> Ward:
    """A file and whether it runs the migrations; where another does so that did not, nothing is lost."""
    runs = repo.stores.migration_runs
    line = next((one.line for one in runs if one.path == path), 0)
    return Ward(
        Location(path, line, line),
        _RUN,
        (),
        f"`{path}` does not run the migrations",
        ways=0,
        beside=tuple(sorted({f"`{one.path}`" for one in runs if one.path != path})),
        asks=((_RUN,),) if line else (),
    )


def _counterpart(repo: Repo, ward: Ward) -> Ward | None:
    """A file that runs the migrations elsewhere, as far as it is there."""
    return _of_file(repo, ward.location.path) if ward.location.path in repo.sources.paths else None


def _judged(repo: Repo) -> Judgement:
    if not repo.stores.uses_relational:
        return not_applicable("Nothing here is kept in a relational store.")
    kept, runs = repo.stores.migrations, repo.stores.migration_runs
    if kept and runs:
        return passed("Migrations are kept with the code and run with the deployment.", *kept[:3], *runs[:3])
    if repo.is_reusable:
        return not_applicable("A library: its users run the migrations.")
    if kept:
        return advised(_unrun(repo, kept), fix=_DJANGO_FIX if "Django" in kept[0].detail else "")
    clients = [client.site for client in repo.stores.clients if client.family == "relational"]
    shown = [seen(site.module.path, site.call.line, f"`{site.last}`") for site in clients[:1]]
    what = "Models" if repo.models.all else "Tables"
    return failed(
        f"{what} are kept in a relational store, and no migration moves its schema.",
        *shown,
        looked_in=["migration folders", "entry points and start scripts", "deployment pipelines"],
    )


_BY_HAND = 0.5
_OPERATING = re.compile(
    r"deploy|install|upgrad|updat|production|operation|runbook|admin|hosting|maint|releas", re.IGNORECASE
)
_DEVELOPING = re.compile(r"contribut|develop|hacking|test|change|release[-_ ]?notes|history", re.IGNORECASE)


def _unrun(repo: Repo, kept: tuple[Evidence, ...]) -> Judgement:
    """Migrations that nothing here runs: who deploys may, where the tree does not say how that is done."""
    if not (repo.deployment.started_commands or repo.deployment.computes or repo.deployment.images):
        return partial("Migrations exist; how a release runs them is not kept here.", *kept[:3], score=_BY_HAND)
    for document in repo.documents.all:
        for section, line in document.saying(MIGRATES.pattern):
            told = f"{document.path} {section.title}"
            if _OPERATING.search(told) and not _DEVELOPING.search(told):
                return partial(
                    "Migrations exist, and only the documentation says to run them: no deployment step does.",
                    *kept[:2],
                    seen(document.path, line, section.title or "the command"),
                    score=_BY_HAND,
                )
    return partial("Migrations exist, but no entry point, deployment step or start-up code runs them.", *kept[:3])
