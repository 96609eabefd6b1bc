"""CircleCI, Travis, Azure, Bitbucket, Buildkite, Drone and Tekton files as pipelines; knows no step's purpose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import structs

from readiness_bot.facts.github_pipeline import pairs
from readiness_bot.facts.pipeline import Job, Pair, Pipeline, Step, Trigger
from readiness_bot.facts.yaml_nodes import Node

_BRANCH_EVENTS = ("push", "pull_request")
_MAX_DEPTH = 10


def is_circleci(document: Node) -> bool:
    """Whether a document has the shape of a CircleCI configuration."""
    return "version" in document and document["jobs"].kind == "mapping" and "on" not in document


def circleci(document: Node) -> Pipeline:
    """A CircleCI configuration: commands and executors resolved, a job's events by the filters of its workflows."""
    ran = _circleci_runs(document)
    jobs = tuple(_circleci_job(document, name, node, ran.get(name)) for name, node in document["jobs"].entries)
    orbs = tuple(
        Job(
            name=name,
            line=runs.line,
            end_line=runs.line,
            steps=(Step(line=runs.line, end_line=runs.line, uses=name),),
            events=tuple(runs.events),
            inputs=tuple(runs.inputs),
        )
        for name, runs in ran.items()
        if "/" in name
    )
    return Pipeline(
        provider="circleci",
        line=document.line,
        triggers=tuple(Trigger(event, document["workflows"].key_line or 1) for event in _BRANCH_EVENTS),
        jobs=jobs + orbs,
        includes=tuple(Pair(name, orb.string, orb.key_line) for name, orb in document["orbs"].entries),
    )


class _Runs(NamedTuple):
    """How workflows run a job: where they first name it, by which events, and what they tell it."""

    line: int
    events: dict[str, None]
    inputs: list[Pair]


def _circleci_runs(document: Node) -> dict[str, _Runs]:
    found: dict[str, _Runs] = {}
    for _, workflow in document["workflows"].entries:
        scheduled = any("schedule" in trigger for trigger in workflow["triggers"])
        for entry in workflow["jobs"]:
            name, details = (entry.string, entry) if entry.string else next(iter(entry.entries), ("", entry))
            _, events, inputs = found.setdefault(name, _Runs(entry.line, {}, []))
            inputs.extend(pair for pair in pairs(details) if pair.value)
            filters = details["filters"]
            if scheduled:
                events["schedule"] = None
            elif filters["tags"]["only"] and filters["branches"]["ignore"]:
                events["tag"] = None
            elif filters["branches"]["only"] and not {"/.*/", "/.+/"} & set(filters["branches"]["only"].strings):
                events["push"] = None
            else:
                events.update(dict.fromkeys(_BRANCH_EVENTS))
    return found


def _circleci_job(document: Node, name: str, node: Node, runs: _Runs | None) -> Job:
    executor = document["executors"][node["executor"].string or node["executor"]["name"].string]
    images = [image["image"].string for image in (node["docker"] or executor["docker"])]
    directory = node["working_directory"].string or executor["working_directory"].string
    if runs is None:  # no workflow runs it, unless there are none and it is the one that always runs
        ran: tuple[str, ...] = () if not document["workflows"] and name == "build" else ("never",)
    else:
        ran = tuple(runs.events)
    return Job(
        name=name,
        line=node.key_line,
        end_line=node.end_line,
        steps=tuple(
            structs.replace(step, directory=_below_checkout(step.directory, directory, _checked_out(node["steps"])))
            for step in _circleci_steps(document, node["steps"], directory)
        ),
        events=ran,
        services=tuple(images[1:]),
        image=next(iter(images), ""),
        variables=pairs(node["environment"]),
        inputs=tuple(runs.inputs) if runs is not None else (),
    )


def _checked_out(steps: Node) -> str:
    """Where the job's checkout puts the tree, if it says so; else that is the folder in which the job works."""
    return next((path for step in steps if (path := step["checkout"]["path"].string)), "")


def _below_checkout(directory: str, works_in: str, root: str) -> str:
    """A folder as seen from the root of the tree, which lies where it was checked out."""
    root = (works_in if root in ("", ".", "./") else root).rstrip("/")
    inside = directory if directory.startswith(("~", "/", "$")) or directory == works_in else f"{works_in}/{directory}"
    if root and (inside == root or inside.startswith(f"{root}/")):
        return inside.removeprefix(root).strip("/")
    return directory


