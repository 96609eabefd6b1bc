"""The descriptors of hosting platforms (fly.toml, render.yaml, …) as processes; knows no platform's defaults."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.plain_nodes import json_node, line_of, toml_node
from readiness_bot.facts.yaml_nodes import Node, load_documents


class PlatformProcess(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One process of a platform's application; the texts are empty where the descriptor leaves them to the platform.

    `kind` is `web`, `worker`, `cron`, `static` or `function`. `bounded` says that its memory is told; `drains` that
    a time to shut down in is.
    """

    name: str
    kind: str
    line: int
    command: str = ""
    before: str = ""
    health: str = ""
    health_line: int = 0
    bounded: bool = False
    drains: bool = False
    image: str = ""


class PlatformFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a descriptor describes; `platform` is empty for a file that turns out to be something else.

    `stores` are the databases that it asks for, `environment` the variables that it sets for what it starts, with
    their texts. `limits` are the lines, with what they say, at which a cloud's firewall or gateway is told how often
    one caller may ask, and `backups` those by which it keeps backups, in a template that may describe nothing else.
    """

    platform: str
    line: int = 1
    processes: tuple[PlatformProcess, ...] = ()
    stores: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    limits: tuple[tuple[int, str], ...] = ()
    backups: tuple[tuple[int, str], ...] = ()


_NOTHING = PlatformFile("")
_Reader = Callable[[bytes], PlatformFile]


def _claims(path: str) -> bool:
    return any(pattern.search(path) for pattern in _NAMES)


def _extract(data: bytes) -> PlatformFile:
    """Read a descriptor by what it holds. Raises `Unreadable` where it is broken."""
    found = _NOTHING
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:2]
    if start in (b"{{", b"{%"):
        return found  # a template of another file
    if all(re.search(rb"^" + key + rb":", data, re.MULTILINE) for key in (b"apiVersion", b"kind")):
        return found  # a manifest of Kubernetes, perhaps a template of one
    is_json = start.startswith(b"{") or re.match(rb"\s*\[\s*\{", data) is not None
    readers = _JSON_READERS if is_json else _TOML_READERS if _looks_like_toml(data) else _YAML_READERS
    for reader in readers:
        found = reader(data)
        if found.platform:
            break
    return found


def _looks_like_toml(data: bytes) -> bool:
    return bool(
        re.search(rb"^[ \t]*(\[[\w.\[\]\"-]+\][ \t]*(#.*)?$|[\w-]+[ \t]*=)", data, re.MULTILINE)
    ) and not re.search(rb"^[\w-]+[ \t]*:( |$)", data, re.MULTILINE)


def _fly_or_railway(data: bytes) -> PlatformFile:
    document = toml_node(data)
    if document["deploy"]["startCommand"] or document["build"]["builder"].string.upper() in _RAILWAY_BUILDERS:
        return _railway(document, data)
    if document["start"] and "phases" in document:
        command = document["start"]["cmd"].string
        return PlatformFile("nixpacks", 1, (PlatformProcess("web", "web", line_of(data, "[start]"), command),))
    if not (document["app"] or document["http_service"] or document["services"]):
        return _NOTHING
    checks = [*document["http_service"]["checks"], *(c for one in document["services"] for c in one["http_checks"])]
    checks += [check for _, check in document["checks"].entries]
    path = next((check["path"].string for check in checks if check["path"]), "")
    named = document["processes"].entries or (("app", Node()),)
    processes = tuple(
        PlatformProcess(
            name,
            "web" if at == 0 else "worker",
            line_of(data, "[processes]", name) if command.kind else 1,
            command.string,
            document["deploy"]["release_command"].string if at == 0 else "",
            path if at == 0 else "",
            line_of(data, path) if path and at == 0 else 0,
            # A machine of this platform always has a size: the smallest one without a word.
            bounded=True,
            drains=bool(document["kill_timeout"]),
        )
        for at, (name, command) in enumerate(named)
    )
    return PlatformFile("fly", 1, processes)


_RAILWAY_BUILDERS = frozenset({"NIXPACKS", "RAILPACK", "DOCKERFILE"})


def _railway(document: Node, data: bytes) -> PlatformFile:
    deploy = document["deploy"]
    process = PlatformProcess(
        "web",
        "web",
        line_of(data, "startCommand"),
        deploy["startCommand"].string,
        deploy["preDeployCommand"].string,
        deploy["healthcheckPath"].string,
        line_of(data, "healthcheckPath"),
        drains=bool(deploy["drainingSeconds"]),
    )
    return PlatformFile("railway", 1, (process,))


def _of_json(data: bytes) -> PlatformFile:
    document = json_node(data)
    for reader in (_ecs, _beanstalk, _heroku_app, _vercel, _zappa, _chalice, _clever_cloud):
        found = reader(document, data)
        if found.platform:
            return found
    if document["deploy"] and ("$schema" not in document or "railway" in document["$schema"].string):
        return _railway(document, data)
    return _NOTHING


def _ecs(document: Node, data: bytes) -> PlatformFile:
    family = document["taskDefinition"] or document
    # Terraform is given the containers alone, as a list.
    containers = family["containerDefinitions"] or (document if _holds_containers(document) else Node())
    if not containers:
        return _NOTHING
    processes = tuple(
        PlatformProcess(
            one["name"].string,
            "web" if one["portMappings"] else "worker",
            line_of(data, f'"{one["name"].string}"'),
            " ".join((*one["entryPoint"].strings, *one["command"].strings)),
            health=" ".join(one["healthCheck"]["command"].strings),
            health_line=line_of(data, '"healthCheck"'),
            bounded=bool(one["memory"] or one["memoryReservation"] or family["memory"]),
            drains=bool(one["stopTimeout"]),
            image=one["image"].string,
        )
        for one in containers
    )
    return PlatformFile("ecs", line_of(data, '"containerDefinitions"') or 1, processes)


def _holds_containers(document: Node) -> bool:
    return document.kind == "sequence" and all(
        one["name"].string and one["image"].string and ("memory" in one or "essential" in one) for one in document
    )


def _beanstalk(document: Node, data: bytes) -> PlatformFile:
    if not document["AWSEBDockerrunVersion"]:
        return _NOTHING
    image = document["Image"]["Name"].string
    process = PlatformProcess("web", "web", line_of(data, '"Image"'), image=image)
    return PlatformFile("elastic-beanstalk", line_of(data, "AWSEBDockerrunVersion"), (process,))


def _heroku_app(document: Node, data: bytes) -> PlatformFile:
    if not (document["formation"] or document["buildpacks"] or document["addons"] or document["stack"]):
        return _NOTHING
    processes = tuple(
        PlatformProcess(
            name, "web" if name == "web" else "worker", line_of(data, '"formation"', f'"{name}"'), bounded=True
        )
        for name, _ in document["formation"].entries
    )
    return PlatformFile("heroku", 1, processes, document["addons"].strings)


def _vercel(document: Node, data: bytes) -> PlatformFile:
    builds = [one for one in document["builds"] if "python" in one["use"].string]
    functions = [
        name for name, one in document["functions"].entries if name.endswith(".py") or "python" in one["runtime"].string
    ]
    if not builds and not functions:
        return _NOTHING
    processes = tuple(
        PlatformProcess(one["src"].string, "function", line_of(data, one["src"].string)) for one in builds
    )
    return PlatformFile(
        "vercel", 1, processes + tuple(PlatformProcess(name, "function", line_of(data, name)) for name in functions)
    )


def _zappa(document: Node, data: bytes) -> PlatformFile:
    stages = [(name, one) for name, one in document.entries if one["app_function"] or one["django_settings"]]
    processes = tuple(
        PlatformProcess(name, "function", line_of(data, f'"{name}"'), one["app_function"].string, bounded=True)
        for name, one in stages
    )
    return PlatformFile("zappa", 1, processes) if processes else _NOTHING


def _chalice(document: Node, data: bytes) -> PlatformFile:
    if not (document["app_name"] and document["stages"]):
        return _NOTHING
    return PlatformFile("chalice", 1, (PlatformProcess("api", "function", line_of(data, '"stages"'), bounded=True),))


def _clever_cloud(document: Node, data: bytes) -> PlatformFile:
    deploy = document["deploy"]
    tasks = deploy["managetasks"].strings
    if not (tasks or (deploy["module"] and ":" in deploy["module"].string)):
        return _NOTHING
    before = " && ".join(f"python manage.py {task}" for task in tasks)
    module = deploy["module"].string
    line = line_of(data, '"deploy"')
    process = PlatformProcess("web", "web", line, f"uwsgi --module {module}" if module else "", before, bounded=True)
    return PlatformFile("clever-cloud", line, (process,))


def _of_yaml(data: bytes) -> PlatformFile:
    documents = load_documents(data)
    document = documents[0] if documents else Node()
    for reader in (
        _render,
        _digital_ocean,
        _serverless,
        _app_engine,
        _app_runner,
        _heroku_build,
        _cloud_foundry,
        _kamal,
        _other,
    ):
        found = reader(document)
        if found.platform:
            return found
    return _cloud_formation(document)


def _render(document: Node) -> PlatformFile:
    services = [one for one in document["services"] if one["type"].string in _RENDER_KINDS]
    if not services or document["services"].kind != "sequence":
        return _NOTHING
    processes = tuple(
        PlatformProcess(
            one["name"].string,
            "static" if "static" in (one["env"].string, one["runtime"].string) else _RENDER_KINDS[one["type"].string],
            one.line,
            one["startCommand"].string or one["dockerCommand"].string,
            one["preDeployCommand"].string,
            one["healthCheckPath"].string,
            one["healthCheckPath"].key_line,
            bounded=bool(one["plan"]),
            drains=bool(one["maxShutdownDelaySeconds"]),
        )
        for one in services
    )
    return PlatformFile(
        "render", services[0].line, processes, tuple(one["name"].string for one in document["databases"])
    )


_RENDER_KINDS = {"web": "web", "pserv": "web", "worker": "worker", "cron": "cron", "job": "cron"}


def _digital_ocean(document: Node) -> PlatformFile:
    app = document["spec"] or document
    groups = (
        ("services", "web"),
        ("workers", "worker"),
        ("jobs", "cron"),
        ("static_sites", "static"),
        ("functions", "function"),
    )
    processes = tuple(
        PlatformProcess(
            one["name"].string,
            kind,
            one.line,
            one["run_command"].string,
            health=one["health_check"]["http_path"].string,
            health_line=one["health_check"].key_line,
            bounded=bool(one["instance_size_slug"]),
        )
        for group, kind in groups
        if app[group].kind == "sequence"
        for one in app[group].items
        if one["instance_size_slug"]
        or one["run_command"]
        or one["dockerfile_path"]
        or one["github"]
        or one["image"].kind == "mapping"
    )
    stores = tuple(one["engine"].string for one in app["databases"])
    return PlatformFile("digitalocean", processes[0].line, processes, stores) if processes else _NOTHING


def _app_engine(document: Node) -> PlatformFile:
    runtime = document["runtime"].string
    if not runtime.startswith(("python", "custom", "go", "node")) or document["provider"]:
        return _NOTHING
    check = document["readiness_check"]["path"] or document["liveness_check"]["path"]
    process = PlatformProcess(
        document["service"].string or "default",
        "web",
        document["runtime"].key_line,
        document["entrypoint"].string,
        health=check.string,
        health_line=check.key_line,
        bounded=bool(document["instance_class"] or document["resources"]["memory_gb"]),
    )
    return PlatformFile("app-engine", document["runtime"].key_line, (process,))


def _serverless(document: Node) -> PlatformFile:
    provider = document["provider"]
    if provider.kind != "mapping" or not document["functions"]:
        return _NOTHING
    processes = tuple(
        PlatformProcess(
            name,
            "function",
            one.key_line,
            one["handler"].string,
            bounded=bool(one["memorySize"] or provider["memorySize"]),
        )
        for name, one in document["functions"].entries
    )
    told = _variables(provider["environment"], *(one["environment"] for _, one in document["functions"].entries))
    return PlatformFile("serverless", provider.key_line, processes, environment=told)


def _variables(*mappings: Node) -> tuple[tuple[str, str], ...]:
    """What mappings of an environment set, as far as it is written out."""
    return tuple((name, value.string) for one in mappings for name, value in one.entries if value.string)


def _app_runner(document: Node) -> PlatformFile:
    command = document["run"]["command"]
    if not command or not document["runtime"]:
        return _NOTHING
    return PlatformFile(
        "app-runner", document["runtime"].key_line, (PlatformProcess("web", "web", command.key_line, command.string),)
    )


def _heroku_build(document: Node) -> PlatformFile:
    # A lone `run` is that of many tools: only Heroku's has a process called `web`, or one with a command of its own.
    run = document["run"].entries
    if not (document["build"]["docker"] or document["setup"]["addons"]) and not any(
        name == "web" or one["command"] for name, one in run
    ):
        return _NOTHING
    processes = tuple(
        PlatformProcess(
            name, "web" if name == "web" else "worker", one.key_line, one.string or " ".join(one["command"].strings)
        )
        for name, one in (run or document["build"]["docker"].entries)
    )
    return PlatformFile("heroku", 1, processes) if processes else _NOTHING


def _cloud_foundry(document: Node) -> PlatformFile:
    # Whoever pushes may give the name; what builds it tells an application from another document's list.
    listed = document["applications"] if document["applications"].kind == "sequence" else ()
    applications = [one for one in listed if one["name"] or one["buildpacks"] or one["buildpack"]]
    processes = tuple(
        PlatformProcess(
            f"{one['name'].string} {kind}"
            if (kind := process["type"].string) not in ("", "web")
            else one["name"].string or "web",
            "worker" if kind not in ("", "web") else "web",
            process["command"].key_line or process.line,
            process["command"].string,
            health=process["health-check-http-endpoint"].string,
            health_line=process["health-check-http-endpoint"].key_line,
            bounded=bool(process["memory"]),
            image=one["docker"]["image"].string,
        )
        for one in applications
        for process in (*(() if one["processes"] and not one["command"] else (one,)), *one["processes"])
    )
    if not processes:
        return _NOTHING
    told = _variables(*(one["env"] for one in applications))
    return PlatformFile("cloud-foundry", document["applications"].key_line, processes, environment=told)


def _kamal(document: Node) -> PlatformFile:
    if not (document["service"].string and document["image"].string and document["servers"]):
        return _NOTHING
    health = document["proxy"]["healthcheck"]["path"] or document["healthcheck"]["path"]
    process = PlatformProcess(
        "web", "web", document["service"].key_line, health=health.string, health_line=health.key_line
    )
    return PlatformFile("kamal", document["service"].key_line, (process,), image_stores(document))


def image_stores(document: Node) -> tuple[str, ...]:
    """The accessories that a Kamal configuration runs beside the service."""
    return document["accessories"].keys


def _other(document: Node) -> PlatformFile:
    """AWS Copilot, Platform.sh and Azure's developer command line."""
    kind = document["type"].string
    if kind.endswith(("Service", "Job")) and document["name"] and document["image"]:
        health = document["http"]["healthcheck"]
        process = PlatformProcess(
            document["name"].string,
            "web" if "Web" in kind or "Backend" in kind else "worker",
            document["type"].key_line,
            " ".join(document["command"].strings),
            health=health.string or health["path"].string,
            health_line=health.key_line,
            bounded=bool(document["memory"]),
        )
        return PlatformFile("copilot", document["type"].key_line, (process,))
    if kind.startswith("python:"):
        start = document["web"]["commands"]["start"]
        return PlatformFile(
            "platform.sh",
            document["type"].key_line,
            (PlatformProcess("web", "web", start.key_line or 1, start.string),),
        )
    hosts = [(name, one) for name, one in document["services"].entries if one["host"] and one["project"]]
    processes = tuple(
        PlatformProcess(name, "web", one.key_line) for name, one in hosts if "static" not in one["host"].string
    )
    return PlatformFile("azure", document["services"].key_line, processes) if processes else _NOTHING


