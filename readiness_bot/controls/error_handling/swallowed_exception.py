"""Whether broad handlers tell somebody about the errors they catch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.control import Control, bad, good
from readiness_bot.model import Confidence, Effort, Kind, Location, Role, Severity, Site, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.attempts import (
    BROAD,
    CLEANING_CALLS,
    LOGGING,
    asks_for_history,
    asks_for_what_need_not_be,
    only_cleans,
    only_parses,
    only_scheduled,
    puts_back,
    queries,
    reaches_out,
    readers_of_memory,
    says_goodbye,
    uncaught,
)
from readiness_bot.repo.failure_words import (
    BUILT,
    FAILURE_WORDS,
    RESPONSES,
    answers_in_words,
    denies,
    is_fixed,
    names_failure,
    notes_failure,
    refuses_as_elsewhere,
    said,
    says_no_beside,
)
from readiness_bot.repo.modules import Module
from readiness_bot.repo.told_failures import (
    answers_as_the_body,
    ends_the_body,
    gives_way_to_another,
    is_awaited_in_vain,
    is_done_in_the_end,
    is_made_below,
    is_missed_below,
    is_one_way_of_several,
    is_told_around,
    is_told_by_callers,
    is_told_inside,
    is_tried_again,
    makes_nobody,
    notes_outcome,
    says_no_in_the_end,
    says_so_below,
    tells_of_what_is_on_its_way,
)
from readiness_bot.repo.values import (
    Attempt,
    Call,
    Const,
    Handler,
    Invoke,
)

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
_OF_LOG = re.compile(r"logging\.(handlers\.)?\w*Handler$")
"""What a handler of the log is derived from."""
_REMOVING = re.compile(r"\.(unlink|rmdir)$")
_SEEKING = re.compile(r"\.(exists|r?glob|iterdir)$")
"""What looks for files, before some of them are removed."""
_TELLING = re.compile(r"(^|[.:])(print|warn|warning|error|critical)$")
_PREDICATE = re.compile(
    r"^_*(is|has|can|should|are|was|exists|supports|check|valid|validate|verify|matches|"
    r"contains|test|allow|allows|needs)(_|$)|(_exists?|_ok|_valid|_enabled|_available|_alive|"
    r"_running|_ready|_healthy)$"
)


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
            "def place(store):\n    try:\n        return store.fetch('place')\n"
            "    except Exception:  # <- flagged\n        return 'unknown'\n"
        ),
        (
            "def shown(desk):\n    try:\n        return desk.open().start()\n    except Exception:  # <- flagged\n"
            "        return []\n"
        ),
        (
            "def priced(store, items, notes):\n    for item in items:\n        try:\n"
            "            return store.fetch(item)\n"
            "        except Exception:  # <- flagged\n            continue\n    if notes:\n"
            "        raise LookupError(notes)\n    return None\n"
        ),
        (
            "def marked(store, job):\n    try:\n        store.save(job)\n    except Exception:  # <- flagged\n"
            "        return\n\n\n"
            "def run(store, job):\n    try:\n        job.run()\n    except Exception as error:\n"
            "        marked(store, job)\n        raise\n    marked(store, job)\n\n\n"
            "def found(store, key):\n    try:\n        return store.fetch(key)\n    except Exception:  # <- flagged\n"
            "        return None\n\n\n"
            "def shown(store, key):\n    row = found(store, key)\n    return '' if row is None else str(row)\n"
        ),
        (
            "import asyncio\n\n\nasync def tell(peer):\n    await peer.send('done')\n\n\nasync def done(peer):\n"
            "    try:\n        await tell(peer)\n        asyncio.create_task(tell(peer))\n"
            "    except Exception:  # <- flagged\n        return\n"
        ),
        (
            "def opened(store):\n    try:\n        known = bool(store.fetch('admin'))\n"
            "    except Exception:  # <- flagged\n"
            "        known = False\n    name = store.name\n    if known:\n        print(name)\n    return name\n"
        ),
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
            "from rest_framework.response import Response\nfrom rest_framework.views import APIView\n\n"
            "from shop.serializers import Told\nfrom shop.stores import renewed\n\n\n"
            "class Renewal(APIView):\n    def post(self, request):\n        try:\n"
            "            return renewed(request.user)\n        except Exception:\n"
            "            return Response(Told({'text': 'An error kept it from being renewed.'}).data)\n"
        ),
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
            "def widened(store):\n    told = 'ALTER TABLE crates ADD COLUMN weight INTEGER'\n    try:\n"
            "        store.execute(told)\n        store.commit()\n    except Exception:  # <- flagged\n        pass\n"
            "    try:\n        store.run_sql('CREATE INDEX by_weight ON crates (weight)')\n"
            "    except Exception:  # <- flagged\n        pass\n"
        ),
        (
            "from shop.stores import get_redis, shelf_cache\n\nCACHE_KEY = 'shelf'\n\n\n"
            "def shelf():\n    try:\n        return shelf_cache.get('shelf')\n"
            "    except Exception:  # <- flagged\n        return None\n\n\n"
            "def keep(rows):\n    try:\n        get_redis().setex(CACHE_KEY, 60, rows)\n"
            "    except Exception:  # <- flagged\n        pass\n\n\n"
            "def _cache_get(store, key):\n    try:\n        return store.get(key)\n"
            "    except Exception:  # <- flagged\n        return None\n"
        ),
        (
            "import logging\n\nfrom shop.stores import metrics\n\n\nclass Shipping(logging.StreamHandler):\n"
            "    def emit(self, record):\n        try:\n            self.store.insert(self.format(record))\n"
            "        except Exception:  # <- flagged\n            pass\n\n\ndef sold(order, board):\n    try:\n"
            "        metrics.record('sold', order.id)\n    except Exception:  # <- flagged\n        pass\n"
            "    try:\n        board.append_sale_log(order.id)\n    except Exception:  # <- flagged\n        pass\n"
        ),
        (
            "async def asked_again(bot, message, number):\n    try:\n        await bot.delete_message(number)\n"
            "        await message.delete()\n    except Exception:  # <- flagged\n        pass\n"
            "    await message.answer('How many?')\n\n\ndef leftovers(folder):\n    try:\n"
            "        if folder.exists():\n            for old in folder.glob('*.part'):\n"
            "                old.unlink()\n    except Exception:  # <- flagged\n        pass\n"
        ),
        (
            "import time\n\n\ndef arrives(store, number, until):\n    while time.time() < until:\n"
            "        time.sleep(1)\n"
            "        try:\n            rows = store.list_rows()\n        except Exception:  # <- flagged\n"
            "            continue\n        if number in rows:\n            return True\n    return False\n\n\n"
            "class Store:\n    def is_starting(self):\n        try:\n"
            "            return bool(self.client.fetch('state')['starting'])\n"
            "        except Exception:  # <- flagged\n            pass\n        return True\n"
        ),
        (
            "def report(store, week):\n    try:\n        return store.fetch(week)\n"
            "    except Exception:  # <- flagged\n        pass\n"
            "    return {'week': week, 'state': 'store unavailable'}\n"
        ),
        (
            "def dropped(shelves, key):\n    dropped = False\n    for shelf in shelves:\n        try:\n"
            "            shelf.store.erase(key)\n            dropped = True\n"
            "        except Exception:  # <- flagged\n            pass\n\n        shelf.count()\n"
            "    if not dropped:\n        raise LookupError(key)\n"
        ),
        (
            "import re\n\nNAMED = {'rye': re.compile('rye'), 'oat': re.compile('oats?')}\n\n\ndef places(text):\n"
            "    return [(one.start(), one.end()) for name in NAMED for one in NAMED[name].finditer(text)]\n\n\n"
            "def shown(text):\n    try:\n        return places(text)\n    except Exception:  # <- flagged\n"
            "        return []\n"
        ),
        (
            "def priced(store, items, notes):\n    for item in items:\n        try:\n"
            "            return store.fetch(item)\n"
            "        except Exception:  # <- flagged\n            continue\n    if not items:\n"
            "        raise LookupError('nothing to price')\n    raise LookupError(notes)\n"
        ),
        (
            "def marked(store, job):\n    try:\n        store.save(job)\n    except Exception:  # <- flagged\n"
            "        return\n\n\n"
            "def run(store, job):\n    try:\n        job.run()\n    except Exception as error:\n"
            "        marked(store, job)\n        raise\n\n\n"
            "def found(store, key):\n    try:\n        return store.fetch(key)\n    except Exception:  # <- flagged\n"
            "        return None\n\n\n"
            "def shown(store, key):\n    row = found(store, key)\n    if row is None:\n        raise LookupError(key)\n"
            "    return str(row)\n"
        ),
        (
            "import asyncio\n\n\nasync def tell(peer):\n    await peer.send('done')\n\n\nasync def done(peer):\n"
            "    try:\n        asyncio.create_task(tell(peer))\n    except Exception:  # <- flagged\n        return\n"
        ),
        (
            "def opened(store):\n    try:\n        known = bool(store.fetch('admin'))\n"
            "    except Exception:  # <- flagged\n"
            "        known = False\n    name = store.name\n    if not (known or name):\n        raise SystemExit(1)\n"
            "    return name\n"
        ),
        (
            "import logging\n\nlog = logging.getLogger(__name__)\n\n\ndef listed(store):\n    try:\n"
            "        number = store.fetch('count')\n    except Exception:  # <- flagged\n        number = 'unknown'\n"
            "    log.info('listed %s', number)\n"
        ),
        (
            "class Job:\n    def start(self):\n        try:\n            self.work()\n"
            "        except Exception:  # <- flagged\n            pass\n\n    def work(self):\n        try:\n"
            "            self.store.save(self.row)\n        except Exception as error:\n"
            "            self.outcome.set_exception(error)\n            raise\n"
        ),
        (
            "import io\nimport tarfile\n\n\ndef names(data: bytes):\n    try:\n"
            "        with tarfile.open(fileobj=io.BytesIO(data)) as packed:\n"
            "            return [packed.extractfile(one).read() for one in packed.getmembers()]\n"
            "    except Exception:  # <- flagged\n        return []\n"
        ),
        (
            "def reader_at(store, code):\n    try:\n        reader = store.fetch(code)\n        if reader.lent > 3:\n"
            "            return None, 'Bring back what you have first.'\n        return reader, ''\n"
            "    except Exception:  # <- flagged\n        return None, 'This card opens no desk.'\n"
        ),
        {
            "shop/kept.py": (
                "import redis.asyncio\n\ntry:\n    kept = redis.asyncio.from_url('redis://shelf')\n"
                "except Exception:  # <- flagged\n    kept = None\n"
            ),
            "shop/callers.py": (
                "from fastapi import HTTPException\n\nfrom shop.models import Reader\n\n\n"
                "def reader_of(db, ticket):\n    reader = db.query(Reader).filter_by(ticket=ticket).first()\n"
                "    if reader is None:\n        raise HTTPException(status_code=401)\n    return reader\n\n\n"
                "def reader_if_any(db, ticket):\n    try:\n        return reader_of(db, ticket)\n"
                "    except Exception:  # <- flagged\n        return None\n"
                "\n\nbad_credentials = HTTPException(status_code=401)\n\n\ndef clerk_of(db, badge):\n"
                "    clerk = db.query(Reader).filter_by(badge=badge).first()\n    if clerk is None:\n"
                "        raise bad_credentials\n    return clerk\n\n\ndef clerk_if_any(db, badge):\n    try:\n"
                "        return clerk_of(db, badge)\n    except Exception:  # <- flagged\n        return None\n"
            ),
        },
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
        logs = [call for call in module.facts.calls if LOGGING.search(call.name)] if module.facts.handlers else []
        for handler in module.facts.handlers:
            if handler.types and not BROAD.intersection(handler.types):
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
        *(["the log of the error"] if within or any(map(LOGGING.search, handler.calls)) else []),
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
        confidence=Confidence.MEDIUM if answers_in_words(handler.returned) else Confidence.HIGH,
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
        _OF_INSTALLATION.match(name) or name == "pathlib.Path" or only_parses(repo.python, name, module)
        for name in attempt.calls
    ):
        return None  # a package that is run without being installed has no version, and nothing failed
    tried = [call for call in module.facts.calls if call.attempt == handler.attempt]
    if asks_for_history(repo.python, module, tried):
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
    if notes_failure(module, handler) or handler.line == attempt.line:
        strongest = min(strongest, Confidence.MEDIUM, key=_weight)
    confidence = min(strongest, _of_surroundings(repo, module, handler, attempt), key=_weight)
    return (
        confidence,
        f"{_caught(handler)} is caught and {_done(handler.steps)}: the error is neither logged nor raised again",
    )


def _weight(confidence: Confidence) -> int:
    return {Confidence.LOW: 0, Confidence.MEDIUM: 1, Confidence.HIGH: 2}[confidence]


def _of_step(repo: Repo, step: str, handler: Handler, module: Module) -> Confidence | None:
    """How silent one statement of the handler is; None for one that tells or does something."""
    if step == "return:const" and refuses_as_elsewhere(module, handler):
        return Confidence.MEDIUM
    if step == "return:const":
        return _of_answer(repo, handler, module)
    if step in _SILENT_STEPS or _UNRAISED.match(step):
        return Confidence.HIGH
    if step.startswith("call:") and step.endswith(".rollback"):
        return Confidence.MEDIUM  # the store is put right, and nobody hears why
    if step == "return:other" and says_no_beside(handler.returned):
        return Confidence.MEDIUM
    if step.startswith(("return:call:", "assign:call:")):
        name = step.rpartition(":")[2].rpartition(".")[2]
        if name in RESPONSES and step.startswith("assign:"):
            return Confidence.MEDIUM if not names_failure(module, handler, name) else None
        if name in RESPONSES:
            return _of_answer(repo, handler, module)
        value = handler.returned
        call = module.facts.calls[value.call] if isinstance(value, Invoke) and value.call >= 0 else None
        if call is not None and not call.args and not call.keywords and name[:1].isupper():
            return Confidence.HIGH
        if call is not None and call.name in BUILT and step.startswith("return:") and is_fixed(call):
            return _of_answer(repo, handler, module)
    return None


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
        if any(denies(item, handler.scope) for item in module.facts.returns):
            return Confidence.MEDIUM  # a question that a failure answers with yes
    if isinstance(value, Const) and value.value == 0 and function is not None and _PREDICATE.search(function.name):
        return Confidence.LOW
    if isinstance(value, Const) and value.value is None and function is not None and _PREDICATE.search(function.name):
        return Confidence.MEDIUM  # a question that a failure leaves open
    texts, has_false, status = said(value, module)
    is_response = (isinstance(value, Invoke) and value.name not in BUILT) or (
        function is not None and f"{module.path}:{function.qualname}" in repo.routes.by_handler
    )
    if is_response and (status >= 400 or any(FAILURE_WORDS.search(text) and " " in text.strip() for text in texts)):
        return None
    if has_false or any(FAILURE_WORDS.search(text) for text in texts):
        return Confidence.MEDIUM
    return Confidence.HIGH


def _of_surroundings(repo: Repo, module: Module, handler: Handler, attempt: Attempt) -> Confidence:
    """How much the place itself speaks for silence.

    Clean-up (low), or a body that only converts local values (medium).
    """
    function = module.function_of(handler.scope)
    if attempt.in_finally or (function is not None and _CLEANING_UP.match(function.name)):
        return Confidence.LOW
    if _writes_the_log(module, handler.scope):
        return Confidence.LOW  # what writes the log cannot log that it does not
    in_memory = readers_of_memory(module, handler.attempt)
    failing = [name for name in attempt.calls if name not in in_memory and not only_parses(repo.python, name, module)]
    if _tidies(repo, module, handler, failing):
        return Confidence.LOW
    if _answers_no(module, handler, attempt):
        named = function is not None and _PREDICATE.search(function.name) is not None
        return Confidence.LOW if named else Confidence.MEDIUM
    told = _is_told_nearby(module, handler, attempt) or is_told_inside(repo.python, module, attempt)
    told = told or makes_nobody(repo.python, module, handler, failing)
    told = told or is_told_by_callers(repo.python, module, handler)
    if told or is_made_below(module, handler) or asks_for_what_need_not_be(repo.python, module, handler, failing):
        return Confidence.MEDIUM
    aside = in_memory | only_scheduled(module, handler.attempt)
    reaching = tuple(name for name in uncaught(module, handler.attempt) if name not in aside)
    if all(only_parses(repo.python, name, module) for name in reaching) and not queries(module, handler.attempt):
        return Confidence.MEDIUM
    return Confidence.HIGH if reaches_out(repo.python, module, handler, reaching) else Confidence.MEDIUM


def _tidies(repo: Repo, module: Module, handler: Handler, failing: list[str]) -> bool:
    """Whether all that may fail cleans up, takes leave or puts back what was there before."""
    removed = {name.rpartition(".")[0] for name in failing if _REMOVING.search(name)}
    sought = (name for name in failing if not (_SEEKING.search(name) and _is_sought(name, removed)))
    cleaning = list(sought)
    if cleaning and all(map(CLEANING_CALLS.search, cleaning)):
        return True
    if only_cleans(repo.python, module, handler):
        return True
    return says_goodbye(module.facts.attempts[handler.attempt].calls) or puts_back(module, handler.attempt)


def _is_sought(name: str, removed: set[str]) -> bool:
    """Whether a call only looks for what is removed: `file.exists()`, or the folder whose files are."""
    owner = name.rpartition(".")[0]
    return any(one == owner or one.startswith(f"{name}()") for one in removed) or (
        name.endswith(".exists") and any(one.startswith(f"{owner}.glob()") for one in removed)
    )


def _is_told_nearby(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether what lies around the `try` tells of the failure, or goes on to what does without."""
    return (
        is_tried_again(module, attempt)
        or is_missed_below(module, handler, attempt)
        or is_awaited_in_vain(module, handler, attempt)
        or says_so_below(module, handler, attempt)
        or gives_way_to_another(module, handler)
        or answers_as_the_body(module, handler, attempt)
        # Said right below, though without the cause.
        or (attempt.next_step.startswith("call:") and _TELLING.search(attempt.next_step) is not None)
        or is_one_way_of_several(module, handler, attempt)
        or is_done_in_the_end(module, handler, attempt)
        or is_told_around(module, attempt)
    )


