"""Whether no route returns a whole table or collection with neither limit nor pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.control import Control, bad, good
from readiness_bot.model import Confidence, Effort, Kind, Location, Role, Severity, Site
from readiness_bot.repo import Repo
from readiness_bot.repo.listings import Listing
from readiness_bot.repo.models import Model
from readiness_bot.repo.query import COUNTING, ONE_ROW, RESULTS, Query, is_bounding
from readiness_bot.repo.reach import Reach

_ON_PURPOSE = re.compile(
    r"export|download|dump|csv|backup|feed|sitemap|migrat|archive|stream|sync|import|webhook|health|metric",
    re.IGNORECASE,
)
_SMALL = re.compile(
    r"config|setting|option|countr|currenc|language|locale|timezone|role|permission|plan$|severit|priorit|status|"
    r"types?$|categor|feature|flag$|provider|plugin|integration|instance$|field$|fields$",
    re.IGNORECASE,
)
_WHOSE = re.compile(r"user|owner|account|member|author|org|tenant|team|workspace|company|project|group", re.IGNORECASE)
_NARROWING = re.compile(r"(^|_)(ids?|pks?|uuids?|slugs?|keys?|tokens?|hash|names?|emails?|codes?)(__in|__exact)?$")


_LISTED = {
    "shop/models.py": (
        "from django.conf import settings\nfrom django.db import models\n\n\nclass Order(models.Model):\n"
        "    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)\n"
    ),
    "shop/views.py": (
        "from rest_framework.generics import ListAPIView\n\nfrom shop.models import Order\n\n\n"
        "class OrderList(ListAPIView):\n    queryset = Order.objects.all()  # <- flagged\n"
    ),
    "shop/urls.py": (
        "from django.urls import path\n\nfrom shop.views import OrderList\n\n"
        "urlpatterns = [path('orders/', OrderList.as_view())]\n"
    ),
    "shop/__init__.py": "",
}

_TABLES = (
    "import sqlalchemy\nfrom databases import Database\n\nmetadata = sqlalchemy.MetaData()\n"
    "database = Database('sqlite:///notes.db')\nnotes = sqlalchemy.Table(\n    'notes',\n    metadata,\n"
    "    sqlalchemy.Column('id', sqlalchemy.Integer, primary_key=True),\n"
    "    sqlalchemy.Column('by', sqlalchemy.String),\n)\n"
)
"""Tables that no class describes, and a database to ask for them."""


@Control(
    id="database/unbounded-query",
    title="Lists that routes return are bounded",
    kind=Kind.DEFECT,
    severity=Severity.MEDIUM,
    why=(
        "A query without a limit returns as many rows as there are: a few on the day it is "
        "written, all of them years later."
    ),
    impact="One request loads a grown table into memory, and the process that answers it slows down or is killed.",
    fix="Take the page from the request, cap it, and put it on the query: `.limit(min(limit, 100)).offset(offset)`.",
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=[
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
        "https://docs.sqlalchemy.org/en/20/core/selectable.html#sqlalchemy.sql.expression.Select.limit",
    ],
    fails=[
        (
            "from fastapi import FastAPI\nfrom sqlalchemy import Column, ForeignKey, Integer, select\n"
            "from sqlalchemy.orm import Session, declarative_base\n\napp = FastAPI()\n"
            "Base = declarative_base()\n\n\nclass User(Base):\n    __tablename__ = 'users'\n"
            "    id = Column(Integer, primary_key=True)\n\n\nclass Order(Base):\n    __tablename__ = 'orders'\n"
            "    id = Column(Integer, primary_key=True)\n    user_id = Column(ForeignKey('users.id'))\n\n\n"
            "@app.get('/orders')\ndef orders(session: Session):\n"
            "    return session.scalars(select(Order)).all()  # <- flagged\n"
        ),
        {
            "shop/models.py": (
                "from django.conf import settings\nfrom django.db import models\n\n\nclass Order(models.Model):\n"
                "    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)\n"
            ),
            "shop/views.py": (
                "from django.shortcuts import render\nfrom shop.models import Order\n\n\ndef orders(request):\n"
                "    found = Order.objects.all()  # <- flagged\n"
                "    return render(request, 'orders.html', {'orders': found})\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\nfrom shop import views\n\n"
                "urlpatterns = [path('orders/', views.orders)]\n"
            ),
            "shop/__init__.py": "",
        },
        {
            "shop/models.py": _LISTED["shop/models.py"],
            "shop/views.py": (
                "from django.shortcuts import redirect, render\n\nfrom shop.models import Order\n\n\n"
                "def orders(request):\n"
                "    others = Order.objects.exclude(buyer__in=[request.user])  # <- flagged\n"
                "    if not others.exists():\n        return redirect('mine')\n"
                "    return render(request, 'orders.html', {'orders': list(others.order_by('id'))})\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\nfrom shop import views\n\n"
                "urlpatterns = [path('orders/', views.orders)]\n"
            ),
            "shop/__init__.py": "",
        },
        {
            "app/models.py": (
                "from flask_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy()\n\n\nclass Users(db.Model):\n"
                "    id = db.Column(db.Integer, primary_key=True)\n\n\nclass Alert(db.Model):\n"
                "    id = db.Column(db.Integer, primary_key=True)\n"
                "    user_id = db.Column(db.Integer, db.ForeignKey('users.id'))\n\n    @classmethod\n"
                "    def newest(cls):\n        return cls.query.order_by(cls.id)\n"
            ),
            "app/views.py": (
                "from flask import Flask, jsonify\nfrom app.models import Alert\n\napp = Flask(__name__)\n\n\n"
                "@app.get('/alerts')\ndef alerts():\n"
                "    return jsonify([alert.id for alert in Alert.newest()])  # <- flagged\n"
            ),
            "app/__init__.py": "",
        },
        {"shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n", **_LISTED},
    ],
    fixed=(
        "from fastapi import FastAPI\nfrom sqlalchemy import Column, ForeignKey, Integer, select\n"
        "from sqlalchemy.orm import Session, declarative_base\n\napp = FastAPI()\n"
        "Base = declarative_base()\n\n\nclass User(Base):\n    __tablename__ = 'users'\n"
        "    id = Column(Integer, primary_key=True)\n\n\nclass Order(Base):\n    __tablename__ = 'orders'\n"
        "    id = Column(Integer, primary_key=True)\n    user_id = Column(ForeignKey('users.id'))\n\n\n"
        "@app.get('/orders')\ndef orders(session: Session, limit: int = 50, offset: int = 0):\n"
        "    return session.scalars(select(Order).limit(min(limit, 100)).offset(offset)).all()\n"
    ),
    passes=[
        {
            "app/db.py": _TABLES,
            "app/main.py": (
                "from fastapi import FastAPI\n\nfrom app.db import database, notes\n\napp = FastAPI()\n\n\n"
                "@app.get('/notes')\nasync def listed(page: int = 0):\n"
                "    query = notes.select().limit(50).offset(50 * page)\n"
                "    return await database.fetch_all(query)\n"
            ),
            "app/__init__.py": "",
        },
        {
            "shop/pages.py": (
                "from functools import wraps\n\nfrom flask import request\n\n\ndef paginated(schema):\n"
                "    def around(function):\n        @wraps(function)\n        def answer(*args):\n"
                "            query = function(*args)\n"
                "            return schema.dump(query.limit(min(int(request.args['limit']), 50)))\n\n"
                "        return answer\n\n    return around\n"
            ),
            "shop/app.py": (
                "from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\n\n"
                "from shop.pages import paginated\n\n"
                "app = Flask(__name__)\ndb = SQLAlchemy(app)\n\n\nclass User(db.Model):\n"
                "    id = db.Column(db.Integer, primary_key=True)\n\n\n@app.get('/users')\n@paginated(SCHEMA)\n"
                "def users():\n    return User.query.filter_by(hidden=False)\n"
            ),
        },
        (
            "from fastapi import FastAPI\nfrom motor.motor_asyncio import AsyncIOMotorClient\n\n"
            "app = FastAPI()\ndb = AsyncIOMotorClient().shop\n\n\n@app.get('/orders')\nasync def orders(page: int):\n"
            "    newest = await db.orders.find().to_list(100)\n"
            "    return newest + [one async for one in db.orders.find({}).skip(page * 50).limit(50)]\n"
        ),
        {
            "shop/settings.py": (
                "import django\n\nROOT_URLCONF = 'shop.urls'\n"
                "REST_FRAMEWORK = {'DEFAULT_PAGINATION_CLASS': 'rest_framework.pagination.PageNumberPagination'}\n"
            ),
            **_LISTED,
            "shop/views.py": _LISTED["shop/views.py"].replace("  # <- flagged", ""),
        },
        (
            "from flask import Flask, jsonify\nfrom flask_sqlalchemy import SQLAlchemy\n\n"
            "app = Flask(__name__)\ndb = SQLAlchemy(app)\n\n\nclass Note(db.Model):\n"
            "    id = db.Column(db.Integer, primary_key=True)\n\n\n@app.get('/notes')\ndef notes():\n"
            "    page = Note.query.paginate(max_per_page=100)\n"
            "    return jsonify([note.id for note in page.items])\n"
        ),
    ],
    ignores=[
        {
            "app/db.py": _TABLES,
            "app/main.py": (
                "from fastapi import FastAPI\nfrom sqlalchemy import select\n\nfrom app.db import database, notes\n\n"
                "app = FastAPI()\n\n\n@app.get('/notes/{key}')\nasync def one(key: int):\n"
                "    return await database.fetch_one(notes.select().where(notes.c.id == key))\n\n\n"
                "@app.get('/titles')\nasync def titles(by: str):\n    query = select(notes).where(notes.c.by == by)\n"
                "    return await database.fetch_all(query)\n"
            ),
            "app/__init__.py": "",
        },
        {
            **{path: text for path, text in _LISTED.items() if path != "shop/urls.py"},
            "shop/ordering.py": (
                "from shop.models import Order\n\n\ndef made_for(buyer):\n"
                "    order = Order.objects.create(buyer=buyer)\n    order.tell(buyer)\n    return order\n"
            ),
            "shop/views.py": (
                "from django.shortcuts import render\n\nfrom shop.ordering import made_for\n\n\ndef order(request):\n"
                "    made = made_for(request.user)\n"
                "    return render(request, 'order.html', {'lines': list(made)})\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\nfrom shop import views\n\nurlpatterns = [path('order/', views.order)]\n"
            ),
        },
        {
            "shop/settings.py": "import django\n\nINSTALLED_APPS = ['shop']\nROOT_URLCONF = 'shop.urls'\n",
            "shop/models.py": (
                "from django.contrib.auth.models import AbstractBaseUser, BaseUserManager\n"
                "from django.db import models\n\n\n"
                "class Manager(BaseUserManager):\n    def create_user(self, email):\n"
                "        user = self.model(email=email)\n"
                "        user.save()\n        return user\n\n\nclass Customer(AbstractBaseUser):\n"
                "    email = models.EmailField()\n    objects = Manager()\n"
            ),
            "shop/selectors.py": (
                "import django_filters\n\nfrom shop.models import Customer\n\n\n"
                "class CustomerFilter(django_filters.FilterSet):\n    class Meta:\n        model = Customer\n\n\n"
                "def customers(filters):\n    found = Customer.objects.all()\n"
                "    return CustomerFilter(filters, found).qs\n\n\n"
                "def create(email):\n    user = Customer.objects.create_user(email=email)\n    return user\n"
            ),
            "shop/views.py": (
                "from rest_framework import serializers\nfrom rest_framework.pagination import LimitOffsetPagination\n"
                "from rest_framework.response import Response\nfrom rest_framework.views import APIView\n\n"
                "from shop.selectors import create, customers\n\n\nclass CustomerSerializer(serializers.Serializer):\n"
                "    email = serializers.EmailField()\n\n\nclass CustomersApi(APIView):\n    def get(self, request):\n"
                "        paginator = LimitOffsetPagination()\n"
                "        page = paginator.paginate_queryset(customers(request.query_params), request, view=self)\n"
                "        return paginator.get_paginated_response(CustomerSerializer(page, many=True).data)\n\n"
                "    def post(self, request):\n        made = create(request.data['email'])\n"
                "        return Response(CustomerSerializer(made).data)\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.views import CustomersApi\n\n"
                "urlpatterns = [path('customers/', CustomersApi.as_view())]\n"
            ),
        },
        (
            "import sqlite3\n\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n"
            "@app.get('/orders/<name>')\ndef orders(name):\n    cursor = sqlite3.connect('shop.db').cursor()\n"
            "    cursor.execute('CREATE TABLE IF NOT EXISTS orders (name TEXT)')\n"
            "    cursor.execute('SELECT count(*) FROM orders')\n    number = cursor.fetchone()\n"
            "    cursor.execute('SELECT * FROM orders WHERE name = ? LIMIT 20', (name,))\n"
            "    return jsonify(number, cursor.fetchall())\n"
        ),
        (
            "from flask import Flask, jsonify\nfrom flask_sqlalchemy import SQLAlchemy\n\n"
            "app = Flask(__name__)\ndb = SQLAlchemy(app)\n\n\nclass Note(db.Model):\n"
            "    id = db.Column(db.Integer, primary_key=True)\n\n\n@app.get('/notes/<int:number>')\n"
            "def note(number):\n    return jsonify(Note.query.get_or_404(number).id)\n"
        ),
        (
            "from fastapi import FastAPI\nfrom sqlalchemy import Column, Integer, select\n"
            "from sqlalchemy.orm import Session, declarative_base\n\napp = FastAPI()\n"
            "Base = declarative_base()\n\n\nclass User(Base):\n    __tablename__ = 'users'\n"
            "    id = Column(Integer, primary_key=True)\n    rank = Column(Integer)\n\n\n"
            "@app.get('/best')\ndef best(session: Session):\n"
            "    return session.scalar(select(User).order_by(User.rank))\n"
        ),
        "def add(a, b):\n    return a + b\n",
    ],
    partials=[
        (
            "from flask import Flask, jsonify\nfrom flask_pymongo import PyMongo\n\n"
            "app = Flask(__name__)\nmongo = PyMongo(app)\n\n\n@app.get('/orders')\ndef orders():\n"
            "    return jsonify([order['name'] for order in mongo.db.orders.find()])  # <- flagged\n"
        ),
        (
            "from fastapi import FastAPI\nfrom motor.motor_asyncio import AsyncIOMotorClient\n\n"
            "app = FastAPI()\ndb = AsyncIOMotorClient().shop\n\n\n@app.get('/orders')\nasync def orders():\n"
            "    return await db.orders.find({'hidden': False}).to_list(None)  # <- flagged\n"
        ),
        (
            "import sqlite3\n\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n"
            "@app.get('/orders')\ndef orders():\n    cursor = sqlite3.connect('shop.db').cursor()\n"
            "    cursor.execute('SELECT id, name FROM orders ORDER BY id')  # <- flagged\n"
            "    return jsonify(cursor.fetchall())\n"
        ),
        (
            "import sqlite3\n\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n"
            "def run_query(text):\n    return sqlite3.connect('shop.db').execute(text).fetchall()\n\n\n"
            "@app.get('/orders')\ndef orders():\n"
            "    found = run_query('SELECT id, name FROM orders')  # <- flagged\n"
            "    return jsonify([name for _, name in found])\n"
        ),
        (
            "from flask import Flask, jsonify\nfrom flask_sqlalchemy import SQLAlchemy\n\n"
            "app = Flask(__name__)\ndb = SQLAlchemy(app)\n\n\nclass Tag(db.Model):\n"
            "    id = db.Column(db.Integer, primary_key=True)\n\n\n@app.get('/tags')\ndef tags():\n"
            "    return jsonify([tag.id for tag in Tag.query.all()])  # <- flagged\n"
        ),
        {
            "app/db.py": _TABLES,
            "app/main.py": (
                "from fastapi import FastAPI\n\nfrom app.db import database, notes\n\napp = FastAPI()\n\n\n"
                "@app.get('/notes')\nasync def listed():\n    query = notes.select()  # <- flagged\n"
                "    return await database.fetch_all(query=query)\n"
            ),
            "app/__init__.py": "",
        },
        {
            "app/db.py": _TABLES,
            "app/main.py": (
                "from fastapi import FastAPI\nfrom sqlalchemy import select\n\nfrom app.db import database, notes\n\n"
                "app = FastAPI()\n\n\n@app.get('/notes')\nasync def listed():\n"
                "    return [row async for row in database.iterate(select(notes))]  # <- flagged\n"
            ),
            "app/__init__.py": "",
        },
    ],
    applies=lambda repo: bool(repo.routes.all) and _has_store(repo),
)
def unbounded_query(repo: Repo) -> Iterator[Site]:
    """Look at every list query that a route leads to, where its rows are fetched."""
    seen: set[Location] = set()
    for query in repo.queries.all:
        for site in _judged(repo, query):
            if site.location not in seen:
                seen.add(site.location)
                yield site
    for listing in repo.listings.all:
        if listing.call.location not in seen:
            yield from _read_whole(repo, listing)


def _has_store(repo: Repo) -> bool:
    return bool(repo.queries.all) or repo.listings.uses_documents or repo.stores.uses_relational


def _read_whole(repo: Repo, listing: Listing) -> Iterator[Site]:
    """A collection or table without a model that a request reads from end to end.

    How fast it grows is not known, nor what further in becomes of the rows: a hint there.
    """
    location = listing.call.location
    function = Reach.function_at(listing.call.module, listing.call.call.scope)
    depth = repo.reach.depth(function) if function is not None else None
    if function is None or depth is None:
        return
    if listing.is_bounded:
        yield good(location)
    elif not _ON_PURPOSE.search(function.definition.name) and not _ON_PURPOSE.search(location.path.rpartition("/")[2]):
        yield bad(
            location,
            f"All of `{listing.what}` is loaded at once: the query has neither limit nor pages",
            Confidence.LOW if depth > 0 or _SMALL.search(listing.what) else Confidence.MEDIUM,
        )


def _judged(repo: Repo, query: Query) -> Iterator[Site]:
    function = Reach.function_at(query.module, query.scope)
    if function is None and query.scope >= 0:
        yield from _of_list_view(repo, query)
    if query.model is None or function is None or query.gives_one or query.writes or query.groups:
        return
    if repo.reach.depth(function) is None or repo.queries.only_counts(query):
        return
    fetches = bool(query.names & RESULTS) and not repo.queries.is_put_into_filters(query)
    if query.is_bounded or (repo.queries.is_returned(query) and repo.paging.is_paged_by_decorator(function)):
        yield good(query.location)
    elif (
        fetches
        or repo.queries.is_walked(query)
        or (repo.reach.depth(function) == 0 and repo.queries.is_returned(query))
    ):
        yield from _unbounded(repo, query, query.location, function.definition.name)
    elif repo.queries.is_returned(query):
        yield from _handed_back(repo, query, function.name)


def _of_list_view(repo: Repo, query: Query) -> Iterator[Site]:
    """The rows of a class-based view that lists what its `queryset` gives, and narrows it by nothing of its own."""
    view = query.module.definition(query.scope)
    routes = [
        (route.view, is_paged)
        for route, is_paged in repo.paging.lists
        if route.view is not None and route.view.definition is view
    ]
    if not routes or any(repo.python.member(routes[0][0], name) for name in _OWN_ANSWERS):
        return
    if all(is_paged for _, is_paged in routes) or query.is_bounded:
        yield good(query.location)
    else:
        yield from _unbounded(repo, query, query.location, routes[0][0].definition.name)


_OWN_ANSWERS = ("get_queryset", "filter_queryset", "list", "get")


def _handed_back(repo: Repo, query: Query, name: str) -> Iterator[Site]:
    """The places that fetch the rows of a query which a function only puts together."""
    for call in repo.python.callers.get(name, ()):
        caller = Reach.function_at(call.module, call.call.scope)
        if caller is None or repo.reach.depth(caller) is None:
            continue
        names, is_sliced, is_walked = repo.queries.onward(call.module, call.call)
        if names & (COUNTING | ONE_ROW) and not names & RESULTS:
            continue
        if is_sliced or is_bounding(names):
            yield good(call.location)
        elif is_walked or names & RESULTS:
            yield from _unbounded(repo, query, call.location, caller.definition.name)


def _unbounded(repo: Repo, query: Query, location: Location, function: str) -> Iterator[Site]:
    model = query.model
    confidence = _confidence(repo, query, location, function)
    if model is not None and confidence is not None:
        yield bad(
            location,
            f"Every `{model.name}` that matches is loaded at once: the query has neither limit nor pages",
            confidence,
        )


def _confidence(repo: Repo, query: Query, location: Location, function: str) -> Confidence | None:
    """How certain it is that the table grows; None where the list is bounded in another way."""
    model = query.model
    if model is None or _ON_PURPOSE.search(function) or _ON_PURPOSE.search(location.path.rpartition("/")[2]):
        return None
    kept = _narrowed_by(repo, query, model)
    if kept:
        return None
    if _SMALL.search(model.name):
        return Confidence.LOW
    grows = any(
        field.target == "<user>" or repo.models.is_user(repo.models.target(model, field))
        for field in model.fields
        if field.role == "reference"
    )
    return Confidence.HIGH if grows or repo.models.is_user(model) else Confidence.MEDIUM


def _narrowed_by(repo: Repo, query: Query, model: Model) -> str:
    """By what the conditions narrow the table: to a `few` named rows, those of a `parent`, or nothing."""
    found = ""
    for condition in query.conditions:
        name = condition.field
        if "." in name or condition.is_constant:
            # A join, or a flag: neither names rows.
            continue
        if not _WHOSE.search(name) and (
            name.endswith("__in") or any(part.endswith(".in_") for part in condition.names)
        ):
            return "few"
        field = model.field(name) or model.field(name.partition("__")[0]) or model.field(f"{name}_id")
        if (
            name in model.primary_keys
            or name in ("pk__in", "id__in")
            or (field is None and _NARROWING.search(name) and not _WHOSE.search(name))
        ):
            return "few"
        if (
            field is not None and field.role in ("reference", "relation") and not _is_whose(repo, model, field.name)
        ) or (
            _WHOSE.search(name)
            and any("user" in part.lower() for part in condition.names)
            and not name.lower().startswith(("org", "tenant", "group"))
        ):
            found = "parent"
        elif field is not None and field.role == "column" and _NARROWING.search(field.name):
            return "few"
    return found


def _is_whose(repo: Repo, model: Model, name: str) -> bool:
    """Whether a reference only tells whose the rows are, which narrows a table to one customer's and no further."""
    field = model.field(name)
    target = repo.models.target(model, field) if field is not None else None
    return (
        target is not None
        and not repo.models.is_user(target)
        and bool(re.search(r"^(org|tenant|workspace|company|account)", target.name, re.IGNORECASE))
    )
