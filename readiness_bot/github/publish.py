"""What is told to GitHub and how it is kept from being told twice, too late or in the wrong place; writes no text."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import httpx

from readiness_bot.github.client import TIMEOUT, CheckRun, Client, Comment, Comments, Kind, Pull, Refusal
from readiness_bot.github.runner import Note

NOTES = 150
"""Annotations of one check run: three requests of the run's ten. What is more stands in the report."""

BRANCH = "readiness"
"""The branch that holds badge and history; it shares no commit with the others."""

HISTORY = "history.jsonl"
"""The scores over time on that branch, a line a commit."""

STATUS_CONTEXT = "readiness"
"""The commit status's name; branch rules name it, so that it never changes."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a comment: where it is, or why there is none."""

    outcome: Literal["written", "updated", "unchanged", "silent", "stale"]
    url: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """What the comment's text decides: whether it is ours, which one is newer, what to say, whether that is new."""

    is_ours: Callable[[str], bool]
    newer: Callable[[str], bool]
    """Whether a later run than this one wrote the text."""
    text: Callable[[str], str | None]
    """The text to write in the place of one before, empty where there is none; None to say nothing."""
    same: Callable[[str, str], bool]


def tell(client: Client, number: int, head_sha: str, base_branch: str, author: str, wording: Wording) -> Told:
    """Write, edit or heal the one comment on a pull request; raises `Refusal`.

    `author` is the account that the token speaks for, empty where it is unknown: then any bot's comment with our
    marker is ours. Nobody else's is, since whoever may comment could forge the marker.
    """
    if why := _overtaken(client.pull(number), head_sha, base_branch):
        return Told("stale", why=why)

    def mine(comment: Comment) -> bool:
        by_us = comment.author == author if author else comment.bot
        return by_us and wording.is_ours(comment.body)

    # One request for writing, one for a double, one in reserve.
    listed = client.comments(number, keep=3)
    ours = [comment for comment in listed.found if mine(comment)]
    if any(wording.newer(comment.body) for comment in ours):
        return Told("stale", why="a later run has written already")
    first = ours[0] if ours else None
    text = wording.text(first.body if first else "")
    if text is None:
        return Told("silent", why="nothing to say")
    if first is None:
        return _write(client, number, text, listed, mine)
    changed = not wording.same(first.body, text)
    if changed:
        client.edit_comment(first, text)
    for double in ours[1:]:
        if client.left:
            client.delete_comment(double)
    return Told("updated" if changed or ours[1:] else "unchanged", first.url)


def _overtaken(pull: Pull, head_sha: str, base_branch: str) -> str:
    if pull.closed:
        return "the pull request is closed"
    if pull.head_sha != head_sha:
        return f"the pull request has moved on to {pull.head_sha[:7]}"
    if base_branch and pull.base_branch != base_branch:
        return f"the pull request is now for {pull.base_branch}"
    return ""


def _write(client: Client, number: int, text: str, listed: Comments, mine: Callable[[Comment], bool]) -> Told:
    if not listed.complete:
        return Told("silent", why=f"more than {len(listed.found)} comments: ours may be among those not read")
    written = client.add_comment(number, text, len(listed.found), mine)
    return Told("written", written.url)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where the verdict was written, and by which account; `refusals` are the ways that were closed."""

    where: Literal["check", "status", "job"]
    author: str = ""
    refusals: tuple[Refusal, ...] = ()
    notes: int = 0
    """How many annotations are shown."""


def judge(
    client: Client, check: CheckRun, notes: Sequence[Note], description: str, *, status: Literal["auto", "off"]
) -> Verdict:
    """Write the verdict as a check run, else as a commit status, else leave it to the job's own result."""
    if status == "off":
        return Verdict("job")
    refusals = []
    try:
        shown = notes[:NOTES]
        slug = client.add_check(check, shown)
        return Verdict("check", f"{slug}[bot]" if slug else "", (), len(shown))
    except Refusal as refusal:
        refusals.append(refusal)
        if refusal.kind not in ("forbidden", "absent", "rejected"):
            return Verdict("job", refusals=tuple(refusals))
    state: Literal["success", "failure"] = "failure" if check.conclusion == "failure" else "success"
    try:
        login = client.add_status(check.head_sha, state, STATUS_CONTEXT, description, check.details_url)
        return Verdict("status", login, tuple(refusals))
    except Refusal as refusal:
        return Verdict("job", refusals=(*refusals, refusal))


def keep(
    client: Client,
    files: Callable[[bytes], Mapping[str, str] | None],
    message: str,
) -> Literal["kept", "unchanged", "stale"]:
    """Add a commit to the data branch; raises `Refusal`.

    `files` gets the history as the branch has it and answers every file to write, None where a later run has
    been there. Where somebody else writes to the branch at the same time, everything is read anew, once.
    """
    for last in (False, True):
        tip = client.tip(BRANCH)
        wanted = files(client.file(HISTORY, tip.commit) or b"" if tip else b"")
        if wanted is None:
            return "stale"
        tree = client.add_tree(wanted, tip.tree if tip else None)
        if tip and tree == tip.tree:
            return "unchanged"
        commit = client.add_commit(message, tree, tip.commit if tip else None)
        try:
            if tip:
                client.move_branch(BRANCH, commit)
            else:
                client.add_branch(BRANCH, commit)
            return "kept"
        except Refusal as refusal:
            if refusal.kind != "rejected" or last:
                raise
    raise AssertionError


def read_history(client: Client) -> bytes:
    """The history as the data branch has it, empty where there is none; raises `Refusal`."""
    return client.file(HISTORY, BRANCH) or b""


def upload_sarif(client: Client, api_url: str, repository: str, token: str, sha: str, ref: str, sarif: bytes) -> None:
    """Hand findings to code scanning; raises `Refusal`. PyGithub has no such request."""
    client.spend()
    body = {
        "commit_sha": sha,
        "ref": ref,
        "sarif": base64.b64encode(gzip.compress(sarif, mtime=0)).decode(),
        "tool_name": "readiness-bot",
    }
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    try:
        answer = httpx.post(
            f"{api_url}/repos/{repository}/code-scanning/sarifs", json=body, headers=headers, timeout=TIMEOUT
        )
    except httpx.HTTPError as error:
        raise Refusal("unreachable", f"the SARIF upload was lost: {type(error).__name__}") from error
    if answer.is_success:
        return
    kinds: dict[int, Kind] = {403: "forbidden", 404: "absent", 429: "limited"}
    kind: Kind = kinds.get(answer.status_code, "unreachable" if answer.status_code >= 500 else "rejected")
    raise Refusal(kind, f"{answer.status_code} {answer.text[:200]}", permission="security-events: write")
