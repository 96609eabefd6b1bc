"""The command line: reads arguments, runs a command, turns its outcome into text and an exit code; judges nothing."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from readiness_bot import __version__

if TYPE_CHECKING:
    from readiness_bot.assess import Progress
    from readiness_bot.git import Repository
    from readiness_bot.model import Delta, Gate, Report
    from readiness_bot.settings import FailOn, Settings

PASSED, FAILED, WRONG_USAGE, BROKEN = 0, 1, 2, 3
INTERRUPTED = 130

FORMATS = ("text", "json", "markdown", "html", "sarif")
_ENDINGS = {
    ".txt": "text", ".json": "json", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html",
    ".sarif": "sarif",
}  # fmt: skip

_PIPED_WIDTH = 100


class Refused(Exception):
    """A command cannot go on; the message is one line, `code` the exit code that says why."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 passed, 1 gate failed, 2 wrong usage, 3 could not do its work."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = _parser().parse_args(given)
    except SystemExit as stop:  # argparse has said what was wrong, or printed the help
        return stop.code if isinstance(stop.code, int) else WRONG_USAGE
    _listen(quiet=getattr(options, "quiet", False))
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has enough; nothing more can be written, at exit neither.
        sys.stdout = None
        return PASSED
    except Exception as error:  # noqa: BLE001  the last resort: an exit code that says it is the tool's fault
        return _complain(error, verbose=getattr(options, "verbose", 0) > 0)


def _complain(error: Exception, *, verbose: bool) -> int:
    from readiness_bot.git import GitError, NotARepository, UnknownRevision
    from readiness_bot.render.escaping import plain
    from readiness_bot.settings import ConfigurationError

    if isinstance(error, Refused):
        code, message = error.code, str(error)
    elif isinstance(error, ConfigurationError | NotARepository | UnknownRevision):
        code, message = WRONG_USAGE, str(error)
    elif isinstance(error, GitError):
        code, message = BROKEN, str(error)
    else:
        code, message = BROKEN, f"internal error: {type(error).__name__}: {error}"
        if verbose:
            import traceback

            sys.stderr.write("".join(traceback.format_exception(error)))
        else:
            message += " (-v shows where)"
    sys.stderr.write(f"readiness-bot: {plain(message, 1000)}\n")
    return code


class _Once(logging.Filter):
    """Lets each message through once: what is wrong with a machine is found wrong again and again."""

    def __init__(self) -> None:
        super().__init__()
        self._said: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the message is a new one."""
        message = record.getMessage()
        fresh = message not in self._said
        self._said.add(message)
        return fresh


def _listen(*, quiet: bool) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("readiness-bot: %(message)s"))
    handler.addFilter(_Once())
    ours = logging.getLogger("readiness_bot")
    ours.handlers = [handler]
    ours.setLevel(logging.ERROR if quiet else logging.WARNING)
    ours.propagate = False


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line that says what is wrong, without the usage above it."""
        sys.stderr.write(f"{self.prog}: {message} (see {self.prog} --help)\n")
        raise SystemExit(WRONG_USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="readiness-bot",
        description="Tells how ready a Python backend is for production, and what a change does to it.",
        epilog="Exit codes: 0 passed, 1 the gate failed, 2 wrong usage or configuration, 3 could not do its work.",
    )
    parser.add_argument("--version", action="version", version=f"readiness-bot {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, title="commands")

    score = commands.add_parser("score", help="score a repository", description="Score a repository as it is.")
    score.add_argument("--rev", metavar="REV", help="that commit instead of the working tree")
    _judging(score)
    score.set_defaults(run=_score)

    compare = commands.add_parser(
        "compare",
        help="what a change introduced and fixed",
        description="Score two trees and list what the change between them introduced and fixed.",
    )
    compare.add_argument("--base", metavar="REV", required=True, help="the commit to compare with")
    compare.add_argument("--head", metavar="REV", help="the changed commit instead of the working tree")
    _judging(compare)
    compare.set_defaults(run=_compare)

    explain = commands.add_parser("explain", help="why a control matters, and how to meet it")
    explain.add_argument("control", metavar="CONTROL", nargs="?", help="a control's id; without it, the list")
    explain.set_defaults(run=_explain)

    init = commands.add_parser("init", help="write a workflow and a commented configuration; overwrites nothing")
    init.add_argument("path", metavar="PATH", nargs="?", default=".", type=Path, help="the repository (default: .)")
    init.set_defaults(run=_init)

    badge = commands.add_parser("badge", help="the score as a badge")
    badge.add_argument("--rev", metavar="REV", help="that commit instead of the working tree")
    badge.add_argument("--theme", choices=("light", "dark"), default="light", help="the page the badge stands on")
    badge.add_argument(
        "--format", choices=("svg", "endpoint"), default="svg", help="an image, or the JSON that shields.io reads"
    )
    _common(badge)
    badge.set_defaults(run=_badge)

    action = commands.add_parser("action", help="what the container runs inside a GitHub workflow")
    action.set_defaults(run=_action)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("repository", metavar="PATH", nargs="?", default=".", help="the repository (default: .)")
    parser.add_argument("--output", metavar="FILE", action="append", default=[], type=Path, help="also write this file")
    parser.add_argument("--config", metavar="FILE", type=Path, help="this configuration instead of the repository's")
    parser.add_argument("--path", metavar="SUBDIR", help="one service of a monorepo")
    parser.add_argument("--coverage-report", metavar="FILE", type=Path, help="Cobertura XML, coverage.py JSON or LCOV")
    parser.add_argument("--cache-dir", metavar="DIR", type=Path, help="where facts are kept between runs")
    parser.add_argument("--jobs", metavar="N", type=_jobs, help="processes that read files (default: one a core)")
    parser.add_argument("--date", metavar="YYYY-MM-DD", type=_day, help="the day of the assessment (default: today)")
    parser.add_argument("-q", "--quiet", action="store_true", help="neither progress nor warnings")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="every control with its evidence")


