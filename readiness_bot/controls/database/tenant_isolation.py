"""Whether rows of a tenant are only reached by its own users."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from readiness_bot.calibration import HINTS_ONLY
from readiness_bot.control import Control, bad, failed, good, not_applicable, partial, passed, seen
from readiness_bot.model import Confidence, Effort, Evidence, Judgement, Kind, Location, Role, Severity, Site, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.expressions import names_in
from readiness_bot.repo.lookups import Lookup
from readiness_bot.repo.models import Model
from readiness_bot.repo.modules import DefinitionSite
from readiness_bot.repo.refusals import Strength
from readiness_bot.repo.route import Route
from readiness_bot.repo.scoping import BY_CONDITION, SOMEBODY
from readiness_bot.repo.tenancy import Tenant, mentions, words_of
from readiness_bot.repo.values import Call, Other

_ENOUGH_KEPT = 2
"""Queries kept to the tenant from which on a look-up that is not stands out as forgotten."""

_REST_DESK = {
    "desk/__init__.py": "",
    "desk/models.py": (
        "from django.conf import settings\nfrom django.db import models\n\n\nclass Organization(models.Model):\n"
        "    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through='Membership')\n\n\n"
        "class Membership(models.Model):\n"
        "    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)\n"
        "    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)\n\n\n"
        "class Invoice(models.Model):\n"
        "    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)\n\n\n"
        "class Contract(models.Model):\n"
        "    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)\n"
    ),
    "desk/urls.py": (
        "from django.urls import include, path\nfrom rest_framework.routers import DefaultRouter\n"
        "from desk import views\n\nrouter = DefaultRouter()\nrouter.register('contracts', views.Contracts)\n"
        "router.register('invoices', views.Invoices)\nurlpatterns = [path('', include(router.urls))]\n"
    ),
}
_REST_VIEWS = (
    "from rest_framework.permissions import IsAuthenticated\nfrom rest_framework.viewsets import ModelViewSet\n"
    "from desk.models import Contract, Invoice\n\n\nclass Contracts(ModelViewSet):\n"
    "    permission_classes = [IsAuthenticated]\n\n    def get_queryset(self):\n"
    "        if self.action == 'list':\n"
    "            return Contract.objects.filter(organization=self.request.user.organization)[:50]\n"
    "        return Contract.objects.filter(organization__members=self.request.user)\n\n\n"
    "class Invoices(ModelViewSet):\n    permission_classes = [IsAuthenticated]\n"
)

_SCOPED_MODELS = (
    "from flask import Flask, abort, jsonify, request\n"
    "from flask_login import current_user, login_required\nfrom flask_sqlalchemy import SQLAlchemy\n\n"
    "app = Flask(__name__)\ndb = SQLAlchemy(app)\n\n\nclass Organization(db.Model):\n"
    "    id = db.Column(db.Integer, primary_key=True)\n\n\nclass User(db.Model):\n"
    "    id = db.Column(db.Integer, primary_key=True)\n"
    "    organization_id = db.Column(db.ForeignKey('organization.id'))\n\n\nclass Invoice(db.Model):\n"
    "    id = db.Column(db.Integer, primary_key=True)\n"
    "    organization_id = db.Column(db.ForeignKey('organization.id'))\n\n\nclass Contract(db.Model):\n"
    "    id = db.Column(db.Integer, primary_key=True)\n"
    "    organization_id = db.Column(db.ForeignKey('organization.id'))\n\n\n"
    "@app.get('/contracts/<int:number>')\n@login_required\ndef contract(number):\n"
    "    found = Contract.query.filter_by(id=number, "
    "organization_id=current_user.organization_id).first_or_404()\n    return jsonify(found.id)\n\n\n"
    "@app.get('/invoices')\n@login_required\ndef invoices():\n"
    "    found = Invoice.query.filter_by(organization_id=current_user.organization_id).paginate()\n"
    "    return jsonify([one.id for one in found.items])\n\n\n"
)

_BY_ADMINS = (
    "from fastapi import Depends, FastAPI, HTTPException\nfrom sqlalchemy import ForeignKey\n"
    "from sqlalchemy.orm import Mapped, Session, declarative_base, mapped_column\n\nfrom desk.base import opened\n\n"
    "app = FastAPI()\nBase = declarative_base()\n\n\nclass Tenant(Base):\n    __tablename__ = 'tenants'\n"
    "    id: Mapped[int] = mapped_column(primary_key=True)\n\n\nclass User(Base):\n    __tablename__ = 'users'\n"
    "    id: Mapped[int] = mapped_column(primary_key=True)\n    role: Mapped[str]\n"
    "    tenant_id: Mapped[int] = mapped_column(ForeignKey('tenants.id'))\n\n\nclass Invoice(Base):\n"
    "    __tablename__ = 'invoices'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
    "    tenant_id: Mapped[int] = mapped_column(ForeignKey('tenants.id'))\n\n\nclass Contract(Base):\n"
    "    __tablename__ = 'contracts'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
    "    tenant_id: Mapped[int] = mapped_column(ForeignKey('tenants.id'))\n\n\n"
    "def current_tenant(host: str, db: Session = Depends(opened)) -> Tenant:\n"
    "    return db.query(Tenant).filter(Tenant.host == host).one()\n\n\n"
    "def current_user(name: str, tenant=Depends(current_tenant), db: Session = Depends(opened)) -> User:\n"
    "    user = db.query(User).filter({who}).first()\n    if not user:\n        raise HTTPException(401)\n"
    "    return user\n\n\ndef current_admin(user: User = Depends(current_user)) -> User:\n"
    "    if user.role != 'admin':\n        raise HTTPException(403)\n    return user\n\n\n"
    "@app.get('/invoices')\ndef invoices(db: Session = Depends(opened), user: User = Depends(current_admin)):\n"
    "    return db.query(Invoice).filter(Invoice.tenant_id == user.tenant_id).limit(50).all()\n\n\n"
    "@app.get('/contracts')\ndef contracts(db: Session = Depends(opened), user: User = Depends(current_admin)):\n"
    "    return db.query(Contract).filter(Contract.tenant_id == user.tenant_id).limit(50).all()\n\n\n"
    "@app.delete('/invoices/{number}')\n"
    "def remove(number: int, db: Session = Depends(opened), user: User = Depends(current_admin)):\n"
    "    found = db.query(Invoice).filter(Invoice.id == number).first()  # <- flagged\n    db.delete(found)\n"
)

_FOUND_BEFORE = (
    "class Invoices:\n    def __init__(self, organization_id):\n        self.organization_id = organization_id\n\n"
    "    def get(self, organization_id, number):\n"
    "        return Invoice.query.filter_by(id=number, organization_id=organization_id).first()\n\n"
    "    def one(self, number):\n        return self.get(self.organization_id, number)\n\n\n"
    "def close(number):\n    invoice = Invoice.query.get(number){flagged}\n    invoice.closed = True\n\n\n"
    "@app.post('/invoices/<int:number>/close')\n@login_required\ndef closed(number):\n"
    "    kept = Invoices(current_user.organization_id).one(number)\n{refused}"
    "    close(number)\n    return jsonify(True)\n"
)
"""Closes what a service that is kept to the tenant was asked for before."""
_HELD_BEFORE = (
    "from shop.rights import can_touch\n\n\nclass Ledger:\n    @staticmethod\n    def entry(number):\n"
    "        return Invoice.query.get(number){flagged}\n\n\ndef close(number):\n"
    "    invoice = Invoice.query.get(number){flagged}\n    invoice.closed = True\n\n\n"
    "@app.post('/invoices/<int:number>/close')\n@login_required\ndef closed(number):\n"
    "    invoice = Ledger.entry(number)\n{checked}    close(number)\n    return jsonify(True)\n"
)
"""Closes what was looked up before, to ask whether the caller may touch what is its tenant's."""


