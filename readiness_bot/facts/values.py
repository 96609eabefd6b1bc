"""What an expression of a Python file is worth knowing as, and how the parts that every reader sees alike are read."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

import msgspec

from readiness_bot.facts.names import Names, Scope

MODULE = -1
"""The scope index of code outside every definition, and the index that stands for none."""

LONGEST_TEXT = 2_000
"""String constants are cut to this many characters: no control reads further."""

VALUE_DEPTH = 6
"""Values are nested no deeper."""

MOST_ITEMS = 200
"""No more items, parts or arguments are kept of one expression."""


class Const(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="c"):
    """A literal."""

    value: str | int | float | bool | None


class Name(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="n"):
    """A thing by its identity, as `names.py` writes it; `meaning` is what it is bound to, where that differs."""

    name: str
    meaning: str = ""


class Invoke(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="i"):
    """The result of a call; `call` is its index among the module's calls."""

    name: str
    call: int


class Items(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="s"):
    """A list, tuple or set display, cut at 200 items."""

    kind: str
    items: tuple[Value, ...]


class Mapping(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="m"):
    """A dict display; the key of a `**` entry is the constant None."""

    keys: tuple[Value, ...]
    values: tuple[Value, ...]


class Format(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="f"):
    """A text put together from parts by an f-string, `+`, `%` or `.format`."""

    parts: tuple[Value, ...]


class Index(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="x"):
    """A subscript: `Annotated[User, Depends(current_user)]`, `os.environ["KEY"]`."""

    value: Value
    items: tuple[Value, ...]


class Other(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="o"):
    """Any other expression, by the name of its syntax node, with the things named inside it.

    A comparison of two values, an `or` and a `not` keep their `operator` (`Eq`, `In`, …) and `operands` too, and
    `a if b else c` the operands `b`, `a` and `c`; `&` keeps the `BitOr` of a `|` that stands further in.
    """

    kind: str
    names: tuple[str, ...] = ()
    operator: str = ""
    operands: tuple[Value, ...] = ()


Value = Const | Name | Invoke | Items | Mapping | Format | Index | Other


def const(value: object) -> Value:
    """A literal as a value, cut and bounded to what can be kept; what is no plain one by the name of its type."""
    if isinstance(value, str):
        return Const(value[:LONGEST_TEXT].encode("utf-8", "replace").decode())
    if isinstance(value, bytes):
        return Const(value[:LONGEST_TEXT].decode("latin-1"))
    if isinstance(value, bool) or value is None:
        return Const(value)
    if isinstance(value, int):
        # msgpack holds 64 bits; no control asks for the digits of a larger number.
        return Const(value) if -(2**63) <= value < 2**63 else Const(float("inf") if value > 0 else float("-inf"))
    if isinstance(value, float):
        return Const(value)
    return Other(type(value).__name__)


def is_text(node: ast.expr) -> bool:
    """Whether the expression is a text, or is put together to one."""
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        return is_text(node.left)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


class Lowering:
    """Reads expressions as values, in the scope that its user is in; what a value may be its user says."""

    names: Names
    scope: Scope

    def value(self, node: ast.expr, depth: int = 0) -> Value:
        """The expression as a value, `depth` deep in another."""
        raise NotImplementedError

    def other(self, node: ast.expr) -> Value:
        """What stands for an expression that is nothing else."""
        raise NotImplementedError

    def target(self, node: ast.expr) -> tuple[str, str]:
        """The identity of what is bound, and the constant key of a subscript."""
        if isinstance(node, ast.Name):
            if self.scope.kind == "function":
                known = self.scope.bindings.get(node.id)
                return (f":{node.id}" if isinstance(known, str) and known.startswith("^") else f"?{node.id}"), ""
            return f":{self.scope.qualname}.{node.id}" if self.scope.kind == "class" else f":{node.id}", ""
        if isinstance(node, ast.Attribute):
            return self.names.identity(node, self.scope), ""
        if isinstance(node, ast.Subscript):
            owner = self.names.identity(node.value, self.scope)
            key = node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else ""
            return (f"{owner}[]" if owner else ""), key
        return "", ""

    def formatted(self, node: ast.JoinedStr, depth: int) -> Value:
        """The parts of an f-string, in order."""
        parts = node.values[:MOST_ITEMS]
        return Format(
            tuple(self.value(part.value if isinstance(part, ast.FormattedValue) else part, depth + 1) for part in parts)
        )

    def binary(self, node: ast.BinOp, depth: int) -> Value:
        """The parts that `%` or `+` puts a text together from; a sum of lists is the list that stars would write."""
        if isinstance(node.op, ast.Mod) and is_text(node.left):
            right = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            return Format(
                (self.value(node.left, depth + 1), *(self.value(item, depth + 1) for item in right[:MOST_ITEMS]))
            )
        if isinstance(node.op, ast.Add):
            parts: list[ast.expr] = []
            left: ast.expr = node
            while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add) and len(parts) < MOST_ITEMS:
                parts.append(left.right)
                left = left.left
            parts.append(left)
            parts.reverse()
            if any(is_text(part) for part in parts):
                return Format(tuple(self.value(part, depth + 1) for part in parts))
            if any(isinstance(part, ast.List) for part in parts):
                return self.value(ast.List(list(_items_of(parts)), ast.Load()), depth)
        return self.other(node)

    def index(self, node: ast.Subscript, depth: int) -> Value:
        """What is taken from what."""
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return Index(
            self.value(node.value, depth + 1), tuple(self.value(item, depth + 1) for item in inner[:MOST_ITEMS])
        )


def _items_of(parts: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """The items of lists added up; a part that is no display is starred."""
    for part in parts:
        if isinstance(part, ast.List | ast.Tuple):
            yield from part.elts
        else:
            yield ast.Starred(part, ast.Load())
