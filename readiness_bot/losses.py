"""What was kept safe in one tree and lies open in another: protections that a change took away; judges no tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from pathspec import GitIgnoreSpec

from readiness_bot.cases import is_beyond, is_lowly, is_narrower, lost
from readiness_bot.identity import loss_fingerprint
from readiness_bot.model import Cases, Confidence, Finding, Location, Report, Term, Verdict, Waiver, Ward

_TOLD_ONE_BY_ONE = 8
"""Things that lost the same protection: more of them are told as one, for what was taken away is one thing."""
_TOLD_TOGETHER = 2
"""Losses whose words stand in one blocker: a reader goes to the first place, and the others are counted."""


def losses(before: Report, after: Report, came_from: Mapping[str, str], *, since: str) -> tuple[Finding, ...]:
    """The places of `after` that lost what kept them in `before`, as findings by control and place.

    Certain ones block where the control's severity does.

    `since` are the words in which a message tells what the other tree has: "this change takes away {}".

    A check that is taken away is no matter of opinion as an absent one is: those who wrote it thought it necessary.
    `came_from` leads from a path of `after` to its path in `before`; a missing one is unchanged. What one tree alone
    has, or has another number of times within the same symbol, is no loss, and neither is what a waiver covers. Where
    a control does not apply, because no route could be read, say, what functions ask is held against each other still.
    """
    held = {verdict.control: verdict for verdict in before.verdicts}
    found: list[Finding] = []
    for verdict in after.verdicts:
        earlier = held.get(verdict.control)
        if earlier is None or verdict.waived is not None:
            continue
        waivers = [waiver for waiver in after.waivers if waiver.control == verdict.control]
        found += _of_control(verdict, earlier, came_from, waivers, since)
    return tuple(found)


def untold(before: Report, after: Report, came_from: Mapping[str, str]) -> dict[str, tuple[Ward, ...]]:
    """By control, the wards of `before` that ask something and whose things no ward of `after` is about.

    They are told at the paths that they have in `after`.
    """
    went_to = {earlier: now for now, earlier in came_from.items()}
    told = {(verdict.control, *_key(ward)) for verdict in after.verdicts for ward in verdict.wards if ward.asks}
    found: dict[str, tuple[Ward, ...]] = {}
    for verdict in before.verdicts:
        asking = [ward for ward in verdict.wards if ward.asks]
        moved = [
            replace(ward, location=replace(ward.location, path=went_to.get(ward.location.path, ward.location.path)))
            for ward in asking
        ]
        missing = tuple(ward for ward in moved if (verdict.control, *_key(ward)) not in told)
        if missing:
            found[verdict.control] = missing
    return found


def told_more(report: Report, more: Mapping[str, Sequence[Ward]]) -> Report:
    """The report with further wards, by control."""
    verdicts = (replace(one, wards=(*one.wards, *more.get(one.control, ()))) for one in report.verdicts)
    return replace(report, verdicts=tuple(verdicts))


def in_words(found: Sequence[Finding]) -> str:
    """What losses of one control say together: the words for a blocker that stands at the place of the first."""
    first, *others = found
    told = [f"At {one.location.place}, {_inside(one.message)}" for one in others[: _TOLD_TOGETHER - 1]]
    more = len(others) - len(told)
    return " ".join(
        [first.message, *told, *([f"And so at {more} more place{'' if more == 1 else 's'}."] if more else [])]
    )


def _inside(message: str) -> str:
    """A message as it goes on within a sentence; a name and an abbreviation keep their letters."""
    return message[:1].lower() + message[1:] if message[1:2].islower() or message[1:2] == " " else message


def _of_control(
    after: Verdict, before: Verdict, came_from: Mapping[str, str], waivers: Iterable[Waiver], since: str
) -> Iterator[Finding]:
    by_what: dict[tuple[str, ...], list[Ward]] = defaultdict(list)
    seen: set[str] = set()
    places: set[Location] = set()
    pairs = sorted(_pairs(before.wards, after.wards, came_from), key=lambda pair: _of_function(pair[0]))
    for earlier, later in pairs:
        taken = _taken(earlier, later) if after.applies or _of_function(earlier) else ()
        where = f"{later.location.path}:{later.location.symbol}"
        # What a function asks is told where nothing is told of it, or of its class, by other means.
        if not taken or _is_covered(later, waivers) or (_of_function(earlier) and _is_told(where, seen)):
            continue
        is_inside = later.inside is not None and set(taken) <= set(earlier.within)
        place = later.inside if later.inside and is_inside else later.location
        if place.line and place in places:
            continue
        seen.add(where)
        places.add(place)
        by_what[taken].append(replace(later, location=place))
    for taken, wards in by_what.items():
        told = sorted({ward.location: ward for ward in reversed(wards)}.values(), key=_place)
        names = since.format(_listed(taken[:3]))
        if len(told) > _TOLD_ONE_BY_ONE:
            yield _finding(after, told[0], taken, f"{names}. The same holds for {len(told) - 1} more places.")
        else:
            yield from (_finding(after, ward, taken, f"{names}.") for ward in told)


def _of_function(ward: Ward) -> int:
    """Whether a ward is about what a function asks (1), or about when (2), which is told last."""
    return 2 if ward.when else 1 if ward.asks else 0


def _is_told(where: str, seen: set[str]) -> bool:
    around = where.rpartition(".")[0]
    return where in seen or around in seen or any(place.startswith(f"{where}.") for place in seen)


def _pairs(before: Iterable[Ward], after: Iterable[Ward], came_from: Mapping[str, str]) -> Iterator[tuple[Ward, Ward]]:
    """The same thing in both trees, by file, symbol and name, in order.

    Where their numbers differ nobody can tell which is which; that matters not if all the earlier ones were kept and
    some of them are gone, or if none of the later ones is.
    """
    waiting: dict[tuple[str, str, str], list[Ward]] = defaultdict(list)
    for ward in before:
        waiting[_key(ward)].append(ward)
    arrived: dict[tuple[str, str, str], list[Ward]] = defaultdict(list)
    for ward in after:
        path = ward.location.path
        arrived[came_from.get(path, path), ward.location.symbol, ward.thing].append(ward)
    for key, later in arrived.items():
        earlier = waiting.get(key, [])
        were_kept = all(ward.by or ward.within for ward in earlier)
        are_kept = any(ward.by or ward.within for ward in later)
        if len(earlier) == len(later) or (were_kept and (len(earlier) > len(later) or not are_kept)):
            yield from zip(sorted(earlier, key=_place), sorted(later, key=_place), strict=False)


def _listed(names: Sequence[str]) -> str:
    """Names as people list them: `a`, `b` and `c`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _key(ward: Ward) -> tuple[str, str, str]:
    return ward.location.path, ward.location.symbol, ward.thing


