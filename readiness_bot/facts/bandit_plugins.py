"""Bandit's findings in one file, had from Bandit's own plugins where they can fire; judges none of them.

Bandit's own driver runs every plugin on every node, at eight to ten times the price of the parse. Here the shared tree
is walked once, the imports are kept as Bandit keeps them, and a plugin is called only at nodes that meet a necessary
condition of its findings; what it then says, where, and whether a `nosec` comment takes it back is Bandit's own code.
A plugin that is not known here is called at every node of its kind. No configuration file is ever read.
"""

from __future__ import annotations

import ast
import io
import logging
import re
import tokenize
import warnings
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any

import msgspec

from readiness_bot.facts.syntax import Parsed, deep_walk
from readiness_bot.facts.walk import Walk, walked

WORK = 50_000_000
"""What Bandit's plugins may cost in one file, in characters or nodes looked at: a few seconds at worst.

Some of them take quadratic and one takes exponential time on code that is made for it. Once this is spent, plugins are
no longer called in that file; the largest hand-written module tried spends a twentieth.
"""

LONGEST_TEXT = 1_000
"""Texts quote the judged code; they are cut to this many characters."""


class BanditIssue(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One result as `bandit -r` reports it.

    Severity and confidence are `LOW`, `MEDIUM` or `HIGH`; columns count from 0. `text` may quote a literal of the code,
    secrets included.
    """

    test_id: str
    line: int
    end_line: int
    column: int
    severity: str
    confidence: str
    text: str


def bandit_issues(parsed: Parsed) -> tuple[BanditIssue, ...]:
    """Bandit's results in Bandit's order. Raises `Unreadable` for a tree too deep to walk."""
    library = _library()
    scan = _Scan(parsed, library)
    # Bandit makes nodes in a way that newer interpreters warn of; where warnings are errors, that would cost findings.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with deep_walk():
                scan.walk.visit(parsed.tree)
        finally:
            scan.unlink()
            scan.walk.close()
        scan.file((_NONE if parsed.data.isascii() else _FILE) | library.unknown.get("File", _NONE))
    return tuple(_issue(result) for result in scan.tester.results)


# What each plugin's finding needs, by Bandit's test id. A plugin that is in none of these tables is unknown.
_ASSERT = frozenset({"B101"})
_HANDLER = frozenset({"B110", "B112"})
_FUNCTION = frozenset({"B107", "B503"})
_FILE = frozenset({"B613"})
_BLACKLIST = frozenset({"B001"})
_HTTP = frozenset({"get", "options", "head", "post", "put", "patch", "delete"})
_HTTP |= {"request", "stream", "Client", "AsyncClient"}
_BY_LAST_NAME: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("md4", "md5", "sha", "sha1", "new", "crypt", "mksalt"), frozenset({"B324"})),
    **dict.fromkeys(
        ("from_pretrained", "load_dataset", "hf_hub_download", "snapshot_download", "repository_id"),
        frozenset({"B615"}),
    ),
    **dict.fromkeys(("mark_safe", "SafeText", "SafeUnicode", "SafeString", "SafeBytes"), frozenset({"B703"})),
    "load": frozenset({"B506"}),
    "Environment": frozenset({"B701"}),
    "Template": frozenset({"B702"}),
    "run": frozenset({"B201"}),
    "exec_command": frozenset({"B601"}),
    "set_missing_host_key_policy": frozenset({"B507"}),
    "extra": frozenset({"B610"}),
    "RawSQL": frozenset({"B611"}),
}
_BY_NAME: Mapping[str, frozenset[str]] = {
    "exec": frozenset({"B102"}),
    "ssl.wrap_socket": frozenset({"B504"}),
    "cryptography.hazmat.primitives.asymmetric.dsa.generate_private_key": frozenset({"B505"}),
    "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key": frozenset({"B505"}),
    "cryptography.hazmat.primitives.asymmetric.ec.generate_private_key": frozenset({"B505"}),
    "Crypto.PublicKey.DSA.generate": frozenset({"B505"}),
    "Crypto.PublicKey.RSA.generate": frozenset({"B505"}),
    "Cryptodome.PublicKey.DSA.generate": frozenset({"B505"}),
    "Cryptodome.PublicKey.RSA.generate": frozenset({"B505"}),
    "pysnmp.hlapi.CommunityData": frozenset({"B508"}),
    "pysnmp.hlapi.UsmUserData": frozenset({"B509"}),
    "logging.config.listen": frozenset({"B612"}),
    "markupsafe.Markup": frozenset({"B704"}),
    "flask.Markup": frozenset({"B704"}),
    "torch.load": frozenset({"B614"}),
    "torch.serialization.load": frozenset({"B614"}),
    "importlib.import_module": _BLACKLIST,
    "importlib.__import__": _BLACKLIST,
}
_BY_SHELL_TABLE: Mapping[str, frozenset[str]] = {
    "subprocess": frozenset({"B602", "B603", "B607", "B609"}),
    "shell": frozenset({"B605", "B607", "B609"}),
    "no_shell": frozenset({"B606", "B607"}),
}
_BY_KEYWORD: Mapping[str, frozenset[str]] = {
    "shell": frozenset({"B604"}),
    "method": frozenset({"B502"}),
    "ssl_version": frozenset({"B502"}),
}
_KNOWN: Mapping[str, frozenset[str]] = {
    "Assert": _ASSERT,
    "ExceptHandler": _HANDLER,
    "FunctionDef": _FUNCTION,
    "File": _FILE,
    "Import": _BLACKLIST,
    "ImportFrom": _BLACKLIST,
    "Str": frozenset({"B104", "B105", "B108", "B608"}),
    "Call": frozenset({"B103", "B106", "B113", "B202", "B501"}).union(
        _BLACKLIST,
        *_BY_LAST_NAME.values(),
        *_BY_NAME.values(),
        *_BY_SHELL_TABLE.values(),
        *_BY_KEYWORD.values(),
    ),
}
_SHARED = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
"""One object stands for all `Load`s and all `Add`s of a process: they have no parent."""

_NONE: frozenset[str] = frozenset()
_SQL = re.compile(r"select|delete|insert|update", re.IGNORECASE)
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")


@dataclass(slots=True)
class _Meter:
    """The work left for the file at hand; raises `_Exhausted` once there is none."""

    left: int = WORK

    def spend(self, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise _Exhausted


class _Exhausted(Exception):
    """The plugins have had all the time that one file gets."""


_METER = _Meter()
"""One for the process, because Bandit's own code is metered with it; every file starts it anew."""


@dataclass(frozen=True, slots=True)
class _Library:
    """Bandit, loaded once: its plugins by kind of node, and the tables read from their own configuration."""

    tester: Callable[..., Any]
    metrics: Callable[[], Any]
    linerange: Callable[[ast.AST], list[int]]
    nosec: Callable[[str], set[str] | None]
    plugins: Mapping[str, tuple[Any, ...]]
    unknown: Mapping[str, frozenset[str]]
    names: Mapping[str, frozenset[str]]
    imports: tuple[str, ...]
    temporary: tuple[str, ...]
    password: re.Pattern[str]

    def chosen(self, kind: str, ids: frozenset[str]) -> list[Any]:
        """The plugins of these ids for a kind of node, in Bandit's order."""
        return [plugin for plugin in self.plugins.get(kind, ()) if plugin._test_id in ids]


@cache
def _library() -> _Library:
    formatwarning = warnings.formatwarning
    # Loading Bandit takes 0.2 s, which a run that finds every file's facts in the cache need not spend.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from bandit.core import config, manager, metrics, test_set, tester, utils  # noqa: PLC0415
        from bandit.plugins import django_xss, general_hardcoded_password  # noqa: PLC0415

    # Bandit changes how warnings are shown for the whole process, and logs what its plugins trip over.
    warnings.formatwarning = formatwarning
    logging.getLogger("bandit").setLevel(logging.CRITICAL + 1)

    tests: Mapping[str, list[Any]] = test_set.BanditTestSet(config.BanditConfig()).tests
    by_id = {plugin._test_id: plugin for plugins in tests.values() for plugin in plugins}
    _meter_assignments(django_xss.DeepAssignation, _METER)
    return _Library(
        tester=tester.BanditTester,
        metrics=metrics.Metrics,
        linerange=utils.linerange,
        nosec=manager._parse_nosec_comment,
        plugins={kind: tuple(plugins) for kind, plugins in tests.items()},
        unknown={
            kind: frozenset(plugin._test_id for plugin in plugins) - _KNOWN.get(kind, _NONE)
            for kind, plugins in tests.items()
        },
        names=_names(by_id["B602"]._config, by_id["B001"]._config),
        imports=tuple({name for kind in ("Import", "ImportFrom") for name in _listed(by_id["B001"]._config, kind)}),
        temporary=tuple(by_id["B108"]._config["tmp_dirs"]),
        password=general_hardcoded_password.RE_CANDIDATES,
    )


def _names(
    shell: Mapping[str, list[str]], blacklist: Mapping[str, list[Mapping[str, Any]]]
) -> dict[str, frozenset[str]]:
    """By the full name of what is called, the plugins that look for it."""
    names = dict(_BY_NAME)
    for table, ids in _BY_SHELL_TABLE.items():
        for name in shell[table]:
            names[name] = names.get(name, _NONE) | ids
    for name in _listed(blacklist, "Call"):
        names[name] = names.get(name, _NONE) | _BLACKLIST
    return names


def _listed(blacklist: Mapping[str, list[Mapping[str, Any]]], kind: str) -> Iterator[str]:
    for check in blacklist[kind]:
        yield from check["qualnames"]


def _meter_assignments(analyser: Any, meter: _Meter) -> None:
    """Puts a limit on Bandit's search for what a variable holds, which takes exponential time on `x = y; y = x; …`."""
    unbounded = analyser.is_assigned
    if hasattr(unbounded, "__wrapped__"):
        return

    @wraps(unbounded)
    def is_assigned(self: Any, node: ast.AST) -> object:
        meter.spend(_STEP)
        return unbounded(self, node)

    analyser.is_assigned = is_assigned


class _Chosen:
    """Stands for Bandit's set of tests: gives its tester the plugins that were chosen for the node at hand."""

    def __init__(self) -> None:
        self.plugins: list[Any] = []

    def get_tests(self, _kind: str) -> list[Any]:
        return self.plugins


class _LineRange:
    """The lines of a node. Bandit goes over them to look for `nosec` comments, so it is given those that have one."""

    __slots__ = ("first", "last", "lines")

    def __init__(self, first: int, last: int, lines: list[int]) -> None:
        self.first, self.last, self.lines = first, last, lines

    def __iter__(self) -> Iterator[int]:
        for index in range(bisect_left(self.lines, self.first), len(self.lines)):
            if self.lines[index] > self.last:
                return
            yield self.lines[index]


class _Scan:
    """One walk over one file, with Bandit's tester and the state that Bandit's visitor would hold."""

    def __init__(self, parsed: Parsed, library: _Library) -> None:
        self.parsed = parsed
        self.library = library
        self.meter = _METER
        self.meter.left = WORK
        self.imports: set[str] = set()
        self.aliases: dict[str, str] = {}
        self.marked: dict[int, frozenset[str]] = {}
        self.chained: set[int] = set()
        self.linked: list[Any] = []
        self.ranges: dict[int, _LineRange] = {}
        nosec = dict(_nosec_lines(parsed, library)) if b"nosec" in parsed.data else {}
        self.nosec_lines = sorted(nosec)
        metrics = library.metrics()
        metrics.begin("")
        self.chosen = _Chosen()
        self.tester = library.tester(self.chosen, False, nosec, metrics)
        self.data = io.BytesIO(parsed.data)
        self.walk = Walk()
        self.register()

    def register(self) -> None:
        """Puts the visitors in place, and before them those of plugins that are not known here."""
        on = self.walk.on
        on(self.call, ast.Call)
        on(self.constant, ast.Constant)
        on(self.import_, ast.Import)
        on(self.import_from, ast.ImportFrom)
        on(self.function, ast.FunctionDef)
        on(self.assertion, ast.Assert)
        on(self.handler, ast.ExceptHandler)
        on(self.assignment, ast.Assign)
        on(self.display, ast.Dict)
        on(self.comparison, ast.Compare)
        on(self.operation, ast.BinOp)
        on(self.formatted, ast.JoinedStr)
        on(self.attribute, ast.Attribute)
        unknown = {kind for kind, ids in self.library.unknown.items() if ids}
        if unknown & {"Str", "Bytes"}:
            self.walk.before(self.unknown, ast.Constant)
        for kind in walked():
            if kind.__name__ in unknown:
                self.walk.before(self.unknown, kind)

    def unlink(self) -> None:
        """Takes the links to parents away again: they make the tree a circle that only the collector could free."""
        for node in self.linked:
            del node._bandit_parent, node._bandit_sibling
        self.linked.clear()

    def link(self) -> None:
        """Gives every node its parent and its right neighbour, as Bandit's visitor does on its way."""
        if self.linked:
            return
        linked: list[Any] = self.linked
        stack: list[Any] = [self.parsed.tree]
        while stack:
            node = stack.pop()
            for name in node._fields:
                value = getattr(node, name, None)
                if value.__class__ is list:
                    sibling = None
                    for child in reversed(value):
                        if isinstance(child, ast.AST) and not isinstance(child, _SHARED):
                            child._bandit_parent, child._bandit_sibling = node, sibling  # type: ignore[attr-defined]
                            linked.append(child)
                            stack.append(child)
                        sibling = child
                elif isinstance(value, ast.AST) and not isinstance(value, _SHARED):
                    value._bandit_parent, value._bandit_sibling = node, None  # type: ignore[attr-defined]
                    linked.append(value)
                    stack.append(value)

    # Running plugins.

    def run(self, kind: str, node: Any, ids: frozenset[str]) -> None:
        """Calls the plugins of these ids as Bandit's visitor would at this node."""
        if self.meter.left < 0:
            return
        self.meter.left -= _RUN + _extent(node)
        context: dict[str, Any] = {
            "imports": self.imports,
            "import_aliases": self.aliases,
            "lineno": node.lineno,
            "col_offset": node.col_offset,
            "end_col_offset": node.end_col_offset,
            "node": node,
            "linerange": _LineRange(node.lineno, node.end_lineno, self.nosec_lines),
            "filename": "./module.py",
            "file_data": self.data,
        }
        if kind == "Call":
            qualname = _called_name(node.func, self.aliases)
            context.update(call=node, qualname=qualname, name=qualname.rpartition(".")[2])
        elif kind == "FunctionDef":
            context.update(function=node, qualname=node.name, name=node.name)
        elif kind == "Import":
            context["module"] = node.names[-1].name
        elif kind == "ImportFrom":
            context.update(module=node.module, name=node.names[-1].name)
        elif kind in ("Str", "Bytes"):
            self.link()
            if isinstance(node._bandit_parent, ast.Expr):
                return
            context[kind.lower()] = node.value
            context["linerange"] = self.range_of(node._bandit_parent)
        self.test(kind, context, ids)

    def file(self, ids: frozenset[str]) -> None:
        """Calls the plugins that look at the file as a whole."""
        context = {
            "file_data": self.data,
            "filename": "./module.py",
            "lineno": 0,
            "linerange": _LineRange(0, 1, self.nosec_lines),
            "col_offset": 0,
        }
        self.test("File", context, ids)

    def test(self, kind: str, context: dict[str, Any], ids: frozenset[str]) -> None:
        self.chosen.plugins = self.library.chosen(kind, ids)
        self.tester.run_tests(context, kind)

    def range_of(self, node: Any) -> _LineRange:
        """Bandit's line range of a node: that of its children where it has no line itself."""
        known = self.ranges.get(id(node))
        if known is None:
            if hasattr(node, "lineno"):
                first, last = node.lineno, node.end_lineno
            else:
                lines = self.library.linerange(node)
                first, last = lines[0], lines[-1]
            known = self.ranges[id(node)] = _LineRange(first, last, self.nosec_lines)
        return known

    def unknown(self, node: ast.AST) -> None:
        kind = node.__class__.__name__
        if isinstance(node, ast.Constant):
            kind = "Str" if isinstance(node.value, str) else "Bytes" if isinstance(node.value, bytes) else kind
        if hasattr(node, "lineno"):
            self.run(kind, node, self.library.unknown.get(kind, _NONE))

    def mark(self, node: ast.expr, test_id: str, work: int = 0) -> None:
        """Remembers that a plugin can fire at a string that the walk has yet to come to."""
        if self.meter.left >= work:
            self.meter.left -= work
            self.marked[id(node)] = self.marked.get(id(node), _NONE) | {test_id}

    # Where plugins can fire.

    def import_(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.asname:
                self.aliases[alias.asname] = alias.name
            self.imports.add(alias.name)
        if any(alias.name.startswith(self.library.imports) for alias in node.names):
            self.run("Import", node, _BLACKLIST)

    def import_from(self, node: ast.ImportFrom) -> None:
        if node.module is None:
            # Bandit takes `from . import a` for `import a`, and runs the plugins for that.
            for alias in node.names:
                if alias.asname:
                    self.aliases[alias.asname] = alias.name
                self.imports.add(alias.name)
            prefix = ""
        else:
            prefix = node.module + "."
            for alias in node.names:
                self.aliases[alias.asname or alias.name] = prefix + alias.name
                self.imports.add(prefix + alias.name)
        if any((prefix + alias.name).startswith(self.library.imports) for alias in node.names):
            self.run("ImportFrom" if node.module else "Import", node, _BLACKLIST)

    def function(self, node: ast.FunctionDef) -> None:
        if node.args.defaults:
            self.run("FunctionDef", node, _FUNCTION)
        self.walk.into(node)

    def assertion(self, node: ast.Assert) -> None:
        self.run("Assert", node, _ASSERT)
        self.walk.into(node)

    def handler(self, node: ast.ExceptHandler) -> None:
        if len(node.body) == 1 and isinstance(node.body[0], ast.Pass | ast.Continue):
            self.run("ExceptHandler", node, _HANDLER)
        self.walk.into(node)

    def call(self, node: ast.Call) -> None:
        ids = self.call_ids(node)
        if ids:
            # Many plugins look through all imports.
            self.meter.left -= 4 * len(self.imports)
            if "B703" in ids:
                self.link()
            self.run("Call", node, ids)
        self.walk.into(node)

    def call_ids(self, node: ast.Call) -> frozenset[str]:
        qualname = _called_name(node.func, self.aliases)
        first, _, _ = qualname.partition(".")
        last = qualname.rpartition(".")[2]
        ids = self.library.names.get(qualname, _NONE) | _BY_LAST_NAME.get(last, _NONE)
        if last in _HTTP and first in ("requests", "httpx"):
            ids |= _REQUESTS
        if "chmod" in last or "extractall" in last:
            ids |= _FILES
        if isinstance(node.func, ast.Name) and node.func.id == "__import__":
            ids |= _BLACKLIST
        for keyword in node.keywords:
            name = keyword.arg
            if name is None:
                continue
            ids |= _BY_KEYWORD.get(name, _NONE)
            if _text(keyword.value) is not None and self.library.password.search(name):
                ids |= _PASSWORD_ARGUMENT
        return ids

    def constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, str):
            ids = self.marked.pop(id(node), _NONE) if self.marked else _NONE
            if value == "0.0.0.0":  # noqa: S104 - the text that the plugin looks for
                ids |= _ALL_INTERFACES
            elif value.startswith(self.library.temporary):
                ids |= _TEMPORARY
            if ids:
                self.run("Str", node, ids)

    def assignment(self, node: ast.Assign) -> None:
        if _text(node.value) is not None:
            for target in node.targets:
                if isinstance(target, ast.Subscript):
                    # The plugin looks at the key; it reports the value.
                    for part in (target.value, target.slice):
                        if self.is_password(_text(part)):
                            self.mark(part, "B105")
                elif self.is_password(_own_name(target)):
                    self.mark(node.value, "B105", len(node.targets))
        self.walk.into(node)

    def display(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None and isinstance(value, ast.Constant) and self.is_password(_text(key)):
                # The plugin looks its key up in the list of all keys.
                self.mark(key, "B105", len(node.keys) // 4)
        self.walk.into(node)

    def comparison(self, node: ast.Compare) -> None:
        if _text(node.comparators[0]) is not None and self.is_password(_own_name(node.left)):
            for operand in node.comparators:
                if _text(operand) is not None:
                    self.mark(operand, "B105")
        self.walk.into(node)

    def is_password(self, name: str | None) -> bool:
        return name is not None and self.library.password.search(name) is not None

    def operation(self, node: ast.BinOp) -> None:
        if id(node) not in self.chained:
            self.chain(node)
        self.walk.into(node)

    def chain(self, root: ast.BinOp) -> None:
        """Marks the strings of `"select " + column + " from t"` when SQL can be in one of them: Bandit joins them."""
        strings: list[ast.expr] = []
        size, stack = 0, [root]
        while stack:
            node = stack.pop()
            for side in (node.left, node.right):
                size += 1
                if isinstance(side, ast.BinOp):
                    self.chained.add(id(side))
                    stack.append(side)
                elif _text(side) is not None:
                    strings.append(side)
        text = " ".join(_text(string) or "" for string in strings)
        work = _sql_work(text)
        if work:
            for string in strings:
                self.mark(string, "B608", work + size * _STEP)

    def formatted(self, node: ast.JoinedStr) -> None:
        strings = [value for value in node.values if _text(value) is not None]
        if strings:
            work = _sql_work("".join(_text(string) or "" for string in strings))
            if work:
                self.mark(strings[0], "B608", work)
        self.walk.into(node)

    def attribute(self, node: ast.Attribute) -> None:
        if node.attr in ("format", "replace"):
            text = _text(node.value)
            work = _sql_work(text) if text else 0
            if work:
                self.mark(node.value, "B608", work)
        self.walk.visit(node.value)


_RUN = 50
"""The price of calling plugins at one node, in units of work."""

_STEP = 100
"""The price of one step of a loop in Python where a character looked at costs 1."""

_REQUESTS = frozenset({"B113", "B501"})
_FILES = frozenset({"B103", "B202"})
_PASSWORD_ARGUMENT = frozenset({"B106"})
_ALL_INTERFACES = frozenset({"B104"})
_TEMPORARY = frozenset({"B108"})


def _sql_work(text: str) -> int:
    """What Bandit's expression for SQL may cost on a text: nothing where it cannot match."""
    keywords = sum(1 for _ in _SQL.finditer(text))
    return keywords * len(text)


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _own_name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None


def _called_name(node: ast.expr, aliases: Mapping[str, str]) -> str:
    """The dotted name of what is called, with imports resolved as Bandit resolves them."""
    kind = node.__class__
    if kind is ast.Name:
        name: str = node.id  # type: ignore[attr-defined]
    elif kind is ast.Attribute:
        name = f"{_called_name(node.value, aliases)}.{node.attr}"  # type: ignore[attr-defined]
    else:
        return ""
    return aliases.get(name, name)


def _extent(node: Any) -> int:
    """About how much text a node spans, in characters."""
    lines: int = node.end_lineno - node.lineno
    return lines * 80 if lines else node.end_col_offset - node.col_offset


def _nosec_lines(parsed: Parsed, library: _Library) -> Iterator[tuple[int, set[str]]]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(parsed.code).readline):
            if token.type == tokenize.COMMENT:
                ids = library.nosec(token.string)
                if ids is not None:
                    yield token.start[0], ids
    except (tokenize.TokenError, SyntaxError):
        # Bandit too keeps the comments it has read when the tokenizer gives up.
        return


def _issue(result: Any) -> BanditIssue:
    lines = result.linerange
    end_line = lines.last if isinstance(lines, _LineRange) else lines[-1]
    # Some texts hold an object's address, which differs from run to run.
    text = _ADDRESS.sub("", str(result.text))[:LONGEST_TEXT].encode("utf-8", "backslashreplace").decode()
    return BanditIssue(
        result.test_id,
        result.lineno,
        max(end_line, result.lineno),
        result.col_offset,
        result.severity,
        result.confidence,
        text,
    )
