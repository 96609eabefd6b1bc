"""Whether code runs, loads or trusts what others send: pickles, shells, `eval`, TLS without checks, unescaped HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from readiness_bot.control import Control, bad, good
from readiness_bot.model import Confidence, Effort, Kind, Location, Role, Severity, Site, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.defaults import default_of
from readiness_bot.repo.flow_paths import Flow, bare_name, describe
from readiness_bot.repo.indirect import spread
from readiness_bot.repo.modules import CallSite, Module
from readiness_bot.repo.values import Assignment, Const, Format, Invoke, Items, Mapping, Name, Value

_LOADING = {
    **dict.fromkeys(
        ("pickle.loads", "pickle.load", "pickle.Unpickler", "_pickle.loads", "_pickle.load", "cPickle.loads",
         "cPickle.load", "dill.loads", "dill.load",
         "cloudpickle.loads", "cloudpickle.load", "joblib.load", "pandas.read_pickle", "jsonpickle.decode",
         "jsonpickle.loads", "six.moves.cPickle.loads",
         "kombu.serialization.pickle_loads", "torch.load", "numpy.load"),
        ("B301", "unpickled, which runs whatever its author put into it"),
    ),
    **dict.fromkeys(("marshal.loads", "marshal.load"), ("B302", ("read by `marshal`, which is not meant for data "
                                                                "from outside"))),
    **dict.fromkeys(("shelve.open",), ("B301", "opened by `shelve`, which unpickles it")),
}  # fmt: skip
_YAML = frozenset(
    {"yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "yaml.unsafe_load_all", "ruamel.yaml.load"}
)
_SAFE_LOADERS = frozenset(
    {
        "yaml.SafeLoader",
        "yaml.CSafeLoader",
        "yaml.BaseLoader",
        "yaml.CBaseLoader",
        "yaml.loader.SafeLoader",
        "yaml.cyaml.CSafeLoader",
        "ruamel.yaml.SafeLoader",
        "ruamel.yaml.RoundTripLoader",
        "yaml.loader.BaseLoader",
    }
)
_ALWAYS_SHELL = {
    "os.system": "B605", "os.popen": "B605", "subprocess.getoutput": "B605", "subprocess.getstatusoutput": "B605",
    "commands.getoutput": "B605",
    "commands.getstatusoutput": "B605", "asyncio.create_subprocess_shell": "B602", "popen2.popen2": "B605",
    "pexpect.run": "B605",
}  # fmt: skip
_MAYBE_SHELL = frozenset(
    {"subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check_call", "subprocess.check_output"}
)
_STARTERS = _MAYBE_SHELL | {"asyncio.create_subprocess_exec", "pexpect.spawn", "pexpect.spawnu"}
_SHELLS = re.compile(r"(^|[/\\])((ba|z|k|da|a)?sh|cmd(\.exe)?|powershell(\.exe)?|pwsh)$")
_SCRIPTS = re.compile(r"^(-[a-z]*c|/[cC]|-Command)$")
"""Options of shells before the text that they run."""
_EVALUATING = {
    "eval": "B307",
    "exec": "B102",
    "builtins.eval": "B307",
    "builtins.exec": "B102",
    "PIL.ImageMath.eval": "B307",
    "PIL.ImageMath.unsafe_eval": "B307",
}
_TEMPLATING = frozenset(
    {
        "flask.render_template_string",
        "quart.render_template_string",
        "jinja2.Template",
        "mako.template.Template",
        "jinja2.Environment().from_string",
        "tornado.template.Template",
        "django.template.Template",
    }
)
_OFF_SWITCHES = frozenset(
    {
        "verify_ssl",
        "ssl_verify",
        "verify_certs",
        "validate_certs",
        "verify_ssl_certs",
        "verify_cert",
        "ssl_verification",
        "check_hostname",
        "verify_https",
        "validate_cert",
        "ssl_check_hostname",
    }
)
_ON_SWITCHES = frozenset(
    {
        "tlsAllowInvalidCertificates",
        "tlsInsecure",
        "ssl_no_verify",
        "allow_insecure_tls",
        "insecure_tls",
        "tls_allow_invalid_certificates",
        "tlsAllowInvalidHostnames",
    }
)
_VERIFYING = (
    "requests.",
    "httpx.",
    "niquests.",
    "curl_cffi.",
    "requests_oauthlib.",
    "hvac.",
    "boto3.",
    "authlib.",
    "cloudscraper.",
    "websocket.",
)
_WEAK_TLS = re.compile(
    r"^ssl\.(PROTOCOL_(SSLv2|SSLv3|TLSv1|TLSv1_1)|TLSVersion\.(SSLv3|TLSv1|TLSv1_1))$|"
    r"^OpenSSL\.SSL\.(SSLv2_METHOD|SSLv3_METHOD|TLSv1_METHOD|TLSv1_1_METHOD)$"
)
_UNCHECKED_LDAP = frozenset({"ldap.OPT_X_TLS_NEVER", "ldap.OPT_X_TLS_ALLOW"})
_ADDRESS = re.compile(r"^(base_?|server_?)?(url|uri|address|endpoint)s?$", re.IGNORECASE)
_SWITCH = re.compile(
    r"insecure|self_?signed|verif|skip|ssl|tls|cert|debug|config|settings|environ|options|flags", re.IGNORECASE
)
_CALLED_SO = re.compile(r"(^|[._:?])(insecure|unverified|no_?verify)_|_(insecure|unverified)$", re.IGNORECASE)
"""Names of what is made beside a checking one, for whoever asks for it."""
_UNLESS_CHECKED = re.compile(r"insecure|unverified|verify|self_?signed|check_(cert|host)|skip", re.IGNORECASE)
"""Conditions by which an operator says whether certificates are checked."""
_TURNS_ON = re.compile(r"(^|[._:?])(\w+_)?(use|enable|with|start|require)_?(start_?)?(tls|ssl)$", re.IGNORECASE)
"""Conditions that tell whether TLS is used at all: under them, it is used without checks."""

_ENCRYPTED = re.compile(
    r"^(?!.*(verify|check|validate|insecure|skip)).*(^|[.:?!_])(tls|ssl|https)(_enabled)?$|^!.*(ca|cert|certificate|authority)_?(path|file|bundle|certs?)$",
    re.IGNORECASE,
)
"""What says that a connection is encrypted, or that no authority was named: not how far the peer is to be trusted."""
_ENCRYPTING = frozenset({"use_ssl", "use_tls", "usessl"})
"""Arguments that say whether a connection is encrypted at all."""
_HTML = re.compile(r"html|markup|\bweb\b", re.IGNORECASE)
_NETWORK = re.compile(r"^(recv|recvfrom|content|read|text|body|receive|get_message|urlopen|basic_get|get_body)\(\)")


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A possible defect: Bandit's number for it, what is wrong, how sure that is, and what to do."""

    test: str
    message: str
    confidence: Confidence
    fix: str | None = None
    impact: str = ""


_RUNS_CODE = "One crafted request runs code on the server."
_IS_HEARD = "One listener on the network reads and changes what the service exchanges."
_RUNS_SCRIPTS = "What one user enters runs as script in the browsers of others."
_OF_CONNECTIONS = frozenset({"B323", "B501", "B502", "B503", "B504", "B505", "B507"})
"""Bandit's tests of how the other side of a connection is known."""


