"""Whether the service's data can be brought back."""

from __future__ import annotations

import re

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_HALF = 0.5
_STORE_PACKAGE_NAMES = """
sqlalchemy flask_sqlalchemy sqlmodel django peewee tortoise pony psycopg psycopg2 asyncpg pg8000 MySQLdb pymysql
aiomysql mysql aiosqlite sqlite3 pymongo motor beanie mongoengine flask_pymongo cassandra clickhouse_driver databases
piccolo
"""
_STORE_PACKAGES = frozenset(_STORE_PACKAGE_NAMES.split())
_PLAIN = frozenset(
    {"sqlalchemy", "databases", "psycopg", "psycopg2", "asyncpg", "pg8000", "MySQLdb", "pymysql", "aiomysql", "mysql",
     "clickhouse_driver"}
)  # fmt: skip
"""Packages through which a service speaks SQL of its own, which tells what it does with the rows."""
_EMBEDDED = frozenset({"sqlite3", "aiosqlite"})
"""What also reads the files of other programs: it keeps data where tables are made."""

_KEEPING = frozenset({"postgres", "mysql", "mongo", "other"})
_SAVES = r"\b(back[ -]?ups?|backing up|point[- ]in[- ]time[- ](recover|restor|back)\w*|disaster recovery)\b"
_RESTORES = r"\b(restor(e|es|ing|ation)|recover(y|ing) (from|of (the )?(data|backup))|(disaster|data) recovery)\b"
_SAVING_COMMAND = (
    r"\b(pg_dump(all)?|mysqldump|mariadb-dump|mongodump|pg_basebackup|restic|borg|dumpdata|sqlite3 \S+ \.backup)\b"
)
_RESTORING_COMMAND = r"\b(pg_restore|mongorestore|loaddata|psql\b[^\n]*<|mysql\b[^\n]*<|mariadb\b[^\n]*<)"
_HISTORY = re.compile(r"(^|/)(change[-_]?log|changes|history|news|releases?([-_ ]notes)?)([./_-]|$)", re.IGNORECASE)
_PRODUCT_PAGE = re.compile(r"(^|/)templates/")
_ABOUT_OTHERS = re.compile(r"\b(monitor\w*|integrations?|software|providers?|jobs?|use case)\b", re.IGNORECASE)
_SAVING_NAME = re.compile(
    r"((create|make|do|run|perform|db|database)_)?backup(_(db|database|data|all|archive)\w*)?|dump_(db|database|all)"
    r"|export_(all|all_data|db|database|ctf|archive)|[a-z]+_exporter"
)
_RESTORING_NAME = re.compile(
    r"((do|run|perform|db|database)_)?restore_(backup|db|database|data|dump|archive|snapshot|from)\w*|(db|database)_restore"
    r"|restore_?backup|import_(all|all_data|db|database|ctf|archive|backup|dump)|[a-z]+_importer"
)
_SAVING_MODULE = re.compile(r"(^|/)(db_?)?backups?(/__init__)?\.py$")
_RESTORING_MODULE = re.compile(r"(^|/)(db_?)?restores?\.py$")
_STORING = re.compile(r"(^|/)(db|databases?|storage|stores?)(/__init__)?\.py$")
"""Where the service keeps its store: what it calls there by such a name, it does by itself."""
_COMMANDS = re.compile(r"(^|/)(management/commands|cli|commands?|backups?|admin)([/.]|/.*\.py$|_)")
_ABOUT_KEEPING = re.compile(
    r"\b(back(ed|ing)?[ -]?ups?|restor(e|es|ed|ing)|recover(y|ing)?|snapshots?)\b", re.IGNORECASE
)
"""What a section says beside such a command where it is about backups: fixtures are loaded and dumped by the same."""
_OF_DATA = re.compile(
    r"back(ed|ing)?[ -]?ups?\b|\b(databases?|dumps?|snapshots?|archives?|volumes?|point[- ]in[- ]time|disaster|"
    r"postgres\w*|pg_\w+|mysql\w*|mariadb|mongo\w*|sqlite\w*)\b"
    r"|\b(your|the|of|all|lost|user|production|customer) data\b|^[^\n]*\bdata\b",
    re.IGNORECASE,
)
"""What is saved and restored: a focus, a session and a scroll position are restored too, and are no data."""
_ASIDE = re.compile(r"\bbefore\b|\([^)]*back[ -]?ups?[^)]*\)", re.IGNORECASE)
"""Headings that only advise a backup, or name it beside something else: `Save before a purge`, `Copying (backup)`."""
_OF_STORE = re.compile(
    r"\b(databases?|db|dumps?|dumped|snapshots?|archives?|volumes?|postgres\w*|pg_\w+|mysql\w*|mariadb|mongo\w*|sqlite\w*)\b",
    re.IGNORECASE,
)
_LONGEST_HEADING = 60
_FEWEST_WORDS = 3
_MODELS = "from sqlalchemy import Column, Integer\n"
_BACKUP = "#!/bin/sh\nset -e\npg_dump --format=custom shop > /backups/shop.dump\n"
_RUNBOOK = """\
# Operations

## Backup

`deploy/backup.sh` runs every night.

## Restore

```
pg_restore --clean --dbname shop /backups/shop.dump
```
"""


