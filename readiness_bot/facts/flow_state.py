"""What is known at one place of a function while its data flow is followed, within a budget."""

from __future__ import annotations

import ast
import builtins
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping

from readiness_bot.facts.names import FunctionNode, Names, Scope
from readiness_bot.facts.origins import MOST_ATOMS, NOTHING, PART, Table, Value

FUNCTION_BUDGET = 40_000
"""Steps of one function: a statement costs three, an expression one."""
FILE_BUDGET = 1_500_000
"""Steps of all functions of a file."""
_CHAINED = 4
_MOST_GUARDS = 200
BUILTINS = frozenset(dir(builtins))
CHECKING = re.compile(
    r"valid|check|ensure|assert|verif|require|guard|sanit|safe|allow|permit|refuse|reject|forbid|restrict|contain|inside"
    r"|within|relative_to|authori[sz]|permitted|^int$|^float$|uuid|objectid|ip_address|must|block|secur|protect|whitelist|enforce|raise",
    re.IGNORECASE,
)


OF_A_WHOLE = ("in", "==", "short", "none", "is:int", "is:UUID")
"""Tests that say nothing of a text where they hold of a piece of it alone."""


class TooLarge(Exception):
    """Raised inside when a function's or the file's budget is spent."""


class Reached:
    """What is gathered of one call over every pass through it."""

    __slots__ = ("args", "guards", "keywords", "receiver")

    def __init__(self, args: int, keywords: int) -> None:
        self.receiver: Value = NOTHING
        self.args: list[Value] = [NOTHING] * args
        self.keywords: list[Value] = [NOTHING] * keywords
        self.guards: frozenset[int] | None = None

    def given(self) -> Value:
        """All arguments of the call."""
        return NOTHING.union(*self.args, *self.keywords)

    def everything(self) -> Value:
        """All that the call takes, its receiver included."""
        return self.receiver.union(*self.args, *self.keywords)


Said = tuple[frozenset[int] | None, frozenset[int] | None]
"""What a variable says of other values by being true, and by being false; None where it cannot be so."""
Exit = tuple[dict[str, Value], frozenset[int], dict[str, Said]]
"""The variables and guards with which a loop is left early, and what these variables say."""
NEVER: Said = (None, frozenset())
ALWAYS: Said = (frozenset(), None)
PERHAPS: Said = (frozenset(), frozenset())
"""What a variable says that is nothing, that is a known something, and that may be either: `None`, `"text"`, `f()`."""


def agreed(
    one: Mapping[str, Said], held: frozenset[int], other: Mapping[str, Said], kept: frozenset[int]
) -> dict[str, Said]:
    """What variables say where two ways meet, behind each of which guards hold.

    What both say; and if a variable is true that cannot be so behind one way, all that holds behind the other.
    """
    found: dict[str, Said] = {}
    for name, here in one.items():
        there = other.get(name)
        if there is None:
            continue
        if here is not there:
            here = (_either(here[0], held, there[0], kept), _either(here[1], held, there[1], kept))
        found[name] = here
    return found


def _either(
    one: frozenset[int] | None, held: frozenset[int], other: frozenset[int] | None, kept: frozenset[int]
) -> frozenset[int] | None:
    """What holds where a variable says `one` behind guards that are held, or `other` behind guards that are kept."""
    if one is None:
        return None if other is None else other | (kept - held)
    return one | (held - kept) if other is None else (one | (held - kept)) & (other | (kept - held))


