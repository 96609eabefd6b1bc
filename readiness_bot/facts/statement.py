"""The identity of a statement when lines move: its text without layout, comments and quotes, as a digest."""

from __future__ import annotations

import re
from hashlib import blake2b

_COMMENT = re.compile(r"""((?s:\"\"\".*?\"\"\"|'''.*?''')|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|#[^\n]*""")
_PREFIX = re.compile(r"[rRuUbBfFtT](?<!\w.)[rRuUbBfFtT]?(?=[\"'])")
"""The letters before a text. They come first in the expression: to look behind every character takes far longer."""
_LAYOUT = b" \t\n\r\f\v(),\\\"'"


def digest(text: str) -> str:
    """Twelve hex digits that stay the same when the statement is reformatted, and change when its words change.

    White space, line breaks, comments, commas, parentheses, quotes and the letters before them do not count, within
    literals neither: they are what formatters alter when they wrap, join and requote. It is for finding a
    statement again; two that differ in nothing else are equals, which an ordinal tells apart.
    """
    return blake2b(normalised(text), digest_size=6).hexdigest()


def normalised(text: str) -> bytes:
    """The statement's text as it is compared, encoded."""
    if "#" in text:
        text = _COMMENT.sub(r"\1", text)
    if '"' in text or "'" in text:
        text = _PREFIX.sub("", text)
    return text.encode("utf-8", "surrogatepass").translate(None, _LAYOUT)
