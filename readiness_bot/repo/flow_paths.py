"""One way that a value takes to a place, what was met on it, and how it is told in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from readiness_bot.facts.origins import FOLLOWED, PART
from readiness_bot.repo.request_data import Type

_MOST_SHOWN = 6
Kind = Literal["request", "parameter", "setting", "stored", "operator", "unknown"]


_LIMITING = re.compile(
    r"^(in|==|short|narrow|kept-only|is:(int|float|bool|UUID|ObjectId|date|datetime|Enum|Decimal)(\|.*)?"
    r"|yes:.*(isdigit|isalnum|isidentifier|isalpha|isnumeric|isdecimal|fullmatch|[^a-z]match))$"
)
LOOKING_UP = re.compile(
    r"(:|_)*(get|find|query|lookup|load|fetch|first|one|select|retrieve|filter|run_in_threadpool|to_thread)(?!attr)"
)
_FOUND = re.compile(
    r"found|passed:(.*[.:])?(\w+_or_(404|raise|fail|abort)|one|objects\.a?get)$"
    r"|via:.*[.:](filter|filter_by|where|find|find_one|query|select)(:(self|passed))?:\d+$"
)
"""A row was found under the value: what finds it raises else, or its answer was held to be something."""
CHECKS = re.compile(
    r"slug|escape|quote|clean|strip_|subdir|sub_?path|descend|in_dir|jail|sandbox|valid|check|ensure|assert|verif|require|guard|sanit|safe|allow|permit|forbid|restrict|contain|inside|within|secur"
    r"|protect|must|block|enforce|whitelist|relative_to|in_root|private|authori[sz]|illegal|malicious|suspicious|harmful",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flow in words, and where it is."""

    text: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Flow:
    """One way that a value takes to a place.

    `kind` tells where it begins: `request` data, a `parameter` of a function without known callers, a `setting` or
    module variable, something `stored` in an object or store, an `operator`'s input (command line, environment), or
    `unknown`. `wraps` are those of `facts.origins` around the value at the place; `cleaned` are the conditions and
    cleaning calls met on the way: `in`,
    `==`, `is:str`, `!in:..`, `yes:NAME` and `no:NAME` (that call answered so), `passed:NAME` (it came back),
    `perhaps:NAME` (it came back where some condition held, and was not asked elsewhere), `via:NAME:TEST` (what that
    call made of it was tested), `found` (what looks up a row under it would raise without one), and `Effect.cleans`.
    `sure` is False where a bound was met, or a method was found by its name alone.
    """

    kind: Kind
    text: str
    type: Type | Literal[""]
    access: tuple[str, ...]
    path: str
    line: int
    steps: tuple[Step, ...]
    wraps: tuple[str, ...]
    cleaned: frozenset[str]
    sure: bool

    @property
    def prefix(self) -> str | None:
        """The text before the value, of one that is put into a text; None for a value on its own."""
        return next((wrap[2:].partition(FOLLOWED)[0] for wrap in self.wraps if wrap.startswith("t:")), None)

    @property
    def suffix(self) -> str:
        """The text right behind the value where it was put into a text; empty where none is seen."""
        return next((wrap.partition(FOLLOWED)[2] for wrap in self.wraps if wrap.startswith("t:")), "")

    @property
    def is_text(self) -> bool:
        """Whether the value is a text by the time it arrives."""
        return any(wrap in ("s", PART) or wrap.startswith("t:") for wrap in self.wraps)

    @property
    def is_limited(self) -> bool:
        """Whether checks on the way leave only values of a known set, or of letters and digits.

        What holds of one piece of a text limits that piece alone.
        """
        return any(_LIMITING.match(tag) or (tag.startswith("part:") and PART in self.wraps) for tag in self.cleaned)

    @property
    def is_limited_in_part(self) -> bool:
        """Whether a check on the way holds of one piece of the text, such as the ending of a name."""
        return any(tag.startswith("part:") for tag in self.cleaned)

    @property
    def is_vetted(self) -> bool:
        """Whether a function that says it checks answered well on the way, or came back; what it checks is its own.

        Whoever asks it under some condition alone has thought of it: when that condition holds is not known.
        """
        return any(
            tag.startswith(("yes:", "no:", "passed:", "perhaps:")) and bool(CHECKS.search(bare_name(tag)))
            for tag in self.cleaned
        )

    @property
    def is_kept(self) -> bool:
        """Whether the value lay in an attribute of an object on the way, as what an object is set up with does."""
        return any(step.text.startswith("`self.") for step in self.steps)

    @property
    def is_looked_up(self) -> bool:
        """Whether something was found under the value before it was used further: then it is one that exists."""
        return any(
            (tag.startswith("yes:") and LOOKING_UP.match(bare_name(tag))) or _FOUND.match(tag) for tag in self.cleaned
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the dicts around the value, outermost first; empty texts for keys that are not constant."""
        return tuple(wrap[1:-1] for wrap in self.wraps if wrap[0] == "{")


def describe(flow: Flow, sink: str, path: str, line: int) -> str:
    """The way of a flow in words and places, from where it begins to the sink."""
    shown = flow.steps if len(flow.steps) <= _MOST_SHOWN else (*flow.steps[:3], *flow.steps[-3:])
    start = flow.text if "`" in flow.text else f"`{flow.text}`"
    parts = [f"{start} at {flow.path}:{flow.line}", *(step.text for step in shown), f"`{sink}` at {path}:{line}"]
    return " → ".join(dict.fromkeys(parts))


_HOW = re.compile(r":(in|self|call|contained)?(:?\d+)?$")
"""What follows the name of what was asked, in the tags of a flow: whether it took the value, and where."""


def asked_name(tag: str) -> str:
    """The last name of the function that a tag of a flow tells of; empty where it names none."""
    return re.split(r"[.:]", _HOW.sub("", tag.partition(":")[2]))[-1]


def bare_name(name: str) -> str:
    """The last component of a resolved name."""
    return name.rpartition(".")[2].rpartition(":")[2]
