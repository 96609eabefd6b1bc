"""The one comment on a pull request, in every state that it can be in; sends nothing.

The comment opens with a marker and ends with a hidden record of what it says, so that the next run can find it, see
whether anything changed and say what was resolved, without a database.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

import msgspec

from readiness_bot.render import phrases
from readiness_bot.render.bulletin import Bulletin, Section
from readiness_bot.render.escaping import code, prose
from readiness_bot.render.links import Links

BYTES = 60_000
"""GitHub refuses a comment of more than 65,536 characters; the budget is in bytes, which are never fewer."""

ROWS = 5
"""Blockers shown without unfolding anything: what a reader takes in at once."""

_MARKER = "<!-- readiness-bot:v1 scope="
_STATE = re.compile(r"<!-- readiness-bot:state ([A-Za-z0-9+/=]{1,8192}) -->\s*\Z")
_RULE = "\n\n---\n\n"
_STATE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Run:
    """The run that speaks: where its report is, how long it took, what it knows beyond the bulletin."""

    links: Links
    url: str
    id: int
    attempt: int
    scopes: tuple[str, ...] = (".",)
    seconds: int = 0
    trend: str = ""


class Red(msgspec.Struct, frozen=True):
    """The last time that the comment told of blockers."""

    head: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{40,64}\Z")]
    blockers: Annotated[int, msgspec.Meta(ge=1)]


class State(msgspec.Struct, frozen=True):
    """What a comment says, for the next run."""

    head: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{0,64}\Z")]
    run: Annotated[int, msgspec.Meta(ge=0)]
    attempt: Annotated[int, msgspec.Meta(ge=0)]
    red: Red | None = None

    def newer_than(self, run: Run) -> bool:
        """Whether a later run than this one wrote the comment."""
        return (self.run, self.attempt) > (run.id, run.attempt)


def marker(scopes: Iterable[str]) -> str:
    """The first line by which a comment on these scopes is recognised."""
    names = ["root" if scope == "." else quote(scope, safe="/") for scope in scopes]
    return f"{_MARKER}{','.join(names).replace('--', '-%2D')} -->"


def is_comment(body: str, scopes: Iterable[str]) -> bool:
    """Whether a comment's text is the one on these scopes."""
    return body.startswith(marker(scopes))


def state_of(body: str) -> State | None:
    """The record at the end of a comment; None where there is none that can be read."""
    found = _STATE.search(body)
    if not found:
        return None
    try:
        inflater = zlib.decompressobj()
        return msgspec.json.decode(
            inflater.decompress(base64.b64decode(found[1], validate=True), _STATE_BYTES), type=State
        )
    except (binascii.Error, zlib.error, msgspec.DecodeError, UnicodeDecodeError):
        return None


def essence(body: str) -> str:
    """What a comment tells, without what differs between two runs that have the same to tell."""
    return re.sub(r" · \d+ s · \[full report\]\([^)]*\)", "", _STATE.sub("", body)).strip()


def comment(bulletin: Bulletin, run: Run, previous: State | None = None) -> str:
    """The comment's text, within `BYTES`; `previous` is the record of the text that it replaces."""
    state = _next_state(bulletin, run, previous)
    text = ""
    for detail in _LADDER:
        text = _assemble(bulletin, run, state, detail)
        if len(text.encode()) <= BYTES:
            return text
    return text


def trouble(problem: str, advice: str, run: Run, previous_body: str = "") -> str:
    """The text for a run that could not do its work; what was said before stays below a rule."""
    before = state_of(previous_body)
    state = State(before.head if before else "", run.id, run.attempt, before.red if before else None)
    lines = [marker(run.scopes), "### ⚠️ Readiness could not finish (not your code)", "", prose(problem, 500)]
    if advice:
        lines += ["", "```yaml", *(line.replace("```", "'''") for line in advice.splitlines()), "```"]
    lines += ["", f"<sub>[the run's log]({run.url})</sub>"]
    text = "\n".join(lines)
    kept = _without_frame(previous_body)
    if kept:
        text += _RULE + "Before that:\n\n" + kept
    whole = f"{text}\n{_state_line(state)}\n"
    return whole if len(whole.encode()) <= BYTES else trouble(problem, advice, run)


