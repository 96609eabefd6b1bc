"""Trees, contents and history of real repositories, hostile ones among them."""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path

import pytest

from readiness_bot import git as subject
from readiness_bot.git import (
    ABSENT,
    CHANGED,
    DAMAGED,
    TOO_LARGE,
    Entry,
    GitError,
    NotARepository,
    Repository,
    Tree,
    UnknownRevision,
    Unread,
    is_lfs_pointer,
    printable,
)
from tests.gitting import commit, git, repository, write

HELLO = "ce013625030ba8dba906f756967f9e9ca394464a"
"""What git calls the six bytes `hello` and a line feed."""

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d7a" * 16 + b"\nsize 12345\n"


def contents(opened: Repository, tree: Tree, limit: int = 1000) -> dict[str, bytes | Unread]:
    files = [entry for entry in tree.entries.values() if entry.kind == "file"]
    return {entry.path: content for entry, content in opened.read(files, limit)}


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below the folder with its time and content."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_commit_is_listed_by_path(tmp_path: Path) -> None:
    place = repository(tmp_path, {"b/c.py": "hello\n", "a.py": "x = 1\n", "b.py": "hello\n"})
    opened = Repository.open(place)
    tree = opened.tree("HEAD")
    assert tree.commit == git(place, "rev-parse", "HEAD")
    assert list(tree.entries) == ["a.py", "b.py", "b/c.py"]
    assert tree.entries["b/c.py"] == Entry("b/c.py", HELLO, "file", None)
    assert contents(opened, tree) == {"a.py": b"x = 1\n", "b.py": b"hello\n", "b/c.py": b"hello\n"}


def test_a_scope_keeps_paths_from_the_root(tmp_path: Path) -> None:
    place = repository(tmp_path, {"shop/app.py": "a", "shop/deep/app.py": "b", "shopping/app.py": "c", "app.py": "d"})
    opened = Repository.open(place)
    below = ["shop/app.py", "shop/deep/app.py"]
    assert [list(opened.tree("HEAD", scope).entries) for scope in ("shop", "./shop/", "shop//")] == [below] * 3
    assert list(opened.working_tree("shop").entries) == below
    assert dict(opened.tree("HEAD", "none").entries) == {}
    assert len(opened.tree("HEAD", "").entries) == 4


def test_a_folder_of_the_working_tree_opens_the_repository(tmp_path: Path) -> None:
    place = repository(tmp_path / "main", {"shop/app.py": "a"})
    opened = Repository.open(place / "shop")
    assert (opened.root, opened.git_dir, opened.prefix) == (place, place / ".git", "shop")
    assert Repository.open(place).prefix == "."
    (tmp_path / "link").symlink_to(place / "shop")
    assert Repository.open(tmp_path / "link").prefix == "shop"


def test_a_bare_repository_has_trees_but_no_working_tree(tmp_path: Path) -> None:
    place = repository(tmp_path / "main", {"app.py": "hello\n"})
    git(tmp_path, "clone", "--quiet", "--bare", str(place), "bare.git")
    opened = Repository.open(tmp_path / "bare.git")
    assert opened.root is None
    assert contents(opened, opened.tree("main")) == {"app.py": b"hello\n"}
    with pytest.raises(GitError, match="a bare repository has no working tree; name a revision"):
        opened.working_tree()


