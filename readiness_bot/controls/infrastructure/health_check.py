"""Whether the service tells how it is, and something asks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, advised, failed, not_applicable, partial, passed, seen, unknown
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Location, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.probes import HealthProbe, probes_in_infrastructure_code, registers_healthz
from readiness_bot.repo.route import Route
from readiness_bot.repo.values import Const

_HEALTH = re.compile(
    r"(^|[/_.}-])(healthz?|healthy|health[-_]?checks?|liveness|readiness|heartbeat|lbheartbeat)([/_.-]|$)"
    r"|^\^?/?check(er)?/?\$?$|(^|[/.-])_*(health|alive|isalive|readyz?|ping|pong|((api|app|service|server|system)[-_])?status|statusz|status[-_]?checks?|is[-_]?up|(?<!-)up|ht)_*([/.]|$)|(^|[/.-])_*livez?_*(/?$|\.)",
    re.IGNORECASE,
)
_OF_A_RESOURCE = re.compile(
    r"[/^]*([\w{}<>:-]+/)*(?!(api|v\d+|internal|private|public|system|server|service|services|admin|ops|management|app|_\w*)/)"
    r"\w[\w-]*/_*(status|up)_*/?\$?$"
)
"""The state of something that the product is about: `/orders/status`."""
_SURE = re.compile(r"health|alive|live(z|ness)|ready(z|$)|readiness|heartbeat", re.IGNORECASE)
_PATH_ASKED = re.compile(r"(?:^|https?://[^/\s\"']+)(?P<path>/[^\s\"'?#;|&,\])}]*)")
_HOST = re.compile(r"https?://[^/\s\"']+|[\w.${}-]+:[\w${}]+(?=/)")
_AT_THE_DOOR = re.compile(r"^/$|https?://[^/\s\"']+/?(?=[\s\"'\])]|$)")
"""A probe of a server as a whole: whatever answers at its root tells that it is up, if not whether it can serve."""
_OF_HEALTH = re.compile(r"(\w+_)?(health|healthz|health_?checks?|liveness|readiness|heartbeat)(_(endpoints?|urls))?")
"""What libraries of health endpoints are called, of whatever firm."""
_CALLED_HEALTH = re.compile(r"\b(health[ -]?checks?|(liveness|readiness)[ -](check|probe)s?)\b", re.IGNORECASE)
"""What the description of a route calls it."""
_PACKAGES = (
    "health_check",
    "watchman",
    "healthcheck",
    "fastapi_health",
    "fastapi_healthchecks",
    "healthpy",
    "dockerflow",
    "flask_healthz",
)
_OF_OSLO = re.compile(r"oslo_middleware\.(healthcheck\b|Healthcheck\b)")
"""The application or filter of oslo.middleware that answers at the path that it is put at."""
_SERVES_HEALTH = re.compile(r"dockerflow\.(flask|fastapi|sanic)(\.(app\.)?(Dockerflow|router))?$")
_UNPROBED = 0.25
_WITHOUT_ROUTE = 0.5
_PROBED_ELSEWHERE = 0.5
_APP = """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items():
    return []
"""
_HEALTHY = f"""\
{_APP}

@app.get("/healthz")
def healthz():
    return {{"status": "ok"}}
