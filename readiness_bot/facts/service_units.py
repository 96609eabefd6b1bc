"""The INI files that keep services running (systemd, supervisor, circus, uWSGI, Paste Deploy) as sections.

Knows no defaults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from readiness_bot.facts.extractor import Extractor


class Setting(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One setting; continued lines are joined by a space."""

    key: str
    value: str
    line: int
    end_line: int


class Section(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One section with its settings in order; a key may stand several times."""

    name: str
    line: int
    settings: tuple[Setting, ...]

    def get(self, *keys: str) -> Setting | None:
        """The last setting of the first of these keys that is set."""
        for key in keys:
            for setting in reversed(self.settings):
                if setting.key.lower() == key.lower():
                    return setting
        return None


class ServiceUnits(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The sections of a file that describes services or configures logging; none for another INI file."""

    sections: tuple[Section, ...]


_NAME = re.compile(
    r"\.(service|timer|socket|ini|conf|supervisor|cfg|systemd)([.-](j2|tmpl|template|in|example|sample))?$",
    re.IGNORECASE,
)
_SECTION = re.compile(r"\[([^\]\n]+)\]\s*([#;].*)?$")
_MARK = re.compile(
    rb"^[ \t]*\[(program:|supervisord\]|group:|eventlistener:|watcher:|circus\]|uwsgi\]|Unit\]|Service\]|Timer\]"
    rb"|loggers\]|(app|filter|filter-app|pipeline|composite|composit):"
    rb"|fcgi-program:)",
    re.MULTILINE,
)
_PAIR = re.compile(r"([A-Za-z_/][\w./-]*)\s*[=:]\s*(.*)$")


def _claims(path: str) -> bool:
    return bool(_NAME.search(path))


def _extract(data: bytes) -> ServiceUnits:
    """Read a file; one without any section of a service has none."""
    if b"\0" in data[:4096] or not _MARK.search(data):
        return ServiceUnits(())
    return ServiceUnits(tuple(_sections(data.decode("utf-8-sig", "replace"))))


def _sections(text: str) -> Iterator[Section]:
    name, start, indent = "", 0, 0
    settings: list[Setting] = []
    for number, raw in _logical_lines(text):
        line = raw.strip()
        heading = _SECTION.match(line)
        if heading is not None:
            if name:
                yield Section(name, start, tuple(settings))
            name, start, settings = heading[1].strip(), number, []
            continue
        pair = _PAIR.match(line)
        deeper = len(raw) - len(raw.lstrip())
        if pair is not None and name and not (settings and deeper > indent):
            indent = deeper
            settings.append(Setting(pair[1], _without_comment(pair[2].strip()), number, number + raw.count("\n")))
        elif deeper and settings:
            last = settings[-1]
            settings[-1] = msgspec.structs.replace(last, value=f"{last.value} {line}".strip(), end_line=number)
    if name:
        yield Section(name, start, tuple(settings))


def _without_comment(value: str) -> str:
    return re.sub(r"\s[;#].*$", "", value) if not value.startswith(("'", '"')) else value


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments and blanks, those that end in a backslash joined; with the first one's number."""
    joined, start = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not joined and (not stripped or stripped[0] in "#;"):
            continue
        if not joined:
            start = number
        if stripped.endswith("\\") and len(joined) < 20_000:
            joined += line.rstrip()[:-1] + " "
            continue
        yield start, joined + line
        joined = ""
    if joined:
        yield start, joined


EXTRACTOR = Extractor(kind="service-units", claims=_claims, extract=_extract, facts=ServiceUnits)
