"""The executive summary in Markdown: its sections, its words, and what hostile names cannot do to it."""

from __future__ import annotations

import re

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from readiness_bot.model import Kind
from readiness_bot.render.escaping import prose
from readiness_bot.render.markdown import render
from tests import reports

SECTIONS = [
    "📊 Quick facts", "🚨 Critical blockers", "✅ What is ready for production", "⚠️ What needs work",
    "🎯 Path to production", "💰 Resources", "🚦 Recommendation", "🔎 Evidence",
]  # fmt: skip


def html(markdown: str) -> str:
    return str(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))


def headings(markdown: str) -> list[str]:
    return re.findall(r"^## (.+)$", markdown, re.MULTILINE)


def test_the_sections_of_a_report_in_their_order() -> None:
    assert headings(render(reports.blocked())) == [*SECTIONS, "📌 Notices", "📂 Not read"]
    assert headings(render(reports.ready())) == SECTIONS


def test_the_head_of_a_report() -> None:
    assert render(reports.blocked()).startswith(
        "# 🎯 Production readiness: executive summary\n"
        "\n"
        "**Repository**: acme/shop at `9f3c2abd9f`  \n"
        "**Date**: 15 January 2025  \n"
        "**Overall readiness**: **40%**  \n"
        "**Status**: ❌ **NOT READY FOR PRODUCTION**\n"
        "\n---\n\n"
        "## 📊 Quick facts\n"
        "\n"
        "### Size of the code\n"
        "\n"
        "- **146** Python production files\n"
        "- **37** test files (25% ratio)\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "| Infrastructure | 70% | ⚠️ Ready but for 1 blocker | 5 |\n",
        "| **Testing** | **29%** | **❌ Blocking** | 21 |\n",
        (
            "### 2. No request value is a query operator ❌ **CRITICAL**\n"
            "\n"
            "- **Issue**: 2 places to fix.\n"
            "- **Impact**: An attacker reads other customers' data.\n"
            '- **Fix**: Compare with `{"$eq": value}`.\n'
            "- **Fix time**: 1–2 days (`database/nosql-injection`)\n"
            "- **Where**:\n"
            "  - `app/api/search.py:41`: the request's JSON reaches `find`\n"
            "  - `app/api/users.py:88`: the request's JSON reaches `find_one`\n"
        ),
        "- **Seen**:\n  - `app/limits.py:4` Limiter() that nothing mounts\n",
        "1. **Infrastructure** (70%)\n   - The service builds into an image and starts from it (Dockerfile:1)\n",
        "1. **Testing** (29%), critical blocker: `coverage`, `test-suite`, `tests-in-ci`, `load-tests`\n",
        "### Phase 1: Critical fixes (2–3 weeks)\n",
        "**Total time**: **5–7 weeks** with the team below working in parallel\n",
        "- 1 DevOps engineer (full-time)\n",
        "**DO NOT DEPLOY TO PRODUCTION UNTIL** all of these hold:\n\n1. Tests cover 70% of the lines\n",
        "**Current risk level**: **HIGH**. Deployed as it is:\n\n- Nobody can say what a release breaks.",
        "<details><summary>Database: 40%, 3 controls (1 not applicable)</summary>\n",
        "  - `app/clients/mail.py:30` in `send`: `smtplib.SMTP` can wait for ever (medium confidence)\n",
        "- `app/legacy/broken.py`: not Python: unexpected indent, line 40\n",
        "**Next review**: 5 February 2025 (when phase 1, critical fixes, should be done)\n",
    ],
)
def test_what_a_blocked_report_says(text: str) -> None:
    assert text in render(reports.blocked())


def test_what_a_ready_report_says() -> None:
    text = render(reports.ready())
    assert "**Status**: ✅ **READY FOR PRODUCTION**" in text
    assert "## 🚨 Critical blockers\n\nNone.\n" in text
    assert "**DEPLOY**: nothing that was looked for stands in the way." in text
    assert text.endswith("**Next review**: 16 April 2025\n")


