"""GitHub played on 127.0.0.1: comments, check runs, statuses and SARIF in memory, git objects in a real repository.

The shapes of requests and answers are the description's (contract.py). Written here is only what it leaves out: limits,
permissions and faults, each with the place where it was seen. Everything that breaks the description is kept in
`violations`, so that code which swallows a 422 does not pass its test.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from tests.github.contract import Match, contract
from tests.gitting import ENVIRONMENT, git, repository

ROOT = "/repos/octo/shop"

# Which permission of the token opens which path for writing, as "Permissions required for GitHub Apps" lists them.
PERMISSIONS = (
    (re.compile(r"/issues/"), "pull-requests"),
    (re.compile(r"/check-runs"), "checks"),
    (re.compile(r"/statuses/"), "statuses"),
    (re.compile(r"/code-scanning/"), "security-events"),
    (re.compile(r"/git/"), "contents"),
)
EVERYTHING = frozenset(permission for _, permission in PERMISSIONS)

# Every write of a workflow that a fork started: marocchino/sticky-pull-request-comment#227.
FORBIDDEN = {"message": "Resource not accessible by integration"}
# app-sre/github-mirror#62; seen there with 403, GitHub's documentation names 429 too.
SECONDARY = {
    "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
}

Answer = tuple[int, Any, dict[str, str]]


@dataclass
class Fault:
    """The next request that fits is answered so; `after` the work was done, as when only the answer is lost.

    A status of 0 breaks the connection instead.
    """

    method: str
    path: str
    status: int
    payload: dict[str, Any] = field(default_factory=lambda: {"message": "Server Error"})
    headers: dict[str, str] = field(default_factory=dict)
    after: bool = False


class Refused(Exception):
    """A request that GitHub answers with an error."""

    def __init__(self, status: int, message: str, error: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.answer: Answer = (status, {"message": message} | ({"errors": [dict(error)]} if error else {}), {})


class GitHub(ThreadingHTTPServer):
    """The server; `url` is what GITHUB_API_URL would be."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        """Starts to listen; `folder` becomes the bare repository octo/shop."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.repository = repository(folder, bare=True)
        self.lock = threading.Lock()
        self.tokens: dict[str, frozenset[str]] = {"rw": EVERYTHING, "read": frozenset()}
        self.author = ("github-actions[bot]", "Bot")
        self.comments: dict[int, dict[str, Any]] = {}
        self.checks: dict[int, dict[str, Any]] = {}
        self.annotations: dict[int, list[dict[str, Any]]] = {}
        self.statuses: list[dict[str, Any]] = []
        self.sarifs: list[dict[str, Any]] = []
        self.pulls: dict[int, dict[str, Any]] = {}
        self.faults: list[Fault] = []
        self.log: list[tuple[str, str, int]] = []
        self.violations: list[str] = []
        self.before: list[tuple[str, str, Callable[[], object]]] = []
        self._ids = count(1000)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        self.shutdown()
        self.server_close()

    # What tests set and ask

    def add_pull(
        self, number: int, head_sha: str, *, base: str = "main", state: str = "open", head: str = "octo:topic"
    ) -> None:
        """A pull request as it is now."""
        mould = contract().example("GET", "/repos/{owner}/{repo}/pulls/{pull_number}", 200)
        # GitHub's own example lacks this field, which its description requires.
        for team in mould["requested_teams"]:
            team.setdefault("type", "organization")
        mould |= {"number": number, "state": state}
        mould["head"] |= {"sha": head_sha, "label": head, "ref": head.partition(":")[2]}
        mould["base"] |= {"ref": base}
        self.pulls[number] = mould

    def add_comment(self, number: int, body: str, author: str = "ana", kind: str = "User") -> int:
        """A comment that somebody wrote."""
        identity = next(self._ids)
        mould = contract().example("POST", "/repos/{owner}/{repo}/issues/{issue_number}/comments", 201)
        mould |= {
            "id": identity,
            "body": body,
            "html_url": f"https://github.com/octo/shop/pull/{number}#issuecomment-{identity}",
        }
        mould["user"] |= {"login": author, "type": kind}
        mould["issue_url"] = f"https://api.github.com{ROOT}/issues/{number}"
        self.comments[identity] = mould
        return identity

    def bodies(self, number: int, author: str = "github-actions[bot]") -> list[str]:
        """The texts of an account's comments on a pull request."""
        return [comment["body"] for comment in self._of(number) if comment["user"]["login"] == author]

    def show(self, path: str, branch: str = "readiness") -> str:
        """A file of a branch."""
        return git(self.repository, "show", f"{branch}:{path}")

    def requests(self, method: str = "") -> list[tuple[str, str, int]]:
        """The requests so far, with their answers' status."""
        return [entry for entry in self.log if not method or entry[0] == method]

    # One request

    def answer(self, method: str, path: str, query: dict[str, str], token: str, body: object) -> Answer:
        """The answer to a request, judged on both ways."""
        match = contract().match(method, path)
        if match is None or not (path.startswith(ROOT + "/") or path == "/user"):
            self.violations.append(f"{method} {path}: not among the described operations")
            return 404, {"message": "Not Found"}, {}
        if token not in self.tokens:
            return 401, {"message": "Bad credentials"}, {}
        self._meanwhile(method, path)
        fault = self._fault(method, path)
        if fault and not fault.after:
            return fault.status, fault.payload, fault.headers
        if method != "GET" and not self._may(token, path):
            return 403, FORBIDDEN, {}
        if faults := contract().faults_of_request(method, match, query, body):
            self.violations += faults
            return 422, {"message": f"Invalid request.\n\n{faults[0]}"}, {}
        answer = self._played(method, match, query, token, body)
        return (fault.status, fault.payload, fault.headers) if fault else answer

    def _meanwhile(self, method: str, path: str) -> None:
        """What somebody else does just before the next request of that kind."""
        waiting = next((entry for entry in self.before if entry[0] == method and re.search(entry[1], path)), None)
        if waiting:
            self.before.remove(waiting)
            waiting[2]()

    def _fault(self, method: str, path: str) -> Fault | None:
        found = next((fault for fault in self.faults if fault.method == method and re.search(fault.path, path)), None)
        if found:
            self.faults.remove(found)
        return found

    def _may(self, token: str, path: str) -> bool:
        needed = next(permission for pattern, permission in PERMISSIONS if pattern.search(path))
        return needed in self.tokens[token]

    def _played(self, method: str, match: Match, query: dict[str, str], token: str, body: Any) -> Answer:
        play = PLAYS[method, match.template.removeprefix("/repos/{owner}/{repo}")]
        try:
            status, payload, headers = play(self, Request(match.values, query, token, body or {}))
        except Refused as refused:
            return refused.answer
        # PyGithub follows no address of another server, and an Enterprise Server names its own.
        payload = json.loads(json.dumps(payload).replace("https://api.github.com", self.url))
        self.violations += contract().faults_of_answer(method, match, query, body, status, payload)
        return status, payload, headers

    # State

    def _of(self, number: int) -> list[dict[str, Any]]:
        return [comment for comment in self.comments.values() if comment["issue_url"].endswith(f"/issues/{number}")]

    def git(self, *arguments: str, stdin: str = "", index: str = "index") -> str | None:
        """What git answers in the bare repository, None where it refuses."""
        done = subprocess.run(
            ["git", "--git-dir", str(self.repository), *arguments],
            input=stdin.encode(),
            capture_output=True,
            env=ENVIRONMENT | {"GIT_INDEX_FILE": str(self.repository / index)},
            check=False,
        )
        return done.stdout.decode().rstrip("\n") if done.returncode == 0 else None

    def next_id(self) -> int:
        """A number that nothing else has."""
        return next(self._ids)