@Control(
    id="database/tenant-isolation",
    title="Rows are looked up within the caller's tenant",
    kind=Kind.DEFECT,
    severity=Severity.CRITICAL,
    why=(
        "A row that is picked by a key from the request alone is anybody's who knows or guesses "
        "the key, whichever tenant it belongs to."
    ),
    impact="A user of one customer reads or changes the data of another.",
    fix=(
        "Put the caller's tenant into the query: `.filter_by(id=number, "
        "organization_id=current_user.organization_id)`, or compare the row's tenant before it is used."
    ),
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=[
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Insecure_Direct_Object_Reference_Prevention_Cheat_Sheet.html",
    ],
    fails=[
        _SCOPED_MODELS + _FOUND_BEFORE.replace("{flagged}", "  # <- flagged").replace("{refused}", ""),
        _SCOPED_MODELS + _HELD_BEFORE.replace("{flagged}", "  # <- flagged").replace("{checked}", ""),
        _SCOPED_MODELS
        + (
            "@app.get('/invoices/<int:number>')\n@login_required\ndef invoice(number):\n"
            "    return jsonify(Invoice.query.get_or_404(number).id)  # <- flagged\n"
        ),
        _SCOPED_MODELS
        + (
            "@app.post('/invoices/void')\n@login_required\ndef void():\n"
            "    number = request.get_json()['invoice_id']\n"
            "    invoice = db.session.get(Invoice, number)  # <- flagged\n    db.session.delete(invoice)\n"
            "    db.session.commit()\n    return jsonify(True)\n"
        ),
        {
            "desk/models.py": (
                "from django.conf import settings\nfrom django.db import models\n\n\nclass Project(models.Model):\n"
                "    name = models.TextField()\n\n\nclass ProjectMembership(models.Model):\n"
                "    project = models.ForeignKey(Project, on_delete=models.CASCADE)\n"
                "    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)\n\n\n"
                "class Issue(models.Model):\n    project = models.ForeignKey(Project, on_delete=models.CASCADE)\n\n"
                "\nclass Release(models.Model):\n"
                "    project = models.ForeignKey(Project, on_delete=models.CASCADE)\n"
            ),
            "desk/views.py": (
                "from django.core.exceptions import PermissionDenied\n"
                "from django.shortcuts import get_object_or_404, render\n"
                "from desk.models import Issue, Project, ProjectMembership, Release\n\n\n"
                "def _project(request, project_pk):\n    project = get_object_or_404(Project, pk=project_pk)\n"
                "    if not ProjectMembership.objects.filter(project=project, user=request.user).exists():\n"
                "        raise PermissionDenied\n    return project\n\n\ndef releases(request, project_pk):\n"
                "    project = _project(request, project_pk)\n"
                "    return render(request, 'releases.html', {'releases': "
                "Release.objects.filter(project=project)[:50]})\n\n\ndef issues(request, project_pk):\n"
                "    project = _project(request, project_pk)\n    if request.method == 'POST':\n"
                "        Issue.objects.filter(pk__in=request.POST.getlist('ids')).update(closed=True)  # "
                "<- flagged\n    return render(request, 'issues.html', {'issues': "
                "Issue.objects.filter(project=project)[:50]})\n"
            ),
            "desk/urls.py": (
                "from django.urls import path\nfrom desk import views\n\n"
                "urlpatterns = [path('<int:project_pk>/issues/', views.issues), "
                "path('<int:project_pk>/releases/', views.releases)]\n"
            ),
            "desk/__init__.py": "",
        },
        _REST_DESK | {"desk/views.py": _REST_VIEWS + "    queryset = Invoice.objects.all()  # <- flagged\n"},
        _SCOPED_MODELS
        + (
            "def signed_in(user):\n    if not user.is_authenticated:\n        return False\n"
            "    return user.is_active\n\n\n"
            "@app.post('/invoices/<int:number>/void')\n@login_required\ndef void(number):\n"
            "    if not signed_in(current_user):\n        abort(403)\n"
            "    found = Invoice.query.get_or_404(number)  # <- flagged\n    return jsonify(found.id)\n"
        ),
        _BY_ADMINS.replace("{who}", "User.name == name, User.tenant_id == tenant.id"),
    ],
    fixed=_SCOPED_MODELS
    + (
        "@app.get('/invoices/<int:number>')\n@login_required\ndef invoice(number):\n"
        "    found = Invoice.query.filter_by(id=number, "
        "organization_id=current_user.organization_id).first_or_404()\n    return jsonify(found.id)\n"
    ),
    passes=[
        _SCOPED_MODELS
        + _HELD_BEFORE.replace("{flagged}", "").replace(
            "{checked}", "    if not can_touch(current_user, invoice.organization_id):\n        abort(403)\n"
        ),
        _SCOPED_MODELS
        + _FOUND_BEFORE.replace("{flagged}", "").replace("{refused}", "    if not kept:\n        raise LookupError\n"),
        _REST_DESK
        | {
            "desk/urls.py": (
                "from django.urls import path\nfrom desk import views\n\n"
                "urlpatterns = [path('<int:pk>/', views.Page.as_view()), "
                "path('', views.Contracts.as_view({'get': 'list'}))]\n"
            ),
            "desk/views.py": (
                "from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin\n"
                "from django.shortcuts import get_object_or_404, render\nfrom django.views import View\n"
                + _REST_VIEWS
                + (
                    "    def get_queryset(self):\n"
                    "        return Invoice.objects.filter(organization__members=self.request.user)\n\n\n"
                    "class Page(LoginRequiredMixin, UserPassesTestMixin, View):\n    def test_func(self):\n"
                    "        invoice = get_object_or_404(Invoice, pk=self.kwargs.get('pk'))\n"
                    "        return invoice.may_be_seen_by(self.request.user)\n\n    def get(self, request, pk):\n"
                    "        return render(request, 'page.html', {'invoice': get_object_or_404(Invoice, pk=pk)})\n"
                )
            ),
        },
        _REST_DESK
        | {
            "desk/rights.py": (
                "from django.http import JsonResponse\nfrom desk.models import Invoice\n\n\n"
                "def has_access(invoice_kwarg=None):\n    def decorator(view):\n"
                "        def wrapper(request, *args, **kwargs):\n"
                "            own = Invoice.objects.filter(organization__members=request.user)\n"
                "            if not own.filter(pk=kwargs[invoice_kwarg]).exists():\n"
                "                return JsonResponse({}, status=403)\n"
                "            return view(request, *args, **kwargs)\n\n        return wrapper\n\n    return decorator\n"
            ),
            "desk/views.py": (
                "from django.utils.decorators import method_decorator\nfrom desk.rights import has_access\n"
                + _REST_VIEWS
                + (
                    "\n    @method_decorator([has_access(invoice_kwarg='pk')])\n"
                    "    def retrieve(self, request, pk=None):\n"
                    "        return Response(Invoice.objects.get(pk=pk).id)\n"
                )
            ),
        },
        _SCOPED_MODELS
        + (
            "def within(query, model):\n"
            "    return query.filter(model.organization_id.in_([current_user.organization_id]))\n\n\n"
            "@app.get('/invoices/<int:number>')\n@login_required\ndef invoice(number):\n"
            "    found = within(db.session.query(Invoice).filter(Invoice.id == number), Invoice).first()\n"
            "    return jsonify(found.id)\n"
        ),
        (
            "from typing import Optional\n\nfrom fastapi import Depends, FastAPI, HTTPException\n"
            "from sqlmodel import Field, Session, SQLModel, select\n\nfrom desk.signing import check\n\n"
            "app = FastAPI()\n\n\n"
            "class Company(SQLModel, table=True):\n    id: Optional[int] = Field(primary_key=True)\n    code: str\n\n\n"
            "class Batch(SQLModel, table=True):\n    id: Optional[int] = Field(primary_key=True)\n"
            "    company_id: int = Field(foreign_key='company.id')\n\n\n"
            "class Letter(SQLModel, table=True):\n    id: Optional[int] = Field(primary_key=True)\n"
            "    company_id: int = Field(foreign_key='company.id')\n\n\nclass UserSession:\n"
            "    def __init__(self, company: str, signature: str):\n        if not check(company, signature):\n"
            "            raise HTTPException(403)\n        self.company = company\n\n\n"
            "def company_of(db, code):\n    return db.exec(select(Company).where(Company.code == code)).one()\n\n\n"
            "@app.get('/letters/{number}')\n"
            "def letter(number: int, user_session=Depends(UserSession), db: Session = Depends()):\n"
            "    company = company_of(db, user_session.company)\n"
            "    return db.exec(select(Letter).where(Letter.company_id == company.id, Letter.id == number)).one()\n"
        ),
        _SCOPED_MODELS
        + (
            "def with_invoice(view):\n    @wraps(view)\n    def inner(**values):\n"
            "        number = request.args['number']\n"
            "        if not may_see(current_user, number):\n            abort(403)\n"
            "        values.update({'number': number})\n        return view(**values)\n    return inner\n\n\n"
            "@app.get('/invoice')\n@with_invoice\ndef invoice(number):\n"
            "    return jsonify(Invoice.query.get_or_404(number).id)\n"
        ),
        _SCOPED_MODELS
        + (
            "@app.get('/organizations/<int:organization_id>/invoices/some')\n@login_required\n"
            "def some(organization_id):\n    organization = current_user.organization\n"
            "    found = Invoice.query.filter(Invoice.id.in_(request.args.getlist('ids'))).all()\n"
            "    if not all([one.organization_id == organization.id for one in found]):\n        abort(404)\n"
            "    return jsonify([one.id for one in found])\n"
        ),
        _SCOPED_MODELS
        + (
            "class Service:\n    def void(self, user, invoice):\n"
            "        check_permissions(user, 'void', workspace=invoice.organization)\n        invoice.void()\n\n\n"
            "@app.delete('/invoices/<int:number>')\n@login_required\ndef invoice(number):\n"
            "    found = Invoice.query.get_or_404(number)\n    Service().void(current_user, found)\n    return ''\n"
        ),
        _SCOPED_MODELS
        + (
            "@app.get('/invoices/<int:number>/kind')\n@login_required\ndef kind(number):\n"
            "    found = Invoice.query.get_or_404(number)\n"
            "    owner = getattr(found, 'organization_id', None)\n"
            "    return jsonify(found.kind if owner == current_user.organization_id else None)\n"
        ),
        _SCOPED_MODELS
        + (
            "@app.get('/invoices/<int:number>')\n@login_required\ndef invoice(number):\n"
            "    found = Invoice.query.get_or_404(number)\n"
            "    if found.organization_id != current_user.organization_id:\n        abort(404)\n"
            "    return jsonify(found.id)\n"
        ),
        _SCOPED_MODELS
        + (
            "def _visible(invoice):\n    if invoice.organization_id != current_user.organization_id:\n"
            "        abort(404)\n\n\n@app.get('/invoices/<int:number>')\n@login_required\n"
            "def invoice(number):\n    found = Invoice.query.get_or_404(number)\n    check_access(found)\n"
            "    return jsonify(found.id)\n"
        ),
        _SCOPED_MODELS
        + (
            "def load(number):\n    return Invoice.query.get_or_404(number)\n\n\n"
            "@app.get('/invoices/<int:number>')\n@login_required\ndef invoice(number):\n"
            "    found = load(number)\n    if found.organization_id != current_user.organization_id:\n"
            "        abort(404)\n    return jsonify(found.id)\n"
        ),
        _REST_DESK
        | {
            "desk/views.py": _REST_VIEWS
            + (
                "    queryset = Invoice.objects.all()\n\n    def filter_queryset(self, queryset):\n"
                "        return queryset.filter(organization__members=self.request.user)\n"
            )
        },
        _REST_DESK
        | {"desk/views.py": _REST_VIEWS + "    queryset = Invoice.objects.all()\n    lookup_field = 'share_token'\n"},
    ],
    partials=[
        _SCOPED_MODELS
        + (
            "def runs_it(user):\n    if not user.is_authenticated:\n        return False\n"
            "    return user.is_superuser\n\n\n"
            "@app.post('/invoices/<int:number>/void')\n@login_required\ndef void(number):\n"
            "    if not runs_it(current_user):\n        abort(403)\n"
            "    found = Invoice.query.get_or_404(number)  # <- flagged\n    return jsonify(found.id)\n"
        ),
        _BY_ADMINS.replace("{who}", "User.name == name"),
        _SCOPED_MODELS
        + (
            "def invoice_of(number, permission):\n    found = Invoice.query.get(number)  # <- flagged\n"
            "    current_user.check_role(permission, other_id=number)\n    return found\n\n\n"
            "def tidied(number):\n    found = Invoice.query.get(number)  # <- flagged\n    found.tidy()\n"
            "    return found\n\n\n"
            "@app.post('/invoices/<int:number>/void')\n@login_required\ndef void(number):\n"
            "    invoice = invoice_of(number, 'edit')\n    invoice.void()\n"
            "    return jsonify(tidied(number).id)\n"
        ),
        _SCOPED_MODELS
        + (
            "def confirm_invoice_admin(number):\n"
            "    if number not in current_user.invoices():\n        abort(403)\n\n\n"
            "@app.post('/invoices/void')\n@login_required\ndef void():\n"
            "    data = request.get_json()\n    number = data['invoice_id']\n    confirm_invoice_admin(number)\n"
            "    invoice = db.session.get(Invoice, number)  # <- flagged\n    db.session.delete(invoice)\n"
            "    db.session.commit()\n    return jsonify(True)\n"
        ),
        _SCOPED_MODELS
        + (
            "def require_admin_or_owner(user_id):\n"
            "    if not current_user.is_admin and current_user.id != user_id:\n        abort(403)\n\n\n"
            "@app.delete('/invoices/<int:number>')\n@login_required\ndef invoice(number):\n"
            "    found = Invoice.query.get_or_404(number)  # <- flagged\n    require_admin_or_owner(found.id)\n"
            "    db.session.delete(found)\n    return jsonify(True)\n"
        ),
        _SCOPED_MODELS
        + (
            "@app.post('/invoices/<int:number>/paid')\ndef paid(number):\n"
            "    found = Invoice.query.get_or_404(number)  # <- flagged\n    return jsonify(found.id)\n"
        ),
        {
            "desk/__init__.py": "",
            "desk/app.py": _SCOPED_MODELS.partition("@app.get('/invoices')")[0],
            "desk/billing.py": (
                "from flask import jsonify\nfrom flask_login import login_required\n\n"
                "from desk.app import Invoice, app\n\n\n"
                "@app.get('/organizations/<int:organization_id>/invoices')\n@login_required\n"
                "def invoices(organization_id):\n"
                "    found = Invoice.query.filter_by(organization_id=organization_id).paginate()\n"
                "    return jsonify([one.id for one in found.items])\n\n\n"
                "@app.get('/invoices/<int:number>')\n@login_required\ndef invoice(number):\n"
                "    return jsonify(Invoice.query.get_or_404(number).id)  # <- flagged\n"
            ),
        },
    ],
    counterpart=lambda repo, ward: _behind(repo, ward),  # noqa: PLW0108 - it stands further down
    ignores=[
        (
            "from flask import Flask, jsonify\nfrom flask_sqlalchemy import SQLAlchemy\n\n"
            "app = Flask(__name__)\ndb = SQLAlchemy(app)\n\n\nclass User(db.Model):\n"
            "    id = db.Column(db.Integer, primary_key=True)\n\n\nclass Note(db.Model):\n"
            "    id = db.Column(db.Integer, primary_key=True)\n"
            "    owner_id = db.Column(db.ForeignKey('user.id'))\n\n\n@app.get('/notes/<int:number>')\n"
            "def note(number):\n    return jsonify(Note.query.get_or_404(number).id)\n"
        ),
    ],
)
def tenant_isolation(repo: Repo) -> Judgement:
    """Hold every look-up of a tenant's row by a key from a request against what keeps the others to the tenant."""
    tenant = repo.tenancy.tenant
    separations = repo.tenancy.separations
    if tenant is None:
        if separations:
            return passed("Tenants are kept apart below the queries.", *separations[:5])
        return not_applicable("No model here belongs to a tenant whose users are kept to it.")
    shown = [
        seen(
            tenant.model.location.path,
            tenant.model.location.line,
            f"`{tenant.model.name}`: {len(tenant.keys)} models belong to it",
        ),
        *tenant.evidence[:4],
    ]
    sites = tuple(_sites(repo, bool(separations)))
    judgement = _judged(tenant.model.name, sites, [*shown, *separations[:2]])
    return judgement if separations else replace(judgement, wards=tuple(_wards(repo, tenant)))


