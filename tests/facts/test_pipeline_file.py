"""Shows how the pipelines of each provider are read: triggers, jobs, steps, and what cannot fail."""

from __future__ import annotations

import pytest

from readiness_bot.facts.extractor import Unreadable
from readiness_bot.facts.pipeline import Pipeline
from readiness_bot.facts.pipeline_file import EXTRACTOR


def read(text: str) -> Pipeline:
    found = EXTRACTOR.extract(text.encode())
    assert isinstance(found, Pipeline)
    return found


@pytest.mark.parametrize(
    ("path", "claimed"),
    [
        (".github/workflows/test.yml", True),
        (".github/workflows/test.yaml", True),
        (".github/workflows/test.yml.disabled", False),
        (".github/workflows/scripts/test.yml", False),
        (".github/actions/setup/action.yml", True),
        (".gitlab-ci.yml", True),
        ("ci/Jenkinsfile", True),
        ("Jenkinsfile.release", True),
        (".circleci/config.yml", True),
        ("azure-pipelines.yml", True),
        (".zuul.yaml", True),
        ("zuul.d/jobs/tests.yaml", True),
        ("app/pipeline.yml", False),
    ],
)
def test_paths(path: str, claimed: bool) -> None:
    assert EXTRACTOR.claims(path) is claimed


def test_a_workflow() -> None:
    found = read(
        "name: CI\n"
        "on:\n"
        "  pull_request:\n"
        "  push: {tags: ['v*']}\n"
        "permissions:\n"
        "  contents: read\n"
        "jobs:\n"
        "  test:\n"
        "    services: {db: {image: postgres:16}}\n"
        "    environment: {name: staging}\n"
        "    steps:\n"
        "      - uses: actions/checkout@v4\n"
        "      - name: Test\n"
        "        run: |\n"
        "          make\n"
        "          pytest\n"
        "        continue-on-error: true\n"
    )
    assert found.provider == "github"
    assert [(trigger.event, trigger.line) for trigger in found.triggers] == [("pull_request", 3), ("tag", 4)]
    assert found.permissions is not None
    assert [(pair.name, pair.value, pair.line) for pair in found.permissions] == [("contents", "read", 6)]
    job = found.jobs[0]
    assert (job.name, job.line, job.services, job.environment, job.environment_line) == (
        "test",
        8,
        ("postgres:16",),
        "staging",
        10,
    )
    checkout, test = job.steps
    assert (checkout.uses, checkout.line, checkout.can_fail) == ("actions/checkout@v4", 12, True)
    assert (test.run, test.run_line, test.can_fail, test.pipefail) == ("make\npytest\n", 15, False, False)


def test_a_step_whose_outcome_is_looked_at_later_can_fail() -> None:
    found = read(
        "on: push\njobs:\n  lint:\n    steps:\n"
        "      - id: lint\n        run: ruff check\n        continue-on-error: true\n"
        "      - if: steps.lint.outcome == 'failure'\n        run: exit 1\n"
    )
    assert found.jobs[0].steps[0].can_fail is True


def test_a_matrix_makes_several_commands_of_a_step() -> None:
    found = read(
        "on: push\njobs:\n  check:\n    strategy:\n      matrix:\n        tool: [{run: ruff check}, {run: mypy}]\n"
        "        include: [{tool: {run: pylint}}]\n        os: [a, b]\n"
        "    steps:\n      - run: uv run ${{ matrix.tool.run }} .\n      - run: echo ${{ matrix.gone }}\n"
    )
    assert [step.run for step in found.jobs[0].steps] == [
        "uv run ruff check .",
        "uv run mypy .",
        "uv run pylint .",
        "echo ${{ matrix.gone }}",
    ]


def test_permissions_that_are_none_and_permissions_that_are_all() -> None:
    assert read("on: push\npermissions: {}\njobs: {a: {steps: []}}\n").permissions == ()
    assert read("on: push\njobs: {a: {steps: []}}\n").permissions is None
    every = read("on: push\npermissions: write-all\njobs: {a: {steps: []}}\n").permissions
    assert every is not None
    assert [(pair.name, pair.value) for pair in every] == [("", "write-all")]


