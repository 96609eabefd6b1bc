"""The values of statements that a function spells, marked to be bound or written into their text; judges none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from readiness_bot.facts.python_facts import Definition
from readiness_bot.facts.values import Const, Format, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.model import Location
from readiness_bot.repo.modules import Module
from readiness_bot.repo.python import Python

_STATEMENT = re.compile(
    r"\b(select\s.+\sfrom\s|insert\s+(or\s+\w+\s+|ignore\s+)?into\s|update\s+\S+\s+(\w+\s+)?set\s|delete\s+from\s|replace\s+into\s)",
    re.IGNORECASE | re.DOTALL,
)
"""What makes a text a statement, whatever else it says."""
_VALUE_NEXT = re.compile(
    r"([\w.\"`\]\x01]*[\w\"`\])\x01])?\s*(=|<>|!=|<=|>=|<|>|~\*?|\bnot\s+like|\bi?like|\bregexp|\bin\s*\((?:[^()]*,)?|\bvalues\s*\((?:[^()]*,)?)\s*['\"%]*$",
    re.IGNORECASE,
)
"""Text after which a value follows, with the column that it is held against."""
_WRITTEN, _PERCENT = "\x01", "\x02"
"""What stands for a value that is written into a text, and for a percent sign that is meant as one."""
_MARK = re.compile(r"%s|%\(\w+\)s|\?(?![\w|&])|(?<![:\w]):[a-z_]\w*|\$\d+", re.IGNORECASE)
_HOLE = re.compile(r"%(?:\(\w+\))?[-+0 #]*\d*(?:\.\d+)?[sdifr]|\{[^{}]*\}")
_NUMERIC = re.compile(r"%(?:\(\w+\))?[-+0 #]*\d*(?:\.\d+)?[dif]$")
_NUMBERS = frozenset({"int", "float", "len", "bool", "round", "timestamp"})
_OF_NUMBERS = re.compile(r"(^|\.)(int|float|bool|UUID|datetime|date|Decimal|timedelta)\(\)$")
_MARKS_NAMED = re.compile(r"placeholder|marks?$|question|(^|_)(params?|binds?|bindings?)(_|$|\d)|qs$", re.IGNORECASE)
_ONLY_MARKS = re.compile(r"[\s,(]*(:|%s|\?|\$|%\()[\s,)]*")
"""A piece of a list of marks: `?, `, or `:` before a name."""
_RUNNING = re.compile(r"_*(a?execute\w*|fetch\w*|query|run|select\w*|raw|text)$")
_BESIDE = frozenset({"params", "parameters", "args", "values", "vars", "bind"})
_CONSTANT = re.compile(r"(^|[.:])_*[A-Z][A-Z0-9_]+$")
_QUOTING = re.compile(r"(^|_|[a-z])(escape|quote|literal|mogrify|adapt)", re.IGNORECASE)
_KEEPING_TEXT = frozenset({"append", "extend", "insert", "add", "write", "join", "appendleft"})
"""Calls by which a text is made part of a longer one."""
_TELLING = re.compile(r"^_*(log|logger|debug|info|warn|warning|error|exception|critical|print|echo|mylog|msg|message)$")


@dataclass(frozen=True, slots=True)
class SpelledValue:
    """The values that a function's statements hold against one column, and where the first of them stands.

    `is_marked` tells that one is left to be bound, `is_written` that one is put into the text, and `quoting` by what
    those are quoted that are put there.
    """

    location: Location
    function: str
    column: str
    is_marked: bool
    is_written: bool
    quoting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    value: Value
    line: int
    end_line: int


class BoundValues:
    """Questions about the values of the statements that functions spell."""

    LOOKS = "the texts of SQL statements"

    def __init__(self, python: Python) -> None:
        self._python = python

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    def all(self) -> Iterator[SpelledValue]:
        """The values of the statements that functions of production code spell, by function and column."""
        for module in self._python.production:
            by_scope: dict[int, list[_Text]] = defaultdict(list)
            for scope, text in _texts(module):
                by_scope[scope].append(text)
            for scope, texts in sorted(by_scope.items()):
                if any(_is_statement(text.value) for text in texts):
                    yield from _spelled(module, scope, texts)


def _texts(module: Module) -> Iterator[tuple[int, _Text]]:
    """The texts that functions of a module make, by the function: those that are kept, given back or handed on."""
    facts = module.facts
    for item in facts.assignments:
        if item.scope >= 0:
            yield from ((item.scope, _Text(text, item.line, item.end_line)) for text in _within(item.value))
    for given in facts.returns:
        yield from ((given.scope, _Text(text, given.line, given.line)) for text in _within(given.value))
    for call in facts.calls:
        if call.scope >= 0 and not _TELLING.match(call.last) and not call.last[:1].isupper():
            is_kept = call.last in _KEEPING_TEXT
            for value in call.handed:
                for text in _within(value):
                    if is_kept or _is_statement(text):
                        yield call.scope, _Text(text, call.line, call.end_line)


def _within(value: Value) -> Iterator[Value]:
    if isinstance(value, Format) or (isinstance(value, Const) and isinstance(value.value, str)):
        yield value
    elif isinstance(value, Items):
        for one in value.items:
            yield from _within(one)


def _is_statement(value: Value) -> bool:
    return any(_STATEMENT.search(text) for text in _constants(value))


def _constants(value: Value) -> Iterator[str]:
    if isinstance(value, Const) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, Format):
        for part in value.parts:
            yield from _constants(part)


def _spelled(module: Module, scope: int, texts: Iterable[_Text]) -> Iterator[SpelledValue]:
    definition = module.facts.definitions[scope]
    if definition.kind != "function":
        return
    marked: dict[str, tuple[int, int]] = {}
    written: dict[str, tuple[int, int]] = {}
    quoting: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        place = text.line, text.end_line
        for column, value in _values(text.value):
            if value is None or _is_mark(value, module, scope):
                marked[column] = min(place, marked.get(column, place))
            elif _is_open(value, module, definition, scope):
                by = _quoted_by(value, module, scope)
                quoting[column] += [by] if by else []
                if not by:
                    written[column] = min(place, written.get(column, place))
    places = dict.fromkeys(quoting, (definition.line, definition.line)) | marked | written
    # One of a function is told: one whose column has a name, for that says most.
    for column in sorted(places, key=lambda column: (not column.startswith("`"), places[column], column)):
        line, end_line = places[column]
        yield SpelledValue(
            Location(module.path, line, end_line, definition.qualname),
            definition.name,
            column,
            column in marked,
            column in written,
            tuple(dict.fromkeys(quoting[column])),
        )


def _values(value: Value) -> Iterator[tuple[str, Value | None]]:
    """The columns that a text holds values against, each with the value that is written there; None for a mark."""
    before = ""
    for piece in _pieces(value):
        if isinstance(piece, str):
            for mark in _MARK.finditer(piece):
                column = _column(before + piece[: mark.start()])
                if column is not None:
                    yield column, None
            before += piece
        else:
            column = _column(before)
            if column is not None:
                yield column, piece
            before += _WRITTEN


def _column(before: str) -> str | None:
    found = _VALUE_NEXT.search(before[-300:])
    if found is None:
        return None
    name = (found.group(1) or "").rpartition(".")[2].strip('"`[])')
    operator = found.group(2).split("(")[0].strip().lower()
    if operator == "values":
        return "a new row"
    if _WRITTEN in name:
        return "a column"
    return f"`{name.lower()}`" if name else "a condition"


def _pieces(value: Value) -> Iterator[str | Value]:
    """A text as it reads: what is constant, and the values that are written between."""
    if isinstance(value, Const):
        yield str(value.value)
        return
    if not isinstance(value, Format):
        yield value
        return
    first, *others = value.parts
    text = first.value.replace("%%", _PERCENT) if isinstance(first, Const) and isinstance(first.value, str) else ""
    holes = list(_HOLE.finditer(text))
    if len(holes) == len(others) and not any(isinstance(part, Const) for part in others) and not _breaks_off(text):
        end = 0
        for hole, part in zip(holes, others, strict=True):
            yield text[end : hole.start()].replace(_PERCENT, "%")
            yield Const(0) if _NUMERIC.match(hole.group()) else part
            end = hole.end()
        yield text[end:].replace(_PERCENT, "%")
        return
    for part in value.parts:
        yield from _pieces(part)


def _breaks_off(text: str) -> bool:
    """Whether a text breaks off before a value: then its marks are not filled by what follows."""
    return _VALUE_NEXT.search(text[-300:]) is not None


def _is_mark(value: Value, module: Module, scope: int) -> bool:
    """Whether what is written into a text are marks of values that are bound."""
    if isinstance(value, Name):
        if _MARKS_NAMED.search(value.name):
            return True
        bound = module.bound_to(value.name, scope)
        spelled = [text for one in bound for text in _constants(one)]
        # A list of marks that grows, or one whose making is not seen where the function binds values still.
        return any(map(_ONLY_MARKS.fullmatch, spelled)) or (any(map(_is_join, bound)) and _binds(module, scope))
    if not _is_join(value):
        return False
    joined = module.facts.calls[value.call].args[:1] if isinstance(value, Invoke) and value.call >= 0 else ()
    return any(isinstance(one, Other) and one.kind == "BinOpMult" for one in joined) or _binds(module, scope)


def _is_join(value: Value) -> bool:
    return isinstance(value, Invoke) and value.name.rpartition(".")[2] == "join"


def _binds(module: Module, scope: int) -> bool:
    """Whether a function hands values on beside a text that it runs."""
    return any(
        _RUNNING.match(call.last) and (len(call.args) > 1 or any(name in _BESIDE for name, _ in call.keywords))
        for call in module.calls_in(scope)
    )


def _is_open(value: Value, module: Module, definition: Definition, scope: int) -> bool:
    """Whether a value that is written into a text may hold anything: no number, no constant."""
    if isinstance(value, Invoke):
        return value.name.rpartition(".")[2] not in _NUMBERS
    if isinstance(value, Name):
        if _CONSTANT.search(value.name):
            return False
        bare = value.name.lstrip("?")
        if any(one.name == bare and _OF_NUMBERS.search(one.type) for one in definition.parameters):
            return False
        bound = module.bound_to(value.name, scope)
        return not bound or not all(isinstance(one, Const) for one in bound)
    return not isinstance(value, Const | Mapping | Items)


def _quoted_by(value: Value, module: Module, scope: int) -> str:
    """The call by which a value is quoted before it is written into a text; empty where none is seen."""
    if isinstance(value, Invoke):
        last = value.name.rpartition(".")[2]
        return last if _QUOTING.search(last) else ""
    if isinstance(value, Name):
        for call in module.calls_in(scope):
            if _QUOTING.search(call.last) and value in call.handed:
                return call.last
    return ""