def _impact(doubt: _Doubt) -> str:
    """What comes of one of the things that the control looks for."""
    return doubt.impact or (_IS_HEARD if doubt.test in _OF_CONNECTIONS else _RUNS_CODE)


@Control(
    id="security/insecure-code",
    title="Nothing that others send is run, unpickled or trusted without a check",
    kind=Kind.DEFECT,
    severity=Severity.CRITICAL,
    why="A shell, `eval`, `pickle` and unchecked TLS give whoever reaches them the rights of the service.",
    impact="One crafted request runs code on the server, or one listener on the network reads and changes what "
    "it exchanges.",
    fix="Run programs without a shell: `subprocess.run(['program', value])`, load with `json.loads` or "
    "`yaml.safe_load`, leave certificate checks on, and turn autoescape on.",
    effort=Effort.HOURS,
    role=Role.SECURITY,
    sources=[
        "https://bandit.readthedocs.io/en/latest/plugins/index.html",
        "https://cwe.mitre.org/data/definitions/78.html",
        "https://cwe.mitre.org/data/definitions/502.html",
    ],
    fails=[
        (
            "import requests\n\n\ndef ask(verb, url, user):\n"
            "    return verb(url, auth=(user.name, user.word), timeout=5, verify=False)  # <- flagged\n\n\n"
            "def orders(user):\n    return ask(requests.get, 'https://orders.example/all', user).json()\n"
        ),
        (
            "from django.http import HttpResponse, QueryDict\n\n\ndef change(request):\n"
            "    limits = eval(QueryDict(request.body).get('limits'))  # <- flagged\n    return HttpResponse(limits)\n"
        ),
        (
            "import subprocess\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "@app.get('/ping')\n"
            "def ping():\n"
            "    return subprocess.run('ping -c1 ' + request.args['host'], shell=True, capture_output=True).stdout  "
            "# <- flagged\n"
        ),
        (
            "import base64\nimport pickle\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel\n"
            "app = FastAPI()\n\n\nclass Part(BaseModel):\n    packed: str\n\n"
            "    def bytes(self) -> bytes:\n        return base64.b64decode(self.packed)\n\n\n"
            "@app.post('/parts')\ndef keep(parts: list[Part]):\n    for part in parts:\n"
            "        pickle.loads(part.bytes())  # <- flagged\n\n\n"
            "def sample():\n    return Part(packed=settings())\n"
        ),
        (
            "import aiohttp_jinja2\nfrom aiohttp import web\napp = web.Application()\n"
            "aiohttp_jinja2.setup(app, autoescape=False)  # <- flagged\n"
        ),
        (
            "from flask import Flask, request\nfrom PIL import ImageMath\napp = Flask(__name__)\n"
            "@app.post('/mix')\ndef mix():\n    return ImageMath.eval(request.form['sum'])  # <- flagged\n"
        ),
        (
            "import yaml\ndef settings(path):\n    with open(path) as file:\n        return yaml.load(file, "
            "Loader=yaml.Loader)  # <- flagged\n"
        ),
        (
            "import ssl\n\nimport celery\n\napp = celery.Celery('shop')\n"
            "app.conf.update(broker_use_ssl={'ssl_cert_reqs': ssl.CERT_NONE})  # <- flagged\n"
        ),
        (
            "import subprocess\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.post('/list')\n"
            "def names():\n    return subprocess.run(['sh', '-c', 'ls ' + request.form['name']], timeout=3).stdout"
            "  # <- flagged\n"
        ),
        "import requests as r\nr.get('https://example.org', verify=False)  # <- flagged\n",
        (
            "import requests\n\n\ndef ask(url, verify=False):\n"
            "    return requests.get(url, verify=verify, timeout=3)  # <- flagged\n\n\n"
            "def prices():\n    return ask('https://example.org/prices').json()\n"
        ),
        (
            "import requests\n\n\nclass Prices:\n    def __init__(self, address, verify=False):\n"
            "        self.address = address\n        self.verify = verify\n\n    def all(self):\n"
            "        return requests.get(self.address, verify=self.verify, timeout=3)  # <- flagged\n\n\n"
            "prices = Prices('https://example.org/prices')\n"
        ),
        (
            "import requests\ndef ask(url):\n    verify = False\n"
            "    return requests.get(url, verify=verify, timeout=3)  # <- flagged\n"
        ),
        (
            "import requests\n\nOPTIONS = {'timeout': 3, 'verify': False}\n\n\ndef ask(url):\n"
            "    return requests.get(url, **OPTIONS)  # <- flagged\n"
        ),
        (
            "import requests\n\n\ndef ask(method, url):\n"
            "    return getattr(requests.Session(), method)(url, verify=False, timeout=5)  # <- flagged\n"
        ),
        (
            "import ssl\n\n\ndef lax(use_tls):\n    if use_tls:\n        context = ssl.create_default_context()\n"
            "        context.check_hostname = False\n"
            "        context.verify_mode = ssl.VerifyMode.CERT_NONE  # <- flagged\n        return context\n"
        ),
        (
            "import ldap\n"
            "class Directory:\n"
            "    def connect(self):\n"
            "        if self.use_tls:\n"
            "            ldap.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_NEVER)  # <- flagged\n"
        ),
        (
            "import subprocess\n\nimport graphene\n\n\nclass Query(graphene.ObjectType):\n"
            "    uptime = graphene.String(of=graphene.String())\n\n    def resolve_uptime(self, info, of='all'):\n"
            "        return subprocess.getoutput(f'uptime {of}')  # <- flagged\n"
        ),
        (
            "import aiohttp\n\n\ndef plug(config):\n    if config.cert_path is not None:\n"
            "        return aiohttp.TCPConnector(ssl=config.context)\n"
            "    else:\n        return aiohttp.TCPConnector(ssl=False)  # <- flagged\n"
        ),
        (
            "import os\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\ndef quietly(function):\n"
            "    return function\n\n\nclass Papers:\n    @staticmethod\n    @quietly\n    def copy(paper, folder):\n"
            "        os.system(f'cp {paper.filename} {folder}')  # <- flagged\n\n\n"
            "@app.post('/papers')\ndef keep():\n    Papers.copy(request.files['paper'], '/srv')\n    return ''\n"
        ),
        (
            "from tornado.template import Template\nfrom tornado.web import Application, RequestHandler\n\n"
            "PAGE = open('page.html').read()\n\n\nclass Greeting(RequestHandler):\n    def get(self):\n"
            "        page = PAGE.replace('WHO', self.get_argument('who'))\n"
            "        self.write(Template(page).generate())  # <- flagged\n\n\n"
            "app = Application([(r'/', Greeting)])\n"
        ),
        (
            "import subprocess\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.post('/say')\n"
            "def say():\n    words = []\n    words.append('sh')\n    words.append('-c')\n"
            "    words.append(f\"echo {request.form['text']}\")\n"
            "    subprocess.run(words, capture_output=True)  # <- flagged\n    safe = ['echo']\n"
            "    safe.append(request.form['text'])\n    return subprocess.run(safe, check=True).stdout\n"
        ),
        {
            "shop/queue.py": (
                "from httpx import AsyncClient, AsyncHTTPTransport\n\n\nclass Queue:\n"
                "    def __init__(self, host: str, port: str = '8070'):\n"
                "        self._base = f'{host}:{port}'\n\n    def opened(self):\n"
                "        transport = AsyncHTTPTransport(verify=False)  # <- flagged\n"
                "        return AsyncClient(base_url=self._base, transport=transport)\n"
            ),
            "shop/main.py": (
                "from shop.queue import Queue\n\n"
                "near, far = Queue('http://localhost'), Queue('https://queue.example')\n"
            ),
        },
        (
            "import requests\n\n\ndef alive(config, host):\n"
            "    address = '{}://{}:{}/alive'.format(config['scheme'], host, config['port'])\n"
            "    return requests.get(address, verify=False, timeout=3).ok  # <- flagged\n"
        ),
        {
            "shop/peers.py": (
                "import os\n\nimport requests\n\nprint('peers')\n\n\ndef ask(url=os.environ.get('PEER', '').strip()):\n"
                "    return requests.get(url, verify=False, timeout=3)  # <- flagged\n"
            ),
            "shop/main.py": "from shop.peers import ask\n\nask()\n",
        },
    ],
    partials=[
        (
            "import pickle\n\nfrom flask import Flask, request\n\nfrom shop.keys import hash_of\n\n"
            "app = Flask(__name__)\n\n\n@app.get('/notes')\ndef notes():\n"
            "    told, kept = request.cookies['notes'].split('$', 1)\n    if told != hash_of(kept):\n"
            "        return []\n    return pickle.loads(kept)  # <- flagged\n"
        ),
    ],
    passes=[
        (
            "import requests\n\n\ndef works(config):\n    scheme = 'http'\n    if config['secured']:\n"
            "        scheme = 'https'\n    host = 'localhost'\n    address = f'{scheme}://{host}:{config[\"port\"]}/state'\n"
            "    return requests.get(address, verify=False, timeout=3).ok\n\n\n"
            "def alive(own):\n    address = '{}://{}:{}/alive'.format(own['scheme'], 'localhost', own['port'])\n"
            "    return requests.get(address, verify=False, timeout=3).ok\n"
        ),
        (
            "import json\n\nimport yaml\n\n\nclass Order:\n    def as_json(self):\n"
            "        return json.dumps(self.fields)\n\n    def as_yaml(self):\n"
            "        return yaml.dump(yaml.load(self.as_json()))\n"
        ),
        {
            "shop/queue.py": (
                "from httpx import AsyncClient, AsyncHTTPTransport\n\n\nclass Queue:\n"
                "    def __init__(self, host: str, port: str = '8070', check: bool = False):\n"
                "        self._base = f'{host.rstrip(\"/\")}:{port}'\n"
                "        self._check = check\n\n    def opened(self):\n"
                "        transport = AsyncHTTPTransport(retries=3, verify=self._check)\n"
                "        return AsyncClient(base_url=self._base, transport=transport, verify=self._check)\n"
            ),
            "shop/main.py": ("from shop.queue import Queue\n\nqueue = Queue(host='http://localhost')\n"),
        },
        (
            "import subprocess\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.post('/list')\n"
            "def names():\n    name = request.form['name']\n"
            "    return subprocess.run(['sh', '-c', 'ls \"$1\"', '_', name], timeout=3).stdout\n"
        ),
        "import requests\nrequests.get('http://127.0.0.1:9758/init', verify=False)\n",
        (
            "from opensearchpy import OpenSearch\n\n\ndef store(host):\n"
            "    return OpenSearch(hosts=[{'host': host, 'port': 9200}], use_ssl=False, verify_certs=False)\n"
        ),
        (
            "import requests\n\n\ndef ask(url, verify=False):\n"
            "    return requests.get(url, verify=verify, timeout=3)\n\n\n"
            "def prices(settings):\n    return ask('https://example.org/prices', verify=settings.authority).json()\n"
        ),
        "import requests\ndef status(node):\n    return requests.get(f'http://{node}/status', verify=False)\n",
        (
            "import re\nimport subprocess\nfrom datetime import datetime\nfrom flask import Flask, request\n\n"
            "app = Flask(__name__)\n\n\n@app.post('/cases')\ndef case():\n    name = request.form['name']\n"
            "    if not re.search(r'\\A[0-9a-zA-Z]{2,20}\\Z', name):\n        return ''\n"
            "    day = request.form['day']\n    datetime.strptime(day, '%Y-%m-%d')\n"
            "    subprocess.call('report ' + name + ' ' + day, shell=True)\n    return 'made'\n"
        ),
        (
            "import requests\nfrom shop.settings import options\n\ncertificate = False\n\n\ndef prepare():\n"
            "    global certificate\n    if options.certificate:\n        certificate = options.certificate\n\n\n"
            "def ask(url):\n    return requests.get(url, verify=certificate, timeout=5)\n"
        ),
        (
            "import httpx\n\n\ndef local(timeout):\n"
            "    return httpx.Client(base_url='http://127.0.0.1:9758', timeout=timeout, verify=False)\n"
        ),
        (
            "import subprocess\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "@app.get('/ping')\n"
            "def ping():\n"
            "    subprocess.run('date', shell=True)\n"
            "    return subprocess.run(['ping', '-c1', request.args['host']], capture_output=True).stdout\n"
        ),
        (
            "import yaml\nclass Loader(yaml.SafeLoader):\n    pass\ndef settings(text):\n    return yaml.load(text, "
            "Loader)\n"
        ),
    ],
    fixed="import subprocess\n"
    "from flask import Flask, request\n"
    "app = Flask(__name__)\n"
    "@app.get('/ping')\n"
    "def ping():\n"
    "    return subprocess.run(['ping', '-c1', '--', request.args['host']], capture_output=True).stdout\n",
    ignores=[
        (
            "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.post('/answers')\ndef answer():\n"
            "    known = {}\n    exec('answer = ' + repr(request.form['answer']), known)\n    return known['answer']\n"
        ),
        (
            "from OpenSSL import SSL\n\n\ndef belongs(certificate, path):\n"
            "    context = SSL.Context(SSL.TLSv1_METHOD)\n    context.use_certificate(certificate)\n"
            "    context.use_privatekey_file(path)\n    context.check_privatekey()\n"
        ),
        "import hashlib\nprint(hashlib.md5(b'key').hexdigest())\n",
    ],
    applies=lambda repo: repo.python.exists,
)
def insecure_code(repo: Repo) -> Iterator[Site | Ward]:
    """Look at every call and setting that could hand the service over; what Bandit finds beside them is a hint.

    Programs that are started without a shell, and literals read without `eval`, are kept beside, so that a comparison
    can tell of those that a change hands to the shell or to Python.
    """
    looked_at: set[tuple[str, int]] = set()
    for site in repo.python.all_calls:
        yield from _harmless(site, repo)
        yield from _of_switches(site, repo)
        if not site.call.keywords and not _is_telling(site.name):
            continue
        for look in _LOOKS if _is_telling(site.name) else (_tls,):
            doubts = look(site, repo)
            if doubts is None:
                continue
            if look in _KEPT_BESIDE:
                yield _open(site, doubts, repo)
            looked_at.update((site.module.path, line) for line in range(site.call.line, site.call.end_line + 1))
            worst = max(doubts, key=lambda doubt: _RANK[doubt.confidence], default=None)
            if worst is None or _is_waived(site.location, worst.test, repo):
                yield good(site.location)
            else:
                yield bad(site.location, worst.message, worst.confidence, fix=worst.fix, impact=_impact(worst))
            break
    yield from _of_defaults(repo)
    for module in repo.python.production:
        yield from _of_assignments(module, repo)
        yield from _candidates(module, looked_at)