@Control(
    id="database/backups",
    title="Backups and how to restore them are described",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why="Replicas copy a mistake within milliseconds; only a backup that somebody has restored brings data back.",
    impact="A bad migration, a deleted volume or an intruder ends the service, since its data is gone.",
    fix="Schedule the backup in code (`pg_dump` in a CronJob, `backup_retention_period` in Terraform), and write the "
    "restore down in the runbook, step by step.",
    effort=Effort.DAYS,
    role=Role.DEVOPS,
    sources=["https://www.postgresql.org/docs/current/backup.html", "https://sre.google/sre-book/data-integrity/"],
    passes=[
        {
            "app/models.py": _MODELS,
            "requirements.txt": "sqlalchemy\n",
            "deploy/postgres/backup.sh": _BACKUP,
            "deploy/postgres/restore.sh": "#!/bin/sh\nset -e\ndropdb shop\ncreatedb shop\ngunzip -c $1 | psql shop\n",
        },
        {
            "requirements.txt": "psycopg\n",
            "app/main.py": "import psycopg\n\nstore = psycopg.connect('postgresql://db/app')\n",
            "helm/desk/templates/cronjob/pg-backup.yaml": (
                "{{- if .Values.backup }}\nkind: CronJob\nmetadata: {name: {{ .Release.Name }}-backup}\n{{- end }}\n"
            ),
            "helm/desk/templates/configmap/pg-restore.yaml": "kind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n",
        },
        {
            "app/models.py": _MODELS,
            "requirements.txt": "sqlalchemy\n",
            "deploy/backup.sh": _BACKUP,
            "docs/ops.md": _RUNBOOK,
        },
        {
            "app/models.py": _MODELS,
            "requirements.txt": "sqlalchemy\n",
            "infra/db.tf": 'resource "aws_db_instance" "main" {\n  backup_retention_period = 14\n}\n',
            "docs/restore.md": "# Restoring the database\n\nStart a new instance from the snapshot of the day.\n",
        },
    ],
    fails=[
        {"app/models.py": _MODELS, "requirements.txt": "sqlalchemy\n"},
        {
            "app/models.py": _MODELS,
            "requirements.txt": "sqlalchemy\n",
            "seed.sh": "#!/bin/sh\necho 'Fills it from a pg_dump file'\npg_dump $FROM -t prices | psql $REPORTS\n",
        },
        {
            "app/models.py": _MODELS,
            "requirements.txt": "sqlalchemy\n",
            "README.md": "# Shop\n\n## Upgrade\n\nMake a backup first.\n",
        },
        {
            "app/models.py": _MODELS,
            "requirements.txt": "sqlalchemy\n",
            "docs/import.md": (
                "# Import\n\n## Take a backup before you replace\n\nExport the articles that are there: replacing"
                " removes them.\n\n## Copying (backup)\n\nChoose the shops that are to be copied to each other.\n"
            ),
        },
        {
            "app/models.py": _MODELS,
            "requirements.txt": "sqlalchemy\n",
            "README.md": (
                "# Shop\n\n## First prices\n\nRun `manage.py loaddata prices`. To write them anew, run\n"
                "`manage.py dumpdata prices > prices.json`.\n"
            ),
        },
        {
            "app/models.py": _MODELS,
            "requirements.txt": "sqlalchemy\n",
            "docs/widgets.md": "# Widgets\n\n## Restore the focus\n\nSet it on the button that opened it.\n",
        },
        {
            "orders/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["uvicorn", "orders.main:app"]\n',
            "compose.yml": (
                "services:\n  web:\n    build: .\n    environment: {STORE: postgres://orders-db:5432/orders}\n"
                "    depends_on: [stock]\n  stock:\n    image: company/stock\n    depends_on: [orders-db]\n"
                "  orders-db:\n    image: postgres:17\n"
            ),
        },
        (
            "import psycopg\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n@app.post('/orders')\n"
            "def order():\n    with psycopg.connect('postgresql://stock/db') as rows:\n"
            "        rows.execute('INSERT INTO orders (name) VALUES (1)')\n"
            "        return jsonify(rows.execute('SELECT id, name FROM orders').fetchall())\n"
        ),
    ],
    fixed={
        "app/models.py": _MODELS,
        "requirements.txt": "sqlalchemy\n",
        "deploy/backup.sh": _BACKUP,
        "docs/ops.md": _RUNBOOK,
    },
    partials=[
        {
            "shop/store.py": "import os\n\nimport psycopg2\n\nlink = psycopg2.connect(os.environ['DSN'])\n",
            "copilot/shop/addons/store.yml": (
                "Resources:\n  Store:\n    Type: AWS::RDS::DBCluster\n"
                "    Properties: {Engine: aurora-postgresql, BackupRetentionPeriod: 8}\n"
            ),
        },
        {
            "app/models.py": _MODELS,
            "requirements.txt": "sqlalchemy\n",
            "app/database.py": (
                "import zipfile\n\n\ndef make_backup():\n    with zipfile.ZipFile('backup.zip', 'w') as kept:\n"
                "        kept.write('shop.db')\n"
            ),
            "app/main.py": (
                "from apscheduler.schedulers.background import BackgroundScheduler\n\n"
                "from app import database, models\n\nscheduler = BackgroundScheduler()\n"
                "scheduler.add_job(database.make_backup, 'interval', hours=6)\n"
                "scheduler.start()\n"
            ),
        },
        {"app/models.py": _MODELS, "requirements.txt": "sqlalchemy\n", "deploy/backup.sh": _BACKUP},
        {
            "app/models.py": _MODELS,
            "requirements.txt": "sqlalchemy\n",
            "infra/db.tf": 'resource "aws_db_instance" "main" {\n  backup_retention_period = 14\n}\n',
        },
    ],
    ignores=[
        {
            "worker.py": "from confluent_kafka import Consumer\n\nfor one in Consumer({}):\n    print(one)\n",
            "scripts/docker-compose.yml": (
                "services:\n  stock:\n    image: house/stock:latest\n    depends_on: [db]\n"
                "  db:\n    image: postgres:17\n"
            ),
        },
        (
            "import psycopg\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n@app.get('/orders')\n"
            "def orders():\n    with psycopg.connect('postgresql://stock/db') as rows:\n"
            "        return jsonify(rows.execute('SELECT id, name FROM orders').fetchall())\n"
        ),
        {
            "orders/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["uvicorn", "orders.main:app"]\n',
            "compose.yml": (
                "services:\n  web:\n    build: .\n    depends_on: [stock]\n"
                "  stock:\n    image: company/stock\n    depends_on: [stock-db]\n"
                "  stock-db:\n    image: postgres:17\n"
            ),
        },
        {"app/main.py": "", "requirements.txt": "requests\n"},
        {"app/main.py": "", "app/destinations/postgres.py": "import psycopg\n"},
        {"app/main.py": "import sqlite3\n\nhistory = sqlite3.connect('/home/a/places.sqlite')\n"},
        {"shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = []\n"},
    ],
)
def backups(repo: Repo) -> Judgement:
    """Judged by steps in scripts, schedules and infrastructure code, sections of documents, and own commands."""
    if not _keeps_data(repo):
        return not_applicable("No database.")
    if repo.is_reusable:
        return not_applicable("A library: its users keep the data.")
    saving = [seen(one.path, one.line, one.detail) for one in repo.deployment.backups if one.kind == "backup"]
    restoring = [seen(one.path, one.line, one.detail) for one in repo.deployment.backups if one.kind == "restore"]
    saving += _sections(repo, _SAVES, _SAVING_COMMAND)
    restoring += _sections(repo, _RESTORES, _RESTORING_COMMAND) + _told_with_backup(repo)
    if saving and restoring:
        return passed("Backups and their restore are described.", *saving[:3], *restoring[:2])
    saving += _own_commands(repo, _SAVING_NAME, _SAVING_MODULE)
    restoring += _own_commands(repo, _RESTORING_NAME, _RESTORING_MODULE)
    if saving and restoring:
        summary = "Data can be saved and brought back by hand; neither a schedule nor a procedure is described."
        return partial(summary, *saving[:2], *restoring[:2], score=_HALF)
    if saving:
        return partial("Backups are taken, but how to restore one is not described.", *saving[:3], score=_HALF)
    if restoring:
        return partial("A restore is described, but nothing takes backups.", *restoring[:3], score=_HALF)
    if repo.python.imported & _STORE_PACKAGES <= _PLAIN and repo.stores.only_reads:
        return not_applicable("It only reads what another project keeps.")
    return failed("Neither backups nor a restore are described.")


