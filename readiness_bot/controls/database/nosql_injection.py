"""Whether values that may be objects of a client's making reach the filters and updates of a document store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from readiness_bot.control import Control, bad, good
from readiness_bot.model import Confidence, Effort, Kind, Role, Severity, Site
from readiness_bot.repo import Repo
from readiness_bot.repo.flow_paths import Flow, describe
from readiness_bot.repo.listings import is_collection
from readiness_bot.repo.modules import CallSite
from readiness_bot.repo.values import Const, Mapping, Value

_FILTERING = frozenset(
    {"find_one", "find_one_and_update", "find_one_and_replace", "find_one_and_delete", "find_and_modify",
     "update_one", "update_many", "delete_one",
     "delete_many", "replace_one", "count_documents", "find_raw_batches", "aggregate", "aggregate_raw_batches",
     "find_many"}
)  # fmt: skip
_GENERIC = frozenset(
    {"find", "update", "remove", "count", "distinct", "map_reduce", "group", "delete", "get_or_404", "first_or_404"}
)
_UPDATING = frozenset({"update_one", "update_many", "find_one_and_update", "find_and_modify", "update"})
_OPERATIONS = frozenset(
    {
        "pymongo.UpdateOne",
        "pymongo.UpdateMany",
        "pymongo.DeleteOne",
        "pymongo.DeleteMany",
        "pymongo.ReplaceOne",
        "pymongo.operations.UpdateOne",
        "pymongo.operations.UpdateMany",
    }
)
_CODE = frozenset({"$where", "$function", "$accumulator", "$expr"})
_GROUPING = frozenset({"$and", "$or", "$nor", "$not", "$elemMatch", "$match", "$facet"})
_DEEPEST = 3


@Control(
    id="database/nosql-injection",
    title="Only values of a known type reach the queries of the document store",
    kind=Kind.DEFECT,
    severity=Severity.CRITICAL,
    why='JSON from a client may hold an object where a text is meant, and MongoDB reads `{"$ne": null}` in a '
    "filter as an operator.",
    impact="A login or look-up matches documents it must not: accounts are taken over, other people's data is "
    "read or changed.",
    fix='Give the value a type before it reaches the query: `str(value)`, `{"$eq": value}`, or a validated model.',
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=[
        "https://cheatsheetseries.owasp.org/cheatsheets/NoSQL_Security_Cheat_Sheet.html",
        "https://cwe.mitre.org/data/definitions/943.html",
    ],
    fails=[
        (
            "from flask import Flask, request\n"
            "from pymongo import MongoClient\n"
            "app = Flask(__name__)\n"
            "users = MongoClient().app.users\n"
            "@app.post('/login')\n"
            "def login():\n"
            "    data = request.get_json()\n"
            "    user = users.find_one({'name': data['name'], 'token': data['token']})  # <- flagged\n"
            "    return {'id': str(user['_id'])}\n"
        ),
        (
            "from fastapi import FastAPI\n"
            "from motor.motor_asyncio import AsyncIOMotorClient\n"
            "app = FastAPI()\n"
            "db = AsyncIOMotorClient().app\n"
            "@app.post('/search')\n"
            "async def search(query: dict):\n"
            "    return await db.items.find(query).to_list(100)  # <- flagged\n"
        ),
        (
            "from pymongo import MongoClient\n"
            "things = MongoClient().app.things\n"
            "def search(text):\n"
            "    script = \"function() { return this.name.indexOf('%s') >= 0; }\" % text\n"
            "    return list(things.find({'$where': script}))  # <- flagged\n"
        ),
        (
            "from flask import Flask, request\n"
            "from pymongo import MongoClient\n"
            "class Users:\n"
            "    def __init__(self, found):\n"
            "        self.found = found\n"
            "    def named(self, name):\n"
            "        return self.found.find_one({'name': name})  # <- flagged\n"
            "users = Users(MongoClient().app.users)\n"
            "app = Flask(__name__)\n"
            "@app.post('/login')\n"
            "def login():\n"
            "    return {'id': str(users.named(request.json['name'])['_id'])}\n"
        ),
        (
            "from flask import Flask, request\n"
            "from pymongo import MongoClient\n"
            "class Store:\n"
            "    def get_user(self, name):\n"
            "        raise NotImplementedError\n"
            "class Mongo(Store):\n"
            "    def __init__(self):\n"
            "        self.users = MongoClient().app.users\n"
            "    def get_user(self, name):\n"
            "        return self.users.find_one({'name': name})  # <- flagged\n"
            "class Memory(Store):\n"
            "    def __init__(self):\n"
            "        self.users = {}\n"
            "    def get_user(self, name):\n"
            "        return self.users.get(name)\n"
            "app = Flask(__name__)\n"
            "store = Mongo()\n"
            "def found(where: Store, name):\n"
            "    return where.get_user(name)\n"
            "@app.post('/login')\n"
            "def login():\n"
            "    return {'id': str(found(store, request.json['name'])['_id'])}\n"
        ),
        (
            "from flask import Flask, request\nfrom pymongo import MongoClient\n\napp = Flask(__name__)\n"
            "orders = MongoClient().shop.orders\n\n\n@app.get('/orders')\ndef search():\n"
            "    wanted = request.args.to_dict()\n    return list(orders.find(wanted).limit(9))  # <- flagged\n\n\n"
            "@app.get('/sums')\ndef sums():\n    wanted = {key: text for key, text in request.args.items()}\n"
            "    return list(orders.aggregate([{'$match': wanted}]))  # <- flagged\n\n\n"
            "@app.get('/named')\ndef named():\n    wanted = {}\n    for name in request.args:\n"
            "        wanted[name] = request.args[name]\n    return list(orders.find(wanted))  # <- flagged\n\n\n"
            "@app.get('/order')\ndef order():\n    return orders.find_one({'name': request.args['name']})\n"
        ),
    ],
    partials=[
        (
            "from flask import Flask, request\n"
            "from pymongo import MongoClient\n"
            "orders = MongoClient().app.orders\n"
            "class Order:\n"
            "    def __init__(self, key):\n"
            "        self.key = key\n"
            "    @classmethod\n"
            "    def parse(cls, data):\n"
            "        return Order(data['key'])\n"
            "    @classmethod\n"
            "    def first(cls):\n"
            "        return Order(orders.find_one()['_id'])\n"
            "    def drop(self):\n"
            "        orders.delete_one({'_id': self.key})  # <- flagged\n"
            "app = Flask(__name__)\n"
            "@app.delete('/orders')\n"
            "def drop():\n"
            "    Order.parse(request.json).drop()\n"
            "    return '', 204\n"
        ),
    ],
    passes=[
        (
            "from flask import Flask, request\nfrom pymongo import MongoClient\n\napp = Flask(__name__)\n"
            "orders = MongoClient().shop.orders\n\n\ndef found(city=None, street=None):\n    wanted = {}\n"
            "    for name, value in {'city': city, 'street': street}.items():\n        if value:\n"
            "            wanted[name] = value\n    return list(orders.find(wanted).limit(9))\n\n\n"
            "@app.get('/orders')\ndef search():\n    wanted = {}\n    for name in ['city', 'street']:\n"
            "        wanted[name] = request.args.get(name)\n    return list(orders.find(wanted).limit(9))\n\n\n"
            "@app.get('/found')\ndef look():\n"
            "    return found(**{name: request.args.get(name) for name in ['city', 'street']})\n"
        ),
        (
            "import json\n\nfrom flask import Flask, request\nfrom pydantic import BaseModel\n"
            "from pymongo import MongoClient\n\napp = Flask(__name__)\norders = MongoClient().shop.orders\n\n\n"
            "class Wanted(BaseModel):\n    alias: str | None\n\n\n"
            "@app.post('/orders')\ndef order():\n    wanted = Wanted(**json.loads(request.data))\n"
            "    return orders.find_one({'alias': wanted.alias})\n"
        ),
        (
            "from flask import Flask, request\n"
            "from pymongo import MongoClient\n"
            "app = Flask(__name__)\n"
            "users = MongoClient().app.users\n"
            "@app.post('/login')\n"
            "def login():\n"
            "    data = request.get_json()\n"
            "    name = data['name']\n"
            "    if not isinstance(name, str):\n"
            "        return {'error': 'name'}, 400\n"
            "    return {'id': str(users.find_one({'name': name, 'mail': request.args['mail']})['_id'])}\n"
        ),
        (
            "from fastapi import FastAPI\n"
            "from pydantic import BaseModel\n"
            "from motor.motor_asyncio import AsyncIOMotorClient\n"
            "app = FastAPI()\n"
            "db = AsyncIOMotorClient().app\n"
            "class Query(BaseModel):\n"
            "    name: str\n"
            "@app.post('/search')\n"
            "async def search(query: Query):\n"
            "    return await db.items.find({'name': query.name}).to_list(100)\n"
        ),
    ],
    fixed="from flask import Flask, request\n"
    "from pymongo import MongoClient\n"
    "app = Flask(__name__)\n"
    "users = MongoClient().app.users\n"
    "@app.post('/login')\n"
    "def login():\n"
    "    data = request.get_json()\n"
    "    user = users.find_one({'name': str(data['name']), 'token': {'$eq': data['token']}})\n"
    "    return {'id': str(user['_id'])}\n",
    ignores=["print('no document store')\n"],
    applies=lambda repo: repo.listings.uses_documents,
)
def nosql_injection(repo: Repo) -> Iterator[Site]:
    """Look at every filter, update and pipeline."""
    if not repo.listings.uses_documents:
        return
    yield from _open_filters(repo)
    for site in repo.python.all_calls:
        positions = _positions(site)
        if not positions or repo.connectors.holds(site.module.path):
            continue
        flows = [
            (position, flow) for position, keyword in positions for flow in repo.flows.into(site, position, keyword)
        ]
        names_fields = any("<key>" in flow.wraps for _, flow in flows)
        found = [
            (confidence, flow)
            for position, flow in flows
            if (confidence := _confidence(repo, flow, site, position, names_fields=names_fields)) is not None
        ]
        if not found:
            yield good(site.location)
            continue
        confidence, flow = max(found, key=lambda pair: _RANK[pair[0]])
        yield bad(site.location, _message(flow, site), confidence, fix=_fix(flow))


_RANK = {Confidence.LOW: 1, Confidence.MEDIUM: 2, Confidence.HIGH: 3}


def _open_filters(repo: Repo) -> Iterator[Site]:
    """Eve lets clients write filters, and relies on a list of refused operators."""
    for module in repo.python.production:
        for assignment in module.facts.assignments:
            if (
                assignment.target.rpartition(".")[2].lstrip(":") != "MONGO_QUERY_BLACKLIST"
                and assignment.key != "MONGO_QUERY_BLACKLIST"
            ):
                continue
            refused = {getattr(item, "value", None) for item in getattr(assignment.value, "items", ())}
            location = module.location(assignment.line, assignment.end_line, assignment.scope, assignment.statement)
            if "$where" in refused:
                yield good(location)
            else:
                message = "`MONGO_QUERY_BLACKLIST` does not refuse `$where`: clients may send code in their filters."
                yield bad(
                    location,
                    message,
                    fix='Refuse what runs code or is slow: `MONGO_QUERY_BLACKLIST = ["$where", "$expr", "$regex"]`.',
                )


def _positions(site: CallSite) -> tuple[tuple[int, str], ...]:
    """The arguments of a call that hold filters, updates or pipelines; none for a call of another kind."""
    if site.name in _OPERATIONS:
        return ((0, "filter"), (1, "update"))
    if "." not in site.name:
        return ()
    last = site.last
    if last in _FILTERING or (last in _GENERIC and (is_collection(site) or _has_operators(site.call.args))):
        keyword = "pipeline" if last.startswith("aggregate") else "filter"
        return (
            ((1, "filter"),)
            if last == "distinct"
            else ((0, keyword), (1, "update"))
            if last in _UPDATING
            else ((0, keyword),)
        )
    if last == "objects" and (site.call.has("__raw__") or site.call.has_double_star):
        return ((99, "__raw__"),)
    if last == "filter" and site.call.has("__raw__"):
        return ((99, "__raw__"),)
    return ()


def _has_operators(values: Iterable[Value], depth: int = 0) -> bool:
    """Whether a dict among the values holds a key that is an operator of MongoDB."""
    return any(
        isinstance(value, Mapping)
        and (
            any(isinstance(key, Const) and str(key.value).startswith("$") for key in value.keys)
            or (depth < _DEEPEST and _has_operators(value.values, depth + 1))
        )
        for value in values
    )


_PREDICATE = re.compile(r"^yes:.*[.:]is(_|[A-Z])\w+$")
"""A question of the tree's own about the value was answered with yes: `isHostname(name)`."""