def test_a_linked_working_tree_and_a_separate_git_directory_are_found(tmp_path: Path) -> None:
    place = repository(tmp_path / "main", {"app.py": "hello\n"})
    git(place, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    linked = tmp_path / "linked"
    write(linked, {"app.py": "changed\n"})
    opened = Repository.open(linked)
    assert opened.root == linked
    assert contents(opened, opened.working_tree()) == {"app.py": b"changed\n"}
    assert contents(opened, opened.tree("side")) == {"app.py": b"hello\n"}
    git(tmp_path, "clone", "--quiet", "--separate-git-dir=elsewhere", str(place), "apart")
    assert Repository.open(tmp_path / "apart").git_dir == tmp_path / "elsewhere"


def test_what_is_no_repository_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "broken" / ".git").mkdir(parents=True)
    (tmp_path / "nowhere").mkdir()
    (tmp_path / "nowhere" / ".git").write_text("gitdir: /does/not\0/exist\n")
    expected = {
        tmp_path / "file": "is not a folder",
        tmp_path / "missing": "is not a folder",
        tmp_path / "broken": "is no repository that git can read",
        tmp_path / "nowhere": "is no repository that git can read",
        Path("/"): "is not in a git repository",
    }
    for path, message in expected.items():
        with pytest.raises(NotARepository) as caught:
            Repository.open(path)
        assert message in str(caught.value)
        assert "\n" not in str(caught.value)


def test_git_itself_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = repository(tmp_path, {"app.py": "a"})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git is not installed, or not on the PATH"):
        Repository.open(place)


def test_revisions_resolve_to_commits(tmp_path: Path) -> None:
    place = repository(tmp_path, {"app.py": "a"})
    first = git(place, "rev-parse", "HEAD")
    git(place, "tag", "--annotate", "--message", "one", "v1")
    second = commit(place, {"app.py": "b"})
    opened = Repository.open(place)
    assert [opened.resolve(name) for name in ("v1", "HEAD~1", first[:8], first)] == [first] * 4
    assert opened.resolve("main") == second
    assert (opened.has(first), opened.has("0" * 40), opened.has("HEAD")) == (True, False, False)


@pytest.mark.parametrize(
    "name",
    ["", "-h", "--all", "nothing", "0" * 40, "HEAD:app.py", "main..main", "a\0b", "main\n", "HEAD^{tree}", "\udcff"],
)
def test_what_names_no_commit_is_refused(tmp_path: Path, name: str) -> None:
    opened = Repository.open(repository(tmp_path, {"app.py": "a"}))
    with pytest.raises(UnknownRevision) as caught:
        opened.resolve(name)
    assert "\n" not in str(caught.value)
    str(caught.value).encode()


def test_history_is_read_from_the_commits(tmp_path: Path) -> None:
    place = repository(tmp_path, {"app.py": "a"})
    root = git(place, "rev-parse", "HEAD")
    git(place, "checkout", "--quiet", "-b", "side")
    side = commit(place, {"side.py": "b"})
    git(place, "checkout", "--quiet", "main")
    main = commit(place, {"main.py": "c"})
    git(place, "merge", "--quiet", "--no-edit", "side")
    git(place, "checkout", "--quiet", "--orphan", "other")
    commit(place, {"other.py": "d"})
    opened = Repository.open(place)
    assert opened.merge_base("side", main) == root
    assert opened.merge_base("side", "other") is None
    assert opened.parents("main") == (main, side)
    assert opened.parents(root) == ()
    assert opened.commit_time("main") == 1767323045


def test_a_shallow_clone_knows_parents_it_does_not_have(tmp_path: Path) -> None:
    place = repository(tmp_path / "main", {"app.py": "a"})
    first = git(place, "rev-parse", "HEAD")
    commit(place, {"app.py": "b"})
    git(tmp_path, "clone", "--quiet", "--depth=1", place.as_uri(), "shallow")
    opened = Repository.open(tmp_path / "shallow")
    assert (opened.shallow, Repository.open(place).shallow) == (True, False)
    assert opened.parents("HEAD") == (first,)
    assert contents(opened, opened.tree("HEAD")) == {"app.py": b"b"}
    with pytest.raises(UnknownRevision, match="the clone is shallow, a deeper fetch may bring it"):
        opened.resolve("HEAD~1")