def _judging(parser: argparse.ArgumentParser) -> None:
    _common(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="what standard output gets (default: text)")
    parser.add_argument(
        "--fail-on",
        metavar="RULE",
        type=_rule,
        help="new-blockers, any-blocker, score-drop:N, min-score:N or never",
    )


def _jobs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= 256:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number from 1 to 256")
    return int(text)


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a day written as YYYY-MM-DD") from None


def _today() -> date:
    return datetime.now(UTC).date()


def _rule(text: str) -> FailOn:
    from readiness_bot.settings import ConfigurationError, FailOn

    try:
        return FailOn.parse(text)
    except ConfigurationError as error:
        raise argparse.ArgumentTypeError(str(error).removeprefix("fail-on: ")) from None


def _score(options: argparse.Namespace) -> int:
    from readiness_bot.compare import score_gate

    outputs = _outputs(options.output)
    report, settings = _report(options, options.fail_on)
    _publish(report, options, outputs)
    return _outcome(score_gate(report, settings.policy))


def _compare(options: argparse.Namespace) -> int:
    from readiness_bot import assess
    from readiness_bot.agreement import for_comparison

    outputs = _outputs(options.output)
    repository = _open(options)
    head = _revision(repository, options.head)
    day = options.date or _today()
    agreed = for_comparison(repository, options.base, head, day, named=options.config)
    settings = agreed.settings.with_options(path=_scope(repository, options), fail_on=options.fail_on)
    with _progress(options) as progress:
        delta = assess.compare(
            repository,
            options.base,
            head,
            settings,
            assessed_on=day,
            policy_changes=agreed.changes,
            coverage_report=_coverage(options.coverage_report),
            cache_dir=options.cache_dir,
            jobs=options.jobs,
            progress=progress,
        )
    _refuse_nothing(delta.head)
    _publish(delta, options, outputs)
    return _outcome(delta.gate)


def _report(options: argparse.Namespace, fail_on: FailOn | None = None) -> tuple[Report, Settings]:
    from readiness_bot import assess
    from readiness_bot.agreement import for_report

    repository = _open(options)
    revision = _revision(repository, options.rev)
    day = options.date or _today()
    settings = for_report(repository, revision, day, named=options.config)
    settings = settings.with_options(path=_scope(repository, options), fail_on=fail_on)
    with _progress(options) as progress:
        report = assess.assess(
            repository,
            revision,
            settings,
            assessed_on=day,
            coverage_report=_coverage(options.coverage_report),
            cache_dir=options.cache_dir,
            jobs=options.jobs,
            progress=progress,
        )
    _refuse_nothing(report)
    return report, settings


def _open(options: argparse.Namespace) -> Repository:
    from readiness_bot.git import Repository

    return Repository.open(options.repository)


def _revision(repository: Repository, asked: str | None) -> str | None:
    """The revision asked for; without one the working tree (None), which in a bare repository is what HEAD names."""
    return "HEAD" if asked is None and repository.root is None else asked


def _scope(repository: Repository, options: argparse.Namespace) -> str | None:
    """What was asked for on the command line: `--path`, or a folder inside the working tree; None for neither."""
    if options.path is not None:
        parts = [part for part in str(options.path).split("/") if part not in ("", ".")]
        if str(options.path).startswith("/") or ".." in parts:
            raise Refused("--path names a folder inside the repository, without '..'", WRONG_USAGE)
        return "/".join(parts) or "."
    return repository.prefix if repository.prefix != "." else None


