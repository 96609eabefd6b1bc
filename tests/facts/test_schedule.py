"""Schedules as the programs they name."""

from __future__ import annotations

import pytest

from readiness_bot.facts.schedule import EXTRACTOR, Schedule


def test_names_the_programs_of_a_schedule() -> None:
    text = b"# 0 1 * * * python old.py\n* * * * * app /srv/jobs/mail.py --all\n5 0 * * * python -m shop.report\n"
    assert EXTRACTOR.extract(text) == Schedule(("/srv/jobs/mail.py", "shop.report"))


@pytest.mark.parametrize(
    ("path", "claimed"),
    [
        ("crontab", True),
        ("deploy/cron.d/mail", True),
        ("docker/cron_entries.txt", True),
        ("crontab-all.yml", True),
        ("jobs/cron.py", False),
        ("docs/cron.md", False),
        ("app/micronaut.txt", False),
    ],
)
def test_claims(path: str, claimed: bool) -> None:
    assert EXTRACTOR.claims(path) is claimed