@dataclass(frozen=True)
class Request:
    """A request that is allowed and well formed."""

    values: Mapping[str, str]
    query: Mapping[str, str]
    token: str
    body: dict[str, Any]


def _mould(method: str, tail: str, status: int) -> Any:
    return contract().example(method, "/repos/{owner}/{repo}" + tail, status)


def user(_github: GitHub, _request: Request) -> Answer:
    """Whose token it is; a workflow's own token is told 403 (public reports of "Resource not accessible")."""
    mould = contract().example("GET", "/user", 200)
    # The field that tells the two kinds of answer apart is missing in GitHub's own example.
    return 200, mould | {"login": "octocat", "user_view_type": "private"}, {}


def pull(github: GitHub, request: Request) -> Answer:
    """A pull request."""
    found = github.pulls.get(int(request.values["pull_number"]))
    if found is None:
        raise Refused(404, "Not Found")
    return 200, found, {}


def pulls(github: GitHub, request: Request) -> Answer:
    """The open pull requests from a branch."""
    mould = _mould("GET", "/pulls", 200)[0]
    for team in mould["requested_teams"]:
        team.setdefault("type", "organization")
    found = [
        mould
        | {
            "number": number,
            "head": mould["head"] | {"sha": entry["head"]["sha"]},
            "base": mould["base"] | {"ref": entry["base"]["ref"]},
        }
        for number, entry in github.pulls.items()
        if entry["state"] == "open" and entry["head"]["label"] == request.query.get("head")
    ]
    return 200, found, {}


