"""What is deployed from a tree, and what that starts: images, Compose services, workloads, units; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from readiness_bot.facts.gateway import Gateway
from readiness_bot.facts.gunicorn_settings import GunicornSettings
from readiness_bot.facts.load_scenario import LoadScenario
from readiness_bot.facts.pipeline import Pipeline
from readiness_bot.facts.platform_file import PlatformFile
from readiness_bot.facts.procfile import Procfile
from readiness_bot.facts.python_facts import PythonFacts
from readiness_bot.facts.service_units import ServiceUnits
from readiness_bot.facts.shell import ShellScript
from readiness_bot.model import Area, Evidence, Location
from readiness_bot.repo.built_images import BuiltImage, BuiltImages
from readiness_bot.repo.commands import Parsed, parse_text
from readiness_bot.repo.containers import Container, Containers
from readiness_bot.repo.launches import Launches, Started
from readiness_bot.repo.observation import Backup, Observer, backups, observers
from readiness_bot.repo.ownership import Ownership, image_name, letters
from readiness_bot.repo.probes import HealthProbe, probe_of, probes_beyond_containers, probes_of_pod
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.workloads import Compute, Workloads

_READS = re.compile(
    r"(docker|container)file|compose[^/]*\.ya?ml$|Procfile|\.(service|tf|tofu|nomad)$|(^|/)(fly[^/]*|railway)\.toml$"
    r"|(^|/)(render|app)\.ya?ml$|(^|/)(k8s|kubernetes|helm|charts?|deploy(ment)?s?|manifests)/.*\.ya?ml$",
    re.IGNORECASE,
)


class Deployment:
    """Questions about images, containers and what starts the service."""

    LOOKS = "Dockerfiles, Compose files, Kubernetes and Helm manifests, Terraform, platform descriptors, service units"

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._launches = Launches(sources)
        self._ownership = Ownership(sources)
        self._built = BuiltImages(sources, self._launches)
        self._composed = Containers(sources, self._ownership, self._launches, self._built)
        self.workloads = Workloads(sources, self._ownership, self._launches)

    def reads(self, path: str) -> bool:
        """Whether the room's answers depend on the file."""
        return bool(_READS.search(path))

    @property
    def images(self) -> tuple[BuiltImage, ...]:
        """The image of every Dockerfile of the tree, by path."""
        return self._built.all

    @property
    def containers(self) -> tuple[Container, ...]:
        """Every Compose service of the tree, by path, in the order of its file."""
        return self._composed.all

    @property
    def own_containers(self) -> tuple[Container, ...]:
        """The Compose services that run this repository's code, production first: tests and devcontainers are none."""
        return self._composed.own

    @property
    def production_containers(self) -> tuple[Container, ...]:
        """Those of `own_containers` that no file for development describes; samples and documented stacks count."""
        return self._composed.production

    def runs_image(self, container: Container, built: BuiltImage) -> bool:
        """Whether a Compose service may run this image: it is not known to build another one."""
        return not container.service.builds or self._composed.builds_from(container, built.path)

    @property
    def store_containers(self) -> tuple[Container, ...]:
        """The Compose services that run stores and brokers beside the service, tests and devcontainers apart."""
        return self._composed.stores

    def is_anothers(self, store: Container) -> bool:
        """Whether a store of a Compose file is kept for services of other repositories that it runs beside."""
        return self._composed.is_anothers(store)

    @cached_property
    def service_images(self) -> tuple[BuiltImage, ...]:
        """The images that run the service, the main one first."""
        candidates = [built for built in self.images if built.purpose == "service" or self._is_run_by_others(built)]
        # Beside an image that opens a port or starts a server, one that runs some command is a task or a plugin.
        serving = [built for built in candidates if built.serves] or candidates
        return tuple(sorted(serving, key=self._rank))

    @property
    def judged_images(self) -> tuple[BuiltImage, ...]:
        """The images that run the service, or those that hold its code and leave it to others to name a command.

        Where a platform packs the service itself, and no pipeline publishes an image, those kept here are developers'.
        """
        return () if self._is_packed_by_platform else self.service_images or self.held_images

    @cached_property
    def held_images(self) -> tuple[BuiltImage, ...]:
        """The images that hold code of the tree and leave it to others to name a command, the main one first.

        Where a platform packs the service itself, there are none but for developers.
        """
        if self._is_packed_by_platform:
            return ()
        return tuple(
            built
            for built in sorted(self.images, key=self._rank)
            if built.purpose == "base"
            and built.image.cmd is None
            and built.image.entrypoint is None
            and built.image.runs_python
            and any(
                one.keyword in ("COPY", "ADD") and self._copies_code(one.text)
                for stage in built.image.needed_stages
                for one in stage.instructions
            )
        )

    @cached_property
    def _is_packed_by_platform(self) -> bool:
        packed = any(
            process.kind == "web" and not process.image
            for _, platform in self.workloads.platforms
            if platform.platform == "cloud-foundry"
            for process in platform.processes
        )
        return packed and not any(
            step.uses.startswith("docker/build-push-action") or _PUSHES.search(step.run)
            for pipeline in self._sources.facts(Pipeline).values()
            for job in pipeline.jobs
            for step in job.steps
        )

    def _copies_code(self, text: str) -> bool:
        """Whether an instruction takes the tree, or a folder of it that holds Python, into an image."""
        words = [word.strip("./") for word in text.split() if not word.startswith("--")][:-1]
        return "--from" not in text and any(
            not word or any(path.startswith(f"{word}/") and path.endswith(".py") for path in self._sources.paths)
            for word in words
        )

    def _rank(self, built: BuiltImage) -> tuple[bool, int, bool, str]:
        # What is built on another image of the repository extends it; what lies nearest the root is the main one. Of
        # those beside each other it is the one that a server serves.
        served = any(one.server for one in built.started)
        return self._ownership.is_own_image(built.image.base), built.path.count("/"), not served, built.path

    def _is_run_by_others(self, built: BuiltImage) -> bool:
        """Whether an image that names no command, or one for developers, is run by a Compose service that does."""
        return (
            (built.purpose == "base" or (built.purpose == "development" and built.develops))
            and built.image.runs_python
            and any(
                container.deployed
                and container.own
                and (container.service.command is not None or container.service.entrypoint is not None)
                and self._composed.builds_from(container, built.path)
                for container in (self.own_containers if built.purpose == "base" else self.production_containers)
            )
        )

    def is_built_here(self, reference: str) -> bool:
        """Whether an image is the repository's own: named like a package, a Dockerfile or a service that builds."""
        if self._ownership.is_own_image(reference):
            return True
        name = letters(image_name(reference))
        stems = {
            letters(re.sub(r"(docker|container)file", "", built.path.rpartition("/")[2], flags=re.IGNORECASE))
            for built in self.images
        }
        if "/" in reference:
            stems |= {
                letters(built.path.rpartition("/")[0].rpartition("/")[2])
                for built in self.images
                if built.purpose == "base"
            }
        images = {letters(image_name(one.service.image)) for one in self.containers if one.service.builds}
        return len(name) > 3 and name in stems | images

    @cached_property
    def probed(self) -> tuple[tuple[Location, str, tuple[str, ...]], ...]:
        """What runs the service and may be probed: place, name, and by what it is."""
        found: list[tuple[Location, str, tuple[str, ...]]] = [
            (
                Location(built.path),
                "container of this image",
                ("`HEALTHCHECK`",) if built.image.healthcheck else (),
            )
            for built in self.service_images
        ]
        for one in self.own_containers:
            check = one.service.healthcheck
            by = ("`healthcheck`",) if check is not None and not check.disabled else ()
            found.append((Location(one.path, one.service.line), f"service {one.service.name}", by))
        for pod in self.workloads.pods:
            kinds = tuple(dict.fromkeys(f"the {probe.via}" for probe in probes_of_pod(pod)))
            found.append((Location(pod.path, pod.container.line), f"container {pod.name}", kinds))
        return tuple(found)

    @cached_property
    def probes(self) -> tuple[HealthProbe, ...]:
        """What probes the service's health in production, by kind: images, Compose, then everything else."""
        found = [
            probe_of(built.path, check.line, "HEALTHCHECK", check.text, self._asked_by_script(check.text, built.path))
            for built in self.service_images or self.held_images
            if (check := built.image.healthcheck) is not None
        ]
        for container in self.own_containers:
            check_of = container.service.healthcheck
            if check_of is not None and not check_of.disabled:
                asked = self._asked_by_script(check_of.test, container.path)
                found.append(probe_of(container.path, check_of.line, "Compose healthcheck", check_of.test, asked))
        found += probes_beyond_containers(self._sources, self._ownership, self.workloads)
        return tuple(found)

    def _asked_by_script(self, text: str, near: str) -> str:
        """What a script of the tree asks for over HTTP, where a check runs one; empty where none does."""
        for command in parse_text(re.sub(r"^CMD(-SHELL)?\s+", "", text), 0):
            path = self._launches.resolve(command.target, near) if command.kind == "script" else ""
            load, shell = self._sources.loaders(PythonFacts).get(path), self._sources.facts(ShellScript).get(path)
            python = load() if load is not None else None
            if python is not None and any(_CLIENTS.match(imported.target) for imported in python.imports):
                return " ".join(value for value, _ in python.strings if "/" in value) or "/"
            for inside in shell.commands if shell is not None else ():
                if inside.words and inside.words[0].rpartition("/")[2] in ("curl", "wget"):
                    return " ".join(inside.words)
        return ""

    @cached_property
    def serves(self) -> bool:
        """Whether the service opens a port, or something that is deployed starts a server."""
        exposes = any(True for built in self.service_images for _ in built.image.instructions("EXPOSE"))
        published = any(container.service.ports for container in self.own_containers)
        return exposes or published or any(one.purpose == "serve" and one.server for one in self.started_commands)

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
            if self._ownership.is_deployed(path) and not _is_of_developers(procfile)
            for process in sorted(procfile.processes, key=lambda process: process.name != "web")[:1]
        )
        return (*self.workloads.computes, *swarm, *processes)

    @cached_property
    def observers(self) -> tuple[Observer, ...]:
        """Alert rules, dashboards and collectors kept with the code, by place."""
        return tuple(observers(self._sources, self.workloads))

    @cached_property
    def backups(self) -> tuple[Backup, ...]:
        """Steps that back a store up or restore it, in scripts, schedules and infrastructure code, by place."""
        containers = [container for container in self.containers if self._composed.is_for_users(container.path)]
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
        for path, block in self.workloads.cloud_blocks:
            setting = next((one for one in block.settings if _LIMITING_SETTING.search(one.key)), None)
            if setting is not None:
                told = ".".join(setting.key.split(".")[-2:])
                found.append((path, setting.line, f"{told} = {setting.value}"[:120]))
            elif block.type == "resource" and _LIMITING_RESOURCE.search(block.labels[0] if block.labels else ""):
                found.append((path, block.line, block.labels[0]))
        found += [
            (path, line, text)
            for path, platform in self._sources.facts(PlatformFile).items()
            if self._ownership.is_deployed(path)
            for line, text in platform.limits
        ]
        for container in self.own_containers:
            for name, value, line in container.service.labels:
                if "ratelimit" in name.lower():
                    found.append((container.path, line, f"{name}={value}"[:120]))
        return tuple(found)

    @cached_property
    def gateway_sign_in(self) -> tuple[tuple[str, int, str], ...]:
        """Where a gateway asks who calls before it hands a request on: path, line, directive or annotation."""
        found = [
            (path, directive.line, " ".join((directive.name, *directive.words))[:120])
            for path, gateway in self._sources.facts(Gateway).items()
            if self._ownership.is_deployed(path)
            for directive in gateway.directives
            if directive.name in ("auth_request", "auth_basic", "forward_auth") and "off" not in directive.words
        ]
        for path, resource in self.workloads.resources:
            for name, value, line in resource.annotations:
                if re.search(r"/auth-(url|signin|type|secret)$", name) or (
                    name.startswith("traefik.") and re.search(r"auth", value, re.IGNORECASE)
                ):
                    found.append((path, line, f"{name}: {value}"[:120]))
        for container in self.own_containers:
            for name, value, line in container.service.labels:
                if re.search(r"forward-?auth|basic-?auth|middlewares=.*auth", f"{name}={value}", re.IGNORECASE):
                    found.append((container.path, line, f"{name}={value}"[:120]))
        return tuple(found)

    @cached_property
    def gateway_paths(self) -> tuple[tuple[str, int, str], ...]:
        """The exact paths whose requests a gateway hands on by a rule of their own: file, line, path."""
        return tuple(
            (path, directive.line, directive.words[-1])
            for path, gateway in self._sources.facts(Gateway).items()
            if self._ownership.is_deployed(path)
            for directive in gateway.directives
            if directive.name == "location" and directive.words[:1] == ("=",)
            if _hands_on(gateway, f"{directive.block}/location {' '.join(directive.words)}".removeprefix("/"))
        )

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

    @cached_property
    def settings_modules(self) -> tuple[str, ...]:
        """The settings of Django's that production names, by themselves or where nobody sets another."""
        told = (text for _, _, text in self.environment("DJANGO_SETTINGS_MODULE"))
        return tuple(re.sub(r"^\$\{\w+:?-([^}]*)\}$", r"\1", text) for text in told)

    @cached_property
    def variables(self) -> dict[str, str]:
        """The environment variables that images, containers and platforms of production set, with what they are."""
        found = {key: text for _, platform in self.workloads.platforms for key, text in platform.environment}
        return found | {key: value for key, _, _, value in self._environment}

    def environment(self, name: str) -> tuple[tuple[str, int, str], ...]:
        """Where production sets an environment variable: path, line, value."""
        return tuple((path, line, value) for key, path, line, value in self._environment if key == name)

    @cached_property
    def _environment(self) -> tuple[tuple[str, str, int, str], ...]:
        """What images and, after them, containers of production set: variable, path, line, value."""
        of_images = (
            (key, built.path, line, value)
            for built in self.service_images
            for key, (value, line) in built.image.variables.items()
        )
        of_containers = (
            (key, container.path, line, value)
            for container in self.own_containers
            if container.deployed
            for key, value, line in container.service.environment
        )
        return (*of_images, *of_containers)

    @cached_property
    def gunicorn_settings(self) -> tuple[tuple[str, GunicornSettings], ...]:
        """Gunicorn's configuration files for production, by path."""
        return tuple(
            (path, settings)
            for path, settings in self._sources.facts(GunicornSettings).items()
            if self._ownership.is_deployed(path)
        )

    @cached_property
    def logging_files(self) -> tuple[Evidence, ...]:
        """The loggers of INI files that servers are started with: Pyramid's own and gunicorn set them up."""
        units = self._sources.facts(ServiceUnits)
        return tuple(
            Evidence(path, section.line, f"`{one.command.server}` is started with its loggers")
            for one in self.started_commands
            for word in (one.target, *one.command.arguments)
            if one.command.server not in ("", "alembic")  # whose loggers are those of its own run
            and (path := self._launches.resolve(word, one.path)).endswith(".ini")
            and path in units
            for section in units[path].sections
            if section.name == "loggers"
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
        contained = [*self._of_images(), *self.workloads.started()]
        contained += [one for container in self.containers for one in container.started]
        yield from contained
        led_to = {one.path for one in contained if one.deployed}
        for path, procfile in self._sources.facts(Procfile).items():
            deployed = self._ownership.is_deployed(path) and not _is_of_developers(procfile)
            yield from self._launches.of_procfile(path, "procfile", deployed=deployed)
        for path in self._sources.facts(ServiceUnits):
            if path in led_to:
                continue  # what a container starts by way of it is known, and how signals reach that
            yield from self._launches.of_units(path, "unit", deployed=self._ownership.is_deployed(path))
        in_production = {one.path for one in self._of_images() if one.deployed}
        of_developers = {one.path for one in self._of_images() if not one.deployed} - in_production
        for path, script in self._sources.facts(ShellScript).items():
            if script.commands and _STARTS.search(path):
                deployed = self._ownership.is_deployed(path) and path not in of_developers
                yield from self._launches.of_script(path, "script", deployed=deployed)

    def _of_images(self) -> Iterator[Started]:
        for built in self.images:
            yield from built.started


_IN_CONTAINER = re.compile(r"\b(docker|podman) (run|build|compose)\b|\b(docker|podman)-compose\b")
_LIMITING_SETTING = re.compile(
    r"(^|\.)(rate_based_statement\.limit|rate_limit_options\.|throttling_rate_limit$|throttle_settings\.rate_limit$)"
)
"""Settings by which firewalls and gateways of a cloud limit how often one caller may ask."""
_LIMITING_RESOURCE = re.compile(r"^(cloudflare_rate_?limit|aws_waf(regional)?_rate_based_rule)$")
_PUSHES = re.compile(r"\b(docker|podman|buildah)\b[^\n|;&]*\bpush\b|\bkaniko\b")
_CLIENTS = re.compile(r"(urllib|http\.client|requests|httpx|aiohttp|urllib3)(\.|$)")
_STARTS = re.compile(
    r"(^|/)((docker[-_])?entry[-_]?point[^/]*|[^/]*[-_]?start([-_][^/]*)?|run"
    r"|(s6-rc|services|service|runit|cont-init)(\.d)?/.*(run|up|script|[0-9]+-[^/]+))(\.sh|\.bash)?$",
    re.IGNORECASE,
)


def _is_of_developers(procfile: Procfile) -> bool:
    """Whether processes are started beside containers of what they need, as on a developer's machine alone."""
    return any(_IN_CONTAINER.search(process.command) for process in procfile.processes)


def _hands_on(gateway: Gateway, block: str) -> bool:
    """Whether a block passes what it is asked to something behind the gateway, itself or by a file that it includes."""
    return any(
        one.block == block
        and (one.name.endswith("_pass") or (one.name == "include" and " ".join(one.words).endswith("_pass")))
        for one in gateway.directives
    )
