"""The slots of templates of text, and what stands before each: `%`, `.format` and f-strings."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterable, Iterator

_PERCENT = re.compile(r"%(?:\((?P<key>[^)]*)\))?[-#0 +]*[\d*]*(?:\.[\d*]+)?[hlL]?(?P<kind>[a-zA-Z%])")
_NUMERIC_KINDS = frozenset("diuoxXeEfFgGc")
UNKNOWN_TEXT = "\0"


def is_numeric(spec: ast.expr | None) -> bool:
    """Whether a format specification lets numbers alone through."""
    if not isinstance(spec, ast.JoinedStr) or not spec.values:
        return False
    last = spec.values[-1]
    return isinstance(last, ast.Constant) and isinstance(last.value, str) and last.value[-1:] in _NUMERIC_KINDS


def percent_slots(template: str) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """The slots of a `%` template by position or key, with the text before and after; None for one of numbers only."""
    position = 0
    for match in _PERCENT.finditer(template):
        if match["kind"] == "%":
            continue
        slot = match["key"] if match["key"] is not None else str(position)
        position += 1
        around = (
            _PERCENT.sub(UNKNOWN_TEXT, template[: match.start()]),
            _PERCENT.sub(UNKNOWN_TEXT, template[match.end() :]),
        )
        yield slot, None if match["kind"] in _NUMERIC_KINDS else around


def format_slots(template: str) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """The slots of a `.format` template by position or name, with the text before and after each."""
    try:
        parts: Iterable[tuple[str, str | None, str | None, str | None]] = list(string.Formatter().parse(template))
    except ValueError:
        return
    whole = "".join(literal + ("" if field is None else UNKNOWN_TEXT) for literal, field, _, _ in parts)
    prefix = ""
    position = 0
    for literal, field, spec, _ in parts:
        prefix += literal
        if field is None:
            continue
        name = re.split(r"[.\[]", field, maxsplit=1)[0]
        if not name:
            name = str(position)
            position += 1
        around = (prefix, whole[len(prefix) + 1 :])
        yield name, None if spec and spec[-1] in _NUMERIC_KINDS else around
        prefix += UNKNOWN_TEXT