def _wards(repo: Repo, tenant: Tenant) -> Iterator[Ward]:
    """The functions that read a tenant's rows, and whether anything in them keeps to the tenant."""
    for reading in repo.scoping.by_words(tenant.words):
        if reading.model is tenant.model or repo.tenancy.path(reading.model, tenant) is None:
            continue
        silent = not repo.scoping.names_any(reading.function, tenant.words)
        name = reading.function.definition.name
        yield Ward(
            reading.location,
            f"rows of `{reading.model.name}` in `{tenant.model.name}`",  # which model is the tenant may change as well
            () if silent and BY_CONDITION not in reading.by else reading.by,
            f"`{name}` looks `{reading.model.name}` up in any `{tenant.model.name}`",
            ways=len(reading.open) if silent else 0,
        )
    for query in repo.scoping.asked(tenant.words):
        if query.model is not tenant.model and repo.tenancy.path(query.model, tenant) is not None:
            yield Ward(
                query.location,
                f"a query of `{query.model.name}` in `{tenant.model.name}`",
                query.by,
                f"`{query.function.definition.name}` takes any `{query.model.name}`, whosever `{tenant.model.name}`",
                ways=0 if query.by else 1,
                beside=query.beside,
            )
    for words, models in _on_the_way(repo, tenant).items():
        for query in repo.scoping.asked(words):
            if query.model in models:
                yield replace(
                    _of_query(query.function, query.model, words, query.by, query.location), beside=query.beside
                )


