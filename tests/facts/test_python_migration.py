"""What is read of a migration: everything but measures, Bandit's findings and data flow, which follows when asked."""

from __future__ import annotations

from msgspec import structs

from readiness_bot.facts.complexity import UNMEASURED
from readiness_bot.facts.extractor import extractors
from readiness_bot.facts.python import extract, extract_flows
from readiness_bot.facts.python_facts import PythonFacts
from readiness_bot.model import Area
from tests.repos import repo_of

MOVE = b"""
import subprocess

from django.db import migrations

def forwards(apps, schema_editor):
    for row in apps.get_model("shop", "Order").objects.all():
        if row.paid:
            subprocess.call(row.note, shell=True)

class Migration(migrations.Migration):
    operations = [migrations.RunPython(forwards)]
"""


def _claimed(path: str) -> list[str]:
    return [one.kind for one in extractors() if one.kind.startswith("python") and one.claims(path)]


def test_what_a_path_is_read_for() -> None:
    assert _claimed("shop/orders.py") == ["python", "python-flow"]
    assert _claimed("shop/migrations/0001_initial.py") == ["python-migration"]
    assert _claimed("tests/migrations/0001_initial.py") == ["python-test"]


def test_what_no_control_asks_of_a_migration_is_left_out() -> None:
    whole = extract(MOVE)
    read = next(one for one in extractors() if one.kind == "python-migration").extract(MOVE)
    assert isinstance(read, PythonFacts)
    assert whole.bandit
    assert whole.complexity.functions
    assert read == structs.replace(whole, complexity=UNMEASURED, bandit=())


def test_data_flow_of_a_migration_is_there_for_those_that_ask() -> None:
    repo = repo_of({"shop/migrations/0001_initial.py": MOVE})
    (module,) = repo.python.modules.values()
    assert repo.python.flows(module) == extract_flows(MOVE)
    assert repo.python.flows(module) is repo.python.flows(module)


def test_a_migration_that_the_image_starts_is_a_program() -> None:
    repo = repo_of({"migrations/run.py": MOVE, "Dockerfile": "FROM python:3.13\nCMD python migrations/run.py\n"})
    (module,) = repo.python.modules.values()
    assert module.area is Area.PRODUCTION
    assert module.facts == extract(MOVE)
