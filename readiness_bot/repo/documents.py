"""What a tree's documents say and where: read-me, operations, architecture, owners, changes; judges none of them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from readiness_bot.facts.code_owners import EXTRACTOR as OWNERS
from readiness_bot.facts.code_owners import CodeOwners
from readiness_bot.facts.openapi_document import OpenApiDocument
from readiness_bot.facts.prose import EXTRACTOR as PROSE
from readiness_bot.facts.prose import Link, Prose, Section
from readiness_bot.model import Area
from readiness_bot.repo.sources import Sources

_FOREIGN = (Area.VENDORED, Area.TEST, Area.EXAMPLE, Area.GENERATED)
_SPECS = re.compile(r"(^|/)specs?/")
"""A folder of tests to some, of descriptions to others: an OpenAPI document in it is what it says it is."""
_LANGUAGE = re.compile(
    r"[._-](zh|cn|zh[-_]\w+|ja|jp|ko|kr|de|fr|es|pt|pt[-_]br|ru|it|tr|vi|id|ar|fa|pl|uk)\.\w+$", re.IGNORECASE
)
_ENDING = r"(\.(md|mdx|mkd|mkdn|mdown|markdown|rst|adoc|asciidoc|org|txt))?"
_README = re.compile(rf"(?:(?:\.github|docs?)/)?readme{_ENDING}", re.IGNORECASE)
_DIAGRAM_FILE = re.compile(r"\.(puml|plantuml|drawio|mmd|dsl|d2|excalidraw|dot)(\.(svg|png|xml))?$", re.IGNORECASE)
_PAST = re.compile(r"(^|/)(old|attic|archived?|deprecated|obsolete|legacy[-_]docs)/", re.IGNORECASE)
"""Folders of documents that nobody keeps any more."""
_HIDDEN = re.compile(r"(^|/)\.(?!github/|gitlab/|gitea/|docs/)[^/]+/")
"""Hidden folders: what lies there tells tools what to do, and readers nothing."""

_DRAWING = re.compile(
    r"(^|[/_-])(architecture|arch[-_]diagram|c4|topology|infrastructure|data[-_]?flow|system[-_](overview|design|diagram))[\w-]*"
    r"\.(svg|png|jpe?g|webp|pdf|puml|drawio|mmd)$",
    re.IGNORECASE,
)
_OF_WORKING = re.compile(r"(^|/)(releas|contribut|git[-_]?flow|branching|workflow)[^/]*$", re.IGNORECASE)
"""Documents on how the project is worked on, whose diagrams draw that and not the service."""
_DECISION = re.compile(
    r"(^|/)(adrs?|decisions?|decision[-_]records?|rfcs?)/(.*/)?(adr[-_]?)?\d{2,}[^/]*\.(md|rst|adoc)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Document:
    """A document and its path."""

    path: str
    prose: Prose

    @property
    def title(self) -> str:
        """The first heading, or the file's name without its ending."""
        first = next((section.title for section in self.prose.sections if section.level), "")
        return first or self.path.rpartition("/")[2].partition(".")[0].replace("-", " ").replace("_", " ")

    def sections(self, pattern: str) -> Iterator[Section]:
        """The sections whose heading the pattern finds."""
        expression = re.compile(pattern, re.IGNORECASE)
        return (section for section in self.prose.sections if section.level and expression.search(section.title))

    def under(self, section: Section) -> Iterator[Section]:
        """A section and those below it."""
        for each in self.prose.sections:
            if each.line > section.line and each.level <= section.level:
                break
            if each.line >= section.line:
                yield each

    def words_under(self, section: Section) -> int:
        """The words of a section and of those below it."""
        return sum(each.words for each in self.under(section))

    def saying(self, pattern: str) -> Iterator[tuple[Section, int]]:
        """The sections whose text the pattern finds, each with the line of the first place."""
        expression = re.compile(pattern, re.IGNORECASE)
        for section in self.prose.sections:
            match = expression.search(section.text)
            if match is not None:
                above = section.text.count("\n", 0, match.start())
                yield section, section.line + above + (1 if section.level else 0)


@dataclass(frozen=True, slots=True)
class Passage:
    """A place in a document, with the words that were looked for."""

    path: str
    line: int
    title: str


