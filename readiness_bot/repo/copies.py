"""Which folders hold a copy of the code around them that nothing leads to; knows not who made it, or when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from readiness_bot.model import Area
from readiness_bot.repo.modules import Module
from readiness_bot.repo.python import Python

_MANY = 10
"""Modules at the same places from which on a folder is a copy."""


def copies(python: Python, told: Collection[tuple[str, str]], units: Collection[str] = ()) -> Iterator[str]:
    """The production modules of folders most of which lies at the same places further up, unless something uses them.

    `told` are the files that tell what is started or put into images, each with what it says of that. Used is a folder
    that code outside imports from or names in a text, out of which a file outside starts something, or in which there
    is one of `units`, the folders with an image or a package of their own.
    """
    held: dict[str, list[str]] = defaultdict(list)
    for module in python.production:
        for folder in _folders(module.path):
            held[folder].append(module.path)
    found: list[str] = []
    for folder in sorted(held, key=lambda one: one.count("/")):
        inside = f"{folder}/"
        if inside.startswith(tuple(found)) or not _is_copy(inside, held[folder], python):
            continue
        if not _is_unit(inside, units) and not _is_used(inside, python, told):
            found.append(inside)
            yield from held[folder]


def _folders(path: str) -> Iterator[str]:
    """The folders that a file is in, below the root, nearest first."""
    while path := path.rpartition("/")[0]:
        yield path


def _is_unit(inside: str, units: Collection[str]) -> bool:
    """Whether a folder has an image or a package of its own, or one below it that none of the folders around has."""
    own = [f"{unit}/".removeprefix(inside) for unit in units if f"{unit}/".startswith(inside)]
    around = ("", *(f"{one}/" for one in _folders(inside.rstrip("/"))))
    return any(all(f"{above}{rest}".rstrip("/") not in units for above in around) for rest in own)


def _is_copy(inside: str, own: list[str], python: Python) -> bool:
    """Whether most modules of a folder are at the same places in one of the folders around it."""
    if len(own) < _MANY:
        return False
    around = ("", *(f"{one}/" for one in _folders(inside.rstrip("/"))))
    return any(
        len(alike) >= _MANY and len(alike) * 2 >= len(own)
        for above in around
        if (
            alike := [
                path
                for path in own
                if not (there := f"{above}{path.removeprefix(inside)}").startswith(inside) and there in python.modules
            ]
        )
    )


def _is_used(inside: str, python: Python, told: Collection[tuple[str, str]]) -> bool:
    """Whether something outside of a folder imports from it, names it in a text, or starts what is in it."""
    *_, above, name, _ = f"/{inside}".split("/")
    words = (f"{above}/{name}/", f"{above}.{name}.") if above else (f"{name}/", f"{name}.")
    if any(not teller.startswith(inside) and any(word in text for word in words) for teller, text in told):
        return True
    return any(
        any(word in text for text, _ in module.facts.strings for word in words) or _imports(module, inside, python)
        for module in python.modules.values()
        if module.area is not Area.TEST and not module.path.startswith(inside)
    )


def _imports(module: Module, inside: str, python: Python) -> bool:
    """Whether a module imports something from a folder by a name that says so: else it means what was copied."""
    name = inside.rstrip("/").rpartition("/")[2]
    return any(
        (target.startswith(".") or f"{name}." in target) and python.absolute(target, module).startswith(inside)
        for target in {*(item.target for item in module.facts.imports), *module.facts.stars}
    )