def list_comments(github: GitHub, request: Request) -> Answer:
    """A page of comments, oldest first."""
    size, page = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
    if size > 100:
        raise Refused(422, "per_page over 100")  # GitHub silently gives 100; a test must not rely on that
    found = github._of(int(request.values["issue_number"]))
    headers = {}
    if page * size < len(found):
        address = f"{github.url}{ROOT}/issues/{request.values['issue_number']}/comments?per_page={size}&page={page + 1}"
        headers["Link"] = f'<{address}>; rel="next"'
    return 200, found[(page - 1) * size : page * size], headers


def _check_body(text: str) -> None:
    # reg-viz/reg-actions#123
    if len(text) > 65536:
        raise Refused(
            422,
            "Validation Failed",
            {
                "resource": "IssueComment",
                "code": "unprocessable",
                "field": "data",
                "message": "Body is too long (maximum is 65536 characters)",
            },
        )


def add_comment(github: GitHub, request: Request) -> Answer:
    """A new comment by the token's account."""
    _check_body(request.body["body"])
    identity = github.add_comment(int(request.values["issue_number"]), request.body["body"], *github.author)
    return 201, github.comments[identity], {}


def edit_comment(github: GitHub, request: Request) -> Answer:
    """Another text for a comment."""
    found = github.comments.get(int(request.values["comment_id"]))
    if found is None:
        raise Refused(404, "Not Found")
    _check_body(request.body["body"])
    found["body"] = request.body["body"]
    return 200, found, {}


def delete_comment(github: GitHub, request: Request) -> Answer:
    """A comment less."""
    if github.comments.pop(int(request.values["comment_id"]), None) is None:
        raise Refused(404, "Not Found")
    return 204, None, {}


def _check_annotations(annotations: list[dict[str, Any]]) -> None:
    for note in annotations:
        # The limits stand in the description's prose: 64 KB, 255 characters, columns on one line only.
        wrong = (
            len(note["message"].encode()) > 65536
            or len(note.get("title", "")) > 255
            or note["start_line"] < 1
            or note["end_line"] < note["start_line"]
            or note["path"].startswith("/")
            or (note["start_line"] != note["end_line"] and {"start_column", "end_column"} & note.keys())
        )
        if wrong:
            raise Refused(422, "Validation Failed", {"resource": "CheckRun", "code": "invalid", "field": "annotations"})


