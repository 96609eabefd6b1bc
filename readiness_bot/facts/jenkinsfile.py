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
    | \bopenshift\.(?P<asked>raw|exec)\s*\((?P<words>(?:[^()'"]|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\([^()]*\))*)\)
    | \b(?:openshift\.)?(?P<openshift>startBuild|openshiftBuild|newBuild|newApp|openshiftDeploy|openshiftTag)\s*\(
    | \bopenshift\.(?P<cluster>apply|create|replace|tag)\s*\(
    """,
    re.VERBOSE | re.DOTALL,
)
_GROOVY = re.compile(
    r"(\s|//[^\n]*\n|/\*.*?\*/)*(\#![^\n]*groovy|@Library\b|library\b|import\s+[\w.]+|def\s+\w+|\w+\s*\([^\n]*$)",
    re.DOTALL | re.MULTILINE,
)
"""How a file that leaves everything to a shared library begins: an annotation, or a call of one of its steps."""
_OPENSHIFT = {
    "startBuild": "oc start-build",
    "openshiftBuild": "oc start-build",
    "newBuild": "oc new-build",
    "newApp": "oc new-app",
    "openshiftDeploy": "oc rollout latest",
    "openshiftTag": "oc tag",
}
"""Steps of the plugins for OpenShift, and the command each stands for."""
_TEXT = re.compile(r"'((?:\\.|[^'\\])*)'|\"((?:\\.|[^\"\\])*)\"", re.DOTALL)
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
        elif match["docker"] == "build":
            steps.append(Step(line=at, end_line=at, run="docker build .", run_line=at))
        elif match["docker"]:
            steps.append(Step(line=at, end_line=at, uses=f"docker.{match['docker']}"))
        elif command := _of_openshift(match):
            steps.append(Step(line=at, end_line=at + match[0].count("\n"), run=command, run_line=at))
    if steps:
        jobs.append(Job(name=name, line=line, end_line=at, steps=tuple(steps), events=events, secrets=tuple(secrets)))
    return Pipeline(provider="jenkins", triggers=tuple(triggers), jobs=tuple(jobs))


def _of_openshift(match: re.Match[str]) -> str:
    """The command that a step of a plugin for OpenShift stands for; empty where a text is none."""
    if match["openshift"]:
        return _OPENSHIFT[match["openshift"]]
    if match["cluster"]:
        return f"oc {match['cluster']}"
    if match["asked"] is None:
        return ""
    words = [one[1] if one[1] is not None else one[2] for one in _TEXT.finditer(match["words"])]
    if match["asked"] == "exec" and "--" in words:
        words = words[words.index("--") + 1 :]
    told = " ".join(words)
    return told if match["asked"] == "exec" else f"oc {told}"


def _shell_step(match: re.Match[str], line: int) -> Step:
    before = match[0][: match.start("script") - match.start()].count("\n")
    return Step(
        line=line,
        end_line=line + match[0].count("\n"),
        run=match["script"],
        run_line=line + before,
        can_fail="returnStatus" not in match[0][: match.start("script") - match.start()],
    )