"""
_DOCKERFILE = 'FROM python:3.13-slim\nCOPY . .\nRUN pip install .\n{check}CMD ["uvicorn", "app.main:app"]\n'
_CHECKED = _DOCKERFILE.format(check="HEALTHCHECK CMD curl -fsS http://localhost:8000/healthz\n")
_UNCHECKED = _DOCKERFILE.format(check="")
_GATEWAY = """\
http {{
  server {{
    listen 8080;
    location = /app_health {{
      {does}
    }}
    location / {{
      proxy_pass http://app:8000;
    }}
  }}
}}
"""
_POD_BEHIND_GATEWAY = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n"
    "      - name: nginx\n        image: shop-nginx\n"
    "        readinessProbe: {httpGet: {path: /app_health, port: 8080}}\n"
    "      - {name: web, image: shop}\n"
)


@Control(
    id="infrastructure/health-check",
    title="A health endpoint exists and is probed",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why="A process that is up may still be unable to serve; only the service itself can tell, and only if it is asked.",
    impact="A hung instance keeps its share of the traffic until users complain.",
    fix="Serve `/healthz`, answer 503 when a dependency is down, and probe it: `livenessProbe` and `readinessProbe`, "
    "or `HEALTHCHECK CMD curl -fsS http://localhost:8000/healthz`.",
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=[
        "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
        "https://docs.docker.com/reference/dockerfile/#healthcheck",
    ],
    passes=[
        {
            "app/main.py": _HEALTHY,
            "Dockerfile": _UNCHECKED,
            "terraform/web.tf": (
                'module "asked" {\n  source = "./uptime"\n  name   = "shop"\n'
                '  url    = "https://${azurerm_linux_web_app.shop.default_hostname}/healthz"\n}\n'
            ),
            "terraform/uptime/main.tf": (
                'resource "azurerm_application_insights_web_test" "asked" {\n  name = var.name\n  kind = "ping"\n'
                '  configuration = templatefile("${path.module}/test.xml", { url = var.url })\n}\n'
            ),
        },
        {
            "app/main.py": _APP + "\n\n@app.get('/checker')\ndef checker():\n    return {'success': True}\n",
            "Dockerfile": _DOCKERFILE.format(check="HEALTHCHECK CMD curl -f http://localhost:8000/checker\n"),
        },
        {
            "app/main.py": _APP + "\n\n@app.get('/_status_check/')\ndef status():\n    return {'ok': True}\n",
            "stack/shop-template.yaml": (
                "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Machines:\n    Type: AWS::EC2::LaunchTemplate\n"
                "    Properties: {LaunchTemplateName: shop}\n  Behind:\n"
                "    Type: AWS::ElasticLoadBalancingV2::TargetGroup\n"
                "    Properties: {Port: 8000, HealthCheckPath: /_status_check/}\n"
            ),
        },
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
                "@app.get('/', description='Tells the version. Can also be used as ' 'a health check.')\n"
                "def get_index():\n    return {'version': '1.0'}\n"
            ),
            "Dockerfile": _DOCKERFILE.format(check="HEALTHCHECK CMD curl -f http://localhost:8000/\n"),
        },
        {
            "app/main.py": (
                "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef get_health_status():\n"
                "    return {'status': 'ok'}\n"
            ),
            "Dockerfile": (
                'FROM python:3.13-slim\nCOPY . .\nCMD ["gunicorn", "app.main:app"]\n'
                "HEALTHCHECK CMD curl -f http://localhost:5001/\n"
            ),
        },
        {
            "app/main.py": _HEALTHY,
            "Dockerfile": _DOCKERFILE.format(check=""),
            "chart/templates/web.yaml": (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
                '      containers: {{ include "shop.web" . | nindent 8 }}\n'
            ),
            "chart/templates/_containers.tpl": (
                '{{- define "shop.web" -}}\n- name: web\n  image: {{ .Values.image }}\n  livenessProbe:\n'
                "    httpGet: {path: /healthz, port: 8000}\n{{- end -}}\n"
            ),
        },
        {"app/main.py": _HEALTHY, "Dockerfile": _CHECKED},
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.http import HttpResponse\nfrom django.urls import path\n\n"
                "urlpatterns = [path('check/', lambda request: HttpResponse('ok'))]\n"
            ),
            "Dockerfile": (
                "FROM python:3.13\nHEALTHCHECK CMD curl -fsS http://localhost/check/\nCMD gunicorn shop.wsgi\n"
            ),
        },
        {
            "app/main.py": _APP,
            "Dockerfile": _UNCHECKED,
            "nginx/nginx.conf": _GATEWAY.format(does="rewrite .* /items break;\n      proxy_pass http://app:8000;"),
            "deploy/web.yaml": _POD_BEHIND_GATEWAY,
        },
        {
            "app/main.py": _HEALTHY,
            "Dockerfile": _DOCKERFILE.format(check=""),
            "openshift/templates/shop.json": (
                '{\n\t"apiVersion": "v1",\n\t"kind": "Template",\n\t"objects": [{\n'
                '\t\t"apiVersion": "v1",\n\t\t"kind": "DeploymentConfig",\n\t\t"metadata": {"name": "${NAME}"},\n'
                '\t\t"spec": {"template": {"spec": {"containers": [{\n\t\t\t"name": "shop", "image": "shop:${TAG}",\n'
                '\t\t\t"livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}}\n\t\t}]}}}\n\t}]\n}\n'
            ),
        },
        {
            "app/main.py": _HEALTHY,
            "compose.yaml": "services:\n  api:\n    build: .\n    healthcheck:\n"
            "      test: [CMD, curl, -f, http://localhost:8000/healthz]\n",
        },
        {
            "app/main.py": _HEALTHY.replace("/healthz", "/api/status"),
            "Dockerfile": _DOCKERFILE.format(check="HEALTHCHECK CMD ./probe.py\n"),
            "docker/probe.py": "from urllib.request import urlopen\n\n"
            "with urlopen(f'http://localhost:{PORT}/api/status', timeout=5) as response:\n"
            "    assert response.status == 200\n",
        },
        {
            "app.py": "from flask import Flask\n\napp = Flask(__name__)\n\n\ndef ping():\n    return ''\n\n\n"
            "app.route('/ping')(ping)\n",
            "Dockerfile": _CHECKED.replace("/healthz", "/ping"),
        },
        {
            # The base image starts what it finds, and the image says how to ask for its health.
            "app/main.py": _HEALTHY.replace("/healthz", "/_api_status"),
            "Dockerfile": (
                "FROM ghcr.io/linuxserver/baseimage-alpine:3.20\nCOPY app /app\nRUN pip install flask\n"
                "HEALTHCHECK CMD curl -fsS http://localhost:8000/_api_status\n"
            ),
        },
        {
            "app/main.py": _HEALTHY.replace("/healthz", "/_status"),
            "manifest-api.yml": "applications:\n  - name: shop\n    health-check-type: http\n"
            "    health-check-http-endpoint: /_status?simple=true\n",
        },
        {
            "app/main.py": _HEALTHY.replace("/healthz", "/status_check"),
            "Dockerfile": _UNCHECKED,
            "infra/stack.py": (
                "from aws_cdk import Stack\n\n\nclass Shop(Stack):\n    def serve(self, web):\n"
                "        web.target_group.configure_health_check(path='/status_check', healthy_http_codes='200')\n"
            ),
        },
        {
            "app/main.py": _HEALTHY,
            "Dockerfile": _UNCHECKED,
            "infra/stack.py": (
                "from aws_cdk import aws_ecs as ecs\n\n\ndef checked(task, image):\n"
                "    check = ecs.HealthCheck(command=['CMD-SHELL', 'curl -f http://localhost:8000/healthz'])\n"
                "    return task.add_container('api', image=image, health_check=check)\n"
            ),
        },
        {"app/main.py": _HEALTHY, "fly.toml": 'app = "shop"\n[[http_service.checks]]\npath = "/healthz"\n'},
        {
            "app/main.py": _HEALTHY.replace('"/healthz"', "settings.PROBED_AT").replace(
                "import FastAPI\n", "import FastAPI\n\nfrom app.config import settings\n"
            ),
            "app/config.py": (
                "import os\n\n\nclass Settings:\n    PROBED_AT = os.getenv('PROBED_AT', '/healthz')\n\n\n"
                "settings = Settings()\n"
            ),
            "Dockerfile": _CHECKED,
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = []\nPROBED_AT = 'internal/ready'\n",
            "shop/urls.py": (
                "from django.conf import settings\nfrom django.urls import path\n\n"
                "urlpatterns = [path(settings.PROBED_AT, lambda request: None)]\n"
            ),
            "Dockerfile": _CHECKED.replace("/healthz", "/internal/ready"),
        },
    ],
    fails=[
        {"app/main.py": _APP, "Dockerfile": _UNCHECKED},
        {
            "app/main.py": (
                "from flask import Flask\nfrom flask_healthz import HealthError\n\napp = Flask(__name__)\n\n\n"
                "def alive():\n    if not connected():\n        raise HealthError('gone')\n\n\n@app.get('/orders')\n"
                "def orders():\n    return []\n"
            ),
            "Dockerfile": _UNCHECKED,
        },
        {"app/main.py": _HEALTHY.replace("/healthz", "/orders/status"), "Dockerfile": _UNCHECKED},
        {"app/main.py": _HEALTHY.replace("/healthz", "/v1/internal/orders/parcels/status"), "Dockerfile": _UNCHECKED},
        {"app/main.py": _HEALTHY.replace("/healthz", "/sign-up"), "Dockerfile": _UNCHECKED},
        {"app/main.py": _APP.replace("'/'", "'/live/orders'"), "Dockerfile": _UNCHECKED},
        {
            "app/main.py": _APP.replace("'/'", "'/live-orders'"),
            "Dockerfile": _UNCHECKED,
        },
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "@app.get('/api/v1/subscription/status')\ndef state():\n    return ''\n"
        ),
    ],
    fixed={"app/main.py": _HEALTHY, "Dockerfile": _CHECKED},
    partials=[
        {
            "app/main.py": (
                "from flask import Flask\nfrom flask_healthz import healthz\n\napp = Flask(__name__)\n"
                "app.register_blueprint(healthz, url_prefix='/healthz')\n"
            ),
            "Dockerfile": _UNCHECKED,
        },
        {
            "app/main.py": _APP.replace("/items", "/stats"),
            "Dockerfile": _DOCKERFILE.format(check="HEALTHCHECK CMD curl -fsS http://localhost:8000/stats\n"),
        },
        {
            # The gateway answers by itself, and whether the application could serve is asked of nobody.
            "app/main.py": _APP,
            "Dockerfile": _UNCHECKED,
            "nginx/nginx.conf": _GATEWAY.format(does='return 200 "up";'),
            "deploy/web.yaml": _POD_BEHIND_GATEWAY,
        },
        {
            "app/main.py": (
                "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/_api_status')\ndef state():\n"
                "    return 'ok'\n"
            ),
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nCMD ["gunicorn", "app.main:app"]\n',
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.http import HttpResponse\nfrom django.urls import path\n\n"
                "urlpatterns = [path('check/', lambda request: HttpResponse('yes'), name='check')]\n"
            ),
        },
        {
            "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["python", "worker.py"]\n',
            "worker.py": (
                "import threading\nfrom http.server import BaseHTTPRequestHandler, ThreadingHTTPServer\n\n\n"
                "class Health(BaseHTTPRequestHandler):\n    def do_GET(self):\n        if self.path != '/healthz':\n"
                "            self.send_error(404)\n            return\n        self.send_response(200)\n"
                "        self.end_headers()\n\n\nserver = ThreadingHTTPServer(('', 8080), Health)\n"
                "threading.Thread(target=server.serve_forever).start()\n"
            ),
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import include, path, re_path\n\nfrom shop.views import ping\n\n"
                "v2_urls = [path('ping/', ping)]\n"
                "urlpatterns = [re_path(r'^api/(?P<version>(v2))/', include(v2_urls))]\n"
            ),
            "shop/views.py": "def ping(request, version):\n    return None\n",
            "Dockerfile": "FROM python:3.13\nCMD gunicorn shop.wsgi\n",
        },
        {
            "shop/asgi.py": (
                "from shop.health import health_check\nfrom shop.web import application\n\n"
                "application = health_check(application, '/health/')\n"
            ),
            "shop/web.py": (
                "from django.core.asgi import get_asgi_application\n\napplication = get_asgi_application()\n"
            ),
            "shop/health.py": (
                "def health_check(application, url):\n    async def wrapped(scope, receive, send):\n"
                "        if scope['path'] == url:\n            await send({'type': 'http.response.start'})\n"
                "        else:\n            await application(scope, receive, send)\n\n    return wrapped\n"
            ),
            "Dockerfile": "FROM python:3.13\nCMD uvicorn shop.asgi:application\n",
        },
        {
            "app/main.py": _APP.replace('"/items"', '"/"').replace("def items", "def heartbeat"),
            "Dockerfile": _UNCHECKED,
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['health_check', 'health_check.db']\n",
            "shop/urls.py": (
                "from django.urls import include, re_path\n\n"
                "urlpatterns = [re_path(r'^health/', include('health_check.urls'))]\n"
            ),
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['corner_health_endpoints']\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\n"
                "urlpatterns = [path('', include('corner_health_endpoints.urls'))]\n"
            ),
        },
        {
            "shop/settings.py": (
                "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['dockerflow.django']\n"
                "MIDDLEWARE = ['dockerflow.django.middleware.DockerflowMiddleware']\n"
            ),
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = [path('orders', lambda request: None)]\n",
        },
        {
            "app.py": "from flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/_status', methods=['GET', 'POST'])\ndef status():\n    return {}\n",
            "Dockerfile": _UNCHECKED,
        },
        {"app/main.py": _HEALTHY, "Dockerfile": _UNCHECKED},
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import re_path\n\nfrom shop.settings import PREFIX\nfrom shop.views import health\n\n"
                "urlpatterns = [re_path(r'^{PREFIX}health_check/$'.format(PREFIX=PREFIX), health)]\n"
            ),
            "shop/views.py": "def health(request):\n    return None\n",
        },
        {"app/main.py": _APP, "Dockerfile": _CHECKED.replace("/healthz", "/")},
        {"app/main.py": _APP.replace("/items", "/login"), "Dockerfile": _CHECKED.replace("/healthz", "/login")},
        {"app/main.py": _APP, "Dockerfile": _CHECKED},
        {
            "app/main.py": f"from prometheus_client import start_http_server\n{_APP}\nstart_http_server(9000)\n",
            "Dockerfile": _CHECKED.replace("8000/healthz", "9000/metrics"),
        },
        {
            "app/main.py": _HEALTHY + "\n\n@app.get('/admin')\ndef admin():\n    return {}\n",
            "Dockerfile": _UNCHECKED,
            "haproxy.cfg": "backend search\n    option httpchk GET /solr/admin/ping\n",
        },
        {
            "app/main.py": _HEALTHY,
            "compose.yaml": "services:\n  api:\n    build: .\n  db:\n    image: postgres:17\n    healthcheck:\n"
            "      test: [CMD, pg_isready]\n",
        },
    ],
    ignores=[
        {"lib/__init__.py": "def add(a, b):\n    return a + b\n"},
        {
            "jobs/settings.py": "INSTALLED_APPS = ['jobs']\nDATABASES = {}\n",
            "jobs/tasks.py": (
                "import django\nfrom celery import Celery\n\ndjango.setup()\napp = Celery('jobs')\n\n\n"
                "@app.task\ndef fetch():\n    return 1\n"
            ),
        },
        {
            "pyproject.toml": '[project]\nname = "panel"\n',
            "panel/__init__.py": "",
            "panel/mounted.py": (
                "from starlette.applications import Starlette\nfrom starlette.routing import Route\n\n\n"
                "class Panel:\n    def mount_to(self, app):\n        inner = Starlette([Route('/', self.index)])\n"
                "        app.mount('/panel', inner)\n\n    def index(self, request):\n        return None\n"
            ),
        },
    ],
)
def health_check(repo: Repo) -> Judgement:
    """Judged by the routes whose path speaks of health, and the probes that ask for one over HTTP.

    The routes are kept beside, so that a comparison can tell when the last one is gone, probed from here or not.
    """
    return replace(_judged(repo), wards=tuple(_wards(repo)))


def _wards(repo: Repo) -> Iterator[Ward]:
    """The health endpoint of each application; of several, none has those that stand in the file of another."""
    found = [
        (route.module.path, f"`{route.name}`")
        for route in _health_routes(repo)
        if route.is_wired and not repo.switched.leaves_out(route)
    ]
    found += _in_middleware(repo)
    brought = tuple(evidence.detail for evidence in _by_package(repo))
    root = repo.services.deployed_setting("ROOT_URLCONF") if repo.services.is_django else None
    places = sorted({one.module.path for one in repo.routes.applications})
    places = places or ([root.module.path] if root is not None else [])
    for place in places:
        names = (*(name for path, name in found if path == place or path not in places), *brought)
        yield Ward(
            Location(place),
            "health endpoint",
            names,
            "No endpoint tells whether the service can serve",
            ways=0 if names else 1,
        )
    others = tuple(f"{probe.via} {probe.target}" for probe in repo.deployment.probes)
    for where, name, by in repo.deployment.probed:
        loss = f"Nothing notices when the {name} no longer answers"
        yield Ward(where, name, by, loss, ways=0 if by else 1, beside=others)


def _in_middleware(repo: Repo) -> list[tuple[str, str]]:
    """The paths of health that middleware of the tree's own answers by itself, where nobody sets anything."""
    return [
        (item.location.path, f"`{text}` in `{item.definition.definition.name}`")
        for item in repo.services.middleware
        if item.definition is not None
        and item.location.path in repo.python.modules
        and not repo.switched.left_out(item.location.line, repo.python.modules[item.location.path])
        for text in repo.python.texts_compared(item.definition)
        if text.startswith("/") and _SURE.search(text.rstrip("/"))
    ]


