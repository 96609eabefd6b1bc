"""What functions ask of their caller before they go on, in words of the tree's own; judges nothing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from readiness_bot.facts.python_facts import DISCARDED, IN_HANDLER, RETURNED, Alternatives, Call, Demand, Return
from readiness_bot.facts.values import Const, Invoke, Mapping, Name, Other, Value
from readiness_bot.repo.asking_words import (
    CHANGING,
    CHECK,
    OF_RATES,
    OF_RIGHTS,
    SIGNED_IN,
    Question,
    asks_right,
    does_something,
    does_to_things,
    done_to,
    holds_row_against,
    insistence,
    is_about_caller,
    is_caller,
    is_for_somebody,
    is_person,
    is_predicate,
    is_switched,
    last_of,
    leaves_by_rights,
    of_whom,
    rights_asked,
    shown_name,
    takes_document,
    told_in,
)
from readiness_bot.repo.expressions import either_of, flattened, names_in, texts_of
from readiness_bot.repo.listed_permissions import (
    CHOOSING,
    PERMITTING,
    Joined,
    Listed,
    declared_in,
    joined_in,
    listed_by,
    named_in,
    permissions_in,
    strengths_of,
)
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module, is_property
from readiness_bot.repo.python import Python
from readiness_bot.repo.queries import Queries
from readiness_bot.repo.refusal_signs import is_refusing, is_refusing_value, snake
from readiness_bot.repo.refusals import STRONG_NAME, Refusals, Strength
from readiness_bot.repo.route import Guard
from readiness_bot.repo.scoping import TENANTS

_KEY = re.compile(r"\?\w+_id")
_VERBS = frozenset({"post", "put", "patch", "add", "edit", "change", "modify"})
_TO_CHANGE = re.compile(
    r"(^|[^a-z])(add|create|edit|change|update|write|delete|remove|modify|upload|post|publish|execute|manage)([^a-z]|$)",
    re.IGNORECASE,
)
_GREAT = re.compile(r"(^|[^a-z])(admin|administrator|owner|superuser)([^a-z]|$)", re.IGNORECASE)
"""Words in the names of rights: what they allow beyond looking at something."""
_OF_LOOKED_UP = re.compile(r"\.objects\.")
"""What looks rows up or makes them, and what belongs to one, be it a user: `Order.objects.get().user`."""
_MAKING = re.compile(r"\.objects\.(a?create|bulk_create)$")
"""What makes a row: whom it is made for asks for nothing where the row itself is found again."""
_RUNNING = frozenset(
    {"execute", "fetch", "fetchrow", "fetchval", "fetch_one", "fetch_all", "fetchone", "fetchall", "raw"}
)
"""What runs a statement of SQL with the values that are bound in it."""
_PICKING = re.compile(r"^\s*(select|update|delete|with)\b.*\bwhere\b", re.IGNORECASE | re.DOTALL)
"""A statement that is about some rows only."""
_BY_KEY = frozenset({"get_object_or_404", "get_or_404", "aget_object_or_404", "first_or_404", "one_or_404"})
"""What looks one thing up by its key, for whoever asks."""
_SHOWN_BY_KEY = _BY_KEY | {"get_object", "aget_object"}
_NOW_CALLING = re.compile(r"(^|[.:?_(])(current_\w+|request|req|g|viewer|caller|requester|self\.user)(\(\))?($|[.\[])")
_PASSIVE = re.compile(r"^can_be_")
"""Names that tell what may be done with a thing, even with an account that somebody manages."""
_ERROR = re.compile(
    r"error|denied|deny|forbid|fail|not_?(found|authori[sz]ed|allowed|permitted)|unauth|abort|reject|invalid|refus|bad_?request|no_?perm|redirect|see_?other"
    r"|http_?found|^none$|^protected$|need_?login",
    re.IGNORECASE,
)
_ROLES = r"(admin|administrator|owner|staff|superuser|manager|moderator|member|maintainer|author|creator)s?"
_OF_A_RIGHT = re.compile(
    rf"\b(only|must be|needs?|requires?|reserved)\b.*\b{_ROLES}\b|\b{_ROLES} only\b|\bpermissions?\b"
    r"|not (authori[sz]ed|permitted|entitled|allowed) to\b|access denied",
    re.IGNORECASE,
)
"""Words of an error that say which right is missing, whatever its status is."""
_SAYS_NO = re.compile(
    r"not (allowed|authori[sz]ed|permitted|found|own|belong)|denied|permission|forbidden|don't (own|have)"
    r"|do not (own|have|belong)|no access|unauthori|no authori|can't|cannot",
    re.IGNORECASE,
)
_OF_PATHS = re.compile(
    r"(^|_)(path|paths|file|files|filename|dir|directory|folder|url|urls|uri|host|address|archive|zip)(_|$)"
)
_LISTING_RIGHTS = re.compile(r"(required_|needed_|allowed_|any_|all_)?(scope|role|permission|perm|privilege|right)s?")
"""What decorators are told by name which rights they ask for."""
_SAID_BY_CLIENT = re.compile(r"(^|[.?])(query_params|GET|POST|args|form|values|params|data|json)($|\W)")
"""What a client says with a request, and may leave out."""
_OF_CLIENT = re.compile(r"\.(POST|GET|args|form|json|values|query_params|data|cleaned_data|params)\.get(list)?$")
"""Calls that read one thing that the client says."""
_DEEPEST = 2
_GATHERING = frozenset({"all", "any", "bool"})
"""What asks nothing of what it is handed but whether it is true."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One function and the questions by which it turns somebody away."""

    function: DefinitionSite
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Hooks:
    """One class, those of its methods that ask something and that nothing of the tree calls, and what else asks."""

    owner: DefinitionSite
    questions: tuple[Question, ...]
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """Something that a function does: where, the rights under which alone it does it, and what else asks for some."""

    line: int
    end_line: int
    questions: tuple[Question, ...]
    beside: tuple[str, ...]


