"""The configuration file: its keys, its JSON Schema, and how its text becomes `Settings`; looks for no file itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from readiness_bot.calibration import LONGEST_ACCEPTED_RISK_DAYS, NEEDS_WORK_FROM, READY_FROM
from readiness_bot.facts.extractor import Unreadable
from readiness_bot.facts.yaml_nodes import NOTHING, Node, load_documents
from readiness_bot.model import Waiver
from readiness_bot.settings import MAX_BYTES, ConfigurationError, FailOn, Policy, Settings, Thresholds

MAX_NODES = 20_000
"""Values counted with every alias expanded."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")

_EXPECTED = {
    "int_parsing": "a whole number is expected",
    "int_type": "a whole number is expected",
    "model_type": "keys with values are expected",
    "string_type": "a text is expected",
    "tuple_type": "a list is expected, each line beginning with `- `",
}
"""Pydantic's errors in the words of somebody who writes YAML."""


def _fail_on(text: str) -> str:
    try:
        return str(FailOn.parse(text))
    except ConfigurationError as error:
        raise ValueError(str(error).removeprefix("fail-on: ")) from None


def _day(text: object) -> object:
    # Pydantic also takes numbers for dates: a bare year must not become a day in 1970.
    if isinstance(text, str) and _DAY.fullmatch(text):
        return text
    raise ValueError("write the day as YYYY-MM-DD")


def _inside(path: str) -> str:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts:
        raise ValueError("name a folder inside the repository, without '..'")
    return "/".join(parts) or "."


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class NotApplicable(_Record):
    """A control, or the places under a path, that this repository has no use for; leaves the score."""

    control: str = Field(description="The control's id, such as `security/mfa`.")
    path: str | None = Field(None, description="A glob as in .gitignore; without it the whole repository.")
    reason: str = Field(min_length=1, description="Why it does not apply, for the next reader.")


class AcceptedRisk(_Record):
    """A failing control that somebody answers for until a day; stops the blocking, leaves the score as it is."""

    control: str = Field(description="The control's id, such as `external-apis/timeout`.")
    path: str | None = Field(None, description="A glob as in .gitignore; without it the whole repository.")
    reason: str = Field(min_length=1, description="Why the risk can be borne.")
    owner: str = Field(min_length=1, description="Who answers for it: a person or a team.")
    expires: Annotated[date, BeforeValidator(_day)] = Field(
        description=f"The last day it holds, at most {LONGEST_ACCEPTED_RISK_DAYS.value} days ahead."
    )


class Waivers(_Record):
    """Decisions about single controls."""

    not_applicable: tuple[NotApplicable, ...] = ()
    accepted_risk: tuple[AcceptedRisk, ...] = ()


class Lines(_Record):
    """The lines between ready, needs work and blocking, in per cent."""

    ready: int = Field(READY_FROM.value, ge=1, le=100, description="A category is ready from here.")
    needs_work: int = Field(
        NEEDS_WORK_FROM.value, alias="needs-work", ge=0, le=99, description="A category is blocking below this."
    )


class ConfigurationFile(_Record):
    """The configuration of readiness-bot."""

    path: Annotated[str, AfterValidator(_inside)] = Field(".", description="The service's folder, in a monorepo.")
    exclude: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        (), description="Globs, as in .gitignore, of paths that are not judged."
    )
    thresholds: Lines = Field(default_factory=lambda: Lines.model_validate({}))
    fail_on: Annotated[str, AfterValidator(_fail_on)] = Field(
        "new-blockers",
        alias="fail-on",
        description="new-blockers, any-blocker, score-drop:N, min-score:N or never.",
        json_schema_extra={"pattern": r"^(new-blockers|any-blocker|never|(score-drop|min-score):([1-9]\d?|100))$"},
    )
    min_score: int | None = Field(None, alias="min-score", ge=1, le=100, description="The least overall score.")
    tenant_keys: tuple[Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")], ...] = Field(
        (), alias="tenant-keys", description="Names of tenant columns beyond the usual ones."
    )
    waivers: Waivers = Field(default_factory=Waivers)


