"""systemd, supervisor and uWSGI files as sections."""

from __future__ import annotations

from readiness_bot.facts.service_units import EXTRACTOR, Section, ServiceUnits


def _sections(text: str) -> tuple[Section, ...]:
    found = EXTRACTOR.extract(text.encode())
    assert isinstance(found, ServiceUnits)
    return found.sections


def test_continued_settings_and_comments() -> None:
    unit, service = _sections(
        "[Unit]\nAfter=a\n\n[Service]\n# why\nExecStart=/bin/run \\\n  --fast\nUser = app ; inline\n"
    )
    assert (unit.name, service.name, service.line) == ("Unit", "Service", 4)
    start, user = service.get("ExecStart"), service.get("user")
    assert start is not None
    assert (start.value.split(), start.line) == (["/bin/run", "--fast"], 6)
    assert user is not None
    assert user.value == "app"


def test_indented_lines_go_on() -> None:
    (program,) = _sections("[program:web]\ncommand = gunicorn\n    app:app\n")
    command = program.get("command")
    assert command is not None
    assert command.value == "gunicorn app:app"


def test_other_ini_files_have_no_sections() -> None:
    assert _sections("[tool]\nkey = value\n") == ()
    assert EXTRACTOR.extract(b"[Service]\0") == ServiceUnits(())


def test_blank_lines_by_the_thousand_end_in_time() -> None:
    assert _sections("\n" * 200_000 + " " * 200_000 + "[Unit]\n") != ()
