"""Jenkinsfiles read as text: stages, shell steps and credentials; runs no Groovy and knows no library's steps."""

from __future__ import annotations

import re

from readiness_bot.facts.pipeline import Job, Pair, Pipeline, Step, Trigger

_PART = re.compile(
    r"""
      (?P<comment>//[^\n]*|/\*.*?\*/)
    | \bstage\s*\(\s*['"](?P<stage>[^'"\n]*)['"]
    | \b(?:sh|bat)\b\s*\(?\s*(?:(?:label|returnStdout|returnStatus|encoding)\s*:\s*[^,\n]+,\s*)*(?:script\s*:\s*)?
      (?P<quote>'''|\"\"\"|'|")(?P<script>.*?)(?<!\\)(?P=quote)
    | \bwhen\s*\{(?P<when>[^}]*)\}
    | \b(?P<cron>cron|pollSCM)\s*\(
    | \b(?P<credentials>withCredentials|credentials)\s*\(
    | \bdocker\.(?P<docker>build|withRegistry)\b
    """,
    re.VERBOSE | re.DOTALL,
)
_GROOVY = re.compile(
    r"(\s|//[^\n]*\n|/\*.*?\*/)*(\#![^\n]*groovy|@Library\b|library\b|import\s+[\w.]+|def\s+\w+|\w+\s*\([^\n]*$)",
    re.DOTALL | re.MULTILINE,
)
"""How a file that leaves everything to a shared library begins: an annotation, or a call of one of its steps."""
_ON_BRANCH = re.compile(r"\bbranch\b|\bbuildingTag\b|\btag\b")


def is_jenkinsfile(text: str) -> bool:
    """Whether a text has the shape of a Jenkinsfile."""
    return re.search(r"\b(pipeline|node|stage)\s*[({]", text) is not None or _GROOVY.match(text) is not None


def jenkinsfile(text: str) -> Pipeline:
    """A Jenkinsfile; as a multibranch job, which is what keeping it with the code is for, it runs for pull requests."""
    jobs: list[Job] = []
    steps: list[Step] = []
    name, line, events = "pipeline", 1, tuple[str, ...]()
    triggers = [Trigger("push", 1), Trigger("pull_request", 1)]
    secrets: list[Pair] = []
    counted, at = 0, 1
    for match in _PART.finditer(text):
        at += text.count("\n", counted, match.start())
        counted = match.start()
        if match["stage"] is not None:
            if steps:
                jobs.append(Job(name=name, line=line, end_line=at, steps=tuple(steps), events=events))
            name, line, steps, events = match["stage"], at, [], ()
        elif match["script"] is not None:
            steps.append(_shell_step(match, at))
        elif match["when"] is not None and _ON_BRANCH.search(match["when"]):
            events = ("push",)
        elif match["cron"] == "cron":
            triggers.append(Trigger("schedule", at))
        elif match["credentials"]:
            secrets.append(Pair("credentials", "", at))
        elif match["docker"]:
            steps.append(Step(line=at, end_line=at, uses=f"docker.{match['docker']}"))
    if steps:
        jobs.append(Job(name=name, line=line, end_line=at, steps=tuple(steps), events=events, secrets=tuple(secrets)))
    return Pipeline(provider="jenkins", triggers=tuple(triggers), jobs=tuple(jobs))


def _shell_step(match: re.Match[str], line: int) -> Step:
    before = match[0][: match.start("script") - match.start()].count("\n")
    return Step(
        line=line,
        end_line=line + match[0].count("\n"),
        run=match["script"],
        run_line=line + before,
        can_fail="returnStatus" not in match[0][: match.start("script") - match.start()],
    )
