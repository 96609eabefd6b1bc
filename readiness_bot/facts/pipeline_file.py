"""Which files are pipelines and whose; the formats themselves are read beside it."""

from __future__ import annotations

import re

from readiness_bot.facts import (
    cloud_builds,
    github_pipeline,
    gitlab_pipeline,
    hosted_pipelines,
    jenkinsfile,
    taskcluster_pipeline,
    zuul_pipeline,
)
from readiness_bot.facts.extractor import Extractor, Unreadable
from readiness_bot.facts.pipeline import Pipeline
from readiness_bot.facts.yaml_nodes import load_documents

_PATHS = re.compile(
    r"""
    (^|/)\.(github|gitea|forgejo)/(workflows/[^/]+|([^/]+/)*action)\.ya?ml$
    | ^action\.ya?ml$
    | (^|/)[^/]*\.?gitlab-ci[^/]*\.ya?ml$ | (^|/)\.gitlab(-ci)?/([^/]+/)*[^/]+\.ya?ml$
    | (^|/)\.circleci/[^/]+\.ya?ml$
    | (^|/)\.travis\.ya?ml$
    | (^|/)[^/]*azure-?pipelines?[^/]*\.ya?ml$ | (^|/)\.?azure-?(pipelines|devops)/([^/]+/)*[^/]+\.ya?ml$
    | (^|/)\.vsts-ci\.ya?ml$
    | (^|/)bitbucket-pipelines\.ya?ml$
    | (^|/)\.buildkite/[^/]+\.ya?ml$
    | (^|/)\.?zuul\.ya?ml$ | (^|/)\.?zuul\.d/([^/]+/)*[^/]+\.ya?ml$
    | (^|/)\.(drone|woodpecker)\.ya?ml$ | (^|/)\.woodpecker/[^/]+\.ya?ml$
    | ^\.taskcluster\.ya?ml$
    | (^|/)(buildspec|cloudbuild)[\w.-]*\.ya?ml$ | (^|/)(buildspecs?|cloudbuild)/[^/]+\.ya?ml$
    | (^|/)\.?tekton/([^/]+/)*[^/]+\.ya?ml$
    | (^|/)([^/]+[.-])?Jenkinsfile([.-](?!py$)[^/]+)?$ | (^|/)[^/]+\.jenkinsfile$
    """,
    re.VERBOSE,
)


def claims(path: str) -> bool:
    """Whether the path is where some provider reads a pipeline or a part of one."""
    if not path.endswith((".yml", ".yaml")) and "enkinsfile" not in path:
        return False
    return _PATHS.search(path) is not None


def _extract(data: bytes) -> Pipeline:
    text = data.decode("utf-8-sig", "replace")
    try:
        documents = load_documents(data)
    except Unreadable:
        if jenkinsfile.is_jenkinsfile(text):
            return jenkinsfile.jenkinsfile(text)
        raise
    for each in documents:
        if zuul_pipeline.is_zuul(each):
            return zuul_pipeline.zuul(each)
    document = next((each for each in documents if each.kind == "mapping"), None)
    if document is None:
        if jenkinsfile.is_jenkinsfile(text):
            return jenkinsfile.jenkinsfile(text)
        if not documents or all(one["hosts"] for each in documents for one in each):
            return Pipeline("")
        raise Unreadable("no pipeline of a known provider")
    if hosted_pipelines.is_tekton(document):
        return hosted_pipelines.tekton(documents)
    for is_its, read in _PROVIDERS:
        if is_its(document):
            return read(document)
    if hosted_pipelines.is_drone(document):
        return hosted_pipelines.drone(documents)
    raise Unreadable("no pipeline of a known provider")


_PROVIDERS = (
    (github_pipeline.is_workflow, github_pipeline.workflow),
    (github_pipeline.is_action, github_pipeline.action),
    (taskcluster_pipeline.is_taskcluster, taskcluster_pipeline.taskcluster),
    (cloud_builds.is_codebuild, cloud_builds.codebuild),
    (cloud_builds.is_cloud_build, cloud_builds.cloud_build),
    (hosted_pipelines.is_circleci, hosted_pipelines.circleci),
    (hosted_pipelines.is_bitbucket, hosted_pipelines.bitbucket),
    (hosted_pipelines.is_buildkite, hosted_pipelines.buildkite),
    (hosted_pipelines.is_azure, hosted_pipelines.azure),
    (hosted_pipelines.is_travis, hosted_pipelines.travis),
    (gitlab_pipeline.is_gitlab, gitlab_pipeline.pipeline),
)
"""Whose shape is told by which predicate, the telling ones first; Drone's is the vaguest."""

EXTRACTOR = Extractor(kind="pipeline", claims=claims, extract=_extract, facts=Pipeline)
