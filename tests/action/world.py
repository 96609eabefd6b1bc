"""A workflow run as the action finds it: workspace, event, runner's files, GitHub; everything real but GitHub."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from readiness_bot.action.job import Ports
from readiness_bot.action.run import run
from readiness_bot.github import inputs as github_inputs
from readiness_bot.github import runner
from readiness_bot.github.client import Client
from readiness_bot.github.runner import Runner
from tests.github import events
from tests.github.conftest import Time
from tests.github.server import GitHub
from tests.gitting import commit, git, repository

SAFE = 'import httpx\n\n\ndef pay(order: str) -> None:\n    httpx.post("https://pay.example.org", timeout=5.0)\n'
ENDLESS = 'import httpx\n\n\ndef pay(order: str) -> None:\n    httpx.post("https://pay.example.org", timeout=None)\n'

FILES: Mapping[str, str] = {
    "app/__init__.py": "",
    "app/pay.py": SAFE,
    "app/main.py": "from fastapi import FastAPI\n\nfrom app.pay import pay\n\napp = FastAPI()\napp.get('/pay')(pay)\n",
    "requirements.txt": "fastapi==0.115.0\nhttpx==0.28.1\n",
}


@dataclass(frozen=True)
class Ran:
    """What a run left."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


class World:
    """A workspace whose branch `main` has `FILES`, and a pull request 7 that makes a call endless."""

    def __init__(self, folder: Path, github: GitHub) -> None:
        self.github = github
        self.folder = folder
        self.workspace = repository(folder / "workspace", FILES)
        self.base = git(self.workspace, "rev-parse", "HEAD")
        git(self.workspace, "checkout", "--quiet", "-b", "topic")
        self.head = commit(self.workspace, {"app/pay.py": ENDLESS}, "Wait as long as it takes")
        self.environment = {
            "GITHUB_REPOSITORY": "octo/shop",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_API_URL": github.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_RUN_ID": "42",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_ACTION_REPOSITORY": "readiness-bot/readiness-bot",
            "GITHUB_ACTION_REF": "v1",
            "INPUT_TOKEN": "rw",
        }
        github.add_pull(7, self.head)

    # The checkout

    def merge(self) -> str:
        """Check out the merge of the pull request into main, as GitHub makes it for `pull_request`."""
        git(self.workspace, "checkout", "--quiet", "--detach", "main")
        git(self.workspace, "merge", "--quiet", "--no-ff", "--no-edit", "topic")
        return git(self.workspace, "rev-parse", "HEAD")

    def change(self, files: Mapping[str, str | None], message: str = "Change") -> str:
        """Another commit on the pull request, which GitHub knows of."""
        git(self.workspace, "checkout", "--quiet", "topic")
        self.head = commit(self.workspace, dict(files), message)
        self.github.add_pull(7, self.head)
        return self.head

    # The event

    def event(self, name: str, payload: Mapping[str, Any], ref: str = "") -> None:
        """What the runner says has happened."""
        path = self.folder / "event.json"
        path.write_text(json.dumps(payload), encoding="utf-8")
        self.environment |= {"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(path), "GITHUB_REF": ref}

    def opened(self, *, fork: bool = False, **changes: Any) -> None:
        """The pull request was opened, or pushed to."""
        payload = events.from_fork() if fork else events.opened()
        payload["pull_request"] |= {"number": 7, **changes}
        payload["pull_request"]["head"]["sha"] = self.head
        payload["pull_request"]["base"] |= {"sha": self.base, "ref": "main"}
        self.event("pull_request", payload, "refs/pull/7/merge")

    def pushed(self) -> None:
        """Main has a new commit, which is checked out."""
        git(self.workspace, "checkout", "--quiet", "main")
        payload = events.push()
        payload["ref"] = "refs/heads/main"
        payload["repository"]["default_branch"] = "main"
        self.event("push", payload, "refs/heads/main")

    # The run

    def run(self, run_id: int = 42, attempt: int = 1, **inputs: str) -> Ran:
        """Run the action; inputs are named with `_` for `-`."""
        files = {name: self.folder / f"{name}-{run_id}-{attempt}" for name in ("output", "summary")}
        for file in files.values():
            file.write_text("")
        environment = self.environment | {
            "GITHUB_RUN_ID": str(run_id),
            "GITHUB_RUN_ATTEMPT": str(attempt),
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_SHA": git(self.workspace, "rev-parse", "HEAD"),
            **{f"INPUT_{name.upper().replace('_', '-')}": value for name, value in inputs.items()},
        }
        log = io.StringIO()
        time = Time()

        def connect(here: Runner, token: str) -> Client:
            return Client(here.api_url, here.repository, token, sleep=time.sleep, clock=time.clock, timeout=5)

        ports = Ports(connect, log, clock=time.clock, today=lambda: date(2026, 11, 22))
        here = runner.from_environment(environment)
        code = run(github_inputs.from_environment(environment), here, ports)
        return Ran(code, log.getvalue(), outputs(files["output"]), files["summary"].read_text(encoding="utf-8"))


def outputs(path: Path) -> dict[str, str]:
    """The outputs as the runner reads them: `name<<end`, lines, `end`."""
    found: dict[str, str] = {}
    lines = path.read_text(encoding="utf-8").split("\n")
    while lines and lines[0]:
        name, end = lines.pop(0).split("<<")
        value = []
        while lines[0] != end:
            value.append(lines.pop(0))
        lines.pop(0)
        found[name] = "\n".join(value)
    return found
