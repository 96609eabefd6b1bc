"""How values move through one Python file: kept apart from its other facts, since of most files nobody ever asks."""

from __future__ import annotations

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.origins import Flows
from readiness_bot.facts.python import extract_flows
from readiness_bot.facts.roles import is_program

EXTRACTOR = Extractor(
    kind="python-flow", claims=is_program, extract=extract_flows, facts=Flows, of_python=True, seldom=True
)
