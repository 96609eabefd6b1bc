"""Images, Compose services, workloads and units of whole trees, and what they start."""

from __future__ import annotations

import pytest

from readiness_bot.repo.deployment import Deployment
from tests.repos import repo_of

_IMAGE = 'FROM python:3.13-slim\nCOPY . .\nRUN pip install .\nCMD ["gunicorn", "shop.wsgi"]\n'


def _deployment(files: dict[str, str]) -> Deployment:
    return Deployment(repo_of(files).sources)


def _started(files: dict[str, str]) -> list[tuple[str, int, str, str, bool]]:
    return [(one.path, one.line, one.kind, one.target, one.deployed) for one in _deployment(files).started]


def test_entry_script_is_followed_and_handed_the_command() -> None:
    files = {
        "Dockerfile": "FROM python:3.13\nCOPY docker/start.sh /entry\n"
        'ENTRYPOINT ["tini", "--", "/entry"]\nCMD ["uvicorn", "a.b:c"]\n',
        "docker/start.sh": '#!/bin/sh\nalembic upgrade head\nexec gosu app "$@"\n',
    }
    found = _deployment(files)
    assert _started(files) == [
        ("Dockerfile", 4, "app", "a.b:c", True),
        ("Dockerfile", 4, "script", "docker/start.sh", True),
        ("docker/start.sh", 2, "program", "alembic", True),
    ]
    (server,) = [one for one in found.started if one.server == "uvicorn"]
    assert (server.command.drops_root, server.command.replaces_shell) == (True, True)
    assert [one.target for one in found.migration_steps] == ["alembic"]


def test_supervisor_units_procfile_and_pods_start_things() -> None:
    files = {
        "Dockerfile": 'FROM python:3.13\nCMD ["supervisord", "-c", "/etc/supervisor.conf"]\n',
        "docker/supervisor.conf": "[program:web]\ncommand=gunicorn a.b:c\nuser=app\n",
        "systemd/jobs.service": "[Service]\nExecStart=/opt/bin/celery -A a.jobs worker\n",
        "scripts/mail.systemd": "[Service]\nExecStart=/usr/bin/python3 -m a.mail\n",
        "Procfile": "web: uvicorn a.b:c\n",
        "k8s/api.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: "
        "[{name: a, image: shop/api, command: [python, -m, a.main]}]}}}\n",
    }
    started = [(path, kind, target) for path, _, kind, target, _ in _started(files)]
    assert started == [
        ("Dockerfile", "supervisor", "/etc/supervisor.conf"),
        ("Procfile", "app", "a.b:c"),
        ("docker/supervisor.conf", "app", "a.b:c"),
        ("k8s/api.yaml", "module", "a.main"),
        ("scripts/mail.systemd", "module", "a.mail"),
        ("systemd/jobs.service", "app", "a.jobs"),
    ]


def test_scripts_and_manage_py_are_found_in_the_tree() -> None:
    files = {
        "backend/Dockerfile": 'FROM python:3.13\nWORKDIR /app\nCMD ["python", "/app/src/manage.py", "check"]\n',
        "backend/src/manage.py": "",
        "other/manage.py": "",
    }
    assert [one.resolved for one in _deployment(files).started] == ["backend/src/manage.py"]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["scripts/workers/orders.py"], "scripts/workers/orders.py"),
        (["src/scripts/workers/orders/__main__.py", "orders.py"], "src/scripts/workers/orders/__main__.py"),
        (["a/scripts/workers/orders.py", "b/scripts/workers/orders.py"], ""),
        (["workers/orders.py"], ""),
    ],
    ids=["from the root", "in the one folder that has it", "in one of two", "elsewhere"],
)
def test_module_that_is_started_is_found_by_its_whole_name(files: list[str], found: str) -> None:
    image = 'FROM python:3.13-slim\nCMD ["python", "-m", "scripts.workers.orders"]\n'
    (started,) = _deployment({"Dockerfile": image, **dict.fromkeys(files, "run = 1\n")}).started
    assert started.resolved == found


def test_development_files_and_modes_are_not_deployed() -> None:
    files = {
        "Dockerfile.dev": _IMAGE,
        "compose.override.yml": "services:\n  web:\n    build: .\n    command: gunicorn a.b:c\n",
        "compose.yml": "services:\n  web:\n    build: .\n    command: uvicorn a.b:c --reload\n",
    }
    assert [one[-1] for one in _started(files)] == [False, False, False]
    assert _deployment(files).started_commands == ()


