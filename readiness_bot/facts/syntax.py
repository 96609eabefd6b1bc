"""Python source of every version as one syntax tree; knows encodings and limits, nothing of what the code means."""

from __future__ import annotations

import ast
import gc
import re
import sys
import tokenize
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO

from readiness_bot.facts.extractor import Unreadable
from readiness_bot.facts.lowering import NotLowered, lower, restore
from readiness_bot.facts.newer_nodes import put_as_older

MAX_SOURCE = 2 * 1024 * 1024
"""Python files over 2 MiB are not parsed: a literal of that size makes a tree of a gigabyte, and no module that people
write and read comes near it."""

MAX_FRAMES = 20_000
"""Python frames a walk over one tree may need. CPython 3.13 parses expressions about 6,000 levels deep, and a walk
takes one or two frames a level. From 3.11 on such frames live on the heap: no C stack is spent on them."""

_PARSER_LIMIT = 1_000
"""CPython 3.11 lets its parser recurse in C three times as deep as the interpreter's limit says: keep that small."""

_SLOW_CODEC = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*(idna|punycode)(?![-\w.])", re.IGNORECASE | re.MULTILINE)
"""Named where a file names its encoding. They take quadratic time, and `tokenize` decodes those lines from 3.14 on."""
_NULL_BYTES = "holds null bytes"
_NO_PYTHON, _OLD_PYTHON, _BEFORE_KEYWORDS = "not Python", "Python 2 syntax", "Python 3.6 syntax"
_KEYWORD_AS_NAME = re.compile(r"(?<![\w.])(async|await)\s*[=,):.]|\.(async|await)\b")
"""What was a name until Python 3.7 took it for itself."""
_NEWLINE = re.compile(rb"\r\n?|\n")
_PYTHON_2 = (
    ("print statement", re.compile(r"(?:^|[:;])\s*print\b\s*(?:>>|[^\s(=.,:;)\]}\[])")),
    ("print statement", re.compile(r"(?:^|[:;])\s*print\s*$")),
    ("print statement", re.compile(r"(?:^|[:;])\s*print\s+\(.*\)\s*[%,]")),
    ("exec statement", re.compile(r"(?:^|[:;])\s*exec\b\s*[^\s(=.,:;)]")),
    ("raise with a comma", re.compile(r"(?:^|[:;])\s*raise\s+[\w.]+\s*,")),
    ("except with a comma", re.compile(r"^\s*except\b[^:]*,\s*\w+\s*:")),
    ("backquotes", re.compile(r"`[^`]+`")),
    ("<> operator", re.compile(r"<>")),
    ("octal or long number", re.compile(r"(?<![\w.])(?:0\d+|(?:0[xX][\da-fA-F]+|\d+)[lL])\b")),
    ("ur string", re.compile(r"(?<!\w)[uU][rR]['\"]")),
    ("tuple parameter", re.compile(r"(?:\bdef\b.*[(,]|\blambda\b[^:]*)\s*\([\w\s,]+\)")),
)


def cannot_run(reason: str) -> bool:
    """Whether a file that was skipped for this reason is none that a Python of today would run either."""
    return reason.startswith((_NO_PYTHON, _OLD_PYTHON, _BEFORE_KEYWORDS))


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    r"""A file's tree and text.

    `text` is what was written, with line breaks as `\n` and without a byte order mark. `code` is what the tree was
    parsed from: the same text, or its lowering (see `facts/lowering.py`) when this interpreter does not know the
    syntax; lines are the same in both. `lines` are those of `text`; line 1 is `lines[0]`. `data` are the file's bytes.
    """

    tree: ast.Module
    text: str
    code: str
    lines: tuple[str, ...]
    data: bytes = b""
    _encoded: dict[int, bytes] = field(default_factory=dict, repr=False)

    @property
    def native(self) -> bool:
        """Whether this interpreter's own parser read the text as it stands."""
        return self.code is self.text

    @property
    def as_read(self) -> Parsed:
        """The same with the lines of `code`, in which columns of the tree hold."""
        return self if self.native else replace(self, text=self.code, lines=tuple(self.code.split("\n")), _encoded={})

    def segment(self, node: ast.expr | ast.stmt | ast.ExceptHandler) -> str:
        """The text of a node as it was written, in time that grows with that text alone."""
        return self._between(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset)

    def header(self, node: ast.stmt | ast.ExceptHandler) -> str:
        """The text of a statement up to the block that it opens; the whole where it opens none."""
        inner: ast.stmt | ast.expr | ast.pattern
        if isinstance(node, ast.Match):
            inner = node.cases[0].pattern
        elif block := getattr(node, "body", None):
            inner = next(iter(getattr(block[0], "decorator_list", ())), block[0])
        else:
            return self.segment(node)
        return self._between(node.lineno, node.col_offset, inner.lineno, inner.col_offset).removesuffix("@")

    def _between(self, first: int, start: int, last: int, end: int | None) -> str:
        if first == last:
            return self._cut(first, start, end)
        inner = self.lines[first : last - 1]
        return "\n".join((self._cut(first, start, None), *inner, self._cut(last, 0, end)))

    def _cut(self, line: int, start: int, end: int | None) -> str:
        text = self.lines[line - 1]
        if text.isascii():
            return text[start:end]
        # Columns count bytes; a long line is encoded once, however many nodes stand on it.
        encoded = self._encoded.get(line)
        if encoded is None:
            encoded = self._encoded[line] = text.encode("utf-8", "surrogatepass")
        return encoded[start:end].decode("utf-8", "replace")


