"""What a route of a web framework is, what may guard it, and how its path is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from readiness_bot.facts.openapi_document import Operation
from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Value
from readiness_bot.model import Area, Location
from readiness_bot.repo.modules import DefinitionSite, Module

_OPTIONAL = "optional_"
VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")

STATE_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""The methods that change state, by RFC 9110: those that are not safe."""

_PATTERN_NOISE = re.compile(
    r"\(\?P<(\w+)>[^()]*(?:\([^()]*\)[^()]*)*\)|\((?!\?)[^()]*(?:\([^()]*\)[^()]*)*\)|\(\?:[^()]*\)\??|[\^$\\]|\\[AZ]"
)
_WIDE = re.compile(r"(?<!\\)\.[*+]|\\S[*+]|\[\^(?:[^\]\\]|\\.)*\][*+]")
"""Parts of a pattern that take any character but some: a slash too, unless it is among these."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that stands between a request and its handler: a resolved name, how it is attached, and where.

    `level` tells what it is attached to: the route itself, its handler's class, the router, or the application.
    """

    kind: Literal[
        "dependency",
        "decorator",
        "permission",
        "authentication",
        "throttle",
        "mixin",
        "hook",
        "middleware",
        "description",
    ]
    name: str
    level: Literal["route", "class", "router", "application"]
    path: str
    line: int
    arguments: tuple[Value, ...] = ()
    among: tuple[str, ...] = ()
    """The names of which one may be enough, where it is listed so, its own among them: `IsOwner | IsClerk`."""
    is_optional: bool = False
    """Whether a condition of the set-up may leave it out: `[Depends(known)] if settings.closed else []`."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One path with its methods. `handler` is the function or method that answers, None where it could not be resolved.

    `is_wired` is False where its router is defined and no application includes it. `response_model` is what the route
    declares to answer with, where its framework has such a thing; `call` is the registration.
    """

    path: str
    methods: tuple[str, ...]
    framework: str
    module: Module
    line: int
    handler: DefinitionSite | None
    view: DefinitionSite | None
    """The class that holds the handler, for class-based views."""
    router: str
    is_wired: bool
    guards: tuple[Guard, ...]
    call: Call | None
    described: Operation | None = None
    """What a description of the interface says of it, where that is what makes the route."""

    @property
    def changes_state(self) -> bool:
        """Whether one of the methods is not safe."""
        return not STATE_CHANGING.isdisjoint(self.methods)

    @property
    def location(self) -> Location:
        """The handler's place, else the registration's."""
        if self.handler is not None:
            return self.handler.location
        statement = self.call.statement if self.call is not None else ""
        scope = self.call.scope if self.call is not None else -1
        return Location(self.module.path, self.line, self.line, self.module.symbol(scope), statement)

    @property
    def place(self) -> Location:
        """The handler's place, else the view's, else the registration's."""
        return self.view.location if self.handler is None and self.view is not None else self.location

    @property
    def is_of_production(self) -> bool:
        """Whether production code registers it, and answers: of what is called like a test less is read."""
        answering = (self.handler, self.view)
        return self.module.area is Area.PRODUCTION and not any(
            site is not None and site.module.area is Area.TEST for site in answering
        )

    @property
    def answering(self) -> DefinitionSite | None:
        """The handler, but the view where it inherits the handler: what the view declares is missing there."""
        if self.handler is None or self.view is None:
            return self.handler or self.view
        is_own = (self.handler.module.path, self.handler.definition.parent) == (self.view.module.path, self.view.index)
        return self.handler if is_own else self.view

    @property
    def name(self) -> str:
        """Methods and path as people write them: `POST /items`."""
        return f"{','.join(self.methods)} {self.path}"


def told_optional(name: str, call: Call) -> str:
    """The name of a decorator, or of one that lets everybody pass where its call is told so: `optional=True`."""
    told = call.keyword("optional")
    if not (isinstance(told, Const) and told.value is True):
        return name
    owner, dot, last = name.rpartition(".")
    return f"{owner}{dot}{_OPTIONAL}{last}"


def is_told_optional(name: str) -> bool:
    """Whether a decorator's call is told to let everybody pass."""
    return name.rpartition(".")[2].startswith(_OPTIONAL)


def plain_pattern(pattern: str) -> str:
    """A URL pattern as a path: groups become `{name}`, or `{name:path}` where they take slashes; anchors go."""
    text = _PATTERN_NOISE.sub(_group, pattern)
    return text.replace("/?", "/").replace("<", "{").replace(">", "}")


def _group(match: re.Match[str]) -> str:
    whole, name = match.group(0), match.group(1) or ""
    if not whole.startswith("(") or whole.startswith("(?:"):
        return ""
    inside = whole.partition(">")[2] if name else whole
    return f"{{{name}:path}}" if takes_slashes(inside) else f"{{{name}}}"


def takes_slashes(pattern: str) -> bool:
    """Whether a regular expression has a part that takes any character, or any but some and a slash is none of them."""
    return any("/" not in kept for kept in _WIDE.findall(pattern))


def groups_of(path: str) -> list[tuple[str, bool]]:
    """The groups of a path that `plain_pattern` gave: each one's name, and whether it takes slashes."""
    return [(name, bool(wide)) for name, wide in re.findall(r"\{(\w*)(:path)?\}", path)]


def joined(prefix: str, path: str) -> str:
    """Two parts of a path with one slash between them; always absolute."""
    if not path:
        return prefix or "/"
    joined = f"{prefix.rstrip('/')}/{path.lstrip('/')}" if prefix else path
    return joined if joined.startswith("/") else f"/{joined}"
