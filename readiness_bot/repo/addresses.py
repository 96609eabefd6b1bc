"""Which functions of the tree look at where an address leads before they go on; judges nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property

from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.values import Const, Name, Other, Value

_KIND = re.compile(r"\.is_(private|global|loopback|link_local)$")
"""What an address is asked for that must not lead into the own network."""
_HOST = re.compile(r"\.(urlparse|urlsplit)\(\)\.(hostname|netloc)$")
"""The host of an address that was taken apart."""
OF_OTHER_HOSTS = "the refusal of other hosts"
_WIDE = frozenset({"`is_private`", "`is_global`"})
"""Looks that tell an address of the own network by themselves, be it the machine's own or a neighbour's."""
_FURTHER = 2
"""Calls followed from what looks at an address to what has it looked at."""


class Addresses:
    """Questions about what is looked at before somebody's address is asked for anything."""

    LOOKS = "looks at the kind of an address"

    def __init__(self, python: Python) -> None:
        self._python = python

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def looking(self) -> dict[str, tuple[DefinitionSite, tuple[str, ...]]]:
        """By function, what it looks at addresses with: their kind, or functions of the tree that look."""
        sites = {site.name: site for site in self._python.functions}
        found: dict[str, set[str]] = defaultdict(set)
        refusing = {
            (module.path, scope) for module in self._python.production for scope in _refusing_other_hosts(module)
        }
        for name, site in sites.items():
            found[name].update(f"`{ref.rpartition('.')[2]}`" for ref in site.definition.refs if _KIND.search(ref))
            if (site.module.path, site.index) in refusing:
                found[name].add(OF_OTHER_HOSTS)
        looking = {name for name, kinds in found.items() if kinds}
        for _ in range(_FURTHER if looking else 0):
            lasts = {name.rpartition(":")[2].rpartition(".")[2] for name in looking}
            further = set()
            for name, site in sites.items():
                for ref in site.definition.refs:
                    if ref.rpartition(".")[2].rpartition(":")[2] not in lasts:
                        continue
                    target = self._python.definition(ref, site.module)
                    if target is not None and target.name in looking and target.name != name:
                        found[name].add(f"`{target.definition.name}`")
                        further.add(name)
            looking |= further
        return {name: (sites[name], tuple(sorted(kinds))) for name, kinds in found.items() if kinds}

    def of(self, site: DefinitionSite) -> tuple[str, ...]:
        """What a function looks at addresses with; none if it does not."""
        return self.looking[site.name][1] if site.name in self.looking else ()

    def questions(self, site: DefinitionSite) -> tuple[tuple[str, ...], ...]:
        """What a function looks at addresses with, by what each look is worth.

        Whether an address is private tells all that the narrower kinds do, and each counts by itself; of the rest any
        one will do.
        """
        asked = self.of(site)
        wide = tuple((name,) for name in asked if name in _WIDE)
        return wide or ((asked,) if asked else ())

    def beside(self, site: DefinitionSite) -> tuple[str, ...]:
        """What else may look in its stead where that is new: functions that it calls, and what its callers look at."""
        called = {call.last.rpartition(":")[2]: self._python.target(call, site.module) for call in site.calls}
        found = {f"`{target.definition.name}`" for target in called.values() if target is not None}
        found |= {f"{name} of `{last}`" for last, target in called.items() if target for name in self.of(target)}
        if any(_KIND.search(ref) for ref in site.definition.refs):
            found |= {f"`{last}`" for last in called}
        # A narrower look that was there before makes up for nothing.
        found |= {name for name in self.of(site) if name not in _WIDE}
        for caller in self._python.callers.get(site.name, ()):
            around = self._python.definition_named(caller.function_name)
            if around is not None and around.name != site.name:
                found |= {f"{name} of a caller" for name in self.of(around)}
        return tuple(sorted(found))


def _refusing_other_hosts(module: Module) -> frozenset[int]:
    """The functions of a module that raise where the host of an address is none of those that it is held against."""
    about = [one for one in module.facts.conditions if _holds_host(one.test)]
    return frozenset(
        raised.scope
        for raised in (module.facts.raises if about else ())
        if raised.guards and any(one.line <= raised.line <= max(one.end_line, one.until) for one in about)
    )


def _holds_host(test: Value) -> bool:
    """Whether a condition is that a host is among others, or is another one; that there is one at all says nothing."""
    if not isinstance(test, Other):
        return False
    if test.kind == "Compare" and test.operator in ("In", "NotIn", "NotEq"):
        first, *rest = test.operands
        hosts = isinstance(first, Name) and _HOST.search(first.meaning or first.name) is not None
        return hosts and not any(isinstance(one, Const) and not one.value for one in rest)
    return any(map(_holds_host, test.operands))
