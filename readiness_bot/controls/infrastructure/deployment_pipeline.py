"""Whether releases and deployments are made by a pipeline."""

from __future__ import annotations

import re

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Area, Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo
from readiness_bot.repo.pipeline_sites import JobSite, Run, StepSite

_COMMANDS = (
    r"(docker|podman|nerdctl) (push|image push|stack deploy)",
    r"docker (buildx )?(build|bake)\b.*--push(=(?!false)|\s|$)",
    r"docker-compose ([\w.=/-]+ )*push\b|docker buildx imagetools create",
    r"(buildah|skopeo) (push|copy)|(crane|oras|helm) push|cosign sign",
    (
        r"(twine|uv|poetry|hatch|flit|pdm) (upload|publish)|setup\.py (.*\s)?upload|dput\b|snapcraft (upload|push)"
        r"|package_?cloud(\.sh)? (push|deploy)|(parallel|xargs) .*\bpackage_?cloud(\.sh)? (push|deploy)"
    ),
    (
        r"kubectl (apply|set image|rollout)|helm (upgrade|install)|argocd "
        r"app|flux reconcile|oc (apply|rollout|start-build)"
    ),
    (
        r"(terraform|tofu|terragrunt|pulumi) (apply|up|run-all)|cdk deploy"
        r"|sam deploy|(serverless|sls) deploy|zappa (deploy|update)"
    ),
    (
        r"aws (ecs|lambda|elasticbeanstalk|deploy|apprunner|s3) (update"
        r"|create|deploy|sync|start)|eb deploy|copilot (svc|deploy)"
    ),
    r"gcloud (run|app|functions|builds|beta run|compute|deploy)|az (webapp|containerapp|acr|functionapp|aks)",
    (
        r"(flyctl|fly) deploy|heroku (container|releases)|git push "
        r".*(heroku|dokku)|railway up|cf[67]? push|kamal deploy"
    ),
    r"ansible-playbook|nomad (job )?run|fastapi (cloud )?deploy|cap .*deploy|fab .*deploy",
    (
        r"(systemctl (--[\w-]+ )*(restart|reload|reload-or-restart)|supervisorctl (restart|update)"
        r"|pm2 (restart|reload))"
        r"(?! *(postgres|mysql|mariadb|redis|mongo|rabbitmq|docker|containerd|ssh|nginx|apache|cron|systemd|elastic))"
    ),
    r"gh release (create|upload)|semantic-release|goreleaser|gh workflow run .*(deploy|publish|roll-?out)",
    r"(?!mike |docker |git )[\w.-]+ deploy(-[\w-]+)?( (?!.*--dry-run)|$)",
    (
        r"(make|just|task|invoke|inv|nox|tox) "
        r"(?!.*(check|verify|dry[-_]?run|test|notes|lint)).*(\b|_)(deploy|publish|push|release)"
    ),
)
"""Commands that publish something or put it to work."""
_PUBLISHING = re.compile("|".join(_COMMANDS))
_DEPLOYING_SCRIPT = re.compile(
    r"^(?!.*(check|prepare|notes|test|version|lint))(.*[_-])?(deploy|publish|release|push[_-]images?)([_.-]|$)"
)
_ACTIONS = (
    r"google-github-actions/(deploy|gke)|aws-actions/amazon-ecs-deploy|aws-cloudformation/|circleci/aws-ecs|atlassian/aws",
    r"azure/(webapps-deploy|k8s-deploy|container-apps|functions-action|aks)|AzureWebApp|KubernetesManifest|HelmDeploy|Docker@",
    r"appleboy/(ssh|scp)|easingthemes/ssh-deploy|burnett01/rsync|garygrossgarten/github-action-ssh",
    r"superfly/flyctl|akhileshns/heroku|heroku/|digitalocean/app_action|koyeb|railwayapp|dokku/|johnnyhuy/|bitovi/",
    r"cloudposse/.*deploy|serverless/github-action|steebchen/kubectl|actions-hub/kubectl|helm/chart-releaser|deploy/",
    r"softprops/action-gh-release|ncipollo/release-action|actions/create-release|svenstaro/upload-release",
    r"cycjimmy/semantic-release|python-semantic-release|googleapis/release-please",
    r"snapcore/action-publish|pypa/gh-action-pypi-publish|redhat-actions/push-to-registry|elgohr/publish-docker",
    r"plugins/docker|docker\.withRegistry|library/(?!\w*(notif|slack|mail|message))\w*(deploy|publish|release)",
)
"""Actions, orbs and tasks that do."""
_DEPLOYING_ACTION = re.compile("|".join(_ACTIONS), re.IGNORECASE)
_PUSHING = re.compile(r"[\w.-]+/(build-push|bake)-action", re.IGNORECASE)
_PUSHING_BY_DEFAULT = re.compile(
    r"[\w.-]+/([\w-]*kaniko[\w-]*|docker-build-push|docker-build-with-cache-action)@|docker/build-push-action@v1(\.|$)",
    re.IGNORECASE,
)
"""Actions that build an image and push it, unless they are told not to."""
_CLUSTER_TOOLS = re.compile(r"helm|kubectl|kustomize|skaffold|oc ")
_TRIAL_CLUSTER = re.compile(
    r"k3s|\bk3d\b|minikube|helm/kind-action|engineerd/setup-kind|\bkind create\b|microk8s", re.IGNORECASE
)
_DOCUMENTS = re.compile(
    r"docs?\b|pages|documentation|storybook|website|mkdocs|sphinx|locust|smokeshow|coverage", re.IGNORECASE
)
_KINDS = (
    r"(docker(hub)?|ghcr|ecr|images?|containers?|services?|helm|charts?|apps?|ecs|k8s|kubernetes|cloud-?run|lambdas?"
    r"|nomad)"
)
_CALLED_TO_PUBLISH = re.compile(
    rf"/(({_KINDS}|build|and|rw|entry|reusable|shared|common|call)[-_])*(publish|push|deploy(ment)?|release)"
    rf"([-_](to|on|{_KINDS}))*\.ya?ml@"
)
"""Pipelines of other repositories that are named for publishing an image or for deploying."""
_TOLD_TO_PUBLISH = re.compile(
    r"(^|[-_])(image[-_](name|repo(sitory)?)|(docker|ecr|container)[-_](repo(sitory)?|registry)|registry[-_]image"
    r"|target[-_](app(lication)?|repo(sitory)?|cluster))$",
    re.IGNORECASE,
)
"""What only a pipeline is told that builds an image for somewhere, or deploys there."""
_ONLY_REQUESTS = frozenset({"pull_request", "pull_request_target", "merge_group", "call"})

