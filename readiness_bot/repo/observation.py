"""What watches the service and what saves its data, as far as files of the tree say so; judges neither."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from readiness_bot.facts.compose import ComposeService
from readiness_bot.facts.monitors import Monitors
from readiness_bot.facts.platform_file import PlatformFile
from readiness_bot.facts.shell import ShellScript
from readiness_bot.model import Area
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.workloads import Workloads


@dataclass(frozen=True, slots=True)
class Observer:
    """An alert rule, dashboard, monitor or collector.

    `kind` is `alert`, `dashboard`, `monitor`, `logs`, `routing` or `scraping`; `documented` says that it lies among
    documents rather than with what is deployed.
    """

    path: str
    line: int
    kind: str
    name: str
    documented: bool


@dataclass(frozen=True, slots=True)
class Backup:
    """A step that saves a store's data, or brings it back; `scheduled` where something runs it by the clock."""

    path: str
    line: int
    kind: Literal["backup", "restore"]
    detail: str
    scheduled: bool


_WATCHING = {
    "alert": r"aws_cloudwatch_metric_alarm|google_monitoring_alert_policy|azurerm_monitor_\w*alert\w*"
    r"|grafana_rule_group|newrelic_\w*alert\w*|pagerduty_\w+|opsgenie_\w+",
    "dashboard": r"aws_cloudwatch_dashboard|google_monitoring_dashboard|grafana_dashboard|datadog_dashboard\w*"
    r"|newrelic_\w*dashboard",
    "monitor": r"datadog_(monitor|service_level_objective|synthetics_test)|betteruptime_\w+|statuscake_\w+"
    r"|checkly_check|google_monitoring_uptime_check_config",
}
_UNSHIPPED = (Area.TEST, Area.EXAMPLE, Area.VENDORED, Area.GENERATED)


def observers(sources: Sources, workloads: Workloads) -> Iterator[Observer]:
    """Everything that watches, tests and examples apart."""
    for path, monitors in sources.facts(Monitors).items():
        area = sources.area(path)
        if area not in _UNSHIPPED:
            for monitor in monitors.monitors:
                yield Observer(path, monitor.line, monitor.kind, monitor.name, area is Area.DOCUMENTATION)
    for path, block in workloads.cloud_blocks:
        for kind, pattern in _WATCHING.items():
            if block.type == "resource" and block.labels and re.fullmatch(pattern, block.labels[0]):
                yield Observer(path, block.line, kind, block.labels[-1], documented=False)
    for path, resource in workloads.resources:
        if resource.kind in ("ServiceMonitor", "PodMonitor"):
            yield Observer(path, resource.line, "scraping", resource.name, documented=False)
        elif resource.kind in ("GrafanaDashboard", "DatadogMonitor"):
            yield Observer(path, resource.line, "dashboard", resource.name, documented=False)


_DUMPING_PROGRAMS = """
pg_dump pg_dumpall pg_basebackup mysqldump mariadb-dump mongodump restic borg borgmatic wal-g wal-e pgbackrest barman
xtrabackup mariabackup litestream duplicity rdiff-backup
"""
_DUMPING = frozenset(_DUMPING_PROGRAMS.split())
_OF_DEVELOPERS = re.compile(r"(^|[/_.-])(dev|devel|development)([/_.-]|$)", re.IGNORECASE)
"""A script of these copies what developers work with."""
_LOADING = frozenset({"pg_restore", "mongorestore"})
_TELLING = frozenset({"echo", "printf"})
_RESTORING = re.compile(r"(^|[/_.-])restore[\w-]*(\.sh)?$", re.IGNORECASE)
_CLIENTS = frozenset({"psql", "mysql", "mariadb", "createdb", "mongosh", "mongo", "redis-cli"})
"""What a script that is named for restoring feeds a dump to."""
_BACKUP_IMAGE = re.compile(
    r"(postgres-backup|mysql-backup|db-backup|pgbackups?|mongo-backup|restic|borgmatic|litestream|wal-g|volume-backup)"
)
_BACKUP_SETTING = re.compile(
    r"(backup_retention_period|backup_retention_days|point_in_time_recovery(_enabled)?|backup_configuration\.enabled"
    r"|(point_in_time_recovery|backup_policy|backup)\.enabled|snapshot_retention_limit|backup_policy"
    r"|automated_snapshot_retention_period)$"
)
_BACKUP_RESOURCE = re.compile(
    r"(aws_backup_(plan|selection)|aws_dlm_lifecycle_policy|azurerm_backup_\w+|google_backup_\w+)"
)
_KEPT_IN_CHARTS = re.compile(
    r"(?:^|/)(?:helm|charts?|k8s|kubernetes|manifests)[^/]*/(?:.+/)?([^/]*(?:back-?up|restore|dump)[^/]*)\.ya?ml$",
    re.IGNORECASE,
)
"""Templates of a chart, which cannot be read before they are filled in, by their names."""
_BACKUP_KIND = re.compile(
    r"(ScheduledBackup|Backup|BackupSchedule|VolumeSnapshot|Schedule|PerconaServer\w*Backup|CronBackup)"
)