class Askings:
    """Questions about what functions ask of those who call."""

    LOOKS = "conditions that turn somebody away"

    def __init__(self, python: Python, refusals: Refusals, queries: Queries) -> None:
        self._python = python
        self._queries = queries
        self._refusals = refusals
        self._known: dict[tuple[str, int], tuple[Question, ...]] = {}
        self._turning: dict[tuple[str, int], tuple[tuple[int, tuple[str, ...], bool], ...]] = {}
        self._strangers: dict[tuple[str, int], tuple[Question, ...]] = {}
        self._deep: dict[tuple[str, int, int], tuple[str, ...]] = {}
        self._assignments: dict[str, dict[int, dict[str, list[Value]]]] = {}

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def all(self) -> tuple[Asking, ...]:
        """The functions of production code that ask something."""
        outer = (site for site in self._python.functions if not self._is_inner(site))
        return tuple(Asking(site, questions) for site in outer if (questions := self.of(site)))

    @cached_property
    def hooks(self) -> tuple[Hooks, ...]:
        """The classes whose methods a framework calls, where some of these methods ask something."""
        return tuple(
            found
            for site in self._python.classes
            if any((one.module.path, one.index) in self._asking for one in self._python.ancestry(site))
            if (found := self.of_hooks(site)) is not None and found.questions
        )

    @cached_property
    def listed(self) -> tuple[Listed, ...]:
        """The attributes that list permissions, whatever reads them: `retrieve_perms = IsAuthenticated()`."""
        return tuple(
            Listed(
                replace(site.location, line=field.line, end_line=field.line),
                f"{site.definition.name}.{field.name}",
                strengths_of(names),
                tuple(f"`{shown_name(name)}`" for name in (*site.definition.bases, *_method_names(site))),
            )
            for site in self._python.classes
            for field in site.fields
            if PERMITTING.search(field.name) and field.value is not None and (names := permissions_in(field.value))
        )

    @cached_property
    def chosen(self) -> tuple[Listed, ...]:
        """The permissions that methods choose for each action, all that one names together."""
        return tuple(
            Listed(
                method.location,
                f"{site.definition.name}.{method.definition.name}",
                strengths_of(names),
                self.declared(site),
            )
            for site in self._python.classes
            for method in site.methods
            if method.definition.name in CHOOSING and (names := tuple(dict.fromkeys(named_in(method))))
        )

    def declared(self, owner: DefinitionSite) -> tuple[str, ...]:
        """What a class comes from, and the permissions that stand in it but those that a method of it chooses."""
        return tuple(f"`{shown_name(name)}`" for name in (*owner.definition.bases, *declared_in(owner)))

    @cached_property
    def joined(self) -> tuple[Joined, ...]:
        """The places that list more than one permission: attributes of classes, and what decorators are handed."""
        found = []
        for site in self._python.classes:
            for field in site.fields:
                if PERMITTING.search(field.name) and field.value is not None:
                    place = replace(site.location, line=field.line, end_line=field.line)
                    found.append(joined_in(place, f"{site.definition.name}.{field.name}", field.value))
        for site in self._python.functions:
            for item in site.definition.decorators:
                call = site.module.facts.calls[item.call] if isinstance(item, Invoke) and item.call >= 0 else None
                for name, value in listed_by(call) if call is not None else ():
                    found.append(joined_in(site.location, f"{name} of {site.definition.name}", value))
        return tuple(one for one in found if one is not None)

    @cached_property
    def _asking(self) -> dict[tuple[str, int], list[DefinitionSite]]:
        """By class, the methods that ask something."""
        found: dict[tuple[str, int], list[DefinitionSite]] = defaultdict(list)
        for site in self._python.functions:
            if site.definition.parent >= 0 and self.of(site):
                found[site.module.path, site.definition.parent].append(site)
        return found

    def of_hooks(self, owner: DefinitionSite) -> Hooks | None:
        """What the methods of a class ask that a framework calls; None for a class of which none would."""
        if not owner.definition.bases:
            return None
        own = self._asking.get((owner.module.path, owner.index), [])
        # What a method that is still there asks is told of itself; a new one may ask in its stead.
        beside = [*self.of_class(owner), *(f"`{method.definition.name}`" for method in owner.methods)]
        beside += [_of_its_own(method.definition.name) for method in owner.methods]
        # A field may have it checked by what it names: `validators=[Available()]`.
        beside += [f"`{last_of(ref)}` of a field" for ref in owner.definition.refs if _VALIDATING.search(last_of(ref))]
        beside += [f"`{shown_name(base)}`" for base in self._python.external_bases(owner)]
        asking = []
        for ancestor in self._python.ancestry(owner):
            if ancestor.name == owner.name:
                continue
            inherited = self._asking.get((ancestor.module.path, ancestor.index), ())
            beside += [f"`{ancestor.definition.name}`", *(f"`{site.definition.name}`" for site in inherited)]
            beside += [f"{name} in `{site.name}`" for site in inherited for one in self.of(site) for name in one]
            asking += [(f"`{ancestor.definition.name}`",)] if any(map(_is_hook, inherited)) else []
        for site in own:
            beside += [f"{name} in `{site.definition.name}`" for one in self.of(site) for name in one]
        # An action that is overridden goes on without what it asked where the class has it from a framework.
        given = self._given(owner)
        beside += [told for action in _ACTIONS if action not in given for told in (f"`{action}`", _of_its_own(action))]
        hooks = (
            site
            for site in own
            if site.name not in self._python.callers and (_is_hook(site) or site.definition.name in given)
        )
        names = (
            *(
                (_of_its_own(site.definition.name) if _goes_on(site) else f"`{site.definition.name}`",)
                for site in hooks
            ),
            *asking,
        )
        return Hooks(owner, names, tuple(dict.fromkeys(beside)))

    def _given(self, owner: DefinitionSite) -> frozenset[str]:
        """The actions that a class has from Django REST framework, with or without methods of its own for them."""
        ancestors = (owner, *self._python.ancestry(owner))
        bases = [base.rpartition(".")[2] for site in ancestors for base in site.definition.bases]
        return frozenset(action for action, given in _ACTIONS.items() if any(map(given.match, bases)))

    def of(self, site: DefinitionSite) -> tuple[Question, ...]:
        """What a function asks by which it turns somebody away: each condition, each check that it calls."""
        key = (site.module.path, site.index)
        known = self._known.get(key)
        if known is None:
            self._known[key] = ()  # a function that calls itself asks nothing by that
            known = self._known[key] = _apart(dict.fromkeys(self._questions(site)))
        return known

    def let_through(self, site: DefinitionSite) -> dict[str, tuple[Call, tuple[Question, ...]]]:
        """By the name of what a function calls: the rights under which alone it does, or who calls, if it is told.

        What changes something counts for the rights, what looks something up for who calls. With the call that is
        asked the least about.
        """
        found: dict[str, list[tuple[Call, tuple[str, ...]]]] = defaultdict(list)
        for call in self._refusals.body(site)[0]:
            last = call.last
            changes, looks_up = does_to_things(last)
            if changes:
                guards = [name for name in call.guards if not name.startswith("!")]
                guards += self._passed_over(call.line, site)
                found[done_to(call)].append((call, rights_asked(self._told(guards, site))))
            elif looks_up:
                named = (name for name, value in call.keywords if isinstance(value, Name) and is_caller(value.name))
                found[last].append((call, tuple(f"`{name}` of `{last}`" for name in named if name)))
        # What is done in another branch without a right needs none.
        open_ones = {
            name
            for name, calls in found.items()
            if CHANGING.match(calls[0][0].last) and not all(asked for _, asked in calls)
        }
        return {
            name: (
                min(calls, key=lambda pair: len(pair[1]))[0],
                tuple(dict.fromkeys(asked for _, asked in calls if asked and name not in open_ones)),
            )
            for name, calls in found.items()
        }

    def _passed_over(self, line: int, site: DefinitionSite) -> Iterator[str]:
        """What the conditions name under which a loop goes on to the next thing before it comes to a line."""
        facts, start = site.module.facts, site.definition.line
        before = [one for one in facts.conditions if start <= one.line and one.end_line < line <= one.until]
        leaving = [item.line for item in self._refusals.body(site)[2]] if before else []
        leaving += [one for one, *_ in self._refused(site)] if before else []
        for one in before:
            if not any(one.line <= other <= one.end_line for other in leaving):
                yield from names_in(one.test, facts.calls)

    def done_for(self, site: DefinitionSite) -> dict[str, Done]:
        """By what a function does, the rights that must hold for it, each by itself.

        Calls of the tree's own functions, and values that are put under a constant key. What is done in two places
        asks for what both of them ask for.
        """
        held = [
            (one, question)
            for one in self._demands(site)
            if not any(map(is_switched, one.parts))
            for part in one.parts
            if (question := rights_asked(self._told(part, site)))
        ]
        if not held:
            return {}
        found: dict[str, Done] = {}
        for name, line, end_line, beside in self._does(site):
            under = (question for one, question in held if one.line <= line <= one.end_line)
            asked = tuple(dict.fromkeys(under))
            known = found.get(name)
            if known is None:
                found[name] = Done(line, end_line, asked, beside)
            else:
                both = tuple(one for one in known.questions if one in asked)
                place = (line, end_line) if len(asked) < len(known.questions) else (known.line, known.end_line)
                found[name] = Done(*place, both, (*known.beside, *beside))
        return found

    def does(self, site: DefinitionSite, name: str) -> Done | None:
        """One thing that a function does, with what is asked for it by now; None where it does it no more."""
        done = self.done_for(site).get(name)
        if done is not None:
            return done
        return next((Done(line, end, (), beside) for one, line, end, beside in self._does(site) if one == name), None)

    @staticmethod
    def _demands(site: DefinitionSite) -> Iterator[Demand]:
        return (one for one in site.module.facts.demands if one.scope == site.index)

    def _does(self, site: DefinitionSite) -> Iterator[tuple[str, int, int, tuple[str, ...]]]:
        """What a function does by name and place, and the rights of conditions within a line that it stands under."""
        calls, _, returns, _ = self._refusals.body(site)
        turning = {f"{name} sends somebody away" for item in returns for name in self._rights(item.guards, site)}
        demanded = {name for one in self._demands(site) for part in one.parts for name in self._rights(part, site)}
        for call in calls:
            name = self._doing(call, site)
            if name:
                within = {f"{name} of a condition" for name in self._rights(call.guards, site) if name not in demanded}
                told = [one for value in call.handed for one in names_in(value, site.module.facts.calls)]
                within |= {f"{right} told to `{name}`" for right in self._rights(told, site)}
                yield name, call.line, call.end_line, tuple(sorted(turning | within))
        for item in site.module.facts.assignments:
            if item.scope == site.index and item.key:
                named = names_in(item.value, site.module.facts.calls)
                given = "".join(f" of {name.rpartition(':')[2].lstrip('?')}" for name in named)
                yield f"{item.key}{given}", item.line, item.end_line, tuple(sorted(turning))

    def _doing(self, call: Call, site: DefinitionSite) -> str:
        """What a call does that somebody may need a right for: to call the tree's own, or to take a client's word."""
        first = call.args[0] if call.args else None
        if _OF_CLIENT.search(call.name) and isinstance(first, Const) and isinstance(first.value, str):
            return f"{first.value} of the request"
        target = None if asks_right(call.name) else self._python.target(call, site.module)
        own = target is not None and target.name != site.name and target.definition.kind == "function"
        return call.last.rpartition(":")[2] if own else ""

    def _rights(self, guards: Iterable[str], site: DefinitionSite) -> tuple[str, ...]:
        return tuple(f"`{shown_name(name)}`" for name in self._told(guards, site) if asks_right(name))

    def looked_up_for_anybody(self, site: DefinitionSite) -> Call | None:
        """The call by which a function that knows of no caller looks one thing up by its key; None for any other."""
        calls, _, _, refs = self._refusals.body(site)
        if any(map(is_person, refs)):
            return None
        found = [call for call in calls if call.last in _BY_KEY]
        return found[0] if len(found) == 1 else None

    @staticmethod
    def told_by_place(call: Call) -> tuple[str, ...]:
        """Who calls, where a call is told so by the place of an argument alone: it may be the one named before."""
        return tuple(
            f"argument {number} of `{call.last}`"
            for number, value in enumerate(call.args)
            if isinstance(value, Name) and is_caller(value.name)
        )

    def of_strangers(self, site: DefinitionSite) -> tuple[Question, ...]:
        """What a function asks of those who are nobody: whether they have signed in, and by which decorators."""
        key = (site.module.path, site.index)
        known = self._strangers.get(key)
        if known is None:
            asked = [
                tuple(sorted({f"`{shown_name(name)}`" for name in self._told(guards, site) if SIGNED_IN.search(name)}))
                for _, guards, _ in self._refused(site)
            ]
            asked += [
                (f"`{shown_name(guard.name)}`",)
                for guard in self._refusals.decorators(site)
                if self._refusals.of_guard(guard) is Strength.IDENTITY
            ]
            asked += self._answers(site) if SIGNED_IN.search(site.definition.name) else ()
            asked += self._served_to_users(site)
            known = self._strangers[key] = tuple(dict.fromkeys(question for question in asked if question))
        return known

    def turning(self, site: DefinitionSite) -> Iterator[tuple[int, bool, tuple[str, ...]]]:
        """The lines at which a function turns somebody away, whether for sure, and what it names there."""
        return ((line, is_sure, guards) for line, guards, is_sure in self._refused(site))

    def refusing(self, site: DefinitionSite) -> Iterator[tuple[int, Question, tuple[str, ...]]]:
        """The lines at which a function refuses by a right or for sure, with what it asks and what it names there."""
        for line, guards, is_sure in self._refused(site):
            asked = rights_asked(self._told(guards, site), is_sure=is_sure)
            if asked or is_sure:
                yield line, asked, guards

    def refused_by(self, site: DefinitionSite) -> tuple[Question, ...]:
        """By what a function refuses somebody, each refusal by what its condition alone names.

        A refusal of what is not there is none where what is there is looked at further on: that fails as well.
        """
        ways = [
            self._way_out(guards, site)
            for line, _, guards in self.refusing(site)
            if not is_switched(guards) and not self._is_looked_at_later(line, site)
        ]
        others = Counter(name for way in self._ways_out(site) for name in way)
        alone = (tuple(name for name in way if others[name] <= 1) for way in ways)
        return tuple(dict.fromkeys(way for way in alone if way))

    @staticmethod
    def _is_looked_at_later(line: int, site: DefinitionSite) -> bool:
        """Whether a line is come to only where a variable holds nothing that a call takes further on."""
        around = [one for one in site.module.facts.conditions if one.line <= line <= one.end_line]
        inner = max(around, key=lambda one: one.line, default=None)
        name = _missing(inner.test) if inner is not None else ""
        return (
            bool(name)
            and inner is not None
            and any(
                call.line > inner.end_line
                and any(isinstance(value, Name) and value.name == name for value in call.handed)
                for call in site.calls
            )
        )

    def _ways_out(self, site: DefinitionSite) -> Iterator[Question]:
        calls, raises, returns, _ = self._refusals.body(site)
        under = {raised.line: raised.guards for raised in raises}
        under |= {item.line: item.guards for item in returns if not item.is_yield}
        under |= {call.line: call.guards for call in calls if is_refusing(call)}
        return (self._way_out(guards, site) for guards in under.values())

    def left_by(self, site: DefinitionSite) -> tuple[str, ...]:
        """What the conditions name by which a function comes to an end before its own, or does one thing or another."""
        done = (self._way_out(call.guards, site) for call in site.calls)
        return tuple(dict.fromkeys(name for way in (*self._ways_out(site), *done) for name in way))

    def _way_out(self, guards: Iterable[str], site: DefinitionSite) -> Question:
        return tuple(sorted({f"the refusal by `{shown_name(name)}`" for name in self._told(guards, site)}))

    def filters(self) -> Iterator[tuple[Call, Module, str, bool]]:
        """The filters of rows by what no client says: call, module, field, and whether a client may leave it out.

        Those who have a right may see more: what is narrowed for the others alone is told elsewhere.
        """
        for module in self._python.production:
            for call in module.facts.calls:
                if call.last not in ("filter", "filter_by") or call.scope < 0:
                    continue
                guards = [name.lstrip("!") for name in call.guards]
                if any(asks_right(name) or is_person(name) for name in guards):
                    continue
                by_client = any(map(_SAID_BY_CLIENT.search, guards))
                for field, value in call.keywords:
                    names = tuple(names_in(value, module.facts.calls))
                    if names and field and not any(map(_SAID_BY_CLIENT.search, names)):
                        yield call, module, field, by_client

    def answers_to_faults(self) -> Iterator[tuple[DefinitionSite, tuple[str, ...], bool, int]]:
        """What functions that tell something of somebody say for want of an answer: for which faults, yes or no."""
        for module in self._python.production:
            for handler in module.facts.handlers:
                said = handler.returned.value if isinstance(handler.returned, Const) else None
                if not isinstance(said, bool) or handler.scope < 0:
                    continue
                definition = module.facts.definitions[handler.scope]
                told = any(is_caller(f"?{one.name}") for one in definition.parameters)
                asks = asks_right(definition.name) or (told and is_predicate(definition.name))
                if definition.kind == "function" and asks:
                    kinds = tuple(sorted(name.rpartition(".")[2] for name in handler.types))
                    yield DefinitionSite(module, handler.scope, definition), kinds, said, handler.line

    def checks(self, site: DefinitionSite) -> list[Call]:
        """The calls of a function that refuse by themselves: nothing takes what they give back."""
        calls = self._refusals.body(site)[0]
        return [call for call in calls if call.context & DISCARDED and self._is_check(call, site)]

    def _served_to_users(self, site: DefinitionSite) -> Iterator[Question]:
        """What a decorator asks that serves a function to whoever has signed in, unless it is told to let in others."""
        for last, call in self._serving(site):
            _, option, strangers = _SERVING[last]
            told = call.keyword(option)
            if not isinstance(told, Const) or told.value not in strangers:
                yield (f"{_SERVED_TO_USERS} `{last}` asks for",)

    def _serving(self, site: DefinitionSite) -> Iterator[tuple[str, Call]]:
        """The decorators by which a framework serves a function to users, and their calls."""
        for item in site.definition.decorators:
            last = last_of(item.name) if isinstance(item, Invoke) else ""
            if isinstance(item, Invoke) and item.call >= 0 and last in _SERVING:
                name = self._python.identify(item.name.removesuffix("()"), site.module)
                if name == _SERVING[last][0]:
                    yield last, site.module.facts.calls[item.call]

    def asked_no_more(self, site: DefinitionSite, questions: Iterable[Question]) -> Iterator[Question]:
        """Of these questions to strangers those that a function need not ask: no framework serves it any more."""
        if not any(True for _ in self._serving(site)):
            yield from (one for one in questions if one[0].startswith(_SERVED_TO_USERS))

    @cached_property
    def strangers(self) -> tuple[Asking, ...]:
        """The functions of production code that ask whether somebody has signed in."""
        outer = (site for site in self._python.functions if not self._is_inner(site))
        return tuple(Asking(site, questions) for site in outer if (questions := self.of_strangers(site)))

    @staticmethod
    def _is_inner(site: DefinitionSite) -> bool:
        """Whether a function stands in another, and answers no requests itself: what it asks is told of that one."""
        parent = site.definition.parent
        if parent < 0 or site.module.facts.definitions[parent].kind != "function":
            return False
        decorators = site.definition.decorators
        return not any(isinstance(one, Invoke) and last_of(one.name) in _ANSWERING for one in decorators)

    def might_ask(self, site: DefinitionSite) -> bool:
        """Whether a function knows of a caller, or is called by one that does: what asks nothing may have lost it."""
        return not self._is_inner(site) and (
            self._knows_caller(site) or any(map(self._is_called_knowing, self._python.callers.get(site.name, ())))
        )

    def _is_called_knowing(self, call: CallSite) -> bool:
        around = self._python.definition_named(f"{call.module.path}:{call.module.symbol(call.call.scope)}")
        return around is not None and not self._is_inner(around) and self._knows_caller(around)

    @staticmethod
    def _knows_caller(site: DefinitionSite) -> bool:
        """Whether a function is decorated, is a method of a class that has heirs' work, or is told of somebody."""
        definition = site.definition
        if definition.decorators or any(is_caller(f"?{parameter.name}") for parameter in definition.parameters):
            return True
        if any(parameter.name in ("request", "req", "info", "ctx") for parameter in definition.parameters):
            return True
        parent = definition.parent
        return parent >= 0 and bool(site.module.facts.definitions[parent].bases)

    # -- questions -------------------------------------------------------------------------------------------------

    def _questions(self, site: DefinitionSite) -> Iterator[Question]:
        for line, guards, is_sure in self._refused(site):
            if is_switched(guards):
                continue
            parts = tuple(self._of_parts(line, site))
            asked = rights_asked(self._told(guards, site), is_sure=is_sure)
            if asked and not parts:
                yield asked
            yield from parts
            yield from self._all_of(guards, site)
        for call in self._refusals.body(site)[0]:
            if not is_switched(call.guards):
                yield from self._of_call(call, site)
        for item in self._refusals.body(site)[2]:
            # What a function says of a right is what its row says of it: `return user.is_admin`.
            held = item.value if isinstance(item.value, Name) and asks_right(site.definition.name) else None
            if held is not None and "." in held.name and is_person(held.name) and asks_right(held.name):
                yield (f"`{shown_name(held.name)}`",)
        yield from self._answers(site) if asks_right(site.definition.name) else ()
        for guard in self._refusals.decorators(site):
            if self._refusals.of_guard(guard) is Strength.PERMISSION:
                yield tuple(sorted({f"`{shown_name(name)}`" for name in guard.among or (guard.name,)}))
        yield from self._asked_twice(site)
        yield from self._named_for_decorators(site)
        yield from self._filters(site)
        yield from self._chosen_among(site)
        yield from self._narrowed(site)
        yield from self._kept_to_somebody(site)
        yield from self._to_change(site)

    def _asked_twice(self, site: DefinitionSite) -> Iterator[Question]:
        """What is asked for two things or more, one after the other and whatever holds: one of them may go alone."""
        facts, told = site.module.facts, defaultdict[str, list[tuple[Value, ...]]](list)
        for guard in self._refusals.decorators(site):
            if self._refusals.of_guard(guard) is Strength.PERMISSION:
                told[shown_name(guard.name)].append(guard.arguments)
        for call in self._refusals.body(site)[0]:
            if not call.guards and call.handed and self._is_check(call, site):
                told[shown_name(call.via or call.name)].append(call.handed)
        for name, calls in told.items():
            listed = max((len(flattened(value)) for values in calls for value in values), default=0)
            kinds = {tuple((*names_in(one, facts.calls), *texts_of(one)) for one in values) for values in calls}
            if max(listed, len(kinds)) > 1:
                yield (f"a second `{name}`",)

    def _of_call(self, call: Call, site: DefinitionSite) -> Iterator[Question]:
        """What a call asks by itself: a right to one thing, what it hides from some, and what it is named for."""
        if _is_of_one(call):
            yield (f"`{shown_name(call.via or call.name)}` of one thing",)
        if call.last == "pop" and call.args and isinstance(call.args[0], Const):
            rights = [name for name in self._told(call.guards, site) if asks_right(name)]
            if rights:
                hidden = {f"`{shown_name(name)}` before `{call.args[0].value}` is shown" for name in rights}
                yield tuple(sorted(hidden | {f"a question for `{shown_name(name)}`" for name in rights}))
        asks = self._is_check(call, site) or self._is_scoped(call) or self._answers_right(call, site)
        if asks or self._is_looked_up_in_vain(call, site):
            yield (f"`{shown_name(call.via or call.name)}`",)

    def _is_looked_up_in_vain(self, call: Call, site: DefinitionSite) -> bool:
        """Whether something is looked up for whoever calls and nothing takes it: that can only be there to refuse."""
        if not _is_look_up_for_caller(call):
            return False
        calls = site.module.facts.calls
        bound = (one for one in self.assigned(site).get("?_", ()) if isinstance(one, Invoke) and one.call >= 0)
        return bool(call.context & DISCARDED) or any(calls[one.call] is call for one in bound)

    def _answers(self, site: DefinitionSite) -> Iterator[Question]:
        """What must hold, each by itself, for a function to say that somebody may do something, or is signed in."""
        calls = site.module.facts.calls
        for item in self._refusals.body(site)[2]:
            if not isinstance(item.value, Other) or item.value.operator != "And" or item.is_yield:
                continue
            parts = [tuple(dict.fromkeys(names_in(one, calls))) for one in item.value.operands]
            # What holds of a thing whoever asks is a state, and no right.
            if SIGNED_IN.search(site.definition.name) or any(is_person(name) for part in parts for name in part):
                yield from (tuple(sorted(f"{told_in(name)} in the answer" for name in part)) for part in parts if part)

    def _answered(self, site: DefinitionSite) -> Iterator[str]:
        """What is named in all that a function says of a right, and in the conditions under which it says so."""
        if not (asks_right(site.definition.name) or SIGNED_IN.search(site.definition.name)):
            return
        _, raises, returns, _ = self._refusals.body(site)
        named = [name for item in returns for name in names_in(item.value, site.module.facts.calls)]
        named += [guard for item in returns for guard in item.guards]
        named += [guard for item in raises for guard in item.guards]
        yield from (f"{told_in(name)} in the answer" for name in self._told(named, site))

    def _named_for_decorators(self, site: DefinitionSite) -> Iterator[Question]:
        """The lists of rights that decorators are handed by name, where they list any: `scopes=("orders",)`.

        What decorates a class is told so for all of its methods that are decorated themselves.
        """
        owner = site.module.definition(site.definition.parent) if site.definition.decorators else None
        of_class = owner.decorators if owner is not None and owner.kind == "class" else ()
        for item in (*site.definition.decorators, *of_class):
            call = site.module.facts.calls[item.call] if isinstance(item, Invoke) and item.call >= 0 else None
            for key, value in self._handed_by_name(call, site.module) if call is not None else ():
                listed = _LISTING_RIGHTS.fullmatch(key) is not None and any(
                    bool(one.value) if isinstance(one, Const) else isinstance(one, Name | Invoke)
                    for one in flattened(value)
                )
                if call is not None and listed:
                    yield (f"`{key}` of `{shown_name(call.via or call.name)}`",)
                own = self._python.definition(value.name, site.module) if isinstance(value, Name) else None
                if call is not None and own is not None and asks_right(call.name):
                    # What tells of which thing the right is asked: without it, one to any other will do.
                    yield (f"`{own.definition.name}` of `{shown_name(call.via or call.name)}`",)

    def _narrowed(self, site: DefinitionSite) -> Iterator[Question]:
        """The rights of those for whom a query is not narrowed: `if not user.is_admin: rows = rows.filter(…)`."""
        for call in self._refusals.body(site)[0]:
            if call.last in _NARROWING and call.guards:
                rights = [name for name in self._told(call.guards, site) if asks_right(name)]
                if rights:
                    yield tuple(sorted(f"`{shown_name(name)}` before `{call.last}`" for name in rights))

    def _chosen_among(self, site: DefinitionSite) -> Iterator[Question]:
        """What a function holds things against, one by one, to choose those that are shown: by rights or for whose."""
        facts = site.module.facts
        held = [value for call in site.calls for value in call.handed]
        held += [item.value for item in facts.assignments if item.scope == site.index]
        held += [item.value for item in self._refusals.body(site)[2]]
        for value in held:
            if isinstance(value, Other) and value.kind in _CHOOSING_AMONG:
                names = tuple(dict.fromkeys(value.names))
                rights = {name for name in names if asks_right(name) and is_person(name.rpartition(".")[0])}
                rights |= {name for name in names if is_caller(name)} if holds_row_against(names) else set()
                if rights:
                    yield tuple(sorted(f"`{shown_name(name)}` of a choice" for name in rights))

    def _handed_by_name(self, call: Call, module: Module) -> Iterator[tuple[str, Value]]:
        """The arguments of a call by name, with those of a constant of the tree that is unpacked in it."""
        for key, value in call.keywords:
            bound = self._python.assignment(value.name, module) if key == "**" and isinstance(value, Name) else None
            held = bound[1].value if bound is not None else None
            if isinstance(held, Mapping):
                pairs = zip(held.keys, held.values, strict=False)
                yield from ((str(one.value), given) for one, given in pairs if isinstance(one, Const))
            else:
                yield key, value

    def _filters(self, site: DefinitionSite) -> Iterator[Question]:
        """The conditions of queries that name somebody."""
        for query in self._queries.of(site):
            by = {
                f"a filter by `{one.field}`"
                for one in query.conditions
                if one.field
                and not one.is_constant
                and any(self._is_who_calls(name, site) for name in one.names)
                and not any(map(_MAKING.search, one.names))
            }
            if by and not is_switched(query.call.guards):
                yield tuple(sorted(by))

    def _to_change(self, site: DefinitionSite) -> Iterator[Question]:
        """How great the rights are that what changes something asks for by their names: more than to look at it."""
        if not CHANGING.match(snake(site.definition.name)) and site.definition.name not in _VERBS:
            return
        named = [value for guard in self._refusals.decorators(site) for value in self._rights_of(guard)]
        for call in self._refusals.body(site)[0]:
            named += call.args if asks_right(call.name) or _is_of_one(call) else ()
        texts = [text for value in named for one in flattened(value) for text in _texts(one)]
        if any(map(_GREAT.search, texts)):
            yield ("the right of an administrator",)
        if any(_GREAT.search(text) or _TO_CHANGE.search(text) for text in texts):
            yield ("a right to more than to look",)

    def _rights_of(self, guard: Guard) -> tuple[Value, ...]:
        return guard.arguments if self._refusals.of_guard(guard) is Strength.PERMISSION else ()

    def _kept_to_somebody(self, site: DefinitionSite) -> Iterator[Question]:
        """Filters of rows by whoever calls, of queries that a function is handed or that are not followed."""
        for call in self._refusals.body(site)[0]:
            last = call.last
            told = call.keywords if last in ("filter", "filter_by", "Q") else ()
            first = call.args[0] if call.args and takes_document(last) else None
            if isinstance(first, Mapping):
                pairs = zip(first.keys, first.values, strict=False)
                told = tuple((str(key.value), value) for key, value in pairs if isinstance(key, Const))
            for field, value in told:
                kept = any(self._is_who_calls(name, site) for name in _rows_of(value))
                if field and (kept or (_OF_OWN_ROWS.search(call.via or call.name) and _is_tenant_of(field, value))):
                    yield (f"a filter by `{field}`",)
            if last in _RUNNING and any(self._is_who_calls(name, site) for name in _bound(call)):
                yield ("a statement that is told who calls",)

    def _is_who_calls(self, name: str, site: DefinitionSite) -> bool:
        """Whether a name stands for who calls, and not for an account that the function looks up to show it."""
        if not is_person(name) or _OF_LOOKED_UP.search(name):
            return False
        held = self.assigned(site).get(name.partition(".")[0], ())
        calls = site.module.facts.calls
        return not any(
            isinstance(value, Invoke)
            and (value.name.rpartition(".")[2] in _SHOWN_BY_KEY or ".objects." in value.name)
            and not any(map(_NOW_CALLING.search, _told_to(value, calls)))
            for value in held
        )

    def _of_parts(self, line: int, site: DefinitionSite) -> Iterator[Question]:
        """What each of the conditions asks of which any one turns somebody away at a line."""
        for one in self._alternatives(site):
            if one.line <= line <= one.end_line:
                for part in one.parts:
                    asked = rights_asked(self._told(part, site))
                    if asked:
                        yield asked

    @staticmethod
    def _alternatives(site: DefinitionSite) -> Iterator[Alternatives]:
        return (one for one in site.module.facts.alternatives if one.scope == site.index)

    def _refused(self, site: DefinitionSite) -> tuple[tuple[int, tuple[str, ...], bool], ...]:
        """By line, what the conditions name by which a function refuses; whether that is a refusal for sure."""
        key = (site.module.path, site.index)
        known = self._turning.get(key)
        if known is None:
            known = self._turning[key] = tuple(self._refused_anew(site))
        return known

    def _refused_anew(self, site: DefinitionSite) -> Iterator[tuple[int, tuple[str, ...], bool]]:
        calls, raises, returns, _ = self._refusals.body(site)
        raising = {raised.line for raised in raises}
        spoken = {call.line for call in calls if call.line in raising and _speaks_of_rights(call)}
        refusing = {call.line for call in calls if (call.guards or call.line in raising) and is_refusing(call)}
        # Whoever comes back from a function that raises to refuse was let in, with nothing to show for it.
        is_let_in = any(
            not raised.context & IN_HANDLER and (not raised.guards or raised.line in refusing or is_refusing(raised))
            for raised in raises
        )
        # Those whom a condition let in are gone by the time that the rest is refused.
        let_in = tuple(
            guard
            for item in returns
            if item.line not in refusing and not _says_no(item, is_let_in=is_let_in)
            for guard in item.guards
        )
        for raised in raises:
            sure = raised.line in refusing or raised.line in spoken or is_refusing(raised)
            if raised.guards or sure:
                yield raised.line, raised.guards or let_in, sure
        yield from ((call.line, call.guards, True) for call in calls if call.guards and call.line in refusing)
        answered: dict[int, list[Call]] = defaultdict(list)
        for call in calls:
            if call.context & RETURNED:
                answered[call.line].append(call)
        for item in returns:
            if not item.guards or item.is_yield or item.line in refusing:
                continue
            sure = any(is_refusing_value(value) for value in flattened(item.value))
            if sure or _says_no(item, is_let_in=is_let_in) or any(_answers_no(call) for call in answered[item.line]):
                yield item.line, item.guards, sure

    def _told(self, guards: Iterable[str], site: DefinitionSite) -> tuple[str, ...]:
        """What the names of conditions stand for: a variable for what was asked to set it."""
        found: list[str] = []
        for guard in guards:
            name = guard.lstrip("!")
            if self._is_state(name):
                continue
            found.append(name)
            if name[:1] == "?" and "." not in name:
                made = [
                    one for item in self.assigned(site).get(name, ()) for one in names_in(item, site.module.facts.calls)
                ]
                if any(map(OF_RATES.search, made)):
                    found.remove(name)  # whether it may be done so often
                elif made and all(map(SIGNED_IN.search, made)):
                    found[-1:] = made  # a right by its name alone
                else:
                    found += made
        return tuple(dict.fromkeys(found))

    def _is_state(self, name: str) -> bool:
        """Whether a name is of properties of the tree that tell how things stand with one, whoever asks."""
        owner, _, last = name.rpartition(".")
        of_caller = is_person(owner) and _PASSIVE.match(last) is None
        return not of_caller and last in self._states

    @cached_property
    def _states(self) -> frozenset[str]:
        """The names of the properties that sound like rights and look at nobody, nor at another right."""
        properties: dict[str, list[DefinitionSite]] = defaultdict(list)
        for site in self._python.functions:
            if OF_RIGHTS.search(site.definition.name) and site.definition.parent >= 0 and is_property(site.definition):
                properties[site.definition.name].append(site)
        states = set(properties)
        while looking := {name for name in states if any(_looks_at_somebody(one, states) for one in properties[name])}:
            states -= looking
        return frozenset(states)

    def assigned(self, site: DefinitionSite) -> dict[str, list[Value]]:
        """What each variable of a function is bound to, in the order of the file."""
        found = self._assignments.get(site.module.path)
        if found is None:
            found = self._assignments[site.module.path] = defaultdict(dict)
            for item in site.module.facts.assignments:
                found[item.scope].setdefault(item.target, []).append(item.value)
        return found.get(site.index, {})

    def _all_of(self, guards: Iterable[str], site: DefinitionSite) -> Iterator[Question]:
        """The rights that must hold together for a variable by which somebody is turned away, each by itself."""
        for guard in guards:
            for item in self.assigned(site).get(guard.lstrip("!"), ()):
                if isinstance(item, Other) and item.operator == "And":
                    for operand in item.operands:
                        names = self._told(names_in(operand, site.module.facts.calls), site)
                        asked = {f"`{shown_name(name)}`" for name in names if asks_right(name)}
                        if asked:
                            yield tuple(sorted(asked))

    @staticmethod
    def _is_scoped(call: Call) -> bool:
        """Whether a call is named for giving what somebody may see, and is told who that is."""
        return is_for_somebody(call.last) and any(
            isinstance(value, Name) and is_person(value.name) for value in call.handed
        )

    def _is_check(self, call: Call, site: DefinitionSite) -> bool:
        """Whether a call stands for a question: named for insisting on a right, told who calls, or insisting."""
        if leaves_by_rights(call.last):
            return not call.context & DISCARDED
        insists, is_of_rights = insistence(call.last)
        if not (insists or is_of_rights) or OF_RATES.search(call.name):
            return False
        if self._signs_in_alone(call, site):
            return False
        told = call.context & DISCARDED and any(
            isinstance(value, Name) and is_person(value.name) for value in call.handed
        )
        if insists and (told or (is_of_rights and not self._asks_elsewhere(call, site))):
            return True
        if not (insists or (is_of_rights and call.context & DISCARDED and not does_something(call.last))):
            return False
        if not is_of_rights and _OF_PATHS.search(snake(call.last)):
            return False  # what lies outside a directory is refused to everybody
        target = self._python.target(call, site.module)
        if target is None or target.name == site.name or target.definition.kind != "function":
            return False
        return self._refusals.strength(target) is Strength.PERMISSION or bool(self.of(target))

    def _signs_in_alone(self, call: Call, site: DefinitionSite) -> bool:
        """Whether a call leads to a function of the tree that asks no more than whether somebody has signed in."""
        target = self._python.target(call, site.module)
        return target is not None and target.name != site.name and self._refusals.signs_in_alone(target)

    def _answers_right(self, call: Call, site: DefinitionSite) -> bool:
        """Whether what a function says of a right is what another one says of one.

        A method of whoever calls, or a function of the tree that is told who that is.
        """
        if not call.context & RETURNED or not asks_right(call.name) or not asks_right(site.definition.name):
            return False
        if is_person(call.name.rpartition(".")[0]):
            return True
        told = any(isinstance(value, Name) and is_person(value.name) for value in call.handed)
        target = self._python.target(call, site.module) if told else None
        return target is not None and target.name != site.name and target.definition.kind == "function"

    def _asks_elsewhere(self, call: Call, site: DefinitionSite) -> bool:
        """Whether a call makes something that another service lets in, of what a library made or knows itself.

        `key.authorize(http)`, and `client = sheets.authorize(key)`.
        """
        maker, made, _ = call.name.partition("()")
        if call.context & DISCARDED or maker[:1] in ("?", ":") or maker.startswith("self."):
            return False
        kept = bool(call.result) and not any(isinstance(one, Name) and is_person(one.name) for one in call.handed)
        return bool(made or kept) and self._python.definition(maker, site.module) is None

    def beside(self, site: DefinitionSite) -> tuple[str, ...]:
        """What else of a function might ask something, or be asked before it runs: where that is new, nothing is lost.

        Its decorators, what its class demands, what the functions that it calls ask, and what its callers do.
        """
        found = [*self._decorating(site), *self._of_class(site), *self._answered(site)]
        found += [f"`{of_whom(ref)}` is used" for ref in sorted(self._refusals.body(site)[3]) if is_person(ref)]
        guards = [guard for call in self._refusals.body(site)[0] for guard in call.guards]
        guards += [name for one in self._demands(site) for part in one.parts for name in part]
        found += [f"a question for {name}" for name in self._rights(guards, site)]
        found += self._errors(site)
        found += [
            f"`{call.last}` for everybody"
            for call in self._refusals.body(site)[0]
            if call.last in _NARROWING and not call.guards
        ]
        return tuple(dict.fromkeys((*found, *self._called(site), *self._of_callers(site))))

    def around(self, site: DefinitionSite) -> tuple[str, ...]:
        """What else may ask in the stead of a function's own conditions: what stands before it, and what it calls."""
        return tuple(
            dict.fromkeys(
                (
                    *self._decorating(site),
                    *self._of_class(site),
                    *self._called(site),
                    *self._of_callers(site),
                    *self._errors(site),
                )
            )
        )

    def _errors(self, site: DefinitionSite) -> Iterator[str]:
        """The errors that a function raises of which nobody knows that they refuse: they end it all the same."""
        known = {line for line, _, _ in self.refusing(site)}
        for raised in self._refusals.body(site)[1]:
            if raised.guards and raised.line not in known:
                yield f"the error `{last_of(raised.name)}`"

    def _decorating(self, site: DefinitionSite) -> Iterator[str]:
        return (
            f"`{shown_name(guard.name)}`"
            for guard in self._refusals.decorators(site)
            if not self._refusals.asks_only_who(guard) and not self._refusals.lets_all_through(guard)
        )

    def _called(self, site: DefinitionSite) -> Iterator[str]:
        """The calls of a function that ask for a right or may do so further in."""
        for call in self._refusals.body(site)[0]:
            if asks_right(call.name) and not self._signs_in_alone(call, site):
                yield f"`{shown_name(call.name)}`"
            if _is_look_up_for_caller(call):
                yield f"`{shown_name(call.via or call.name)}`"
            yield from self._handed(call, site)
        yield from self._further_in(site, _DEEPEST)

    def _handed(self, call: Call, site: DefinitionSite) -> Iterator[str]:
        """The functions of the tree that a call is handed, and a call that is told who calls: it was not followed."""
        keys = [value.name for value in call.handed if isinstance(value, Name) and _KEY.fullmatch(value.name)]
        keys = keys if self._may_ask(self._python.target(call, site.module)) else []
        yield from (f"`{key.lstrip('?')}` told to `{shown_name(call.name)}`" for key in keys)
        for value in call.handed:
            within = value.values if isinstance(value, Mapping) else flattened(value)
            if call.name not in _GATHERING and any(
                is_person(name) for one in within for name in names_in(one, site.module.facts.calls)
            ):
                yield f"`{shown_name(call.name)}` for somebody"
            if isinstance(value, Name) and value.name[:1] != "?":
                target = self._python.definition(value.name, site.module)
                if target is not None and target.definition.kind == "function":
                    yield f"`{target.definition.name}`"

    def _may_ask(self, target: DefinitionSite | None) -> bool:
        """Whether a function that is told a key may ask for a right to it: not one that cannot know who calls."""
        if target is None or target.definition.kind != "function":
            return True
        return (
            any(map(is_person, self._refusals.body(target)[3]))
            or self._refusals.strength(target) >= Strength.IDENTITY
            or bool(self.of(target) or self._further_in(target, _DEEPEST))
        )

    def _further_in(self, site: DefinitionSite, hops: int) -> tuple[str, ...]:
        """What the functions of the tree ask that a function calls, itself or through others."""
        key = (site.module.path, site.index, hops)
        known = self._deep.get(key)
        if known is None:
            self._deep[key] = ()
            found: list[str] = []
            for call in self._refusals.body(site)[0]:
                target = self._python.target(call, site.module)
                if target is None or target.name == site.name or target.definition.kind != "function":
                    continue
                if self._refusals.signs_in_alone(target):
                    continue
                asked = [name for question in self.of(target) for name in question]
                if asked or (_named_check(target) and self._refusals.strength(target) >= Strength.IDENTITY):
                    found.append(f"`{target.definition.name}`")
                found += [f"{name} of `{target.definition.name}`" for name in asked]
                found += self._further_in(target, hops - 1) if hops > 1 else ()
            known = self._deep[key] = tuple(dict.fromkeys(found))
        return known

    def _of_class(self, site: DefinitionSite) -> Iterator[str]:
        parent = site.definition.parent
        if parent >= 0:
            yield from self.of_class(DefinitionSite(site.module, parent, site.module.facts.definitions[parent]))

    @staticmethod
    def of_class(owner: DefinitionSite) -> Iterator[str]:
        """What the body of a class and what it descends from may ask before its methods run.

        What decorates one method is asked before no other.
        """
        decorating = {name for one in owner.methods for item in one.definition.decorators for name in names_in(item)}
        decorating -= {name for field in owner.fields for name in names_in(field.value)}
        yield from (f"`{shown_name(base)}`" for base in owner.definition.bases)
        refs = (name for name in owner.definition.refs if name not in decorating)
        yield from (f"`{shown_name(name)}`" for name in refs if asks_right(name))

    def _of_callers(self, site: DefinitionSite) -> Iterator[str]:
        for caller in self._python.callers.get(site.name, ())[:_MOST_CALLERS]:
            yield from (f"`{shown_name(name)}` of a caller" for name in caller.call.guards if asks_right(name))
            scope, definitions = caller.call.scope, caller.module.facts.definitions
            while scope >= 0 and self._is_inner(DefinitionSite(caller.module, scope, definitions[scope])):
                scope = definitions[scope].parent
            if scope >= 0 and definitions[scope].kind == "function":
                around = DefinitionSite(caller.module, scope, definitions[scope])
                yield from (f"{name} of a caller" for question in self.of(around) for name in question)


