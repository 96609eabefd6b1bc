"""A control's record for a terminal: why, how it is judged, examples, the fix, sources; judges nothing."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from itertools import groupby
from textwrap import indent

from rich.console import RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from readiness_bot.control import Control, Example
from readiness_bot.model import Kind
from readiness_bot.render import wording
from readiness_bot.render.terminal import printed

_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}


def catalogue_text(controls: Iterable[Control], *, width: int = 100, colour: bool = False) -> str:
    """Every control by category: id, severity and the state wanted."""
    return printed(_catalogue(controls), width, colour)


def control_text(control: Control, *, width: int = 100, colour: bool = False) -> str:
    """Everything that is known of one control."""
    return printed(_control(control), width, colour)


def _catalogue(controls: Iterable[Control]) -> Iterable[RenderableType]:
    for category, members in groupby(controls, key=lambda control: control.category):
        yield Rule(Text(category.title, style="bold"), align="left", style="dim", characters="─")
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for control in members:
            severity = control.severity.value
            table.add_row(Text(control.id, style="cyan"), Text(severity, style=_STYLES[severity]), Text(control.title))
        yield table
        yield Text()
    yield Text("`readiness-bot explain CONTROL` tells why one matters and how to meet it.", style="dim")


def _control(control: Control) -> Iterable[RenderableType]:
    yield Text(control.title, style="bold")
    severity = control.severity.value
    each = "for each place" if control.kind is Kind.DEFECT else "in all"
    each += ", less in a small code base" if control.grows else ""
    yield Text.assemble(
        (control.id, "cyan"),
        (f" · {severity}", _STYLES[severity]),
        (f" · {control.role.value}, {wording.span(control.effort.days)} {each}", "dim"),
    )
    yield from _section("Why", control.why, control.impact)
    judged = inspect.getdoc(control.judge)
    if judged:
        yield from _section("How it is judged", judged)
    yield from _section("How to fix it", control.fix)
    yield from _examples("Fails", control.fails)
    yield from _examples("Fixed", (control.fixed,))
    yield from _examples("Passes in part", control.partials)
    yield from _examples("Passes", control.passes)
    yield from _examples("Does not apply" if control.kind is Kind.CAPABILITY else "Is left alone", control.ignores)
    yield from _section("Sources", *control.sources)


def _section(title: str, *paragraphs: str) -> Iterable[RenderableType]:
    yield Text()
    yield Text(title, style="bold")
    for paragraph in paragraphs:
        yield Padding(Text(paragraph, overflow="fold"), (0, 0, 0, 2), expand=False)


def _examples(title: str, examples: Iterable[Example]) -> Iterable[RenderableType]:
    known = list(examples)
    for index, example in enumerate(known, 1):
        yield Text()
        yield Text(title if len(known) == 1 else f"{title} ({index} of {len(known)})", style="bold")
        texts = {"": example} if isinstance(example, str) else example
        for path, text in texts.items():
            if path:
                yield Padding(Text(path, style="cyan"), (0, 0, 0, 2), expand=False)
            # Code is neither wrapped nor cut, as a padding would: a line that the window breaks no longer runs.
            yield Text(indent(text.strip("\n"), " " * 4), no_wrap=True, overflow="ignore")