def _judged(repo: Repo) -> Judgement:
    if not repo.serves:
        return not_applicable("Nothing here serves requests.")
    if repo.is_library:
        return not_applicable("A library: whoever deploys it probes it.")
    routes = _health_routes(repo)
    probes = [*repo.deployment.probes, *probes_in_infrastructure_code(repo.python)]
    asking = [probe for probe in probes if probe.http]
    met = _met(repo, asking, routes)
    if met:
        return passed("A health endpoint exists and is probed.", *met)
    checks = _by_package(repo)
    if routes or checks:
        what = [seen(one.location.path, one.location.line, f"route {one.path}") for one in routes[:2]] or checks
        door = next((probe for probe in asking if _AT_THE_DOOR.search(probe.target)), None)
        if door is not None:
            return partial(
                "The start page is probed, and not the health endpoint.", *what, _told(door), score=_WITHOUT_ROUTE
            )
        if asking:
            return partial(
                "A health endpoint exists, but what is probed is another.", *what, _told(asking[0]), score=_UNPROBED
            )
        if not _is_deployed_here(repo):
            return partial(
                "A health endpoint exists; whether its deployment, which is not kept here, probes it cannot be told.",
                *what,
                score=_PROBED_ELSEWHERE,
            )
        unprobed = partial("A health endpoint exists, but nothing probes it.", *what, score=_UNPROBED)
        return advised(unprobed, fix=_probe_of(routes[0].path)) if routes else unprobed
    unserved = [probe for probe in asking if not _may_be_served(repo, probe)]
    if unserved and len(unserved) == len(asking):
        return partial("A probe asks for what no route of the service answers.", _told(unserved[0]), score=_UNPROBED)
    if probes:
        return partial(
            "The process is probed, but no endpoint tells whether the service can serve.",
            _told((asking or probes)[0]),
            score=_WITHOUT_ROUTE,
        )
    if not repo.routes.all and repo.services.server_starts:
        start = repo.services.server_starts[0]
        return unknown(
            "The routes of this server are not written in a way that can be read, so that none is known to tell its "
            "health; nothing here probes one.",
            seen(start.module.path, start.call.line, f"server made by `{start.last}`"),
            estimate=_WITHOUT_ROUTE,
        )
    return failed("Neither a health endpoint nor a probe.", looked_in=(repo.routes.LOOKS, repo.deployment.LOOKS))


