"""Which of two conditions is the stricter one."""

from __future__ import annotations

import pytest

from readiness_bot.cases import ALWAYS, both, either, is_narrower, lost, opposite
from readiness_bot.model import Cases, Term

_A, _B = Term("a"), Term("b")
_NOT_A, _NOT_B = Term("a", holds=False), Term("b", holds=False)


def _role(*among: str, holds: bool = True) -> Cases:
    return ((Term("user.role", holds, among),),)


def test_conditions_are_put_together_and_turned_round() -> None:
    assert both(((_A,),), ((_B,),)) == ((_A, _B),)
    assert either(((_A,),), ((_B,),)) == ((_A,), (_B,))
    assert opposite(((_A, _B),)) == ((_NOT_A,), (_NOT_B,))
    assert opposite(((_A,), (_B,))) == ((_NOT_A, _NOT_B),)
    assert opposite(()) == ALWAYS


def test_what_cannot_be_and_what_is_within_another_case_is_left_out() -> None:
    assert both(((_A,),), ((_NOT_A,),)) == ()
    assert either(((_A,),), ((_A, _B),)) == ((_A,),)


def test_what_is_not_known_stays_so() -> None:
    assert both(((_A,),), None) is None
    assert either(None) is None
    assert opposite(None) is None


def test_too_many_cases_are_not_followed() -> None:
    pairs = (((Term(f"a{number}"),), (Term(f"b{number}"),)) for number in range(9))
    assert both(*pairs) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (((_A, _B),), ((_A,),)),
        (((_A,),), ((_A,), (_B,))),
        (_role("admin", "guest", holds=False), _role("admin", holds=False)),
        (_role("admin"), _role("admin", "guest")),
        (_role("guest"), _role("admin", holds=False)),
        (_role("guest", "admin"), _role()),
        (_role(holds=False), _role("guest", "admin", holds=False)),
        (((Term("user.is_staff", holds=False),),), ((Term("user.is_superuser", holds=False),),)),
        (((Term("user.is_superuser"),),), ((Term("user.is_active"),),)),
        (((Term("any(rights)", holds=False),),), ((Term("all(rights)", holds=False),),)),
    ],
)
def test_one_condition_is_narrower_than_another_and_not_the_other_way_round(one: Cases, other: Cases) -> None:
    assert is_narrower(one, other)
    assert not is_narrower(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (((_A,),), ((_A,),)),
        (((_A,),), ((_B,),)),
        (((_A,),), ()),
        (((Term("user.is_staff"),),), ((Term("order.is_superuser"),),)),
        (((Term("user.is_staff"),),), ((Term("user.is_editor"),),)),
    ],
)
def test_conditions_of_which_none_is_narrower(one: Cases, other: Cases) -> None:
    assert not is_narrower(one, other)
    assert not is_narrower(other, one)


def test_the_cases_that_are_lost_are_those_that_imply_no_other() -> None:
    assert lost(((_A,), (_B,)), ((_A, _B),)) == ((_A,), (_B,))
    assert lost(((_A,), (_B,)), ((_B,),)) == ((_A,),)