_VERIFY_DEFAULT = re.compile(
    r"^(verify|verif(y|ies)_(ssl|tls|certs?|certificates?)|(ssl|tls|cert)_verify|validate_certs?|check_hostname)$"
)
"""What parameters are called that tell whether the other side's certificate is looked at."""


def _of_defaults(repo: Repo) -> Iterator[Ward]:
    """Whether certificates are looked at where nobody says anything of it."""
    for function in repo.python.functions:
        for one in function.definition.parameters:
            if (
                _VERIFY_DEFAULT.match(one.name)
                and isinstance(one.default, Const)
                and isinstance(one.default.value, bool)
            ):
                on = one.default.value
                yield Ward(
                    function.location,
                    f"the default of `{one.name}`",
                    (f"`{one.name}=True`",) if on else (),
                    f"`{function.definition.name}` takes any certificate for the right one unless it is told otherwise",
                    ways=int(not on),
                )


def _of_switches(site: CallSite, repo: Repo) -> Iterator[Ward]:
    """Whether a client looks at certificates where a setting tells it so, and nobody sets that."""
    for name, value in site.call.keywords:
        asks = name in _OFF_SWITCHES or (name == "verify" and _is_client(site)) or (name == "ssl" and _is_aiohttp(site))
        if not asks or isinstance(value, Const):
            continue
        found = default_of(repo.python, value, site.module)
        off = found.is_on is False and bool(found.variable) and not _is_set(found.variable, repo)
        loss = f"`{site.last}` takes any certificate for the right one unless `{found.variable}` says otherwise"
        yield Ward(site.location, f"`{name}` of `{site.last}`", () if off else (f"`{name}`",), loss, ways=int(off))


