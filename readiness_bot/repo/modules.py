"""A module, its calls and its definitions, each with the place it stands at; knows nothing of other modules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import msgspec

from readiness_bot.facts.python_facts import Assignment, Attempt, Call, Definition, Field, Handler, Import, PythonFacts
from readiness_bot.facts.values import MODULE, Name, Value
from readiness_bot.model import Area, Location

_Key = TypeVar("_Key", bound=Hashable)
_Item = TypeVar("_Item")


class Module:
    """One Python file of the tree; its facts are unpacked when they are first asked for, which of most tests never is.

    What is found out of its names is remembered: the same ones are asked after again and again, and a tree does not
    change while it is judged.
    """

    __slots__ = (
        "_calls",
        "_defined",
        "_fields",
        "_functions",
        "_handed",
        "_identities",
        "_inside",
        "_load",
        "_meanings",
        "_places",
        "area",
        "bindings",
        "facts",
        "path",
    )

    bindings: _Bindings
    """What the names at the top of the module are bound to."""
    facts: PythonFacts

    def __init__(self, path: str, area: Area, load: Callable[[], PythonFacts]) -> None:
        self.path = path
        self.area = area
        self._load = load
        self._places: dict[str, str] = {}
        self._identities: dict[str, str] = {}
        self._meanings: dict[str, str] = {}
        self._defined: dict[str, DefinitionSite | None] = {}
        self._functions: dict[int, Definition | None] = {}
        self._calls: dict[int, list[Call]] | None = None
        self._handed: dict[int, dict[str, list[Call]]] = {}
        self._inside: dict[int, list[DefinitionSite]] | None = None
        self._fields: dict[int, list[Field]] | None = None

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> PythonFacts | _Bindings:
            # Called for an attribute that is not there yet; from then on it costs no more than any other.
            if name == "facts":
                self.facts = self._load()
                return self.facts
            if name == "bindings":
                self.bindings = _bindings(self.facts)
                return self.bindings
            raise AttributeError(name)

    @property
    def name(self) -> str:
        """The dotted name by its path from the root; import roots below it make shorter ones possible."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def symbol(self, scope: int) -> str:
        """The qualified name of a definition by its index; empty for the module itself."""
        return "" if scope == MODULE else self.facts.definitions[scope].qualname

    def definition(self, scope: int) -> Definition | None:
        """The definition of that index."""
        return None if scope == MODULE else self.facts.definitions[scope]

    def enclosing(self, scope: int) -> Iterator[Definition]:
        """The definitions around a place, innermost first."""
        while scope != MODULE:
            definition = self.facts.definitions[scope]
            yield definition
            scope = definition.parent

    def scope_at(self, line: int) -> int:
        """The index of the innermost definition around a line; that of the module outside all of them."""
        around = [index for index, item in enumerate(self.facts.definitions) if item.line <= line <= item.end_line]
        return max(around, key=lambda index: self.facts.definitions[index].line, default=MODULE)

    def function_of(self, scope: int) -> Definition | None:
        """The innermost function around a place."""
        if scope not in self._functions:
            around = (definition for definition in self.enclosing(scope) if definition.kind == "function")
            self._functions[scope] = next(around, None)
        return self._functions[scope]

    def calls_in(self, scope: int) -> Sequence[Call]:
        """The calls that stand in a definition, or outside all of them, but for those in what is defined inside it."""
        if self._calls is None:
            self._calls = _grouped((call.scope, call) for call in self.facts.calls)
        return self._calls.get(scope, ())

    def defined_in(self, scope: int) -> Sequence[DefinitionSite]:
        """What is defined directly in a definition, or outside all of them, in the order of the file."""
        if self._inside is None:
            sites = (DefinitionSite(self, index, one) for index, one in enumerate(self.facts.definitions))
            self._inside = _grouped((site.definition.parent, site) for site in sites)
        return self._inside.get(scope, ())

    def fields_of(self, scope: int) -> Sequence[Field]:
        """The names bound in the body of a class, in the order of the file."""
        if self._fields is None:
            self._fields = _grouped((item.owner, item) for item in self.facts.fields)
        return self._fields.get(scope, ())

    def handed_on(self, name: str, scope: int) -> Sequence[Call]:
        """The calls of a definition that are handed what a name holds, in the order of the file."""
        if scope not in self._handed:
            self._handed[scope] = _grouped(
                (name, call)
                for call in self.calls_in(scope)
                for name in {value.name for value in call.handed if isinstance(value, Name)}
            )
        return self._handed[scope].get(name, ())

    def bound_to(self, name: str, scope: int) -> list[Value]:
        """What a name is bound to in a definition, in the order of the file."""
        return [item.value for item in self.facts.assignments if item.target == name and item.scope == scope]

    def bound_before(self, name: str, scope: int, line: int) -> Value | None:
        """What a name was last bound to in a definition before a line; None where it was not."""
        return next(
            (
                item.value
                for item in reversed(self.facts.assignments)
                if item.target == name and item.scope == scope and item.line < line
            ),
            None,
        )

    def location(self, line: int, end_line: int, scope: int, statement: str) -> Location:
        """A place of this file."""
        return Location(self.path, line, end_line, self.symbol(scope), statement)


