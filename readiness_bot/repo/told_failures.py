"""Whether a failure that a handler passes over is told elsewhere: around, within or below the `try`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.repo.attempts import BROAD, LOGGING, only_parses
from readiness_bot.repo.conversions import converts
from readiness_bot.repo.failure_words import is_text, tells_of_failure
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.refusal_signs import is_unauthorized
from readiness_bot.repo.values import (
    IN_LOOP,
    MODULE,
    Assignment,
    Attempt,
    Call,
    Const,
    Handler,
    Invoke,
    Items,
    Mapping,
    Name,
    Value,
)

_TOLD = re.compile(rf"{LOGGING.pattern}|^traceback\.print_", re.IGNORECASE)
_ALARMING = re.compile(r"(?i:(^|[.:?_])(log|logg?er|logging)(\(\))?)\.(error|exception|critical|warn|warning|fatal)$")
_ALARM = re.compile(r"(error|exception|critical|warn|warning|fatal)$")
"""Levels of a log that somebody is to look at."""
_HANDED_ON = re.compile(r"(^|_)set_exc(eption|_info)$")
"""What keeps an error in a future, from which it is raised again where the outcome is asked for."""
_ENDING = re.compile(r"^(sys\.exit|exit|quit|os\._exit)$|(^|[.:])abort$")
_DONE = re.compile(
    r"(^|[:?._])(is_|was_)?(ok|done|success\w*|succeeded|finished|completed?|worked|sent|saved|stored|ready|alive|reachable|connected)$",
    re.IGNORECASE,
)
"""Variables that say that something came to its end."""
_ELSE = 3
"""Lines below a `try` at the end of a loop in which a bare `raise` is that of the loop's `else`, or follows it."""
_NEAR = 12
"""Lines below a `try` in which the `if` that asks for its outcome counts as its own."""
_ASKING = re.compile(r"(get|list|has|is|describe|find|head|show|exists?)(_\w+)?$|\w+_exists$")
_MAKING = re.compile(r"(create|make|add|put|register)(_\w+)?$")


