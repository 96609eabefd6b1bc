"""Applications beside the one that is started, which nothing starts, imports or names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from readiness_bot.facts.values import MODULE
from readiness_bot.model import Area
from readiness_bot.repo.modules import Module
from readiness_bot.repo.python import Python

FLASK_APPLICATIONS = frozenset({"flask.Flask", "quart.Quart"})
"""Flask's applications and those of Quart, which has its interface."""
WEB_APPLICATIONS = frozenset(
    {
        "fastapi.FastAPI",
        "starlette.applications.Starlette",
        "flask.Flask",
        "quart.Quart",
        "sanic.Sanic",
        "litestar.Litestar",
        "aiohttp.web.Application",
        "falcon.App",
        "falcon.asgi.App",
        "bottle.Bottle",
    }
)
"""What makes an application that a server may be given by name."""


def idle_applications(
    python: Python,
    served: Iterable[tuple[str, str]],
    is_mentioned: Callable[[str], bool],
    units: Collection[str] = (),
) -> Iterator[str]:
    """The paths of modules that hold an application which nobody serves, beside one of the same folder that is served.

    `served` are the import strings that some command of the tree starts, each with the file that tells it; `units` the
    folders with images of their own. A part of the package that is served may have had an application once, too. Only
    a module that no other imports, that is no program by itself and that no text names is idle: anything else may be
    how the second application is started.
    """
    started = {
        module for text, teller in served if (module := python.module_named(text.partition(":")[0], teller)) is not None
    }
    # Elsewhere in the tree it may be another service, which is started from its own folder.
    folders = {module.path.rpartition("/")[0] for module in started if _holds_application(module)} - {""}
    if not folders:
        return
    yield from _copies(python, {module.path for module in started}, folders, units)
    packages = tuple(f"{folder}/" for folder in folders if f"{folder}/__init__.py" in python.modules)
    apart = tuple(f"{unit}/" for unit in units if any(f"{unit}/".startswith(one) for one in packages))
    candidates = [
        module
        for module in python.modules.values()
        if module.area is Area.PRODUCTION
        and module not in started
        and (
            module.path.rpartition("/")[0] in folders
            or (module.path.startswith(packages) and not module.path.startswith(apart))
        )
        and not module.path.endswith(("__init__.py", "__main__.py"))
        and _holds_application(module)
        and not _is_program(module)
    ]
    if not candidates:
        return
    reached = set(_reached(python))
    for module in candidates:
        if module.path not in reached and not is_mentioned(module.name):
            yield module.path


def _copies(
    python: Python, started: Collection[str], folders: Collection[str], units: Collection[str]
) -> Iterator[str]:
    """The modules of a folder that is a copy of the one whose application is served, and that nothing starts.

    Such a folder holds an application under the same name, and most of its Python lies at paths which the served folder
    has as well. One with an image of its own is another service, made from the same pattern.
    """
    for folder in folders:
        for module in tuple(python.modules.values()):
            elsewhere, _, name = module.path.rpartition("/")
            base = f"{elsewhere}/" if elsewhere else ""
            if (
                module.area is not Area.PRODUCTION
                or f"{folder}/{name}" not in started
                or base.startswith(f"{folder}/")
                or elsewhere in units
                or any(path.startswith(base) and not path.startswith(f"{folder}/") for path in started)
                or not _holds_application(module)
            ):
                continue
            own = [
                one.path
                for one in python.modules.values()
                if one.area is Area.PRODUCTION and one.path.startswith(base) and not one.path.startswith(f"{folder}/")
            ]
            alike = [path for path in own if f"{folder}/{path.removeprefix(base)}" in python.modules]
            if len(alike) >= _MANY and len(alike) * 2 >= len(own):
                yield from alike


_MANY = 10
"""Modules at the same places from which on a folder is a copy of another one."""


def _holds_application(module: Module) -> bool:
    return any(
        call.name in WEB_APPLICATIONS and call.scope == MODULE and call.result.startswith(":")
        for call in module.facts.calls
    )


def _is_program(module: Module) -> bool:
    return any("__name__" in guard for call in module.facts.calls for guard in call.guards)


def _reached(python: Python) -> Iterator[str]:
    """The modules that others import, by statement or by a text that names them."""
    for module in python.modules.values():
        for origin in (*(item.target for item in module.facts.imports), *module.facts.stars):
            path = python.absolute(origin, module).partition(":")[0]
            if path != module.path:
                yield path
        for text, _ in module.facts.strings:
            if "." in text or ":" in text:
                found = python.module_named(text.partition(":")[0], module.path) or python.module_named(
                    text.rpartition(".")[0], module.path
                )
                if found is not None and found is not module:
                    yield found.path