class Documents:
    """The documents of the tree itself: not those of vendored code, examples and tests."""

    LOOKS = "documents (README, docs/, SECURITY, CODEOWNERS, change log, …)"

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    @staticmethod
    def reads(path: str) -> bool:
        """Whether the path is a document."""
        return PROSE.claims(path) or OWNERS.claims(path)

    @cached_property
    def all(self) -> tuple[Document, ...]:
        """Every document, those nearest the root first."""
        found = [
            Document(path, prose)
            for path, prose in self._sources.facts(Prose).items()
            if self._sources.area(path) not in _FOREIGN and not _PAST.search(path) and not _HIDDEN.search(path)
        ]
        return tuple(sorted(found, key=lambda document: (document.path.count("/"), document.path)))

    @cached_property
    def by_path(self) -> Mapping[str, Document]:
        """Every document by its path."""
        return {document.path: document for document in self.all}

    @cached_property
    def readme(self) -> Document | None:
        """The read-me that a visitor sees first: at the root, else in .github or docs; the English one of several."""
        found = [document for document in self.all if _README.fullmatch(document.path)]
        return min(found, key=lambda document: (document.path.count("/"), len(document.path)), default=None)

    def names(self, word: str) -> bool:
        """Whether a document names something by a whole word, as it names the variables that a service is set up by."""
        return any(True for document in self.all for _ in document.saying(rf"\b{re.escape(word)}\b"))

    def linked(self, document: Document) -> Iterator[tuple[Link, Document]]:
        """The documents of the same tree that a document links to, each once."""
        seen: set[str] = {document.path}
        for link in document.prose.links:
            for path in self._targets(document.path, link.target):
                if path not in seen and path in self.by_path:
                    seen.add(path)
                    yield link, self.by_path[path]

    def _targets(self, path: str, target: str) -> Iterator[str]:
        """The paths that a link of the document at `path` may mean; links to a code host's view are looked through."""
        target = unquote(target.partition("#")[0].partition("?")[0])
        if match := re.match(r"https?://[^/]+/[^/]+/[^/]+/(?:-/)?(?:blob|tree|src|raw)/[^/]+/(.+)", target):
            plain = match[1]
        elif "://" in target or target.startswith(("mailto:", "//")) or not target:
            return
        else:
            plain = (
                posixpath.normpath(posixpath.join(posixpath.dirname(path), target.lstrip("/")))
                if not target.startswith("/")
                else target[1:]
            )
        plain = plain.strip("/")
        yield plain
        for ending in (".md", ".rst", ".mdx", "/README.md", "/index.md", "/index.rst", "/README.rst"):
            yield plain + ending

    def named(self, pattern: str) -> tuple[Document, ...]:
        """The documents whose path without ending the pattern matches as a whole, ignoring case."""
        expression = re.compile(rf"(?:{pattern}){_ENDING}", re.IGNORECASE)
        return tuple(
            document
            for document in self.all
            if expression.fullmatch(document.path) and not _LANGUAGE.search(document.path)
        )

    def headed(self, pattern: str, *, within: str = "") -> Iterator[Passage]:
        """The sections whose heading the pattern finds, of the documents whose path `within` finds."""
        for document in self.all:
            if not within or re.search(within, document.path, re.IGNORECASE):
                yield from (
                    Passage(document.path, section.line, section.title) for section in document.sections(pattern)
                )

    @cached_property
    def owner_files(self) -> tuple[tuple[str, CodeOwners], ...]:
        """The CODEOWNERS files where a code host reads them, whether or not their rules name an owner."""
        return tuple(self._sources.facts(CodeOwners).items())

    @cached_property
    def diagrams(self) -> tuple[Passage, ...]:
        """Diagrams: written in a document, kept as a diagram's source, or drawn under an architecture's name."""
        written = [
            Passage(document.path, line, "diagram")
            for document in self.all
            if not _OF_WORKING.search(document.path)
            for line in document.prose.diagrams
        ]
        kept = [
            Passage(path, 0, "diagram")
            for path in sorted(self._sources.paths)
            if (_DIAGRAM_FILE.search(path) or _DRAWING.search(path))
            and self._sources.area(path) in (Area.DOCUMENTATION, Area.PRODUCTION)
            and ("doc" in path.lower() or path.count("/") <= 1 or "archi" in path.lower())
            and not re.search(r"(^|/)(static|assets|templates|public|frontend|client|ui|web)/", path)
        ]
        return (*written, *kept)

    @cached_property
    def decisions(self) -> tuple[str, ...]:
        """Decision records, by path."""
        return tuple(
            path
            for path in sorted(self._sources.paths)
            if _DECISION.search(path) and self._sources.area(path) not in _FOREIGN
        )

    @cached_property
    def openapi(self) -> tuple[tuple[str, OpenApiDocument], ...]:
        """The API descriptions kept in the tree."""
        return tuple(
            (path, facts)
            for path, facts in self._sources.facts(OpenApiDocument).items()
            if facts.version and self._sources.area(_SPECS.sub(r"\1", path)) not in _FOREIGN
        )
