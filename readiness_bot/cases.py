"""Which of two conditions is the stricter one, as far as their terms tell; knows not what the terms are about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

from readiness_bot.model import Cases, Term

_MOST_CASES = 24
"""A condition of more cases is not followed: nobody wrote it to be read."""
_RANKS = (
    ("is_authenticated", "is_active", "is_anonymous"),
    ("is_staff", "is_admin"),
    ("is_superuser", "superuser", "is_super_user", "is_superadmin", "is_super_admin"),
)
"""What accounts are, from what nearly all of them are to what hardly any is: the greater brings the lesser with it."""
_LOWLY = re.compile(
    r"(^|[^a-z])(guest|viewer|anonymous|public|everyone|everybody|anyone|any|all|user|member|reader|read_?only|visitor"
    r"|observer|customer|student|basic|default)s?([^a-z]|$)|\*",
    re.IGNORECASE,
)
"""Roles of those who may do little: where they are let in by now, nearly everybody is."""
_OF_A_PART = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CHANGING = re.compile(r"'(post|put|patch|delete)'", re.IGNORECASE)
"""Methods of requests that change something: where they go free by now, nearly everything does."""
_NOTHING = frozenset({"None", "False", "0", "''"})
"""Values that are as good as none."""
_RANK = {name: number for number, names in enumerate(_RANKS) for name in names}

ALWAYS: Cases = ((),)
"""What happens whatever holds."""
NEVER: Cases = ()


def either(*several: Cases | None) -> Cases | None:
    """What happens in the cases of any of them; None where one is not known, or where they are too many."""
    found: list[tuple[Term, ...]] = []
    for cases in several:
        if cases is None:
            return None
        found += cases
    return _plain(found)


def both(*several: Cases | None) -> Cases | None:
    """What happens where all of them do."""
    found: Cases = ALWAYS
    for cases in several:
        if cases is None or len(found) * len(cases) > _MOST_CASES:
            return None
        found = tuple((*one, *other) for one, other in product(found, cases))
    return _plain(found)


def opposite(cases: Cases | None) -> Cases | None:
    """What happens where none of the cases does."""
    if cases is None:
        return None
    return both(*(tuple((_opposite(term),) for term in case) for case in cases))


def is_narrower(one: Cases, other: Cases) -> bool:
    """Whether `one` happens in fewer cases than `other`: in none but those of the other, and not in all of them."""
    return bool(one and other) and _imply(one, other) and not _imply(other, one)


def lost(before: Cases, after: Cases) -> tuple[tuple[Term, ...], ...]:
    """The cases of `before` in which it does not happen any more."""
    return tuple(case for case in before if not any(_case_implies(case, other) for other in after))


def is_beyond(greater: Term, lesser: Term) -> bool:
    """Whether what holds the one holds the other: a superuser is one of the staff, and what holds of all, of any."""
    if greater.asked.startswith("all(") and lesser.asked.startswith("any("):
        return greater.asked[3:] == lesser.asked[3:]
    rank, owner = _rank_of(lesser.asked), lesser.asked.rpartition(".")[0]
    if rank == 0 and owner and _rank_of(greater.asked) < 0 and (greater.is_excuse or greater.asked.endswith(")")):
        # Whoever has a right, or is something that a function tells of him, has signed in.
        return re.search(rf"(?<![\w.]){re.escape(owner)}(?!\w)", greater.asked) is not None
    return greater.asked.rpartition(".")[0] == owner and _rank_of(greater.asked) > rank >= 0


def is_lowly(role: str) -> bool:
    """Whether a value stands for nearly everybody: a role of those who may do little, a method that changes things."""
    return _LOWLY.search(_OF_A_PART.sub("_", role)) is not None or _CHANGING.fullmatch(role) is not None


def _rank_of(asked: str) -> int:
    """How much an account is said to be by a name; -1 for none of it."""
    return _RANK.get(asked.rpartition(".")[2].removesuffix("()"), -1)


def _plain(cases: Iterable[tuple[Term, ...]]) -> Cases | None:
    """The cases in order, each once, without those that cannot be and those that are within others."""
    found = {frozenset(case) for case in cases}
    found = {case for case in found if not any(_opposite(term) in case for term in case)}
    found = {case for case in found if not any(other < case for other in found)}
    return tuple(sorted(tuple(sorted(case)) for case in found)) if len(found) <= _MOST_CASES else None


def _opposite(term: Term) -> Term:
    return Term(term.asked, not term.holds, term.among, term.is_excuse)


def _imply(cases: Cases, others: Cases) -> bool:
    return all(any(_case_implies(case, other) for other in others) for case in cases)


def _case_implies(case: tuple[Term, ...], other: tuple[Term, ...]) -> bool:
    return all(any(_implies(one, wanted) for one in case) for wanted in other)


def _is_there(one: Term, other: Term) -> bool:
    """Whether a term says of a thing that it is there or not, and the other follows: what is not there is no value."""
    values = one.among if one.holds else other.among
    return bool(values) and _NOTHING.isdisjoint(values)


def _implies(one: Term, other: Term) -> bool:
    if one.holds is not other.holds:
        return one.asked == other.asked and one.holds and bool(one.among) and not set(one.among) & set(other.among)
    if one.asked != other.asked:
        return is_beyond(one, other) if one.holds else is_beyond(other, one)
    if not one.among or not other.among:
        return one.among == other.among or _is_there(one, other)
    if one.holds:
        return set(one.among) <= set(other.among)
    # Who is not even one of those who may do little is none of those who may do much.
    is_less = one.is_excuse and any(map(is_lowly, one.among)) and not any(map(is_lowly, other.among))
    return set(other.among) <= set(one.among) or is_less