def _circleci_steps(document: Node, steps: Node, directory: str, depth: int = 0) -> Iterator[Step]:
    for step in steps:
        name = step.string or next(iter(step.keys), "")
        run = step["run"]
        command = run if run.string else run["command"]
        if command.string:
            yield Step(
                line=step.line,
                end_line=step.end_line,
                name=run["name"].string,
                run=command.string,
                run_line=command.text_line,
                variables=pairs(run["environment"]),
                directory=run["working_directory"].string or directory,
                pipefail=True,
            )
        elif name in ("when", "unless"):
            if depth < _MAX_DEPTH:
                yield from _circleci_steps(document, step[name]["steps"], directory, depth + 1)
        elif document["commands"][name] and depth < _MAX_DEPTH:
            yield from _circleci_steps(document, document["commands"][name]["steps"], directory, depth + 1)
        else:
            yield Step(line=step.line, end_line=step.end_line, uses=name, inputs=pairs(step[name]))


def is_travis(document: Node) -> bool:
    """Whether a document has the shape of a Travis configuration."""
    return any(key in document for key in ("language", "script", "dist", "os", "matrix"))


def travis(document: Node) -> Pipeline:
    """A Travis configuration: the phases of the one job, and of every job of the matrix that brings its own."""
    included = [*(document["jobs"]["include"] or document["matrix"]["include"])]
    jobs = [_travis_job("build", document, document.line)]
    jobs.extend(
        _travis_job(each["name"].string or each["stage"].string or "job", each, each.line)
        for each in included
        if "script" in each or "deploy" in each
    )
    return Pipeline(
        provider="travis",
        line=document.line,
        triggers=tuple(Trigger(event, document.line) for event in _BRANCH_EVENTS),
        jobs=tuple(jobs),
    )


def _travis_job(name: str, node: Node, line: int) -> Job:
    phases = ("before_install", "install", "before_script", "script", "after_success", "after_script")
    steps = [
        Step(
            line=command.line,
            end_line=command.end_line,
            run=command.string,
            run_line=command.text_line,
            can_fail=not phase.startswith("after"),
        )
        for phase in phases
        for command in node[phase]
        if command.string
    ]
    steps.extend(
        Step(line=deploy.line, end_line=deploy.end_line, uses=f"deploy/{deploy['provider'].string}")
        for deploy in node["deploy"]
    )
    condition = node["if"].string.replace(" ", "")
    events = ("push",) if "type=push" in condition or "branch=" in condition else ()
    return Job(
        name=name,
        line=line,
        end_line=node.end_line,
        steps=tuple(steps),
        events=("tag",) if "tagIS" in condition else events,
        services=(*node["services"].strings, *(name for name in node["addons"].keys if name in _TRAVIS_STORES)),
    )


_TRAVIS_STORES = ("postgresql", "mariadb", "rethinkdb")
"""What Travis starts in a version of one's own choice: `addons: {postgresql: "13"}`."""


def is_azure(document: Node) -> bool:
    """Whether a document has the shape of an Azure pipeline."""
    return any(key in document for key in ("pool", "stages", "jobs", "steps", "extends")) and (
        any(key in document for key in ("trigger", "pr", "pool", "schedules", "resources"))
    )


def azure(document: Node) -> Pipeline:
    """An Azure pipeline: stages flattened to their jobs; without `pr` it runs for pull requests."""
    triggers = []
    if document["trigger"].string != "none":
        line = document["trigger"].key_line or document.line
        triggers.append(
            Trigger("push", line, document["trigger"].strings or document["trigger"]["branches"]["include"].strings)
        )
    if document["pr"].string != "none":
        triggers.append(Trigger("pull_request", document["pr"].key_line or document.line))
    if document["schedules"]:
        triggers.append(Trigger("schedule", document["schedules"].key_line))
    jobs = [job for stage in document["stages"] for job in _azure_jobs(stage)] or [*_azure_jobs(document)]
    return Pipeline(
        provider="azure",
        name=document["name"].string,
        line=document.line,
        triggers=tuple(triggers),
        jobs=tuple(jobs),
        variables=pairs(document["variables"]),
        includes=tuple(
            Pair("template", node["template"].string, node["template"].line)
            for node in document.walk()
            if node["template"].string
        ),
    )


