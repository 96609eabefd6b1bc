"""When functions turn somebody away, case by case, each by what must hold together; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from readiness_bot.cases import ALWAYS, both, either, opposite
from readiness_bot.facts.python_facts import DISCARDED, Call, Condition, Return
from readiness_bot.facts.values import Const, Format, Index, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.model import Cases, Location, Term
from readiness_bot.repo.asking_words import asks_right, last_of
from readiness_bot.repo.askings import Askings
from readiness_bot.repo.expressions import flattened, names_in, parts_of, texts_of
from readiness_bot.repo.listed_permissions import CHOOSING, Listed, permissions_in
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.refusals import OWN_PROOF, Refusals, Strength, of_permission
from readiness_bot.repo.switched import Switched

_DEEPEST = 8
"""Conditions nested further are not taken apart."""
_COLLECTING = frozenset({"frozenset", "set", "tuple", "list"})
_CONSTANT = re.compile(r"(^|[.:])[A-Z][A-Z0-9_]+(\.value)?$")
_GATHERED = frozenset({"GeneratorExp", "ListComp", "SetComp", "JoinedStr"})
_COMPARES = re.compile(
    r"(compare_digest|constant_time_compare|safe_str_cmp|(check|verify)_(password|hash|signature|hmac))$"
).search
"""Calls that hold a secret or a signature against another one, in time that tells nothing."""
_IS_SIGNED_IN = re.compile(r"\.is_(authenticated|anonymous)(\(\))?$")
_PROOF = re.compile(r"signature|hmac|digest|secret", re.IGNORECASE)
_ASKS_PROOF = re.compile(
    r"^_*(verify\w*|authenticate|check_password(_hash)?|checkpw|compare_digest|constant_time_compare|is_valid_signature"
    r"|(check|validate)_(signature|token|hmac|api_?key|credentials))$"
)
"""Calls that ask whether somebody has proved who he is."""
_PROVING = re.compile(r"signature|hmac|digest|secret|construct_event|verif", re.IGNORECASE)
"""Words by which code names what proves the sender of a request."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """Permissions that a method gives at a line, and when it does."""

    line: int
    permissions: tuple[str, ...]
    is_returned: bool
    cases: Cases | None


class TurnedAway:
    """Questions about the conditions under which functions refuse."""

    LOOKS = "conditions that turn somebody away"

    def __init__(self, python: Python, refusals: Refusals, askings: Askings, switched: Switched) -> None:
        self._python = python
        self._refusals = refusals
        self._askings = askings
        self._switched = switched
        self._refusing: dict[str, Cases] = {}

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    def by_right(self, site: DefinitionSite) -> Cases:
        """When a function refuses somebody by a right or for who he is; empty where that cannot be told.

        A function that tells of a right refuses where it says no.
        """
        known = self._refusing.get(site.name)
        if known is None:
            known = self._refusing[site.name] = self._by_right(site)
        return known

    def _by_right(self, site: DefinitionSite) -> Cases:
        found = self._denied(site) if asks_right(site.definition.name) else ()
        if found == ():
            # What proves the sender of a webhook is told of as such.
            lines = {line for line, asked, guards in self._askings.refusing(site) if asked or not _proves(guards)}
            checks = [(one, self._fails(one)) for one in self._askings.checks(site) if not _proves((one.last,))]
            found = self._when(site, lines, checks)
        return tuple(tuple(_excused(term, case) for term in case) for case in _of_something(_by_default(found)))

    def chosen(self) -> Iterator[Listed]:
        """The permissions that methods of views choose for each action, as far as that hangs on the action alone."""
        for site in self._python.classes:
            for method in site.methods:
                if method.definition.name in CHOOSING:
                    yield from self._chosen_by(site, method)

    def _chosen_by(self, view: DefinitionSite, method: DefinitionSite) -> Iterator[Listed]:
        facts = method.module.facts
        given = [(one.line, one.value, False) for one in facts.assignments if one.scope == method.index]
        given += [(one.line, one.value, True) for one in facts.returns if one.scope == method.index]
        found = [
            _Choice(line, tuple(names), is_last, self._at(line, method, ()))
            for line, value, is_last in given
            if (names := permissions_in(value)) and not isinstance(value, Mapping)
        ]
        found += [one for line, value, _ in given if isinstance(value, Mapping) for one in _by_action(line, value)]
        told = {value for one in found for case in one.cases or () for term in case for value in term.among}
        own = [repr(one.definition.name) for one in view.methods if one.definition.decorators]
        beside = tuple(f"`{_short(base)}`" for base in view.definition.bases)
        for action in sorted({*_CHANGES, *own}) if told else ():
            holding = [one for one in found if _holds_for(action, one.cases)]
            # What is returned first ends the method; of what is assigned, the last holds.
            chosen = next((one for one in holding if one.is_returned), holding[-1] if holding else None)
            if chosen is not None:
                yield Listed(
                    replace(method.location, line=chosen.line, end_line=chosen.line),
                    f"{view.definition.name}.{method.definition.name} for {action[1:-1]}",
                    tuple((f"`{_short(name)}`", of_permission(last_of(name))) for name in chosen.permissions),
                    beside,
                )

    def listed(self) -> Iterator[tuple[Location, str, Cases]]:
        """The calls that ask for one of several rights by name: where, by which name, and when they refuse."""
        for module in self._python.production:
            for call in module.facts.calls:
                if not asks_right(call.name) and not self._is_asked_before(call, module):
                    continue
                last = call.last.rpartition(":")[2]
                names = [one for value in call.handed for one in (*texts_of(value), *_constants_in(value))]
                if names:
                    scope = call.decorates if call.decorates >= 0 else module.scope_at(call.line)
                    place = Location(module.path, call.line, call.end_line, module.symbol(scope))
                    yield (
                        place,
                        last,
                        ((Term(f"the right that {last} asks for", False, tuple(sorted(set(names))), is_excuse=True),),),
                    )

    def _is_asked_before(self, call: Call, module: Module) -> bool:
        """Whether a call decorates a function, and its decorator is one of the tree's own that asks for a right."""
        own = self._python.definition(call.name, module) if call.decorates >= 0 else None
        return (
            own is not None and bool(own.definition.parameters) and self._refusals.strength(own) is Strength.PERMISSION
        )

    def proofs_asked(self) -> Iterator[tuple[CallSite, bool]]:
        """The calls that ask whether a proof is right, and whether a condition hears what is answered.

        What refuses by itself need not be heard, and what is taken for something else is not told.
        """
        for module in self._python.production:
            asked = [call for call in module.facts.calls if call.scope >= 0 and _ASKS_PROOF.search(call.last)]
            heard = (
                {id(call) for one in module.facts.conditions for call in _called_in(one.test, module)} if asked else ()
            )
            for call in asked:
                is_lost = bool(call.context & DISCARDED)
                target = self._python.target(call, module) if is_lost else None
                if id(call) in heard or (is_lost and not (target is not None and self._refusals.may_refuse(target))):
                    yield self._python.call_site(module, call), not is_lost

    def done_after(self, site: DefinitionSite) -> Iterator[tuple[Call, str, bool]]:
        """What a function changes that refuses by a right: by name and number, and whether it refused before that."""
        done: dict[str, list[Call]] = {}
        for call in site.calls:
            if _ACTING.match(call.last) and "." in call.name:
                done.setdefault(call.last, []).append(call)
        if not done:
            return
        refused = [line for line, *_ in self._askings.refusing(site)]
        refused += [call.line for call in self._askings.checks(site)]
        refused = [line for line in refused if not self._is_handling(line, site)]
        for name, calls in done.items() if refused else ():
            first = min(calls, key=lambda one: one.line)
            yield first, f"{name} {len(calls)}", max(refused) < first.line

    def is_of_strangers(self, when: Cases) -> bool:
        """Whether refusals hang on whether somebody has signed in, and on no right."""
        asked = [term for case in when for term in case]
        return any(map(_IS_SIGNED_IN.search, (term.asked for term in asked))) and not any(
            term.is_excuse for term in asked
        )

    def compares(self, site: DefinitionSite) -> bool:
        """Whether a function holds what was sent against what must be kept secret."""
        if any(_COMPARES(call.name) for call in self._refusals.body(site)[0]) or any(map(_IS_ASKED, _decorators(site))):
            return True
        named = [name for _, sure, names in self._askings.turning(site) if sure for name in names]
        return any(map(OWN_PROOF.search, named)) or any(
            own is not None and own.definition.kind == "function" and _is_kept_secret_in(own)
            for own in (self._python.definition(name.lstrip("!"), site.module) for name in named if name[:1] != "?")
        )

    def beyond_proof(self, site: DefinitionSite, when: Cases) -> Cases:
        """The refusals by a right of a function that also holds something against a secret, which is told apart."""
        proved = {term.asked for case in self.by_proof(site) for term in case}
        kept = (tuple(one for one in case if one.asked not in proved) for case in when if any(map(_is_excuse, case)))
        return tuple(dict.fromkeys(kept))

    def by_proof(self, site: DefinitionSite) -> Cases:
        """When a function refuses a sender who does not prove himself; empty where that cannot be told."""
        calls, raises, _, _ = self._refusals.body(site)
        lines = {line for line, sure, named in self._askings.turning(site) if sure or any(map(_COMPARES, named))}
        lines |= {one.line for one in raises if any(map(_PROVING.search, one.guards))}
        checks = [(one, self._fails(one)) for one in calls if one.context & DISCARDED and _PROVING.search(one.last)]
        found = self._when(site, lines, checks)
        found = self._denied(site) if found == () else found
        # Whatever is not posted brings no event; who lacks a right has proved who he is.
        return tuple(
            tuple(replace(one, is_excuse=one.asked.endswith("method")) for one in case)
            for case in _of_something(_by_default(found))
            if not any(one.is_excuse for one in case)
        )

    def _fails(self, call: Call) -> Term:
        return Term(f"{_short(call.via or call.name)}()", holds=False)

    def _when(self, site: DefinitionSite, lines: Collection[int], checks: Iterable[tuple[Call, Term]]) -> Cases | None:
        found: list[Cases | None] = []
        for line in sorted(lines):
            cases = self._at(line, site, lines)
            if cases != ALWAYS and not self._is_handling(line, site):
                found.append(cases)
        for call, term in checks:
            if not self._is_handling(call.line, site):
                found.append(both(self._at(call.line, site, lines), ((term,),)))
        return either(*found) if found else ()

    def _denied(self, site: DefinitionSite) -> Cases | None:
        """When a function says no, or nothing; empty where it says something else than yes or no."""
        returns = [one for one in self._refusals.body(site)[2] if one.scope == site.index]
        held = self._askings.assigned(site)
        if any(one.is_yield for one in returns) or not any(_says_yes_or_no(one, held) for one in returns):
            return ()
        allowed = [both(self._at(one.line, site, ()), self._cases(one.value, site)) for one in returns]
        denied = opposite(either(*allowed))
        return () if denied == ALWAYS else denied

    @staticmethod
    def _is_handling(line: int, site: DefinitionSite) -> bool:
        """Whether a line stands in a handler: what brought it there is no condition."""
        return any(one.line <= line <= one.end_line for one in site.module.facts.handlers)

    def _at(self, line: int, site: DefinitionSite, refusing: Collection[int]) -> Cases | None:
        """What holds at a line: the tests around it, and that none before it has left but to refuse."""
        found: list[Cases | None] = []
        for one in self._conditions(site):
            if one.line <= line <= one.end_line:
                found.append(self._cases(one.test, site))
            elif one.end_line < line <= one.until and not any(one.line <= other <= one.end_line for other in refusing):
                found.append(opposite(self._cases(one.test, site)))
        found += (opposite(cases) for cases in self._gone_before(line, site, refusing))
        return both(*found)

    def _gone_before(self, line: int, site: DefinitionSite, refusing: Collection[int]) -> Iterator[Cases | None]:
        """When a function has gone back by a line from within a block of its own, as from a loop, but to refuse."""
        conditions = list(self._conditions(site))
        for item in self._refusals.body(site)[2]:
            if item.scope != site.index or item.is_yield or item.line >= line or item.line in refusing:
                continue
            around = [one for one in conditions if one.line <= item.line <= one.end_line]
            is_told = any(one.end_line >= line or line <= one.until for one in around)
            if around and not is_told and not self._is_handling(item.line, site):
                yield both(*(self._cases(one.test, site) for one in around))

    @staticmethod
    def _conditions(site: DefinitionSite) -> Iterator[Condition]:
        first, last = site.definition.line, site.definition.end_line
        return (one for one in site.module.facts.conditions if first <= one.line <= last)

    def _cases(self, value: Value, site: DefinitionSite, depth: int = 0) -> Cases | None:
        """When a value is true."""
        if depth > _DEEPEST:
            return None
        if isinstance(value, Const):
            return ALWAYS if value.value else ()
        if isinstance(value, Other) and value.operator in ("And", "Or", "Not") and value.operands:
            parts = [self._cases(one, site, depth + 1) for one in value.operands]
            if value.operator == "Not":
                return opposite(parts[0])
            return both(*parts) if value.operator == "And" else either(*parts)
        if isinstance(value, Name) and value.name[:1] == "?" and "." not in value.name:
            held = self._askings.assigned(site).get(value.name, ())
            if len(held) == 1 and _is_condition(held[0]):
                return self._cases(held[0], site, depth + 1)
        told = self._told_elsewhere(value, site, depth)
        if told is not None:
            return told
        waiting = self._left_waiting(value, site)
        term = self._term(value, site)
        return ((term,),) if waiting is None else either(((term,),), ((waiting,),))

    def _told_elsewhere(self, value: Value, site: DefinitionSite, depth: int) -> Cases | None:
        """When a function of the tree that says one condition says yes, in the words of who calls it."""
        call = site.module.facts.calls[value.call] if isinstance(value, Invoke) and value.call >= 0 else None
        own = self._python.target(call, site.module) if call is not None else None
        if call is None or own is None or own.definition.kind != "function" or own.name == site.name:
            return None
        if asks_right(call.name) and not _is_kept_secret_in(own):
            return None
        said = [one for one in own.module.facts.returns if one.scope == own.index]
        if len(said) != 1 or said[0].is_yield or not _is_condition(said[0].value) or self._refusals.body(own)[1]:
            return None
        found = self._cases(said[0].value, own, depth + 1)
        names = [one.name for one in own.definition.parameters if one.name not in ("self", "cls")]
        words = dict(zip(names, (_told(one, site.module.facts.calls) for one in call.args), strict=False))
        words |= {name: _told(one, site.module.facts.calls) for name, one in call.keywords}
        return tuple(tuple(_reworded(term, words) for term in case) for case in found) if found is not None else None

    def _read_from(self, value: Value, site: DefinitionSite) -> Value:
        """What a variable that is bound once is read from, a key of a mapping or an attribute; else the value."""
        if isinstance(value, Name) and value.name[:1] == "?" and "." not in value.name:
            held = self._askings.assigned(site).get(value.name, ())
            if len(held) == 1 and (isinstance(held[0], Index) or (isinstance(held[0], Name) and "." in held[0].name)):
                return held[0]
        return value

    def _left_waiting(self, value: Value, site: DefinitionSite) -> Term | None:
        """What is true whatever a function would have answered, where what it was called for is never awaited."""
        call = site.module.facts.calls[value.call] if isinstance(value, Invoke) and value.call >= 0 else None
        if call is None or not self._refusals.is_left_waiting(call, site.module):
            return None
        return Term(f"{_short(call.via or call.name)}() without await")

    def _term(self, value: Value, site: DefinitionSite) -> Term:
        calls = site.module.facts.calls
        value = self._read_from(value, site)
        setting = self._switched.asked(value, site.module)
        if setting is not None:
            return Term(f"{setting.name}{_ON if setting.is_on else _OFF}")
        is_excuse = _asks(value, calls)
        if isinstance(value, Other) and value.kind == "Compare" and len(value.operands) == 2:
            return replace(self._compared(value, site), is_excuse=is_excuse)
        if isinstance(value, Invoke) and value.call >= 0 and _COMPARES(value.name):
            return Term(f"{_short(value.name)}(…)", is_excuse=is_excuse)  # by which names, is told in many ways
        if isinstance(value, Invoke) and value.call >= 0 and value.name == "bool" and calls[value.call].args:
            return self._term(calls[value.call].args[0], site)
        return Term(_told(value, calls), is_excuse=is_excuse)

    def _compared(self, value: Other, site: DefinitionSite) -> Term:
        calls = site.module.facts.calls
        left, right = (self._read_from(one, site) for one in value.operands)
        operator, holds = _PLAIN.get(value.operator, (value.operator, True))
        if isinstance(left, Const) and operator == "Eq":
            left, right = right, left
        one, other = _told(left, calls), _told(right, calls)
        if operator in ("Eq", "Is") and isinstance(right, Name) and _CONSTANT.search(right.name):
            return Term(one, holds, (other,))
        if operator in ("Eq", "Is") and isinstance(right, Const):
            if right.value is None:
                return Term(f"{one} is None", holds)
            if isinstance(right.value, bool):
                return Term(one, holds is right.value)
            return Term(one, holds, (other,))
        if operator == "In":
            listed = self._listed(right, site)
            return Term(one, holds, listed) if listed else Term(f"{one} in {other}", holds)
        if operator == "Eq":
            return Term(" == ".join(sorted((one, other))), holds)
        if value.operator in ("Gt", "LtE"):
            one, other = other, one
        return Term(f"{one} {_SIGNS.get(operator, operator)} {other}", holds)

    def _listed(self, value: Value, site: DefinitionSite) -> tuple[str, ...]:
        """The values of a display, or of the constant that a name of the tree is bound to; empty for any other."""
        module = site.module
        if isinstance(value, Name) and value.name[:1] != "?":
            bound = self._python.assignment(value.name, module)
            module, value = (bound[0], bound[1].value) if bound is not None else (module, value)
        elif isinstance(value, Name) and "." not in value.name:
            held = self._askings.assigned(site).get(value.name, ())
            value = held[0] if len(held) == 1 else value
        calls = module.facts.calls
        if isinstance(value, Invoke) and value.call >= 0 and value.name in _COLLECTING and calls[value.call].args:
            value = calls[value.call].args[0]
        if not isinstance(value, Items) or not all(
            isinstance(part, Const | Name) for item in value.items for part in flattened(item)
        ):
            return ()
        return tuple(sorted({", ".join(_told(part, calls) for part in flattened(item)) for item in value.items}))


