"""The Python code of one tree: its modules, and calls, definitions and bindings with names resolved across files.

A name inside the tree is written `path:qualname` (`app/db.py:engine`, `app/db.py:Store().get`); a name outside it is
the dotted name of the library's thing (`requests.Session().get`).
"""

from __future__ import annotations

import builtins
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from readiness_bot.facts.origins import Flows
from readiness_bot.facts.python_facts import (
    IN_HANDLER,
    IN_TRY,
    TYPE_CHECKING,
    Assignment,
    Call,
    Definition,
    Field,
    Import,
    PythonFacts,
)
from readiness_bot.facts.roles import is_migration
from readiness_bot.facts.values import MODULE, Const, Index, Invoke, Items, Name, Other, Value
from readiness_bot.model import Area
from readiness_bot.repo.expressions import flattened
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module, handed_to, is_property
from readiness_bot.repo.sources import Sources

_STEPS = 10
_BUILTIN = frozenset(dir(builtins))
_FEWEST_OF_A_WHOLE = 3
"""Imports that the name of a whole tree is told by: fewer may as well be a library with a module called alike."""
_SHARE_OF_A_WHOLE = 0.75
"""How many of them lead to something at the top: settings that are not kept in the tree are among the others."""

_GONE = frozenset({"urllib2", "urlparse", "httplib", "cPickle", "cStringIO", "StringIO", "ConfigParser", "__builtin__"})
"""Modules of the standard library that Python 3 does not have under this name."""
_COPIED = frozenset(("bottle.py",))
"""Frameworks of a single file, which are made to be copied into a tree and go by their own name there."""
INFRASTRUCTURE_CODE = ("aws_cdk", "pulumi", "cdktf")
"""Packages with which infrastructure is described in Python."""
_DEVELOPERS_ALONE = ("invoke.task", "gitlint.", "pylint.checkers", "nox.session", *INFRASTRUCTURE_CODE)
"""Names whose import makes a module developers' tool.

Tasks that they run, rules that their linters follow, what describes the infrastructure.
"""