def _on_the_way(repo: Repo, tenant: Tenant) -> dict[frozenset[str], set[Model]]:
    """The models that belong to a tenant through something else that people share, by the words of that."""
    found: dict[frozenset[str], set[Model]] = {}
    for model in repo.models.all:
        for field in model.fields:
            words = words_of(field.name) & SOMEBODY - tenant.words if field.role == "reference" else frozenset()
            shared = repo.models.target(model, field) if words else None
            if shared is not None and shared is not tenant.model and repo.tenancy.path(shared, tenant) is not None:
                found.setdefault(words, set()).add(model)
    return found


def _of_query(
    function: DefinitionSite, model: Model, words: frozenset[str], by: Iterable[str], place: Location
) -> Ward:
    """A query of something that belongs to a tenant through something else, and what keeps it to that."""
    shared = " or ".join(f"`{word}`" for word in sorted(words))
    kept = tuple(sorted({*by, *_compared_after(function, words)}))
    return Ward(
        place,
        f"a query of `{model.name}` by {shared}",
        (),
        f"`{function.definition.name}` takes any `{model.name}`, whosever {shared}",
        ways=0,
        asks=(kept,) if kept else (),
    )


def _compared_after(function: DefinitionSite, words: frozenset[str]) -> Iterator[str]:
    """What a function holds a row against before it goes on with it, or refuses."""
    facts, scope = function.module.facts, function.index
    guards = [guard for one in facts.raises if one.scope == scope for guard in one.guards]
    guards += [guard for one in facts.returns if one.scope == scope for guard in one.guards]
    guards += [guard for call in function.calls for guard in call.guards]
    yield from (f"a comparison by `{word}`" for word in words if any(word in words_of(one) for one in guards))


