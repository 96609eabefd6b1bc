"""GitLab CI files as pipelines, `extends` and `!reference` resolved inside one file; knows no job's purpose."""

from __future__ import annotations

from collections.abc import Iterator

from readiness_bot.facts.github_pipeline import pairs
from readiness_bot.facts.pipeline import Job, Pair, Pipeline, Step, Trigger
from readiness_bot.facts.yaml_nodes import NOTHING, Node

_KEYWORDS = frozenset(
    {
        "after_script",
        "before_script",
        "cache",
        "default",
        "image",
        "include",
        "pages",
        "services",
        "spec",
        "stages",
        "variables",
        "workflow",
    }
)
_MAX_EXTENDS = 10
_BRANCH_EVENTS = ("push", "pull_request")


def is_gitlab(document: Node) -> bool:
    """Whether a document has the shape of a GitLab pipeline: some job with a script, or an include."""
    return bool(document["include"]) or any("script" in job or "trigger" in job for _, job in document.entries)


def pipeline(document: Node) -> Pipeline:
    """A GitLab pipeline file; hidden jobs (`.name`) are only what others extend."""
    jobs = tuple(
        _job(document, name, job)
        for name, job in document.entries
        if job.kind == "mapping" and not name.startswith(".") and (name not in _KEYWORDS or "script" in job)
    )
    events = _rule_events(document["workflow"]["rules"]) or _BRANCH_EVENTS
    line = document["workflow"].key_line or document.line
    return Pipeline(
        provider="gitlab",
        line=document.line,
        triggers=tuple(Trigger(event, line) for event in events),
        jobs=jobs,
        variables=pairs(document["variables"]),
        includes=tuple(_includes(document["include"])),
    )


def _includes(node: Node) -> Iterator[Pair]:
    for each in node:
        if each.string:
            yield Pair("local", each.string, each.line)
        yield from (Pair(kind, value.string, value.line) for kind, value in each.entries if value.string)


def _extended(document: Node, job: Node) -> list[Node]:
    """The job and what it extends, nearest first."""
    chain, waiting = [job], [*reversed(job["extends"].strings)]
    while waiting and len(chain) < _MAX_EXTENDS:
        parent = document[waiting.pop(0)]
        if parent.kind == "mapping" and parent not in chain:
            chain.append(parent)
            waiting.extend(reversed(parent["extends"].strings))
    return chain


def _first(chain: list[Node], key: str) -> Node:
    return next((node[key] for node in chain if key in node), NOTHING)


def _job(document: Node, name: str, node: Node) -> Job:
    chain = [*_extended(document, node), document["default"], document]
    environment = _first(chain[:-1], "environment")
    scripts = [script for key in ("before_script", "script", "after_script") if (script := _first(chain, key))]
    own = chain[:-2]
    return Job(
        name=name,
        line=node.key_line,
        end_line=node.end_line,
        steps=tuple(step for script in scripts for step in _steps(document, script)),
        events=_events(own),
        needs=tuple(need.string or need["job"].string for need in _first(own, "needs")),
        environment=environment.string or environment["name"].string,
        environment_line=environment.key_line,
        services=tuple(service.string or service["name"].string for service in _first(chain, "services")),
        image=_first(chain, "image").string or _first(chain, "image")["name"].string,
        can_fail=_first(own, "allow_failure").string != "true",
        variables=pairs(_first(own, "variables")),
        calls=node["trigger"]["include"].string or node["trigger"]["include"]["local"].string,
    )


def _steps(document: Node, script: Node, depth: int = 0) -> Iterator[Step]:
    if script.tag == "!reference" and depth < _MAX_EXTENDS:
        target = document
        for key in script.strings:
            target = target[key]
        yield from _steps(document, target, depth + 1)
        return
    for line in script:
        if line.kind == "sequence" and depth < _MAX_EXTENDS:
            yield from _steps(document, line, depth + 1)
        elif line.string:
            yield Step(line=line.line, end_line=line.end_line, run=line.string, run_line=line.text_line, pipefail=True)


def _events(chain: list[Node]) -> tuple[str, ...]:
    if rules := _first(chain, "rules"):
        return _rule_events(rules)
    if only := _first(chain, "only"):
        words = only.strings or only["refs"].strings
        return tuple(dict.fromkeys(_only_event(word) for word in words)) if words else ()
    if _first(chain, "when").string == "manual":
        return ("manual",)
    return ()


def _only_event(word: str) -> str:
    known = {
        "merge_requests": "pull_request",
        "tags": "tag",
        "schedules": "schedule",
        "web": "manual",
        "branches": "push",
    }
    return known.get(word, "push")


def _rule_events(rules: Node) -> tuple[str, ...]:
    """The events that rules let through; none where a rule says nothing of events."""
    events: dict[str, None] = {}
    for rule in rules:
        condition = rule["if"].string
        if rule["when"].string == "never":
            continue
        if rule["when"].string == "manual":
            events["manual"] = None
        elif "merge_request_event" in condition or "CI_MERGE_REQUEST" in condition:
            events["pull_request"] = None
        elif "CI_COMMIT_TAG" in condition:
            events["tag"] = None
        elif '"schedule"' in condition:
            events["schedule"] = None
        elif "CI_COMMIT_BRANCH" in condition or "CI_COMMIT_REF" in condition or '"push"' in condition:
            events["push"] = None
        else:
            return ()
    return tuple(events)
