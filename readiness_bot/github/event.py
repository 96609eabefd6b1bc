"""What made the workflow run: GitHub's event payloads parsed into small frozen types; asks nobody anything."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


class Unusable(Exception):
    """The event or its payload cannot be worked with; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as the event saw it; newer commits may have arrived since."""

    number: int
    head_sha: str
    head_branch: str
    base_branch: str
    base_sha: str
    """The tip of the base branch when the event was made: neither the merge base nor always what was merged."""
    fork: bool
    """Whether the head lives in another repository, or in one that was deleted."""
    draft: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class PullRequestEvent:
    """A pull request was opened, pushed to, retargeted or the like; `target` for `pull_request_target`."""

    action: str
    pull: PullRequest
    target: bool = False


@dataclass(frozen=True, slots=True)
class MergeGroupEvent:
    """The merge queue asks for checks of a group of pull requests on top of its base."""

    base_sha: str
    head_sha: str
    base_branch: str


@dataclass(frozen=True, slots=True)
class BranchEvent:
    """A branch or tag to report on: after a push, by schedule or by hand; it has no pull request."""

    name: str
    """`push`, `schedule` or `workflow_dispatch`."""
    ref: str
    default_branch: str
    deleted: bool = False

    @property
    def default(self) -> bool:
        """Whether the branch is the repository's default branch."""
        return bool(self.default_branch) and self.ref == f"refs/heads/{self.default_branch}"


@dataclass(frozen=True, slots=True)
class WorkflowRunEvent:
    """Another workflow finished; what it left behind may come from a fork and is not to be trusted."""

    event: str
    head_sha: str
    head_branch: str
    head_owner: str
    """Who owns the repository of the head; empty where it was deleted."""
    numbers: tuple[int, ...]
    """Pull requests of this repository that GitHub names; none for a fork."""
    run_id: int
    run_attempt: int


Event = PullRequestEvent | MergeGroupEvent | BranchEvent | WorkflowRunEvent


class _Owner(msgspec.Struct, frozen=True):
    login: str = ""


class _Repository(msgspec.Struct, frozen=True):
    id: int
    default_branch: str = ""
    owner: _Owner = _Owner()


class _Base(msgspec.Struct, frozen=True):
    ref: str
    sha: str
    repo: _Repository


class _Head(msgspec.Struct, frozen=True):
    ref: str
    sha: str
    repo: _Repository | None = None


class _Pull(msgspec.Struct, frozen=True):
    number: int
    head: _Head
    base: _Base
    draft: bool | None = None
    state: str = "open"


class _PullPayload(msgspec.Struct, frozen=True):
    action: str
    pull_request: _Pull


class _MergeGroup(msgspec.Struct, frozen=True):
    base_sha: str
    head_sha: str
    base_ref: str


class _MergeGroupPayload(msgspec.Struct, frozen=True):
    merge_group: _MergeGroup


class _BranchPayload(msgspec.Struct, frozen=True):
    repository: _Repository
    ref: str = ""
    deleted: bool = False


class _PullOfRun(msgspec.Struct, frozen=True):
    number: int
    base: _Base


class _Run(msgspec.Struct, frozen=True):
    id: int
    event: str
    head_sha: str
    head_branch: str | None = None
    head_repository: _Repository | None = None
    pull_requests: tuple[_PullOfRun, ...] = ()
    run_attempt: int = 1


class _RunPayload(msgspec.Struct, frozen=True):
    workflow_run: _Run
    repository: _Repository


def parse(name: str, payload: bytes, ref: str = "") -> Event:
    """The event called `name` with its payload; `ref` is the ref that the run was started for.

    Raises `Unusable` where the action has no work for such an event or the payload is not what GitHub describes.
    """
    try:
        match name:
            case "pull_request" | "pull_request_target":
                return _pull_request(msgspec.json.decode(payload, type=_PullPayload), target=name != "pull_request")
            case "merge_group":
                group = msgspec.json.decode(payload, type=_MergeGroupPayload).merge_group
                return MergeGroupEvent(group.base_sha, group.head_sha, group.base_ref.removeprefix("refs/heads/"))
            case "push" | "schedule" | "workflow_dispatch":
                branch = msgspec.json.decode(payload, type=_BranchPayload)
                return BranchEvent(name, branch.ref or ref, branch.repository.default_branch, branch.deleted)
            case "workflow_run":
                return _workflow_run(msgspec.json.decode(payload, type=_RunPayload))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unusable(f"The payload of the event `{name}` is not what GitHub describes: {error}") from error
    raise Unusable(
        f"The event `{name}` gives nothing to compare. Start the action on pull_request, merge_group, push, schedule, "
        "workflow_dispatch or workflow_run."
    )


def _pull_request(payload: _PullPayload, *, target: bool) -> PullRequestEvent:
    pull = payload.pull_request
    repository = pull.head.repo
    return PullRequestEvent(
        action=payload.action,
        pull=PullRequest(
            number=pull.number,
            head_sha=pull.head.sha,
            head_branch=pull.head.ref,
            base_branch=pull.base.ref,
            base_sha=pull.base.sha,
            # `head.repo.fork` says whether that repository is a fork of anything, which the base itself may be.
            fork=repository is None or repository.id != pull.base.repo.id,
            draft=bool(pull.draft),
            closed=pull.state == "closed",
        ),
        target=target,
    )


def _workflow_run(payload: _RunPayload) -> WorkflowRunEvent:
    run = payload.workflow_run
    return WorkflowRunEvent(
        event=run.event,
        head_sha=run.head_sha,
        head_branch=run.head_branch or "",
        head_owner=run.head_repository.owner.login if run.head_repository else "",
        # A pull request of another repository can carry the same commit, and be named here.
        numbers=tuple(pull.number for pull in run.pull_requests if pull.base.repo.id == payload.repository.id),
        run_id=run.id,
        run_attempt=run.run_attempt,
    )
