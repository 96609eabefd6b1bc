"""Tests that no Python module holds: scripts that ask a running service, and tables of requests; runs none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.roles import is_called_test

MAX_ASKED = 500
"""Requests that are kept of one file; a long collection has a hundred."""


class Asked(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One request: the method, empty where unknown, the path with `{}` for what is filled in, and the line."""

    method: str
    path: str
    line: int


class ScriptedTests(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What runs the tests of a file, the line of the first thing that is checked, and what they ask a service for.

    `tool` is empty for a file that checks nothing.
    """

    tool: str
    line: int = 0
    asked: tuple[Asked, ...] = ()


_SHELL = re.compile(r"\.(sh|bash)$")
_SHELL_TEST = re.compile(
    r"(^|/)((smoke|integration|e2e|api)?[-_]?tests?([-_.][^/]*)?|[^/]*[-_]tests?|smoke)\.(sh|bash)$"
)
_HELPING = re.compile(r"wait|until|ready|set-?_?up|install|init|helper|download", re.IGNORECASE)
"""Scripts beside tests that bring about what those need."""
_TABLE = re.compile(r"\.(bats|hurl|robot|tavern\.ya?ml|postman_collection\.json)$")

_COMMENT = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_COMMAND = re.compile(r"(?:[^\\\n]|\\[\s\S])+")
"""A line with those that it goes on in."""
_CLIENT = re.compile(r"\b(curl|wget|xh|grpcurl)\b|\bhttp\s+(GET|POST|PUT|PATCH|DELETE)\b")
_TAKEN = re.compile(
    r"(\$\(|`)[^)`\n]*\b(curl|wget|xh|grpcurl|http)\b|\b(curl|wget|xh|grpcurl|http)\b[^\n]*\|\s*(e?grep|jq|diff|cmp|python)"
)
"""Where what a client is answered is kept, or looked at."""
_CHECK = re.compile(
    r"\[\[?\s[^\n\]]*(=|-eq|-ne|-lt|-gt|-ge|-le)[^\n\]]*\]|\bgrep\s+-\w*q|\b(diff|cmp)\s|\bjq\s+-\w*e|\bassert\w*\s|\bcase\s+\"?\$"
)
_FAILING = re.compile(r"\b(exit|return)\s+([1-9]|\$)|\bset\s+-\w*e|\bfail\w*\b|\bassert")
_PYTHON_RUNNER = re.compile(
    r"\b(pytest|py\.test|nosetests|nose2|tox|nox|unittest|behave|stestr|locust|k6)\b|manage\.py\s+test|setup\.py\s+test"
)
_ENOUGH_CHECKS = 2
"""A script that checks once looks whether something has started, or starts what does check."""

_URL = re.compile(r"""(?:https?://[^\s"'/]+|(?<![\w/])\$\{?\w+\}?(?::\$?\{?\w+\}?)?)(?P<path>/[^\s"'?\#|;)]*)""")
_METHOD = re.compile(r"(?:-X\s*|--request[ =])[\"']?([A-Z]+)|\bhttp\s+(GET|POST|PUT|PATCH|DELETE)\b")
_BODY = re.compile(r"\s(-d|--data\S*|-F|--form|--json)\b")
_FILLED = re.compile(r"\$\{?\w+\}?|\$\([^)]*\)|\{\{[^}]*\}\}|\{\w+\}|:\w+")

_HURL = re.compile(r"^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)[ \t]+(\S+)", re.MULTILINE)
_HURL_CHECK = re.compile(r"^HTTP(/[\d.]+)?[ \t]+\d+|^\[Asserts\]", re.MULTILINE)
_TAVERN_CHECK = re.compile(r"^\s*status_code:", re.MULTILINE)
_TAVERN_NAME = re.compile(r"^test_name:", re.MULTILINE)
_TAVERN = re.compile(
    r"^\s*url:\s*[\"']?(?P<url>[^\s\"']+)[\"']?[ \t]*(\n\s*method:\s*[\"']?(?P<method>\w+))?", re.MULTILINE
)
_POSTMAN_CHECK = re.compile(r"pm\.test\(|\btests\[")
_POSTMAN = re.compile(r'"method"\s*:\s*"(?P<method>[A-Z]+)"|"raw"\s*:\s*"(?P<url>(https?://|\{\{|/)[^"\s]+)"')
_CASES = re.compile(r"^\*+[ \t]*(test cases?|tasks)\b", re.MULTILINE | re.IGNORECASE)
_BATS = re.compile(r"^[ \t]*@test\b", re.MULTILINE)
_HOST = re.compile(r"^(https?://[^/]+|\{\{[^}]*\}\}|\{\w+\})(?=/)")


def _claims(path: str) -> bool:
    if _TABLE.search(path):
        return True
    if not _SHELL.search(path) or _HELPING.search(path.rpartition("/")[2]):
        return False
    return is_called_test(path) or _SHELL_TEST.search(path) is not None


def _extract(data: bytes) -> ScriptedTests:
    text = data.decode("utf-8", "replace")
    for tool, check, asked in _KINDS:
        found = check(text)
        if found >= 0:
            requests = tuple(dict.fromkeys(asked(text)))[:MAX_ASKED]
            return ScriptedTests(tool, text.count("\n", 0, found) + 1, requests)
    return ScriptedTests("")


def _first(pattern: re.Pattern[str], beside: re.Pattern[str] | None = None) -> Callable[[str], int]:
    def found(text: str) -> int:
        match = pattern.search(text) if beside is None or beside.search(text) else None
        return match.start() if match is not None else -1

    return found


def _shell_check(text: str) -> int:
    """Where a shell script first checks what a service answers; below 0 where it does not, or runs other tests."""
    plain = _COMMENT.sub(lambda match: " " * len(match[0]), text)
    if not _TAKEN.search(plain) or not _FAILING.search(plain) or _PYTHON_RUNNER.search(plain):
        return -1
    checks = list(_CHECK.finditer(plain))
    return checks[0].start() if len(checks) >= _ENOUGH_CHECKS else -1


def _asked_by_shell(text: str) -> Iterator[Asked]:
    for command in _COMMAND.finditer(_COMMENT.sub(lambda match: " " * len(match[0]), text)):
        if not _CLIENT.search(command[0]):
            continue
        method = _METHOD.search(command[0])
        verb = (method[1] or method[2]) if method else "POST" if _BODY.search(command[0]) else "GET"
        for match in _URL.finditer(command[0]):
            yield Asked(verb, _path(match["path"]), _line(text, command.start()))


def _path(url: str) -> str:
    """The path of an address, with `{}` for what is filled in."""
    return _FILLED.sub("{}", _HOST.sub("", url)).partition("?")[0]


def _line(text: str, start: int) -> int:
    return text.count("\n", 0, start) + 1


def _asked_by_hurl(text: str) -> Iterator[Asked]:
    for match in _HURL.finditer(text):
        yield Asked(match[1], _path(match[2]), _line(text, match.start()))


def _asked_by_tavern(text: str) -> Iterator[Asked]:
    for match in _TAVERN.finditer(text):
        yield Asked((match["method"] or "").upper(), _path(match["url"]), _line(text, match.start("url")))


def _asked_by_postman(text: str) -> Iterator[Asked]:
    method = ""
    for match in _POSTMAN.finditer(text):
        if match["method"]:
            method = match["method"]
        else:
            yield Asked(method, _path(match["url"]), _line(text, match.start()))


def _asked_of_nobody(_: str) -> Iterator[Asked]:
    return iter(())


_KINDS: tuple[tuple[str, Callable[[str], int], Callable[[str], Iterator[Asked]]], ...] = (
    ("bats", _first(_BATS), _asked_by_shell),
    ("hurl", _first(_HURL_CHECK, _HURL), _asked_by_hurl),
    ("robot", _first(_CASES), _asked_of_nobody),
    ("tavern-ci", _first(_TAVERN_CHECK, _TAVERN_NAME), _asked_by_tavern),
    ("newman", _first(_POSTMAN_CHECK, _POSTMAN), _asked_by_postman),
    ("shell", _shell_check, _asked_by_shell),
)

EXTRACTOR = Extractor(kind="scripted-tests", claims=_claims, extract=_extract, facts=ScriptedTests)
