"""Cuts GitHub's own OpenAPI description down to the operations and events that the action uses; changes no word of it.

Usage, from the root of the project, after `npm pack @octokit/openapi@23.0.2` (28.9 MB) was unpacked into `package/`:

    python -m tests.github.description.refresh package/generated/api.github.com.json
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

SUBSET = Path(__file__).with_name("github-rest.subset.json")

REPOSITORY = "/repos/{owner}/{repo}"

OPERATIONS = (
    ("get", "/pulls"),
    ("get", "/pulls/{pull_number}"),
    ("get", "/issues/{issue_number}/comments"),
    ("post", "/issues/{issue_number}/comments"),
    ("patch", "/issues/comments/{comment_id}"),
    ("delete", "/issues/comments/{comment_id}"),
    ("post", "/check-runs"),
    ("get", "/check-runs/{check_run_id}"),
    ("patch", "/check-runs/{check_run_id}"),
    ("get", "/commits/{ref}/check-runs"),
    ("post", "/statuses/{sha}"),
    ("get", "/commits/{ref}/statuses"),
    ("get", "/commits/{ref}"),
    ("get", "/compare/{basehead}"),
    ("get", "/contents/{path}"),
    ("get", "/git/ref/{ref}"),
    ("post", "/git/refs"),
    ("patch", "/git/refs/{ref}"),
    ("post", "/git/trees"),
    ("post", "/git/commits"),
    ("post", "/code-scanning/sarifs"),
)

EVENTS = (
    "pull-request-opened",
    "pull-request-synchronize",
    "merge-group-checks-requested",
    "push",
    "workflow-run-completed",
)


def references(node: object) -> set[str]:
    """The components that a part of the description names."""
    return set(re.findall(r'"#/components/([^"]+)"', json.dumps(node)))


def subset(description: dict[str, Any], source: str) -> dict[str, Any]:
    """The description of the operations and events above, with every component that they reach."""
    paths: dict[str, dict[str, Any]] = {"/user": {"get": description["paths"]["/user"]["get"]}}
    for method, tail in OPERATIONS:
        path = REPOSITORY + tail
        paths.setdefault(path, {})[method] = description["paths"][path][method]
    events = {name: description["x-webhooks"][name] for name in EVENTS}
    components: dict[str, dict[str, Any]] = {}
    open_references = references([paths, events])
    while open_references:
        kind, name = open_references.pop().split("/", 1)
        if name not in components.setdefault(kind, {}):
            components[kind][name] = description["components"][kind][name]
            open_references |= references(components[kind][name])
    return {
        "openapi": description["openapi"],
        "info": description["info"] | {"x-source": source},
        "servers": description["servers"],
        "paths": paths,
        "x-webhooks": events,
        "components": components,
    }


def main(path: str) -> None:
    """Write the subset beside this module."""
    raw = Path(path).read_bytes()
    description = json.loads(raw)
    version = description["info"]["version"]
    source = f"npm @octokit/openapi@{version} (MIT), sha256 of api.github.com.json: {hashlib.sha256(raw).hexdigest()}"
    SUBSET.write_text(json.dumps(subset(description, source), indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
