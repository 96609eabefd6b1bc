"""What is deployed from a tree, and what that starts: images, Compose services, workloads, units; judges nothing."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.compose import ComposeFile, ComposeService
from readiness_bot.facts.dockerfile import Dockerfile
from readiness_bot.facts.gateway import Gateway
from readiness_bot.facts.gunicorn_settings import GunicornSettings
from readiness_bot.facts.load_scenario import LoadScenario
from readiness_bot.facts.procfile import Procfile
from readiness_bot.facts.service_units import ServiceUnits
from readiness_bot.facts.shell import ShellScript
from readiness_bot.model import Area
from readiness_bot.repo.commands import Parsed
from readiness_bot.repo.images import Image, Purpose, purpose_by_path
from readiness_bot.repo.launches import Launches, Started
from readiness_bot.repo.observation import Backup, Observer, backups, observers
from readiness_bot.repo.ownership import Ownership, image_name, is_foreign_image, letters, store_of
from readiness_bot.repo.probes import HealthProbe, probe_of, probes_beyond_containers
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.workloads import Compute, Workloads


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """An image with what it is for and what it starts."""

    image: Image
    purpose: Purpose
    started: tuple[Started, ...]

    @property
    def path(self) -> str:
        """The Dockerfile."""
        return self.image.path


@dataclass(frozen=True, slots=True)
class Container:
    """A Compose service where it stands; `own` says that it runs this repository's code.

    `store` is the kind of store that a foreign image runs (`postgres`, `redis`, …), empty for everything else.
    """

    path: str
    service: ComposeService
    own: bool
    store: str
    deployed: bool
    started: tuple[Started, ...]


class Deployment:
    """Questions about images, containers and what starts the service."""

    LOOKS = "Dockerfiles, Compose files, Kubernetes and Helm manifests, Terraform, platform descriptors, service units"

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._launches = Launches(sources)
        self._ownership = Ownership(sources)
        self.workloads = Workloads(sources, self._ownership, self._launches)

    def reads(self, path: str) -> bool:
        """Whether the room's answers depend on the file."""
        return bool(re.search(r"(docker|container)file|compose[^/]*\.ya?ml$|Procfile|\.service$", path, re.IGNORECASE))

    @cached_property
    def images(self) -> tuple[BuiltImage, ...]:
        """Every image that a Dockerfile of the tree builds without a target, by path."""
        found = []
        for path, dockerfile in self._sources.facts(Dockerfile).items():
            if dockerfile.stages and self._sources.area(path) is not Area.VENDORED:
                found.append(self._built(Image(path, dockerfile)))
        return tuple(found)

    @cached_property
    def service_images(self) -> tuple[BuiltImage, ...]:
        """The images that run the service, those nearest the root first."""
        candidates = [built for built in self.images if built.purpose == "service" or self._is_run_by_others(built)]
        # Beside an image that opens a port or starts a server, one that runs some command is a task or a plugin.
        serving = [built for built in candidates if _serves(built)] or candidates
        return tuple(sorted(serving, key=self._rank))

    def _rank(self, built: BuiltImage) -> tuple[bool, int, str]:
        # What is built on another image of the repository extends it; what lies nearest the root is the main one.
        return self._ownership.is_own_image(built.image.base), built.path.count("/"), built.path

    def _is_run_by_others(self, built: BuiltImage) -> bool:
        """Whether an image that names no command is run by a Compose service that does."""
        return (
            built.purpose == "base"
            and built.image.runs_python
            and any(
                container.deployed
                and container.own
                and container.service.command is not None
                and self._is_built_from(container, built.path)
                for container in self.own_containers
            )
        )

    def _is_built_from(self, container: Container, path: str) -> bool:
        service = container.service
        if service.builds:
            return self._built_from(container.path, service) == path
        name = letters(image_name(service.image))
        stem = letters(path.rpartition("/")[2].lower().replace("dockerfile", ""))
        return len(stem) > 3 and stem == name

    def is_built_here(self, reference: str) -> bool:
        """Whether an image is the repository's own: named like a package, a Dockerfile or a service that builds."""
        if self._ownership.is_own_image(reference):
            return True
        name = letters(image_name(reference))
        stems = {
            letters(re.sub(r"(docker|container)file", "", built.path.rpartition("/")[2], flags=re.IGNORECASE))
            for built in self.images
        }
        images = {letters(image_name(one.service.image)) for one in self.containers if one.service.builds}
        return len(name) > 3 and name in stems | images

    def _built(self, image: Image) -> BuiltImage:
        purpose = self._purpose_by_place(image.path) or purpose_by_path(image.path)
        started = tuple(self._of_image(image, deployed=purpose is None))
        if purpose == "base" and started and not self._is_built_on(image):
            # A folder or file called so whose image starts something and that no other image builds on.
            purpose = None
        return BuiltImage(image, purpose or _purpose_by_content(image, started), started)

    def _is_built_on(self, image: Image) -> bool:
        stem = (
            image.path.rpartition("/")[2].lower().replace("dockerfile", "").strip(".-_")
            or image.path.split("/")[-2:][0]
        )
        return any(
            re.search(rf"(^|[/-]){re.escape(stem)}([:-]|$)", stage.base.lower())
            for dockerfile in self._sources.facts(Dockerfile).values()
            for stage in dockerfile.stages
        )

    def _purpose_by_place(self, path: str) -> Purpose | None:
        area = self._sources.area(path)
        if re.search(r"(^|/)\.?(devcontainer|worktree|gitpod|vscode|idea)", path):
            return "development"
        if area is Area.TEST or re.search(r"(^|/)\.(ci|circleci|github|gitlab|buildkite)/", path):
            return "test"
        if area in (Area.EXAMPLE, Area.DOCUMENTATION, Area.GENERATED):
            return "example"
        return "tooling" if re.search(r"(^|/)(scripts?|tools?|hack|devtools?)/", path) else None

    def _of_image(self, image: Image, *, deployed: bool) -> Iterator[Started]:
        entrypoint, cmd = image.entrypoint, image.cmd
        if entrypoint is not None and entrypoint.words:
            handed = cmd.words if cmd is not None else ()
            words = tuple(map(image.source_of, (*entrypoint.words, *handed)))
            yield from self._launches.of_words(words, image.path, (cmd or entrypoint).line, "image", deployed=deployed)
            return
        told = entrypoint or cmd
        if told is None:
            return
        if told.words:
            yield from self._launches.of_words(
                tuple(map(image.source_of, told.words)), image.path, told.line, "image", deployed=deployed
            )
        else:
            yield from self._launches.of_text(told.text, image.path, told.line, "image", deployed=deployed)

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """Every Compose service of the tree, by path, in the order of its file."""
        return tuple(
            self._container(path, service)
            for path, compose in self._sources.facts(ComposeFile).items()
            for service in compose.services
        )

    def _container(self, path: str, service: ComposeService) -> Container:
        deployed = self._ownership.is_deployed(path)
        started = tuple(self._of_container(path, service, deployed=deployed))
        store = store_of(service.image) if not service.builds else ""
        own = not store and (
            service.builds or self._ownership.is_own_image(service.image) or any(one.resolved for one in started)
        )
        return Container(path, service, own, store, deployed, started if own else ())

    def _builds_own(self, path: str, service: ComposeService) -> bool:
        """Whether what a service builds runs Python of the repository: a front end or a test runner is none."""
        target = self._built_from(path, service)
        built = next((one for one in self.images if one.path == target), None)
        return built is None or built.purpose in ("service", "base", "development")

    def _built_from(self, path: str, service: ComposeService) -> str:
        context = re.sub(r"\$\{[^}]*?:?-([^}]*)\}|\$\{?\w+\}?", r"\1", service.context) or "."
        folder = posixpath.normpath(posixpath.join(path.rpartition("/")[0], context))
        return posixpath.normpath(posixpath.join(folder, service.dockerfile or "Dockerfile"))

    def _is_own(self, service: ComposeService) -> bool:
        if is_foreign_image(service.image):
            return False
        # A file that only overrides names no image; what it overrides is told by the service's name.
        return self._ownership.is_own_image(service.image or service.name) or bool(
            _OWN_SERVICE.fullmatch(service.name.lower())
        )

    def _of_container(self, path: str, service: ComposeService, *, deployed: bool) -> Iterator[Started]:
        words = tuple(
            word for command in (service.entrypoint, service.command) if command is not None for word in command.words
        )
        if words:
            told = service.command or service.entrypoint
            line = told.line if told is not None else service.line
            yield from self._launches.of_words(words, path, line, "compose", deployed=deployed)

    @cached_property
    def probes(self) -> tuple[HealthProbe, ...]:
        """What probes the service's health in production, by kind: images, Compose, then everything else."""
        found = [
            probe_of(built.path, check.line, "HEALTHCHECK", check.text)
            for built in self.service_images
            if (check := built.image.healthcheck) is not None
        ]
        for container in self.own_containers:
            check_of = container.service.healthcheck
            if check_of is not None and not check_of.disabled:
                found.append(probe_of(container.path, check_of.line, "Compose healthcheck", check_of.test))
        found += probes_beyond_containers(self._sources, self._ownership, self.workloads)
        return tuple(found)

    @cached_property
    def own_containers(self) -> tuple[Container, ...]:
        """The Compose services that run this repository's code for users: tests and devcontainers are none."""
        return tuple(container for container in self.containers if container.own and self._is_for_users(container.path))

    def _is_for_users(self, path: str) -> bool:
        if self._sources.area(path) in (Area.TEST, Area.EXAMPLE, Area.VENDORED):
            return False
        return not re.search(
            r"(^|[/._-])(ci|tests?|testing|e2e|cypress|devcontainer|worktree[\w-]*)([/._-]|$)|(^|/)\.", path.lower()
        )

    @cached_property
    def store_containers(self) -> tuple[Container, ...]:
        """The Compose services that run stores and brokers beside the service, tests and devcontainers apart."""
        return tuple(one for one in self.containers if one.store and self._is_for_users(one.path))

    @property
    def computes(self) -> tuple[Compute, ...]:
        """What runs the service in production beyond one machine's containers, by place."""
        swarm = tuple(
            Compute(one.path, one.service.line, "Swarm", f"service {one.service.name} is placed and updated by Swarm")
            for one in self.own_containers
            if one.service.deploys and one.deployed
        )
        processes = tuple(
            Compute(path, process.line, "Procfile", f"{process.name}: {process.command[:80]}")
            for path, procfile in self._sources.facts(Procfile).items()
            if self._ownership.is_deployed(path)
            for process in procfile.processes[:1]
        )
        return (*self.workloads.computes, *swarm, *processes)

    @cached_property
    def observers(self) -> tuple[Observer, ...]:
        """Alert rules, dashboards and collectors kept with the code, by place."""
        return tuple(observers(self._sources, self.workloads))

    @cached_property
    def backups(self) -> tuple[Backup, ...]:
        """Steps that back a store up or restore it, in scripts, schedules and infrastructure code, by place."""
        containers = [container for container in self.containers if self._is_for_users(container.path)]
        return tuple(backups(self._sources, self.workloads, ((one.path, one.service) for one in containers)))

    @cached_property
    def load_scenarios(self) -> tuple[tuple[str, LoadScenario], ...]:
        """The scenarios of load-testing tools, by path."""
        return tuple(
            (path, scenario)
            for path, scenario in self._sources.facts(LoadScenario).items()
            if scenario.tool and self._sources.area(path) is not Area.VENDORED
        )

    @property
    def migration_steps(self) -> tuple[Started, ...]:
        """What production starts in order to migrate a store."""
        return tuple(one for one in self.started_commands if one.purpose == "migrate")

    @cached_property
    def gateway_limits(self) -> tuple[tuple[str, int, str], ...]:
        """Where a gateway limits the rate of requests: path, line, directive."""
        found = [
            (path, directive.line, " ".join((directive.name, *directive.words))[:120])
            for path, gateway in self._sources.facts(Gateway).items()
            if self._ownership.is_deployed(path)
            for directive in gateway.directives
            if directive.name in ("limit_req", "rate_limit")
            or (
                directive.name == "http-request"
                and "deny" in directive.words
                and "sc_http_req_rate" in " ".join(directive.words)
            )
        ]
        for path, resource in self.workloads.resources:
            for name, value, line in resource.annotations:
                if re.search(r"limit-(rps|rpm|connections)|rate-?limit|ratelimit", name, re.IGNORECASE):
                    found.append((path, line, f"{name}: {value}"[:120]))
            if re.search(r"(RateLimit|BackendTrafficPolicy)", resource.kind):
                found.append((path, resource.line, resource.kind))
        for container in self.own_containers:
            for name, value, line in container.service.labels:
                if "ratelimit" in name.lower():
                    found.append((container.path, line, f"{name}={value}"[:120]))
        return tuple(found)

    @cached_property
    def gateway_encryption(self) -> tuple[tuple[str, int, str], ...]:
        """Where a gateway terminates TLS: path, line, directive or resource."""
        found = [
            (path, directive.line, " ".join((directive.name, *directive.words))[:120])
            for path, gateway in self._sources.facts(Gateway).items()
            if self._ownership.is_deployed(path)
            for directive in gateway.directives
            if directive.name == "ssl_certificate" or (directive.name == "listen" and "ssl" in directive.words)
        ]
        found += [
            (path, resource.line, f"{resource.kind} with TLS")
            for path, resource in self.workloads.resources
            if resource.tls
        ]
        return tuple(found)

    def environment(self, name: str) -> tuple[tuple[str, int, str], ...]:
        """Where production sets an environment variable: path, line, value."""
        found = []
        for built in self.service_images:
            told = built.image.environment(name)
            if told is not None:
                found.append((built.path, told[1], told[0]))
        for container in self.own_containers:
            found += [
                (container.path, line, value)
                for key, value, line in container.service.environment
                if key == name and container.deployed
            ]
        return tuple(found)

    @cached_property
    def gunicorn_settings(self) -> tuple[tuple[str, GunicornSettings], ...]:
        """Gunicorn's configuration files for production, by path."""
        return tuple(
            (path, settings)
            for path, settings in self._sources.facts(GunicornSettings).items()
            if self._ownership.is_deployed(path)
        )

    @cached_property
    def started(self) -> tuple[Started, ...]:
        """Everything that a deployment file starts, development and tests included, without doubles, by place."""
        found: dict[tuple[str, Parsed], Started] = {}
        for one in self._all_started():
            key = (one.path, one.command)
            if one.kind != "rest" and (key not in found or (one.deployed and not found[key].deployed)):
                found[key] = one
        return tuple(sorted(found.values(), key=lambda one: (one.path, one.line, one.kind, one.target)))

    @property
    def started_commands(self) -> tuple[Started, ...]:
        """What production starts: the start points of the service."""
        return tuple(one for one in self.started if one.deployed)

    def _all_started(self) -> Iterator[Started]:
        for built in self.images:
            yield from built.started
        yield from self.workloads.started()
        for container in self.containers:
            yield from container.started
        for path in self._sources.facts(Procfile):
            yield from self._launches.of_procfile(path, "procfile", deployed=self._ownership.is_deployed(path))
        for path in self._sources.facts(ServiceUnits):
            yield from self._launches.of_units(path, "unit", deployed=self._ownership.is_deployed(path))
        for path, script in self._sources.facts(ShellScript).items():
            if script.commands and _STARTS.search(path):
                yield from self._launches.of_script(path, "script", deployed=self._ownership.is_deployed(path))


