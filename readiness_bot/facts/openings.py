"""The conditions under which code goes on without asking, which must hold, and of which any one makes it give up."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

_CREDENTIAL = re.compile(r"key|token|secret|passw|auth|user|credential|login", re.IGNORECASE)


def needed(test: ast.expr) -> Iterator[ast.expr]:
    """The credentials that must be set for the body of an `if` to run: `if KEY and sent != KEY`."""
    for part in _parts(test, ast.And):
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.IsNot | ast.NotEq) and _is_nothing(part):
            part = part.left
        if isinstance(part, ast.NamedExpr) and _names_credential(part.target):
            yield part.value
        elif _names_credential(part):
            yield part


def excused(node: ast.If) -> Iterator[ast.expr]:
    """The credentials whose absence makes an `if` return at once: `if not KEY: return`."""
    if not isinstance(node.body[-1], ast.Return) or node.orelse:
        return
    for part in _parts(node.test, ast.Or):
        inner = part
        if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not):
            inner = part.operand
        elif isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Is | ast.Eq) and _is_nothing(part):
            inner = part.left
        else:
            continue
        if _names_credential(inner):
            yield inner


def alternatives(node: ast.If) -> list[ast.expr]:
    """The conditions of which any one makes an `if` give up: two of `if not known(user) or not user.is_admin: raise`.

    Empty where there are no two, or where the `if` goes on.
    """
    last = node.body[-1]
    gives_up = isinstance(last, ast.Return | ast.Raise) or (
        isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)
    )
    test = node.test
    is_not = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    found = _parts(test.operand, ast.And) if isinstance(test, ast.UnaryOp) and is_not else _parts(test, ast.Or)
    return found if gives_up and len(found) > 1 else []


def demanded(test: ast.expr) -> list[ast.expr]:
    """The conditions that must hold, each of them, for the body of an `if` to run, and that look at something.

    Those that must not hold are left out, and what only compares plain variables.
    """
    return [
        part
        for part in _parts(test, ast.And)
        if not (isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not))
        and any(isinstance(inner, ast.Call | ast.Attribute) for inner in ast.walk(part))
    ]


def _parts(test: ast.expr, kind: type[ast.boolop]) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, kind) else [test]


def _is_nothing(test: ast.Compare) -> bool:
    """Whether a comparison is with None or an empty text."""
    right = test.comparators[0]
    return len(test.comparators) == 1 and isinstance(right, ast.Constant) and right.value in (None, "")


def _names_credential(node: ast.expr) -> bool:
    last = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return _CREDENTIAL.search(last) is not None