def _is_set(variable: str, repo: Repo) -> bool:
    """Whether the tree binds a setting's name to anything but what is off by default, wherever that is."""
    return any(
        default_of(repo.python, one.value, module).is_on is not False
        for module in repo.python.production
        for one in module.facts.assignments
        if one.key == variable or one.target.rpartition(".")[2].lstrip(":?") == variable
    )


def _is_aiohttp(site: CallSite) -> bool:
    return "aiohttp" in site.name


def _candidates(module: Module, looked_at: Collection[tuple[str, int]]) -> Iterator[Site]:
    """What Bandit finds where nothing above looked: a hint, since no flow says what reaches the place."""
    for issue in module.facts.bandit:
        if issue.test_id in _CANDIDATES and (module.path, issue.line) not in looked_at:
            scope = module.scope_at(issue.line)
            location = Location(
                module.path, issue.line, issue.end_line, module.symbol(scope), f"bandit-{issue.test_id}"
            )
            yield bad(location, f"Bandit {issue.test_id}: {issue.text.partition('. ')[0].rstrip('.')}.", Confidence.LOW)


_BESIDE_CODE = re.compile(r"(^|[.:])(__file__|root_path|BASE_DIR)$")
_NAMED_FILE = re.compile(r"/[\w./-]+\.\w+")
"""The rest of a path whose file the code itself names, in a folder that a setting tells."""
_WITHOUT_HARM = frozenset({"ast.literal_eval", "json.loads", "json.load", "orjson.loads", "yaml.safe_load"})
_READING = "reading data"


def _open(site: CallSite, doubts: Iterable[_Doubt], repo: Repo) -> Ward:
    """A call that hands text to a shell or to Python, with whether anything but constants is in it."""
    thing = _STARTING if site.name in (*_STARTERS, *_ALWAYS_SHELL) else _READING
    said = [doubt.message.rstrip(".") for doubt in doubts if not _is_waived(site.location, doubt.test, repo)]
    by = ("a safe loader",) if site.name in _YAML and not said else ()
    if (
        thing is _STARTING
        and not said
        and any("shell-quoted" in flow.cleaned for flow in repo.flows.into(site, _script(site) or 0))
    ):
        by = ("the quoting",)
    return Ward(site.location, thing, by, said[0] if said else "", ways=min(1, len(said)))


def _harmless(site: CallSite, repo: Repo) -> Iterator[Ward]:
    """What reads data without running it and starts programs without a shell, which a change may give up."""
    if site.name in _WITHOUT_HARM:
        yield Ward(site.location, _READING, (f"`{site.name}`",), "", ways=0)
    elif site.name in _MAYBE_SHELL and _shell(site, repo) is None:
        yield Ward(site.location, _STARTING, (_WITHOUT_SHELL,), "", ways=0)
    elif site.name in _ENVIRONMENTS:
        yield from _of_templates(site, repo)
    elif site.last == "set_missing_host_key_policy" and site.call.args:
        yield _of_hosts(site)
    elif site.name not in _MAYBE_SHELL and (site.call.has("shell") or _is_told_command(site)):
        yield _handed_to_shell(site, repo)


_RUNNING = re.compile(r"(^|_)(run|exec|execute|call|cmd|command|commands|shell|popen|spawn|system|check_output)(_|$)")
"""What functions are called that start programs."""


def _is_told_command(site: CallSite) -> bool:
    """Whether a function that is named for starting programs is handed one, as a list or as a text put together."""
    is_own = ":" in site.name and site.name not in _ALWAYS_SHELL
    first = site.call.args[0] if is_own and site.call.args and _RUNNING.search(site.last) else None
    return isinstance(first, Items | Format)


_ENVIRONMENTS = frozenset(
    {"jinja2.Environment", "jinja2.sandbox.SandboxedEnvironment", "jinja2.sandbox.ImmutableSandboxedEnvironment"}
)


def _of_templates(site: CallSite, repo: Repo) -> Iterator[Ward]:
    """Whether an environment of templates escapes what it writes, and keeps its templates from the rest of Python."""
    kept = site.name != "jinja2.Environment"
    loss = "Templates reach whatever Python can"
    yield Ward(site.location, "the reach of templates", (f"`{site.last}`",) if kept else (), loss, ways=int(not kept))
    escape = site.call.keyword("autoescape")
    on = escape is not None and repo.python.constant(escape, site.module) is not False
    loss = "Templates write values with markup in them as they are"
    yield Ward(site.location, "the escaping of templates", ("`autoescape`",) if on else (), loss, ways=int(not on))


def _of_hosts(site: CallSite) -> Ward:
    """What becomes of SSH servers whose keys are not known."""
    value = site.call.args[0]
    name = value.name.removesuffix("()").rpartition(".")[2] if isinstance(value, Name | Invoke) else ""
    refuses = name == "RejectPolicy"
    loss = "Any SSH host key is accepted"
    return Ward(site.location, "unknown hosts", (f"`{name}`",) if refuses else (), loss, ways=int(not refuses))


