"""The pull request comment in every state, as text and as GitHub's own parser reads it."""

from __future__ import annotations

import base64
import re
import zlib

import cmarkgfm
import msgspec
import nh3
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_bot.model import Category, Delta
from readiness_bot.render import comment as comments
from readiness_bot.render.bulletin import Bulletin, from_delta, from_report
from readiness_bot.render.comment import Run, State, comment, essence, is_comment, marker, state_of, trouble
from readiness_bot.render.escaping import words
from readiness_bot.render.links import Links
from tests.render import changes
from tests.render.changes import BASE, HEAD

DOCUMENTATION = "https://github.com/readiness-bot/readiness-bot/blob/v1/docs"
RUN = Run(
    Links("https://github.com/octo/shop", DOCUMENTATION),
    "https://github.com/octo/shop/actions/runs/42",
    id=42,
    attempt=1,
    seconds=9,
    trend="main in 30 days: 64 → 71 (+7)",
)


def bulletin(*deltas: Delta, base: str = BASE, remark: str = "") -> Bulletin:
    return Bulletin(HEAD, base, "main", "1.4.0", tuple(from_delta(delta) for delta in deltas), remark)


FIRST = Bulletin(HEAD, "", "", "1.4.0", (from_report(changes.BLOCKED.head, "success"),))

BODIES = {
    "blocked": comment(bulletin(changes.BLOCKED), RUN),
    "quiet": comment(bulletin(changes.QUIET), RUN),
    "resolved": comment(bulletin(changes.QUIET), RUN, state_of(comment(bulletin(changes.BLOCKED), RUN))),
    "waived": comment(bulletin(changes.WAIVED), RUN),
    "first": comment(FIRST, RUN),
    "services": comment(bulletin(*changes.SERVICES), RUN),
    "many": comment(bulletin(changes.many()), RUN),
    "hostile": comment(bulletin(changes.HOSTILE), RUN),
    "not enforced": comment(bulletin(changes.delta((changes.TIMEOUT,), conclusion="neutral")), RUN),
    "score fell": comment(
        bulletin(
            changes.delta(
                before=71, after=60, conclusion="failure", reasons=("score falls from 71 to 60, 10 points or more",)
            )
        ),
        RUN,
    ),
    "nothing to judge": comment(bulletin(changes.delta(before=None, after=None, old=(), conclusion="neutral")), RUN),
    "trouble": trouble("The base commit is not here.", "- uses: actions/checkout@v5", RUN),
}


def first_line(body: str) -> str:
    return words(body.splitlines()[1])


def rendered(body: str) -> str:
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_HARDBREAKS | Options.CMARK_OPT_GITHUB_PRE_LANG
    return str(cmarkgfm.github_flavored_markdown_to_html(body, options=options))


def above_the_fold(body: str) -> list[str]:
    lines = body.partition("<details>")[0].splitlines()
    return [line for line in lines if line and not line.startswith(("<!--", "|---"))]


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("blocked", "⛔ Readiness: 2 new blockers · score 71 → 66 (−5)"),
        ("quiet", "✅ Readiness: no new blockers · score 71 (±0)"),
        ("resolved", "✅ Readiness: no new blockers · score 71 (±0)"),
        ("waived", "✅ Readiness: no new blockers · score 71 (±0) · policy changed"),
        ("first", "⚪ Readiness: score 66, nothing to compare with yet"),
        ("services", "⛔ Readiness: 2 new blockers in 1 of 3 services · services/pay score 71 → 66 (−5)"),
        ("many", "⛔ Readiness: 5,000 new blockers · score 71 → 66 (−5)"),
        ("hostile", "⛔ Readiness: 10 new blockers · score 71 → 66 (−5) · policy changed"),
        ("not enforced", "⚠️ Readiness: 1 new blocker, not enforced · score 71 → 66 (−5)"),
        ("score fell", "⛔ Readiness: gate closed, no new blockers · score 71 → 60 (−11)"),
        ("nothing to judge", "⚪ Readiness: nothing to judge · not scored"),
        ("trouble", "⚠️ Readiness could not finish (not your code)"),
    ],
)
def test_the_first_line_says_everything_in_90_characters(state: str, line: str) -> None:
    assert first_line(BODIES[state]) == line
    assert len(line) <= 90


