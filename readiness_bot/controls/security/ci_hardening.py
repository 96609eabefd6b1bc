"""Whether the pipelines themselves give an attacker little to use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo
from readiness_bot.repo.pipeline_sites import JobSite, PipelineSite, StepSite

_MOST = 0.8
"""The share of workflows that must set permissions, and of third-party actions that must be pinned."""
_ONE_MISSING = 0.67

_OWN = re.compile(r"(actions|github)/|\./|docker://[^@]+@sha256:", re.IGNORECASE)
_COMMIT = re.compile(r"@([0-9a-f]{40}|[0-9a-f]{64}|sha256:[0-9a-f]{64})\b")
_EVENT_TEXT = re.compile(
    r"\$\{\{[^}]*\bgithub\.(event\.(issue\.(title|body)|pull_request\.(title|body|head\.(ref|label|repo\.default_branch))"
    r"|(comment|review|review_comment|discussion|discussion_comment)\.(body|title)|head_commit\.(message|author\.(name|email))"
    r"|commits[^}]*(message|author)|pages[^}]*page_name|workflow_run\.(head_branch|head_commit\.message|display_title))|head_ref)\b"
)
_HEAD = re.compile(
    r"pull_request\.head\.|github\.head_ref|workflow_run\.head_(sha|branch)|refs/pull/|pull_request\.number\s*\}\}/(merge|head)"
)
_UNTRUSTED = frozenset({"pull_request_target", "workflow_run", "issue_comment"})
_CHECKOUT_COMMAND = re.compile(
    r"\bgh pr checkout\b|\bgit (checkout|fetch|pull)\b[^\n]*(head_ref|head\.sha|head\.ref|refs/pull)"
)

_SHA = "8ade135a41bc03ea155e62e844d188df1ea18608"
_GOOD = f"""\
on: pull_request
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: astral-sh/setup-uv@{_SHA}
      - run: pytest
"""
_BAD = _GOOD.replace("permissions:\n  contents: read\n", "").replace(f"@{_SHA}", "@v5")


@Control(
    id="security/ci-hardening",
    title="Workflows hold least rights, pinned actions and no door to secrets",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why=(
        "A workflow holds the keys to code and registry; a movable action, "
        "a wide token or event text in a script hands them on."
    ),
    impact="A hijacked action or a crafted pull request publishes a poisoned release or reads every secret.",
    fix=(
        "Set `permissions:` to `contents: read` in every workflow and pin "
        "actions by commit: `uses: astral-sh/setup-uv@8ade135a…`."
    ),
    effort=Effort.DAY,
    role=Role.SECURITY,
    sources=[
        "https://docs.github.com/en/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions",
        "https://docs.zizmor.sh/audits/",
    ],
    passes=[{"app/main.py": "", ".github/workflows/test.yml": _GOOD}],
    fails=[
        {"app/main.py": "", ".github/workflows/test.yml": _BAD},
        {
            "app/main.py": "",
            ".github/workflows/greet.yml": _BAD.replace("@v5", f"@{_SHA}").replace(
                "run: pytest", "run: echo ${{ github.event.pull_request.title }}"
            ),
        },
    ],
    fixed={"app/main.py": "", ".github/workflows/test.yml": _GOOD},
    partials=[
        {"app/main.py": "", ".github/workflows/test.yml": _GOOD.replace(f"@{_SHA}", "@v5")},
        {
            "app/main.py": "",
            ".github/workflows/test.yml": _GOOD.replace("on: pull_request", "on: pull_request_target").replace(
                "checkout@v4", "checkout@v4\n        with: {ref: '${{ github.event.pull_request.head.sha }}'}"
            ),
        },
    ],
    ignores=[{"app/main.py": ""}],
)
def ci_hardening(repo: Repo) -> Judgement:
    """Judged by three questions: rights, pins, secrets within reach of untrusted code; each one missed costs."""
    workflows = [site for site in repo.pipelines.all if site.pipeline.provider == "github"]
    if not workflows:
        return not_applicable("There are no workflows.")
    jobs = [job for job in repo.pipelines.jobs if job.pipeline.provider == "github"]
    wide = [site for site in workflows if not _is_restricted(site)]
    third = [*dict.fromkeys(_third_party(repo, jobs))]
    loose = [place for place, used in third if not _COMMIT.search(used)]
    exposed = [*_exposed(repo)]
    missing: list[tuple[str, Evidence]] = []
    if len(wide) > (1 - _MOST) * len(workflows):
        what = f"{len(wide)} of {len(workflows)} workflows do not restrict their token"
        missing.append((what, seen(wide[0].path, wide[0].pipeline.permissions_line or 1, "no least permissions set")))
    if third and len(loose) > (1 - _MOST) * len(third):
        missing.append((f"{len(loose)} of {len(third)} uses of third-party actions are not pinned by commit", loose[0]))
    if exposed:
        missing.append(("untrusted text or code reaches a job with rights", exposed[0]))
    if not missing:
        first = next((site for site in workflows if site.pipeline.permissions is not None), workflows[0])
        return passed(
            "Workflows are restricted, pinned and closed.",
            seen(first.path, first.pipeline.permissions_line or 1, "least permissions"),
        )
    text = f"{'; '.join(what for what, _ in missing)}."
    summary = text[0].upper() + text[1:]
    evidence = [place for _, place in missing]
    if len(missing) == 1:
        return partial(summary, *evidence, score=_ONE_MISSING)
    return failed(summary, *evidence, looked_in=(repo.pipelines.LOOKS,))


def _is_restricted(site: PipelineSite) -> bool:
    """Whether a workflow sets its token's rights, at its head or in every job, and not all of them."""
    pipeline = site.pipeline
    if pipeline.permissions is not None:
        return all(pair.value != "write-all" for pair in pipeline.permissions)
    return bool(pipeline.jobs) and all(
        job.permissions is not None and all(pair.value != "write-all" for pair in job.permissions)
        for job in pipeline.jobs
    )


def _third_party(repo: Repo, jobs: list[JobSite]) -> Iterator[tuple[Evidence, str]]:
    for step in repo.pipelines.steps:
        used = step.step.uses
        if used and step.job.pipeline.provider == "github" and not _OWN.match(used):
            yield seen(step.path, step.line, f"uses {used}"), used
    for job in jobs:
        if job.job.calls and not _OWN.match(job.job.calls):
            yield seen(job.path, job.line, f"uses {job.job.calls}"), job.job.calls


def _exposed(repo: Repo) -> Iterator[Evidence]:
    for step in repo.pipelines.steps:
        if step.job.pipeline.provider != "github":
            continue
        script = step.step.run or next((pair.value for pair in step.step.inputs if pair.name == "script"), "")
        if match := _EVENT_TEXT.search(script):
            line = (step.step.run_line or step.line) + script.count("\n", 0, match.start())
            yield seen(step.path, line, f"{match[0].lstrip('${ ')} is expanded inside a script")
        elif step.events & _UNTRUSTED and _checks_out_head(step):
            yield seen(step.path, step.line, f"{min(step.events & _UNTRUSTED)} checks out the pull request's own code")


def _checks_out_head(step: StepSite) -> bool:
    if step.step.uses.startswith("actions/checkout"):
        return any(pair.name in ("ref", "repository") and _HEAD.search(pair.value) for pair in step.step.inputs)
    return _CHECKOUT_COMMAND.search(step.step.run) is not None
