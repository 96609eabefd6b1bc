"""Typed requests to GitHub's REST API: counted, paced, repeated only where that is safe; decides nothing.

PyGithub carries the requests: it knows authentication, Enterprise Server's addresses and the shapes of errors. Its own
retries are switched off, since they repeat a POST whose answer was lost (two comments), never a PATCH, and wait for
hours. What is repeated here, and how a lost write is looked for before it is repeated, stands in `Client._send`.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import github
import msgspec
import requests

from readiness_bot.github.runner import Note

REQUESTS = 10
"""The most requests of one run, repetitions included: all runs of a repository share 1,000 an hour."""

ATTEMPTS = 3
"""A request is sent once and repeated twice at most."""

PATIENCE = 120.0
"""Seconds that a run may spend waiting for limits to pass; the verdict does not depend on what is waited for."""

PAUSE = 1.0
"""Seconds between two writes, as GitHub asks for."""

TIMEOUT = 15
"""Seconds until a connection or an answer counts as lost."""

WITHOUT_ADVICE = 60.0
"""Seconds to wait after a limit that does not say how long, as GitHub asks for."""

PAGE = 100
"""Comments on a page, the most that GitHub gives."""

BATCH = 50
"""Annotations in one request, the most that GitHub takes."""

Kind = Literal["forbidden", "absent", "rejected", "limited", "unreachable", "spent"]

T = TypeVar("T")


class Refusal(Exception):
    """A request that GitHub did not fulfil. `permission` is what the token would need, where that is known."""

    def __init__(self, kind: Kind, message: str, *, permission: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.permission = permission


class _User(msgspec.Struct, frozen=True):
    login: str = ""
    type: str = ""


class _Comment(msgspec.Struct, frozen=True):
    id: int
    body: str | None = None
    user: _User | None = None
    html_url: str = ""


class _Branch(msgspec.Struct, frozen=True):
    ref: str
    sha: str


class _Pull(msgspec.Struct, frozen=True):
    number: int
    state: str
    head: _Branch
    base: _Branch


class _App(msgspec.Struct, frozen=True):
    slug: str = ""


class _CheckOutput(msgspec.Struct, frozen=True):
    annotations_count: int = 0


class _Check(msgspec.Struct, frozen=True):
    id: int
    external_id: str | None = None
    html_url: str | None = None
    app: _App | None = None
    output: _CheckOutput = _CheckOutput()


class _Checks(msgspec.Struct, frozen=True):
    check_runs: tuple[_Check, ...]


class _Status(msgspec.Struct, frozen=True):
    context: str = ""
    description: str | None = None
    target_url: str | None = None
    creator: _User | None = None


class _Object(msgspec.Struct, frozen=True):
    sha: str


class _CommitBody(msgspec.Struct, frozen=True):
    tree: _Object


class _Commit(msgspec.Struct, frozen=True):
    sha: str
    commit: _CommitBody


class _Reference(msgspec.Struct, frozen=True):
    object: _Object


class _File(msgspec.Struct, frozen=True):
    content: str = ""
    encoding: str = ""


class _Comparison(msgspec.Struct, frozen=True):
    merge_base_commit: _Object


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request; `bot` says whether an app or GitHub Actions wrote it."""

    id: int
    author: str
    bot: bool
    body: str
    url: str


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments that were read, oldest first; `complete` says whether those are all."""

    found: tuple[Comment, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request as it is now."""

    number: int
    head_sha: str
    base_branch: str
    closed: bool


@dataclass(frozen=True, slots=True)
class CheckRun:
    """What a check run says. `external_id` tells two runs of the same check apart."""

    name: str
    head_sha: str
    conclusion: Literal["success", "failure", "neutral"]
    title: str
    summary: str
    details_url: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Tip:
    """The newest commit of a branch, and its tree."""

    commit: str
    tree: str


