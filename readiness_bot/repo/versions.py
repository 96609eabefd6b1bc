"""How the clients of an interface say which version of it they speak; judges nothing."""

from __future__ import annotations

import re
from functools import cached_property

from readiness_bot.facts.values import Const, Format, Invoke, Name, Value
from readiness_bot.model import Evidence
from readiness_bot.repo.interface import VERSION, Interface
from readiness_bot.repo.modules import Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Route
from readiness_bot.repo.services import Services

_MEDIA_VERSION = re.compile(
    r"^(application|text)/(vnd|x)\.(?!github|docker|oci|kubernetes)[\w.+-]*[.+-]v\d", re.IGNORECASE
)
"""A media type that names a version: `application/vnd.shop.v2+json`; those of others are sent to them."""
_MEDIA_BEGUN = re.compile(r"(application|text)/(vnd|x)\.[\w.+-]*[.+-]v?\{[\w.]*(version|\bver)\}", re.IGNORECASE)
"""The same put together from a version: `f"application/vnd.shop.{version}+json"`."""
_VERSION_HEADER = re.compile(
    r"(x-)?(accept-|api-)?version|(x-)?api-?version|(?!.*client|.*app-)[a-z]+-version", re.IGNORECASE
)
_PUT_BELOW = re.compile(r"\.v\d+\.\w+$")
"""An attribute below one that is called after a version: a path of its own where objects are served by their names."""


class Versions:
    """Questions about the versions of one tree's interface."""

    LOOKS = Interface.LOOKS

    def __init__(self, python: Python, services: Services, interface: Interface) -> None:
        self._python = python
        self._services = services
        self._interface = interface

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The routes whose path carries a version."""
        return tuple(route for route in self._interface.routes if VERSION.search(route.path))

    @cached_property
    def scheme(self) -> Evidence | None:
        """A scheme that takes the version from a header or a library."""
        for setting, value in self._services.rest_settings("DEFAULT_VERSIONING_CLASS"):
            if isinstance(value, Const | Name):
                told = "`DEFAULT_VERSIONING_CLASS` reads the version of a request"
                return Evidence(setting.module.path, setting.line, told)
        for site in self._python.calls_of("get"):
            asked = site.call.args[0] if site.call.args else None
            if (
                re.search(r"(^|\.)headers$", (site.call.via or site.call.name).lstrip("?").rpartition(".")[0])
                and isinstance(asked, Const)
                and _VERSION_HEADER.fullmatch(str(asked.value))
            ):
                return Evidence(site.module.path, site.call.line, f"`{asked.value}` says which version is asked for")
        for module, item in self._python.imports(
            "fastapi_versioning", "fastapi_versionizer", "cadwyn", "versioned_fastapi"
        ):
            return Evidence(module.path, item.line, f"`{item.target}` versions the API")
        return None

    @cached_property
    def media_types(self) -> Evidence | None:
        """A media type of the product's own with a version, that answers or requests carry."""
        for module in self._python.production:
            told = [(value, call.line) for call in module.facts.calls for value in call.handed]
            told += [(item.value, item.line) for item in module.facts.assignments]
            for value, line in told:
                if isinstance(value, Const) and isinstance(value.value, str) and _MEDIA_VERSION.search(value.value):
                    return Evidence(module.path, line, f"`{value.value[:60]}` says which version is spoken")
            for value, line in (*told, *((item.value, item.line) for item in module.facts.returns)):
                written = _MEDIA_BEGUN.match(_written(value)) if isinstance(value, Format) else None
                if written is not None:
                    return Evidence(module.path, line, f"`{written[0][:60]}` says which version is spoken")
        return None

    @cached_property
    def mounts(self) -> tuple[Evidence, ...]:
        """Mounts under a prefix with a version of what was handed in from elsewhere."""
        return tuple(
            Evidence(site.module.path, site.call.line, f"mounts under {prefix}")
            for site in self._python.calls_of("add_subapp", "mount", "include_router", "register_blueprint")
            for value in site.call.handed
            if VERSION.search(prefix := self._prefix(value, site.module))
            if any(isinstance(other, Name) and other.name.startswith("?") for other in site.call.args)
        ) + tuple(
            Evidence(module.path, item.line, f"`{item.target.lstrip(':?')}` serves what lies below a version")
            for module in (self._python.production if "cherrypy" in self._python.imported else ())
            for item in module.facts.assignments
            if _PUT_BELOW.search(item.target) and isinstance(item.value, Invoke)
        )

    def _prefix(self, value: Value, module: Module) -> str:
        """The text of a prefix, also of one put together from constants."""
        parts = value.parts if isinstance(value, Format) else (value,)
        texts = [self._python.constant(part, module) for part in parts]
        return "" if None in texts else "".join(map(str, texts))


def _written(value: Format) -> str:
    """A text that is put together, each value in it by its name: `application/vnd.shop.{version}+json`."""
    parts = (
        str(part.value) if isinstance(part, Const) else "{" + getattr(part, "name", "").lstrip(":?") + "}"
        for part in value.parts
    )
    return "".join(parts)
