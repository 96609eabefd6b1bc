"""Lock files of Python's package tools as the versions they hold; knows not whether anything installs from them."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from readiness_bot.facts.extractor import Extractor, Unreadable
from readiness_bot.facts.yaml_nodes import load_document


class LockFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A lock file: `tool` is `uv`, `poetry`, `pdm`, `pipenv`, `pylock` or `conda`; packages by canonical name."""

    tool: str
    packages: tuple[tuple[str, str], ...]


_PATHS = re.compile(r"(^|/)((uv|poetry|pdm)\.lock|Pipfile\.lock|pylock(\.[\w-]+)?\.toml|conda-lock\.ya?ml|pixi\.lock)$")


def _extract(data: bytes) -> LockFile:
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    if text.lstrip()[:1] == "{":
        return _pipenv(text)
    try:
        tree = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        document = load_document(data)
        if not document["package"] and not document["packages"]:
            raise Unreadable(f"not a lock file: {error}") from error
        packages = tuple(_package(node["name"].string, node["version"].string) for node in document["package"])
        return LockFile("conda", packages)
    if "lock-version" in tree:
        return LockFile("pylock", _packages(tree.get("packages")))
    metadata = tree.get("metadata")
    tool = "uv" if "requires-python" in tree or not isinstance(metadata, dict) else "poetry"
    if isinstance(metadata, dict) and ("groups" in metadata or "strategy" in metadata):
        tool = "pdm"
    return LockFile(tool, _packages(tree.get("package")))


def _pipenv(text: str) -> LockFile:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from error
    packages = [
        _package(name, str(details.get("version", "")).removeprefix("==") if isinstance(details, dict) else "")
        for section in ("default", "develop")
        if isinstance(tree.get(section), dict)
        for name, details in tree[section].items()
    ]
    return LockFile("pipenv", tuple(packages))


def _packages(listed: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(listed, list):
        return ()
    return tuple(
        _package(str(each.get("name", "")), str(each.get("version", ""))) for each in listed if isinstance(each, dict)
    )


def _package(name: str, version: str) -> tuple[str, str]:
    return str(canonicalize_name(name)), version


EXTRACTOR = Extractor(kind="lock-file", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=LockFile)