_CHANGES = ("'create'", "'destroy'", "'partial_update'", "'update'")
"""The actions of Django REST framework that change something."""
_ACTING = re.compile(
    r"_*(delete|remove|destroy|purge|drop|save|create|insert|publish|approve|grant|revoke|restore|reset|transfer|assign"
    r"|cancel|refund|upload)(_|$)"
)
"""Calls that do what cannot be taken back by a refusal that follows."""


def _by_action(line: int, table: Mapping) -> Iterator[_Choice]:
    """What a table of permissions gives for each action that it names."""
    for key, value in zip(table.keys, table.values, strict=False):
        names = permissions_in(value)
        if names and isinstance(key, Const):
            action = Term("self.action", among=(repr(key.value),))
            yield _Choice(line, tuple(names), is_returned=False, cases=((action,),))


def _holds_for(action: str, cases: Cases | None) -> bool:
    """Whether something happens for an action whatever else holds."""
    return any(
        all(term.asked.endswith(".action") and (action in term.among) is term.holds for term in case)
        for case in cases or ()
    )


_ON, _OFF = " (on by default)", " (off by default)"
"""What is said of a setting that a condition asks."""


def _by_default(cases: Cases | None) -> Cases:
    """The cases without the settings that are as they must be for it where nobody sets them."""
    kept = (tuple(one for one in case if not one.asked.endswith(_ON if one.holds else _OFF)) for case in cases or ())
    return tuple(sorted(set(kept)))