def test_a_composite_action() -> None:
    found = read(
        "name: set up\nruns:\n  using: composite\n  steps:\n    - run: pip install -r r.txt\n      shell: bash\n"
    )
    assert found.provider == "github-action"
    assert found.jobs[0].steps[0].run == "pip install -r r.txt"
    assert found.jobs[0].steps[0].pipefail is True


def test_gitlab_jobs_extend_hidden_ones_and_follow_rules() -> None:
    found = read(
        "include:\n  - template: Jobs/Dependency-Scanning.gitlab-ci.yml\n"
        "default:\n  before_script: [pip install tox]\n"
        ".base:\n  image: python:3.12\n  rules:\n    - if: $CI_PIPELINE_SOURCE == 'merge_request_event'\n"
        "test:\n  extends: .base\n  script:\n    - tox\n  allow_failure: true\n"
        "deploy:\n  script: !reference [.deploy, script]\n  environment: production\n  only: [tags]\n"
        ".deploy:\n  script: [helm upgrade app]\n"
    )
    assert found.provider == "gitlab"
    assert [pair.value for pair in found.includes] == ["Jobs/Dependency-Scanning.gitlab-ci.yml"]
    test, deploy = found.jobs
    assert [step.run for step in test.steps] == ["pip install tox", "tox"]
    assert (test.image, test.events, test.can_fail) == ("python:3.12", ("pull_request",), False)
    assert [step.run for step in deploy.steps] == ["pip install tox", "helm upgrade app"]
    assert (deploy.environment, deploy.events) == ("production", ("tag",))


def test_circleci_commands_are_put_in_and_workflows_decide_the_events() -> None:
    found = read(
        "version: 2.1\ncommands:\n  tests:\n    steps:\n      - run: {command: pytest}\n"
        "jobs:\n  test:\n    docker: [{image: cimg/python:3.12}, {image: redis}]\n    steps: [checkout, tests]\n"
        "  release:\n    steps: [{run: make release}]\n  idle:\n    steps: [{run: nothing}]\n"
        "workflows:\n  all:\n    jobs:\n      - test\n"
        "      - release: {filters: {tags: {only: /v.*/}, branches: {ignore: /.*/}}}\n"
    )
    assert found.provider == "circleci"
    events = {job.name: job.events for job in found.jobs}
    assert events == {"test": ("push", "pull_request"), "release": ("tag",), "idle": ("never",)}
    assert [step.run or step.uses for step in found.jobs[0].steps] == ["checkout", "pytest"]
    assert found.jobs[0].services == ("redis",)


@pytest.mark.parametrize(
    ("job", "directories"),
    [
        ("working_directory: ~/s\n    steps: [checkout, {run: make}, {run: {command: make, working_directory: web}}]",
         ["", "web"]),
        ("working_directory: ~/shop/api\n    steps: [{checkout: {path: ~/shop}}, {run: make}]", ["api"]),
        ("steps: [checkout, {run: {command: make, working_directory: web}}]", ["web"]),
    ],
)  # fmt: skip
def test_folders_of_circleci_are_those_of_the_tree_that_it_checks_out(job: str, directories: list[str]) -> None:
    found = read(f"version: 2\njobs:\n  build:\n    {job}\n")
    assert [step.directory for step in found.jobs[0].steps if step.run] == directories


@pytest.mark.parametrize(
    ("text", "provider", "command"),
    [
        ("language: python\nscript:\n  - pytest\n", "travis", "pytest"),
        ("pool: {vmImage: ubuntu}\nsteps:\n  - script: pytest\n", "azure", "pytest"),
        ("pipelines:\n  pull-requests:\n    '**':\n      - step: {script: [pytest]}\n", "bitbucket", "pytest"),
        ("steps:\n  - command: pytest\n    label: test\n", "buildkite", "pytest"),
        ("kind: pipeline\nsteps:\n  - name: t\n    image: python\n    commands: [pytest]\n", "drone", "pytest"),
        ("apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  steps:\n    - script: pytest\n", "tekton", "pytest"),
        ("- project:\n    check: {jobs: [pre-commit]}\n", "zuul", "pre-commit run --all-files"),
        ("- project:\n    gate: {jobs: [tox-py312]}\n", "zuul", "tox -e py312"),
        ("- project:\n    templates: [shop-docs, shop-python3-jobs]\n", "zuul", "tox -e py3"),
        (
            (
                "- job: {name: base-tests, parent: base, run: ci/run.yaml}\n- job: {name: tests, parent: base-tests}\n"
                "- project:\n    check:\n      jobs:\n        - tests: {files: [src/.*]}\n"
            ),
            "zuul",
            "ansible-playbook ci/run.yaml",
        ),
        ("pipeline {\n  stages { stage('t') { steps { sh 'pytest' } } }\n}\n", "jenkins", "pytest"),
    ],
)
def test_every_provider_comes_to_the_same_nouns(text: str, provider: str, command: str) -> None:
    found = read(text)
    assert found.provider == provider
    assert [step.run for job in found.jobs for step in job.steps] == [command]


