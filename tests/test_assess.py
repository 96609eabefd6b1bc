"""One tree to one report, two trees to one comparison: what the parts give together, on real git repositories."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from readiness_bot import assess, control
from readiness_bot.facts.store import Row, Store
from readiness_bot.git import Repository
from readiness_bot.model import Delta, Judgement, Report, Status
from readiness_bot.repo import Repo
from readiness_bot.settings import Policy, Settings
from tests import gitting

TODAY = date(2026, 11, 22)
WAITS = "import requests\n\n\ndef pay(url):\n    return requests.post(url){comment}\n"


def _report(root: Path, settings: Settings | None = None) -> Report:
    return assess.assess(Repository.open(root), "HEAD", settings or Settings(), assessed_on=TODAY, jobs=1)


def _changed(root: Path, before: str, after: str) -> Delta:
    gitting.repository(root, {"app/pay.py": before})
    gitting.commit(root, {"app/pay.py": after})
    return assess.compare(Repository.open(root), "HEAD~1", "HEAD", Settings(), assessed_on=TODAY, jobs=1)


def _timeouts(report: Report) -> list[tuple[str, int, bool, str | None]]:
    return [
        (item.location.path, item.location.line, item.blocker, item.waived.reason if item.waived else None)
        for item in report.findings
        if item.control == "external-apis/timeout"
    ]


def test_a_finding_is_a_blocker_with_its_place(tmp_path: Path) -> None:
    gitting.repository(tmp_path / "shop", {"app/pay.py": WAITS.format(comment="")})
    report = _report(tmp_path / "shop")
    assert _timeouts(report) == [("app/pay.py", 5, True, None)]
    assert [item.location.line for item in report.blockers if item.location] == [5]
    assert report.facts.python_files == 1


def test_a_comment_with_a_reason_waives_the_finding_and_leaves_it_in_view(tmp_path: Path) -> None:
    comment = "  # readiness: ignore[external-apis/timeout] the peer is on this host"
    delta = _changed(tmp_path / "shop", WAITS.format(comment=""), WAITS.format(comment=comment))
    assert _timeouts(delta.head) == [("app/pay.py", 5, False, "the peer is on this host")]
    assert [item.control for item in delta.head.blockers if item.location] == []
    assert (delta.new_findings, delta.fixed_findings) == ((), ())
    verdict = next(item for item in delta.head.verdicts if item.control == "external-apis/timeout")
    assert verdict.status is Status.PASS


def test_a_comment_without_a_reason_is_not_honoured_and_said(tmp_path: Path) -> None:
    gitting.repository(
        tmp_path / "shop", {"app/pay.py": WAITS.format(comment="  # readiness: ignore[external-apis/timeout]")}
    )
    report = _report(tmp_path / "shop")
    assert _timeouts(report) == [("app/pay.py", 5, True, None)]
    assert report.notices == ("app/pay.py:5: `ignore[external-apis/timeout]` gives no reason and is not honoured",)


def test_a_comment_that_covers_nothing_is_told(tmp_path: Path) -> None:
    text = "def add(a, b):\n    return a + b  # readiness: ignore[external-apis/timeout] once it called\n"
    gitting.repository(tmp_path / "shop", {"app/sums.py": text})
    assert _report(tmp_path / "shop").notices == (
        "app/sums.py:2: `ignore[external-apis/timeout]` covers nothing any more; remove it",
    )


def test_a_comment_that_a_text_speaks_of_is_none(tmp_path: Path) -> None:
    text = (
        'def add(a, b):{}\n    """Adds.\n\n'
        '    `# readiness: ignore[external-apis/timeout]` has no place here.\n    """\n'
        "    return 'é # readiness: ignore[external-apis/timeout]' + a + b\n"
    )
    gitting.repository(tmp_path / "shop", {"app/sums.py": text.format("")})
    assert _report(tmp_path / "shop").notices == ()
    gitting.commit(tmp_path / "shop", {"app/sums.py": text.format("  # readiness: ignore[external-apis/timeout]")})
    told = ("app/sums.py:1: `ignore[external-apis/timeout]` gives no reason and is not honoured",)
    assert _report(tmp_path / "shop").notices == told


def test_a_control_that_breaks_does_not_count_and_takes_no_other_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gitting.repository(tmp_path / "shop", {"app/pay.py": WAITS.format(comment="")})

    def breaking(one: control.Control, repo: Repo) -> Judgement:
        if one.id == "documentation/readme":
            raise LookupError("a case nobody thought of")
        return control.judge(one, repo)

    monkeypatch.setattr("readiness_bot.assess.judge", breaking)
    report = _report(tmp_path / "shop")
    broken = next(item for item in report.verdicts if item.control == "documentation/readme")
    assert (broken.status, broken.score) == (Status.UNKNOWN, None)
    assert broken.summary == "This control broke off (LookupError) and did not count."
    assert _timeouts(report) == [("app/pay.py", 5, True, None)]


