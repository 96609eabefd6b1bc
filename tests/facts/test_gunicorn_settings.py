"""Gunicorn's configuration as settings, read and never run."""

from __future__ import annotations

import pytest

from readiness_bot.facts.extractor import Unreadable
from readiness_bot.facts.gunicorn_settings import EXTRACTOR, GunicornSetting, GunicornSettings


def test_reads_settings_and_hooks() -> None:
    found = EXTRACTOR.extract(
        b"import os\nworkers = int(os.environ['W'])\ngraceful_timeout: int = 30\n\ndef on_exit(server):\n    1 / 0\n"
    )
    assert found == GunicornSettings(
        (
            GunicornSetting("workers", "int(os.environ['W'])", 2),
            GunicornSetting("graceful_timeout", "30", 3),
            GunicornSetting("on_exit", "on_exit", 5),
        )
    )


def test_last_setting_of_a_name_counts() -> None:
    found = EXTRACTOR.extract(b"workers = 1\nworkers = 2\n")
    assert isinstance(found, GunicornSettings)
    setting = found.get("workers")
    assert setting is not None
    assert (setting.value, setting.line) == ("2", 2)


def test_broken_python_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        EXTRACTOR.extract(b"workers = = 2\n")


@pytest.mark.parametrize(
    ("path", "claimed"), [("gunicorn.conf.py", True), ("deploy/gunicorn_config.py", True), ("app/conf.py", False)]
)
def test_claims(path: str, claimed: bool) -> None:
    assert EXTRACTOR.claims(path) is claimed