_RELEASE = """\
on:
  release: {types: [published]}
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: example/service
"""
_SERVICE = {
    "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef root():\n    return {}\n"
}


@Control(
    id="infrastructure/deployment-pipeline",
    title="A pipeline publishes or deploys the service",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="What a pipeline releases can be traced to a commit and done again; what somebody releases by hand can not.",
    impact="Releases depend on one person and one laptop, and nobody can say what exactly runs.",
    fix="Add a workflow that starts `on: release` and pushes with `docker/build-push-action` and `push: true`.",
    effort=Effort.DAYS,
    role=Role.DEVOPS,
    sources=[
        "https://docs.github.com/en/actions/use-cases-and-examples/publishing-packages/publishing-docker-images",
        "https://docs.gitlab.com/ee/ci/environments/",
    ],
    passes=[
        {
            **_SERVICE,
            ".github/workflows/ship.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  ship:\n    steps:\n"
                "      - uses: house/dispatch-pipeline@v1\n"
                "        with: {REPOSITORY: house/clusters, PIPELINE: roll_out_and_deploy_shop.yaml}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/ship.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  ship:\n    steps:\n"
                "      - uses: house/dispatch-pipeline@v1\n        env: {PIPELINE: deploy_shop.yaml}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/ship.yml": (
                "on: {push: {tags: ['*']}}\njobs:\n  ship:\n"
                "    uses: house/pipelines/.github/workflows/standard.yaml@main\n"
                "    with: {image_repository: shop, target_application: shop}\n    secrets: inherit\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/ship.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  ship:\n"
                "    uses: house/actions/.github/workflows/rw-entry-release-docker-nomad.yml@v6\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/roll.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  roll:\n    runs-on: self-hosted\n    steps:\n"
                "      - run: |\n          rsync -a ./ /srv/shop/\n          sudo systemctl restart shop\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/ci.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  deploy:\n"
                "    uses: house/pipelines/.github/workflows/deploy-service.yaml@v3\n    with: {environment: dev}\n"
            ),
        },
        {
            **_SERVICE,
            ".gitlab-ci.yml": "live:\n  stage: deploy\n  script:\n    - make auto_deploy\n",
        },
        {
            "app/main.py": "from flask import Flask\n\napp = Flask(__name__)\n",
            "Jenkinsfile.live": (
                "shipping {\n  stage 'Live', {\n    tellDeploySlack 'shop'\n"
                "    clusterDeployRevision 'shop--live', id\n  }\n}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/image.yml": (
                "on: push\njobs:\n  image:\n    uses: shop/pipelines/.github/workflows/image_build_push.yaml@v2\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/d.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  d:\n    steps:\n"
                "      - run: cf7 push shop --strategy rolling\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/d.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  d:\n    steps:\n"
                "      - run: 'parallel -j0 packagecloud.sh deploy {} ::: jammy el9'\n"
            ),
        },
        {**_SERVICE, ".github/workflows/release.yml": _RELEASE},
        {
            **_SERVICE,
            ".github/workflows/release.yml": (
                "on: {push: {tags: ['v*']}}\njobs:\n  image:\n    steps:\n"
                "      - uses: aevea/action-kaniko@master\n        with:\n          image: shop/shop\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/ci.yml": (
                "on: push\njobs:\n  publish:\n    uses: shop-org/all/.github/workflows/publish.yml@v7\n"
            ),
        },
        {**_SERVICE, ".github/workflows/release.yml": _RELEASE.replace("docker/build-push", "depot/build-push")},
        {
            **_SERVICE,
            ".github/workflows/image.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  image:\n"
                "    uses: company/builder/.github/workflows/build.yml@v1\n"
                "    with:\n      push: ${{ github.event_name != 'pull_request' }}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/image.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  image:\n"
                "    uses: company/all/.github/workflows/double.yml@main\n    permissions: {packages: write}\n"
            ),
        },
        {
            **_SERVICE,
            ".taskcluster.yml": (
                "version: 1\ntasks:\n  $if: 'tasks_for == \"github-push\"'\n  then:\n    - payload:\n"
                "        command: [shipper, deploy-cluster, --name, 'shop-${channel}']\n"
            ),
        },
        {
            **_SERVICE,
            ".gitlab-ci.yml": "deploy:\n  script: [helm upgrade --install app ./chart]\n  environment: production\n",
        },
        {
            **_SERVICE,
            ".github/workflows/d.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  d:\n    steps:\n      - run: make deploy\n"
            ),
        },
    ],
    fails=[
        _SERVICE,
        {
            **_SERVICE,
            ".github/workflows/tests.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  tried:\n    steps:\n      - run: make deploy\n"
                "      - run: pytest tests\n"
            ),
            "Makefile": "deploy:\n\tconda create --yes -n shop python=3.11\n\tconda run -n shop pip install -e .\n",
        },
        {
            **_SERVICE,
            ".github/workflows/tests.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  tried:\n    steps:\n      - run: make cluster\n"
                "      - run: pytest tests\n"
            ),
            "Makefile": "cluster:\n\t./tests/cluster/filled.sh\n",
            "tests/cluster/filled.sh": "#!/bin/sh\nkubectl apply -f tests/cluster/rights.yaml\n",
        },
        {
            **_SERVICE,
            ".github/workflows/look.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  look:\n    steps:\n"
                "      - uses: house/dispatch-pipeline@v1\n        with: {PIPELINE: check_shop.yaml}\n"
                "  scan:\n    uses: house/pipelines/.github/workflows/scan.yaml@main\n"
                "    with: {image_repository: shop}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/chart.yml": (
                "on: [push, pull_request]\njobs:\n  chart:\n    steps:\n      - uses: helm/kind-action@v1\n"
                "      - run: helm upgrade --install app ./chart\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/ci.yml": "on: push\njobs:\n  b:\n    steps:\n      - run: docker build -t app .\n",
        },
        {
            **_SERVICE,
            ".github/workflows/ci.yml": "on: push\njobs:\n  b:\n    steps:\n      - run: just release-check-wheel\n",
        },
        {
            **_SERVICE,
            ".github/workflows/lint.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  look:\n"
                "    uses: company/all/.github/workflows/look.yml@main\n    permissions: {contents: write}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/test.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
                "      - run: |\n          sudo systemctl restart postgresql\n          pytest\n"
            ),
        },
    ],
    fixed={**_SERVICE, ".github/workflows/release.yml": _RELEASE},
    ignores=[{"mylib/__init__.py": "def add(a, b):\n    return a + b\n"}],
)
def deployment_pipeline(repo: Repo) -> Judgement:
    """Judged by steps outside pull requests that publish an artefact or deploy one; documentation is none."""
    steps = [step for step in repo.pipelines.steps if step.events - _ONLY_REQUESTS]
    used = [step for step in steps if _publishes(step) and not _is_of_documents(step)]
    runs = [run for run in repo.pipelines.runs if run.events - _ONLY_REQUESTS and _runs_release(run)]
    runs = [run for run in runs if not _is_of_documents(run.step) and not _is_on_trial(run)]
    runs = [run for run in runs if repo.sources.area(run.path) is not Area.TEST and not _only_prepares(run, repo)]
    evidence = [seen(step.path, step.line, f"uses {step.step.uses}") for step in used]
    evidence += [seen(run.path, run.line, run.detail) for run in runs]
    evidence += [
        seen(job.path, job.line, f"runs {job.job.calls}")
        for job in repo.pipelines.jobs
        if job.events - _ONLY_REQUESTS and job.job.calls[:2] != "./" and _is_called_to_publish(job)
    ]
    if evidence:
        return passed("A pipeline publishes or deploys.", *evidence[:3])
    named = (job for job in repo.pipelines.jobs if job.job.environment and job.events - _ONLY_REQUESTS)
    described = next((job for job in named if not _DOCUMENTS.search(job.job.environment)), None)
    if described is not None:
        where = seen(described.path, described.job.environment_line, f"environment {described.job.environment}")
        return partial("A pipeline names an environment, but none of its steps is seen to deploy.", where, score=0.5)
    if not repo.is_service:
        return not_applicable("A library that no pipeline releases.")
    return failed("No pipeline publishes or deploys the service.", looked_in=(repo.pipelines.LOOKS,))


