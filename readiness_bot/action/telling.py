"""What was judged, told: check, comment, annotations, summary, outputs; whatever fails, the verdict stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from readiness_bot.action.job import FAILED, PASSED, Job
from readiness_bot.action.judging import Judged
from readiness_bot.github import runner
from readiness_bot.github.client import CheckRun, Client, Refusal
from readiness_bot.github.event import Event, PullRequest, PullRequestEvent
from readiness_bot.github.places import write_inside
from readiness_bot.github.publish import BRANCH, Told, Verdict, Wording, judge, read_history, tell, upload_sarif
from readiness_bot.github.runner import Note
from readiness_bot.model import Confidence, Delta
from readiness_bot.render import bulletin, check, comment, document, html_page, markdown, sarif, summary, trend
from readiness_bot.render.bulletin import Bulletin
from readiness_bot.render.comment import Run, state_of
from readiness_bot.render.escaping import plain

CHECK_NAME = "Production readiness"
"""The check run's name; branch rules name it, so that it never changes."""

_PERSONAL_TOKENS = ("ghp_", "github_pat_", "gho_", "ghu_")


def trend_words(job: Job, branch: str, scopes: Sequence[str]) -> str:
    """The base branch's score over time in words; empty where nobody kept it."""
    if job.client is None or job.inputs.comment == "off" or len(scopes) != 1:
        return ""
    try:
        entries = trend.parse(read_history(job.client))
    except Refusal:
        return ""  # words that are missing are no news
    return trend.words(entries, branch, job.ports.today().isoformat(), scopes[0])


def notes_of(judged: Iterable[Judged]) -> tuple[Note, ...]:
    """New findings as notes on their lines, blockers first."""
    blockers, warnings = [], []
    for entry in judged:
        if not isinstance(entry.subject, Delta):
            continue
        for blocker in entry.subject.new_blockers:
            if blocker.location:
                place = blocker.location
                text = f"{blocker.issue}. {blocker.impact} {blocker.fix}"
                blockers.append(Note(place.path, place.line, place.end_line, True, blocker.control, plain(text, 900)))
        for finding in entry.subject.new_findings:
            if not finding.blocker and finding.waived is None and finding.confidence is not Confidence.LOW:
                place = finding.location
                text = f"{finding.message}. {finding.fix}"
                warnings.append(Note(place.path, place.line, place.end_line, False, finding.control, plain(text, 900)))
    return tuple(blockers + warnings)


def write_verdict(job: Job, news: Bulletin, voice: Run, notes: tuple[Note, ...]) -> Verdict:
    """Write the verdict to the commit that people see, in the best way that the token allows."""
    if job.client is None:
        return Verdict("job")
    scope = "" if list(voice.scopes) == ["."] else f" ({', '.join(voice.scopes)})"
    verdict = judge(
        job.client,
        CheckRun(
            name=(CHECK_NAME + scope)[:100],
            head_sha=news.head,
            conclusion=news.conclusion,
            title=check.title(news),
            summary=check.summary(news, voice),
            details_url=voice.url,
            external_id=f"{voice.id}-{voice.attempt}",
        ),
        notes if job.inputs.annotations else (),
        check.description(news),
        status=job.inputs.status,
    )
    if verdict.where == "job":
        job.refusals += verdict.refusals
    return verdict


def write_comment(job: Job, news: Bulletin, voice: Run, pull: PullRequest, author: str) -> Told:
    """Write the comment when the workflow wants one; one that is there is always brought up to date."""
    when = job.inputs.comment
    client = job.client
    if when == "off" or client is None:
        return Told("silent", why="no comment asked for" if client else "no token")

    def text(before: str) -> str | None:
        wanted = {
            "always": True,
            "on-change": news.has_news,
            "on-failure": news.conclusion == "failure",
        }[when]
        return comment.comment(news, voice, state_of(before)) if wanted or before else None

    return tell_pull(job, client, pull, author, voice, text)


def tell_pull(
    job: Job, client: Client, pull: PullRequest, author: str, voice: Run, text: Callable[[str], str | None]
) -> Told:
    """Tell a pull request something, unless a later run has or the token may not."""

    def newer(body: str) -> bool:
        state = state_of(body)
        return state is not None and state.newer_than(voice)

    wording = Wording(
        is_ours=lambda body: comment.is_comment(body, voice.scopes),
        newer=newer,
        text=text,
        same=lambda one, other: comment.essence(one) == comment.essence(other),
    )
    try:
        if not author and job.inputs.token.startswith(_PERSONAL_TOKENS):
            author = client.login()
        told = tell(client, pull.number, pull.head_sha, pull.base_branch, author, wording)
    except Refusal as refusal:
        job.refusals.append(refusal)
        return Told("silent", why=str(refusal))
    job.say(f"Comment: {told.outcome}{f' ({told.why})' if told.why else ''} {told.url}")
    return told


def hand_to_code_scanning(job: Job, judged: Iterable[Judged]) -> None:
    """Upload the findings where the workflow asks for it."""
    if not job.inputs.upload_sarif:
        return
    here = job.runner
    for entry in judged:
        content = sarif.render(entry.subject).encode()

        def upload(client: Client, content: bytes = content) -> None:
            upload_sarif(client, here.api_url, here.repository, job.inputs.token, here.sha, here.ref, content)

        job.attempt(upload)


