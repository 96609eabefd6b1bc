"""What runs the service beyond a single machine's containers: pods, platforms, cloud resources, units; judges none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from msgspec import structs

from readiness_bot.facts.configuration_management import ManagedHosts
from readiness_bot.facts.hcl_blocks import HclBlock, HclFile
from readiness_bot.facts.helm_values import HelmValues, Leaf
from readiness_bot.facts.manifests import CLOSE, OPEN, Block, Manifests, PodContainer, Resource, Workload, put_in_by
from readiness_bot.facts.platform_file import PlatformFile
from readiness_bot.facts.service_units import ServiceUnits
from readiness_bot.repo.launches import Launches, Started
from readiness_bot.repo.ownership import Ownership, is_foreign_image, store_of
from readiness_bot.repo.sources import Sources


@dataclass(frozen=True, slots=True)
class Pod:
    """One container of a Kubernetes workload that runs this repository's code.

    `values` are the leaves that fill the template of a chart in, its own before those kept for production; empty for
    a plain manifest.
    """

    path: str
    workload: Workload
    container: PodContainer
    values: tuple[Leaf, ...]
    started: tuple[Started, ...]

    @property
    def name(self) -> str:
        """The container's name, or that of its workload where it has none of its own."""
        return self.container.name or self.workload.name

    def filled(self, key: str, suffix: str = "") -> Leaf | None:
        """The value that fills in the container's `key` (`resources`, `livenessProbe`), or below it the `suffix`."""
        expression = next((text for name, text in self.container.templated if name == key), "")
        return self.value(expression, suffix)

    def value(self, expression: str, suffix: str = "") -> Leaf | None:
        """The leaf that a template's expression stands for, or the one below it that ends in `suffix`."""
        keys = expression.removeprefix(OPEN).removesuffix(CLOSE).removeprefix(".Values.")
        if not keys or keys == expression:
            return None
        below = (leaf for leaf in self.values if leaf.keys == keys or leaf.keys.startswith(f"{keys}."))
        for leaf in below:
            told = leaf.value not in ("", "{}", "[]", "null")
            if told and (not suffix or f".{leaf.keys}".endswith(f".{suffix}")):
                return leaf
        return None

    @property
    def limits_memory(self) -> bool:
        """Whether its memory is bounded, by the manifest or by the chart's values."""
        return "memory" in self.container.limits or self.filled("resources", "limits.memory") is not None

    @property
    def requests_memory(self) -> bool:
        """Whether memory is requested for it, by the manifest or by the chart's values."""
        return "memory" in self.container.requests or self.filled("resources", "requests.memory") is not None

    @property
    def runs_as_non_root(self) -> bool:
        """Whether the pod or the container must not run as root."""
        container, workload = self.container, self.workload
        for told in (container.run_as_non_root, workload.run_as_non_root):
            if told:
                return told.lower() == "true"
        users = [user for user in (container.run_as_user, workload.run_as_user) if user]
        if users:
            return users[0] not in ("0", "root")
        return any(
            found is not None
            for found in (
                self.filled("securityContext", "runAsNonRoot"),
                self.filled("securityContext", "runAsUser"),
                self.value(workload.security_template, "runAsNonRoot"),
                self.value(workload.security_template, "runAsUser"),
            )
        )


@dataclass(frozen=True, slots=True)
class Compute:
    """Something that runs the service: `via` is the tool (`Kubernetes`, `Terraform`, `fly`, …).

    `is_function` says that it is code alone, which the platform puts into a runtime of its own.
    """

    path: str
    line: int
    via: str
    detail: str
    is_function: bool = False