def _is_called_to_publish(site: JobSite) -> bool:
    """Whether a pipeline from elsewhere is named for publishing, told what to push or deploy, or let write packages.

    What is told an image is only one that publishes it where it is let have secrets for that.
    """
    given = {pair.name: pair.value for pair in site.job.inputs}
    allowed = {pair.name: pair.value for pair in site.job.permissions or ()}
    return (
        _CALLED_TO_PUBLISH.search(site.job.calls) is not None
        or given.get("push", "false") not in ("false", "")
        or allowed.get("packages") == "write"
        or (bool(site.job.secrets) and any(map(_TOLD_TO_PUBLISH.search, given)))
    )


def _publishes(step: StepSite) -> bool:
    if _PUSHING_BY_DEFAULT.match(step.step.uses):
        told = {pair.name.lower().replace("_", "-"): pair.value.lower() for pair in step.step.inputs}
        return told.get("push", "true") != "false" and "true" not in (told.get("no-push"), told.get("skip-push"))
    if _PUSHING.match(step.step.uses):
        given = {pair.name: pair.value for pair in step.step.inputs}
        return given.get("push", "false") not in ("false", "") or "push=true" in given.get("outputs", "")
    return _DEPLOYING_ACTION.match(step.step.uses) is not None or _starts_deployment(step)


