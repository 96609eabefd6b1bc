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


def test_settings_under_a_condition_are_read() -> None:
    found = EXTRACTOR.extract(
        b"import os\nif os.getenv('PLACE') == 'cloud':\n    graceful_timeout = 85\nelse:\n    timeout = 5\n"
        b"try:\n    workers = 2\nexcept OSError:\n    workers = 1\n"
    )
    assert isinstance(found, GunicornSettings)
    assert [(one.name, one.value) for one in found.settings] == [
        ("graceful_timeout", "85"),
        ("timeout", "5"),
        ("workers", "2"),
        ("workers", "1"),
    ]


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
