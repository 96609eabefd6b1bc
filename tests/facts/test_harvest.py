"""Facts of whole trees: extracted once, known the next time, the same by any number of processes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from readiness_bot.facts import harvest as subject
from readiness_bot.facts import workers
from readiness_bot.facts.extractor import MAX_BYTES, Extractor, Unreadable
from readiness_bot.facts.extractor import extractors as all_extractors
from readiness_bot.facts.harvest import harvest
from readiness_bot.facts.store import Row, Store, file_name
from readiness_bot.git import Repository, Tree
from readiness_bot.model import Skipped
from tests.gitting import commit, git, write
from tests.gitting import repository as repository_in

LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "4d7a" * 16 + "\nsize 12345\n"


class Lines(msgspec.Struct, frozen=True, array_like=True, gc=False):
    count: int


class Title(msgspec.Struct, frozen=True, array_like=True, gc=False):
    text: str


def lines(content: bytes) -> Lines:
    if b"\0" in content:
        raise Unreadable("not text")
    return Lines(content.count(b"\n"))


def title(content: bytes) -> Title:
    if not content.startswith(b"# "):
        raise Unreadable("no title")
    return Title(content.splitlines()[0][2:].decode())


def shout(content: bytes) -> Title:
    return Title(content.splitlines()[0].decode().upper())


KNOWN = (
    Extractor("lines", lambda path: path.endswith((".txt", ".md")), lines, Lines),
    Extractor("shout", lambda path: path.endswith(".loud.md"), shout, Title),
    Extractor("title", lambda path: path.endswith(".md"), title, Title),
)

Make = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture
def extracted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], list[str]]:
    """Has the extractors above in use, and tells what they were given since it was last asked, sorted."""
    log = tmp_path / "extracted.log"

    def logged(extractor: Extractor) -> Extractor:
        def extract(content: bytes) -> msgspec.Struct:
            # Workers are processes: only a file is seen by all of them. The empty content is for warming up.
            if content:
                with log.open("ab") as file:
                    file.write(extractor.kind.encode() + b" " + content[:20].partition(b"\n")[0] + b"\n")
            return extractor.extract(content)

        return Extractor(extractor.kind, extractor.claims, extract, extractor.facts)

    known = tuple(logged(extractor) for extractor in KNOWN)
    monkeypatch.setattr(subject, "extractors", lambda: known)
    monkeypatch.setattr(subject, "claiming", lambda path: tuple(one for one in known if one.claims(path)))
    monkeypatch.setattr(workers, "extractors", lambda: known)

    def since() -> list[str]:
        text = log.read_text(encoding="utf-8") if log.exists() else ""
        log.unlink(missing_ok=True)
        return sorted(text.splitlines())

    return since


def test_facts_come_by_path_and_type(repository: Make, extracted: Callable[[], list[str]]) -> None:
    opened = Repository.open(repository({"b.md": "# Two\n\n", "a.md": "# One\n", "notes.txt": "x\ny\n", "c.py": "x"}))
    tree = opened.tree("HEAD")
    gathered = harvest(opened, [tree], jobs=1)
    assert list(gathered.facts(tree, Title).items()) == [("a.md", Title("One")), ("b.md", Title("Two"))]
    assert gathered.facts(tree, Lines) == {"a.md": Lines(1), "b.md": Lines(2), "notes.txt": Lines(2)}
    assert gathered.facts(tree, Row) == {}
    assert gathered.skipped(tree) == ()
    assert extracted() == ["lines # One", "lines # Two", "lines x", "title # One", "title # Two"]


def test_equal_files_are_extracted_once(repository: Make, extracted: Callable[[], list[str]]) -> None:
    place = repository({"a.md": "# Same\n", "b.txt": "# Same\n"})
    opened = Repository.open(place)
    base = opened.tree("HEAD")
    commit(place, {"a.md": None, "c.md": "# Same\n", "d.md": "# New\n"})
    head = opened.tree("HEAD")
    gathered = harvest(opened, [base, head])
    assert extracted() == ["lines # New", "lines # Same", "title # New", "title # Same"]
    assert gathered.facts(base, Title) == {"a.md": Title("Same")}
    assert gathered.facts(head, Title) == {"c.md": Title("Same"), "d.md": Title("New")}
    assert gathered.facts(head, Title)["c.md"] is gathered.facts(base, Title)["a.md"]


def test_what_is_stored_is_not_read_again(
    repository: Make, extracted: Callable[[], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = repository({"a.md": "# One\n", "bad.md": "none\n", "big.txt": "x" * (MAX_BYTES + 1), "lfs.txt": LFS})
    opened = Repository.open(place)
    tree = opened.tree("HEAD")
    first = harvest(opened, [tree], store=Store(tmp_path / "cache"))
    assert extracted() == ["lines # One", "lines none", "title # One", "title none"]
    with monkeypatch.context() as patch:
        patch.setattr(Repository, "start", None)
        second = harvest(opened, [tree], store=Store(tmp_path / "cache"))
    assert extracted() == []
    assert second.facts(tree, Title) == first.facts(tree, Title) == {"a.md": Title("One")}
    assert (
        second.skipped(tree)
        == first.skipped(tree)
        == (
            Skipped("bad.md", "no title"),
            Skipped("big.txt", "too large to be read"),
            Skipped("lfs.txt", "only a pointer to Git LFS"),
        )
    )
    commit(place, {"b.md": "# Two\n"})
    harvest(opened, [opened.tree("HEAD")], store=Store(tmp_path / "cache"))
    assert extracted() == ["lines # Two", "title # Two"]


def test_a_file_is_read_as_any_kind_when_asked(repository: Make, extracted: Callable[[], list[str]]) -> None:
    opened = Repository.open(repository({"a.txt": "# one\n", "b.txt": "two\n"}))
    tree = opened.tree("HEAD")
    found = harvest(opened, [tree], jobs=1)
    extracted()
    assert found.read(tree, "a.txt", "title") == Title("one")
    assert found.read(tree, "a.txt", "title") == Title("one")
    assert found.read(tree, "b.txt", "title") is None
    assert extracted() == ["title # one", "title two"]


def test_what_is_skipped_has_every_reason_once(repository: Make, extracted: Callable[[], list[str]]) -> None:
    place = repository({"x.md": b"\0", "y.md": "none", "z.txt": b"\0", "other.bin": b"\0"})
    opened = Repository.open(place)
    tree = opened.tree("HEAD")
    assert harvest(opened, [tree]).skipped(tree) == (
        Skipped("x.md", "no title; not text"),
        Skipped("y.md", "no title"),
        Skipped("z.txt", "not text"),
    )


def test_of_two_extractors_with_the_same_facts_the_last_counts_that_could_read(
    repository: Make, extracted: Callable[[], list[str]]
) -> None:
    opened = Repository.open(repository({"a.loud.md": "# One\n", "b.loud.md": "two\n"}))
    tree = opened.tree("HEAD")
    gathered = harvest(opened, [tree])
    assert gathered.facts(tree, Title) == {"a.loud.md": Title("One"), "b.loud.md": Title("TWO")}
    assert gathered.skipped(tree) == (Skipped("b.loud.md", "no title"),)


def test_submodules_are_skipped_and_symlinks_are_no_files(tmp_path: Path, extracted: Callable[[], list[str]]) -> None:
    place = tmp_path / "main"
    repository_in(place / "inner.md", {"a.md": "# Inner\n"})
    repository_in(place)
    (place / "link.md").symlink_to("a.md")
    commit(place, {"a.md": "# One\n"})
    opened = Repository.open(place)
    for tree in (opened.tree("HEAD"), opened.working_tree()):
        gathered = harvest(opened, [tree])
        assert gathered.facts(tree, Title) == {"a.md": Title("One")}
        assert gathered.skipped(tree) == (Skipped("inner.md", "a submodule, which is judged in its own repository"),)


def test_the_working_tree_is_read_from_disk(
    repository: Make, extracted: Callable[[], list[str]], tmp_path: Path
) -> None:
    place = repository({"a.md": "# One\n", "b.md": "# Two\n"})
    write(place, {"b.md": "# Edited\n", "c.md": "# New\n"})
    opened = Repository.open(place)
    base, head = opened.tree("HEAD"), opened.working_tree()
    gathered = harvest(opened, [base, head], store=Store(tmp_path / "cache"))
    assert gathered.facts(base, Title) == {"a.md": Title("One"), "b.md": Title("Two")}
    assert gathered.facts(head, Title) == {"a.md": Title("One"), "b.md": Title("Edited"), "c.md": Title("New")}
    extracted()
    commit(place, {})
    harvest(opened, [opened.tree("HEAD")], store=Store(tmp_path / "cache"))
    assert extracted() == []


def test_what_a_partial_clone_lacks_is_named_and_not_remembered(
    repository: Make, extracted: Callable[[], list[str]], tmp_path: Path
) -> None:
    place = repository({"a.md": "# One\n", "b.md": "# Two\n"})
    git(place, "config", "uploadpack.allowFilter", "true")
    git(place, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--filter=blob:none", place.as_uri(), "partial")
    git(tmp_path / "partial", "cat-file", "-p", "HEAD:a.md")
    opened = Repository.open(tmp_path / "partial")
    tree = opened.tree("HEAD")
    gathered = harvest(opened, [tree], store=Store(tmp_path / "cache"))
    assert gathered.facts(tree, Title) == {"a.md": Title("One")}
    assert gathered.skipped(tree) == (Skipped("b.md", "not in this clone"),)
    git(tmp_path / "partial", "cat-file", "-p", "HEAD:b.md")
    again = harvest(opened, [tree], store=Store(tmp_path / "cache"))
    assert again.skipped(tree) == ()
    assert again.facts(tree, Title) == {"a.md": Title("One"), "b.md": Title("Two")}


def test_stored_facts_of_the_wrong_shape_are_extracted_again(
    repository: Make, extracted: Callable[[], list[str]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened = Repository.open(repository({"a.md": "# One\n", "b.md": "two\n"}))
    tree = opened.tree("HEAD")
    store = Store(tmp_path)
    for path in ("a.md", "b.md"):
        store.put("title", tree.entries[path].blob, Row(facts=msgspec.Raw(msgspec.msgpack.encode([["no", "title"]]))))
    store.save()
    gathered = harvest(opened, [tree], store=Store(tmp_path))
    assert gathered.facts(tree, Title) == {"a.md": Title("One")}
    assert gathered.skipped(tree) == (Skipped("b.md", "no title"),)
    assert caplog.messages == [
        "What was kept of `a.md` is not as expected, it is read again",
        "What was kept of `b.md` is not as expected, it is read again",
    ]
    caplog.clear()
    gathered.keep()
    assert harvest(opened, [tree], store=Store(tmp_path)).facts(tree, Title) == {"a.md": Title("One")}
    assert caplog.messages == []


def test_only_what_follows_from_the_bytes_is_lasting(
    repository: Make, extracted: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Repository.open(repository({"a.md": "# One\n", "b.md": "two\n", "c.txt": "three\n"}))
    tree = opened.tree("HEAD")
    assert harvest(opened, [tree], jobs=1).is_lasting(tree)

    def breaks(content: bytes) -> Lines:
        raise LookupError(content)

    broken = (Extractor("lines", KNOWN[0].claims, breaks, Lines),)
    monkeypatch.setattr(subject, "claiming", lambda path: tuple(one for one in broken if one.claims(path)))
    monkeypatch.setattr(workers, "extractors", lambda: broken)
    assert not harvest(opened, [tree], jobs=1).is_lasting(tree)


def test_facts_of_another_tree_are_refused(repository: Make, extracted: Callable[[], list[str]]) -> None:
    opened = Repository.open(repository({"a.md": "# One\n"}))
    gathered = harvest(opened, [opened.tree("HEAD")])
    with pytest.raises(ValueError, match="a tree that was not harvested"):
        gathered.facts(opened.tree("HEAD"), Title)


def test_the_number_of_processes_changes_nothing(
    repository: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "BYTES_A_WORKER", 100)
    files = {
        f"app/module_{number}.py": f"import json\n\n\ndef f{number}(x):\n    return {number}\n" for number in range(40)
    }
    opened = Repository.open(repository({**files, "Dockerfile": "FROM python:3.13\n", "broken.py": "def (:\n"}))
    tree = opened.tree("HEAD")
    seen = [everything(opened, tree, tmp_path / str(jobs), jobs) for jobs in (1, 2, 5)]
    assert seen[0] == seen[1] == seen[2]
    assert sum("PythonFacts(" in one for one in seen[0][0]) == 40


def everything(opened: Repository, tree: Tree, cache: Path, jobs: int) -> tuple[list[str], str]:
    gathered = harvest(opened, [tree], store=Store(cache), jobs=jobs)
    kinds = dict.fromkeys(extractor.facts for extractor in all_extractors())
    facts = [repr(each) for kind in kinds for each in gathered.facts(tree, kind).items()]
    skipped = [repr(each) for each in gathered.skipped(tree)]
    return facts + skipped, hashlib.sha256((cache / file_name()).read_bytes()).hexdigest()


def test_progress_is_told(repository: Make, extracted: Callable[[], list[str]]) -> None:
    opened = Repository.open(repository({f"{number}.txt": f"{number}" for number in range(5)}))
    told: list[tuple[int, int]] = []
    harvest(opened, [opened.tree("HEAD")], progress=lambda *progress: told.append(progress))
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