def test_the_longest_first_line_still_fits() -> None:
    long = changes.delta(
        tuple(changes.finding(line=number) for number in range(1, 1200)),
        scope="services/" + "payment" * 20,
        before=100,
        after=9,
        policy_changes=("exclude: a added",),
    )
    others = tuple(changes.delta(scope=f"services/{number}") for number in range(11))
    line = first_line(comment(bulletin(long, *others), RUN))
    assert len(line) <= 125  # a monorepo names the scope too
    assert line.startswith("⛔ Readiness: 1,199 new blockers in 1 of 12 services · serv")
    assert (
        len(
            first_line(
                comment(bulletin(changes.delta(long.new_findings, policy_changes=("x",), before=100, after=9)), RUN)
            )
        )
        <= 90
    )


def test_every_row_says_what_breaks_where_and_how_to_fix_it() -> None:
    first, second = [line for line in BODIES["blocked"].splitlines() if line.startswith("| **")]
    assert first == (
        "| **One slow payment partner holds every worker, and the service stops answering.**<br>"
        "`httpx.post` is called with `timeout=None` `external-apis/timeout` "
        "| [<code>app/<wbr>clients/<wbr>pay.py&#58;57</code>]"
        f"(https://github.com/octo/shop/blob/{HEAD}/app/clients/pay.py#L57)<br>"
        f"Pass `timeout=5.0`, in seconds, to `httpx.post`. [Why?]({DOCUMENTATION}/controls/external-apis/timeout.md) |"
    )
    assert second == (
        "| **Pods of the old release crash while the new one rolls out.**<br>"
        "the column `email` is dropped while `app/models.py` still reads it `database/migrations` "
        "| [<code>migrations/<wbr>0042&#95;drop&#95;email.py&#58;18</code>]"
        f"(https://github.com/octo/shop/blob/{HEAD}/migrations/0042_drop_email.py#L18)<br>"
        "Stop reading the column in this release, drop it in the next one. "
        f"[Why?]({DOCUMENTATION}/controls/database/migrations.md) |"
    )


def test_places_of_one_function_share_a_row_with_a_link_each() -> None:
    waits = [changes.finding(line=line, message=f"`{name}` can wait for ever") for line, name in ((5, "a"), (9, "b"))]
    other = changes.finding(line=12, message="`c` waits with a lock held")
    body = comment(bulletin(changes.delta((*waits, other))), RUN)
    rows = [line for line in body.splitlines() if line.startswith("| **")]
    file = f"https://github.com/octo/shop/blob/{HEAD}/app/clients/pay.py"
    assert len(rows) == 2
    assert f"`app/clients/pay.py:5`]({file}#L5), also in line [9]({file}#L9)<br>" in rows[0]
    assert "`a` can wait for ever" in rows[0]
    assert "`c` waits with a lock held" in rows[1]
    assert "3 new blockers" in first_line(body)


def test_a_capability_that_is_gone_is_a_row_without_a_place() -> None:
    body = comment(bulletin(changes.delta(missing=(changes.MISSING,))), RUN)
    assert "`infrastructure/health-check` | the whole service<br>Bring back a route" in body


@pytest.mark.parametrize("state", BODIES)
def test_above_the_fold_there_are_at_most_five_rows_and_twelve_lines(state: str) -> None:
    lines = above_the_fold(BODIES[state])
    assert len([line for line in lines if line.startswith("| **")]) <= 5
    assert len(lines) <= 12


@pytest.mark.parametrize("state", BODIES)
def test_no_picture_no_mention_and_no_foreign_host(state: str) -> None:
    html = nh3.clean(rendered(BODIES[state]))
    assert "<img" not in html
    outside_code = re.sub(r"<(code|pre)>.*?</\1>", "", html, flags=re.DOTALL)
    assert not re.search(r"@\w", outside_code)
    assert not re.search(r"#\d", re.sub(r'href="[^"]*"|&#\d+;', "", outside_code))
    hosts = set(re.findall(r'href="([a-z]+:(?://[^/"]*)?)', html))
    assert hosts <= {"https://github.com"}
    targets = re.findall(r'href="([^"]*)"', html)
    ours = ("https://github.com/octo/shop/", DOCUMENTATION)
    assert [target for target in targets if not target.startswith(ours)] == []


def test_the_same_news_give_the_same_text_whatever_the_run() -> None:
    later = comment(
        bulletin(changes.BLOCKED),
        Run(RUN.links, RUN.url.replace("42", "43"), id=43, attempt=2, seconds=31, trend=RUN.trend),
    )
    assert later != BODIES["blocked"]
    assert essence(later) == essence(BODIES["blocked"])
    assert essence(BODIES["quiet"]) != essence(BODIES["resolved"])
    assert comment(bulletin(changes.BLOCKED), RUN) == BODIES["blocked"]