def _starts_deployment(step: StepSite) -> bool:
    """Whether a step has another repository's pipeline deploy, by what that is called."""
    return step.dispatches and any(
        _DEPLOYING_SCRIPT.match(pair.value) for pair in (*step.step.inputs, *step.step.variables)
    )


def _runs_release(run: Run) -> bool:
    if run.command.script and not run.command.script.startswith("$"):
        return _DEPLOYING_SCRIPT.search(run.command.script.rpartition("/")[2]) is not None
    if run.tool == "docker" and run.via == () and run.step.step.uses:
        return False  # the action itself was looked at
    return _PUBLISHING.match(run.command.text) is not None


_PREPARES = re.compile(
    r"conda|mamba|micromamba|pip[\d.]*|uv|poetry|pipenv|npm|yarn|apt(-get)?|python[\d.]*|echo|export|\[{1,2}|test|true|:"
)


def _only_prepares(run: Run, repo: Repo) -> bool:
    """Whether all that a task named for deploying does is to install: it readies the machine that it runs on."""
    within = [other for other in repo.pipelines.runs if f"{run.path}:{run.line}" in other.via]
    return bool(within) and all(_PREPARES.fullmatch(other.tool) for other in within)


def _is_on_trial(run: Run) -> bool:
    """Whether the command deploys to a cluster that its own job has just made: that tests, and releases nothing."""
    return _CLUSTER_TOOLS.match(run.command.text) is not None and any(
        _TRIAL_CLUSTER.search(f"{step.uses} {step.run}") for step in run.step.job.job.steps
    )


def _is_of_documents(step: StepSite) -> bool:
    told = f"{step.job.path.rpartition('/')[2]} {step.job.job.name} {step.job.job.environment}"
    return _DOCUMENTS.search(told.replace("docker", "")) is not None
