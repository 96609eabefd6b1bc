"""Gunicorn's configuration file, which is Python, as the settings that its module makes; executes nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

import msgspec

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.syntax import parse


class GunicornSetting(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One setting as written; hooks are settings whose value is the name of their function."""

    name: str
    value: str
    line: int


class GunicornSettings(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The settings in order."""

    settings: tuple[GunicornSetting, ...]

    def get(self, name: str) -> GunicornSetting | None:
        """The last setting of this name."""
        return next((one for one in reversed(self.settings) if one.name == name), None)


_NAME = re.compile(
    r"(^|/)([\w.-]*gunicorn[\w.-]*(conf|config|cfg|settings)?[\w.-]*\.py|gunicorn\.conf|gunicorn/(?!__)[\w.-]+\.py)$",
    re.IGNORECASE,
)


def _claims(path: str) -> bool:
    lowered = path.lower()
    return "gunicorn" in lowered and "test" not in lowered and bool(_NAME.search(path))


def _extract(data: bytes) -> GunicornSettings:
    """Read the settings. Raises `Unreadable` for what is no Python."""
    return GunicornSettings(tuple(_settings(parse(data).tree.body)))


def _settings(body: Sequence[ast.stmt]) -> Iterator[GunicornSetting]:
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            # What is set on some machines alone is set where the service runs, as far as anybody can tell here.
            for block in (node.body, *(handler.body for handler in getattr(node, "handlers", ())), node.orelse):
                yield from _settings(block)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield GunicornSetting(node.name, node.name, node.lineno)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield GunicornSetting(target.id, _written(node.value), node.lineno)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield GunicornSetting(node.target.id, _written(node.value), node.lineno)


def _written(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)[:200]
    try:
        return ast.unparse(node)[:200]
    except RecursionError:
        return ""


EXTRACTOR = Extractor(
    kind="gunicorn-settings", claims=_claims, extract=_extract, facts=GunicornSettings, of_python=True
)
