"""Which deployment files and images are the repository's own and meant for production, told by their names."""

from __future__ import annotations

import re
from functools import cached_property

from readiness_bot.facts.dockerfile import Dockerfile
from readiness_bot.facts.pipeline import Pipeline
from readiness_bot.facts.prose import Prose
from readiness_bot.facts.shell import ShellScript, shell_commands
from readiness_bot.model import Area
from readiness_bot.repo.sources import Sources

_FOREIGN_AREAS = (Area.TEST, Area.EXAMPLE, Area.DOCUMENTATION, Area.VENDORED, Area.GENERATED)
_NOT_DEPLOYED_WORDS = """
dev devel development devcontainer debug local test tests testing ci e2e cypress playwright override mock
mocks mockservices docs doc example examples demo sample bench benchmark github circleci gitpod worktree
tutorial tutorials vscode hack kind minikube k3d tilt
"""
_NOT_DEPLOYED = frozenset(_NOT_DEPLOYED_WORDS.split())
_OF_PIPELINES = frozenset({"ci", "github", "circleci"})
"""Names of folders of pipelines, which keep what they deploy as well as what they test with."""
_APPLYING = re.compile(r"\b(kubectl|oc|helm|nomad)( .*)? (apply|create|replace|upgrade|install|run)\b")
_ANYBODYS = frozenset(
    {"tests", "test", "app", "apps", "api", "src", "core", "server", "backend", "service", "utils", "scripts", "common"}
)

_PARTS_OF_BUILDS = """
final production release runtime runner image builder build development deploy deployed deployment target staging
serve serving nginx python worker web webserver frontend slim default minimal prodbase prod base alpine debian ubuntu
"""
_PARTS = frozenset(_PARTS_OF_BUILDS.split())
"""What stages are called after their part in a build, in any repository."""

STORES = {
    "postgres": r"postgres|pgvector|postgis|timescale|pgbouncer|cockroach|citus",
    "mysql": r"mysql|mariadb|percona",
    "mongo": r"mongo|ferretdb",
    "redis": r"redis|valkey|keydb|dragonfly",
    "memcached": r"memcached",
    "rabbitmq": r"rabbitmq",
    "kafka": r"kafka|zookeeper|redpanda|cp-",
    "elasticsearch": r"elasticsearch|opensearch|solr|meilisearch|typesense",
    "objects": r"minio|localstack|azurite|seaweedfs",
    "other": r"clickhouse|influxdb|neo4j|cassandra|scylla|couchdb|dynamodb-local|qdrant|weaviate|milvus|chroma|nats"
    r"|mssql|azure-sql",
}
"""Kinds of stores and brokers by the beginnings of the names of their public images."""

_RUNTIMES = frozenset(
    {"python", "pypy", "node", "golang", "rust", "openjdk", "conda", "miniconda", "micromamba", "lambda"}
)
_FOREIGN_IMAGE = re.compile(
    r"(nginx|traefik|caddy|haproxy|envoy|httpd|grafana|prometheus|alertmanager|loki|promtail|tempo|jaeger|otel|opentelemetry"
    r"|zipkin|kibana|logstash|fluent|filebeat|vector|datadog|adminer|pgadmin|phpmyadmin|mongo-express|mailhog|mailpit"
    r"|maildev|flower|portainer|watchtower|busybox|alpine|ubuntu|debian|curl|keycloak|vault|consul|tika|gotenberg"
    r"|selenium|browserless|certbot|node$|statsd|[\w-]*exporter$|cloudflared|ingress|controller|kube-|kubectl|pause$|docker$|git-sync"
    r"|gce-proxy|cloud-?sql-(auth-)?proxy)"
)


_FRONT_PAGE = re.compile(r"(\.github/|docs/)?README(\.\w+)?$", re.IGNORECASE)
_OWNER_AND_NAME = re.compile(r"(?:^|[\s/,=])([a-z0-9][\w.-]*/[a-z0-9][\w.-]*?)(?=[:,\s@]|$)", re.IGNORECASE)


def _words(path: str) -> set[str]:
    return set(re.split(r"[-_./]+", path))


