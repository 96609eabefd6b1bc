"""Who the tenant is, and which look-ups leave it out."""

from __future__ import annotations

import pytest

from readiness_bot.repo.lookups import Lookups
from tests.repos import repo_of

_HEAD = """
from flask import Flask, abort, jsonify, request
from flask_login import current_user
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)

class Company(db.Model):
    id = db.Column(db.Integer, primary_key=True)

class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    company_id = db.Column(db.ForeignKey("company.id"))

class Invoice(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    company_id = db.Column(db.ForeignKey("company.id"))

class Line(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    invoice_id = db.Column(db.ForeignKey("invoice.id"))

@app.get("/invoices")
def invoices():
    return jsonify(Invoice.query.filter_by(company_id=current_user.company_id).count())

"""


def _lookups(handler: str) -> Lookups:
    return repo_of({"app/main.py": _HEAD + handler}).lookups


def _open(handler: str) -> list[tuple[str, str]]:
    return [(lookup.model.name, lookup.check) for lookup in _lookups(handler).open]


def test_a_tenant_may_be_called_by_what_it_is_in_the_store() -> None:
    named = _HEAD.replace(
        "class Company(db.Model):\n", 'class CompanyModel(db.Model):\n    __tablename__ = "company"\n'
    )
    tenant = repo_of({"app.py": named}).tenancy.tenant
    assert tenant is not None
    assert tenant.model.name == "CompanyModel"


def test_model_reached_through_its_parent_belongs_to_the_tenant() -> None:
    handler = (
        "@app.get('/lines/<int:number>')\ndef line(number):\n    return jsonify(Line.query.get_or_404(number).id)\n"
    )
    assert _open(handler) == [("Line", "none")]


def test_key_is_followed_through_a_helper() -> None:
    handler = (
        "def load(number):\n    return Invoice.query.get(number)\n\n"
        "@app.get('/invoices/<int:number>')\ndef invoice(number):\n    return jsonify(load(number).id)\n"
    )
    assert _open(handler) == [("Invoice", "none")]


def test_comparison_of_the_tenant_settles_it_in_the_caller() -> None:
    handler = (
        "def load(number):\n    return Invoice.query.get(number)\n\n"
        "@app.get('/invoices/<int:number>')\ndef invoice(number):\n    found = load(number)\n"
        "    if found.company_id != current_user.company_id:\n        abort(404)\n    return jsonify(found.id)\n"
    )
    assert _open(handler) == []


def test_key_of_another_row_is_no_key_of_the_request() -> None:
    handler = (
        "@app.get('/invoices/first')\ndef first():\n"
        "    line = Line.query.filter_by(token=request.args['token']).first()\n"
        "    return jsonify(Invoice.query.get(line.invoice_id).id)\n"
    )
    assert _open(handler) == []


def test_key_looked_up_within_the_tenant_before_is_settled() -> None:
    handler = (
        "@app.get('/invoices/<int:number>')\ndef invoice(number):\n"
        "    Invoice.query.filter_by(id=number, company_id=current_user.company_id).first_or_404()\n"
        "    return jsonify(Invoice.query.get(number).id)\n"
    )
    assert _open(handler) == []


def test_condition_through_a_parent_or_person_settles_it() -> None:
    handler = (
        "@app.get('/lines/<int:invoice>/<int:number>')\ndef line(invoice, number):\n"
        "    return jsonify(Line.query.filter_by(id=number, invoice_id=invoice).first_or_404().id)\n"
    )
    assert _open(handler) == []


def test_players_of_a_team_are_no_tenants() -> None:
    text = """
from flask import Flask, jsonify
from flask_login import current_user
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)

class Team(db.Model):
    id = db.Column(db.Integer, primary_key=True)

class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    team_id = db.Column(db.ForeignKey("team.id"))

class Solve(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    team_id = db.Column(db.ForeignKey("team.id"))
    user_id = db.Column(db.ForeignKey("user.id"))

class Award(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    team_id = db.Column(db.ForeignKey("team.id"))
    user_id = db.Column(db.ForeignKey("user.id"))

@app.get("/solves")
def solves():
    Award.query.filter_by(team_id=current_user.team_id).count()
    return jsonify(Solve.query.filter_by(team_id=current_user.team_id).count())
"""
    assert repo_of(text).tenancy.tenant is None


def test_row_level_security_is_a_separation() -> None:
    text = "def up(connection):\n    connection.execute('ALTER TABLE invoice ENABLE ROW LEVEL SECURITY')\n"
    assert [found.line for found in repo_of(text).tenancy.separations] == [2]


def test_an_own_application_that_is_called_like_a_library_separates_nothing() -> None:
    files = {
        "shop/organizations/__init__.py": "",
        "shop/organizations/models.py": "from django.db import models\n\n\nclass Organization(models.Model): ...\n",
        "shop/views.py": "from organizations.models import Organization\n\n\ndef of():\n    return Organization\n",
    }
    assert repo_of(files).tenancy.separations == ()


@pytest.mark.parametrize(("check", "found"), [("authorize(current_user, policy.change(row))", 0), ("log(row)", 1)])
def test_a_right_to_the_row_may_be_asked_for_through_a_policy(check: str, found: int) -> None:
    handler = (
        "def load(number):\n    row = Invoice.query.get(number)\n    if row is None:\n        abort(404)\n"
        "    return row\n\n@app.get('/invoices/<int:number>')\ndef invoice(number):\n    row = load(number)\n"
        f"    {check}\n    return jsonify(row.id)\n"
    )
    assert len(_open(handler)) == found


def test_whoever_was_authenticated_has_a_tenant() -> None:
    text = _HEAD.replace("current_user.company_id", "authenticated_entity.company_id")
    tenant = repo_of({"app/main.py": text}).tenancy.tenant
    assert tenant is not None
    assert tenant.model.name == "Company"


def test_a_call_that_is_told_who_calls_and_the_key_may_ask_for_it() -> None:
    handler = (
        "@app.post('/invoices/<int:number>')\ndef pay(number):\n    found = Invoice.query.get(number)\n"
        "    kinds[found.kind].do(current_user, {})\n    return jsonify(found.id)\n"
    )
    assert [lookup.doubts for lookup in _lookups(handler.format("number")).open] == [("do",)]
    assert [lookup.doubts for lookup in _lookups(handler.format("'paid'")).open] == [()]