def _writes_the_log(module: Module, scope: int) -> bool:
    """Whether a place stands in a class of handlers of the log."""
    definition = module.definition(scope)
    owner = module.definition(definition.parent) if definition is not None else None
    return owner is not None and any(map(_OF_LOG.match, owner.bases))


def _answers_no(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether a failure goes on to the answer no: `pass`, and `return False` below the `try`."""
    function = module.function_of(handler.scope)
    if function is not None and _PREDICATE.search(function.name) and handler.steps == ("assign:const",):
        return True
    if notes_outcome(module, handler, attempt):
        return True
    if says_no_in_the_end(module, handler, attempt):
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
        named = function is not None and _PREDICATE.search(function.name) is not None
        answer = after.value.value if after is not None and isinstance(after.value, Const) else None
        return answer is False or (named and answer is True)
    return after.value.name.rpartition(".")[2] in RESPONSES and said(after.value, module)[2] >= 400


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
    return f"`{next(name for name in handler.types if name in BROAD).rpartition('.')[2]}`"


def _done(steps: tuple[str, ...]) -> str:
    last = steps[-1]
    if last.endswith(".rollback"):
        return "only rolled back"
    if last.startswith("return:"):
        return "a constant is returned"
    return {"continue": "the loop goes on", "assign:const": "a constant takes the result's place"}.get(
        last, "passed over"
    )


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
                        or not BROAD.isdisjoint(handler.types)
                    )
                )
                or (module.facts.attempts[handler.attempt].parent == index and ends_the_body(module, handler, attempt))
                for handler in module.facts.handlers
            )
            location = module.location(attempt.final_line, attempt.end_line, attempt.scope, "return in finally")
            parses = all(only_parses(repo.python, name, module) for name in attempt.calls)
            told = told or any(
                call.scope == attempt.scope
                and attempt.final_line <= call.line <= attempt.end_line
                and tells_of_what_is_on_its_way(call)
                for call in module.facts.calls
            )
            function = module.function_of(attempt.scope)
            cleans = function is not None and _CLEANING_UP.match(function.name) is not None
            confidence = Confidence.MEDIUM if told or parses or cleans else Confidence.HIGH
            yield bad(location, "`return` in `finally` discards the exception that is on its way", confidence)
