"""How many lines of one file are code, by Radon's rules; knows nothing else of the file."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from readiness_bot.facts.complexity import is_one_string, raw_source_lines
from readiness_bot.facts.syntax import Parsed


def source_lines(parsed: Parsed) -> int:
    """Lines that are neither blank, nor a comment alone, nor a string that stands alone.

    Told from the tree where that is certain, which costs a tenth of Radon's way of looking at every word, and in
    Radon's way elsewhere.
    """
    lines = parsed.lines
    if not parsed.native or "\\\n" in parsed.text or len(parsed.text.splitlines()) != len(lines) - (lines[-1] == ""):
        return raw_source_lines(parsed)
    stripped = list(map(str.strip, lines))
    # A comment begins its line; few lines without one hold the sign at all.
    comments = [number for number, line in enumerate(stripped, 1) if line[:1] == "#"] if "#" in parsed.text else []
    code = len(stripped) - stripped.count("") - len(comments)
    if not comments and '"' not in parsed.text and "'" not in parsed.text:
        return code
    remarks = _Remarks(parsed, stripped, comments)
    remarks.look()
    return code - remarks.alone + len(remarks.within) if remarks.is_certain else raw_source_lines(parsed)


class _Remarks:
    """Which comments stand within statements, where Radon takes them for code, and how long texts are that stand alone.

    `comments` are the numbers of lines that are comments, or look like some within a text.
    """

    def __init__(self, parsed: Parsed, stripped: list[str], comments: list[int]) -> None:
        self.parsed = parsed
        self.stripped = stripped
        self.comments = comments
        self.alone = 0
        self.within: set[int] = set()
        self.is_certain = True

    def look(self) -> None:
        """Goes through all statements."""
        pending: list[list[ast.stmt]] = [self.parsed.tree.body]
        while pending and self.is_certain:
            for node in pending.pop():
                kind = node.__class__
                if kind in _BLOCKS:
                    for name in _BLOCKS[kind]:
                        block = getattr(node, name)
                        if name == "handlers" or name == "cases":
                            for part in block:
                                self.header(part, part.body)
                                pending.append(part.body)
                        elif block:
                            pending.append(block)
                    self.compound(node)
                elif kind is ast.Expr and self.is_alone(node):  # type: ignore[arg-type]
                    self.alone += sum(
                        1
                        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
                        if self.stripped[number - 1] and not self.is_comment(number)
                    )
                elif node.end_lineno != node.lineno:
                    self.between(node.lineno, node.end_lineno or node.lineno)

    def compound(self, node: ast.stmt) -> None:
        """The decorators and the header of a statement that holds others."""
        for decorator in getattr(node, "decorator_list", ()):
            if decorator.end_lineno != decorator.lineno:
                self.between(decorator.lineno, decorator.end_lineno)
        self.header(node, node.cases if isinstance(node, ast.Match) else node.body)  # type: ignore[attr-defined]

    def header(self, node: ast.AST, body: Sequence[ast.AST]) -> None:
        """What stands from the first line of a statement, a handler or a case to what it holds."""
        first, begin = _first(node), _begin(body[0])
        if bisect_right(self.comments, first) < bisect_left(self.comments, begin):
            last = _header_end(self.stripped, first, begin)
            self.is_certain = self.is_certain and last > 0
            self.between(first, last)

    def between(self, first: int, last: int) -> None:
        """Counts the comments on these lines."""
        low, high = bisect_left(self.comments, first), bisect_right(self.comments, last)
        if low < high and first < last:
            self.within.update(self.comments[low:high])

    def is_comment(self, number: int) -> bool:
        """Whether a line is among the comments."""
        index = bisect_left(self.comments, number)
        return index < len(self.comments) and self.comments[index] == number

    def is_alone(self, node: ast.Expr) -> bool:
        """Whether a statement is a text, and what Radon takes for one string on lines of its own."""
        if not isinstance(node.value, ast.Constant) or not isinstance(node.value.value, str | bytes):
            return False
        lines, last = self.parsed.lines, node.end_lineno or node.lineno
        around = lines[node.lineno - 1].encode()[: node.col_offset] + lines[last - 1].encode()[node.end_col_offset :]
        return not around.strip() and is_one_string(self.parsed.segment(node))


_BLOCKS: dict[type[ast.stmt], tuple[str, ...]] = {
    kind: tuple(name for name in ("body", "handlers", "orelse", "finalbody", "cases") if name in kind._fields)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.stmt) and not {"body", "cases"}.isdisjoint(kind._fields)
}
"""By the kinds of statements that hold others, where they hold them."""


def _header_end(stripped: list[str], first: int, limit: int) -> int:
    """The line that ends the header of a statement whose body begins at `limit`; 0 where that is not certain."""
    if stripped[first - 1][-1:] == ":" and "[" not in stripped[first - 1] and "{" not in stripped[first - 1]:
        return first
    for number in range(first, limit):
        line = stripped[number - 1]
        if number > first and line[:1] == ")" and line[-1:] == ":":
            return number
    if not any(line[:1] == "#" for line in stripped[first : limit - 1]):
        return max(first, limit - 1)
    return 0


def _first(node: ast.AST) -> int:
    """The line that a statement, a handler or a case begins at, its decorators aside."""
    first: int = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno  # type: ignore[attr-defined]
    return first


def _begin(node: ast.AST) -> int:
    """The line that a statement or a case begins at with its decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = _first(node)
    return min(first, *(decorator.lineno for decorator in decorators)) if decorators else first
