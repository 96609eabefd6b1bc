"""The measurement of accuracy: what readings are held against, what tables say, that the page shows the readings."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from readiness_bot.assess import assess
from readiness_bot.git import Repository
from readiness_bot.model import Report
from readiness_bot.settings import Settings
from tests import gitting
from tools.accuracy import PAGES, READINGS, TABLES, Reading, Unread, clone_of, dump, filled, load, told, unread

CALL = "import requests\n\n\ndef ask(url):\n    return requests.get(url)\n"
TIMEOUT = "external-apis/timeout"


def reading(line: int, *, true: bool = True, was_told: bool = False, missed: bool = False) -> Reading:
    kind: Literal["blocker", "missed"] = "missed" if missed else "blocker"
    return Reading("o/n", "c0ffee", kind, TIMEOUT, true, "waits", path="app/main.py", line=line, told=was_told)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = gitting.repository(tmp_path_factory.mktemp("clones") / "o+n", {"app/main.py": CALL})
    return assess(Repository.open(folder), "HEAD", Settings(), assessed_on=date(2000, 1, 1))


def test_a_place_is_told_within_three_lines(report: Report) -> None:
    assert [told(reading(line), report).told for line in (1, 2, 5, 8, 9)] == [False, True, True, True, False]


def test_a_verdict_is_told_where_it_is_the_wanted_one(report: Report) -> None:
    image = Reading("o/n", "c0ffee", "verdict", "testing/test-suite", False, "no tests", wanted="fail", first="pass")
    assert told(image, report).told
    assert not told(Reading("o/n", "c0ffee", "verdict", "testing/test-suite", True, "", wanted="pass"), report).told


def test_blockers_that_nobody_read_are_listed(report: Report) -> None:
    assert list(unread([reading(5)], {"o/n": report})) == []
    assert list(unread([reading(50)], {"o/n": report})) == [Unread("o/n", TIMEOUT, "app/main.py", 5)]


def test_first_and_present_figures_differ() -> None:
    readings = [
        reading(1, was_told=True),
        reading(20, true=False),
        reading(40, true=False, was_told=True),
        reading(60, missed=True),
    ]
    row = TABLES["by-control"](readings).splitlines()[2]
    assert row == f"| {TIMEOUT} | 1/3 = 33% | 1/2 = 50% | 1/2 = 50% |"
    assert "`app/main.py:60`" in TABLES["misses"](readings)
    assert "`app/main.py:20` | waits | no |" in TABLES["false"](readings)


def test_each_round_has_its_first_sight() -> None:
    first = [reading(1, was_told=True), reading(60, missed=True)]
    readings = [*first, msgspec.structs.replace(reading(20, true=False), round=1)]
    rows = TABLES["by-round"](readings).splitlines()[2:]
    assert rows == [
        "| 0 | 1 | 1/1 = 100% | – | 1/2 = 50% | – | 1/1 = 100% |",
        "| 1 | 1 | 0/1 = 0% | – | – | – | – |",
    ]


def test_clones_are_found_in_each_layout(tmp_path: Path) -> None:
    (tmp_path / "a+one" / "repo").mkdir(parents=True)
    (tmp_path / "b" / "two").mkdir(parents=True)
    assert clone_of("a/one", [tmp_path]) == tmp_path / "a+one" / "repo"
    assert clone_of("b/two", [tmp_path]) == tmp_path / "b" / "two"
    assert clone_of("c/three", [tmp_path]) is None


def test_pages_show_the_readings() -> None:
    readings = load(READINGS)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert text == filled(text, readings), f"{page.name}: run `python -m tools.accuracy CLONES --record`"


def test_every_table_stands_on_one_page() -> None:
    marks = [name for page in PAGES for name in re.findall(r"<!-- table: ([a-z-]+) -->", page.read_text("utf-8"))]
    assert sorted(marks) == sorted(TABLES)


def test_readings_are_in_order_and_told_in_few_words() -> None:
    readings = load(READINGS)
    assert READINGS.read_bytes() == dump(readings)
    assert [one for one in readings if len(one.reason.split()) > 12] == []
    assert len({one.repository for one in readings}) >= 10
