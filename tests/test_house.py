"""What holds for the project as a whole: pins, reasons, links, names and generated files; nothing of what it does."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from readiness_bot import __version__, configuration
from tools.docs import generated, stale

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.txt", "requirements-dev.txt")
BINARY = {".png", ".gif", ".ico", ".gz", ".zip", ".pack", ".idx", ".woff2"}
EMPTY_NAMES = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}

FOREIGN = {
    "a machine's own path": re.compile(r"(?<![\w./-])/work/"),
    "a package registry's host": re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.org|deb\.debian\.org", re.IGNORECASE),
    "an unfinished merge": re.compile(r"^(<{7} |>{7} )", re.MULTILINE),
}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    return [name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def texts() -> dict[str, str]:
    """The project's own text files; a folder under tests with a licence of its own holds other people's."""
    tracked_names = tracked()
    borrowed = tuple(name.removesuffix("LICENSE") for name in tracked_names if re.fullmatch("tests/.+/LICENSE", name))
    return {
        name: (ROOT / name).read_text(encoding="utf-8")
        for name in tracked_names
        if not name.startswith(borrowed) and PurePosixPath(name).suffix not in BINARY and not (ROOT / name).is_symlink()
    }


def locked(lock: str) -> dict[str, str]:
    """The pinned version by package name."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", text, re.MULTILINE)
    }


def declared(*, dev: bool) -> list[Requirement]:
    lines = list(PROJECT["project"]["dependencies"])
    if dev:
        lines += PROJECT["project"]["optional-dependencies"]["dev"] + PROJECT["build-system"]["requires"]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_pins_by_hash_and_names_no_host(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    code = [
        line.partition(" #")[0].rstrip(" \\") for line in lines if line.strip() and not line.lstrip().startswith("#")
    ]
    package = re.compile(r"[a-z0-9.-]+(\[[a-z0-9,-]+\])?==[\w.+!]+( ; .+)?")
    fingerprint = re.compile(r"    --hash=sha256:[0-9a-f]{64}")
    assert [line for line in code if not package.fullmatch(line) and not fingerprint.fullmatch(line)] == []
    unhashed = [
        line for line, after in zip(code, [*code[1:], ""], strict=True) if "==" in line and "--hash" not in after
    ]
    assert unhashed == []
    assert [line for line in lines if "://" in line] == []


@pytest.mark.parametrize(("lock", "dev"), [(LOCKS[0], False), (LOCKS[1], True)])
def test_a_lock_file_satisfies_what_the_project_declares(lock: str, dev: bool) -> None:
    pins = locked(lock)
    unmet = [
        str(requirement)
        for requirement in declared(dev=dev)
        if pins.get(canonicalize_name(requirement.name), "") not in requirement.specifier
    ]
    assert unmet == [], "run `make lock`"


def test_both_lock_files_agree() -> None:
    everything = locked(LOCKS[1])
    assert {
        name: (pin, everything.get(name)) for name, pin in locked(LOCKS[0]).items() if everything.get(name) != pin
    } == {}


def test_every_dependency_has_its_reason() -> None:
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w.-]+) \| (.+) \| (.+) \|$", page, re.MULTILINE)
    listed = [name for name, *_ in rows if name != "package" and not name.startswith("---")]
    assert sorted(map(canonicalize_name, listed)) == sorted(
        {canonicalize_name(each.name) for each in declared(dev=True)}
    )


def test_every_dependency_is_used_where_its_reason_says() -> None:
    distributions = packages_distributions()
    users: dict[str, set[str]] = {}
    for name, text in texts().items():
        if name.startswith("readiness_bot/") and name.endswith(".py"):
            part = name.split("/")[1].removesuffix(".py")
            for module in re.findall(r"^\s*(?:import|from) (\w+)", text, re.MULTILINE):
                for distribution in distributions.get(module, []):
                    users.setdefault(canonicalize_name(distribution), set()).add(f"`{part}`")
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8").partition("## For development")[0]
    said = dict(re.findall(r"^\| ([\w.-]+) \| .+ \| (`.+`) \|$", page, re.MULTILINE))
    assert said == {name: ", ".join(sorted(users.get(canonicalize_name(name), ()))) for name in said}