def _confidence(repo: Repo, flow: Flow, site: CallSite, position: int, *, names_fields: bool) -> Confidence | None:
    """How sure an injection is; `names_fields` tells that something of a request is a key of the same query."""
    keys = flow.keys
    if any(key in _CODE - {"$expr"} for key in keys) or site.last == "map_reduce":
        return _of_code(flow)
    operators = [key for key in keys if key.startswith("$") and key not in _GROUPING]
    if "$regex" in operators:
        return Confidence.LOW if flow.kind == "request" and "regex-escaped" not in flow.cleaned else None
    is_whole = position == 0 and _is_whole(flow) and (names_fields or "" not in keys)
    if operators or flow.is_text or (flow.type != "object" and not is_whole) or "<key>" in flow.wraps:
        return None
    if position == 1 and keys:
        return None
    if _is_typed(flow):
        return None
    if flow.kind == "request":
        if flow.is_vetted or any(_PREDICATE.match(tag) for tag in flow.cleaned):
            return Confidence.LOW
        return Confidence.HIGH if flow.sure and not _may_be_of_another(repo, flow) else Confidence.MEDIUM
    return Confidence.MEDIUM if flow.kind == "parameter" else None


_PARAMETERS = re.compile(r"\.(args|form|values|GET|POST|query|query_params|match_info)(\[…\])?$")
"""All parameters of a request: their values are texts, and their names are the client's."""