def _compared(call: Call) -> Iterator[str]:
    """The names of what a call is handed by name, or as a comparison of two values."""
    for name, _ in call.keywords:
        yield name
    for value in call.args:
        yield from names_in(value) if isinstance(value, Other) and value.operator else ()


def _behind(repo: Repo, ward: Ward) -> Ward | None:
    """The query that a function of this tree leaves to one of its helpers, and what the two of them keep it to."""
    tenant = repo.tenancy.tenant
    function = repo.python.definition_named(f"{ward.location.path}:{ward.location.symbol}")
    if tenant is None or function is None or function.definition.kind != "function":
        return None
    helpers = {site.name: site for call in function.calls if (site := repo.python.target(call, function.module))}
    for words, models in _on_the_way(repo, tenant).items():
        for model in models:
            queries = [query for site in helpers.values() for query in repo.queries.of(site) if query.model is model]
            by = {condition.field for query in queries for condition in query.conditions if mentions(condition, words)}
            by |= {name for call in function.calls for name in _compared(call) if words & words_of(name)}
            told = _of_query(function, model, words, (f"`{one}`" for one in by), function.location)
            if queries and told.thing == ward.thing:
                return told
    return None


def _judged(name: str, sites: tuple[Site, ...], shown: list[Evidence]) -> Judgement:
    wrong = [site for site in sites if not site.good]
    kept = len(sites) - len(wrong)
    if any(site.confidence is Confidence.HIGH for site in wrong):
        count = sum(site.confidence is Confidence.HIGH for site in wrong)
        places = "1 look-up leaves" if count == 1 else f"{count} look-ups leave"
        return failed(f"{places} the caller's `{name}` out, {kept} queries keep to it.", *shown, sites=sites)
    if any(site.confidence is Confidence.MEDIUM for site in wrong):
        found = partial(
            f"Queries keep to the caller's `{name}`, with {len(wrong)} to review.", *shown, score=HINTS_ONLY.value
        )
        return Judgement(found.status, found.score, found.summary, found.evidence, sites=sites)
    found = passed(f"Queries keep to the caller's `{name}`.", *shown)
    return Judgement(found.status, found.score, found.summary, found.evidence, sites=sites)