def parse(data: bytes) -> Parsed:
    """The syntax tree of a Python file of any version from 3.0 on, whatever interpreter runs this.

    Raises `Unreadable` for text that is no Python 3, unknown encodings, null bytes, more than `MAX_SOURCE`, and code
    nested more deeply than a parser can follow.
    """
    known = _recent.get(data)
    if known is None:
        # The tree before goes first: two of the largest would not fit.
        _recent.clear()
        known = _recent[data] = _parsed(data)
    return known


_recent: dict[bytes, Parsed] = {}
"""The file parsed last: several extractors look at one file in turn, and none of them changes its tree."""


def _parsed(data: bytes) -> Parsed:
    if len(data) > MAX_SOURCE:
        raise Unreadable(f"larger than {MAX_SOURCE // 1024 // 1024} MiB")
    text = _decoded(data)
    with _quiet():
        try:
            tree = ast.parse(text)
        except (MemoryError, RecursionError) as error:
            raise Unreadable("nested too deeply") from error
        except SyntaxError as error:
            tree, code = _lowered(text, error)
        except ValueError as error:
            raise Unreadable(f"{_NO_PYTHON}: a character that no source may hold") from error
        else:
            code = text
            put_as_older(tree, text)
    return Parsed(tree, text, code, tuple(text.split("\n")), data)


@contextmanager
def deep_walk() -> Iterator[None]:
    """Room for functions that recurse over a tree. Raises `Unreadable` when `MAX_FRAMES` do not suffice."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, MAX_FRAMES))
    try:
        yield
    except RecursionError as error:
        raise Unreadable("nested too deeply") from error
    finally:
        sys.setrecursionlimit(before)


def _decoded(data: bytes) -> str:
    # Only the first two lines can name the encoding, and they may end in a carriage return alone.
    head = b"\n".join(_NEWLINE.split(data, maxsplit=2)[:2]) + b"\n"
    if slow := _SLOW_CODEC.search(head):
        raise Unreadable(f"written in an encoding that no source may have: {slow[1].decode().lower()}")
    if b"\0" in data:
        raise Unreadable(_NULL_BYTES)
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(head).readline)
        text = data.decode(encoding)
    except LookupError as error:
        raise Unreadable("names an encoding that is not one of text") from error
    except (SyntaxError, ValueError) as error:
        if "unknown encoding" in str(error):
            raise Unreadable("names an unknown encoding") from error
        raise Unreadable("not text in the encoding it names, or not UTF-8 where it names none") from error
    if "\0" in text:
        raise Unreadable(_NULL_BYTES)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _lowered(text: str, refused: SyntaxError) -> tuple[ast.Module, str]:
    """The tree of newer syntax, and the older text it was read from. Raises `Unreadable`."""
    try:
        lowered = lower(text)
        if lowered.text == text:
            raise _no_python(text, refused)
        tree = ast.parse(lowered.text)
        restore(tree, lowered.templates)
    except NotLowered as error:
        raise _no_python(text, refused, str(error)) from error
    except SyntaxError as error:
        raise _no_python(text, error) from error
    except (MemoryError, RecursionError) as error:
        raise Unreadable("nested too deeply") from error
    except ValueError as error:
        raise Unreadable(f"{_NO_PYTHON}: a character that no source may hold") from error
    return tree, lowered.text


def _no_python(text: str, error: SyntaxError, found: str = "") -> Unreadable:
    line = error.lineno or 1
    lines = text.split("\n", line)
    written = lines[line - 1] if line <= len(lines) else ""
    for name, pattern in _PYTHON_2:
        if len(written) < 10_000 and pattern.search(written):
            return Unreadable(f"{_OLD_PYTHON} ({name}, line {line})")
    keyword = _KEYWORD_AS_NAME.search(written) if len(written) < 10_000 else None
    if keyword is not None:
        return Unreadable(f"{_BEFORE_KEYWORDS} (`{keyword[1] or keyword[2]}` as a name, line {line})")
    if isinstance(error, TabError):
        return Unreadable(f"{_OLD_PYTHON} (tabs and spaces mixed, line {line})")
    return Unreadable(f"{_NO_PYTHON}: {found}" if found else f"{_NO_PYTHON}: {error.msg} (line {line})")


@contextmanager
def _quiet() -> Iterator[None]:
    """No warnings about the judged code, no deep recursion in C, no garbage collection, which only costs time."""
    collecting, limit = gc.isenabled(), sys.getrecursionlimit()
    gc.disable()
    try:
        sys.setrecursionlimit(_PARSER_LIMIT)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except RecursionError as error:
        raise Unreadable("nested too deeply") from error
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()