def _check_run(github: GitHub, identity: int) -> dict[str, Any]:
    run = github.checks[identity]
    mould = _mould("POST", "/check-runs", 201)
    output = run.get("output") or {}
    shown = {key: output.get(key) for key in ("title", "summary", "text")}
    address = f"https://api.github.com{ROOT}/check-runs/{identity}"
    mould |= {
        "id": identity,
        "url": address,
        "html_url": f"https://github.com/octo/shop/runs/{identity}",
        "name": run["name"],
        "head_sha": run["head_sha"],
        "external_id": run.get("external_id", ""),
        "details_url": run.get("details_url"),
        "status": run.get("status", "queued"),
        "conclusion": run.get("conclusion"),
        "output": shown
        | {"annotations_count": len(github.annotations[identity]), "annotations_url": f"{address}/annotations"},
    }
    mould["app"] |= {"slug": "github-actions"}
    return dict(mould)


def add_check(github: GitHub, request: Request) -> Answer:
    """A new check run. Only apps may write one: a person's token is refused by GitHub, and here has no `checks`."""
    body = request.body
    if body.get("status") == "completed" and "conclusion" not in body:
        raise Refused(422, "Invalid request.\n\nA completed check run needs a conclusion.")  # wording is ours
    if not re.fullmatch(r"[0-9a-f]{40}", body["head_sha"]):
        raise Refused(422, "No commit found for SHA: " + body["head_sha"])
    identity = github.next_id()
    annotations = (body.get("output") or {}).get("annotations", [])
    _check_annotations(annotations)
    github.annotations[identity] = list(annotations)
    github.checks[identity] = dict(body)
    return 201, _check_run(github, identity), {}


def edit_check(github: GitHub, request: Request) -> Answer:
    """More of a check run; annotations are appended, as the description says in prose."""
    identity = int(request.values["check_run_id"])
    if identity not in github.checks:
        raise Refused(404, "Not Found")
    output = request.body.get("output") or {}
    if output and not {"title", "summary"} <= output.keys():
        raise Refused(422, "Invalid request.\n\nAn output needs title and summary.")  # wording is ours
    annotations = output.get("annotations", [])
    _check_annotations(annotations)
    github.annotations[identity] += annotations
    github.checks[identity] |= request.body
    return 200, _check_run(github, identity), {}


def get_check(github: GitHub, request: Request) -> Answer:
    """One check run."""
    return 200, _check_run(github, int(request.values["check_run_id"])), {}


def list_checks(github: GitHub, request: Request) -> Answer:
    """The check runs of a commit."""
    wanted = request.query.get("check_name")
    found = [
        _check_run(github, identity)
        for identity, run in github.checks.items()
        if run["head_sha"] == request.values["ref"] and wanted in (None, run["name"])
    ]
    return 200, {"total_count": len(found), "check_runs": found}, {}


def add_status(github: GitHub, request: Request) -> Answer:
    """A commit status."""
    if len(request.body.get("description") or "") > 140:
        # sclorg/testing-farm-as-github-action#187
        raise Refused(
            422,
            "Validation Failed",
            {
                "resource": "Status",
                "code": "custom",
                "field": "description",
                "message": "description is too long (maximum is 140 characters)",
            },
        )
    mould = _mould("POST", "/statuses/{sha}", 201)
    mould |= {key: request.body[key] for key in ("state", "description", "context", "target_url")}
    mould["creator"] |= {"login": github.author[0], "type": github.author[1]}
    github.statuses.append(mould | {"sha": request.values["sha"]})
    return 201, mould, {}


def list_statuses(github: GitHub, request: Request) -> Answer:
    """The statuses of a commit, newest first."""
    found = [entry for entry in reversed(github.statuses) if entry["sha"] == request.values["ref"]]
    return 200, [{key: value for key, value in entry.items() if key != "sha"} for entry in found], {}


