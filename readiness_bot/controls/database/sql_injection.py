"""Whether values become part of the text of SQL statements instead of being bound to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from readiness_bot.control import Control, bad, good
from readiness_bot.model import Confidence, Effort, Kind, Role, Severity, Site, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.expressions import names_in
from readiness_bot.repo.flow_paths import CHECKS, Flow, asked_name, describe
from readiness_bot.repo.modules import CallSite
from readiness_bot.repo.values import Call, Const, Format, Invoke, Value

_LIBRARIES = (
    "sqlalchemy", "sqlite3", "aiosqlite", "psycopg", "psycopg2", "asyncpg", "MySQLdb", "pymysql", "aiomysql", "mysql",
    "django.db", "sqlmodel",
    "databases", "peewee", "pony", "tortoise", "cx_Oracle", "oracledb", "pyodbc", "pymssql", "duckdb", "snowflake",
    "clickhouse_driver",
    "clickhouse_connect", "trino", "prestodb", "flask_sqlalchemy", "records", "pandas", "web.database", "web.db",
    "aioodbc", "aiopg", "taos", "apsw", "asyncmy",
    "dataset", "piccolo", "edgedb", "gino", "playhouse", "pyhive", "vertica_python", "redshift_connector",
    "aurora_data_api", "polars", "databricks",
)  # fmt: skip
_CLOUDS = frozenset({"boto3", "aioboto3", "aiobotocore", "botocore"})
"""Clients whose `execute_statement` takes SQL: that of the RDS Data API, PartiQL of DynamoDB."""
_RUNNING = frozenset(
    {"execute", "executemany", "executescript", "exec_driver_sql", "execute_async", "fetch", "fetchrow", "fetchval",
     "fetch_all", "fetch_one", "fetch_val",
     "raw", "extra", "read_sql", "read_sql_query", "read_sql_table", "query", "execute_sql", "run_sql", "select",
     "select_one", "raw_sql", "iterate",
     "execute_query", "execute_query_dict", "prepare", "copy_expert", "mogrify", "sql", "execute_statement", "command"}
)  # fmt: skip
_ALWAYS_SQL = frozenset(
    {
        "execute",
        "executemany",
        "executescript",
        "exec_driver_sql",
        "read_sql",
        "read_sql_query",
        "raw_sql",
        "execute_sql",
        "execute_statement",
    }
)
_STATEMENTS = ("sql", "statement", "Sql", "Statement")
"""Names by which the text is handed over, if not as the first argument."""
_TEXTS = frozenset(
    {"sqlalchemy.text", "sqlalchemy.sql.text", "sqlalchemy.sql.expression.text", "sqlalchemy.literal_column",
     "sqlalchemy.sql.literal_column",
     "sqlalchemy.sql.expression.literal_column", "sqlmodel.text", "flask_sqlalchemy.SQLAlchemy().text",
     "psycopg2.sql.SQL", "psycopg.sql.SQL",
     "sqlalchemy.DDL", "django.db.models.expressions.RawSQL"}
)  # fmt: skip
_SQL = re.compile(
    r"\b(select\b.+\bfrom|select\s|insert\s+(or\s+\w+\s+)?into|update\s+\S+\s+set|update\s+|delete\s+from|replace\s+into|merge\s+into|create\s+(or\s+\w+\s+)?"
    r"(temp\w*\s+|unique\s+)?(table|index|view|database|schema|user|role|extension)|drop\s+\w+|alter\s+\w+|truncate\s+|pragma\s|with\s+\w+\s+as|order\s+by|group"
    r"\s+by|where\s|limit\s|having\s|union\s|set\s+\w+|grant\s|show\s|describe\s|explain\s|use\s|copy\s|values\s*\(|join\s|\band\s|\bor\s|like\s|call\s|exec\s)",
    re.IGNORECASE | re.DOTALL,
)
_OF_TABLES = re.compile(
    r"\b((alter|create|drop|optimize|truncate)\s+table|insert\s+into|delete\s+from|select\b.+\bfrom|update\s+\S+\s+set)\b",
    re.IGNORECASE | re.DOTALL,
)
"""What is SQL for sure: a `command` is given to devices and shells too, which know `show` and `set` as well."""
_CLEAN = frozenset({"quoted", "kept-only", "regex-escaped"})
_PLACEHOLDERS = {
    "asyncpg": "$1",
    "sqlite3": "?",
    "aiosqlite": "?",
    "duckdb": "?",
    "pyodbc": "?",
    "sqlalchemy": ":value",
    "sqlmodel": ":value",
    "databases": ":value",
    "oracledb": ":value",
    "cx_Oracle": ":value",
}


_READING = ("read_sql", "read_sql_query", "read_sql_table", "to_sql", "read_database", "read_database_uri")


_BEGINS = re.compile(
    r"^\s*(select\s.+\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|(create|drop|alter|truncate)\s+table\s)",
    re.IGNORECASE | re.DOTALL,
)
"""How a text begins that is a statement, whatever it is handed to."""


def _applies(repo: Repo) -> bool:
    found = repo.python.imported & set(_LIBRARIES)
    # A library of tables mostly reads files.
    if found - {"pandas", "polars"} or (found and any(repo.python.calls_of(*_READING))):
        return True
    if repo.python.imported & _CLOUDS and any(repo.python.calls_of("execute_statement")):
        return True
    # Nobody knows every driver; what is handed a statement as it stands runs it.
    return any(_is_handed_statement(site) for site in repo.python.calls_of("execute", "executemany", *_OF_ROWS))


_OF_ROWS = ("one", "all", "run")
"""What drivers that give rows back call running a statement; others call something else so."""


def _is_handed_statement(site: CallSite) -> bool:
    return bool(site.call.args) and _is_text_of(site.call.args[0], _BEGINS)


@Control(
    id="database/sql-injection",
    title="Values are bound to SQL statements, never written into their text",
    kind=Kind.DEFECT,
    severity=Severity.CRITICAL,
    why="A value that is formatted into the text of a statement can end the literal it stands in and go on in SQL.",
    impact="Whoever controls the value reads, changes or deletes any row that the service's database user can reach.",
    fix='Leave a placeholder in the text and pass the value beside it: `cursor.execute("SELECT … WHERE id = %s", '
    "(value,))`.",
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=[
        "https://cheatsheetseries.owasp.org/cheatsheets/SQL_Injection_Prevention_Cheat_Sheet.html",
        "https://cwe.mitre.org/data/definitions/89.html",
    ],
    fails=[
        (
            "from fastapi import Depends, FastAPI\nfrom pydantic import BaseModel\n"
            "from sqlalchemy import select, text\n\napp = FastAPI()\n\n\n"
            "class Page(BaseModel):\n    size: int\n    sort: str\n\n\nclass Listed(Page):\n    word: str\n\n\n"
            "def page(size: int = 9, sort: str = '') -> Page:\n    return Page(size=size, sort=sort)\n\n\n"
            "def listed(one: Page = Depends(page), word: str = '') -> Listed:\n"
            "    return Listed(**one.model_dump(), word=word)\n\n\n"
            "def ordered(asked: Listed):\n    return select('*').order_by(text(asked.sort))  # <- flagged\n\n\n"
            "@app.get('/things')\ndef things(asked: Listed = Depends(listed)):\n    return ordered(asked)\n"
        ),
        (
            "import sqlite3\n\nfrom flask.views import View\nfrom shopviews import add_rules\n\n"
            "kept = sqlite3.connect('a')\n\n\nclass Columns(View):\n    def dispatch_request(self, table):\n"
            "        return kept.execute(f\"PRAGMA table_info('{table}')\").fetchall()  # <- flagged\n\n\n"
            "add_rules([('/columns/<table>', Columns.as_view('columns'))])\n"
        ),
        (
            "import sqlite3\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "@app.get('/shops')\ndef listed():\n    asked = {'sort': request.args['sort']}\n"
            "    order = ', '.join(f'{value} DESC' for value in asked.values())\n"
            "    kept = sqlite3.connect('a')\n"
            "    return kept.execute(f'SELECT id FROM shops ORDER BY {order}').fetchall()  # <- flagged\n"
        ),
        (
            "import sqlite3\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\ndb = sqlite3.connect('a')\n\n\n"
            "def write(row, **fields):\n    assigned = ', '.join(f'{key} = ?' for key in fields)\n"
            "    db.execute(f'UPDATE items SET {assigned} WHERE id = ?', [*fields.values(), row])  # <- flagged\n\n\n"
            "@app.post('/items/{row}')\ndef change(row: int, change: dict):\n    write(row, **change)\n"
        ),
        (
            "from flask import Flask, request\nfrom sqlalchemy import text\n"
            "from wtforms import Form, StringField, validators\n\nfrom shop.store import session\n\n"
            "app = Flask(__name__)\n\n\nclass JoinForm(Form):\n"
            "    code = StringField('Code', [validators.Length(min=5)])\n\n\n@app.post('/join')\ndef join():\n"
            "    form = JoinForm(request.form)\n    if not form.validate():\n        return ''\n"
            "    session.execute(text(f\"SELECT id FROM codes WHERE code = '{form.code.data}'\"))  # <- flagged\n"
            "    return ''\n"
        ),
        (
            "from flask import Flask, request\nfrom sqlalchemy import func, text\n\nfrom shop import models\n\n"
            "app = Flask(__name__)\n\n\n@app.get('/search')\ndef search():\n    words = request.args['words']\n"
            "    asked = func.plainto_tsquery(text(f\"'{words}'\"))  # <- flagged\n"
            "    return models.found(asked)\n"
        ),
        (
            "import sqlite3\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "db = sqlite3.connect('app.db')\n"
            "@app.get('/users')\n"
            "def users():\n"
            "    name = request.args['name']\n"
            "    return db.execute(f\"SELECT * FROM users WHERE name = '{name}'\").fetchall()  # <- flagged\n"
        ),
        (
            "import sqlite3\n"
            "from http.server import BaseHTTPRequestHandler, HTTPServer\n"
            "from urllib.parse import parse_qs, urlparse\n"
            "class Users(BaseHTTPRequestHandler):\n"
            "    def do_GET(self):\n"
            "        asked = parse_qs(urlparse(self.path).query)\n"
            "        users = sqlite3.connect('app.db')\n"
            "        found = users.execute('SELECT * FROM users WHERE id=' + asked['id'][0])  # <- flagged\n"
            "        self.wfile.write(str(found.fetchall()).encode())\n"
            "HTTPServer(('', 8000), Users).serve_forever()\n"
        ),
        (
            "import sqlite3\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "@app.post('/password')\n"
            "def change():\n"
            "    new, again = request.form.get('new'), request.form.get('again')\n"
            "    if new != again:\n"
            "        return 'they differ'\n"
            "    sqlite3.connect('app.db').execute(\"UPDATE users SET password = '%s'\" % new)  # <- flagged\n"
        ),
        (
            "import web\n"
            "db = web.database(dbn='postgres')\n"
            "class edits:\n"
            "    path = '/edits'\n"
            "    def GET(self):\n"
            "        asked = web.input(order=None)\n"
            "        clauses = {'limit': 50, 'vars': {'name': asked.name}}\n"
            "        clauses['order'] = f'updated {asked.order}'\n"
            "        return db.select('edits', where='name = $name', **clauses)  # <- flagged\n"
        ),
        (
            "from flask import Flask, request\nfrom sqlalchemy import create_engine, select, text\n\n"
            "app = Flask(__name__)\nengine = create_engine('postgresql://db')\n\n\n@app.get('/rows')\ndef rows():\n"
            "    by = request.args.get('by')\n"
            "    wanted = select('*').order_by(text('{} {}'.format(by, 'desc')))  # <- flagged\n"
            "    return list(engine.execute(wanted))\n"
        ),
        (
            "import sqlite3\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n"
            "ASKED = \"SELECT * FROM orders WHERE state = ':state'\"\n\n\n@app.get('/orders')\ndef orders():\n"
            "    asked = ASKED.replace(':state', request.args['state'])\n"
            "    return sqlite3.connect('shop').execute(asked).fetchall()  # <- flagged\n"
        ),
        (
            "import json\n\nimport boto3\n\n\ndef handler(event, context):\n"
            "    wanted = json.loads(event['body'])['name']\n    table = boto3.client('dynamodb')\n"
            "    asked = 'SELECT * FROM orders WHERE name = \\'' + wanted + '\\';'\n"
            "    return table.execute_statement(Statement=asked)  # <- flagged\n"
        ),
        (
            "import sqlite3\nfrom flask import Flask, abort, request\n\napp = Flask(__name__)\n\n\n"
            "def ordered(by, columns=None):\n    column = by.lstrip('-')\n"
            "    if columns and column not in columns:\n        abort(400)\n"
            "    return list(sqlite3.connect('shop').execute(f'SELECT * FROM goods ORDER BY {column}'))  # <- flagged\n"
            "\n\n@app.get('/goods')\ndef goods():\n    return ordered(request.args['by'])\n"
        ),
        (
            "from fastapi import FastAPI\nfrom sqlalchemy import create_engine, text\n\n"
            "app = FastAPI()\nengine = create_engine('postgresql://db/shop')\n\n\n@app.get('/tables/{table}')\n"
            "def rows(table: str, page: int = 0):\n    with engine.connect() as link:\n"
            "        link.execute(\n"
            "            text('SELECT column_name FROM information_schema.columns WHERE table_name = :table'),\n"
            "            {'table': table},\n        ).all()\n"
            "        return link.execute(text(f'SELECT * FROM {table} LIMIT 9')).all()  # <- flagged\n"
        ),
        {
            "shop/data.py": (
                "import sqlite3\nfrom functools import lru_cache\n\n\ndef find(name):\n"
                "    return sqlite3.connect('a').execute(f'SELECT * FROM a ORDER BY {name}')  # <- flagged\n\n\n"
                "def look(name):\n"
                "    return sqlite3.connect('a').execute(f'SELECT * FROM b ORDER BY {name}')  # <- flagged\n\n\n"
                "known = lru_cache(maxsize=9)(look)\n"
            ),
            "shop/main.py": (
                "from asgiref.sync import sync_to_async\nfrom fastapi import FastAPI\n\nfrom shop import data\n\n"
                "app = FastAPI()\n\n\n@app.get('/items')\nasync def items(name: str):\n"
                "    found = await sync_to_async(data.find)(name)\n    return found or data.known(name)\n"
            ),
        },
        (
            "from typing import Annotated\n\nfrom fastapi import FastAPI\nfrom pydantic import AfterValidator\n"
            "from sqlalchemy import text\n\napp = FastAPI()\n\n\ndef lowered(value: str) -> str:\n"
            "    return value.lower()\n\n\n@app.get('/sums')\n"
            "def sums(db, field: Annotated[str, AfterValidator(lowered)]):\n"
            "    return db.execute(text(f'select sum({field}) from orders'))  # <- flagged\n"
        ),
    ],
    partials=[
        (
            "from fastapi import FastAPI, HTTPException\nfrom sqlalchemy import create_engine, text\n\n"
            "app = FastAPI()\nengine = create_engine('postgresql://db/shop')\n\n\n@app.get('/tables/{table}')\n"
            "def rows(table: str, page: int = 0):\n    with engine.connect() as link:\n"
            "        known = link.execute(\n"
            "            text('SELECT column_name FROM information_schema.columns WHERE table_name = :table'),\n"
            "            {'table': table},\n        ).all()\n        if not known:\n"
            "            raise HTTPException(404)\n"
            "        return link.execute(text(f'SELECT * FROM {table} LIMIT 9')).all()  # <- flagged\n"
        ),
        (
            "import sqlite3\n\nfrom flask import Flask, request\n\nfrom shop.data import table_exists\n\n"
            "app = Flask(__name__)\n\n\n@app.post('/closed')\ndef close():\n    table = request.json['table']\n"
            "    if not table_exists(table):\n        return ''\n"
            "    sqlite3.connect('a').execute(f'UPDATE {table} SET open = 0')  # <- flagged\n    return ''\n"
        ),
    ],
    passes=[
        (
            "from typing import Annotated\n\nfrom annotated_types import Len, Predicate\nfrom fastapi import FastAPI\n"
            "from pydantic import AfterValidator\nfrom sqlalchemy import text\n\napp = FastAPI()\n\n\n"
            "def is_word(value: str) -> bool:\n    return value.isalnum()\n\n\ndef a_word(value: str) -> str:\n"
            "    if not value.isidentifier():\n        raise ValueError(value)\n    return value\n\n\n"
            "type Sum = Annotated[str, Len(1), Predicate(is_word)]\n\n\n@app.get('/sums')\n"
            "def sums(db, field: Sum, group: Annotated[str, AfterValidator(a_word)]):\n"
            "    return db.execute(text(f'select sum({field}) from orders group by {group}'))\n"
        ),
        {
            "shop/data.py": (
                "import sqlite3\n\n\ndef find(name):\n"
                "    return sqlite3.connect('a').execute(f\"SELECT * FROM items WHERE name = '{name}'\")\n"
            ),
            "shop/main.py": (
                "from asgiref.sync import sync_to_async\nfrom fastapi import FastAPI\n\nfrom shop import data\n\n"
                "app = FastAPI()\n\n\n@app.get('/items')\nasync def items(name: str):\n"
                "    return await sync_to_async(data.find)('new' if name else 'old')\n"
            ),
        },
        (
            "import sqlite3\n\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel\n\n"
            "app = FastAPI()\ndb = sqlite3.connect('a')\n\n\nclass Change(BaseModel):\n"
            "    name: str\n    price: int\n\n\ndef write(row, **fields):\n"
            "    assigned = ', '.join(f'{key} = ?' for key in fields)\n"
            "    db.execute(f'UPDATE items SET {assigned} WHERE id = ?', [*fields.values(), row])\n\n\n"
            "@app.post('/items/{row}')\ndef change(row: int, change: Change):\n"
            "    write(row, name=change.name, price=change.price)\n"
        ),
        (
            "import sqlite3\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "@app.post('/found')\ndef found():\n    most = min(request.json.get('most', 10), 50)\n"
            "    return sqlite3.connect('a').execute(f'SELECT id FROM shops LIMIT {most}').fetchall()\n"
        ),
        (
            "import sqlite3\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n"
            "KNOWN = {'name', 'place'}\n\n\n"
            "@app.put('/shops/<int:number>')\ndef change(number):\n"
            "    given = {key: value for key, value in request.json.items() if key in KNOWN}\n"
            "    columns = ', '.join(f'{key} = ?' for key in given)\n"
            "    sqlite3.connect('a').execute(f'UPDATE shops SET {columns} WHERE id = ?', (*given.values(), number))\n"
            "    return ''\n"
        ),
        (
            "import sqlite3\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n"
            "db = sqlite3.connect('app.db')\n\n\n"
            "@app.get('/users')\ndef users():\n    limit = request.args.get('limit', 20, type=int)\n"
            "    start = request.args.get('start', 0, int)\n"
            "    return db.execute(f'SELECT * FROM users LIMIT {limit} OFFSET {start}').fetchall()\n"
        ),
        (
            "import re\nimport sqlite3\nfrom typing import Literal\n\nfrom flask import Flask, request\n"
            "from pydantic import BaseModel, field_validator\n\nfrom shop.checks import validated\n\n"
            "app = Flask(__name__)\nNAMES = re.compile('[a-z]+$')\n\n\ndef named(value):\n"
            "    if not NAMES.match(value):\n        raise ValueError(value)\n    return value\n\n\n"
            "class Change(BaseModel):\n    column: Literal['name', 'size']\n    table: str\n\n"
            "    @field_validator('table')\n    def known(cls, value):\n        return named(value)\n\n\n"
            "@app.post('/changes')\n@validated(title='change', request_model=Change)\ndef change(payload=None):\n"
            "    data = request.get_json() or {}\n    db = sqlite3.connect('shop')\n"
            "    db.execute(f\"UPDATE {data.get('table')} SET {data['column']} = 1\")\n    return ''\n"
        ),
        (
            "import sqlite3\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "db = sqlite3.connect('app.db')\n"
            "@app.get('/users')\n"
            "def users():\n"
            "    return db.execute('SELECT * FROM users WHERE name = ?', (request.args['name'],)).fetchall()\n"
        ),
        (
            "import sqlite3\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "db = sqlite3.connect('app.db')\n"
            "@app.get('/users')\n"
            "def users():\n"
            "    order = request.args['order']\n"
            "    if order not in ('name', 'age'):\n"
            "        order = 'name'\n"
            "    return db.execute(f'SELECT * FROM users ORDER BY {order}').fetchall()\n"
        ),
        (
            "import sqlite3\nfrom flask import Flask, abort, request\n\napp = Flask(__name__)\n\n\n"
            "def ordered(by, columns=None):\n    column = by.lstrip('-')\n"
            "    if columns and column not in columns:\n        abort(400)\n"
            "    return list(sqlite3.connect('shop').execute(f'SELECT * FROM goods ORDER BY {column}'))\n\n\n"
            "@app.get('/goods')\ndef goods():\n    return ordered(request.args['by'], ['name', 'price'])\n"
        ),
    ],
    fixed="import sqlite3\n"
    "from flask import Flask, request\n"
    "app = Flask(__name__)\n"
    "db = sqlite3.connect('app.db')\n"
    "@app.get('/users')\n"
    "def users():\n"
    "    name = request.args['name']\n"
    "    return db.execute('SELECT * FROM users WHERE name = ?', (name,)).fetchall()\n",
    ignores=[
        (
            "import sqlite3\nfrom enum import Enum\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "class Order(Enum):\n    NEWEST = 'created DESC'\n    NAME = 'name'\n\n\ndef asked(key):\n"
            "    value = request.values.get(key)\n    if key == 'order':\n        value = Order[value.upper()]\n"
            "    return value\n\n\n@app.get('/goods')\ndef goods():\n    order = asked('order')\n"
            "    rows = sqlite3.connect('shop').execute(f'SELECT * FROM goods ORDER BY {order.value}')\n"
            "    return list(rows)\n"
        ),
        "print('no database here')\n",
        "import pandas\n\n\ndef load(name):\n    return pandas.read_excel(name)\n",
        "async def load(client, url):\n    return await client.fetch(f'{url}/items')\n",
    ],
    applies=_applies,
)
def sql_injection(repo: Repo) -> Iterator[Site | Ward]:
    """Look at every place where a text becomes SQL.

    What binds or quotes its values is kept beside, so that a comparison can tell of one that writes them into the text.
    """
    applies = _applies(repo)
    for site, position in _statements(repo) if applies else ():
        connects = repo.connectors.holds(site.module.path)
        flows = repo.flows.into(site, position, _named(site))
        found = [
            (confidence, flow)
            for flow in flows
            if (confidence := _confidence(flow, site, connects=connects)) is not None
        ]
        yield _ward(repo, site, position, flows)
        if not found:
            yield good(site.location)
            continue
        confidence, flow = max(found, key=lambda pair: _RANK[pair[0]])
        yield bad(site.location, _message(flow, site), confidence, fix=_fix(site))
    yield from _clauses(repo)
    yield from _texts(repo) if applies else ()


def _texts(repo: Repo) -> Iterator[Ward]:
    """What keeps values out of the texts that functions make, wherever these are run."""
    for one in repo.bound_values.all():
        names = [f"the mark for the value of {one.column}"] if one.is_marked else []
        if not one.is_written:
            names += [f"`{name}`" for name in one.quoting]
        yield Ward(
            one.location,
            f"the value of {one.column} in statements",
            (),
            f"`{one.function}` writes a value into the text of a statement",
            ways=0,
            asks=tuple((name,) for name in names),
        )


_ONE_OR_MANY = {"executemany": "execute", "execute_many": "execute"}
"""Ways to run one statement: a change may take the one for the other."""


def _named(site: CallSite) -> str:
    return next((name for name in _STATEMENTS if site.call.has(name)), _STATEMENTS[0])


_QUOTING = re.compile(r"passed:.*(quote|escape)", re.IGNORECASE)
_BOUND_BY = frozenset({"params", "parameters", "vars", "args", "values", "bind", "parameter"})
_OPTIONS = frozenset({"timeout", "execution_options", "bind_arguments", "multi", "commit", "fetch", "prepare"})
"""What a call that runs a statement takes beside it that is none of its values."""


def _of_text(repo: Repo, site: CallSite, position: int) -> int:
    """Which argument is seen to be the text: functions of the tree's own may take the connection or cursor first."""
    if ":" not in site.name or position or len(site.call.args) < 2:
        return position
    told = (number for number in range(2) if any(map(_is_sql, repo.flows.spelled(site, number))))
    return next(told, position)


