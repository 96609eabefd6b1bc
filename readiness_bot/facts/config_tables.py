"""Configuration files of development tools as tables of settings with their lines; knows no tool's meaning."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec

from readiness_bot.facts.extractor import Extractor, Unreadable
from readiness_bot.facts.yaml_nodes import Node, load_document

MAX_SETTINGS = 20_000
"""Settings read of one file: the longest pyproject.toml of public backends holds under 1,500."""

_MAX_DEPTH = 30


class Setting(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One setting of a table; `values` are a list's members as text, or the one value."""

    name: str
    values: tuple[str, ...]
    line: int

    @property
    def text(self) -> str:
        """The value as one text, a list's members on lines of their own."""
        return "\n".join(self.values)


class Table(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One table, named by its dotted path (`tool.ruff.lint`), or a section as written (`coverage:report`)."""

    name: str
    line: int
    settings: tuple[Setting, ...] = ()

    def get(self, name: str) -> Setting | None:
        """The setting of that name; dashes and underscores are one."""
        wanted = name.replace("-", "_")
        return next((setting for setting in self.settings if setting.name.replace("-", "_") == wanted), None)


class ConfigTables(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The tables of one file; settings above the first header stand in a table without a name."""

    tables: tuple[Table, ...]


_PATHS = re.compile(
    r"""
    (^|/)(
        pyproject\.toml | poe_tasks\.toml | hatch\.toml | pdm\.toml | bandit\.toml | pants\.toml | pixi\.toml
      | setup\.cfg | tox\.(ini|toml) | \.?pytest\.(ini|toml) | \.?ruff\.toml | \.flake8 | \.?mypy\.ini
      | \.coveragerc(\.toml)? | pyrightconfig\.json | \.?pylintrc(\.toml)? | \.pycodestyle | \.isort\.cfg
      | \.style\.yapf | \.pep8 | ty\.toml | pyrefly\.toml | \.pyre_configuration | \.?codecov\.ya?ml
      | \.prospector\.ya?ml
    )$
    """,
    re.VERBOSE,
)


def _extract(data: bytes) -> ConfigTables:
    text = data.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] == "{":
        return ConfigTables(_of_tree(_json(text), text))
    try:
        tables = _of_tree(tomllib.loads(text.replace("\r\n", "\n")), text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        if re.search(r"^\[[\w.:\-\"' ]+\]", text, re.MULTILINE) is None:
            return _of_yaml(data)
        if re.search(r"^\[(project|build-system|tool\.\w+)", text, re.MULTILINE):
            raise Unreadable(f"not TOML: {error}") from error
        return ConfigTables(_of_sections(text))
    return ConfigTables(tables + tuple(_embedded_tox(tables)))


def _embedded_tox(tables: tuple[Table, ...]) -> Iterator[Table]:
    """The sections of a tox.ini that a pyproject.toml holds as one text."""
    for table in tables:
        setting = table.get("legacy_tox_ini") if table.name == "tool.tox" else None
        if setting is not None:
            for section in _of_sections(setting.text):
                settings = tuple(Setting(each.name, each.values, setting.line) for each in section.settings)
                yield Table(section.name, setting.line, settings)


def _json(text: str) -> dict[str, Any]:
    without_comments = re.sub(r"^\s*//[^\n]*$", "", text, flags=re.MULTILINE)
    try:
        tree = json.loads(re.sub(r",(\s*[}\]])", r"\1", without_comments))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from error
    return tree if isinstance(tree, dict) else {}


def _of_yaml(data: bytes) -> ConfigTables:
    document = load_document(data)
    if document.kind != "mapping":
        return ConfigTables(())
    return ConfigTables(tuple(_yaml_tables("", document)))


def _yaml_tables(name: str, node: Node) -> Iterator[Table]:
    settings = tuple(
        Setting(key, tuple(each.string for each in value), value.key_line)
        for key, value in node.entries
        if value.kind != "mapping" and all(each.kind == "scalar" for each in value)
    )
    yield Table(name, node.key_line, settings)
    for key, value in node.entries:
        if value.kind == "mapping":
            yield from _yaml_tables(f"{name}.{key}" if name else key, value)


_HEADER = re.compile(r"^\s*\[\[?\s*([^\]\n]+?)\s*\]\]?", re.MULTILINE)
_KEY = re.compile(r"^\s*[\"']?([A-Za-z_][\w.-]*)[\"']?\s*[=:]", re.MULTILINE)


def _of_tree(tree: dict[str, Any], text: str) -> tuple[Table, ...]:
    lines = _lines(text)
    tables = tuple(_tree_tables("", tree, lines, 0))
    if sum(len(table.settings) for table in tables) > MAX_SETTINGS:
        raise Unreadable(f"more than {MAX_SETTINGS} settings")
    return tables


def _tree_tables(name: str, tree: dict[str, Any], lines: dict[tuple[str, str], int], depth: int) -> Iterator[Table]:
    if depth > _MAX_DEPTH:
        raise Unreadable(f"nested deeper than {_MAX_DEPTH} levels")
    line = lines.get((name, ""), 0) or lines.get(_split(name), 0) or 1
    settings = tuple(
        Setting(key, _values(value), lines.get((name, key), 0) or lines.get(("", key), 0) or line)
        for key, value in tree.items()
        if not isinstance(value, dict) and not _is_tables(value)
    )
    if settings or (name, "") in lines:
        yield Table(name, line, settings)
    for key, value in tree.items():
        inner = f"{name}.{key}" if name else key
        for each in [value] if isinstance(value, dict) else value if _is_tables(value) else []:
            yield from _tree_tables(inner, each, lines, depth + 1)


def _split(name: str) -> tuple[str, str]:
    table, _, key = name.rpartition(".")
    return table, key


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _values(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_text(each) for each in value)
    return (_text(value),)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return shlex.join(value)
    if isinstance(value, dict | list):
        return json.dumps(value, default=str)
    return str(value)


def _lines(text: str) -> dict[tuple[str, str], int]:
    """The line of each table's header (under an empty key) and of each key, by the header above it."""
    found: dict[tuple[str, str], int] = {}
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            table = header[1].replace('"', "").replace("'", "")
            found.setdefault((table, ""), number)
        elif key := _KEY.match(line):
            found.setdefault((table, key[1]), number)
            inner, _, last = key[1].rpartition(".")
            if inner:
                found.setdefault((f"{table}.{inner}" if table else inner, last), number)
    return found


def _of_sections(text: str) -> tuple[Table, ...]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, interpolation=None, default_section="\0")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise Unreadable(f"not INI: {error.message.splitlines()[0]}") from error
    lines = _lines(text)
    return tuple(
        Table(
            section,
            lines.get((section, ""), 1),
            tuple(
                Setting(key, tuple(_ini_values(value)), lines.get((section, key), 0) or lines.get((section, ""), 1))
                for key, value in parser.items(section)
            ),
        )
        for section in parser.sections()
    )


def _ini_values(value: str | None) -> list[str]:
    return [line.strip() for line in (value or "").splitlines() if line.strip()] or [""]


EXTRACTOR = Extractor(
    kind="config-tables", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=ConfigTables
)
