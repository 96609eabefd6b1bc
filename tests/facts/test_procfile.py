"""Procfiles as processes."""

from __future__ import annotations

import pytest

from readiness_bot.facts.procfile import EXTRACTOR, Process, Procfile


def test_reads_processes_and_passes_over_the_rest() -> None:
    found = EXTRACTOR.extract(b"# why\nweb: gunicorn app:app\n\nrelease:  flask db upgrade \nnot a process\n")
    assert found == Procfile((Process("web", "gunicorn app:app", 2), Process("release", "flask db upgrade", 4)))


@pytest.mark.parametrize(
    ("path", "claimed"), [("Procfile", True), ("deploy/Procfile.dev", True), ("lexers/procfile.py", False)]
)
def test_claims(path: str, claimed: bool) -> None:
    assert EXTRACTOR.claims(path) is claimed
