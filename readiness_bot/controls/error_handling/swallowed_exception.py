"""Whether broad handlers tell somebody about the errors they catch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from readiness_bot.control import Control, bad, good
from readiness_bot.model import Confidence, Effort, Kind, Location, Role, Severity, Site, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.conversions import acts, converts
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.values import (
    AWAITED,
    MODULE,
    Assignment,
    Attempt,
    Call,
    Const,
    Format,
    Handler,
    Invoke,
    Items,
    Mapping,
    Name,
    Other,
    Return,
    Value,
)

_BROAD = frozenset({"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"})
_OF_INSTALLATION = re.compile(r"(importlib\.(metadata|resources)|importlib_(metadata|resources)|pkg_resources)\.")
"""What asks how the own package was installed."""
_SILENT_STEPS = frozenset({"pass", "continue", "return:const", "assign:const"})
_UNRAISED = re.compile(r"^call:([^:]*[.:?])?[A-Z]\w*(Error|Exception)$")
"""A statement that makes an error and does not raise it."""
_CLEANING_UP = re.compile(
    r"^(__del__|__exit__|__aexit__|_*(a?close|shutdown|shut_down|disconnect|clean_?up|"
    r"tear_?down|stop|terminate|dispose|destroy|release|kill|finalize|quit|"
    r"on_(exit|stop|close|shutdown|disconnect)|at_?exit)(_.*)?)$"
)
_CLEANING_CALLS = re.compile(
    r"(^|\.)(\w+_)?(a?close|unlink|remove|rmtree|rmdir|cancel|disconnect|kill|terminate|shutdown|quit|"
    r"release|unlock|dispose|stop|flush|rollback|kill_?pg|"
    r"killpg|wait_closed|cleanup|join|detach|logout|delete_temp\w*)(_silent\w*|_quiet\w*)?$"
    r"|(^|[.:])_*(a?close|disconnect|shut_?down|clean_?up|tear_?down|dispose|terminate|stop)_\w+$"
    r"|(^|[._:])cache\.(a?delete|clear|evict|forget)(_many|_pattern)?$|\.remove_job$"
    r"|(^|[.:])_*(invalidate|clear|flush|purge|evict|expire|bust)_(\w+_)?caches?(_\w+)?$"
    r"|(^|[./_])caches?(\.py)?[.:]_*(invalidate|clear|flush|purge|evict|expire|bust)(_\w+)?$"
)
_FAVOUR = re.compile(
    r"(os\.startfile|webbrowser\.open\w*|django\.contrib\.admin\.site\.(is_registered|(un)?register))$|os\.(nice|setpgid|setpgrp|setsid|setpriority|sched_set\w+|fsync|fdatasync)$|.*\.(fileno|flush)$|resource\.setrlimit$|setproctitle\.|prctl\."
)
"""What a process asks for itself, and does as well without: a file is written then, and a model may be registered."""
_OF_TOKEN = re.compile(
    r"flask_jwt_extended\.(verify_jwt_in_request|decode_token|get_jwt\w*|current_user)|(jwt|jose\.jwt)\.decode$"
    r"|itsdangerous\.\w*Serializer\(\)\.loads$"
)
"""What tells whose a token is: one that is no good makes nobody of the caller."""
_OF_ERROR = re.compile(r"(^|\.)\w*(Error|Exception)\(\)\.(\w+\.)*\w+$")
"""What is asked of an error that is there already: of the answer in it that may be cut off."""
_LOOK_AT_FILE = re.compile(r"os\.(l?stat|path\.(getsize|get[amc]time))$")
"""What tells the size and age of a file, which may have gone since its name was read."""
_OWN_ADDRESS = re.compile(r"socket\.(getfqdn|gethostbyaddr|getnameinfo)$")
"""What asks for the name of an address, which need not have one."""
_CLIENTS = re.compile(
    r"(requests|httpx|aiohttp|urllib3?|redis|boto3|botocore|aioboto3|pymongo|motor|psycopg2?|asyncpg|pymysql|MySQLdb|sqlalchemy|"
    r"elasticsearch|opensearchpy|kafka|aiokafka|kombu|pika|celery|docker|kubernetes|git|stripe|twilio|google|azure|"
    r"paramiko|ldap3?|hvac|openai|anthropic|django|flask|fastapi)$"
)
"""Packages of clients: what fails there is most often the peer."""
_HOPS = 3
"""Own functions followed from a `try`.

A helper that reads a field through a helper that caches an expression is two.
"""
_TOLD = re.compile(r"(^|[.:?_])(log|logg?er|logging)(\(\))?\.|^traceback\.print_", re.IGNORECASE)
_TELLING = re.compile(r"(^|[.:])(print|warn|warning|error|critical)$")
_LOGGING = re.compile(r"(^|[.:?_])(log|logg?er|logging)(\(\))?\.", re.IGNORECASE)
_ALARMING = re.compile(r"(?i:(^|[.:?_])(log|logg?er|logging)(\(\))?)\.(error|exception|critical|warn|warning|fatal)$")
_ALARM = re.compile(r"(error|exception|critical|warn|warning|fatal)$")
"""Levels of a log that somebody is to look at."""
_ENDING = re.compile(r"^(sys\.exit|exit|quit|os\._exit)$|(^|[.:])abort$")
_STATE = re.compile(
    r"(^|[:?._])(is_?)?(valid|ok|success|successful|alive|available|reachable|online|healthy|ready)(\[\])?$",
    re.IGNORECASE,
)
"""Variables that say how something is: a failure that sets one to no is noted there."""
_DONE = re.compile(
    r"(^|[:?._])(is_|was_)?(ok|done|success\w*|succeeded|finished|completed?|worked|sent|saved|stored|ready|alive|reachable|connected)$",
    re.IGNORECASE,
)
"""Variables that say that something came to its end."""
_ELSE = 3
"""Lines below a `try` at the end of a loop in which a bare `raise` is that of the loop's `else`, or follows it."""
_NEAR = 12
"""Lines below a `try` in which the `if` that asks for its outcome counts as its own."""
_PREDICATE = re.compile(
    r"^_*(is|has|can|should|are|was|exists|supports|check|valid|validate|verify|matches|"
    r"contains|test|allow|allows|needs)(_|$)|(_exists|_ok|_valid|_enabled|_available|_alive|"
    r"_running|_ready|_healthy)$"
)
_OF_FAILURE = {
    "HttpResponseBadRequest": 400,
    "HttpResponseForbidden": 403,
    "HttpResponseNotFound": 404,
    "HttpResponseNotAllowed": 405,
    "HttpResponseGone": 410,
    "HttpResponseServerError": 500,
}
"""Django's responses that say by their kind that something failed, with their statuses."""
_RESPONSES = frozenset(
    {
        "jsonify",
        "Response",
        "JSONResponse",
        "HttpResponse",
        "JsonResponse",
        "make_response",
        "json_response",
        "ORJSONResponse",
        "PlainTextResponse",
        "json",
        *_OF_FAILURE,
    }
)
_BUILT = frozenset({"dict", "list", "set", "tuple", "frozenset"})
_STATUS = re.compile(r"HTTP_([45]\d\d)_")
_BY_NAME = {one.name: one.value for one in HTTPStatus}
_FAILURE_WORDS = re.compile(
    (
        r"(?<![a-z])(errors?|fail|failed|failures?|unsuccessful|invalid|unable|cannot|could not|exception|denied|"
        r"unavailable|unreachable|degraded|not[ _]found|bad request|wrong|problem|unhealthy|broken|crashed|aborted)"
        r"(?![a-z])|失败|错误|出错|异常|不存在|无效|无法|不能"
    ),
    re.IGNORECASE,
)
_TOLD_UNDER = frozenset({"msg", "message", "error", "errmsg", "detail", "reason"})
"""Keys under which an answer says in words what went wrong."""
_PUTTING_BACK = re.compile(r"\s*(DEALLOCATE|UNLOCK|RESET|ROLLBACK|CLOSE|SET\s+\w+\s+(OFF|DEFAULT))\b", re.IGNORECASE)
"""Statements that only give back or put back what a connection was given before."""


