"""Which two commits a run compares, brought into the checkout where they are missing; judges neither."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from readiness_bot.git import GitError, Repository, UnknownRevision
from readiness_bot.github.event import MergeGroupEvent, PullRequest, Unusable


@dataclass(frozen=True, slots=True)
class Revisions:
    """The commit that is judged and the one it is held against; `base` is empty where there is none."""

    head: str
    base: str
    remark: str = ""
    """What is unusual about the pair, in words for the reader."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Where missing commits come from; the header reaches git through its environment, never a file."""

    url: str
    token: str = ""

    def fetch(self, repository: Repository, commit: str) -> None:
        """Bring a commit. Raises `Unusable` with what to change in the workflow."""
        header = None
        if self.token:
            secret = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
            header = f"Authorization: basic {secret}"
        try:
            repository.fetch(self.url, commit, header=header)
        except GitError as error:
            raise missing(commit) from error


def missing(commit: str) -> Unusable:
    """The error for a base commit that cannot be had, with the way out."""
    return Unusable(
        f"The base commit {commit[:12]} is not in this checkout and could not be fetched. "
        "Let actions/checkout fetch two commits (`fetch-depth: 2`), or pass a `token` that may read the repository."
    )


def of_pull_request(
    repository: Repository, pull: PullRequest, remote: Remote, common: Callable[[str, str], str | None] | None
) -> Revisions:
    """The commits of a pull request; `common` asks GitHub for the merge base of two revisions, None if there is none.

    GitHub checks out the merge of the pull request into its base: its first parent is what the change is held
    against, however long ago the event was made. Where the head itself is checked out, it is the merge base.
    """
    head = repository.resolve("HEAD")
    parents = repository.parents(head)
    if len(parents) == 2 and head != pull.head_sha:
        return Revisions(head, _present(repository, parents[0], remote))
    return _of_head(repository, head, pull, remote, common)


def _of_head(
    repository: Repository,
    head: str,
    pull: PullRequest,
    remote: Remote,
    common: Callable[[str, str], str | None] | None,
) -> Revisions:
    tip = _tip(repository, pull)
    if not repository.shallow and repository.has(tip):
        base = repository.merge_base(tip, head)
        return Revisions(head, base) if base else Revisions(head, tip, _unrelated(pull))
    if common is None:
        raise missing(tip)
    found = common(pull.base_branch, pull.head_sha)
    if found:
        return Revisions(head, _present(repository, found, remote))
    return Revisions(head, _present(repository, tip, remote), _unrelated(pull))


def _unrelated(pull: PullRequest) -> str:
    return f"no common ancestor with {pull.base_branch}: compared with its newest commit"


def _tip(repository: Repository, pull: PullRequest) -> str:
    """The newest commit of the base branch that is known: the remote's, else the one that the event names."""
    try:
        return repository.resolve(f"refs/remotes/origin/{pull.base_branch}")
    except UnknownRevision:
        return pull.base_sha


def of_merge_group(repository: Repository, group: MergeGroupEvent, remote: Remote) -> Revisions:
    """The commits of a merge group."""
    return Revisions(repository.resolve("HEAD"), _present(repository, group.base_sha, remote))


def against(repository: Repository, base_ref: str) -> Revisions:
    """What is checked out against a revision that the workflow names. Raises `Unusable` where there is none."""
    for name in (base_ref, f"refs/remotes/origin/{base_ref}"):
        try:
            return Revisions(repository.resolve("HEAD"), repository.resolve(name))
        except UnknownRevision:
            continue
    raise Unusable(
        f"The input `base-ref` names {base_ref[:80]!r}, which is no commit of this checkout. "
        "Fetch it first: `fetch-depth: 0` brings every branch."
    )


def against_parent(repository: Repository, remote: Remote) -> Revisions:
    """What is checked out against its first parent; the very first commit has none."""
    head = repository.resolve("HEAD")
    parents = repository.parents(head)
    return Revisions(head, _present(repository, parents[0], remote) if parents else "")


def _present(repository: Repository, commit: str, remote: Remote) -> str:
    if not repository.has(commit):
        remote.fetch(repository, commit)
    return commit