class Python:
    """Questions about the Python code of one tree."""

    LOOKS = "Python code"

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._flows: dict[str, Flows] = {}
        self._identified: dict[str, str] = {}
        self._meant: dict[str, str] = {}
        self._relatives: dict[tuple[str, str], str] = {}
        self._outside: dict[tuple[str, int], tuple[str, ...]] = {}

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return path.endswith((".py", ".pyw", ".wsgi"))

    # -- modules ---------------------------------------------------------------------------------------------------

    @cached_property
    def modules(self) -> dict[str, Module]:
        """Every Python file that could be read, by path."""
        return {path: self._module(path, load) for path, load in self._sources.loaders(PythonFacts).items()}

    def _module(self, path: str, load: Callable[[], PythonFacts]) -> Module:
        area = self._sources.area(path)
        if area is not Area.PRODUCTION:
            return Module(path, area, load)
        # A migration that something starts like a program is looked at like one.
        whole = self._sources.read(path, "python", PythonFacts) if is_migration(path) else None
        facts = whole or load()
        if facts.generated:
            area = Area.GENERATED
        elif (
            any(item.target.startswith(_DEVELOPERS_ALONE) for item in facts.imports)
            or (path == "tasks.py" and any(item.target == "invoke" for item in facts.imports))
            or _prepares_tests(facts)
        ):
            area = Area.TOOLING
        return Module(path, area, lambda: facts)

    def set_apart(self, paths: Iterable[str]) -> None:
        """Take these modules for no production, before anything else is asked."""
        for path in paths:
            self.modules[path].area = Area.TOOLING

    def flows(self, module: Module) -> Flows:
        """How values move through a module."""
        known = self._flows.get(module.path)
        if known is None:
            known = self._flows[module.path] = self._sources.read(module.path, "python-flow", Flows) or Flows()
        return known

    @cached_property
    def production(self) -> tuple[Module, ...]:
        """The modules of production code; `__init__.py` files that define nothing are none."""
        return tuple(
            module
            for module in self.modules.values()
            if module.area is Area.PRODUCTION and not (module.path.endswith("__init__.py") and module.facts.is_empty)
        )

    @cached_property
    def tests(self) -> tuple[Module, ...]:
        """The modules of test code."""
        return tuple(
            module
            for module in self.modules.values()
            if module.area is Area.TEST and not (module.path.endswith("__init__.py") and module.facts.is_empty)
        )

    def within(self, *areas: Area) -> Iterator[Module]:
        """The modules of these areas."""
        return (module for module in self.modules.values() if module.area in areas)

    @property
    def exists(self) -> bool:
        """Whether there is production Python at all."""
        return bool(self.production)

    def is_optional(self, package: str) -> bool:
        """Whether production runs without a package: not one of the tree, nor one that a module of it needs to load.

        A part of a package (`spans.adapters.queue`) may be missing where the package itself is needed.
        """
        root = package.partition(".")[0]
        return not (root in sys.stdlib_module_names or root in self._own_packages or package in self._needed)

    @cached_property
    def _own_packages(self) -> frozenset[str]:
        return frozenset(name.partition(".")[0] for name in self._by_suffix)

    @cached_property
    def _needed(self) -> frozenset[str]:
        """The packages, and their parts, that modules of the tree import as they are loaded, and without asking."""
        loaded = {
            one.target
            for module in self.production
            for one in module.facts.imports
            if one.scope == MODULE and not one.context & (IN_TRY | IN_HANDLER | TYPE_CHECKING)
        }
        return frozenset(name[:end] for name in loaded for end in _ends_of_parts(name))

    # -- names across files ----------------------------------------------------------------------------------------

    @cached_property
    def _by_suffix(self) -> dict[str, list[str]]:
        """Paths by every dotted name they may be imported under.

        From the root, and from each folder that is no package, that is called `src`, or that a program is run in.
        """
        index: dict[str, list[str]] = defaultdict(list)
        inside: dict[str, list[tuple[str, str]]] = defaultdict(list)
        packages = {path.rpartition("/")[0] for path in self.modules if path.endswith("/__init__.py")}
        marked = {"src", *self._put_on_path}
        for path in self.modules:
            stem = path.removesuffix(".py").removesuffix("/__init__")
            parts = stem.split("/")
            index[".".join(parts)].append(path)
            if self.modules[path].area is Area.VENDORED:
                continue  # a library goes by its own name, though a copy of it lies here
            for start in range(1, len(parts)):
                root = "/".join(parts[:start])
                is_run_in = f"{root}/manage.py" in self.modules or parts[start - 1] in marked
                if root in packages and not is_run_in:
                    inside[root].append((".".join(parts[start:]), path))
                    continue
                if start == len(parts) - 1 and parts[start] in _FOREIGN:
                    continue
                index[".".join(parts[start:])].append(path)
        for root in self._run_in(index, inside):
            for dotted, path in inside[root]:
                index[dotted].append(path)
        whole = self._called_as_a_whole(index)
        for path, module in self.modules.items() if whole else ():
            index[whole if path == "__init__.py" else f"{whole}.{module.name}"].append(path)
        return index

    def _called_as_a_whole(self, index: Mapping[str, list[str]]) -> str:
        """The name of the folder that the tree lies in, where that is a package; empty where it is none.

        No file tells it but the imports: most of what they ask of the package begins with a module of the top.
        """
        if "__init__.py" not in self.modules:
            return ""
        at_top = {path.partition("/")[0].removesuffix(".py") for path in self.modules}
        asked: dict[str, set[str]] = defaultdict(set)
        for module in self.modules.values():
            for imported in module.facts.imports if module.area is Area.PRODUCTION else ():
                first, _, rest = imported.target.partition(".")
                if first and rest and first not in index and first not in sys.stdlib_module_names:
                    asked[first].add(rest)
        found = {
            first: sum(rest.partition(".")[0] in at_top for rest in rests)
            for first, rests in asked.items()
            if len(rests) >= _FEWEST_OF_A_WHOLE
        }
        likely = [first for first, known in found.items() if known > _SHARE_OF_A_WHOLE * len(asked[first])]
        return max(likely, key=lambda first: (found[first], first), default="")

    @cached_property
    def _put_on_path(self) -> frozenset[str]:
        """The names of folders that a Django project's settings or starters put on the path of imports."""
        found: set[str] = set()
        for path, module in self.modules.items():
            if not _STARTS_DJANGO.search(path) or module.area is Area.VENDORED:
                continue
            facts = module.facts
            for call in facts.calls:
                if call.name in ("sys.path.insert", "sys.path.append", "site.addsitedir") and call.args:
                    value = call.args[-1]
                    inner = facts.calls[value.call].args if isinstance(value, Invoke) and value.call >= 0 else (value,)
                    texts = [item.value for item in inner if isinstance(item, Const)]
                    found.update(text.strip("/").rpartition("/")[2] for text in texts if isinstance(text, str))
        return frozenset(found - {"", ".", ".."})

    def _run_in(self, index: Mapping[str, list[str]], inside: Mapping[str, list[tuple[str, str]]]) -> set[str]:
        """The packages that a program is run in: their own modules import modules of theirs as if from the top.

        A name of one part may as well be a library's, and what is found from elsewhere says nothing.
        """
        homes: dict[str, set[str]] = defaultdict(set)
        for root, held in inside.items():
            for dotted, _ in held:
                if "." in dotted and dotted not in index and not dotted.startswith(f"{root.rpartition('/')[2]}."):
                    homes[dotted].add(root)
        found: set[str] = set()
        # Not `production`, which is settled when the idle applications are set apart that this helps to find.
        inside_production = (module for module in self.modules.values() if module.area is Area.PRODUCTION)
        for module in inside_production if homes else ():
            for imported in module.facts.imports:
                for dotted in (imported.target, imported.target.rpartition(".")[0]):
                    found.update(root for root in homes.get(dotted, ()) if module.path.startswith(f"{root}/"))
        return found

    def module_named(self, dotted: str, importer: str = "") -> Module | None:
        """The module that an absolute import of this name means, seen from a path: the nearest of several."""
        paths = self._by_suffix.get(dotted)
        if not paths:
            return None
        if len(paths) == 1:
            return self.modules[paths[0]]
        return self.modules[min(paths, key=lambda path: (-_common(path, importer), path.count("/"), path))]

    def located(self, dotted: str, importer: str) -> tuple[Module, str] | None:
        """The longest module of the tree that an import string begins with, and the rest of the name."""
        return self._split(dotted, importer)

    def _split(self, dotted: str, importer: str) -> tuple[Module, str] | None:
        """The longest module that a dotted name begins with, and the rest of the name."""
        head, tail = dotted, ""
        while head:
            if "(" not in head and "[" not in head:
                module = self.module_named(head, importer)
                if module is not None:
                    return module, tail
            head, _, last = head.rpartition(".")
            tail = f"{last}.{tail}" if tail else last
        return None

    def absolute(self, name: str, module: Module) -> str:
        """A module's own spelling of a name as `path:qualname` or a library's dotted name; bindings not followed."""
        known = module._places.get(name)
        if known is None:
            module._places[name] = name  # so that a name which leads back to itself ends there
            known = module._places[name] = self._absolute(name, module)
        return known

    def _absolute(self, name: str, module: Module) -> str:
        if not name or name[0] == "?":
            return name
        if name[0] == ":":
            return f"{module.path}{name}"
        if ":" in name:
            return name  # resolved before; of a file at the root it would look like a module's name
        if name[0] == ".":
            folder = module.path.rpartition("/")[0]
            known = self._relatives.get((folder, name))
            if known is None:
                known = self._relatives[folder, name] = self._settled(self._relative(name, folder))
            return known
        root = name.partition(".")[0].rstrip("()[]")
        if root in _BUILTIN and not any(item.local == root for item in module.facts.imports):
            return name  # `object()`, wherever a folder is called so
        beside = self._beside(root, module) if self._is_old and root not in self._roots else ""
        if beside:
            return self._settled(f"{beside}:{name[len(root) + 1 :]}")
        if root not in self._roots:
            # Of one star alone the reader of the file has told where a name that nothing binds comes from.
            stars = module.facts.stars
            if len(stars) < 2 or any(root == origin.partition(".")[0] for origin in stars):
                return name
            return self._through_star(module, root, name[len(root) :]) or name
        found = self._split(name, module.path)
        if found is None or self._is_named_like_library(name, module.path, *found):
            return name
        return self._settled(f"{found[0].path}:{found[1]}")

    def _beside(self, name: str, module: Module) -> str:
        """The path of the module in the same package that Python 2 means by a bare name; empty where there is none."""
        folder = module.path.rpartition("/")[0]
        if not folder or f"{folder}/__init__.py" not in self.modules:
            return ""
        found = self._by_stem.get(f"{folder}/{name}", "")
        return "" if found == module.path else found

    @cached_property
    def _is_old(self) -> bool:
        """Whether the tree is written for Python 2: something loads a module that later versions do not have."""
        return any(
            item.target.partition(".")[0] in _GONE and not item.context & (IN_TRY | IN_HANDLER | TYPE_CHECKING)
            for module in self.modules.values()
            if module.area is Area.PRODUCTION
            for item in module.facts.imports
        )

    def _settled(self, place: str) -> str:
        """A name in a module, or in what the package binds to the module's name if that alone may have it.

        So `utils.logger.info` is a method of an object where `utils` keeps one under the name of its module `logger`.
        """
        path, _, rest = place.partition(":")
        module = self.modules.get(path)
        if module is None or not rest or self._offers(module, rest):
            return place
        other = self._offered(f"{path}:")
        return place if other == f"{path}:" else f"{other}.{rest}"

    def _is_named_like_library(self, name: str, importer: str, found: Module, rest: str) -> bool:
        """Whether a library is meant by a name that a module deep in the tree happens to have as well.

        It lies in a package, or in a folder that is none of the importer's, so that it is no root of imports; and it
        offers nothing of the name that is asked for, nor does its package bind something else to the module's name.
        """
        first = rest.partition(".")[0].rstrip("()[]")
        if not first:
            return False
        depth = name.count(".") - rest.count(".")
        folder = "/".join(found.path.removesuffix(".py").removesuffix("/__init__").split("/")[:-depth])
        if not folder or (f"{folder}/__init__.py" not in self.modules and importer.startswith(f"{folder}/")):
            return False
        return not self._offers(found, rest) and self._offered(f"{found.path}:") == f"{found.path}:"

    def _offers(self, module: Module, rest: str) -> bool:
        """Whether a module has the first part of a name, as far as it can be known: a library's star may bring it."""
        first = rest.partition(".")[0].rstrip("()[]")
        facts, bindings = module.facts, module.bindings
        if first in bindings.imports or first in bindings.definitions or first in bindings.assignments:
            return True
        return (
            any(one.local == first for one in facts.imports)
            or any(one.target == f":{first}" for one in facts.assignments)
            or any(one.name == first and one.parent < 0 for one in facts.definitions)
            or any(":" not in self.absolute(star, module) for star in facts.stars)
            or self._through_star(module, first, "") is not None
        )

    @cached_property
    def _roots(self) -> frozenset[str]:
        return frozenset(dotted.partition(".")[0] for dotted in self._by_suffix)

    def _relative(self, name: str, folder: str) -> str:
        level = len(name) - len(name.lstrip("."))
        for _ in range(level - 1):
            folder = folder.rpartition("/")[0]
        rest = name[level:]
        parts = rest.split(".") if rest else []
        stem, path, size = folder, self._by_stem.get(folder), 0
        for count, part in enumerate(parts, 1):
            stem = f"{stem}/{part}" if stem else part
            found = self._by_stem.get(stem)
            if found is not None:
                path, size = found, count
            elif stem not in self._folders:
                break
        return name if path is None else f"{path}:{'.'.join(parts[size:])}"

    @cached_property
    def _folders(self) -> frozenset[str]:
        """Every folder that a module lies in or below."""
        found: set[str] = set()
        for path in self.modules:
            folder = path.rpartition("/")[0]
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found)

    @cached_property
    def _by_stem(self) -> dict[str, str]:
        """Paths by what is left of them without `.py`, and of packages by their folders; a module goes before those."""
        packages = {path.removesuffix("/__init__.py"): path for path in self.modules if path.endswith("/__init__.py")}
        return packages | {path.removesuffix(".py"): path for path in self.modules if path.endswith(".py")}

    def may_be_own(self, name: str) -> bool:
        """Whether a module's own spelling of a name may mean something of this tree."""
        return name[:1] in (":", ".") or name.partition(".")[0].rstrip("()[]") in self._roots

    def identify(self, name: str, module: Module) -> str:
        """The thing that a name of this module is, with re-exports followed to where it is defined."""
        known = module._identities.get(name)
        if known is None:
            known = module._identities[name] = self._follow(name, module, values=False)
        return known

    def mean(self, name: str, module: Module) -> str:
        """What a name of this module stands for, with re-exports, variables.

        Base classes and returned objects followed.
        """
        known = module._meanings.get(name)
        if known is None:
            known = module._meanings[name] = self._follow(name, module, values=True)
        return known

    def _follow(self, name: str, module: Module, *, values: bool) -> str:
        if name[:1] == "?":
            return name
        place = self._offered(self.absolute(name, module))
        if ":" not in place:
            return place
        ends = self._meant if values else self._identified
        end = ends.get(place)
        if end is None:
            end = ends[place] = self._end(place, values=values)
        return end

    def _end(self, place: str, *, values: bool) -> str:
        """Where a resolved name leads, a binding at a time."""
        for _ in range(_STEPS):
            path, colon, rest = place.partition(":")
            if not colon or not rest or path not in self.modules:
                break
            if path.rpartition("/")[2] in _COPIED:
                return f"{path.rpartition('/')[2].removesuffix('.py')}.{rest}"
            module = self.modules[path]
            rest = _unparametrised(module, rest)
            place = f"{path}:{rest}"
            step = self._step(module, rest, values=values)
            if step is None:
                break
            place = self._offered(self.absolute(step, module))
        return place

    def _offered(self, place: str) -> str:
        """What a package offers under the name of one of its modules, if it binds the name to something else.

        `from shop.methods import pay` is the function where the package has `from .pay import pay`.
        """
        path, colon, rest = place.partition(":")
        if not colon or rest:
            return place
        folder, _, name = path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")
        package = self.modules.get(f"{folder}/__init__.py") if folder else None
        if package is None or not name:
            return place
        bindings = package.bindings
        imported = bindings.imports.get(name)
        if imported is not None and self.absolute(self._import_target(imported), package) == place:
            return place
        is_bound = imported is not None or name in bindings.definitions or name in bindings.assignments
        return f"{package.path}:{name}" if is_bound else self._through_star(package, name, "") or place

    def _step(self, module: Module, rest: str, *, values: bool) -> str | None:
        """One binding followed: the new name as the module spells it, None where there is nothing to follow."""
        head, _, tail = rest.partition(".")
        base, suffix = _bare(head)
        after = suffix + (f".{tail}" if tail else "")
        bindings = module.bindings
        imported = bindings.imports.get(base)
        if imported is not None and base not in bindings.definitions and not _is_listed_anew(module, imported):
            return _joined(self._import_target(imported), after)
        if base in bindings.definitions:
            return self._through_definition(module, base, after) if values else None
        if base not in bindings.assignments:
            return self._through_star(module, base, after)
        if not values:
            value = bindings.assignments[base][0].value
            return _joined(value.name, after) if isinstance(value, Name) and _is_global(value.name) else None
        return self._through_values(module, bindings.assignments[base], after)

    def _import_target(self, imported: Import) -> str:
        if "." in imported.target and imported.local == imported.target.partition(".")[0]:
            return imported.local
        return imported.target

    def handed_values(self, site: CallSite, name: str) -> Iterator[tuple[CallSite, Value | None]]:
        """What the callers of the function around a call hand to it as this parameter, with their calls."""
        function = site.function
        if function is None or all(parameter.name != name for parameter in function.parameters):
            return
        for caller in self.callers.get(f"{site.module.path}:{function.qualname}", ()):
            yield caller, handed_to(caller.call, function, name)

    @cached_property
    def star_importers(self) -> dict[str, list[Module]]:
        """The modules of production code that import everything from each module, by its path."""
        index: dict[str, list[Module]] = defaultdict(list)
        for module in self.production:
            for star in module.facts.stars:
                index[self.absolute(star, module).partition(":")[0]].append(module)
        return index

    def _through_star(self, module: Module, base: str, after: str, above: frozenset[str] = frozenset()) -> str | None:
        for origin in module.facts.stars:
            place = self.absolute(origin, module)
            path = place.partition(":")[0]
            target = self.modules.get(path)
            if target is not None and target is not module and path not in above:
                known = target.bindings
                if base in known.definitions or base in known.assignments or base in known.imports:
                    return f"{path}:{base}{after}" if ":" not in base else None
                further = self._through_star(target, base, after, above | {module.path, path})
                if further is not None:
                    return further
        return None

    def _through_values(self, module: Module, assignments: Iterable[Assignment], after: str) -> str | None:
        for assignment in assignments:
            value = assignment.value
            meaning = ""
            if isinstance(value, Invoke) and value.name:
                declared = bool(assignment.annotation) and self._gives_nothing_known(value.name, module)
                meaning = assignment.annotation if declared else f"{value.name}()"
            elif isinstance(value, Name):
                meaning = value.meaning or value.name
            elif isinstance(value, Index) and _is_alias(value):
                meaning = _aliased(value)
            elif isinstance(value, Const) and value.value is None:
                meaning = assignment.annotation
            if assignment.annotation and not meaning:
                meaning = assignment.annotation
            if meaning and not meaning.startswith("?"):
                return _joined(meaning, after)
        return None

    def _gives_nothing_known(self, name: str, module: Module) -> bool:
        """Whether a name of this module is a function of the tree that does not tell what it gives."""
        found = self.definition_named(self.identify(name, module))
        return found is not None and found.definition.kind == "function" and not found.definition.gives

    def _through_definition(self, module: Module, base: str, after: str) -> str | None:
        definition = module.facts.definitions[module.bindings.definitions[base]]
        if definition.kind == "function":
            if after.startswith("()") and (made := _class_made_in(module, base)):
                return _joined(f":{made}", after[2:])
            if after.startswith("()") and definition.gives:
                return _joined(definition.gives, after[2:])
            return None
        suffix, _, tail = after.partition(".")
        if not tail:
            return None
        attribute, more = _bare(tail.partition(".")[0])
        rest = more + (f".{tail.partition('.')[2]}" if "." in tail else "")
        qualname = f"{base}.{attribute}"
        bindings = module.bindings
        if attribute == "super" and more == "()":
            return next(
                (_joined(parent, f"{suffix}.{tail.partition('.')[2]}") for parent in definition.bases if parent), None
            )
        if qualname in bindings.assignments:
            return self._through_values(module, bindings.assignments[qualname], rest)
        if qualname in bindings.definitions:
            method = module.facts.definitions[bindings.definitions[qualname]]
            if rest.startswith("()") and method.kind == "function" and method.gives:
                return _joined(method.gives, rest[2:])
            if not rest.startswith("()") and method.gives and is_property(method):
                return _joined(method.gives, rest)
            return None
        return self._through_bases(module, definition, suffix, tail, attribute)

    def _through_bases(
        self, module: Module, definition: Definition, suffix: str, tail: str, attribute: str
    ) -> str | None:
        outside = None
        for base in definition.bases:
            found = self.class_of(base, module)
            if found is None:
                if (
                    base
                    and not base.startswith("?")
                    and self.identify(base, module).partition(".")[0] not in ("abc", "typing", "object")
                ):
                    outside = outside or self.identify(base, module)
            elif self._is_kept(found, attribute) or self.member(found, attribute) or self.external_bases(found):
                return f"{found.name}{suffix}.{tail}" if ":" not in found.definition.qualname else None
        return _joined(outside, f"{suffix}.{tail}") if outside else None

    def _is_kept(self, site: DefinitionSite, attribute: str) -> bool:
        """Whether a class, or what it descends from inside the tree, binds an attribute of itself or its objects."""
        return any(
            f"{item.definition.qualname}.{attribute}" in item.module.bindings.assignments
            for item in self.ancestry(site)
        )

    # -- definitions -----------------------------------------------------------------------------------------------

    def definition_named(self, name: str) -> DefinitionSite | None:
        """The definition of a resolved name, `path:qualname`; instance marks are looked through."""
        path, colon, rest = name.partition(":")
        module = self.modules.get(path) if colon else None
        if module is None:
            return None
        qualname = rest.replace("().", ".").removesuffix("()")
        index = module.bindings.definitions.get(qualname)
        if index is not None:
            return DefinitionSite(module, index, module.facts.definitions[index])
        owner, _, attribute = qualname.rpartition(".")
        if owner and owner in module.bindings.definitions:
            holder = module.bindings.definitions[owner]
            return self.member(DefinitionSite(module, holder, module.facts.definitions[holder]), attribute)
        return None

    def target(self, call: Call, module: Module) -> DefinitionSite | None:
        """The definition that a call leads to: by the name it goes by here, else by what that name holds."""
        found = self.definition(call.via or call.name, module)
        return self.definition(call.name, module) if found is None and call.via else found

    def definition(self, name: str, module: Module) -> DefinitionSite | None:
        """The definition that a name of this module means."""
        if name in module._defined:
            return module._defined[name]
        found = self.definition_named(self.identify(name, module))
        if found is None:
            found = self.definition_named(self.mean(name, module))
        module._defined[name] = found
        return found

    def class_of(self, name: str, module: Module) -> DefinitionSite | None:
        """The class of this tree that a name (of the class or of an instance) means."""
        found = self.definition(name.removesuffix("()"), module)
        return found if found is not None and found.definition.kind == "class" else None

    def ancestry(self, site: DefinitionSite) -> Iterator[DefinitionSite]:
        """A class and its bases inside the tree, nearest first, each once."""
        pending = [site]
        known: set[str] = set()
        while pending and len(known) < 60:
            item = pending.pop(0)
            if item.name in known:
                continue
            known.add(item.name)
            yield item
            for base in item.definition.bases:
                found = self.class_of(base, item.module)
                if found is not None:
                    pending.append(found)

    def external_bases(self, site: DefinitionSite) -> tuple[str, ...]:
        """The library classes that a class descends from, nearest first."""
        key = (site.module.path, site.index)
        known = self._outside.get(key)
        if known is None:
            known = self._outside[key] = tuple(self._bases_outside(site))
        return known

    def _bases_outside(self, site: DefinitionSite) -> Iterable[str]:
        names: dict[str, None] = {}
        for item in self.ancestry(site):
            for base in item.definition.bases:
                if self.class_of(base, item.module) is None and base:
                    names[self.mean(base, item.module).removesuffix("()")] = None
        return names

    def descends_from(self, site: DefinitionSite, *names: str) -> bool:
        """Whether a class descends from one of these library classes; a name that ends in `.*` means any below it."""
        matches = matcher(*names)
        return any(matches(base) for base in self.external_bases(site))

    def member(self, site: DefinitionSite, name: str) -> DefinitionSite | None:
        """The method or nested class of that name, own or inherited inside the tree."""
        for item in self.ancestry(site):
            index = item.module.bindings.definitions.get(f"{item.definition.qualname}.{name}")
            if index is not None:
                return DefinitionSite(item.module, index, item.module.facts.definitions[index])
        return None

    def methods_of(self, site: DefinitionSite, *names: str) -> Iterator[DefinitionSite]:
        """The methods of these names, in their order, own or inherited inside the tree."""
        for name in names:
            method = self.member(site, name)
            if method is not None and method.definition.kind == "function":
                yield method

    def class_value(self, site: DefinitionSite, name: str) -> tuple[Module, Field] | None:
        """The class-level binding of that name, own or inherited inside the tree."""
        for item in self.ancestry(site):
            for candidate in item.fields:
                if candidate.name == name:
                    return item.module, candidate
        return None

    @staticmethod
    def texts_compared(site: DefinitionSite) -> Iterator[str]:
        """The constant texts that the conditions of a function or class hold something against."""
        definition = site.definition
        for one in site.module.facts.conditions:
            if definition.line <= one.line <= definition.end_line:
                yield from _compared_with(one.test)

    def kept_value(self, site: DefinitionSite, name: str) -> tuple[Module, Assignment] | None:
        """What the objects of a class keep under that name as they are made, by it or inside the tree inherited."""
        for item in self.ancestry(site):
            for bound in item.module.bindings.assignments.get(f"{item.definition.qualname}.{name}", ()):
                if item.module.symbol(bound.scope).endswith(".__init__"):
                    return item.module, bound
        return None

    @cached_property
    def classes(self) -> tuple[DefinitionSite, ...]:
        """Every class of production code."""
        return tuple(site for site in self.definitions if site.definition.kind == "class")

    @cached_property
    def functions(self) -> tuple[DefinitionSite, ...]:
        """Every function and method of production code."""
        return tuple(site for site in self.definitions if site.definition.kind == "function")

    @cached_property
    def definitions(self) -> tuple[DefinitionSite, ...]:
        """Every definition of production code."""
        return tuple(
            DefinitionSite(module, index, definition)
            for module in self.production
            for index, definition in enumerate(module.facts.definitions)
        )

    @staticmethod
    def is_public(site: DefinitionSite) -> bool:
        """Whether a definition is part of its module's or class's interface.

        No leading underscore up to the top, not inside a function.
        """
        if site.definition.name.startswith("_"):
            return False
        around = list(site.module.enclosing(site.definition.parent))
        return all(item.kind == "class" and not item.name.startswith("_") for item in around)

    # -- calls and values ------------------------------------------------------------------------------------------

    @cached_property
    def all_calls(self) -> tuple[CallSite, ...]:
        """Every call of production code, resolved."""
        return tuple(self.calls_in(self.production))

    def calls_in(self, modules: Iterable[Module]) -> Iterator[CallSite]:
        """Every call of these modules, resolved."""
        for module in modules:
            for call in module.facts.calls:
                yield self.call_site(module, call)

    def call_site(self, module: Module, call: Call) -> CallSite:
        """A call of a module, resolved."""
        name = module._meanings.get(call.name)
        if name is None:
            name = self.mean(call.name, module)
        return CallSite(module, call, name, _last(name))

    def calls_named(self, says: Callable[[str], object]) -> Iterator[CallSite]:
        """The production calls of whose resolved names something holds, in order; asked once for each name."""
        numbers = [number for name, found in self._numbers_by_name.items() if says(name) for number in found]
        return (self.all_calls[number] for number in sorted(numbers))

    @cached_property
    def _numbers_by_name(self) -> dict[str, list[int]]:
        index: dict[str, list[int]] = defaultdict(list)
        for number, site in enumerate(self.all_calls):
            index[site.name].append(number)
        return index

    def calls_ending(self, says: Callable[[str], object]) -> Iterator[CallSite]:
        """The production calls of whose bare names something holds, in order; asked once for each name."""
        numbers = [number for last, found in self._numbers_by_last.items() if says(last) for number in found]
        return (self.all_calls[number] for number in sorted(numbers))

    @cached_property
    def _numbers_by_last(self) -> dict[str, list[int]]:
        index: dict[str, list[int]] = defaultdict(list)
        for number, site in enumerate(self.all_calls):
            index[site.last].append(number)
        return index

    @cached_property
    def _calls_by_last(self) -> dict[str, list[CallSite]]:
        calls = self.all_calls
        return {last: [calls[number] for number in numbers] for last, numbers in self._numbers_by_last.items()}

    def calls(self, *names: str) -> Iterator[CallSite]:
        """The production calls of these resolved names, in order of path and line.

        `httpx.*` means any below `httpx`.
        """
        exact = [name for name in names if not name.endswith("*")]
        open_ended = [name for name in names if name.endswith("*")]
        if open_ended:
            yield from self.calls_named(matcher(*names))
            return
        wanted = frozenset(exact)
        lasts = sorted({name.rpartition(".")[2].rpartition(":")[2] for name in exact})
        found = [site for last in lasts for site in self._calls_by_last.get(last, ()) if site.name in wanted]
        yield from sorted(found, key=lambda site: (site.module.path, site.call.line)) if len(lasts) > 1 else found

    def calls_of(self, *lasts: str) -> Iterator[CallSite]:
        """The production calls of any function or method of these bare names."""
        for last in lasts:
            yield from self._calls_by_last.get(last, ())

    @cached_property
    def callers(self) -> dict[str, list[CallSite]]:
        """The production calls of each definition of the tree, by its resolved name."""
        index: dict[str, list[CallSite]] = defaultdict(list)
        for site in self.all_calls:
            for name in {site.call.name, site.call.via}:
                if name and name[0] != "?":
                    found = self.definition(name, site.module)
                    if found is not None:
                        index[found.name].append(site)
        return index

    @cached_property
    def imported(self) -> frozenset[str]:
        """Every library thing that production code imports, by dotted name, with the packages above it."""
        names: set[str] = set()
        for module in self.production:
            for item in module.facts.imports:
                if not item.target.startswith("."):
                    name = item.target
                    while name:
                        names.add(name)
                        name = name.rpartition(".")[0]
        return frozenset(names)

    def imports(self, *names: str) -> Iterator[tuple[Module, Import]]:
        """Where production code imports one of these packages or anything below it."""
        roots = {name.partition(".")[0] for name in names}
        below = tuple(f"{name}." for name in names)
        found = [entry for root in roots for entry in self._imports_by_root.get(root, ())]
        for _, module, item in sorted(found, key=_first) if len(roots) > 1 else found:
            if item.target in names or item.target.startswith(below):
                yield module, item

    @cached_property
    def _imports_by_root(self) -> dict[str, list[tuple[int, Module, Import]]]:
        """Every import of production code by the first part of its name, each with its number among all."""
        index: dict[str, list[tuple[int, Module, Import]]] = defaultdict(list)
        number = 0
        for module in self.production:
            for item in module.facts.imports:
                index[item.target.partition(".")[0]].append((number, module, item))
                number += 1
        return index

    def constant(self, value: Value | None, module: Module) -> str | int | float | bool | None:
        """The literal that a value is, through the names of module-level constants; None for anything else."""
        for _ in range(4):
            if isinstance(value, Const):
                return value.value
            if not isinstance(value, Name) or value.name[:1] == "?":
                return None
            found = self.assignment(value.name, module)
            if found is None:
                return self._default(value.name, module)
            module, value = found[0], found[1].value
        return None

    def _default(self, name: str, module: Module) -> str | int | float | bool | None:
        """The default of a field of a settings object: what `settings.API_PREFIX` is where nothing overrides it."""
        owner, _, attribute = name.rpartition(".")
        klass = self.definition_named(self.mean(owner, module)) if owner and not owner.startswith("?") else None
        bound = self.class_value(klass, attribute) if klass is not None and klass.definition.kind == "class" else None
        return bound[1].value.value if bound is not None and isinstance(bound[1].value, Const) else None

    def assignment(self, name: str, module: Module) -> tuple[Module, Assignment] | None:
        """The first binding that a name of this module means: a module's or class's variable."""
        owner = self.modules.get(self.identify(name, module).partition(":")[0])
        found = self.assignments(name, module)
        return (owner, found[0]) if owner is not None and found else None

    def assignments(self, name: str, module: Module) -> tuple[Assignment, ...]:
        """Every binding of the module's or class's variable that a name of this module means.

        In the order of its file.
        """
        path, colon, rest = self.identify(name, module).partition(":")
        owner = self.modules.get(path) if colon else None
        return tuple(owner.bindings.assignments.get(rest.replace("()", ""), ())) if owner is not None else ()