def test_steps_are_numbered_through() -> None:
    text = render(reports.blocked())
    plan = text[text.index("## 🎯 Path") : text.index("**Total time**")]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", plan, re.MULTILINE)]
    assert numbers == list(range(1, 22))


def test_what_a_comparison_says() -> None:
    text = render(reports.delta())
    assert headings(text) == [
        "🚨 New blockers", "✅ Fixed blockers", "📊 Categories", "🔁 Controls that changed",
        "📜 This change alters the policy", "📂 Not read",
    ]  # fmt: skip
    assert "**Overall readiness**: 40% → **42%** (+2)  \n**Gate**: ❌ must not pass: 2 new blockers\n" in text
    assert "| Infrastructure | 70% | 50% | −20 | ⚠️ Needs work |\n" in text
    assert "- **Metrics are exported** (`monitoring/metrics`)\n" in text
    assert "  - `app/clients/payment.py:80`\n" in text


def test_hostile_names_stay_letters() -> None:
    page = html(render(reports.hostile()))
    tags = set(re.findall(r"<(/?[a-z0-9]+)", page))
    assert tags.isdisjoint({"script", "img", "a", "/a"})
    assert "\x1b" not in page
    assert not set("\u202e\u2066") & set(page)
    assert re.search(r"@\w", re.sub(r"<code>.*?</code>", "", page)) is None


def test_hostile_cells_keep_their_table_whole() -> None:
    text = render(reports.hostile())
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}


def test_many_places_are_cut_and_counted() -> None:
    sites = [reports.bad(f"app/m{index:03}.py", 1, "f", "m", statement=f"{index}") for index in range(25)]
    made = reports.report([reports.verdict("external-apis/timeout", reports.HIGH, 0.0, kind=Kind.DEFECT, sites=sites)])
    text = render(made)
    blockers = text[text.index("## 🚨") : text.index("## ✅")]
    assert blockers.count("  - `app/m") == 10
    assert "  - and 15 more, all listed under evidence\n" in blockers
    assert text[text.index("## 🔎") :].count("`app/m") == 25


def test_places_of_one_function_are_told_once_where_only_names_differ() -> None:
    said = {3: "`a` waits", 5: "`b` waits", 7: "`c` starts a process", 9: "`d` waits"}
    sites = [reports.bad("app/m.py", line, "f", message, statement=str(line)) for line, message in said.items()]
    sites += [reports.bad("app/m.py", 20 + line, "", "`e` waits", statement=f"e{line}") for line in (1, 2)]
    sites += [reports.bad("app/n.py", line, "g", "`x` waits", statement=str(line)) for line in range(1, 9)]
    made = reports.report([reports.verdict("external-apis/timeout", reports.HIGH, 0.0, kind=Kind.DEFECT, sites=sites)])
    text = render(made)
    assert text[text.index("- **Where**:") : text.index("## ✅")].splitlines()[1:7] == [
        "  - `app/m.py:3`: `a` waits (also in lines 5, 9)",
        "  - `app/m.py:7`: `c` starts a process",
        "  - `app/m.py:21`: `e` waits",
        "  - `app/m.py:22`: `e` waits",
        "  - `app/n.py:1`: `x` waits (also in lines 2, 3, 4, 5, 6 and 2 more)",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("by `id` of `GET /desk/open-the-document/{int:number}/{int:page}` in any", "by `id` of `GET {}` in any"),
        ("what `open_every_document_of_the_desk_by_its_number` does", "what `{}` does"),
    ],
)
def test_a_name_that_is_cut_stays_code_and_nothing_else_becomes_it(text: str, shown: str) -> None:
    told = prose(text)
    assert re.fullmatch(re.escape(shown).replace(r"\{\}", "[^`]+…"), told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Bring `ALLOWED` back. Look at the row: `if row.owner != user.id: raise`", "Bring `ALLOWED` back."),
        (
            "Look at the row that is changed: `if row.owner != user.id: raise`",
            "Look at the row that is changed: `if row.owner…`",
        ),
    ],
)
def test_code_that_a_cut_would_leave_open_gives_way_to_the_sentence_before(text: str, told: str) -> None:
    assert prose(text, 50) == told
