"""What texts a regular expression lets through, as far as its characters tell; runs none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

_TELLING = frozenset("/\\.'\"`;:@?#%&=,()<>*| \t\n$!~+[]{}^")
"""Characters other than letters, digits and what joins them, which paths, addresses and statements are made of."""
_WORDS = frozenset("wdbBAZ")
_ANY = frozenset("WDS")


def narrowness(pattern: str, *, begins: bool = False) -> Literal["name", "segment", ""]:
    """What every text is that the pattern finds: a `name` of letters and digits, a `segment` without slashes, or any.

    A name may have dots inside. `begins` where whoever asks looks at the beginning of the text by himself.
    """
    text = pattern.removeprefix("(?i)").removeprefix("(?a)")
    start = next((mark for mark in ("^", "\\A") if text.startswith(mark)), "")
    end = next((mark for mark in ("$", "\\Z", "\\z") if text.endswith(mark)), "")
    if not (start or begins) or not end or text.endswith("\\$") or "(?" in text.replace("(?:", "").replace("(?P<", ""):
        return ""
    admitted = list(_admitted(text[len(start) : len(text) - len(end)]))
    if None in admitted:
        return ""
    first = admitted[0] if admitted else None
    every = frozenset().union(*(one for one in admitted if one is not None))
    if not every or (every == {"."} and not first):
        return "name"
    return "" if "/" in every else "segment"


def _admitted(text: str) -> Iterator[frozenset[str] | None]:
    """For each piece of a pattern the telling characters that it admits; None for an alternative to the whole."""
    at, depth = 0, 0
    while at < len(text):
        sign = text[at]
        if sign == "[":
            kept, at = _of_class(text, at + 1)
            yield kept
            continue
        if sign == "\\" and at + 1 < len(text):
            yield _escaped(text[at + 1])
            at += 1
        elif sign == "(":
            depth += 1
            at = text.find(">", at) if text.startswith("(?P<", at) else at + 2 * text.startswith("(?:", at)
        elif sign == "{":
            at = max(text.find("}", at), at)
        elif sign == "|" and depth == 0:
            yield None
        elif sign == ".":
            yield _TELLING
        elif sign not in ")*+?|^$":
            yield _TELLING & {sign}
        depth -= sign == ")"
        at += 1


def _of_class(text: str, at: int) -> tuple[frozenset[str], int]:
    """The telling characters of a class such as `[a-z.]`, and where the text goes on behind it."""
    others = text[at : at + 1] == "^"
    at += others
    begin, found = at, set[str]()
    while at < len(text) and (text[at] != "]" or at == begin):
        if text[at] == "\\" and at + 1 < len(text):
            found |= _escaped(text[at + 1])
            at += 2
        elif text[at + 1 : at + 2] == "-" and text[at + 2 : at + 3] not in ("", "]"):
            found |= {one for one in _TELLING if text[at] <= one <= text[at + 2]}
            at += 3
        else:
            found |= _TELLING & {text[at]}
            at += 1
    return frozenset(_TELLING - found if others else found), at + 1


def _escaped(sign: str) -> frozenset[str]:
    """The telling characters of what stands behind a backslash."""
    if sign in _ANY:
        return _TELLING
    if sign == "s":
        return frozenset(" \t\n")
    return frozenset() if sign in _WORDS else _TELLING & {sign}
