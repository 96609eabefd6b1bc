"""The calls that wait for a network, a process or a clock, and hold their thread while they do."""

from __future__ import annotations

import re
from functools import lru_cache

ANSWERED = ("first", "all", "one", "one_or_none", "get", "scalar", "scalars")
"""What follows these is called on what the database has answered."""
BUILDING = frozenset(
    {"query", "filter", "filter_by", "where", "join", "outerjoin", "order_by", "group_by", "having", "limit", "offset",
     "slice", "distinct", "options", "select_from", "select_entity_from", "with_entities", "with_for_update", "params",
     "add_columns", "add_entity", "execution_options", "populate_existing", "enable_eagerloads", "yield_per",
     "correlate", "union", "union_all", "intersect", "except_", "subquery", "scalar_subquery", "as_scalar", "cte",
     "label", "exists", "reset_joinpoint", "enable_assertions", "autoflush", "with_parent",
     "prefix_with", "suffix_with"}
)  # fmt: skip
"""What goes on with a query of SQLAlchemy and asks the database nothing yet."""
_QUERY = rf"query(\(\)\.(?:(?!({'|'.join(ANSWERED)})\(\)[.\[]|\[\]).)*)?"
"""A chain that ends where the database has answered: a method of a row that it gave is another matter."""
_VERBS = r"(get|post|put|patch|delete|head|options|request|stream|send)"

_WAITING: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(f"^(?:{pattern})$"))
    for kind, pattern in (
        ("sleep", r"time\.sleep|gevent\.sleep|eventlet\.sleep"),
        (
            "http",
            (
                rf"requests\.(api\.)?{_VERBS}|(requests\.(sessions\.)?[Ss]ession\(\)|"
                rf"requests_oauthlib\.OAuth[12]Session\(\))\.{_VERBS}"
            ),
        ),
        ("http", rf"httpx\.{_VERBS}|httpx\.Client\(\)\.{_VERBS}"),
        (
            "http",
            (
                r"urllib\.request\.(urlopen|urlretrieve)|urllib3\.(request|PoolManager\(\)\.(request|"
                r"urlopen))|http\.client\.HTTPS?Connection\(\)\.(request|getresponse)"
            ),
        ),
        (
            "mail",
            (
                r"smtplib\.(SMTP|SMTP_SSL|LMTP)(\(\)\.(sendmail|send_message|login|connect|starttls))?|"
                r"imaplib\.IMAP4(_SSL)?(\(\)\..+)?"
            ),
        ),
        (
            "socket",
            (
                r"socket\.(gethostbyname|gethostbyname_ex|gethostbyaddr|getaddrinfo|getfqdn|"
                r"create_connection)|socket\.socket\(\)\.(connect|recv|accept|sendall)"
            ),
        ),
        (
            "process",
            r"subprocess\.(run|call|check_call|check_output|getoutput|getstatusoutput)|os\.(system|popen|waitpid|wait)",
        ),
        (
            "process",
            (
                r"subprocess\.Popen\(\)\.(wait|communicate|stdout\.(read|readline|readlines)|stderr\.(read|"
                r"readline|readlines))"
            ),
        ),
        (
            "sql",
            (
                r"(sqlalchemy\.orm\.|sqlalchemy\.orm\.session\.|sqlmodel\.|"
                r"sqlmodel\.orm\.session\.)Session\(\)\.(execute|exec|commit|scalar|scalars|flush|refresh|"
                rf"get|rollback|bulk_save_objects|merge|{_QUERY})"
            ),
        ),
        (
            "sql",
            (
                r"sqlalchemy\.orm\.(sessionmaker|scoped_session)\(\)(\(\))?\.(execute|commit|scalar|"
                rf"scalars|flush|refresh|get|rollback|merge|{_QUERY})"
            ),
        ),
        (
            "sql",
            # A session that a middleware puts onto the request; an asynchronous one would be awaited.
            (
                r"(fastapi|starlette)(\.requests)?\.Request\(\)\.state\.\w*(db|session)\.(execute|commit|scalar|scalars|"
                rf"flush|refresh|rollback|merge|{_QUERY})|"
                r"sqlalchemy\.inspect\(\)\.(get_\w+|has_\w+)"
            ),
        ),
        (
            "sql",
            (
                r"sqlalchemy\.create_engine\(\)\.(connect|begin)\(\)\.(execute|commit|scalar|scalars)|"
                r"sqlalchemy\.engine\.Connection\(\)\.(execute|commit)"
            ),
        ),
        (
            "sql",
            (
                r"(flask_sqlalchemy\.SQLAlchemy\(\)|fastapi_sqlalchemy\.db)\.session\."
                r"(execute|commit|scalar|scalars|flush|refresh|"
                rf"{_QUERY})"
            ),
        ),
        (
            "sql",
            (
                r"(psycopg2?|pymysql|MySQLdb|mysql\.connector|pyodbc|cx_Oracle|"
                r"oracledb)\.connect(\(\)(\.cursor\(\))?\.(execute|executemany|commit|fetchall|fetchone))?|"
                r"psycopg2\.pool\.\w+\(\)\.getconn\(\)(\.cursor\(\))?\.(execute|executemany|commit|fetchall|fetchone)"
            ),
        ),
        (
            "sql",
            (
                r"django\.db\.models\.Model\.objects\.(get|create|get_or_create|update_or_create|count|"
                r"exists|first|last|bulk_create|bulk_update|aggregate|earliest|latest)"
            ),
        ),
        (
            "sql",
            (
                r"django\.db\.connection\.cursor\(\)\.(execute|executemany)|"
                r"django\.db\.models\.Model\(\)\.(save|delete|refresh_from_db)"
            ),
        ),
        (
            "store",
            (
                r"pymongo\.MongoClient\(\)(\.\w+|\[\])*\.(find_one|find_one_and_\w+|insert_one|insert_many|"
                r"update_one|update_many|delete_one|delete_many|count_documents|aggregate|replace_one|"
                r"bulk_write|distinct|command)"
            ),
        ),
        (
            "store",
            (
                r"redis\.(Redis|StrictRedis|from_url)\(\)\.(get|set|setex|delete|hget|hset|hgetall|lpush|"
                r"rpush|blpop|brpop|publish|exists|expire|incr|keys|scan|sadd|smembers|ping|"
                r"execute_command)|redis\.Redis\.from_url\(\)\.\w+"
            ),
        ),
        (
            "store",
            (
                r"(elasticsearch\.Elasticsearch|opensearchpy\.OpenSearch)\(\)\.(search|msearch|index|get|mget|delete|bulk|"
                r"count|update|exists|create|scroll|(delete|update)_by_query|indices\.\w+)"
            ),
        ),
        (
            "store",
            (
                r"qdrant_client\.QdrantClient\(\)\.(upsert|upload_\w+|search|search_batch|query|query_points|scroll|count|"
                r"delete|retrieve|get_collections?|(re)?create_collection|delete_collection)|"
                r"pinecone\.(Index\(\)|Pinecone\(\)\.Index\(\))\.(upsert|query|delete|fetch|update|describe_index_stats)|"
                r"pymilvus\.(Collection|MilvusClient)\(\)\.(insert|upsert|search|query|delete|load|release|drop|flush)|"
                r"weaviate\.Client\(\)\.(.*\.do|schema\.\w+|batch\.delete_objects|data_object\.\w+)|"
                r"supabase\.(Client|create_client)\(\)\..*\.execute|"
                r"chromadb\.HttpClient\(\)\.\w+(\(\)\.(add|upsert|query|get|delete|update|count))?"
            ),
        ),
        (
            "sdk",
            (
                r"boto3\.((session\.)?Session\(\)\.)?(client|resource)\(\)\.(?!meta|exceptions|get_waiter|"
                r"get_paginator|can_paginate|generate_presigned)\w+"
            ),
        ),
        (
            "sdk",
            (
                r"openai\.OpenAI\(\)\.\w+(\.\w+)*\.(create|parse|generate|edit)|"
                r"anthropic\.Anthropic\(\)\.\w+(\.\w+)*\.create"
            ),
        ),
        ("ssh", r"paramiko\.(client\.)?SSHClient\(\)\.(connect|exec_command|open_sftp)|ftplib\.FTP(_TLS)?(\(\)\..+)?"),
        (
            "wait",
            (
                r"concurrent\.futures\.\w+\(\)\.submit\(\)\.result|queue\.Queue\(\)\.(get|join)|"
                r"threading\.(Event|Thread|Condition)\(\)\.(wait|join)|concurrent\.futures\.wait|"
                r"select\.select"
            ),
        ),
        (
            "process",
            (
                r"docker\.(from_env|DockerClient)\(\)\.containers\.(run|get|list)|docker\.(from_env|"
                r"DockerClient)\(\)\.images\.(pull|build)|git\.Repo\.clone_from|"
                r"git\.(Repo|Repo\.clone_from|cmd\.Git|Git)\(\)\.(git\.\w+|pull|push|fetch|checkout|clone|commit)"
            ),
        ),
    )
)