def _azure_jobs(node: Node) -> Iterator[Job]:
    if node["steps"]:
        yield _azure_job("job", node)
    for job in node["jobs"]:
        name = job["job"].string or job["deployment"].string
        strategy = job["strategy"]["runOnce"]["deploy"]
        if name or strategy:
            yield _azure_job(name, job, strategy)


def _azure_job(name: str, node: Node, strategy: Node | None = None) -> Job:
    steps = (strategy or node)["steps"] or node["steps"]
    environment = node["environment"]
    condition = node["condition"].string
    return Job(
        name=name,
        line=node.line,
        end_line=node.end_line,
        steps=tuple(_azure_step(step) for step in steps),
        events=("push",) if "PullRequest" in condition and "ne(" in condition else (),
        environment=environment.string or environment["name"].string,
        environment_line=environment.key_line,
        services=node["services"].keys,
        image=node["container"].string or node["container"]["image"].string,
        condition=condition,
        can_fail=node["continueOnError"].string != "true",
    )


def _azure_step(node: Node) -> Step:
    script = next(
        (node[key] for key in ("script", "bash", "pwsh", "powershell") if node[key]), node["inputs"]["script"]
    )
    return Step(
        line=node.line,
        end_line=node.end_line,
        name=node["displayName"].string,
        run=script.string,
        run_line=script.text_line,
        uses=node["task"].string or node["template"].string,
        inputs=pairs(node["inputs"]),
        variables=pairs(node["env"]),
        condition=node["condition"].string,
        directory=node["workingDirectory"].string,
        can_fail=node["continueOnError"].string != "true",
    )


def is_bitbucket(document: Node) -> bool:
    """Whether a document has the shape of a Bitbucket pipeline."""
    return document["pipelines"].kind == "mapping"


def bitbucket(document: Node) -> Pipeline:
    """A Bitbucket file: every step a job, its event by the section it stands in."""
    sections = {
        "default": "push",
        "branches": "push",
        "pull-requests": "pull_request",
        "tags": "tag",
        "custom": "manual",
    }
    jobs: list[Job] = []
    triggers: list[Trigger] = []
    for section, event in sections.items():
        node = document["pipelines"][section]
        if not node:
            continue
        triggers.append(Trigger(event, node.key_line))
        for step in (inner["step"] for inner in node.walk() if inner["step"]):
            script = tuple(_line_step(command) for command in step["script"] if command.string)
            pipes = tuple(
                Step(
                    line=command.line,
                    end_line=command.end_line,
                    uses=command["pipe"].string,
                    inputs=pairs(command["variables"]),
                )
                for command in step["script"]
                if command["pipe"]
            )
            jobs.append(
                Job(
                    name=step["name"].string or section,
                    line=step.line,
                    end_line=step.end_line,
                    steps=script + pipes,
                    events=(event,),
                    environment=step["deployment"].string,
                    environment_line=step["deployment"].key_line,
                    services=step["services"].strings,
                    image=step["image"].string,
                )
            )
    return Pipeline(provider="bitbucket", line=document.line, triggers=tuple(triggers), jobs=tuple(jobs))


def _line_step(command: Node, directory: str = "") -> Step:
    return Step(
        line=command.line,
        end_line=command.end_line,
        run=command.string,
        run_line=command.text_line,
        directory=directory,
    )


def is_buildkite(document: Node) -> bool:
    """Whether a document has the shape of a Buildkite pipeline."""
    keys = ("command", "commands", "group", "plugins")
    return "kind" not in document and any(
        key in step and "image" not in step for step in document["steps"] for key in keys
    )


def buildkite(document: Node) -> Pipeline:
    """A Buildkite pipeline: every command step a job."""
    jobs = []
    for node in document.walk():
        commands = node["command"] or node["commands"]
        if commands and node.kind == "mapping":
            jobs.append(
                Job(
                    name=node["label"].string or node["key"].string or "step",
                    line=node.line,
                    end_line=node.end_line,
                    steps=tuple(_line_step(command) for command in commands if command.string),
                    events=("push",) if "branch" in node["if"].string or node["branches"] else (),
                    can_fail=node["soft_fail"].string != "true",
                )
            )
    triggers = tuple(Trigger(event, document.line) for event in _BRANCH_EVENTS)
    return Pipeline(provider="buildkite", line=document.line, triggers=triggers, jobs=tuple(jobs))