_OF_PRODUCTION = re.compile(r"(?<![a-z])(prod(uction)?|live)(?![a-z])[^/]*\.ya?ml$", re.IGNORECASE)
"""Values by which a chart is filled in for production, where its own leave something out."""
_FUNCTION = re.compile(r"(^|_)(lambda_function|cloudfunctions2?_function|function_app)$")
_FUNCTION_MODULE = re.compile(r"lambda|function")
_COMPUTE = re.compile(
    r"(aws_(ecs_(service|task_definition)|lambda_function|instance|autoscaling_group|launch_template|apprunner_service|eks_cluster"
    r"|elastic_beanstalk_environment|lightsail_\w+)|google_(cloud_run_(v2_)?service|compute_instance(_template)?|container_cluster"
    r"|app_engine_\w+|cloudfunctions2?_function)|azurerm_((linux_)?(web_app|function_app|virtual_machine)|app_service"
    r"|container_(app|group)|kubernetes_cluster)|digitalocean_(app|droplet|kubernetes_cluster)|kubernetes_(deployment|stateful_set)(_v1)?"
    r"|helm_release|heroku_app|heroku_formation|fly_(app|machine)|nomad_job|hcloud_server|docker_(service|container)|render_web_service"
    r"|railway_service|scaleway_container|openstack_compute_instance\w*)$"
)
_COMPUTE_MODULE = re.compile(
    r"(ecs|eks|fargate|cloud-run|cloud_run|lambda|app-service|gke|kubernetes|ec2-instance|autoscaling|beanstalk)"
)


_SERVING = frozenset({"ClowdApp", "Deployment", "StatefulSet", "Rollout", "Service", "DeploymentConfig"})
"""Kinds of workloads that serve; daemons and jobs beside them tell less of how the service runs."""


