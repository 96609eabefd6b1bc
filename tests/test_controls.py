"""Every control's own examples, judged: what passes passes, what fails fails in the flagged lines, the fix mends it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from readiness_bot.control import Control, Example, controls, judge
from readiness_bot.model import Kind, Status
from tests.repos import repo_of

_FLAG = re.compile(r"\s*# <- flagged")


def _texts(example: Example) -> Mapping[str, str]:
    return {"app/main.py": example} if isinstance(example, str) else example


def _flagged(example: Example) -> set[tuple[str, int]]:
    return {
        (path, number)
        for path, text in _texts(example).items()
        for number, line in enumerate(text.splitlines(), 1)
        if _FLAG.search(line)
    }


def _judged(control: Control, example: Example) -> tuple[Status, set[tuple[str, int]]]:
    clean = {path: _FLAG.sub("", text) for path, text in _texts(example).items()}
    judgement = judge(control, repo_of(clean))
    return judgement.status, {(site.location.path, site.location.line) for site in judgement.sites if not site.good}


def _examples(field: str) -> list[object]:
    return [
        pytest.param(control, example, id=f"{control.id}-{number}")
        for control in controls()
        for number, example in enumerate(getattr(control, field))
    ]


@pytest.mark.parametrize(("control", "example"), _examples("passes"))
def test_passing_example_passes(control: Control, example: Example) -> None:
    status, places = _judged(control, example)
    assert (status, places) == (Status.PASS, set())


@pytest.mark.parametrize(("control", "example"), _examples("fails"))
def test_failing_example_fails_in_the_flagged_lines(control: Control, example: Example) -> None:
    status, places = _judged(control, example)
    assert status is Status.FAIL
    assert places == _flagged(example)
    assert places or control.kind is Kind.CAPABILITY


@pytest.mark.parametrize(("control", "example"), _examples("partials"))
def test_partial_example_is_partial(control: Control, example: Example) -> None:
    status, places = _judged(control, example)
    assert status is Status.PARTIAL
    assert places == _flagged(example)


@pytest.mark.parametrize(("control", "example"), _examples("ignores"))
def test_ignored_example_has_no_finding(control: Control, example: Example) -> None:
    status, places = _judged(control, example)
    assert places == set()
    assert status in (
        (Status.NOT_APPLICABLE,) if control.kind is Kind.CAPABILITY else (Status.NOT_APPLICABLE, Status.PASS)
    )


@pytest.mark.parametrize("control", [pytest.param(control, id=control.id) for control in controls()])
def test_own_fix_makes_the_first_failing_example_pass(control: Control) -> None:
    status, places = _judged(control, control.fixed)
    assert (status, places) == (Status.PASS, set())
    before, after = _texts(control.fails[0]), _texts(control.fixed)
    assert set(before) <= set(after), "the fix adds or edits files of the first failing example"


@pytest.mark.parametrize("control", [pytest.param(control, id=control.id) for control in controls()])
def test_fix_names_what_to_paste(control: Control) -> None:
    literals = re.findall(r"`([^`]+)`", control.fix)
    fixed = "\n".join(_texts(control.fixed).values()) + "\n".join(_texts(control.fixed))
    assert literals, "the fix names a literal in backquotes"
    words = {word for literal in literals for word in re.findall(r"[A-Za-z_]{3,}", literal)}
    assert any(word in fixed for word in words)
