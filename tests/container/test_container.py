"""The image, run as GitHub's runner would: a foreign workspace, an event file, no network but the API.

Needs the tool that builds and runs it without a daemon, named by CONTAINER_TEST, and the image that it built, named by
CONTAINER_IMAGE; `.ci/container` sets both.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.action.world import SAFE, World, outputs
from tests.github.server import GitHub, serve

TOOL = os.environ.get("CONTAINER_TEST", "")
IMAGE = os.environ.get("CONTAINER_IMAGE", "")

pytestmark = pytest.mark.skipif(
    not (TOOL and IMAGE),
    reason="CONTAINER_TEST and CONTAINER_IMAGE are not set: .ci/container builds and runs the image",
)


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    yield from serve(tmp_path / "octo-shop.git")


@pytest.fixture
def world(tmp_path: Path, github: GitHub) -> World:
    return World(tmp_path, github)


def run_container(world: World, **inputs: str) -> tuple[int, Path]:
    """Run the image on the world's workspace; its exit code and the folder with what it left."""
    out = world.folder / "out"
    passed = {name: value for name, value in world.environment.items() if name.startswith("GITHUB_")}
    event = passed.pop("GITHUB_EVENT_PATH")
    workspace = passed.pop("GITHUB_WORKSPACE")
    command = [TOOL, "run", IMAGE, "--event", event, "--workspace", workspace, "--out", str(out), "--net", "gated"]
    for name, value in passed.items():
        command += ["--env", f"{name}={value}"]
    for name, value in ({"token": "rw"} | inputs).items():
        command += ["--input", f"{name}={value}"]
    # The tool keeps its base image in the user's own cache, which tests are kept from.
    environment = {name: value for name, value in os.environ.items() if name != "XDG_CACHE_HOME"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)
    sys.stdout.write(done.stdout + done.stderr)  # shown by pytest where the test fails
    return done.returncode, out


def test_a_pull_request_that_brings_a_blocker(world: World, github: GitHub) -> None:
    world.opened()
    world.merge()
    code, out = run_container(world)
    assert code == 1
    (body,) = github.bodies(7)
    assert "⛔ Readiness: 1 new blocker" in body
    assert [(check["conclusion"], check["head_sha"]) for check in github.checks.values()] == [("failure", world.head)]
    found = outputs(out / "output")
    assert (found["conclusion"], found["new-blockers"], found["published-as"]) == ("failure", "1", "check")
    assert "external-apis/timeout" in (out / "summary").read_text(encoding="utf-8")
    assert (out / "network.log").read_text() == ""


def test_a_pull_request_that_brings_none(world: World, github: GitHub) -> None:
    world.change({"app/pay.py": SAFE, "README.md": "# Shop\n"})
    world.opened()
    world.merge()
    code, out = run_container(world)
    assert (code, github.bodies(7)) == (0, [])
    assert outputs(out / "output")["conclusion"] == "success"


def test_the_reports_belong_to_whoever_owns_the_workspace(world: World) -> None:
    world.opened()
    world.merge()
    _, out = run_container(world)
    report = out / "workspace" / "readiness-report" / "report.json"
    assert json.loads(report.read_text(encoding="utf-8"))["gate"]["conclusion"] == "failure"
    assert report.stat().st_uid == 1001
    assert report.parent.stat().st_uid == 1001


def test_a_fork_gets_the_same_exit_code_without_a_word_written(world: World, github: GitHub) -> None:
    world.opened(fork=True)
    world.merge()
    code, out = run_container(world, token="read")
    assert (code, github.comments, github.checks) == (1, {}, {})
    assert outputs(out / "output")["published-as"] == "job"


def test_the_default_branch_gets_its_badge(world: World, github: GitHub) -> None:
    world.pushed()
    code, _ = run_container(world)
    assert code == 0
    assert github.show("readiness.svg").startswith("<svg")
    assert len(github.show("history.jsonl").splitlines()) == 1


def test_code_in_the_workspace_is_never_imported(world: World, github: GitHub) -> None:
    trap = "raise SystemExit('imported from the judged repository')\n"
    world.change(
        dict.fromkeys(("json.py", "github.py", "msgspec.py", "sitecustomize.py", "readiness_bot/__init__.py"), trap)
    )
    world.opened()
    world.merge()
    code, out = run_container(world)
    assert code == 1
    assert outputs(out / "output")["conclusion"] == "failure"
