"""Reads the line coverage out of a coverage report; knows not how the report was made."""

from __future__ import annotations

import json
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

MAX_BYTES = 256 * 1024 * 1024
"""Reports beyond this are refused: a million lines of covered code make under 100 MB of Cobertura."""


class UnreadableReport(ValueError):
    """Raised for what is no coverage report of a known format; the message says why."""


def line_coverage(data: bytes) -> float:
    """The covered share of lines in per cent, 0 to 100, to two digits.

    Cobertura XML, coverage.py's JSON and LCOV are told apart by their first character. Lines decide, not branches;
    a report without any line counts as nothing covered. Raises `UnreadableReport`.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableReport(f"the coverage report is larger than {MAX_BYTES // (1024 * 1024)} MB")
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        covered, valid = _cobertura(data)
    elif start == b"{":
        covered, valid = _coverage_json(data)
    else:
        covered, valid = _lcov(data)
    if covered < 0 or covered > valid:
        raise UnreadableReport(f"the coverage report counts {covered} covered of {valid} lines")
    return round(100 * covered / valid, 2) if valid else 0.0


def _cobertura(data: bytes) -> tuple[int, int]:
    try:
        root = fromstring(data, forbid_dtd=False)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise UnreadableReport(f"the coverage report is no readable XML: {error}") from error
    if root.tag != "coverage":
        raise UnreadableReport(f"the coverage report is XML of <{root.tag}>, not Cobertura's <coverage>")
    counted = _number(root.get("lines-covered")), _number(root.get("lines-valid"))
    if counted[0] is not None and counted[1]:
        return counted[0], counted[1]
    hits = [line.get("hits", "0") for lines in root.iterfind(".//class/lines") for line in lines.iterfind("line")]
    if hits:
        return sum(hit not in ("0", "") for hit in hits), len(hits)
    try:
        rate = float(root.get("line-rate", ""))
    except ValueError as error:
        raise UnreadableReport("the Cobertura report names neither lines nor a line rate") from error
    return round(rate * 1_000_000), 1_000_000


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 12 else None


def _coverage_json(data: bytes) -> tuple[int, int]:
    try:
        totals = json.loads(data)["totals"]
        return int(totals["covered_lines"]), int(totals["num_statements"])
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise UnreadableReport("the JSON report is not coverage.py's: it has no totals of lines") from error


def _lcov(data: bytes) -> tuple[int, int]:
    covered = valid = counted = 0
    for line in data.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        number = _number(value.strip())
        if name == "LF" and number is not None:
            valid += number
            counted += 1
        elif name == "LH" and number is not None:
            covered += number
    if not counted:
        raise UnreadableReport("the coverage report is neither Cobertura XML, coverage.py's JSON nor LCOV")
    return covered, valid
