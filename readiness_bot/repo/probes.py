"""What probes the service's health, wherever the deployment says so; knows no route of the service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from readiness_bot.facts.gateway import Gateway
from readiness_bot.facts.values import Const, Items, Name
from readiness_bot.model import Area
from readiness_bot.repo.ownership import Ownership
from readiness_bot.repo.python import INFRASTRUCTURE_CODE, Python
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.workloads import Pod, Workloads


@dataclass(frozen=True, slots=True)
class HealthProbe:
    """Something that asks the service whether it is well.

    `target` is the path or the command with which it asks, `/` for a path of nothing; `http` says that it asks over
    HTTP rather than looking at a port or a process.
    """

    path: str
    line: int
    via: str
    target: str
    http: bool


_HTTP = re.compile(r"https?://|curl|wget|urlopen|requests\.|httpx|/[a-z]+(/|$)", re.IGNORECASE)
_A_PATH = re.compile(r"/\S*")
"""What a load balancer is told to ask for, and no command."""
_CHECKED_PATH = re.compile(
    r"((health_?check|liveness_probe|startup_probe|readiness_probe|http_check)(\.[\w.]*)?\.(path|request_path)"
    r"|health_?check_path)$"
)


def probe_of(path: str, line: int, via: str, text: str, asked: str = "") -> HealthProbe:
    """The probe that a command makes; `asked` is what the script that it runs asks for over HTTP."""
    target = f"{text} asks {asked}" if asked else text
    return HealthProbe(path, line, via, target, bool(asked or _HTTP.search(text)))


def probes_beyond_containers(sources: Sources, ownership: Ownership, workloads: Workloads) -> Iterator[HealthProbe]:
    """The probes of pods, platforms, load balancers and gateways."""
    for pod in workloads.pods:
        yield from probes_of_pod(pod)
    for path, platform in workloads.platforms:
        for process in platform.processes:
            if process.health:
                line, via = process.health_line or process.line, f"{platform.platform} health check"
                probe = probe_of(path, line, via, process.health)
                is_path = platform.platform == "cloud-foundry" or _A_PATH.fullmatch(process.health) is not None
                yield replace(probe, http=True) if is_path else probe
    yield from _of_cloud(workloads)
    for path, gateway in sources.facts(Gateway).items():
        for directive in gateway.directives if ownership.is_deployed(path) else ():
            words = " ".join((directive.name, *directive.words))
            if re.match(r"(health_check|check\s+interval|option httpchk|health_uri|http-check)", words):
                yield HealthProbe(path, directive.line, f"{gateway.program} check", words, http=True)


def probes_in_infrastructure_code(python: Python) -> Iterator[HealthProbe]:
    """The checks that load balancers and containers are given where Python describes them."""
    for module in python.modules.values():
        if module.area is not Area.TOOLING:
            continue
        if not any(item.target.startswith(INFRASTRUCTURE_CODE) for item in module.facts.imports):
            continue
        for call in module.facts.calls:
            if not call.last.lower().endswith(("healthcheck", "health_check", "healthcheckargs")):
                continue
            path, command = call.keyword("path"), call.keyword("command")
            words = [path] if path is not None else list(command.items) if isinstance(command, Items) else []
            text = " ".join(str(word.value) for word in words if isinstance(word, Const))
            if text:
                http = path is not None or bool(_HTTP.search(text))
                yield HealthProbe(module.path, call.line, "infrastructure code", text, http)


def probes_of_pod(pod: Pod) -> Iterator[HealthProbe]:
    """The probes of one container, by its manifest or its chart's default values."""
    for probe in pod.container.probes:
        target = probe.path or " ".join(probe.command) or probe.port
        http = bool(probe.path) or bool(_HTTP.search(target))
        yield HealthProbe(pod.path, probe.line, f"{probe.kind} probe", target, http)
    for key, kind in (("livenessProbe", "liveness"), ("readinessProbe", "readiness")):
        leaf = pod.filled(key, "httpGet.path") or pod.filled(key)
        if leaf is not None:
            http = leaf.keys.endswith("path")
            yield HealthProbe(pod.path, pod.container.line, f"{kind} probe", leaf.value, http)


_WEB_TEST = re.compile(r"azurerm_application_insights_(standard_)?web_test$")
"""What asks for an address again and again, from outside the cloud."""


def _of_web_tests(workloads: Workloads) -> Iterator[HealthProbe]:
    """The addresses that web tests ask for, told to them or to the module of the tree in which they stand."""
    tests = [(path, block) for path, block in workloads.cloud_blocks if any(map(_WEB_TEST.match, block.labels[:1]))]
    folders = {path.rpartition("/")[0].rpartition("/")[2] for path, _ in tests}
    modules = (
        (path, block)
        for path, block in workloads.cloud_blocks
        if block.type == "module"
        and (source := block.get("source")) is not None
        and source.value.strip("\"'").rstrip("/").rpartition("/")[2] in folders
    )
    for path, block in (*tests, *modules):
        for setting in block.settings:
            address = re.search(r"https?://[^/\s\"'<]+(/[\w./-]*)", setting.value)
            if address is not None:
                yield HealthProbe(path, setting.line, "web test", address[1], http=True)


def _of_cloud(workloads: Workloads) -> Iterator[HealthProbe]:
    yield from _of_web_tests(workloads)
    for path, block in workloads.cloud_blocks:
        for setting in block.settings:
            is_own_check = block.labels[:1] == ("aws_route53_health_check",) and setting.key == "resource_path"
            if is_own_check or _CHECKED_PATH.search(setting.key):
                yield HealthProbe(path, setting.line, "load balancer check", setting.value, http=True)


def registers_healthz(python: Python) -> bool:
    """Whether the blueprint of Flask-Healthz is put into an application: who only raises its errors serves none."""
    if any(True for _ in python.calls("flask_healthz.Healthz")):
        return True
    return any(
        isinstance(value, Name) and python.identify(value.name, site.module).startswith("flask_healthz.")
        for site in python.calls_of("register_blueprint")
        for value in site.call.handed
    )
