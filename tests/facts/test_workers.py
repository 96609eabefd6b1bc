"""Files that crash, hang or outgrow their reader, and those beside them that must not notice."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from readiness_bot.facts import workers as subject
from readiness_bot.facts.extractor import Extractor, Unreadable
from readiness_bot.facts.workers import Task, WorkersFailed, available_processors, outcomes_of, run
from readiness_bot.git import ABSENT, TOO_LARGE, Entry, GitError, Repository
from tests.gitting import repository

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="extractors made by a test reach forked workers only")


class Words(msgspec.Struct, frozen=True, array_like=True, gc=False):
    first: str
    count: int


def words(content: bytes) -> Words:
    found = content.decode("utf-8", "surrogateescape").split()
    return Words(found[0] if found else "", len(found))


def misbehave(content: bytes) -> Words:
    deeds: dict[bytes, Callable[[], object]] = {
        b"crash": lambda: os.kill(os.getpid(), 9),
        b"exit": lambda: os._exit(3),
        b"leave": lambda: sys.exit("leaving"),
        b"hang": lambda: os.read(os.pipe()[0], 1),
        b"memory": lambda: bytearray(subject.MEMORY_BYTES * 2),
        b"nest": lambda: misbehave(content),
        b"fault": lambda: 1 // 0,
        b"refuse": lambda: refuse("not\twhat it\x1b[31m\nsays"),
        b"refuse at length": lambda: refuse("x" * 1000),
        b"refuse silently": lambda: refuse(""),
    }
    deeds.get(content, lambda: None)()
    return words(content)


def refuse(reason: str) -> None:
    raise Unreadable(reason)


def mistyped(content: bytes) -> Words:
    return Words(len(content), "x")  # type: ignore[arg-type]  # the fault that the test is about


def huge(content: bytes) -> Words:
    return Words(content.decode("utf-8", "surrogateescape"), (-1) ** len(content) * 2**70)


def known() -> tuple[Extractor, ...]:
    def anything(_: str) -> bool:
        return True

    return (
        Extractor("huge", anything, huge, Words),
        Extractor("misbehaving", anything, misbehave, Words),
        Extractor("mistyped", anything, mistyped, Words),
        Extractor("words", anything, words, Words),
    )


@pytest.fixture(autouse=True)
def extractors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "extractors", known)


def tasks_of(opened: Repository, *kinds: str) -> list[Task]:
    entries = opened.tree("HEAD").entries.values()
    return [Task(entry, kinds, size) for entry, size in opened.sizes(entries) if isinstance(size, int)]


def results(done: Iterator[tuple[Task, tuple[subject.Outcome, ...]]]) -> dict[str, str | list[object]]:
    """The reason, or the facts, by path; of the one kind that was asked for."""
    return {
        task.entry.path: outcome.row.reason or msgspec.msgpack.decode(outcome.row.facts)
        for task, (outcome,) in sorted(done, key=lambda each: each[0].entry.path)
    }


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_file_is_read_by_any_number_of_workers(
    tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "BYTES_A_WORKER", 10)
    opened = Repository.open(repository(tmp_path, {f"{number:02}": f"w{number} " * number for number in range(1, 60)}))
    told: list[tuple[int, int]] = []
    done = run(opened, tasks_of(opened, "words"), jobs, lambda *progress: told.append(progress))
    assert results(done) == {f"{number:02}": [f"w{number}", number] for number in range(1, 60)}
    assert told == [(number, 59) for number in range(1, 60)]


def test_nothing_to_do_starts_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "_Crew", None)
    assert list(run(Repository.open(repository(tmp_path)), [], 2)) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("crash", "its reader crashed"),
        ("exit", "its reader crashed"),
        ("leave", "its reader crashed"),
        ("memory", "needs too much memory to be read"),
        ("nest", "nested too deeply to be read"),
        ("fault", "its reader failed (ZeroDivisionError)"),
        ("refuse", "not what it?[31m says"),
        ("refuse at length", "x" * 299 + "…"),
        ("refuse silently", "cannot be read"),
    ],
)
def test_one_bad_file_costs_itself_alone(tmp_path: Path, content: str, reason: str) -> None:
    files = {f"good-{number}": f"word {number}" for number in range(20)}
    opened = Repository.open(repository(tmp_path, {**files, "bad": content, "bad-too": f"{content}"}))
    expected: dict[str, object] = {f"good-{number}": ["word", 2] for number in range(20)}
    tasks = tasks_of(opened, "misbehaving")
    for jobs in (1, 2):
        assert results(run(opened, tasks, jobs)) == {**expected, "bad": reason, "bad-too": reason}


def test_a_file_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "HANG_SECONDS", 1.5)
    opened = Repository.open(repository(tmp_path, {"bad": "hang", "good": "word", "other": "word word"}))
    assert results(run(opened, tasks_of(opened, "misbehaving"), 1)) == {
        "bad": "not read within 60 seconds",
        "good": ["word", 1],
        "other": ["word", 2],
    }


def test_only_what_follows_from_the_bytes_lasts() -> None:
    def lasting(content: bytes) -> bool:
        (outcome,) = outcomes_of(["misbehaving"], content)
        return outcome.lasting

    assert [lasting(content) for content in (b"good", b"refuse", b"nest", b"fault")] == [True, True, False, False]
    assert [outcome.lasting for outcome in outcomes_of(["words", "huge"], TOO_LARGE)] == [True, True]
    assert [outcome.lasting for outcome in outcomes_of(["words"], ABSENT)] == [False]


def test_a_pointer_to_lfs_is_not_taken_for_the_file() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1\n"
    (outcome,) = outcomes_of(["words"], pointer)
    assert (outcome.row.reason, outcome.lasting) == ("only a pointer to Git LFS", True)


def test_each_kind_has_its_own_outcome() -> None:
    assert [(outcome.kind, outcome.row.reason) for outcome in outcomes_of(["misbehaving", "words"], b"refuse")] == [
        ("misbehaving", "not what it?[31m says"),
        ("words", ""),
    ]


def test_values_that_cannot_be_stored_are_made_storable() -> None:
    def stored(content: bytes) -> object:
        (outcome,) = outcomes_of(["huge"], content)
        return msgspec.msgpack.decode(outcome.row.facts)

    assert stored(b"caf\xe9") == ["caf\\udce9", 9223372036854775807]
    assert stored(b"a") == ["a", -9223372036854775808]


def test_facts_that_do_not_fit_their_type_are_found_at_once() -> None:
    (outcome,) = outcomes_of(["mistyped"], b"x")
    assert outcome.row.reason == "its reader failed (ValidationError)"


def test_a_failing_git_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Repository.open(repository(tmp_path, {"a": "x"}))
    tasks = tasks_of(opened, "words")

    def fail(*_: object) -> None:
        raise GitError("no git any more")

    monkeypatch.setattr("readiness_bot.git.Reader.read", fail)
    with pytest.raises(GitError, match="no git any more"):
        list(run(opened, tasks, 1))


def test_workers_that_never_read_anything_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Repository.open(repository(tmp_path, {f"{number}": f"{number}" for number in range(50)}))
    tasks = tasks_of(opened, "words")
    monkeypatch.setattr(subject, "_bound_memory", lambda: os._exit(1))
    with pytest.raises(WorkersFailed, match="the processes that read files end before they have read any"):
        list(run(opened, tasks, 1))


def test_giving_up_leaves_no_process_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "BYTES_A_WORKER", 1)
    opened = Repository.open(repository(tmp_path, {f"{number}": f"word {number}" for number in range(50)}))
    started: list[int] = []
    hire = subject._Crew._hire

    def counted(crew: subject._Crew, chunk: list[int]) -> None:
        hire(crew, chunk)
        started.append(crew._workers[-1].process.pid or 0)

    monkeypatch.setattr(subject._Crew, "_hire", counted)
    reading = run(opened, tasks_of(opened, "words"), 2)
    next(reading)
    reading.close()  # type: ignore[attr-defined]  # an iterator for callers, a generator here
    assert len(started) == 2
    for process in started:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_the_parts_are_of_about_equal_size() -> None:
    tasks = [Task(Entry(f"{number}", f"{number:040}"), ("words",), number) for number in range(100)]
    parts = list(subject._chunks(tasks, 4))
    assert sorted(number for part in parts for number in part) == list(range(100))
    assert [sum(tasks[number].size for number in part) for part in parts] == [1275, 1250, 1225, 1200]
    assert [part[0] for part in parts] == [99, 98, 97, 96]
    assert list(subject._chunks(tasks[:2], 4)) == [[1], [0]]


def test_processors_are_counted() -> None:
    assert 1 <= available_processors() <= (os.cpu_count() or 1)