def backups(
    sources: Sources, workloads: Workloads, containers: Iterable[tuple[str, ComposeService]]
) -> Iterator[Backup]:
    """Everything that saves or restores, tests apart."""
    yield from _of_scripts(sources)
    for path, service in containers:
        told = [command.words for command in (service.entrypoint, service.command) if command is not None]
        kind = _kind_of(tuple(word for words in told for word in words))
        if _BACKUP_IMAGE.search(service.image) or kind is not None:
            detail = f"service {service.name} ({service.image})"
            yield Backup(path, service.line, kind or "backup", detail, scheduled=True)
    for pod in workloads.pods:
        kind = _kind_of((*pod.container.command, *pod.container.arguments))
        if kind is not None or _BACKUP_IMAGE.search(pod.container.image):
            scheduled = pod.workload.kind == "CronJob"
            yield Backup(
                pod.path, pod.container.line, kind or "backup", f"{pod.workload.kind} {pod.workload.name}", scheduled
            )
    for path, resource in workloads.resources:
        saves = re.search(
            r"velero|cnpg|postgres|percona|k8up|snapshot|stash|mysql|mongo", resource.api.partition("/")[0]
        )
        if saves and _BACKUP_KIND.fullmatch(resource.kind):
            yield Backup(path, resource.line, "backup", f"{resource.kind} {resource.name}", scheduled=True)
    yield from _of_cloud(workloads)
    for path, platform in sources.facts(PlatformFile).items():
        if sources.area(path) not in _UNSHIPPED:
            yield from (Backup(path, line, "backup", text, scheduled=True) for line, text in platform.backups)
    for path in sorted(sources.paths):
        named = _KEPT_IN_CHARTS.search(path)
        if named is not None and sources.area(path) not in (Area.TEST, Area.VENDORED):
            does: Literal["backup", "restore"] = "restore" if "restore" in named[1].lower() else "backup"
            yield Backup(path, 1, does, f"a manifest named {path.rpartition('/')[2]}", scheduled="cron" in path.lower())


def _of_scripts(sources: Sources) -> Iterator[Backup]:
    for path, script in sources.facts(ShellScript).items():
        if sources.area(path) in _UNSHIPPED or _OF_DEVELOPERS.search(path):
            continue
        scheduled = bool(re.search(r"cron|periodic", path))
        restores = _RESTORING.search(path) is not None
        for command in script.commands:
            if command.words[0] in _TELLING:
                continue
            feeds = restores and not _CLIENTS.isdisjoint(word.rpartition("/")[2] for word in command.words[:2])
            kind = "restore" if feeds else _kind_of(command.words)
            if kind is not None:
                yield Backup(path, command.line, kind, " ".join(command.words)[:80], scheduled)


def _of_cloud(workloads: Workloads) -> Iterator[Backup]:
    for path, block in workloads.cloud_blocks:
        if block.type == "resource" and block.labels and _BACKUP_RESOURCE.fullmatch(block.labels[0]):
            yield Backup(path, block.line, "backup", f"resource {block.labels[0]}", scheduled=True)
            continue
        for setting in block.settings:
            if _BACKUP_SETTING.search(setting.key) and setting.value.lower() not in ("0", "false", "null", ""):
                yield Backup(path, setting.line, "backup", f"{setting.key} = {setting.value}"[:80], scheduled=True)


def _kind_of(words: tuple[str, ...]) -> Literal["backup", "restore"] | None:
    parts = [part.rpartition("/")[2] for word in words for part in word.split()]
    names = set(parts)
    if names & _LOADING or (names & _DUMPING and "restore" in names):
        return "restore"
    told = parts[parts.index("pg_dump") :] if "pg_dump" in names else []
    of_tables = any(re.match(r"-t|--table(=|$)", part) for part in told)
    return "backup" if names & _DUMPING and not of_tables else None