def test_script_that_calls_itself_ends() -> None:
    files = {"Dockerfile": 'FROM python:3.13\nCMD ["/start.sh"]\n', "start.sh": "./start.sh\nexec gunicorn a.b:c\n"}
    assert ("start.sh", 2, "app", "a.b:c", True) in _started(files)


@pytest.mark.parametrize(
    ("recipe", "purpose", "started"),
    [
        ("\tuvicorn shop.main:app\n", "service", [("Makefile", 2, "app", "shop.main:app", True)]),
        ("\tmake serve\nserve:\n\tuvicorn shop.main:app\n", "service", [("Makefile", 4, "app", "shop.main:app", True)]),
        ("\tcoverage run manage.py test\n", "test", []),
        ("\tmake start\n", "test", []),
    ],
)
def test_an_image_may_start_by_a_target_of_make(
    recipe: str, purpose: str, started: list[tuple[str, int, str, str, bool]]
) -> None:
    files = {"Dockerfile": 'FROM python:3.13\nCMD ["make", "start"]\n', "Makefile": f"start: wait\n{recipe}"}
    (built,) = _deployment(files).images
    assert (built.purpose, _started(files) if purpose == "service" else []) == (purpose, started)


@pytest.mark.parametrize(
    ("path", "text", "purpose"),
    [
        ("Dockerfile", _IMAGE, "service"),
        ("tests/Dockerfile", _IMAGE, "test"),
        (".devcontainer/Dockerfile", _IMAGE, "development"),
        ("tools/Dockerfile", _IMAGE, "service"),
        ("tools/Dockerfile", 'FROM python:3.13\nCMD ["python", "/src/report.py"]\n', "tooling"),
        ("ci/Dockerfile", _IMAGE, "service"),
        ("ci/Dockerfile", 'FROM python:3.13\nCMD ["pytest"]\n', "test"),
        ("ci/Dockerfile", 'FROM python:3.13\nCMD ["uvicorn", "a:b", "--reload"]\n', "test"),
        ("tools/deploy/docker/Dockerfile", _IMAGE, "service"),
        ("scripts/docker/release/Dockerfile", _IMAGE, "service"),
        ("examples/a/Dockerfile", _IMAGE, "example"),
        ("Dockerfile", "FROM python:3.13\nRUN pip install .\n", "base"),
        ("Dockerfile", 'FROM nginx:1.27\nCMD ["nginx"]\n', "foreign"),
        ("Dockerfile", 'FROM python:3.13\nCMD ["sleep", "infinity"]\n', "development"),
        ("Dockerfile", 'FROM python:3.13\nCMD ["pytest"]\n', "test"),
        ("Dockerfile", 'FROM python:3.13\nCMD ["uvicorn", "a:b", "--reload"]\n', "service"),
        ("Dockerfile.dev", 'FROM python:3.13\nCMD ["uvicorn", "a:b", "--reload"]\n', "development"),
    ],
)
def test_purpose_of_an_image(path: str, text: str, purpose: str) -> None:
    (built,) = _deployment({path: text}).images
    assert built.purpose == purpose


def test_image_among_tools_is_no_service_beside_the_services_own() -> None:
    found = _deployment({"Dockerfile": _IMAGE, "ci/Dockerfile": _IMAGE, "tools/Dockerfile": _IMAGE}).images
    assert [(built.path, built.purpose) for built in found] == [
        ("Dockerfile", "service"),
        ("ci/Dockerfile", "test"),
        ("tools/Dockerfile", "tooling"),
    ]


@pytest.mark.parametrize(
    ("files", "target"),
    [
        ({"main.py": ""}, "main:app"),
        ({"app/main.py": ""}, "app.main:app"),
        ({"shop/web.py": "", "Dockerfile": "ENV MODULE_NAME=shop.web VARIABLE_NAME=site\n"}, "shop.web:site"),
        ({"Dockerfile": 'ENV APP_MODULE="shop.api:app"\n'}, "shop.api:app"),
    ],
)
def test_application_that_a_base_image_starts(files: dict[str, str], target: str) -> None:
    image = "FROM tiangolo/uvicorn-gunicorn-fastapi:python3.11\n" + files.get("Dockerfile", "")
    (built,) = _deployment({**files, "Dockerfile": image}).images
    assert (built.purpose, [(one.target, one.server) for one in built.started]) == ("service", [(target, "gunicorn")])


