"""Bandit's findings equal those of Bandit's own run, whatever the judged repository says, and cost a bounded time."""

from __future__ import annotations

import ast
import gc
import io
import json
import logging
import subprocess
import sys
import sysconfig
import warnings
from pathlib import Path

import pytest
from bandit.core import config, extension_loader, manager

from readiness_bot.facts import bandit_plugins
from readiness_bot.facts.bandit_plugins import BanditIssue, bandit_issues
from readiness_bot.facts.syntax import parse

Row = tuple[str, int, int, int, str, str, str]


def ours(data: bytes) -> list[Row]:
    return [
        (i.test_id, i.line, i.end_line, i.column, i.severity, i.confidence, i.text) for i in bandit_issues(parse(data))
    ]


def bandits(data: bytes) -> list[Row]:
    """What Bandit's own visitor finds, every plugin on every node."""
    bandit = manager.BanditManager(config.BanditConfig(), "file")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bandit._parse_file("./module.py", io.BytesIO(data), ["./module.py"])
    return [
        (i.test_id, i.lineno, max(i.lineno, *i.linerange), i.col_offset, i.severity, i.confidence, i.text)
        for i in bandit.results
    ]


SNIPPETS = {
    "asserts": """
assert a
def f():
    assert (b,
      c)  # nosec
    assert d  # nosec B101
    assert e  # nosec B102
""",
    "handlers": """
try: a
except: pass
try: a
except Exception:
    continue
try: a
except ValueError: pass
try: a
except Exception as e:
    pass  # nosec: try_except_pass
try: a
except E: b
""",
    "strings": """
a = '0.0.0.0'
'0.0.0.0'
f('/tmp/x', b='/var/tmp', c=['/dev/shm/y'])
f(f'/tmp/{x}')
b'0.0.0.0'
def g(a='/tmp/z', *, b='0.0.0.0'): pass
x = ['0.0.' '0.0', '\\x30.0.0.0']
[a for a in '/tmp']
""",
    "passwords": """
password = 'a'
self.db_password = 'b'
d['token'] = 'c'
d['x'] = 'token'
x = {'secret': 'd', 'pwd': 1, **e}
if password == 'f' != 'g': pass
if self.pwd == 'h': pass
f(password='i', token=j, passwd='k')
def g(a, password='l', token=None): pass
async def h(password='m'): pass
password: str = 'n'
a = password = b.c['pass'] = 'o'
'password'['x'] = 'p'
x = d['password']
f(**{'password': 'q'})
""",
    "sql": """
c.execute('select a from b where c = %s' % d)
x = 'SELECT a ' + 'FROM b ' + c
x = 'delete ' 'from b' + c
c.execute(f'insert into {t} values ({v})')
x = 'update a set b'.format(c)
x = 'update a set b'.replace('c', d)
c.execute('select a from b'.format(d))
x = f'sel{a}ect b from c'
x = f'{a} select b from c'
x = f'{a}'
x = ('with a as (' + 'select b ' + c + 'from d ' + e) + 'f'
x = 'select a from b'
y = f'{x:select a from {b} }'
""",
    "imports": """
import pickle, subprocess as sp
from xml.etree import ElementTree as ET
from . import telnetlib
import os
from Crypto.Cipher import AES
from a import ftplib
import ftplib_like
__import__('pickle')
import importlib
importlib.import_module('telnetlib')
__import__(name)
importlib.import_module(name='shelve')
from subprocess import run as go
go('a')
sp.Popen(['b'], shell=True)
ET.parse(x)
pickle.loads(y)
""",
    "shells": """
import os, subprocess
os.system('ls')
os.system(a)
subprocess.run('ls', shell=True)
subprocess.call(a, shell=b)
subprocess.run(['/bin/ls'])
os.execl('ls')
f(shell=True)
f(shell=False)
os.popen('chown a *')
exec(a)
eval(b)
subprocess.check_output('rsync *', shell=True,
  cwd=c)
os.startfile(a)
commands.getoutput(a)
""",
    "calls": """
import requests, httpx, hashlib, yaml, tarfile, jinja2, ssl, flask, paramiko, torch, random, tempfile
import requests as r
from requests import get
requests.get(a)
r.post(a, verify=False)
get(a, timeout=None)
httpx.Client(verify=False)
httpx.AsyncClient(timeout=None)
d.get(a)
hashlib.md5(a)
hashlib.new('sha1')
hashlib.sha1(a, usedforsecurity=False)
yaml.load(a)
yaml.load(a, Loader=yaml.SafeLoader)
json.load(a)
tarfile.open(a).extractall()
t.extractall(members=m(t))
t.extractall(filter='data')
jinja2.Environment()
jinja2.Environment(autoescape=a)
jinja2.Environment(loader=b,
  autoescape=True)
ssl.wrap_socket(a)
ssl.wrap_socket(ssl_version=ssl.PROTOCOL_SSLv3)
f(method=SSLv2_METHOD)
def f(a=ssl.PROTOCOL_TLSv1): pass
app.run(debug=True)
app.run()
client.exec_command(a)
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
torch.load(a)
random.choice(a)
tempfile.mktemp()
os.chmod(a, 0o777)
os.chmod('b', 511)
fchmod(c, 7)
chmod(d)
""",
    "frameworks": """
from django.utils.safestring import mark_safe, SafeText
from django.db.models import RawSQL
from mako.template import Template
import mako
x = 'a'
mark_safe(x)
mark_safe('b')
SafeText(f'{c}')
def f(y):
    z = '<b>%s' % y
    mark_safe(z)
    mark_safe('{}'.format(y))
    return mark_safe('%s' % 'd')
q.extra(select={'a': b}, where=['c'])
q.extra(a)
RawSQL(a)
RawSQL('b')
mako.template.Template(a)
Template(b)
from transformers import AutoModel
AutoModel.from_pretrained('a')
import crypt
crypt.crypt(a, crypt.METHOD_MD5)
from markupsafe import Markup
Markup(a)
Markup('b')
import logging.config
logging.config.listen(a)
from cryptography.hazmat.primitives.asymmetric import rsa
rsa.generate_private_key(65537, 1024)
from pysnmp.hlapi import CommunityData, UsmUserData
CommunityData(a, mpModel=0)
UsmUserData(b)
""",
    "trojan": "# \u202e\nx = '\u2067'\n",
    "latin": """
# coding: latin-1
x = 'é'
assert x
""",
    "nosec": """
import subprocess  # nosec B404
subprocess.run(  # nosec B603, B607
    ['ls'],
)
x = {
  'password': 'a',  # nosec
  'token': 'b',
}
subprocess.run(['ls'])  # noqa  # nosec: B607
# nosec
assert a
""",
    "broken": """
assert a
RawSQL()
from django.db.models import RawSQL
RawSQL()
importlib.import_module()
f(**'a', password='b')
""",
}