def _is_sql(text: Value | None) -> bool:
    return _is_text_of(text, _SQL)


def _is_text_of(text: Value | None, pattern: re.Pattern[str]) -> bool:
    """Whether the text, or what it begins with, is of a pattern."""
    first = text.parts[0] if isinstance(text, Format) and text.parts else text
    return isinstance(first, Const) and isinstance(first.value, str) and pattern.search(first.value) is not None


def _ward(repo: Repo, site: CallSite, position: int, flows: Iterable[Flow]) -> Ward:
    """What keeps values out of the text of a statement, and how many are written into it all the same."""
    by = []
    position = _of_text(repo, site, position)
    is_pandas = site.name.startswith(("pandas.", "polars."))
    # A keyword that is no option of the call is the name of a value: `execute(text("… = :name"), name=name)`.
    named = {name for name, _ in site.call.keywords if name} - _OPTIONS - {_named(site)}
    is_bound = len(site.call.args) > position + 1 or (named and site.last == "execute")
    if any(site.call.has(name) for name in _BOUND_BY) or (is_bound and not is_pandas):
        by.append("the values bound beside the text")
    if any("quoted" in flow.cleaned or any(_QUOTING.match(tag) for tag in flow.cleaned) for flow in flows):
        by.append("the quoting")
    value = site.call.argument(position, _named(site))
    if isinstance(value, Invoke) and value.name.endswith((".bindparams", ".params")):
        by.append("the values bound beside the text")
    if isinstance(value, Invoke) and value.name.endswith(".SQL().format"):
        by.append("the quoting")
    numbers = _numbers(repo, site, position)
    limited = {flow.text for flow in flows if flow.is_limited or flow.cleaned & {"kept-only", "matched"}}
    injected = [flow for flow in flows if _is_injected(flow, site)]
    checked = {flow.text for flow in injected if flow.is_vetted} - limited
    written = {
        flow.prefix for flow in injected if flow.kind not in ("setting", "operator") and flow.text not in checked
    }
    parts, line = repo.flows.assembled(site, position, _named(site))
    ways = max(0, parts - numbers - len(limited) - len(checked)) or len(written)
    if not ways:  # what holds some of the values alone keeps no statement
        by += ["the conversion to a number"] * bool(numbers)
    # A value between quotes is one for certain, and the others that are bound do not make up for it.
    within = by if any(map(_is_between_quotes, injected)) else []
    checks = [] if ways else [*["a list of what is allowed"] * bool(limited), *_checks(injected)]
    return Ward(
        replace(site.location, line=line),
        f"`{_ONE_OR_MANY.get(site.last, site.last)}`",
        () if within else tuple(by),
        f"A value is written into the text that `{site.last}` runs",
        ways=ways,
        within=(*within, *checks),
        beside=tuple(sorted(f"`{call.last}`" for call in site.beside if CHECKS.search(call.last))),
    )