_REMEDIES = {
    "sleep": "`await asyncio.sleep(…)`",
    "http": "Use `httpx.AsyncClient` and await it, or `await asyncio.to_thread(…)` around the call",
    "mail": "Use `aiosmtplib`, or `await asyncio.to_thread(…)` around the call",
    "socket": "`await asyncio.get_running_loop().getaddrinfo(…)`, or `await asyncio.open_connection(…)`",
    "process": "`await asyncio.create_subprocess_exec(…)`",
    "sql": (
        "Use an `AsyncSession` and await it, or make the function a plain `def` so that the "
        "framework runs it in its thread pool"
    ),
    "store": "Use the driver's asynchronous client (`redis.asyncio`, `pymongo.AsyncMongoClient`, …) and await it",
    "sdk": "Use the library's asynchronous client, or `await asyncio.to_thread(…)` around the call",
    "ssh": "`await asyncio.to_thread(…)` around the call, or `asyncssh`",
    "wait": "Await an `asyncio` primitive instead, or `await asyncio.wrap_future(…)`",
}


_WAITING_AT_ALL = re.compile("|".join(f"(?:{pattern.pattern})" for _, pattern in _WAITING))
"""What any of the expressions matches: few names are of something that waits."""


@lru_cache(maxsize=100_000)
def waits(name: str) -> str | None:
    """What a call of this resolved name waits for (`sleep`, `http`, `sql`, …).

    None if it gives its thread back at once.
    """
    if _WAITING_AT_ALL.match(name) is None:
        return None
    return next((kind for kind, pattern in _WAITING if pattern.match(name)), None)


def remedy(name: str) -> str | None:
    """What to write instead of a call that waits."""
    kind = waits(name)
    return None if kind is None else _REMEDIES[kind]