def _class_made_in(module: Module, function: str) -> str:
    """The class inside a function of a module that it gives back: `def router_class(): class Own(Router): …`."""
    index = module.bindings.definitions[function]
    inside = {one.definition.name: one.definition for one in module.defined_in(index) if one.definition.kind == "class"}
    for given in module.facts.returns if inside else ():
        if given.scope == index and isinstance(given.value, Name):
            made = inside.get(given.value.name.rpartition(":")[2].rpartition(".")[2].lstrip("?"))
            if made is not None:
                return made.qualname
    return ""


def _is_listed_anew(module: Module, imported: Import) -> bool:
    """Whether a module gives the name of what it imports to a list of its own: `middleware = (errors, sessions)`."""
    later = module.bindings.assignments.get(imported.local, ())
    return any(isinstance(item.value, Items) and item.scope == MODULE and item.line > imported.line for item in later)


def _compared_with(test: Value) -> Iterator[str]:
    for value in test.operands if isinstance(test, Other) else ():
        for one in flattened(value):
            if isinstance(one, Const) and isinstance(one.value, str):
                yield one.value
            elif isinstance(one, Other):
                yield from _compared_with(one)


def matcher(*names: str) -> Callable[[str], bool]:
    """Whether a dotted name is one of these; `a.b.*` matches everything below `a.b`."""
    exact = frozenset(name for name in names if not name.endswith("*"))
    below = tuple(name[:-1] for name in names if name.endswith("*"))
    return lambda name: name in exact or (bool(below) and name.startswith(below))


