"""The generated pages: what one shows, and what counts as out of date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from readiness_bot.control import Control
from readiness_bot.model import Effort, Kind, Role, Severity, Site
from readiness_bot.repo import Repo
from tools.docs import index, page, stale


def _judge(_repo: Repo) -> Iterator[Site]:
    """Looks at every door."""
    return iter(())


CONTROL = Control(
    id="security/locked-doors",
    title="Doors are locked | windows too",
    kind=Kind.DEFECT,
    severity=Severity.HIGH,
    why="Thieves try the handle.",
    impact="The silver is gone.",
    fix="Turn the key.",
    effort=Effort.HOURS,
    role=Role.SECURITY,
    sources=["https://doors.example/locks", "the smith's handbook"],
    fails=["door = open()  # <- flagged"],
    fixed="door = lock()",
    passes=[{"Dockerfile": "USER smith\n", "notes.md": "```\nlocked\n```\n"}],
    judge=_judge,
)

PAGE = """\
# Doors are locked | windows too

`security/locked-doors` · severity high · Security engineer, 0.25 to 1 days for each place

## Why

Thieves try the handle.

The silver is gone.

## How it is judged

Looks at every door.

## How to fix it

Turn the key.

## Fails

```python
door = open()  # <- flagged
```

## The first of these, fixed

```python
door = lock()
```

## Passes

`Dockerfile`

```dockerfile
USER smith
```

`notes.md`

````markdown
```
locked
```
````

## Sources

- <https://doors.example/locks>
- the smith's handbook
"""


def test_a_page_shows_the_whole_record() -> None:
    assert page(CONTROL) == PAGE


def test_the_index_lists_by_category_and_keeps_its_table_intact() -> None:
    assert index((CONTROL,)).splitlines()[4:] == [
        "## Security",
        "",
        "| control | severity | wanted |",
        "| --- | --- | --- |",
        "| [security/locked-doors](security/locked-doors.md) | high | Doors are locked \\| windows too |",
    ]


def test_missing_differing_and_left_over_files_are_stale(tmp_path: Path) -> None:
    for name, text in {"kept.md": "kept\n", "old.md": "old\n", "left.md": "left\n"}.items():
        target = tmp_path / "docs/controls" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    wanted = {"docs/controls/kept.md": "kept\n", "docs/controls/old.md": "new\n", "docs/controls/absent.md": "absent\n"}
    assert stale(tmp_path, wanted) == ["docs/controls/absent.md", "docs/controls/left.md", "docs/controls/old.md"]