def _met(repo: Repo, asking: list[HealthProbe], routes: list[Route]) -> list[Evidence]:
    """The probe that meets what answers it: a route that is known rather than one that a package may bring."""
    for probe in asking:
        route = _asked(probe, routes) or _asked(probe, list(repo.routes.all), whole=True)
        if route is not None:
            return [seen(route.location.path, route.location.line, f"route {route.path}"), _told(probe)]
        handed = _handed_on(repo, probe)
        if handed is not None:
            return [handed, _told(probe)]
    served = (probe for probe in asking if _SURE.search(probe.target) and _may_be_served(repo, probe))
    return [_told(probe) for probe in served][:1]


def _handed_on(repo: Repo, probe: HealthProbe) -> Evidence | None:
    """Where a gateway has a path of its own for the health of what stands behind it, and the probe asks for that."""
    asked = _PATH_ASKED.search(probe.target)
    if asked is None or not _SURE.search(asked["path"]):
        return None
    return next(
        (seen(path, line, f"hands {given} on") for path, line, given in repo.deployment.gateway_paths
         if given == asked["path"]),
        None,
    )  # fmt: skip


def _is_deployed_here(repo: Repo) -> bool:
    """Whether the tree says how the service runs in production."""
    room = repo.deployment
    if room.workloads.pods or room.computes:
        return True
    # What a pipeline only gives another image is described where the cluster is.
    if any(run.command.words[:2] == ("set", "image") for run in repo.pipelines.runs_of("kubectl", "oc")):
        return False
    return bool(room.judged_images or room.own_containers)