_COMPUTE = re.compile(
    r"AWS::(ECS::(Service|TaskDefinition)|Serverless::Function|Lambda::Function|AppRunner::Service|ElasticBeanstalk::Environment"
    r"|EC2::(Instance|LaunchTemplate)|AutoScaling::AutoScalingGroup)"
)


_MACHINE = re.compile(r"::(EC2|AutoScaling)::")


def _cloud_formation(document: Node) -> PlatformFile:
    resources = [(name, one) for name, one in document["Resources"].entries if _COMPUTE.fullmatch(one["Type"].string)]
    processes = tuple(
        PlatformProcess(
            name,
            "function" if "unction" in one["Type"].string else "web",
            one.key_line,
            one["Properties"]["Handler"].string,
            health=next(_health_paths(document), ""),
            # A machine always has a size: the smallest one without a word.
            bounded=_MACHINE.search(one["Type"].string) is not None
            or bool(one["Properties"]["Memory"] or one["Properties"]["MemorySize"]),
        )
        for name, one in resources
    )
    limits, backups = tuple(_limits(document)), tuple(_backups(document))
    if not processes:
        return PlatformFile("", limits=limits, backups=backups)
    return PlatformFile("cloudformation", document["Resources"].key_line, processes, limits=limits, backups=backups)