def test_a_fetch_brings_one_commit_into_a_shallow_clone(tmp_path: Path) -> None:
    place = repository(tmp_path / "main", {"app.py": "a"})
    commit(place, {"app.py": "b"})
    second = git(place, "rev-parse", "HEAD")
    commit(place, {"app.py": "c"})
    git(place, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(tmp_path, "clone", "--quiet", "--depth=1", place.as_uri(), "shallow")
    opened = Repository.open(tmp_path / "shallow")
    before = state(tmp_path / "shallow" / ".git" / "refs")
    opened.fetch(place.as_uri(), second)
    assert contents(opened, opened.tree(second)) == {"app.py": b"b"}
    assert not opened.has(git(place, "rev-parse", "HEAD~2"))
    assert state(tmp_path / "shallow" / ".git" / "refs") == before
    assert not (tmp_path / "shallow" / ".git" / "FETCH_HEAD").exists()
    opened.fetch("https://nobody.invalid/never-asked", second)


def test_a_fetch_leaves_a_complete_history_complete(tmp_path: Path) -> None:
    place = repository(tmp_path / "main", {"app.py": "a"})
    git(tmp_path, "clone", "--quiet", place.as_uri(), "clone")
    commit(place, {"app.py": "b"})
    last = commit(place, {"app.py": "c"})
    git(place, "config", "uploadpack.allowAnySHA1InWant", "true")
    opened = Repository.open(tmp_path / "clone")
    opened.fetch(place.as_uri(), last)
    assert opened.shallow is False
    assert opened.merge_base(last, "HEAD") == git(tmp_path / "clone", "rev-parse", "HEAD")


def test_a_fetch_tells_no_secret(tmp_path: Path) -> None:
    place = repository(tmp_path, {"app.py": "a"})
    opened = Repository.open(place)
    before = state(place)
    for url in ("file:///does/not/exist", "http://user:hunter2@127.0.0.1:1/a/b"):
        with pytest.raises(GitError, match=r"^commit 000000000000 could not be fetched from the remote$"):
            opened.fetch(url, "0" * 40, header="Authorization: hunter2")
    assert state(place) == before


@pytest.mark.parametrize(
    "url", ["ext::touch marker", "ssh://host/a", "git@host:a/b", "-u", "/a/path", "--upload-pack=x"]
)
def test_a_fetch_speaks_web_protocols_only(tmp_path: Path, url: str) -> None:
    opened = Repository.open(repository(tmp_path, {"app.py": "a"}))
    with pytest.raises(GitError, match="only a full commit id can be fetched"):
        opened.fetch(url, "0" * 40)


def test_the_header_of_a_fetch_is_in_the_environment_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = repository(tmp_path / "main", {"app.py": "a"})
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/arguments\nenv >> {tmp_path}/environment\nexit 1\n')
    fake.chmod(0o755)
    opened = Repository.open(place)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("GITHUB_TOKEN", "other-secret")
    with pytest.raises(GitError):
        opened.fetch("https://example.org/a/b", "0" * 40, header="Authorization: hunter2")
    environment = (tmp_path / "environment").read_text()
    assert "hunter2" not in (tmp_path / "arguments").read_text()
    assert "other-secret" not in environment
    assert "GIT_CONFIG_KEY_1=http.https://example.org/a/b.extraHeader\n" in environment
    assert "GIT_CONFIG_VALUE_1=Authorization: hunter2\n" in environment


def test_sha256_repositories_are_read_alike(tmp_path: Path) -> None:
    place = repository(tmp_path, {"app.py": "hello\n"}, object_format="sha256")
    opened = Repository.open(place)
    blob = hashlib.sha256(b"blob 6\0hello\n").hexdigest()
    assert opened.object_format == "sha256"
    assert opened.tree("HEAD").entries["app.py"].blob == blob
    assert opened.working_tree().entries["app.py"].blob == blob
    assert contents(opened, opened.tree("HEAD")) == {"app.py": b"hello\n"}


def test_the_working_tree_is_what_lies_on_disk(tmp_path: Path) -> None:
    place = repository(tmp_path, {"same.py": "hello\n", "edited.py": "a", "gone.py": "b", ".gitignore": "*.log\n"})
    write(place, {"edited.py": "c", "gone.py": None, "new/file.py": "d", "noise.log": "e"})
    opened = Repository.open(place)
    before = state(place)
    tree = opened.working_tree()
    assert tree.commit is None
    assert tree.entries["same.py"].blob == HELLO
    assert contents(opened, tree) == {
        ".gitignore": b"*.log\n",
        "edited.py": b"c",
        "new/file.py": b"d",
        "same.py": b"hello\n",
    }
    assert state(place) == before


def test_a_working_tree_without_commits_is_read(tmp_path: Path) -> None:
    place = repository(tmp_path)
    write(place, {"app.py": "hello\n"})
    opened = Repository.open(place)
    assert contents(opened, opened.working_tree()) == {"app.py": b"hello\n"}
    with pytest.raises(UnknownRevision, match="`HEAD` is no commit of this clone"):
        opened.tree("HEAD")


def test_a_conflict_counts_its_path_once(tmp_path: Path) -> None:
    place = repository(tmp_path, {"app.py": "a\n"})
    git(place, "checkout", "--quiet", "-b", "side")
    commit(place, {"app.py": "b\n"})
    git(place, "checkout", "--quiet", "main")
    commit(place, {"app.py": "c\n"})
    with pytest.raises(Exception, match="merge"):
        git(place, "merge", "--quiet", "side")
    opened = Repository.open(place)
    assert list(opened.working_tree().entries) == ["app.py"]


def test_files_that_a_sparse_checkout_leaves_out_still_count(tmp_path: Path) -> None:
    place = repository(tmp_path, {"shop/app.py": "hello\n", "docs/page.md": "x"})
    git(place, "sparse-checkout", "set", "docs")
    assert not (place / "shop").exists()
    opened = Repository.open(place)
    assert contents(opened, opened.working_tree()) == {"docs/page.md": b"x", "shop/app.py": b"hello\n"}


def test_symlinks_are_named_and_never_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, {"secret.py": "secret"})
    place = repository(tmp_path / "main", {"folder/app.py": "hello\n", "plain.py": "hello\n"})
    (place / "link.py").symlink_to("../outside/secret.py")
    commit(place, {})
    opened = Repository.open(place)
    text = hashlib.sha1(b"blob 20\0../outside/secret.py", usedforsecurity=False).hexdigest()
    assert opened.tree("HEAD").entries["link.py"] == Entry("link.py", text, "symlink", None)
    assert opened.working_tree().entries["link.py"] == Entry("link.py", text, "symlink", b"link.py")
    tree = opened.working_tree()
    write(place, {"folder/app.py": None, "plain.py": None})
    (place / "folder").rmdir()
    (place / "folder").symlink_to(outside)
    (outside / "app.py").write_text("hello\n")
    (place / "plain.py").symlink_to(outside / "app.py")
    assert contents(opened, tree) == {"folder/app.py": CHANGED, "plain.py": Unread("cannot be read: " + LOOP)}
    assert {path: entry.kind for path, entry in opened.working_tree().entries.items()} == {
        "folder": "symlink",
        "link.py": "symlink",
        "plain.py": "symlink",
    }