def _told(probe: HealthProbe) -> Evidence:
    return seen(probe.path, probe.line, f"{probe.via}: {probe.target}"[:120])


def _health_routes(repo: Repo) -> list[Route]:
    found = [
        route
        for route in repo.routes.all or repo.routes.probed
        if (_HEALTH.search(route.path.rstrip("/")[-40:]) or _is_named_for_health(route))
        and (not route.changes_state or "GET" in route.methods)
        and _is_short(route.path)
        and (_SURE.search(route.path) or not _OF_A_RESOURCE.match(route.path))
    ]
    return sorted(found, key=lambda route: (not _SURE.search(route.path), route.location))


def _is_named_for_health(route: Route) -> bool:
    """Whether the root of a service answers how it is, by the name of its handler or by what it says of itself."""
    if route.handler is None or route.path not in ("", "/"):
        return False
    said = [route.call.keyword(key) for key in ("description", "summary")] if route.call is not None else []
    return _SURE.search(route.handler.definition.name) is not None or any(
        isinstance(text, Const) and isinstance(text.value, str) and _CALLED_HEALTH.search(text.value) for text in said
    )


def _is_short(path: str) -> bool:
    # `/jobs/{id}/status` tells of a job; what tells of the service takes no parameter but for a prefix of all routes.
    # So does what only says which version of all routes is asked.
    return not re.search(r"[<{(:]", re.sub(r"^([\w/^.-]*\{((api_)?version)?\})+|^[/^]*\{\w*\}", "", path))