@Control(
    id="error-handling/swallowed-exception",
    title="No broad handler hides an error",
    kind=Kind.DEFECT,
    severity=Severity.HIGH,
    why=(
        "A handler of `Exception` that only passes or gives back a constant catches the bug that "
        "was never thought of, too, "
        "and leaves neither a log line nor an alert behind."
    ),
    impact=(
        "Failures stay invisible until their consequences surface: lost writes, wrong answers, "
        "jobs that silently never ran."
    ),
    fix=(
        "Name the exception that is expected, or report it before going on: "
        '`logger.exception("…")`, then `raise` where nobody can go on without it.'
    ),
    effort=Effort.MINUTES,
    role=Role.BACKEND,
    sources=[
        "https://docs.python.org/3/tutorial/errors.html#handling-exceptions",
        "https://docs.python.org/3/howto/logging.html#exceptions",
    ],
    fails=[
        (
            "from shop.stores import drop, save\n\n\ndef keep(row):\n    try:\n        save(row)\n        try:\n"
            "            drop(row)\n        except Exception:  # <- flagged\n            pass\n"
            "    except Exception as error:\n        print(error)\n        raise error\n"
        ),
        (
            "import json\n\n\ndef known(path):\n    try:\n        with open(path) as file:\n"
            "            return json.loads(file.read())\n    except Exception:  # <- flagged\n        return {}\n"
        ),
        (
            "def shelf(store, name):\n    try:\n        store.list_shelves()\n        store.save_shelf(name)\n"
            "    except Exception:  # <- flagged\n        pass\n    store.create_shelf(name)\n    return name\n"
        ),
        (
            "def columns(store, table):\n    try:\n        return store.fetch(table)\n"
            "    except Exception as error:\n        raise LookupError(table) from error\n\n\n"
            "def shown(store, table):\n    try:\n        names = columns(store, table)\n"
            "    except Exception:  # <- flagged\n        names = []\n    return ', '.join(names)\n"
        ),
        (
            "class ApiError(Exception):\n    pass\n\n\ndef enrol(store, user):\n    try:\n        store.insert(user)\n"
            "    except Exception as error:  # <- flagged\n        ApiError(str(error))\n    return user\n"
        ),
        (
            "def save(store, item):\n    try:\n        store.put(item)\n    except Exception:  # <- "
            "flagged\n        pass\n"
        ),
        (
            "def load(store, key):\n    try:\n        return store.fetch(key)\n    except:  # <- "
            "flagged\n        return None\n"
        ),
        (
            "def sync(jobs):\n    for job in jobs:\n        try:\n            job.run()\n        "
            "except (ValueError, Exception):  # <- flagged\n            continue\n"
        ),
        (
            "def status_of(board, name):\n    try:\n        return board.states.get(name=name).id\n"
            "    except Exception:  # <- flagged\n        return -1\n"
        ),
        (
            "def names(store):\n    try:\n        found = store.query()\n    except BaseException:  # "
            "<- flagged\n        found = []\n    return found\n"
        ),
        {
            "shop/ports.py": (
                "from typing import Protocol\n\n\nclass Stock(Protocol):\n"
                "    async def levels(self, shop): ...\n    def reserve(self, order): ...\n"
            ),
            "shop/orders.py": (
                "from shop.ports import Stock\n\n\nasync def everywhere(stocks: dict[str, Stock]):\n    found = []\n"
                "    for name in stocks:\n        try:\n            stock: Stock = stocks[name]\n"
                "            found.extend(await stock.levels(name))\n"
                "        except Exception:  # <- flagged\n            continue\n    return found\n"
            ),
        },
        (
            "def renew(model, rows):\n    try:\n        model.train(rows)\n    except Exception:  # <- flagged\n"
            "        pass\n    return model\n"
        ),
        (
            "import requests\n\n\ndef slowly(call):\n    return call()\n\n\ndef ask(url):\n    def inner():\n"
            "        return requests.get(url, timeout=5)\n\n    return slowly(inner)\n\n\n"
            "def title(url):\n    try:\n        return ask(url)\n    except Exception:  # <- flagged\n"
            "        return ''\n"
        ),
        (
            "def beacon(agents, body):\n    try:\n        return dict(orders=agents.fetch(body))\n"
            "    except Exception:  # <- flagged\n        return dict(orders=[])\n"
        ),
        (
            "class Directory:\n    def __init__(self, ldap):\n        self.ldap = ldap\n\n"
            "    def enter(self, uri, name, secret):\n        link = None\n        try:\n"
            "            link = self.ldap.Connection(uri, name, password=secret)\n"
            "        except Exception:  # <- flagged\n            pass\n        return link\n"
        ),
        (
            "class Names:\n    def __init__(self, resolver):\n        self._resolver = resolver\n\n"
            "    def mail(self, host):\n        try:\n"
            "            return self._resolver.resolve(host, 'MX')[0].to_text()\n"
            "        except Exception:  # <- flagged\n            return None\n"
        ),
        (
            "import requests\n\n\ndef status(host):\n    try:\n"
            "        answer = requests.get(f'https://{host}/alive', timeout=3)\n"
            "        return answer.json()['state']\n    except Exception:  # <- flagged\n"
            "        return 'idle'\n"
        ),
        {
            "shop/codes.py": "import lemmas\n\n\ndef codes():\n    return lemmas.codes()\n",
            "shop/words.py": (
                "def stems(words):\n    try:\n        import lemmas\n\n        return lemmas.load('en').stems(words)\n"
                "    except Exception:  # <- flagged\n        return None\n\n\n"
                "def kept(words):\n    try:\n        import redis\n\n        redis.Redis().set('words', words)\n"
                "    except Exception:  # <- flagged\n        pass\n"
            ),
        },
        {
            "shop/spans.py": "from lemmas.adapters import queue\n\n\ndef watch():\n    queue.watch()\n",
            "shop/words.py": (
                "def watched():\n    try:\n        from lemmas.adapters.queue import Adapter\n\n"
                "        Adapter().connect()\n    except Exception:  # <- flagged\n        pass\n"
            ),
        },
        (
            "from shop.peers import connected, encoder\n\n\ndef state():\n    told = {'shelf': False}\n    try:\n"
            "        encoder.load()\n        told['encoder'] = True\n    except Exception:  # <- flagged\n"
            "        pass\n    return told\n\n\ndef run():\n    try:\n        there = connected()\n"
            "    except Exception:  # <- flagged\n        there = False\n    if there:\n        there.announce()\n"
        ),
    ],
    fixed="import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef save(store, item):\n    "
    "try:\n        store.put(item)\n"
    "    except Exception:\n        logger.exception('the item was not saved')\n        raise\n",
    passes=[
        (
            "from django.http import HttpResponse, HttpResponseBadRequest\n\nfrom shop.models import Order\n\n\n"
            "def void(request):\n    try:\n        Order.objects.get(pk=request.POST['order']).void()\n"
            "        return HttpResponse()\n    except Exception:\n        return HttpResponseBadRequest()\n"
        ),
        (
            "import subprocess\n\n\ndef version():\n    try:\n"
            "        told = subprocess.check_output(['git', 'describe', '--tags']).decode().strip()\n"
            "        return told.rsplit('-', 2)[0]\n"
            "    except Exception:\n        return 'unknown'\n\n\n"
            "def commit(rev='HEAD'):\n    asked = ['git', 'rev-parse', '--short', rev]\n"
            "    return subprocess.check_output(asked).decode().strip()\n\n\n"
            "def shown():\n    try:\n        return commit()\n    except Exception:\n        return 'unknown'\n"
        ),
        (
            "from http import HTTPStatus\n\nfrom flask import Flask, jsonify, make_response\n\n"
            "from shop.stores import preview\n\napp = Flask(__name__)\n\n\n@app.get('/preview')\ndef shown():\n"
            "    try:\n        return make_response(jsonify(preview()), HTTPStatus.OK)\n    except Exception:\n"
            "        return make_response(jsonify({}), HTTPStatus.INTERNAL_SERVER_ERROR)\n"
        ),
        (
            "def load(store, key):\n    try:\n        return store.fetch(key)\n    except Exception "
            "as error:\n        raise LookupError(key) from error\n"
        ),
        (
            "def report(error):\n    print(error)\n\n\ndef save(store, item):\n    try:\n        "
            "store.put(item)\n    except Exception as error:\n        report(error)\n"
        ),
    ],
    partials=[
        (
            "import os\nimport pathlib\nimport time\n\n"
            "from flask_jwt_extended import get_jwt_identity, verify_jwt_in_request\n"
            "\nfrom shop.peers import connected, encoder\n\n\n"
            "def state(folder):\n    told = {'encoder': False, 'folder': False}\n    try:\n        encoder.find()\n"
            "        told['encoder'] = True\n    except Exception:  # <- flagged\n        pass\n    return told\n\n\n"
            "def outdated(key):\n    file = pathlib.Path('keys') / key\n    try:\n        if file.exists():\n"
            "            file.unlink()\n    except Exception:  # <- flagged\n        pass\n\n\n"
            "def shown(path):\n    try:\n        os.startfile(path)\n    except Exception:  # <- flagged\n"
            "        pass\n\n\ndef caller():\n    try:\n        verify_jwt_in_request(optional=True)\n"
            "        return get_jwt_identity()\n    except Exception:  # <- flagged\n        return None\n\n\n"
            "def run():\n    while True:\n        try:\n            there = connected()\n"
            "        except Exception:  # <- flagged\n            there = False\n        if there:\n"
            "            there.announce()\n            break\n        logger.warning('not connected yet')\n"
            "        time.sleep(3)\n"
        ),
        (
            "class Stores:\n    async def health_check(self):\n        found = {}\n"
            "        for name, store in self.stores.items():\n            try:\n"
            "                found[name] = await store.health_check()\n            except Exception:  # <- flagged\n"
            "                found[name] = False\n        return found\n"
        ),
        (
            "import io\nimport os\nimport shutil\nimport subprocess\n\nimport pandas as pd\n\n\ndef busy():\n    try:\n"
            "        return subprocess.run(['top', '-b', '-n', '1'], capture_output=True, text=True).stdout\n"
            "    except Exception:  # <- flagged\n        return None\n\n\ndef used():\n    path = '/proc/meminfo'\n"
            "    try:\n        with open(path) as figures:\n            return figures.read()\n"
            "    except Exception:  # <- flagged\n        return None\n\n\ndef load():\n    try:\n"
            "        return os.getloadavg()[0], shutil.disk_usage('/').free\n    except Exception:  # <- flagged\n"
            "        return None, None\n\n\ndef table(data):\n    for mark in (',', ';'):\n        try:\n"
            "            return pd.read_csv(data, sep=mark)\n        except Exception:  # <- flagged\n"
            "            continue\n    return pd.read_csv(data)\n\n\ndef sheet(data):\n    try:\n"
            "        held = io.BytesIO(data)\n        return pd.read_excel(held)\n"
            "    except Exception:  # <- flagged\n        return None\n"
        ),
        (
            "from django.http import HttpResponse\n\nfrom shop.stock import load\n\n\ndef filled(request):\n    try:\n"
            "        return HttpResponse(load(request.POST['shop']))\n    except:  # <- flagged\n"
            "        return HttpResponse('unsuccessful')\n"
        ),
        (
            "class Watched:\n    def __exit__(self, *failure):\n        try:\n            self.note(failure)\n"
            "            try:\n                self.note(self.inner.summary())\n"
            "            except Exception as error:\n                logger.debug('no summary: %s', error)\n"
            "        finally:\n            return self.inner.__exit__(*failure)  # <- flagged\n"
        ),
        (
            "def tried(bot, chat, text):\n    for _ in range(5):\n        try:\n"
            "            return bool(bot.send_message(chat, text))\n        except Exception:  # <- flagged\n"
            "            pass\n    else:\n        return False\n"
        ),
        (
            "import os\n\n\ndef size(names):\n    total = 0\n    for name in names:\n        try:\n"
            "            total += os.path.getsize(name)\n        except Exception:  # <- flagged\n            pass\n"
            "    return total\n\n\ndef worked_off(queue, work):\n    while True:\n        try:\n"
            "            item = queue.get(timeout=1.0)\n        except Exception:  # <- flagged\n"
            "            continue\n        work(item)\n\n\n"
            "async def needs_renewal(store, token):\n    if not token:\n        return True\n    try:\n"
            "        return not await store.is_valid(token)\n    except Exception:  # <- flagged\n"
            "        return True\n"
        ),
        (
            "import os\nimport socket\n\n\ndef quieter(steps):\n    try:\n        os.nice(steps)\n"
            "    except Exception:  # <- flagged\n        pass\n\n\ndef kept(path, text):\n"
            "    with open(path, 'w') as file:\n        file.write(text)\n        try:\n            file.flush()\n"
            "            os.fsync(file.fileno())\n        except Exception:  # <- flagged\n            pass\n\n\n"
            "def named(address):\n    try:\n"
            "        return socket.gethostbyaddr(address)[0]\n    except Exception:  # <- flagged\n"
            "        return ''\n\n\ndef aimed(link):\n    try:\n        return os.readlink(link).rpartition('/')[2]\n"
            "    except Exception:  # <- flagged\n        return None\n"
        ),
        (
            "def stems(words):\n    try:\n        import lemmas\n\n        return lemmas.load('en').stems(words)\n"
            "    except Exception:  # <- flagged\n        return None\n\n\n"
            "def marked(order):\n    try:\n        import spans\n\n        spans.set_tag('order', order.id)\n"
            "    except Exception:  # <- flagged\n        pass\n"
        ),
        (
            "import spans.core\nfrom fastapi import FastAPI, Request\n\napp = FastAPI()\n\n\ndef instrumented():\n"
            "    spans.core.start()\n    try:\n        from spans.adapters.queue import QueueAdapter\n\n"
            "        QueueAdapter().connect()\n        print('the queue is watched')\n"
            "    except Exception:  # <- flagged\n        pass\n\n\n"
            "@app.post('/orders')\nasync def order(request: Request):\n    try:\n"
            "        told = (await request.body()).decode()\n    except Exception:  # <- flagged\n"
            "        told = None\n    return told\n"
        ),
        (
            "from botocore.exceptions import ClientError\n\n\ndef wait_after(error: ClientError):\n    try:\n"
            "        return int(error.response.get('RetryAfter', 0))\n    except Exception:  # <- flagged\n"
            "        return None\n\n\ndef pages(client, method):\n    try:\n"
            "        found = client.get_paginator(method)\n"
            "    except Exception:  # <- flagged\n        return None\n    return found\n\n\n"
            "def field_of(model, key):\n    try:\n        return model._meta.get_field(key.removesuffix('_id'))\n"
            "    except Exception:  # <- flagged\n        return None\n"
        ),
        (
            "import logging\nimport traceback\n\nlog = logging.getLogger(__name__)\n\n\n"
            "async def answered(request, ask):\n"
            "    answer = None\n    try:\n        answer = await ask(request)\n        return answer\n    finally:\n"
            "        if answer is None:  # <- flagged\n            log.error(traceback.format_exc())\n"
            "            return {'status': 500}\n"
        ),
        (
            "import requests\n\n\ndef pace(host):\n    try:\n"
            "        answer = requests.get(f'https://{host}/', timeout=3)\n"
            "        if answer.ok:\n            seconds = answer.elapsed.total_seconds()\n"
            "        else:\n            seconds = -1\n    except Exception:  # <- flagged\n"
            "        seconds = -1\n    return seconds\n"
        ),
        (
            "from importlib import import_module as loaded\n\ntry:\n"
            "    EXPORTER = getattr(loaded('shop.exporters'), 'Exporter')\n"
            "except Exception:  # <- flagged\n    EXPORTER = None\n"
        ),
        (
            "import requests\n\n\ndef status(host):\n    try:\n"
            "        answer = requests.get(f'https://{host}/alive', timeout=3)\n"
            "        if answer.status_code != 200:\n            return 'off'\n"
            "        return 'on'\n    except Exception:  # <- flagged\n        return 'off'\n"
        ),
        (
            "import subprocess\n\ntry:\n    WITHOUT_VERSION = False\n"
            "    VERSION = subprocess.check_output(['ipset', '-v'])\n"
            "except Exception:  # <- flagged\n    VERSION = ''\n    WITHOUT_VERSION = True\n"
        ),
        (
            "from flask import Flask, make_response\n\nfrom shop.stores import audit\n\napp = Flask(__name__)\n\n\n"
            "@app.get('/audit')\ndef audited():\n    try:\n        found = {'status': 'done', 'rows': audit()}\n"
            "    except Exception:  # <- flagged\n        found = {'status': 'error'}\n"
            "    return make_response(found, 200)\n"
        ),
        (
            "import flask\n\nfrom shop.stores import history_of\n\n\ndef history(name):\n    try:\n"
            "        rows = history_of(name)\n    except Exception:  # <- flagged\n        rows = []\n"
            "    if not rows:\n        flask.abort(400, description='no history')\n    return {'rows': rows}\n"
        ),
        (
            "from shop.stores import Status\n\n\ndef status(store):\n    status = Status(store)\n    try:\n"
            "        store.ping()\n        status.is_alive = True\n    except Exception:  # <- flagged\n"
            "        pass\n    return status\n"
        ),
        (
            "import os\n\n\ndef names(folder):\n    there = False\n    try:\n"
            "        for name in os.listdir(folder):\n            there = True\n            yield name\n"
            "    except Exception:  # <- flagged\n        pass\n"
            "    if not there:\n        raise FileNotFoundError(folder)\n"
        ),
        (
            "from shop.stores import fetch\n\n\ndef stock(key, near, far):\n    found, failure = None, None\n    try:\n"
            "        found = fetch(near, key)\n    except Exception as error:\n        failure = error\n"
            "    if not found:\n        try:\n            found = fetch(far, key)\n"
            "        except Exception:  # <- flagged\n            pass\n"
            "    if not found and failure is not None:\n        raise failure\n    return found\n"
        ),
        (
            "from kubernetes.client import CoreV1Api\n\n\ndef by_app(space):\n    found = {}\n"
            "    for pod in CoreV1Api().list_namespaced_pod(space).items:\n        try:\n"
            "            found[pod.metadata.labels.get('app')] = pod\n"
            "        except Exception:  # <- flagged\n            pass\n    return found\n"
        ),
        (
            "def remove(orders, rows):\n    try:\n        for row in rows:\n"
            "            orders.objects.get(id=row).delete()\n"
            "        answer = True\n    except Exception:  # <- flagged\n        answer = False\n"
            "    return {'status': answer}\n"
        ),
        (
            "import time\n\n\ndef wait(store):\n    ready = False\n    start = time.monotonic()\n    while True:\n"
            "        try:\n"
            "            if store.ping():\n                ready = True\n                break\n"
            "        except Exception:  # <- flagged\n            pass\n"
            "        if time.monotonic() - start > 60:\n            break\n        time.sleep(5)\n"
            "    if not ready:\n        raise TimeoutError('the store does not answer')\n"
        ),
        (
            "import json\n\nfrom django.http import HttpResponse\n\n\ndef shares(request, rows):\n    try:\n"
            "        rows.objects.get(owner=request.user)\n    except Exception:  # <- flagged\n"
            "        answer = {'status': 1, 'msg': 'esta cuenta no es suya'}\n"
            "        return HttpResponse(json.dumps(answer))\n    return HttpResponse('{}')\n"
        ),
        (
            "def reach(roles):\n    for role in roles:\n        try:\n            with role.connect() as held:\n"
            "                held.execute('SELECT 1')\n                break\n"
            "        except Exception:  # <- flagged\n            pass\n"
            "    else:\n        raise LookupError('none of them')\n    return role\n"
        ),
        (
            "from aiohttp import web\n\n\ndef page_of(request: web.Request):\n    try:\n"
            "        return max(int(request.query.get('page', 1)), 1)\n    except Exception:  # <- flagged\n"
            "        return 1\n"
        ),
        (
            "from django.core.management import call_command\n\n\ndef tried(out):\n    done = False\n    try:\n"
            "        call_command('migrate', stdout=out)\n        done = True\n    except Exception:  # <- flagged\n"
            "        pass\n    return out, done\n\n\ndef listed(out):\n    failed = False\n    try:\n"
            "        call_command('migrate', stdout=out)\n    except Exception:  # <- flagged\n"
            "        failed = True\n    return '[ ] migrate' if failed else '[x] migrate'\n"
        ),
        (
            "import logging\n\nimport requests\n\nlog = logging.getLogger(__name__)\n\n\ndef rates(address):\n"
            "    try:\n        found = requests.get(address, timeout=5).json()\n"
            "    except Exception:  # <- flagged\n        found = None\n    if not found:\n"
            "        log.info('no rates from %s', address)\n    return found\n"
        ),
        (
            "import os\n\n\ndef drives(names):\n    for name in names:\n        valid = 1\n        try:\n"
            "            os.listdir(name)\n        except Exception:  # <- flagged\n            valid = 0\n"
            "        yield name, valid\n\n\ndef folders(names):\n    for name in names:\n        try:\n"
            "            if not os.path.isdir(os.path.join('/srv', name)):\n                continue\n"
            "        except Exception:  # <- flagged\n            continue\n        yield name\n\n\n"
            "class Queue:\n    async def on_stop(self):\n        try:\n            await self.peer.call('Free')\n"
            "        except Exception:  # <- flagged\n            pass\n"
        ),
        (
            "from django.core.cache import cache\n\n\ndef looked_up(key):\n    try:\n        value = cache.get(key)\n"
            "    except Exception:  # <- flagged\n        return None, 'read_failed'\n    return value, 'hit'\n\n\n"
            "def forget(key):\n    try:\n        cache.delete(key)\n    except Exception:  # <- flagged\n        pass\n"
            "\n\ndef renamed(shop, boards):\n    shop.save()\n    try:\n        boards.clear_board_cache(shop.pk)\n"
            "    except Exception:  # <- flagged\n        pass\n"
        ),
        (
            "def key(text):\n    try:\n        return bytes.fromhex(text)\n    except Exception:  # <- flagged\n"
            "        return b''\n"
        ),
        (
            "from datetime import datetime\n\n\ndef seen(findings):\n    for finding in findings:\n        try:\n"
            "            day = datetime.strptime(finding.get('seen'), '%Y-%m-%d').date()\n"
            "        except Exception:  # <- flagged\n            day = None\n        yield day\n"
        ),
        (
            "import typing\n\n\ndef hints(function):\n    try:\n        return typing.get_type_hints(function)\n"
            "    except Exception:  # <- flagged\n        return None\n"
        ),
        (
            "def start(service, log):\n    try:\n        service.start()\n    except Exception as error:\n"
            "        log.error('not started: %s', error)\n        try:\n            service.report(error)\n"
            "        except Exception:  # <- flagged\n            pass\n"
        ),
        (
            "import logging\nimport subprocess\n\n\ndef run(command):\n    done = subprocess.run(command)\n"
            "    if done.returncode:\n        logging.error('%s failed', command)\n        raise OSError(command)\n\n\n"
            "def forget(address):\n    try:\n        run(['ipset', 'del', address])\n"
            "    except Exception:  # <- flagged\n        pass\n"
        ),
        (
            "class Plugin:\n    def broken(self):\n        try:\n            self.registry.load(self.name)\n"
            "            return False\n        except Exception:  # <- flagged\n            return True\n"
        ),
        (
            "from datetime import UTC, datetime\n\n\ndef aware(value: datetime):\n    try:\n        "
            "value = value.replace(tzinfo=UTC)\n    except Exception:  # <- flagged\n        pass\n    return value\n"
        ),
        (
            "import pycountry\n\n\ndef known(codes):\n    for code in codes:\n        try:\n"
            "            pycountry.languages.get(alpha_2=code)\n            return code\n"
            "        except:  # <- flagged\n            continue\n    return None\n"
        ),
        (
            "import logging\nimport subprocess\n\nlog = logging.getLogger(__name__)\n\n\ndef runtime(paths):\n"
            "    found = None\n    for path in paths:\n        try:\n"
            "            if subprocess.run([path, '--version'], timeout=5).returncode == 0:\n"
            "                found = path\n                break\n"
            "        except Exception:  # <- flagged\n            continue\n"
            "    if not found:\n        log.error('no runtime in %s', paths)\n    return found\n"
        ),
        (
            "import asyncio\n\n\nasync def up(client, port):\n    for _ in range(30):\n        try:\n"
            "            if (await client.get(f'http://localhost:{port}/alive')).status_code == 200:\n"
            "                return True\n        except Exception:  # <- flagged\n            pass\n"
            "        await asyncio.sleep(1)\n    return False\n"
        ),
        (
            "class Shelf:\n    @property\n    def full(self):\n        try:\n"
            "            if self.store.fetch('free') == 0:\n                return True\n"
            "        except Exception:  # <- flagged\n            pass\n        return False\n"
        ),
        (
            "def enter(store, token):\n    try:\n        user = store.fetch(token)\n"
            "    except Exception:  # <- flagged\n        user = None\n"
            "    if not user:\n        raise PermissionError('no such user')\n    return user\n"
        ),
        (
            "def native(self):\n    try:\n        self.bridge = __import__('objc')\n"
            "    except Exception:  # <- flagged\n        pass\n"
        ),
        (
            "def patch(server):\n    try:\n\n        def flush(self):\n            self.raw.write(self.buffer)\n\n"
            "        server.Writer.flush = flush\n    except Exception:  # <- flagged\n        pass\n"
        ),
        (
            "def same(store, old, new):\n    try:\n        done = store.compare(old, new)\n    except Exception:  "
            "# <- flagged\n        done = False\n    finally:\n"
            "        if not done:  # <- flagged\n            return False\n"
            "    return True\n"
        ),
        (
            "def names(body):\n    found = []\n    try:\n        found = body.decode('utf-8').split(',')\n"
            "    except LookupError:\n        pass\n    finally:\n        return found  # <- flagged\n"
        ),
        (
            "def _field(row, name):\n    return row[name].strip()\n\n\ndef title(row):\n    try:\n        "
            "return _field(row, 'title')\n    except Exception:  # <- flagged\n        return ''\n"
        ),
        (
            "import yaml\n\n\ndef body(post):\n    found = None\n    try:\n"
            "        found = yaml.load(post['content'], Loader=yaml.SafeLoader)\n"
            "    except Exception:  # <- flagged\n        pass\n    return found\n"
        ),
        (
            "import os\nfrom urllib.error import HTTPError\n\n\ndef width():\n    try:\n"
            "        return os.get_terminal_size().columns\n    except Exception:  # <- flagged\n        return 80\n"
            "\n\ndef said(error: HTTPError):\n    try:\n        return error.read()\n"
            "    except Exception:  # <- flagged\n        return b''\n"
        ),
        (
            "class Turn:\n    async def __aexit__(self, *error):\n        try:\n            self.turns.release()\n"
            "            self.count_down()\n        finally:\n            return None  # <- flagged\n"
        ),
        (
            "import json\n\n\ndef known(path):\n    with open(path) as file:\n        try:\n"
            "            return json.loads(file.read())\n        except Exception:  # <- flagged\n"
            "            return {}\n"
        ),
        (
            "import socket\n\n\ndef own_address():\n    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
            "    try:\n        peer.connect(('203.0.113.1', 80))\n        return peer.getsockname()[0]\n"
            "    except Exception:  # <- flagged\n        return None\n    finally:\n        peer.close()\n"
        ),
        (
            "def shelf(store, name):\n    try:\n        shelves = store.list_shelves()\n"
            "    except Exception:  # <- flagged\n        shelves = []\n    if name not in shelves:\n"
            "        store.create_shelf(name)\n    return name\n"
        ),
        (
            "import logging\n\nlog = logging.getLogger(__name__)\n\n\ndef columns(store, table):\n    try:\n"
            "        return store.fetch(table)\n    except Exception:\n        log.exception('no columns')\n"
            "        return []\n\n\ndef shown(store, table):\n    try:\n        names = columns(store, table)\n"
            "    except Exception:  # <- flagged\n        names = []\n    return ', '.join(names)\n"
        ),
        (
            "from shop.files import fetch\n\n\ndef settings(paths):\n    found = None\n"
            "    for path in paths:\n        try:\n"
            "            found = fetch(path)\n        except Exception:  # <- flagged\n            found = None\n"
            "    if found is None:\n        raise LookupError('no settings')\n    return found\n"
        ),
    ],
    ignores=[
        (
            "import importlib.resources\nfrom pathlib import Path\n\n\ndef template(package, name):\n    try:\n"
            "        return Path(importlib.resources.files(package), 'templates', str(name))\n"
            "    except Exception:\n        return None\n"
        ),
        (
            "def greet(mail):\n    try:\n        mail.send()\n    except Exception:  # nosec\n"
            "        # a sign-in does not fail for want of a mail server\n        pass\n"
        ),
        (
            "from importlib import metadata\n\ntry:\n    __version__ = metadata.version('shop')\nexcept Exception:\n"
            "    __version__ = 'unknown'\n"
        ),
        (
            "from rest_framework import status\nfrom rest_framework.response import Response\n\n\n"
            "def upload(store, file):\n    try:\n        answer = store.save(file)\n    except Exception:\n"
            "        data = {'error': 'The file was not saved!'}\n"
            "        answer = Response(data, status=status.HTTP_400_BAD_REQUEST)\n    return answer\n"
        ),
        (
            "def load(rows):\n    failed = 0\n    for row in rows:\n        try:\n            row.save()\n"
            "        except Exception:\n            failed += 1\n    print(f'{failed} rows failed')\n"
        ),
        {
            "shop/db_migrations/0002_copy.py": (
                "def copy(apps, editor):\n    try:\n        apps.get_model('shop', 'Rate').objects.get().save()\n"
                "    except Exception:\n        pass\n"
            )
        },
        "def first(store):\n    try:\n        return store.first()\n    except KeyError:\n        return None\n",
        "try:\n    import ujson as json\nexcept Exception:\n    json = None\n",
        {
            "tests/test_x.py": (
                "def test_x(store):\n    try:\n        store.put(1)\n    except Exception:\n        pass\n"
                "    assert store\n"
            )
        },
    ],
    applies=lambda repo: repo.python.exists,
)
def swallowed_exception(repo: Repo) -> Iterator[Site | Ward]:
    """One site for each broad handler, good where the error is told, and for each `return` in a `finally`.

    What a handler tells of the error is kept beside, so that a comparison can tell of one that falls silent.
    """
    for module in repo.python.production:
        logs = [call for call in module.facts.calls if _LOGGING.search(call.name)] if module.facts.handlers else []
        for handler in module.facts.handlers:
            if handler.types and not _BROAD.intersection(handler.types):
                continue
            location = module.location(handler.line, handler.end_line, handler.scope, handler.statement)
            judged = _judged(repo, module, handler)
            kept = _ward(location, handler, judged, logs)
            if kept.by or kept.ways:
                yield kept
            if judged is None:
                yield good(location)
            else:
                yield bad(location, judged[1], judged[0])
        yield from _final_returns(repo, module)


