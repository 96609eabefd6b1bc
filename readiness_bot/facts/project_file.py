"""The dependencies of a pyproject.toml or Pipfile, in every tool's own table; knows not what gets installed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from readiness_bot.facts.extractor import Extractor, Unreadable
from readiness_bot.facts.manifest import Dependency, Include, Manifest, dependency


class ProjectFile(Manifest, frozen=True, array_like=True, gc=False):
    """A pyproject.toml or Pipfile."""


MAX_LINES = 5_000
"""Lines in which a dependency's place is looked for, and dependencies kept: ten times the longest in public."""

_PATHS = re.compile(r"(^|/)(pyproject\.toml|Pipfile)$")


def _extract(data: bytes) -> ProjectFile:
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    try:
        tree = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unreadable(f"not TOML: {error}") from error
    lines = text.split("\n")[:MAX_LINES]
    project, tools = _table(tree, "project"), _table(tree, "tool")
    found = [
        *_standard(tree, project, lines),
        *_poetry(_table(tools, "poetry"), lines),
        *_pdm(_table(tools, "pdm"), lines),
    ]
    found += _listed(_table(tools, "uv").get("dev-dependencies"), lines, "dev")
    found += [*_hatch(_table(tools, "hatch"), lines), *_pipfile(tree, lines)]
    name = project.get("name") or _table(tools, "poetry").get("name")
    return ProjectFile(
        tuple(found[:MAX_LINES]),
        tuple(_dynamic(_table(_table(tools, "setuptools"), "dynamic"), lines)),
        name=name if isinstance(name, str) else "",
        entries=tuple(_entries(project, _table(tools, "poetry"))),
    )


def _entries(project: dict[str, Any], poetry: dict[str, Any]) -> Iterator[str]:
    """What the entry points of every group lead to."""
    groups = [project.get("scripts"), project.get("gui-scripts"), poetry.get("scripts")]
    groups += [*_table(project, "entry-points").values(), *_table(poetry, "plugins").values()]
    for group in groups:
        for target in group.values() if isinstance(group, dict) else ():
            if isinstance(target, str):
                yield target.partition("[")[0].strip()


def _table(tree: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = tree.get(name)
    return table if isinstance(table, dict) else {}


def _standard(tree: dict[str, Any], project: dict[str, Any], lines: list[str]) -> Iterator[Dependency]:
    yield from _listed(project.get("dependencies"), lines, "")
    for group, listed in _table(project, "optional-dependencies").items():
        yield from _listed(listed, lines, group)
    for group, listed in _table(tree, "dependency-groups").items():
        yield from _listed(listed, lines, group)


def _listed(listed: object, lines: list[str], group: str) -> list[Dependency]:
    texts = [text for text in listed if isinstance(text, str)][:MAX_LINES] if isinstance(listed, list) else []
    found = (dependency(text, _line_of(text, lines), group) for text in texts)
    return [each for each in found if each is not None]


def _line_of(text: str, lines: list[str]) -> int:
    escaped = text.replace('"', '\\"')
    return next((number for number, line in enumerate(lines, 1) if text in line or escaped in line), 1)


def _poetry(poetry: dict[str, Any], lines: list[str]) -> Iterator[Dependency]:
    yield from _named(_table(poetry, "dependencies"), lines, "")
    yield from _named(_table(poetry, "dev-dependencies"), lines, "dev")
    for group, table in _table(poetry, "group").items():
        if isinstance(table, dict):
            yield from _named(_table(table, "dependencies"), lines, "" if group == "main" else group)


def _pdm(pdm: dict[str, Any], lines: list[str]) -> Iterator[Dependency]:
    for group, listed in _table(pdm, "dev-dependencies").items():
        yield from _listed(listed, lines, group)


def _hatch(hatch: dict[str, Any], lines: list[str]) -> Iterator[Dependency]:
    for name, environment in _table(hatch, "envs").items():
        if isinstance(environment, dict):
            for key in ("dependencies", "extra-dependencies"):
                yield from _listed(environment.get(key), lines, f"hatch-{name}")


def _pipfile(tree: dict[str, Any], lines: list[str]) -> Iterator[Dependency]:
    yield from _named(_table(tree, "packages"), lines, "")
    yield from _named(_table(tree, "dev-packages"), lines, "dev")


def _named(table: dict[str, Any], lines: list[str], group: str) -> Iterator[Dependency]:
    """Dependencies as keys, with a version or a table as the value: Poetry's and Pipenv's way."""
    for name, value in list(table.items())[:MAX_LINES]:
        if name.lower() == "python":
            continue
        details = value if isinstance(value, dict) else {"version": value}
        version = details.get("version")
        specifier = version.strip() if isinstance(version, str) else ""
        # Poetry takes a bare version as that version alone, as it does `==`.
        bare = re.fullmatch(r"(==)?\s*\d[\w.+-]*", specifier) is not None
        found = dependency(name, _key_line(name, lines), group)
        if found is not None:
            extras = details.get("extras")
            yield Dependency(
                name=found.name,
                specifier=specifier,
                line=found.line,
                group="optional" if details.get("optional") is True and not group else group,
                pinned=bare or isinstance(details.get("rev"), str),
                extras=tuple(sorted(str(extra) for extra in extras)) if isinstance(extras, list) else (),
            )


def _key_line(name: str, lines: list[str]) -> int:
    key = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*[=.]")
    return next((number for number, line in enumerate(lines, 1) if key.match(line)), 1)


def _dynamic(table: dict[str, Any], lines: list[str]) -> Iterator[Include]:
    for value in [table.get("dependencies"), *_table(table, "optional-dependencies").values()]:
        files = value.get("file") if isinstance(value, dict) else None
        for path in [files] if isinstance(files, str) else files if isinstance(files, list) else []:
            yield Include("requirement", str(path), _line_of(str(path), lines))


EXTRACTOR = Extractor(
    kind="project-file", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=ProjectFile
)
