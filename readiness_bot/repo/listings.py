"""Reads of whole collections and tables without a model: `find` that filters nothing, `SELECT` without a condition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.values import Const, Invoke, Items, Mapping, Name, Value
from readiness_bot.repo.connectors import Connectors
from readiness_bot.repo.modules import CallSite
from readiness_bot.repo.python import Python
from readiness_bot.repo.queries import Queries
from readiness_bot.repo.query import COUNTING, ONE_ROW, RESULTS, is_bounding

DOCUMENT_STORES = frozenset(
    {"pymongo", "motor", "mongoengine", "beanie", "flask_pymongo", "flask_mongoengine", "odmantic", "umongo",
     "pymodm", "mongokit", "eve", "eve_mongoengine",
     "asyncmongo", "txmongo", "mongomock_motor", "django_mongodb_backend", "djongo", "bunnet", "aiomongo",
     "sanic_motor"}
)  # fmt: skip
"""The packages that speak with document stores."""
_COLLECTION_WORDS = ("db", "coll", "collection", "mongo", "_col")
_WHOLE_TABLE = re.compile(
    r"^\s*select\b(?P<columns>.+?)\bfrom\s+[`\"\[]?(?P<table>[\w.]+)[`\"\]]?(?P<rest>.*)$", re.IGNORECASE | re.DOTALL
)
_NARROWED = re.compile(r"\b(where|limit|top|fetch|having|group\s+by|rownum|offset)\b", re.IGNORECASE)
_FIGURES = re.compile(r"\b(count|max|min|sum|avg|exists|distinct|top)\b", re.IGNORECASE)
_OWN_TABLES = re.compile(r"^(sqlite_master|information_schema|pg_\w+|sys|dual)\b", re.IGNORECASE)
_GIVING_ROWS = frozenset({"fetch_all", "fetch", "execute_fetchall", "iterate"})
_TABLE = re.compile(r"sqlalchemy\.([\w.]+\.)?Table\(\)")
"""What the name of a table of SQLAlchemy's stands for that no class describes."""
_NARROWING = frozenset({"where", "filter", "filter_by", "group_by", "having", "distinct", "fetch_one", "fetch_val"})
_RUNNING = re.compile(r"(^|_)(execute|exec|query|fetch|fetchall|select|sql|iterate|run)(_|$)", re.IGNORECASE)


def is_collection(site: CallSite) -> bool:
    """Whether a method of a general name, like `find`, is one of a collection of documents."""
    owner = site.name.rpartition(".")[0]
    if owner.startswith(("pymongo", "motor", "flask_pymongo", "beanie", "mongoengine")) or "pymongo." in owner:
        return True
    words = (site.call.via or site.call.name).lower().replace("(", ".").replace("[", ".").split(".")[:-1]
    return any(word.lstrip(":?") in _COLLECTION_WORDS or word.endswith(_COLLECTION_WORDS) for word in words)


@dataclass(frozen=True, slots=True)
class Listing:
    """A call that reads every document or row there is, what it reads, and whether a limit or a page bounds it."""

    call: CallSite
    what: str
    is_bounded: bool