LOOP = os.strerror(40).lower()
"""What opening a symlink says when it must not be followed."""


def test_pipes_and_unreadable_files_hold_nothing_up(tmp_path: Path) -> None:
    place = repository(tmp_path, {"pipe.py": "a", "late.py": "b"})
    opened = Repository.open(place)
    tree = opened.working_tree()
    write(place, {"pipe.py": None, "late.py": None})
    os.mkfifo(place / "pipe.py")
    os.mkfifo(place / "new.py")
    assert contents(opened, tree) == {
        "late.py": CHANGED,
        "pipe.py": Unread("cannot be read: not a regular file"),
    }
    assert dict(opened.working_tree().entries) == {}


def test_a_file_that_changes_while_it_is_read_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    place = repository(tmp_path, {"app.py": "a"})
    opened = Repository.open(place)
    tree = opened.working_tree()
    write(place, {"app.py": "b"})
    assert contents(opened, tree) == {"app.py": CHANGED}


def test_submodules_are_named_and_not_entered(tmp_path: Path) -> None:
    inner = repository(tmp_path / "main" / "inner", {"app.py": "a"})
    head = git(inner, "rev-parse", "HEAD")
    place = repository(tmp_path / "main", {"app.py": "hello\n"})
    assert git(place, "ls-files", "--stage", "inner").startswith("160000")
    repository(place / "untracked", {"app.py": "a"})
    opened = Repository.open(place)
    assert opened.tree("HEAD").entries["inner"] == Entry("inner", head, "submodule", None)
    assert opened.working_tree().entries["inner"] == Entry("inner", head, "submodule", None)
    assert list(opened.working_tree().entries) == ["app.py", "inner"]
    assert Repository.open(inner).root == inner


