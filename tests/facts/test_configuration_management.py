"""Playbooks, states, classes and recipes as far as they run services."""

from __future__ import annotations

import pytest

from readiness_bot.facts.configuration_management import EXTRACTOR, ManagedHosts


@pytest.mark.parametrize(
    ("text", "tool", "steps"),
    [
        ("- hosts: web\n  tasks:\n    - name: start\n      systemd: {name: api, state: started}\n", "ansible", [4]),
        ("- hosts: web\n  roles: [common]\n", "ansible", []),
        ("api:\n  service.running:\n    - enable: true\n", "salt", [2]),
        ("class shop {\n  service { 'api': ensure => running }\n}\n", "puppet", [2]),
        ("on: push\njobs:\n  a:\n    steps:\n      - name: x\n", "", []),
        ("a: b\n", "", []),
    ],
)
def test_tells_the_tool_and_its_steps(text: str, tool: str, steps: list[int]) -> None:
    found = EXTRACTOR.extract(text.encode())
    assert isinstance(found, ManagedHosts)
    assert (found.tool, [step.line for step in found.steps]) == (tool, steps)


def test_blanks_by_the_thousand_end_in_time() -> None:
    assert EXTRACTOR.extract(b"\n" * 200_000 + b" " * 200_000) == ManagedHosts("")