def _prepares_tests(facts: PythonFacts) -> bool:
    """Whether the file makes things that tests ask for by name."""
    return any(item.target.partition(".")[0] in ("pytest", "pytest_asyncio") for item in facts.imports) and any(
        getattr(decorator, "name", "").removesuffix("()") in ("pytest.fixture", "pytest_asyncio.fixture")
        for definition in facts.definitions
        for decorator in definition.decorators
    )


_FOREIGN = frozenset(sys.stdlib_module_names) | frozenset(
    [
        "requests",
        "redis",
        "celery",
        "flask",
        "django",
        "fastapi",
        "httpx",
        "aiohttp",
        "sqlalchemy",
        "pymongo",
        "motor",
        "elasticsearch",
        "kafka",
        "jwt",
        "jose",
        "sentry_sdk",
        "prometheus_client",
        "opentelemetry",
        "starlette",
        "pydantic",
        "boto3",
        "stripe",
        "slack",
        "openai",
        "tenacity",
        "sanic",
        "tornado",
        "bottle",
        "graphql",
        "docker",
        "kubernetes",
        "ldap3",
        "ldap",
        "authlib",
    ]
)


_STARTS_DJANGO = re.compile(r"(^|/)((manage|wsgi|asgi)\.py|settings(/[^/]+)?\.py|settings/__init__\.py)$")


