"""Scenarios of load-testing tools, told by what their files import or declare; runs none and knows no result."""

from __future__ import annotations

import re

import msgspec

from readiness_bot.facts.extractor import Extractor


class LoadScenario(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The tool of a scenario, the line that names it, and the request targets as written; no tool for other files."""

    tool: str
    line: int = 0
    targets: tuple[str, ...] = ()


_CANDIDATE = re.compile(
    r"(locust|(^|[/_.-])(k6|load|loadtest\w*|perf|performance|stress|bench\w*|soak|spike|smoke)([/_.-]|$)|gatling|simulation"
    r"|jmeter|vegeta|artillery|taurus|bzt|drill|goose|wrk)",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"\.(py|js|mjs|ts|scala|java|kt|ya?ml|json|lua|sh|txt|http)$|(^|/)(vegeta|targets)[^/.]*$", re.IGNORECASE
)
_MARKS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("locust", re.compile(rb"^[ \t]*(?:from|import)[ \t]+locust\b", re.MULTILINE)),
    ("k6", re.compile(rb"""(?:from|require\()[ \t]*['"]k6(?:/[\w/-]+)?['"]""")),
    ("gatling", re.compile(rb"import[ \t]+(?:static[ \t]+)?io\.gatling\b")),
    ("jmeter", re.compile(rb"<jmeterTestPlan\b")),
    ("artillery", re.compile(rb"^config:[ \t]*(?:#.*)?\r?\n(?:[ \t]+.*\r?\n){0,40}?[ \t]+phases:", re.MULTILINE)),
    (
        "taurus",
        re.compile(
            rb"^execution:[ \t]*\r?\n(?:[ \t-]+.*\r?\n){0,20}?[ \t-]+(?:concurrency|scenario|ramp-up):", re.MULTILINE
        ),
    ),
    ("vegeta", re.compile(rb"\bvegeta[ \t]+attack\b")),
    ("wrk", re.compile(rb"^[ \t]*wrk[2]?[ \t]+-|\bwrk\.(?:method|format|body|headers)\b", re.MULTILINE)),
    ("hey", re.compile(rb"^[ \t]*(?:hey|ab|bombardier|oha|autocannon)[ \t]+-[^\n]*https?://", re.MULTILINE)),
    # Started from an image of its own in a pipeline, its options on the lines below.
    ("hey", re.compile(rb"/(?:hey|bombardier|oha|autocannon)(?:[:@]\S+)?\s+-(?:[^\n]*\n){0,8}?[^\n]*https?://")),
    ("molotov", re.compile(rb"^[ \t]*(?:from|import)[ \t]+molotov\b", re.MULTILINE)),
)
_TARGET = re.compile(
    r"""(?:client|http|session|self\.client)\.(?:get|post|put|patch|delete|request)\(\s*[fr]?['"`]([^'"`\s]{1,200})"""
)


_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""Where the next word of a name begins that parts them by capitals: `k6LoadTests.js`."""
_WORDS = (
    "k6", "load", "perf", "stress", "bench", "soak", "spike", "smoke", "locust", "gatling", "simulation", "jmeter",
    "vegeta", "artillery", "taurus", "bzt", "drill", "goose", "wrk",
)  # fmt: skip
"""One of these is in every path that `_CANDIDATE` finds; nearly all other paths are told by them, and sooner."""


def _claims(path: str) -> bool:
    if path.endswith(".jmx"):
        return True
    lowered = path.lower()
    if not any(word in lowered for word in _WORDS) or not _CODE.search(path):
        return False
    return _CANDIDATE.search(_HUMP.sub("-", path)) is not None


def _extract(data: bytes) -> LoadScenario:
    for tool, mark in _MARKS:
        found = mark.search(data)
        if found is not None:
            line = data.count(b"\n", 0, found.start()) + 1
            targets = tuple(dict.fromkeys(_TARGET.findall(data.decode("utf-8", "replace"))))[:100]
            return LoadScenario(tool, line, targets)
    return LoadScenario("")


EXTRACTOR = Extractor(kind="load-scenario", claims=_claims, extract=_extract, facts=LoadScenario, of_python=True)
