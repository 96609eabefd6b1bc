"""Facts are the same in every process: no order of theirs comes from how a process hashes texts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SOURCE = """
from app.store import find


def search(request):
    kind, place, colour = request.args["kind"], request.args["place"], request.args["colour"]
    if (kind == "new" and place == "here" and colour == "red") or (
        kind == "old" and place == "there" and colour == "blue"
    ):
        return find(kind, place, colour)
    try:
        return find(**{name: request.args[name] for name in ("kind", "place", "colour")})
    except (KeyError, ValueError) as error:
        raise LookupError(kind, place, colour) from error
"""

PRINT = """
import sys
import msgspec
from pathlib import Path
from readiness_bot.facts.python import extract, extract_flows
data = Path(sys.argv[1]).read_bytes()
print(msgspec.json.encode((extract(data), extract_flows(data))).decode())
"""


def facts_with_seed(path: Path, seed: int) -> str:
    command = [sys.executable, "-c", PRINT, str(path)]
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def test_facts_do_not_depend_on_the_process(tmp_path: Path) -> None:
    path = tmp_path / "search.py"
    path.write_text(SOURCE, encoding="utf-8")
    told = {facts_with_seed(path, seed) for seed in range(1, 5)}
    assert len(told) == 1
    assert "app.store.find" in told.pop()