def get_commit(github: GitHub, request: Request) -> Answer:
    """A commit by branch or id; a name that is none is told 422 by GitHub."""
    commit = github.git("rev-parse", "-q", "--verify", request.values["ref"].removeprefix("heads/") + "^{commit}")
    if commit is None:
        raise Refused(422, f"No commit found for SHA: {request.values['ref']}")
    tree = github.git("rev-parse", f"{commit}^{{tree}}")
    mould = _mould("GET", "/commits/{ref}", 200)
    mould["sha"] = commit
    mould["commit"]["tree"]["sha"] = tree
    mould["files"] = []  # those of GitHub's own example lack required fields
    return 200, mould, {}


def compare(github: GitHub, request: Request) -> Answer:
    """Two commits compared."""
    base, head = request.values["basehead"].split("...")
    common = github.git("merge-base", base, head)
    if common is None:
        raise Refused(404, f"No common ancestor between {base} and {head}.")
    mould = _mould("GET", "/compare/{basehead}", 200)
    mould["merge_base_commit"]["sha"] = common
    return 200, mould, {}


def get_file(github: GitHub, request: Request) -> Answer:
    """A file's content, in base64 with line breaks as GitHub sends it."""
    path = request.values["path"]
    blob = github.git("rev-parse", "-q", "--verify", f"{request.query.get('ref', 'HEAD')}:{path}")
    if blob is None:
        raise Refused(404, "Not Found")
    content = (github.git("cat-file", "blob", blob) or "") + "\n"
    mould = _mould("GET", "/contents/{path}", 200)
    encoded = base64.encodebytes(content.encode()).decode()
    return 200, mould | {"path": path, "sha": blob, "encoding": "base64", "content": encoded, "size": len(content)}, {}


def add_tree(github: GitHub, request: Request) -> Answer:
    """A tree in the real repository."""
    index = f"index.{github.next_id()}"
    base = request.body.get("base_tree")
    github.git("read-tree", *([base] if base else ["--empty"]), index=index)
    for entry in request.body["tree"]:
        blob = github.git("hash-object", "-w", "--stdin", stdin=entry["content"])
        if not {"path", "mode"} <= entry.keys() or entry["path"].startswith("/"):
            raise Refused(422, "tree.path contains a malformed path component")
        github.git("update-index", "--add", "--cacheinfo", f"{entry['mode']},{blob},{entry['path']}", index=index)
    tree = github.git("write-tree", index=index)
    if tree is None:
        raise Refused(422, "Invalid tree info")
    mould = _mould("POST", "/git/trees", 201)
    return 201, mould | {"sha": tree}, {}


def add_commit(github: GitHub, request: Request) -> Answer:
    """A commit in the real repository."""
    parents = [argument for parent in request.body.get("parents", []) for argument in ("-p", parent)]
    commit = github.git("commit-tree", request.body["tree"], *parents, "-m", request.body["message"])
    if commit is None:
        raise Refused(422, "Tree SHA does not exist")
    mould = _mould("POST", "/git/commits", 201)
    return 201, mould | {"sha": commit, "message": request.body["message"]}, {}


def _reference(name: str, commit: str | None) -> dict[str, Any]:
    mould = _mould("GET", "/git/ref/{ref}", 200)
    return dict(mould | {"ref": name, "object": mould["object"] | {"sha": commit}})


def get_reference(github: GitHub, request: Request) -> Answer:
    """Where a branch points to."""
    name = f"refs/{request.values['ref']}"
    commit = github.git("rev-parse", "-q", "--verify", name)
    if commit is None:
        raise Refused(404, "Not Found")
    return 200, _reference(name, commit), {}


def add_reference(github: GitHub, request: Request) -> Answer:
    """A new branch."""
    name, commit = request.body["ref"], request.body["sha"]
    if not re.match(r"refs/\w+/.", name):
        raise Refused(422, "Reference name must start with 'refs/' and contain at least two slashes")
    if github.git("rev-parse", "-q", "--verify", name):
        raise Refused(422, "Reference already exists")
    if github.git("update-ref", name, commit) is None:
        raise Refused(422, "Object does not exist")
    return 201, _reference(name, commit), {}