def handed_to(call: Call, function: Definition, name: str) -> Value | None:
    """What a call of a function hands to its parameter of a name; None where it hands it nothing, or has no such."""
    names = [parameter.name for parameter in function.parameters]
    return call.argument(names.index(name), name) if name in names else None


class CallSite(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A call with its name resolved across the tree.

    There are as many as calls, and each is looked at by many: `last`, the last component of the resolved name, is kept.
    """

    module: Module
    call: Call
    name: str
    last: str

    @property
    def location(self) -> Location:
        """Where the call stands."""
        call = self.call
        return self.module.location(call.line, call.end_line, call.scope, call.statement)

    @property
    def function(self) -> Definition | None:
        """The innermost function that the call stands in."""
        return self.module.function_of(self.call.scope)

    @property
    def beside(self) -> Sequence[Call]:
        """The calls in the same function, itself among them."""
        return self.module.calls_in(self.call.scope)

    @property
    def function_name(self) -> str:
        """The resolved name of that function; empty outside of all."""
        function = self.function
        return "" if function is None else f"{self.module.path}:{function.qualname}"

    @property
    def outer(self) -> Call | None:
        """The call that takes this one's result as an argument."""
        return None if self.call.parent == MODULE else self.module.facts.calls[self.call.parent]

    @property
    def attempts(self) -> Iterator[Attempt]:
        """The `try` statements whose bodies hold the call, innermost first."""
        index = self.call.attempt
        while index != MODULE:
            attempt = self.module.facts.attempts[index]
            yield attempt
            index = attempt.parent

    @property
    def handlers(self) -> Iterator[Handler]:
        """The handlers that an exception of this call meets, innermost first."""
        index = self.call.attempt
        while index != MODULE:
            yield from (handler for handler in self.module.facts.handlers if handler.attempt == index)
            index = self.module.facts.attempts[index].parent


@dataclass(frozen=True, slots=True, eq=False)
class DefinitionSite:
    """A definition in its module."""

    module: Module
    index: int
    definition: Definition

    @property
    def name(self) -> str:
        """The resolved name, `path:qualname`."""
        return f"{self.module.path}:{self.definition.qualname}"

    @property
    def location(self) -> Location:
        """The whole definition's place."""
        definition = self.definition
        return Location(
            self.module.path, definition.line, definition.end_line, definition.qualname, definition.statement
        )

    @property
    def calls(self) -> Sequence[Call]:
        """The calls that stand in it, but for those in what is defined inside it."""
        return self.module.calls_in(self.index)

    @property
    def owner(self) -> DefinitionSite | None:
        """The class that it is defined directly in."""
        parent = self.definition.parent
        around = self.module.definition(parent)
        return DefinitionSite(self.module, parent, around) if around is not None and around.kind == "class" else None

    @property
    def fields(self) -> Sequence[Field]:
        """The names bound in a class body."""
        return self.module.fields_of(self.index)

    @property
    def methods(self) -> Iterator[DefinitionSite]:
        """The functions defined directly in it."""
        return (site for site in self.module.defined_in(self.index) if site.definition.kind == "function")

    @property
    def nested_classes(self) -> Iterator[DefinitionSite]:
        """The classes defined directly in it (`Meta`, `Config`)."""
        return (site for site in self.module.defined_in(self.index) if site.definition.kind == "class")


def _grouped(pairs: Iterable[tuple[_Key, _Item]]) -> dict[_Key, list[_Item]]:
    """The items by their keys, each list in the order of the pairs."""
    found: defaultdict[_Key, list[_Item]] = defaultdict(list)
    for key, item in pairs:
        found[key].append(item)
    return dict(found)


def is_static(definition: Definition) -> bool:
    """Whether a method is handed neither the object nor the class."""
    return any(decorator == Name("staticmethod") for decorator in definition.decorators)


def is_property(definition: Definition) -> bool:
    """Whether a method is read as an attribute."""
    return any(
        isinstance(decorator, Name) and decorator.name.rpartition(".")[2] in ("property", "cached_property")
        for decorator in definition.decorators
    )


@dataclass(slots=True)
class _Bindings:
    """What the names at the top of one module are bound to."""

    imports: dict[str, Import] = field(default_factory=dict)
    definitions: dict[str, int] = field(default_factory=dict)
    assignments: dict[str, list[Assignment]] = field(default_factory=dict)


def _bindings(facts: PythonFacts) -> _Bindings:
    found = _Bindings()
    for imported in facts.imports:
        if imported.scope == MODULE:
            found.imports.setdefault(imported.local, imported)
    for index, definition in enumerate(facts.definitions):
        found.definitions.setdefault(definition.qualname, index)
    for assignment in facts.assignments:
        if assignment.target.startswith(":") and not assignment.key:
            found.assignments.setdefault(assignment.target[1:].replace("()", ""), []).append(assignment)
    return found
