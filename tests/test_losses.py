"""Protections that a change takes away or adds, and changes that only look like it, on pairs of small trees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from readiness_bot.compare import compare
from readiness_bot.losses import in_words, losses
from readiness_bot.model import Confidence, Delta, Effort, Location, Report, Severity, Skipped, Waiver, Ward
from tests.reports import CRITICAL, HIGH, report, verdict
from tests.trees import Files, changed, told

_FLASK = (
    "from flask import Flask, abort, request\nfrom flask_login import current_user, login_required\n"
    "from shop.rights import admin_required\nfrom shop.models import Order\n\napp = Flask(__name__)\n\n\n"
    "@app.post('/prices')\n@login_required\n@admin_required\ndef prices():\n    return 'ok'\n\n\n"
)
_LOADED = "    order = Order.query.get_or_404(number)\n"
_OWNED = "    if order.owner_id != current_user.id:\n        abort(403)\n"
_PROFILE = (
    "from django.contrib.auth.mixins import LoginRequiredMixin\nfrom django.views.generic import DetailView\n"
    "from shop.models import Thing, User\n\n\nclass Profile(LoginRequiredMixin, DetailView):\n    model = User\n\n"
    "    def get_context_data(self, **kwargs):\n        context = super().get_context_data(**kwargs)\n"
    "        user = self.get_object()\n{}        context['things'] = list(things)\n        return context\n"
)
_QUEUED = (
    "from fastapi import APIRouter, Depends, HTTPException\nfrom src.config import DEFAULT_QUEUE\n"
    "from src.rights import signed_in\n\nrouter = APIRouter()\n\n\n@router.post('/exports')\n"
    "def export(params: Export, user=Depends(signed_in)):\n"
    "    if params.queue != {} and user.role != 'admin':\n        raise HTTPException(status_code=403)\n"
    "    return start(params)\n"
)
_CONFLICTING = (
    "class Config:\n    def parse(self, cfg, user):\n        self.hosts = cfg.get('hosts')\n"
    "        self.enable_v1_access = cfg.get('enable_v1_access')\n{}        return False\n"
)
_CAN_SEE = "def can_see(order):\n    return current_user.has_permission('order', order)\n"
_HIDDEN = _FLASK + f"@app.get('/orders/<int:number>')\n@login_required\ndef order(number):\n{_LOADED}"

_SQL = (
    "import sqlite3\n\ndb = sqlite3.connect('shop.db')\n\n\ndef orders(name, size=None):\n"
    "    db.execute('BEGIN')\n    {}\n"
)
_WAREHOUSE = (
    "from databricks.sdk import WorkspaceClient\n\nclient = WorkspaceClient()\n\n\ndef remove(name):\n"
    "    client.statement_execution.execute_statement(warehouse_id='w', statement={})\n"
)
_STATED = (
    "from sqlalchemy import text\n\n\ndef named(connection, name):\n    query = {text}\n"
    "    return connection.execute(text(query){bound}).all()\n"
)
_HOSTS = (
    "import paramiko\n\n\ndef reach(host):\n    client = paramiko.SSHClient()\n"
    "    client.set_missing_host_key_policy(paramiko.{policy}())\n    client.connect(host)\n"
)
_BEFORE = (
    "from flask import Blueprint, Flask\nfrom flask_login import login_required\n\n"
    "pages = Blueprint('pages', __name__)\n\n\n{gate}@pages.post('/prices')\ndef prices():\n"
    "    return change()\n\n\napp = Flask(__name__)\napp.register_blueprint(pages)\n"
)
_SIGNED = (
    "import hmac\n\nfrom flask import Flask, abort, request\n\napp = Flask(__name__)\n\n\n@app.post('/prices')\n"
    "def prices():\n{check}    return change()\n"
)
_ASKING = (
    "import requests\n\n\ndef ask(url, timeout={default}):\n    return requests.get(url, timeout=timeout)\n\n\n"
    "def read(url):\n    return ask(url).text\n"
)
_OWN_RUN = {
    "shop/__init__.py": "",
    "shop/db.py": "import psycopg2\n\nconnection = psycopg2.connect('dbname=shop')\n\n\n"
    "def execute(cursor, text, values=()):\n    cursor.execute(text, values)\n    return cursor\n",
}
_RUN_BY_OWN = "from shop import db\n\n\ndef named(cursor, name):\n    return db.execute(cursor, {text})\n"
_OPTION = (
    "import requests\nimport litellm\nfrom flask import Flask, request\nfrom shop.looks import is_api_base_safe\n\n"
    "app = Flask(__name__)\nrequests.get('https://example.org/', timeout=9)\n\n\n@app.get('/models')\ndef models():\n"
    "{check}    return litellm.get_valid_models(api_base=request.args['base'])\n"
)
_CAUGHT = (
    "import logging\n\nfrom shop.settings import load\n\nlogger = logging.getLogger(__name__)\n\n\n"
    "def settings(text):\n    try:\n        return load(text)\n    except Exception {answer}"
)
_ASKED = (
    "import requests\n\n\ndef known():\n    return requests.get('https://example.org/', timeout=9)\n\n\n"
    "def ask(self, data):\n"
)
_BUCKET = "import boto3\n\n\ndef read(key):\n    {body}\n"
_RUN = "import subprocess\n\n\ndef version(name):\n    command = 'git describe ' + name\n    return {}\n"
_FETCH = (
    "import requests\nfrom shop.addresses import is_private_host\n\n\ndef fetch(watch):\n{check}"
    "    return requests.get(watch.url, timeout=5).text\n"
)

_MESSAGES = (
    "from rest_framework import mixins, viewsets\nfrom rest_framework.permissions import IsAuthenticated\n"
    "from rest_framework.routers import DefaultRouter\nfrom django.urls import include, path\n"
    "from shop.models import Message\n\nrouter = DefaultRouter()\n\n\n"
    "class Messages(mixins.CreateModelMixin, viewsets.GenericViewSet):\n{permissions}"
    "    queryset = Message.objects.all()\n\n\nclass Notes(viewsets.ModelViewSet):\n"
    "    permission_classes = [IsAuthenticated]\n    queryset = Message.objects.all()\n\n\n"
    "router.register('messages', Messages)\nrouter.register('notes', Notes)\n"
    "urlpatterns = [path('', include(router.urls))]\n"
)
_ACTION = (
    "from rest_framework import viewsets\nfrom rest_framework.decorators import action\n"
    "from rest_framework.permissions import IsAdminUser, IsAuthenticated\n"
    "from rest_framework.routers import DefaultRouter\nfrom django.urls import include, path\n"
    "from shop.models import Order\n\n\nclass Orders(viewsets.GenericViewSet):\n"
    "    permission_classes = [IsAuthenticated]\n    queryset = Order.objects.all()\n\n"
    "    @action(detail=True, methods=['post']{permissions})\n    def refund(self, request, pk=None):\n"
    "        order = self.get_object()\n        order.refund()\n\n\nrouter = DefaultRouter()\n"
    "router.register('orders', Orders)\nurlpatterns = [path('', include(router.urls))]\n"
)
_COPIED = (
    "import shutil\nfrom pathlib import Path\n\nROOT = Path('/srv/files')\n\n\n"
    "def copy(source, target):\n    shutil.rmtree(target)\n    shutil.copytree(source, target)\n\n\n{}"
    "def files(order):\n    copy('b', ROOT / order.code)\n    copy('c', ROOT / order.shop)\n"
)
_FLAGGED = (
    "from django.conf import settings\nfrom django.core.exceptions import PermissionDenied\n"
    "from shop.models import Order\n\n\n"
    "def close(request, number):\n{}    order = Order.objects.get(pk=number)\n    order.close()\n"
)
_AWAITED = (
    "from django.contrib.auth.decorators import login_required\n"
    "from django.http import HttpResponse, HttpResponseNotAllowed\n"
    "from django.urls import path\nfrom shop.models import Order\n\n\n@login_required\n"
    "async def close(request):\n    if request.method != 'POST':\n        return HttpResponseNotAllowed(['POST'])\n"
    "    order = await Order.objects.aget(pk=request.POST['pk'], user={})\n"
    "    order.closed = True\n    await order.asave()\n    return HttpResponse('closed')\n\n\n"
    "urlpatterns = [path('close/', close)]\n"
)
_OF_PARTS = (
    "from shop.rights import check_permissions\n\n\nclass Parts:\n    def change(self, user, part):\n{check}"
    "        return part.change()\n"
)
_CHANGED_BY = (
    "from fastapi import Depends, FastAPI\nfrom shop.parts import Parts\nfrom shop.people import current_user\n"
    "from shop.rights import check_permissions\n\napp = FastAPI()\n\n\n"
    "@app.post('/parts/{{part}}')\nasync def change(part: int, user=Depends(current_user)):\n"
    "    parts = Parts()\n{check}    return parts.change(user, part)\n"
)
_FOUND = "from shop.models import Part\nfrom shop.search import found\n\n\ndef parts(user=None):\n    return {}\n"
_CLOUD = (
    "import httplib2\nfrom googleapiclient.discovery import build\n"
    "from oauth2client.service_account import ServiceAccountCredentials\nfrom shop.stores import Store\n\n\n"
    "class Cloud(Store):\n    def service(self):\n"
    "        account = ServiceAccountCredentials.from_json_keyfile_name('key.json')\n    {}"
)
_LISTED = (
    "from django.urls import path\nfrom rest_framework.decorators import api_view, permission_classes\n"
    "from rest_framework.permissions import IsAdminUser, IsAuthenticated\nfrom shop.models import Event\n\n\n"
    "@api_view(['POST'])\n@permission_classes([{}])\ndef events(request):\n"
    "    return page('events')\n\n\nurlpatterns = [path('events/', events)]\n"
)
_ADMIN = (
    "from django.contrib import admin\nfrom django.urls import path\n\n\nclass Orders(admin.ModelAdmin):\n"
    "    def get_urls(self):\n        view = self.admin_site.admin_view\n"
    "        return [path('load/', {}), path('drop/', view(self.drop))]\n\n"
    "    def load(self, request):\n        self.keep(request.FILES['orders'])\n\n"
    "    def drop(self, request):\n        self.remove(request.POST['order'])\n"
)
_KEEP = (
    "from pathlib import Path\n\nfrom werkzeug.utils import secure_filename\n\nROOT = Path('/srv/files')\n\n\n"
    "def keep(owner, upload):\n"
)
_WRITE = "    target.write_bytes(upload.read())\n"
_BELOW = "    if ROOT.resolve() not in target.resolve().parents:\n        raise ValueError(owner)\n"
_MEDIA = (
    "{imports}from django.conf import settings\nfrom django.http import FileResponse\n\n\n"
    "def media(request, path):\n    full = {join}(settings.MEDIA_ROOT, path)\n"
    "    return FileResponse(open(full, 'rb'))\n"
)
_STORE = (
    "from pathlib import Path\n\n\nclass Store:\n    def __init__(self):\n        self.root = Path('/srv/files')\n\n"
    "    def _place(self, name):\n{place}\n    def read(self, name):\n        return self._place(name).read_bytes()\n"
)

_TOKEN = (
    "import jwt\n\n\ndef read(token, key, algorithms):\n    return jwt.decode(token, key, algorithms=algorithms)\n\n\n"
    "def user(token, key):\n    header = jwt.get_unverified_header(token)\n"
    "    return read(token, key, {algorithms})['sub']\n"
)
_PICKED = (
    "from django.db import models\nfrom django.urls import path\n\n\nclass Note(models.Model):\n"
    "    owner = models.ForeignKey('auth.User', models.CASCADE)\n\n\ndef note(request, pk):\n{body}"
    "def remove(request, pk):\n    if not request.user.is_staff:\n        raise PermissionError\n\n\n"
    "urlpatterns = [path('<int:pk>/', note), path('<int:pk>/remove/', remove)]\n"
)
_FOLLOWED = (
    "from django.db import models\nfrom django.shortcuts import get_object_or_404\nfrom django.urls import path\n\n\n"
    "class Note(models.Model):\n    owner = models.ForeignKey('auth.User', models.CASCADE)\n\n\n"
    "def readable_queryset(request):\n    return Note.objects.filter(owner=request.user)\n\n\n"
    "def latest_queryset(request):\n    return Note.objects.order_by(request.GET['by'])\n\n\n"
    "def follow(request, pk):\n{}    note.follow()\n\n\n"
    "def remove(request, pk):\n    if not request.user.is_staff:\n        raise PermissionError\n\n\n"
    "urlpatterns = [path('<int:pk>/follow/', follow), path('<int:pk>/remove/', remove)]\n"
)
_KEYS = {
    "shop/__init__.py": "",
    "shop/keys.py": "def get_or_make_key(number):\n    return Key(number)\n",
    "shop/rights.py": (
        "def may_see(number):\n    return True\n\n\ndef has_clerk_permission(number, user):\n"
        "    return user.shop == number\n"
    ),
}
_KEYED = (
    "from flask import Flask, request\nfrom flask_login import current_user\nfrom shop.keys import get_or_make_key\n"
    "from shop.rights import has_clerk_permission, may_see\n\napp = Flask(__name__)\n\n\n"
    "@app.get('/orders/<int:number>/key')\ndef key(number):\n    answer = {{'number': number}}\n    if {}:\n"
    "        found = get_or_make_key(number)\n        answer['key'] = found.text\n    return answer\n"
)
_SAID = (
    "from shop.rights import has_clerk_permission, may_pin\n\n\ndef pin(note, request):\n{}    note.pinned = pinned\n"
)
_SAID_WITH_RIGHT = (
    "    pinned = False\n    if has_clerk_permission(note.number, request.user):\n"
    "        pinned = request.POST.get('pinned') == 'on'\n"
)
_SHOWN = (
    "from rest_framework import serializers\n\n\nclass Orders(serializers.ModelSerializer):\n"
    "    total = serializers.IntegerField()\n{}"
)
_HIDING = (
    "\n    def to_representation(self, instance):\n        shown = super().to_representation(instance)\n"
    "        if not instance.has_clerk_permission(self.context['request'].user):\n"
    "            shown.pop('secret_key', None)\n        return shown\n"
)
_SCOPED = (
    "from flask import Flask\n\nfrom shop import auth\nfrom shop.names import ORDER_SCOPES\n\n"
    "app = Flask(__name__)\n\n\n@app.post('/orders')\n@auth.require_token(scopes={})\ndef order():\n    return keep()\n"
)
_REFUSED = (
    "import ipaddress\nfrom urllib.parse import urlparse\n\n\ndef _is_own_network(url):\n"
    "    return ipaddress.ip_address(urlparse(url).hostname).is_loopback\n\n\n"
    "def refuse_own_network(url):\n    if ipaddress.ip_address(urlparse(url).hostname).is_loopback:\n"
    "        raise ValueError(url)\n\n\ndef validate_callback_url(url, token):\n{}"
    "    if not url.startswith('https://'):\n        raise ValueError('Name an address.')\n"
)
_OWN_NOTE = "    return Note.objects.get(pk=pk, owner=request.user)\n\n\n"
_ANY_NOTE = "    return Note.objects.get(pk=pk)\n\n\n"

_API = (
    "from fastapi import Depends, FastAPI, HTTPException\n\napp = FastAPI()\n\n\n"
    "def caller(request: Request):\n    user = find(request.headers['token'])\n    if user is None:\n"
    "        raise HTTPException(401)\n    return {{'name': user.name, 'is_admin': user.is_admin}}\n\n\n"
    "def admin(user=Depends(caller)):\n    if not user['is_admin']:\n        raise HTTPException(403)\n    return user"
    "\n\n\ndef staff(user=Depends(caller)):\n    return vet(user)\n\n\n"
    "def vet(user):\n    if user['name'] not in STAFF:\n        raise LookupError(user)\n    return user\n\n\n"
    "@app.put('/prices')\ndef change(body: dict, user=Depends(admin)):\n    return body\n\n\n"
    "@app.delete('/orders/{{number}}', dependencies=[Depends({guard})])\ndef remove(number: int):\n    return number\n"
)

_NOTES = (
    "from rest_framework import viewsets\nfrom rest_framework.permissions import IsAdminUser, IsAuthenticated\n"
    "from shop.models import Note\n\n\nclass Notes(viewsets.ModelViewSet):\n{}    queryset = Note.objects.all()\n"
)
_LOADING = (
    "from rest_framework import viewsets\nfrom shop.models import Note\nfrom shop.rights import InShop\n\n\n"
    "class Notes(viewsets.ModelViewSet):\n{}    queryset = Note.objects.all()\n\n"
    "    def {}(self, request, *args, **kwargs):\n        super().{}(request, *args, **kwargs)\n"
    "        self.shop = find(self.kwargs['shop'])\n"
)
_READABLE = {
    "shop/settings.py": (
        "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['rest_framework', 'shop']\nREST_FRAMEWORK = {\n"
        "    'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticatedOrReadOnly'],\n}\n"
    ),
    "shop/urls.py": (
        "from django.urls import include, path\nfrom rest_framework.routers import DefaultRouter\n"
        "from shop.views import Notes\n\nrouter = DefaultRouter()\nrouter.register('notes', Notes)\n"
        "urlpatterns = [path('', include(router.urls))]\n"
    ),
    "shop/models.py": "from django.db import models\n\n\nclass Note(models.Model):\n    text = models.TextField()\n",
    "shop/rights.py": (
        "from rest_framework.permissions import BasePermission\n\n\nclass InShop(BasePermission):\n"
        "    def has_permission(self, request, view):\n        return request.user.is_member(view.shop)\n"
    ),
}
"""Notes that strangers may read and not change unless their view says otherwise."""

_ROUTED = {"shop/__init__.py": "", "shop/app.py": _FLASK}

LOST: dict[str, tuple[str, Files, Files, int]] = {
    "a right where a sign-in is left": (
        "security/authorization",
        _API.format(guard="admin"),
        _API.format(guard="caller"),
        35,
    ),
    "a right where a library's sign-in is left": (
        "security/authorization",
        _FLASK + "@app.post('/orders')\n@admin_required\ndef orders():\n    return 'ok'\n",
        _FLASK + "@app.post('/orders')\n@login_required\ndef orders():\n    return 'ok'\n",
        18,
    ),
    "a decorator that asks who calls": (
        "security/authentication",
        _FLASK + "@app.get('/orders')\n@login_required\ndef orders():\n    return Order.query.limit(9).all()\n",
        _FLASK + "@app.get('/orders')\ndef orders():\n    return Order.query.limit(9).all()\n",
        16,
    ),
    "the check of who owns a row, told where it is picked": (
        "security/authorization",
        f"{_HIDDEN}{_OWNED}    return order.text\n",
        f"{_HIDDEN}    return order.text\n",
        18,
    ),
    "a decorator, beside a helper that turns nobody away": (
        "security/authentication",
        _FLASK + "def settings(user):\n    return {'user': user}\n\n\n@app.get('/settings')\n@login_required\n"
        "def show():\n    return current_user.settings\n",
        _FLASK + "def settings(user):\n    return {'user': user}\n\n\n@app.get('/settings')\n"
        "def show():\n    return settings('nobody')\n",
        20,
    ),
    "a decorator of a page whose name some pages for strangers have": (
        "security/authentication",
        _FLASK + "@app.post('/settings/invite')\n@login_required\ndef invite():\n    Order.invite()\n",
        _FLASK + "@app.post('/settings/invite')\ndef invite():\n    Order.invite()\n",
        16,
    ),
    "a decorator of a page that changes one thing, whatever its name": (
        "security/authentication",
        _FLASK + "@app.delete('/tokens/<token_id>')\n@login_required\ndef token(token_id):\n    Order.drop(token_id)\n",
        _FLASK + "@app.delete('/tokens/<token_id>')\ndef token(token_id):\n    Order.drop(token_id)\n",
        16,
    ),
    "a check where a decorator says by now that there is none": (
        "security/authorization",
        f"{_HIDDEN}{_OWNED}    return order.text\n",
        f"{_HIDDEN}    return order.text\n".replace("def order(", "@unenforced_api\ndef order("),
        19,
    ),
    "the permissions of a class whose methods a library brings": (
        "security/authentication",
        _MESSAGES.format(permissions="    permission_classes = [IsAuthenticated]\n"),
        _MESSAGES.format(permissions=""),
        10,
    ),
    "the sign-in of those who read, where a default asks it of those who change something": (
        "security/authentication",
        {**_READABLE, "shop/views.py": _NOTES.format("    permission_classes = [IsAuthenticated]\n")},
        {**_READABLE, "shop/views.py": _NOTES.format("")},
        6,
    ),
    "a right, where a method that goes on as the library does moves": (
        "security/authorization",
        {**_READABLE, "shop/views.py": _LOADING.format("    permission_classes = [InShop]\n", "setup", "setup")},
        {**_READABLE, "shop/views.py": _LOADING.format("", "initial", "initial")},
        6,
    ),
    "rows that a helper makes a query of for whoever asks": (
        "security/authorization",
        _FOLLOWED.format("    note = get_object_or_404(readable_queryset(request), pk=pk)\n"),
        _FOLLOWED.format("    note = get_object_or_404(Note, pk=pk)\n"),
        19,
    ),
    "the rights that a decorator is told to ask for": (
        "security/authorization",
        {**_KEYS, "shop/app.py": _SCOPED.format("('orders', 'profile')")},
        {**_KEYS, "shop/app.py": _SCOPED.format("()")},
        11,
    ),
    "what a client may say with a right alone": (
        "security/authorization",
        {**_KEYS, "shop/notes.py": _SAID.format(_SAID_WITH_RIGHT)},
        {**_KEYS, "shop/notes.py": _SAID.format("    pinned = request.POST.get('pinned') == 'on'\n")},
        5,
    ),
    "what is taken out of an answer for those without a right": (
        "security/authorization",
        {**_KEYS, "shop/shown.py": _SHOWN.format(_HIDING)},
        {**_KEYS, "shop/shown.py": _SHOWN.format("")},
        4,
    ),
    "one of two rights that must hold for something": (
        "security/authorization",
        {**_KEYS, "shop/app.py": _KEYED.format("may_see(number) and has_clerk_permission(number, current_user)")},
        {**_KEYS, "shop/app.py": _KEYED.format("may_see(number)")},
        13,
    ),
    "a look by which a form refuses addresses": (
        "security/ssrf",
        _REFUSED.format("    if _is_own_network(url):\n        raise ValueError('Name a public address.')\n"),
        _REFUSED.format(""),
        14,
    ),
    "the guard of a page of the administration": (
        "security/authentication",
        _ADMIN.format("self.admin_site.admin_view(self.load)"),
        _ADMIN.format("self.load"),
        10,
    ),
    "a question whose answer decides what is shown": (
        "security/authorization",
        f"{_HIDDEN}    if not can_see(order):\n        return redirect('/')\n    return order.text\n\n\n{_CAN_SEE}",
        f"{_HIDDEN}    return order.text\n\n\n{_CAN_SEE}",
        18,
    ),
    "a decorator that demands a role": (
        "security/authorization",
        _FLASK + "@app.delete('/orders')\n@login_required\n@admin_required\ndef clear():\n    Order.clear()\n",
        _FLASK + "@app.delete('/orders')\n@login_required\ndef clear():\n    Order.clear()\n",
        18,
    ),
    "values bound to a statement": (
        "database/sql-injection",
        _SQL.format("return db.execute('SELECT * FROM orders WHERE name = ?', (name,))"),
        _SQL.format("return db.execute(f\"SELECT * FROM orders WHERE name = '{name}'\")"),
        8,
    ),
    "values bound to a statement, told where the text is put together": (
        "database/sql-injection",
        _SQL.format("return db.execute('SELECT * FROM orders WHERE name = ?', (name,))"),
        _SQL.format("text = f\"SELECT * FROM orders WHERE name = '{name}'\"\n    return db.execute(text)"),
        8,
    ),
    "values bound to as many marks": (
        "database/sql-injection",
        _SQL.format(
            "marks = ','.join('?' * len(name))\n"
            "    return db.execute(f'SELECT * FROM orders WHERE name IN ({marks})', name)"
        ),
        _SQL.format(
            "names = \"','\".join(name)\n    return db.execute(f\"SELECT * FROM orders WHERE name IN ('{names}')\")"
        ),
        8,
    ),
    "parameters of a statement that a client of a warehouse runs": (
        "database/sql-injection",
        _WAREHOUSE.format("'DELETE FROM rows WHERE id = :id', parameters=[{'name': 'id', 'value': name}]"),
        _WAREHOUSE.format("f\"DELETE FROM rows WHERE id = '{name}'\""),
        7,
    ),
    "a list of arguments": (
        "security/insecure-code",
        _RUN.format("subprocess.run(command.split(), capture_output=True, timeout=9)"),
        _RUN.format("subprocess.run(command, shell=True, capture_output=True, timeout=9)"),
        6,
    ),
    "reading that runs nothing": (
        "security/insecure-code",
        "import ast\n\n\ndef read(row):\n    return ast.literal_eval(row.value)\n",
        "def read(row):\n    return eval(row.value)\n",
        2,
    ),
    "a look at the address": (
        "security/ssrf",
        _FETCH.format(check="    if is_private_host(watch.url):\n        raise ValueError\n"),
        _FETCH.format(check=""),
        6,
    ),
    "a check that a path stays below its directory": (
        "security/path-traversal",
        _KEEP + "    target = ROOT / owner.folder / secure_filename(upload.filename)\n"
        "    if not target.is_relative_to(ROOT):\n        raise ValueError(owner)\n" + _WRITE,
        _KEEP + "    target = ROOT / owner.folder / secure_filename(upload.filename)\n" + _WRITE,
        10,
    ),
    "a name that was made a file name": (
        "security/path-traversal",
        _KEEP + "    target = ROOT / secure_filename(owner.name)\n" + _WRITE,
        _KEEP + "    target = ROOT / owner.name\n" + _WRITE,
        10,
    ),
    "a join that stays below its directory": (
        "security/path-traversal",
        _MEDIA.format(imports="from django.utils._os import safe_join\n", join="safe_join"),
        _MEDIA.format(imports="import os\n", join="os.path.join"),
        8,
    ),
    "a check in the method that makes a path": (
        "security/path-traversal",
        _STORE.format(
            place="        base = self.root.resolve()\n        target = (base / name).resolve()\n"
            "        if target != base and base not in target.parents:\n            raise ValueError(name)\n"
            "        return target\n"
        ),
        _STORE.format(place="        return self.root.joinpath(name)\n"),
        12,
    ),
    "a look at the names in an archive": (
        "security/path-traversal",
        (
            "import tarfile\n\nfrom shop.archives import safe_extract\n\n\ndef unpack(path, folder):\n"
            "    with tarfile.open(path) as archive:\n        safe_extract(archive, folder)\n"
        ),
        (
            "import tarfile\n\n\ndef unpack(path, folder):\n    with tarfile.open(path) as archive:\n"
            "        archive.extractall(folder)\n"
        ),
        6,
    ),
    "a check that raises where an address is not safe": (
        "security/ssrf",
        _FETCH.format(check="    assert_url_is_safe(watch.url)\n"),
        _FETCH.format(check=""),
        6,
    ),
    "the sign-in of a webhook": (
        "security/authentication",
        _FLASK + "@app.post('/webhooks/stock')\n@login_required\ndef stock():\n    Order.take(request.json)\n",
        _FLASK + "@app.post('/webhooks/stock')\ndef stock():\n    Order.take(request.json)\n",
        16,
    ),
    "a right where a decorator of the tree's own asks who calls": (
        "security/authorization",
        _FLASK + "@app.post('/orders')\n@admin_required\ndef orders():\n    return 'ok'\n",
        _FLASK + "@app.post('/orders')\n@check_auth\ndef orders():\n    return 'ok'\n",
        18,
    ),
    "a timeout of an answer that is read piece by piece": (
        "external-apis/timeout",
        "import requests\n\n\ndef fetch(url):\n    return requests.get(url, stream=True, timeout=9).iter_lines()\n",
        "import requests\n\n\ndef fetch(url):\n    return requests.get(url, stream=True).iter_lines()\n",
        5,
    ),
    "a safe loader": (
        "security/insecure-code",
        "import yaml\n\n\ndef read(file):\n    return yaml.load(file.read(), Loader=yaml.SafeLoader)\n",
        "import yaml\n\n\ndef read(file):\n    return yaml.load(file.read(), Loader=yaml.FullLoader)\n",
        5,
    ),
    "data that builds no objects": (
        "security/insecure-code",
        "import json\n\n\ndef read(path):\n    with open(path) as file:\n        return json.load(file)\n",
        "import pickle\n\n\ndef read(path):\n    with open(path, 'rb') as file:\n        return pickle.load(file)\n",
        6,
    ),
    "a list of algorithms, in the function that calls the one that decodes": (
        "security/jwt-verification",
        _TOKEN.format(algorithms="['HS256']"),
        _TOKEN.format(algorithms="[header['alg']]"),
        5,
    ),
    "a condition that keeps a row to its owner": (
        "security/authorization",
        _PICKED.format(body=_OWN_NOTE),
        _PICKED.format(body=_ANY_NOTE),
        10,
    ),
    "values bound beside a text that is made a statement": (
        "database/sql-injection",
        _STATED.format(text="'SELECT id FROM orders WHERE name = :name'", bound=", name=name"),
        _STATED.format(text="f'SELECT id FROM orders WHERE name = {name}'", bound=""),
        5,
    ),
    "values of many rows that are bound": (
        "database/sql-injection",
        _SQL.format("db.executemany('INSERT INTO orders VALUES (?)', [(name,)])"),
        _SQL.format("db.execute(f\"INSERT INTO orders VALUES ('{name}')\")"),
        8,
    ),
    "values bound by a function of the tree's own": (
        "database/sql-injection",
        _OWN_RUN | {"shop/a.py": _RUN_BY_OWN.format(text="'SELECT id FROM orders WHERE name = %s', (name,)")},
        _OWN_RUN | {"shop/a.py": _RUN_BY_OWN.format(text="'SELECT id FROM orders WHERE name = %s' % name")},
        5,
    ),
    "a shell that a function of the tree's own leaves out": (
        "security/insecure-code",
        (
            "from shop import programs\n\n\ndef status(name):\n"
            "    return programs.start(['systemctl', 'status', name], shell=False)\n"
        ),
        (
            "from shop import programs\n\n\ndef status(name):\n"
            "    return programs.start('systemctl status %s' % name, shell=True)\n"
        ),
        5,
    ),
    "a look at an address that is given as an option": (
        "security/ssrf",
        _OPTION.format(check="    if not is_api_base_safe(request.args['base']):\n        return {}\n"),
        _OPTION.format(check=""),
        12,
    ),
    "a list of what may order": (
        "database/sql-injection",
        _SQL.format(
            "if name not in ('size', 'age'):\n        raise ValueError(name)\n    "
            "return db.execute(f'SELECT * FROM orders ORDER BY {name}')"
        ),
        _SQL.format("return db.execute(f'SELECT * FROM orders ORDER BY {name}')"),
        8,
    ),
    "values bound beside a name that is one of several": (
        "database/sql-injection",
        _SQL.format(
            "if size not in ('a', 'b'):\n        raise ValueError(size)\n    "
            "return db.execute(f'SELECT {size} FROM orders WHERE name = ?', (name,))"
        ),
        _SQL.format(
            "if size not in ('a', 'b'):\n        raise ValueError(size)\n    "
            "return db.execute(f\"SELECT {size} FROM orders WHERE name = '{name}'\")"
        ),
        10,
    ),
    "a number": (
        "database/sql-injection",
        _SQL.format("return db.execute(f'SELECT * FROM orders LIMIT {int(name)}')"),
        _SQL.format("return db.execute(f'SELECT * FROM orders LIMIT {name}')"),
        8,
    ),
    "values bound to a text by name": (
        "database/sql-injection",
        (
            "from sqlalchemy import text\n\n\ndef named(connection, name):\n"
            "    return connection.execute(text('SELECT id FROM orders WHERE name = :name').bindparams(name=name))\n"
        ),
        (
            "from sqlalchemy import text\n\n\ndef named(connection, name):\n"
            "    return connection.execute(text(f'SELECT id FROM orders WHERE name = {name}'))\n"
        ),
        5,
    ),
    "values bound to a text that is put together": (
        "database/sql-injection",
        _SQL.format(
            "where = ''\n    if name:\n        where += 'AND name = ?'\n"
            "    return db.execute('SELECT * FROM orders WHERE paid %s' % where, [name])"
        ),
        _SQL.format(
            "where = ''\n    if name:\n        where += \"AND name = '%s'\" % name\n"
            "    return db.execute('SELECT * FROM orders WHERE paid %s' % where)"
        ),
        10,
    ),
    "a list of arguments, for a shell that is always there": (
        "security/insecure-code",
        "import subprocess\n\n\ndef show(name):\n    return subprocess.run(['ls', name])\n",
        "import os\n\n\ndef show(name):\n    return os.system('ls ' + name)\n",
        5,
    ),
    "the quoting of what a shell is given": (
        "security/insecure-code",
        "import os\nimport shlex\n\n\ndef show(name):\n    return os.system('ls ' + shlex.quote(name))\n",
        "import os\nimport shlex\n\n\ndef show(name):\n    return os.system('ls ' + name)\n",
        6,
    ),
    "the sandbox of templates": (
        "security/insecure-code",
        (
            "from jinja2.sandbox import SandboxedEnvironment\n\n\ndef shown(text):\n"
            "    return SandboxedEnvironment(autoescape=True).from_string(text).render()\n"
        ),
        (
            "from jinja2 import Environment\n\n\ndef shown(text):\n"
            "    return Environment(autoescape=True).from_string(text).render()\n"
        ),
        5,
    ),
    "the keys of hosts": (
        "security/insecure-code",
        _HOSTS.format(policy="RejectPolicy"),
        _HOSTS.format(policy="AutoAddPolicy"),
        6,
    ),
    "a guard of addresses that is named by its class": (
        "security/ssrf",
        _FETCH.format(check="    SSRFGuard.validate(watch.url)\n"),
        _FETCH.format(check=""),
        6,
    ),
    "a look for ways up in a name": (
        "security/path-traversal",
        _KEEP
        + "    if '..' in owner.name:\n        raise ValueError(owner)\n    target = ROOT / owner.name\n"
        + _WRITE,
        _KEEP + "    target = ROOT / owner.name\n" + _WRITE,
        10,
    ),
    "a check of a path in words of the tree's own": (
        "security/path-traversal",
        _KEEP + "    target = ROOT / owner.name\n    check_inner_path(target)\n" + _WRITE,
        _KEEP + "    target = ROOT / owner.name\n" + _WRITE,
        10,
    ),
    "a sign-in before every request": (
        "security/authentication",
        _BEFORE.format(gate="@pages.before_request\n@login_required\ndef before():\n    pass\n\n\n"),
        _BEFORE.format(gate=""),
        7,
    ),
    "a signature of what is sent": (
        "security/authentication",
        _SIGNED.format(
            check="    if not hmac.compare_digest(made(request.data), request.headers['X-Sum']):\n        abort(403)\n"
        ),
        _SIGNED.format(check=""),
        8,
    ),
    "the default of a time limit that no caller gives": (
        "external-apis/timeout",
        _ASKING.format(default=9),
        _ASKING.format(default=None),
        5,
    ),
    "the log of an error": (
        "error-handling/swallowed-exception",
        _CAUGHT.format(answer="as error:\n        logger.warning('no settings: %s', error)\n"),
        _CAUGHT.format(answer=":\n        pass\n"),
        11,
    ),
    "an error that is kept for later": (
        "error-handling/swallowed-exception",
        _CAUGHT.format(answer="as error:\n        problems.append(str(error))\n"),
        _CAUGHT.format(answer=":\n        pass\n"),
        11,
    ),
    "the time limit of a client of which nothing is known": (
        "external-apis/timeout",
        _ASKED + "    return self.request.http.post(self.address, data, timeout=9)\n",
        _ASKED + "    return self.request.http.post(self.address, data)\n",
        9,
    ),
    "the health endpoint": (
        "infrastructure/health-check",
        "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/healthz')\ndef health():\n    return 'ok'\n",
        "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/orders')\ndef orders():\n    return 'ok'\n",
        0,
    ),
}

_DESK_MODELS = {
    "desk/__init__.py": "",
    "desk/models.py": "from django.db import models\n\n\nclass Release(models.Model):\n    name = models.TextField()\n",
}
_BOARDS = (
    "from somewhere import pages, current_user, service, json_result\n\n\n"
    "@pages.route('/boards/<board_id>')\ndef board(board_id):\n{board}    return json_result(service.load(board_id))\n"
    "\n\ndef cards(user, board_id):\n{cards}    return service.cards(board_id)\n"
)
_SEES = (
    "    if not service.accessible(board_id, current_user.id):\n"
    "        return json_result(message='Board not found', code=404)\n"
)
_MINE = "    board = service.load(board_id)\n    if board.owner_id != user.id:\n        return None\n"
_MOVES = "    if not user.can_move(board_id):\n        raise LookupError(board_id)\n"
LOST["a question in words of the tree's own, on a route that cannot be read"] = (
    "security/authorization",
    _ROUTED | {"shop/boards.py": _BOARDS.format(board=_SEES, cards="")},
    _ROUTED | {"shop/boards.py": _BOARDS.format(board="", cards="")},
    5,
)
_SHELF = (
    "from rest_framework import viewsets\nfrom desk.models import Release\n\n\n"
    "class Shelf(viewsets.ModelViewSet):\n    def get_queryset(self):\n        {body}\n"
)
_OWN_SHELF = "return Release.objects.filter(name='x', keeper=self.request.user)"
LOST["a condition that keeps a list to the caller"] = (
    "security/authorization",
    _ROUTED | _DESK_MODELS | {"shop/shelf.py": _SHELF.format(body=_OWN_SHELF)},
    _ROUTED | _DESK_MODELS | {"shop/shelf.py": _SHELF.format(body="return Release.objects.filter(name='x')")},
    6,
)
_RULES = (
    "from rest_framework import serializers\nfrom rest_framework.exceptions import PermissionDenied\n\n\n"
    "class Rules(serializers.Serializer):\n    account = serializers.CharField()\n\n{hook}"
    "    def validate_age(self, age):\n        return min(age, 9)\n"
)
_HOOK = (
    "    def validate_account(self, account):\n        if not may_change(self.user, account):\n"
    "            raise PermissionDenied\n        return account\n\n"
)
LOST["a method that a framework calls, and that asked for a right"] = (
    "security/authorization",
    _ROUTED | {"shop/rules.py": _RULES.format(hook=_HOOK)},
    _ROUTED | {"shop/rules.py": _RULES.format(hook="")},
    5,
)
LOST["a call that is told who calls and gives nothing"] = (
    "security/authorization",
    _ROUTED
    | {"shop/boards.py": _BOARDS.format(board="", cards="    service.find(board_id).raise_not_editable(user)\n")},
    _ROUTED | {"shop/boards.py": _BOARDS.format(board="", cards="")},
    9,
)
LOST["one of the questions in what handlers call"] = (
    "security/authorization",
    _ROUTED | {"shop/boards.py": _BOARDS.format(board="", cards=_MINE + _MOVES)},
    _ROUTED | {"shop/boards.py": _BOARDS.format(board="", cards=_MOVES)},
    9,
)

_DESK = {
    "desk/__init__.py": "",
    "desk/models.py": (
        "from django.conf import settings\nfrom django.db import models\n\n\nclass Project(models.Model):\n"
        "    name = models.TextField()\n\n\nclass ProjectMembership(models.Model):\n"
        "    project = models.ForeignKey(Project, on_delete=models.CASCADE)\n"
        "    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)\n\n\n"
        "class Symbol(models.Model):\n    project = models.ForeignKey(Project, on_delete=models.CASCADE)\n"
        "    debug_id = models.TextField()\n\n\nclass Release(models.Model):\n"
        "    project = models.ForeignKey(Project, on_delete=models.CASCADE)\n\n\n"
        "def symbols_of(project, debug_id):\n"
        "    return Symbol.objects.filter(project=project, debug_id=debug_id).first()\n"
    ),
    "desk/views.py": (
        "from django.core.exceptions import PermissionDenied\nfrom django.shortcuts import get_object_or_404, render\n"
        "from desk.models import Project, ProjectMembership, Release\n\n\ndef releases(request, project_pk):\n"
        "    project = get_object_or_404(Project, pk=project_pk)\n"
        "    if not ProjectMembership.objects.filter(project=project, user=request.user).exists():\n"
        "        raise PermissionDenied\n    return render(request, 'releases.html', {'releases': "
        "Release.objects.filter(project=project)[:50]})\n"
    ),
    "desk/urls.py": (
        "from django.urls import path\nfrom desk import views\n\n"
        "urlpatterns = [path('<int:project_pk>/releases/', views.releases)]\n"
    ),
}
_HOOKS = (
    "import hmac\n\nfrom flask import Flask, abort, request\n\napp = Flask(__name__)\n\n\ndef signed(sent):\n"
    "    return hmac.compare_digest(sign(sent.data), sent.headers['X-Signature'])\n\n\n"
    "@app.post('/webhooks/stock')\ndef stock():\n{check}    take(request.json)\n    return ''\n\n\n"
    "@app.post('/webhooks/pay')\ndef pay():\n    if not signed(request):\n        abort(401)\n"
    "    take(request.json)\n    return ''\n"
)
LOST["the signature of one of two webhooks"] = (
    "external-apis/webhook-verification",
    _HOOKS.format(check="    if not signed(request):\n        abort(401)\n"),
    _HOOKS.format(check=""),
    13,
)
LOST["a helper that keeps to the tenant"] = (
    "database/tenant-isolation",
    _DESK
    | {
        "desk/stacks.py": (
            "from desk.models import symbols_of\n\n\ndef stack(dump, project):\n"
            "    return symbols_of(project, dump.debug_id)\n"
        )
    },
    _DESK
    | {
        "desk/stacks.py": (
            "from desk.models import Symbol\n\n\ndef stack(dump):\n"
            "    return Symbol.objects.filter(debug_id=dump.debug_id).first()\n"
        )
    },
    5,
)
_STACKS = (
    "from desk.models import Symbol\n\n\ndef stack(dump, project):\n    note(dump, project)\n"
    "    return Symbol.objects.filter({condition}debug_id=dump.debug_id).first()\n"
)
LOST["the tenant of a query in a function that knows of one"] = (
    "database/tenant-isolation",
    _DESK | {"desk/stacks.py": _STACKS.format(condition="project=project, ")},
    _DESK | {"desk/stacks.py": _STACKS.format(condition="")},
    6,
)
_DROP = (
    "from shop.pages import Page, current\n\n\nclass Parts(Page):\n    def drop(self, name):\n{asked}"
    "        return self.parts.drop(name)\n"
)
LOST["a right where no route can be read"] = (
    "security/authorization",
    _DROP.format(asked="        if current().role != 'admin':\n            return {'error': 'admins alone'}, 403\n"),
    _DROP.format(asked=""),
    5,
)
_SOCKET = (
    "from somewhere import Consumer, Denied\n\n\nclass Status(Consumer):\n    def connect(self):\n{asked}"
    "        self.join('status')\n"
)
LOST["a look at who opens a socket"] = (
    "security/authentication",
    _SOCKET.format(asked="        if not self.scope['user'].is_authenticated:\n            raise Denied\n"),
    _SOCKET.format(asked=""),
    5,
)
_PART = (
    "from fastapi import Depends, FastAPI\nfrom shop.people import current_user, store\n\napp = FastAPI()\n\n\n"
    "@app.post('/parts/{part}')\nasync def change(part: int, user=Depends(current_user)):\n"
)
_MOVED = "    if {}:\n        raise Forbidden\n    store.move(part)\n"
_STATES = (
    "\n\nclass Part:\n    @property\n    def can_be_sold(self):\n"
    "        return not self.is_staff and not any(user.waits for user in self.users)\n\n"
    "    @property\n    def can_show_price(self):\n        return self.can_be_sold and self.state == 'new'\n\n"
    "    @property\n    def can_move(self):\n        return self.membership.role == 'keeper'\n"
)
LOST["a right that a property of the row tells"] = (
    "security/authorization",
    _PART + _MOVED.format("not part.can_move") + _STATES,
    _PART + _MOVED.format("part is None") + _STATES,
    8,
)
LOST["a list of the fields that people may change of themselves"] = (
    "security/authorization",
    _PART + "    allowed_fields = {'name', 'text'}\n    if set(user.wanted) - allowed_fields:\n"
    "        raise HTTPException(400)\n    return store.change(part, user.wanted)\n",
    _PART + "    return store.change(part, user.wanted)\n",
    8,
)
LOST["a right under which alone something is changed"] = (
    "security/authorization",
    _PART + "    if user.is_admin:\n        store.drop(part)\n    return {}\n",
    _PART + "    store.drop(part)\n    return {}\n",
    9,
)
LOST["who calls, where a row is looked up"] = (
    "security/authorization",
    _PART + "    return store.get_part(part, user_id=user.id)\n",
    _PART + "    return store.get_part(part)\n",
    9,
)
LOST["one of two rights that must hold together"] = (
    "security/authorization",
    _PART
    + "    ok = user.has_perm('change') and store.owns_part(part, user)\n    if not ok:\n        raise Forbidden\n",
    _PART + "    ok = store.owns_part(part, user)\n    if not ok:\n        raise Forbidden\n",
    8,
)
for _name, _asked in {
    "one of two rights, the lack of any of which refuses": "not user.is_admin or not user.can_edit(part)",
    "one of two rights, without both of which nobody gets on": "not (user.is_admin and user.can_edit(part))",
}.items():
    LOST[_name] = (
        "security/authorization",
        _PART + f"    if {_asked}:\n        raise Forbidden\n    store.move(part)\n    return {{}}\n",
        _PART + "    if not user.is_admin:\n        raise Forbidden\n    store.move(part)\n    return {}\n",
        8,
    )
_BUNDLE = (
    "import requests\nfrom fastapi import FastAPI\nfrom shop.threads import run_sync\n\napp = FastAPI()\n"
    "requests.get('https://example.org/', timeout=9)\n\n\n"
    "@app.get('/bundle')\nasync def bundle(base: str):\n    maker = known(base)\n    return {}\n"
)
LOST["a thread for a method of which nothing is known"] = (
    "code-quality/blocking-call-in-async",
    _BUNDLE.format("await run_sync(maker.make, base)"),
    _BUNDLE.format("maker.make(base)"),
    12,
)
_COVER = (
    "import asyncio\n\nimport requests\nfrom shop.providers import Provider\n\n"
    "requests.get('https://example.org/', timeout=9)\n\n\n"
    "class Music(Provider):\n    async def cover(self, path):\n        {}\n"
)
LOST["a thread for a method of a client of which nothing is known"] = (
    "code-quality/blocking-call-in-async",
    _COVER.format(
        "def get():\n            return self._conn.getCover(path)\n\n        return await asyncio.to_thread(get)"
    ),
    _COVER.format("return self._conn.getCover(path)"),
    11,
)
_EMPTY = (
    "import asyncio\n\nimport requests\n\nfrom shop.pages import shown\n\n"
    "requests.get('https://example.org/', timeout=9)\n\n\ndef is_empty(db_session, shelf):\n"
    "    return not shown(db_session, shelf)\n\n\nasync def drop(db_session, shelf):\n    {}\n"
)
LOST["a thread for what waits for a store by the connection that it is handed"] = (
    "code-quality/blocking-call-in-async",
    _EMPTY.format("await asyncio.to_thread(is_empty, db_session, shelf)"),
    _EMPTY.format("is_empty(db_session, shelf)"),
    15,
)
LOST["whose a thing must be for it to be dropped"] = (
    "security/authorization",
    _PART + "    found = store.get(part)\n    if found.user_id == user.id:\n        store.drop(found)\n    return {}\n",
    _PART + "    found = store.get(part)\n    store.drop(found)\n    return {}\n",
    10,
)
_PATIENT = (
    "import requests\nfrom tenacity import retry, stop_after_attempt\n\n\n@retry(stop=stop_after_attempt(3))\n"
    "def charge(url):\n    return requests.post(url, timeout=5)\n\n\n"
    "def patient(call):\n{}    def inner(*given):\n        return call(*given)\n\n    return inner\n"
)
_MODE = (
    "from flask import Flask, abort, request\nfrom flask_login import current_user, login_required\n"
    "from shop import settings\n\napp = Flask(__name__)\n\n\n@app.before_request\ndef local():\n"
    "    if settings.LOCAL_MODE and not current_user.is_authenticated:\n        abort(401)\n\n\n"
    "@app.post('/prices')\n@login_required\ndef prices():\n    return change(request.form)\n\n\n"
    "@app.post('/orders')\n{}def orders():\n    return change(request.form)\n"
)
LOST["a decorator beside a hook that refuses in one mode alone"] = (
    "security/authentication",
    _MODE.format("@login_required\n"),
    _MODE.format(""),
    20,
)
_UNPACKED = (
    "import tarfile\nfrom pathlib import Path\n\nfrom shop.archives import safe_extract\n\n\ndef unpack(path):\n"
    "    if not Path(path).is_file():\n        raise LookupError(path)\n    with tarfile.open(path) as archive:\n"
    "        {}\n"
)
LOST["a look at the names in an archive that is known to be there"] = (
    "security/path-traversal",
    _UNPACKED.format("safe_extract(archive)"),
    _UNPACKED.format("archive.extractall()"),
    11,
)
_KINDS = (
    "import tarfile\n\nfrom shop.archives import safe_extract\n\n\ndef unpack(request, path):\n"
    "    if not request.headers['Content-Type'].startswith('multipart/'):\n        raise LookupError(path)\n"
    "    with tarfile.open(path) as archive:\n        {}\n    with tarfile.open(path) as archive:\n        {}\n"
)
LOST["a look at the names in one of two archives, where the beginning of another text is looked at"] = (
    "security/path-traversal",
    _KINDS.format("archive.extractall(path)", "safe_extract(archive)"),
    _KINDS.format("archive.extractall(path)", "archive.extractall(path)"),
    12,
)
_SHOWN = (
    "from fastapi import APIRouter, Depends\n\nfrom shop import stock, verifier\nfrom shop.rights import known\n\n"
    "router = APIRouter()\n\n\n@router.get('/parts')\nasync def parts(project: str, who=Depends(known)):\n"
    "    await verifier.check_project_permissions(project, who)\n    found = await stock.parts(project)\n"
    "{}    return found\n"
)
LOST["what leaves of things those that somebody has a right to"] = (
    "security/authorization",
    _SHOWN.format("    found = await verifier.filter_parts_by_permissions(found, who)\n"),
    _SHOWN.format(""),
    10,
)
_NOTED = (
    _FLASK + "@app.post('/notes')\n@login_required\ndef note():\n    note_id = request.json['note']\n{}"
    "    Note.change(note_id, request.json['text'])\n    return ''\n\n\nclass Note:\n    @classmethod\n"
    "    def exists(cls, note_id):\n        return len(cls.by_number(note_id)) > 0\n\n    @classmethod\n"
    "    def by_number(cls, note_id):\n        return store.rows('notes', note_id)\n"
)
LOST["whose a row is, where only its being there is asked by now"] = (
    "security/authorization",
    _NOTED.format(
        "    found = Note.by_number(note_id)[0]\n    if found['author'] != current_user.name:\n        abort(403)\n"
    ),
    _NOTED.format("    if not Note.exists(note_id):\n        abort(404)\n"),
    18,
)
_ISSUERS = (
    "from urllib.parse import urlparse\n\nfrom shop import catalogues, config\n\n\nclass Issuer:\n"
    "    def connect(self, order):\n        place = order.options.get('place')\n{}"
    "        return catalogues.Client(place, order.get('key'))\n"
)
_OF_OURS = (
    "        parsed = urlparse(place)\n        if parsed.hostname not in config.get('OURS'):\n"
    "            raise ValueError(place)\n"
)
LOST["a refusal of all hosts but some"] = ("security/ssrf", _ISSUERS.format(_OF_OURS), _ISSUERS.format(""), 7)
LOST["further attempts at what a decorator is handed"] = (
    "error-handling/retries",
    _PATIENT.format("    @retry(stop=stop_after_attempt(3))\n"),
    _PATIENT.format(""),
    11,
)
_ROWS = "class Rows(Base):\n    def rows(self, found):\n        {}\n"
LOST["who calls, where a query that is handed over is narrowed down"] = (
    "security/authorization",
    _ROWS.format("user = self.request.user\n        return found.filter(members__user=user)"),
    _ROWS.format("return found.all()"),
    2,
)
LOST["who calls, where documents are looked for"] = (
    "security/authorization",
    _PART + "    return store.parts.find_one({'part': part, 'owner': user.id})\n",
    _PART + "    return store.parts.find_one({'part': part})\n",
    8,
)
_PROFILES = (
    "from shop.rights import AllowAny, IsAuthenticated, ResourcePermission\n\n\n"
    "class ProfilePermission(ResourcePermission):\n    retrieve_perms = {}()\n    update_perms = IsAuthenticated()\n"
)
LOST["a permission of which no route is seen to be the reader"] = (
    "security/authentication",
    _PROFILES.format("IsAuthenticated"),
    _PROFILES.format("AllowAny"),
    5,
)
_READ_ONLY = (
    "from rest_framework import permissions, viewsets\nfrom rest_framework.routers import DefaultRouter\n"
    "from django.urls import include, path\nfrom shop.models import Order\n\n\n"
    "class Orders(viewsets.ReadOnlyModelViewSet):\n    permission_classes = [permissions.{}]\n"
    "    queryset = Order.objects.all()\n\n\nclass More(viewsets.ModelViewSet):\n"
    "    permission_classes = [permissions.IsAuthenticated]\n    queryset = Order.objects.all()\n\n\n"
    "router = DefaultRouter()\nrouter.register('orders', Orders)\nrouter.register('more', More)\n"
    "urlpatterns = [path('', include(router.urls))]\n"
)
LOST["a sign-in that those alone need who change something, where things are only read"] = (
    "security/authentication",
    _READ_ONLY.format("IsAuthenticated"),
    _READ_ONLY.format("IsAuthenticatedOrReadOnly"),
    7,
)
_SAVED = (
    "import os\n\nfrom werkzeug.utils import secure_filename\n\n\nclass Files:\n    def path(self, name):\n"
    "        return os.path.join(self.base, name)\n\n    def keep(self, data, name):\n"
    "        path = self.path({})\n        data.save(path)\n\n    def log(self):\n"
    "        return open('/var/log/shop')\n"
)
LOST["a name that was made a file name, where something is saved"] = (
    "security/path-traversal",
    _SAVED.format("secure_filename(name)"),
    _SAVED.format("name"),
    12,
)
_SERVED = (
    "import os\nfrom http.server import BaseHTTPRequestHandler\n\n\nclass Pages(BaseHTTPRequestHandler):\n"
    "    def do_GET(self):\n        path = os.path.join('/srv', 'images', *self.path.split('/')[3:])\n{}"
    "        with open(path, 'rb') as file:\n            self.wfile.write(file.read())\n"
)
LOST["a check of a path whose pieces are spread out"] = (
    "security/path-traversal",
    _SERVED.format("        if os.path.commonpath((os.path.realpath(path), '/srv')) != '/srv':\n            return\n"),
    _SERVED.format(""),
    8,
)
_EGGS = (
    "import os\n\n\nclass Eggs:\n    def put(self, egg, project):\n"
    "        with open(self.{name}(project), 'wb') as file:\n"
    "            file.write(egg)\n\n    def {name}(self, project):\n"
    "        path = os.path.realpath(os.path.join(self.base, project))\n{check}        return path\n"
)
LOST["a check of a path in a method that has another name by now"] = (
    "security/path-traversal",
    _EGGS.format(
        name="egg_path",
        check="        if os.path.commonpath((path, self.base)) != self.base:\n            raise ValueError(project)\n",
    ),
    _EGGS.format(name="place", check=""),
    6,
)
LOST["one of two permissions that must hold together"] = (
    "security/authorization",
    _MESSAGES.format(permissions="    permission_classes = [IsOwner, IsEditor]\n"),
    _MESSAGES.format(permissions="    permission_classes = [IsOwner]\n"),
    10,
)
_STANDARD = {
    "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nREST_FRAMEWORK = {\n"
    "    'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.DjangoModelPermissions'],\n}\n"
}
LOST["rights of a view's own, where the standard of all views comes back in their stead"] = (
    "security/authorization",
    _STANDARD | {"shop/main.py": _MESSAGES.format(permissions="    permission_classes = [IsOwner, IsEditor]\n")},
    _STANDARD | {"shop/main.py": _MESSAGES.format(permissions="")},
    10,
)
_IMPORTED = (
    "from pathlib import Path\n\nfrom shop import settings\n\n\ndef keep_picture(row):\n"
    "    base = Path(settings.ROOT)\n    path = base / row.picture\n{}    if not path.exists():\n"
    "        return None\n    return keep(path)\n"
)
_IN_BASE = "    if not path.resolve().is_relative_to(base):\n        row.comment = 'not here'\n        return row\n"
LOST["a check of a path that is handed on, wherever it is opened"] = (
    "security/path-traversal",
    _IMPORTED.format(_IN_BASE),
    _IMPORTED.format(""),
    7,
)
_APPS = (
    "from fastapi import APIRouter\n\nfrom shop import paths, run\nfrom shop.checks import sanitize_path\n\n"
    "router = APIRouter()\n\n\n@router.post('/start')\ndef start(name: str):\n    app = paths.apps / {}\n"
    "    if not app.exists():\n        return None\n    run.server(app)\n    return name\n"
)
LOST["a look at a name that becomes a path by a slash"] = (
    "security/path-traversal",
    _APPS.format("sanitize_path(name)"),
    _APPS.format("name"),
    12,
)
_INHERITED = {
    "shop/pages.py": "from django.views.generic import TemplateView\n\n\nclass PageView(TemplateView):\n"
    "    def post(self, request, *args, **kwargs):\n        return self.render(request)\n",
    "shop/urls.py": "from django.urls import path\n\nfrom shop import views\n\n"
    "urlpatterns = [path('orders', views.OrderPage.as_view())]\n",
    "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
}
_PAGE = (
    "from django.contrib.auth.mixins import LoginRequiredMixin\n\nfrom shop.pages import PageView\n\n\n"
    "class OrderPage({}PageView):\n    template_name = 'order.html'\n"
)
LOST["a sign-in that a view asks for whose handler is inherited"] = (
    "security/authentication",
    _INHERITED | {"shop/views.py": _PAGE.format("LoginRequiredMixin, ")},
    _INHERITED | {"shop/views.py": _PAGE.format("")},
    6,
)
_EDITED = (
    "from flask import Flask, make_response, request\n\nfrom shop.parts import is_part_editable\n\n"
    "app = Flask(__name__)\n\n\n@app.put('/parts/<key>')\ndef describe(key):\n{}"
    "    return send(key, request.get_json()['text'])\n"
)
LOST["whether something may be edited, where it is forbidden else"] = (
    "security/authorization",
    _EDITED.format("    if not is_part_editable(key):\n        return make_response('', 403)\n"),
    _EDITED.format(""),
    9,
)
_CHOSEN = (
    "import sqlite3\n\ncursor = sqlite3.connect('shop.db').cursor()\n\n\ndef orders(name, kinds):\n"
    "    values = [name]\n    limits = ''\n    if kinds:\n{}"
    "    command = 'SELECT * FROM orders WHERE name = ?'\n    return cursor.execute(command + limits, values)\n"
)
_MARKED = (
    "        limits = ' AND (kind = ?'\n        limits += ' OR kind = ?' * (len(kinds) - 1)\n        limits += ')'\n"
    "        values.extend(kinds)\n"
)
LOST["values that are bound beside others, and written between quotes by now"] = (
    "database/sql-injection",
    _CHOSEN.format(_MARKED),
    _CHOSEN.format(
        '        limits = " AND (kind = \'"\n        limits += "\' OR kind = \'".join(kinds)\n        limits += "\')"\n'
    ),
    14,
)
_CLICKS = (
    "import clickhouse_connect\n\n\nclass Orders:\n    def rename(self, key, name):\n"
    "        self.client().command({})\n\n    def client(self):\n        return clickhouse_connect.get_client()\n"
)
LOST["values bound to a command of a database"] = (
    "database/sql-injection",
    _CLICKS.format("'ALTER TABLE orders UPDATE name = %(name)s WHERE key = %(key)s', {'name': name, 'key': key}"),
    _CLICKS.format("f\"ALTER TABLE orders UPDATE name = '{name}' WHERE key = '{key}'\""),
    6,
)
_CHOOSING = {
    "shop/__init__.py": "",
    "shop/rights.py": "from rest_framework.permissions import BasePermission\n\n\n"
    "class CanPrice(BasePermission):\n    def has_permission(self, request, view):\n"
    "        return request.user.groups.filter(name='pricing').exists()\n",
    "shop/views.py": "from rest_framework.viewsets import ModelViewSet\nfrom shop.rights import CanPrice\n"
    "from shop.models import Price\n\n\nclass Prices(ModelViewSet):\n    queryset = Price.objects.all()\n{}"
    "    serializer_class = PriceSerializer\n",
}
_CHOSEN_FOR_SOME = (
    "\n    def get_permissions(self):\n        if self.action in ('create', 'partial_update'):\n"
    "            return [CanPrice()]\n        return [one() for one in self.permission_classes]\n\n"
)


def _choosing(text: str) -> Files:
    return {path: one.format(text) for path, one in _CHOOSING.items()}


LOST["the method by which a view chooses what it asks for some actions"] = (
    "security/authorization",
    _choosing(_CHOSEN_FOR_SOME),
    _choosing(""),
    6,
)
LOST["a right that is asked beside those of a view"] = (
    "security/authorization",
    _choosing(
        "\n    def get_permissions(self):\n        return [one() for one in self.permission_classes + [CanPrice]]\n\n"
    ),
    _choosing("\n    def get_permissions(self):\n        return [one() for one in self.permission_classes]\n\n"),
    9,
)
_EDITED_BY_WRITERS = (
    "from django.contrib.auth.decorators import login_required, permission_required\n"
    "from django.contrib.auth.models import User\nfrom django.http import HttpResponseForbidden\n"
    "from django.urls import path\nfrom shop.models import Comment\n\n\n"
    "{gate}def edit(request, key):\n    comment = Comment.objects.get(pk=key)\n"
    "    if request.method == 'POST'{asked}:\n{check}        comment.text = request.POST['text']\n"
    "        comment.save()\n\n\n@permission_required('shop.delete_comment')\ndef clear(request):\n"
    "    Comment.objects.all().delete()\n\n\n"
    "urlpatterns = [path('comments/<int:key>', edit), path('comments', clear)]\n"
)
LOST["whose a thing is, where whoever has signed in may change it by now"] = (
    "security/authorization",
    _EDITED_BY_WRITERS.format(
        gate="@login_required\n",
        asked="",
        check="        if request.user.username != comment.author:\n            return HttpResponseForbidden()\n",
    ),
    _EDITED_BY_WRITERS.format(gate="", asked=" and isinstance(request.user, User)", check=""),
    8,
)
_OF_CONTESTS = (
    "from rest_framework.viewsets import ModelViewSet\nfrom shop.models import Entry\n\n\n"
    "class Entries(ModelViewSet):\n    queryset = Entry.objects.all()\n\n    def get_queryset(self):\n"
    "        rows = super().get_queryset()\n        user = self.request.user\n{}"
    "        return rows.order_by('name')\n"
)
LOST["sets of which one must hold each row, both of them the caller's"] = (
    "security/authorization",
    _OF_CONTESTS.format(
        "        if not user.is_superuser:\n"
        "            rows = rows.filter(contest__in=user.contests.all() | user.judged.all())\n"
    ),
    _OF_CONTESTS.format(""),
    8,
)
_RESOLVED = (
    "import graphene\nfrom graphql_jwt.decorators import permission_required\n"
    "from shop.models import Order, Price\n\n\n"
    "class Query(graphene.ObjectType):\n    orders = graphene.List(graphene.String)\n{field}\n"
    "    @permission_required('shop.view_order')\n    def resolve_orders(self, info):\n"
    "        return Order.objects.all()\n{resolver}"
)
_PRICES = "    prices = graphene.List(graphene.String)\n"
_PRICED = "\n{}    def resolve_prices(self, info):\n        return Price.objects.all()\n"
_BY_RIGHT = "    @permission_required('shop.view_order')\n"
LOST["what decorates one resolver of a class, where it decorates another still"] = (
    "security/authorization",
    _RESOLVED.format(field=_PRICES, resolver=_PRICED.format(_BY_RIGHT)),
    _RESOLVED.format(field=_PRICES, resolver=_PRICED.format("")),
    14,
)
LOST["the resolver of a field that is answered still"] = (
    "security/authorization",
    _RESOLVED.format(field=_PRICES, resolver=_PRICED.format(_BY_RIGHT)),
    _RESOLVED.format(field=_PRICES, resolver=""),
    8,
)
_BY_STAFF = {
    "shop/__init__.py": "",
    "shop/rights.py": "from rest_framework.permissions import SAFE_METHODS, BasePermission\n\n\n"
    "class IsApprovedOrReadOnly(BasePermission):\n    def has_permission(self, request, view):\n"
    "        return request.method in SAFE_METHODS or request.user.status == 'approved'\n",
    "shop/urls.py": "from rest_framework.routers import DefaultRouter\nfrom shop.views import Prices\n\n"
    "router = DefaultRouter()\nrouter.register('prices', Prices)\nurlpatterns = router.urls\n",
    "shop/views.py": "from rest_framework.permissions import IsAuthenticatedOrReadOnly\n"
    "from rest_framework.viewsets import ModelViewSet\nfrom shop.models import Price\n"
    "from shop.rights import IsApprovedOrReadOnly\n\n\nclass Prices(ModelViewSet):\n"
    "    queryset = Price.objects.all()\n    permission_classes = [{}]\n",
}
LOST["a right, for having signed in"] = (
    "security/authorization",
    {path: text.replace("{}", "IsApprovedOrReadOnly") for path, text in _BY_STAFF.items()},
    {path: text.replace("{}", "IsAuthenticatedOrReadOnly") for path, text in _BY_STAFF.items()},
    7,
)
_MADE_FOR_A_RIGHT = {
    "shop/__init__.py": "",
    "shop/rights.py": "from fastapi import Depends, HTTPException, Request\n\n\ndef signed_in(request: Request):\n"
    "    user = find(request.headers.get('authorization'))\n    if user is None:\n"
    "        raise HTTPException(401)\n    if not user.permissions:\n        raise HTTPException(403)\n"
    "    return user\n\n\ndef may(right):\n    def check(user=Depends(signed_in)):\n"
    "        if right not in user.permissions:\n            raise HTTPException(403)\n\n    return check\n",
    "shop/views.py": "from fastapi import APIRouter, Depends, FastAPI, Security\n"
    "from shop.rights import may, signed_in\n\nrouter = APIRouter()\n\n\n@router.get('/orders'{})\n"
    "def orders(user=Depends(signed_in)):\n    return read(user)\n\n\n"
    "app = FastAPI(dependencies=[Depends(signed_in)])\napp.include_router(router)\n",
}
LOST["a dependency made for a right, beside others that ask for one"] = (
    "security/authorization",
    {path: text.replace("{}", ", dependencies=[Security(may('orders'))]") for path, text in _MADE_FOR_A_RIGHT.items()},
    {path: text.replace("{}", "") for path, text in _MADE_FOR_A_RIGHT.items()},
    8,
)
_WHITELISTED = (
    "import frappe\n\n\n@frappe.whitelist({})\ndef answer(ticket, message):\n"
    "    doc = frappe.get_doc('Ticket', ticket)\n    doc.reply = message\n    doc.save()\n"
)
LOST["the sign-in that a framework asks for unless it is told otherwise"] = (
    "security/authentication",
    _WHITELISTED.format(""),
    _WHITELISTED.format("allow_guest=True"),
    5,
)
_READ_BY_ALL = {
    "shop/__init__.py": "",
    "shop/rights.py": "from rest_framework.permissions import SAFE_METHODS, BasePermission\n\n\n"
    "class IsOwner(BasePermission):\n    def has_object_permission(self, request, view, obj):\n"
    "        if request.method in SAFE_METHODS:\n            return True\n"
    "        return obj.owner == request.user\n",
    "shop/urls.py": "from rest_framework.routers import DefaultRouter\nfrom shop.views import Prices\n\n"
    "router = DefaultRouter()\nrouter.register('prices', Prices)\nurlpatterns = router.urls\n",
    "shop/views.py": "from rest_framework.decorators import action\n"
    "from rest_framework.mixins import UpdateModelMixin\nfrom rest_framework.permissions import IsAuthenticated\n"
    "from rest_framework.viewsets import ReadOnlyModelViewSet\nfrom shop.models import Price\n"
    "from shop.rights import IsOwner\n\n\nclass Prices(UpdateModelMixin, ReadOnlyModelViewSet):\n"
    "    queryset = Price.objects.all()\n    permission_classes = [{}]\n\n"
    "    @action(detail=True, methods=['get'])\n    def text(self, request, pk):\n"
    "        return Response(self.get_object().text)\n",
}
LOST["a right to change things, which whoever reads them never needed"] = (
    "security/authorization",
    {path: text.replace("{}", "IsAuthenticated, IsOwner") for path, text in _READ_BY_ALL.items()},
    {path: text.replace("{}", "IsAuthenticated") for path, text in _READ_BY_ALL.items()},
    9,
)
_EMPTIED = (
    "import {driver}\n\n\ndef _check_table(name):\n    if not name.isidentifier():\n        raise ValueError(name)\n"
    "\n\n"
    "class Shelf:\n    def empty(self, name):\n{check}        cursor = {driver}.connect('a').cursor()\n"
    "        cursor.execute({text})\n"
)
LOST["a function that looks at a name before it is written, whatever the driver"] = (
    "database/sql-injection",
    _EMPTIED.format(driver="shelfdb", check="        _check_table(name)\n", text="f'DROP TABLE {name}'"),
    _EMPTIED.format(driver="shelfdb", check="", text="f'DROP TABLE {name}'"),
    12,
)
LOST["a list of what may be written, beside values that are bound, in a text that gives rows"] = (
    "database/sql-injection",
    (
        "class Maker:\n    def sum_of(self, kind):\n        if kind not in KINDS:\n            raise ValueError(kind)\n"
        "        return self.db.one('SELECT sum({0}) FROM sums WHERE id = %s'.format(kind), (self.id,))\n"
    ),
    (
        "class Maker:\n    def sum_of(self, kind):\n"
        "        return self.db.one('SELECT sum({0}) FROM sums WHERE id = %s'.format(kind), (self.id,))\n"
    ),
    3,
)
_CAREFUL = "import {0}\n\n\ndef fetch(url):\n    return {0}.get(url, stream=True, timeout=10).content\n"
LOST["a client that asks no private address"] = (
    "security/ssrf",
    _CAREFUL.format("advocate"),
    _CAREFUL.format("requests"),
    5,
)
_DESTROYED = (
    "from rest_framework import mixins, viewsets\nfrom rest_framework.exceptions import PermissionDenied\n\n"
    "from shop.models import Order\n\n\nclass Orders({base}viewsets.GenericViewSet):\n"
    "    queryset = Order.objects.all()\n\n{method}"
)
_ADMINS_DESTROY = (
    "    def destroy(self, request, *args, **kwargs):\n        order = self.get_object()\n"
    "        if not request.user.is_admin(order.shop):\n            raise PermissionDenied\n"
    "        return super().destroy(request, *args, **kwargs)\n"
)
_DESTROYS = "mixins.DestroyModelMixin, "
LOST["a right that an action of a framework asked for where it was overridden"] = (
    "security/authorization",
    _DESTROYED.format(base=_DESTROYS, method=_ADMINS_DESTROY),
    _DESTROYED.format(base=_DESTROYS, method=""),
    7,
)
_SWITCHED = (
    "import shlex\n\nimport pexpect\n\n\ndef let_in(name):\n"
    "    return pexpect.spawn('/bin/sh', ['-c', 'su -c \"echo OK\" - %s' % {}], timeout=5)\n"
)
LOST["the quoting of what a shell is started for"] = (
    "security/insecure-code",
    _SWITCHED.format("shlex.quote(name)"),
    _SWITCHED.format("name"),
    7,
)
_ANYBODYS = (
    "from django.shortcuts import get_object_or_404\n\nfrom shop.models import Order\n\n\n"
    "def cancel(request, number):\n    order = {}\n    order.cancel()\n    return order\n"
)
LOST["who calls, where one thing is looked up for anybody by now"] = (
    "security/authorization",
    _ANYBODYS.format("Order.objects.get_order_or_404(number, user=request.user, right='cancel')"),
    _ANYBODYS.format("get_object_or_404(Order, number=number)"),
    7,
)
_UNROUTED = (
    "from shop.audit import AuditViews\nfrom shop.rights import IsAuditor, OrderPermission\n\n\n"
    "class OrderAudit(AuditViews):\n    name = 'orders'\n{}"
)
_AUDITED = "    permission_classes = (IsAuditor, OrderPermission)\n"
LOST["rights of a view of which no route is seen, where the standard of all views comes back"] = (
    "security/authorization",
    _STANDARD | {"shop/views.py": _UNROUTED.format(_AUDITED)},
    _STANDARD | {"shop/views.py": _UNROUTED.format("")},
    5,
)
_PICTURES = (
    "import os\n\nimport cherrypy\nfrom cherrypy.lib.static import serve_file\n\nfrom shop.paths import is_subdir\n\n\n"
    "class Pictures:\n    @cherrypy.expose\n    def image(self, *args):\n"
    "        path = os.path.join('/srv/images', *args[1:])\n{}        return serve_file(path=path)\n\n\n"
    "cherrypy.quickstart(Pictures())\n"
)
LOST["a check of a path that is made of the pieces of an address"] = (
    "security/path-traversal",
    _PICTURES.format("        if not is_subdir(path, '/srv/images'):\n            return None\n"),
    _PICTURES.format(""),
    13,
)
LOST["a permission that a decorator lists"] = (
    "security/authorization",
    _LISTED.format("IsAdminUser"),
    _LISTED.format("IsAuthenticated"),
    9,
)
_CLEARED = (
    _FLASK + "@app.delete('/orders')\n@login_required\n@requires_permission({})\ndef delete_orders():\n    return 1\n"
)
LOST["a right to change something for one to look at it"] = (
    "security/authorization",
    _CLEARED.format("'orders.delete'"),
    _CLEARED.format("'orders.view'"),
    19,
)
LOST["a right to one thing"] = (
    "security/authorization",
    _PART + "    found = store.get(part)\n    if not user.has_perm('change', obj=found):\n        raise Forbidden\n",
    _PART + "    if not user.has_perm('change'):\n        raise Forbidden\n",
    8,
)
LOST["a helper that is named for what somebody may see"] = (
    "security/authorization",
    _PART + "    return store.get_part_for_user(part, user)\n",
    _PART + "    return store.get_part(part)\n",
    8,
)
LOST["the permission of an extra action"] = (
    "security/authorization",
    _ACTION.format(permissions=", permission_classes=[IsAdminUser]"),
    _ACTION.format(permissions=""),
    14,
)
LOST["a helper that gives what the caller may see"] = (
    "security/authorization",
    _DESK
    | {
        "desk/search.py": (
            "from desk.models import Release\nfrom desk.rights import visible_for_user\n\n\ndef search(request):\n"
            "    return visible_for_user(request.user, Release)[:9]\n"
        )
    },
    _DESK
    | {
        "desk/search.py": (
            "from desk.models import Release\n\n\ndef search(request):\n"
            "    return Release.objects.filter(name=request.GET['q'])[:9]\n"
        )
    },
    5,
)

_SPELLED = (
    "import psycopg2\n\n\nclass Orders:\n    def named(self, name, number: int):\n{text}"
    "        return text\n\n    def of(self, name):\n        return self.rows(self.named(name, 1))\n"
)
_AND = "        text = 'SELECT id FROM orders WHERE size > 1'\n"
LOST["a mark for a value in a text that is run elsewhere"] = (
    "database/sql-injection",
    _SPELLED.format(text="        text = 'SELECT id FROM orders WHERE name = %s'\n"),
    _SPELLED.format(text="        text = f\"SELECT id FROM orders WHERE name = '{name}'\"\n"),
    6,
)
LOST["a mark for a value in a part of a text that is added to a list"] = (
    "database/sql-injection",
    _SPELLED.format(text=_AND + "        text = [text]\n        text.append('name LIKE :name')\n"),
    _SPELLED.format(text=_AND + "        text = [text]\n        text.append(\"name LIKE '%{}%'\".format(name))\n"),
    8,
)
LOST["marks for the values of a row"] = (
    "database/sql-injection",
    _SPELLED.format(
        text="        marks = ', '.join('?' * len(name))\n"
        "        text = f'INSERT INTO orders (a, b) VALUES ({marks})'\n"
    ),
    _SPELLED.format(
        text="        row = ', '.join(map(repr, name))\n        text = f'INSERT INTO orders (a, b) VALUES ({row})'\n"
    ),
    7,
)
LOST["the quoting of a value in a text that is run elsewhere"] = (
    "database/sql-injection",
    _SPELLED.format(
        text="        name = self.escape_text(name)\n"
        "        text = 'SELECT id FROM orders WHERE number=%d AND name=%s' % (number, name)\n"
    ),
    _SPELLED.format(
        text="        name = self.shorten(name)\n"
        "        text = \"SELECT id FROM orders WHERE number=%d AND name='%s'\" % (number, name)\n"
    ),
    7,
)
_NAMED_TABLE = (
    "import psycopg2\nfrom psycopg2 import sql\n\ndb = psycopg2.connect('shop')\n\n\ndef clear(name):\n"
    "    db.execute({})\n\n\ndef tidy():\n    clear('orders')\n"
)
LOST["the names that a library puts into a text, where constants are handed over by now"] = (
    "database/sql-injection",
    _NAMED_TABLE.format("sql.SQL('DROP TABLE {}').format(sql.Identifier(f'{name}_old'))"),
    _NAMED_TABLE.format("f'DROP TABLE {name}_old'"),
    8,
)

_PICTURE = (
    "import os\n\nfrom shop.places import place\n\n\nclass Pictures:\n    def show(self, request, answer):\n{check}"
    "        path = place(request)\n        if not os.path.isfile(path):\n            return None\n"
    "        return answer(path)\n\n    def start(self):\n        return open('/srv/start.png', 'rb')\n"
)
LOST["a look for the way up in a name"] = (
    "security/path-traversal",
    _PICTURE.format(check="        if '..' in request.name:\n            return answer(None)\n"),
    _PICTURE.format(check=""),
    9,
)
LOST["a look at how a name begins"] = (
    "security/path-traversal",
    _PICTURE.format(check="        if request.name.startswith(('..', '/')):\n            return answer(None)\n"),
    _PICTURE.format(check=""),
    9,
)
_RIGHTS_OF_ACTIONS = (
    "from rest_framework.viewsets import ModelViewSet\nfrom shop.models import Order\nfrom shop.rights import {names}\n"
    "\n\nclass Orders(ModelViewSet):\n    queryset = Order.objects.all()\n\n    def get_permissions(self):\n"
    "        if self.action in [{actions}]:\n            permission_classes = [{some}]\n"
    "        else:\n            permission_classes = [{others}]\n"
    "        return [permission() for permission in permission_classes]\n"
)
LOST["a permission that one action is given by a method"] = (
    "security/authorization",
    _RIGHTS_OF_ACTIONS.format(names="IsMember, IsOwner", actions="'destroy'", some="IsOwner", others="IsMember"),
    _RIGHTS_OF_ACTIONS.format(names="IsMember", actions="'destroy'", some="IsMember", others="IsMember"),
    9,
)
_COMMANDS = {
    "shop/__init__.py": "",
    "shop/programs.py": "import subprocess\n\n\ndef run_command(command, **options):\n"
    "    return subprocess.run(command, **options)\n",
}
LOST["a list of arguments that a function of the tree's own runs"] = (
    "security/insecure-code",
    _COMMANDS
    | {
        "shop/a.py": "from shop.programs import run_command\n\n\ndef move(old, new):\n"
        "    return run_command(['mv', old, new])\n"
    },
    _COMMANDS
    | {
        "shop/a.py": "from shop.programs import run_command\n\n\ndef move(old, new):\n"
        "    return run_command(f'mv {old} {new}', shell=True)\n"
    },
    5,
)

_RESULTS = (
    "from django.shortcuts import get_object_or_404\nfrom shop.models import Job\n"
    "from shop.views import ObjectView\n\n\nclass Results(ObjectView):\n    queryset = Job.objects.all()\n\n"
    "{method}    def get(self, request, **kwargs):\n"
    "        return get_object_or_404({rows}, pk=kwargs['job_pk'])\n"
)
LOST["a method that leaves the rows that somebody may see"] = (
    "security/authorization",
    _RESULTS.format(
        method="    def get_queryset(self, request):\n        return Job.objects.restrict(request.user, 'view')\n\n",
        rows="self.queryset",
    ),
    _RESULTS.format(method="", rows="Job.objects.all()"),
    6,
)

_TAKEN_IN = (
    "from shop.archives import create_directory, unpack_into\n\n\nclass Plugins:\n    def unpack(self, plugin):\n"
    "        target = {target}\n        create_directory(target)\n        unpack_into(target, plugin.archive)\n{helper}"
)
_TARGET_OF = (
    "\n    def target_of(self, plugin):\n        path = (self.folder / plugin.name).resolve()\n"
    "        if not path.is_relative_to(self.folder):\n            raise ValueError(path)\n        return path\n"
)
LOST["a function that keeps paths in place, where what it did is written out by now"] = (
    "security/path-traversal",
    _TAKEN_IN.format(target="self.target_of(plugin)", helper=_TARGET_OF),
    _TAKEN_IN.format(target="self.folder / plugin.name", helper=""),
    7,
)
LOST["a check of a path in a function that others call, told once"] = (
    "security/path-traversal",
    _TAKEN_IN.format(target="self.target_of(plugin)", helper=_TARGET_OF),
    _TAKEN_IN.format(
        target="self.target_of(plugin)",
        helper="\n    def target_of(self, plugin):\n        path = (self.folder / plugin.name).resolve()\n"
        "        return path if path.exists() else self.folder\n",
    ),
    12,
)

_FACES = (
    "class Faces:\n    def __init__(self, client, verify={default}):\n        self.client = client\n"
    "        self.verify = verify\n\n    def of(self, name):\n"
    "        return self.client.get(name, verify=self.verify)\n"
)
LOST["a look at certificates that is the default"] = (
    "security/insecure-code",
    _FACES.format(default="True"),
    _FACES.format(default="False"),
    2,
)

_READ_IN = (
    "from pathlib import Path\n\nfrom shop import settings\n\n\ndef name_of(row):\n"
    "    path = Path(settings.NAMES) / row.name\n    if not path.is_relative_to(settings.NAMES):\n"
    "        raise ValueError(row)\n    return path.name\n\n\ndef read_in(row):\n    name = name_of(row)\n"
    "    path = Path(settings.ROOT) / row.file\n{}    return keep(name, path) if path.exists() else None\n"
)
LOST["a check of a path beside a function that looks at another one"] = (
    "security/path-traversal",
    _READ_IN.format("    if not path.resolve().is_relative_to(settings.ROOT):\n        return None\n"),
    _READ_IN.format(""),
    15,
)

_HEALTH = {
    "shop/__init__.py": "",
    "shop/app.py": "from flask import Flask\nfrom shop.manage import pages\n\napp = Flask(__name__)\n"
    "app.register_blueprint(pages)\n",
    "shop/manage.py": "from flask import Blueprint\n\npages = Blueprint('pages', __name__)\n\n\n"
    "@pages.route('/healthz')\ndef health():\n    return 'ok'\n",
}

_SEARCH = "from desk.models import Release\nfrom desk.rights import visible_for_user\n\n\ndef search(request):\n"

_MIGRATED = (
    "def update_permission(name):\n    if not name:\n        raise PermissionError('permission_unknown')\n\n\n"
    "def migrate_permission_settings(names):\n    for name in names:\n        update_permission(name)\n\n\n"
    "class Restore:\n    def run(self, request, names):\n        keep(names)\n{how}        return names\n"
)
_QUIZ = (
    "import frappe\nfrom frappe import _\nfrom shop.rights import can_access\n\n\n@frappe.whitelist()\n"
    "def submit(quiz):\n{}    return frappe.db.set_value('Quiz', quiz, 'done', 1)\n"
)
LOST["a right whose lack a call raises"] = (
    "security/authorization",
    _QUIZ.format("    if not can_access(quiz):\n        frappe.throw(_('Not yours.'), frappe.PermissionError)\n"),
    _QUIZ.format(""),
    7,
)
_SHARED = (
    "from flask_restful import Resource\nfrom shop.files import files_of, preview\n\n\n"
    "def _is_in_share(token, number):\n    return number in files_of(token)\n\n\n"
    "class Preview(Resource):\n    def get(self, token, number):\n{}        return preview(number)\n"
)
_NOT_SHARED = "        if not _is_in_share(token, number):\n            return {'error': 'no part of it'}, 403\n"
LOST["what belongs to what somebody was given"] = (
    "security/authorization",
    _SHARED.format(_NOT_SHARED),
    _SHARED.format(""),
    10,
)
_OWN_GROUPS = (
    "from fastapi import APIRouter, Depends, HTTPException\nfrom shop.auth import current, Change, save\n\n"
    "router = APIRouter()\n\n\n@router.patch('/me')\nasync def update_me(user: Change, me=Depends(current)):\n"
    "{}    return await save(me, user)\n"
)
LOST["a field that only administrators set, by the words of the refusal"] = (
    "security/authorization",
    _OWN_GROUPS.format(
        "    if user.groups:\n        raise HTTPException(status_code=400, detail='Groups are set by an admin only')\n"
    ),
    _OWN_GROUPS.format(""),
    8,
)
_TALKS = (
    "import strawberry\nfrom shop.rights import CanSee\n\n\n@strawberry.type\nclass Conference:\n"
    "    @strawberry.field{}\n    def talks(self, info) -> list[str]:\n        return self.talks.all()\n"
)
LOST["the permission of a field of a graph"] = (
    "security/authorization",
    _TALKS.format("(permission_classes=[CanSee])"),
    _TALKS.format(""),
    8,
)
_MANAGED = (
    "from django.db.models import Q\nfrom shop.models import Part\n\n\ndef parts(request):\n    user = request.user\n"
    "    where = Q(pk__in=request.GET['pks'])\n{}    return Part.objects.filter(where)\n"
)
LOST["a condition that is put together first"] = (
    "security/authorization",
    _MANAGED.format("    if not user.is_superuser:\n        where &= Q(shop__in=user.shops_managed)\n"),
    _MANAGED.format(""),
    5,
)
_CRAWL = (
    "import ipaddress\nimport socket\nfrom urllib.parse import urlsplit\n\nfrom crawler import crawl\n\n\n"
    "def scrape(url):\n{}    return crawl(url)\n"
)
LOST["a look at an address that a library asks"] = (
    "security/ssrf",
    _CRAWL.format(
        "    found = socket.gethostbyname(urlsplit(url).netloc)\n"
        "    if not ipaddress.ip_address(found).is_global:\n        return False\n"
    ),
    _CRAWL.format(""),
    8,
)
_GUARD = {
    "shop/__init__.py": "",
    "shop/guard.py": (
        "import ipaddress\n\n\ndef _is_public(host):\n    return ipaddress.ip_address(host).is_global\n\n\n"
        "def refusal(url):\n    return None if _is_public(url) else 'no'\n"
    ),
}
_SUBSCRIBE = (
    "import yt_dlp\nfrom shop.guard import refusal\n\n\nasync def add(loop, url):\n{}"
    "    return yt_dlp.YoutubeDL().extract_info(url)\n"
)
LOST["a look at an address by a function that is handed on"] = (
    "security/ssrf",
    _GUARD
    | {
        "shop/feeds.py": _SUBSCRIBE.format(
            "    bad = await loop.run_in_executor(None, refusal, url)\n    if bad:\n        return bad\n"
        )
    },
    _GUARD | {"shop/feeds.py": _SUBSCRIBE.format("")},
    5,
)
_PEOPLE = (
    "from shop.errors import ForbiddenException\n\n\nasync def people(root, info, project=None):\n"
    "    user = info.context['user']\n    if not user.is_manager and project is None:\n"
    "        raise ForbiddenException('no')\n{}    return await found(project)\n"
)
LOST["a question under another that stays"] = (
    "security/authorization",
    _PEOPLE.format(
        "    if project is not None and not user.is_manager:\n        if project not in user.data.get('groups', {}):\n"
        "            raise ForbiddenException('no')\n"
    ),
    _PEOPLE.format(""),
    4,
)
_REPLACED = (
    "from flask import abort\nfrom shop.auth import field_and_value, requires_auth\nfrom shop.db import get, put\n\n\n"
    "@requires_auth\ndef replace(resource, **lookup):\n    original = get(resource, **lookup)\n{}"
    "    return put(original)\n"
)
LOST["a field by which a row is somebody's"] = (
    "security/authorization",
    _REPLACED.format(
        "    auth_field, auth_value = field_and_value(resource)\n"
        "    if auth_field and original.get(auth_field) != auth_value:\n        abort(403)\n"
    ),
    _REPLACED.format(""),
    7,
)
_MANAGES = (
    "import flask_login\n\n\ndef _can_manage_user(actor, target):\n"
    "    return actor.is_admin or target.domain in actor.domains\n\n\n"
    "@permissions_wrapper\ndef domain_admin(model, key):\n    found = model.query.get(key)\n{}\n"
)
LOST["what another function says of a right"] = (
    "security/authorization",
    _MANAGES.format(
        "    if found.domain not in flask_login.current_user.domains:\n        return False\n"
        "    return _can_manage_user(flask_login.current_user, found)"
    ),
    _MANAGES.format("    return found.domain in flask_login.current_user.domains"),
    9,
)
_CLAIM = (
    "from flask_login import current_user\nfrom shop import forms\nfrom shop.checks import Available, Text\n\n\n"
    "class Claim(forms.Form):\n    mail = forms.Mail(validators=[{}])\n{}"
)
_CLAIMED = (
    "\n    def validate_mail(self, field):\n        if Mail.get(field.data).user != current_user:\n"
    "            raise forms.ValidationError('it is taken')\n"
)
LOST["what a method asked of a field that is checked as before"] = (
    "security/authorization",
    _CLAIM.format("Text()", _CLAIMED),
    _CLAIM.format("Text()", ""),
    6,
)
_OF_REPOSITORY = (
    "import os\nfrom pathlib import Path\n\nfrom shop.files import File\n\n\nclass FileResource(Base):\n"
    "    def member(self, name, root):\n        path = os.path.join(root, name)\n{}"
    "        return File.from_path(path).content\n"
)
_BEGINS_SO = (
    "        if not os.path.realpath(path).startswith(os.path.realpath(root)):\n"
    "            raise ValueError('outside')\n"
)
LOST["a look at how a path begins that was made whole"] = (
    "security/path-traversal",
    _OF_REPOSITORY.format(_BEGINS_SO),
    _OF_REPOSITORY.format(""),
    9,
)
_BY_KEY = (
    "import secrets\n\nfrom fastapi import Depends, FastAPI, Header, HTTPException\n\nADMIN_API_KEY = read('key')\n"
    "app = FastAPI()\n\n\ndef verify_auth(key: str = Header()):\n"
    "    if ADMIN_API_KEY and secrets.compare_digest(key, ADMIN_API_KEY):\n        mark('admin')\n"
    "        return None\n    if key is not None:\n        return user_of(key)\n"
    "    raise HTTPException(status_code=401)\n\n\n"
    "def require_admin(user=Depends(verify_auth)):\n    if user.role != 'admin':\n"
    "        raise HTTPException(status_code=403)\n    return user\n\n\n"
    "@app.post('/rates')\ndef rates(user=Depends(require_admin)):\n    return change()\n\n\n"
    "@app.post('/prices')\ndef prices(user=Depends({})):\n    return change()\n"
)
LOST["a right for which a key of administrators is asked by now"] = (
    "security/authorization",
    _BY_KEY.format("require_admin"),
    _BY_KEY.format("verify_auth"),
    30,
)
_STRANGER = (
    "from django.http import Http404\nfrom desk.models import Code\n\n\nclass Codes:\n"
    "    def list(self, request):\n{}        return Code.objects.filter(printer__user=request.user)\n"
)
_CALLED = "def begin(loop, url):\n    bad = refusal(url)\n    return bad or add(loop, url)\n"

_LET_READ = {
    "shop/settings.py": "ROOT_URLCONF = 'shop.main'\nREST_FRAMEWORK = {\n    'DEFAULT_PERMISSION_CLASSES':"
    " ['rest_framework.permissions.DjangoModelPermissionsOrAnonReadOnly'],\n}\n"
}
_SHOWN = (
    "from flask import Flask, abort, send_from_directory, session\nfrom flask_login import current_user\n\n"
    "app = Flask(__name__)\n\n\ndef look_through_session(name):\n    if current_user.is_authenticated is False:\n"
    "        return False\n    return name in session['files']\n\n\n@app.get('/files/<name>')\ndef show(name):\n"
    "{}    return send_from_directory('/srv/files', name)\n"
)
_EITHER = "    permission_classes = [{}]\n"
LOST["that two permissions must hold together, where any one of them is enough by now"] = (
    "security/authorization",
    _MESSAGES.format(permissions=_EITHER.format("IsOwner & IsEditor")),
    _MESSAGES.format(permissions=_EITHER.format("IsOwner | IsEditor")),
    11,
)
_HIDDEN = (
    "from django.http import Http404\nfrom django.shortcuts import get_object_or_404, render\n"
    "from django.views.generic import DetailView\n\nfrom shop.models import Note, Reading\n\n\n"
    "class NoteView(DetailView):\n    def get(self, request, pk):\n        self.note = get_object_or_404(Note, id=pk)\n"
    "{}        reading = Reading()\n        reading.reader = {}.username if {}.is_authenticated else None\n"
    "        return render(request, 'note.html')\n"
)
LOST["a right, where who calls is reached by another way for something else"] = (
    "security/authorization",
    _HIDDEN.format(
        "        allowed = request.user.is_staff or request.user == self.note.author\n"
        "        if not allowed:\n            raise Http404('No such note')\n",
        "request.user",
        "request.user",
    ),
    _HIDDEN.format("", "self.request.user", "self.request.user"),
    9,
)
_CHECKED_ID = (
    "import re\nimport shutil\nfrom pathlib import Path\n\nNAME = re.compile('^[a-z0-9]+$')\n\n\nclass Voices:\n"
    "    @staticmethod\n    def validate_name(name):\n        if not NAME.match(name):\n"
    "            raise ValueError(name)\n\n    def drop(self, name):\n{}"
    "        shutil.rmtree(Path('voices') / name)\n"
)
LOST["a check of a name by a method of the class's own"] = (
    "security/path-traversal",
    _CHECKED_ID.format("        self.validate_name(name)\n"),
    _CHECKED_ID.format(""),
    15,
)
_GRAPH = (
    "from graphene_django import DjangoObjectType\n\nfrom shop.models import Order\n\n\n"
    "class OrderNode(DjangoObjectType):\n    @classmethod\n    def get_queryset(cls, queryset, info):\n"
    "        return super().get_queryset(queryset, info){}\n"
)
LOST["what leaves the rows of a caller in a graph"] = (
    "security/authorization",
    _GRAPH.format(".filter_by_current_user(info.context.user)"),
    _GRAPH.format(""),
    8,
)

KEPT: dict[str, tuple[Files, Files]] = {
    "two permissions that must hold together, in a list by now": (
        _MESSAGES.format(permissions=_EITHER.format("IsOwner & IsEditor")),
        _MESSAGES.format(permissions=_EITHER.format("IsOwner, IsEditor")),
    ),
    "one of two permissions of which any one was enough": (
        _MESSAGES.format(permissions=_EITHER.format("IsOwner | IsEditor")),
        _MESSAGES.format(permissions=_EITHER.format("IsOwner")),
    ),
    "one of two permissions of which any one was enough, with one that must hold": (
        _MESSAGES.format(permissions=_EITHER.format("IsAuthenticated & (IsOwner | IsEditor)")),
        _MESSAGES.format(permissions=_EITHER.format("IsAuthenticated & IsOwner")),
    ),
    "one of two permissions that a decorator lists, of which any one was enough": (
        _LISTED.format("IsOwner | IsEditor"),
        _LISTED.format("IsOwner"),
    ),
    "a standard that lets strangers read, where things are only read by those who are signed in by now": (
        _LET_READ
        | {
            "shop/main.py": _READ_ONLY.format("AllowAny").replace(
                "    permission_classes = [permissions.AllowAny]\n", ""
            )
        },
        _LET_READ | {"shop/main.py": _READ_ONLY.format("IsAuthenticated")},
    ),
    "whether somebody has signed in, asked by a function that knows more": (
        _SHOWN.format(
            "    if current_user.is_authenticated is False or name not in session['files']:\n"
            "        return abort(403)\n"
        ),
        _SHOWN.format("    if look_through_session(name) is False:\n        return abort(403)\n"),
    ),
    "a right that is answered with as it stands, and not by a condition of it": (
        (
            "class Users:\n    async def is_admin(self, *, user_id: int) -> bool:\n"
            "        user = await self.repository.get(user_id)\n        if not user:\n            return False\n"
            "        if user.is_admin is False:\n            return False\n        return True\n"
        ),
        (
            "class Users:\n    async def is_admin(self, *, user_id: int) -> bool:\n"
            "        user = await self.repository.get(user_id)\n        if not user:\n            return False\n"
            "        return user.is_admin\n"
        ),
    ),
    "a right that is asked for all but one value, which stands among the settings by now": (
        _QUEUED.format("'ordinary'"),
        _QUEUED.format("DEFAULT_QUEUE"),
    ),
    "settings that do not go together, whatever they switch": (
        _CONFLICTING.format(
            "        if self.hosts and self.enable_v1_access:\n            raise RuntimeError('both')\n"
        ),
        _CONFLICTING.format(""),
    ),
    "what is listed of the account that a page shows, which is not that of the caller": (
        _PROFILE.format("        things = Thing.objects.filter(created_by=user, published=True)\n"),
        _PROFILE.format("        things = Thing.objects.filter(published=True)\n"),
    ),
    "a look at how a path begins that became one at what is above it": (
        _OF_REPOSITORY.format(_BEGINS_SO),
        _OF_REPOSITORY.format(
            "        if Path(root).resolve() not in Path(path).resolve().parents:\n"
            "            raise ValueError('outside')\n"
        ),
    ),
    "what a method asked of a field that a validator asks by now": (
        _CLAIM.format("Text()", _CLAIMED),
        _CLAIM.format("Text(), Available()", ""),
    ),
    "marks that are put together one by one": (
        _SPELLED.format(text="        text = 'SELECT id FROM orders WHERE name = %s'\n"),
        _SPELLED.format(
            text="        some = ''\n        for one in name:\n            some += f':{one}'\n"
            "        text = f'SELECT id FROM orders WHERE name IN ({some})'\n"
        ),
    ),
    "marks for the values of a row, as many as there are columns": (
        _SPELLED.format(text="        text = 'INSERT INTO orders (a, b) VALUES (?, ?)'\n"),
        _SPELLED.format(
            text="        some = ', '.join(f':{one}' for one in name)\n"
            "        text = f'INSERT INTO orders (a, b) VALUES ({some})'\n        self.execute(text, name)\n"
        ),
    ),
    "a function that keeps paths in place and has another name by now": (
        _TAKEN_IN.format(target="self.target_of(plugin)", helper=_TARGET_OF),
        _TAKEN_IN.format(target="self.place_of(plugin)", helper=_TARGET_OF.replace("target_of", "place_of")),
    ),
    "a look for the way up in a name that is called otherwise by now": (
        _PICTURE.format(check="        if '..' in request.name:\n            return answer(None)\n"),
        _PICTURE.format(
            check="        name = request.name\n        if '..' in name:\n            return answer(None)\n"
        ),
    ),
    "a look for the way up that became one at the directory": (
        _PICTURE.format(check="        if '..' in request.name:\n            return answer(None)\n"),
        _PICTURE.format(check="        if not is_inside_dir(request.name):\n            return answer(None)\n"),
    ),
    "a permission of one action that another permission stands for": (
        _RIGHTS_OF_ACTIONS.format(names="IsMember, IsOwner", actions="'destroy'", some="IsOwner", others="IsMember"),
        _RIGHTS_OF_ACTIONS.format(names="IsMember, IsAdmin", actions="'destroy'", some="IsAdmin", others="IsMember"),
    ),
    "a permission that all actions of a view ask for by now": (
        _RIGHTS_OF_ACTIONS.format(names="IsMember, IsOwner", actions="'destroy'", some="IsOwner", others="IsMember"),
        _RIGHTS_OF_ACTIONS.format(
            names="IsMember, IsOwner", actions="'destroy'", some="IsMember", others="IsMember"
        ).replace("    queryset", "    permission_classes = [IsOwner]\n    queryset"),
    ),
    "a list of arguments, of which one is text by now": (
        _COMMANDS | {"shop/a.py": "from shop.programs import run_command\n\nrun_command(['mv', 'a', 'b'])\n"},
        _COMMANDS | {"shop/a.py": "from shop.programs import run_command\n\nrun_command('mv a b')\n"},
    ),
    "a mark for a value where the text is an f-string by now": (
        _SPELLED.format(text="        text = 'SELECT id FROM orders WHERE name = %s LIMIT 5'\n"),
        _SPELLED.format(text="        text = f'SELECT id FROM orders WHERE name = %s LIMIT {number}'\n"),
    ),
    "marks that are counted by now": (
        _SPELLED.format(text="        text = 'SELECT id FROM orders WHERE name IN (%s, %s)'\n"),
        _SPELLED.format(
            text="        marks = ', '.join(['%s'] * number)\n"
            "        text = f'SELECT id FROM orders WHERE name IN ({marks})'\n"
        ),
    ),
    "a value of a text that is a number": (
        _SPELLED.format(text="        text = 'SELECT id FROM orders WHERE number = ?'\n"),
        _SPELLED.format(text="        text = f'SELECT id FROM orders WHERE number = {number}'\n"),
    ),
    "a value of a text that is one of its own": (
        _SPELLED.format(text="        text = 'SELECT id FROM orders WHERE name = %s'\n"),
        _SPELLED.format(text="        kind = 'new'\n        text = f\"SELECT id FROM orders WHERE name = '{kind}'\"\n"),
    ),
    "what a log says beside a statement": (
        _SPELLED.format(text=_AND + "        self.log.info('select a from b where name = %s', name)\n"),
        _SPELLED.format(text=_AND + "        self.log.info(f'select a from b where name = {name}')\n"),
    ),
    "a value that is quoted instead of being bound": (
        _SPELLED.format(text="        text = 'SELECT id FROM orders WHERE name = %s'\n"),
        _SPELLED.format(text="        text = f'SELECT id FROM orders WHERE name = {quote_literal(name)}'\n"),
    ),
    "a look at an address that callers make by now": (
        _GUARD | {"shop/feeds.py": _SUBSCRIBE.format("    if refusal(url):\n        return None\n")},
        _GUARD | {"shop/feeds.py": _SUBSCRIBE.format("") + "\n\n" + _CALLED},
    ),
    "a sign-in that became a right": (_PROFILES.format("IsAuthenticated"), _PROFILES.format("IsOwner")),
    "a right to change something by another name": (
        _CLEARED.format("'orders.delete'"),
        _CLEARED.format("Rights.REMOVE_ORDERS"),
    ),
    "an error that whoever asks is told of in words": (
        _CAUGHT.format(answer="as error:\n        logger.warning('no settings: %s', error)\n        return {}\n"),
        _CAUGHT.format(answer=":\n        return {'error': 'the settings cannot be read'}\n"),
    ),
    "what was done with and without a right": (
        _PART + "    if user.is_admin:\n        store.insert_part(part, True)\n    else:\n"
        "        store.insert_part(part, False)\n    return {}\n",
        _PART + "    store.insert_part(part, bool(user.is_admin))\n    return {}\n",
    ),
    "a method that is awaited by now": (
        _BUNDLE.format("await run_sync(maker.make, base)"),
        _BUNDLE.format("await maker.make(base)"),
    ),
    "whether there is somebody, who is asked for a right": (
        _PART + "    if user is None or not user.is_admin:\n        raise Forbidden\n    store.move(part)\n",
        _PART + "    if not user.is_admin:\n        raise Forbidden\n    store.move(part)\n",
    ),
    "two rights, each of which is asked for by itself": (
        _PART + "    if not user.is_admin or not user.can_edit(part):\n        raise Forbidden\n    store.move(part)\n",
        _PART + "    if not user.is_admin:\n        raise Forbidden\n    if not user.can_edit(part):\n"
        "        raise Forbidden\n    store.move(part)\n",
    ),
    "whether a thing may be published by how it stands": (
        _PART + _MOVED.format("not part.can_be_sold or not part.can_show_price") + _STATES,
        _PART + _MOVED.format("part is None") + _STATES,
    ),
    "an error that is logged below": (
        _CAUGHT.format(answer="as error:\n        logger.warning('no settings: %s', error)\n"),
        _CAUGHT.format(answer=":\n        pass\n    logger.warning('no settings: %s', text)\n"),
    ),
    "the row of a tenant that another call picks": (
        _DESK | {"desk/stacks.py": _STACKS.format(condition="project=project, ")},
        _DESK | {"desk/stacks.py": _STACKS.format(condition="").replace("note(dump", "belongs_to(dump")},
    ),
    "attempts that the maker of a client takes by itself": (
        _BUCKET.format(body="return boto3.client('s3').get_object(Bucket='b', Key=key)"),
        _BUCKET.format(
            body="def fetch():\n        return boto3.client('s3').get_object(Bucket='b', Key=key)\n\n    return fetch()"
        ),
    ),
    "a right where something else refuses": (_API.format(guard="admin"), _API.format(guard="staff")),
    "a question that moved into what the handler calls": (
        f"{_HIDDEN}    if not can_see(order):\n        return redirect('/')\n    return order.text\n\n\n{_CAN_SEE}",
        (
            f"{_HIDDEN}    return shown(order)\n\n\ndef shown(order):\n    if not can_see(order):\n"
            f"        return redirect('/')\n    return order.text\n\n\n{_CAN_SEE}"
        ),
    ),
    "a decorator that became a helper that turns strangers away": (
        _FLASK + "@app.get('/settings')\n@login_required\ndef show():\n    return 'ok'\n",
        _FLASK + "def known():\n    if not current_user:\n        raise KeyError\n    return current_user\n\n\n"
        "@app.get('/settings')\ndef show():\n    return known().settings\n",
    ),
    "a check that moved into a function of another name": (
        f"{_HIDDEN}{_OWNED}    return order.text\n",
        f"{_HIDDEN}    return shown(order)\n\n\ndef shown(order):\n{_OWNED}    return order.text\n",
    ),
    "a second application beside the one with the health endpoint": (
        _HEALTH,
        _HEALTH | {"shop/commands.py": "from flask import Flask\n\ncli = Flask('shop')\n"},
    ),
    "a helper that is joined by another query": (
        _DESK | {"desk/search.py": _SEARCH + "    return visible_for_user(request.user, Release)[:9]\n"},
        _DESK
        | {
            "desk/search.py": _SEARCH + "    found = visible_for_user(request.user, Release)\n"
            "    return found | Release.objects.filter(pk__in=found)\n"
        },
    ),
    "a refusal in other words": (
        f"{_HIDDEN}{_OWNED}    return order.text\n",
        f"{_HIDDEN}    if not current_user:\n        abort(401)\n    return order.text\n",
    ),
    "a check that moved out of sight with all that the handler did": (
        f"{_HIDDEN}{_OWNED}    return order.text\n",
        _FLASK + "@app.get('/orders/<int:number>')\n@login_required\ndef order(number):\n"
        "    return page(number, show)\n\n\ndef show(order):\n    return order.text\n\n\n"
        "def page(number, answer):\n    return answer(number)\n",
    ),
    "a check that became a decorator": (
        _FLASK + "@app.delete('/orders')\n@login_required\ndef clear():\n    if not current_user.is_admin:\n"
        "        abort(403)\n    Order.clear()\n",
        _FLASK + "@app.delete('/orders')\n@login_required\n@admin_required\ndef clear():\n    Order.clear()\n",
    ),
    "a guard that moved to the application": (
        _FLASK + "@app.get('/orders')\n@login_required\ndef orders():\n    return Order.query.limit(9).all()\n",
        _FLASK + "@app.before_request\ndef require_login():\n    if not current_user.is_authenticated:\n"
        "        abort(401)\n\n\n@app.get('/orders')\ndef orders():\n    return Order.query.limit(9).all()\n",
    ),
    "an archive that is unpacked by what knows safe names": (
        (
            "import tarfile\n\nfrom shop.archives import safe_extract\n\n\ndef unpack(path, folder):\n"
            "    with tarfile.open(path) as archive:\n        safe_extract(archive, folder)\n"
        ),
        (
            "import tarfile\n\n\ndef unpack(path, folder):\n    with tarfile.open(path) as archive:\n"
            "        archive.extractall(folder, filter='data')\n"
        ),
    ),
    "a condition that became what the caller has": (
        _ROUTED | _DESK_MODELS | {"shop/shelf.py": _SHELF.format(body=_OWN_SHELF)},
        _ROUTED
        | _DESK_MODELS
        | {"shop/shelf.py": _SHELF.format(body="return self.request.user.releases.filter(name='x')")},
    ),
    "a condition that a function is told of by now": (
        _ROUTED | _DESK_MODELS | {"shop/shelf.py": _SHELF.format(body=_OWN_SHELF)},
        _ROUTED | _DESK_MODELS | {"shop/shelf.py": _SHELF.format(body="return kept(Release, self.request.user)")},
    ),
    "an answer that is gone with what it asked": (
        _ROUTED | {"shop/rules.py": _RULES.format(hook=_HOOK.replace("validate_account", "delete"))},
        _ROUTED | {"shop/rules.py": _RULES.format(hook="")},
    ),
    "a method of another name that asks": (
        _ROUTED | {"shop/rules.py": _RULES.format(hook=_HOOK)},
        _ROUTED | {"shop/rules.py": _RULES.format(hook=_HOOK.replace("validate_account", "validate"))},
    ),
    "a question that moved to those who call": (
        _ROUTED
        | {
            "shop/boards.py": _BOARDS.format(board="", cards=_MOVES)
            + "\n\ndef shown(user):\n    return cards(user, 1)\n"
        },
        _ROUTED
        | {
            "shop/boards.py": _BOARDS.format(board="", cards="")
            + "\n\ndef shown(user):\n    if not user.can_see(1):\n        raise LookupError(1)\n"
            "    return cards(user, 1)\n"
        },
    ),
    "a question that is asked for the whole application by now": (
        _ROUTED | {"shop/boards.py": _BOARDS.format(board=_SEES, cards="")},
        _ROUTED
        | {
            "shop/boards.py": _BOARDS.format(board="", cards=""),
            "shop/app.py": _ROUTED["shop/app.py"]
            + "\n\n@app.before_request\ndef require_login():\n    if not session['user']:\n        abort(401)\n",
        },
    ),
    "a question whose answer decides by now what is done": (
        _ROUTED | {"shop/boards.py": _BOARDS.format(board="", cards=_MOVES)},
        _ROUTED
        | {
            "shop/boards.py": _BOARDS.format(
                board="", cards="    if user.can_move(board_id):\n        service.move()\n"
            )
        },
    ),
    "a route that is gone": (
        f"{_HIDDEN}{_OWNED}    return order.text\n",
        _FLASK,
    ),
    "a login that everybody must reach": (
        _FLASK + "@app.post('/login')\n@login_required\ndef login():\n    return 'ok'\n",
        _FLASK + "@app.post('/login')\ndef login():\n    return 'ok'\n",
    ),
    "a condition that is gone with its value": (
        _SQL.format("return db.execute(f'SELECT * FROM {TABLE} WHERE name = ?', (name,))"),
        _SQL.format("return db.execute(f'SELECT * FROM {TABLE}')"),
    ),
    "a shell for constants": (
        _RUN.format("subprocess.run(['git', 'describe'], timeout=9)"),
        _RUN.format("subprocess.run('git describe', shell=True, timeout=9)"),
    ),
    "a check of a path in other words": (
        _KEEP + f"    target = ROOT / owner.name\n{_BELOW}{_WRITE}",
        _KEEP + f"    target = inside(ROOT / owner.name)\n{_WRITE}",
    ),
    "one of two checks of a path": (
        _KEEP + f"    target = ROOT / secure_filename(owner.name)\n{_BELOW}{_WRITE}",
        _KEEP + f"    target = ROOT / secure_filename(owner.name)\n{_WRITE}",
    ),
    "a condition that became a check of the row": (
        _PICKED.format(body=_OWN_NOTE),
        _PICKED.format(
            body="    found = Note.objects.get(pk=pk)\n    if found.owner != request.user:\n"
            "        raise PermissionError\n    return found\n\n\n"
        ),
    ),
    "an address that is a constant by now": (
        _FETCH.format(check="    if is_private_host(watch.url):\n        raise ValueError\n"),
        _FETCH.format(check="").replace("watch.url", "'https://example.org/'"),
    ),
    "names that other callers hand over, one of them a file name": (
        _COPIED.format("def keep(name):\n    copy('a', ROOT / Path(name).name)\n\n\n"),
        _COPIED.format("def more(order):\n    copy('d', ROOT / order.name)\n\n\n"),
    ),
    "somebody by whom rows are asked for in another way": (
        _PART + "    return [one.text for one in store.get_parts_by_user(user)]\n",
        _PART + "    return [one.text for one in store.get_parts(build({'user': user}))]\n",
    ),
    "a list of what may be asked for, under another name": (
        _PART
        + "    if part not in app.ALLOWED_LOG_FILES:\n        raise HTTPException(404)\n    return store.log(part)\n",
        _PART + "    if part not in app.log_files:\n        raise HTTPException(404)\n    return store.log(part)\n",
    ),
    "what somebody may change, asked of the store itself": (
        _PART + "    permitted = set(permitted_ids(user, 'part'))\n"
        "    may = user.has_perm('part') and all(one in permitted for one in part)\n"
        "    if not may:\n        raise HTTPException(403)\n    return store.log(part)\n",
        _PART + "    may = user.has_perm('part') and not part.exclude(pk__in=permitted_ids(user, 'part')).exists()\n"
        "    if not may:\n        raise HTTPException(403)\n    return store.log(part)\n",
    ),
    "what was asked unless a setting told to ask otherwise": (
        _FLAGGED.format(
            "    if not settings.RIGHTS_BY_ROLE:\n        if not request.user.is_staff:\n"
            "            raise PermissionDenied\n"
        ),
        _FLAGGED.format(""),
    ),
    "a kind of thing that is called like a right": (
        _PART + "    if part.mode == PartModes.MODE_ACCESS and part.tags:\n        raise HTTPException(404)\n"
        "    return store.log(part)\n",
        _PART + "    if part.mode == PartModes.MODE_OPEN and part.tags:\n        raise HTTPException(404)\n"
        "    return store.log(part)\n",
    ),
    "an option of what may be left out": (
        _PART + "    if not part.allow_missing_names:\n        raise HTTPException(404)\n    return store.log(part)\n",
        _PART + "    if not part.takes_any_names:\n        raise HTTPException(404)\n    return store.log(part)\n",
    ),
    "who calls, asked for without waiting": (
        _AWAITED.format("request.user"),
        _AWAITED.format("await request.auser()"),
    ),
    "a right that is asked further in, of an object made here": (
        {
            "shop/parts.py": _OF_PARTS.format(check=""),
            "shop/main.py": _CHANGED_BY.format(check="    check_permissions(user, 'change')\n"),
        },
        {
            "shop/parts.py": _OF_PARTS.format(check="        check_permissions(user, 'change')\n"),
            "shop/main.py": _CHANGED_BY.format(check=""),
        },
    ),
    "rows that are asked for further in, for somebody or for all": (
        _FOUND.format("Part.objects.filter(owner=user)"),
        _FOUND.format("found(user.id if user is not None else None)"),
    ),
    "who calls, by place and no longer by name": (
        _PART + "    return store.get_part(part, user_id=user.id)\n",
        _PART + "    return store.get_part(part, user.id)\n",
    ),
    "a check of a path that moved into a function of its own": (
        _IMPORTED.format(_IN_BASE),
        _IMPORTED.format("    path = below(base, path)\n")
        + "\n\ndef below(base, path):\n    if not path.resolve().is_relative_to(base):\n        raise ValueError\n"
        "    return path\n",
    ),
    "a check of a path where names are made up by now": (
        _IMPORTED.format(_IN_BASE),
        _IMPORTED.format("").replace("row.picture", "uuid4().hex"),
    ),
    "whether something may be edited, where the request is wrong else": (
        _EDITED.format("    if not is_part_editable(key):\n        return make_response('', 400)\n"),
        _EDITED.format(""),
    ),
    "a condition more whose values are bound": (
        _CHOSEN.format("        limits = ''\n"),
        _CHOSEN.format(_MARKED),
    ),
    "an action that is gone with what it asked for": (
        _DESTROYED.format(base=_DESTROYS, method=_ADMINS_DESTROY),
        _DESTROYED.format(base="", method=""),
    ),
    "who calls, asked of what was looked up for anybody": (
        _ANYBODYS.format("Order.objects.get_order_or_404(number, user=request.user, right='cancel')"),
        _ANYBODYS.format("get_object_or_404(Order, number=number)\n    order.check(request.user)"),
    ),
    "what was done with a right to it, and is not done any more": (
        _ANYBODYS.format(
            "get_object_or_404(Order, number=number)\n    if request.user.has_perm('remove'):\n        order.delete()"
        ).replace("cancel", "show"),
        _ANYBODYS.format("get_object_or_404(Order, number=number)").replace("cancel", "show"),
    ),
    "a right of a view of which no route is seen, for the standard of all views": (
        _STANDARD | {"shop/views.py": _UNROUTED.format(_AUDITED.replace("IsAuditor, ", ""))},
        _STANDARD | {"shop/views.py": _UNROUTED.format("")},
    ),
    "the sign-in of those who read, for a right": (
        {**_READABLE, "shop/views.py": _NOTES.format("    permission_classes = [IsAuthenticated]\n")},
        {**_READABLE, "shop/views.py": _NOTES.format("    permission_classes = [IsAdminUser]\n")},
    ),
    "rows that a helper makes a query of, by another helper": (
        _FOLLOWED.format("    note = get_object_or_404(readable_queryset(request), pk=pk)\n"),
        _FOLLOWED.format("    note = find_note(request, pk)\n"),
    ),
    "rows that a helper lists for everybody": (
        _FOLLOWED.format("    note = get_object_or_404(latest_queryset(request), pk=pk)\n"),
        _FOLLOWED.format("    note = get_object_or_404(Note, pk=pk)\n"),
    ),
    "rights that a decorator is told to ask for, by others": (
        {**_KEYS, "shop/app.py": _SCOPED.format("('orders', 'profile')")},
        {**_KEYS, "shop/app.py": _SCOPED.format("ORDER_SCOPES")},
    ),
    "what a client may say with a right alone, by another": (
        {**_KEYS, "shop/notes.py": _SAID.format(_SAID_WITH_RIGHT)},
        {**_KEYS, "shop/notes.py": _SAID.format(_SAID_WITH_RIGHT.replace("has_clerk_permission", "may_pin"))},
    ),
    "what is taken out of an answer, by what is put into it for some": (
        {**_KEYS, "shop/shown.py": _SHOWN.format(_HIDING)},
        {
            **_KEYS,
            "shop/shown.py": _SHOWN.format(
                _HIDING.replace("if not ", "if ").replace("shown.pop('secret_key', None)", "shown.update(keys())")
            ),
        },
    ),
    "what is called for those with a right, by telling it of the right": (
        {**_KEYS, "shop/app.py": _KEYED.format("may_see(number) and has_clerk_permission(number, current_user)")},
        {
            **_KEYS,
            "shop/app.py": _KEYED.format("may_see(number)").replace(
                "get_or_make_key(number)\n", "get_or_make_key(number, has_clerk_permission(number, current_user))\n"
            ),
        },
    ),
    "what is taken out of an answer, and given to nobody now": (
        {**_KEYS, "shop/shown.py": _SHOWN.format(_HIDING)},
        {**_KEYS, "shop/shown.py": _SHOWN.format(_HIDING.replace("has_clerk_permission", "is_clerk"))},
    ),
    "one of two rights of which either was enough": (
        {**_KEYS, "shop/app.py": _KEYED.format("may_see(number) or has_clerk_permission(number, current_user)")},
        {**_KEYS, "shop/app.py": _KEYED.format("may_see(number)")},
    ),
    "one of two rights that must hold, by an answer before": (
        {**_KEYS, "shop/app.py": _KEYED.format("may_see(number) and has_clerk_permission(number, current_user)")},
        {
            **_KEYS,
            "shop/app.py": _KEYED.format("may_see(number)").replace(
                "    answer = ",
                "    if not has_clerk_permission(number, current_user):\n        return page(number)\n    answer = ",
            ),
        },
    ),
    "one of two rights that must hold, by a variable": (
        {**_KEYS, "shop/app.py": _KEYED.format("may_see(number) and has_clerk_permission(number, current_user)")},
        {
            **_KEYS,
            "shop/app.py": _KEYED.format("may").replace(
                "    answer = ",
                "    may = may_see(number) and has_clerk_permission(number, current_user)\n    answer = ",
            ),
        },
    ),
    "a right to what is there no more": (
        {**_KEYS, "shop/app.py": _KEYED.format("may_see(number) and has_clerk_permission(number, current_user)")},
        {
            **_KEYS,
            "shop/app.py": _KEYED.format("may_see(number)").replace(
                "        found = get_or_make_key(number)\n        answer['key'] = found.text\n",
                "        answer['seen'] = True\n",
            ),
        },
    ),
    "a look by which a form refuses addresses, for another": (
        _REFUSED.format("    if _is_own_network(url):\n        raise ValueError('Name a public address.')\n"),
        _REFUSED.format("    refuse_own_network(url)\n"),
    ),
    "what changes rights and asks for none": (
        _MIGRATED.format(how="        migrate_permission_settings(names)\n"),
        _MIGRATED.format(how=""),
    ),
    "what lets the program in elsewhere": (
        _CLOUD.format(
            "    http = account.authorize(httplib2.Http(timeout=9))\n        return build('cloud', http=http)\n"
        ),
        _CLOUD.format("    return build('cloud', credentials=account)\n"),
    ),
}
KEPT["a function that no framework serves any more"] = (
    _WHITELISTED.format(""),
    _WHITELISTED.replace("@frappe.whitelist({})\n", ""),
)
KEPT["a function that is served to users in another way"] = (
    _WHITELISTED.format("methods=['POST']"),
    _WHITELISTED.format(""),
)
KEPT["a field that is gone with its resolver"] = (
    _RESOLVED.format(field=_PRICES, resolver=_PRICED.format(_BY_RIGHT)),
    _RESOLVED.format(field="", resolver=""),
)
KEPT["a view that lists what it chose before"] = (
    _choosing(_CHOSEN_FOR_SOME),
    _choosing("    permission_classes = [CanPrice]\n"),
)
KEPT["a refusal of all hosts but some that another function makes by now"] = (
    _ISSUERS.format(_OF_OURS),
    _ISSUERS.format("        ensure_ours(place)\n")
    + "\n\ndef ensure_ours(place):\n    if urlparse(place).hostname not in config.get('OURS'):\n"
    "        raise ValueError(place)\n",
)
_SHEETS = "import sheets\n\n\ndef opened(key):\n{}    return client.table('orders')\n"
KEPT["what lets the service itself in elsewhere"] = (
    _SHEETS.format("    client = sheets.authorize(key)\n"),
    _SHEETS.format("    client = sheets.Client(auth=key)\n    client.login()\n"),
)
KEPT["a look whether an address has a host"] = (
    _ISSUERS.format("        if not urlparse(place).hostname:\n            raise ValueError(place)\n"),
    _ISSUERS.format(""),
)
KEPT["a look at a name by another function"] = (
    _EMPTIED.format(driver="sqlite3", check="        _check_table(name)\n", text="f'DROP TABLE {name}'"),
    _EMPTIED.format(driver="sqlite3", check="        ensure_known(name)\n", text="f'DROP TABLE {name}'"),
)
KEPT["a name that is looked at no more, and is bound by now"] = (
    _EMPTIED.format(
        driver="sqlite3", check="        _check_table(name)\n", text="f\"DELETE FROM a WHERE b = '{name}'\""
    ),
    _EMPTIED.format(driver="sqlite3", check="", text="'DELETE FROM a WHERE b = ?', (name,)"),
)

_WATCHED = frozenset(control for control, *_ in LOST.values())


def _change(before: Files, after: Files) -> Delta:
    return changed(before, after, _WATCHED)


@pytest.mark.parametrize(("control", "before", "after", "line"), LOST.values(), ids=LOST)
def test_what_is_taken_away_is_a_new_blocker_and_fixed_the_other_way_round(
    control: str, before: Files, after: Files, line: int
) -> None:
    change = _change(before, after)
    assert told(change, control) == [line]
    assert change.gate.conclusion == "failure"
    back = _change(after, before)
    # A guard that asks who calls and what for is missed in both ways.
    both = {"security/authentication", "security/authorization"}
    fixed = {blocker.control for blocker in back.fixed_blockers if blocker.location}
    assert control in fixed
    assert fixed <= (both if control in both else {control})
    assert not told(back, control)


@pytest.mark.parametrize(("before", "after"), KEPT.values(), ids=KEPT)
def test_what_is_kept_in_another_way_or_gone_altogether_is_no_loss(before: Files, after: Files) -> None:
    change = _change(before, after)
    assert [blocker for blocker in change.new_blockers if "takes" in blocker.issue] == []


def test_who_is_there_and_how_often_are_no_questions_of_rights() -> None:
    strangers = "        if not request.user or not request.user.is_authenticated:\n            raise Http404('none')\n"
    change = _change(_STRANGER.format(strangers), _STRANGER.format(""))
    assert (told(change, "security/authentication"), told(change, "security/authorization")) == ([6], [])
    often = "from shop.limits import TokenBucket\n\n\ndef sign_in(request):\n{}    return check(request)\n"
    allowed = often.format("    if not TokenBucket.authorize_code(request.user):\n        return deny(request)\n")
    assert not told(_change(allowed, often.format("")), "security/authorization")
    drawn = often.format(
        "    allowed = ratelimit.consume(request)\n    if not allowed:\n        return deny(request)\n"
    )
    assert not told(_change(drawn, often.format("")), "security/authorization")


def test_a_path_outside_its_directory_is_refused_to_everybody() -> None:
    kept = "def validate_local_path(path):\n    if '..' in path:\n        raise PermissionError(path)\n\n\n"
    read = "class Block(Base):\n    def run(self, path):\n{}        return send(path)\n"
    change = _change(kept + read.format("        validate_local_path(path)\n"), kept + read.format(""))
    assert not told(change, "security/authorization")


def _ward(
    by: Iterable[str] = (),
    *,
    line: int = 3,
    path: str = "app/a.py",
    within: Iterable[str] = (),
    beside: Iterable[str] = (),
) -> Ward:
    kept, inside = tuple(by), tuple(within)
    place = Location(path, line, line + 4, "read")
    ways = (not kept) + (not inside)
    return Ward(place, "GET /a", kept, "GET /a is open", ways=ways, within=inside, beside=tuple(beside))


def _report(*wards: Ward, severity: Severity = CRITICAL, skipped: Iterable[Skipped] = ()) -> Report:
    made = replace(verdict("security/authentication", severity, 1.0, seen=("app/a.py", 1, "kept")), wards=wards)
    return report([made, verdict("testing/test-suite", HIGH, 1.0)], skipped=tuple(skipped))


def test_a_loss_names_what_was_taken_away_and_follows_a_renamed_file() -> None:
    before, after = _report(_ward(["`login`"])), _report(_ward(path="app/b.py"))
    [found] = losses(before, after, {"app/b.py": "app/a.py"}, since="this change takes away {}")
    assert found.message == "GET /a is open: this change takes away `login`."
    assert found.fix.startswith("Bring back `login`, or what does the same. ")
    assert (found.confidence, found.blocker, found.location.path) == (Confidence.HIGH, True, "app/b.py")
    assert losses(before, after, {}, since="{}") == ()


def test_one_of_several_is_no_loss_and_all_are_unless_something_new_stands_there() -> None:
    both = _report(_ward(["`login`", "`owner`"]))
    assert not losses(both, _report(_ward(["`login`"])), {}, since="{}")
    assert losses(both, _report(_ward()), {}, since="{}")
    assert not losses(both, _report(_ward(within=["`member`"])), {}, since="{}")
    assert not losses(both, _report(_ward(beside=["`account_exists`"])), {}, since="{}")


def test_what_keeps_from_within_counts_for_itself() -> None:
    before = _report(_ward(["`login`"], within=["a check in `read`"]))
    [found] = losses(before, _report(_ward(["`login`"])), {}, since="this change takes away {}")
    assert found.message.endswith("takes away a check in `read`.")


def test_numbers_that_differ_tell_nothing_unless_all_were_kept_and_some_are_gone_or_none_is_by_now() -> None:
    two = (_ward(["`login`"]), _ward(["`login`"], line=20))
    assert losses(_report(*two), _report(_ward()), {}, since="{}")
    assert not losses(_report(_ward(["`login`"])), _report(_ward(["`login`"]), _ward(line=20)), {}, since="{}")
    assert losses(_report(_ward(["`login`"])), _report(_ward(), _ward(line=20)), {}, since="{}")


def test_what_was_taken_away_is_listed_as_people_list_things() -> None:
    before = _report(_ward(["`login`", "`member`", "`owner`"]))
    [found] = losses(before, _report(_ward()), {}, since="{}")
    assert found.message.endswith(": `login`, `member` and `owner`.")


def test_many_places_that_lost_the_same_are_told_as_one() -> None:
    before = _report(*(_ward(["`login`"], path=f"app/{number}.py") for number in range(12)))
    after = _report(*(_ward(path=f"app/{number}.py") for number in range(12)))
    [found] = losses(before, after, {}, since="this change takes away {}")
    assert found.message.endswith("takes away `login`. The same holds for 11 more places.")


def test_waivers_and_severity_hold_for_losses_too() -> None:
    before, after = _report(_ward(["`login`"])), _report(_ward())
    waiver = Waiver("security/authentication", "accepted-risk", "known", path="app/**")
    assert not losses(before, replace(after, waivers=(waiver,)), {}, since="{}")
    assert losses(before, replace(after, waivers=(replace(waiver, path="web/**"),)), {}, since="{}")
    mild = _report(_ward(["`login`"]), severity=Severity.MEDIUM), _report(_ward(), severity=Severity.MEDIUM)
    assert [found.blocker for found in losses(*mild, {}, since="{}")] == [False]
    change = compare(*mild, {})
    assert (len(change.new_findings), change.new_blockers, change.gate.conclusion) == (1, (), "success")


def test_nothing_is_lost_where_one_side_alone_read_a_file() -> None:
    unread = [Skipped("app/guards.py", "not Python")]
    before, after = _report(_ward(["`login`"])), _report(_ward())
    assert compare(before, after, {}).new_blockers
    assert not compare(before, _report(_ward(), skipped=unread), {}).new_blockers
    assert not compare(_report(_ward(["`login`"]), skipped=unread), after, {}).new_blockers


def test_a_comment_in_the_code_waives_a_loss() -> None:
    text = _FLASK + "@app.get('/orders')\n{}def orders():\n    return Order.query.limit(9).all()\n"
    ignored = "# readiness: ignore[security/authentication] a public price list\n"
    change = _change(text.format("@login_required\n"), text.format(ignored))
    assert not told(change, "security/authentication")


def test_a_capability_that_is_lost_says_what_was_taken_away_before_what_it_counts() -> None:
    wards = [_ward(["`login`"], path=f"app/{name}.py") for name in "ab"]
    old = _report(*wards, _ward(["`owner`"], path="app/c.py"))
    bare = _report(*(_ward(path=f"app/{name}.py") for name in "abc")).verdicts[0]
    lost = replace(
        verdict("security/authentication", CRITICAL, 0.0, seen=("app/a.py", 1, "open")),
        wards=bare.wards,
        summary="0 of 3 routes ask who calls.",
    )
    change = compare(old, report([lost, verdict("testing/test-suite", HIGH, 1.0)]), {})
    [found] = change.new_blockers
    assert found.location is not None
    assert found.location.place == "app/a.py:3"
    assert found.fix.startswith("Bring back `login`, or what does the same. ")
    assert found.effort_days == Effort.HOURS.days
    assert found.issue == (
        "GET /a is open: this change takes away `login`. "
        "At app/b.py:3, GET /a is open: this change takes away `login`. And so at 1 more place. "
        "0 of 3 routes ask who calls."
    )
    [back] = compare(change.head, old, {}).fixed_blockers
    assert back.issue.startswith("GET /a is open: this change adds `login`. ")


def test_a_loss_in_a_file_as_a_whole_names_no_line() -> None:
    change = compare(_report(_ward(["`login`"])), _report(_ward()), {})
    [found] = [one for one in change.new_findings if one.control == "security/authentication"]
    whole = replace(found, location=Location(found.location.path))
    assert f" At {found.location.path}, GET /a is open" in in_words([found, whole])
