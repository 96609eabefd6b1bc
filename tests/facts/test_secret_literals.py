"""Literals that look like credentials: which are seen, as what, and that no value is kept."""

from __future__ import annotations

import pytest

from readiness_bot.facts.secret_literals import EXTRACTOR, SecretLiterals, is_secret_name


def _found(text: str) -> list[tuple[str, int, str, bool]]:
    facts = EXTRACTOR.extract(text.encode())
    assert isinstance(facts, SecretLiterals)
    return [(literal.name, literal.line, literal.looks, literal.fallback) for literal in facts.found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import os\nAPI_KEY = 'q8Zt2vLm9XcR4bNw7KdP'\n", [("API_KEY", 2, "random", False)]),
        ("import os\nKEY = os.environ.get('JWT_SECRET', 'changeme')\n", [("JWT_SECRET", 2, "words", True)]),
        (
            "import os\nJWT_SECRET = os.environ.get('X') or 'q8Zt2vLm9XcR4bNw7KdP'\n",
            [("JWT_SECRET", 2, "random", True)],
        ),
        ("connect(password='q8Zt2vLm9XcR4bNw7KdP')\n\nimport os\n", [("password", 1, "random", False)]),
        ("import os\ntoken_url = '/api/login'\npassword_file = '/run/x'\n", []),
        ("SMTP_PASSWORD=k3Vq9LzX7mTr2WbN8sJd\n", [("SMTP_PASSWORD", 1, "random", False)]),
        (
            "SMTP_PASSWORD=k3Vq9LzX7mTr2WbN8sJd # pragma: allowlist-secret\nMAIL_TOKEN=q8Zt2vLm9XcR4bNw7KdP\n",
            [("MAIL_TOKEN", 2, "random", False)],
        ),
        ("import os\nKEY = os.environ.get('JWT_SECRET', 'changeme')  # gitleaks:allow\n", []),
        ("import os\nprint 'a', >>\nrow_salt = data[offset+4:offset+20] if length else ''\n", []),
        ("import os\nprint 'a', >>\nAPI_KEY = 'q8Zt2vLm9XcR4bNw7KdP'\n", [("API_KEY", 3, "random", False)]),
        ("SECRET_KEY = 'k3$vqzlx7(mtr2+wbn8sjd=p0&u'\n\nimport os\n", [("SECRET_KEY", 1, "random", False)]),
        ("SECRET_KEY = 'k3$VQZLX7(mtr2+wbn8sjd=p0&u'\n\nimport os\n", []),
        ("SECRET_KEY=k3$S(z!w8f$(0p)v-x7hdq2e9r=t\n", [("SECRET_KEY", 1, "random", False)]),
        ("SECRET_KEY='k3-$(openssl rand -hex 32)-x7hdq2e9r'\n", []),
        ("SMTP_PASSWORD=${SMTP_PASSWORD}\n# API_KEY=k3Vq9LzX7mTr2WbN8sJd\n", []),
        ("config = configparser.ConfigParser()\nSECRET_KEY = config.get('site', 'secret')\n", []),
        (
            "config = build()\nconfig.has_option('site', 'secret')\nSECRET_KEY = config.get('site', 'secret')\n",
            [],
        ),
        (
            "config = ConfigParser()\nSECRET_KEY = config.get('site', 'secret', fallback='q8Zt2vLm9XcR4bNw7KdP')\n",
            [("SECRET_KEY", 2, "random", True)],
        ),
        ("a:\n  client_secret: k3Vq9LzX7mTr2WbN8sJd\n", [("client_secret", 2, "random", False)]),
        (
            "CAPTCHA_SECRET_KEY=6Lk3Vq9LzX7mTr2WbN8sJdq8Zt2vLm9XcR4bNw7K\n",
            [("CAPTCHA_SECRET_KEY", 1, "random", False)],
        ),
        ("CAPTCHA_API_KEY=6Lk3Vq9LzX7mTr2WbN8sJdq8Zt2vLm9XcR4bNw7K\n", [("CAPTCHA_API_KEY", 1, "public", False)]),
    ],
)
def test_what_is_seen(text: str, expected: list[tuple[str, int, str, bool]]) -> None:
    assert _found(text) == expected


def test_no_value_is_kept() -> None:
    facts = EXTRACTOR.extract(b"API_KEY=k3Vq9LzX7mTr2WbN8sJd\nurl: postgres://app:Zk39dkW0sQ2m@db.shop.io/x\n")
    assert "k3Vq9LzX7mTr2WbN8sJd" not in repr(facts)
    assert "Zk39dkW0sQ2m" not in repr(facts)


def test_the_same_line_with_another_value_is_the_same_finding() -> None:
    statements = set()
    for value in ("k3Vq9LzX7mTr2WbN8sJd", "p0Wq8LzX7mTr2WbN8sJe"):
        facts = EXTRACTOR.extract(f"API_KEY={value}\n".encode())
        assert isinstance(facts, SecretLiterals)
        statements.add(facts.found[0].statement)
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("clientSecret", True),
        ("DB_PASSWORD", True),
        ("next_page_token", False),
        ("csrf_token", False),
        ("password_reset", False),
        ("max_tokens", False),
    ],
)
def test_names_of_secrets(name: str, expected: bool) -> None:
    assert is_secret_name(name) is expected