def _checks(flows: Iterable[Flow]) -> Iterator[str]:
    """The functions that say of the values of these flows that they may be written, as they are shown."""
    tags = {tag for flow in flows for tag in flow.cleaned if tag.startswith(("yes:", "no:", "passed:"))}
    yield from sorted({f"`{name}`" for name in map(asked_name, tags) if CHECKS.search(name)})


def _is_between_quotes(flow: Flow) -> bool:
    return flow.kind in ("request", "parameter") and (flow.prefix or "").rstrip("%\0").endswith(("'", '"'))


def _numbers(repo: Repo, site: CallSite, position: int) -> int:
    """How many of the values in the text are turned into numbers as they are written into it."""
    parts = [
        part
        for text in repo.flows.spelled(site, position, _named(site))
        for part in (text.parts if isinstance(text, Format) else ())
    ]
    return sum(isinstance(part, Invoke) and part.name in ("int", "float", "len") for part in parts)


_CLAUSES = ("order", "where", "what", "group")
"""Arguments of web.py's `select` and its like that are SQL, not values."""


def _clauses(repo: Repo) -> Iterator[Site]:
    """Request data that becomes a clause of a statement which a library puts together from its arguments."""
    if "web" not in repo.python.imported:
        return
    for site in repo.python.all_calls:
        if site.last not in ("select", "update", "delete") or not _is_of_webpy(site):
            continue
        flows = [flow for clause in _CLAUSES for flow in repo.flows.into(site, _BY_NAME, clause)]
        flows += [
            replace(flow, wraps=flow.wraps[1:])
            for flow in repo.flows.into(site, _BY_NAME, "**")
            if flow.wraps and flow.wraps[0][1:-1] in _CLAUSES
        ]
        found = [flow for flow in flows if flow.kind == "request" and flow.type == "text" and _is_clause(flow)]
        if found:
            yield bad(site.location, _message(found[0], site), fix=_BY_LIST)