_STARTING = "a program that is started"
_WITHOUT_SHELL = "a list of arguments without a shell"


def _handed_to_shell(site: CallSite, repo: Repo) -> Ward:
    """A call of something that is told whether to use a shell, as the tree's own functions that start programs are."""
    shell = repo.python.constant(site.call.keyword("shell"), site.module)
    first = site.call.args[0] if site.call.args else None
    is_list = isinstance(first, Items) and first.kind in ("list", "tuple") and shell is not True
    if not site.call.has("shell"):
        shell = isinstance(first, Format) and _uses_shell(site, repo)
    return Ward(
        site.location,
        f"`{site.last}`",
        (_WITHOUT_SHELL,) if is_list or (shell is False and site.call.has("shell")) else (),
        f"What `{site.last}` is given is run by a shell",
        ways=int(shell is True and isinstance(first, Format | Name)),
    )


def _uses_shell(site: CallSite, repo: Repo) -> bool:
    """Whether a function of the tree starts a shell, unless it is told otherwise."""
    target = repo.python.target(site.call, site.module)
    if target is None or target.definition.kind != "function":
        return False
    kept = target.module.facts.assignments
    given: list[Value | None] = [one.value for one in kept if one.scope == target.index and one.key == "shell"]
    given += [call.keyword("shell") for call in target.calls if call.name in _MAYBE_SHELL]
    given += [one.default for one in target.definition.parameters if one.name == "shell"]
    is_on = any(isinstance(one, Const) and one.value is True for one in given)
    return is_on or any(call.name in _ALWAYS_SHELL for call in target.calls)


_RANK = {Confidence.LOW: 1, Confidence.MEDIUM: 2, Confidence.HIGH: 3}
_CANDIDATES = frozenset(
    {
        "B102",
        "B202",
        "B301",
        "B302",
        "B307",
        "B323",
        "B501",
        "B502",
        "B503",
        "B504",
        "B505",
        "B506",
        "B507",
        "B602",
        "B605",
        "B701",
    }
)
"""Bandit's tests for what this control is about; its other tests are of other controls, or match by name alone."""


def _is_waived(location: Location, test: str, repo: Repo) -> bool:
    """Whether a comment on the statement waives Bandit's test, as Bandit's own or as flake8's."""
    return repo.suppressions.by_linters(
        location.path, location.line, location.end_line, nosec=(test,), noqa=(f"S{test[1:]}", "S")
    )


# -- loading -------------------------------------------------------------------------------------------------------


def _loads(site: CallSite, repo: Repo) -> list[_Doubt] | None:
    known = _LOADING.get(site.name)
    if known is None:
        return None
    if site.name == "torch.load" and repo.python.constant(site.call.keyword("weights_only"), site.module) is True:
        return []
    if site.name == "numpy.load" and repo.python.constant(site.call.keyword("allow_pickle"), site.module) is not True:
        return []
    test, what = known
    return [
        _Doubt(
            test,
            f"{_subject(flow)} is {what}: {_way(flow, site)}.",
            confidence,
            "Exchange the data as JSON, or sign it and check the signature before loading.",
        )
        for flow in repo.flows.into(site, 0)
        if (confidence := _of_loaded(flow)) is not None
    ]


_SIGNING = re.compile(r"hash|sign|digest|hmac|(^|_)mac(_|$)", re.IGNORECASE)


def _is_signed(flow: Flow) -> bool:
    """Whether what is loaded was held against what a function named for signing makes of it."""
    return any(tag.startswith(("yes:", "passed:")) and _SIGNING.search(bare_name(tag)) for tag in flow.cleaned)


def _of_loaded(flow: Flow) -> Confidence | None:
    if flow.kind == "request":
        return Confidence.HIGH if flow.sure and not flow.is_vetted and not _is_signed(flow) else Confidence.MEDIUM
    if flow.is_vetted or any("hmac" in tag or "compare_digest" in tag for tag in flow.cleaned):
        return None
    if flow.kind == "unknown":
        return Confidence.MEDIUM if _NETWORK.match(flow.text) else Confidence.LOW
    return Confidence.LOW if flow.kind in ("parameter", "stored") else None


def _yaml(site: CallSite, repo: Repo) -> list[_Doubt] | None:
    fixed = site.call.args[0] if site.name == "functools.partial" and site.call.args else None
    if isinstance(fixed, Name) and repo.python.mean(fixed.name, site.module) in _YAML:
        # What is called with a loader by its new name has it from here on.
        given = site.call.keyword("Loader")
        return _of_loader(given, site, repo, "Load with `yaml.safe_load(…)`.") if given is not None else []
    if site.name not in _YAML or not site.call.args:
        return None
    fix = "Load with `yaml.safe_load(…)`."
    if "unsafe" in site.name:
        return [
            _Doubt("B506", f"`{site.last}` builds any Python object that the document names.", Confidence.HIGH, fix)
        ]
    if "full" in site.name:
        return [_Doubt("B506", f"`{site.last}` builds more Python objects than data needs.", Confidence.MEDIUM, fix)]
    loader = site.call.argument(1, "Loader")
    if isinstance(site.call.args[0], Const) or _is_own_json(site, repo):
        return []
    if loader is None:
        return (
            []
            if site.call.has_double_star
            else [
                _Doubt(
                    "B506",
                    "`yaml.load` without a safe loader builds any Python object that the document names.",
                    Confidence.LOW if _is_of_operators(site, repo) or _is_of_own_file(site, repo) else Confidence.HIGH,
                    fix,
                )
            ]
        )
    return _of_loader(loader, site, repo, fix)


def _of_loader(loader: Value, site: CallSite, repo: Repo, fix: str) -> list[_Doubt]:
    name = loader.name if isinstance(loader, Name | Invoke) else ""
    own = repo.python.class_of(name, site.module) if name else None
    if own is not None:
        safe = repo.python.descends_from(own, *_SAFE_LOADERS)
    else:
        resolved = repo.python.identify(name, site.module)
        safe = (
            resolved in _SAFE_LOADERS
            or not resolved.startswith(("yaml.", "ruamel."))
            or resolved.endswith("SafeLoader")
        )
        if resolved.endswith("FullLoader"):
            return [
                _Doubt("B506", "`yaml.FullLoader` builds more Python objects than data needs.", Confidence.MEDIUM, fix)
            ]
    return (
        []
        if safe
        else [
            _Doubt(
                "B506",
                "The loader given to `yaml.load` builds any Python object that the document names.",
                Confidence.LOW if _is_of_own_file(site, repo) else Confidence.HIGH,
                fix,
            )
        ]
    )


def _is_own_json(site: CallSite, repo: Repo) -> bool:
    """Whether a document was written as JSON just before: no text of it can name an object to build."""
    flows = repo.flows.into(site, 0)
    return bool(flows) and all("serialised" in flow.cleaned for flow in flows)


def _is_of_operators(site: CallSite, repo: Repo) -> bool:
    """Whether a document is what the operator gives by himself, such as a variable of the environment."""
    kinds = {flow.kind for flow in repo.flows.into(site, 0)}
    return "operator" in kinds and not kinds & {"request", "parameter", "stored"}


