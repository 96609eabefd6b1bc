"""Measures how often a blocker is right and how many defects are seen, by places that somebody read; judges no code.

    python -m tools.accuracy CLONES [--record]

CLONES is a folder of clones, each as `OWNER+NAME`, `OWNER+NAME/repo` or `OWNER/NAME`, bare or not. Every repository of
docs/accuracy/readings.jsonl that has a clone there is judged at the commit that was read. `--record` keeps what was
found in the readings and writes the tables of docs/accuracy.md and of the pages below docs/accuracy anew.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from readiness_bot.assess import assess
from readiness_bot.git import Repository
from readiness_bot.model import Report
from readiness_bot.settings import Settings

ROOT = Path(__file__).parent.parent
READINGS = ROOT / "docs/accuracy/readings.jsonl"
PAGES = (ROOT / "docs/accuracy.md", *sorted((ROOT / "docs/accuracy").glob("*.md")))

LINE_SLACK = 3
"""Lines that a blocker may stand off the place that was read: a call that spans lines may be told by any of them."""

_TABLE = re.compile(r"(?s)(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)")


class Reading(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a reader found at one place, or about one control, of a repository.

    `blocker`: a blocker stood here when the repository was first judged, and `true` says whether it is a defect.
    `missed`: a defect stands here that was not told. `verdict`: the status of a capability, `wanted` by the reader and
    `first` given. `told` is what the version last measured does: it names the place, or gives the wanted status.
    `round` counts the rounds of reading, between which what the one before had shown was mended; the first is 0.
    """

    repository: str
    commit: str
    kind: Literal["blocker", "missed", "verdict"]
    control: str
    true: bool
    reason: str
    path: str = ""
    line: int = 0
    wanted: str = ""
    first: str = ""
    told: bool = False
    round: int = 0


class Unread(msgspec.Struct, frozen=True):
    """A blocker that nobody has read yet."""

    repository: str
    control: str
    path: str
    line: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge the clones, print the tables, and with `--record` keep them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path, nargs="+")
    parser.add_argument("--record", action="store_true", help="write readings and pages")
    options = parser.parse_args(arguments)
    readings = load(READINGS)
    measured: dict[str, Report] = {}
    for repository, commit in sorted({(one.repository, one.commit) for one in readings}):
        clone = clone_of(repository, options.clones)
        if clone is None:
            print(f"{repository}: no clone, left as recorded")
            continue
        measured[repository] = assess(Repository.open(clone), commit, Settings(), assessed_on=date(2000, 1, 1))
        print(f"{repository}: judged")
    readings = [told(one, measured[one.repository]) if one.repository in measured else one for one in readings]
    for one in unread(readings, measured):
        print(f"to be read: {one.repository} {one.control} {one.path}:{one.line}")
    for name, table in TABLES.items():
        print(f"\n{name}\n\n{table(readings)}")
    if options.record:
        READINGS.write_bytes(dump(readings))
        for page in PAGES:
            page.write_text(filled(page.read_text(encoding="utf-8"), readings), encoding="utf-8")


def load(path: Path) -> list[Reading]:
    """The readings of a file, one a line. Raises `msgspec.ValidationError` for a line that is none."""
    return [msgspec.json.decode(line, type=Reading) for line in path.read_bytes().splitlines() if line.strip()]


def dump(readings: Iterable[Reading]) -> bytes:
    """The readings as lines, by repository, kind, control and place."""
    ordered = sorted(readings, key=lambda one: (one.repository.lower(), one.kind, one.control, one.path, one.line))
    return b"".join(msgspec.json.encode(one) + b"\n" for one in ordered)


def clone_of(repository: str, folders: Iterable[Path]) -> Path | None:
    """Where a clone of `OWNER/NAME` lies below one of the folders."""
    owner, _, name = repository.partition("/")
    tried = (
        folder / place
        for folder in folders
        for place in (f"{owner}+{name}/repo", f"{owner}+{name}", f"{owner}/{name}", f"{owner}/{name}.git")
    )
    return next((path for path in tried if path.is_dir()), None)


def told(reading: Reading, report: Report) -> Reading:
    """The reading with what the report says of it."""
    if reading.kind == "verdict":
        status = next((str(one.status) for one in report.verdicts if one.control == reading.control), "")
        return msgspec.structs.replace(reading, told=status == reading.wanted)
    return msgspec.structs.replace(
        reading,
        told=any(_is_at(reading, control, path, line, end) for control, path, line, end in _places(report)),
    )


def unread(readings: Iterable[Reading], reports: Mapping[str, Report]) -> Iterator[Unread]:
    """The blockers of the reports that stand at no place that was read."""
    places = defaultdict(list)
    for one in readings:
        places[one.repository].append(one)
    for repository, report in reports.items():
        for control, path, line, end in _places(report):
            if not any(_is_at(one, control, path, line, end) for one in places[repository] if one.kind != "verdict"):
                yield Unread(repository, control, path, line)


def _places(report: Report) -> Iterator[tuple[str, str, int, int]]:
    for blocker in report.blockers:
        if blocker.location is not None:
            place = blocker.location
            yield blocker.control, place.path, place.line, place.end_line or place.line


def _is_at(reading: Reading, control: str, path: str, line: int, end: int) -> bool:
    same = (reading.control, reading.path) == (control, path)
    return same and line - LINE_SLACK <= reading.line <= end + LINE_SLACK