_BY_NAME = 99
"""A position that no call has, to ask for an argument by its name alone."""
_BY_LIST = "Take the clause from a fixed list: `order={'new': 'created desc'}.get(name)`; bind values with `vars=`."


def _is_of_webpy(site: CallSite) -> bool:
    words = {name for name, _ in site.call.keywords}
    return bool(words & {*_CLAUSES, "**", "vars"}) and (
        site.name.startswith("web.") or site.name[:1] == "?" or (":" in site.name and "db" in site.name.lower())
    )


def _is_clause(flow: Flow) -> bool:
    """Whether the value is written into the text of a clause as it came."""
    if flow.cleaned & _CLEAN or flow.is_limited or flow.is_vetted or flow.is_looked_up or not flow.sure:
        return False
    return not any(wrap[0] in "{<([" for wrap in flow.wraps)


_TAKING_CLAUSES = frozenset({"order_by", "group_by", "filter", "where", "having", "select_from", "with_only_columns"})
_OF_NAMES = "names of columns come from a fixed list."
_RANK = {Confidence.LOW: 1, Confidence.MEDIUM: 2, Confidence.HIGH: 3}


def _statements(repo: Repo) -> Iterator[tuple[CallSite, int]]:
    """The calls that take a text of SQL, and which argument it is."""
    for site in repo.python.all_calls:
        if site.name in _TEXTS or _runs(site) or (site.last in _OF_ROWS and _is_handed_statement(site)):
            yield site, 0
    for site, _, before in repo.flows.partials(lambda name: name.rpartition(".")[2] in _ALWAYS_SQL):
        if before == 0:
            yield site, 0


