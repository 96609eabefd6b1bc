"""How a place is shown to the reader."""

from __future__ import annotations

from readiness_bot.control import seen
from readiness_bot.facts.manifests import CLOSE, OPEN


def test_what_a_chart_fills_in_is_shown_as_its_template_writes_it() -> None:
    assert seen("a.yaml", 1, f"container {OPEN}.Values.name{CLOSE}").detail == "container {{ .Values.name }}"
