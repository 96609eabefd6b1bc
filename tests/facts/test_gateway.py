"""Gateways' configuration as directives."""

from __future__ import annotations

from readiness_bot.facts.gateway import EXTRACTOR, Gateway


def _read(text: str) -> Gateway:
    found = EXTRACTOR.extract(text.encode())
    assert isinstance(found, Gateway)
    return found


def test_nginx_blocks_words_and_lines() -> None:
    text = (
        "# why\nserver {\n  listen 443 ssl; # port\n"
        "  location /login {\n    limit_req zone=one\n      burst=5;\n  }\n}\n"
    )
    found = _read(text)
    assert found.program == "nginx"
    assert [(one.name, one.words, one.block, one.line) for one in found.directives] == [
        ("server", (), "", 2),
        ("listen", ("443", "ssl"), "server", 3),
        ("location", ("/login",), "server", 4),
        ("limit_req", ("zone=one", "burst=5"), "server/location /login", 5),
    ]


def test_haproxy_and_other_files() -> None:
    assert _read("backend web\n  option httpchk GET /health\n").directives[1].words == ("httpchk", "GET", "/health")
    assert _read("key = value\n") == Gateway("", ())