_NARROWING = frozenset({"filter", "filter_by", "exclude", "where"})
_CHOOSING_AMONG = frozenset({"ListComp", "SetComp", "DictComp", "GeneratorExp", "Lambda"})
_ANSWERING = frozenset({"get", "post", "put", "patch", "delete", "route", "api_route", "websocket"})
"""Decorators by which a function answers requests, be it made in another one, with the application."""
_VALIDATING = re.compile(r"valid|avail|check|uniq|allow|permi|requir|ensure|access|own", re.IGNORECASE)
_HOOK = re.compile(
    r"^_*(validate|clean|before|after|pre|post|check|has|perform|process|filter|authorize|authorise|can|may|ensure)_\w+$"
    r"|^(validate|clean|dispatch|initial|prepare|setup|test_func|get_queryset|get_object|get_permissions|__call__"
    r"|to_representation)$"
)
"""Methods that frameworks call on their way to what a class answers; one that answers takes its answer with it."""


_ACTIONS = {
    action: re.compile(rf"ModelViewSet$|\w*{name}(ModelMixin|\w*APIView)$")
    for action, name in (
        ("create", "Create"),
        ("update", "Update"),
        ("partial_update", "Update"),
        ("destroy", "Destroy"),
    )
}
"""What changes something in Django REST framework, and the classes that it comes from."""


