"""The command's door."""

from __future__ import annotations

import subprocess
import sys

import pytest

from readiness_bot import __version__
from readiness_bot.__main__ import main


def test_the_version_needs_no_other_module_of_ours() -> None:
    text = (
        "import sys; sys.argv = ['readiness-bot', '--version']; from readiness_bot.__main__ import main\n"
        "code = main()\n"
        "print(code, sorted(name for name in sys.modules if name.startswith('readiness_bot') or name == 'argparse'))"
    )
    run = subprocess.run([sys.executable, "-c", text], check=True, capture_output=True, text=True)
    assert run.stdout == f"readiness-bot {__version__}\n0 ['readiness_bot', 'readiness_bot.__main__']\n"


def test_everything_else_is_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["readiness-bot", "--nonsense"])
    assert main() == 2
    assert capsys.readouterr().err.startswith("readiness-bot: ")
