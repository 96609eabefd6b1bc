"""What holds where a condition came out true, or false: guards of values, and of what calls took."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from readiness_bot.facts.flow_bindings import Bindings
from readiness_bot.facts.flow_state import CHECKING, called, printable, spelled
from readiness_bot.facts.origins import NOTHING, PART, Guard, Value

_LIMITING = ("in", "==", "none", "contained", "short")
"""Tests that leave a value known, empty, too short to say anything, or below a known directory."""
_ASKED = ("starts:", "self:", "call:")
"""Tests by an answer of yes: of how a text begins, of a method of the value, of a call that takes it."""
_SHORT = 3
"""Characters that hold no path to anywhere, no host and no statement."""


class Conditions(Bindings):
    """Reads conditions."""

    def narrowed(self, test: ast.expr, *, truth: bool, depth: int = 0) -> frozenset[int]:
        """What is known to hold where the test came out so."""
        if depth > 20:
            return frozenset()
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self.narrowed(test.operand, truth=not truth, depth=depth + 1)
        if isinstance(test, ast.BoolOp):
            parts = [self.narrowed(part, truth=truth, depth=depth + 1) for part in test.values[:20]]
            if isinstance(test.op, ast.And) == truth:
                return frozenset().union(*parts)
            given = self.limited_where_given(test.values, truth=truth)
            return frozenset.intersection(*parts) | self.limited_by_each(parts) | given
        if isinstance(test, ast.Compare):
            return self.compared(test, truth=truth)
        if isinstance(test, ast.Call):
            return self.answered(test, truth=truth, depth=depth)
        if isinstance(test, ast.Await | ast.NamedExpr):
            return self.narrowed(test.value, truth=truth, depth=depth + 1)
        if isinstance(test, ast.Name | ast.Attribute):
            return self.truthy(test, truth=truth)
        return frozenset()

    def limited_by_each(self, parts: Sequence[frozenset[int]]) -> frozenset[int]:
        """One of several conditions holds, and each leaves only known values: then the value is a known one.

        Where each is the answer of a call that says it checks, one of these calls has answered so.
        """
        keys: list[set[tuple[int, tuple[str, ...]]]] = []
        vetted: list[dict[tuple[int, tuple[str, ...]], list[int]]] = []
        for part in parts:
            guards = [(index, self.table.guards[index]) for index in part]
            limiting = [guard for _, guard in guards if guard.test in _LIMITING or guard.test.startswith("part:")]
            keys.append({(guard.source, guard.access) for guard in limiting})
            vetted.append({})
            for index, guard in guards:
                if guard.test.startswith(("call:", "!call:")) and self.says_it_checks(guard.test):
                    vetted[-1].setdefault((guard.source, guard.access), []).append(index)
        said = [self.table.guards[index] for part in parts for index in part]
        below = {(guard.source, guard.access) for guard in said if guard.test == "contained"}
        agreed = sorted(set.intersection(*keys))  # numbered in an order that no run changes
        pieces = {(guard.source, guard.access) for guard in said if guard.test.startswith("part:")}
        found = {
            self.table.guard(*key, "contained" if key in below else "part:in" if key in pieces else "in")
            for key in agreed
        }
        found.update(self.asked_unless_known(parts, keys))
        for key in set.intersection(*map(set, vetted)):
            found.update(index for one in vetted for index in one[key])
        return frozenset(found) | self.limited_in_what_was_made(parts)

    def limited_in_what_was_made(self, parts: Sequence[frozenset[int]]) -> frozenset[int]:
        """What a call made of a value is a known one, or ends like one: `urlparse(x).netloc == h or ….endswith(h)`."""
        made: list[dict[tuple[int, tuple[str, ...], str], int]] = []
        for part in parts:
            made.append({})
            for index in sorted(part):
                guard = self.table.guards[index]
                via, _, rest = guard.test.partition(":")
                call, _, test = rest.partition(":")
                if via == "via" and (test in _LIMITING or self.is_of_ending(test)):
                    made[-1].setdefault((guard.source, guard.access, call), index)
        return frozenset(one[key] for key in set.intersection(*map(set, made)) for one in made)

    def asked_unless_known(
        self, parts: Sequence[frozenset[int]], known: Sequence[set[tuple[int, tuple[str, ...]]]]
    ) -> Iterator[int]:
        """What was asked of a value wherever it is not a known one: `x in NAMES or x.startswith("v1-")`."""
        for at, part in enumerate(parts):
            # A text that is known says more than that some text was asked for.
            begun = {(one.source, one.access) for one in map(self.table.guards.__getitem__, part) if _begins(one)}
            for index in sorted(part):
                guard = self.table.guards[index]
                key = (guard.source, guard.access)
                said = _begins(guard) or key not in begun
                if (
                    said
                    and guard.test.startswith(_ASKED)
                    and all(
                        index in other or key in limited or self.asks_for_an_ending(index, other)
                        for number, (other, limited) in enumerate(zip(parts, known, strict=True))
                        if number != at
                    )
                ):
                    yield index

    def asks_for_an_ending(self, index: int, others: frozenset[int]) -> bool:
        """Whether a guard asks how a value ends, and one of the others how the same value does: one of several ends."""
        guard = self.table.guards[index]
        return self.is_of_ending(guard.test) and any(
            self.is_of_ending(other.test) and (other.source, other.access) == (guard.source, guard.access)
            for other in map(self.table.guards.__getitem__, others)
        )

    def is_of_ending(self, test: str) -> bool:
        """Whether a test is the yes of a call of `endswith` on the value."""
        kind, _, number = test.partition(":")
        return kind == "self" and number.isdecimal() and int(number) in self.ending

    def limited_where_given(self, tests: Sequence[ast.expr], *, truth: bool) -> frozenset[int]:
        """A value is a known one, or the parameter with the known ones is empty: `known and x not in known`."""
        asked = [one for one in map(_membership, tests) if one is not None]
        others = [_presence(one) for one in tests if _membership(one) is None]
        if len(asked) != 1 or not others:
            return frozenset()
        ((negated, value, known),) = asked
        if negated == truth or any(there != (not truth, known.id) for there in others):
            return frozenset()
        atoms = [self.table.atoms[atom] for atom in self.expression(known)]
        sources = [self.table.sources[source] for source, access, wraps, _ in atoms if not access and not wraps]
        if len(atoms) != 1 or not sources or sources[0].kind != "p" or sources[0].owner != self.definition:
            return frozenset()
        return self.held(self.expression(value), f"given:{sources[0].position}")

    def says_it_checks(self, test: str) -> bool:
        """Whether the call of a `call:N` guard is named like one that checks what it is given."""
        index = test.partition(":")[2].partition(":")[0]
        return int(index) in self.checking

    def truthy(self, test: ast.expr, *, truth: bool) -> frozenset[int]:
        """A variable that holds a call's answer says what the call says; an empty value carries nothing."""
        value = self.expression(test)
        found: frozenset[int] = frozenset()
        for atom in value:
            source, _, wraps, _ = self.table.atoms[atom]
            about = self.table.sources[source]
            if about.kind == "c" and not wraps and about.owner in self.reached:
                reached, sign = self.reached[about.owner], "" if truth else "!"
                found |= self.held(reached.receiver, f"{sign}self:{about.owner}")
                found |= self.held(reached.given(), f"{sign}call:{about.owner}")
        found |= self.remembered(test, truth=truth)
        return found if truth else found | self.held(value, "none")

    def remembered(self, test: ast.expr, *, truth: bool) -> frozenset[int]:
        """What a variable said when it was given its value, and says now by being true or not."""
        said = self.tests.get(test.id) if isinstance(test, ast.Name) else None
        return frozenset() if said is None else said[0 if truth else 1] or frozenset()

    def compared(self, test: ast.Compare, *, truth: bool) -> frozenset[int]:
        """What a single comparison says; of a chain nothing is known."""
        if len(test.ops) != 1:
            return frozenset()
        operator, left, right = test.ops[0], test.left, test.comparators[0]
        if isinstance(right, ast.Constant) and isinstance(right.value, bool):
            same = isinstance(operator, ast.Is | ast.Eq)
            return self.narrowed(left, truth=truth == (same == right.value), depth=1)
        if isinstance(operator, ast.NotIn | ast.NotEq | ast.IsNot):
            truth = not truth
        if isinstance(operator, ast.In | ast.NotIn):
            if truth and isinstance(right, ast.Attribute) and right.attr == "parents":
                return self.held(self.expression(right.value), "contained")
            if truth:
                return self.held(self.piece(left), "in")
            text = self.constant_text(left)
            return self.held(self.expression(right), f"!in:{printable(text[:20])}") if text is not None else frozenset()
        is_none = isinstance(right, ast.Constant) and right.value is None
        if not isinstance(operator, ast.Is | ast.IsNot | ast.Eq | ast.NotEq):
            return self.bounded_in_length(left, operator, right, truth=truth)
        if truth:
            short = self.bounded_in_length(left, ast.LtE(), right, truth=True)
            if is_none:
                short |= self.remembered(left, truth=False)
            return short | self.equal(left, right, "none" if is_none else "==")
        if not is_none:
            return frozenset()
        if isinstance(left, ast.Name | ast.Call | ast.Await | ast.NamedExpr):
            return self.narrowed(left, truth=True, depth=1)
        return self.remembered(left, truth=True)

    def bounded_in_length(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, *, truth: bool) -> frozenset[int]:
        """What a comparison of a length with a small number says of the thing that is so short."""
        if not (isinstance(left, ast.Call) and called(left) == "len" and len(left.args) == 1):
            return frozenset()
        if not (isinstance(right, ast.Constant) and isinstance(right.value, int)):
            return frozenset()
        below = isinstance(operator, ast.Lt | ast.LtE) if truth else isinstance(operator, ast.Gt | ast.GtE)
        return self.held(self.expression(left.args[0]), "short") if below and right.value <= _SHORT else frozenset()

    def piece(self, node: ast.expr) -> Value:
        """What an expression carries, marked as a piece where it is a slice of a text: `name[-4:].lower()`."""
        inner = node
        while isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and not inner.args:
            inner = inner.func.value
        value = self.expression(node)
        if isinstance(inner, ast.Subscript) and isinstance(inner.slice, ast.Slice):
            return self.table.wrap(value, PART)
        return value

    def equal(self, left: ast.expr, right: ast.expr, test: str) -> frozenset[int]:
        """Both sides of an equality are alike; what calls on the way say (`dirname(p) == base`) is theirs to tell.

        Two parts of one thing that are alike (`form["new"] == form["again"]`) are no more known than before.
        """
        one, other = self.piece(left), self.piece(right)
        found = frozenset() if self.are_of_one(one, other) else self.held(one, test) | self.held(other, test)
        for side in (left, right):
            if isinstance(side, ast.Call) and (index := self.call_of.get(id(side), -1)) in self.reached:
                found |= self.held(self.taken(side, index), f"call:{index}")
        return found

    def are_of_one(self, one: Value, other: Value) -> bool:
        """Whether two values are parts of one and the same parameter or thing outside, other than the object itself."""
        roots = []
        for value in (one, other):
            atoms = [self.table.atoms[atom] for atom in value]
            sources = {atom[0] for atom in atoms if atom[1]}
            roots.append({index for index in sources if self.table.sources[index].kind in ("n", "p")})
        shared = roots[0] & roots[1]
        return any(self.table.sources[index].name != self.own_name for index in shared)

    def answered(self, test: ast.Call, *, truth: bool, depth: int) -> frozenset[int]:
        """What a call says of what it took by being true or not."""
        name = called(test)
        if name == "isinstance" and len(test.args) == 2:
            return self.held(self.expression(test.args[0]), f"{'' if truth else '!'}is:{spelled(test.args[1])}")
        if name in ("bool", "any", "all", "len") and len(test.args) == 1:
            inner = test.args[0]
            if isinstance(inner, ast.GeneratorExp | ast.ListComp):
                return self.every(inner, name, truth=truth)
            return self.narrowed(inner, truth=truth, depth=depth + 1)
        index = self.call_of.get(id(test), -1)
        if index < 0:
            return frozenset()
        if CHECKING.search(name):
            self.checking.add(index)
        if name == "endswith":
            self.ending.add(index)
        sign = "" if truth else "!"
        reached = self.reached.get(index)
        given = self.held(reached.given(), f"{sign}call:{index}") if reached is not None else frozenset()
        if truth and name == "startswith" and test.args and (text := self.constant_text(test.args[0])):
            given |= self.held(self.receiver(test), f"starts:{printable(text[:60])}")
        return given | self.held(self.receiver(test), f"{sign}self:{index}")

    def every(self, node: ast.GeneratorExp | ast.ListComp, name: str, *, truth: bool) -> frozenset[int]:
        """What a test of elements says.

        `all(c in ALLOWED for c in x)` speaks of x as a whole, and so does `any(bad in x for bad in …)` when false;
        `any(x == one for one in …)` speaks of everything in it but the elements.
        """
        if len(node.generators) != 1 or name not in ("all", "any"):
            return frozenset()
        saved = dict(self.env)
        generator = node.generators[0]
        whole = (name == "all") == truth
        self.bind(generator.target, self.expression(generator.iter) if whole else NOTHING, None)
        held = self.narrowed(node.elt, truth=truth)
        self.env = saved
        return held


def _begins(guard: Guard) -> bool:
    return guard.test.startswith("starts:")


def _membership(test: ast.expr) -> tuple[bool, ast.expr, ast.Name] | None:
    """Whether a test says that a value is not in a variable rather than that it is, the value, and the variable."""
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    inner = test.operand if isinstance(test, ast.UnaryOp) and negated else test
    if not (isinstance(inner, ast.Compare) and isinstance(inner.ops[0], ast.In | ast.NotIn)):
        return None
    right = inner.comparators[0]
    if not isinstance(right, ast.Name):
        return None
    return isinstance(inner.ops[0], ast.NotIn) != negated, inner.left, right


def _presence(test: ast.expr) -> tuple[bool, str] | None:
    """Whether a test asks that a variable holds something, or nothing, and the variable."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _presence(test.operand)
        return None if inner is None else (not inner[0], inner[1])
    if isinstance(test, ast.Name):
        return True, test.id
    if (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and isinstance(test.ops[0], ast.Is | ast.IsNot)
    ):
        right = test.comparators[0]
        if isinstance(right, ast.Constant) and right.value is None:
            return isinstance(test.ops[0], ast.IsNot), test.left.id
    return None