@lru_cache(maxsize=200_000)
def _last(name: str) -> str:
    return name.rpartition(".")[2].rpartition(":")[2]


_MARK = re.compile(r"[(\[]")


def _bare(segment: str) -> tuple[str, str]:
    """A segment without its call and element marks, and the marks."""
    mark = _MARK.search(segment)
    return (segment, "") if mark is None else (segment[: mark.start()], segment[mark.start() :])


def _unparametrised(module: Module, rest: str) -> str:
    """A name within a module, with the parameters of a class left out: `Page[Order]()` is a `Page()`."""
    base, marks = _bare(rest.partition(".")[0])
    index = module.bindings.definitions.get(base) if marks.startswith("[]") else None
    if index is None or module.facts.definitions[index].kind != "class":
        return rest
    return f"{base}{rest[len(base) + 2 :]}"


def _first(entry: tuple[int, Module, Import]) -> int:
    return entry[0]


def _joined(name: str, after: str) -> str:
    return f"{name}{after.removeprefix('.')}" if name.endswith(".") else f"{name}{after}"


def _is_global(name: str) -> bool:
    return bool(name) and name[0] != "?"


def _is_alias(value: Index) -> bool:
    return isinstance(value.value, Name) and value.value.name.rpartition(".")[2] in ("Annotated", "Optional")


def _aliased(value: Index) -> str:
    """The class behind `Annotated[Session, …]`."""
    first = value.items[0] if value.items else None
    return first.name if isinstance(first, Name) else ""


def _ends_of_parts(name: str) -> Iterator[int]:
    """Where the parts of a dotted name end: after each of its words."""
    yield from (at for at, sign in enumerate(name) if sign == ".")
    yield len(name)


def _common(path: str, importer: str) -> int:
    count = 0
    for left, right in zip(path.split("/")[:-1], importer.split("/")[:-1], strict=False):
        if left != right:
            break
        count += 1
    return count