def _runs(site: CallSite) -> bool:
    """Whether a method takes SQL: one that never takes anything else, or one of a database library."""
    if site.last not in _RUNNING or "." not in site.name or "aql" in site.name.lower():
        return False
    if site.name.startswith(("pandas.", "polars.")):
        return site.last in ("read_sql", "read_sql_query", "read_sql_table")
    return site.last in _ALWAYS_SQL or site.name.startswith(_LIBRARIES) or site.name[:1] == "?" or ":" in site.name


def _is_a_clause(site: CallSite) -> bool:
    """Whether a text is handed to a query as one of its clauses: then it is SQL, whatever it begins with."""
    return site.name in _TEXTS and site.outer is not None and site.outer.last in _TAKING_CLAUSES


def _is_injected(flow: Flow, site: CallSite) -> bool:
    """Whether the value becomes part of a statement's text, rather than being the user's own statement."""
    prefix = flow.prefix
    if _is_a_clause(site) or (site.name in _TEXTS and prefix == "'" and flow.suffix[:1] == "'"):
        prefix = f"SELECT {prefix or ''}"
    if prefix is None or not prefix or ("sql-text" in flow.cleaned and site.name not in _TEXTS):
        return False
    if any(wrap[0] in "{<(" or wrap == "[]" for wrap in flow.wraps):
        return False
    if flow.cleaned & _CLEAN or flow.is_limited or ("serialised" in flow.cleaned and prefix == "\0"):
        return False
    if site.last == "command":
        return _OF_TABLES.search(prefix) is not None
    return bool(_SQL.search(prefix)) or site.last == "extra"