def encoded(name: str) -> bytes:
    return SNIPPETS[name].lstrip("\n").encode("latin-1" if name == "latin" else "utf-8")


@pytest.mark.parametrize("name", SNIPPETS)
def test_results_equal_bandits_own(name: str) -> None:
    data = encoded(name)
    expected = bandits(data)
    assert expected
    assert ours(data) == expected


def test_a_result_says_what_where_and_how_sure() -> None:
    assert bandit_issues(parse(b"import subprocess\nsubprocess.run(\n    a,\n    shell=True,\n)\n")) == (
        BanditIssue(
            "B404",
            1,
            1,
            0,
            "LOW",
            "HIGH",
            "Consider possible security implications associated with the subprocess module.",
        ),
        BanditIssue("B602", 4, 5, 0, "HIGH", "HIGH", "subprocess call with shell=True identified, security issue."),
    )


def test_the_standard_library_gives_what_bandit_gives() -> None:
    paths = [path for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")) if path.stat().st_size < 15_000]
    results, differ = 0, []
    for path in paths[:80]:
        data = path.read_bytes()
        found = ours(data)
        results += len(found)
        if found != bandits(data):
            differ.append(path.name)
    assert differ == []
    assert results > 30


def test_bandits_command_line_says_the_same(tmp_path: Path) -> None:
    for name in SNIPPETS:
        (tmp_path / f"{name}.py").write_bytes(encoded(name))
    command = [sys.executable, "-m", "bandit", "-q", "-r", "-f", "json", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, cwd=tmp_path, check=False)
    reported = sorted(
        (
            Path(r["filename"]).stem,
            r["test_id"],
            r["line_number"],
            max(r["line_number"], *r["line_range"]),
            r["col_offset"],
            r["issue_severity"],
            r["issue_confidence"],
            r["issue_text"],
        )
        for r in json.loads(ran.stdout)["results"]
    )
    found = sorted((path.stem, *row) for path in tmp_path.glob("*.py") for row in ours(path.read_bytes()))
    assert found == reported


def test_the_judged_repositorys_configuration_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".bandit").write_text("[bandit]\nskips: B101\n")
    (tmp_path / "bandit.yaml").write_text("skips: [B101]\n")
    (tmp_path / "pyproject.toml").write_text("[tool.bandit]\nskips = ['B101']\n")
    monkeypatch.chdir(tmp_path)
    bandit_plugins._library.cache_clear()
    assert [row[0] for row in ours(b"assert a")] == ["B101"]


