"""The badge: an image that reads well everywhere, and the JSON for shields.io."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest

from readiness_bot.model import Overall
from readiness_bot.render.badge import Theme, endpoint, message, svg
from tests.render.test_html_page import contrast

READY = Overall(82, "ready", "low")
CONDITIONAL = Overall(60, "conditional", "medium")
NOT_READY = Overall(45, "not-ready", "high")
NOTHING = Overall(None, "not-ready", "high")
SVG = "{http://www.w3.org/2000/svg}"


def test_the_words() -> None:
    assert [message(overall) for overall in (READY, CONDITIONAL, NOT_READY, NOTHING)] == [
        "82% ready",
        "60% conditional",
        "45% not ready",
        "nothing to judge",
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("overall", [READY, CONDITIONAL, NOT_READY, NOTHING])
def test_the_image_is_whole_and_names_itself(overall: Overall, theme: Theme) -> None:
    image = ET.fromstring(svg(overall, theme=theme))
    assert image.get("role") == "img"
    assert image.get("aria-label") == f"readiness: {message(overall)}"
    assert image.findtext(f"{SVG}title") == f"readiness: {message(overall)}"
    texts = [text.text for text in image.iter(f"{SVG}text")]
    assert texts == ["readiness", message(overall)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_text_lies_within_its_half(theme: Theme) -> None:
    image = ET.fromstring(svg(NOT_READY, theme=theme))
    left, right = image.findall(f"{SVG}g")[0].findall(f"{SVG}rect")
    for half, text in zip((left, right), image.iter(f"{SVG}text"), strict=True):
        start = int(half.get("x", "0"))
        begin, length = int(text.get("x", "")), int(text.get("textLength", ""))
        assert begin == start + 7
        assert begin + length + 7 == start + int(half.get("width", ""))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("overall", [READY, CONDITIONAL, NOT_READY])
def test_white_text_contrasts_with_every_fill(overall: Overall, theme: Theme) -> None:
    fills = re.findall(r'<rect[^>]* fill="(#[0-9a-f]{6})"', svg(overall, theme=theme))
    assert len(fills) == 2
    assert min(contrast("#ffffff", fill) for fill in fills) >= 4.5


def test_themes_differ_and_the_same_badge_is_the_same_text() -> None:
    assert svg(READY) != svg(READY, theme="dark")
    assert svg(READY) == svg(READY)


def test_the_endpoint_is_what_shields_reads() -> None:
    assert json.loads(endpoint(NOT_READY)) == {
        "schemaVersion": 1,
        "label": "readiness",
        "message": "45% not ready",
        "color": "red",
    }
    assert [json.loads(endpoint(each))["color"] for each in (READY, CONDITIONAL)] == ["brightgreen", "yellow"]
