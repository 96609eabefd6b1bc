"""Compose files as services, under any name, and not what only looks like one."""

from __future__ import annotations

import pytest

from readiness_bot.facts.compose import EXTRACTOR, Command, ComposeFile, ComposeService, Healthcheck
from readiness_bot.facts.extractor import Unreadable


def _service(text: str) -> ComposeService:
    found = EXTRACTOR.extract(text.encode())
    assert isinstance(found, ComposeFile)
    (service,) = found.services
    return service


def test_reads_a_service_with_its_lines() -> None:
    service = _service(
        """\
services:
  api:
    image: shop/api:${TAG:-1}
    build: {context: ../, dockerfile: docker/Dockerfile, target: prod}
    command: gunicorn app:app --workers 2
    entrypoint: ["/entry.sh"]
    healthcheck:
      test: [CMD, curl, -f, http://localhost/health]
    deploy:
      resources:
        limits: {memory: 512M, cpus: "1"}
        reservations: {memory: 256M}
    user: "1000"
    environment:
      - DEBUG=0
    depends_on:
      db: {condition: service_healthy}
    extends: {file: base.yml, service: common}
    stop_grace_period: 30s
"""
    )
    assert (service.name, service.line, service.image) == ("api", 2, "shop/api:${TAG:-1}")
    assert (service.builds, service.context, service.dockerfile, service.target) == (
        True,
        "../",
        "docker/Dockerfile",
        "prod",
    )
    assert service.command == Command(("gunicorn", "app:app", "--workers", "2"), 5, is_text=True)
    assert service.entrypoint == Command(("/entry.sh",), 6)
    assert service.healthcheck == Healthcheck("curl -f http://localhost/health", 8)
    assert (service.limits, service.reservations) == (("cpus", "memory"), ("memory",))
    assert (service.user, service.environment, service.depends_on) == ("1000", (("DEBUG", "0", 15),), ("db",))
    assert (service.extends, service.stop_grace_period) == (("base.yml", "common"), "30s")


def test_merge_keys_and_old_limits_count() -> None:
    text = "x-base: &base\n  mem_limit: 1g\n  image: a\nservices:\n  api:\n    <<: *base\n    command: b\n"
    assert (_service(text).limits, _service(text).image) == (("memory",), "a")


def test_switched_off_health_check_is_told() -> None:
    health = _service("services:\n  a:\n    image: b\n    healthcheck: {disable: true}\n").healthcheck
    assert health is not None
    assert health.disabled


def test_first_version_of_the_format_has_services_at_the_top() -> None:
    assert _service("web:\n  build: .\n").name == "web"


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  billing:\n    url: http://x\n",
        "apiVersion: v1\nkind: List\nservices:\n  a: {image: b}\n",
        "a: b\n",
        "",
    ],
)
def test_other_yaml_has_no_services(text: str) -> None:
    assert EXTRACTOR.extract(text.encode()) == ComposeFile(())


def test_broken_yaml_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        EXTRACTOR.extract(b"services:\n  a: [\n")


def test_aliases_that_multiply_are_refused() -> None:
    laughs = "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(9))
    with pytest.raises(Unreadable):
        EXTRACTOR.extract(f"a0: &a0 [x]\n{laughs}services:\n  a: {{image: b, ports: *a9}}\n".encode())