_OWN_SERVICE = re.compile(
    r"(app|web|api|backend|server|webserver|web[-_]?app|worker|celery([-_]?(worker|beat))?|beat|scheduler|django|flask|fastapi)"
)
_STARTS = re.compile(
    r"(^|/)((docker[-_])?entry[-_]?point[^/]*|[^/]*[-_]?start([-_][^/]*)?|run"
    r"|(s6-rc|services|service|runit|cont-init)(\.d)?/.*(run|up|script|[0-9]+-[^/]+))(\.sh|\.bash)?$",
    re.IGNORECASE,
)


def _serves(built: BuiltImage) -> bool:
    exposes = any(True for _ in built.image.instructions("EXPOSE"))
    return exposes or any(one.purpose in ("serve", "work", "schedule") for one in built.started)


def _purpose_by_content(image: Image, started: tuple[Started, ...]) -> Purpose:
    told = image.cmd or image.entrypoint
    if told is None:
        return "base" if image.runs_python else "foreign"
    words = told.words or tuple(told.text.split())
    if words and words[0].rpartition("/")[2] in ("sleep", "tail", "pytest", "tox", "make") and not image.entrypoint:
        return "test" if words[0] in ("pytest", "tox", "make") else "development"
    if (
        len(words) == 1
        and words[0].rpartition("/")[2] in ("sh", "bash", "python", "python3", "ipython", "zsh")
        and not image.entrypoint
    ):
        return "development"
    if not image.runs_python:
        return "foreign"
    if started and all(one.command.develops for one in started):
        return "development"
    return "service"