def is_drone(document: Node) -> bool:
    """Whether a document has the shape of a Drone or Woodpecker pipeline."""
    return (document["kind"].string == "pipeline" and "steps" in document) or any(
        key in document for key in ("pipeline", "when", "steps")
    )


def drone(documents: tuple[Node, ...]) -> Pipeline:
    """A Drone file: every document a job; Woodpecker's single document counts as one."""
    jobs: list[Job] = []
    triggers: list[Trigger] = []
    for document in documents:
        condition = document["trigger"] or document["when"]
        named = [event for each in condition for event in (each["event"].strings or each["event"]["include"].strings)]
        events = tuple(dict.fromkeys(named)) or _BRANCH_EVENTS
        steps: list[Step] = []
        for step in document["steps"].items or tuple(each for _, each in document["steps"].entries):
            steps.extend(_line_step(command) for command in step["commands"] if command.string)
            if step["settings"] and not step["commands"]:
                steps.append(
                    Step(
                        line=step.line,
                        end_line=step.end_line,
                        uses=step["image"].string,
                        inputs=pairs(step["settings"]),
                    )
                )
        jobs.append(
            Job(
                name=document["name"].string or "pipeline",
                line=document.line,
                end_line=document.end_line,
                steps=tuple(steps),
                events=events,
                services=tuple(service["image"].string for service in document["services"]),
            )
        )
        triggers.extend(Trigger(event, document.line) for event in events)
    return Pipeline(provider="drone", triggers=tuple(triggers), jobs=tuple(jobs))


def is_tekton(document: Node) -> bool:
    """Whether a document is one of Tekton's."""
    return document["apiVersion"].string.startswith("tekton.dev/")


def tekton(documents: tuple[Node, ...]) -> Pipeline:
    """Tekton objects: every task with steps a job; events as Pipelines-as-Code's annotations name them."""
    jobs: list[Job] = []
    triggers: list[Trigger] = []
    for document in documents:
        annotations = document["metadata"]["annotations"]
        annotation = annotations["pipelinesascode.tekton.dev/on-event"]
        names = [event.strip(" []\"'") for event in annotation.string.split(",")]
        triggers.extend(Trigger(event, annotation.key_line) for event in names if event)
        expression = annotations["pipelinesascode.tekton.dev/on-cel-expression"]
        triggers.extend(Trigger(event, expression.key_line) for event in _ON_EVENT.findall(expression.string))
        built = _tekton_build(document)
        if built is not None:
            jobs.append(built)
        for node in document.walk():
            scripts = [step for step in node["steps"] if step["script"] or step["command"]]
            if scripts:
                jobs.append(
                    Job(
                        name=document["metadata"]["name"].string,
                        line=node.line,
                        end_line=node.end_line,
                        steps=tuple(_tekton_step(step) for step in scripts),
                    )
                )
    return Pipeline(provider="tekton", triggers=tuple(triggers), jobs=tuple(jobs))


_ON_EVENT = re.compile(r"\bevent\s*==\s*['\"](\w+)['\"]")
_BUILDS_IMAGE = re.compile(r"(^|[-_/])(docker|buildah|kaniko|image)[-_]build|(^|[-_/])build(ah)?([-_]|$)")


def _tekton_build(document: Node) -> Job | None:
    """The job of a run that has a pipeline from elsewhere build an image, named by where the image is put."""
    run = document["spec"]
    image = next((each for each in run["params"] if each["name"].string == "output-image"), None)
    if document["kind"].string != "PipelineRun" or image is None:
        return None
    told = run["pipelineRef"]
    name = told["name"].string or document["metadata"]["annotations"]["pipelinesascode.tekton.dev/pipeline"].string
    if not name or not _BUILDS_IMAGE.search(name):
        return None
    place = re.sub(r"\{\{.*?\}\}", "revision", image["value"].string)
    steps = tuple(
        Step(line=told.line, end_line=told.end_line, name=name, run=command, run_line=told.line, can_fail=True)
        for command in (f"docker build -t {place} .", f"docker push {place}")
    )
    return Job(name=document["metadata"]["name"].string, line=told.line, end_line=told.end_line, steps=steps)


def _tekton_step(node: Node) -> Step:
    words = " ".join((*node["command"].strings, *node["args"].strings))
    return Step(
        line=node.line,
        end_line=node.end_line,
        name=node["name"].string,
        run=node["script"].string or words,
        run_line=node["script"].text_line or node["command"].line,
        can_fail=node["onError"].string != "continue",
    )