def _is_whole(flow: Flow) -> bool:
    """Whether the client names the fields of a query too, so that `$where` may be one of them."""
    named = [key for key in flow.keys if key and not key.startswith("$")]
    return flow.kind == "request" and not named and _PARAMETERS.search(flow.text) is not None


def _may_be_of_another(repo: Repo, flow: Flow) -> bool:
    """Whether a value comes out of an object whose class is also made elsewhere, as of what the store gave."""
    for step in flow.steps:
        module = repo.python.modules.get(step.path)
        if module is not None and step.text.startswith("`self."):
            around = module.enclosing(module.scope_at(step.line))
            owner = next((item for item in around if item.kind == "class"), None)
            if owner is not None and len(repo.python.callers.get(f"{module.path}:{owner.qualname}", ())) > 1:
                return True
    return False


def _of_code(flow: Flow) -> Confidence | None:
    """A text that the store runs as code."""
    if flow.is_limited:
        return None
    if flow.kind == "request":
        return Confidence.HIGH if flow.sure and not flow.is_vetted else Confidence.MEDIUM
    if flow.kind != "parameter":
        return None
    # Nobody formats a value into a script for the store but by mistake, whoever calls.
    quoted = (flow.prefix or "").endswith(("'", '"'))
    return Confidence.HIGH if quoted and flow.sure and not flow.is_vetted else Confidence.MEDIUM


