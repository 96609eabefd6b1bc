"""Ansible playbooks as the commands that their tasks run."""

from __future__ import annotations

import pytest

from readiness_bot.facts.playbook import EXTRACTOR, Playbook, PlayedCommand


def test_reads_the_commands_of_tasks_and_blocks() -> None:
    found = EXTRACTOR.extract(
        b"- hosts: all\n  pre_tasks:\n    - ansible.builtin.command: pip install .\n  tasks:\n"
        b"    - block:\n        - shell: {cmd: make check}\n          ignore_errors: true\n"
        b"    - command: {argv: [pytest, tests]}\n    - make: {target: lint}\n    - debug: {msg: done}\n"
    )
    assert found == Playbook(
        (
            PlayedCommand("pip install .", 3),
            PlayedCommand("make check", 6, can_fail=False),
            PlayedCommand("pytest tests", 8),
            PlayedCommand("make lint", 9),
        )
    )


def test_other_yaml_holds_none() -> None:
    assert EXTRACTOR.extract(b"hosts: [a]\ntasks: {shell: true}\n") == Playbook()


@pytest.mark.parametrize(
    ("path", "claimed"), [("ci/tests.yaml", True), (".github/workflows/test.yml", False), ("README.md", False)]
)
def test_claims(path: str, claimed: bool) -> None:
    assert EXTRACTOR.claims(path) is claimed
