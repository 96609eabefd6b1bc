"""Zuul's configuration as jobs with the playbooks they run; knows the jobs that Zuul's own libraries bring by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.facts.pipeline import Job, Pipeline, Step, Trigger
from readiness_bot.facts.yaml_nodes import Node

_ITEMS = frozenset(
    {"project", "project-template", "job", "nodeset", "secret", "semaphore", "pipeline", "queue", "pragma"}
)
_EVENTS = (
    (re.compile(r"check|gate|pre-merge", re.IGNORECASE), "pull_request"),
    (re.compile(r"periodic|nightly|weekly", re.IGNORECASE), "schedule"),
    (re.compile(r"tag|release", re.IGNORECASE), "tag"),
    (re.compile(r"post|promote", re.IGNORECASE), "push"),
)
"""What starts a pipeline, going by the names that every installation of Zuul gives its pipelines."""
_KNOWN = (
    (re.compile(r"(?:\w+-)?tox-(?:py(?P<python>\d+)|(?P<name>[\w-]+))$"), "tox -e"),
    (re.compile(r"(?:\w+-)?pre-?commit(-\w+)?$"), "pre-commit run --all-files"),
    (re.compile(r"(?:\w+-)?nox-(?P<name>[\w-]+)$"), "nox -s"),
)
"""Jobs of the libraries that come with Zuul, and what they run."""
_TEMPLATES = re.compile(r"(?:\w+-)?(?:python\d*|(?P<name>cover|lower-constraints))-jobs(-\w+)*$")
"""Templates of such a library: the unit tests of each version of Python, or one environment of tox more.

OpenStack's for the versions of Python check the style as well.
"""


def is_zuul(document: Node) -> bool:
    """Whether a document is a list of Zuul's items."""
    return (
        document.kind == "sequence"
        and bool(document.items)
        and all(item.kind == "mapping" and set(item.keys) <= _ITEMS for item in document.items)
    )


def zuul(document: Node) -> Pipeline:
    """The jobs that projects and templates ask for, each with the events of the pipelines that it is in."""
    defined = {item["job"]["name"].string: item["job"] for item in document.items if item["job"].kind == "mapping"}
    asked: dict[str, tuple[Node, set[str]]] = {}
    for item in document.items:
        for project in (item["project"], item["project-template"]):
            for name, node, event in (*_asked(project), *_by_template(project)):
                asked.setdefault(name, (node, set()))[1].add(event)
    jobs = tuple(
        Job(
            name=name,
            line=node.line,
            end_line=node.end_line,
            steps=tuple(_steps(name, node, defined)),
            events=tuple(sorted(events)),
        )
        for name, (node, events) in asked.items()
    )
    triggers = tuple(Trigger(event, 1) for event in sorted({event for job in jobs for event in job.events}))
    return Pipeline(provider="zuul", triggers=triggers, jobs=jobs)


def _asked(project: Node) -> Iterator[tuple[str, Node, str]]:
    """The jobs that a project asks for, with their place and the event that starts their pipeline."""
    for pipeline, body in project.entries:
        event = next((event for pattern, event in _EVENTS if pattern.search(pipeline)), "")
        for job in body["jobs"] if event else ():
            name = job.string or next(iter(job.keys), "")
            if name:
                yield name, job, event


def _by_template(project: Node) -> Iterator[tuple[str, Node, str]]:
    """The jobs that a library's template brings, which changes must pass."""
    for template in project["templates"]:
        if match := _TEMPLATES.match(template.string):
            yield f"tox-{match['name'] or 'py3'}", template, "pull_request"
            if template.string.startswith("openstack-python"):
                yield "tox-pep8", template, "pull_request"


def _steps(name: str, place: Node, defined: dict[str, Node]) -> Iterator[Step]:
    """What a job runs: its playbooks, or what the job of a library does that it is or descends from."""
    for _ in range(4):
        job = defined.get(name)
        run = job["run"] if job is not None else None
        if run is not None and run:
            for playbook in run:
                path = playbook.string or playbook["name"].string
                yield Step(line=run.line, end_line=run.end_line, run=f"ansible-playbook {path}", run_line=run.line)
            return
        for pattern, command in _KNOWN:
            if match := pattern.match(name):
                told = {key: value for key, value in match.groupdict().items() if value}
                which = told.get("name") or (f"py{told['python']}" if "python" in told else "")
                yield Step(
                    line=place.line, end_line=place.end_line, run=f"{command} {which}".strip(), run_line=place.line
                )
                return
        if job is None:
            return
        name = job["parent"].string
