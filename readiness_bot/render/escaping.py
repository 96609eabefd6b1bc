"""Text from strangers made harmless in Markdown as GitHub renders it; knows nothing of reports.

Paths, symbols, messages and reasons come from the repository that is judged. None of them may break a table, start an
element, ping a person, link anywhere or forge a marker.
"""

from __future__ import annotations

import re
import unicodedata

CELL = 160
"""The most characters of one foreign text; more is no name and no sentence."""

UNBROKEN = 20
"""So many characters of code fit beside another column on a phone."""

WORD = 40
"""The longest word of a sentence: a longer one would stretch its whole table."""

_CODE_SPAN = re.compile(r"(`[^`]*`)")
_SPECIAL = re.compile(r"([\\`*_\[\]~])")
_BREAKER = "\u200b"
_SPLIT = (
    ("@", f"@{_BREAKER}"),  # a mention notifies a person
    ("#", f"#{_BREAKER}"),  # a reference leaves a trace in another issue
    ("://", f":{_BREAKER}//"),
)
_ENTITIES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("|"): "&#124;", ord("$"): "&#36;"}
_WWW = re.compile(r"(?i)\bwww\.")


def plain(text: str, limit: int = CELL) -> str:
    """One line without anything invisible: control, bidi and other formatting characters, cut to `limit`."""
    # Only so much is looked at that what is left after squeezing the blanks can still fill the limit.
    visible = "".join(_visible(character) for character in text[: limit * 4])
    return shortened(" ".join(visible.split()), limit)


def _visible(character: str) -> str:
    if character in "\t\n\r\v\f\x85\u2028\u2029":
        return " "
    category = unicodedata.category(character)
    return "\N{REPLACEMENT CHARACTER}" if category in ("Cc", "Cf", "Cs", "Co", "Cn") else character


def shortened(text: str, limit: int) -> str:
    """The text cut to `limit` characters, after a word where one ends near, with an ellipsis."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    word = kept.rfind(" ")
    return (kept[:word] if word > limit * 3 // 4 else kept).rstrip(" ,;:.") + "…"


def short_path(path: str, limit: int = CELL) -> str:
    """A path cut in its middle, since its end says most."""
    path = plain(path, limit * 100)
    if len(path) <= limit:
        return path
    head = limit // 3
    return f"{path[:head]}…{path[head + 1 - limit :]}"


def code(text: str, limit: int = CELL) -> str:
    """A code span, good in a table too."""
    return _span(plain(text, limit))


def path_code(path: str, line: int = 0, limit: int = 80) -> str:
    """A place as a code span that may break after a folder: the path and, where there is one, the line."""
    parts = [short_path(part, WORD) for part in short_path(path, limit).split("/")]
    text = "/".join(parts) + (f":{line}" if line else "")
    if len(text) <= UNBROKEN:
        return _span(text)
    return f"<code>{'/<wbr>'.join(_entities(part) for part in text.split('/'))}</code>"


def _span(text: str) -> str:
    if not text:
        return ""
    if not re.search(r"[`|\\<]", text):
        return f"`{text}`"
    # A bar ends a table's cell even in a code span, and a backslash before it ends the escape. A comment in a code
    # span is none for GitHub, but is one for whoever searches the text for markers.
    return f"<code>{_entities(text)}</code>"


def _entities(text: str) -> str:
    return re.sub(r"[^\w .-]|_", lambda found: f"&#{ord(found[0])};", text)


def prose(text: str, limit: int = CELL, word: int = WORD) -> str:
    """A sentence whose code spans stay and whose everything else is letters only; longer words than `word` are cut."""
    text = plain(re.sub(rf"\S{{{word},}}", lambda found: _short_word(found[0], word), text[: limit * 100]), limit)
    if text.count("`") % 2:  # a span that the cut left open: what stands before it may say enough
        end = text.rfind(". ", 0, text.rindex("`")) + 1
        text = text[:end] if end > len(text) // 3 else f"{text}`"
    pieces = _CODE_SPAN.split(text)
    return "".join(_span(piece[1:-1]) if index % 2 else _inert(piece) for index, piece in enumerate(pieces))


def _short_word(word: str, limit: int) -> str:
    # The backticks around a name are no part of it: what the cut took of them is put back.
    kept = shortened(word, limit)
    return kept + "`" * ((word.count("`") - kept.count("`")) % 2)


def _inert(text: str) -> str:
    for found, instead in _SPLIT:
        text = text.replace(found, instead)
    text = _SPECIAL.sub(r"\\\1", text).translate(_ENTITIES)
    return _WWW.sub(lambda found: found[0][:-1] + _BREAKER + ".", text)


def words(markdown: str) -> str:
    """The text that is left when all markup is taken out of Markdown made here."""
    text = re.sub(r"<!--.*?-->|</?\w+[^>]*>", "", markdown, flags=re.DOTALL)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[`*#_|\\]|" + _BREAKER, "", text).strip()