_PLAIN = {"NotEq": ("Eq", False), "NotIn": ("In", False), "IsNot": ("Is", False), "Gt": ("Lt", True),
          "LtE": ("Lt", False), "GtE": ("Lt", False)}  # fmt: skip
"""Comparisons by those that stand for them, and whether those must hold; `a > b` is `b < a`."""
_SIGNS = {"Is": "is", "Lt": "<"}


def _excused(term: Term, case: Sequence[Term]) -> Term:
    """A term that keeps another one from failing, or from holding of nothing: `order.owner` before its name.

    Where it is the caller of whom nothing may be known, he who shows nothing goes free.
    """
    if term.holds and any(not other.holds and other.asked.endswith(f" in {term.asked}") for other in case):
        return replace(term, is_excuse=False)  # nobody is in an empty list, which must not let everybody through
    if not _is_guard(term, [other for other in case if _COMPARES(other.asked.partition("(")[0]) is None]):
        return term
    return replace(term, is_excuse=_OF_CALLER.match(term.asked) is None)


def _of_something(cases: Cases) -> Cases:
    """The cases but for those in which there is nothing of which another case asks: nothing holds of that either."""
    asked = [term for case in cases for term in case]
    told = {case: [one for one in case if not one.asked.endswith((_ON, _OFF))] for case in cases}
    return tuple(
        case
        for case, terms in told.items()
        if len(terms) != 1 or not (_is_nothing(terms[0]) and _is_guard(terms[0], asked))
    )