# -- tables ------------------------------------------------------------------------------------------------------------


def filled(text: str, readings: Sequence[Reading]) -> str:
    """The page with every marked table written anew. Raises KeyError for a table that nothing here makes."""
    return _TABLE.sub(lambda match: f"{match[1]}{TABLES[match[2]](readings)}{match[3]}", text)


def _rows(head: str, rows: Iterable[tuple[object, ...]]) -> str:
    columns = head.split(" | ")
    lines = [f"| {head} |", f"| {' | '.join('---' for _ in columns)} |"]
    lines += [f"| {' | '.join(str(cell).replace('|', '&#124;') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {part / whole:.0%}" if whole else "–"


def _repositories(readings: Sequence[Reading]) -> str:
    rows = []
    for repository, commit in sorted(
        {(one.repository, one.commit) for one in readings}, key=lambda pair: pair[0].lower()
    ):
        own = [one for one in readings if one.repository == repository]
        count = {kind: sum(one.kind == kind for one in own) for kind in ("blocker", "missed", "verdict")}
        rows.append((repository, f"`{commit[:12]}`", own[0].round, count["blocker"], count["missed"], count["verdict"]))
    return _rows("repository | commit | round | blockers read | defects missed at first | verdicts read", rows)


def _by_round(readings: Sequence[Reading]) -> str:
    located = [one for one in readings if one.kind != "verdict"]
    rows = []
    for number in sorted({one.round for one in located}):
        own = [one for one in located if one.round == number]
        others = [one for one in own if one.control != _EASIEST]
        searched = any(one.kind == "missed" for one in own)
        rows.append(
            (
                number,
                len({one.repository for one in own}),
                _first_sight(own),
                _first_sight(others),
                _found_at_first(own) if searched else "–",
                _found_at_first(others) if searched else "–",
                _row("", own)[2],
            )
        )
    return _rows(
        "round | repositories | right at first sight | without time limits | defects found at first sight"
        " | without time limits | right now",
        rows,
    )


_EASIEST = "external-apis/timeout"
"""The control that gives half of all blockers, and hardly ever a wrong one."""


def _first_sight(readings: Sequence[Reading]) -> str:
    first = [one for one in readings if one.kind == "blocker"]
    return _share(sum(one.true for one in first), len(first))


def _found_at_first(readings: Sequence[Reading]) -> str:
    defects = [one for one in readings if one.true]
    return _share(sum(one.kind == "blocker" for one in defects), len(defects))


def _by_control(readings: Sequence[Reading]) -> str:
    located = [one for one in readings if one.kind != "verdict"]
    controls = sorted({one.control for one in located})
    return _rows(
        "control | right when first judged | right now | known defects found now",
        (
            *(_row(control, [one for one in located if one.control == control]) for control in controls),
            _row("**all**", located),
        ),
    )


def _row(name: str, readings: Sequence[Reading]) -> tuple[str, str, str, str]:
    first = [one for one in readings if one.kind == "blocker"]
    now = [one for one in readings if one.told]
    defects = [one for one in readings if one.true]
    return (
        name,
        _share(sum(one.true for one in first), len(first)),
        _share(sum(one.true for one in now), len(now)),
        _share(sum(one.told for one in defects), len(defects)),
    )


def _verdicts(readings: Sequence[Reading]) -> str:
    read = [one for one in readings if one.kind == "verdict"]
    rows = []
    for control in (*sorted({one.control for one in read}), ""):
        own = [one for one in read if control in ("", one.control)]
        at_first = _share(sum(one.first == one.wanted for one in own), len(own))
        rows.append((control or "**all**", at_first, _share(sum(one.told for one in own), len(own))))
    return _rows("control | as the reader when first judged | as the reader now", rows)


def _misses(readings: Sequence[Reading]) -> str:
    return _rows(
        "control | place | what stands there",
        (
            (one.control, f"{one.repository} `{one.path}:{one.line}`", one.reason)
            for one in sorted(readings, key=lambda one: (one.control, one.repository.lower(), one.path, one.line))
            if one.kind != "verdict" and one.true and not one.told
        ),
    )


def _false(readings: Sequence[Reading]) -> str:
    return _rows(
        "control | place | why it is none | still told",
        (
            (one.control, f"{one.repository} `{one.path}:{one.line}`", one.reason, "yes" if one.told else "no")
            for one in sorted(readings, key=lambda one: (one.control, one.repository.lower(), one.path, one.line))
            if one.kind == "blocker" and not one.true
        ),
    )


def _other_verdicts(readings: Sequence[Reading]) -> str:
    return _rows(
        "control | repository | reader | first given | why | agrees now",
        (
            (one.control, one.repository, one.wanted, one.first, one.reason, "yes" if one.told else "no")
            for one in sorted(readings, key=lambda one: (one.control, one.repository.lower()))
            if one.kind == "verdict" and one.first != one.wanted
        ),
    )


TABLES: Mapping[str, Callable[[Sequence[Reading]], str]] = {
    "repositories": _repositories,
    "by-round": _by_round,
    "by-control": _by_control,
    "verdicts": _verdicts,
    "misses": _misses,
    "false": _false,
    "other-verdicts": _other_verdicts,
}


if __name__ == "__main__":
    main()
