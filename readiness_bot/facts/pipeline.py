"""The nouns of continuous integration, whatever the provider: triggers, jobs, steps; knows no file format."""

from __future__ import annotations

import msgspec


class Trigger(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What starts a pipeline or a job.

    `event` is one of `pull_request`, `pull_request_target`, `push`, `tag`, `schedule`, `release`, `manual`, `call`
    (by another pipeline), `workflow_run` or the provider's own word.
    """

    event: str
    line: int
    branches: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


class Pair(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A named value with the line of its name: a variable, an input, a permission."""

    name: str
    value: str
    line: int


class Step(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One step: shell text (`run`, its first line at `run_line`) or something used (`uses`), or both empty."""

    line: int
    end_line: int
    name: str = ""
    run: str = ""
    run_line: int = 0
    uses: str = ""
    inputs: tuple[Pair, ...] = ()
    variables: tuple[Pair, ...] = ()
    condition: str = ""
    directory: str = ""
    can_fail: bool = True
    """False where the pipeline goes on as if nothing had happened when the step fails, and no later step looks."""
    pipefail: bool = False
    """Whether a failure inside a pipe of commands fails the step."""


class Job(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One job with its steps in their order; `calls` is the pipeline that it runs instead of steps."""

    name: str
    line: int
    end_line: int
    steps: tuple[Step, ...] = ()
    events: tuple[str, ...] = ()
    """The events that start this job, where it tells them itself; empty for all of its pipeline's."""
    needs: tuple[str, ...] = ()
    permissions: tuple[Pair, ...] | None = None
    """None where the job sets none of its own."""
    environment: str = ""
    environment_line: int = 0
    services: tuple[str, ...] = ()
    image: str = ""
    condition: str = ""
    calls: str = ""
    can_fail: bool = True
    variables: tuple[Pair, ...] = ()
    inputs: tuple[Pair, ...] = ()
    secrets: tuple[Pair, ...] = ()


class Pipeline(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One pipeline file.

    `provider` is `github`, `github-action`, `gitlab`, `circleci`, `azure`, `travis`, `jenkins`, `buildkite`,
    `drone`, `bitbucket`, `tekton`, `taskcluster`, `codebuild`, `cloudbuild` or `zuul`; empty for a file that holds no
    pipeline: nothing at all, or a playbook that the jobs beside it run.
    """

    provider: str
    name: str = ""
    line: int = 1
    triggers: tuple[Trigger, ...] = ()
    jobs: tuple[Job, ...] = ()
    permissions: tuple[Pair, ...] | None = None
    """None where the pipeline sets none; a whole-sale word such as `read-all` is one pair without a name."""
    permissions_line: int = 0
    variables: tuple[Pair, ...] = ()
    includes: tuple[Pair, ...] = ()
    """Other pipelines that are part of this one: the path, template or component, by the kind of the include."""
