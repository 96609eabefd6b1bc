"""The literal dependencies of a setup.py or setup.cfg, and the files a setup.py reads them from; runs nothing."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterable, Iterator

from readiness_bot.facts.extractor import Extractor, Unreadable
from readiness_bot.facts.manifest import Dependency, Include, Manifest, dependency
from readiness_bot.facts.syntax import parse


class SetupFile(Manifest, frozen=True, array_like=True, gc=False):
    """A setup.py or setup.cfg; `people` are the addresses of its author and maintainer, each with its line."""

    people: tuple[tuple[str, int], ...] = ()


_PATHS = re.compile(r"(^|/)setup\.(py|cfg)$")
_REQUIREMENTS_NAME = re.compile(r"[\w./-]*requirements?[\w./-]*\.(txt|in|pip)")


def _extract(data: bytes) -> SetupFile:
    text = data.decode("utf-8-sig", "replace")
    if re.search(r"^\[[\w:. -]+\]\s*$", text, re.MULTILINE) and not re.search(r"^(import|from)\s", text, re.MULTILINE):
        return _of_sections(text)
    module = parse(data).tree
    return _of_script(module)


def _of_sections(text: str) -> SetupFile:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, default_section="\0")
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise Unreadable(f"not INI: {error.message.splitlines()[0]}") from error
    lines = text.split("\n")[:5_000]
    found = list(_listed(parser.get("options", "install_requires", fallback="") or "", lines, ""))
    if parser.has_section("options.extras_require"):
        for group, value in parser.items("options.extras_require"):
            found += _listed(value or "", lines, group)
    # `entry_points` alone is how pbr writes it.
    groups = [
        value or ""
        for section in ("options.entry_points", "entry_points")
        if parser.has_section(section)
        for _, value in parser.items(section)
    ]
    return SetupFile(
        tuple(found),
        name=parser.get("metadata", "name", fallback="") or "",
        entries=tuple(_entries(line for value in groups for line in value.splitlines())),
    )


def _entries(lines: Iterable[str]) -> Iterator[str]:
    """What lines such as `shop = shop.cli:main [extra]` lead to."""
    for line in list(lines)[:1_000]:
        target = line.partition("=")[2].partition("[")[0].strip()
        if re.fullmatch(r"[\w.]+(:[\w.]+)?", target):
            yield target


def _listed(value: str, lines: list[str], group: str) -> Iterator[Dependency]:
    for text in (line.strip() for line in value.splitlines()[:5_000]):
        number = next((number for number, line in enumerate(lines, 1) if text and text in line), 1)
        if text and (found := dependency(text, number, group)) is not None:
            yield found


def _of_script(module: ast.Module) -> SetupFile:
    assigned = {
        target.id: node.value
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    arguments: dict[str, ast.expr] = {}
    includes: list[Include] = []
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _called(node.func) == "setup":
            arguments.update({word.arg: word.value for word in node.keywords if word.arg})
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _REQUIREMENTS_NAME.fullmatch(node.value):
            includes.append(Include("requirement", node.value, node.lineno))
    name = _strings(arguments.get("name"), assigned)
    found = [*_dependencies(arguments.get("install_requires"), assigned, "")]
    extras = _resolved(arguments.get("extras_require"), assigned)
    if isinstance(extras, ast.Dict):
        for key, value in zip(extras.keys, extras.values, strict=True):
            group = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else "extra"
            found += _dependencies(value, assigned, group)
    people = [
        *_strings(arguments.get("author_email"), assigned),
        *_strings(arguments.get("maintainer_email"), assigned),
    ]
    points = _resolved(arguments.get("entry_points"), assigned)
    listed = [
        line
        for group in (points.values if isinstance(points, ast.Dict) else [points])
        for text, _ in _strings(group, assigned)
        for line in text.splitlines()
    ]
    return SetupFile(
        tuple(found),
        tuple(includes),
        name=name[0][0] if name else "",
        entries=tuple(_entries(listed)),
        people=tuple(people[:2]),
    )


def _called(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _resolved(node: ast.expr | None, assigned: dict[str, ast.expr]) -> ast.expr | None:
    return assigned.get(node.id) if isinstance(node, ast.Name) else node


def _strings(node: ast.expr | None, assigned: dict[str, ast.expr]) -> list[tuple[str, int]]:
    """The literal texts of an expression, with their lines: a text, a list, a sum of lists, a name of one of them."""
    found: list[tuple[str, int]] = []
    waiting = [_resolved(node, assigned)]
    for each in waiting:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            found.append((each.value, each.lineno))
        elif isinstance(each, ast.List | ast.Tuple):
            waiting.extend(each.elts)
        elif isinstance(each, ast.BinOp):
            waiting.extend(_resolved(side, assigned) for side in (each.left, each.right))
        if len(waiting) > 10_000:
            break
    return found


def _dependencies(node: ast.expr | None, assigned: dict[str, ast.expr], group: str) -> Iterator[Dependency]:
    for text, line in _strings(node, assigned):
        for part in text.splitlines():
            if part.strip() and (found := dependency(part.strip(), line, group)) is not None:
                yield found


EXTRACTOR = Extractor(
    kind="setup-file", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=SetupFile, of_python=True
)
