"""Load scenarios, told by what their files import or declare."""

from __future__ import annotations

import pytest

from readiness_bot.facts.load_scenario import EXTRACTOR, LoadScenario


@pytest.mark.parametrize(
    ("text", "tool", "line"),
    [
        ("# why\nfrom locust import HttpUser\n", "locust", 2),
        ("import http from 'k6/http';\n", "k6", 1),
        ("import io.gatling.core.Predef._\n", "gatling", 1),
        ("<jmeterTestPlan version='1.2'>\n", "jmeter", 1),
        ("config:\n  target: x\n  phases:\n    - duration: 1\n", "artillery", 1),
        ("echo GET http://x | vegeta attack -rate=5\n", "vegeta", 1),
        ("run: >-\n  docker run\n  example.org/tools/hey:2\n  -z 5s\n  http://localhost:8080/orders\n", "hey", 3),
        ("import timeit\n", "", 0),
        ("locust = 3\n", "", 0),
    ],
)
def test_tells_the_tool(text: str, tool: str, line: int) -> None:
    found = EXTRACTOR.extract(text.encode())
    assert isinstance(found, LoadScenario)
    assert (found.tool, found.line) == (tool, line)


def test_targets_are_listed_once() -> None:
    found = EXTRACTOR.extract(
        b"from locust import task\nself.client.get('/a')\nself.client.get('/a')\nself.client.post('/b')\n"
    )
    assert found == LoadScenario("locust", 1, ("/a", "/b"))