def test_a_jenkinsfile_knows_its_lines_and_branches() -> None:
    found = read(
        "pipeline {\n  triggers { cron('H 4 * * *') }\n  stages {\n    stage('test') {\n      steps { sh '''\n"
        "        make\n        pytest\n      ''' }\n    }\n    stage('deploy') {\n      when { branch 'main' }\n"
        "      steps { sh(script: 'make deploy', returnStatus: true) }\n    }\n  }\n}\n"
    )
    assert [trigger.event for trigger in found.triggers] == ["push", "pull_request", "schedule"]
    test, deploy = found.jobs
    assert (test.name, test.steps[0].run_line) == ("test", 5)
    assert (deploy.name, deploy.events) == ("deploy", ("push",))


def test_a_jenkinsfile_may_leave_everything_to_a_library() -> None:
    found = read("// Steps of a library.\n@Library('github.com/shop/steps@v3') _\n\nsmokeTest (\n    marker: 'a'\n)\n")
    steps = [step.uses for job in found.jobs for step in job.steps]
    assert (found.provider, steps) == ("jenkins", ["library/smokeTest"])


def test_a_jenkinsfile_builds_and_runs_by_the_steps_of_openshift() -> None:
    found = read(
        "pipeline {\n  stages {\n    stage('build') { steps { script { openshift.withCluster() {\n"
        "      openshift.apply(openshift.process('-f', 'shop.json'))\n"
        "      openshift.selector('bc', \"shop-${tag}\").startBuild('--wait')\n"
        "      openshift.raw('rollout', 'latest', 'dc/shop')\n"
        "      def told = openshift.exec(\n        pods.objects()[0].metadata.name,\n        '--',\n"
        "        \"bash -c 'cd src; pytest'\"\n      )\n    } } } }\n"
        "    stage('old') { steps { openshiftBuild(bldCfg: 'shop') } }\n  }\n}\n"
    )
    build, old = found.jobs
    assert [step.run for step in build.steps] == [
        "oc apply",
        "oc start-build",
        "oc rollout latest dc/shop",
        "bash -c 'cd src; pytest'",
    ]
    assert [(step.line, step.end_line) for step in build.steps][-1] == (7, 11)
    assert [step.run for step in old.steps] == ["oc start-build"]


@pytest.mark.parametrize("text", ["just: text\n", "- a\n- list\n", "a: b: c\n"])
def test_what_is_no_pipeline_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


def test_zuul_pipelines_are_told_apart_by_their_names() -> None:
    found = read(
        "- nodeset: {name: one}\n- project-template:\n    name: all\n    check: {jobs: [tox-docs]}\n"
        "    post: {jobs: [tox-docs]}\n    periodic-weekly: {jobs: [tox-audit]}\n    vars: {jobs: [none]}\n"
    )
    assert {job.name: job.events for job in found.jobs} == {
        "tox-docs": ("pull_request", "push"),
        "tox-audit": ("schedule",),
    }


def test_a_tekton_run_builds_an_image_by_a_pipeline_from_elsewhere() -> None:
    found = read(
        "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata:\n  name: shop-on-push\n  annotations:\n"
        '    pipelinesascode.tekton.dev/on-cel-expression: event == "push" && target_branch == "main"\n'
        "spec:\n  params:\n  - {name: output-image, value: 'quay.example/shop:{{revision}}'}\n"
        "  pipelineRef: {name: docker-build-oci-ta}\n"
    )
    assert [trigger.event for trigger in found.triggers] == ["push"]
    assert [step.run for job in found.jobs for step in job.steps] == [
        "docker build -t quay.example/shop:revision .",
        "docker push quay.example/shop:revision",
    ]


