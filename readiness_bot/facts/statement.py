"""The identity of a statement when lines move: its text without layout, comments and quotes, as a digest."""

from __future__ import annotations

import re
from hashlib import blake2b

_TOKEN = re.compile(
    r"""(?P<text>(?s:\"\"\".*?\"\"\"|'''.*?''')|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|#[^\n]*|[\s(),\\]+"""
)


def digest(text: str) -> str:
    """Twelve hex digits that stay the same when the statement is reformatted, and change when its words change.

    White space, line breaks, comments, commas, parentheses and the choice of quotes do not count: they are
    what formatters alter.
    """
    return blake2b(normalised(text).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def normalised(text: str) -> str:
    """The statement's text as it is compared."""
    return _TOKEN.sub(_kept, text)


def _kept(match: re.Match[str]) -> str:
    quoted = match["text"]
    return "" if quoted is None else quoted.strip("\"'")