def _ward(location: Location, handler: Handler, judged: tuple[Confidence, str] | None, logs: list[Call]) -> Ward:
    """What a handler does with an error, and how often its function logs beside it."""
    told = [call for call in logs if call.scope == handler.scope]
    within = [call for call in told if handler.line <= call.line <= handler.end_line]
    by = [
        *(["the log of the error"] if within or any(map(_LOGGING.search, handler.calls)) else []),
        *(["the error that is raised again"] if handler.raises else []),
        *(["the use of the error"] if handler.uses_exception else []),
    ]
    silent = judged is not None and judged[0] is not Confidence.LOW
    return Ward(
        location,
        "a handler of every error",
        tuple(by),
        judged[1] if judged is not None else "",
        ways=int(silent and not by),
        beside=tuple(f"log {number}" for number in range(len(told) - len(within))),
        # What went wrong is said to whoever asked, if not why.
        confidence=Confidence.MEDIUM if _answers_in_words(handler.returned) else Confidence.HIGH,
    )


def _judged(repo: Repo, module: Module, handler: Handler) -> tuple[Confidence, str] | None:
    """How sure it is that the handler hides an error, and in what words; None where it does not."""
    attempt = module.facts.attempts[handler.attempt]
    if handler.uses_exception or handler.raises or attempt.next_step == "raise" or _waived(repo, module, handler):
        return None
    if (
        attempt.steps
        and all(step == "import" or step.startswith(("assign:name", "assign:const")) for step in attempt.steps)
        and "import" in attempt.steps
    ):
        return None
    if any(map(_OF_INSTALLATION.match, attempt.calls)) and all(
        _OF_INSTALLATION.match(name) or name == "pathlib.Path" or _only_parses(repo, name, module)
        for name in attempt.calls
    ):
        return None  # a package that is run without being installed has no version, and nothing failed
    tried = [call for call in module.facts.calls if call.attempt == handler.attempt]
    if _asks_for_history(repo, module, tried):
        return None  # nor has a tree without a history
    strongest = Confidence.HIGH
    for step in handler.steps:
        confidence = _of_step(repo, step, handler, module)
        if confidence is None:
            return None
        strongest = min(strongest, confidence, key=_weight)
    if not handler.steps:
        return None
    # Whoever writes `suppress(Exception)` says that he means it: in the place of a log it is a loss all the same.
    if _notes_failure(module, handler) or handler.line == attempt.line:
        strongest = min(strongest, Confidence.MEDIUM, key=_weight)
    confidence = min(strongest, _of_surroundings(repo, module, handler, attempt), key=_weight)
    return (
        confidence,
        f"{_caught(handler)} is caught and {_done(handler.steps)}: the error is neither logged nor raised again",
    )