def move_reference(github: GitHub, request: Request) -> Answer:
    """A branch moved on."""
    name, commit = f"refs/{request.values['ref']}", request.body["sha"]
    before = github.git("rev-parse", "-q", "--verify", name)
    if before is None:
        raise Refused(422, "Reference does not exist")
    if not request.body.get("force") and github.git("merge-base", "--is-ancestor", before, commit) is None:
        raise Refused(422, "Update is not a fast forward")  # rust-lang/homu#75
    github.git("update-ref", name, commit)
    return 200, _reference(name, commit), {}


def add_sarif(github: GitHub, request: Request) -> Answer:
    """Findings for code scanning; GitHub unpacks and reads them later."""
    packed = request.body["sarif"]
    try:
        document = json.loads(gzip.decompress(base64.b64decode(packed, validate=True)))
    except (ValueError, OSError) as error:
        raise Refused(400, f"no SARIF: {error}") from error  # wording is ours
    if len(packed) > 10_000_000:  # "SARIF limits" of GitHub's documentation
        raise Refused(413, "Payload too large")
    github.sarifs.append(request.body | {"sarif": document})
    return 202, {"id": str(len(github.sarifs)), "url": f"https://api.github.com{ROOT}/code-scanning/sarifs/1"}, {}


PLAYS: dict[tuple[str, str], Callable[[GitHub, Request], Answer]] = {
    ("GET", "/user"): user,
    ("GET", "/pulls/{pull_number}"): pull,
    ("GET", "/pulls"): pulls,
    ("GET", "/issues/{issue_number}/comments"): list_comments,
    ("POST", "/issues/{issue_number}/comments"): add_comment,
    ("PATCH", "/issues/comments/{comment_id}"): edit_comment,
    ("DELETE", "/issues/comments/{comment_id}"): delete_comment,
    ("POST", "/check-runs"): add_check,
    ("PATCH", "/check-runs/{check_run_id}"): edit_check,
    ("GET", "/check-runs/{check_run_id}"): get_check,
    ("GET", "/commits/{ref}/check-runs"): list_checks,
    ("POST", "/statuses/{sha}"): add_status,
    ("GET", "/commits/{ref}/statuses"): list_statuses,
    ("GET", "/commits/{ref}"): get_commit,
    ("GET", "/compare/{basehead}"): compare,
    ("GET", "/contents/{path}"): get_file,
    ("POST", "/git/trees"): add_tree,
    ("POST", "/git/commits"): add_commit,
    ("GET", "/git/ref/{ref}"): get_reference,
    ("POST", "/git/refs"): add_reference,
    ("PATCH", "/git/refs/{ref}"): move_reference,
    ("POST", "/code-scanning/sarifs"): add_sarif,
}


class Handler(BaseHTTPRequestHandler):
    """HTTP around `GitHub.answer`."""

    server: GitHub
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    quiet: ClassVar[bool] = True

    def _do(self) -> None:
        url = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = (self.headers.get("Authorization") or " ").split(" ", 1)[1]
        with self.server.lock:
            try:
                body = json.loads(raw) if raw else None
                query = dict(parse_qsl(url.query))
                status, payload, headers = self.server.answer(self.command, url.path, query, token, body)
            except ValueError:
                status, payload, headers = 400, {"message": "Problems parsing JSON"}, {}
            self.server.log.append((self.command, self.path, status))
        if status == 0:
            self.close_connection = True
            return
        if status >= 400 and isinstance(payload, dict):
            payload = {"documentation_url": "https://docs.github.com/rest", "status": str(status)} | payload
        content = b"" if payload is None else json.dumps(payload).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _do  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing: tests ask `GitHub.log`."""


def serve(folder: Path) -> Iterator[GitHub]:
    """A server for the time of one test, which fails where anything broke GitHub's description."""
    server = GitHub(folder)
    try:
        yield server
    finally:
        server.stop()
    assert not server.violations, "\n".join(server.violations)
