"""Which calls load modules by names that they make up, so that a folder tells nothing of what it is for."""

from __future__ import annotations

import re

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Format, Name
from readiness_bot.repo.modules import Module
from readiness_bot.repo.python import Python

LOADING = frozenset(
    {
        "import_module", "__import__", "walk_packages", "iter_modules", "find_modules", "import_string", "load_source",
        "spec_from_file_location", "run_path", "run_module", "autodiscover_modules", "import_path", "load_module",
        "SourceFileLoader", "find_module", "import_object", "import_from_string", "locate", "scan",
    }
)  # fmt: skip
"""What is handed the name of a module, or a folder of modules, and imports them."""
_COMMON_WORDS = frozenset({"locate", "scan"})
"""Those of them that much else is called as well."""
_KEEPING_THEM = re.compile(r"(\?|pyramid\.|venusian\.|pydoc\.)")
_TAKING_APART = frozenset({"rpartition", "partition", "rsplit", "split"})
_OF_PACKAGE = re.compile(r"[A-Za-z_]\w*\.")
_OF_TABLE = re.compile(r"(list|tuple|set|frozenset|dict)\(\)\[\]")


def makes_up(call: Call, module: Module, python: Python) -> bool:
    """Whether a call imports modules whose names nothing tells in full: those of a folder, or of words put together.

    A constant, an item of a list that is written down, and what is left of a dotted text once its last part is cut off
    stand in full somewhere.
    """
    if call.last not in LOADING or (call.last in _COMMON_WORDS and not _KEEPING_THEM.match(call.name)):
        return False
    if python.definition(call.name, module) is not None:
        return False  # what an own function of that name does is seen in it
    asked = call.argument(0)
    if asked is None or isinstance(asked, Const):
        return False
    return not (isinstance(asked, Name) and (_OF_TABLE.fullmatch(asked.meaning) or _is_cut(call, module)))


def begins_with_package(call: Call) -> bool:
    """Whether the name that a call is handed is put together, and begins with a package that is written down."""
    asked = call.argument(0)
    first = asked.parts[0] if isinstance(asked, Format) and asked.parts else None
    return isinstance(first, Const) and _OF_PACKAGE.match(str(first.value)) is not None


def _is_cut(call: Call, module: Module) -> bool:
    """Whether the function of a call cuts a dotted text in two before, as one does that is given `pages.Shelf`."""
    return any(
        other.last in _TAKING_APART and other.line <= call.line and other.argument(0) in (Const("."), Const(":"))
        for other in module.calls_in(call.scope)
    )