_OF_HISTORY = re.compile(
    r"git\s+(-C\s+\S+\s+)?(rev-parse|describe|log|rev-list|show|branch|symbolic-ref|cat-file|tag)\b"
)
"""Commands by which a program asks which commit it is."""


def _asks_for_history(repo: Repo, module: Module, calls: Sequence[Call], hops: int = 1) -> bool:
    """Whether all that can fail are programs that tell the commit of the tree the code lies in.

    They may be run by a function of the tree that does nothing else.
    """
    told = False
    for call in calls:
        own = repo.python.definition(call.name, module) if hops else None
        if call.name.startswith("subprocess.") and "()" not in call.name and call.args:
            if not _OF_HISTORY.match(_words(call.args[0], module, call.scope)):
                return False
            told = True
        elif own is not None and own.definition.kind == "function" and not own.definition.is_async:
            if not _only_parses(repo, call.name, module):
                if not _asks_for_history(repo, own.module, list(own.calls), hops - 1):
                    return False
                told = True
        elif "subprocess." not in call.name and not _only_parses(repo, call.name, module):
            return False
    return told


def _words(command: Value, module: Module, scope: int) -> str:
    """A command as one would type it, as far as it is constant."""
    if isinstance(command, Name):
        command = next(iter(module.bound_to(command.name, scope)), command)
    words = command.items if isinstance(command, Items) else (command,)
    return " ".join(str(word.value) if isinstance(word, Const) else "?" for word in words)


