"""The security backends that an application of Litestar is made with, and the routes that they leave to strangers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from readiness_bot.facts.values import Const, Mapping, Value
from readiness_bot.model import Location
from readiness_bot.repo.expressions import flattened, names_in
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Route

_BACKEND = re.compile(
    r"litestar\.(security|contrib)(\.\w+)*\.(JWTAuth|JWTCookieAuth|OAuth2PasswordBearerAuth|OAuth2Login|SessionAuth)(\[\])?$"
)
_INSTALLING = "on_app_init"
_LEFT_OUT = "exclude_from_auth"
"""The option by which a handler is left out, unless the backend names another."""
_META = re.compile(r"[.*+?()\[\]{}|\\]")


@dataclass(frozen=True, slots=True)
class Backend:
    """A backend that refuses whoever shows no token or session: its name, its place, and what it leaves out.

    `excluded` are the patterns of the paths that it does not look at, `option` marks handlers that it does not.
    """

    name: str
    location: Location
    excluded: tuple[str, ...]
    option: str

    def asks(self, route: Route) -> bool:
        """Whether the route is one that the backend keeps strangers from."""
        if route.framework != "litestar" or any(_covers(pattern, route.path) for pattern in self.excluded):
            return False
        call = route.call
        given = (call.keyword(self.option), call.keyword("opt")) if call is not None else ()
        of_class = route.view.fields if route.view is not None else ()
        options = (*given, *(field.value for field in of_class if field.name == "opt"))
        return not any(self._leaves_out(value) for value in options)

    def _leaves_out(self, value: Value | None) -> bool:
        if isinstance(value, Mapping):
            pairs = zip(value.keys, value.values, strict=False)
            return any(isinstance(key, Const) and key.value == self.option and _holds(item) for key, item in pairs)
        return _holds(value)


def backends(python: Python) -> tuple[Backend, ...]:
    """The backends of production code, where an application installs any: one that is only made asks nobody."""
    if not _is_installed(python):
        return ()
    found = []
    for site in python.calls_named(lambda name: _BACKEND.match(name) is not None):
        call = site.call
        told = python.constant(call.keyword("exclude_opt_key"), site.module)
        patterns = (python.constant(item, site.module) for item in flattened(call.keyword("exclude")))
        found.append(
            Backend(
                call.result.lstrip(":?") or site.last.removesuffix("[]"),
                site.location,
                tuple(pattern for pattern in patterns if isinstance(pattern, str)),
                told if isinstance(told, str) else _LEFT_OUT,
            )
        )
    return tuple(found)


def _is_installed(python: Python) -> bool:
    """Whether something calls a backend's hook, or hands it to an application."""
    return any(True for _ in python.calls_of(_INSTALLING)) or any(
        name.endswith(f".{_INSTALLING}")
        for site in python.calls_of("Litestar", "AppConfig", "from_scope")
        for value in flattened(site.call.keyword(_INSTALLING))
        for name in names_in(value)
    )


def _holds(value: Value | None) -> bool:
    return isinstance(value, Const) and value.value is True


def _covers(pattern: str, path: str) -> bool:
    """Whether a pattern may be found in a path, by what stands before its first sign of a regular expression.

    The pattern is a stranger's: to run it could take for ever.
    """
    plain = _META.split(pattern.removesuffix("$"))[0]
    return path.startswith(plain[1:]) if plain.startswith("^") else plain in path
