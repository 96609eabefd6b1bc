"""A Compose file as services; knows nothing of the other files that Compose would merge with it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.shell import shell_commands
from readiness_bot.facts.statement import digest
from readiness_bot.facts.yaml_nodes import Node, load_documents


class Command(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a container is told to run; `is_text` says that the words were one text, split here."""

    words: tuple[str, ...]
    line: int
    is_text: bool = False


class Healthcheck(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A health check's command as one text; `disabled` where none is made, or one that cannot fail."""

    test: str
    line: int
    disabled: bool = False


class ComposeService(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One service. `limits` and `reservations` name what is bounded: `memory`, `cpus`, `pids`.

    `context` and `dockerfile` are as written, the context `.` where `build` names none; `builds` says whether there
    is a build at all. `extends` is the file (empty for this one) and the service that it takes its settings from.
    `secret_files` are the names of secrets that are mounted, `environment` the names that are set.
    """

    name: str
    line: int
    end_line: int
    statement: str
    image: str = ""
    builds: bool = False
    context: str = ""
    dockerfile: str = ""
    inline: str = ""
    target: str = ""
    command: Command | None = None
    entrypoint: Command | None = None
    healthcheck: Healthcheck | None = None
    limits: tuple[str, ...] = ()
    reservations: tuple[str, ...] = ()
    limits_line: int = 0
    user: str = ""
    profiles: tuple[str, ...] = ()
    environment: tuple[tuple[str, str, int], ...] = ()
    env_files: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    extends: tuple[str, str] | None = None
    restart: str = ""
    replicas: str = ""
    stop_grace_period: str = ""
    labels: tuple[tuple[str, str, int], ...] = ()
    deploys: bool = False


class ComposeFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The services of a Compose file or Swarm stack, in order; none for YAML that is something else.

    `includes` are the paths of other Compose files, as written.
    """

    services: tuple[ComposeService, ...]
    includes: tuple[str, ...] = ()


_KEY_NAMES = """
annotations cap_add cap_drop command configs container_name cpus deploy depends_on develop dns entrypoint env_file
environment expose extra_hosts healthcheck hostname init labels links logging mem_limit mem_reservation memswap_limit
network_mode networks oom_kill_disable pids_limit platform ports privileged profiles pull_policy read_only restart
scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal sysctls tmpfs tty ulimits user volumes
volumes_from working_dir
"""
_KEYS = frozenset(_KEY_NAMES.split())
_MARK = re.compile(rb"^(services|include)[\"']?[ \t]*:", re.MULTILINE)
_OLD_MARK = re.compile(rb"^[\w-]+:[ \t]*(#.*)?\n[ \t]+(image|build)[ \t]*:", re.MULTILINE)
_YAML = re.compile(r"\.ya?ml$", re.IGNORECASE)
_OTHER = re.compile(
    r"(^|/)(\.github|\.gitlab-ci|\.circleci|locales?|cassettes|node_modules|i18n|translations|snapshots)/|(^|/)(\.gitlab-ci|\.travis|render)\.ya?ml$"
)


def _claims(path: str) -> bool:
    return bool(_YAML.search(path)) and not _OTHER.search(path)


def _extract(data: bytes) -> ComposeFile:
    """Read a Compose file; other YAML gives a file without services. Raises `Unreadable` for broken YAML."""
    if not _MARK.search(data) and not _OLD_MARK.search(data):
        return ComposeFile(())
    services: list[ComposeService] = []
    includes: list[str] = []
    for document in load_documents(data):
        if document["apiVersion"] or document["openapi"] or document["swagger"]:
            continue
        includes += _included(document["include"])
        services += _services(document)
    return ComposeFile(tuple(services), tuple(includes))


def _included(node: Node) -> Iterable[str]:
    for item in node.items:
        yield from item.strings if item.kind == "scalar" else item["path"].strings


def _services(document: Node) -> Iterable[ComposeService]:
    # The first version of the format had no `services` key: the services stood at the top.
    top = document["services"] or document
    found = [_service(name, node) for name, node in top.entries if node.kind == "mapping" and not name.startswith("x-")]
    # A mapping called `services` can mean anything; what runs a container names an image, a build or a parent.
    if any(service.image or service.builds or service.extends for service in found):
        return found
    # A file that is merged over another one names only what it changes.
    overriding = [node for _, node in document["services"].entries if node.entries and _KEYS.issuperset(node.keys)]
    if overriding and len(overriding) == len(document["services"].entries):
        return found
    return found if document["version"] and found and any(service.command for service in found) else []


def _service(name: str, node: Node) -> ComposeService:
    build, deploy, health = node["build"], node["deploy"], node["healthcheck"]
    resources = deploy["resources"]
    limits = _bounds(resources["limits"], node, ("mem_limit", "memory"), ("cpus", "cpus"), ("pids_limit", "pids"))
    reservations = _bounds(resources["reservations"], node, ("mem_reservation", "memory"))
    builds = bool(build)
    return ComposeService(
        name=name,
        line=node.key_line,
        end_line=node.end_line,
        statement=digest(f"{name} {node['image'].string} {build['dockerfile'].string}"),
        image=node["image"].string,
        builds=builds,
        context=(build.string or build["context"].string or ".") if builds else "",
        dockerfile=build["dockerfile"].string,
        inline=build["dockerfile_inline"].string,
        target=build["target"].string,
        command=command_of(node["command"]),
        entrypoint=command_of(node["entrypoint"]),
        healthcheck=_healthcheck(health),
        limits=limits,
        reservations=reservations,
        limits_line=(resources.line or node["mem_limit"].line),
        user=node["user"].string,
        profiles=node["profiles"].strings,
        environment=_settings(node["environment"]),
        env_files=tuple(_env_files(node["env_file"])),
        depends_on=_names(node["depends_on"]) + _names(node["links"]),
        ports=tuple(_port(child) for child in node["ports"].items),
        volumes=tuple(_volume(child) for child in node["volumes"].items),
        extends=_extends(node["extends"]),
        restart=node["restart"].string or deploy["restart_policy"]["condition"].string,
        replicas=deploy["replicas"].string,
        stop_grace_period=node["stop_grace_period"].string,
        labels=_settings(node["labels"]) + _settings(deploy["labels"]),
        deploys=any(key in _SWARM for key, _ in deploy.entries),
    )


_SWARM = frozenset({"mode", "placement", "update_config", "rollback_config", "endpoint_mode"})


def _bounds(named: Node, node: Node, *keys: tuple[str, str]) -> tuple[str, ...]:
    found = {key for key, child in named.entries if child}
    found |= {meaning for key, meaning in keys if node[key]}
    return tuple(sorted(found))


def command_of(node: Node) -> Command | None:
    """The command of a sequence or a text; None where there is none."""
    if node.kind == "sequence":
        return Command(node.strings, node.line)
    if not node.string:
        return None
    commands = shell_commands(node.string)
    if len(commands) == 1:
        return Command(commands[0].words, node.line, is_text=True)
    return Command(("sh", "-c", node.string), node.line, is_text=True)


_NEVER_FAILING = frozenset({"exit 0", "true", "/bin/true", ":"})


def _healthcheck(node: Node) -> Healthcheck | None:
    if node.kind != "mapping":
        return None
    test = node["test"]
    words = test.strings
    kept = words[1:] if words[:1] in (("CMD",), ("CMD-SHELL",)) else words
    disabled = (
        node["disable"].string.lower() == "true" or words[:1] == ("NONE",) or " ".join(kept).strip() in _NEVER_FAILING
    )
    if not words and not disabled:
        return None
    return Healthcheck(" ".join(kept), test.line or node.line, disabled)


def _settings(node: Node) -> tuple[tuple[str, str, int], ...]:
    if node.kind == "mapping":
        return tuple((name, child.string, child.line) for name, child in node.entries)
    return tuple(
        (name, value, child.line) for child in node.items for name, _, value in [child.string.partition("=")] if name
    )


def _env_files(node: Node) -> Iterable[str]:
    yield from node.strings
    yield from (child["path"].string for child in node.items if child["path"])


def _names(node: Node) -> tuple[str, ...]:
    return (
        tuple(name for name, _ in node.entries)
        if node.kind == "mapping"
        else tuple(text.partition(":")[0] for text in node.strings)
    )


def _port(node: Node) -> str:
    return node.string or f"{node['published'].string}:{node['target'].string}"


def _volume(node: Node) -> str:
    return node.string or f"{node['source'].string}:{node['target'].string}"


def _extends(node: Node) -> tuple[str, str] | None:
    if node.string:
        return "", node.string
    return (node["file"].string, node["service"].string) if node["service"] else None


EXTRACTOR = Extractor(kind="compose", claims=_claims, extract=_extract, facts=ComposeFile)
