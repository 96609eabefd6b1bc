"""The conditions under which code goes on without asking: a truth test of a key that may not be set."""

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


def _parts(test: ast.expr, kind: type[ast.boolop]) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, kind) else [test]


def _is_nothing(test: ast.Compare) -> bool:
    """Whether a comparison is with None or an empty text."""
    right = test.comparators[0]
    return len(test.comparators) == 1 and isinstance(right, ast.Constant) and right.value in (None, "")


def _names_credential(node: ast.expr) -> bool:
    last = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return _CREDENTIAL.search(last) is not None