_SERVED_TO_USERS = "the sign-in that"
_SERVING: dict[str, tuple[str, str, frozenset[object]]] = {
    "whitelist": ("frappe.whitelist", "allow_guest", frozenset({True})),
    "route": ("odoo.http.route", "auth", frozenset({"public", "none"})),
}
"""Decorators by which frameworks serve a function to users alone: their names, the option that lets in strangers, and
what it is set to for that. From the pages on Frappe's whitelisted methods and on Odoo's controllers."""


_OF_OWN_ROWS = re.compile(r"(^|[.?])(get_queryset|super)\(\)|^\?(queryset|qs|query|rows)\.")
"""Rows that a manager or a view begins with, or is handed."""


def _is_tenant_of(field: str, value: Value) -> bool:
    """Whether a field is held against the company, team or the like that a function is told: `company=company`."""
    words = TENANTS & set(field.lower().split("_"))
    return isinstance(value, Name) and bool(words & set(snake(last_of(value.name)).lstrip("?").split("_")))


def _of_its_own(method: str) -> str:
    """How a method is told of that asks beside the one which it stands for: that one stays where it goes."""
    return f"`{method}` of its own"


def _goes_on(site: DefinitionSite) -> bool:
    """Whether a method calls the one that it stands for: what it asks by itself is asked beside that."""
    return any(call.name.endswith(f"super().{site.definition.name}") for call in site.calls)