def _sites(repo: Repo, separated: bool) -> Iterator[Site]:
    for query in repo.lookups.kept:
        yield good(query.location)
    tenant = repo.tenancy.tenant
    for lookup in repo.lookups.open:
        if tenant is not None:
            yield bad(lookup.location, _message(lookup, tenant.model.name), _confidence(repo, lookup, separated))


def _confidence(repo: Repo, lookup: Lookup, separated: bool) -> Confidence:
    if "redirect" in lookup.doubts or separated:
        return Confidence.LOW
    if lookup.check != "none" or lookup.doubts or len(repo.lookups.kept) < _ENOUGH_KEPT or not lookup.route.is_wired:
        return Confidence.MEDIUM
    forgotten = repo.lookups.is_exception(lookup) and _comes_from_user(repo, lookup)
    return Confidence.HIGH if forgotten else Confidence.MEDIUM


def _comes_from_user(repo: Repo, lookup: Lookup) -> bool:
    """Whether the route knows who calls, and is not kept as a whole to those with a right: to another service, say."""
    if _is_above_tenants(repo, lookup.route) or repo.lookups.is_for_installation(lookup.route):
        return False
    found = repo.identity.protections(lookup.route)
    return any(one.strength >= Strength.READS for one in found) and not any(
        one.level in ("router", "application") and one.strength is Strength.PERMISSION for one in found
    )


def _is_above_tenants(repo: Repo, route: Route) -> bool:
    """Whether who may call belongs to no tenant: the staff of the installation, or another service.

    The classes that tell the route's callers never ask for a tenant, as those of other routes do.
    """
    tenant = repo.tenancy.tenant
    telling = [
        site
        for guard in route.guards
        if guard.kind == "authentication" and (site := repo.python.definition_named(guard.name)) is not None
    ]
    asking = repo.lookups.telling_tenants if tenant is not None else frozenset[str]()
    return bool(telling and asking) and all(site.name not in asking for site in telling)


def _message(lookup: Lookup, tenant: str) -> str:
    start = f"`{lookup.model.name}` is looked up by `{lookup.key}` of `{lookup.route.name}` in any `{tenant}`"
    if lookup.check == "role":
        return f"{start}: what is checked after it, a user of another `{tenant}` with that role passes"
    if lookup.doubts and lookup.doubts != ("redirect",):
        return f"{start}: neither the query nor its function keeps it to the caller's; `{lookup.doubts[0]}` may"
    return f"{start}: neither the query nor a check of the row keeps it to the caller's"