def _place(ward: Ward) -> Location:
    return ward.location


def _taken(earlier: Ward, later: Ward) -> tuple[str, ...]:
    """What no longer keeps a thing, where nothing new stands there that may have replaced it."""
    both_refuse = bool(earlier.when and later.when)
    # Where both refuse somebody, in how many cases tells more than by what.
    earlier, later = (replace(one, asks=()) if both_refuse else one for one in (earlier, later))
    still = _names(later)
    if later.is_waived or still - _names(earlier):
        return ()
    if both_refuse:
        return _fewer(earlier, later)
    gone = tuple(" and ".join(question) for question in earlier.asks if still.isdisjoint(question))
    if later.ways <= earlier.ways:
        return gone
    taken = (*(() if later.by else earlier.by), *(() if later.within else earlier.within), *gone)
    return tuple(dict.fromkeys(taken))


def _fewer(earlier: Ward, later: Ward) -> tuple[str, ...]:
    """The refusals that are made in fewer cases than before, unless those who have a right go free now."""
    if not is_narrower(later.when, earlier.when):
        return ()
    known = list(chain.from_iterable(earlier.when))
    # What is less than what was asked before excuses nobody.
    excuses = [
        term
        for term in chain.from_iterable(later.when)
        if term.is_excuse and not any(one.asked == term.asked or is_beyond(one, term) for one in known)
    ]
    if excuses or _lets_in_few(earlier.when, later.when):
        return ()
    cases = lost(earlier.when, later.when)
    return tuple(f"{earlier.does} where {_in_short(case)}" if case else f"{earlier.does} by default" for case in cases)


def _lets_in_few(before: Cases, after: Cases) -> bool:
    """Whether values were added to those that are let in, none of which stands for nearly everybody."""
    known: dict[str, set[str]] = defaultdict(set)
    for term in chain.from_iterable(before):
        known[term.asked].update(term.among)
    added = [
        value
        for term in chain.from_iterable(after)
        if not term.holds and known[term.asked]
        for value in set(term.among) - known[term.asked]
    ]
    return bool(added) and not any(map(is_lowly, added))


def _in_short(case: Sequence[Term]) -> str:
    told = [
        f"`{term.asked}` {'is' if term.holds else 'is not'} {' or '.join(term.among)}"
        if term.among
        else f"`{term.asked}`{'' if term.holds else ' does not hold'}"
        for term in case
    ]
    return _listed(told[:3])


def _names(ward: Ward) -> set[str]:
    return {*ward.by, *ward.within, *ward.beside, *chain.from_iterable(ward.asks)}


def _is_covered(ward: Ward, waivers: Iterable[Waiver]) -> bool:
    return any(
        waiver.path is None or GitIgnoreSpec.from_lines([waiver.path]).match_file(ward.location.path)
        for waiver in waivers
    )


def _finding(verdict: Verdict, ward: Ward, taken: tuple[str, ...], since: str) -> Finding:
    return Finding(
        control=verdict.control,
        location=ward.location,
        message=f"{ward.loss}: {since}",
        confidence=ward.confidence,
        severity=verdict.severity,
        fingerprint=loss_fingerprint(verdict.control, ward.location.symbol, ward.thing, taken),
        blocker=verdict.severity.blocks and ward.confidence is Confidence.HIGH,
        fix=f"Bring back {_listed(taken[:3])}, or what does the same. {verdict.fix}",
    )
