"""Webhook payloads: real ones from `payloads/`, and what had to be derived from them, with the reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PAYLOADS = Path(__file__).parent / "payloads"


def real(name: str) -> dict[str, Any]:
    """A payload as GitHub documents it, unchanged."""
    payload: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return payload


def opened() -> dict[str, Any]:
    """A pull request of the same repository was opened."""
    return real("pull_request.opened")


def synchronize() -> dict[str, Any]:
    """A pull request got new commits."""
    return real("pull_request.synchronize")


def from_fork() -> dict[str, Any]:
    """Derived: in no published example does a pull request come from a fork. Its head is that of the fork event."""
    payload, forkee = opened(), real("fork")["forkee"]
    head = payload["pull_request"]["head"]
    head |= {
        "repo": head["repo"] | forkee,
        "user": forkee["owner"],
        "label": f"{forkee['owner']['login']}:{head['ref']}",
    }
    return payload


def from_deleted_fork() -> dict[str, Any]:
    """Derived: the fork is gone, and GitHub says null for its repository and owner."""
    payload = from_fork()
    payload["pull_request"]["head"] |= {"repo": None, "user": None}
    return payload


def merge_group() -> dict[str, Any]:
    """The merge queue asks for checks."""
    return real("merge_group.checks_requested")


def push() -> dict[str, Any]:
    """Derived: every published push is of a tag or makes or deletes a branch. This one goes to the default branch."""
    payload = real("push.new_branch")
    payload |= {"before": "5" * 40, "created": False, "ref": f"refs/heads/{payload['repository']['default_branch']}"}
    return payload


def schedule() -> dict[str, Any]:
    """Derived: no webhook, Actions alone knows it. It sends the cron line and the repository."""
    return {"schedule": "17 4 * * 1", "repository": push()["repository"], "workflow": ".github/workflows/readiness.yml"}


def workflow_dispatch() -> dict[str, Any]:
    """Derived from the push in the same way: somebody started the workflow by hand."""
    ref = push()["ref"]
    return {
        "inputs": None,
        "ref": ref,
        "repository": push()["repository"],
        "workflow": ".github/workflows/readiness.yml",
    }


def workflow_run() -> dict[str, Any]:
    """A workflow finished; `pull_requests` names one of another repository, as real payloads do."""
    return real("workflow_run.completed")


def workflow_run_of_fork() -> dict[str, Any]:
    """Derived: the published runs were started by hand. This one was started by a pull request from a fork."""
    payload, forkee = workflow_run(), real("fork")["forkee"]
    repository = payload["workflow_run"]["head_repository"] | {
        key: forkee[key] for key in ("id", "name", "full_name", "owner")
    }
    payload["workflow_run"] |= {
        "event": "pull_request",
        "head_branch": "changes",
        "head_repository": repository,
        "pull_requests": [],
    }
    return payload


def encoded(payload: dict[str, Any]) -> bytes:
    """A payload as the runner's file holds it."""
    return json.dumps(payload).encode()
