"""Markdown, reStructuredText, AsciiDoc and Org as sections, links and diagrams; knows not what a document is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

import msgspec

from readiness_bot.facts.extractor import Extractor

MAX_LINES = 50_000
"""Lines read of one document: what lies behind tells nobody what the document is."""

MAX_SECTIONS = 2_000
"""Sections read of one document; generated change logs alone have more."""

MAX_SECTION_TEXT = 8_000
"""Characters kept of a section's text: enough to tell what it speaks of."""

MAX_TEXT = 120_000
"""Characters kept of all sections together."""


class Section(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A heading (level 1 is the document's own; 0 is the text above the first heading) and the start of its text."""

    title: str
    level: int
    line: int
    text: str
    words: int


class Link(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A link or an image (`is_image`), its target as written."""

    text: str
    target: str
    line: int
    is_image: bool = False


class Prose(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One document; `diagrams` are the lines of diagrams that are written as text."""

    sections: tuple[Section, ...]
    links: tuple[Link, ...]
    diagrams: tuple[int, ...]
    words: int


_PATHS = re.compile(
    r"""
      \.(md|mdx|mkd|mkdn|mdown|markdown|rst|adoc|asciidoc|org)$
    | (^|/)(README|INSTALL|SECURITY|CHANGELOG|CHANGES|HISTORY|NEWS|RELEASES?|RELEASE[-_]NOTES|MAINTAINERS|AUTHORS|OWNERS
      |CONTRIBUTING|CONTRIBUTORS|ARCHITECTURE|UPGRADING|DEPLOY(MENT)?|OPERATIONS|RUNBOOK)(\.txt)?$
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FENCE = re.compile(r"\s{0,12}(?:[-*]\s+)?(```+|~~~+)\s*\{?\.?(\w[\w+-]*)?")
_ATX = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_HTML = re.compile(r"\s*<h([1-6])\b[^>]*>(.*?)(?:</h\1>|$)", re.IGNORECASE)
_ASCIIDOC = re.compile(r"(={1,6})\s+(\S.*)$")
_ORG = re.compile(r"(\*{1,6})\s+(\S.*)$")
_OF_ORG = re.compile(r"^[ \t]*#\+[a-z]\w*", re.MULTILINE | re.IGNORECASE)
"""A word that Org is told, which no other of these has: `#+title:`, `#+begin_src`."""
_ORG_LINK = re.compile(r"\[\[(?:file:)?([^\[\]]+)\](?:\[([^\[\]]*)\])?\]")
_UNDERLINE = re.compile(r"([=\-~^\"'`#*+.:_])\1{2,}\s*$")
_TAG = re.compile(r"<[^<>]*>")
_MARKDOWN_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(\s*+<?([^()\s<>]++(?:\([^()\s]*+\)[^()\s]*+)?)>?[^()]*+\)")
_REFERENCE = re.compile(r"\s{0,3}\[([^\[\]]+)\]:\s*<?(\S+?)>?(?:\s|$)")
_RST_LINK = re.compile(r"`([^`<]*)<([^<>`]+)>`__?|:doc:`(?:([^`<]*)<)?([^`<>]+)>?`")
_RST_TARGET = re.compile(r"\s*\.\. _([^:]+):\s*(\S+)")
_RST_IMAGE = re.compile(r"\s*\.\. (image|figure)::\s*(\S+)")
_ASCIIDOC_LINK = re.compile(r"(link:|image::?|xref:|https?://)([^\s\[\]]++)(?:\[([^\[\]]*+)\])?")
_HTML_LINK = re.compile(r"<(a|img)\b[^<>]*?\b(?:href|src)\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
_DIAGRAM_LANGUAGES = frozenset({"mermaid", "plantuml", "puml", "dot", "graphviz", "d2", "ditaa", "structurizr"})
_RST_DIAGRAM = re.compile(r"\s*\.\. (mermaid|uml|graphviz|plantuml|digraph|blockdiag|seqdiag)::")
_DRAWN = re.compile(r"[┌└├│▼▲]|\+-{3,}\+|-{2,}>\s*[\[|]")
_LISTING = re.compile(r"\s*(?:[│|]\s*)*(?:[├└]─*[\s\w.]|[│|]\s*$)")
"""A line of a listing of files as `tree` prints it, which draws nothing."""
_WORD = re.compile(r"\w+")


_RST_LISTING = re.compile(r"(\s*)\.\. (code(-block)?|sourcecode|literalinclude|parsed-literal|highlight|prompt)::")
"""What an indented listing follows, whose comments are no headings."""


@dataclass(slots=True)
class _Open:
    """A section while it is read."""

    title: str
    level: int
    line: int
    parts: list[str] = field(default_factory=list)
    length: int = 0
    words: int = 0

    def add(self, line: str) -> None:
        self.words += len(_WORD.findall(line))
        if self.length < MAX_SECTION_TEXT:
            self.parts.append(line)
            self.length += len(line) + 1

    def closed(self) -> Section:
        return Section(self.title, self.level, self.line, "\n".join(self.parts)[:MAX_SECTION_TEXT], self.words)


def _without_front_matter(lines: list[str]) -> list[str]:
    """The lines with those of a YAML head, which is for the site's generator, left empty."""
    if lines[:1] != ["---"] or "---" not in lines[1:60]:
        return lines
    end = lines.index("---", 1) + 1
    return [""] * end + lines[end:]


def _listed(lines: list[str]) -> Iterator[int]:
    """The lines of indented listings, by their place in the document."""
    inside = -1
    for index, line in enumerate(lines):
        if inside >= 0 and (not line.strip() or len(line) - len(line.lstrip()) > inside):
            yield index
            continue
        listing = _RST_LISTING.match(line)
        inside = len(listing[1]) if listing is not None else -1


def _extract(data: bytes) -> Prose:
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
    lines = _lines(text)
    sections: list[Section] = []
    links: list[Link] = []
    diagrams: list[int] = []
    levels: list[str] = []
    current, fence, drawn, opened, preformatted = _Open("", 0, 1), "", 0, 0, False
    listed = frozenset(_listed(lines))
    for index, line in enumerate(lines):
        number = index + 1
        if fence:
            current.add(line)
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            elif _DRAWN.search(line) and not _LISTING.match(line):
                drawn += 1
                if drawn == 4:
                    diagrams.append(opened)
            continue
        if preformatted:
            preformatted = not re.search(r"</pre\s*>", line, re.IGNORECASE)
            current.add(line)
            continue
        if re.match(r"\s*<pre\b", line, re.IGNORECASE) and "</pre" not in line.lower():
            preformatted = any("</pre" in later.lower() for later in lines[index : index + 400])
            current.add(line)
            continue
        if opening := _FENCE.match(line):
            fence, drawn, opened = opening[1], 0, number
            if (opening[2] or "").lower() in _DIAGRAM_LANGUAGES:
                diagrams.append(number)
            current.add(line)
            continue
        heading = None if index in listed else _heading(lines, index, levels)
        if heading is not None and len(sections) < MAX_SECTIONS:
            sections.append(current.closed())
            current = _Open(heading[0], heading[1], number)
            continue
        if _RST_DIAGRAM.match(line):
            diagrams.append(number)
        current.add(line)
        links.extend(_links(line, number))
    sections.append(current.closed())
    kept = tuple(_bounded(section for section in sections if section.level or section.words))
    return Prose(kept, tuple(links[:5_000]), tuple(diagrams), sum(section.words for section in sections))


def _lines(text: str) -> list[str]:
    """The lines that are read, those of Org as Markdown has them."""
    lines = _without_front_matter([line[:5_000] for line in text.splitlines()[:MAX_LINES]])
    return [_from_org(line) for line in lines] if _OF_ORG.search(text) and "```" not in text else lines


def _from_org(line: str) -> str:
    """A line of Org as one of Markdown: headings, listings and links."""
    if heading := _ORG.match(line):
        return f"{'#' * len(heading[1])} {heading[2]}"
    if listing := re.match(r"\s*#\+(?:begin|end)_(?:src|example|export)\b\s*(\w*)", line, re.IGNORECASE):
        return f"```{listing[1]}"
    if title := re.match(r"#\+title:\s*(\S.*)", line, re.IGNORECASE):
        return f"# {title[1]}"
    return _ORG_LINK.sub(lambda link: f"[{link[2] or link[1]}]({link[1]})", line)


def _bounded(sections: Iterator[Section]) -> Iterator[Section]:
    left = MAX_TEXT
    for section in sections:
        yield section if left > 0 else msgspec.structs.replace(section, text="")
        left -= len(section.text)


def _heading(lines: list[str], index: int, levels: list[str]) -> tuple[str, int] | None:
    """The title and level of the heading on a line; `levels` are the marks of underlined headings met so far."""
    line = lines[index]
    if marked := _ATX.match(line) or _ASCIIDOC.match(line):
        return _plain(marked[2]), len(marked[1])
    if tagged := _HTML.match(line):
        return _plain(tagged[2]), int(tagged[1])
    if not line.strip() or index + 1 >= len(lines):
        return None
    # A title between two lines of marks may be moved in, as reStructuredText has it.
    is_between = (
        index > 0 and lines[index - 1].strip() == lines[index + 1].strip() and len(line) < len(lines[index + 1])
    )
    if line.startswith(("\t", "|", "-", "*")) or (line.startswith(" ") and not is_between):
        return None
    under = _UNDERLINE.match(lines[index + 1])
    if under is None or _UNDERLINE.match(line) or len(lines[index + 1].rstrip()) < min(len(line.rstrip()), 3):
        return None
    if under[1] == ":" and len(lines[index + 1].rstrip()) < len(line.rstrip()):
        return None  # the end of a box, which some generators mark so
    above = _UNDERLINE.match(lines[index - 1]) if index else None
    mark = under[1] * (2 if above is not None and above[1] == under[1] else 1)
    if mark not in levels:
        levels.append(mark)
    return _plain(line), levels.index(mark) + 1


def _plain(title: str) -> str:
    bare = _TAG.sub("", re.sub(r"!?\[([^\[\]]*)\]\([^()]*\)", r"\1", title))
    return " ".join(unescape(bare).replace("`", "").split()).strip(" *_:")[:200]


def _links(line: str, number: int) -> Iterator[Link]:
    for match in _MARKDOWN_LINK.finditer(line):
        yield Link(match[2], match[3], number, bool(match[1]))
    if reference := _REFERENCE.match(line) or _RST_TARGET.match(line):
        yield Link(reference[1], reference[2], number)
    for match in _RST_LINK.finditer(line):
        yield Link((match[1] or match[3] or "").strip(), match[2] or match[4], number)
    if image := _RST_IMAGE.match(line):
        yield Link("", image[2], number, is_image=True)
    for match in (each for each in _ASCIIDOC_LINK.finditer(line) if each[3] is not None):
        prefix = match[1] if match[1].startswith("http") else ""
        yield Link(match[3], prefix + match[2], number, match[1].startswith("image"))
    for match in _HTML_LINK.finditer(line):
        yield Link("", match[2], number, match[1].lower() == "img")


EXTRACTOR = Extractor(kind="prose", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=Prose)