def is_one_way_of_several(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether the body answers where it succeeds, and the function ends by raising where nothing did."""
    facts = module.facts
    function = module.function_of(handler.scope)
    if handler.steps not in (("pass",), ("continue",)) or function is None:
        return False
    answers = any(
        item.scope == handler.scope and attempt.line < item.line <= attempt.body_end for item in facts.returns
    )
    # A loop that ends at the first success, and raises in its `else`, ends where the function need not.
    breaks = not attempt.next_step
    spans = [range(handler.end_line + 1, handler.end_line + _ELSE + 1)] if breaks else []
    if answers and (not breaks or handler.steps == ("continue",)):
        spans.append(range(max(handler.end_line + 1, function.end_line - _NEAR), function.end_line + 1))
    return any(
        item.scope == handler.scope
        and not item.guards
        and any(item.line in span for span in spans)
        and not any(other.line <= item.line <= other.end_line for other in facts.handlers)
        for item in facts.raises
    )


def is_done_in_the_end(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether the body answers where it succeeds, and below what it did is done once more with nothing to catch it."""
    facts = module.facts
    if handler.steps not in (("pass",), ("continue",)):
        return False
    given = [item for item in facts.returns if item.scope == handler.scope]
    below = [item.value for item in given if item.line > handler.end_line]
    return any(attempt.line < item.line <= attempt.body_end for item in given) and any(
        isinstance(value, Invoke)
        and value.call >= 0
        and value.name in attempt.calls
        and facts.calls[value.call].attempt == attempt.parent
        for value in below
    )


def says_no_in_the_end(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether a loop ends with the first success, and the function answers no where every try has failed."""
    if handler.steps not in (("pass",), ("continue",)) or attempt.next_step:
        return False
    answers = [item for item in module.facts.returns if item.scope == handler.scope]
    inside = [item for item in answers if attempt.line < item.line <= attempt.body_end]
    below = [item for item in answers if item.line > handler.end_line]
    return bool(inside) and len(below) == 1 and below[0].value == Const(False)


def answers_as_the_body(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether a failure is answered as the body answers where things are not as hoped: by a word, or by what it notes.

    `state = "off"` in the handler says no more than in the `else` of the body.
    """
    inside = range(attempt.line, attempt.body_end + 1)
    facts = module.facts
    said = handler.returned
    if is_text(said):
        return any(
            item.scope == handler.scope and item.value == said and bool(item.guards) and item.line in inside
            for item in facts.returns
        )
    if set(handler.steps) != {"assign:const"}:
        return False
    kept = [item for item in facts.assignments if item.scope == handler.scope]
    noted = [item for item in kept if handler.line <= item.line <= handler.end_line]
    answers = {(item.target, item.value) for item in kept if item.line in inside and item.guards}
    return bool(noted) and all((item.target, item.value) in answers and not _is_nothing(item.value) for item in noted)


def notes_outcome(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether the handler notes yes or no where the body, had it come through, would have noted the other."""
    if handler.steps == ("pass",):
        return _says_done(module, attempt)
    if set(handler.steps) != {"assign:const"}:
        return False
    inside, instead = set[tuple[str, bool]](), set[tuple[str, bool]]()
    for item in module.facts.assignments:
        if item.scope == handler.scope and isinstance(item.value, Const) and isinstance(item.value.value, bool):
            if attempt.line <= item.line <= attempt.body_end:
                inside.add((item.target, not item.value.value))
            elif handler.line <= item.line <= handler.end_line:
                instead.add((item.target, item.value.value))
    return bool(inside & instead)


def _says_done(module: Module, attempt: Attempt) -> bool:
    """Whether the body ends by noting True where False stood before: what comes below can tell that it failed.

    What an attribute said before, whoever made the object has set.
    """
    noted = {True: set[str](), False: set[str]()}
    for item in module.facts.assignments:
        if item.scope == attempt.scope and isinstance(item.value, Const) and isinstance(item.value.value, bool):
            inside = attempt.line <= item.line <= attempt.body_end
            if _DONE.search(item.target) and (inside if item.value.value else item.line < attempt.line):
                noted[item.value.value].add(item.target)
    attributes = any("." in target and not target.startswith(":") for target in noted[True])
    return attributes or bool(noted[True] & noted[False]) or _fills_in(module, attempt)


def _fills_in(module: Module, attempt: Attempt) -> bool:
    """Whether the body notes True under a key of a table that said False before: `{"reachable": False}`."""
    own = [item for item in module.facts.assignments if item.scope == attempt.scope]
    said = {
        (item.target, key.value)
        for item in own
        if item.line < attempt.line and isinstance(item.value, Mapping)
        for key, value in zip(item.value.keys, item.value.values, strict=False)
        if isinstance(key, Const) and value == Const(False)
    }
    return any(
        item.value == Const(True)
        and attempt.line <= item.line <= attempt.body_end
        and (item.target.removesuffix("[]"), item.key) in said
        for item in own
    )


def is_tried_again(module: Module, attempt: Attempt) -> bool:
    """Whether a loop goes on until the body has its answer: it returns from inside, or waits below and tries again."""
    waits = attempt.next_step.endswith((".sleep", ":sleep"))
    return waits and any(
        item.scope == attempt.scope and attempt.line < item.line <= attempt.body_end for item in module.facts.returns
    )


def is_awaited_in_vain(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether a loop waits, asks, and answers yes behind the question, and the function answers no where it never did.

    `time.sleep(1)`, then the `try`, then `if found: return True`; `return False` stands below the loop.
    """
    facts = module.facts
    waits = any(
        call.scope == attempt.scope
        and call.context & IN_LOOP
        and call.last.lstrip("_") == "sleep"
        and attempt.line - _ELSE <= call.line < attempt.line
        for call in facts.calls
    )
    if handler.steps != ("continue",) or not waits:
        return False
    below = [item.value for item in facts.returns if item.scope == attempt.scope and item.line > handler.end_line]
    return below[-1:] == [Const(False)] and Const(True) in below[:-1]


def says_so_below(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether the body answers where it succeeds, and right below the function answers that something failed."""
    answers = [item for item in module.facts.returns if item.scope == handler.scope and not item.is_yield]
    below = min((item for item in answers if item.line > handler.end_line), key=lambda item: item.line, default=None)
    return (
        handler.steps == ("pass",)
        and attempt.next_step.startswith("return:")
        and any(attempt.line < item.line <= attempt.body_end for item in answers)
        and below is not None
        and isinstance(below.value, Mapping)
        and tells_of_failure(below.value)
    )


def _is_nothing(value: Value) -> bool:
    """Whether a value is none, false or an empty container."""
    if isinstance(value, Items):
        return not value.items
    return (isinstance(value, Const) and not value.value) or (isinstance(value, Mapping) and not value.keys)


def is_missed_below(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether what the handler left empty is asked for below, and its want is raised, told or ends the run.

    Right below, or behind the block that the `try` ends: another way is tried first, or the next of a loop. Where
    something else is done in between, it is to be raised or to end the run.
    """
    emptied = {
        item.target
        for item in module.facts.assignments
        if handler.line <= item.line <= handler.end_line and _is_nothing(item.value)
    }
    below = range(attempt.end_line + 1, attempt.end_line + _NEAR + 1)
    raised = [(item.scope, item.line, item.guards) for item in module.facts.raises]
    inside = [
        item
        for item in module.facts.assignments
        if item.scope == handler.scope and attempt.line <= item.line <= attempt.body_end
    ]
    emptied |= {item.target for item in inside if item.value == Const(True)}  # what the body would have noted
    if attempt.next_step not in ("if", ""):
        raised += [(call.scope, call.line, call.guards) for call in module.facts.calls if _ENDING.search(call.name)]
        return any(
            scope == handler.scope and line in below and emptied.intersection(guards) for scope, line, guards in raised
        )
    told = [
        (call.scope, call.line, call.guards)
        for call in module.facts.calls
        if LOGGING.search(call.name) or _ENDING.search(call.name)
    ]
    if attempt.next_step == "if" and _warns_unless(module, handler, emptied, below):
        return True
    return any(
        scope == handler.scope and line in below and emptied.intersection(guards)
        for scope, line, guards in (*raised, *told)
    ) or _is_sought_in_vain(module, handler, inside, below)


def _warns_unless(module: Module, handler: Handler, emptied: set[str], below: range) -> bool:
    """Whether a warning follows what is done where the value is there: `if found: …; break`, and below a warning."""
    inside = [call for call in module.calls_in(handler.scope) if call.line in below]
    done = [call.line for call in inside if emptied.intersection(call.guards)]
    return bool(done) and any(
        call.line > max(done) and _ALARMING.search(call.name) and not emptied.intersection(call.guards)
        for call in inside
    )


def _is_sought_in_vain(module: Module, handler: Handler, inside: list[Assignment], below: range) -> bool:
    """Whether a loop looks for something that was nothing before, and behind it an alarm tells that it is still so."""
    known = {
        item.target
        for item in module.facts.assignments
        if item.scope == handler.scope and item.line < handler.line and _is_nothing(item.value)
    }
    sought = [item for item in inside if item.target in known]
    names = {item.target for item in sought} | {item.value.name for item in sought if isinstance(item.value, Name)}
    alarms = [
        (call.scope, call.line, call.guards)
        for call in module.facts.calls
        if (LOGGING.search(call.name) and _ALARM.match(call.last)) or _ENDING.search(call.name)
    ]
    alarms += [(item.scope, item.line, item.guards) for item in module.facts.raises]
    return any(
        scope == handler.scope and line in below and names.intersection(guards) for scope, line, guards in alarms
    )


def gives_way_to_another(module: Module, handler: Handler) -> bool:
    """Whether an exception that was kept before is raised below: it tells more than the one that is passed over."""
    return any(
        item.scope == handler.scope
        and item.line > handler.end_line
        and item.name.startswith("?")
        and not any(other.line <= item.line <= other.end_line for other in module.facts.handlers)
        for item in module.facts.raises
    )


def is_told_around(module: Module, attempt: Attempt) -> bool:
    """Whether the `try` stands in the handler of another failure, and that one is told."""
    return any(
        outer.line <= attempt.line <= outer.end_line
        and (outer.raises or outer.uses_exception or any(map(_TOLD.search, outer.calls)))
        for outer in module.facts.handlers
    )


def is_told_by_callers(python: Python, module: Module, handler: Handler) -> bool:
    """Whether all that call the function tell: of a failure before it, or that it gave nothing.

    `except Exception: mark_broken(job)` and `raise` below, or `if (found := look_up(name)) is None: raise`.
    """
    function = module.function_of(handler.scope)
    if function is None or _is_shared(module, handler.scope):
        return False
    sites = python.callers.get(f"{module.path}:{function.qualname}", ())
    empty = "return:const" in handler.steps and (handler.returned is None or handler.returned == Const(None))
    return bool(sites) and all(
        _raises_again_around(site.module, site.call) or (empty and _raises_where_empty(site.module, site.call))
        for site in sites
    )


def _is_shared(module: Module, scope: int) -> bool:
    """Whether others than those who are seen to call a function may do so: it is a method that a class may inherit."""
    definition = module.definition(scope)
    owner = module.definition(definition.parent) if definition is not None else None
    return definition is None or bool(definition.decorators) or (owner is not None and bool(owner.bases))


def _raises_again_around(module: Module, call: Call) -> bool:
    """Whether a call stands in the handler of another failure, which is raised again there."""
    return any(
        outer.scope == call.scope and outer.line <= call.line <= outer.end_line and outer.raises
        for outer in module.facts.handlers
    )


def _raises_where_empty(module: Module, call: Call) -> bool:
    """Whether what a call gives back is kept, and an error is raised below where that is nothing."""
    facts = module.facts
    kept = {
        item.target
        for item in facts.assignments
        if item.scope == call.scope
        and item.line <= call.line <= item.end_line
        and isinstance(item.value, Invoke)
        and item.value.call >= 0
        and facts.calls[item.value.call] == call
    }
    return any(
        item.scope == call.scope and call.line < item.line <= call.line + _NEAR and kept.intersection(item.guards)
        for item in facts.raises
    )


def is_made_below(module: Module, handler: Handler) -> bool:
    """Whether all that may fail only asks for something, which is made below where the answer was not that it is there.

    `client.get_shelf(name)`, and behind it `client.create_shelf(name)`, whose failure is another matter.
    """
    asked = {
        call.called_on
        for call in module.facts.calls
        if call.attempt == handler.attempt and _ASKING.match(call.last) and call.called_on
    }
    others = [
        call
        for call in module.facts.calls
        if call.attempt == handler.attempt and not _ASKING.match(call.last) and not converts(call.name)
    ]
    return (
        len(asked) == 1
        and not others
        and any(
            call.line > handler.end_line and _MAKING.match(call.last) and call.called_on in asked
            for call in module.calls_in(handler.scope)
        )
    )


def is_told_inside(python: Python, module: Module, attempt: Attempt) -> bool:
    """Whether all that can fail in the body are own functions that log a failure: before they raise it, or for good."""
    failing = [name for name in attempt.calls if not only_parses(python, name, module)]
    own = [python.definition(name, module) for name in failing]
    return bool(own) and all(site is not None and (_tells_first(site) or _tells_all(python, site)) for site in own)


def _attempts_around(module: Module, call: Call) -> Iterator[int]:
    """The `try` statements whose bodies hold a call, innermost first, by their indices."""
    index = call.attempt
    while index != MODULE:
        yield index
        index = module.facts.attempts[index].parent


def _tells_all(python: Python, site: DefinitionSite) -> bool:
    """Whether every failure of what a function calls comes to a handler of its own that tells of it."""
    facts = site.module.facts
    telling = {
        item.attempt
        for item in facts.handlers
        if item.scope == site.index
        and (not item.types or BROAD.intersection(item.types))
        and any(LOGGING.search(name) and _ALARM.match(name.rpartition(".")[2]) for name in item.calls)
    }
    risky = [call for call in site.calls if not only_parses(python, call.name, site.module)]
    return bool(telling and risky) and all(
        not telling.isdisjoint(_attempts_around(site.module, call)) for call in risky
    )


def _tells_first(site: DefinitionSite) -> bool:
    facts = site.module.facts
    return any(item.scope == site.index for item in facts.raises) and any(
        _ALARMING.search(call.name) or _HANDED_ON.search(call.last) for call in site.calls
    )


def tells_of_what_is_on_its_way(call: Call) -> bool:
    """Whether a call writes the exception down that is being handled, as `traceback.format_exc()` gives it."""
    written = call.name.startswith("traceback.") or (LOGGING.search(call.name) and call.last == "exception")
    return bool(written) or (LOGGING.search(call.name) is not None and call.has("exc_info"))


def ends_the_body(module: Module, handler: Handler, attempt: Attempt) -> bool:
    """Whether what the body does last is tried by itself, and the handler of every error there tells of it."""
    broad = not handler.types or not BROAD.isdisjoint(handler.types)
    told = handler.uses_exception or any(map(LOGGING.search, handler.calls))
    return broad and bool(told) and module.facts.attempts[handler.attempt].end_line >= attempt.body_end


def makes_nobody(python: Python, module: Module, handler: Handler, failing: list[str]) -> bool:
    """Whether all that may fail is an own function that turns unknown callers away: here one may stay unknown."""
    own = [python.definition(name, module) for name in failing]
    return (
        handler.returned == Const(None)
        and bool(own)
        and all(site is not None and _turns_unknown_away(site) for site in own)
    )


_UNKNOWN = re.compile(r"credential|unauthori[sz]ed|not_?authenticated|authentication|invalid_?token", re.IGNORECASE)
"""What errors are called that answer a caller whom nobody knows."""


def _turns_unknown_away(site: DefinitionSite) -> bool:
    facts = site.module.facts
    return any(
        one.scope == site.index and _UNKNOWN.search(one.name.rpartition(".")[2]) for one in facts.raises
    ) or is_unauthorized(
        [call for call in facts.calls if call.scope == site.index],
        [item for item in facts.returns if item.scope == site.index],
    )