class Workloads:
    """Questions about what runs the service."""

    def __init__(self, sources: Sources, ownership: Ownership, launches: Launches) -> None:
        self._sources = sources
        self._ownership = ownership
        self._launches = launches

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        """The containers of deployed manifests and charts that run this repository's code, by place."""
        return tuple(
            Pod(where, self._secured(workload, path), container, self._values(path), started)
            for path, manifests in self._sources.facts(Manifests).items()
            if self._ownership.is_deployed(path)
            for workload in manifests.workloads
            if not workload.hook.startswith("test")
            for where, container in self._containers(workload, path)
            if self._is_own(container)
            for started in (tuple(self._started(where, container)),)
        )

    def _containers(self, workload: Workload, path: str) -> Iterator[tuple[str, PodContainer]]:
        """The containers of a workload with the files they stand in, those that a block of its chart holds too."""
        yield from ((path, container) for container in workload.containers)
        where, block = self._block(workload.put_in, path) if workload.put_in else ("", None)
        for container in block.containers if block is not None else ():
            yield where, container

    def _secured(self, workload: Workload, path: str) -> Workload:
        """The workload with whom it runs as, where a block of its chart says so."""
        _, block = self._block(put_in_by(workload.security_template), path)
        if block is None:
            return workload
        return structs.replace(workload, run_as_non_root=block.run_as_non_root, run_as_user=block.run_as_user)

    def _block(self, name: str, path: str) -> tuple[str, Block | None]:
        """The block of this name in the chart that a template belongs to, and the file that defines it."""
        return self._blocks.get((path.partition("templates/")[0], name), ("", None))

    @cached_property
    def _blocks(self) -> dict[tuple[str, str], tuple[str, Block]]:
        return {
            (path.partition("templates/")[0], block.name): (path, block)
            for path, manifests in self._sources.facts(Manifests).items()
            for block in manifests.blocks
        }

    def _is_own(self, container: PodContainer) -> bool:
        image = container.image
        if container.init and not container.command:
            return False
        return self._ownership.is_own_image(image) or not (store_of(image) or is_foreign_image(image))

    def _values(self, path: str) -> tuple[Leaf, ...]:
        chart, separator, _ = path.partition("templates/")
        known = self._sources.facts(HelmValues) if separator else {}
        files = [f"{chart}values.yaml", *(one for one in known if one.startswith(chart) and _OF_PRODUCTION.search(one))]
        return tuple(leaf for one in files if one in known for leaf in known[one].leaves)

    def _started(self, path: str, container: PodContainer) -> Iterator[Started]:
        words = (*container.command, *container.arguments)
        if words:
            yield from self._launches.of_words(words, path, container.command_line, "kubernetes")

    @cached_property
    def resources(self) -> tuple[tuple[str, Resource], ...]:
        """The deployed resources that run no pods, by place."""
        return tuple(
            (path, resource)
            for path, manifests in self._sources.facts(Manifests).items()
            if self._ownership.is_deployed(path)
            for resource in manifests.resources
        )

    @cached_property
    def platforms(self) -> tuple[tuple[str, PlatformFile], ...]:
        """The descriptors of hosting platforms that run something, by path; static sites are none."""
        return tuple(
            (path, platform)
            for path, platform in self._sources.facts(PlatformFile).items()
            if platform.platform
            and self._ownership.is_deployed(path)
            and (not platform.processes or any(process.kind != "static" for process in platform.processes))
        )

    @cached_property
    def cloud_blocks(self) -> tuple[tuple[str, HclBlock], ...]:
        """The blocks of deployed Terraform and Nomad files, by place."""
        return tuple(
            (path, block)
            for path, file in self._sources.facts(HclFile).items()
            if self._ownership.is_deployed(path)
            for block in file.blocks
        )

    def started(self) -> Iterator[Started]:
        """What pods and platforms start."""
        for pod in self.pods:
            yield from pod.started
        for path, platform in self.platforms:
            for process in platform.processes:
                for text in (process.before, process.command):
                    if text and process.kind != "function":
                        yield from self._launches.of_text(text, path, process.line, "platform")

    @cached_property
    def computes(self) -> tuple[Compute, ...]:
        """Everything that runs the service, one for each file and tool, by place."""
        found: dict[tuple[str, str], Compute] = {}
        for compute in self._computes():
            found.setdefault((compute.path, compute.via), compute)
        return tuple(found.values())

    def _computes(self) -> Iterator[Compute]:
        for pod in sorted(self.pods, key=lambda pod: pod.workload.kind not in _SERVING):
            detail = f"{pod.workload.kind} runs {_shown(pod.container.image)}"
            yield Compute(pod.path, pod.workload.line, "Kubernetes", detail)
        for path, platform in self.platforms:
            names = ", ".join(process.name for process in platform.processes[:3]) or "the application"
            packed = bool(platform.processes) and all(
                process.kind == "function" and not process.image for process in platform.processes
            )
            detail = f"{platform.platform} runs {names}"
            yield Compute(path, platform.line, platform.platform, detail, packed)
        for path, block in self.cloud_blocks:
            if block.type == "resource" and block.labels and _COMPUTE.match(block.labels[0]):
                packed = bool(_FUNCTION.search(block.labels[0])) and block.get("image_uri") is None
                yield Compute(path, block.line, "Terraform", f"resource {block.labels[0]}", packed)
            elif (
                block.type == "module"
                and (source := block.get("source")) is not None
                and _COMPUTE_MODULE.search(source.value)
            ):
                packed = _FUNCTION_MODULE.search(source.value) is not None
                yield Compute(path, block.line, "Terraform", f"module {source.value[:80]}", packed)
            elif block.type == "job" and block.labels:
                yield Compute(path, block.line, "Nomad", f"job {block.labels[0]}")
        yield from self._units()
        for path, managed in self._sources.facts(ManagedHosts).items():
            if managed.tool and managed.steps and self._ownership.is_deployed(path):
                step = managed.steps[0]
                yield Compute(path, step.line, managed.tool.capitalize(), step.text[:80])

    def _units(self) -> Iterator[Compute]:
        for path, units in self._sources.facts(ServiceUnits).items():
            for section in units.sections if self._ownership.is_deployed(path) else ():
                start = section.get("ExecStart") if section.name == "Service" else None
                if start is not None and (self._starts_own(path) or re.search(r"\b(docker|podman)\b", start.value)):
                    yield Compute(path, start.line, "systemd", f"unit starts {start.value[:80]}")

    def _starts_own(self, path: str) -> bool:
        unit = path.rpartition("/")[2].partition(".")[0].partition("@")[0]
        return self._ownership.is_title(unit) or any(
            one.resolved or one.kind in ("app", "module", "django") or self._ownership.is_own_name(one.target)
            for one in self._launches.of_units(path, "unit")
        )


def _shown(image: str) -> str:
    return image.replace(OPEN, "").replace(CLOSE, "") or "a container"
