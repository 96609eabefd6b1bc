"""The applications and filters that files of Paste Deploy put together, by what makes them; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from readiness_bot.facts.service_units import Section, ServiceUnits
from readiness_bot.model import Area, Location
from readiness_bot.repo.sources import Sources


@dataclass(frozen=True, slots=True)
class Assembled:
    """A filter or an application that a file puts in place: `name` is the dotted name of what makes it.

    `is_lenient` says that a filter which asks who calls lets everybody through and only tells who it was.
    """

    kind: Literal["application", "filter"]
    name: str
    location: Location
    is_lenient: bool = False


_KINDS = {"app": "application", "filter": "filter", "filter-app": "filter"}
_FACTORY = re.compile(r"[.:](\w+_)?factory$")
_MADE_BY = {"keystonemiddleware.auth_token": "keystonemiddleware.auth_token.AuthProtocol"}
"""Classes that libraries keep behind a function which makes a filter."""
_TRUE = frozenset({"1", "true", "yes", "on"})


def assembled(sources: Sources) -> Iterator[Assembled]:
    """What the files of production code put in place, by path and line.

    A filter counts once a pipeline or an application names it, an application wherever it stands: the service may be
    started with any of them.
    """
    for path, units in sources.facts(ServiceUnits).items():
        if sources.area(path) is Area.PRODUCTION:
            yield from _of_file(path, units)


def _of_file(path: str, units: ServiceUnits) -> Iterator[Assembled]:
    named = {
        word
        for section in units.sections
        if section.name.partition(":")[0] in ("pipeline", "composite", "composit", "app", "filter-app")
        for setting in section.settings
        for word in setting.value.split()
    }
    for section in units.sections:
        kind, _, name = section.name.partition(":")
        made = _made_by(section) if kind in _KINDS and (kind == "app" or name in named) else ""
        if made:
            lenient = section.get("delay_auth_decision")
            yield Assembled(
                "application" if kind == "app" else "filter",
                made,
                Location(path, section.line, section.line),
                lenient is not None and lenient.value.lower() in _TRUE,
            )


def _made_by(section: Section) -> str:
    """The dotted name of what makes an application or filter: a class, a function, or an entry point of a package."""
    factory = section.get("paste.app_factory", "paste.filter_factory", "paste.filter_app_factory")
    used = section.get("use")
    if factory is not None:
        text = factory.value
    elif used is not None and used.value.startswith("call:"):
        text = used.value.removeprefix("call:")
    elif used is not None and used.value.startswith("egg:"):
        package, _, entry = used.value.removeprefix("egg:").partition("#")
        text = f"{re.sub(r'[.-]', '_', package)}.{entry or 'main'}"
    else:
        return ""
    name = _FACTORY.sub("", text.strip()).replace(":", ".")
    return _MADE_BY.get(name, name)