def test_5000_blockers_stay_within_the_budget_and_are_all_counted() -> None:
    body = BODIES["many"]
    assert len(body.encode()) <= 60_000
    assert "and **4,980 more new blockers** in the [full report]" in body
    assert "<summary>15 more new blockers</summary>" in body
    assert "<summary>5,000 new warnings</summary>" in body
    assert "- and 4,980 more in the full report" in body


def test_the_ladder_drops_the_least_needed_first() -> None:
    shown = []
    for number in (4, 5, 6, 50):
        deltas = [
            changes.delta(
                changes.many(30).new_findings,
                scope=f"services/{index}",
                moved=dict.fromkeys(Category, (90, 10)),
                notices=["n" * 300] * 40,
            )
            for index in range(number)
        ]
        body = comment(bulletin(*deltas), RUN)
        assert len(body.encode()) <= 60_000
        assert f"⛔ Readiness: {30 * number:,} new blockers" in body
        shown.append(("notices" in body, "new warnings<" in body or "new warnings**" in body, "| Category |" in body))
    assert shown == [(True, True, True), (False, True, True), (False, False, True), (False, False, True)]


def test_the_last_rungs_count_what_they_do_not_name() -> None:
    wide = [changes.finding(path=f"{number}/" + "é" * 2000, line=1) for number in range(20)]
    body = comment(bulletin(changes.delta(wide)), RUN)
    assert len(body.encode()) <= 60_000
    assert body.count("| **") == 0
    assert "and **20 more new blockers** in the [full report]" in body
    assert "<details>" not in body
    few = comment(
        bulletin(changes.delta([changes.finding(path=f"{number}/" + "é" * 700) for number in range(20)])), RUN
    )
    assert few.count("| **") == 5
    assert "and **15 more new blockers**" in few


def test_hostile_names_leave_the_table_whole_and_the_marker_alone() -> None:
    body = BODIES["hostile"]
    assert body.count("<!-- readiness-bot:v1") == 1
    html = rendered(body)
    above = html.partition("<details>")[0]
    assert above.count("<tr>") == 1 + 5
    assert above.count("<td>") == 2 * 5
    folded = html.partition("5 more new blockers")[2].partition("</details>")[0]
    assert (folded.count("<tr>"), folded.count("<td>")) == (1 + 5, 2 * 5)
    assert "<script" not in html
    assert "javascript:" not in "".join(re.findall(r'href="([^"]*)"', html))
    assert "\u202e" not in body


_ANYTHING = st.text(st.characters(exclude_categories=()), max_size=300)


@settings(max_examples=150)
@given(path=_ANYTHING, message=_ANYTHING, fix=_ANYTHING)
def test_no_text_breaks_a_row_or_forges_anything(path: str, message: str, fix: str) -> None:
    delta = changes.delta((changes.finding(path=path, message=message, fix=fix),), policy_changes=(message,))
    body = comment(bulletin(delta), RUN)
    body.encode()
    assert body.count("<!--") == 2
    html = rendered(body)
    above = html.partition("<details>")[0]
    assert (above.count("<tr>"), above.count("<td>")) == (2, 2)
    assert html.count("<details>") == html.count("</details>") == 1
    assert not re.search(
        r"<(?!/?(?:!--|h3|p|strong|table|thead|tbody|tr|th|td|code|a|br|wbr|details|summary|ul|li|sub)\b)\w", html
    )


def test_after_a_red_comment_it_says_what_was_resolved_and_keeps_saying_it() -> None:
    assert "The 2 blockers reported on `9f3c2ab` are resolved." in BODIES["resolved"]
    again = comment(bulletin(changes.QUIET), RUN, state_of(BODIES["resolved"]))
    assert "The 2 blockers reported on `9f3c2ab` are resolved." in again
    assert "resolved" not in BODIES["quiet"]


def test_one_resolved_blocker_is_one() -> None:
    red = comment(bulletin(changes.delta((changes.TIMEOUT,))), RUN)
    assert "The blocker reported on `9f3c2ab` is resolved." in comment(bulletin(changes.QUIET), RUN, state_of(red))


def test_the_first_run_blocks_nothing_and_shows_every_score() -> None:
    body = BODIES["first"]
    assert "19 existing findings recorded as the starting point, none blocks." in body
    assert "| External APIs | 55 |" in body
    assert " vs base " not in body