_OF_HEALTH = re.compile(
    r"health|(^|_)(ping|probe|liveness|readiness|heartbeat|alive)(_|$)|check_\w*(status|connection)"
)
"""Names of functions that are asked how something is, and say no where it is not well."""


def _notes_failure(module: Module, handler: Handler) -> bool:
    """Whether the handler writes down that something failed, though not what: a word or a status code of failure."""
    function = module.function_of(handler.scope)
    of_health = function is not None and _OF_HEALTH.search(function.name) is not None
    return any(
        _FAILURE_WORDS.search(item.key) is not None
        or (of_health and isinstance(item.value, Const) and item.value.value is False)
        or (_STATE.search(item.target) and isinstance(item.value, Const) and item.value.value in (False, 0))
        or (_FAILURE_WORDS.search(item.target) and isinstance(item.value, Const) and item.value.value is True)
        or (handler.returned is not None and _says_in_words(item))
        or (isinstance(item.value, Mapping) and _tells_of_failure(item.value))
        or (
            isinstance(item.value, Const)
            and (
                (isinstance(item.value.value, str) and _FAILURE_WORDS.search(item.value.value) is not None)
                or (isinstance(item.value.value, int) and 400 <= item.value.value < 600)
            )
        )
        for item in module.facts.assignments
        if handler.line <= item.line <= handler.end_line
    )


def _tells_of_failure(value: Mapping) -> bool:
    """Whether an answer says that something failed: `{"status": "error"}`, `{"error": True}`."""
    return any(
        isinstance(inner, Const)
        and (
            (isinstance(inner.value, str) and _FAILURE_WORDS.search(inner.value) is not None)
            or (inner.value is True and isinstance(key, Const) and _FAILURE_WORDS.search(str(key.value)) is not None)
        )
        for key, inner in zip(value.keys, value.values, strict=False)
    )


def _says_in_words(item: Assignment) -> bool:
    """Whether a text is put where an answer says what went wrong, in whatever language."""
    return _is_text(item.value) if item.key in _TOLD_UNDER else _answers_in_words(item.value)


def _answers_in_words(value: Value | None) -> bool:
    """Whether an answer has a text that says what went wrong: `{"error": "no such file"}`."""
    pairs = zip(value.keys, value.values, strict=False) if isinstance(value, Mapping) else ()
    return any(isinstance(key, Const) and key.value in _TOLD_UNDER and _is_text(text) for key, text in pairs)


def _is_text(value: Value | None) -> bool:
    return isinstance(value, Const) and isinstance(value.value, str) and bool(value.value)


def _weight(confidence: Confidence) -> int:
    return {Confidence.LOW: 0, Confidence.MEDIUM: 1, Confidence.HIGH: 2}[confidence]


def _of_step(repo: Repo, step: str, handler: Handler, module: Module) -> Confidence | None:
    """How silent one statement of the handler is; None for one that tells or does something."""
    if step == "return:const":
        return _of_answer(repo, handler, module)
    if step in _SILENT_STEPS or _UNRAISED.match(step):
        return Confidence.HIGH
    if step.startswith("call:") and step.endswith(".rollback"):
        return Confidence.MEDIUM  # the store is put right, and nobody hears why
    if step == "return:other" and _says_no_beside(handler.returned):
        return Confidence.MEDIUM
    if step.startswith(("return:call:", "assign:call:")):
        name = step.rpartition(":")[2].rpartition(".")[2]
        if name in _RESPONSES and step.startswith("assign:"):
            return Confidence.MEDIUM if not _names_failure(module, handler, name) else None
        if name in _RESPONSES:
            return _of_answer(repo, handler, module)
        value = handler.returned
        call = module.facts.calls[value.call] if isinstance(value, Invoke) and value.call >= 0 else None
        if call is not None and not call.args and not call.keywords and name[:1].isupper():
            return Confidence.HIGH
        if call is not None and call.name in _BUILT and step.startswith("return:") and _is_fixed(call):
            return _of_answer(repo, handler, module)
    return None


def _says_no_beside(value: Value | None) -> bool:
    """Whether a tuple holds a False or None beside what was there before: `return name, False`."""
    items = value.items if isinstance(value, Items) else ()
    return (
        len(items) > 1
        and any(isinstance(item, Const) and (item.value is False or item.value is None) for item in items)
        and all(isinstance(item, Const | Name) for item in items)
    )


def _of_answer(repo: Repo, handler: Handler, module: Module) -> Confidence | None:
    """How silent a returned constant or response is.

    A bare "it failed" is medium, a predicate's no is low, a response that names the failure is none. Only a
    client reads a response: the same words returned to a caller inside the program still lose the cause.
    """
    value = handler.returned
    function = module.function_of(handler.scope)
    if isinstance(value, Const) and isinstance(value.value, bool) and function is not None:
        if value.value is False:
            return Confidence.LOW if _PREDICATE.search(function.name) else Confidence.MEDIUM
        if any(_denies(item, handler.scope) for item in module.facts.returns):
            return Confidence.MEDIUM  # a question that a failure answers with yes
    if isinstance(value, Const) and value.value == 0 and function is not None and _PREDICATE.search(function.name):
        return Confidence.LOW
    if isinstance(value, Const) and value.value is None and function is not None and _PREDICATE.search(function.name):
        return Confidence.MEDIUM  # a question that a failure leaves open
    texts, has_false, status = _said(value, module)
    is_response = (isinstance(value, Invoke) and value.name not in _BUILT) or (
        function is not None and f"{module.path}:{function.qualname}" in repo.routes.by_handler
    )
    if is_response and (status >= 400 or any(_FAILURE_WORDS.search(text) and " " in text.strip() for text in texts)):
        return None
    if has_false or any(_FAILURE_WORDS.search(text) for text in texts):
        return Confidence.MEDIUM
    return Confidence.HIGH


def _is_fixed(call: Call) -> bool:
    """Whether a container is built of nothing but constants."""
    given = call.handed
    return all(
        isinstance(value, Const)
        or (isinstance(value, Items) and not value.items)
        or (isinstance(value, Mapping) and not value.keys)
        for value in given
    )


