"""The rules of a CODEOWNERS file; knows not which paths there are."""

from __future__ import annotations

import re

import msgspec

from readiness_bot.facts.extractor import Extractor


class OwnerRule(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The owners of what a pattern matches; none where the rule takes ownership away."""

    pattern: str
    owners: tuple[str, ...]
    line: int


class CodeOwners(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The rules in their order; the last that matches decides."""

    rules: tuple[OwnerRule, ...]


_PATHS = re.compile(r"^(\.github/|\.gitlab/|\.bitbucket/|docs/)?CODEOWNERS$")


def _extract(data: bytes) -> CodeOwners:
    rules: list[OwnerRule] = []
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        words = re.sub(r"(^|\s)#.*$", "", line).split()
        if words and not words[0].startswith(("[", "^[")):
            rules.append(OwnerRule(words[0], tuple(word for word in words[1:] if "@" in word), number))
    return CodeOwners(tuple(rules))


EXTRACTOR = Extractor(
    kind="code-owners", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=CodeOwners
)