def _keeps_data(repo: Repo) -> bool:
    composed = repo.deployment.store_containers
    stores = any(one.store in _KEEPING and not repo.deployment.is_anothers(one) for one in composed)
    packages = repo.python.imported & _STORE_PACKAGES - _EMBEDDED
    if packages and not _keeps_own(repo, packages):
        packages = frozenset()
    if not packages and repo.stores.embedded:
        return True
    if packages == {"django"}:
        # The framework can do without a database: one is set up, or models are kept in it.
        return stores or bool(repo.models.all) or any(repo.services.settings_named("DATABASES"))
    return stores or bool(packages)


def _keeps_own(repo: Repo, packages: frozenset[str]) -> bool:
    """Whether some module uses a store for the service itself, and not one that is read or written for others."""
    return any(not repo.stores.is_of_others(module.path) for module, _ in repo.python.imports(*packages))


def _sections(repo: Repo, heading: str, command: str) -> list[Evidence]:
    found = []
    for document in repo.documents.all:
        if _HISTORY.search(document.path) or _PRODUCT_PAGE.search(document.path):
            continue
        headed = (
            section
            for section in document.sections(heading)
            if section.words > _FEWEST_WORDS
            and _OF_DATA.search(f"{document.title} {section.title} {section.text}")
            and len(section.title) <= _LONGEST_HEADING
            and not _ABOUT_OTHERS.search(section.title)
            and not (_ASIDE.search(section.title) and not _OF_STORE.search(section.text))
        )
        found += [seen(document.path, section.line, section.title) for section in headed]
        commanded = (
            (section, line)
            for section, line in document.saying(command)
            if _ABOUT_KEEPING.search(re.sub(command, "", f"{document.title} {section.title} {section.text}"))
        )
        found += [
            seen(document.path, line, section.title or "a command of the procedure") for section, line in commanded
        ]
    return found[:5]