def _names_failure(module: Module, handler: Handler, name: str) -> bool:
    """Whether a response that the handler keeps for later says that something failed."""
    return any(
        _said(Invoke(call.name, index), module)[2] >= 400
        for index, call in enumerate(module.facts.calls)
        if call.last == name and handler.line <= call.line <= handler.end_line
    )


def _denies(answer: Return, scope: int) -> bool:
    """Whether a function answers with no, or with what compares or denies something: its answers are yes and no."""
    value = answer.value
    says_no = isinstance(value, Const) and value.value is False
    is_question = isinstance(value, Other) and (value.operator == "Not" or value.kind == "Compare")
    return answer.scope == scope and (says_no or is_question)


def _said(value: Value | None, module: Module, depth: int = 0) -> tuple[list[str], bool, int]:
    """The texts in an answer, whether it holds a False, and its highest status code."""
    texts: list[str] = []
    has_false, status = False, 0
    inner: list[Value] = []
    if isinstance(value, Const):
        if isinstance(value.value, str):
            texts.append(value.value)
        elif value.value is False:
            has_false = True
        elif isinstance(value.value, int) and 100 <= value.value < 600:
            status = value.value
    elif isinstance(value, Name):
        named = _STATUS.search(value.name)
        status = int(named[1]) if named is not None else _BY_NAME.get(value.name.removeprefix("http.HTTPStatus."), 0)
    elif isinstance(value, Items):
        inner = list(value.items)
    elif isinstance(value, Mapping):
        inner = [*value.keys, *value.values]
    elif isinstance(value, Format):
        inner = list(value.parts)
    elif isinstance(value, Invoke) and value.call >= 0:
        call = module.facts.calls[value.call]
        texts += [name for name, _ in call.keywords]
        status = _OF_FAILURE.get(call.last, 0)
        inner = list(call.handed)
    if depth < 4:
        for item in inner:
            more, false, code = _said(item, module, depth + 1)
            texts += more
            has_false, status = has_false or false, max(status, code)
    return texts, has_false, status


def _of_surroundings(repo: Repo, module: Module, handler: Handler, attempt: Attempt) -> Confidence:
    """How much the place itself speaks for silence.

    Clean-up (low), or a body that only converts local values (medium).
    """
    function = module.function_of(handler.scope)
    if attempt.in_finally or (function is not None and _CLEANING_UP.match(function.name)):
        return Confidence.LOW
    in_memory = _readers_of_memory(module, handler.attempt)
    failing = [name for name in attempt.calls if name not in in_memory and not _only_parses(repo, name, module)]
    removed = {name.rpartition(".")[0] for name in failing if name.endswith((".unlink", ".rmdir"))}
    failing = [name for name in failing if not (name.endswith(".exists") and name.rpartition(".")[0] in removed)]
    if failing and all(_CLEANING_CALLS.search(name) for name in failing):
        return Confidence.LOW
    if _only_cleans(repo, module, handler):
        return Confidence.LOW
    if _says_goodbye(attempt.calls) or _puts_back(module, handler.attempt):
        return Confidence.LOW
    if _answers_no(module, handler, attempt):
        named = function is not None and _PREDICATE.search(function.name) is not None
        return Confidence.LOW if named else Confidence.MEDIUM
    if _is_tried_again(module, attempt) or _is_missed_below(module, handler, attempt):
        return Confidence.MEDIUM
    if _gives_way_to_another(module, handler) or _answers_as_the_body(module, handler, attempt):
        return Confidence.MEDIUM
    if attempt.next_step.startswith("call:") and _TELLING.search(attempt.next_step):
        return Confidence.MEDIUM  # said right below, though without the cause
    if _is_one_way_of_several(module, handler, attempt) or _is_done_in_the_end(module, handler, attempt):
        return Confidence.MEDIUM
    told = _is_told_around(module, attempt) or _is_told_inside(repo, module, attempt)
    if told or _is_made_below(module, handler) or _asks_for_what_need_not_be(repo, module, handler, failing):
        return Confidence.MEDIUM
    reaching = tuple(name for name in _uncaught(module, handler.attempt) if name not in in_memory)
    if all(_only_parses(repo, name, module) for name in reaching) and not _queries(module, handler.attempt):
        return Confidence.MEDIUM
    return Confidence.HIGH if _reaches_out(repo, module, handler, reaching) else Confidence.MEDIUM


def _asks_for_what_need_not_be(repo: Repo, module: Module, handler: Handler, failing: list[str]) -> bool:
    """Whether all that may fail is one that a program does as well without.

    A favour, the size of a file that may have gone, an item of a queue that may be empty, an address, a package.
    """
    if failing and (
        all(map(_FAVOUR.match, failing))
        or all(map(_OF_TOKEN.match, failing))
        or all(map(_LOOK_AT_FILE.match, failing))
        or all(map(_OF_ERROR.search, failing))
        or _looks_into_queue(module, handler.attempt, failing)
        or _finds_own_address(module, handler, failing)
        or _asks_own_machine(module, handler, failing)
    ):
        return True
    return _tries_package(repo, module, handler.attempt)


def _looks_into_queue(module: Module, attempt: int, failing: list[str]) -> bool:
    """Whether all that may fail takes an item from a queue without waiting for long: an empty one is no error."""
    taken = [
        call
        for call in module.facts.calls
        if call.attempt == attempt
        and (call.last == "get_nowait" or (call.last == "get" and call.has("timeout") and _QUEUE.search(_holder(call))))
    ]
    return len(taken) == len(failing) and {call.name for call in taken} == set(failing)


def _holder(call: Call) -> str:
    """What a method is called on, as it is written."""
    return (call.via or call.name).rpartition(".")[0]


_QUEUE = re.compile(r"(^|[?.:_])q(ueue)?s?\d*(\(\))?$|[a-z]Queue(\(\))?$")


def _asks_own_machine(module: Module, handler: Handler, failing: list[str]) -> bool:
    """Whether all that may fail asks how busy the machine itself is, which not every platform tells."""
    figures = {
        call.name
        for call in module.facts.calls
        if call.attempt == handler.attempt
        and call.args
        and (
            (call.name == "open" and _FIGURES.match(_words(call.args[0], module, call.scope)))
            or (
                call.name.startswith("subprocess.") and _TELLING_FIGURES.match(_words(call.args[0], module, call.scope))
            )
        )
    }
    return all(name.partition("()")[0] in figures or _OF_MACHINE.match(name) for name in failing)


_FIGURES = re.compile(r"/(proc|sys)/")
"""Where Linux keeps the figures of the machine and of each process."""
_TELLING_FIGURES = re.compile(r"(/\S*/)?(top|ps|free|df|uptime|vmstat|iostat|lscpu|lsblk|sensors|nvidia-smi)(\s|$)")
"""Programs that tell them."""
_OF_MACHINE = re.compile(
    r"(os\.(get_terminal_size|getloadavg|sysconf|statvfs|times|sched_getaffinity)|shutil\.disk_usage|resource\.(getrusage|getrlimit)"
    r"|psutil\.(cpu_\w+|virtual_memory|swap_memory|disk_\w+|net_\w+|sensors_\w+|boot_time|getloadavg"
    r"|Process(\(\)\.(memory_\w+|cpu_\w+|num_\w+|create_time))?))$"
)


def _readers_of_memory(module: Module, attempt: int) -> frozenset[str]:
    """The readers that a body has read what lies in memory, or in a file that was opened before: they reach nothing."""
    facts = module.facts
    names = facts.attempts[attempt].calls
    found = {name: True for name in names if _READING.fullmatch(name)} if "open" not in names else {}
    for call in facts.calls:
        if call.attempt == attempt and _READER.match(call.name):
            first = call.args[0] if call.args else None
            given = tuple(module.bound_to(first.name, call.scope)) if isinstance(first, Name) else (first,)
            held = bool(given) and all(isinstance(one, Invoke) and _MEMORY.search(one.name) for one in given)
            found[call.name] = found.get(call.name, True) and held
    return frozenset(name for name, held in found.items() if held)


_READER = re.compile(r"(pandas|polars)\.read_\w+$|openpyxl\.load_workbook$|PIL\.Image\.open$|zipfile\.ZipFile$")
_READING = re.compile(r"open\(\)\.(read|readline|readlines)")
_MEMORY = re.compile(r"(^|\.)(BytesIO|StringIO)$")


def _finds_own_address(module: Module, handler: Handler, failing: list[str]) -> bool:
    """Whether all that may fail asks under which addresses and names the machine itself is known.

    Where that is learned from a connection, the next one is to be tried or none told: else it is something made up.
    """
    if not all(name.startswith("socket.") for name in failing):
        return False
    attempt = module.facts.attempts[handler.attempt]
    if any(name.endswith(".getsockname") for name in attempt.calls):
        is_next = not attempt.next_step and handler.steps in (("pass",), ("continue",))
        return is_next or handler.returned == Const(None)
    return all(map(_OWN_ADDRESS.match, failing)) or set(failing) == {"socket.gethostbyname"}


def _tries_package(repo: Repo, module: Module, attempt: int) -> bool:
    """Whether the body imports a package that need not be installed, and all that may fail is done by it.

    Such a package is one that no file of the tree imports without asking, and no client of a peer.
    """
    facts = module.facts
    around = facts.attempts[attempt]
    tried = {
        one.target.rpartition(".")[0] or one.target
        for one in facts.imports
        if around.line < one.line <= around.body_end and one.scope == around.scope and not one.target.startswith(".")
    }
    optional = tuple(
        f"{part}." for part in tried if not _CLIENTS.match(part.partition(".")[0]) and repo.python.is_optional(part)
    )
    failing = [name for name in around.calls if not _only_parses(repo, name, module)]
    return bool(optional) and all(f"{name}.".startswith(optional) for name in failing)


_WAITING = re.compile(r"(^|\.)run_until_complete$|^asyncio\.run$")
"""What only waits for what it is handed."""