def test_stage_that_serves_is_taken_where_another_ends_the_file() -> None:
    function = 'FROM public.ecr.aws/lambda/python:3.13 AS function\nCMD ["a.handler"]\n'
    text = f"{_IMAGE.replace('slim', 'slim AS web')}{function}"
    (built,) = _deployment({"Dockerfile": text}).service_images
    assert built.image.final.name == "web"


def test_image_without_command_is_the_services_when_compose_starts_it() -> None:
    files = {
        "docker/Dockerfile": "FROM python:3.13\nRUN pip install .\n",
        "compose.yml": "services:\n  web:\n    command: gunicorn a.b:c\n"
        "    build: {context: ., dockerfile: docker/Dockerfile}\n",
    }
    assert [built.path for built in _deployment(files).service_images] == ["docker/Dockerfile"]


def test_containers_are_own_stores_or_neither() -> None:
    files = {
        "shop/__init__.py": "",
        "frontend/Dockerfile": 'FROM nginx:1.27\nCMD ["nginx"]\n',
        "compose.yml": "services:\n  shop-api: {image: 'ghcr.io/x/shop-api:1'}\n  site: {build: frontend}\n"
        "  db: {image: 'postgres:17'}\n  proxy: {image: traefik}\n  tests: {build: .}\n",
        "compose.prod.yml": "services:\n  shop-api: {mem_limit: 1g}\n  db: {restart: always}\n",
        "tests/compose.yml": "services:\n  shop: {build: ..}\n",
    }
    found = _deployment(files)
    assert [(one.path, one.service.name) for one in found.own_containers] == [
        ("compose.prod.yml", "shop-api"),
        ("compose.yml", "shop-api"),
    ]
    assert {(one.path, one.store) for one in found.store_containers} == {
        ("compose.prod.yml", "postgres"),
        ("compose.yml", "postgres"),
    }


def test_extended_service_is_what_it_extends() -> None:
    files = {
        "compose.yml": "services:\n  cache: {extends: {file: common.yml, service: redis}}\n",
        "common.yml": "services:\n  redis: {image: redis}\n",
    }
    assert [(one.service.name, one.store) for one in _deployment(files).store_containers] == [
        ("redis", "redis"),
        ("cache", "redis"),
    ]


def test_services_that_extend_each_other_end() -> None:
    text = "services:\n  a: {extends: {service: b}}\n  b: {extends: {service: a}}\n"
    assert len(_deployment({"compose.yml": text}).containers) == 2


def test_probes_come_from_everywhere() -> None:
    files = {
        "Dockerfile": f"{_IMAGE}HEALTHCHECK CMD curl http://localhost/up\n",
        "compose.yml": "services:\n  web:\n    build: .\n    healthcheck: {test: pgrep gunicorn}\n",
        "fly.toml": 'app = "x"\n[[http_service.checks]]\npath = "/fly"\n',
        "main.tf": 'resource "aws_lb_target_group" "a" {\n  health_check {\n    path = "/lb"\n  }\n}\n',
        "k8s/a.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    image: shop/a\n"
        "    livenessProbe: {httpGet: {path: /live}}\n",
    }
    assert [(one.path, one.line, one.target, one.http) for one in _deployment(files).probes] == [
        ("Dockerfile", 5, "CMD curl http://localhost/up", True),
        ("compose.yml", 4, "pgrep gunicorn", False),
        ("k8s/a.yaml", 7, "/live", True),
        ("fly.toml", 3, "/fly", True),
        ("main.tf", 3, "/lb", True),
    ]


def test_gateways_limit_and_encrypt() -> None:
    files = {
        "nginx/site.conf": "server {\n  listen 443 ssl;\n  limit_req zone=a;\n}\n",
        "k8s/web.yaml": "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  annotations:\n"
        "    nginx.ingress.kubernetes.io/limit-rps: '5'\nspec: {tls: [{}]}\n",
    }
    found = _deployment(files)
    assert [(path, line) for path, line, _ in found.gateway_limits] == [("nginx/site.conf", 3), ("k8s/web.yaml", 5)]
    assert [(path, line) for path, line, _ in found.gateway_encryption] == [("nginx/site.conf", 2), ("k8s/web.yaml", 2)]