def schema() -> dict[str, Any]:
    """The JSON Schema of the configuration file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ConfigurationFile.model_json_schema(by_alias=True),
        "title": "readiness-bot configuration",
    }


def parse(data: bytes, source: str, *, controls: Collection[str], assessed_on: date) -> Settings:
    """The settings that the file's bytes ask for; `controls` are the ids that waivers may name.

    Raises ConfigurationError with one line that begins with the file's name and, where there is one, the line number.
    """
    root = _root(data, source)
    _refuse_repeated_keys(root, source)
    _refuse_unknown_keys(root, source)
    try:
        file = ConfigurationFile.model_validate(_value(root))
    except ValidationError as error:
        raise _worded(error, root, source) from None
    if file.thresholds.needs_work >= file.thresholds.ready:
        line = root["thresholds"].key_line
        raise ConfigurationError(f"{source}:{line}: thresholds.needs-work must be below thresholds.ready")
    waivers = tuple(_waivers(file.waivers, root["waivers"]))
    for waiver in waivers:
        _check(waiver, source, controls, assessed_on)
    return Settings(
        policy=Policy(
            path=file.path,
            exclude=file.exclude,
            thresholds=Thresholds(file.thresholds.ready, file.thresholds.needs_work),
            fail_on=FailOn.parse(file.fail_on),
            min_score=file.min_score,
            tenant_keys=file.tenant_keys,
        ),
        waivers=waivers,
        source=source,
    )


def _root(data: bytes, source: str) -> Node:
    if len(data) > MAX_BYTES:
        raise ConfigurationError(f"{source}: larger than {MAX_BYTES // 1024} KiB")
    try:
        documents = load_documents(data)
    except Unreadable as error:
        raise ConfigurationError(f"{source}: {error}") from None
    if len(documents) > 1:
        raise ConfigurationError(f"{source}:{documents[1].line}: one document is read, and this is a second one")
    root = documents[0] if documents else Node(kind="mapping")
    if root.kind != "mapping":
        raise ConfigurationError(f"{source}:{root.line}: keys with values are expected, such as `fail-on: never`")
    if root.size > MAX_NODES:
        raise ConfigurationError(f"{source}: more than {MAX_NODES} values")
    return root


def _value(node: Node) -> Any:
    if node.kind == "mapping":
        return {name: value for name, child in node.entries if (value := _value(child)) is not None}
    if node.kind == "sequence":
        return [_value(child) for child in node.items]
    if not node:
        return None
    text = node.text or ""
    return int(text) if node.plain and re.fullmatch(r"-?\d{1,9}", text) else text


def _refuse_repeated_keys(root: Node, source: str) -> None:
    for node in root.walk():
        keys = [name for name, _ in node.entries]
        for index, (name, child) in enumerate(node.entries):
            if name in keys[:index]:
                raise ConfigurationError(f"{source}:{child.key_line}: `{_short(name)}` is given twice")


def _refuse_unknown_keys(root: Node, source: str) -> None:
    for node, known, where in _levels(root):
        for name, child in node.entries:
            if name not in known:
                hint = _hint(name, known) or _elsewhere(name, where)
                raise ConfigurationError(f"{source}:{child.key_line}: unknown key `{_short(name)}`{where}{hint}")


def _levels(root: Node) -> Iterator[tuple[Node, Sequence[str], str]]:
    waivers = root["waivers"]
    yield root, _keys(ConfigurationFile), ""
    yield root["thresholds"], _keys(Lines), " in thresholds"
    yield waivers, _keys(Waivers), " in waivers"
    for entry in waivers["not_applicable"].items:
        yield entry, _keys(NotApplicable), " in a not_applicable waiver"
    for entry in waivers["accepted_risk"].items:
        yield entry, _keys(AcceptedRisk), " in an accepted_risk waiver"


def _keys(record: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in record.model_fields.items()]


def _elsewhere(name: str, where: str) -> str:
    """A hint for a key that is right, and stands at the wrong level."""
    if where == "":
        for level, record in (("thresholds", Lines), ("waivers", Waivers)):
            if name in _keys(record):
                return f"; it belongs under `{level}`"
    elif name in _keys(ConfigurationFile):
        return "; it belongs at the top level"
    return ""


def _hint(word: str, known: Iterable[str]) -> str:
    by_folded = {_folded(name): name for name in known}
    close = get_close_matches(_folded(word)[:80], list(by_folded), n=1, cutoff=0.6)
    return f"; did you mean `{by_folded[close[0]]}`?" if close else ""


def _folded(name: str) -> str:
    return name.lower().replace("_", "-")


def _worded(error: ValidationError, root: Node, source: str) -> ConfigurationError:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    placed = sorted((_line(root, problem["loc"]), _sentence(problem)) for problem in problems)
    line, sentence = placed[0]
    more = f" (and {len(placed) - 1} more)" if len(placed) > 1 else ""
    return ConfigurationError(f"{source}:{line}: {sentence}{more}" if line else f"{source}: {sentence}{more}")


def _sentence(problem: Mapping[str, Any]) -> str:
    names = [str(part) for part in problem["loc"] if isinstance(part, str)]
    if problem["type"] == "missing":
        owner = f" in the {names[-2]} waiver" if len(names) > 1 else ""
        return f"`{names[-1]}` is missing{owner}"
    message = _EXPECTED.get(problem["type"]) or str(problem["msg"]).removeprefix("Value error, ")
    return f"{'.'.join(names)}: {message[:1].lower()}{message[1:]}"


def _line(root: Node, loc: Iterable[int | str]) -> int:
    node, line = root, 0
    for part in loc:
        node = node[part] if isinstance(part, str) else dict(enumerate(node.items)).get(part, NOTHING)
        line = node.key_line or line
    return line


def _waivers(waivers: Waivers, node: Node) -> Iterator[Waiver]:
    for excused, place in zip(waivers.not_applicable, node["not_applicable"].items, strict=True):
        yield Waiver(excused.control, "not-applicable", excused.reason, excused.path, line=place.line)
    for accepted, place in zip(waivers.accepted_risk, node["accepted_risk"].items, strict=True):
        yield Waiver(
            accepted.control,
            "accepted-risk",
            accepted.reason,
            accepted.path,
            accepted.owner,
            accepted.expires.isoformat(),
            place.line,
        )


def _check(waiver: Waiver, source: str, controls: Collection[str], assessed_on: date) -> None:
    place = f"{source}:{waiver.line}"
    if waiver.control not in controls:
        hint = _hint(waiver.control, sorted(controls))
        raise ConfigurationError(f"{place}: no control is called `{_short(waiver.control)}`{hint}")
    last = assessed_on + timedelta(days=LONGEST_ACCEPTED_RISK_DAYS.value)
    if waiver.expires is not None and date.fromisoformat(waiver.expires) > last:
        raise ConfigurationError(
            f"{place}: a risk can be accepted until {last.isoformat()} at most "
            f"({LONGEST_ACCEPTED_RISK_DAYS.value} days ahead), not until {waiver.expires}"
        )


def _short(text: str) -> str:
    shown = text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
    return shown if len(shown) <= 60 else f"{shown[:59]}…"