_OF_THING = re.compile(
    r"\?(?!(self|cls|request|req|info|ctx|context|g|(current_)?(user|caller|viewer|principal|account))\.)\w+\."
)


def _constants_in(value: Value) -> Iterator[str]:
    """The members of enumerations, and other constants, that a value is or lists."""
    for one in flattened(value):
        if isinstance(one, Name) and _CONSTANT.search(one.name):
            yield _short(one.name)


def _asks(value: Value, calls: Sequence[Call]) -> bool:
    """Whether an expression asks for a right: what a thing keeps of itself, as its scope, is none of who calls."""
    if isinstance(value, Name):
        return asks_right(value.name) and _OF_THING.match(value.name) is None
    if isinstance(value, Invoke):
        handed = calls[value.call].handed if value.call >= 0 else ()
        return asks_right(value.name) or any(_asks(one, calls) for one in handed)
    inner = parts_of(value)
    return any(_asks(one, calls) for one in inner) if inner else any(map(asks_right, names_in(value, calls)))


_PRESENCE = re.compile(r"(?:hasattr|getattr|isinstance)\(([^,()]+),")
_OF_CALLER = re.compile(
    r"((self\.)?(request|req|context|info\.context|ctx|g)\.|self\.)?"
    r"((current_)?(user|caller|viewer|principal|identity|session|claims|credentials|token|role|role_key)|ctx)(?!\w)"
)
"""Names of who calls, and of what shows who that is."""


