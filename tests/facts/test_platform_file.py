"""The descriptors of hosting platforms as processes."""

from __future__ import annotations

import pytest

from readiness_bot.facts.extractor import Unreadable
from readiness_bot.facts.platform_file import EXTRACTOR, PlatformFile


def _read(text: str) -> PlatformFile:
    found = EXTRACTOR.extract(text.encode())
    assert isinstance(found, PlatformFile)
    return found


_FLY = """\
app = "shop"
kill_timeout = "30s"
[deploy]
release_command = "alembic upgrade head"
[processes]
web = "uvicorn app:app"
job = "celery -A app worker"
[[http_service.checks]]
path = "/health"
"""
_ECS = '{"containerDefinitions": [{"name": "api", "image": "shop:1", "memory": 512, "command": ["gunicorn", "a:b"]}]}'


@pytest.mark.parametrize(
    ("text", "platform", "processes"),
    [
        (_FLY, "fly", [("web", "web", "uvicorn app:app", "/health"), ("job", "worker", "celery -A app worker", "")]),
        (
            "services:\n  - type: web\n    name: api\n    startCommand: gunicorn a:b\n    healthCheckPath: /up\n",
            "render",
            [("api", "web", "gunicorn a:b", "/up")],
        ),
        (
            '{"deploy": {"module": "shop.web:app", "managetasks": ["migrate"]}}',
            "clever-cloud",
            [("web", "web", "uwsgi --module shop.web:app", "")],
        ),
        ('{"deploy": {"managetasks": ["migrate --noinput"]}}', "clever-cloud", [("web", "web", "", "")]),
        ("services:\n  - {type: web, name: site, env: static}\n", "render", [("site", "static", "", "")]),
        (
            "runtime: python312\nentrypoint: gunicorn main:app\n",
            "app-engine",
            [("default", "web", "gunicorn main:app", "")],
        ),
        (_ECS, "ecs", [("api", "worker", "gunicorn a:b", "")]),
        ('{"prod": {"app_function": "app.main.app"}}', "zappa", [("prod", "function", "app.main.app", "")]),
        (
            "service: shop\nprovider: {name: aws, memorySize: 512}\nfunctions:\n  api: {handler: app.handler}\n",
            "serverless",
            [("api", "function", "app.handler", "")],
        ),
        (
            '{"deploy": {"startCommand": "gunicorn a:b", "healthcheckPath": "/h"}}',
            "railway",
            [("web", "web", "gunicorn a:b", "/h")],
        ),
        (
            "applications:\n- {name: api, memory: 1G, command: python run.py}\n",
            "cloud-foundry",
            [("api", "web", "python run.py", "")],
        ),
        (
            (
                "applications:\n- name: api\n  processes:\n  - {type: web, memory: 1G, command: ./web.sh}\n"
                "  - {type: worker, command: celery -A shop worker}\n"
            ),
            "cloud-foundry",
            [("api", "web", "./web.sh", ""), ("api worker", "worker", "celery -A shop worker", "")],
        ),
        (
            "applications:\n- buildpacks: [python_buildpack]\n  health-check-http-endpoint: /healthz\n",
            "cloud-foundry",
            [("web", "web", "", "/healthz")],
        ),
        (
            "run: {web: gunicorn a:b, job: ./work}\n",
            "heroku",
            [("web", "web", "gunicorn a:b", ""), ("job", "worker", "./work", "")],
        ),
        ("run: {timeout: 5m, tests: true}\n", "", []),
        ("applications:\n- kind: form\n", "", []),
        ("a: b\n", "", []),
        ('{"a": 1}', "", []),
    ],
)
def test_reads_platforms_by_what_they_hold(
    text: str, platform: str, processes: list[tuple[str, str, str, str]]
) -> None:
    found = _read(text)
    assert found.platform == platform
    assert [(one.name, one.kind, one.command, one.health) for one in found.processes] == processes


def test_fly_tells_lines_release_and_draining() -> None:
    web = _read(_FLY).processes[0]
    assert (web.line, web.before, web.health_line, web.drains, web.bounded) == (
        6,
        "alembic upgrade head",
        9,
        True,
        True,
    )


def test_memory_of_a_task_bounds_it() -> None:
    assert _read(_ECS).processes[0].bounded
    assert not _read(_ECS.replace('"memory": 512, ', "")).processes[0].bounded


@pytest.mark.parametrize("text", ["{", "a: [", 'app = "\n'])
def test_broken_descriptors_are_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        EXTRACTOR.extract(text.encode())


def test_a_template_that_is_to_be_filled_in_describes_no_platform() -> None:
    text = "{{- if $.Values.enabled }}\napiVersion: argoproj.io/v1alpha1\nkind: Application\n{{- end }}\n"
    assert _read(text).platform == ""
    assert _read('apiVersion: apps/v1\nkind: Deployment\nlabels:\n  {{- include "shop.labels" . }}\n').platform == ""


def test_the_environment_that_a_platform_sets() -> None:
    serverless = (
        "provider:\n  name: aws\n  environment: {STAGE: live}\n"
        "functions:\n  api: {handler: app.handler, environment: {QUEUE: orders}}\n"
    )
    cloud = "applications:\n- {name: api, command: ./run, env: {STAGE: trial}}\n"
    assert [_read(text).environment for text in (serverless, cloud)] == [
        (("STAGE", "live"), ("QUEUE", "orders")),
        (("STAGE", "trial"),),
    ]
