"""The command line: what goes to which stream, and which exit code says what."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import jsonschema
import pytest

from readiness_bot import __version__, assess
from readiness_bot.cli import main
from readiness_bot.render.document import compare_schema, score_schema
from tests import gitting

Make = Callable[[Mapping[str, str | bytes]], Path]
Capture = pytest.CaptureFixture[str]

BOUNDED = "import requests\n\n\ndef load(url):\n    return requests.get(url, timeout=5)\n"
UNBOUNDED = "import requests\n\n\ndef load(url):\n    return requests.get(url)\n"
SERVICE = {"app/__init__.py": "", "app/main.py": BOUNDED, "requirements.txt": "requests==2.32.3\n"}
DATE = ("--date", "2025-01-15")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts are kept where the test leaves them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def service(repository: Make) -> Path:
    """A repository whose head forgets the timeout that its base had."""
    folder = repository(SERVICE)
    gitting.commit(folder, {"app/main.py": UNBOUNDED})
    return folder


def run(capsys: Capture, *arguments: str | Path) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_score_prints_the_document_alone(service: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, "score", service, "--rev", "HEAD", "--format", "json", *DATE)
    document = json.loads(out)
    jsonschema.validate(document, score_schema(), cls=jsonschema.Draft202012Validator)
    assert (code, err) == (0, "")
    assert document["assessed_on"] == "2025-01-15"
    assert document["repository"]["commit"] == gitting.git(service, "rev-parse", "HEAD")
    assert [(each["control"], each["path"], each["line"]) for each in document["findings"] if each["blocker"]] == [
        ("external-apis/timeout", "app/main.py", 5)
    ]


def test_the_working_tree_is_scored_without_a_revision(service: Path, capsys: Capture) -> None:
    (service / "app/main.py").write_text(BOUNDED)
    _, out, _ = run(capsys, "score", service, "--format", "json", *DATE)
    assert json.loads(out)["repository"]["commit"] is None
    assert json.loads(out)["findings"] == []


def test_compare_fails_the_gate_on_a_new_blocker(service: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, "compare", service, "--base", "HEAD^", "--head", "HEAD", "--format", "json", *DATE)
    document = json.loads(out)
    jsonschema.validate(document, compare_schema(), cls=jsonschema.Draft202012Validator)
    assert code == 1
    assert err == "readiness-bot: gate failed: 1 new blocker\n"
    assert [(each["control"], each["line"]) for each in document["new_blockers"]] == [("external-apis/timeout", 5)]
    assert document["gate"] == {"conclusion": "failure", "reasons": ["1 new blocker"]}


def test_compare_takes_the_working_tree_for_head(service: Path, capsys: Capture) -> None:
    (service / "app/main.py").write_text(BOUNDED)
    code, out, _ = run(capsys, "compare", service, "--base", "HEAD", "--format", "json", *DATE)
    assert code == 0
    assert [each["control"] for each in json.loads(out)["fixed_blockers"]] == ["external-apis/timeout"]


def test_fail_on_wins_over_the_default(service: Path, capsys: Capture) -> None:
    assert run(capsys, "compare", service, "--base", "HEAD^", "--fail-on", "never", *DATE)[0] == 0
    assert run(capsys, "score", service, "--fail-on", "any-blocker", *DATE)[0] == 1
    assert run(capsys, "score", service, "--fail-on", "min-score:100", *DATE)[0] == 1


def test_the_least_score_of_the_configuration_holds(service: Path, capsys: Capture) -> None:
    (service / ".readiness.yml").write_text("min-score: 100\n")
    code, _, err = run(capsys, "score", service, *DATE)
    assert code == 1
    assert "is below the least one of 100" in err


def test_outputs_take_their_format_from_the_ending(service: Path, tmp_path: Path, capsys: Capture) -> None:
    wanted = {"r.txt": "Overall readiness", "r.json": "{", "r.md": "# ", "r.html": "<!doctype html>",
              "r.sarif": "{", "s.sarif.json": "{"}  # fmt: skip
    options = [option for name in wanted for option in ("--output", tmp_path / name)]
    code, out, _ = run(capsys, "score", service, "--format", "markdown", *options, *DATE)
    assert code == 0
    assert out == (tmp_path / "r.md").read_text()
    for name, beginning in wanted.items():
        assert beginning in (tmp_path / name).read_text()[:300]
    assert json.loads((tmp_path / "s.sarif.json").read_text())["version"] == "2.1.0"


@pytest.mark.parametrize("format_", ["text", "json", "markdown", "html", "sarif"])
def test_same_input_same_output_byte_for_byte(service: Path, capsys: Capture, format_: str, tmp_path: Path) -> None:
    first = run(capsys, "score", service, "--format", format_, "--cache-dir", tmp_path, "--jobs", "1", *DATE)
    second = run(capsys, "score", service, "--format", format_, "--cache-dir", tmp_path, "--jobs", "2", *DATE)
    assert first == second
    third = run(capsys, "compare", service, "--base", "HEAD^", "--format", format_, *DATE)
    assert third == run(capsys, "compare", service, "--base", "HEAD^", "--format", format_, *DATE)


def test_a_folder_of_the_working_tree_is_a_service_of_its_own(repository: Make, capsys: Capture) -> None:
    folder = repository({"pay/app.py": BOUNDED, "mail/app.py": UNBOUNDED})
    for arguments in ((folder / "pay",), (folder, "--path", "pay/")):
        code, out, _ = run(capsys, "score", *arguments, "--format", "json", *DATE)
        assert code == 0
        assert json.loads(out)["repository"]["path"] == "pay"
        assert json.loads(out)["findings"] == []


def refused(capsys: Capture, *arguments: str | Path) -> tuple[int, str]:
    code, out, err = run(capsys, *arguments)
    assert out == ""
    assert err.count("\n") == 1
    return code, err.removeprefix("readiness-bot: ").rstrip("\n")


def test_not_a_repository(tmp_path: Path, capsys: Capture) -> None:
    code, line = refused(capsys, "score", tmp_path)
    assert code == 2
    assert line.endswith("is not in a git repository")


def test_an_unknown_revision(service: Path, capsys: Capture) -> None:
    assert refused(capsys, "score", service, "--rev", "nope") == (2, "`nope` is no commit of this clone")
    assert refused(capsys, "compare", service, "--base", "nope") == (2, "`nope` is no commit of this clone")


def test_an_empty_repository(repository: Make, capsys: Capture) -> None:
    folder = repository({})
    assert refused(capsys, "score", folder) == (3, "nothing to judge: no Python file in repository")
    assert refused(capsys, "score", folder, "--rev", "HEAD") == (2, "`HEAD` is no commit of this clone")


def test_a_repository_without_python(repository: Make, capsys: Capture) -> None:
    folder = repository({"main.go": "package main\n"})
    assert refused(capsys, "score", folder) == (3, "nothing to judge: no Python file in repository")
    assert refused(capsys, "score", folder, "--path", "cmd") == (
        3,
        "nothing to judge: no Python file under cmd in repository",
    )
    assert refused(capsys, "badge", folder)[0] == 3


def test_a_repository_whose_only_python_is_tests(repository: Make, capsys: Capture) -> None:
    tests = {"main.go": "package main\n", "tests/test_shop.py": "def test_shop():\n    assert True\n"}
    assert refused(capsys, "score", repository(tests)) == (
        3,
        "nothing to judge: no Python file but tests in repository",
    )


def test_a_repository_whose_python_nothing_can_read(repository: Make, capsys: Capture) -> None:
    folder = repository({"main.py": "def (:\n"})
    assert refused(capsys, "score", folder) == (
        3,
        "nothing to judge: none of the 1 Python files could be read",
    )


def test_a_malformed_configuration(service: Path, capsys: Capture) -> None:
    (service / ".readiness.yml").write_text("fail_on: never\n")
    assert refused(capsys, "score", service) == (
        2,
        ".readiness.yml:1: unknown key `fail_on`; did you mean `fail-on`?",
    )


def test_a_bare_repository_is_judged_at_head(service: Path, tmp_path: Path, capsys: Capture) -> None:
    bare = tmp_path / "bare.git"
    gitting.git(service, "clone", "--quiet", "--bare", str(service), str(bare))
    named = run(capsys, "score", bare, "--rev", "HEAD", *DATE)
    assert run(capsys, "score", bare, *DATE) == named
    assert named[0] == 0
    assert run(capsys, "compare", bare, "--base", "HEAD", "--format", "json", *DATE)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--jobs", "0"], "argument --jobs: '0' is not a number from 1 to 256"),
        (["--date", "15.1.2025"], "argument --date: '15.1.2025' is not a day written as YYYY-MM-DD"),
        (["--fail-on", "x"], "argument --fail-on: 'x' is none of new-blockers"),
        (["--format", "pdf"], "argument --format: invalid choice: 'pdf'"),
        (["--output", "report.pdf"], "--output report.pdf: the ending picks the format"),
        (["--output", "absent/report.md"], "--output absent/report.md: there is no folder absent"),
        (["--coverage-report", "absent.xml"], "--coverage-report absent.xml: no such file or directory"),
        (["--config", "absent.yml"], "absent.yml: no such file or directory"),
        (["--path", "../x"], "--path names a folder inside the repository, without '..'"),
        (["--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)
def test_wrong_usage_gets_one_line(service: Path, capsys: Capture, arguments: list[str], line: str) -> None:
    code, said = refused(capsys, "score", service, *arguments)
    assert code == 2
    assert line in said


def test_a_defect_of_the_tool_is_neither_green_nor_the_code_s_fault(
    service: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("out of\nluck \x1b[31m")

    monkeypatch.setattr(assess, "assess", broken)
    code, line = refused(capsys, "score", service)
    assert (code, line) == (
        3,
        "internal error: RuntimeError: out of luck \N{REPLACEMENT CHARACTER}[31m (-v shows where)",
    )
    assert "Traceback" in run(capsys, "score", service, "-v")[2]


def test_explain_shows_long_lines_of_examples_whole(capsys: Capture) -> None:
    line = (
        "    app.add_middleware(CORSMiddleware, allow_origins=['https://a.example'], allow_methods=['*'], "
        "allow_headers=['*'], allow_credentials=True)"
    )
    assert line in run(capsys, "explain", "security/cors")[1].splitlines()


def test_explain_shows_a_control_and_lists_them_all(capsys: Capture) -> None:
    code, out, _ = run(capsys, "explain", "external-apis/timeout")
    assert code == 0
    assert "external-apis/timeout · high · Backend engineer" in out
    for heading in ("Why", "How to fix it", "Fails", "Fixed", "Passes", "Sources"):
        assert f"\n{heading}" in out
    assert "external-apis/timeout" in run(capsys, "explain")[1]


@pytest.mark.parametrize("name", ["timeout", "External_APIs/Timeout "])
def test_explain_takes_a_control_as_people_type_it(capsys: Capture, name: str) -> None:
    code, out, _ = run(capsys, "explain", name)
    assert code == 0
    assert "external-apis/timeout · high" in out


def test_explain_names_the_nearest_control(capsys: Capture) -> None:
    assert refused(capsys, "explain", "external-apis/timeuot") == (
        2,
        "no control is called 'external-apis/timeuot'; did you mean external-apis/timeout?",
    )


def test_init_writes_two_files_and_overwrites_nothing(tmp_path: Path, capsys: Capture) -> None:
    code, out, _ = run(capsys, "init", tmp_path)
    assert code == 0
    assert out == "written  .github/workflows/readiness.yml\nwritten  .readiness.yml\n"
    (tmp_path / ".readiness.yml").write_text("mine")
    assert run(capsys, "init", tmp_path)[1] == (
        "kept     .github/workflows/readiness.yml (already there)\nkept     .readiness.yml (already there)\n"
    )
    assert (tmp_path / ".readiness.yml").read_text() == "mine"


def test_init_does_not_write_through_a_dangling_link(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / ".readiness.yml").symlink_to(tmp_path / "elsewhere")
    run(capsys, "init", tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_badge_comes_as_image_or_endpoint(service: Path, tmp_path: Path, capsys: Capture) -> None:
    image = run(capsys, "badge", service, *DATE)[1]
    assert image.startswith("<svg ")
    assert image != run(capsys, "badge", service, "--theme", "dark", *DATE)[1]
    assert json.loads(run(capsys, "badge", service, "--format", "endpoint", *DATE)[1])["schemaVersion"] == 1
    _, out, _ = run(capsys, "badge", service, "--output", tmp_path / "b.svg", "--output", tmp_path / "b.json", *DATE)
    assert out == ""
    assert (tmp_path / "b.svg").read_text() == image
    assert refused(capsys, "badge", service, "--output", "b.png") == (
        2,
        "--output b.png: a badge is .svg, or .json for shields.io",
    )


def test_the_version(capsys: Capture) -> None:
    assert run(capsys, "--version") == (0, f"readiness-bot {__version__}\n", "")


def test_a_reader_that_has_enough_is_no_error(service: Path, tmp_path: Path) -> None:
    script = "import sys; from readiness_bot.cli import main; sys.exit(main())"
    score = f"'{sys.executable}' -c '{script}' score '{service}' -v --cache-dir '{tmp_path}'"
    command = f"{score} | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=Path(__file__).parent.parent, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_colour_and_progress_are_for_terminals_only(
    service: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b" not in "".join(map(str, run(capsys, "score", service, *DATE)))
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run(capsys, "score", service, *DATE)[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run(capsys, "score", service, *DATE)[1]


def test_progress_is_shown_on_a_terminal_s_standard_error(
    service: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        assert main(["score", str(service), *DATE]) == 0
        terminal.flush()
        shown = os.read(ours, 65536)
        assert b"Reading files" in shown
    os.close(ours)


def test_a_warning_is_one_line_said_once(service: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "file").write_text("")
    arguments = ("score", service, "--cache-dir", tmp_path / "file", *DATE)
    code, _, err = run(capsys, *arguments)
    assert (code, err) == (0, "readiness-bot: The facts are not kept for the next run: File exists\n")
    assert run(capsys, *arguments, "-q")[2] == ""


def test_starting_up_loads_nothing_heavy() -> None:
    heavy = ("pydantic", "rich", "bandit", "github", "msgspec")
    code = f"import sys, readiness_bot.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent
    )
    assert done.stdout == "[]\n"
