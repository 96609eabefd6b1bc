"""Whether there is an environment before production in which a release is tried."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Area, Effort, Evidence, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_NAMES = (
    r"(staging|stage|stg|pre-?prod(uction)?|uat|qa|acceptance(?![\s_-]?(tests?|criteria))|sandbox"
    r"|(?<!synthetic[_-])canary|integration-env|testbed)"
)
_NAME = re.compile(rf"(^|[^a-z]){_NAMES}([^a-z]|$)", re.IGNORECASE)
_ENVIRONMENT = re.compile(
    rf"(^|[^a-z])({_NAMES}|dev(elop(ment)?)?|test|preview|review|feature)([^a-z]|$)", re.IGNORECASE
)
_DESCRIBED = re.compile(
    rf"""
      (^|/)(overlays?|environments?|envs?|clusters?|deploy(ment)?s?|k8s|kubernetes|kustomize|helm|charts?|terraform|ansible
        |infra(structure)?|inventor(y|ies)|stages?|manifests|group_vars|argocd|ecs|values)
        /([^/]+/)*([\w.-]+[._-])?{_NAMES}(/|\.(ya?ml|tfvars|tf|hcl|ini|json|env)$|$)
    | (^|/)(environments?|envs?|deploy(ment)?s?|k8s|kubernetes|helm|charts?|terraform|ansible|infra(structure)?|ecs)
        /([^/]+/)*(staging|stg|pre-?prod|uat)[._-][\w.-]+\.(ya?ml|tfvars|json)$
    | (^|/)(values|docker-compose|compose|fly|render|app|serverless|kustomization|skaffold|cloudbuild|Procfile
        |task-definition|settings)[._-]{_NAMES}\.(ya?ml|toml|json|env)$
    | (^|/){_NAMES}[._-](values|compose|deployment)\.ya?ml$ | (^|/){_NAMES}\.tfvars$
    | (^|/)\.?env[._-]{_NAMES}(\.[a-z]+)?$
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SETTINGS = re.compile(
    rf"(^|/)(settings|configs?|conf|configuration)/([^/]+/)*{_NAMES}\.(py|ya?ml|toml|json|ini|env)$"
    rf"|(^|/)(settings|config)_{_NAMES}\.py$"
)
_TARGET = re.compile(
    r"(^|[-_])(app|application|service|stack|site|cluster|namespace|function)([-_]?name)?$", re.IGNORECASE
)
"""What a deploying action is told it deploys to."""
_TRIED = re.compile(rf"(^|[^a-z])({_NAMES}|rc|release-candidate)([^a-z]|$)", re.IGNORECASE)
_DEPLOYERS = re.compile(
    r"(kubectl|oc|helm|helmfile|fly|flyctl|heroku|cf7?|eb|sls|serverless|sam|cdk|zappa|copilot|railway|kamal|nomad|az|cap|fab"
    r"|ansible-playbook|terraform|tofu)$"
    r"|(gcloud|aws) (run|app|ecs|lambda|elasticbeanstalk|deploy|cloudformation|apprunner)$"
)
"""Tools that deploy to what their arguments name; of the clouds' own ones, those parts that do."""
_DEPLOYS = re.compile(r"(^|[-_.])(deploy|release|publish)", re.IGNORECASE)
"""Pipelines that are named for deploying."""
_PRODUCTION = re.compile(r"(^|[^a-z])(prod|production|prd|live)([^a-z]|$)", re.IGNORECASE)
_SETTINGS_CLASS = re.compile(r"^(Staging|Stage|PreProd\w*|Sandbox)\w*(Config|Settings?)")
_PLAIN_CLASS = re.compile(r"Staging|Stage|PreProd\w*|UAT|QA|Sandbox", re.IGNORECASE)
_SETTINGS_MODULE = re.compile(r"(^|/)(settings|configs?|configuration)(/([^/]+/)*\w+)?\.py$")
_UNRELATED = re.compile(r"^(pypi|test-?pypi|github-pages|release|npm|ci|e2e|docs?)$", re.IGNORECASE)