def test_content_is_bounded_and_absence_has_a_reason(tmp_path: Path) -> None:
    place = repository(tmp_path, {"a.py": "hello\n", "b.py": "x" * 1001, "c.py": "x" * 1000, "d.py": ""})
    opened = Repository.open(place)
    expected = {"a.py": b"hello\n", "b.py": TOO_LARGE, "c.py": b"x" * 1000, "d.py": b""}
    assert contents(opened, opened.tree("HEAD")) == expected
    assert contents(opened, opened.working_tree()) == expected
    lost = Entry("lost.py", "12" * 20)
    folder = Entry("folder", git(place, "rev-parse", "HEAD^{tree}"))
    known = opened.tree("HEAD").entries["a.py"]
    assert list(opened.read([lost, known, folder, known], 10)) == [
        (lost, ABSENT),
        (known, b"hello\n"),
        (folder, ABSENT),
        (known, b"hello\n"),
    ]


def test_many_files_are_read_in_order(tmp_path: Path) -> None:
    place = repository(tmp_path, {f"{number:04}.txt": f"{number}\n" * number for number in range(500)})
    opened = Repository.open(place)
    expected = {f"{number:04}.txt": f"{number}\n".encode() * number for number in range(500)}
    assert contents(opened, opened.tree("HEAD"), 10_000) == expected
    assert list(contents(opened, opened.working_tree(), 10_000).items()) == list(expected.items())


def test_reading_can_be_given_up(tmp_path: Path) -> None:
    place = repository(tmp_path, {f"{number}.txt": f"{number}\n" * 50_000 for number in range(30)})
    opened = Repository.open(place)
    reading = opened.read(opened.tree("HEAD").entries.values(), 10_000_000)
    next(reading)
    reading.close()  # type: ignore[attr-defined]  # an iterator for callers, a generator here


def test_one_damaged_object_is_named_and_the_others_read(tmp_path: Path) -> None:
    place = repository(tmp_path, {"a.py": "hello\n", "b.py": "damaged", "c.py": "fine"})
    opened = Repository.open(place)
    tree = opened.tree("HEAD")
    blob = tree.entries["b.py"].blob
    lying = place / ".git" / "objects" / blob[:2] / blob[2:]
    sound = lying.read_bytes()
    lying.chmod(0o644)
    lying.write_bytes(sound[:-6] + b"\0" * 6)
    read = contents(opened, tree)
    assert read["b.py"] in (ABSENT, DAMAGED)
    assert (read["a.py"], read["c.py"]) == (b"hello\n", b"fine")


def test_a_damaged_database_is_an_error(tmp_path: Path) -> None:
    files = {f"{number}.txt": f"{number} " * 2000 for number in range(subject.DAMAGED_OBJECTS + 2)}
    place = repository(tmp_path, files)
    opened = Repository.open(place)
    tree = opened.tree("HEAD")
    for entry in tree.entries.values():
        lying = place / ".git" / "objects" / entry.blob[:2] / entry.blob[2:]
        lying.chmod(0o644)
        lying.write_bytes(lying.read_bytes()[:-20])
    with pytest.raises(GitError, match="the object database is damaged"):
        contents(opened, tree, 1_000_000)


