"""The configuration of gateways (nginx, Caddy, HAProxy, Traefik) as directives; resolves no include."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from readiness_bot.facts.extractor import Extractor

MAX_DIRECTIVES = 5000
"""Directives kept of one file; hand-written configurations have under 1,000."""


class Directive(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One directive with its words and the names of the blocks it stands in, outermost first, joined by `/`."""

    name: str
    words: tuple[str, ...]
    block: str
    line: int


class Gateway(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The directives of one file; `program` is `nginx`, `caddy`, `haproxy`, or empty for a file of something else."""

    program: str
    directives: tuple[Directive, ...]


_NAME = re.compile(
    r"(\.conf(\.(template|tmpl|j2|tpl|in|erb|sigil|example))?$|(^|/)nginx[\w.-]*/([\w.-]+/)*[\w-]+$|(^|/)(Caddyfile[^/]*|nginx[^/]*|haproxy[^/]*\.cfg)$|\.nginx$|\.vhost$)",
    re.IGNORECASE,
)
_NOT_ONE = re.compile(r"\.(py|md|sh|ya?ml|rst|png|svg|js|ts|html|map|log|txt|json|toml|service)$", re.IGNORECASE)
_NGINX_SURE = re.compile(
    rb"\b(proxy_pass|uwsgi_pass|fastcgi_pass|server_name|listen|limit_req|limit_req_zone|try_files|upstream)\b[^\n]*[;{]"
)
_TOKEN = re.compile(r"""\s+|#[^\n]*|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|\$\{[^}\s]*\}|[{};]|[^\s{};"']+""")


def _claims(path: str) -> bool:
    return bool(_NAME.search(path)) and not _NOT_ONE.search(path)


def _extract(data: bytes) -> Gateway:
    """Read a configuration; one of another program has no directives."""
    if b"\0" in data[:4096]:
        return Gateway("", ())
    text = data.decode("utf-8-sig", "replace")
    if _NGINX_SURE.search(data):
        return Gateway("nginx", tuple(_nginx(text)))
    if re.search(r"^[ \t]*(frontend|backend|defaults|listen)[ \t]+\S*[ \t]*$", text, re.MULTILINE):
        return Gateway("haproxy", tuple(_lines(text)))
    if re.search(r"^[ \t]*(reverse_proxy|php_fastcgi|file_server|encode|tls)\b", text, re.MULTILINE):
        return Gateway("caddy", tuple(_lines(text)))
    return Gateway("", ())


def _nginx(text: str) -> Iterator[Directive]:
    blocks: list[str] = []
    words: list[str] = []
    line = start = 1
    count = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in (";", "{"):
            if words and count < MAX_DIRECTIVES:
                count += 1
                yield Directive(words[0], tuple(words[1:]), "/".join(blocks), start)
            if token == "{" and len(blocks) < 50:
                blocks.append(" ".join(words)[:200])
            words = []
        elif token == "}":
            blocks = blocks[:-1]
            words = []
        elif not token.isspace() and token[0] != "#":
            start = start if words else line
            words.append(token.strip("\"'"))
        line += token.count("\n")


def _lines(text: str) -> Iterator[Directive]:
    block = ""
    for number, raw in enumerate(text.split("\n")[:MAX_DIRECTIVES], 1):
        words = raw.split("#")[0].split()
        if not words:
            continue
        if not raw[0].isspace():
            block = " ".join(words)
        yield Directive(words[0], tuple(words[1:]), block, number)


EXTRACTOR = Extractor(kind="gateway", claims=_claims, extract=_extract, facts=Gateway)