class Client:
    """One repository on GitHub, as one token sees it.

    `sleep` and `clock` (seconds since 1970) are the outside world's; every method sends one request, more only where
    it says so or where an answer was lost, and raises `Refusal`.
    """

    def __init__(
        self,
        api_url: str,
        repository: str,
        token: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        timeout: int = TIMEOUT,
        most: int = REQUESTS,
    ) -> None:
        """Nothing is sent yet. `repository` is `owner/name`."""
        self.sent = 0
        self._most = most
        self._sleep = sleep
        self._clock = clock
        self._patience = PATIENCE
        self._last_write: float | None = None
        self._path = f"/repos/{quote(repository)}"
        self._github = github.Github(
            auth=github.Auth.Token(token),
            base_url=api_url,
            timeout=timeout,
            user_agent="readiness-bot",
            retry=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
            lazy=True,
        )

    @property
    def left(self) -> int:
        """How many requests the run may still send."""
        return self._most - self.sent

    def spend(self) -> None:
        """Count a request that somebody else sends."""
        if self.left <= 0:
            raise Refusal("spent", f"the run has sent its {self._most} requests")
        self.sent += 1

    def close(self) -> None:
        """Close the connections."""
        self._github.close()

    # Who and what

    def login(self) -> str:
        """The name of the token's owner; a workflow's own token has none."""
        return self._send("GET", "/user", _User, whole_path=True).login

    def pull(self, number: int) -> Pull:
        """A pull request as it is now."""
        return _pull(self._send("GET", f"/pulls/{number}", _Pull, permission="pull-requests: read"))

    def pulls(self, owner: str, branch: str) -> list[Pull]:
        """The open pull requests from a branch, whoever's it is."""
        query = {"state": "open", "head": f"{owner}:{branch}"}
        found = self._send("GET", "/pulls", tuple[_Pull, ...], query=query, permission="pull-requests: read")
        return [_pull(pull) for pull in found]

    def merge_base(self, base: str, head: str) -> str:
        """The best common ancestor of two commits of the repository or its forks."""
        path = f"/compare/{quote(base)}...{quote(head)}"
        query = {"per_page": "1"}
        return self._send("GET", path, _Comparison, query=query, permission="contents: read").merge_base_commit.sha

    # Comments

    def comments(self, number: int, *, keep: int = 0, start: int = 1) -> Comments:
        """The comments on a pull request: a request for each hundred, while more than `keep` requests are left."""
        found: list[Comment] = []
        page = start
        while page == start or self.left > keep:
            answer = self._send(
                "GET",
                f"/issues/{number}/comments",
                tuple[_Comment, ...],
                query={"per_page": str(PAGE), "page": str(page)},
                permission="pull-requests: write",
            )
            found += [_comment(comment) for comment in answer]
            if len(answer) < PAGE:
                return Comments(tuple(found), complete=True)
            page += 1
        return Comments(tuple(found), complete=False)

    def add_comment(self, number: int, body: str, known: int, mine: Callable[[Comment], bool]) -> Comment:
        """Write a comment. `known` is how many comments there were: a lost one is looked for among those after them."""

        def written() -> Comment | None:
            since = self.comments(number, keep=1, start=known // PAGE + 1)
            return next((comment for comment in since.found if mine(comment)), None)

        path = f"/issues/{number}/comments"
        permission = "pull-requests: write"
        return _comment_or_found(
            self._send("POST", path, _Comment, body={"body": body}, permission=permission, written=written)
        )

    def edit_comment(self, comment: Comment, body: str) -> None:
        """Replace a comment's text; twice gives the same as once."""
        path = f"/issues/comments/{comment.id}"
        self._send("PATCH", path, _Comment, body={"body": body}, permission="pull-requests: write")

    def delete_comment(self, comment: Comment) -> None:
        """Delete a comment; one that is gone already is fine."""
        try:
            self._send("DELETE", f"/issues/comments/{comment.id}", None, permission="pull-requests: write")
        except Refusal as refusal:
            if refusal.kind != "absent":
                raise

    # Verdicts

    def add_check(self, check: CheckRun, notes: Sequence[Note]) -> str:
        """Write a finished check run with its annotations, a request for each fifty; the slug of the app that spoke."""

        def written() -> _Check | None:
            query = {"check_name": check.name, "filter": "latest"}
            path = f"/commits/{check.head_sha}/check-runs"
            found = self._send("GET", path, _Checks, query=query, permission="checks: write").check_runs
            return next((run for run in found if run.external_id == check.external_id), None)

        output: dict[str, Any] = {"title": check.title, "summary": check.summary}
        created = self._send(
            "POST",
            "/check-runs",
            _Check,
            body={
                "name": check.name,
                "head_sha": check.head_sha,
                "details_url": check.details_url,
                "external_id": check.external_id,
                "status": "completed",
                "conclusion": check.conclusion,
                "output": output | {"annotations": [_annotation(note) for note in notes[:BATCH]]},
            },
            permission="checks: write",
            written=written,
        )
        for start in range(BATCH, len(notes), BATCH):
            self._append(created.id, output, notes[start : start + BATCH], start)
        return created.app.slug if created.app else ""

    def _append(self, check: int, output: Mapping[str, Any], notes: Sequence[Note], before: int) -> None:
        def written() -> _Check | None:
            run = self._send("GET", f"/check-runs/{check}", _Check, permission="checks: write")
            # An update appends: sent again, it would show every line twice.
            return run if run.output.annotations_count >= before + len(notes) else None

        body = {"output": {**output, "annotations": [_annotation(note) for note in notes]}}
        self._send("PATCH", f"/check-runs/{check}", _Check, body=body, permission="checks: write", written=written)

    def add_status(
        self, sha: str, state: Literal["success", "failure"], context: str, description: str, target_url: str
    ) -> str:
        """Write a commit status; the name of the account that spoke."""

        def written() -> _Status | None:
            path = f"/commits/{sha}/statuses"
            found = self._send("GET", path, tuple[_Status, ...], permission="statuses: write")
            return next((entry for entry in found if (entry.context, entry.target_url) == (context, target_url)), None)

        body = {"state": state, "context": context, "description": description, "target_url": target_url}
        path = f"/statuses/{sha}"
        status = self._send("POST", path, _Status, body=body, permission="statuses: write", written=written)
        return status.creator.login if status.creator else ""

    # Git data

    def tip(self, branch: str) -> Tip | None:
        """The newest commit of a branch; None where there is no such branch."""
        try:
            commit = self._send("GET", f"/commits/{quote(f'heads/{branch}', safe='')}", _Commit)
        except Refusal as refusal:
            if refusal.kind in ("absent", "rejected"):  # 404 in some versions, 422 "No commit found" in others
                return None
            raise
        return Tip(commit.sha, commit.commit.tree.sha)

    def file(self, path: str, commit: str) -> bytes | None:
        """A file of a commit; None where it has no such file, or one over 1 MB, which GitHub does not hand out."""
        try:
            found = self._send("GET", f"/contents/{quote(path)}", _File, query={"ref": commit})
        except Refusal as refusal:
            if refusal.kind == "absent":
                return None
            raise
        return base64.b64decode(found.content) if found.encoding == "base64" else None  # it comes in lines

    def add_tree(self, files: Mapping[str, str], onto: str | None) -> str:
        """Write a tree with these text files, on top of another where one is given; its id.

        Equal content has an equal id, so that sending it twice is harmless.
        """
        entries = [{"path": path, "mode": "100644", "type": "blob", "content": text} for path, text in files.items()]
        body: dict[str, Any] = {"tree": entries}
        if onto:
            body["base_tree"] = onto
        return self._send("POST", "/git/trees", _Object, body=body, permission="contents: write").sha

    def add_commit(self, message: str, tree: str, parent: str | None) -> str:
        """Write a commit that no branch names yet; its id. Sent twice, one of the two is never named."""
        body = {"message": message, "tree": tree, "parents": [parent] if parent else []}
        return self._send("POST", "/git/commits", _Object, body=body, permission="contents: write").sha

    def add_branch(self, branch: str, commit: str) -> None:
        """Make a branch; `Refusal` of kind `rejected` where somebody made it meanwhile."""
        body = {"ref": f"refs/heads/{branch}", "sha": commit}
        written = self._branch_at(branch, commit)
        self._send("POST", "/git/refs", _Reference, body=body, permission="contents: write", written=written)

    def move_branch(self, branch: str, commit: str) -> None:
        """Move a branch forward; `Refusal` of kind `rejected` where somebody moved it meanwhile."""
        path = f"/git/refs/heads/{quote(branch)}"
        body = {"sha": commit, "force": False}
        written = self._branch_at(branch, commit)
        self._send("PATCH", path, _Reference, body=body, permission="contents: write", written=written)

    def _branch_at(self, branch: str, commit: str) -> Callable[[], _Reference | None]:
        def written() -> _Reference | None:
            try:
                found = self._send("GET", f"/git/ref/heads/{quote(branch)}", _Reference)
            except Refusal as refusal:
                if refusal.kind == "absent":
                    return None
                raise
            return found if found.object.sha == commit else None

        return written

    # The one way out

    def _send(
        self,
        verb: str,
        path: str,
        answer: type[T] | None,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        permission: str = "",
        written: Callable[[], Any] | None = None,
        whole_path: bool = False,
    ) -> T:
        """Send a request and decode its answer.

        A limit means that nothing was done: the request is sent again when it has passed, if that is soon. A lost
        answer (5xx, time-out, broken connection) may hide a write: where repeating would double it, `written` looks
        for it first, and what it finds stands for the answer.
        """
        for attempt in range(1, ATTEMPTS + 1):
            self._pace(verb)
            self.spend()
            try:
                _, data = self._github.requester.requestJsonAndCheck(
                    verb, path if whole_path else self._path + path, parameters=dict(query or {}), input=body
                )
                return msgspec.convert(data, answer, strict=False)
            except github.GithubException as error:
                wait = _limit(error, self._clock())
                if wait is None and error.status < 500:
                    raise _refusal(error, permission) from error
                if wait is not None:
                    self._wait(wait or WITHOUT_ADVICE * 2 ** (attempt - 1), attempt)
                    continue
                lost: Exception = error
            except (requests.RequestException, RuntimeError, AssertionError, ValueError) as error:
                lost = error
            if attempt == ATTEMPTS:
                raise Refusal("unreachable", f"GitHub does not answer as it should: {_brief(lost)}") from lost
            self._sleep(2.0 ** (attempt - 1))
            found = written() if written else None
            if found is not None:
                return found  # type: ignore[no-any-return]
        raise Refusal("unreachable", "GitHub does not answer")

    def _pace(self, verb: str) -> None:
        if verb == "GET":
            return
        if self._last_write is not None:
            pause = PAUSE - (self._clock() - self._last_write)
            if pause > 0:
                self._sleep(pause)
        self._last_write = self._clock()

    def _wait(self, seconds: float, attempt: int) -> None:
        if attempt == ATTEMPTS or seconds > self._patience:
            raise Refusal("limited", f"GitHub's rate limit is reached; it asks to wait {seconds:.0f} seconds")
        self._patience -= seconds
        self._sleep(seconds)


def _limit(error: github.GithubException, now: float) -> float | None:
    """Seconds that a rate limit asks to wait, 0 where it does not say how long; None where the error is none."""
    if error.status not in (403, 429):
        return None
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    advice = headers.get("retry-after", "")
    if advice.isascii() and advice.isdigit():
        return float(advice) or 1.0
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isascii() and reset.isdigit():
        return max(1.0, float(reset) - now + 1)
    return 0.0 if error.status == 429 or "rate limit" in _message(error).lower() else None


def _refusal(error: github.GithubException, permission: str) -> Refusal:
    kinds: dict[int, Kind] = {401: "forbidden", 403: "forbidden", 404: "absent", 410: "absent"}
    kind = kinds.get(error.status, "rejected")
    return Refusal(kind, f"{error.status} {_message(error)}", permission=permission)


def _message(error: github.GithubException) -> str:
    message = error.data.get("message") if isinstance(error.data, dict) else error.data
    return " ".join(str(message or "").split())[:300]


def _brief(error: Exception) -> str:
    if isinstance(error, github.GithubException):
        return f"{error.status} {_message(error)}".strip()
    # The text of a connection's error holds the address, which may hold a name that nobody should see.
    return type(error).__name__


def _pull(pull: _Pull) -> Pull:
    return Pull(pull.number, pull.head.sha, pull.base.ref, pull.state == "closed")


def _comment(comment: _Comment) -> Comment:
    user = comment.user or _User()
    return Comment(comment.id, user.login, user.type == "Bot", comment.body or "", comment.html_url)


def _comment_or_found(answer: _Comment | Comment) -> Comment:
    return answer if isinstance(answer, Comment) else _comment(answer)


def _annotation(note: Note) -> dict[str, Any]:
    # A path that is absolute or leaves the repository, or a line 0, has the whole batch refused.
    line = max(1, note.line)
    return {
        "path": note.path,
        "start_line": line,
        "end_line": max(line, note.end_line),
        "annotation_level": "failure" if note.blocker else "warning",
        "title": note.title[:80],
        "message": note.message.encode()[:1000].decode("utf-8", "ignore") or "-",
    }