_OF_NUMBERS = re.compile(r"(^|/)[\w-]*(metrics|stats|prometheus|log-?in|sign-?in)/?$", re.IGNORECASE)
"""Paths of figures and of forms to sign in at, which tell nothing of whether the service can serve."""


def _asked(probe: HealthProbe, routes: list[Route], *, whole: bool = False) -> Route | None:
    """The route that a probe asks for; as a `whole` a page called `admin` is not what `/search/admin/ping` means."""
    before, after = (r"(?<![\w-])(?<!\w/)", r"(?![\w-])(?!/\w)") if whole else (r"(?<![\w-])", r"(?![\w-])")
    target = _HOST.sub(" ", probe.target) if whole else probe.target
    for route in routes:
        if _OF_NUMBERS.search(route.path) and not _SURE.search(probe.target):
            continue
        path = route.path.strip("^$/")
        if not path and _is_named_for_health(route) and _AT_THE_DOOR.search(probe.target):
            return route
        if len(path) > 1 and re.search(rf"{before}{re.escape(path)}{after}", target):
            return route
    return None


def _may_be_served(repo: Repo, probe: HealthProbe) -> bool:
    """Whether something may answer a probe that no known route does.

    It may where routes cannot be read, where a package brings them, and where the path is written down in code.
    """
    asked = _PATH_ASKED.search(probe.target)
    if asked is None or not repo.routes.all or _by_package(repo):
        return True
    if any(route.path.strip("^$/") == asked["path"].strip("/") for route in repo.routes.all):
        return True
    last = asked["path"].rstrip("/").rpartition("/")[2]
    if not last or (last == "metrics" and repo.services.hands_out_metrics):
        return True
    if last in ("docs", "redoc", "openapi.json") and any(route.framework == "fastapi" for route in repo.routes.all):
        return True
    return any(last in text for module in repo.python.production for text, _ in module.facts.strings) or any(
        _SURE.search(imported.target) for module in repo.python.production for imported in module.facts.imports
    )