def _only_cleans(repo: Repo, module: Module, handler: Handler) -> bool:
    """Whether all that may fail cleans up, is handed to what does, or waits for it: `os.remove(folder.path("old"))`."""
    facts = module.facts
    failing = [
        call.name
        for call in facts.calls
        if call.attempt == handler.attempt
        and not _only_parses(repo, call.name, module)
        and not _WAITING.search(call.name)
        and not (call.parent >= 0 and _CLEANING_CALLS.search(facts.calls[call.parent].name))
    ]
    return bool(failing) and all(map(_CLEANING_CALLS.search, failing))


def _uncaught(module: Module, attempt: int) -> tuple[str, ...]:
    """The calls of a `try` whose failures come to its handlers untold: an inner `try` catches or tells its own."""
    facts = module.facts
    caught = {
        item.attempt
        for item in facts.handlers
        if (not item.types or _BROAD.intersection(item.types))
        and (not item.raises or any(map(_LOGGING.search, item.calls)))
    }
    reaching = []
    for call in facts.calls:
        within = call.attempt
        while within not in (attempt, MODULE) and within not in caught:
            within = facts.attempts[within].parent
        if within == attempt:
            reaching.append(call.name)
    return tuple(reaching)


def _is_one_way_of_several(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether the body answers where it succeeds, and the function ends by raising where nothing did."""
    facts = module.facts
    function = module.function_of(handler.scope)
    if handler.steps not in (("pass",), ("continue",)) or function is None:
        return False
    answers = any(
        item.scope == handler.scope and attempt.line < item.line <= attempt.body_end for item in facts.returns
    )
    # A loop that ends at the first success, and raises in its `else`, ends where the function need not.
    breaks = not attempt.next_step
    first, last = (0, handler.end_line + _ELSE) if breaks else (function.end_line - _NEAR, function.end_line)
    return (answers or breaks) and any(
        item.scope == handler.scope
        and not item.guards
        and max(handler.end_line + 1, first) <= item.line <= last
        and not any(other.line <= item.line <= other.end_line for other in facts.handlers)
        for item in facts.raises
    )


def _is_done_in_the_end(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether the body answers where it succeeds, and below what it did is done once more with nothing to catch it."""
    facts = module.facts
    if handler.steps not in (("pass",), ("continue",)):
        return False
    given = [item for item in facts.returns if item.scope == handler.scope]
    below = [item.value for item in given if item.line > handler.end_line]
    return any(attempt.line < item.line <= attempt.body_end for item in given) and any(
        isinstance(value, Invoke)
        and value.call >= 0
        and value.name in attempt.calls
        and facts.calls[value.call].attempt == attempt.parent
        for value in below
    )


def _puts_back(module: Module, attempt: int) -> bool:
    """Whether all that is done is to tell a connection to let go of something."""
    calls = [call for call in module.facts.calls if call.attempt == attempt]
    for call in calls:
        first = call.args[0] if call.last == "execute" and call.args else None
        text = first.parts[0] if isinstance(first, Format) and first.parts else first
        if not (isinstance(text, Const) and _PUTTING_BACK.match(str(text.value))):
            return False
    return bool(calls)


def _says_goodbye(calls: tuple[str, ...]) -> bool:
    """Whether all that is done is to tell a peer something last and to close the connection to it."""
    closed = {owner for owner, _, last in (name.rpartition(".") for name in calls) if last in ("close", "aclose")}
    return bool(closed) and all(
        (owner in closed and (last.startswith("send") or last in ("close", "aclose")))
        or last[:1].isupper()
        or re.match(r"(model_)?dumps?(_json)?$|json$|encode$", last) is not None
        for owner, _, last in (name.rpartition(".") for name in calls)
    )


def _answers_no(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether a failure goes on to the answer no: `pass`, and `return False` below the `try`."""
    function = module.function_of(handler.scope)
    if function is not None and _PREDICATE.search(function.name) and handler.steps == ("assign:const",):
        return True
    if _notes_outcome(module, handler, attempt):
        return True
    if _says_no_in_the_end(module, handler, attempt):
        return True
    if handler.steps == ("pass",) and not attempt.next_step and function is not None:
        # A question that is left open where the body would have said yes.
        return _PREDICATE.search(function.name) is not None and any(
            item.scope == handler.scope and isinstance(item.value, Const) and item.value.value is True
            for item in module.facts.returns
        )
    if handler.steps != ("pass",) or not attempt.next_step.startswith(("return:const", "return:call:")):
        return False
    after = min(
        (item for item in module.facts.returns if item.scope == handler.scope and item.line > handler.end_line),
        key=lambda item: item.line,
        default=None,
    )
    if after is None or not isinstance(after.value, Invoke):
        return after is not None and isinstance(after.value, Const) and after.value.value is False
    return after.value.name.rpartition(".")[2] in _RESPONSES and _said(after.value, module)[2] >= 400


def _says_no_in_the_end(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether a loop ends with the first success, and the function answers no where every try has failed."""
    if handler.steps not in (("pass",), ("continue",)) or attempt.next_step:
        return False
    answers = [item for item in module.facts.returns if item.scope == handler.scope]
    inside = [item for item in answers if attempt.line < item.line <= attempt.body_end]
    below = [item for item in answers if item.line > handler.end_line]
    return bool(inside) and len(below) == 1 and below[0].value == Const(False)


def _answers_as_the_body(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether a failure is answered as the body answers where things are not as hoped: by a word, or by what it notes.

    `state = "off"` in the handler says no more than in the `else` of the body.
    """
    inside = range(attempt.line, attempt.body_end + 1)
    facts = module.facts
    said = handler.returned
    if _is_text(said):
        return any(
            item.scope == handler.scope and item.value == said and bool(item.guards) and item.line in inside
            for item in facts.returns
        )
    if set(handler.steps) != {"assign:const"}:
        return False
    kept = [item for item in facts.assignments if item.scope == handler.scope]
    noted = [item for item in kept if handler.line <= item.line <= handler.end_line]
    answers = {(item.target, item.value) for item in kept if item.line in inside and item.guards}
    return bool(noted) and all((item.target, item.value) in answers and not _is_nothing(item.value) for item in noted)


def _notes_outcome(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether the handler notes yes or no where the body, had it come through, would have noted the other."""
    if handler.steps == ("pass",):
        return _says_done(module, attempt)
    if set(handler.steps) != {"assign:const"}:
        return False
    inside, instead = set[tuple[str, bool]](), set[tuple[str, bool]]()
    for item in module.facts.assignments:
        if item.scope == handler.scope and isinstance(item.value, Const) and isinstance(item.value.value, bool):
            if attempt.line <= item.line <= attempt.body_end:
                inside.add((item.target, not item.value.value))
            elif handler.line <= item.line <= handler.end_line:
                instead.add((item.target, item.value.value))
    return bool(inside & instead)


def _says_done(module: Module, attempt: Attempt) -> bool:
    """Whether the body ends by noting True where False stood before: what comes below can tell that it failed.

    What an attribute said before, whoever made the object has set.
    """
    noted = {True: set[str](), False: set[str]()}
    for item in module.facts.assignments:
        if item.scope == attempt.scope and isinstance(item.value, Const) and isinstance(item.value.value, bool):
            inside = attempt.line <= item.line <= attempt.body_end
            if _DONE.search(item.target) and (inside if item.value.value else item.line < attempt.line):
                noted[item.value.value].add(item.target)
    attributes = any("." in target and not target.startswith(":") for target in noted[True])
    return attributes or bool(noted[True] & noted[False]) or _fills_in(module, attempt)


def _fills_in(module: Module, attempt: Attempt) -> bool:
    """Whether the body notes True under a key of a table that said False before: `{"reachable": False}`."""
    own = [item for item in module.facts.assignments if item.scope == attempt.scope]
    said = {
        (item.target, key.value)
        for item in own
        if item.line < attempt.line and isinstance(item.value, Mapping)
        for key, value in zip(item.value.keys, item.value.values, strict=False)
        if isinstance(key, Const) and value == Const(False)
    }
    return any(
        item.value == Const(True)
        and attempt.line <= item.line <= attempt.body_end
        and (item.target.removesuffix("[]"), item.key) in said
        for item in own
    )


def _is_tried_again(module: Module, attempt: Attempt) -> bool:
    """Whether a loop goes on until the body has its answer: it returns from inside, or waits below and tries again."""
    waits = attempt.next_step.endswith((".sleep", ":sleep"))
    return waits and any(
        item.scope == attempt.scope and attempt.line < item.line <= attempt.body_end for item in module.facts.returns
    )


def _is_nothing(value: Value) -> bool:
    """Whether a value is none, false or an empty container."""
    if isinstance(value, Items):
        return not value.items
    return (isinstance(value, Const) and not value.value) or (isinstance(value, Mapping) and not value.keys)


def _is_missed_below(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether what the handler left empty is asked for below, and its want is raised, told or ends the run.

    Right below, or behind the block that the `try` ends: another way is tried first, or the next of a loop.
    """
    if attempt.next_step not in ("if", ""):
        return False
    emptied = {
        item.target
        for item in module.facts.assignments
        if handler.line <= item.line <= handler.end_line and _is_nothing(item.value)
    }
    inside = [
        item
        for item in module.facts.assignments
        if item.scope == handler.scope and attempt.line <= item.line <= attempt.body_end
    ]
    emptied |= {item.target for item in inside if item.value == Const(True)}  # what the body would have noted
    below = range(attempt.end_line + 1, attempt.end_line + _NEAR + 1)
    raised = [(item.scope, item.line, item.guards) for item in module.facts.raises]
    told = [
        (call.scope, call.line, call.guards)
        for call in module.facts.calls
        if _LOGGING.search(call.name) or _ENDING.search(call.name)
    ]
    if attempt.next_step == "if" and _warns_unless(module, handler, emptied, below):
        return True
    return any(
        scope == handler.scope and line in below and emptied.intersection(guards)
        for scope, line, guards in (*raised, *told)
    ) or _is_sought_in_vain(module, handler, inside, below)


def _warns_unless(module: Module, handler: Handler, emptied: set[str], below: range) -> bool:
    """Whether a warning follows what is done where the value is there: `if found: …; break`, and below a warning."""
    inside = [call for call in module.calls_in(handler.scope) if call.line in below]
    done = [call.line for call in inside if emptied.intersection(call.guards)]
    return bool(done) and any(
        call.line > max(done) and _ALARMING.search(call.name) and not emptied.intersection(call.guards)
        for call in inside
    )


def _is_sought_in_vain(module: Module, handler: Handler, inside: list[Assignment], below: range) -> bool:
    """Whether a loop looks for something that was nothing before, and behind it an alarm tells that it is still so."""
    known = {
        item.target
        for item in module.facts.assignments
        if item.scope == handler.scope and item.line < handler.line and _is_nothing(item.value)
    }
    sought = [item for item in inside if item.target in known]
    names = {item.target for item in sought} | {item.value.name for item in sought if isinstance(item.value, Name)}
    alarms = [
        (call.scope, call.line, call.guards)
        for call in module.facts.calls
        if (_LOGGING.search(call.name) and _ALARM.match(call.last)) or _ENDING.search(call.name)
    ]
    alarms += [(item.scope, item.line, item.guards) for item in module.facts.raises]
    return any(
        scope == handler.scope and line in below and names.intersection(guards) for scope, line, guards in alarms
    )


def _gives_way_to_another(module: Module, handler: Handler) -> bool:
    """Whether an exception that was kept before is raised below: it tells more than the one that is passed over."""
    return any(
        item.scope == handler.scope
        and item.line > handler.end_line
        and item.name.startswith("?")
        and not any(other.line <= item.line <= other.end_line for other in module.facts.handlers)
        for item in module.facts.raises
    )


def _is_told_around(module: Module, attempt: Attempt) -> bool:
    """Whether the `try` stands in the handler of another failure, and that one is told."""
    return any(
        outer.line <= attempt.line <= outer.end_line
        and (outer.raises or outer.uses_exception or any(map(_TOLD.search, outer.calls)))
        for outer in module.facts.handlers
    )


def _is_made_below(module: Module, handler: Handler) -> bool:
    """Whether all that may fail only asks for something, which is made below where the answer was not that it is there.

    `client.get_shelf(name)`, and behind it `client.create_shelf(name)`, whose failure is another matter.
    """
    asked = {
        call.called_on
        for call in module.facts.calls
        if call.attempt == handler.attempt and _ASKING.match(call.last) and call.called_on
    }
    others = [
        call
        for call in module.facts.calls
        if call.attempt == handler.attempt and not _ASKING.match(call.last) and not converts(call.name)
    ]
    return (
        len(asked) == 1
        and not others
        and any(
            call.line > handler.end_line and _MAKING.match(call.last) and call.called_on in asked
            for call in module.calls_in(handler.scope)
        )
    )


_ASKING = re.compile(r"(get|list|has|is|describe|find|head|show|exists?)(_\w+)?$|\w+_exists$")
_MAKING = re.compile(r"(create|make|add|put|register)(_\w+)?$")


def _is_told_inside(repo: Repo, module: Module, attempt: Attempt) -> bool:
    """Whether all that can fail in the body are own functions that log a failure: before they raise it, or for good."""
    failing = [name for name in attempt.calls if not _only_parses(repo, name, module)]
    own = [repo.python.definition(name, module) for name in failing]
    return bool(own) and all(site is not None and (_tells_first(site) or _tells_all(repo, site)) for site in own)


def _attempts_around(module: Module, call: Call) -> Iterator[int]:
    """The `try` statements whose bodies hold a call, innermost first, by their indices."""
    index = call.attempt
    while index != MODULE:
        yield index
        index = module.facts.attempts[index].parent


def _tells_all(repo: Repo, site: DefinitionSite) -> bool:
    """Whether every failure of what a function calls comes to a handler of its own that tells of it."""
    facts = site.module.facts
    telling = {
        item.attempt
        for item in facts.handlers
        if item.scope == site.index
        and (not item.types or _BROAD.intersection(item.types))
        and any(_LOGGING.search(name) and _ALARM.match(name.rpartition(".")[2]) for name in item.calls)
    }
    risky = [call for call in site.calls if not _only_parses(repo, call.name, site.module)]
    return bool(telling and risky) and all(
        not telling.isdisjoint(_attempts_around(site.module, call)) for call in risky
    )


def _tells_first(site: DefinitionSite) -> bool:
    facts = site.module.facts
    return any(item.scope == site.index for item in facts.raises) and any(
        _ALARMING.search(call.name) for call in site.calls
    )


def _reaches_out(repo: Repo, module: Module, handler: Handler, reaching: tuple[str, ...]) -> bool:
    """Whether something in the body awaits, or reaches or changes what may fail, itself or through own functions."""
    if any(call.attempt == handler.attempt and call.context & AWAITED for call in module.facts.calls):
        return True
    return _queries(module, handler.attempt) or any(_acts(repo, name, module) for name in reaching)


def _acts(repo: Repo, name: str, module: Module, above: frozenset[str] = frozenset()) -> bool:
    own = repo.python.definition(name, module)
    if own is None or own.definition.kind == "class" or ".objects." in name or _is_left_to_others(own):
        return acts(name)
    if len(above) >= _HOPS or own.name in above:
        return False
    return own.definition.is_async or any(
        _acts(repo, call.name, own.module, above | {own.name})
        for call in own.module.facts.calls
        if call.scope == own.index or _stands_in(call.scope, own)  # what it defines it most likely hands on
    )


def _stands_in(scope: int, site: DefinitionSite) -> bool:
    """Whether a function is defined in the body of another."""
    return scope >= 0 and site.module.facts.definitions[scope].parent == site.index


def _queries(module: Module, attempt: int) -> bool:
    """Whether a `get` of the body asks by keyword, as queries do: a dict takes none, a table of languages does."""
    return any(
        call.attempt == attempt
        and call.last == "get"
        and not call.args
        and call.keywords
        and not (call.name[:1] not in "?:" and converts(call.name))
        for call in module.facts.calls
    )


def _only_parses(repo: Repo, name: str, module: Module, above: frozenset[str] = frozenset()) -> bool:
    """Whether a call only converts or reads local values, itself or by what its own functions call."""
    if converts(name) or _LOGGING.search(name) or name.endswith(("Error", "Exception", "().feed", "().close")):
        return True
    own = repo.python.definition(name, module)
    if own is None or len(above) >= _HOPS:
        return False
    if own.name in above:
        return True
    if own.definition.kind == "class":
        made = repo.python.member(own, "__init__")
        return made is None or _calls_only_parse(repo, made, above | {own.name})
    if own.definition.is_async or _is_left_to_others(own):
        return False
    return _calls_only_parse(repo, own, above | {own.name})


def _is_left_to_others(site: DefinitionSite) -> bool:
    """Whether a method has no body of its own: what others put in its place is not known."""
    facts, index = site.module.facts, site.index
    does = {item.scope for item in facts.calls} | {item.scope for item in facts.returns}
    return site.definition.parent >= 0 and site.definition.statements <= 1 and index not in does


def _calls_only_parse(repo: Repo, site: DefinitionSite, above: frozenset[str]) -> bool:
    return all(_only_parses(repo, call.name, site.module, above) for call in site.calls)


def _waived(repo: Repo, module: Module, handler: Handler) -> bool:
    """Whether a comment of a linter that checks the same thing waives it: Bandit's or flake8's."""
    return repo.suppressions.by_linters(
        module.path,
        handler.line,
        handler.end_line,
        nosec=("B110", "B112"),
        noqa=("S110", "S112", "BLE001", "E722"),
    )


def _caught(handler: Handler) -> str:
    if not handler.types:
        return "Everything"
    return f"`{next(name for name in handler.types if name in _BROAD).rpartition('.')[2]}`"


def _done(steps: tuple[str, ...]) -> str:
    last = steps[-1]
    if last.endswith(".rollback"):
        return "only rolled back"
    if last.startswith("return:"):
        return "a constant is returned"
    return {"continue": "the loop goes on", "assign:const": "a constant takes the result's place"}.get(
        last, "passed over"
    )


def _tells_of_what_is_on_its_way(call: Call) -> bool:
    """Whether a call writes the exception down that is being handled, as `traceback.format_exc()` gives it."""
    written = call.name.startswith("traceback.") or (_LOGGING.search(call.name) and call.last == "exception")
    return bool(written) or (_LOGGING.search(call.name) is not None and call.has("exc_info"))


def _ends_the_body(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether what the body does last is tried by itself, and the handler of every error there tells of it."""
    broad = not handler.types or not _BROAD.isdisjoint(handler.types)
    told = handler.uses_exception or any(map(_LOGGING.search, handler.calls))
    return broad and bool(told) and module.facts.attempts[handler.attempt].end_line >= attempt.body_end


def _final_returns(repo: Repo, module: Module) -> Iterator[Site]:
    for index, attempt in enumerate(module.facts.attempts):
        if attempt.final_returns:
            told = any(
                (
                    handler.attempt == index
                    and (
                        handler.calls
                        or handler.uses_exception
                        or not handler.types
                        or not _BROAD.isdisjoint(handler.types)
                    )
                )
                or (module.facts.attempts[handler.attempt].parent == index and _ends_the_body(module, handler, attempt))
                for handler in module.facts.handlers
            )
            location = module.location(attempt.final_line, attempt.end_line, attempt.scope, "return in finally")
            parses = all(_only_parses(repo, name, module) for name in attempt.calls)
            told = told or any(
                call.scope == attempt.scope
                and attempt.final_line <= call.line <= attempt.end_line
                and _tells_of_what_is_on_its_way(call)
                for call in module.facts.calls
            )
            function = module.function_of(attempt.scope)
            cleans = function is not None and _CLEANING_UP.match(function.name) is not None
            confidence = Confidence.MEDIUM if told or parses or cleans else Confidence.HIGH
            yield bad(location, "`return` in `finally` discards the exception that is on its way", confidence)