def test_newer_syntax_is_searched_on_every_interpreter() -> None:
    data = b'def f[T](x: T):\n    c.execute(f"select {x["a"]} from b")\ntry: f()\nexcept A, B: pass\nassert x\n'
    assert [row[:3] for row in ours(data)] == [("B608", 2, 2), ("B101", 5, 5)]


def test_every_plugin_is_known_at_every_kind_of_node_it_checks() -> None:
    """A plugin of a new release is called at every node until its condition is written down here."""
    library = bandit_plugins._library()
    assert {kind: ids for kind, ids in library.unknown.items() if ids} == {}
    known = frozenset().union(*bandit_plugins._KNOWN.values())
    assert {plugin.plugin._test_id for plugin in extension_loader.MANAGER.plugins} | {"B001"} == known


def test_an_unknown_plugin_is_called_at_every_node_of_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bandit_plugins,
        "_KNOWN",
        {**bandit_plugins._KNOWN, "Assert": frozenset(), "Str": frozenset({"B104", "B608"}), "Call": frozenset()},
    )
    bandit_plugins._library.cache_clear()
    try:
        data = b"assert a\nf('/tmp')\nimport os\nos.system(b)\ntoken = 'c'\n"
        library = bandit_plugins._library()
        assert [sorted(library.unknown[kind]) for kind in ("Assert", "Str")] == [["B101"], ["B105", "B108"]]
        assert set(ours(data)) == set(bandits(data))
    finally:
        bandit_plugins._library.cache_clear()


def test_the_tree_is_given_back_as_it_was() -> None:
    parsed = parse(b"password = 'a'\nx = 'select b from ' + c\n")
    before = ast.dump(parsed.tree, include_attributes=True)
    assert len(bandit_issues(parsed)) == 2
    assert ast.dump(parsed.tree, include_attributes=True) == before
    assert not any(hasattr(n, "_bandit_parent") for n in ast.walk(parsed.tree) if isinstance(n, ast.expr | ast.stmt))


def test_loading_bandit_changes_nothing_for_the_process() -> None:
    shown = warnings.formatwarning
    bandit_plugins._library.cache_clear()
    bandit_plugins._library()
    assert warnings.formatwarning is shown
    assert not logging.getLogger("bandit.core.tester").isEnabledFor(logging.ERROR)
    assert gc.isenabled()


def test_no_address_and_no_endless_text_is_reported() -> None:
    data = b"import tarfile\nt.extractall(members=[a])\npassword = '" + b"x" * 5_000 + b"\\ud800'\n"
    texts = [row[-1] for row in ours(data)]
    assert texts[0].startswith("Found tarfile.extractall(members=?)")
    assert " at 0x" not in texts[0]
    assert len(texts[1]) == 1_000


XSS = "from django.utils.safestring import mark_safe\n"
WITHS = "".join(" " * depth + "with a, b, c, d:\n" for depth in range(1, 60))


@pytest.mark.parametrize(
    "text",
    [
        XSS + "x = y\ny = x\n" * 60 + "mark_safe(x)\n",
        XSS + "def f():\n" + WITHS + " " * 60 + "x = 1\n mark_safe(x)\n",
        "x = '" + "select insert into " * 50_000 + "'.format(y)\n",
        "x = " + " + ".join(["'select a '"] * 800) + "\n",
        "x = (y" + ".run(\n)" * 400 + ")\n",
        "D = {\n" + "".join(f"    'k{n}': ('v', {n}),\n" for n in range(10_000)) + "}\n",
    ],
    ids=["chain of names", "nested with", "keywords", "sum of strings", "chain of calls", "long literal"],
)
def test_code_made_to_keep_bandit_busy_ends(text: str) -> None:
    """Bandit's own search of the first two takes exponential time."""
    # The first two spend all they are given; the others end long before.
    ours(text.encode())
    assert (bandit_plugins._METER.left < 0) == text.startswith("from django")