def test_waivers_show_owner_end_and_reason_without_a_ping() -> None:
    body = BODIES["waived"]
    assert "⚠️ **Changed policy:** waiver added: accepted-risk for external-apis/timeout" in body
    assert "<summary>Waivers: 1 used, 1 expires in 6 days</summary>" in body
    accepted = "- `external-apis/timeout` accepted by @\u200bana until **2026-11-28**"
    assert f"{accepted} – “internal network only, ask @\u200bplatform”" in body


def test_services_stand_in_one_line_each_with_its_own_details() -> None:
    body = BODIES["services"]
    assert "`services/pay` ⛔ 2 · `services/mail` ✅ · `services/search` ✅" in body
    assert "<summary><code>services/pay</code>: score 71 → 66 (−5)</summary>" in body
    assert "<summary><code>services/search</code>: score 64 → 63 (−1)</summary>" in body
    assert "<code>services/mail</code>:" not in body


def test_a_change_without_news_in_a_category_says_which_scores_stayed() -> None:
    body = BODIES["blocked"]
    assert "| External APIs | 80 | 55 (−25) | `external-apis/timeout` new |" in body
    assert "| Database | 75 | 50 (−25) | `database/migrations` new, `database/sql-injection` fixed |" in body
    assert "Unchanged: Infrastructure 70, Security 80, Code quality 76," in body


def test_the_small_print_names_both_commits_and_the_trend() -> None:
    assert (
        f"<sub>head [`9f3c2ab`](https://github.com/octo/shop/commit/{HEAD}) vs base "
        f"[`4d1e7f0`](https://github.com/octo/shop/commit/{BASE}) (main) · main in 30 days: 64 → 71 (+7) · v1.4.0 · "
        "6 controls, 1 not applicable · 9 s · [full report](https://github.com/octo/shop/actions/runs/42)</sub>"
    ) in BODIES["blocked"]


def test_trouble_keeps_the_last_good_text_once() -> None:
    once = trouble("The base is gone.", "fetch-depth: 2", RUN, BODIES["blocked"])
    twice = trouble("The base is gone again.", "", RUN, once)
    for body in (once, twice):
        assert body.startswith(
            "<!-- readiness-bot:v1 scope=root -->\n### ⚠️ Readiness could not finish (not your code)\n"
        )
        assert body.count("⛔ Readiness: 2 new blockers") == 1
        assert body.count("Before that:") == 1
        assert body.count("readiness-bot:state") == 1
    assert "The base is gone." not in twice
    healed = comment(bulletin(changes.QUIET), RUN, state_of(twice))
    assert "The 2 blockers reported on `9f3c2ab` are resolved." in healed


def test_advice_cannot_leave_its_block() -> None:
    html = rendered(trouble("x", "a\n```\n<b>bold</b>", RUN))
    assert "<b>" not in html


def test_markers_differ_by_scope_and_cannot_be_closed_early() -> None:
    assert marker(["."]) == "<!-- readiness-bot:v1 scope=root -->"
    assert marker(["services/pay", "a b"]) == "<!-- readiness-bot:v1 scope=services/pay,a%20b -->"
    assert marker(["x-->y"]).count("-->") == 1
    assert is_comment(BODIES["blocked"], ["."])
    assert not is_comment("> " + BODIES["blocked"], ["."])
    assert not is_comment(BODIES["blocked"], ["services/pay"])


def test_a_later_run_is_recognised() -> None:
    state = state_of(BODIES["blocked"])
    assert state is not None
    assert (state.head, state.run, state.attempt) == (HEAD, 42, 1)
    assert not state.newer_than(RUN)
    assert state.newer_than(Run(RUN.links, RUN.url, id=41, attempt=9))
    assert State(HEAD, 42, 2).newer_than(RUN)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not zlib",
        zlib.compress(b"not json"),
        zlib.compress(b'{"head": 1}'),
        zlib.compress(msgspec.json.encode({"head": "x" * 9, "run": 1, "attempt": 1})),
        zlib.compress(b" " * 10_000_000 + b"{}"),
    ],
)
def test_a_forged_record_is_none(content: bytes) -> None:
    packed = base64.b64encode(content).decode() or "="
    assert state_of(f"text\n<!-- readiness-bot:state {packed} -->\n") is None


def test_the_budget_is_below_what_github_takes() -> None:
    assert comments.BYTES < 65_536
