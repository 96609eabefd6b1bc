"""GitHub Actions workflows and composite actions as pipelines; knows no action's purpose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

import msgspec

from readiness_bot.facts.pipeline import Job, Pair, Pipeline, Step, Trigger
from readiness_bot.facts.yaml_nodes import Node

MAX_VARIANTS = 40
"""Commands that a matrix makes of one step; matrices of tools have a handful."""

_MATRIX_USE = re.compile(r"\$\{\{\s*matrix\.([\w.-]+)\s*\}\}")
_EVENTS = {"workflow_dispatch": "manual", "repository_dispatch": "manual", "workflow_call": "call"}


def is_workflow(document: Node) -> bool:
    """Whether a document has the shape of a workflow."""
    return "jobs" in document and ("on" in document or "true" in document)


def is_action(document: Node) -> bool:
    """Whether a document has the shape of an action's description."""
    return bool(document["runs"]["using"])


def workflow(document: Node) -> Pipeline:
    """A workflow file."""
    shell = document["defaults"]["run"]
    branches = document["on"]["push"]["branches"].strings
    return Pipeline(
        provider="github",
        name=document["name"].string,
        line=document.line,
        triggers=tuple(_triggers(document["on"])),
        jobs=tuple(_job(name, node, shell, branches) for name, node in document["jobs"].entries),
        permissions=_permissions(document),
        permissions_line=document["permissions"].key_line,
        variables=pairs(document["env"]),
    )


def action(document: Node) -> Pipeline:
    """A composite action's steps as one job; an action in another language has none."""
    runs = document["runs"]
    steps = tuple(_step(node, runs) for node in _steps(runs))
    job = Job(name="runs", line=runs.line, end_line=runs.end_line, steps=steps, image=runs["image"].string)
    return Pipeline(provider="github-action", name=document["name"].string, line=document.line, jobs=(job,))


def pairs(node: Node) -> tuple[Pair, ...]:
    """A mapping's scalars."""
    return tuple(Pair(name, value.string, value.key_line) for name, value in node.entries)


def _triggers(node: Node) -> Iterator[Trigger]:
    if node.kind != "mapping":
        yield from (Trigger(_EVENTS.get(each.string, each.string), each.line) for each in node if each.string)
        return
    for event, details in node.entries:
        if event == "push" and details["tags"] and not details["branches"]:
            yield Trigger("tag", details.key_line, details["tags"].strings)
            continue
        yield Trigger(
            _EVENTS.get(event, event),
            details.key_line,
            details["branches"].strings,
            details["paths"].strings,
            details["types"].strings,
        )
        if event == "push" and details["tags"]:
            yield Trigger("tag", details["tags"].key_line, details["tags"].strings)


def _permissions(node: Node) -> tuple[Pair, ...] | None:
    if "permissions" not in node:
        return None
    permissions = node["permissions"]
    if permissions.kind == "mapping":
        return pairs(permissions)
    return (Pair("", permissions.string, permissions.key_line),) if permissions else ()


def _job(name: str, node: Node, defaults: Node, branches: tuple[str, ...]) -> Job:
    own = node["defaults"]["run"] or defaults
    environment = node["environment"]
    conditions = " ".join(step["if"].string + " " + step["run"].string for step in _steps(node))
    return Job(
        name=name,
        line=node.key_line,
        end_line=node.end_line,
        steps=tuple(
            variant
            for step in _steps(node)
            for variant in _variants(_step(step, own, conditions), node["strategy"]["matrix"])
        ),
        needs=node["needs"].strings,
        permissions=_permissions(node),
        environment=_environment(
            environment.string or environment["name"].string, node["strategy"]["matrix"], branches
        ),
        environment_line=environment.key_line,
        services=tuple(service["image"].string or service.string for _, service in node["services"].entries),
        image=node["container"].string or node["container"]["image"].string,
        condition=node["if"].string,
        calls=node["uses"].string,
        can_fail=node["continue-on-error"].string != "true",
        variables=pairs(node["env"]),
        inputs=pairs(node["with"]),
        secrets=pairs(node["secrets"])
        or tuple(Pair("", text, node["secrets"].line) for text in node["secrets"].strings),
    )


_OF_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")
_CHOSEN = re.compile(r"(?:&&|\|\|)\s*'([\w.-]+)'")
_OF_BRANCH = re.compile(r"\$\{\{\s*github\.ref_name\s*\}\}")


def _environment(name: str, matrix: Node, branches: tuple[str, ...]) -> str:
    """The environment's name; those that a matrix, a condition or the branch chooses from, with ` | ` between them."""
    asked = _OF_MATRIX.fullmatch(name.strip())
    texts = matrix[asked[1]].strings if asked else (name,)
    if _OF_BRANCH.fullmatch(name.strip()):
        texts = tuple(each for each in branches if "*" not in each and not (each == "master" and "main" in branches))
    names = [each for text in texts for each in (_CHOSEN.findall(text) if "${{" in text else [text])]
    return " | ".join(dict.fromkeys(names)) or name


def _steps(node: Node) -> Iterator[Node]:
    """The steps in order, those of a group that runs in parallel one by one."""
    for step in node["steps"]:
        yield from step["parallel"] or (step,)


def _step(node: Node, defaults: Node, conditions: str = "") -> Step:
    run, shell = node["run"], node["shell"].string or defaults["shell"].string
    return Step(
        line=node.line,
        end_line=node.end_line,
        name=node["name"].string,
        run=run.string,
        run_line=run.text_line,
        uses=node["uses"].string,
        inputs=pairs(node["with"]),
        variables=pairs(node["env"]),
        condition=node["if"].string,
        directory=node["working-directory"].string or defaults["working-directory"].string,
        can_fail=node["continue-on-error"].string != "true" or _is_looked_at(node["id"].string, conditions),
        pipefail="pipefail" in shell or shell == "bash",
    )


def _variants(step: Step, matrix: Node) -> Iterator[Step]:
    """The step once for each command that the job's matrix makes of it; where it uses no value of it, the step."""
    names = sorted({use[1] for use in _MATRIX_USE.finditer(step.run)})
    choices = [list(dict.fromkeys(_matrix_values(matrix, name))) for name in names]
    if not names or not all(choices):
        yield step
        return
    for values in islice(product(*choices), MAX_VARIANTS):
        yield msgspec.structs.replace(step, run=_filled_in(step.run, dict(zip(names, values, strict=True))))


def _filled_in(text: str, chosen: dict[str, str]) -> str:
    return _MATRIX_USE.sub(lambda use: chosen[use[1]], text)


def _matrix_values(matrix: Node, name: str) -> Iterator[str]:
    """The values that a name such as `target.command` takes in a matrix, in its axes and among what is included."""
    axis, *inner = name.split(".")
    for node in (*matrix[axis], *(each[axis] for each in matrix["include"])):
        for key in inner:
            node = node[key]
        if node.text is not None:
            yield node.text


def _is_looked_at(name: str, conditions: str) -> bool:
    """Whether a later step asks how the step of that id ended."""
    return bool(name) and f"steps.{name}.outcome" in conditions