def _coverage(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise Refused(f"--coverage-report {path}: {reason}", WRONG_USAGE) from None


def _refuse_nothing(report: Report) -> None:
    """Finding nothing because nothing was read is no pass, and tests alone are no service."""
    if report.facts.python_files:
        return
    where = "" if report.scope == "." else f" under {report.scope}"
    unread = sum(entry.path.endswith((".py", ".pyi")) for entry in report.skipped)
    kind = "other Python" if report.facts.test_files else "Python"
    if unread:
        raise Refused(f"nothing to judge: none of the {unread} {kind} files{where} could be read", BROKEN)
    only = "Python file but tests" if report.facts.test_files else "Python file"
    raise Refused(f"nothing to judge: no {only}{where} in {report.name}", BROKEN)


def _outcome(gate: Gate) -> int:
    if gate.conclusion != "failure":
        return PASSED
    sys.stderr.write(f"readiness-bot: gate failed: {'; '.join(gate.reasons)}\n")
    return FAILED


def _outputs(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """Each file with the format that its ending picks, checked before any work is done."""
    chosen = []
    for path in paths:
        endings = [ending.lower() for ending in path.suffixes]
        name = "sarif" if endings[-2:] == [".sarif", ".json"] else _ENDINGS.get(endings[-1] if endings else "")
        if name is None:
            known = ", ".join(sorted(_ENDINGS))
            raise Refused(f"--output {path}: the ending picks the format; known are {known}", WRONG_USAGE)
        if not path.parent.is_dir():
            raise Refused(f"--output {path}: there is no folder {path.parent}", WRONG_USAGE)
        chosen.append((path, name))
    return chosen


def _publish(subject: Report | Delta, options: argparse.Namespace, outputs: Sequence[tuple[Path, str]]) -> None:
    for path, name in outputs:
        _write(path, _rendered(subject, name, verbose=True, screen=False))
    _print(_rendered(subject, options.format, verbose=options.verbose > 0, screen=True))


def _rendered(subject: Report | Delta, name: str, *, verbose: bool, screen: bool) -> str:
    if name == "text":
        return _text(subject, verbose=verbose, screen=screen)
    if name == "json":
        from readiness_bot.render import document

        return document.encode(subject)
    if name == "markdown":
        from readiness_bot.render import markdown

        return markdown.render(subject)
    if name == "html":
        from readiness_bot.render import html_page

        return html_page.render(subject)
    from readiness_bot.render import sarif

    return sarif.render(subject)


def _text(subject: Report | Delta, *, verbose: bool, screen: bool) -> str:
    from readiness_bot.model import Report
    from readiness_bot.render import terminal

    colour = screen and _wants_colour()
    width = _width() if screen else _PIPED_WIDTH
    if isinstance(subject, Report):
        return terminal.report_text(subject, width=width, colour=colour, verbose=verbose)
    return terminal.delta_text(subject, width=width, colour=colour, verbose=verbose)


def _wants_colour() -> bool:
    import os

    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((_PIPED_WIDTH, 24)).columns


def _print(text: str) -> None:
    # Written as UTF-8 whatever the locale says: the output is the same on every machine.
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(text)
    else:
        stream.write(text.encode("utf-8", "replace"))
    sys.stdout.flush()


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise Refused(f"--output {path}: {(error.strerror or 'cannot be written').lower()}", BROKEN) from None


@contextmanager
def _progress(options: argparse.Namespace) -> Iterator[Progress | None]:
    """Tells how far the reading is: on standard error, and only to a terminal that may be talked to."""
    if options.quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading files", total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance


def _explain(options: argparse.Namespace) -> int:
    from difflib import get_close_matches

    from readiness_bot.control import controls
    from readiness_bot.render.explanation import catalogue_text, control_text

    known = {control.id: control for control in controls()}
    if options.control is None:
        _print(catalogue_text(known.values(), width=_width(), colour=_wants_colour()))
        return PASSED
    by_name = {name.partition("/")[2]: name for name in known}
    wanted = options.control.strip().lower().replace("_", "-")
    wanted = by_name.get(wanted, wanted)
    if wanted not in known:
        near = get_close_matches(wanted, [*known, *by_name], n=1, cutoff=0.5)
        hint = f"did you mean {by_name.get(near[0], near[0])}?" if near else "`readiness-bot explain` lists them all"
        raise Refused(f"no control is called {options.control[:80]!r}; {hint}", WRONG_USAGE)
    _print(control_text(known[wanted], width=_width(), colour=_wants_colour()))
    return PASSED


def _init(options: argparse.Namespace) -> int:
    from readiness_bot.starter import files

    root: Path = options.path
    if not root.is_dir():
        raise Refused(f"{root} is not a folder", WRONG_USAGE)
    for name, text in files().items():
        target = root / name
        if target.exists() or target.is_symlink():
            _print(f"kept     {name} (already there)\n")
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise Refused(f"{name}: {(error.strerror or 'cannot be written').lower()}", BROKEN) from None
        _print(f"written  {name}\n")
    return PASSED


def _badge(options: argparse.Namespace) -> int:
    from readiness_bot.render import badge

    for path in options.output:
        if path.suffix.lower() not in (".svg", ".json"):
            raise Refused(f"--output {path}: a badge is .svg, or .json for shields.io", WRONG_USAGE)
    report, _ = _report(options)
    texts: dict[str, Callable[[], str]] = {
        "svg": lambda: badge.svg(report.overall, theme=options.theme),
        "endpoint": lambda: badge.endpoint(report.overall),
    }
    for path in options.output:
        _write(path, texts["endpoint" if path.suffix.lower() == ".json" else "svg"]())
    if not options.output:
        _print(texts[options.format]())
    return PASSED


def _action(options: argparse.Namespace) -> int:  # noqa: ARG001  every command takes its options
    from readiness_bot import action

    return action.main()