def test_a_partial_clone_names_what_is_absent_and_fetches_nothing(tmp_path: Path) -> None:
    place = repository(tmp_path / "main", {"app.py": "hello\n", "other.py": "x"})
    git(place, "config", "uploadpack.allowFilter", "true")
    git(place, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--filter=blob:none", place.as_uri(), "partial")
    clone = tmp_path / "partial"
    git(clone, "cat-file", "-p", "HEAD:other.py")
    marker = tmp_path / "marker"
    git(clone, "config", "remote.origin.url", f"ext::touch {marker}")
    git(clone, "config", "protocol.ext.allow", "always")
    opened = Repository.open(clone)
    before = state(clone)
    assert opened.partial
    assert contents(opened, opened.tree("HEAD")) == {"app.py": ABSENT, "other.py": b"x"}
    assert not opened.has("0" * 40)
    assert state(clone) == before
    assert not marker.exists()
    with pytest.raises(Exception, match="cat-file"):
        git(clone, "cat-file", "-p", "HEAD:app.py")
    assert marker.exists()


def test_trees_that_a_clone_lacks_are_an_error(tmp_path: Path) -> None:
    place = repository(tmp_path / "main", {"folder/app.py": "hello\n"})
    git(place, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--filter=tree:0", place.as_uri(), "treeless")
    opened = Repository.open(tmp_path / "treeless")
    with pytest.raises(GitError, match=r"the tree of [0-9a-f]{12} is not complete in this clone"):
        opened.tree("HEAD")


def test_nothing_of_the_repository_is_run(tmp_path: Path) -> None:
    place = repository(tmp_path / "main", {"app.py": "hello\n" * 9, ".gitattributes": "* filter=x diff=x\n"})
    first = git(place, "rev-parse", "HEAD")
    commit(place, {"app.py": None, "moved.py": "hello\n" * 9 + "more\n"})
    marker = tmp_path / "marker"
    touch = tmp_path / "touch.sh"
    touch.write_text(f"#!/bin/sh\necho $0 >> {marker}\ncat\n")
    touch.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / hook).symlink_to(touch)
    (tmp_path / "included").write_text(f'[filter "x"]\n\tclean = {touch}\n\tsmudge = {touch}\n\tprocess = {touch}\n')
    for name, value in {
        "core.fsmonitor": str(touch),
        "core.hooksPath": str(hooks),
        "core.pager": str(touch),
        "core.editor": str(touch),
        "core.sshCommand": str(touch),
        "core.askPass": str(touch),
        "credential.helper": str(touch),
        "diff.external": str(touch),
        "diff.x.textconv": str(touch),
        "diff.x.command": str(touch),
        "pager.ls-tree": str(touch),
        "pager.config": str(touch),
        "alias.ls-tree": f"!{touch}",
        "alias.cat-file": f"!{touch}",
        "include.path": str(tmp_path / "included"),
    }.items():
        git(place, "config", name, value)
    write(place, {"moved.py": "hello\n" * 9 + "edited\n"})
    git(place, "ls-files", "--modified")
    assert marker.exists(), "the trap must work for the test to mean anything"
    marker.unlink()

    opened = Repository.open(place)
    base, head, now = opened.tree(first), opened.tree("HEAD"), opened.working_tree()
    assert contents(opened, now)["moved.py"] == b"hello\n" * 9 + b"edited\n"
    assert contents(opened, head)["moved.py"] == b"hello\n" * 9 + b"more\n"
    assert opened.renames(base, head) == {"moved.py": "app.py"}
    assert opened.renames(base, now) == {"moved.py": "app.py"}
    assert opened.merge_base(first, "HEAD") == first
    with pytest.raises(GitError):
        opened.fetch("http://127.0.0.1:1/a", "0" * 40)
    assert not marker.exists()


def test_the_configured_working_tree_does_not_lead_elsewhere(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", {"secret.py": "x"})
    place = repository(tmp_path / "main", {"app.py": "hello\n"})
    git(place, "config", "core.worktree", str(tmp_path / "elsewhere"))
    opened = Repository.open(place)
    assert contents(opened, opened.working_tree()) == {"app.py": b"hello\n"}


def test_the_environment_does_not_lead_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = repository(tmp_path / "other", {"other.py": "x"})
    place = repository(tmp_path / "main", {"app.py": "hello\n"})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    opened = Repository.open(place)
    assert list(opened.tree("HEAD").entries) == ["app.py"]
    assert list(opened.working_tree().entries) == ["app.py"]


def test_an_object_is_what_its_id_says(tmp_path: Path) -> None:
    place = repository(tmp_path, {"app.py": "hello\n"})
    other = git(place, "hash-object", "-w", "--stdin", stdin=b"replaced")
    git(place, "replace", HELLO, other)
    assert git(place, "cat-file", "-p", HELLO) == "replaced"
    opened = Repository.open(place)
    assert contents(opened, opened.tree("HEAD")) == {"app.py": b"hello\n"}


def test_export_ignore_and_line_ends_change_nothing(tmp_path: Path) -> None:
    attributes = "app.py export-ignore text eol=crlf ident\n"
    place = repository(tmp_path, {"app.py": "$Id$\nhello\n", ".gitattributes": attributes})
    opened = Repository.open(place)
    assert contents(opened, opened.tree("HEAD"))["app.py"] == b"$Id$\nhello\n"
    assert opened.tree("HEAD").entries["app.py"].blob == opened.working_tree().entries["app.py"].blob


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_a_repository_of_another_owner_is_read(tmp_path: Path) -> None:
    place = repository(tmp_path / "main", {"app.py": "hello\n"})
    for path in (place, *place.rglob("*")):
        os.lchown(path, 12345, 12345)
    with pytest.raises(Exception, match="status"):
        git(place, "status")
    opened = Repository.open(place)
    assert contents(opened, opened.tree("HEAD")) == {"app.py": b"hello\n"}
    assert contents(opened, opened.working_tree()) == {"app.py": b"hello\n"}


def test_paths_are_safe_to_print(tmp_path: Path) -> None:
    place = repository(tmp_path)
    for name in (b"caf\xe9.py", b"line\nbreak.py", b"back\\slash.py", "schön 日.py".encode(), b"\x1b[31mred.py"):
        with open(os.path.join(os.fsencode(place), name), "wb") as file:  # noqa: PTH118, PTH123  # a path of bytes
            file.write(name)
    commit(place, {})
    opened = Repository.open(place)
    expected = {
        "\\u001b[31mred.py": b"\x1b[31mred.py",
        "back\\\\slash.py": b"back\\slash.py",
        "caf\\xe9.py": b"caf\xe9.py",
        "line\\u000abreak.py": b"line\nbreak.py",
        "schön 日.py": "schön 日.py".encode(),
    }
    assert contents(opened, opened.tree("HEAD")) == expected
    assert contents(opened, opened.working_tree()) == expected


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"app/main.py", "app/main.py"),
        (b"a b.py", "a b.py"),
        (b"\xff", "\\xff"),
        (b"\\xff", "\\\\xff"),
        ("\u202egnp.py".encode(), "\\u202egnp.py"),
        ("\U000e0001".encode(), "\\U000e0001"),
        (b"a\tb", "a\\u0009b"),
    ],
)
def test_printable_paths_stay_different(raw: bytes, shown: str) -> None:
    assert printable(raw) == shown


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (LFS, True),
        (LFS.rstrip(b"\n"), True),
        (LFS.replace(b"\noid", b"\next-0-foo sha256:ab\noid"), True),
        (LFS + b"more\n", False),
        (b"x = 1\n" + LFS, False),
        (LFS.replace(b"git-lfs.github.com", b"example.org"), False),
        (LFS.replace(b"size 12345", b"size " + b"1" * 2000), False),
        (b"", False),
    ],
)
def test_lfs_pointers_are_told_from_files(content: bytes, expected: bool) -> None:
    assert is_lfs_pointer(content) is expected


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/acme/shop.git", "acme/shop"),
        ("https://user:hunter2@github.com/acme/shop", "acme/shop"),
        ("git@github.com:acme/shop.git", "acme/shop"),
        ("ssh://git@example.org:2222/acme/shop.git/", "acme/shop"),
        ("https://gitlab.com/group/sub/shop.git", "sub/shop"),
        ("file:///srv/git/shop.git", "checkout"),
        ("/srv/git/shop.git", "checkout"),
        ("../shop", "checkout"),
        ("https://github.com/", "checkout"),
        ("", "checkout"),
    ],
)
def test_a_repository_is_named_after_its_remote(tmp_path: Path, url: str, name: str) -> None:
    place = repository(tmp_path / "checkout")
    git(place, "config", "remote.origin.url", url)
    assert Repository.open(place).name == name