def test_firewalls_of_a_cloud_limit_callers_and_other_rules_do_not() -> None:
    rules = (
        'resource "aws_wafv2_web_acl" "shop" {\n  rule {\n    statement {\n      rate_based_statement {\n'
        "        limit = 900\n      }\n    }\n  }\n}\n"
        'resource "aws_wafv2_web_acl" "names" {\n  rule {\n    statement {\n      geo_match_statement {\n'
        '        country_codes = ["NL"]\n      }\n    }\n  }\n}\n'
        'resource "cloudflare_rate_limit" "shop" {\n  threshold = 90\n}\n'
    )
    assert [line for _, line, _ in _deployment({"main.tf": rules}).gateway_limits] == [5, 19]


def test_a_check_by_the_name_service_asks_for_a_path() -> None:
    check = 'resource "aws_route53_health_check" "shop" {\n  resource_path = "/up"\n}\n'
    part = 'resource "aws_api_gateway_resource" "shop" {\n  resource_path = "/down"\n}\n'
    assert [one.target for one in _deployment({"main.tf": check + part}).probes] == ["/up"]


def test_environment_is_told_with_its_place() -> None:
    files = {
        "Dockerfile": _IMAGE.replace("COPY", "ENV DEBUG=0 A=b\nCOPY"),
        "compose.yml": "services:\n  web:\n    build: .\n    environment: {DEBUG: 'false'}\n",
    }
    assert _deployment(files).environment("DEBUG") == (("Dockerfile", 2, "0"), ("compose.yml", 4, "false"))


def test_backups_are_told_with_their_kind() -> None:
    files = {
        "deploy/backup.sh": "pg_dump shop > x\n",
        "deploy/back.sh": "pg_restore x\n",
        "main.tf": 'resource "aws_db_instance" "a" {\n  backup_retention_period = 7\n}\n'
        'resource "aws_db_instance" "b" {\n  backup_retention_period = 0\n}\n',
        "tests/dump.sh": "pg_dump shop\n",
    }
    assert [(one.path, one.line, one.kind) for one in _deployment(files).backups] == [
        ("deploy/back.sh", 1, "restore"),
        ("deploy/backup.sh", 1, "backup"),
        ("main.tf", 2, "backup"),
    ]


@pytest.mark.parametrize(
    ("path", "text", "via"),
    [
        ("k8s/a.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: shop/a}]}\n", "Kubernetes"),
        ("infra/main.tf", 'resource "google_cloud_run_v2_service" "a" {}\n', "Terraform"),
        ("jobs/api.nomad", 'job "api" {\n  type = "service"\n}\n', "Nomad"),
        ("fly.toml", 'app = "x"\n', "fly"),
        ("ansible/site.yml", "- hosts: all\n  tasks:\n    - service: {name: api, state: started}\n", "Ansible"),
        ("stack.yml", "services:\n  web: {image: 'x/web', deploy: {update_config: {order: start-first}}}\n", "Swarm"),
    ],
)
def test_what_runs_the_service(path: str, text: str, via: str) -> None:
    assert [one.via for one in _deployment({path: text}).computes] == [via]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("k8s/db.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: 'postgres:17'}]}\n"),
        ("tests/k8s/a.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: shop/a}]}\n"),
        ("render.yaml", "services:\n  - {type: web, name: site, runtime: static}\n"),
        ("infra/dns.tf", 'resource "aws_route53_record" "a" {}\n'),
        ("fail2ban.service", "[Service]\nExecStart=/usr/bin/fail2ban\n"),
    ],
)
def test_what_does_not_run_the_service(path: str, text: str) -> None:
    assert _deployment({path: text}).computes == ()


def test_an_image_named_like_the_package_is_own_though_it_begins_like_a_well_known_one() -> None:
    pod = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: view}\nspec:\n  template:\n    spec:\n"
        "      containers:\n        - name: service\n          image: shop/%s:1.2\n"
        "          readinessProbe: {httpGet: {path: /health, port: 80}}\n"
    )
    own = _deployment({"kube_shop/__init__.py": "", "deploy/view.yaml": pod % "kube-shop"})
    assert [probe.target for probe in own.probes] == ["/health"]
    assert not _deployment({"kube_shop/__init__.py": "", "deploy/view.yaml": pod % "kube-proxy"}).probes


def test_a_dockerfile_without_a_stage_names_no_image() -> None:
    compose = "services:\n  db:\n    image: postgres:16\n"
    found = repo_of({"Dockerfile": "# nothing yet\nARG VERSION\n", "compose.yaml": compose}).deployment
    assert [one.service.name for one in found.store_containers] == ["db"]
