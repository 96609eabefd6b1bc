"""Queries with their models, conditions and bounds."""

from __future__ import annotations

import pytest

from readiness_bot.facts.values import Name
from readiness_bot.repo.query import Query
from tests.repos import repo_of

_MODELS = """
from sqlalchemy import Column, ForeignKey, Integer, select
from sqlalchemy.orm import declarative_base

Base = declarative_base()

class Team(Base):
    __tablename__ = "team"
    id = Column(Integer, primary_key=True)

class Ticket(Base):
    __tablename__ = "ticket"
    id = Column(Integer, primary_key=True)
    team_id = Column(ForeignKey("team.id"))

"""


def _only(body: str) -> Query:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    queries = repo_of({"app/db.py": f"{_MODELS}def work(session, number, team, limit):\n{lines}\n"}).queries.all
    assert len(queries) == 1
    return queries[0]


@pytest.mark.parametrize(
    "body",
    [
        "return session.query(Ticket).filter(Ticket.id == number).one()",
        "return session.execute(select(Ticket).where(Ticket.id == number)).scalar_one()",
        (
            "statement = select(Ticket)\nstatement = statement.where(Ticket.id == number)\n"
            "return session.scalars(statement).first()"
        ),
        "return session.query(Ticket).filter_by(id=number).first()",
    ],
)
def test_row_is_picked_by_its_key(body: str) -> None:
    query = _only(body)
    assert query.model is not None
    assert query.model.name == "Ticket"
    assert query.gives_one
    assert [(one.field, "?number" in one.names) for one in query.conditions] == [("id", True)]
    assert not query.is_open


def test_get_takes_the_key_itself() -> None:
    query = _only("return session.get(Ticket, number)")
    assert [(one.field, one.names) for one in query.conditions] == [("pk", ("?number",))]


def test_conditions_added_in_steps_belong_to_one_query() -> None:
    query = _only(
        "found = session.query(Ticket)\nif team:\n    found = found.filter(Ticket.team_id == team.id)\n"
        "return found.all()"
    )
    assert query.fields == frozenset({"team_id"})
    assert not query.is_bounded


@pytest.mark.parametrize(
    "body",
    [
        "return session.query(Ticket).limit(limit).all()",
        "return session.query(Ticket).all()[:50]",
        "found = session.query(Ticket)\nreturn found[:limit]",
    ],
)
def test_limit_and_slice_bound_a_query(body: str) -> None:
    assert _only(body).is_bounded


def test_unread_conditions_leave_a_query_open() -> None:
    assert _only("return session.query(Ticket).filter(*team.conditions()).all()").is_open


def test_counting_gives_no_rows() -> None:
    assert _only("return session.query(Ticket).count()").counts


def test_a_variable_that_is_made_of_itself_again_and_again_is_looked_through_once() -> None:
    # Each way through it would be one of three hundred million.
    letters = "abcdefghijklmnopqrstuvwxyz"
    steps = "".join(f"    query = query.filter(Ticket.{letter} == team.{letter})\n" for letter in letters)
    repo = repo_of(
        f"from sqlalchemy import select\n\n\ndef made(team):\n    query = select(team.id)\n{steps}    return query\n"
    )
    (module,) = repo.python.production
    names = list(repo.queries.frame(module, 0).names_in(Name("?query")))
    assert {"?query.filter", "sqlalchemy.select", "?team.a", "?team.z", "?team.id"} <= set(names)
    assert len(names) < 400


@pytest.mark.parametrize("on_the_way", ["", ".options(joined())", ".options(joined()).order_by(Order.id)"])
def test_a_condition_names_what_the_query_began_with_that_its_values_come_from(on_the_way: str) -> None:
    text = (
        "from flask_login import current_user\nfrom flask_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy()\n\n\n"
        "class Order(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n\n\n"
        "class Line(db.Model):\n    order_id = db.Column(db.Integer)\n\n\n"
        "def mine(user):\n    return Order.query.filter(Order.owner_id == user.id)\n\n\n"
        "def listed():\n    orders = mine(current_user)\n"
        f"    found = orders{on_the_way}.paginate()\n    keys = [one.id for one in found.items]\n"
        "    return Line.query.filter(Line.order_id.in_(keys)).all()\n"
    )
    (condition,) = next(
        one.conditions for one in repo_of(text).queries.all if one.conditions and one.conditions[0].field == "order_id"
    )
    assert "flask_login.current_user" in condition.names
