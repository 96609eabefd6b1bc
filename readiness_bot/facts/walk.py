"""An ordered walk over a syntax tree, written from `ast`'s own fields; knows nothing of what its visitors look for.

One function a node class reads that class's fields and nothing else: no field lists, no `isinstance`, no visits to
operators and contexts, which are 40 % of all nodes. A bare walk costs a tenth of a parse; `ast.walk` costs six.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from types import CodeType
from typing import Any

Visitor = Callable[[Any], None]
"""Called with a node of the class it was registered for."""

_LEAVES = frozenset({"expr_context", "boolop", "operator", "unaryop", "cmpop", "type_ignore"})
_PLAIN = frozenset({"identifier", "int", "string", "constant"})
_FIELD = re.compile(r"(\w+)(\??\*|\??) (\w+)")
_MAY_HOLD_NONE = frozenset({"keys", "kw_defaults"})
"""Lists with None among their nodes: a dict display, and keyword-only parameters. Grammars before 3.14 do not tell."""


class Walk:
    """A walk in source order of fields, on which visitors are registered by node class.

    A visitor stands in for the walk at its nodes: it calls `into` (or `visit` for chosen children) where it wants the
    walk to go on. A walk holds the visitors of one file's riders; it recurses one frame a level plus the visitors' own,
    so deep trees need `syntax.deep_walk`. `close` it when its file is done: visitors mostly hold the walk that holds
    them, and with it the tree, which otherwise stays until the collector finds out.
    """

    __slots__ = ("_into", "_visitors")

    def __init__(self) -> None:
        self._visitors, self._into = _spare.pop() if _spare else _made()

    def close(self) -> None:
        """Lets go of all visitors; the walk must not be used any more."""
        self._visitors.clear()
        self._visitors.update(self._into)
        _spare.append((self._visitors, self._into))
        self._visitors, self._into = {}, {}

    def on(self, visitor: Visitor, *kinds: type[ast.AST]) -> None:
        """Calls `visitor` at every node of these classes. Raises `KeyError` for a class the walk never comes to."""
        for kind in kinds:
            if kind not in self._into:
                raise KeyError(f"no walk comes to ast.{kind.__name__}")
            self._visitors[kind] = visitor

    def before(self, visitor: Visitor, *kinds: type[ast.AST]) -> None:
        """Calls `visitor` at every node of these classes, and then whatever would have been called without it."""
        for kind in kinds:
            self.on(_both(visitor, self._visitors[kind]), kind)

    def visit(self, node: ast.AST) -> None:
        """Walks over a node, beginning with its visitor."""
        self._visitors[node.__class__](node)

    def each(self, nodes: list[Any]) -> None:
        """Walks over nodes in order."""
        visitors = self._visitors
        for node in nodes:
            visitors[node.__class__](node)

    def into(self, node: ast.AST) -> None:
        """Walks over a node's children, in the order of its fields."""
        self._into[node.__class__](node)


_Functions = dict[type[ast.AST], Visitor]
_spare: list[tuple[_Functions, _Functions]] = []
"""Walks of files that are done: making one takes as long as walking over a small file."""


def _made() -> tuple[_Functions, _Functions]:
    """A table of visitors, and the functions that walk by it, which are the visitors of a new walk."""
    visitors: _Functions = {}
    into = _functions(visitors)
    visitors.update(into)
    return visitors, into


def _both(first: Visitor, second: Visitor) -> Visitor:
    def visit(node: ast.AST) -> None:
        first(node)
        second(node)

    return visit


@cache
def walked() -> frozenset[type[ast.AST]]:
    """The node classes a walk comes to: all but operators, contexts and what `ast` keeps for old callers."""
    return frozenset(_functions({}))


def _functions(visitors: dict[type[ast.AST], Visitor]) -> dict[type[ast.AST], Visitor]:
    namespace: dict[str, Any] = {"visitors": visitors}
    exec(_code(), namespace)  # noqa: S102 - the text is generated below, from the interpreter's own node classes
    return {getattr(ast, name): function for name, function in namespace.items() if name in _fields()}


@cache
def _code() -> CodeType:
    lines: list[str] = []
    for name, fields in _fields().items():
        lines.append(f"def {name}(node):")
        for field, mark in fields:
            if mark == "*":
                lines.append(f"    for child in node.{field}:")
                optional = "        if child is not None: " if field in _MAY_HOLD_NONE else "        "
                lines.append(f"{optional}visitors[child.__class__](child)")
            else:
                lines.append(f"    child = node.{field}")
                optional = "    if child is not None: " if mark == "?" else "    "
                lines.append(f"{optional}visitors[child.__class__](child)")
        lines.append("    return None")
    return compile("\n".join(lines), "<walk>", "exec")


@cache
def _fields() -> dict[str, tuple[tuple[str, str], ...]]:
    """By node class, the fields that hold nodes, each with `*` for a list and `?` for one that may be absent."""
    return dict(sorted(_declared()))


def _declared() -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    for name, kind in vars(ast).items():
        if not (isinstance(kind, type) and issubclass(kind, ast.AST)) or kind.__name__ != name:
            continue
        if (kind.__subclasses__() and not kind._fields) or _is_leaf(kind):
            continue
        # The class's docstring is its declaration in the abstract grammar: "BinOp(expr left, operator op, expr right)".
        declared = {
            found[3]: (found[1], found[2]) for found in _FIELD.finditer((kind.__doc__ or "").replace("\n", " "))
        }
        if set(declared) >= set(kind._fields):
            yield (
                name,
                tuple(
                    (field, declared[field][1][-1:])
                    for field in kind._fields
                    if declared[field][0] not in _LEAVES and declared[field][0] not in _PLAIN
                ),
            )


def _is_leaf(kind: type[ast.AST]) -> bool:
    return any(parent.__name__ in _LEAVES for parent in kind.__mro__)
