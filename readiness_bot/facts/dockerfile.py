"""A Dockerfile as stages of instructions with build arguments resolved; knows nothing of what an image is for.

Written here because the known parsers of the format neither read heredocs and the escape directive nor resolve the
arguments of each stage, and one of them writes files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from readiness_bot.facts.extractor import Extractor, Unreadable
from readiness_bot.facts.statement import digest

MAX_INSTRUCTIONS = 2000
"""Instructions read of one file; images have at most a few hundred layers."""


class Instruction(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One instruction: its keyword in capitals and its text, continued lines joined, comments taken out.

    `words` are the elements of the JSON form, and empty for the shell form, whose `text` then holds the command;
    `flags` are the leading `--name=value` words; `heredoc` is the text of the here-documents that follow.
    Build arguments and environment variables are resolved in every keyword that resolves them.
    """

    keyword: str
    text: str
    words: tuple[str, ...]
    flags: tuple[str, ...]
    line: int
    end_line: int
    heredoc: str = ""
    statement: str = ""


class Stage(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One stage: the image it builds on, with arguments resolved, and as it is written.

    An argument without a default value stays as `${NAME}` in `base`. `name` is lower case, as references to
    stages ignore case; empty without `AS`.
    """

    base: str
    written: str
    name: str
    platform: str
    line: int
    end_line: int
    statement: str
    instructions: tuple[Instruction, ...]


class Dockerfile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The stages in order; the last one is what is built without a target."""

    stages: tuple[Stage, ...]


_KEYWORDS = frozenset(
    {
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
        "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    }
)  # fmt: skip
_RESOLVING = frozenset({"ADD", "COPY", "ENV", "EXPOSE", "USER", "WORKDIR", "VOLUME", "STOPSIGNAL"})
_NAME = re.compile(
    r"(^|/)((docker|container)file([._-][^/]*)?|[^/]+\.(docker|container)file|[^/]*[._-](docker|container)file)$",
    re.IGNORECASE,
)
_NOT_ONE = re.compile(
    r"(\.(md|rst|txt|ya?ml|json|py|sh|lock|html|js|ts|map|svg|png|j2|jinja2?|tmpl|tpl)|ignore)$", re.IGNORECASE
)
_DIRECTIVE = re.compile(r"#\s*([A-Za-z]+)\s*=\s*(.+?)\s*$")
_HEREDOC = re.compile(r"<<(-?)[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']?")
_VARIABLE = re.compile(
    r"\\\$|\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<how>:?[-+])(?P<other>[^{}]*))?\})"
)
_PAIR = re.compile(r"""([A-Za-z_][\w.-]*)=("(?:\\.|[^"\\])*"|'[^']*'|(?:\\.|[^\s\\"'])*)""")
_FLAG = re.compile(r"--([a-z][a-z-]*)(?:=(\S+))?\s+")


_VARIANT = re.compile(r"(^|/)(Docker|Container)file[A-Z][A-Za-z0-9]*$")
"""A name that says which one of several it is: `DockerfileAlpine`."""


def _claims(path: str) -> bool:
    return bool(_NAME.search(path) or _VARIANT.search(path)) and not _NOT_ONE.search(path)


def _extract(data: bytes) -> Dockerfile:
    """Read a Dockerfile; a file without `FROM` (a fragment to be included) has no stages."""
    if b"\0" in data[:4096]:
        raise Unreadable("binary")
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    return Dockerfile(tuple(_stages(_instructions(text))))


def _instructions(text: str) -> Iterator[Instruction]:
    """The instructions as they are written, nothing resolved."""
    lines = text.split("\n")
    escape, at, count = _escape(lines), 0, 0
    while at < len(lines) and count < MAX_INSTRUCTIONS:
        stripped = lines[at].strip()
        if not stripped or stripped.startswith("#"):
            at += 1
            continue
        start = at
        parts: list[str] = []
        while at < len(lines):
            line = lines[at].rstrip()
            at += 1
            if parts and (not line.strip() or line.lstrip().startswith("#")):
                parts.append("")
                continue
            continued = line.endswith(escape)
            parts.append(line[:-1] if continued else line)
            if not continued:
                break
        # A shell reads on behind a backslash, so that the lines of what it runs can still be told.
        runs = parts[0].split(None, 1)[0].upper() == "RUN"
        whole = ("\\\n" if runs else " ").join(parts).strip()
        keyword, _, rest = whole.partition(_first_space(whole))
        keyword, rest = keyword.upper(), rest.strip()
        documents: list[str] = []
        if keyword in ("RUN", "COPY", "ADD"):
            for dash, tag in _HEREDOC.findall(rest):
                begin = at
                while at < len(lines) and (lines[at].lstrip("\t") if dash else lines[at]).rstrip() != tag:
                    at += 1
                documents.append("\n".join(lines[begin:at]))
                at = min(at + 1, len(lines))
        if keyword in _KEYWORDS:
            count += 1
            yield _instruction(keyword, rest, start + 1, at, "\n".join(documents))


def _first_space(text: str) -> str:
    found = re.search(r"\s", text)
    return found[0] if found else " "


def _escape(lines: list[str]) -> str:
    for line in lines:
        directive = _DIRECTIVE.match(line.strip())
        if directive is None:
            break
        if directive[1].lower() == "escape" and directive[2] in ("`", "\\"):
            return directive[2]
    return "\\"


def _instruction(keyword: str, rest: str, line: int, end_line: int, heredoc: str) -> Instruction:
    flags: list[str] = []
    body = rest
    while flag := _FLAG.match(body):
        flags.append(flag[0].strip().rstrip("\\").strip())
        body = body[flag.end() :].lstrip("\\\n \t")
    words: tuple[str, ...] = ()
    form = body
    if keyword == "HEALTHCHECK":
        form = re.sub(r"^CMD\s+", "", body, flags=re.IGNORECASE)
    if form.startswith("["):
        words = _json_words(form)
    return Instruction(keyword, body, words, tuple(flags), line, end_line, heredoc, digest(f"{keyword} {rest}"))


def _json_words(text: str) -> tuple[str, ...]:
    try:
        return tuple(msgspec.json.decode(text.replace("\\\n", " "), type=list[str]))
    except msgspec.DecodeError:
        return ()


def _stages(instructions: Iterator[Instruction]) -> Iterator[Stage]:
    global_arguments: dict[str, str] = {}
    opening: Instruction | None = None
    body: list[Instruction] = []
    environments: dict[str, dict[str, str]] = {}
    values: dict[str, str] = {}
    stage: Stage | None = None
    for instruction in instructions:
        if instruction.keyword == "FROM":
            if stage is not None and opening is not None:
                yield _closed(stage, body)
                environments[stage.name] = values
            opening, body = instruction, []
            stage = _opened(instruction, global_arguments)
            values = dict(environments.get(stage.base.lower(), {}))
        elif stage is None:
            if instruction.keyword == "ARG":
                global_arguments.update(_arguments(instruction.text, global_arguments, {}))
        else:
            body.append(_resolved(instruction, values))
            if instruction.keyword == "ARG":
                values.update(_arguments(instruction.text, values, global_arguments))
            elif instruction.keyword == "ENV":
                values.update(_environment(instruction.text, values))
    if stage is not None:
        yield _closed(stage, body)


def _opened(instruction: Instruction, arguments: Mapping[str, str]) -> Stage:
    words = instruction.text.split()
    written = words[0] if words else ""
    name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""
    platform = next((flag.partition("=")[2] for flag in instruction.flags if flag.startswith("--platform=")), "")
    base = resolve(written, arguments).strip("\"'")
    return Stage(base, written, name, platform, instruction.line, instruction.end_line, instruction.statement, ())


def _closed(stage: Stage, body: list[Instruction]) -> Stage:
    end_line = body[-1].end_line if body else stage.end_line
    return msgspec.structs.replace(stage, end_line=end_line, instructions=tuple(body))


def _resolved(instruction: Instruction, values: Mapping[str, str]) -> Instruction:
    if instruction.keyword not in _RESOLVING and instruction.keyword != "RUN":
        return instruction
    if "$" not in instruction.text and "$" not in instruction.heredoc:
        return instruction
    return msgspec.structs.replace(
        instruction,
        text=resolve(instruction.text, values),
        words=tuple(resolve(word, values) for word in instruction.words),
        heredoc=resolve(instruction.heredoc, values),
    )


def _arguments(text: str, known: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, str]:
    """The arguments that one `ARG` declares; one without a value takes that of the file's beginning."""
    found: dict[str, str] = {}
    for match in re.finditer(rf"{_PAIR.pattern}|([A-Za-z_]\w*)", text):
        if match[1]:
            found[match[1]] = resolve(_unquoted(match[2]), {**known, **found})
        elif match[3] in defaults:
            found[match[3]] = defaults[match[3]]
    return found


def _environment(text: str, known: Mapping[str, str]) -> dict[str, str]:
    first = text.split(None, 1)
    if first and "=" not in first[0] and len(first) == 2:
        return {first[0]: resolve(_unquoted(first[1].strip()), known)}
    return {match[1]: resolve(_unquoted(match[2]), known) for match in _PAIR.finditer(text)}


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


MAX_VALUE = 20_000
"""Characters a resolved text may have: arguments that repeat each other would double with every line."""


def resolve(text: str, values: Mapping[str, str]) -> str:
    """The text with `$NAME`, `${NAME}`, `${NAME:-other}` and `${NAME:+other}` put in; unknown names stay as written."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "\\$":
            return "$"
        name, how, other = match["plain"] or match["name"], match["how"] or "", match["other"] or ""
        known = values.get(name)
        if how.endswith("+"):
            return other if known else ""
        if how.endswith("-"):
            return other if known is None or (how == ":-" and not known) else known
        return match[0] if known is None else known

    resolved = _VARIABLE.sub(value, text)
    return resolved if len(resolved) <= MAX_VALUE else text


EXTRACTOR = Extractor(kind="dockerfile", claims=_claims, extract=_extract, facts=Dockerfile)