def _is_of_own_file(site: CallSite, repo: Repo) -> bool:
    """Whether all that the function opens are files that lie beside the code: those are the project's own words."""
    ways = [
        flow
        for call in repo.python.calls_of("open")
        if call.module is site.module and call.call.scope == site.call.scope
        for flow in repo.flows.into(call, 0)
    ]
    return bool(ways) and all(
        (flow.kind == "setting" and _BESIDE_CODE.search(flow.text))
        or (flow.kind != "request" and _NAMED_FILE.fullmatch(flow.suffix))
        for flow in ways
    )


def _is_of_client_file(site: CallSite, repo: Repo) -> bool:
    """Whether a client has a say in which file the function opens."""
    return any(
        flow.kind == "request"
        for call in repo.python.all_calls
        if call.last == "open" and call.module is site.module and call.call.scope == site.call.scope
        for flow in repo.flows.into(call, 0)
    )


# -- running -------------------------------------------------------------------------------------------------------


def _shell(site: CallSite, repo: Repo) -> list[_Doubt] | None:
    test, script = _ALWAYS_SHELL.get(site.name), _script(site)
    doubtful = False
    if script is not None:
        test = "B602"
    elif test is None:
        if site.name not in _MAYBE_SHELL:
            return None
        shell = site.call.argument(8, "shell")
        if shell is None:
            return None
        constant = repo.python.constant(shell, site.module)
        if constant is False or constant == 0:
            return None
        doubtful = constant is not True and constant != 1
        test = "B602"
    return [
        _Doubt(
            test,
            f"{_subject(flow)} is run by a shell: {_way(flow, site)}.",
            Confidence.MEDIUM if doubtful and confidence is Confidence.HIGH else confidence,
            'Give the command as a list and leave the shell out: `subprocess.run(["program", value])`.',
        )
        for flow in repo.flows.into(site, script or 0, "args")
        if (confidence := _of_run(flow)) is not None
    ]


def _script(site: CallSite) -> int | None:
    """The argument that ends in the text which a shell is started to run: `["sh", "-c", text]`; None without one.

    What follows the text is handed to it as values, which does no harm: who writes them so knows.
    """
    args = site.call.args
    if site.name not in _STARTERS or not args:
        return None
    first = args[0].items if isinstance(args[0], Items) else ()
    if isinstance(args[0], Name) and _starts_shell(_grown(site, args[0].name)):
        return 0
    if first:
        line, position = first, 0
    elif len(args) > 1 and isinstance(args[1], Items):
        line, position = (args[0], *args[1].items), 1
    else:
        line, position = args, len(args) - 1
    return position if all(isinstance(value, Const) for value in line[:-1]) and _starts_shell(line) else None


def _starts_shell(line: Sequence[Value]) -> bool:
    """Whether a command starts with a shell, and with the option before its last word that makes this a script."""
    texts = [value.value if isinstance(value, Const) else None for value in line[:-1]]
    is_shell = len(texts) > 1 and isinstance(texts[0], str) and isinstance(texts[-1], str)
    return is_shell and bool(_SHELLS.search(str(texts[0])) and _SCRIPTS.match(str(texts[-1])))


def _grown(site: CallSite, name: str) -> list[Value]:
    """The members of a list that a function begins and appends to one after the other before a call."""
    scope, line = site.call.scope, site.call.line
    begun = [
        (item.line, value)
        for item in site.module.facts.assignments
        if item.target == name and item.scope == scope and item.line < line and isinstance(item.value, Items)
        for value in item.value.items
    ]
    added = [
        (call.line, call.args[0])
        for call in site.beside
        if (call.via or call.name) == f"{name}.append" and call.line < line and call.args
    ]
    return [value for _, value in sorted((*begun, *added), key=lambda pair: pair[0])]


def _of_run(flow: Flow) -> Confidence | None:
    if flow.is_limited or flow.cleaned & {"shell-quoted", "repr"}:
        return None
    if flow.kind == "request":
        return Confidence.HIGH if flow.sure and not flow.is_vetted and flow.type != "model" else Confidence.MEDIUM
    if flow.kind in ("setting", "operator"):
        return Confidence.LOW
    return Confidence.LOW if flow.is_vetted else Confidence.MEDIUM


def _evaluates(site: CallSite, repo: Repo) -> list[_Doubt] | None:
    test = _EVALUATING.get(site.name)
    if test is None:
        return None
    return [
        _Doubt(
            test,
            f"{_subject(flow)} is run as Python: {_way(flow, site)}.",
            Confidence.LOW if flow.text == "open()" and not _is_of_client_file(site, repo) else confidence,
            "Parse the value with `ast.literal_eval` or `json.loads`, or look it up in a dict of what is allowed.",
        )
        for flow in repo.flows.into(site, 0)
        if (confidence := _of_run(flow)) is not None
    ]


def _templates(site: CallSite, repo: Repo) -> list[_Doubt] | None:
    """A template whose source a client writes runs code on the server."""
    if site.name not in _TEMPLATING:
        return None
    found = [
        _Doubt(
            "B701",
            f"Request data becomes the source of a template, which can run code: {_way(flow, site)}.",
            Confidence.HIGH,
            "Keep the template constant and pass the value as a variable of it.",
        )
        for flow in repo.flows.into(site, 0, "source")
        if flow.kind == "request"
        and flow.sure
        and not flow.is_limited
        and not flow.is_vetted
        and flow.type in ("text", "object", "segment")
    ]
    if found or not site.name.startswith("jinja2.Template"):
        return found
    return _escaping(site, repo)


# -- escaping ------------------------------------------------------------------------------------------------------


def _escaping(site: CallSite, repo: Repo) -> list[_Doubt] | None:
    """Jinja's own environments escape nothing unless told to."""
    if site.name not in _ESCAPING:
        return None
    autoescape = site.call.keyword("autoescape")
    constant = repo.python.constant(autoescape, site.module)
    if site.name == "aiohttp_jinja2.setup":
        off = "The pages of the application are rendered with autoescape off: values with markup in them run as script."
        doubt = _Doubt("B701", off, Confidence.HIGH, "Take `autoescape=False` out.", _RUNS_SCRIPTS)
        return [doubt] if constant is False else []
    if site.call.has_double_star or (autoescape is not None and constant is not False):
        return []
    if not _renders_html(site):
        return [
            _Doubt(
                "B701",
                f"`{site.last}` renders without autoescape; if this is ever HTML, values run as script.",
                Confidence.LOW,
            )
        ]
    fix = f"Turn it on: `{site.last}(…, autoescape=True)`."
    return [
        _Doubt(
            "B701",
            f"`{site.last}` renders HTML without autoescape: values with markup in them run as script.",
            Confidence.MEDIUM,
            fix,
            _RUNS_SCRIPTS,
        )
    ]


_ESCAPING = frozenset(
    {
        "aiohttp_jinja2.setup",
        "jinja2.Environment",
        "jinja2.Template",
        "jinja2.environment.Environment",
        "jinja2.sandbox.SandboxedEnvironment",
        "jinja2.sandbox.ImmutableSandboxedEnvironment",
    }
)


