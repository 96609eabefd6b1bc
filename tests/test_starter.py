"""What init leaves: a workflow that is valid, asks for little and pins what it uses."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from readiness_bot.starter import WORKFLOW, files


def workflow() -> Any:
    return yaml.load(files()[WORKFLOW], Loader=yaml.BaseLoader)


def test_the_workflow_is_one_by_its_schema(tmp_path: Path) -> None:
    path = tmp_path / "readiness.yml"
    path.write_text(files()[WORKFLOW])
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "ok -- validation done")


def test_it_runs_on_pull_requests_and_queues_without_a_filter() -> None:
    assert workflow()["on"] == {"pull_request": "", "merge_group": "", "push": {"branches": ["main"]}}


def test_each_job_has_the_permissions_it_needs_and_no_other() -> None:
    found = workflow()
    assert found["permissions"] == {"contents": "read"}
    assert {name: job["permissions"] for name, job in found["jobs"].items()} == {
        "gate": {"contents": "read", "checks": "write", "pull-requests": "write"},
        "badge": {"contents": "write"},
    }


def test_the_gate_has_the_base_at_hand_and_leaves_no_token() -> None:
    checkout = workflow()["jobs"]["gate"]["steps"][0]
    assert checkout["with"] == {"fetch-depth": "2", "persist-credentials": "false"}


def test_other_people_s_actions_are_pinned_by_their_full_ids() -> None:
    uses = [step["uses"] for job in workflow()["jobs"].values() for step in job["steps"]]
    assert len(uses) == 6
    assert all(
        re.fullmatch(r"actions/(checkout|cache)@[0-9a-f]{40}", one) for one in uses if one.startswith("actions/")
    )


def test_every_job_keeps_what_it_found_out_and_finds_what_others_kept() -> None:
    for job in workflow()["jobs"].values():
        _, cache, ours = job["steps"]
        assert cache["with"] == {
            "path": ".readiness-cache",
            "key": "readiness-${{ github.sha }}",
            "restore-keys": "readiness-",
        }
        assert ours["with"]["cache-dir"] == cache["with"]["path"]


def test_its_first_week_only_tells() -> None:
    assert workflow()["jobs"]["gate"]["steps"][-1]["with"]["fail-on"] == "never"


def test_every_input_it_gives_is_one_of_the_action() -> None:
    action = yaml.safe_load((Path(__file__).parent.parent / "action.yml").read_text())
    given = {
        name
        for job in workflow()["jobs"].values()
        for step in job["steps"]
        if "readiness-bot" in step["uses"]
        for name in step.get("with", {})
    }
    assert given == {"cache-dir", "fail-on", "mode"}
    assert given <= action["inputs"].keys()
