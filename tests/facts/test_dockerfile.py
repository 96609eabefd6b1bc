"""Dockerfiles as stages: continuation, comments, here-documents, arguments, the escape directive, hostile bytes."""

from __future__ import annotations

import pytest

from readiness_bot.facts.dockerfile import EXTRACTOR, Dockerfile, resolve
from readiness_bot.facts.extractor import Unreadable


def _read(text: str) -> Dockerfile:
    found = EXTRACTOR.extract(text.encode())
    assert isinstance(found, Dockerfile)
    return found


@pytest.mark.parametrize(
    ("path", "claimed"),
    [
        ("Dockerfile", True),
        ("docker/Dockerfile.prod", True),
        ("deploy/api.Dockerfile", True),
        ("fly.dockerfile", True),
        ("Containerfile", True),
        ("Dockerfile.md", False),
        (".dockerignore", False),
        ("Dockerfile.dockerignore", False),
        ("app/dockerfile.py", False),
        ("Dockerfile.j2", False),
    ],
)
def test_claims_dockerfiles_under_any_name(path: str, claimed: bool) -> None:
    assert EXTRACTOR.claims(path) is claimed


def test_stages_have_names_lines_and_resolved_bases() -> None:
    stages = _read(
        "ARG TAG=3.13\nFROM python:${TAG} AS Build\nRUN make\n\nFROM python:${TAG:-3}-slim\nCMD true\n"
    ).stages
    assert [(stage.base, stage.written, stage.name, stage.line, stage.end_line) for stage in stages] == [
        ("python:3.13", "python:${TAG}", "build", 2, 3),
        ("python:3.13-slim", "python:${TAG:-3}-slim", "", 5, 6),
    ]


def test_argument_without_default_stays_as_written() -> None:
    assert _read("ARG BASE\nFROM $BASE\n").stages[0].base == "$BASE"


def test_continued_lines_pass_over_comments_and_blanks() -> None:
    run = _read("FROM a\nRUN apt-get install -y \\\n  # why\n\n  gcc \\\n  make\nUSER 1\n").stages[0].instructions[0]
    assert (run.line, run.end_line) == (2, 6)
    assert run.text.split() == ["apt-get", "install", "-y", "\\", "\\", "\\", "gcc", "\\", "make"]


def test_escape_directive_changes_the_continuation() -> None:
    run, user = _read("# escape=`\nFROM a\nRUN dir `\n  c:\\\nUSER app\n").stages[0].instructions
    assert (run.line, run.end_line, user.text) == (3, 4, "app")


def test_heredoc_belongs_to_its_instruction() -> None:
    run, user = (
        _read("FROM a\nARG F=--frozen\nRUN <<EOF\nuv sync $F\nFROM b\nEOF\nUSER app\n").stages[0].instructions[1:]
    )
    assert (run.heredoc, run.end_line, user.line) == ("uv sync --frozen\nFROM b", 6, 7)


def test_json_form_gives_words_and_shell_form_none() -> None:
    shell, words = _read('FROM a\nCMD run it\nCMD ["run", \\\n "it"]\n').stages[0].instructions
    assert (shell.words, shell.text) == ((), "run it")
    assert words.words == ("run", "it")


def test_flags_and_health_check() -> None:
    health = _read("FROM a\nHEALTHCHECK --interval=5s --retries=2 CMD curl -f http://x/\n").stages[0].instructions[0]
    assert (health.flags, health.text) == (("--interval=5s", "--retries=2"), "CMD curl -f http://x/")


def test_argument_of_the_beginning_counts_in_a_stage_only_when_declared_again() -> None:
    first, second = _read("ARG U=app\nFROM a\nUSER $U\nFROM a\nARG U\nUSER $U\n").stages
    assert first.instructions[0].text == "$U"
    assert second.instructions[1].text == "app"


def test_environment_is_inherited_from_the_stage_that_is_built_on() -> None:
    child = _read("FROM a AS base\nENV U=app V=2\nFROM base\nUSER ${U}\n").stages[1]
    assert child.instructions[0].text == "app"


def test_reformatting_keeps_the_statement() -> None:
    one = _read("FROM a\nRUN pip install   x\n").stages[0].instructions[0]
    other = _read("FROM a\nRUN pip install x\n").stages[0].instructions[0]
    assert one.statement == other.statement


def test_fragment_without_from_has_no_stages() -> None:
    assert _read("RUN make\n").stages == ()


def test_binary_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="binary"):
        EXTRACTOR.extract(b"FROM a\0")


def test_arguments_that_double_do_not_explode() -> None:
    doubling = "\n".join(f"ARG A{number + 1}=$A{number}$A{number}" for number in range(60))
    stage = _read(f"FROM a\nARG A0=xxxxxxxx\n{doubling}\nUSER $A60\n").stages[0]
    assert len(stage.instructions[-1].text) <= 20_000


def test_resolve_knows_the_forms_of_defaults() -> None:
    assert resolve("${A:-x} ${B:+y} ${C-z} $D \\$A", {"B": "1", "C": ""}) == "x y  $D $A"
