"""The jobs of queues: which queues there are, what brings a failed job back, what ends one that hangs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.values import Const, Mapping, Name, Value
from readiness_bot.model import Area, Evidence, Location
from readiness_bot.repo.modules import Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.services import Services, Setting, Task

_RECOVERING = frozenset(
    {
        "autoretry_for",
        "max_retries",
        "retry_backoff",
        "retries",
        "retry",
        "acks_late",
        "task_acks_late",
        "reject_on_worker_lost",
        "task_reject_on_worker_lost",
        "max_tries",
        "max_attempts",
        "retry_jitter",
        "celery_acks_late",
        "celery_task_acks_late",
        "task_autoretry_for",
        "retry_delay",
        "default_retry_delay",
    }
)
_LIMITING = frozenset(
    {
        "time_limit",
        "soft_time_limit",
        "task_time_limit",
        "task_soft_time_limit",
        "job_timeout",
        "timeout",
        "default_timeout",
        "celery_task_time_limit",
        "celery_task_soft_time_limit",
        "celeryd_task_time_limit",
        "celeryd_task_soft_time_limit",
        "celery_soft_time_limit",
        "celery_time_limit",
        "max_age",
    }
)
_ONLY_SHAPING = frozenset({"max_retries", "default_retry_delay", "retry_backoff", "retry_jitter", "retry_delay"})
"""How often and when a task of Celery is retried, once something has it retried."""
_ASKING = frozenset(
    {
        "ensure_connection",
        "ensure_connected",
        "connection",
        "connection_for_read",
        "connection_for_write",
        "get",
        "get_leaf",
        "wait",
        "join",
        "join_native",
        "collect",
        "inspect",
        "ping",
        "wait_for_result",
    }
)
"""Calls whose options are about the caller's own patience with broker and worker, not about a job."""
_QUEUES = frozenset({"celery", "rq", "django_rq", "dramatiq", "arq", "huey", "taskiq", "procrastinate", "saq"})
_PUTTING_OFF = ("delay", "apply_async", "send", "enqueue", "defer", "kiq", "delayed")
"""What a job is called by where a worker is to do it later."""
_RECOVER_AND_LIMIT_BY_DEFAULT = frozenset({"dramatiq"})
_LIMIT_BY_DEFAULT = frozenset({"rq", "arq", "saq"})
_RECOVER_BY_DEFAULT = frozenset({"arq", "django-q"})
_PACKAGES = {"django-q": "django_q"}
"""What is imported of a queue, where its package is called in another way."""


@dataclass(frozen=True, slots=True)
class Safety:
    """A job, or the settings of a whole queue, and what brings it back when it fails and ends it when it hangs.

    `name` is empty for settings, which hold for every job.
    """

    name: str
    location: Location
    recovered_by: tuple[str, ...]
    limited_by: tuple[str, ...]


