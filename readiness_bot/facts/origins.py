"""Where values come from, as facts of one file: origins, the steps taken from them, and what they were wrapped in.

A value is a set of atoms. An atom is a source (a parameter, the result of a call, a thing by its name), the access
taken from it (`.json`, `["q"]`), and the wraps around it, outermost first: `{name}` a value under that key, `[]` an
element, `(0)` a place in a tuple, `.x` an attribute set on an object, `<key>` a key of a dict, `s` turned into text,
and `t:PREFIX` a part of a text behind that constant prefix (a NUL stands for what is not constant), to which `FOLLOWED`
adds the text behind the part; `part` is one piece of a text that was split. A value of no atoms is constant, or a
number. Knows neither what is dangerous nor what cleans.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

Value = frozenset[int]
"""Atoms by their index in `Flows.atoms`."""

NOTHING: Value = frozenset()

MOST_ATOMS = 32
"""Atoms kept of one value; texts built of more parts are cut, which `Flows.cut` tells."""

_MOST_STEPS = 5
_LONGEST_PREFIX = 120
_LONGEST_SUFFIX = 40
PART = "part"
FOLLOWED = "\x02"
"""Stands between the text before a part and the text after it."""


class Source(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an atom starts from.

    `kind` is `p` for a parameter (`owner` the definition's index, `position` that among its parameters), `c` for the
    result of a call (`owner` its index among the calls), `n` for a thing named `name` outside the function, and `u` for
    a local value of which nothing is known.
    """

    kind: str
    owner: int
    position: int
    name: str
    line: int