def _probe_of(path: str) -> str:
    """How to have a path asked that is there already."""
    return (
        f"Probe it: `livenessProbe` and `readinessProbe` for `{path}`, or "
        f"`HEALTHCHECK CMD curl -fsS http://localhost:8000{path}` in the image."
    )


def _by_package(repo: Repo) -> list[Evidence]:
    found = [
        seen(module.path, imported.line, f"imports {imported.target}")
        for module, imported in repo.python.imports(*_PACKAGES)
        if not imported.target.startswith("dockerflow.") or _SERVES_HEALTH.match(imported.target)
        if not imported.target.startswith("flask_healthz") or registers_healthz(repo.python)
    ]
    found += [
        seen(site.module.path, site.call.line, f"includes {text}")
        for site in repo.python.calls_of("include")
        if isinstance(text := repo.python.constant(site.call.argument(0), site.module), str)
        and (text.partition(".")[0] in _PACKAGES or _OF_HEALTH.fullmatch(text.partition(".")[0]))
    ]
    found += [
        seen(item.location.path, item.location.line, f"middleware {item.name.rpartition('.')[2]}")
        for item in repo.services.middleware
        if item.name == "dockerflow.django.middleware.DockerflowMiddleware"
    ]
    found += [
        seen(item.location.path, item.location.line, f"puts `{item.name}` in place")
        for item in repo.services.assembled
        if _OF_OSLO.match(item.name)
    ]
    found += [
        seen(site.module.path, site.call.line, f"`{site.last.rpartition(':')[2]}` answers {path}")
        for site in repo.python.calls_named(lambda name: ":" in name and "health" in name.rpartition(":")[2].lower())
        for value in site.call.handed[1:]
        if isinstance(path := repo.python.constant(value, site.module), str)
        and path.startswith("/")
        and _SURE.search(path.rstrip("/"))
    ]
    return found[:1]
