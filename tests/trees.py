"""Comparisons of small trees by some controls, for tests of what a change takes away."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from readiness_bot.compare import compare
from readiness_bot.control import controls, counterparts
from readiness_bot.losses import told_more, untold
from readiness_bot.model import Delta, Report
from readiness_bot.repo import Repo
from tests.reports import judged
from tests.repos import repo_of

Files = Mapping[str, str] | str
"""The texts of a tree by their paths; a bare text is the file `shop/main.py`."""


def changed(before: Files, after: Files, watched: Collection[str]) -> Delta:
    """The comparison of two trees by some controls, each looked at again for what the other one alone tells of."""
    trees = _tree(before), _tree(after)
    old, new = (judged(tree, watched) for tree in trees)
    return compare(_completed(old, trees[0], new), _completed(new, trees[1], old), {})


def told(change: Delta, control: str) -> list[int]:
    """The lines of a control's new blockers that have a place."""
    return [one.location.line for one in change.new_blockers if one.control == control and one.location]


def told_places(change: Delta, control: str) -> list[str]:
    """The places of a control's new blockers, `shop/main.py:5`; the empty one for a control as a whole."""
    return [
        f"{one.location.path}:{one.location.line}" if one.location else ""
        for one in change.new_blockers
        if one.control == control
    ]


def _tree(files: Files) -> Repo:
    return repo_of({"shop/main.py": files} if isinstance(files, str) else dict(files))


def _completed(known: Report, repo: Repo, other: Report) -> Report:
    missing = untold(other, known, {})
    return told_more(known, {one.id: counterparts(one, missing.get(one.id, ()), repo) for one in controls()})
