"""Reports in a terminal: narrow and wide, with and without colour, and safe to print."""

from __future__ import annotations

import re

import pytest

from readiness_bot.render.terminal import delta_text, report_text
from tests import reports

WIDTHS = [40, 80, 120, 300]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("verbose", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, verbose: bool) -> None:
    texts = [
        report_text(reports.blocked(), width=width, verbose=verbose),
        report_text(reports.hostile(), width=width, verbose=verbose),
        delta_text(reports.delta(), width=width, verbose=verbose),
    ]
    assert max(len(line) for text in texts for line in text.splitlines()) <= min(width, 120)


def test_a_blocked_report_at_eighty_columns() -> None:
    text = report_text(reports.blocked(), width=80)
    assert text.startswith(
        "acme/shop · 9f3c2abd9f · 2025-01-15\n"
        "\n"
        "Overall readiness  40%  ████████░░░░░░░░░░░░  ✗ Not ready for production\n"
        "Risk of deploying today: high\n"
        "\n"
        "Categories ─────────────────────────────────────────────────────────────────────\n"
        "  Category        Score                        Status                     Weight\n"
        "  Infrastructure    70%  ██████████████░░░░░░  ! Ready but for 1 blocker       5\n"
    )
    assert (
        "  ✗ A rate limit protects the service  HIGH  security/rate-limiting\n"
        "    Issue    A limiter is defined and attached to nothing.\n"
        "    Impact   Passwords can be guessed as fast as the network allows.\n"
        "    Fix      Attach the limiter: `app.state.limiter = limiter`.  (under a day)\n"
        "    Seen     app/limits.py:4  Limiter() that nothing mounts\n"
        "\n"
    ) in text
    assert text.endswith(
        "Assessed on 15 January 2025, next review on 5 February 2025.\n"
        "`readiness-bot explain testing/coverage` tells more; -v shows all evidence.\n"
    )


def test_every_section_is_there() -> None:
    text = report_text(reports.blocked(), width=100)
    assert re.findall(r"^(\S.*?) ─+$", text, re.MULTILINE) == [
        "Categories", "Quick facts", "Critical blockers (11)", "What stands", "What needs work",
        "Path to production: 5–7 weeks", "Resources", "Recommendation", "Notices", "Not read (1)",
    ]  # fmt: skip


def test_verbose_adds_every_control_with_its_evidence() -> None:
    text = report_text(reports.blocked(), width=100, verbose=True)
    every = text[text.index("Every control") :]
    for verdict in reports.BLOCKED:
        assert verdict.control in every
    assert "app/auth/totp.py:8  pyotp" in every
    assert "· app/clients/mail.py:30  `smtplib.SMTP` can wait for ever  medium" in every


def test_a_comparison() -> None:
    text = delta_text(reports.delta(), width=80)
    assert "✗ Must not pass: 2 new blockers\nScore 40% → 42% (+2) · base 4d1e7f0a4d → head 9f3c2abd9f\n" in text
    assert "  Infrastructure   70%   50%  −20  ! Needs work\n" in text
    assert "  monitoring/metrics           partial → pass  Exported at /metrics.\n" in text


def test_a_ready_report_says_so() -> None:
    assert "✓ Deploy: nothing that was looked for stands in the way.\n" in report_text(reports.ready())


def test_colour_is_added_and_changes_no_word() -> None:
    plain = report_text(reports.blocked(), width=80)
    coloured = report_text(reports.blocked(), width=80, colour=True)
    assert "\x1b[31m" in coloured
    assert "\x1b" not in plain
    without = "".join(f"{line.rstrip()}\n" for line in re.sub(r"\x1b\[[\d;]*m", "", coloured).splitlines())
    assert without == plain


def test_names_cannot_steer_the_terminal() -> None:
    for text in (report_text(reports.hostile(), verbose=True), delta_text(reports.delta())):
        assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text) is None


def test_square_brackets_are_letters() -> None:
    made = reports.report([reports.verdict("monitoring/metrics", reports.HIGH, 0.0, summary="[red]a[/red] [bold]b")])
    assert "[red]a[/red] [bold]b" in report_text(made)