def _renders_html(site: CallSite) -> bool:
    function = site.function
    texts = " ".join(text for text, _ in site.module.facts.strings)
    names = " ".join((function.name, *function.refs)) if function is not None else " ".join(site.module.facts.refs)
    return bool(_HTML.search(names)) or ".html" in texts


# -- connections ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=10_000)
def _is_address(keyword: str) -> bool:
    return _ADDRESS.search(keyword) is not None


def _tls(site: CallSite, repo: Repo) -> list[_Doubt] | None:
    """Certificates that nobody checks, and versions of TLS that are broken."""
    if site.name == "urllib3.disable_warnings":
        return None
    said = (value for key, value in site.call.keywords if key in _ENCRYPTING)
    off = any(repo.python.constant(value, site.module) is False for value in said)
    if off or _asks_in_the_clear(site, repo):
        return []  # no certificate is asked for
    found = list(_off(site, repo))
    if site.name == "ssl._create_unverified_context":
        found.append(
            _Doubt(
                "B323",
                "A context that checks no certificate is used.",
                Confidence.HIGH,
                "Use `ssl.create_default_context()`.",
            )
        )
    found += [
        _Doubt(
            "B502",
            f"`{name}` allows a version of TLS that is broken.",
            Confidence.HIGH,
            "Use `ssl.PROTOCOL_TLS_CLIENT` and `TLSVersion.TLSv1_2`.",
        )
        for name in _weak(site)
    ]
    if site.last == "set_option" and any(
        isinstance(value, Name) and value.name in _UNCHECKED_LDAP for value in site.call.args
    ):
        found.append(
            _Doubt(
                "B501",
                "The LDAP server's certificate is not checked.",
                Confidence.HIGH,
                "Demand it: `ldap.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)`.",
            )
        )
    chosen = (
        one
        for one in site.call.guards
        if _UNLESS_CHECKED.search(one) or not (_TURNS_ON.search(one) or _ENCRYPTED.search(one))
    )
    # Only where the interpreter is so old that it knows nothing better.
    chosen_by_age = {"!hasattr", "!ssl"} <= set(site.call.guards)
    if found and (chosen_by_age or _SWITCH.search(" ".join(chosen)) or _CALLED_SO.search(site.call.result)):
        found = [replace(doubt, confidence=Confidence.LOW) for doubt in found]
    return found or None


_IN_THE_CLEAR = re.compile(r"http://|https://(localhost|127\.0\.0\.1|\[::1\])(?![\w.])")
"""Addresses that are asked without a certificate, or whose answer never leaves the machine."""


def _asks_in_the_clear(site: CallSite, repo: Repo) -> bool:
    """Whether whatever is asked needs no certificate: by the call itself, or by the client that it is made for."""
    made_for = [site.outer] if site.outer is not None else []
    if site.call.result:
        made_for += site.module.handed_on(site.call.result, site.call.scope)
    users = [site, *(CallSite(site.module, call, call.name, call.last) for call in made_for)]
    return any(_is_in_the_clear(user, repo) for user in users)


def _is_in_the_clear(site: CallSite, repo: Repo) -> bool:
    given = (site.call.argument(0, "url"), *(value for key, value in site.call.keywords if _is_address(key)))
    begun = (repo.beginnings.of(site, value) for value in given if value is not None)
    return any(bool(texts) and all(text is not None and _IN_THE_CLEAR.match(text) for text in texts) for texts in begun)


_SECURING = ("ssl.", "OpenSSL.", "urllib3.", "eventlet.", "gevent.", "tornado.", "uvicorn.", "imaplib.", "smtplib.")
_UNCHECKED = frozenset({"ssl.CERT_NONE", "ssl.VerifyMode.CERT_NONE"})
_CONNECTING = _OFF_SWITCHES | _ON_SWITCHES | {"verify", "ssl", "cert_reqs", "ssl_cert_reqs"}


def _off(site: CallSite, repo: Repo) -> Iterator[_Doubt]:
    within = [
        (key.value, inner)
        for name, value in site.call.keywords
        if isinstance(value, Mapping) and "ssl" in name
        for key, inner in zip(value.keys, value.values, strict=False)
        if isinstance(key, Const) and isinstance(key.value, str)
    ]
    within += [
        (key.value, inner)
        for one in spread(repo.python, site.call, site.module) or ()
        for key, inner in zip(one.keys, one.values, strict=True)
        if isinstance(key, Const) and isinstance(key.value, str) and isinstance(inner, Const)
    ]
    for name, value in (*site.call.keywords, *within):
        if name not in _CONNECTING and not (isinstance(value, Name) and value.name in _UNCHECKED):
            continue
        constant = repo.python.constant(value, site.module)
        resolved = value.name if isinstance(value, Name) else ""
        unless_told = _unless_told(value, site, repo)
        if unless_told is not None:
            constant = False
        elif constant is None and resolved.startswith("?"):
            constant = _bound(resolved, site)
        elif resolved and any(
            not isinstance(one.value, Const) for one in repo.python.assignments(resolved, site.module)
        ):
            continue  # elsewhere it is bound to something else, as to the operator's own certificate
        is_off = (
            (name in _OFF_SWITCHES and constant is False)
            or (name in _ON_SWITCHES and constant is True)
            or (name == "verify" and constant is False and _is_client(site))
            or (name == "ssl" and constant is False and _is_aiohttp(site))
            or resolved in _UNCHECKED
            or (name in ("cert_reqs", "ssl_cert_reqs") and constant in ("CERT_NONE", "none"))
        )
        if is_off:
            written = resolved.lstrip("?") or repr(constant)
            yield _Doubt(
                "B501",
                f"`{name}={written}` accepts any certificate, so that anyone on the way can answer."
                if unless_told is None
                else f"`{name}` is off unless a caller turns it on: any certificate is accepted.",
                unless_told or Confidence.HIGH,
                f"Take `{name}={written}` out; for an own authority name its file."
                if unless_told is None
                else f"Let `{name}` be on where no caller says otherwise: `{written.rpartition('.')[2]}=True`.",
            )


_HANDED_ON = 4
"""Functions that hand a switch on to each other are followed this far."""


def _unless_told(value: Value, site: CallSite, repo: Repo, hops: int = _HANDED_ON) -> Confidence | None:
    """How sure it is that a parameter which is off by default stays so: no call of the tree gives it.

    None where it is no such parameter, or where a call gives it.
    """
    name = value.name if isinstance(value, Name) else ""
    facts, scope = site.module.facts, site.call.scope
    if name and name[0] != "?":
        bound = repo.python.assignments(name, site.module)
        if len(bound) != 1 or not isinstance(bound[0].value, Name):
            return None
        name, scope = bound[0].value.name, bound[0].scope
    if name[:1] != "?" or scope < 0 or any((one.target, one.scope) == (name, scope) for one in facts.assignments):
        return None
    definition = facts.definitions[scope]
    places = [number for number, one in enumerate(definition.parameters) if f"?{one.name}" == name]
    given = definition.parameters[places[0]].default if places else None
    if definition.decorators or not isinstance(given, Const) or given.value is not False:
        return None
    is_made = definition.name == "__init__"
    called = facts.definitions[definition.parent].qualname if is_made else definition.qualname
    calls = repo.python.callers.get(f"{site.module.path}:{called}", [])
    place = places[0] - (definition.parent >= 0 and facts.definitions[definition.parent].kind == "class")
    for one in calls:
        told = one.call.argument(place, name[1:])
        # A function between may hand on what it is told, or is not told either.
        if told is not None and (hops == 0 or _unless_told(told, one, repo, hops - 1) is not Confidence.HIGH):
            return None
    return Confidence.HIGH if calls else Confidence.MEDIUM


