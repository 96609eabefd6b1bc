"""The packed file of facts: kept, bounded, shared, and not believed."""

from __future__ import annotations

import ast
import os
import re
import stat
import sys
import zlib
from pathlib import Path

import msgspec
import pytest
from packaging.utils import canonicalize_name

from readiness_bot.facts import store as subject
from readiness_bot.facts.store import Row, Store, default_directory, file_name

FACTS = Row(facts=msgspec.Raw(msgspec.msgpack.encode(["FROM", 1])))
REFUSED = Row(reason="not valid YAML")


def packed(content: object) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(content))


def used(folder: Path, blobs: list[str], new: list[str], size: int = 10) -> None:
    """One run that uses these blobs and finds new ones."""
    store = Store(folder)
    for blob in blobs:
        store.get("dockerfile", blob)
    for blob in new:
        store.put("dockerfile", blob, Row(facts=msgspec.Raw(msgspec.msgpack.encode("x" * size))))
    store.save()


def known(folder: Path, blobs: list[str]) -> list[str]:
    store = Store(folder)
    return [blob for blob in blobs if store.get("dockerfile", blob) is not None]


def test_rows_come_back_by_kind_and_blob(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "folder")
    store.put("dockerfile", "1" * 40, FACTS)
    store.put("compose", "1" * 40, REFUSED)
    store.save()
    again = Store(tmp_path / "deep" / "folder")
    row = again.get("dockerfile", "1" * 40)
    assert row is not None
    assert msgspec.msgpack.decode(row.facts) == ["FROM", 1]
    assert again.get("compose", "1" * 40) == REFUSED
    assert again.get("python", "1" * 40) is None
    assert again.get("dockerfile", "2" * 40) is None


def test_a_store_without_folder_lasts_one_run() -> None:
    store = Store()
    store.put("dockerfile", "1", FACTS)
    store.save()
    assert store.get("dockerfile", "1") == FACTS
    assert Store().get("dockerfile", "1") is None


def test_a_run_without_news_writes_nothing(tmp_path: Path) -> None:
    used(tmp_path, [], ["1"])
    (file,) = tmp_path.iterdir()
    before = file.stat()
    used(tmp_path, ["1"], [])
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    Store(tmp_path / "never").save()
    assert not (tmp_path / "never").exists()


def test_the_same_rows_make_the_same_file(tmp_path: Path) -> None:
    used(tmp_path / "one", [], ["1", "2", "3"])
    used(tmp_path / "two", [], ["3", "1", "2"])
    name = file_name()
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_file_is_replaced_whole_and_others_may_read_it(tmp_path: Path) -> None:
    used(tmp_path, [], ["1"])
    file = tmp_path / file_name()
    with file.open("rb") as old:
        used(tmp_path, ["1"], ["2"])
        assert zlib.decompress(old.read()).count(b"xxxxxxxxxx") == 1
    assert zlib.decompress(file.read_bytes()).count(b"xxxxxxxxxx") == 2
    assert list(tmp_path.iterdir()) == [file]
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_what_a_parallel_run_wrote_is_kept(tmp_path: Path) -> None:
    used(tmp_path, [], ["1"])
    slow = Store(tmp_path)
    slow.put("dockerfile", "2", FACTS)
    used(tmp_path, ["1"], ["3"])
    slow.save()
    assert known(tmp_path, ["1", "2", "3"]) == ["1", "2", "3"]


def test_the_longest_unused_rows_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "KEPT_BYTES", 3000)
    used(tmp_path, [], ["1", "2"], size=1000)
    used(tmp_path, ["2"], ["3"], size=900)
    used(tmp_path, [], ["4"], size=900)
    assert known(tmp_path, ["1", "2", "3", "4"]) == ["2", "3", "4"]


def test_what_a_run_uses_stays_however_much_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "KEPT_BYTES", 3000)
    used(tmp_path, [], ["0"], size=10)
    used(tmp_path, [], ["1", "2", "3", "4", "5"], size=1000)
    assert known(tmp_path, ["0", "1", "2", "3", "4", "5"]) == ["1", "2", "3", "4", "5"]


VALID = [1, {"dockerfile": {"1": [1, [["FROM", 1], ""]]}}]


