"""Nodes that only newer interpreters make, put as those that all make; knows no text but where such nodes may be.

What an older interpreter cannot read is lowered as text (see `facts/lowering.py`): a tree must mean the same whichever
of them parsed it, or a verdict would depend on the Python that the tool runs on.

| a newer tree | becomes |
| --- | --- |
| template strings | formatted strings |
| `[*a for a in b]`, `{**a for a in b}` | the same without the stars |
"""

from __future__ import annotations

import ast
import re
import sys

from readiness_bot.facts.lowering import put_others

_STARRED = r"|[\[({]\s*+\*" if sys.version_info >= (3, 15) else ""
_MAY_BE_NEWER = re.compile(rf"(?i:(?<!\w)(?:t|rt|tr)['\"]){_STARRED}") if sys.version_info >= (3, 14) else None


def put_as_older(tree: ast.Module, text: str) -> None:
    """Replaces such nodes within a tree that this interpreter parsed from the text."""
    if _MAY_BE_NEWER is not None and _MAY_BE_NEWER.search(text) is not None:
        put_others(tree, _older)


def _older(node: ast.AST) -> ast.AST:
    made: ast.AST = node
    match node.__class__.__name__:
        case "TemplateStr":
            made = ast.JoinedStr(node.values)  # type: ignore[attr-defined]
        case "Interpolation":
            made = ast.FormattedValue(node.value, node.conversion, node.format_spec)  # type: ignore[attr-defined]
        case "ListComp" | "SetComp" | "GeneratorExp" if isinstance(node.elt, ast.Starred):  # type: ignore[attr-defined]
            node.elt = node.elt.value  # type: ignore[attr-defined]
        case "DictComp" if node.value is None:  # type: ignore[attr-defined]
            made = ast.SetComp(node.key, node.generators)  # type: ignore[attr-defined]
    return made if made is node else ast.copy_location(made, node)