def test_a_repository_without_remote_is_named_after_its_folder(tmp_path: Path) -> None:
    assert Repository.open(repository(tmp_path / "shop")).name == "shop"
    assert Repository.open(repository(tmp_path / "bare.git", bare=True)).name == "bare"


def test_a_repository_can_be_handed_to_another_process(tmp_path: Path) -> None:
    opened = Repository.open(repository(tmp_path, {"app.py": "hello\n"}))
    assert pickle.loads(pickle.dumps(opened)) == opened


def text(*lines: int) -> str:
    return "".join(f"line number {line}\n" for line in lines)


def test_renames_are_found_by_content_then_by_likeness(tmp_path: Path) -> None:
    place = repository(
        tmp_path,
        {
            "a/model.py": text(*range(20)),
            "a/view.py": text(*range(20, 40)),
            "a/other.py": text(*range(40, 60)),
            "kept.py": text(*range(60, 80)),
        },
    )
    base = git(place, "rev-parse", "HEAD")
    changes: dict[str, str | bytes | None] = {
        "a/model.py": None,
        "a/view.py": None,
        "a/other.py": None,
        "b/model.py": text(*range(20)),
        "b/pages.py": text(*range(20, 35), *range(100, 105)),
        "b/other.py": text(*range(40, 49), *range(200, 211)),
        "copy.py": text(*range(60, 80)),
    }
    write(place, changes)
    opened = Repository.open(place)
    working = opened.renames(opened.tree(base), opened.working_tree())
    commit(place, {})
    assert working == opened.renames(opened.tree(base), opened.tree("HEAD"))
    assert working == {"b/model.py": "a/model.py", "b/pages.py": "a/view.py"}


def test_among_equal_files_the_same_name_is_the_renamed_one() -> None:
    opened = Repository(Path("/nowhere"), None, ".", "sha1", False, None)
    blob = "1" * 40

    def tree(*paths: str) -> Tree:
        return Tree(None, {path: Entry(path, blob) for path in paths})

    assert opened.renames(tree("a/x.py", "a/y.py"), tree("b/y.py", "b/x.py")) == {
        "b/x.py": "a/x.py",
        "b/y.py": "a/y.py",
    }
    assert opened.renames(tree("a/x.py", "a/y.py"), tree("b/new.py", "b/x.py")) == {
        "b/new.py": "a/y.py",
        "b/x.py": "a/x.py",
    }
    assert opened.renames(tree("a/x.py"), tree("a/x.py", "b/x.py")) == {}


def test_one_old_file_becomes_one_new_file(tmp_path: Path) -> None:
    place = repository(tmp_path, {"old.py": text(*range(20))})
    base = git(place, "rev-parse", "HEAD")
    commit(place, {"old.py": None, "far.py": text(*range(12)), "near.py": text(*range(18))})
    opened = Repository.open(place)
    assert opened.renames(opened.tree(base), opened.tree("HEAD")) == {"near.py": "old.py"}