_IS_THERE = re.compile(r"^yes:.*(table|column|schema|view|index|relation)s?_?exists?$", re.IGNORECASE)
"""A function that answered that something of this name is in the database: then it is a name, and no more."""


_CATALOGUE = re.compile(
    r"\b(information_schema\.|pg_(catalog|class|tables|views)\b|sqlite_(master|schema)\b|to_regclass\b|sys\.(tables|columns|objects)\b"
    r"|all_(tables|tab_columns)\b)",
    re.IGNORECASE,
)
"""Where databases keep the names of their own tables and columns."""


def _is_of_the_catalogue(flow: Flow, site: CallSite) -> bool:
    """Whether the function looked the value up among the names that the database keeps, bound, and may have refused it.

    Then it is the name of a table or column that exists.
    """
    named = re.search(r"`(\w+)`$", flow.text)
    if named is None or flow.steps or flow.path != site.module.path:
        return False
    facts, scope, line = site.module.facts, site.call.scope, site.call.line
    for call in facts.calls:
        if call.scope != scope or call.line >= line:
            continue
        bound = {name for value in call.handed for name in names_in(value)}
        given = [one for value in call.handed for one in (value, *_handed_to(value, facts.calls))]
        if f"?{named[1]}" in bound and any(map(_asks_the_catalogue, given)):
            refusals = (item for item in facts.raises if item.scope == scope and item.guards)
            return any(call.line < item.line < line for item in refusals)
    return False


