"""Tests that no Python module holds: which files are read, what they check, and what they ask a service for."""

from __future__ import annotations

import pytest

from readiness_bot.facts.scripted_tests import EXTRACTOR, ScriptedTests

_SHELL = """\
#!/bin/bash
set -eu
# curl $HOST/never
made=$(curl -s -X PUT \\
  -d '{"a": 1}' "$HOST/orders/${number}")
[ "$made" = kept ]
curl -s http://localhost:8000/orders?page=2 | grep -q kept
"""
_HURL = "GET {{host}}/orders/{{number}}\nHTTP 200\n\nPOST http://shop.example/orders\nHTTP 201\n"
_TAVERN = """\
test_name: orders are kept
stages:
  - request:
      url: "{host}/orders"
      method: POST
    response:
      status_code: 201
"""
_POSTMAN = """\
{"info": {}, "item": [{
  "event": [{"script": {"exec": ["pm.test('kept', () => {})"]}}],
  "request": {"method": "DELETE", "url": {"raw": "{{host}}/orders/:number?all=1"}}
}]}
"""


def _read(text: str) -> ScriptedTests:
    facts = EXTRACTOR.extract(text.encode())
    assert isinstance(facts, ScriptedTests)
    return facts


@pytest.mark.parametrize(
    ("path", "claimed"),
    [
        ("tests/orders.sh", True),
        ("ci/smoke-test.sh", True),
        ("api.hurl", True),
        ("checks/orders.tavern.yaml", True),
        ("tests/wait-for-it.sh", False),
        ("deploy/start.sh", False),
        ("checks/orders.yaml", False),
    ],
)
def test_which_files_are_read(path: str, claimed: bool) -> None:
    assert EXTRACTOR.claims(path) is claimed


@pytest.mark.parametrize(
    ("text", "tool", "line", "asked"),
    [
        (_SHELL, "shell", 6, [("PUT", "/orders/{}", 4), ("GET", "/orders", 7)]),
        (_HURL, "hurl", 2, [("GET", "/orders/{}", 1), ("POST", "/orders", 4)]),
        (_TAVERN, "tavern-ci", 7, [("POST", "/orders", 4)]),
        (_POSTMAN, "newman", 2, [("DELETE", "/orders/{}", 3)]),
        ('@test "kept" {\n  run curl $HOST/orders\n}\n', "bats", 1, [("GET", "/orders", 2)]),
        ("*** Settings ***\n\n*** Test Cases ***\nOrders are kept\n", "robot", 3, []),
    ],
)
def test_what_is_checked_and_asked(text: str, tool: str, line: int, asked: list[tuple[str, str, int]]) -> None:
    read = _read(text)
    assert (read.tool, read.line) == (tool, line)
    assert [(one.method, one.path, one.line) for one in read.asked] == asked


@pytest.mark.parametrize(
    "text",
    [
        _SHELL.replace('[ "$made" = kept ]', ""),
        _SHELL.replace("set -eu", ""),
        _SHELL + "python -m pytest\n",
        'set -e\n[ -n "$HOST" ]\n[ "$1" = now ]\ncurl -s $HOST/orders\n',
        "GET {{host}}/orders\n",
        _POSTMAN.replace("pm.test", "console.log"),
    ],
)
def test_what_checks_no_answer_is_no_test(text: str) -> None:
    assert _read(text) == ScriptedTests("")