class Listings:
    """Questions about what is read whole."""

    LOOKS = "reads of collections and tables"

    def __init__(self, python: Python, queries: Queries, connectors: Connectors) -> None:
        self._python = python
        self._queries = queries
        self._connectors = connectors

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def uses_documents(self) -> bool:
        """Whether the service keeps anything in a document store; adapters to users' own stores do not count."""
        return any(
            item.target.partition(".")[0] in DOCUMENT_STORES and not self._connectors.holds(module.path)
            for module, item in self._python.imports(*DOCUMENT_STORES)
        )

    @cached_property
    def all(self) -> tuple[Listing, ...]:
        """The reads of whole collections and tables in production code whose rows are gone through or handed back."""
        found: list[Listing] = []
        for site in self._python.calls_ending(lambda last: last == "find" or _RUNNING.search(last)):
            if site.call.scope < 0 or self._connectors.holds(site.module.path):
                continue
            if site.last == "find" and self.uses_documents:
                found += self._of_documents(site)
            elif site.last == "select":
                found += self._of_table(site)
            elif _RUNNING.search(site.last):
                found += self._of_rows(site)
        return tuple(found)

    def _of_documents(self, site: CallSite) -> Iterator[Listing]:
        wanted = site.call.argument(0, "filter")
        if site.call.has_double_star or not is_collection(site) or not self._is_open(wanted, site):
            return
        names, is_sliced, is_walked = self._queries.onward(site.module, site.call)
        if names & (COUNTING | ONE_ROW) and not names & RESULTS:
            return
        bounded = is_sliced or is_bounding(names) or site.call.has("limit") or self._is_cut(site)
        if bounded or is_walked or names & RESULTS or self._is_handed_back(site):
            yield Listing(site, _kept_in(site), bounded)

    def _is_open(self, wanted: Value | None, site: CallSite) -> bool:
        """Whether a filter lets everything through: none, an empty one, or one of flags alone."""
        if wanted is None or (isinstance(wanted, Const) and wanted.value is None):
            return True
        return isinstance(wanted, Mapping) and all(
            isinstance(key, Const)
            and not str(key.value).startswith("$")
            and isinstance(self._python.constant(value, site.module), bool)
            for key, value in zip(wanted.keys, wanted.values, strict=False)
        )

    @staticmethod
    def _is_cut(site: CallSite) -> bool:
        """Whether the cursor is read up to a number of documents: `to_list(100)`."""
        whole = f"{site.call.name}()"
        return any(
            call.last == "to_list"
            and call.name.startswith(whole)
            and not all(isinstance(value, Const) and value.value is None for value in call.handed)
            for call in site.beside
        )

    @staticmethod
    def _is_handed_back(site: CallSite) -> bool:
        """Whether the function gives back the cursor, itself or by the name it has."""
        calls = site.module.facts.calls
        given = (returned.value for returned in site.module.facts.returns if returned.scope == site.call.scope)
        return any(
            (isinstance(value, Invoke) and value.call >= 0 and calls[value.call] is site.call)
            or (isinstance(value, Name) and value.name == site.call.result != "")
            for value in given
        )

    def _of_rows(self, site: CallSite) -> Iterator[Listing]:
        text = self._statement(site)
        match = _WHOLE_TABLE.match(text)
        if match is None or _OWN_TABLES.match(match["table"]) or _FIGURES.search(match["columns"]):
            return
        if _NARROWED.search(match["rest"]):
            return
        names, _, is_walked = self._queries.onward(site.module, site.call)
        if site.last in _GIVING_ROWS or is_walked or names & RESULTS or self._is_fetched(site):
            yield Listing(site, match["table"], is_bounding(names))

    def _of_table(self, site: CallSite) -> Iterator[Listing]:
        """What is selected of a table without a class: `orders.select()`, or `select(orders)`."""
        table = self._table(site)
        names, is_sliced, is_walked = self._queries.onward(site.module, site.call)
        if not table or names & (_NARROWING | COUNTING | ONE_ROW):
            return
        bounded = is_sliced or is_bounding(names)
        if bounded or is_walked or names & (RESULTS | _GIVING_ROWS):
            yield Listing(site, table, bounded)

    def _table(self, site: CallSite) -> str:
        """What the module calls the table of SQLAlchemy that is all a call selects; empty if it is none."""
        if _TABLE.fullmatch(site.name.rpartition(".")[0]):
            return site.call.called_on.rpartition(".")[2]
        wanted = site.call.args[0] if site.name.startswith("sqlalchemy.") and len(site.call.args) == 1 else None
        if isinstance(wanted, Items) and len(wanted.items) == 1:
            wanted = wanted.items[0]
        if not isinstance(wanted, Name) or not _TABLE.fullmatch(self._python.mean(wanted.name, site.module)):
            return ""
        return wanted.name.rpartition(".")[2]

    def _statement(self, site: CallSite) -> str:
        """The text that is run, where it is a constant: by itself, or wrapped as `text("…")`."""
        value = site.call.argument(0, "query")
        if isinstance(value, Invoke) and value.call >= 0 and value.name.rpartition(".")[2].removesuffix("()") == "text":
            inner = site.module.facts.calls[value.call].args
            value = inner[0] if inner else None
        text = self._python.constant(value, site.module)
        return text if isinstance(text, str) else ""

    @staticmethod
    def _is_fetched(site: CallSite) -> bool:
        """Whether all rows are fetched from the same cursor before it runs anything else."""
        owner = site.call.name.rpartition(".")[0]
        for call in sorted(site.beside, key=lambda call: call.line):
            if call.line >= site.call.line and call.name.rpartition(".")[0] == owner and call is not site.call:
                return call.last == "fetchall"
        return False


def _kept_in(site: CallSite) -> str:
    """What the collection is called, as far as its last name tells: `orders` of `self.db.orders.find`."""
    owner = site.call.called_on
    return re.sub(r"[^\w]", "", owner.rpartition(".")[2]) or "documents"
