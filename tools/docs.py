"""Writes docs/controls, docs/schema and the tables of docs/scoring.md from the code; knows no field of its own."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

from readiness_bot import configuration
from readiness_bot.control import Control, Example, controls
from readiness_bot.model import Kind
from readiness_bot.render import document
from tools.scoring import filled

ROOT = Path(__file__).parent.parent
GENERATED = ("docs/controls", "docs/schema")
"""The folders in which every file is written here, and any other is a leftover."""

SCHEMAS: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    "compare": document.compare_schema,
    "configuration": configuration.schema,
    "score": document.score_schema,
}
"""Every schema that others rely on, by the name of its file."""

_LANGUAGES = {
    ".cfg": "ini", ".conf": "nginx", ".html": "html", ".ini": "ini", ".js": "js", ".json": "json", ".md": "markdown",
    ".py": "python", ".sh": "sh", ".sql": "sql", ".tf": "hcl", ".toml": "toml", ".yaml": "yaml", ".yml": "yaml",
}  # fmt: skip


def main() -> None:
    """Write every generated file and remove what is no longer generated; print what changed."""
    texts = generated()
    for path in stale(ROOT, texts):
        print(path)
        target = ROOT / path
        if path in texts:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(texts[path], encoding="utf-8")
        else:
            target.unlink()


def generated() -> dict[str, str]:
    """Every generated file's text, by its path from the project's root."""
    every = controls()
    texts = {f"docs/controls/{control.id}.md": page(control) for control in every}
    texts["docs/controls/README.md"] = index(every)
    texts |= {f"docs/schema/{name}.json": _json(schema()) for name, schema in SCHEMAS.items()}
    texts["docs/scoring.md"] = filled((ROOT / "docs/scoring.md").read_text(encoding="utf-8"))
    return texts


def stale(root: Path, texts: Mapping[str, str]) -> list[str]:
    """The paths under `root` that are missing, differ from `texts`, or are left over in a generated folder."""
    leftover = {
        path.relative_to(root).as_posix()
        for folder in GENERATED
        for path in (root / folder).rglob("*")
        if path.is_file()
    } - texts.keys()
    differing = (
        path
        for path, text in texts.items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    )
    return sorted({*differing, *leftover})


def index(every: tuple[Control, ...]) -> str:
    """The table of contents: every control by category, most severe first."""
    lines = [
        "# Controls",
        "",
        f"What is judged: {len(every)} controls, by category. Each page says why, how, and what to do.",
    ]
    for category, members in groupby(every, key=lambda control: control.category):
        lines += ["", f"## {category.title}", "", "| control | severity | wanted |", "| --- | --- | --- |"]
        lines += [
            f"| [{control.id}]({control.id}.md) | {control.severity} | {_cell(control.title)} |"
            for control in sorted(members, key=lambda control: (control.severity.rank, control.id))
        ]
    return "\n".join(lines) + "\n"


def page(control: Control) -> str:
    """One control's page: the record in words, with its examples."""
    return "\n".join(_page(control)) + "\n"


def _page(control: Control) -> Iterator[str]:
    low, high = control.effort.days
    unit = "for each place" if control.kind is Kind.DEFECT else "in all"
    unit += ", less in a small code base" if control.grows else ""
    yield from (f"# {control.title}", "")
    yield f"`{control.id}` · severity {control.severity} · {control.role.value}, {low:g} to {high:g} days {unit}"
    yield from ("", "## Why", "", control.why, "", control.impact)
    judged = inspect.getdoc(control.judge)
    if judged:
        yield from ("", "## How it is judged", "", judged)
    yield from ("", "## How to fix it", "", control.fix)
    capability = control.kind is Kind.CAPABILITY
    yield from _examples("Fails", control.fails)
    yield from _examples("The first of these, fixed", (control.fixed,))
    yield from _examples("Passes in part", control.partials)
    yield from _examples("Passes", control.passes)
    yield from _examples("Does not apply" if capability else "Is left alone", control.ignores)
    yield from ("", "## Sources", "")
    yield from (f"- <{source}>" if "://" in source else f"- {source}" for source in control.sources)


def _examples(heading: str, examples: tuple[Example, ...] | list[Example]) -> Iterator[str]:
    if examples:
        yield from ("", f"## {heading}")
    for number, example in enumerate(examples, 1):
        if len(examples) > 1:
            yield from ("", f"### {number}")
        if isinstance(example, str):
            yield from ("", *_fenced(example, "python"))
        else:
            for path, text in example.items():
                yield from ("", f"`{path}`", "", *_fenced(text, _language(path)))


def _fenced(text: str, language: str) -> tuple[str, str, str]:
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}", text.strip("\n"), fence


def _language(path: str) -> str:
    name = PurePosixPath(path)
    if "Dockerfile" in name.name or "Containerfile" in name.name:
        return "dockerfile"
    return _LANGUAGES.get(name.suffix, "")


def _json(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    main()
