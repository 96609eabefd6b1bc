"""Radon's measures of one file, equal to Radon's own values and had in linear time; judges none of them.

Cyclomatic complexity and Halstead volume ride on one walk over the shared tree. The raw counts of lines follow
Radon's rules for chunks of lines, but every line is looked at once: Radon tokenises a statement anew for each line
that it adds.
"""

from __future__ import annotations

import ast
import io
import math
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from radon.metrics import mi_compute, mi_rank
from radon.raw import _logical as logical_lines
from radon.raw import is_single_token

from readiness_bot.facts.syntax import Parsed, deep_walk
from readiness_bot.facts.walk import Walk


class FunctionComplexity(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The cyclomatic complexity of a function, or of a method when `class_name` is not None."""

    name: str
    class_name: str | None
    line: int
    end_line: int
    complexity: int


class Complexity(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What Radon measures of one module.

    `functions` are those that `radon cc` shows, in source order: functions of the module and methods of its classes.
    Closures are left out, and whatever stands in a class inside a function or another class, as Radon leaves them out;
    `end_line` is the definition's true end. `maintainability` is the index from 0 (worst) to 100, `rank` its letter:
    A above 19, B above 9, else C. `loc`, `lloc` and `sloc` count lines, logical lines and lines of code; `comments`
    counts comments.
    """

    functions: tuple[FunctionComplexity, ...]
    maintainability: float
    rank: str
    loc: int
    lloc: int
    sloc: int
    comments: int


UNMEASURED = Complexity((), 100.0, "A", 0, 0, 0, 0)
"""Of a module that nobody weighs."""


def complexity(parsed: Parsed) -> Complexity:
    """Radon's measures. Raises `Unreadable` for a tree too deep to walk."""
    measured = _Measure()
    try:
        with deep_walk():
            measured.walk.visit(parsed.tree)
    finally:
        measured.walk.close()
    lines = _lines_of(parsed)
    remarks = lines.comments + lines.multi
    maintainability: float = mi_compute(
        measured.volume(), 1 + measured.count, lines.lloc, remarks / lines.sloc * 100 if lines.sloc else 0
    )
    return Complexity(
        tuple(sorted(measured.functions, key=lambda function: function.line)),
        maintainability,
        mi_rank(maintainability),
        lines.loc,
        lines.lloc,
        lines.sloc,
        lines.comments,
    )


def raw_source_lines(parsed: Parsed) -> int:
    """`Complexity.sloc` alone."""
    return _lines_of(parsed).sloc


def is_one_string(text: str) -> bool:
    """Whether the text is what Radon takes for one string and nothing else."""
    found = _WORDS.fullmatch(text)
    return found is not None and text[0] != "#" and _reduced(found)[0] == _STRING


_DROPPED = None
"""Stands for the owner of what Radon does not report: anything inside a function or an inner class."""


class _Measure:
    """Cyclomatic complexity and Halstead's counts, taken in one walk.

    `count` holds the decision points of the block being walked; at the end those of the whole module. Decorators,
    defaults and annotations of a function count for nothing at all, those of a class and the inside of an `assert`
    only for Halstead.
    """

    def __init__(self) -> None:
        self.functions: list[FunctionComplexity] = []
        self.count = 0
        self.owner: str | None = ""
        self.context: str | None = None
        self.operators: set[type[ast.AST]] = set()
        self.operands: set[tuple[str | None, object]] = set()
        self.operator_uses = 0
        self.operand_uses = 0
        self.anonymous_operands = 0
        self.walk = Walk()
        on = self.walk.on
        on(self.function, ast.FunctionDef, ast.AsyncFunctionDef)
        on(self.class_, ast.ClassDef)
        on(self.assertion, ast.Assert)
        on(self.branch, ast.If, ast.IfExp)
        on(self.loop, ast.For, ast.AsyncFor, ast.While)
        on(self.handlers, ast.Try)
        on(self.match, ast.Match)
        on(self.comprehension, ast.comprehension)
        on(self.boolean, ast.BoolOp)
        on(self.binary, ast.BinOp)
        on(self.unary, ast.UnaryOp)
        on(self.augmented, ast.AugAssign)
        on(self.compare, ast.Compare)

    def volume(self) -> float:
        """Halstead's volume: uses times the logarithm of the vocabulary."""
        vocabulary = len(self.operators) + len(self.operands) + self.anonymous_operands
        # Not `log2`, which may differ in the last bit from what Radon computes.
        return (self.operator_uses + self.operand_uses) * math.log(vocabulary, 2) if vocabulary else 0  # noqa: FURB163

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        outer = self.count, self.owner, self.context
        self.count, self.owner, self.context = 0, _DROPPED, node.name
        self.walk.each(node.body)
        own = 1 + self.count
        self.count, self.owner, self.context = outer
        if self.owner is not _DROPPED:
            method = self.owner or None
            end_line = node.end_lineno or node.lineno
            self.functions.append(FunctionComplexity(node.name, method, node.lineno, end_line, own))
            self.count += own if method else own - 1

    def class_(self, node: ast.ClassDef) -> None:
        outer = self.count, self.owner
        # Halstead alone sees what stands before the body.
        for part in (node.bases, node.keywords, node.decorator_list, getattr(node, "type_params", [])):
            self.walk.each(part)
        self.count, self.owner = 0, node.name if self.owner == "" else _DROPPED
        self.walk.each(node.body)
        inside = self.count
        self.count, self.owner = outer
        if self.owner == "":
            self.count += inside

    def assertion(self, node: ast.Assert) -> None:
        before = self.count
        self.walk.into(node)
        self.count = before + 1

    def branch(self, node: ast.If | ast.IfExp) -> None:
        self.count += 1
        self.walk.into(node)

    def loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        self.count += 2 if node.orelse else 1
        self.walk.into(node)

    def handlers(self, node: ast.Try) -> None:
        self.count += len(node.handlers) + bool(node.orelse)
        self.walk.into(node)

    def match(self, node: ast.Match) -> None:
        catches_all = any(isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None for case in node.cases)
        self.count += max(0, len(node.cases) - catches_all)
        self.walk.into(node)

    def comprehension(self, node: ast.comprehension) -> None:
        self.count += 1 + len(node.ifs)
        self.walk.into(node)

    def boolean(self, node: ast.BoolOp) -> None:
        self.count += len(node.values) - 1
        self.operation(node.op, *node.values)
        self.walk.into(node)

    def binary(self, node: ast.BinOp) -> None:
        self.operation(node.op, node.left, node.right)
        self.walk.into(node)

    def unary(self, node: ast.UnaryOp) -> None:
        self.operation(node.op, node.operand)
        self.walk.into(node)

    def augmented(self, node: ast.AugAssign) -> None:
        self.operation(node.op, node.target, node.value)
        self.walk.into(node)

    def compare(self, node: ast.Compare) -> None:
        self.operation(node.ops[0], node.left, *node.comparators)
        self.operator_uses += len(node.ops) - 1
        self.operators.update(operator.__class__ for operator in node.ops)
        self.walk.into(node)

    def operation(self, operator: ast.AST, *operands: ast.expr) -> None:
        self.operators.add(operator.__class__)
        self.operator_uses += 1
        self.operand_uses += len(operands)
        for operand in operands:
            kind = operand.__class__
            if kind is ast.Name:
                self.operands.add((self.context, operand.id))  # type: ignore[attr-defined]
            elif kind is ast.Constant:
                self.operands.add((self.context, operand.value))  # type: ignore[attr-defined]
            elif kind is ast.Attribute:
                self.operands.add((self.context, operand.attr))  # type: ignore[attr-defined]
            else:
                # Radon compares such nodes by identity: each is a word of its own.
                self.anonymous_operands += 1


@dataclass(slots=True)
class _Lines:
    """Radon's raw counts; `multi` are the lines of strings that stand alone over several lines."""

    lloc: int = 0
    sloc: int = 0
    comments: int = 0
    multi: int = 0
    blank: int = 0
    single: int = 0

    @property
    def loc(self) -> int:
        return self.sloc + self.blank + self.multi + self.single


# From 3.12 on a formatted string is several tokens: it never counts as a docstring, and a colon inside it is a colon.
_TEMPLATES_ARE_TOKENS = sys.version_info >= (3, 12)
_LONGEST_TOKENISED = 100_000
"""Longer chunks are counted by their text even where Radon's count needs tokens: a token takes a kilobyte."""

_STRING, _COMMENT, _HARD, _BREAK = "\x01", "\x02", "\x03", "\x04"
# No group is possessive: before 3.11.5 such a group gives up where it need not.
_WORDS = re.compile(
    r"""
    \#[^\n]*+
    |(?P<prefix>(?<!\w)[bfrtuBFRTU])?
    (?:
        \"\"\"[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*\"\"\"
        |'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*'''
        |"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"
        |'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_SIMPLE = re.compile(rf"[^()\[\]{{}}:;\\'\"{_STRING}-{_BREAK}]*+\Z")
_BRACKETS = re.compile(r"[()\[\]{}]")


def _lines_of(parsed: Parsed) -> _Lines:
    counts = _raw(parsed.code)
    if not parsed.native:
        # What stands between the expressions of a formatted string is blank once it is lowered.
        both = zip(parsed.text.split("\n"), parsed.code.split("\n"), strict=True)
        emptied = sum(1 for written, read in both if written.strip() and not read.strip())
        counts.sloc += emptied
        counts.blank -= emptied
    return counts


def _raw(code: str) -> _Lines:
    written = [line.strip() for line in code.splitlines()]
    stripped = "\n".join(written)
    if _TEMPLATES_ARE_TOKENS and _has_nested_templates(stripped):
        return _raw_by_tokens(written)
    reduced = _WORDS.sub(_reduced, stripped).split("\n") if written else []
    counts = _Lines()
    index, size = 0, len(reduced)
    while index < size:
        line = reduced[index]
        if not line:
            counts.blank += 1
            index += 1
        elif _SIMPLE.match(line):
            counts.sloc += 1
            counts.lloc += 1
            index += 1
        elif line == _COMMENT:
            counts.comments += 1
            counts.single += 1
            index += 1
        else:
            end = _chunk_end(reduced, index)
            _count_chunk(counts, written[index:end], reduced[index:end])
            index = end
    return counts


def _reduced(match: re.Match[str]) -> str:
    """One character for a comment or a string; line breaks inside a string are kept, and marked as no end of a line."""
    word = match.group()
    if word[0] == "#":
        return _COMMENT
    breaks = f"{_BREAK}\n" * word.count("\n") if "\n" in word else ""
    if _TEMPLATES_ARE_TOKENS and match["prefix"] is not None and not {"f", "t"}.isdisjoint(match["prefix"].lower()):
        return _HARD + breaks
    return _STRING + breaks


def _chunk_end(reduced: list[str], start: int) -> int:
    """The index after the shortest run of lines from `start` on that is complete."""
    depth, continued = 0, False
    for index in range(start, len(reduced)):
        line = reduced[index]
        if _BRACKETS.search(line):
            depth += line.count("(") + line.count("[") + line.count("{")
            depth -= line.count(")") + line.count("]") + line.count("}")
        # To the tokenizer, text that ends in an empty line after a backslash is not complete yet.
        if depth <= 0 and not line.endswith((_BREAK, "\\")) and (line or not continued):
            return index + 1
        continued = line.endswith("\\")
    return len(reduced)


def _count_chunk(counts: _Lines, written: list[str], reduced: list[str]) -> None:
    code = "".join(reduced)
    if (_HARD in code or ";" in code) and len(code) <= _LONGEST_TOKENISED:
        _count_tokens(counts, written, _tokens(written))
        return
    counts.comments += code.count(_COMMENT)
    filled = sum(1 for line in written if line)
    if code.replace(_BREAK, "") == _STRING:
        if len(written) == 1:
            counts.single += 1
        else:
            counts.multi += filled
            counts.blank += len(written) - filled
        counts.lloc += 1
        return
    counts.sloc += filled
    counts.blank += len(written) - filled
    plain = code.replace(":=", "")
    if ";" in plain:
        counts.lloc += sum(1 for part in plain.split(";") if part.strip(f" \t\f\\{_COMMENT}"))
    elif ":" in plain:
        counts.lloc += 2 - plain.replace(_COMMENT, "").rstrip(f" \t\f\\{_BREAK}").endswith(":")
    elif plain.strip(f" \t\f\\{_COMMENT}"):
        counts.lloc += 1


def _tokens(written: list[str]) -> list[tokenize.TokenInfo]:
    try:
        return list(tokenize.generate_tokens(io.StringIO("\n".join(written)).readline))
    except (tokenize.TokenError, SyntaxError):
        return []


def _count_tokens(counts: _Lines, written: list[str], tokens: list[tokenize.TokenInfo]) -> None:
    """Counts a chunk by its tokens, with Radon's own rules for them."""
    filled = sum(1 for line in written if line)
    counts.comments += sum(1 for token in tokens if token.type == tokenize.COMMENT)
    if tokens and is_single_token(tokenize.COMMENT, tokens):
        counts.single += 1
    elif tokens and is_single_token(tokenize.STRING, tokens):
        if tokens[0].start[0] == tokens[0].end[0]:
            counts.single += 1
        else:
            counts.multi += filled
            counts.blank += len(written) - filled
    else:
        counts.sloc += filled
        counts.blank += len(written) - filled
    counts.lloc += logical_lines(tokens)


def _has_nested_templates(text: str) -> bool:
    """Whether a formatted string holds strings with its own quotes, so that the expression for strings misreads it."""
    for match in _WORDS.finditer(text):
        prefix = match["prefix"]
        if prefix is not None and not {"f", "t"}.isdisjoint(prefix.lower()):
            word = match.group()
            if word.count("{") != word.count("}"):
                return True
    return False


def _raw_by_tokens(written: list[str]) -> _Lines:
    """The counts from one run of the tokenizer over the whole file."""
    counts = _Lines()
    start = 0
    for end, tokens in _chunks(_tokens(written)):
        _count_tokens(counts, written[start:end], tokens)
        start = end
    for line in written[start:]:
        counts.blank += not line
        counts.sloc += bool(line)
    return counts


def _chunks(tokens: list[tokenize.TokenInfo]) -> Iterator[tuple[int, list[tokenize.TokenInfo]]]:
    """The tokens of every complete run of lines, with the index of the line after it."""
    chunk: list[tokenize.TokenInfo] = []
    depth = 0
    for token in tokens:
        if token.type == tokenize.ENDMARKER:
            break
        if token.type in (tokenize.INDENT, tokenize.DEDENT):
            continue
        chunk.append(token)
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        if not depth and token.type in (tokenize.NEWLINE, tokenize.NL):
            end = token._replace(type=tokenize.ENDMARKER, string="")
            yield token.start[0], [*chunk, end]
            chunk = []