class Ownership:
    """Tells the repository's own images and files for production from all others."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def is_deployed(self, path: str) -> bool:
        """Whether a deployment file is for production rather than for development, tests or documentation."""
        if self._sources.area(path) in _FOREIGN_AREAS:
            return False
        hindering = _words(re.sub(r"(^|/)(usr/|\.)local/", r"\1", path.lower())) & _NOT_DEPLOYED
        return not hindering or (hindering <= _OF_PIPELINES and self._is_applied(path))

    def _is_applied(self, path: str) -> bool:
        """Whether a file of pipelines is what one, or a script, puts into a cluster, by itself or with its folder."""
        parts = path.split("/")
        heads = ("/".join(parts[:count]) for count in range(len(parts), 0, -1))
        found = next((head for head in heads if head in self._applied), None)
        return found is not None and not _words(path[len(found) :].lower()) & _NOT_DEPLOYED

    @cached_property
    def _applied(self) -> frozenset[str]:
        """Every word of the scripts and of the steps of pipelines that put something into a cluster, as plain paths."""
        scripts = self._sources.facts(ShellScript).values()
        texts = [script.commands for script in scripts]
        texts += [
            shell_commands(step.run)
            for pipeline in self._sources.facts(Pipeline).values()
            for job in pipeline.jobs
            for step in job.steps
            if _APPLYING.search(step.run)
        ]
        return frozenset(
            word.removeprefix("./").rstrip("/")
            for commands in texts
            if any(_APPLYING.search(" ".join(command.words[:7])) for command in commands)
            for command in commands
            for word in command.words[1:]
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of this repository's packages, letters and digits alone."""
        packages = {path.rpartition("/")[0] for path in self._sources.paths if path.endswith("/__init__.py")}
        roots = {package.rpartition("/")[2] for package in packages if package.rpartition("/")[0] not in packages}
        return frozenset(name for root in roots if len(name := letters(root)) > 3 and name not in _ANYBODYS)

    @cached_property
    def _titles(self) -> frozenset[str]:
        """What the repository's front page calls it, letters and digits alone."""
        pages = [prose for path, prose in self._sources.facts(Prose).items() if _FRONT_PAGE.match(path)]
        titled = ([section.title for section in prose.sections if section.level] for prose in pages)
        heads = {letters(title) for titles in titled for title in titles[:1]}
        return frozenset(head for head in heads if len(head) > 3 and head not in _ANYBODYS)

    @cached_property
    def _published(self) -> frozenset[str]:
        """The images that pipelines tag and push, by what their steps are handed: owner and name."""
        return frozenset(
            found.lower()
            for pipeline in self._sources.facts(Pipeline).values()
            for job in pipeline.jobs
            for step in job.steps
            for pair in step.inputs
            if pair.name in ("tags", "images", "image")
            for found in _OWNER_AND_NAME.findall(pair.value)
        )

    @cached_property
    def _stages(self) -> frozenset[str]:
        """What the last stages of Dockerfiles are called, where that names the product: `FROM python:3.13 AS shop`."""
        last = (
            file.stages[-1].name
            for path, file in self._sources.facts(Dockerfile).items()
            if file.stages and self.is_deployed(path)
        )
        return frozenset(name for name in map(letters, last) if len(name) > 4 and name not in _ANYBODYS | _PARTS)

    def is_own_image(self, reference: str) -> bool:
        """Whether an image is named like a package of the repository or like itself, or is what its pipelines push."""
        name = image_name(reference)
        whole = "/".join(reference.lower().partition("@")[0].split("/")[-2:]).partition(":")[0]
        named = self.is_own_name(name) or self.is_title(name) or letters(name) in self._stages
        return named or whole in self._published

    def is_title(self, name: str) -> bool:
        """Whether the repository's front page calls it so, spelt in whatever way."""
        return letters(name) in self._titles

    def is_own_name(self, name: str) -> bool:
        """Whether a name begins like one of the repository's packages, or nearly is one."""
        plain = letters(name)
        if (
            len(plain) < 4
            or plain in _RUNTIMES
            or re.search(r"[-_](ui|front-?end|dashboard|docs?|client|www)$", name.lower())
        ):
            return False
        return any(
            plain.startswith(own) or (own.startswith(plain) and len(plain) * 5 >= len(own) * 4) for own in self.names
        )


def image_name(reference: str) -> str:
    """The last part of an image's name: without registry, tag, digest, and without interpolations around a default."""
    plain = re.sub(r"\$\{[^}:]*:?-([^}]*)\}", r"\1", reference)
    return plain.partition("@")[0].rpartition("/")[2].partition(":")[0]


def letters(name: str) -> str:
    """A name's letters and digits alone, in lower case, to compare names that are spelt differently."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def store_of(reference: str) -> str:
    """The kind of store or broker that a public image runs; empty for any other image."""
    name = image_name(reference).lower()
    return next((kind for kind, pattern in STORES.items() if re.match(rf"(bitnami-)?({pattern})", name)), "")


def is_foreign_image(reference: str) -> bool:
    """Whether an image is one of the well-known ones that surround a service: proxies, collectors, consoles."""
    return bool(_FOREIGN_IMAGE.match(image_name(reference).lower()))
