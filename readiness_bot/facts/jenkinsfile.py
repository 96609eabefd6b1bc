"""Jenkinsfiles read as text: stages, shell steps, credentials, and the names of a library's steps; runs no Groovy."""

from __future__ import annotations

import re

from readiness_bot.facts.pipeline import Job, Pair, Pipeline, Step, Trigger

_PART = re.compile(
    r"""
      (?P<comment>//[^\n]*|/\*.*?\*/)
    | \bstage\b\s*\(?\s*['"](?P<stage>[^'"\n]*)['"]
    | (?<![\w./-])(?:sh|bat)\b\s*\(?\s*
      (?:(?:label|returnStdout|returnStatus|encoding)\s*:\s*[^,\n]+,\s*)*(?:script\s*:\s*)?
      (?P<quote>'''|\"\"\"|'|")(?P<script>.*?)(?<!\\)(?P=quote)
    | \bwhen\s*\{(?P<when>[^}]*)\}
    | \b(?P<cron>cron|pollSCM)\s*\(
    | \b(?P<credentials>withCredentials|credentials)\s*\(
    | \bdocker\.(?P<docker>build|withRegistry)\b
    | \bopenshift\.(?P<asked>raw|exec)\s*\((?P<words>(?:[^()'"]|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\([^()]*\))*)\)
    | \b(?:openshift\.)?(?P<openshift>startBuild|openshiftBuild|newBuild|newApp|openshiftDeploy|openshiftTag)\s*\(
    | \bopenshift\.(?P<cluster>apply|create|replace|tag)\s*\(
    | \b[\w.]*?(?P<pushed>\w*image\w*|tag\('[^'\n]*'\))\.push\s*\(
    | ^[ \t]*(?P<library>[a-z]+(?:[A-Z0-9]\w*)+)(?:[ ]*\(\s*|[ ]+)(?:['"](?P<told>[^'"\n]*)['"]|(?=\w+\s*[,):]|\)))
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
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
_OF_JENKINS = frozenset(
    {"ansiColor", "withCredentials", "withEnv", "withDockerRegistry", "withDockerContainer", "archiveArtifacts",
     "publishHTML", "cleanWs", "deleteDir", "readFile", "writeFile", "readJSON", "writeJSON", "readYaml", "writeYaml",
     "fileExists", "buildDiscarder", "logRotator",
     "disableConcurrentBuilds", "skipDefaultCheckout", "githubNotify", "slackSend",
     "emailext", "recordIssues", "booleanParam", "catchError", "waitUntil", "waitForQualityGate", "withSonarQubeEnv",
     "sshagent", "checkoutSCM", "pollSCM", "upstreamProjects", "gitParameter", "setBuildStatus", "currentBuild"}
)  # fmt: skip
"""Steps that Jenkins and its common plugins bring, which neither build nor deploy."""
_OWN_STEP = re.compile(r"\b(?:def|void|String|boolean)\s+(\w+)\s*\(")
"""Steps that the file itself defines: what they do stands in it."""
_TEXT = re.compile(r"'((?:\\.|[^'\\])*)'|\"((?:\\.|[^\"\\])*)\"", re.DOTALL)
_ON_BRANCH = re.compile(r"\bbranch\b|\bbuildingTag\b|\btag\b")


def is_jenkinsfile(text: str) -> bool:
    """Whether a text has the shape of a Jenkinsfile."""
    return (
        re.search(r"\b(pipeline|node|stage)\s*[({]|\bstage\s+['\"]", text) is not None
        or _GROOVY.match(text) is not None
    )


def jenkinsfile(text: str) -> Pipeline:
    """A Jenkinsfile; as a multibranch job, which is what keeping it with the code is for, it runs for pull requests."""
    jobs: list[Job] = []
    steps: list[Step] = []
    name, line, events = "pipeline", 1, tuple[str, ...]()
    triggers = [Trigger("push", 1), Trigger("pull_request", 1)]
    secrets: list[Pair] = []
    own = frozenset(_OWN_STEP.findall(text))
    counted, at = 0, 1
    for match in _PART.finditer(text):
        at += text.count("\n", counted, match.start())
        counted = match.start()
        if match["stage"] is not None:
            if steps:
                jobs.append(Job(name=name, line=line, end_line=at, steps=tuple(steps), events=events))
            name, line, steps, events = match["stage"], at, [], ()
        elif match["when"] is not None and _ON_BRANCH.search(match["when"]):
            events = ("push",)
        elif match["cron"] == "cron":
            triggers.append(Trigger("schedule", at))
        elif match["credentials"]:
            secrets.append(Pair("credentials", "", at))
        elif (step := _step(match, at)) and match["library"] not in own:
            steps.append(step)
    if steps:
        jobs.append(Job(name=name, line=line, end_line=at, steps=tuple(steps), events=events, secrets=tuple(secrets)))
    return Pipeline(provider="jenkins", triggers=tuple(triggers), jobs=tuple(jobs))


def _step(match: re.Match[str], line: int) -> Step | None:
    """The step that a part of a Jenkinsfile stands for; None where it is none."""
    if match["script"] is not None:
        return _shell_step(match, line)
    if match["pushed"]:
        return Step(line=line, end_line=line, run="docker push image", run_line=line)
    if match["library"] and match["library"] not in _OF_JENKINS:
        told = (Pair("target", match["told"], line),) if match["told"] else ()
        return Step(line=line, end_line=line, uses=f"library/{match['library']}", inputs=told)
    if match["docker"] == "build":
        return Step(line=line, end_line=line, run="docker build .", run_line=line)
    if match["docker"]:
        return Step(line=line, end_line=line, uses=f"docker.{match['docker']}")
    command = _of_openshift(match)
    return Step(line, line + match[0].count("\n"), run=command, run_line=line) if command else None


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