def _is_excuse(term: Term) -> bool:
    return term.is_excuse


def _is_nothing(term: Term) -> bool:
    return not term.among and term.holds is term.asked.endswith(" is None")


def _is_guard(term: Term, others: Iterable[Term]) -> bool:
    """Whether a term asks if there is something of which another one asks more."""
    if term.among:
        return False
    asked = _PRESENCE.match(term.asked)
    plain = asked[1] if asked is not None else term.asked.removesuffix(" is None")
    more = [other.asked for other in others if other.asked != term.asked and plain in other.asked]
    return bool(more) and any(map(re.compile(rf"(?<![\w.]){re.escape(plain)}(?!\w)").search, more))


def _called_in(value: Value, module: Module) -> Iterator[Call]:
    if isinstance(value, Invoke) and value.call >= 0:
        yield module.facts.calls[value.call]
    for part in parts_of(value):
        yield from _called_in(part, module)


_IS_ASKED = re.compile(r"\.(verify_token|verify_password)$").search
"""Decorators by which a framework is given the function that says whether a credential is right."""


def _is_kept_secret_in(site: DefinitionSite) -> bool:
    """Whether a function names a key, a token or a secret of the tree's own."""
    return any(map(OWN_PROOF.search, site.definition.refs))


def _decorators(site: DefinitionSite) -> Iterator[str]:
    return (one.name.removesuffix("()") for one in site.definition.decorators if isinstance(one, Name | Invoke))