def test_a_service_of_several_is_judged_with_the_pipelines_that_serve_all(tmp_path: Path) -> None:
    workflow = (
        "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest services/pay\n"
    )
    gitting.repository(
        tmp_path / "shops",
        {
            "services/pay/app.py": WAITS.format(comment=""),
            "services/mail/app.py": WAITS.format(comment=""),
            ".github/workflows/ci.yml": workflow,
        },
    )
    report = _report(tmp_path / "shops", Settings(policy=Policy(path="services/pay")))
    assert _timeouts(report) == [("services/pay/app.py", 5, True, None)]
    pipeline = next(item for item in report.verdicts if item.control == "infrastructure/ci-pipeline")
    assert pipeline.status is Status.PASS
    assert report.scope == "services/pay"


def test_kept_facts_that_turn_out_to_be_none_are_found_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    files = {"app/pay.py": WAITS.format(comment=""), "tests/test_pay.py": "def test_pay():\n    assert pay('x')\n"}
    gitting.repository(tmp_path / "shop", {**files, "tests/broken.py": "def (:\n"})
    repository = Repository.open(tmp_path / "shop")

    def report(jobs: int) -> Report:
        return assess.assess(
            repository, "HEAD", Settings(), assessed_on=TODAY, cache_dir=tmp_path / f"cache{jobs}", jobs=jobs
        )

    plain = _report(tmp_path / "shop")
    assert [item.path for item in plain.skipped] == ["tests/broken.py"]
    for jobs in (1, 2):
        store = Store(tmp_path / f"cache{jobs}")
        broken = repository.tree("HEAD").entries["tests/broken.py"]
        store.put("python-test", broken.blob, Row(facts=msgspec.Raw(msgspec.msgpack.encode(["no", "facts"]))))
        store.save()
        assert report(jobs) == plain
    assert "The facts of earlier runs cannot be relied on and are extracted anew" in caplog.messages


def test_words_and_efforts_are_those_of_this_repository(tmp_path: Path) -> None:
    handler = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/price')\ndef a():\n    return {}\n"
    gitting.repository(tmp_path, {"app/shop.py": handler})
    verdicts = {verdict.control: verdict for verdict in _report(tmp_path).verdicts}
    assert "FlaskInstrumentor().instrument_app(app)" in verdicts["monitoring/tracing"].fix
    assert "password" not in verdicts["security/rate-limiting"].impact
    assert verdicts["testing/coverage"].effort_days == (0.5, 2.0)


CLOSES = (
    "from django.core.exceptions import PermissionDenied\n\n\ndef close(request, shop):\n{asked}"
    "    shop.closed_by = request.user\n    shop.save()\n\n\ndef reopen(request, shop):\n    shop.closed_by = None\n"
    "    shop.save()\n\n\ndef describe(shop):\n    return {{'name': shop.name, 'closed by': shop.closed_by}}\n"
)
SERVES = (
    "from flask import Flask\nfrom flask_login import login_required\nfrom shop.rights import admin_required\n\n"
    "app = Flask(__name__)\n\n\n@app.post('/prices')\n@login_required\n@admin_required\n"
    "def prices():\n    return 'ok'\n"
)
ASKED = "    if not request.user.can_close(shop):\n        raise PermissionDenied\n"


@pytest.mark.parametrize("path", ["shop/closing.py", "shop/opening.py"], ids=["in place", "in a file that moves"])
def test_what_a_function_no_longer_asks_is_told_of_a_tree_that_tells_nothing_of_it(tmp_path: Path, path: str) -> None:
    root, cache = tmp_path / "shop", tmp_path / "cache"
    gitting.repository(root, {"shop/app.py": SERVES, "shop/closing.py": CLOSES.format(asked=ASKED)})
    gitting.commit(root, {"shop/closing.py": None, path: CLOSES.format(asked="")})
    made = Repository.open(root)
    for _ in range(2):  # judged anew, then from what the first run kept
        there = assess.compare(made, "HEAD~1", "HEAD", Settings(), assessed_on=TODAY, jobs=1, cache_dir=cache)
        back = assess.compare(made, "HEAD", "HEAD~1", Settings(), assessed_on=TODAY, jobs=1, cache_dir=cache)
        told = [blocker for blocker in there.new_blockers if blocker.control == "security/authorization"]
        assert [(one.location.path, one.location.symbol) for one in told if one.location] == [(path, "close")]
        assert "`close` does not ask what the caller may do" in told[0].issue
        # Of a function as a whole, its head and the line where the question stood.
        assert [(one.location.line, one.location.end_line) for one in told if one.location] == [(4, 5)]
        mended = [blocker.control for blocker in back.fixed_blockers if blocker.location]
        assert "security/authorization" in mended
        assert not [one for one in back.new_blockers if one.control == "security/authorization" and one.location]