def write_files(job: Job, judged: Sequence[Judged], news: Bulletin) -> None:
    """Write the report files into a folder that git ignores, and say where as outputs."""
    names: dict[str, list[str]] = {}
    contents: dict[str, bytes] = {".gitignore": b"*\n", "bulletin.json": bulletin.encode(news)}
    for entry in judged:
        folder = "" if entry.head.scope == "." or len(judged) == 1 else f"{entry.head.scope}/"
        for ending, text in (
            ("json", document.encode(entry.subject)),
            ("html", html_page.render(entry.subject)),
            ("sarif", sarif.render(entry.subject)),
            ("md", markdown.render(entry.subject)),
        ):
            path = f"{folder}report.{ending}"
            contents[path] = text.encode("utf-8", "replace")
            names.setdefault(ending, []).append(f"{job.inputs.report_dir}/{path}")
    try:
        for path, content in contents.items():
            write_inside(job.runner.workspace, f"{job.inputs.report_dir}/{path}", content)
    except OSError as error:
        runner.warn(job.ports.stdout, f"No report files: {plain(str(error), 300)}")
        return
    for ending in ("json", "html", "sarif"):
        job.outputs[f"report-{ending}"] = "\n".join(names[ending])
    job.outputs["bulletin"] = f"{job.inputs.report_dir}/bulletin.json"


def set_outputs(job: Job, news: Bulletin, voice: Run, verdict: Verdict, told: Told) -> None:
    """Gather what later steps may ask for; with several scopes the scores are the lowest one's."""
    scored = [section for section in news.sections if section.score is not None]
    lowest = min(scored, key=lambda section: section.score or 0, default=None)
    score = lowest.score if lowest else None
    base = lowest.base_score if lowest else None
    job.outputs |= {
        "conclusion": news.conclusion,
        "score": "" if score is None else str(score),
        "base-score": "" if base is None else str(base),
        "delta": "" if score is None or base is None else str(score - base),
        "new-blockers": str(news.new_blockers),
        "new-warnings": str(sum(section.new_warnings for section in news.sections)),
        "fixed": str(sum(section.fixed_findings for section in news.sections)),
        "waived": str(sum(section.waived for section in news.sections)),
        "published-as": verdict.where,
        "comment-url": told.url,
        "comment-written": str(told.outcome in ("written", "updated")).lower(),
    }
    job.say(f"{check.title(news)} ({voice.seconds} s)")


def hint(job: Job, pull: PullRequest | None) -> str:
    """Why a run may say less than others, where nobody can change that; empty for other runs."""
    if pull is None or not (pull.fork or job.runner.actor == "dependabot[bot]"):
        return ""
    whose = "comes from a fork" if pull.fork else "is Dependabot's"
    return (
        f"This pull request {whose}: GitHub gives its runs a token that may only read. "
        "The job's result and this page say everything; docs/action.md shows how to have a comment as well."
    )


def finish(job: Job, news: Bulletin, voice: Run, judged: Sequence[Judged], hint: str, snippet: str = "") -> None:
    """Say what could not be published, and write the job's summary."""
    notes = complain(job, hint)
    if job.runner.summary is None:
        return
    text = summary.summary(news, voice, [markdown.render(entry.subject) for entry in judged], notes)
    if snippet:
        text += f"\n---\n\nThe badge is on the branch `{BRANCH}`. For the README:\n\n```html\n{snippet}\n```\n"
    runner.write_summary(job.runner.summary, text)


def complain(job: Job, hint: str) -> list[str]:
    """One warning for all that GitHub refused, with the permissions to paste; the same as sentences."""
    if not job.refusals:
        return []
    forbidden = [refusal for refusal in job.refusals if refusal.kind == "forbidden"]
    if hint and len(forbidden) == len(job.refusals):
        job.say(hint)
        return [hint]
    reasons = list(dict.fromkeys(str(refusal) for refusal in job.refusals))
    text = "Not everything could be published, the verdict stands: " + "; ".join(reasons)
    wanted = sorted({refusal.permission for refusal in forbidden if refusal.permission})
    if wanted:
        lines = ["permissions:", "  contents: read", *(f"  {permission}" for permission in wanted)]
        lines = [line for line in lines if line != "  contents: read" or "contents: write" not in wanted]
        text += ". The job needs:\n" + "\n".join(lines)
    runner.warn(job.ports.stdout, text)
    return [" ".join(text.split("\n"))]


def outcome(job: Job, news: Bulletin) -> int:
    """The exit code that the verdict stands for."""
    reasons = [reason for section in news.sections if section.conclusion == "failure" for reason in section.reasons]
    if news.conclusion != "failure":
        return PASSED
    job.say(f"The gate is closed: {'; '.join(dict.fromkeys(reasons))}.")
    return FAILED


def give_up(job: Job, event: Event | None, problem: str, code: int) -> int:
    """Say that there is no verdict: neither a green run nor the author's fault."""
    job.outputs |= {"conclusion": "error", "comment-written": "false"}
    if job.runner.summary is not None:
        runner.write_summary(job.runner.summary, summary.refusal(problem, _advice(problem)))
    if isinstance(event, PullRequestEvent) and not event.target and not event.pull.closed:
        _tell_trouble(job, event.pull, problem)
    if job.inputs.on_error == "warn":
        runner.warn(job.ports.stdout, problem)
        return PASSED
    runner.fail(job.ports.stdout, problem)
    return code


def _advice(problem: str) -> str:
    if "fetch-depth: 2" in problem:
        return "- uses: actions/checkout@v7\n  with:\n    fetch-depth: 2\n    persist-credentials: false"
    return ""


def _tell_trouble(job: Job, pull: PullRequest, problem: str) -> None:
    client = job.client
    if client is None or job.inputs.comment == "off":
        return
    voice = job.voice(job.inputs.path or (".",))

    def text(before: str) -> str | None:
        # Where nothing was said yet, the red job says enough.
        return comment.trouble(problem, _advice(problem), voice, before) if before else None

    tell_pull(job, client, pull, "", voice, text)