def test_a_run_that_adds_little_writes_little(tmp_path: Path) -> None:
    used(tmp_path, [], [str(number) for number in range(50)], size=1000)
    whole = tmp_path / file_name()
    before = whole.stat()
    used(tmp_path, ["1"], ["50", "51"], size=1000)
    assert (whole.stat().st_ino, whole.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert len(list(tmp_path.iterdir())) == 2
    used(tmp_path, ["1"], ["52"], size=1000)
    assert known(tmp_path, ["0", "49", "50", "51", "52", "53"]) == ["0", "49", "50", "51", "52"]
    used(tmp_path, ["1"], [str(number) for number in range(53, 60)], size=1000)
    assert list(tmp_path.iterdir()) == [whole]
    assert known(tmp_path, [str(number) for number in range(61)]) == [str(number) for number in range(60)]


def test_little_that_a_parallel_run_wrote_is_kept(tmp_path: Path) -> None:
    used(tmp_path, [], [str(number) for number in range(50)], size=1000)
    slow, slower = Store(tmp_path), Store(tmp_path)
    slow.put("dockerfile", "50", FACTS)
    slower.put("dockerfile", "51", FACTS)
    used(tmp_path, [], ["52"], size=1000)
    slow.save()
    slower.save()
    assert known(tmp_path, ["0", "50", "51", "52"]) == ["0", "50", "51", "52"]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not packed at all",
        packed(VALID)[:-1],
        packed(VALID)[:-6] + b"\0" * 6,
        packed(VALID) + b"more",
        zlib.compress(b""),
        zlib.compress(b"\xc1"),
        zlib.compress(b"\xdf\xff\xff\xff\xff"),
        zlib.compress(b"\x92\x01\x81\xa1a\x81\xa1b\x92\x01\x92" + b"\x91" * 1_000_000),
        zlib.compress(b"\0" * 2_000_000),
        packed({"run": 1}),
        packed([1, {"dockerfile": {"1": [1, "FROM"]}}]),
        packed([1, {"dockerfile": {"1": ["a", [["FROM", 1], ""]]}}]),
        packed([1, {"dockerfile": {"1": [1, [["FROM", 1], 7]]}}]),
    ],
)
def test_a_file_that_is_not_ours_means_a_cold_start(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(subject, "UNPACKED_BYTES", 1_500_000)
    file = tmp_path / file_name()
    file.write_bytes(packed(VALID))
    assert known(tmp_path, ["1"]) == ["1"]
    assert caplog.messages == []
    file.write_bytes(content)
    assert known(tmp_path, ["1"]) == []
    assert [message.partition(":")[0] for message in caplog.messages] == [
        "The facts of earlier runs cannot be used and are extracted anew"
    ]
    used(tmp_path, [], ["2"])
    assert known(tmp_path, ["1", "2"]) == ["2"]


def test_a_file_too_large_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / file_name()).write_bytes(packed(VALID))
    monkeypatch.setattr(subject, "PACKED_BYTES", 10)
    assert known(tmp_path, ["1"]) == []
    assert caplog.messages == ["The facts of earlier runs cannot be used and are extracted anew: too large"]


def test_a_pipe_in_the_place_of_the_file_holds_nothing_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / file_name())
    assert known(tmp_path, ["1"]) == []


def test_a_folder_that_cannot_be_written_to_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("x")
    used(tmp_path / "file" / "folder", [], ["1"])
    assert caplog.messages == ["The facts are not kept for the next run: Not a directory"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used(tmp_path, [], ["1"])

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        used(tmp_path, ["1"], ["2"])
    assert [file.name for file in tmp_path.iterdir()] == [file_name()]
    assert known(tmp_path, ["1", "2"]) == ["1"]


def test_only_the_latest_files_of_other_versions_are_left(tmp_path: Path) -> None:
    for number in range(5):
        other = tmp_path / f"facts-{number}.bin"
        other.write_bytes(b"x")
        os.utime(other, (number, number))
    (tmp_path / "facts-notes.txt").write_text("not ours")
    used(tmp_path, [], ["1"])
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(
        ["facts-3.bin", "facts-4.bin", "facts-notes.txt", file_name()]
    )


def test_the_folder_is_one_for_each_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    one, two = default_directory(tmp_path / "one"), default_directory(tmp_path / "two")
    assert one != two
    assert one == default_directory(tmp_path / "two" / ".." / "one")
    assert one.parent == tmp_path / "readiness-bot"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/ada")
    assert default_directory(tmp_path / "one").parent == Path("/home/ada/.cache/readiness-bot")


def test_the_name_changes_with_source_libraries_and_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = file_name()
    assert re.fullmatch(r"facts-[0-9a-f]{16}\.bin", plain)
    assert file_name() == plain
    names = [plain]
    read = Path.read_bytes
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda self: b"" if self.name == "extractor.py" else read(self))
        names.append(file_name())
    listed = os.listdir
    for library in ("radon", "bandit"):
        with monkeypatch.context() as patch:
            newer = f"{library}-99."
            patch.setattr(
                "os.listdir", lambda place, new=newer: [re.sub(f"^{new[:-3]}", new, one) for one in listed(place)]
            )
            names.append(file_name())
    with monkeypatch.context() as patch:
        patch.setattr("platform.python_implementation", lambda: "PyPy")
        names.append(file_name())
    assert len(set(names)) == 5


def test_the_name_knows_every_library_that_extractors_import() -> None:
    distribution = {"yaml": "pyyaml"}
    imported = {
        name.partition(".")[0]
        for source in Path(subject.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    foreign = imported - sys.stdlib_module_names - {"readiness_bot"}
    assert {distribution.get(name, canonicalize_name(name)) for name in foreign} <= {
        canonicalize_name(name) for name in subject.EXTRACTED_WITH
    }