def _reworded(term: Term, words: dict[str, str]) -> Term:
    """A term of a function in the words of who calls it."""
    if not words:
        return term
    every = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, words))})(?!\w)")
    asked = every.sub(lambda found: words[found[1]], term.asked)
    one, sign, other = asked.partition(" == ")
    return replace(term, asked=sign.join(sorted((one, other))) if sign else asked)


def _proves(names: Iterable[str]) -> bool:
    return any(map(_PROOF.search, names))


def _is_condition(value: Value) -> bool:
    return isinstance(value, Other) and value.operator != "" and bool(value.operands)


def _says_yes_or_no(item: Return, held: dict[str, list[Value]]) -> bool:
    """Whether a function gives back whether something holds, be it by a variable that is bound to that."""
    bound = held.get(item.value.name, ()) if isinstance(item.value, Name) else ()
    value = bound[0] if len(bound) == 1 else item.value
    return _is_condition(value) or (isinstance(value, Const) and isinstance(value.value, bool))


def _short(name: str) -> str:
    """A name as its author wrote it, more or less: what it is imported from is left out."""
    if name[:1] == "?" or ":" in name:
        return name.rpartition(":")[2].lstrip("?.")
    return ".".join(name.split(".")[-2:])


def _told(value: Value, calls: Sequence[Call], depth: int = 0) -> str:
    """An expression in words that are the same for the same one, wherever it stands."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, Const):
        return repr(value.value)
    if isinstance(value, Name):
        return _short(value.name)
    if isinstance(value, Invoke):
        call = calls[value.call] if value.call >= 0 else None
        handed = [_told(one, calls, depth + 1) for one in (call.args if call is not None else ())]
        handed += [
            f"{name}={_told(one, calls, depth + 1)}" for name, one in (call.keywords if call is not None else ())
        ]
        return f"{_short(call.via or call.name if call is not None else value.name)}({', '.join(handed)})"
    if isinstance(value, Items | Format | Mapping):
        parts = (*value.keys, *value.values) if isinstance(value, Mapping) else ()
        parts = value.items if isinstance(value, Items) else value.parts if isinstance(value, Format) else parts
        return f"[{', '.join(_told(one, calls, depth + 1) for one in parts)}]"
    if isinstance(value, Index):
        return (
            f"{_told(value.value, calls, depth + 1)}[{', '.join(_told(one, calls, depth + 1) for one in value.items)}]"
        )
    inner = ", ".join([_told(one, calls, depth + 1) for one in value.operands] or map(_short, value.names))
    return inner if value.kind in _GATHERED else f"{value.operator or value.kind}({inner})"
