"""action.yml, code, guide and workflows say the same, and pass what others would check them with."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness_bot.github.inputs import Inputs, from_environment
from readiness_bot.starter import files as starter_files
from tests.action.world import World

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
GUIDE = (ROOT / "docs" / "action.md").read_text(encoding="utf-8")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
BIN = Path(sys.executable).parent


def table(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the guide, without its head."""
    section = GUIDE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[2:]]


def test_every_input_of_the_code_is_one_of_the_action() -> None:
    assert list(ACTION["inputs"]) == [field.name.replace("_", "-") for field in fields(Inputs)]


def test_the_defaults_are_the_same() -> None:
    defaults = {f"INPUT_{name.upper()}": str(entry["default"]) for name, entry in ACTION["inputs"].items()}
    defaults["INPUT_TOKEN"] = ""  # filled in by GitHub
    assert from_environment(defaults) == Inputs()


def test_every_input_and_output_says_what_it_is_and_needs_nothing() -> None:
    assert [name for name, entry in ACTION["inputs"].items() if not entry["description"] or entry["required"]] == []
    assert [name for name, entry in ACTION["outputs"].items() if not entry["description"]] == []


def test_the_guide_lists_every_input_with_its_default() -> None:
    listed = {row[0].strip("`"): row[1].strip("`") for row in table("Inputs")}
    assert listed == {name: str(entry["default"]) for name, entry in ACTION["inputs"].items()}


def test_the_guide_lists_every_output() -> None:
    assert [row[0].strip("`") for row in table("Outputs")] == list(ACTION["outputs"])


def test_a_run_sets_every_output(world: World) -> None:
    world.opened()
    world.merge()
    assert sorted(world.run().outputs) == sorted(ACTION["outputs"])


def test_the_image_gets_what_the_action_needs_and_nothing_else() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    copied = re.findall(r"^COPY (?!--from)(\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert ignored[0] == "*"
    assert sorted(copied) == sorted(entry[1:] for entry in ignored if entry.startswith("!"))


def snippets() -> dict[str, str]:
    """The workflows that a reader of the guide would paste, by their name."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    return {yaml.safe_load(block)["name"]: block for block in blocks if block.startswith("name:")}


def test_the_guide_has_the_workflows_that_it_speaks_of() -> None:
    assert sorted(snippets()) == ["readiness", "readiness for forks"]


def test_the_guide_pastes_what_init_writes() -> None:
    (workflow,) = [text for path, text in starter_files().items() if path.startswith(".github/")]
    assert snippets()["readiness"] == workflow


def pinned(text: str) -> str:
    """The text with the action at a full id, as the guide asks the reader to pin it."""
    return text.replace("readiness-bot/readiness-bot@v1", f"readiness-bot/readiness-bot@{'1' * 40} # v1.0.0")


@pytest.mark.parametrize("name", ["readiness", "readiness for forks"])
def test_a_pasted_workflow_passes_schema_and_audit(tmp_path: Path, name: str) -> None:
    file = tmp_path / ".github" / "workflows" / "pasted.yml"
    file.parent.mkdir(parents=True)
    file.write_text(pinned(snippets()[name]), encoding="utf-8")
    schema = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows", str(file)]
    subprocess.run(schema, check=True, capture_output=True)
    audit = subprocess.run(
        [str(BIN / "zizmor"), "--offline", "--format", "json", str(file)], capture_output=True, check=False
    )
    found = {(entry["ident"], entry["determinations"]["severity"]) for entry in json.loads(audit.stdout)}
    # A run for forks is what this trigger is for; the workflow itself says what it does about it.
    assert found <= {("dangerous-triggers", "High")} if name == "readiness for forks" else found == set()


def test_every_action_is_pinned_by_id_with_its_version() -> None:
    texts = [path.read_text(encoding="utf-8") for path in WORKFLOWS]
    used = [line.strip() for text in texts for line in text.splitlines() if re.search(r"\buses: (?!\./)", line)]
    assert used
    assert [line for line in used if not re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []


def test_one_action_has_one_pin_everywhere() -> None:
    texts = [path.read_text(encoding="utf-8") for path in WORKFLOWS] + [GUIDE]
    pins = {pin for text in texts for pin in re.findall(r"uses: ([\w./-]+@[0-9a-f]{40} # v[\d.]+)", text)}
    assert len({pin.partition("@")[0] for pin in pins}) == len(pins)


def test_no_checkout_leaves_its_token_behind() -> None:
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
            for step in job["steps"]:
                if step.get("uses", "").startswith("actions/checkout@"):
                    assert step["with"]["persist-credentials"] is False, path.name


def test_every_job_names_its_rights_and_its_end() -> None:
    for path in WORKFLOWS:
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {}, path.name
        for name, job in workflow["jobs"].items():
            assert job["permissions"], f"{path.name}: {name}"
            assert job["timeout-minutes"] <= 40, f"{path.name}: {name}"


def test_only_badge_and_release_may_write_the_repository() -> None:
    writers = [
        f"{path.name}: {name}"
        for path in WORKFLOWS
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items()
        if job["permissions"].get("contents") == "write"
    ]
    assert writers == ["readiness.yml: badge", "release.yml: publish"]