def _is_typed(flow: Flow) -> bool:
    """Whether a check on the way leaves no object."""
    return flow.is_limited or any(
        (tag.startswith("is:") and not any(word in tag for word in ("dict", "Mapping", "list", "object")))
        or tag.startswith("!is:dict")
        for tag in flow.cleaned
    )


def _message(flow: Flow, site: CallSite) -> str:
    where = describe(flow, site.last, site.module.path, site.call.line)
    if any(key in _CODE for key in flow.keys):
        what = "Request data becomes" if flow.kind == "request" else "A parameter becomes"
        return f"{what} part of code that the document store runs: {where}."
    if not flow.keys or _is_whole(flow):
        return f"The client writes the whole query: {where}."
    return f"A value that may be an object with operators reaches `{flow.keys[-1]}` of a query: {where}."


def _fix(flow: Flow) -> str:
    if any(key in _CODE for key in flow.keys):
        return "Say the condition with operators (`$eq`, `$in`, `$regex` with `re.escape`), not in code."
    key = flow.keys[-1] if flow.keys and not _is_whole(flow) else ""
    if not key:
        return 'Take single values of known types out of the body: `{"name": str(body["name"])}`.'
    return f'Compare by value, `{{"{key}": {{"$eq": value}}}}`, or make it a text first: `str(value)`.'
