"""The page: whole, without anything from outside, readable without colour, and closed to what names try."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser

import pytest

from readiness_bot.render.html_page import render
from tests import reports

VOID = {"meta", "circle", "link", "br"}
PAGES = {
    "blocked": render(reports.blocked()),
    "ready": render(reports.ready()),
    "small": render(reports.small()),
    "hostile": render(reports.hostile()),
    "delta": render(reports.delta()),
}


class Outline(HTMLParser):
    """What a page is made of; fails where a tag is closed that was not opened last."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.headings: list[int] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


@pytest.mark.parametrize("name", PAGES)
def test_every_tag_is_closed(name: str) -> None:
    assert Outline(PAGES[name]).open == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_loaded_and_nothing_runs(name: str) -> None:
    outline = Outline(PAGES[name])
    assert outline.tags.isdisjoint({"script", "img", "iframe", "link", "object", "form"})
    assert outline.attributes.isdisjoint({"src", "srcset", "onload", "onclick", "onerror", "action"})
    assert "url(" not in PAGES[name]
    assert "@import" not in PAGES[name]
    assert 'content="default-src &#x27;none&#x27;; style-src' in PAGES[name]


@pytest.mark.parametrize("name", PAGES)
def test_headings_descend_one_level_at_a_time(name: str) -> None:
    levels = Outline(PAGES[name]).headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_a_page_says_its_language_and_offers_a_way_past_its_head() -> None:
    page = PAGES["blocked"]
    assert page.startswith('<!doctype html>\n<html lang="en">\n')
    assert '<a class="skip" href="#main">' in page
    assert '<main id="main">' in page
    assert 'role="img" aria-label="Score 40%"' in page


def test_every_status_is_a_word_and_not_a_colour_alone() -> None:
    page = PAGES["blocked"]
    for words in ("Ready", "Needs work", "Blocking", "Not ready for production", "Critical", "High"):
        assert re.search(rf'<span class="tag \w+"><span aria-hidden="true">.</span> {words}</span>', page)


def test_both_schemes_have_every_colour() -> None:
    light, dark = re.findall(r":root \{(.*?)\}", PAGES["blocked"], re.DOTALL)[:2]
    assert set(re.findall(r"--[a-z-]+", light)) == set(re.findall(r"--[a-z-]+", dark))


@pytest.mark.parametrize("scheme", [0, 1])
def test_colours_contrast_as_the_accessibility_guidelines_ask(scheme: int) -> None:
    block = re.findall(r":root \{(.*?)\}", PAGES["blocked"], re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
    pairs = [("ink", "page"), ("ink", "card"), ("quiet", "page"), ("quiet", "card"), ("quiet", "sunken")]
    pairs += [(tone, f"{tone}-soft") for tone in ("good", "warn", "bad")] + [("link", "page"), ("link", "card")]
    low = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1.4.3."""
    first, second = sorted((luminance(one), luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_page_says_what_the_report_says() -> None:
    text = Outline(PAGES["blocked"]).text
    for words in (
        "Production readiness of acme/shop",
        "Risk of deploying today: high",
        "Critical blockers (11)",
        "Path to production: 5–7 weeks",
        "app/api/search.py:41 the request's JSON reaches find",
        "Do not deploy until",
        "Next review on 5 February 2025.",
    ):
        assert words in text


def test_a_comparison_says_what_changed() -> None:
    text = Outline(PAGES["delta"]).text
    for words in ("Must not pass", "Score 40% → 42% (+2)", "thresholds.ready: 65 to 60", "Exported at /metrics."):
        assert words in text


def test_invisible_characters_are_shown() -> None:
    assert not set("\x1b\u202e\u2066") & set(PAGES["hostile"])
