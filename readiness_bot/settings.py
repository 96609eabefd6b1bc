"""What a team may decide about its own judgement: policy and waivers; does not read the file (`configuration` does)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from readiness_bot.calibration import NEEDS_WORK_FROM, READY_FROM
from readiness_bot.model import Waiver

FILE_NAMES = (".readiness.yml", ".readiness.yaml")
"""Where the configuration of a tree is looked for, in this order, at its root."""

MAX_BYTES = 256 * 1024
"""A longer file is refused: no list of waivers that people keep by hand comes near."""

FailOnKind = Literal["new-blockers", "any-blocker", "score-drop", "min-score", "never"]

_BARE: Mapping[str, FailOnKind] = {"new-blockers": "new-blockers", "any-blocker": "any-blocker", "never": "never"}
_COUNTED: Mapping[str, FailOnKind] = {"score-drop": "score-drop", "min-score": "min-score"}


class ConfigurationError(ValueError):
    """The configuration or an option cannot be understood; the message is one line that says what to write."""


@dataclass(frozen=True, slots=True)
class FailOn:
    """When the gate closes; `points` belongs to `score-drop` (a fall of so many) and `min-score` (a score below)."""

    kind: FailOnKind = "new-blockers"
    points: int = 0

    @classmethod
    def parse(cls, text: str) -> FailOn:
        """Read `new-blockers`, `any-blocker`, `score-drop:N`, `min-score:N` or `never`.

        Raises ConfigurationError for anything else.
        """
        name, colon, number = text.strip().partition(":")
        bare, counted = _BARE.get(name), _COUNTED.get(name)
        if bare is not None and not colon:
            return cls(bare)
        if counted is not None and number.isascii() and number.isdigit() and 1 <= int(number[:4]) <= 100:
            return cls(counted, int(number[:4]))
        raise ConfigurationError(
            f"fail-on: {text[:40]!r} is none of new-blockers, any-blocker, score-drop:N, min-score:N (1 to 100), never"
        )

    def __str__(self) -> str:
        return f"{self.kind}:{self.points}" if self.points else self.kind


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Lines between the statuses, in per cent."""

    ready: int = READY_FROM.value
    needs_work: int = NEEDS_WORK_FROM.value


@dataclass(frozen=True, slots=True)
class Policy:
    """How a tree is judged. A comparison takes it from base for both sides: a change must not lower its own bar."""

    path: str = "."
    """The service's directory inside the repository."""
    exclude: tuple[str, ...] = ()
    """Globs of paths that are left out, as `.gitignore` writes them."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    fail_on: FailOn = field(default_factory=FailOn)
    min_score: int | None = None
    tenant_keys: tuple[str, ...] = ()
    """Names of tenant columns beyond the ones that are known anyway."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A tree's configuration; the default is that of a tree without one."""

    policy: Policy = field(default_factory=Policy)
    waivers: tuple[Waiver, ...] = ()
    source: str | None = None
    """The path of the file it came from."""

    def with_options(
        self, *, path: str | None = None, fail_on: FailOn | None = None, min_score: int | None = None
    ) -> Settings:
        """The same with what the command line says instead, where it says anything."""
        policy = self.policy
        return replace(
            self,
            policy=replace(
                policy,
                path=policy.path if path is None else path,
                fail_on=policy.fail_on if fail_on is None else fail_on,
                min_score=policy.min_score if min_score is None else min_score,
            ),
        )


@dataclass(frozen=True, slots=True)
class Agreed:
    """What both sides of a comparison are judged by, and in words what head would change in it."""

    settings: Settings
    changes: tuple[str, ...]


def agree(base: Settings | None, head: Settings | None) -> Agreed:
    """Base's policy with head's waivers; None is a side without a configuration file.

    Without a file in base there is no bar to lower yet: the first configuration counts at once, and that is said.
    Waivers come from head so that whoever is stopped can accept the risk in the same change, in sight of its reviewers.
    """
    if base is None:
        if head is None:
            return Agreed(Settings(), ())
        return Agreed(head, (f"the first configuration, {head.source or FILE_NAMES[0]}, counts at once",))
    later = head or Settings()
    settings = Settings(base.policy, later.waivers, later.source or base.source)
    changes = policy_changes(base.policy, later.policy)
    if head is None:
        changes = ("the configuration file is removed", *changes)
    return Agreed(settings, (*changes, *waiver_changes(base.waivers, later.waivers)))


def policy_changes(before: Policy, after: Policy) -> tuple[str, ...]:
    """In words, what differs between two policies, in the order of their keys."""
    changes: list[str] = []
    if before.path != after.path:
        changes.append(f"path: {before.path} to {after.path}")
    changes += _list_changes("exclude", before.exclude, after.exclude)
    for name, old, new in (
        ("ready", before.thresholds.ready, after.thresholds.ready),
        ("needs-work", before.thresholds.needs_work, after.thresholds.needs_work),
    ):
        if old != new:
            changes.append(f"thresholds.{name}: {old} to {new}")
    if before.fail_on != after.fail_on:
        changes.append(f"fail-on: {before.fail_on} to {after.fail_on}")
    if before.min_score != after.min_score:
        changes.append(f"min-score: {_or_none(before.min_score)} to {_or_none(after.min_score)}")
    changes += _list_changes("tenant-keys", before.tenant_keys, after.tenant_keys)
    return tuple(changes)


def waiver_changes(before: Iterable[Waiver], after: Iterable[Waiver]) -> tuple[str, ...]:
    """In words, which waivers are new and which are gone; a waiver that only moved in the file is neither."""
    old = {_without_line(waiver) for waiver in before}
    new = {_without_line(waiver) for waiver in after}
    return tuple(
        f"waiver {verb}: {waiver.kind} for {waiver.control}" + (f" in {waiver.path}" if waiver.path else "")
        for verb, waivers in (("added", new - old), ("removed", old - new))
        for waiver in sorted(waivers, key=lambda waiver: (waiver.control, waiver.kind, waiver.path or "", repr(waiver)))
    )


def _without_line(waiver: Waiver) -> Waiver:
    return replace(waiver, line=0)


def _list_changes(name: str, before: tuple[str, ...], after: tuple[str, ...]) -> list[str]:
    added = [f"{name}: {item} added" for item in after if item not in before]
    return added + [f"{name}: {item} removed" for item in before if item not in after]


def _or_none(value: int | None) -> str:
    return "none" if value is None else str(value)