def _limits(document: Node) -> Iterator[tuple[int, str]]:
    """Where rules of a firewall and settings of a gateway limit how often one caller may ask."""
    for node in document["Resources"].walk():
        for key, limit in (
            ("RateBasedStatement", node["RateBasedStatement"]["Limit"]),
            ("ThrottlingRateLimit", node["ThrottlingRateLimit"]),
            ("Throttle", node["Throttle"]["RateLimit"]),
        ):
            if limit:
                yield limit.key_line or limit.line, f"{key} {limit.string}".strip()


def _backups(document: Node) -> Iterator[tuple[int, str]]:
    """The plans of backups, and the stores that keep some by themselves for a time or to any point in it."""
    for name, one in document["Resources"].entries:
        kept = one["Properties"]["BackupRetentionPeriod"]
        to_any_point = one["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
        if one["Type"].string == "AWS::Backup::BackupPlan":
            yield one.key_line or one.line, f"backup plan {name}"
        elif kept and kept.string != "0":
            yield kept.key_line or kept.line, f"BackupRetentionPeriod {kept.string}".strip()
        elif to_any_point.string.lower() == "true":
            yield to_any_point.key_line or to_any_point.line, "PointInTimeRecoveryEnabled"


def _health_paths(document: Node) -> Iterator[str]:
    for _, one in document["Resources"].entries:
        if one["Properties"]["HealthCheckPath"]:
            yield one["Properties"]["HealthCheckPath"].string


_JSON_READERS: tuple[_Reader, ...] = (_of_json,)
_TOML_READERS: tuple[_Reader, ...] = (_fly_or_railway,)
_YAML_READERS: tuple[_Reader, ...] = (_of_yaml,)
_NAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(^|/)fly(\.[\w-]+)?\.toml$",
        r"(^|/)railway\.(json|toml)$",
        r"(^|/)nixpacks\.toml$",
        r"(^|/)render\.ya?ml$",
        r"(^|/)(app|\.platform\.app|apprunner|[\w-]*app[\w-]*)\.ya?ml$",
        r"(^|/)\.do/[^/]+\.ya?ml$",
        r"(^|/)clevercloud/\w+\.json$",
        r"(^|/)(app|vercel|now|zappa_settings|dockerrun\.aws)\.json$",
        r"(^|/)[^/]*(task[-_]?def(inition)?|container[-_]?def(inition)?|ecs)[^/]*(/[\w.-]+)?\.json(\.(tpl|tmpl|tftpl))?$",
        r"(^|/)\.chalice/config\.json$",
        r"(^|/)(serverless|heroku|manifest[\w-]*|azure|cloudformation[\w-]*|stack[\w-]*)\.ya?ml$",
        r"(^|/)([\w-]+[-_.])?(template|cfn|cloudformation)\.ya?ml$",
        r"(^|/)config/deploy(\.[\w-]+)?\.ya?ml$",
        r"(^|/)(copilot|cloudformation|cfn|infra(structure)?|aws)/.*\.(ya?ml|template)$",
    )
)

EXTRACTOR = Extractor(kind="platform-file", claims=_claims, extract=_extract, facts=PlatformFile)
