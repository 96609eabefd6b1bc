"""The runner's side of a job: its `GITHUB_*` variables, the files it hands out and its workflow commands."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from readiness_bot.github.event import Unusable

SUMMARY_BYTES = 900 * 1024
"""A summary of more than 1 MiB is thrown away whole ("Step isolation and limits" in GitHub's documentation)."""

ANNOTATIONS = 10
"""Ten warnings and ten errors of a step are shown, the rest vanishes without a word; more than ten help nobody."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Runner:
    """Where the job runs and what it may write to; a path is None where the runner gave none."""

    event_name: str
    event_path: Path
    repository: str
    actor: str
    """The account that started the run."""
    sha: str
    ref: str
    workspace: Path
    api_url: str
    server_url: str
    run_id: int
    run_attempt: int
    run_url: str
    action_repository: str
    """`owner/name` the action was taken from; empty where it was taken from the checkout itself."""
    action_ref: str
    output: Path | None
    summary: Path | None

    def payload(self) -> bytes:
        """The event's payload. Raises `Unusable` where the file cannot be read."""
        try:
            return self.event_path.read_bytes()
        except OSError as error:
            raise Unusable(f"The event file GITHUB_EVENT_PATH cannot be read: {error.strerror}") from error


def from_environment(environment: Mapping[str, str]) -> Runner:
    """What the runner says of itself. Raises `Unusable` naming a variable that a runner always sets."""

    def needed(name: str) -> str:
        if value := environment.get(name, ""):
            return value
        raise Unusable(f"{name} is not set: `readiness-bot action` works inside a GitHub workflow only.")

    server = environment.get("GITHUB_SERVER_URL", "").rstrip("/") or "https://github.com"
    repository = needed("GITHUB_REPOSITORY")
    run_id = _number(environment.get("GITHUB_RUN_ID", ""))
    return Runner(
        event_name=needed("GITHUB_EVENT_NAME"),
        event_path=Path(needed("GITHUB_EVENT_PATH")),
        repository=repository,
        actor=environment.get("GITHUB_ACTOR", ""),
        sha=environment.get("GITHUB_SHA", ""),
        ref=environment.get("GITHUB_REF", ""),
        workspace=Path(environment.get("GITHUB_WORKSPACE") or "."),
        api_url=environment.get("GITHUB_API_URL", "").rstrip("/") or "https://api.github.com",
        server_url=server,
        run_id=run_id,
        run_attempt=_number(environment.get("GITHUB_RUN_ATTEMPT", "")) or 1,
        run_url=f"{server}/{repository}/actions/runs/{run_id}",
        action_repository=environment.get("GITHUB_ACTION_REPOSITORY", ""),
        action_ref=environment.get("GITHUB_ACTION_REF", ""),
        output=_path(environment, "GITHUB_OUTPUT"),
        summary=_path(environment, "GITHUB_STEP_SUMMARY"),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(name, "")
    return Path(value) if value else None


def write_outputs(path: Path, values: Mapping[str, str]) -> None:
    """Append the step's outputs.

    Each value stands between delimiters that nobody can guess, so that no value can name an output of its own.
    """
    lines = []
    for name, value in values.items():
        delimiter = f"end_{secrets.token_hex(16)}"
        lines.append(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(lines))


def write_summary(path: Path, markdown: str) -> None:
    """Append to the job's summary, within `SUMMARY_BYTES`."""
    with path.open("a", encoding="utf-8", errors="replace") as file:
        file.write(shortened(markdown, SUMMARY_BYTES) + "\n")


def shortened(markdown: str, limit: int) -> str:
    """The text within `limit` bytes, cut after a whole line, with a last line that says so."""
    raw = markdown.encode("utf-8", "replace")
    if len(raw) <= limit:
        return markdown
    note = "\n\n*Cut here: a job summary holds no more. The report files hold everything.*\n"
    kept = raw[: limit - len(note.encode())]
    return kept[: kept.rfind(b"\n") + 1].decode("utf-8", "ignore") + note


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for one place of the code, shown where people read the change."""

    path: str
    line: int
    end_line: int
    blocker: bool
    title: str
    message: str


def say(stream: TextIO, text: str) -> None:
    """Print a line to the job's log; text from the judged repository cannot start a workflow command there."""
    plain = _CONTROL.sub(" ", text).strip()
    # The runner takes a line that begins with `::` or holds `##[` for a command.
    stream.write(plain.replace("##[", "## [").replace("::", ": :") + "\n")
    stream.flush()


def warn(stream: TextIO, text: str) -> None:
    """Print a warning that GitHub shows on the run's page."""
    stream.write(f"::warning title=readiness-bot::{_data(text)}\n")
    stream.flush()


def fail(stream: TextIO, text: str) -> None:
    """Print an error that GitHub shows on the run's page."""
    stream.write(f"::error title=readiness-bot::{_data(text)}\n")
    stream.flush()


def annotate(stream: TextIO, notes: tuple[Note, ...], limit: int = ANNOTATIONS) -> int:
    """Print workflow commands that GitHub shows beside the lines, at most `limit`; the number left out."""
    for note in notes[:limit]:
        kind = "error" if note.blocker else "warning"
        place = f"file={_property(note.path)}"
        if note.line:
            place += f",line={note.line},endLine={max(note.line, note.end_line)}"
        stream.write(f"::{kind} {place},title={_property(note.title[:80])}::{_data(note.message[:1000])}\n")
    stream.flush()
    return max(0, len(notes) - limit)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
