"""What one migration says: all that is read of production code, but for what no control asks of migrations.

Nothing weighs their complexity, looks for their defects or follows data through them before it is asked.
"""

from __future__ import annotations

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.python import extract_unmeasured
from readiness_bot.facts.python_facts import PythonFacts
from readiness_bot.facts.roles import is_migration, is_python

EXTRACTOR = Extractor(
    kind="python-migration",
    claims=lambda path: is_python(path) and is_migration(path),
    extract=extract_unmeasured,
    facts=PythonFacts,
    of_python=True,
)