_TASKS = """\
version: 1
tasks:
  $if: 'tasks_for == "github-push" || tasks_for in ["github-pull-request"]'
  then:
    - payload:
        image: python:3.13
        command: [sh, -lc, "pip install . && pytest"]
      metadata: {name: tests}
    - $if: 'channel in ["testing", "production"]'
      then:
        payload: {command: [[shipper, deploy-cluster]]}
    - $if: 'tasks_for == "github-push"'
      then:
        payload: {command: [make, notes]}
      else:
        payload: {command: [make, check]}
    - $match:
        'tasks_for == "github-pull-request"':
          payload: {command: [make, review]}
"""


def test_taskcluster_starts_tasks_by_the_conditions_around_them() -> None:
    found = read(_TASKS)
    assert found.provider == "taskcluster"
    assert [(job.events, [step.run for step in job.steps]) for job in found.jobs] == [
        (("pull_request", "push"), ["pip install . && pytest"]),
        (("pull_request", "push"), ["shipper deploy-cluster"]),
        (("push",), ["make notes"]),
        (("pull_request",), ["make check"]),
        (("pull_request",), ["make review"]),
    ]
    tests, shipped = found.jobs[:2]
    assert (tests.name, tests.image, tests.steps[0].line) == ("tests", "python:3.13", 7)
    assert (shipped.environment, shipped.environment_line) == ("testing | production", 9)


def test_taskclusters_older_tasks_list_their_events() -> None:
    found = read("version: 0\ntasks:\n  - payload: {command: [pytest]}\n    extra: {github: {events: [push]}}\n")
    assert [trigger.event for trigger in found.triggers] == ["push"]


@pytest.mark.parametrize("command", ["[taskgraph, decision]", "{$eval: run}"])
def test_tasks_that_another_task_puts_together_are_not_read(command: str) -> None:
    with pytest.raises(Unreadable):
        read(f"version: 1\ntasks:\n  - payload: {{command: {command}}}\n")


def test_codebuild_shares_a_shell_between_its_phases() -> None:
    found = read(
        "version: 0.2\nenv:\n  variables: {STAGE: live}\nphases:\n  install:\n    commands: [cd services/orders]\n"
        "  build:\n    commands:\n      - cd api\n      - alembic upgrade head\n      - cd /\n      - aws s3 sync . s3://shop\n"
    )
    assert (found.provider, [trigger.event for trigger in found.triggers]) == ("codebuild", ["elsewhere"])
    assert [(step.run, step.directory) for step in found.jobs[0].steps] == [
        ("alembic upgrade head", "services/orders/api"),
        ("aws s3 sync . s3://shop", ""),
    ]


def test_cloud_build_runs_the_tools_that_its_images_are_made_for() -> None:
    found = read(
        "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, -t, shop/api, .]\n"
        "- name: 'python:3.13'\n  entrypoint: bash\n  args:\n  - -c\n  - pip install . && pytest\n"
        "- name: gcr.io/google.com/cloudsdktool/cloud-sdk\n  entrypoint: gcloud\n  args: [run, deploy, api]\n"
        "  dir: deploy\n"
        "- name: shop/builder:2\n  script: make test\n  allowFailure: true\nimages: [shop/api]\n"
    )
    assert [(step.run, step.directory, step.can_fail) for step in found.jobs[0].steps] == [
        ("docker build -t shop/api .", "", True),
        ("pip install . && pytest", "", True),
        ("gcloud run deploy api", "deploy", True),
        ("make test", "", False),
        ("docker push shop/api", "", True),
    ]


@pytest.mark.parametrize("text", ["", "# on: push\n# jobs: {}\n", "---\n- hosts: all\n  tasks: [{shell: make}]\n"])
def test_a_file_without_a_pipeline_holds_nothing_that_could_not_be_read(text: str) -> None:
    assert EXTRACTOR.extract(text.encode()) == Pipeline("")