def _told_with_backup(repo: Repo) -> list[Evidence]:
    """Sections about backups that also tell how to restore one."""
    return [
        seen(document.path, line, f"{section.title}: restoring")
        for document in repo.documents.all
        if not (_HISTORY.search(document.path) or _PRODUCT_PAGE.search(document.path))
        for section, line in document.saying(r"\b(to restore|restor(e|ing) (the|a|an|your|from))\b")
        if re.search(_SAVES, f"{section.title} {document.title}", re.IGNORECASE)
    ][:3]


def _own_commands(repo: Repo, names: re.Pattern[str], modules: re.Pattern[str]) -> list[Evidence]:
    """Functions of command lines and administration that are named so, and modules and commands that are."""
    found = [
        seen(one.location.path, one.location.line, one.definition.name)
        for one in repo.python.functions
        if names.fullmatch(one.definition.name.lower())
        and (_COMMANDS.search(one.location.path) or (_STORING.search(one.location.path) and repo.wiring.is_used(one)))
    ]
    for module in repo.python.production:
        stem = module.path.rpartition("/")[2].removesuffix(".py")
        if modules.search(module.path) or ("/management/commands/" in module.path and names.fullmatch(stem)):
            found.append(seen(module.path, 0, f"module {stem}"))
    return found[:3]