def _bound(name: str, site: CallSite) -> str | int | float | None:
    """What a variable of the function is bound to, where that is one constant; None for anything else."""
    bound = site.module.bound_to(name, site.call.scope)
    return bound[0].value if len(bound) == 1 and isinstance(bound[0], Const) else None


def _is_client(site: CallSite) -> bool:
    if site.name.startswith(_VERIFYING):
        return True
    given = {name for name, _ in site.call.keywords}
    chosen = site.name.startswith("getattr()") or re.fullmatch(r"\?\w+", site.name)
    if chosen and given & {"timeout", "headers", "auth", "cert", "json", "params"}:
        return True  # the verb is chosen at run time
    verbs = site.last in ("get", "post", "put", "patch", "delete", "head", "options", "request")
    return (verbs and site.name[:1] in ("?", "")) or (verbs and "session" in site.name.lower())


def _weak(site: CallSite) -> Iterator[str]:
    """The broken versions that a call sets up connections with; one that only compares a key sets none up."""
    makes = site.name.startswith(_SECURING)
    values = [value for name, value in site.call.keywords if "version" in name or "ssl" in name or "protocol" in name]
    for value in (*(site.call.args if makes else ()), *values):
        if isinstance(value, Name) and _WEAK_TLS.match(value.name) and not _only_compares(site):
            yield value.name


def _only_compares(site: CallSite) -> bool:
    beside = {call.last for call in site.beside}
    return "check_privatekey" in beside and not beside & {"Connection", "wrap_socket"}


def _hosts(site: CallSite, _: Repo) -> list[_Doubt] | None:
    """SSH servers whose keys nobody checks."""
    if site.last == "set_missing_host_key_policy":
        value = site.call.args[0] if site.call.args else None
        name = value.name if isinstance(value, Name | Invoke) else ""
        if name.removesuffix("()").endswith(("AutoAddPolicy", "WarningPolicy")):
            return [
                _Doubt(
                    "B507",
                    "Any SSH host key is accepted.",
                    Confidence.MEDIUM,
                    "Load known keys, and refuse others: "
                    "`client.set_missing_host_key_policy(paramiko.RejectPolicy())`.",
                )
            ]
        return []
    if site.name.startswith("asyncssh.") and site.call.has("known_hosts"):
        off = isinstance(value := site.call.keyword("known_hosts"), Const) and value.value is None
        return [_Doubt("B507", "`known_hosts=None` accepts any SSH host key.", Confidence.MEDIUM)] if off else []
    return None


def _of_assignments(module: Module, repo: Repo) -> Iterator[Site]:
    """Switches that are set as attributes: `session.verify = False`, `context.verify_mode = ssl.CERT_NONE`."""
    for one in module.facts.assignments:
        last = one.target.rpartition(".")[2].lstrip(":?")
        name = one.value.name if isinstance(one.value, Name) else ""
        off = isinstance(one.value, Const) and one.value.value is False
        what, switched = "", False
        if "." in one.target and last == "verify_mode" and name in _UNCHECKED:
            what = "`verify_mode = ssl.CERT_NONE` accepts any certificate, so that anyone on the way can answer."
            switched = any(_turns_on(other, one) for other in module.facts.assignments)
        elif (
            "." in one.target
            and off
            and last == "verify"
            and ("session" in one.target.lower() or "client" in one.target.lower())
        ):
            what = "`verify = False` accepts any certificate, so that anyone on the way can answer."
        elif "." in one.target and last in ("minimum_version", "ssl_version") and _WEAK_TLS.match(name):
            what = f"`{name}` allows a version of TLS that is broken."
        elif name == "ssl._create_unverified_context" and last == "_create_default_https_context":
            what = "Every HTTPS request of the process goes without a check of certificates."
        if what:
            location = module.location(one.line, one.end_line, one.scope, one.statement)
            if not _is_waived(location, "B501", repo):
                reads_certificate = any(call.last == "getpeercert" for call in module.calls_in(one.scope))
                doubtful = (
                    reads_certificate
                    or switched
                    or _is_chosen(one, module, repo)
                    or _SWITCH.search(" ".join(guard for guard in one.guards if not _ENCRYPTED.search(guard)))
                )
                confidence = Confidence.LOW if doubtful else Confidence.HIGH
                yield bad(
                    location,
                    what,
                    confidence,
                    fix="Use `ssl.create_default_context()` as it is; for an own authority, "
                    "`context.load_verify_locations(path)`.",
                    impact=_IS_HEARD,
                )


def _is_chosen(one: Assignment, module: Module, repo: Repo) -> bool:
    """Whether what sets the switch, a function or an object of a class, is only asked for where a setting says so."""
    inner = module.definition(one.scope)
    if inner is None:
        return False
    outer = module.definition(inner.parent)
    name = outer.name if outer is not None and outer.kind == "class" else inner.name
    asked = [site for site in repo.python.calls_of(name) if site.name == f"{module.path}:{name}"]
    return bool(asked) and all(_SWITCH.search(" ".join(site.call.guards)) for site in asked)


def _turns_on(other: Assignment, off: Assignment) -> bool:
    """Whether the same function may go on to demand certificates after all: then the setting is somebody's choice."""
    return (
        (other.target, other.scope) == (off.target, off.scope)
        and other.line > off.line
        and isinstance(other.value, Name)
        and other.value.name == "ssl.CERT_REQUIRED"
    )


# -- words ---------------------------------------------------------------------------------------------------------


def _subject(flow: Flow) -> str:
    return {
        "request": "Request data",
        "parameter": "A parameter",
        "setting": "A setting",
        "operator": "An operator's input",
    }.get(flow.kind, "A value")


def _way(flow: Flow, site: CallSite) -> str:
    return describe(flow, site.last, site.module.path, site.call.line)


_LOOKS: tuple[Callable[[CallSite, Repo], Iterable[_Doubt] | None], ...] = (
    _loads,
    _yaml,
    _shell,
    _evaluates,
    _templates,
    _escaping,
    _hosts,
    _tls,
)
_KEPT_BESIDE = (_loads, _yaml, _shell, _evaluates)
"""The looks at what has a harmless counterpart, which a change may give up."""
_NAMED = frozenset(
    {"functools.partial", *_LOADING, *_YAML, *_ALWAYS_SHELL, *_STARTERS, *_EVALUATING, *_TEMPLATING, *_ESCAPING}
)


@lru_cache(maxsize=100_000)
def _is_telling(name: str) -> bool:
    """Whether the name alone says that one should look; of any other call only the keywords can."""
    return (
        name in _NAMED
        or name.startswith((*_SECURING, "asyncssh."))
        or name.endswith(("set_missing_host_key_policy", "set_option"))
    )