class State(ABC):
    """One file's flows as far as they are known: what is gathered of the file, and what holds at the present place."""

    def __init__(self, names: Names, call_of: Mapping[int, int], definition_of: Mapping[int, int]) -> None:
        self.names = names
        self.call_of = call_of
        self.definition_of = definition_of
        self.table = Table()
        self.reached: dict[int, Reached] = {}
        self.checking: set[int] = set()
        self.ending: set[int] = set()
        self.given: dict[tuple[int, int], tuple[Value, frozenset[int]]] = {}
        self.stored: dict[tuple[str, int, int], Value] = {}
        self.cut: dict[int, None] = {}
        self.pending: list[tuple[FunctionNode, Scope, dict[str, Value], frozenset[int]]] = []
        self.left = FILE_BUDGET
        self.budget = FUNCTION_BUDGET
        self.depth = 0
        self.loops = 0
        self.scope: Scope = names.module
        self.definition = -1
        self.owner = ""
        self.own_name = ""
        self.rest: tuple[str, Value] | None = None
        self.env: dict[str, Value] = {}
        self.texts: dict[str, str] = {}
        self.tests: dict[str, Said] = {}
        self.lambdas: dict[str, ast.Lambda] = {}
        self.lambda_depth = 0
        self.globals: frozenset[str] = frozenset()
        self.guards: frozenset[int] = frozenset()
        self.dead = False
        self.exits: list[list[Exit]] = []
        self.module_env: dict[str, Value] = {}
        self.module_lambdas: dict[str, ast.Lambda] = {}
        self.outside: dict[tuple[int, str], Value] = {}

    def spend(self, steps: int) -> None:
        """Take steps off both budgets. Raises `TooLarge` where one is spent."""
        self.budget -= steps
        self.left -= steps
        if self.budget < 0 or self.left < 0:
            raise TooLarge

    def limited(self, value: Value) -> Value:
        """At most `MOST_ATOMS` of a value; a cut is told of the function."""
        if len(value) <= MOST_ATOMS:
            return value
        self.cut[self.definition] = None
        return frozenset(sorted(value)[:MOST_ATOMS])

    def store(self, target: str, line: int, value: Value) -> None:
        """Keep what a name outside the function, or an attribute, is given."""
        key = (target, self.definition, line)
        self.stored[key] = self.limited(self.stored.get(key, NOTHING) | value)

    def record_given(self, line: int, value: Value) -> None:
        """Keep what the function gives back at a line."""
        if not value:
            return
        key = (self.definition, line)
        known, guards = self.given.get(key, (NOTHING, self.guards))
        self.given[key] = (self.limited(known | value), guards & self.guards)

    def receiver(self, node: ast.Call) -> Value:
        """The object that a method is called on."""
        return self.expression(node.func.value) if isinstance(node.func, ast.Attribute) else NOTHING

    def taken(self, node: ast.Call, index: int) -> Value:
        """Everything that a call takes, its receiver included."""
        known = self.reached.get(index)
        value = self.receiver(node)
        return value if known is None else value | known.everything()

    def held(self, value: Value, test: str) -> frozenset[int]:
        """Guards that say a test of everything in a value, and of what the calls that gave it took (`via`)."""
        found: set[int] = set()
        seen: set[int] = set()
        pending = [(value, test, 0)]
        while pending and len(seen) < MOST_ATOMS:
            atoms, said, depth = pending.pop()
            # In their order, since the first way to a source is the one that is told.
            for atom in sorted(atoms - seen):
                seen.add(atom)
                source, access, wraps, _ = self.table.atoms[atom]
                about = self.table.sources[source]
                of_part = wraps[:1] == (PART,) and said in OF_A_WHOLE
                if (about.kind != "n" or access) and not (of_part and said == "none"):
                    found.add(self.table.guard(source, access, f"part:{said}" if of_part else said))
                if about.kind == "c" and depth < _CHAINED and about.owner in self.reached:
                    pending.append((self.reached[about.owner].everything(), f"via:{about.owner}:{test}", depth + 1))
        self.spend(len(seen))
        return frozenset(found)

    def know(self, held: frozenset[int]) -> None:
        """From here on these guards hold as well."""
        if held and len(self.guards) < _MOST_GUARDS:
            self.guards = self.guards | held

    def unknown(self, name: str, line: int) -> Value:
        """A value of which nothing is known but its name."""
        return self.table.whole(self.table.source("u", self.definition, -1, name, line))

    def name(self, node: ast.Name) -> Value:
        """What a variable holds here."""
        found = self.env.get(node.id)
        return found if found is not None else self.outer(node)

    def outer(self, node: ast.Name | ast.Attribute) -> Value:
        """What a name that this function does not bind stands for."""
        key = (id(self.scope), node.id if isinstance(node, ast.Name) else ast.unparse(node))
        known = self.outside.get(key)
        if known is None:
            known = self.outside[key] = self.look_outside(node)
        return known

    def look_outside(self, node: ast.Name | ast.Attribute) -> Value:
        """What a name means outside: a builtin or definition carries nothing, all else is known by its name."""
        name = self.names.identity(node, self.scope)
        if not name or name in BUILTINS:
            return NOTHING
        if name[0] == "?":
            return self.unknown(name[1:], node.lineno)
        if name[0] == ":":
            bare = name[1:]
            if bare in self.names.functions or bare in self.names.classes:
                return NOTHING
            if bare in self.module_env and not self.module_env[bare] and self.definition >= 0:
                return NOTHING
        return self.table.whole(self.table.source("n", self.definition, name=name, line=node.lineno))

    def constant_text(self, node: ast.expr) -> str | None:
        """The text that an expression always is, where that can be seen here."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.Name):
            if node.id in self.env:
                return None if self.env[node.id] else self.texts.get(node.id)
            bound = self.names.module.bindings.get(node.id)
            if isinstance(bound, tuple) and isinstance(bound[0], ast.Constant) and isinstance(bound[0].value, str):
                return bound[0].value if bound[2] == "value" else None
        return None

    def is_constant(self, node: ast.expr) -> bool:
        """Whether a variable of this file holds nothing but constants."""
        if not isinstance(node, ast.Name):
            return isinstance(node, ast.Dict)
        held = self.env.get(node.id, self.module_env.get(node.id) if self.definition >= 0 else None)
        return held is not None and not held

    def is_value(self, value: Value) -> bool:
        """Whether any of it is data rather than only a thing known by its name."""
        return (
            any(
                self.table.sources[self.table.atoms[atom][0]].kind != "n" or self.table.atoms[atom][1] for atom in value
            )
            or not value
        )

    def is_named(self, value: Value) -> bool:
        """Whether all of it is a thing known by its name, such as a module."""
        return bool(value) and not self.is_value(value)

    def is_contained(self, atom: int) -> bool:
        """Whether it is an element of something rather than the thing itself."""
        wraps = self.table.atoms[atom][2]
        return bool(wraps) and wraps[0][0] in "[({<"

    @abstractmethod
    def expression(self, node: ast.expr) -> Value:
        """What an expression may carry."""

    @abstractmethod
    def narrowed(self, test: ast.expr, *, truth: bool, depth: int = 0) -> frozenset[int]:
        """What is known to hold where the test came out so."""


def key_of(node: ast.expr) -> str | None:
    """A constant text used as a key."""
    return printable(node.value[:60]) if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def printable(text: str) -> str:
    """A text that can be encoded: lone surrogates become question marks."""
    return text.encode("utf-8", "replace").decode()


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def spelled(node: ast.expr) -> str:
    """The last names of a type or a tuple of types, as `a|b`."""
    if isinstance(node, ast.Tuple):
        return "|".join(spelled(item) for item in node.elts[:10])
    if isinstance(node, ast.BinOp):
        return f"{spelled(node.left)}|{spelled(node.right)}"
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else "?"