class Jobs:
    """Questions about queued jobs; schedulers inside the process are none."""

    LOOKS = "job queues"

    def __init__(self, python: Python, services: Services) -> None:
        self._python = python
        self._services = services

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """Where a job queue is used: its tasks, else where its library is imported."""
        tasks = tuple(
            Evidence(task.definition.module.path, task.definition.definition.line, f"{task.queue} task `{task.name}`")
            for task in self._services.tasks[:5]
        )
        return tasks or tuple(self._imports()) or self._of_own_queue

    @cached_property
    def _of_own_queue(self) -> tuple[Evidence, ...]:
        """The jobs of an own queue: a decorator gives a function a way to be put off, and code puts it off."""
        marks = {
            site.name: item.target.rpartition(".")[2]
            for site in self._python.functions
            if len(site.definition.parameters) == 1
            for item in site.module.facts.assignments
            if item.scope == site.index
            and item.target in (f"?{site.definition.parameters[0].name}.{name}" for name in _PUTTING_OFF)
        }
        found = []
        for site in self._python.functions if marks else ():
            for decorator in site.definition.decorators:
                if isinstance(decorator, Name):
                    mark = self._python.definition(decorator.name, site.module)
                    if mark is not None and any(True for _ in self._python.calls_of(marks.get(mark.name, ""))):
                        detail = f"`{site.definition.name}` is put off by `{mark.definition.name}`"
                        found.append(Evidence(site.module.path, site.definition.line, detail))
        return tuple(found[:5])

    def _imports(self) -> Iterator[Evidence]:
        for queue in sorted(self._services.queues - {"faststream", "faust"}):
            for module, item in self._python.imports(_PACKAGES.get(queue, queue)):
                if module.area is Area.PRODUCTION:
                    yield Evidence(module.path, item.line, f"uses {queue}")
                    break

    @property
    def exists(self) -> bool:
        """Whether there is a job queue."""
        return bool(self.evidence)

    @cached_property
    def safeties(self) -> tuple[Safety, ...]:
        """Each job, and each module that sets how jobs are run."""
        return (*map(self._safety_of_task, self._services.tasks), *self._safeties_of_settings())

    def _safety_of_task(self, task: Task) -> Safety:
        definition = task.definition.definition
        given = [name for name, value in task.keywords if _is_on(value)]
        retried = any(
            call.last == "retry" and definition.line <= call.line <= definition.end_line
            for call in task.definition.module.facts.calls
        )
        idle = _ONLY_SHAPING if self._is_never_retried(task) else frozenset()
        recovered = [name for name in given if name in _RECOVERING - idle]
        return Safety(
            task.name,
            task.definition.location,
            tuple(f"`{name}`" for name in (*recovered, *(("retry",) if retried else ()))),
            tuple(f"`{name}`" for name in given if name in _LIMITING),
        )

    def _safeties_of_settings(self) -> Iterator[Safety]:
        told: dict[str, list[Setting]] = defaultdict(list)
        for setting in self._services.settings:
            if self._is_of_queue(setting.name.lower(), setting.module):
                told[setting.module.path].append(setting)
        for path, settings in told.items():
            on = [setting.name for setting in settings if _is_on(setting.value)]
            yield Safety(
                "",
                Location(path, min(setting.line for setting in settings)),
                tuple(f"`{name}`" for name in on if name.lower() in _RECOVERING),
                tuple(f"`{name}`" for name in on if name.lower() in _LIMITING),
            )

    @cached_property
    def recoveries(self) -> tuple[Evidence, ...]:
        """What brings a failed or interrupted job back."""
        found = [
            *self._options(_RECOVERING),
            *self._by_default(_RECOVER_AND_LIMIT_BY_DEFAULT | _RECOVER_BY_DEFAULT, "retries by default"),
        ]
        for site in self._python.calls_of("retry"):
            if any(site.module is task.definition.module for task in self._services.tasks):
                found.append(
                    Evidence(site.module.path, site.call.line, f"`{site.call.via or site.call.name}`".replace("()", ""))
                )
        for site in self._python.calls("rq.Retry", "rq.job.Retry", "rq.registry.FailedJobRegistry"):
            found.append(Evidence(site.module.path, site.call.line, f"`{site.last}`"))
        return tuple(dict.fromkeys(found))

    @cached_property
    def limits(self) -> tuple[Evidence, ...]:
        """What ends a job that takes too long."""
        return tuple(
            dict.fromkeys(
                [
                    *self._options(_LIMITING),
                    *self._told_of_cluster(),
                    *self._by_default(
                        _RECOVER_AND_LIMIT_BY_DEFAULT | _LIMIT_BY_DEFAULT, "limits the time of a job by default"
                    ),
                ]
            )
        )

    def _told_of_cluster(self) -> Iterator[Evidence]:
        """The limit of time that the one setting of Django Q gives its jobs."""
        for setting in self._services.settings_named("Q_CLUSTER"):
            told = setting.value if isinstance(setting.value, Mapping) else Mapping((), ())
            for key, value in zip(told.keys, told.values, strict=True):
                if isinstance(key, Const) and key.value == "timeout" and _is_on(value):
                    yield Evidence(setting.module.path, setting.line, "`timeout` of `Q_CLUSTER`")

    def _by_default(self, queues: frozenset[str], what: str) -> Iterator[Evidence]:
        for evidence in self.evidence:
            queue = evidence.detail.removeprefix("uses ").partition(" ")[0]
            if queue in queues:
                yield Evidence(evidence.path, evidence.line, f"{queue} {what}")

    def _options(self, names: frozenset[str]) -> Iterator[Evidence]:
        yield from self._options_of_tasks(names)
        yield from self._options_of_settings(names)
        yield from self._options_of_calls(names)

    def _options_of_tasks(self, names: frozenset[str]) -> Iterator[Evidence]:
        for task in self._services.tasks:
            for name, value in task.keywords:
                if name in names and _is_on(value) and not (name in _ONLY_SHAPING and self._is_never_retried(task)):
                    yield Evidence(
                        task.definition.module.path, task.definition.definition.line, f"`{name}` of task `{task.name}`"
                    )

    @staticmethod
    def _is_never_retried(task: Task) -> bool:
        """Whether a task of Celery has its retries counted and delayed, with nothing that would start one."""
        definition, calls = task.definition.definition, task.definition.module.facts.calls
        return (
            task.queue == "celery"
            and not any(name in ("autoretry_for", "base") and _is_on(value) for name, value in task.keywords)
            and not any(
                call.last in ("retry", "apply_async", "autoretry") or call.last.endswith("retry")
                for call in calls
                if definition.line <= call.line <= definition.end_line
            )
        )

    def _options_of_settings(self, names: frozenset[str]) -> Iterator[Evidence]:
        for setting in self._services.settings:
            name = setting.name.lower()
            if name in names and self._is_of_queue(name, setting.module) and _is_on(setting.value):
                yield Evidence(setting.module.path, setting.line, f"`{setting.name}`")
        for module in self._python.production:
            for assignment in module.facts.assignments:
                last = assignment.target.rpartition(".")[2]
                of_queue = ".conf." in assignment.target or module in self._settings_modules
                if last.lstrip(":") in names and of_queue and _is_on(assignment.value):
                    yield Evidence(module.path, assignment.line, f"`{last.lstrip(':')}`")

    @cached_property
    def _settings_modules(self) -> tuple[Module, ...]:
        """The modules that an application of Celery's takes its settings from, by their dotted names."""
        named = (
            (self._python.constant(site.call.argument(0, "obj"), site.module), site)
            for site in self._python.calls_of("config_from_object")
        )
        found = (self._python.module_named(text, site.module.path) for text, site in named if isinstance(text, str))
        return tuple(module for module in found if module is not None)

    @staticmethod
    def _is_of_queue(name: str, module: Module) -> bool:
        """Whether a setting is one of a queue: by its prefix, or because its module is about a queue."""
        return name.startswith(("celery", "task_")) or any(
            item.target.partition(".")[0] in _QUEUES for item in module.facts.imports
        )

    def _options_of_calls(self, names: frozenset[str]) -> Iterator[Evidence]:
        for site in self._python.all_calls:
            queue_call = (
                site.name.startswith(("celery.", "rq.", "huey.", "arq.", "django_rq.", "saq.", "litestar_saq."))
                and site.call.decorates < 0
            )
            if (queue_call and site.last not in _ASKING) or site.last in (
                "apply_async",
                "enqueue",
                "enqueue_in",
                "enqueue_at",
            ):
                for name, value in site.call.keywords:
                    if name in names and _is_on(value):
                        yield Evidence(site.module.path, site.call.line, f"`{name}` of `{site.last}`")


def _is_on(value: Value) -> bool:
    return not (isinstance(value, Const) and value.value in (None, False, 0, -1))
