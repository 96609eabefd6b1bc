"""The verdicts of trees that were judged before: used when nothing differs, and never when anything does."""

from __future__ import annotations

import os
import zlib
from datetime import date
from pathlib import Path

import msgspec
import pytest

from readiness_bot import assess, control
from readiness_bot import verdict_store as subject
from readiness_bot.facts.harvest import harvest
from readiness_bot.git import Repository
from readiness_bot.model import Delta, Facts, Judgement, Report, Skipped, Status, Verdict
from readiness_bot.repo import Repo
from readiness_bot.settings import Policy, Settings
from readiness_bot.verdict_store import JudgedTree, VerdictStore
from tests import gitting

TODAY = date(2026, 11, 22)
LATER = date(2026, 12, 24)
WAITS = "import requests\n\n\ndef pay(url):\n    return requests.post(url)\n"
BOUNDED = "import requests\n\n\ndef pay(url):\n    return requests.post(url, timeout=5)\n"


class Bench:
    """A repository of two commits with a cache folder, and the judging that is done."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "shop"
        gitting.repository(self.root, {"app/pay.py": BOUNDED})
        gitting.commit(self.root, {"app/pay.py": WAITS})
        self.cache = folder / "cache"
        self.judged: list[str] = []

    def judge(self, one: control.Control, repo: Repo) -> Judgement:
        if one.id == "external-apis/timeout":
            self.judged.append(",".join(sorted(repo.paths)))
        return control.judge(one, repo)

    def score(
        self, revision: str = "HEAD", settings: Settings | None = None, day: date = TODAY, **more: object
    ) -> Report:
        coverage = more.get("coverage_report")
        return assess.assess(
            Repository.open(self.root),
            revision,
            settings or Settings(),
            assessed_on=day,
            cache_dir=self.cache,
            coverage_report=coverage if isinstance(coverage, bytes) else None,
            jobs=1,
        )

    def compare(self) -> Delta:
        repository = Repository.open(self.root)
        return assess.compare(repository, "HEAD~1", "HEAD", Settings(), assessed_on=TODAY, cache_dir=self.cache, jobs=1)

    @property
    def kept(self) -> list[Path]:
        return sorted(self.cache.glob("verdicts-*.bin"))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path)
    monkeypatch.setattr("readiness_bot.assess.judge", made.judge)
    return made


def test_a_tree_is_judged_once(bench: Bench) -> None:
    first = bench.score()
    assert bench.score() == first
    assert bench.judged == ["app/pay.py"]
    assert [item.location.line for item in first.blockers if item.location] == [5]


def test_the_base_of_a_comparison_is_the_head_of_an_earlier_run(bench: Bench) -> None:
    bench.score("HEAD~1")
    bench.judged.clear()
    delta = bench.compare()
    assert len(bench.judged) == 1
    assert [item.control for item in delta.new_blockers] == ["external-apis/timeout"]
    bench.judged.clear()
    assert bench.compare() == delta
    assert bench.judged == []


def test_waivers_and_dates_are_no_part_of_it(bench: Bench) -> None:
    bench.score()
    later = bench.score(day=LATER)
    assert later.assessed_on == "2026-12-24"
    assert len(bench.judged) == 1


def test_all_that_verdicts_depend_on_tells_trees_apart(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.score()
    covered = b"SF:app/pay.py\nLF:4\nLH:3\nend_of_record\n"
    bench.score("HEAD~1")
    bench.score(settings=Settings(policy=Policy(tenant_keys=("shop_id",))))
    bench.score(coverage_report=covered)
    assert len(bench.judged) == 4
    bench.score(coverage_report=covered)
    assert len(bench.judged) == 4
    gitting.git(bench.root, "mv", "app/pay.py", "app/paid.py")
    gitting.git(bench.root, "commit", "--quiet", "--message", "Move")
    bench.score()
    monkeypatch.setattr(subject, "source_digest", lambda _: "another version")
    bench.score()
    assert len(bench.judged) == 6


def test_a_tree_that_differs_in_what_nothing_reads_is_known(bench: Bench) -> None:
    gitting.commit(bench.root, {"web/cart.tsx": "export const cart = 1\n", "web/logo.png": "one"})
    first = bench.score()
    gitting.commit(bench.root, {"web/cart.tsx": "export const cart = 2\n", "web/logo.png": "two"})
    assert bench.score().verdicts == first.verdicts
    assert len(bench.judged) == 1
    gitting.commit(bench.root, {"web/total.tsx": "export const total = 0\n"})
    bench.score()
    assert len(bench.judged) == 2
    gitting.commit(bench.root, {"README.md": "# Shop\n"})
    gitting.commit(bench.root, {"README.md": "# Shop and stock\n"})
    bench.score("HEAD~1")
    bench.score()
    assert len(bench.judged) == 4


def test_two_trees_that_differ_in_what_nothing_reads_are_judged_once(bench: Bench) -> None:
    gitting.commit(bench.root, {"web/cart.tsx": "export const cart = 1\n"})
    gitting.commit(bench.root, {"web/cart.tsx": "export const cart = 2\n"})
    delta = bench.compare()
    assert delta.base.verdicts == delta.head.verdicts
    assert delta.base.commit != delta.head.commit
    assert len(bench.judged) == 1
    bench.compare()
    assert len(bench.judged) == 1


def test_a_file_that_no_extractor_claims_is_not_read_on_the_spot(bench: Bench) -> None:
    gitting.commit(bench.root, {"web/cart.tsx": "export const cart = 1\n"})
    repository = Repository.open(bench.root)
    tree = repository.tree("HEAD")
    with pytest.raises(ValueError, match=r"web/cart\.tsx is read by nothing"):
        harvest(repository, [tree], jobs=1).read(tree, "web/cart.tsx", "python")


@pytest.mark.parametrize("content", [b"", b"no archive", zlib.compress(b"\x91\x01"), zlib.compress(b"\xc1")[:-2]])
def test_a_file_that_is_not_ours_is_not_believed(bench: Bench, content: bytes) -> None:
    first = bench.score()
    (file,) = bench.kept
    file.write_bytes(content)
    assert bench.score() == first
    assert len(bench.judged) == 2
    bench.score()
    assert len(bench.judged) == 2


def test_one_that_unpacks_to_more_than_any_has_is_not_believed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.score()
    monkeypatch.setattr(subject, "LARGEST", 2_000)
    bench.score()
    assert len(bench.judged) == 2


def test_what_may_turn_out_otherwise_next_time_is_not_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaking(one: control.Control, repo: Repo) -> Judgement:
        if one.id == "documentation/readme":
            raise LookupError("a case nobody thought of")
        return bench.judge(one, repo)

    with monkeypatch.context() as patch:
        patch.setattr("readiness_bot.assess.judge", breaking)
        broken = bench.score()
    assert bench.kept == []
    assert [item.control for item in broken.verdicts if item.status is Status.UNKNOWN][:1] == ["documentation/readme"]
    assert bench.score() != broken


def test_the_trees_used_last_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "KEPT_FILES", 2)
    store = VerdictStore(tmp_path)
    judged = JudgedTree((), ("said",), Facts(), (Skipped("a.py", "too large to be read"),), lasting=True)
    for number in range(3):
        store.put(f"{number}", judged)
        os.utime(tmp_path / f"verdicts-{number}.bin", (number, number))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["verdicts-1.bin", "verdicts-2.bin"]
    assert store.get("1") == judged
    store.put("3", judged)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["verdicts-1.bin", "verdicts-3.bin"]


def test_without_a_folder_nothing_is_kept() -> None:
    store = VerdictStore(None)
    store.put("1", JudgedTree((), (), Facts(), (), lasting=True))
    assert store.get("1") is None


def test_verdicts_come_back_as_they_went(bench: Bench) -> None:
    report = bench.score()
    (file,) = bench.kept
    judged = msgspec.msgpack.decode(zlib.decompress(file.read_bytes()), type=JudgedTree)
    assert judged.verdicts == report.verdicts
    assert all(isinstance(one, Verdict) for one in judged.verdicts)
