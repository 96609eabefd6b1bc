"""Newer Python syntax rewritten into what older interpreters read, line by line; knows tokens, not what the code means.

The rewriting is lexical and linear: every construct that an older `ast` refuses is replaced by older syntax of the
same extent, so that neither lines nor (but for a clause's own names) columns move. A full parser is not used for it:
LibCST reads every version on any interpreter, but deeply nested input makes it crash the whole process, long chains
make it quadratic, and what is judged here may be hostile.

| newer syntax | becomes |
| --- | --- |
| `def f[T](x)`, `class A[T = int]:` | the same without the type parameters |
| `type X[T] = list[T]` | `X = list[T]` |
| formatted strings of any nesting, template strings | tuples of expressions; `restore` makes them `ast.JoinedStr` |
| `except A, B:` | `except (A, B):` |
| `lazy import x` | `import x` |
| `[*a for a in b]`, `{**a for a in b}` | the same without the stars |
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import NamedTuple

MAX_BRACKETS = 200
"""Brackets open at once; CPython's own tokenizer refuses more."""

MAX_TEMPLATES = 50
"""Formatted strings within formatted strings; CPython allows 150, and nobody writes four."""

# No group is possessive: before 3.11.5 such a group gives up where it need not.
_TOKEN = re.compile(
    r"""
    (?P<space>(?:[ \t\f]++|\\\n)+)
    |(?P<comment>\#[^\n]*+)
    |(?P<newline>\n)
    |(?P<string>(?i:br|rb|fr|rf|tr|rt|[bfrtu])?(?:\"\"\"|'''|"|'))
    |(?P<name>[^\W\d]\w*+)
    |(?P<number>0[xXoObB][\da-fA-F_]++|(?:\d[\d_]*+)?\.?\d[\d_]*+(?:[eE][+-]?\d[\d_]*+)?[jJ]?)
    |(?P<operator>:=|!=|==|<=|>=|->|\*\*|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENING = re.compile(r"(?P<prefix>(?i:br|rb|fr|rf|tr|rt|[bfrtu])?)(?P<quote>\"\"\"|'''|\"|')")
_GAP = re.compile(r"(?:[ \t\f]++|\\\n)*")
_GAP_IN_BRACKETS = re.compile(r"(?:[ \t\f\n]++|\\\n|#[^\n]*+)*")
_PLAIN_REST = {
    '"': re.compile(r'[^"\\\n]*+(?:\\.[^"\\\n]*+)*"', re.DOTALL),
    "'": re.compile(r"[^'\\\n]*+(?:\\.[^'\\\n]*+)*'", re.DOTALL),
    '"""': re.compile(r'[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*"""', re.DOTALL),
    "'''": re.compile(r"[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*'''", re.DOTALL),
}
_LITERAL = re.compile(r"[^\\{}'\"]++")
_NAMED_CHARACTER = re.compile(r"\\N\{[^{}\n'\"]*+\}")
_CONVERSION = re.compile(r"!\s*(\w+)\s*")
_SPACE = re.compile(r"\s*")
_ALIAS = re.compile(
    r"type[ \t\f]+(?P<name>(?!(?:and|as|else|for|if|in|is|not|or)\b)[^\W\d]\w*)(?=[ \t\f]*(?:\[|=(?!=)))"
)
_LAZY = re.compile(r"lazy[ \t\f]+(?P<name>import|from)\b")
_NOT_NEWLINE = re.compile(r"[^\n]")
_ENDS = ("}", "=", "!", ":", ":=")
_YIELDS = ((1, "", "yield"), (2, "yield", "from"))
_CLOSES = {"(": ")", "[": "]", "{": "}"}


class NotLowered(ValueError):
    """Raised where the text is no Python of any version known here; the message is the reason."""


@dataclass(slots=True)
class Replacement:
    """One `{…}` of a formatted string: how many of the tuple's elements it owns and what is done to their value."""

    elements: int = 0
    is_tuple: bool = False
    ends_in_comma: bool = False
    yielded: str = ""
    conversion: int = -1
    specification: list[str | Replacement] | None = None


@dataclass(slots=True)
class Template:
    """A run of adjacent strings of which one is formatted; `place` is its line, column, end line and end column."""

    parts: list[str | Replacement]
    place: tuple[int, int, int, int] = (0, 0, 0, 0)


class Lowered(NamedTuple):
    """Text that an older interpreter can read, and what `restore` needs to know of it."""

    text: str
    templates: tuple[Template, ...]


class _Edit(NamedTuple):
    start: int
    end: int
    text: str
    opens: Template | None = None
    closes: Template | None = None


@dataclass(slots=True)
class _Bracket:
    """An open bracket: what closes it, the star its content begins with, what came before its type parameters."""

    closing: str
    start: int
    star: tuple[int, int] | None = None
    empty: bool = True
    commas: int = 0
    parameters: tuple[int, int] | None = None


def lower(text: str) -> Lowered:
    r"""The text in older syntax. Raises `NotLowered` for unclosed strings and brackets, or too many of them.

    `text` has its line breaks as `\n` only.
    """
    reading = _Reading(text)
    _Code(reading, None).read(0)
    return _joined(text, sorted(reading.edits, key=lambda edit: (edit.start, edit.end)), reading.templates)


def restore(tree: ast.Module, templates: tuple[Template, ...]) -> None:
    """Puts `ast.JoinedStr` where `lower` left tuples. Raises `NotLowered` when one of them is not in the tree."""
    waiting = {template.place: template for template in templates}
    if waiting:
        put_others(tree, partial(_restored, waiting=waiting))
    if waiting:
        line = min(place[0] for place in waiting)
        raise NotLowered(f"a formatted string where none can stand (line {line})")


def put_others(tree: ast.AST, other: Callable[[ast.AST], ast.AST]) -> None:
    """Puts what `other` gives for each node in its place, from the outermost in; the tree itself stays what it is."""
    stack = [tree]
    while stack:
        node = stack.pop()
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                value[:] = [other(item) if isinstance(item, ast.AST) else item for item in value]
                stack += (item for item in value if isinstance(item, ast.AST))
            elif isinstance(value, ast.AST):
                put = other(value)
                setattr(node, name, put)
                stack.append(put)


class _Code:
    """A run of code: the whole text, or the expression of a formatted string when `replacement` is given."""

    def __init__(self, reading: _Reading, replacement: Replacement | None) -> None:
        self.reading = reading
        self.text = reading.text
        self.replacement = replacement
        self.brackets: list[_Bracket] = []
        self.tokens = 0
        self.commas = 0
        self.last = ""
        # Whether a statement begins at the next token, and at this one.
        self.fresh = replacement is None
        self.begins = False
        # 1 after `def` or `class`, 2 after the name that follows.
        self.heading = 0
        # Where the exceptions of an `except` clause begin.
        self.clause: int | None = None
        self.readers = {"string": self.string, "name": self.name, "number": self.number, "operator": self.operator}

    def read(self, position: int) -> int:
        """Reads to the end, and gives its position."""
        while position < len(self.text):
            match = _TOKEN.match(self.text, position)
            if match is None or match.lastgroup is None:
                raise NotLowered("a character that is no Python")
            kind, token, end = match.lastgroup, match.group(), match.end()
            if kind == "newline":
                self.newline()
            elif kind not in ("space", "comment"):
                if self.is_end(token):
                    return position
                inside = self.brackets[-1] if self.brackets else None
                self.tokens += 1
                self.begins, self.fresh = self.fresh, False
                end = self.readers[kind](position, token, end)
                if inside is not None:
                    inside.empty = False
                self.last = token
            position = end
        if self.brackets or self.replacement is not None:
            raise NotLowered("a bracket that is never closed")
        return position

    def is_end(self, token: str) -> bool:
        """Whether the token ends the expression of a formatted string; if so, its elements are counted."""
        replacement = self.replacement
        if replacement is None or self.brackets or token not in _ENDS:
            return False
        if not self.tokens:
            raise NotLowered("a formatted string with an empty expression")
        replacement.is_tuple = self.commas > 0
        replacement.ends_in_comma = self.last == ","
        bare = replacement.yielded == "yield" and self.tokens == 1
        replacement.elements = 0 if bare else self.commas + (self.last != ",")
        return True

    def newline(self) -> None:
        if not self.brackets and self.replacement is None:
            self.fresh, self.heading, self.clause = True, 0, None

    def string(self, position: int, _token: str, _end: int) -> int:
        return self.reading.strings(position, bool(self.brackets) or self.replacement is not None)

    def number(self, _position: int, _token: str, end: int) -> int:
        return end

    def name(self, position: int, token: str, end: int) -> int:
        self.heading = 2 if self.heading == 1 else 0
        if token in ("def", "class"):
            self.heading = 1
        elif token == "for":
            self.comprehension()
        elif self.begins:
            return self.statement(position, token, end)
        elif self.replacement is not None and (self.tokens, self.last, token) in _YIELDS:
            self.replacement.yielded = token
            self.edit(position, end, " " * len(token))
        return end

    def statement(self, position: int, token: str, end: int) -> int:
        """The first word of a statement."""
        if token == "except":
            self.clause = end
        elif token in ("type", "lazy"):
            found = (_ALIAS if token == "type" else _LAZY).match(self.text, position)
            if found is not None:
                name = found["name"]
                self.edit(position, found.end(), name + _blank(found.group()[: -len(name)]))
                self.heading = 2 if token == "type" else 0
                return found.end()
        return end

    def comprehension(self) -> None:
        """Takes the star from `[*a for a in b]`."""
        inside = self.brackets[-1] if self.brackets else None
        if inside is not None and inside.star is not None and not inside.commas:
            start, end = inside.star
            self.edit(start, end, _blank(self.text[start:end]))
            inside.star = None

    def operator(self, position: int, token: str, end: int) -> int:
        heading, self.heading = self.heading, 0
        if token in ("(", "[", "{"):
            self.opening(position, token, heading)
        elif token in (")", "]", "}"):
            self.closing(position, token, end)
        elif token == ",":
            self.comma(position)
        elif token in (":", ";") and not self.brackets:
            self.fresh, self.clause = self.replacement is None, None
        elif token in ("*", "**") and self.brackets and self.brackets[-1].empty:
            self.brackets[-1].star = (position, end)
        return end

    def opening(self, position: int, token: str, heading: int) -> None:
        bracket = _Bracket(_CLOSES[token], position)
        if token == "[" and heading == 2 and not self.brackets:
            bracket.parameters = (len(self.reading.edits), len(self.reading.templates))
        self.brackets.append(bracket)
        if len(self.brackets) > MAX_BRACKETS:
            raise NotLowered("brackets nested too deeply")

    def closing(self, position: int, token: str, end: int) -> None:
        if not self.brackets or self.brackets[-1].closing != token:
            raise NotLowered(f"unmatched {token!r} (line {_line(self.text, position)})")
        bracket = self.brackets.pop()
        if bracket.parameters is not None:
            # Whatever was lowered among the type parameters goes with them.
            edits, templates = bracket.parameters
            del self.reading.edits[edits:], self.reading.templates[templates:]
            self.edit(bracket.start, end, _continued(self.text[bracket.start : end]))

    def comma(self, position: int) -> None:
        if self.brackets:
            self.brackets[-1].commas += 1
            return
        self.commas += 1
        if self.clause is not None:
            self.exceptions(self.clause, position)
            self.clause = None

    def exceptions(self, start: int, comma: int) -> None:
        """Puts `except A, B:` into parentheses."""
        text = self.text
        while text[start] in " \t\f*":
            start += 1
        end = _clause_end(text, comma)
        if end is None:
            return
        self.edit(start - 1 if text[start - 1] in " \t\f" else start, start, "(")
        # The blank after the comma pays for the closing parenthesis: a body on the same line stays in its place.
        if text[comma + 1] == " " and comma + 1 < end:
            self.edit(comma + 1, comma + 2, "")
        self.edit(end, end, ")")

    def edit(self, start: int, end: int, text: str) -> None:
        self.reading.edits.append(_Edit(start, end, text))


@dataclass(slots=True)
class _Reading:
    """One pass over a text, which collects edits; recursive only in formatted strings within formatted strings."""

    text: str
    edits: list[_Edit] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    depth: int = 0

    def strings(self, start: int, in_brackets: bool) -> int:
        """Reads adjacent strings; lowers them when one of them is formatted."""
        parts: list[str | Replacement] = []
        plain: list[str] = []
        kept: list[tuple[int, int]] = []
        formatted, position = False, start
        while True:
            opening = _OPENING.match(self.text, position)
            if opening is None:
                break
            prefix, quote = opening["prefix"].lower(), opening["quote"]
            if "f" in prefix or "t" in prefix:
                formatted = True
                parts += _values(plain)
                plain = []
                end = self.pieces(opening.end(), quote, "r" in prefix, False, parts, kept) + len(quote)
            else:
                rest = _PLAIN_REST[quote].match(self.text, opening.end())
                if rest is None:
                    raise NotLowered(f"unclosed string (line {_line(self.text, position)})")
                end = rest.end()
                plain.append(self.text[position:end])
            gap = (_GAP_IN_BRACKETS if in_brackets else _GAP).match(self.text, end)
            position = end if gap is None else gap.end()
        if not formatted:
            return end
        parts += _values(plain)
        template = Template(parts)
        self.templates.append(template)
        self.edits.append(_Edit(start, start + 1, "(", opens=template))
        blank = start + 1
        for first, after in kept:
            self.edits.append(_Edit(blank, first, _blank(self.text[blank:first])))
            blank = after
        self.edits.append(_Edit(blank, end - 1, _blank(self.text[blank : end - 1])))
        self.edits.append(_Edit(end - 1, end, ")", closes=template))
        return end

    def pieces(
        self,
        position: int,
        quote: str,
        raw: bool,
        specification: bool,
        parts: list[str | Replacement],
        kept: list[tuple[int, int]],
    ) -> int:
        """Reads a formatted string up to its quote, or a specification up to its brace; gives where that stands."""
        text, start, size = self.text, position, len(self.text)
        while position < size:
            literal = _LITERAL.match(text, position)
            if literal is not None:
                if len(quote) == 1 and "\n" in literal.group():
                    break
                position = literal.end()
                continue
            character, closes = text[position], text.startswith(quote, position)
            if character == "}" if specification else closes:
                parts.append(_decoded(text[start:position], quote, raw, specification))
                return position
            if character == "{" and (specification or not text.startswith("{{", position)):
                parts.append(_decoded(text[start:position], quote, raw, specification))
                start = position = self.replacement(position, quote, raw, parts, kept)
            elif closes:
                break
            else:
                position = _literal_end(text, position, raw)
        raise NotLowered(f"unclosed formatted string (line {_line(text, start)})")

    def replacement(
        self, brace: int, quote: str, raw: bool, parts: list[str | Replacement], kept: list[tuple[int, int]]
    ) -> int:
        """Reads one `{…}`; gives the position after it."""
        text, made = self.text, Replacement()
        self.depth += 1
        if self.depth > MAX_TEMPLATES:
            raise NotLowered("formatted strings nested too deeply")
        end = _Code(self, made).read(brace + 1)
        kept.append((brace + 1, end + 1))
        separated = made.elements and not made.ends_in_comma
        self.edits.append(_Edit(end, end + 1, "," if separated else " "))
        conversion = None
        if text[end] == "=":
            space = _SPACE.match(text, end + 1)
            end = end + 1 if space is None else space.end()
            parts.append(text[brace + 1 : end])
            conversion = ord("r")
        parts.append(made)
        if text[end : end + 1] == "!":
            found = _CONVERSION.match(text, end)
            if found is None or found[1] not in ("r", "s", "a"):
                raise NotLowered("a formatted string with an unknown conversion")
            made.conversion, conversion, end = ord(found[1]), None, found.end()
        if text[end : end + 1] == ":":
            made.specification = []
            end = self.pieces(end + 1, quote, raw, True, made.specification, kept)
        elif conversion is not None:
            made.conversion = conversion
        if text[end : end + 1] != "}":
            raise NotLowered("a formatted string whose '}' is missing")
        self.depth -= 1
        return end + 1


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _literal_end(text: str, position: int, raw: bool) -> int:
    """Where the escape, doubled brace or lone quote ends that stands at `position` in a formatted string."""
    if text[position] == "\\":
        named = None if raw else _NAMED_CHARACTER.match(text, position)
        if named is not None:
            return named.end()
        # A backslash escapes no brace.
        return position + (1 if text[position + 1 : position + 2] in ("{", "}") else 2)
    if text[position] in "{}":
        if text[position + 1 : position + 2] != text[position]:
            raise NotLowered("a formatted string with a single '}'")
        return position + 2
    return position + 1


def _clause_end(text: str, position: int) -> int | None:
    """Where the colon of an `except` clause stands; None when the clause names its exception or does not end."""
    depth = 0
    while (match := _TOKEN.match(text, position)) is not None:
        kind, token = match.lastgroup, match.group()
        if kind == "string" or (kind == "newline" and not depth) or token == "as":
            return None
        if kind == "operator":
            depth += (token in "([{") - (token in ")]}")
            if token == ":" and not depth:
                return position
        position = match.end()
    return None


def _blank(text: str) -> str:
    """White space of the same extent in UTF-8, line breaks kept."""
    if text.isascii():
        return _NOT_NEWLINE.sub(" ", text)
    return _NOT_NEWLINE.sub(lambda match: " " * len(match.group().encode("utf-8", "surrogatepass")), text)


def _continued(text: str) -> str:
    """White space of the same extent whose lines are joined by backslashes, for where no bracket is open."""
    *lines, last = _blank(text).split("\n")
    return "".join(line[:-1] + "\\\n" for line in lines) + last


def _values(tokens: list[str]) -> Iterator[str]:
    for token in tokens:
        value = _literal(token)
        if not isinstance(value, str):
            raise NotLowered("bytes beside a formatted string")
        yield value


def _literal(token: str) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.literal_eval(token)
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise NotLowered("a string that cannot be read") from error


def _decoded(source: str, quote: str, raw: bool, specification: bool) -> str:
    """The value of a formatted string's literal part."""
    if not specification:
        source = source.replace("{{", "{").replace("}}", "}") if "\\N{" not in source else _unbraced(source)
    if raw or "\\" not in source:
        return source
    # A backslash before a brace stands for itself.
    body, tail = (source[:-1], "\\") if (len(source) - len(source.rstrip("\\"))) % 2 else (source, "")
    # The blank keeps a quote at the end from being read as one of the closing three.
    value = str(_literal(f"{quote}{body} {quote}"))
    return value[:-1] + tail


def _unbraced(source: str) -> str:
    pieces, position = [], 0
    for match in _NAMED_CHARACTER.finditer(source):
        pieces.append(source[position : match.start()].replace("{{", "{").replace("}}", "}"))
        pieces.append(match.group())
        position = match.end()
    pieces.append(source[position:].replace("{{", "{").replace("}}", "}"))
    return "".join(pieces)


def _joined(text: str, edits: list[_Edit], templates: list[Template]) -> Lowered:
    pieces: list[str] = []
    position, line, column = 0, 1, 0
    for edit in edits:
        line, column = _after(text[position : edit.start], line, column)
        if edit.opens is not None:
            edit.opens.place = (line, column, 0, 0)
        pieces += (text[position : edit.start], edit.text)
        line, column = _after(edit.text, line, column)
        if edit.closes is not None:
            edit.closes.place = (*edit.closes.place[:2], line, column)
        position = edit.end
    pieces.append(text[position:])
    return Lowered("".join(pieces), tuple(templates))


def _after(piece: str, line: int, column: int) -> tuple[int, int]:
    """The line and the column in UTF-8 bytes where a piece of text ends that begins at `line` and `column`."""
    if "\n" not in piece:
        return line, column + _width(piece)
    return line + piece.count("\n"), _width(piece[piece.rindex("\n") + 1 :])


def _width(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _restored(node: ast.AST, waiting: dict[tuple[int, int, int, int], Template]) -> ast.AST:
    if not isinstance(node, ast.Tuple):
        return node
    place = (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
    template = waiting.pop(place, None)
    return node if template is None else _formatted(template.parts, iter(node.elts), node)


def _formatted(parts: list[str | Replacement], elements: Iterator[ast.expr], place: ast.expr) -> ast.JoinedStr:
    values: list[ast.expr] = []
    literal = ""
    for part in parts:
        if isinstance(part, str):
            literal += part
            continue
        if literal:
            values.append(ast.copy_location(ast.Constant(literal), place))
            literal = ""
        value = _value(part, elements, place)
        specification = None if part.specification is None else _formatted(part.specification, elements, place)
        values.append(ast.copy_location(ast.FormattedValue(value, part.conversion, specification), place))
    if literal:
        values.append(ast.copy_location(ast.Constant(literal), place))
    return ast.copy_location(ast.JoinedStr(values), place)


def _value(part: Replacement, elements: Iterator[ast.expr], place: ast.expr) -> ast.expr:
    own = list(islice(elements, part.elements))
    value: ast.expr | None = own[0] if own else None
    if part.is_tuple:
        value = ast.copy_location(ast.Tuple(own, ast.Load()), place)
    if part.yielded == "from" and value is not None:
        return ast.copy_location(ast.YieldFrom(value), place)
    if part.yielded:
        return ast.copy_location(ast.Yield(value), place)
    if value is None:
        raise NotLowered("a formatted string with an empty expression")
    return value
