"""The data flow of one Python file, for files whose other facts leave it out; extracted only when it is asked for."""

from __future__ import annotations

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.origins import Flows
from readiness_bot.facts.python import extract_flows

EXTRACTOR = Extractor(kind="python-flow", claims=lambda _: False, extract=extract_flows, facts=Flows)