def _handed_to(value: Value, calls: Sequence[Call]) -> tuple[Value, ...]:
    return calls[value.call].handed if isinstance(value, Invoke) and value.call >= 0 else ()


def _asks_the_catalogue(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, str) and _CATALOGUE.search(value.value) is not None


def _confidence(flow: Flow, site: CallSite, *, connects: bool) -> Confidence | None:
    if not _is_injected(flow, site):
        return None
    if flow.kind == "request":
        if flow.type in ("model", "file"):
            return Confidence.LOW
        if (
            flow.sure
            and not flow.is_vetted
            and not flow.is_looked_up
            and not any(map(_IS_THERE.search, flow.cleaned))
            and not _is_of_the_catalogue(flow, site)
            and not flow.cleaned & {"matched", "substituted", "url-quoted"}
        ):
            return Confidence.HIGH
        return Confidence.MEDIUM
    if flow.kind == "parameter":
        return Confidence.LOW if flow.is_vetted or flow.is_kept or connects else Confidence.MEDIUM
    return Confidence.LOW if flow.kind in ("unknown", "stored") else None


def _message(flow: Flow, site: CallSite) -> str:
    what = {
        "request": "Request data becomes part of the text of a SQL statement",
        "parameter": "A parameter becomes part of the text of a SQL statement",
    }.get(flow.kind, "A value becomes part of the text of a SQL statement")
    return f"{what}: {describe(flow, site.last, site.module.path, site.call.line)}."


def _fix(site: CallSite) -> str:
    library = site.name.partition(".")[0]
    placeholder = _PLACEHOLDERS.get(library, "%s")
    if site.name in _TEXTS or placeholder == ":value":
        return 'Put `:value` in the text and bind it: `text("… = :value").bindparams(value=value)`; ' + _OF_NAMES
    beside = f'`{site.last}("… = {placeholder}", (value,))`'
    return f"Put `{placeholder}` in the text and pass the value beside it: {beside}; {_OF_NAMES}"
