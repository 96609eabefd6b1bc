"""What is deployed from a tree, and what that starts: images, Compose services, workloads, units; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.compose import ComposeFile, ComposeService
from readiness_bot.facts.dockerfile import Dockerfile
from readiness_bot.facts.procfile import Procfile
from readiness_bot.facts.service_units import ServiceUnits
from readiness_bot.facts.shell import ShellScript
from readiness_bot.model import Area
from readiness_bot.repo.commands import Parsed
from readiness_bot.repo.images import Image, Purpose, purpose_by_path
from readiness_bot.repo.launches import Launches, Started
from readiness_bot.repo.sources import Sources


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
        candidates = [built for built in self.images if built.purpose == "service"]
        # Beside an image that opens a port or starts a server, one that runs some command is a task or a plugin.
        serving = [built for built in candidates if _serves(built)] or candidates
        return tuple(sorted(serving, key=lambda built: (built.path.count("/"), built.path)))

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
        deployed = self._is_deployed(path)
        started = tuple(self._of_container(path, service, deployed=deployed))
        store = store_of(service.image) if not service.builds else ""
        own = not store and (
            service.builds or self._is_own_image(service.image) or any(one.resolved for one in started)
        )
        return Container(path, service, own, store, deployed, started if own else ())

    def _of_container(self, path: str, service: ComposeService, *, deployed: bool) -> Iterator[Started]:
        words = tuple(
            word for command in (service.entrypoint, service.command) if command is not None for word in command.words
        )
        if words:
            told = service.command or service.entrypoint
            line = told.line if told is not None else service.line
            yield from self._launches.of_words(words, path, line, "compose", deployed=deployed)

    def _is_deployed(self, path: str) -> bool:
        """Whether a deployment file is for production rather than for development, tests or documentation."""
        if self._sources.area(path) in (Area.TEST, Area.EXAMPLE, Area.DOCUMENTATION, Area.VENDORED):
            return False
        words = set(re.split(r"[-_./]+", path.lower()))
        return not words & _NOT_DEPLOYED

    @cached_property
    def _own_names(self) -> frozenset[str]:
        """Names of this repository's packages, letters and digits alone."""
        packages = {path.rpartition("/")[0] for path in self._sources.paths if path.endswith("/__init__.py")}
        roots = {package.rpartition("/")[2] for package in packages if package.rpartition("/")[0] not in packages}
        return frozenset(name for root in roots if len(name := _letters(root)) > 3 and name not in _ANYBODYS)

    def _is_own_image(self, image: str) -> bool:
        name = _letters(image_name(image))
        return any(name.startswith(own) or own.startswith(name) for own in self._own_names if len(name) > 3)

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
        for container in self.containers:
            yield from container.started
        for path in self._sources.facts(Procfile):
            yield from self._launches.of_procfile(path, "procfile", deployed=self._is_deployed(path))
        for path in self._sources.facts(ServiceUnits):
            yield from self._launches.of_units(path, "unit", deployed=self._is_deployed(path))
        for path, script in self._sources.facts(ShellScript).items():
            if script.commands and _STARTS.search(path):
                yield from self._launches.of_script(path, "script", deployed=self._is_deployed(path))


_STARTS = re.compile(
    r"(^|/)((docker[-_])?entry[-_]?point[^/]*|[^/]*[-_]?start([-_][^/]*)?|run"
    r"|(s6-rc|services|service|runit|cont-init)(\.d)?/.*(run|up|script|[0-9]+-[^/]+))(\.sh|\.bash)?$",
    re.IGNORECASE,
)
_NOT_DEPLOYED_WORDS = """
dev devel development devcontainer debug local test tests testing ci e2e cypress playwright override mock mocks mockservices docs doc example
examples demo sample bench benchmark github circleci gitpod worktree tutorial tutorials vscode
"""
_NOT_DEPLOYED = frozenset(_NOT_DEPLOYED_WORDS.split())
_ANYBODYS = frozenset(
    "tests test app apps api src core server backend service utils scripts plugins docs common".split()  # noqa: SIM905
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


def image_name(reference: str) -> str:
    """The last part of an image's name: without registry, tag, digest, and without interpolations around a default."""
    plain = re.sub(r"\$\{[^}:]*:?-([^}]*)\}", r"\1", reference)
    return plain.partition("@")[0].rpartition("/")[2].partition(":")[0]


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


_STORES = {
    "postgres": r"postgres|pgvector|postgis|timescale|pgbouncer|cockroach|supabase-db|citus",
    "mysql": r"mysql|mariadb|percona",
    "mongo": r"mongo|ferretdb",
    "redis": r"redis|valkey|keydb|dragonfly",
    "memcached": r"memcached",
    "rabbitmq": r"rabbitmq",
    "kafka": r"kafka|zookeeper|redpanda|cp-",
    "elasticsearch": r"elasticsearch|opensearch|solr|meilisearch|typesense",
    "objects": r"minio|localstack|azurite|seaweedfs",
    "other": r"clickhouse|influxdb|neo4j|cassandra|scylla|couchdb|qdrant|weaviate|milvus|chroma|nats|mssql|azure-sql",
}


def store_of(reference: str) -> str:
    """The kind of store or broker that a public image runs; empty for any other image."""
    name = image_name(reference).lower()
    return next((kind for kind, pattern in _STORES.items() if re.match(rf"(bitnami-)?({pattern})", name)), "")
