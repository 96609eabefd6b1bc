"""The runner's files and commands, the inputs, and files in a workspace that strangers filled."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from readiness_bot.github.event import Unusable
from readiness_bot.github.inputs import Inputs
from readiness_bot.github.inputs import from_environment as inputs_from
from readiness_bot.github.places import read_inside, write_inside
from readiness_bot.github.runner import (
    SUMMARY_BYTES,
    Note,
    annotate,
    fail,
    from_environment,
    say,
    shortened,
    warn,
    write_outputs,
    write_summary,
)
from readiness_bot.settings import FailOn
from tests.action.world import outputs

ENVIRONMENT = {
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_EVENT_PATH": "/github/workflow/event.json",
    "GITHUB_REPOSITORY": "octo/shop",
    "GITHUB_RUN_ID": "42",
}


def test_a_runner_of_an_enterprise_server() -> None:
    here = from_environment(
        ENVIRONMENT | {"GITHUB_SERVER_URL": "https://git.acme.org/", "GITHUB_API_URL": "https://git.acme.org/api/v3/"}
    )
    assert (here.server_url, here.api_url) == ("https://git.acme.org", "https://git.acme.org/api/v3")
    assert here.run_url == "https://git.acme.org/octo/shop/actions/runs/42"


def test_a_runner_of_github_itself() -> None:
    here = from_environment(ENVIRONMENT)
    assert (here.server_url, here.api_url) == ("https://github.com", "https://api.github.com")
    assert (here.run_id, here.run_attempt, here.output, here.summary) == (42, 1, None, None)


@pytest.mark.parametrize("name", ["GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH", "GITHUB_REPOSITORY"])
def test_outside_a_workflow_it_says_so(name: str) -> None:
    with pytest.raises(Unusable, match=f"{name} is not set: .* works inside a GitHub workflow only"):
        from_environment({key: value for key, value in ENVIRONMENT.items() if key != name})


def test_a_missing_event_file_is_named(tmp_path: Path) -> None:
    here = from_environment(ENVIRONMENT | {"GITHUB_EVENT_PATH": str(tmp_path / "gone.json")})
    with pytest.raises(Unusable, match="No such file or directory"):
        here.payload()


def test_outputs_of_any_text_stay_one_value(tmp_path: Path) -> None:
    file = tmp_path / "output"
    forged = "x\nconclusion=success\nend_00000000000000000000000000000000\nconclusion<<E\nsuccess\nE"
    write_outputs(file, {"conclusion": "failure", "title": forged})
    write_outputs(file, {"empty": ""})
    assert outputs(file) == {"conclusion": "failure", "title": forged, "empty": ""}


def test_a_summary_ends_after_a_whole_line(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    write_summary(file, "| é | row |\n" * 200_000)
    text = file.read_text(encoding="utf-8")
    assert SUMMARY_BYTES - 200 < file.stat().st_size <= SUMMARY_BYTES + 1
    assert text.endswith("\n\n*Cut here: a job summary holds no more. The report files hold everything.*\n\n")
    assert set(text.splitlines()[:-3]) == {"| é | row |", ""}
    assert shortened("short", 100) == "short"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hello", "hello\n"),
        ("::error::forged", ": :error: :forged\n"),
        ("a\n::set-output name=x::y", "a : :set-output name=x: :y\n"),
        ("a\r::add-mask::b\u2028::c", "a : :add-mask: :b : :c\n"),
        ("##[error]forged", "## [error]forged\n"),
    ],
)
def test_no_text_starts_a_command(text: str, line: str) -> None:
    log = io.StringIO()
    say(log, text)
    assert log.getvalue() == line


def test_warnings_and_errors_are_one_line_each() -> None:
    log = io.StringIO()
    warn(log, "100%\nreally\r")
    fail(log, "no")
    assert log.getvalue() == "::warning title=readiness-bot::100%25%0Areally%0D\n::error title=readiness-bot::no\n"


def test_annotations_escape_what_separates_and_count_the_rest() -> None:
    log = io.StringIO()
    notes = (
        Note("a,b:c%.py", 3, 5, True, "external-apis/timeout", "x\n::error::y"),
        Note("Dockerfile", 0, 0, False, "t" * 100, "whole file"),
        Note("c.py", 1, 1, False, "t", "m"),
    )
    assert annotate(log, notes, 2) == 1
    assert log.getvalue().splitlines() == [
        "::error file=a%2Cb%3Ac%25.py,line=3,endLine=5,title=external-apis/timeout::x%0A::error::y",
        f"::warning file=Dockerfile,title={'t' * 80}::whole file",
    ]


# Inputs


def test_no_input_at_all_is_every_default() -> None:
    assert inputs_from({}) == Inputs()
    assert inputs_from({"INPUT_MODE": "", "INPUT_FAIL-ON": " "}) == Inputs()


def test_inputs_as_the_runner_hands_them_over() -> None:
    given = {
        "INPUT_MODE": "baseline",
        "INPUT_PATH": "services/pay/\n\n ./services/mail \nservices/pay",
        "INPUT_FAIL-ON": "score-drop:5",
        "INPUT_COMMENT": "off",
        "INPUT_ANNOTATIONS": "0",
        "INPUT_UPLOAD-SARIF": "true",
        "INPUT_TOKEN": "secret",
    }
    inputs = inputs_from(given)
    assert (inputs.mode, inputs.path, inputs.comment) == ("baseline", ("services/pay", "services/mail"), "off")
    assert (inputs.fail_on, inputs.annotations, inputs.upload_sarif) == (FailOn("score-drop", 5), 0, True)
    assert "secret" not in repr(inputs)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"INPUT_MODE": "fast"}, "`mode` is 'fast'; it can be auto, pr, baseline, publish"),
        ({"INPUT_STATUS": "on"}, "`status` is 'on'; it can be auto, off"),
        ({"INPUT_FAIL-ON": "blockers"}, "`fail-on` is not understood"),
        ({"INPUT_ANNOTATIONS": "11"}, "`annotations` is '11'; it can be a number from 0 to 10"),
        ({"INPUT_ANNOTATIONS": "²"}, "`annotations`"),
        ({"INPUT_UPLOAD-SARIF": "yes"}, "`upload-sarif` is 'yes'; it can be true, false"),
        ({"INPUT_PATH": "../other"}, "`path` is '../other'; it names a place inside the repository"),
        ({"INPUT_REPORT-DIR": "/etc"}, "`report-dir`"),
        ({"INPUT_REPORT-DIR": ".git/hooks"}, "`report-dir`"),
        ({"INPUT_PUBLISH-FROM": "a/../../b"}, "`publish-from`"),
    ],
)
def test_a_wrong_input_is_named_with_what_it_can_be(given: Mapping[str, str], said: str) -> None:
    with pytest.raises(Unusable) as caught:
        inputs_from(given)
    assert said in str(caught.value)


# Files


def test_files_are_written_with_their_folders(tmp_path: Path) -> None:
    write_inside(tmp_path, "a/b/report.json", b"1")
    write_inside(tmp_path, "a/b/report.json", b"22")
    assert (tmp_path / "a/b/report.json").read_bytes() == b"22"
    assert read_inside(tmp_path, "a/b/report.json", 10) == b"22"
    assert read_inside(tmp_path, "a/b/report.json", 1) == b"22"
    assert read_inside(tmp_path, "a/b/report.json", 0) == b"2"


@pytest.mark.parametrize("link", ["out", "out/folder", "out/folder/report.json"])
def test_no_link_is_followed_when_writing(tmp_path: Path, link: str) -> None:
    target = tmp_path / "target"
    if link.endswith("json"):
        target.write_bytes(b"kept")
    else:
        target.mkdir()
    place = tmp_path / "workspace" / link
    place.parent.mkdir(parents=True)
    place.symlink_to(target)
    with pytest.raises(OSError, match=r"(?i)symbolic|not a directory"):
        write_inside(tmp_path / "workspace", "out/folder/report.json", b"1")
    assert target.read_bytes() == b"kept" if link.endswith("json") else list(target.iterdir()) == []


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "secret").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "linked").symlink_to(tmp_path / "folder")
    os.mkfifo(tmp_path / "pipe")
    for path in ("folder", "link", "linked/x", "pipe", "gone"):
        with pytest.raises(OSError, match=r"."):
            read_inside(tmp_path, path, 10)
