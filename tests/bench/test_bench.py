"""The measuring: costs of whole processes, repositories made from folders, pictures."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bench.__main__ import Figures
from bench.chart import bars, growth
from bench.measuring import Cost, Spread, run
from bench.subjects import checked_out, committed, git, grown
from bench.yardstick import production, seconds


def test_a_run_tells_time_memory_and_exit_code() -> None:
    cost = run([sys.executable, "-c", "import sys, time; x = b'1' * 40_000_000; time.sleep(0.3); sys.exit(3)"])
    assert cost.code == 3
    assert cost.wall >= 0.3
    assert cost.cpu > 0
    assert sys.platform != "linux" or cost.memory > 20_000_000


def test_memory_counts_what_a_process_starts() -> None:
    inner = "import time; x = b'1' * 60_000_000; time.sleep(0.5)"
    cost = run([sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"])
    assert sys.platform != "linux" or cost.memory > 60_000_000


def test_a_spread_is_the_middle_and_the_ends() -> None:
    assert Spread.of([5, 1, 30]) == Spread(5, 1, 30)
    assert str(Spread(123.4, 12.34, 1.234)) == "123 (12.3 to 1.23)"


def test_ratios_are_taken_round_by_round() -> None:
    figures = Figures("x", 10, 1, yardstick=[1.0, 2.0])
    figures.runs["readiness-bot cold"] = [Cost(2.0, 3.0, 50, 0), Cost(4.0, 5.0, 70, 0)]
    figures.runs["bandit -r, both trees"] = [Cost(60.0, 60.0, 9, 1), Cost(100.0, 100.0, 9, 1)]
    figures.runs["radon mi, both trees"] = [Cost(20.0, 20.0, 9, 0), Cost(20.0, 20.0, 9, 0)]
    assert figures.parses("readiness-bot cold") == Spread(2.0, 2.0, 2.0)
    assert figures.peers() == [80.0, 120.0]
    assert figures.quicker("readiness-bot cold") == Spread(35.0, 30.0, 40.0)
    assert figures.memory("readiness-bot cold") == 70


def test_a_folder_becomes_two_commits_of_which_the_second_changes_ten_modules(tmp_path: Path) -> None:
    for number in range(15):
        (tmp_path / f"module{number}.py").write_text("x = 1\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_x.py").write_text("assert True\n")
    subject = committed("made", tmp_path)
    changed = git(tmp_path, "diff", "--name-only", subject.base, subject.head).split()
    assert len(changed) == 10
    assert "tests/test_x.py" not in changed
    before = checked_out(subject, subject.base, tmp_path.parent / "before")
    assert {path.read_text() for path in before.glob("module*.py")} == {"x = 1\n"}


def test_a_repository_grows_to_the_lines_asked_for(tmp_path: Path) -> None:
    parts = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        parts.append(tmp_path / name / "module.py")
        parts[-1].write_text("x = 1\n" * 40)
    subject = grown(parts, 150, tmp_path / "grown")
    written = [path.read_text() for path in subject.path.rglob("*.py")]
    assert 150 <= sum(text.count("x = 1") for text in written) <= 160
    assert len(set(written)) == len(written)


def test_the_unit_is_the_parse_of_production_files(tmp_path: Path) -> None:
    for path in ("app/main.py", "app/broken.py", "tests/test_main.py"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("x = (\n" if "broken" in path else "x = 1\n")
    files = production(tmp_path)
    assert files == [b"x = (\n", b"x = 1\n"]
    assert seconds(files) >= 0


@pytest.mark.parametrize(
    "picture",
    [
        bars("a < b", {"readiness-bot cold": 4.0, "bandit": 170.0}, ours="readiness-bot"),
        growth("by size", (10, 100, 1000), {"cold": (0.5, 2.0, 20.0), "warm": (0.3, 0.4, 0.9)}),
    ],
)
def test_pictures_are_well_formed(picture: str) -> None:
    root = ET.fromstring(picture)
    assert root.tag.endswith("svg")
    assert any("s" in (text.text or "") for text in root.iter("{http://www.w3.org/2000/svg}text"))


def test_longer_is_drawn_longer() -> None:
    root = ET.fromstring(bars("t", {"readiness-bot": 4.0, "bandit": 170.0}, ours="readiness-bot"))
    widths = {one.get("class"): float(one.get("width", "0")) for one in root.iter("{http://www.w3.org/2000/svg}rect")}
    assert widths["a"] < widths["b"]