class Atom(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A source with the access taken from it, the wraps around it, and the guards (by index) that held on its way."""

    source: int
    access: tuple[str, ...] = ()
    wraps: tuple[str, ...] = ()
    guards: tuple[int, ...] = ()


class Guard(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A condition known to hold of a source's access.

    `test` is `in` or `!in:TEXT` (the constant text is not in it), `==`, `starts:TEXT`, `is:TYPE` or `!is:TYPE`
    (isinstance), `none`, `call:N` or `!call:N` (call N, which takes it, answered true or false), `self:N` or `!self:N`
    (the same of a method's own object), `passed:N` (call N took it and came back), `perhaps:N` (it did so where
    some condition held) or `via:N:TEST` (a test, spelled likewise but for its number, holds of what call N made of it).
    `part:TEST` holds of one piece of a text alone, `given:N` as `in` does where a caller gives parameter N something.
    """

    source: int
    access: tuple[str, ...]
    test: str


class CallFlow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What reaches one call: atoms of the receiver and of each argument as `Call` lists them; `guards` hold there."""

    call: int
    receiver: tuple[int, ...]
    args: tuple[tuple[int, ...], ...]
    keywords: tuple[tuple[int, ...], ...]
    guards: tuple[int, ...] = ()


class Given(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a definition returns or yields at a line."""

    definition: int
    line: int
    atoms: tuple[int, ...]
    guards: tuple[int, ...] = ()


class Stored(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is kept under a name that other functions read: `:Class.attribute` or `:variable`."""

    target: str
    definition: int
    line: int
    atoms: tuple[int, ...]


class Flows(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The flows of one file; `cut` are the definitions too large to be followed whole."""

    sources: tuple[Source, ...] = ()
    atoms: tuple[Atom, ...] = ()
    guards: tuple[Guard, ...] = ()
    calls: tuple[CallFlow, ...] = ()
    given: tuple[Given, ...] = ()
    stored: tuple[Stored, ...] = ()
    cut: tuple[int, ...] = ()


def accessed(
    access: tuple[str, ...], wraps: tuple[str, ...], step: str
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Access and wraps after one more step (`[key]`, `[]`, `(0)`, `.name`, `<key>`); None where nothing is there."""
    if not wraps:
        return ((*access, step) if len(access) < _MOST_STEPS else access), wraps
    outer = wraps[0]
    if outer in ("s", PART) or outer.startswith("t:"):
        return (access, wraps) if step[0] in "[(" else None
    return (access, wraps[1:]) if _holds(outer, step) else None


def _holds(outer: str, step: str) -> bool:
    """Whether what is inside the wrap is what the step leads to."""
    if step == outer:
        return True
    kind = outer[0]
    if step == "[]":
        return kind != "."
    if step[0] == ".":
        return kind == "{" and outer[1:-1] == step[1:]
    if step == "<key>":
        return False
    if outer in ("[]", "{}"):
        return True
    return kind == "{" and outer[1:-1] == step[1:-1]


def wrapped(wraps: tuple[str, ...], wrap: str) -> tuple[str, ...]:
    """The wraps with one more around them; a text inside a text is one text."""
    if wraps and (wrap in ("s", PART) or wrap.startswith("t:")):
        inner = wraps[0]
        if wrap == PART:
            return wraps if inner.startswith("t:") else (PART, *wraps[1:]) if inner == "s" else _around(wraps, PART)
        if inner == PART:
            return wraps if wrap == "s" else _around(wraps, wrap)
        if wrap == "s" and (inner == "s" or inner.startswith("t:")):
            return wraps
        if inner.startswith("t:"):
            # What stands next to the value is told; what is added behind it later would make many of one.
            before, (inside, _, after) = wrap[2:].partition(FOLLOWED)[0], inner[2:].partition(FOLLOWED)
            return (_text(before + inside, after), *wraps[1:])
        if inner == "s":
            return (wrap, *wraps[1:])
    return _around(wraps, wrap)


def _around(wraps: tuple[str, ...], wrap: str) -> tuple[str, ...]:
    if wraps[:1] == (wrap,) == (PART,):
        return wraps
    return (wrap, *wraps[: _MOST_STEPS - 1])


def text_part(prefix: str, suffix: str = "") -> str:
    """The wrap of a part of a text behind this prefix, and before this suffix."""
    return _text(prefix.replace(FOLLOWED, "?"), suffix.replace(FOLLOWED, "?"))


def _text(prefix: str, suffix: str) -> str:
    if len(prefix) > _LONGEST_PREFIX:
        prefix = prefix[:30] + "\x01" + prefix[-80:]
    whole = f"{prefix}{FOLLOWED}{suffix[:_LONGEST_SUFFIX]}" if suffix else prefix
    return "t:" + whole.encode("utf-8", "replace").decode()


class Table:
    """The atoms of one file while they are gathered, each kept once."""

    def __init__(self) -> None:
        self.sources: list[Source] = []
        self.atoms: list[tuple[int, tuple[str, ...], tuple[str, ...], tuple[int, ...]]] = []
        self.guards: list[Guard] = []
        self._source_of: dict[tuple[str, int, int, str], int] = {}
        self._atom_of: dict[tuple[int, tuple[str, ...], tuple[str, ...], tuple[int, ...]], int] = {}
        self._guard_of: dict[tuple[int, tuple[str, ...], str], int] = {}
        self._steps: dict[tuple[int, str], int] = {}
        self._wraps: dict[tuple[int, str], int] = {}
        self._single: list[Value] = []

    def source(self, kind: str, owner: int = -1, position: int = -1, name: str = "", line: int = 0) -> int:
        """The index of a source."""
        key = (kind, owner, position, name)
        index = self._source_of.get(key)
        if index is None:
            index = self._source_of[key] = len(self.sources)
            self.sources.append(Source(kind, owner, position, name, line))
        return index

    def whole(self, source: int) -> Value:
        """The value that is a source as a whole."""
        return self._single[self._atom(source, (), (), ())]

    def _atom(self, source: int, access: tuple[str, ...], wraps: tuple[str, ...], guards: tuple[int, ...]) -> int:
        key = (source, access, wraps, guards)
        index = self._atom_of.get(key)
        if index is None:
            index = self._atom_of[key] = len(self.atoms)
            self.atoms.append(key)
            self._single.append(frozenset((index,)))
        return index

    def step(self, value: Value, step: str) -> Value:
        """The value after one more access."""
        if not value:
            return value
        found = []
        for atom in value:
            known = self._steps.get((atom, step))
            if known is None:
                known = self._steps[atom, step] = self._stepped(atom, step)
            if known >= 0:
                found.append(known)
        return self._value(found)

    def _value(self, atoms: list[int]) -> Value:
        if not atoms:
            return NOTHING
        return self._single[atoms[0]] if len(atoms) == 1 else frozenset(atoms)

    def _stepped(self, atom: int, step: str) -> int:
        source, access, wraps, guards = self.atoms[atom]
        if step[0] == "." and not access and not wraps and self.sources[source].kind == "n":
            name = self.sources[source].name
            longer = self.source(
                "n",
                self.sources[source].owner,
                name=f"{name}{step if not name.endswith('.') else step[1:]}",
                line=self.sources[source].line,
            )
            return self._atom(longer, (), (), guards)
        after = accessed(access, wraps, step)
        return -1 if after is None else self._atom(source, *after, guards)

    def wrap(self, value: Value, wrap: str) -> Value:
        """The value inside one more wrap."""
        if not value:
            return value
        found = []
        for atom in value:
            known = self._wraps.get((atom, wrap))
            if known is None:
                source, access, wraps, guards = self.atoms[atom]
                known = self._wraps[atom, wrap] = self._atom(source, access, wrapped(wraps, wrap), guards)
            found.append(known)
        return self._value(found)

    def without_entries(self, value: Value) -> Value:
        """The value without what dicts were seen to hold under their keys."""
        return frozenset(
            atom for atom in value if self.atoms[atom][2][:1] in ((), ("<key>",)) or self.atoms[atom][2][0][0] != "{"
        )

    def without_keys(self, value: Value) -> Value:
        """The value without what dicts were seen to have for keys: a subscript gives what lies under one."""
        return frozenset(atom for atom in value if self.atoms[atom][2][:1] != ("<key>",))

    def spread(self, value: Value) -> Value:
        """What a star hands over first; of a value that was not seen to be put together, all that there is of it."""
        plain = frozenset(atom for atom in value if not self.atoms[atom][2])
        return plain | self.step(value - plain, "(0)") if plain else self.step(value, "(0)")

    def whole_of_parts(self, value: Value) -> Value:
        """The value where every piece of a split text is looked at: what holds of each holds of the whole."""
        if not any(self.atoms[atom][2][:1] == (PART,) for atom in value):
            return value
        found = set()
        for atom in value:
            source, access, wraps, guards = self.atoms[atom]
            found.add(self._atom(source, access, ("s", *wraps[1:]), guards) if wraps[:1] == (PART,) else atom)
        return frozenset(found)

    def guarded(self, value: Value, guards: Iterable[int]) -> Value:
        """The value with those of the guards on each atom that speak of it."""
        by_source: dict[int, list[int]] = {}
        for index in guards:
            by_source.setdefault(self.guards[index].source, []).append(index)
        found = set()
        for atom in value:
            source, access, wraps, held = self.atoms[atom]
            about = by_source.get(source, ())
            more = [index for index in about if self.guards[index].access == access[: len(self.guards[index].access)]]
            found.add(self._atom(source, access, wraps, tuple(sorted({*held, *more}))) if more else atom)
        return frozenset(found)

    def guard(self, source: int, access: tuple[str, ...], test: str) -> int:
        """The index of a guard."""
        key = (source, access, test)
        index = self._guard_of.get(key)
        if index is None:
            index = self._guard_of[key] = len(self.guards)
            self.guards.append(Guard(source, access, test))
        return index

    def flows(
        self, calls: Iterable[CallFlow], given: Iterable[Given], stored: Iterable[Stored], cut: Iterable[int]
    ) -> Flows:
        """Everything gathered, numbered anew, with sources, atoms and guards that nothing names left out."""
        kept = _Kept(self)
        return Flows(
            calls=tuple(
                CallFlow(
                    one.call,
                    kept.atoms(one.receiver),
                    tuple(map(kept.atoms, one.args)),
                    tuple(map(kept.atoms, one.keywords)),
                    kept.guards(one.guards),
                )
                for one in calls
            ),
            given=tuple(
                Given(one.definition, one.line, kept.atoms(one.atoms), kept.guards(one.guards)) for one in given
            ),
            stored=tuple(Stored(one.target, one.definition, one.line, kept.atoms(one.atoms)) for one in stored),
            cut=tuple(cut),
            guards=tuple(kept.guard_list),
            atoms=tuple(kept.atom_list),
            sources=tuple(kept.source_list),
        )


class _Kept:
    """The part of a table that is named, numbered in the order in which it is met."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.source_list: list[Source] = []
        self.atom_list: list[Atom] = []
        self.guard_list: list[Guard] = []
        self._sources: dict[int, int] = {}
        self._atoms: dict[int, int] = {}
        self._guards: dict[int, int] = {}

    def atoms(self, atoms: Iterable[int]) -> tuple[int, ...]:
        return tuple(map(self.atom, atoms))

    def guards(self, guards: Iterable[int]) -> tuple[int, ...]:
        return tuple(map(self.guard, guards))

    def atom(self, index: int) -> int:
        known = self._atoms.get(index)
        if known is None:
            source, access, wraps, guards = self.table.atoms[index]
            atom = Atom(self.source(source), access, wraps, self.guards(guards))
            known = self._atoms[index] = len(self.atom_list)
            self.atom_list.append(atom)
        return known

    def source(self, index: int) -> int:
        known = self._sources.get(index)
        if known is None:
            known = self._sources[index] = len(self.source_list)
            self.source_list.append(self.table.sources[index])
        return known

    def guard(self, index: int) -> int:
        known = self._guards.get(index)
        if known is None:
            guard = self.table.guards[index]
            guard = Guard(self.source(guard.source), guard.access, guard.test)
            known = self._guards[index] = len(self.guard_list)
            self.guard_list.append(guard)
        return known