def _is_hook(site: DefinitionSite) -> bool:
    return not site.definition.decorators and _HOOK.match(site.definition.name) is not None


def _method_names(site: DefinitionSite) -> Iterator[str]:
    return (method.definition.name for method in site.methods)


def _rows_of(value: Value) -> tuple[str, ...]:
    """What names the rows that a filter takes: one thing, or several sets of which each row is in one."""
    return (value.name,) if isinstance(value, Name | Invoke) else either_of(value)


def _texts(value: Value) -> Iterator[str]:
    """The name of a right: a text, or the member of an enumeration."""
    if isinstance(value, Const) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, Name):
        yield snake(value.name.rpartition(".")[2])


def _told_to(value: Invoke, calls: Sequence[Call]) -> Iterator[str]:
    """The names of a call that gives a value, and of all that it is handed."""
    yield from names_in(value, calls)
    for _, given in calls[value.call].keywords if value.call >= 0 else ():
        yield from names_in(given, calls)


def _bound(call: Call) -> Iterator[str]:
    """The names of what is bound in a statement that is about some rows, where its text stands in the call."""
    first, *others = call.handed or (None,)
    if isinstance(first, Const) and isinstance(first.value, str) and _PICKING.search(first.value):
        for value in others:
            for one in value.values if isinstance(value, Mapping) else flattened(value):
                yield from (one.name,) if isinstance(one, Name) else ()


