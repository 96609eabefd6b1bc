"""The score as a badge: an image of our own, and the JSON from which shields.io draws one; judges nothing."""

from __future__ import annotations

from typing import Literal

import msgspec

from readiness_bot.model import Overall
from readiness_bot.render import wording

Theme = Literal["light", "dark"]

LABEL = "readiness"
"""What the badge is about; its colour alone would not say."""

_HEIGHT = 20
_PAD = 7
_WIDTHS = {
    " ": 3.9, "%": 11.8, "a": 6.6, "b": 6.9, "c": 5.7, "d": 6.9, "e": 6.6, "f": 3.9, "g": 6.9, "h": 7.0, "i": 3.0,
    "j": 3.8, "k": 6.5, "l": 3.0, "m": 10.7, "n": 7.0, "o": 6.7, "p": 6.9, "q": 6.9, "r": 4.7, "s": 5.7, "t": 4.3,
    "u": 7.0, "v": 6.5, "w": 9.0, "x": 6.5, "y": 6.5, "z": 5.8,
}  # fmt: skip
_DIGIT = 7.0
"""Widths in Verdana at 11 pixels, the first font asked for; `textLength` makes any other font fit."""

_COLOURS = {
    ("light", "ready"): "#1a7f37", ("light", "conditional"): "#9a6700", ("light", "not-ready"): "#cf222e",
    ("dark", "ready"): "#238636", ("dark", "conditional"): "#9e6a03", ("dark", "not-ready"): "#da3633",
}  # fmt: skip
_LABEL_COLOURS = {"light": "#424a53", "dark": "#30363d"}
_EDGES = {"light": "#d0d7de", "dark": "#484f58"}
_NAMES = {"ready": "brightgreen", "conditional": "yellow", "not-ready": "red"}
_WORDS = {"ready": "ready", "conditional": "conditional", "not-ready": "not ready"}


def message(overall: Overall) -> str:
    """The badge's right half: score and verdict in words."""
    if overall.score is None:
        return "nothing to judge"
    return f"{wording.percent(overall.score)} {_WORDS[overall.verdict]}"


def svg(overall: Overall, *, theme: Theme = "light") -> str:
    """The badge as an image for pages of that theme; text is drawn as text, so that it can be read aloud."""
    text = message(overall)
    left, right = _width(LABEL), _width(text)
    whole = left + right
    colour = _COLOURS[theme, overall.verdict]
    title = f"{LABEL}: {text}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{_HEIGHT}" viewBox="0 0 {whole} {_HEIGHT}" '
        f'role="img" aria-label="{title}">'
        f"<title>{title}</title>"
        f'<clipPath id="round"><rect width="{whole}" height="{_HEIGHT}" rx="4"/></clipPath>'
        '<g clip-path="url(#round)">'
        f'<rect width="{left}" height="{_HEIGHT}" fill="{_LABEL_COLOURS[theme]}"/>'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT}" fill="{colour}"/></g>'
        f'<rect x=".5" y=".5" width="{whole - 1}" height="{_HEIGHT - 1}" rx="3.5" '
        f'fill="none" stroke="{_EDGES[theme]}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">'
        f"{_words(LABEL, _PAD, left)}{_words(text, left + _PAD, right)}</g></svg>\n"
    )


def endpoint(overall: Overall) -> str:
    """The JSON that the endpoint badge of shields.io reads."""
    content = {"schemaVersion": 1, "label": LABEL, "message": message(overall), "color": _NAMES[overall.verdict]}
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"


def _width(text: str) -> int:
    return round(sum(_WIDTHS.get(character, _DIGIT) for character in text)) + 2 * _PAD


def _words(text: str, start: int, width: int) -> str:
    return f'<text x="{start}" y="14" textLength="{width - 2 * _PAD}">{text}</text>'