_DEPLOY = """\
on: {push: {branches: [main]}}
jobs:
  staging:
    environment: staging
    steps: [{run: ./deploy.sh staging}]
  production:
    needs: staging
    environment: production
    steps: [{run: ./deploy.sh production}]
"""
_SERVICE = {
    "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef root():\n    return {}\n"
}


@Control(
    id="infrastructure/staging-environment",
    title="There is an environment before production",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="Migrations, configuration and load first meet where the service is deployed; that should not be production.",
    impact="What only shows in a deployed system shows first to customers.",
    fix="Deploy to `environment: staging` first, and let the job of production need it.",
    effort=Effort.WEEK,
    role=Role.DEVOPS,
    sources=[
        "https://docs.github.com/en/actions/managing-workflow-runs-and-deployments/managing-deployments",
        "https://12factor.net/dev-prod-parity",
    ],
    passes=[
        {
            **_SERVICE,
            "Jenkinsfile": (
                "pipeline {\n  agent any\n  stages {\n    stage('Release to acceptance') {\n"
                "      when { branch 'main' }\n      steps { sh './release.sh acceptance' }\n    }\n  }\n}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/after.yml": (
                "on: deployment_status\njobs:\n  functions:\n    steps:\n      - run: ./functions.sh live\n"
                "        if: github.event.deployment.environment == 'shop-live'\n      - run: ./functions.sh tried\n"
                "        if: github.event.deployment.environment == 'shop-staging'\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/ship.yml": (
                "on: {push: {branches: [main], tags: ['v*']}}\nenv:\n"
                "  CLUSTER_NAMESPACE: ${{ startsWith(github.ref, 'refs/tags/v') && 'shop' || 'shop-dev' }}\n"
                "jobs:\n  ship:\n    steps: [{run: ./restart.sh}]\n"
            ),
        },
        {
            **_SERVICE,
            ".circleci/config.yml": (
                "version: 2.1\njobs:\n  ship:\n    parameters: {shop-env: {type: string}}\n"
                "    docker: [{image: 'cimg/python:3.13'}]\n    steps: [{run: './ship.sh <<parameters.shop-env>>'}]\n"
                "workflows:\n  all:\n    jobs:\n      - ship: {name: ship_first, shop-env: staging}\n"
                "      - ship: {name: ship_last, shop-env: production, requires: [ship_first]}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/ship.yml": (
                "on: {push: {tags: ['*.*.*-staging', '*.*.*']}}\njobs:\n  d: {steps: [{run: ./send.sh}]}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/ship.yml": (
                "on: {push: {branches: [next]}}\njobs:\n  d:\n    steps:\n"
                "      - uses: house/dispatch-pipeline@v1\n        with: {PIPELINE: deploy_staging_shop.yaml}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/ship.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  d:\n    steps:\n"
                "      - uses: docker/build-push-action@v6\n        with: {push: true, tags: 'house/shop:staging'}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/ship.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  d:\n    steps:\n"
                "      - run: bash deploy.sh\n        env: {TARGET_ENV: staging}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/try.yml": (
                "on: {push: {branches: [next]}}\njobs:\n  d:\n"
                "    uses: house/actions/.github/workflows/proof.yml@v1\n    with: {service: shop-proof}\n"
            ),
            ".github/workflows/live.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  d:\n"
                "    uses: house/actions/.github/workflows/live.yml@v1\n    with: {service: shop-prod}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/deploy-dev.yml": "on: push\njobs:\n  d: {steps: [{run: ./send.sh}]}\n",
            ".github/workflows/deploy-prod.yml": "on: workflow_dispatch\njobs:\n  d: {steps: [{run: ./send.sh}]}\n",
        },
        {
            **_SERVICE,
            ".github/workflows/deploy.yml": (
                "on: {push: {branches: [main], tags: ['v*']}}\njobs:\n  d:\n"
                "    strategy:\n      matrix:\n        env:\n"
                "          - ${{ startsWith(github.ref, 'refs/tags/v') && 'shop-org' || 'shop-net' }}\n"
                "    environment: ${{ matrix.env }}\n    steps: [{run: ./deploy.sh}]\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/ship.yml": (
                "on: push\nenv:\n  env_name: ${{ github.ref_type == 'tag' && 'prod' || 'staging' }}\n"
                "jobs:\n  ship:\n    steps: [{run: invoke deploy $env_name}]\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/deploy.yml": (
                "on: {push: {branches: [main, develop]}}\njobs:\n  d:\n"
                "    environment: ${{ github.ref_name }}\n    steps: [{run: ./deploy.sh}]\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/try.yml": (
                "on: {push: {branches: [next]}}\njobs:\n  d:\n    steps:\n"
                "      - uses: acme/paas-deploy@v1\n        with: {app_name: shop-rc}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/try.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  d:\n    steps:\n"
                "      - run: helm upgrade shop chart --namespace=shop-staging\n"
            ),
        },
        {
            **_SERVICE,
            "Jenkinsfile": "ship {\n  stage 'Try', {\n    rolloutTo 'shop--proving', id\n  }\n}\n",
            "Jenkinsfile.live": "ship {\n  stage 'Live', {\n    rolloutTo 'shop--prod', id\n  }\n}\n",
        },
        {
            **_SERVICE,
            ".github/workflows/deploy.yml": (
                "on: {push: {branches: [main], tags: ['v*']}}\njobs:\n  d:\n"
                "    uses: shop/pipelines/.github/workflows/deploy-service.yaml@v3\n"
                "    with:\n      environment: ${{ github.ref_type == 'tag' && 'prod' || 'dev' }}\n"
            ),
        },
        {**_SERVICE, ".github/workflows/deploy.yml": _DEPLOY},
        {**_SERVICE, "k8s/overlays/staging/kustomization.yaml": "resources: [../../base]\n"},
        {**_SERVICE, "chart/values-staging.yaml": "replicas: 1\n"},
        {**_SERVICE, "k8s/deployment-staging.yaml": "kind: Deployment\nmetadata: {name: shop}\n"},
        {**_SERVICE, "deployment/batch/staging-nightly.json": '{"jobDefinitionName": "nightly"}\n'},
    ],
    fails=[
        _SERVICE,
        {
            **_SERVICE,
            ".circleci/config.yml": (
                "version: 2.1\njobs:\n  ship:\n    docker: [{image: 'cimg/python:3.13'}]\n"
                "    steps: [{run: ./ship.sh}]\n"
                "workflows:\n  all:\n    jobs:\n      - ship: {name: ship_last, shop-env: production}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/ci.yml": (
                "on: {push: {tags: ['v*']}}\njobs:\n  d:\n    steps:\n"
                "      - uses: docker/build-push-action@v6\n        with: {push: true, tags: 'house/shop:latest'}\n"
                "      - run: pytest\n        env: {TARGET_ENV: staging}\n"
                "      - uses: house/dispatch-pipeline@v1\n        with: {PIPELINE: check_staging.yaml}\n"
            ),
        },
        {**_SERVICE, "terraform/synthetic_canary.tf": 'resource "aws_synthetics_canary" "up" {}\n'},
        {
            **_SERVICE,
            ".github/workflows/deploy.yml": (
                "on: push\njobs:\n  d: {environment: production, steps: [{run: ./deploy.sh}]}\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/deploy.yml": (
                "on: {push: {branches: [main, master]}}\njobs:\n  d:\n"
                "    environment: ${{ github.ref_name }}\n    steps: [{run: ./deploy.sh}]\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/release.yml": (
                "on: push\njobs:\n  d:\n    strategy: {matrix: {index: [testpypi, pypi]}}\n"
                "    environment: ${{ matrix.index }}\n    steps: [{run: twine upload dist/*}]\n"
            ),
        },
        {
            **_SERVICE,
            ".github/workflows/deploy.yml": "on: push\njobs:\n  d: {steps: [{run: sls deploy --stage prod}]}\n",
        },
    ],
    fixed={**_SERVICE, ".github/workflows/deploy.yml": _DEPLOY},
    partials=[
        {**_SERVICE, "config/settings/staging.py": "DEBUG = False\n"},
        {
            **_SERVICE,
            "config.py": "class Config:\n    DEBUG = False\n\n\nclass StagingConfig(Config):\n    STAGING = True\n",
        },
        {
            **_SERVICE,
            "app/config.py": "class Config:\n    DEBUG = False\n\n\nclass Staging(Config):\n    SCHEME = 'https'\n",
        },
    ],
    ignores=[{"mylib/__init__.py": "def add(a, b):\n    return a + b\n"}],
)
def staging_environment(repo: Repo) -> Judgement:
    """Judged by the environments of pipelines and by what is kept for one; settings alone describe no environment."""
    if not repo.is_service:
        return not_applicable("A library: nothing is deployed.")
    described = [
        *_of_pipelines(repo),
        *_of_tags(repo),
        *_of_variables(repo),
        *_of_conditions(repo),
        *_of_files(repo, _DESCRIBED),
        *_of_targets(repo),
    ]
    if described:
        return passed("An environment before production is described.", *described[:3])
    settings = [*_of_files(repo, _SETTINGS), *_of_classes(repo)]
    if settings:
        return partial(
            "Settings for a second environment are kept, but nothing describes or deploys it.", *settings[:2], score=0.5
        )
    return failed(
        "No environment before production is described.",
        looked_in=(repo.pipelines.LOOKS, "overlays, values and variables per environment"),
    )


def _of_pipelines(repo: Repo) -> Iterator[Evidence]:
    named = {job.job.environment for job in repo.pipelines.jobs if job.job.environment}
    names = {name for name in named if not _UNRELATED.match(name)}
    several = len(names) > 1
    for job in repo.pipelines.jobs:
        name = job.job.environment
        if sum(not _UNRELATED.match(one) for one in name.split(" | ")) > 1:
            yield seen(job.path, job.job.environment_line, f"environments {name.replace(' | ', ' and ')}")
        elif name and (_NAME.search(name) or (several and _ENVIRONMENT.search(name))):
            yield seen(job.path, job.job.environment_line, f"environment {name}")
        elif _NAME.search(job.job.name) and re.search(r"deploy|release", f"{job.job.name} {job.path}", re.IGNORECASE):
            yield seen(job.path, job.line, f"job {job.job.name}")
        else:
            given = next(
                (pair for pair in job.job.inputs if "env" in pair.name.lower() and _tells_of_another(pair.value)), None
            )
            if given is not None:
                yield seen(job.path, given.line, f"{given.name}: {given.value}")


_CHOSEN = re.compile(r"(?:&&|\|\|)\s*'([\w.-]+)'")


def _tells_of_another(value: str) -> bool:
    """Whether a pipeline is told of an environment before production, or to choose between it and others."""
    chosen = _CHOSEN.findall(value)
    return _NAME.search(value) is not None or (len(set(chosen)) > 1 and any(map(_ENVIRONMENT.search, chosen)))


def _of_tags(repo: Repo) -> Iterator[Evidence]:
    """Where a pipeline starts by tags that are named for an environment: `*-staging`."""
    for site in repo.pipelines.all:
        for trigger in site.pipeline.triggers:
            named = next((one for one in trigger.branches if trigger.event == "tag" and _NAME.search(one)), "")
            if named:
                yield seen(site.path, trigger.line, f"starts by tags {named}")


def _of_variables(repo: Repo) -> Iterator[Evidence]:
    """Where a whole pipeline chooses by a variable which of several environments it deploys, or a step is told one."""
    for site in repo.pipelines.all:
        for pair in site.pipeline.variables:
            named = "env" in pair.name.lower() and _NAME.search(pair.value) and "&&" in pair.value
            if named or (_TARGET.search(pair.name) and _tells_of_another(pair.value) and "&&" in pair.value):
                yield seen(site.path, pair.line, f"{pair.name}: {pair.value}"[:120])
    for step in repo.pipelines.steps:
        if re.search(r"deploy", f"{step.step.name} {step.step.run}", re.IGNORECASE):
            for pair in step.step.variables:
                if re.search(r"(^|_)(env|environment|stage)$", pair.name.lower()) and _NAME.fullmatch(pair.value):
                    yield seen(step.path, pair.line, f"{pair.name}: {pair.value}")


_HELD_AGAINST = re.compile(r"environment\s*==\s*'([^']+)'", re.IGNORECASE)


def _of_conditions(repo: Repo) -> Iterator[Evidence]:
    """Where a job or step runs for the deployment of one environment: `if: … deployment.environment == 'shop-uat'`."""
    for path, line, condition in (
        *((job.path, job.line, job.job.condition) for job in repo.pipelines.jobs),
        *((step.path, step.line, step.step.condition) for step in repo.pipelines.steps),
    ):
        named = next(filter(_NAME.search, _HELD_AGAINST.findall(condition)), "")
        if named:
            yield seen(path, line, f"runs for environment {named}")


def _of_targets(repo: Repo) -> Iterator[Evidence]:
    """Where an action is told an application before production, starts its deployment or tags an image for it.

    Or where a tool deploys to one.
    """
    for step in repo.pipelines.steps:
        for pair in (*step.step.inputs, *step.step.variables) if step.step.uses else ():
            told = _TARGET.search(pair.name) and _TRIED.search(pair.value)
            started = step.dispatches and _DEPLOYS.search(pair.value) and _NAME.search(pair.value)
            pushed = pair.name in ("tags", "tag") and re.search(rf":{_NAMES}$", pair.value, re.MULTILINE)
            if told or started or (pushed and "build" in step.step.uses):
                yield seen(step.path, pair.line, f"{pair.name}: {pair.value}"[:120])
    yield from _beside_production(repo)
    for run in repo.pipelines.runs:
        words = run.command.arguments
        if _DEPLOYERS.match(run.tool) or _DEPLOYERS.match(" ".join((run.tool, *run.command.words[:1]))):
            # What stands before `=` is an option's name: `--stage prod` names no stage that is tried before.
            values = [word.rpartition("=")[2] for word in words if not word.startswith("-") or "=" in word]
            if any(_NAME.search(value) for value in values):
                yield seen(run.path, run.line, run.detail)


def _beside_production(repo: Repo) -> Iterator[Evidence]:
    """Where what deploys to production is also told a target that differs from it by one word."""
    told: dict[tuple[str, str], list[tuple[str, str, int]]] = {}
    for step in repo.pipelines.steps:
        for pair in step.step.inputs if step.step.uses else ():
            if pair.name == "target" or _TARGET.search(pair.name):
                told.setdefault((step.step.uses.partition("@")[0], pair.name), []).append(
                    (pair.value, step.path, pair.line)
                )
    for job in repo.pipelines.jobs:
        for pair in job.job.inputs if job.job.calls else ():
            if _TARGET.search(pair.name):
                told.setdefault((job.job.calls.partition("/.github/")[0], pair.name), []).append(
                    (pair.value, job.path, pair.line)
                )
    for site in repo.pipelines.all:
        stem = site.path.rpartition("/")[2].rpartition(".")[0]
        if _DEPLOYS.search(stem):
            told.setdefault(("pipeline", ""), []).append((stem, site.path, 1))
    for targets in told.values():
        live = [re.split(r"[-_.]+", value) for value, _, _ in targets if _PRODUCTION.search(value)]
        for value, path, line in targets:
            words = re.split(r"[-_.]+", value)
            if any(_differ_by_stage(words, other) for other in live):
                yield seen(path, line, f"deploys to {value}, beside production")


def _differ_by_stage(words: list[str], live: list[str]) -> bool:
    differing = [pair for pair in zip(words, live, strict=False) if pair[0] != pair[1]]
    return len(words) == len(live) > 1 and len(differing) == 1 and _PRODUCTION.search(differing[0][1]) is not None


def _of_files(repo: Repo, pattern: re.Pattern[str]) -> Iterator[Evidence]:
    for path in sorted(repo.paths):
        if (
            pattern.search(path)
            and repo.sources.area(path) in (Area.PRODUCTION, Area.TOOLING)
            and "/static/" not in path
        ):
            yield seen(path, 0, "kept for an environment before production")


def _of_classes(repo: Repo) -> Iterator[Evidence]:
    """Classes of settings such as `StagingConfig`, or `Staging` in a module of settings."""
    for site in repo.python.classes:
        name = site.definition.name
        if _SETTINGS_CLASS.search(name) or (_PLAIN_CLASS.fullmatch(name) and _SETTINGS_MODULE.search(site.module.path)):
            yield seen(site.module.path, site.definition.line, f"`{site.definition.name}`")