def _named_check(function: DefinitionSite) -> bool:
    name = snake(function.definition.name)
    return CHECK.match(name) is not None or STRONG_NAME.search(name) is not None


_OF_OBJECTS = frozenset({"has_perm", "has_perms", "has_object_permission"})


def _is_of_one(call: Call) -> bool:
    """Whether a right is asked for one thing, and not for all of its kind: `user.has_perm("change", obj=order)`."""
    return call.last in _OF_OBJECTS and (
        call.has("obj") or any(isinstance(value, Name) and value.name[:1] == "?" for value in call.args[1:2])
    )


_MOST_CALLERS = 12


def _looks_at_somebody(site: DefinitionSite, states: Container[str]) -> bool:
    """Whether a property tells of a caller, or of a right that is none of these names of states."""
    named = (*site.definition.refs, *(call.name for call in site.calls))
    if _PASSIVE.match(site.definition.name):
        return any(map(_NOW_CALLING.search, named))
    return any(
        is_caller(name) or (last_of(name) not in states and OF_RIGHTS.search(last_of(name)) is not None)
        for name in named
    )


def _apart(questions: Collection[Question]) -> tuple[Question, ...]:
    """The questions, one that is asked under another by what it asks beyond that: the outer one may stay alone."""
    found = []
    for question in questions:
        within = {name for other in questions if set(other) < set(question) for name in other}
        found.append(tuple(name for name in question if name not in within) or question)
    return tuple(dict.fromkeys(found))