def _without_frame(body: str) -> str:
    """A comment's visible text; of a comment about trouble only what it kept from before."""
    if not body:
        return ""
    text = _STATE.sub("", body).partition("\n")[2].strip()
    if text.startswith("### ⚠️ Readiness could not finish"):
        return text.partition(_RULE + "Before that:\n\n")[2].strip()
    return text


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much a comment shows."""

    blockers: int
    categories: bool = False
    warnings: int = 0
    reasons: bool = False
    sections: bool = True


_LADDER = (
    _Detail(blockers=20, categories=True, warnings=20, reasons=True),
    _Detail(blockers=20, categories=True, warnings=20),
    _Detail(blockers=20, categories=True),
    _Detail(blockers=20),
    _Detail(blockers=5),
    _Detail(blockers=0, sections=False),
)


def _next_state(bulletin: Bulletin, run: Run, previous: State | None) -> State:
    if bulletin.new_blockers:
        red: Red | None = Red(bulletin.head, bulletin.new_blockers)
    else:
        red = previous.red if previous else None
    return State(bulletin.head, run.id, run.attempt, red)


def _state_line(state: State) -> str:
    packed = base64.b64encode(zlib.compress(msgspec.json.encode(state), 9)).decode()
    return f"<!-- readiness-bot:state {packed} -->"


def _assemble(bulletin: Bulletin, run: Run, state: State, detail: _Detail) -> str:
    shown = [(section, item) for section in bulletin.sections for item in section.blockers][: detail.blockers]
    items = [item for _, item in shown]
    rows = phrases.gathered(items)
    blocks = [
        [phrases.introduction(bulletin)],
        phrases.blocker_table(rows[:ROWS], bulletin.head, run.links) if rows else [],
        [_more(bulletin.new_blockers - len(items), run)] if bulletin.new_blockers > len(items) else [],
        [_resolved(bulletin, state)],
        [_starting_point(bulletin)],
        [phrases.counts_line(bulletin)],
        [phrases.policy_line(bulletin)],
        [phrases.scopes_line(bulletin.sections)] if len(bulletin.sections) > 1 else [],
    ]
    if rows[ROWS:]:
        rest = phrases.blocker_table(rows[ROWS:], bulletin.head, run.links)
        blocks.append(_folded(phrases.count(sum(map(len, rows[ROWS:])), "more new blocker"), rest))
    if detail.sections:
        blocks += _sections(bulletin, run, detail)
        blocks.append(_way_out(bulletin, run) if bulletin.new_blockers else [])
    blocks.append([phrases.footer(bulletin, run.links, run.url, run.seconds, run.trend)])
    body = "\n\n".join("\n".join(block) for block in blocks if any(block))
    return f"{marker(run.scopes)}\n### {phrases.headline(bulletin)}\n\n{body}\n{_state_line(state)}\n"


def _more(number: int, run: Run) -> str:
    return f"and **{phrases.count(number, 'more new blocker')}** in the [full report]({run.url})"


def _resolved(bulletin: Bulletin, state: State) -> str:
    if bulletin.new_blockers or state.red is None:
        return ""
    number = state.red.blockers
    what = "The blocker" if number == 1 else f"The {number:,} blockers"
    return f"{what} reported on {code(state.red.head[:7])} {'is' if number == 1 else 'are'} resolved."


def _starting_point(bulletin: Bulletin) -> str:
    if bulletin.base:
        return ""
    older = sum(section.older for section in bulletin.sections)
    if not older:
        return "Nothing was found that would have to wait."
    return f"{phrases.count(older, 'existing finding')} recorded as the starting point, none blocks."


def _folded(summary: str, lines: Sequence[str]) -> list[str]:
    # The blank lines make GitHub read what is inside as Markdown.
    return [f"<details><summary>{summary}</summary>", "", *lines, "", "</details>"]


def _sections(bulletin: Bulletin, run: Run, detail: _Detail) -> list[list[str]]:
    if len(bulletin.sections) == 1:
        return [_folded(title, lines) for title, lines in _parts(bulletin, bulletin.sections[0], run, detail)]
    blocks = []
    for section in bulletin.sections:
        parts = _parts(bulletin, section, run, detail)
        if parts:
            lines = [line for title, content in parts for line in (f"**{title}**", "", *content, "")]
            title = f"{_plain_code(section.scope)}: {phrases.score_change(section.base_score, section.score)}"
            blocks.append(_folded(title, lines[:-1]))
    return blocks


def _plain_code(text: str) -> str:
    # Inside <summary> nothing is read as Markdown.
    shown = re.sub(r"[^\w./ -]", lambda found: f"&#{ord(found[0])};", code(text, 60).strip("`"))
    return f"<code>{shown}</code>"


def _parts(bulletin: Bulletin, section: Section, run: Run, detail: _Detail) -> list[tuple[str, list[str]]]:
    parts: list[tuple[str, list[str]]] = []
    changed = phrases.moved(section)
    if detail.categories and not bulletin.base:
        parts.append((f"Scores of {len(section.moves)} categories", phrases.score_table(section)))
    elif detail.categories and changed:
        title = f"Score: {len(changed)} of {len(section.moves)} categories changed"
        parts.append((title, phrases.category_table(section)))
    if detail.warnings and section.new_warnings:
        title = phrases.count(section.new_warnings, "new warning")
        parts.append((title, phrases.warning_list(section, detail.warnings, bulletin.head, run.links)))
    if section.waived:
        parts.append((phrases.waiver_summary(section), phrases.excuse_list(section, reasons=detail.reasons)))
    if section.notices and detail.reasons:
        title = phrases.count(len(section.notices), "notice")
        parts.append((title, [f"- {prose(notice, 200)}" for notice in section.notices]))
    return parts


def _way_out(bulletin: Bulletin, run: Run) -> list[str]:
    scope = bulletin.sections[0].scope
    path = "" if scope == "." or len(bulletin.sections) > 1 else f" --path {scope}"
    local = code(f"readiness-bot compare . --base {bulletin.base[:12]}{path}", 200)
    how = f"[how]({run.links.documentation}/action.md#when-a-control-is-wrong-or-cannot-be-met-now)"
    lines = [
        "- A control that does not fit this service: `not_applicable`, with a reason.",
        "- A risk that you take for now: `accepted_risk`, with a reason, an owner and a date.",
        "",
        f"Both go into `.readiness.yml` in this pull request, in sight of its reviewers ({how}).",
        f"The same result on your machine: {local}",
    ]
    return _folded("Wrong, or cannot fix now?", lines)
