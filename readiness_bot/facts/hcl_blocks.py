"""Terraform, OpenTofu and Nomad files as blocks with their settings; evaluates no expression.

A reader of its own because the grammar-based parsers of HCL refuse a file for one construct they do not know and take
seconds for a large one; here a block's settings are wanted, not its expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from readiness_bot.facts.extractor import Extractor

MAX_BLOCKS = 5000
"""Blocks kept of one file; hand-written files have at most a few hundred."""

MAX_DEPTH = 30
"""Blocks within blocks that are followed; those below count to the last one followed."""


class HclSetting(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One setting: its key, after the names of the nested blocks joined by dots, and its expression as written."""

    key: str
    value: str
    line: int


class HclBlock(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One outermost block: its type (`resource`, `module`, `job`), its labels, and what stands in it.

    `blocks` are the names of the nested blocks, joined by dots, whether they hold settings or not.
    """

    type: str
    labels: tuple[str, ...]
    line: int
    end_line: int
    settings: tuple[HclSetting, ...]
    blocks: tuple[str, ...]

    def get(self, suffix: str) -> HclSetting | None:
        """The first setting whose key is this one or ends in it after a dot."""
        return next((one for one in self.settings if one.key == suffix or one.key.endswith(f".{suffix}")), None)


class HclFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The outermost blocks, in order."""

    blocks: tuple[HclBlock, ...]


_NAME = re.compile(r"\.(tf|tofu|nomad|hcl|nomad\.hcl)(\.(tpl|tmpl|j2))?$", re.IGNORECASE)
_NOT_ONE = re.compile(r"(^|/)(\.terraform\.lock|docker-bake)\.hcl$")
_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*|//[^\n]*|/\*.*?(?:\*/|\Z))
  | (?P<heredoc><<-?\s*"?(?P<tag>\w+)"?[^\n]*\n)
  | (?P<string>"(?:\\.|\$\{[^{}"]*(?:"[^"\n]*"[^{}"]*)*\}|[^"\\\n])*"?)
  | (?P<open>\{) | (?P<close>\})
  | (?P<newline>\n)
  | (?P<word>[A-Za-z_][\w.-]*)
  | (?P<equals>=(?![=>])|:)
  | (?P<other>[^\s])
  | (?P<space>[ \t\r]+)
    """,
    re.VERBOSE | re.DOTALL,
)


def _claims(path: str) -> bool:
    return bool(_NAME.search(path)) and not _NOT_ONE.search(path)


def _extract(data: bytes) -> HclFile:
    return HclFile(tuple(_blocks(data.decode("utf-8-sig", "replace"))))


def _blocks(text: str) -> Iterator[HclBlock]:
    reader = _Reader(text)
    for _ in range(MAX_BLOCKS):
        block = reader.next_block()
        if block is None:
            return
        yield block


class _Reader:
    """Reads the tokens of one file once, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def _tokens(self) -> Iterator[tuple[str, str]]:
        while self._at < len(self._text):
            match = _TOKEN.match(self._text, self._at)
            if match is None:
                self._at += 1
                continue
            self._at = match.end()
            kind = match.lastgroup or "other"
            if kind == "tag":
                kind = "heredoc"
            value = match[0]
            if kind == "heredoc":
                value = self._heredoc(match["tag"])
            yield kind, value
            self._line += value.count("\n") + (1 if kind == "heredoc" else 0)

    def _heredoc(self, tag: str) -> str:
        end = re.compile(rf"^[ \t]*{re.escape(tag)}[ \t\r]*$", re.MULTILINE).search(self._text, self._at)
        stop = end.end() if end is not None else len(self._text)
        body = self._text[self._at : stop]
        self._at = stop
        return body

    def next_block(self) -> HclBlock | None:
        head: list[str] = []
        line = 0
        for kind, value in self._tokens():
            if kind in ("word", "string"):
                line = line if head else self._line
                head.append(value.strip('"'))
            elif kind == "open" and head:
                return self._body(head, line)
            elif kind in ("newline", "equals", "close"):
                head = []
        return None

    def _body(self, head: list[str], line: int) -> HclBlock:
        body = _Body()
        for kind, token in self._tokens():
            if kind == "open":
                body.enter()
            elif kind == "close":
                if body.leave():
                    break
            elif kind != "comment":
                body.take(kind, token, self._line)
        body.finish()
        return HclBlock(
            head[0], tuple(head[1:]), line, self._line, tuple(body.settings), tuple(dict.fromkeys(body.blocks))
        )


class _Body:
    """What stands in one outermost block, as its tokens come."""

    def __init__(self) -> None:
        self.settings: list[HclSetting] = []
        self.blocks: list[str] = []
        self._path: list[str] = []
        self._depth = 1
        self._lists = 0
        self._words: list[str] = []
        self._key = ""
        self._key_line = 0
        self._value: list[str] = []

    def enter(self) -> None:
        self._depth += 1
        if len(self._path) < MAX_DEPTH:
            self._path.append(self._key or (self._words[0] if self._words else ""))
            self.blocks.append(".".join(part for part in self._path if part))
        self._key, self._value, self._words = "", [], []

    def leave(self) -> bool:
        """Close the innermost block; true where that was the outermost."""
        self.finish()
        self._depth -= 1
        del self._path[max(0, self._depth - 1) :]
        return self._depth == 0

    def take(self, kind: str, token: str, line: int) -> None:
        if kind == "newline":
            if self._lists <= 0:
                self.finish()
        elif kind == "equals" and not self._key:
            if self._words:
                self._key, self._key_line = self._words[-1], line
        elif self._key:
            self._lists += (token in "[(") - (token in ")]") if kind == "other" else 0
            self._value.append(token)
        elif kind in ("word", "string"):
            self._words.append(token.strip('"'))

    def finish(self) -> None:
        if self._key:
            value = "".join(self._value).strip()
            whole = value[1:-1] if re.fullmatch(r'"[^"]*"', value) else value
            name = ".".join(part for part in (*self._path, self._key) if part)
            self.settings.append(HclSetting(name, whole[:2000], self._key_line))
        self._key, self._value, self._words, self._lists = "", [], [], 0


EXTRACTOR = Extractor(kind="hcl", claims=_claims, extract=_extract, facts=HclFile)