def _is_look_up_for_caller(call: Call) -> bool:
    """Whether a call is named for looking something up, and is told who calls."""
    if not does_to_things(call.last)[1] or CHANGING.match(call.last):
        return False
    return any(isinstance(value, Name) and is_about_caller(value.name) for value in call.handed)


def _missing(test: Value) -> str:
    """The variable that a condition asks for, where it holds if there is nothing in it: `not token`; else empty."""
    if not isinstance(test, Other) or not test.operands:
        return ""
    is_none = test.operator == "Is" and isinstance(test.operands[-1], Const) and test.operands[-1].value is None
    first = test.operands[0]
    bare = isinstance(first, Name) and first.name[:1] == "?" and "." not in first.name
    return first.name if bare and isinstance(first, Name) and (test.operator == "Not" or is_none) else ""


def _speaks_of_rights(call: Call) -> bool:
    """Whether a call is handed words that say which right is missing."""
    return any(
        isinstance(value, Const) and isinstance(value.value, str) and _OF_A_RIGHT.search(value.value) is not None
        for item in call.handed
        for value in flattened(item)
    )


def _says_no(item: Return, *, is_let_in: bool = False) -> bool:
    """Whether a function gives back nothing, False, or a text or a mapping that says no.

    `is_let_in` tells that to give back nothing is to say yes there.
    """
    return (
        any(
            (
                isinstance(value, Const)
                and ((value.value is None and not is_let_in) or value.value is False or _is_no(value))
            )
            or (isinstance(value, Mapping) and any(map(_is_no, value.values)))
            for value in flattened(item.value)
        )
        and not item.is_yield
    )


def _is_no(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, str) and _SAYS_NO.search(value.value) is not None


def _answers_no(call: Call) -> bool:
    """Whether a call makes an answer that says no: by its name, a status or a text that it is handed."""
    if _ERROR.search(call.last):
        return True
    handed = [value for item in call.handed for value in flattened(item)]
    return any(
        _is_no(value)
        or (isinstance(value, Const) and value.value in (400, 404, 409) and not isinstance(value.value, bool))
        or (isinstance(value, Name) and re.search(r"ERROR|40[04]_|NOT_FOUND|BAD_REQUEST", value.name) is not None)
        or (isinstance(value, Mapping) and any(map(_is_no, value.values)))
        for value in handed
    )
