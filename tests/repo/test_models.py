"""The models of each mapper, with tables, keys and references."""

from __future__ import annotations

import pytest

from tests.repos import repo_of

_DJANGO = """
from django.conf import settings
from django.db import models

class Dated(models.Model):
    made = models.DateTimeField()
    class Meta:
        abstract = True

class Team(Dated):
    class Meta:
        db_table = "crews"

class Ticket(Dated):
    team = models.ForeignKey("desk.Team", on_delete=models.CASCADE)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
"""
_SQLALCHEMY = """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base, declared_attr, relationship

Base = declarative_base()

class Owned:
    @declared_attr
    def team_id(cls):
        return Column(Integer, ForeignKey("main.team.id"))

class Team(Base):
    __tablename__ = "team"
    id = Column(Integer, primary_key=True)

class Ticket(Owned, Base):
    __tablename__ = "ticket"
    number = Column(Integer, primary_key=True)
    team = relationship("Team")
"""
_SQLMODEL = """
from sqlmodel import Field, SQLModel

class TicketBase(SQLModel):
    title: str

class Team(SQLModel, table=True):
    id: int = Field(primary_key=True)

class Ticket(TicketBase, table=True):
    id: int = Field(primary_key=True)
    team_id: int = Field(foreign_key="team.id")
"""
_BEANIE = """
from beanie import Document, Link

class Team(Document):
    name: str

class Ticket(Document):
    team: Link[Team]
    class Settings:
        name = "tickets"
"""
_PEEWEE = """
import peewee

class Team(peewee.Model):
    name = peewee.CharField()

class Ticket(peewee.Model):
    team = peewee.ForeignKeyField(Team)
"""


@pytest.mark.parametrize(
    ("text", "mapper", "table", "field"),
    [
        (_DJANGO, "django", "ticket", "team"),
        (_SQLALCHEMY, "sqlalchemy", "ticket", "team_id"),
        (_SQLMODEL, "sqlmodel", "ticket", "team_id"),
        (_BEANIE, "beanie", "tickets", "team"),
        (_PEEWEE, "peewee", "ticket", "team"),
    ],
)
def test_reference_leads_to_the_other_model(text: str, mapper: str, table: str, field: str) -> None:
    models = repo_of({"desk/models.py": text}).models
    assert [model.name for model in models.all] == ["Team", "Ticket"]
    ticket = models.all[1]
    found = ticket.field(field)
    assert (ticket.mapper, ticket.table) == (mapper, table)
    assert found is not None
    assert found.role == "reference"
    target = models.target(ticket, found)
    assert target is not None
    assert target.name == "Team"


def test_declared_key_replaces_none_of_the_mappers_own() -> None:
    models = repo_of({"desk/models.py": _SQLALCHEMY}).models
    assert models.all[1].primary_keys == frozenset({"number", "id", "pk"})


def test_plain_classes_and_schemas_are_no_models() -> None:
    text = "from pydantic import BaseModel\n\nclass Ticket(BaseModel):\n    id: int\n\nclass Plain:\n    id = 1\n"
    assert repo_of(text).models.all == ()


def test_quick_facts_count_models() -> None:
    assert repo_of({"desk/models.py": _DJANGO}).facts.models == 2
