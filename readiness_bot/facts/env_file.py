"""An environment file as the switches it sets; knows no other values, so that no secret is kept."""

from __future__ import annotations

import re

import msgspec

from readiness_bot.facts.extractor import Extractor


class EnvFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The names that the file sets, with their lines, and the value where it is a switch or a short word of one.

    So is the module of settings that it names.

    Else empty.
    """

    entries: tuple[tuple[str, str, int], ...]


_PATHS = re.compile(r"(^|/)(\.?[\w-]*\.?env(\.[\w.-]+)?|\.flaskenv|[\w.-]+\.env)$")
_ENTRY = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$")
_SWITCH = re.compile(
    r"^(true|false|yes|no|on|off|0|1|none|production|prod|staging|development|dev|local|test)$", re.IGNORECASE
)


_MODULE = re.compile(r"[A-Za-z_][\w.]*")


def _extract(data: bytes) -> EnvFile:
    found = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        match = _ENTRY.match(line)
        if match is not None:
            value = match[2].strip("\"'")
            is_kept = _SWITCH.match(value) or (match[1].endswith("SETTINGS_MODULE") and _MODULE.fullmatch(value))
            found.append((match[1], value if is_kept else "", number))
    return EnvFile(tuple(found[:5_000]))


EXTRACTOR = Extractor(
    kind="env-file",
    claims=lambda path: bool(_PATHS.search(path)) and not path.endswith(".py"),
    extract=_extract,
    facts=EnvFile,
)