def test_no_file_speaks_of_where_it_was_written() -> None:
    own = Path(__file__).relative_to(ROOT).as_posix()
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {what}"
        for name, text in texts().items()
        if name != own
        for what, pattern in FOREIGN.items()
        for match in pattern.finditer(text)
    ]
    assert found == []


def test_text_files_end_in_one_line_feed() -> None:
    assert [name for name, text in texts().items() if text and (not text.endswith("\n") or "\r\n" in text)] == []


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{name}: {target}"
        for name, text in texts().items()
        if name.endswith(".md") and not name.startswith("tests/")
        for target in re.findall(r"\]\(([^)\s#]+)[^)\s]*\)", re.sub(r"(?s)```.*?```|`[^`\n]*`", "", text))
        if "://" not in target
        and not target.startswith("mailto:")
        and not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert broken == []


def test_modules_are_named_for_a_subject() -> None:
    modules = [PurePosixPath(name) for name in tracked() if name.endswith(".py") and name.startswith("readiness_bot/")]
    taken = EMPTY_NAMES | sys.stdlib_module_names
    assert [str(path) for path in modules if path.stem in taken or path.parent.name in taken] == []


def test_nothing_is_kept_that_nothing_uses() -> None:
    program = {
        name: text for name, text in texts().items() if name.startswith("readiness_bot/") and name.endswith(".py")
    }
    named = {name: Counter(re.findall(r"\b[A-Za-z_]\w*\b", text)) for name, text in program.items()}
    everywhere: Counter[str] = sum(named.values(), Counter())
    unused = []
    for name, text in program.items():
        for node in ast.parse(text).body:
            kept = [target.id for target in getattr(node, "targets", ()) if isinstance(target, ast.Name)]
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                kept += [node.name] if node.name.startswith("_") else []
            unused += [
                f"{name}:{node.lineno}: {one}"
                for one in kept
                if not one.startswith("__") and (named[name] if one.startswith("_") else everywhere)[one] < 2
            ]
    assert unused == []


def test_controls_reach_for_nothing_but_the_repository() -> None:
    reached = [
        f"{name}:{node.lineno}: {node.id}"
        for name, text in texts().items()
        if name.startswith("readiness_bot/controls/") and name.endswith(".py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Name) and node.id in {"open", "eval", "exec", "compile", "__import__", "input", "print"}
    ]
    assert reached == []


def test_make_has_every_action_that_the_pages_name() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        action
        for name, text in texts().items()
        if name.endswith(".md") or name.startswith(".ci/")
        for action in re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)
    }
    assert named - targets == set()
    assert {"setup", "check", "fix", "test", "docs", "bench", "score", "lock"} <= targets


def test_the_changelog_knows_the_version() -> None:
    headings = re.findall(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert __version__ in headings or headings == ["Unreleased"]


def test_the_configuration_that_the_readme_shows_is_understood() -> None:
    sample = re.search(r"(?s)```yaml\n(path: .*?)```", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert sample is not None
    named = {"security/mfa", "external-apis/timeout"}
    settings = configuration.parse(sample[1].encode(), "README.md", controls=named, assessed_on=date(2026, 11, 1))
    assert settings.policy.path == "services/shop"
    assert [waiver.control for waiver in settings.waivers] == ["security/mfa", "external-apis/timeout"]


def test_generated_files_are_as_the_code_says() -> None:
    assert stale(ROOT, generated()) == [], "run `make docs`"


def test_we_pass_our_own_gate(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "readiness_bot", "score", str(ROOT), "--cache-dir", str(tmp_path)]
    command += ["--fail-on", "any-blocker", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["overall"]["verdict"] == "ready"
