"""Whether the service's behaviour under load can be tried."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, passed, seen
from readiness_bot.model import Area, Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"
_LOCUST = """\
from locust import HttpUser, task


class Shopper(HttpUser):
    @task
    def browse(self):
        self.client.get("/items")
"""


@Control(
    id="testing/load-tests",
    title="Load scenarios are kept with the code",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="How many requests a release bears is known only to whoever has tried; a scenario makes that a command.",
    impact="The first load test is the launch, and the first limit found is the one that brings the service down.",
    fix="Add `tests/load/locustfile.py` with the main journeys as tasks, and write down the rate and latency to reach.",
    effort=Effort.DAYS,
    role=Role.QA,
    sources=["https://docs.locust.io/en/stable/writing-a-locustfile.html", "https://grafana.com/docs/k6/latest/"],
    passes=[
        {"app/main.py": _APP, "tests/load/locustfile.py": _LOCUST},
        {
            "app/main.py": _APP,
            "load/browse.js": "import http from 'k6/http';\nexport default function () {\n  http.get('http://api/items');\n}\n",
        },
        {"app/main.py": _APP, "shopLoadTests.js": "import http from 'k6/http';\n"},
        {"app/main.py": _APP, "perf/plan.jmx": "<?xml version='1.0'?>\n<jmeterTestPlan version='1.2'/>\n"},
        {"app/main.py": _APP, "tests/rush.py": _LOCUST},
    ],
    fails=[
        {"app/main.py": _APP},
        {"app/main.py": _APP, "bench/parse.py": "import timeit\n\nprint(timeit.timeit('1 + 1'))\n"},
        {"app/main.py": _APP, "requirements-dev.txt": "locust\n"},
    ],
    fixed={"app/main.py": _APP, "tests/load/locustfile.py": _LOCUST},
    ignores=[
        {
            "bot/main.py": (
                "import threading\nfrom http.server import HTTPServer, SimpleHTTPRequestHandler\n\n\n"
                "class Pulse(SimpleHTTPRequestHandler):\n    def do_GET(self):\n        if self.path == '/pulse/':\n"
                "            keep_alive()\n        self.send_response(200)\n        self.end_headers()\n\n\n"
                "server = HTTPServer(('localhost', 9010), Pulse)\n"
                "threading.Thread(target=server.serve_forever, daemon=True).start()\nwhile True:\n    look()\n"
            ),
        },
        {
            "app/main.py": (
                "from confluent_kafka import Consumer\nfrom prometheus_client import start_http_server\n\n"
                "start_http_server(9000)\nconsumer = Consumer({})\nwhile True:\n    print(consumer.poll(1.0))\n"
            ),
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nEXPOSE 9000\nCMD ["python", "app/main.py"]\n',
        },
        {"lib/__init__.py": "def add(a, b):\n    return a + b\n"},
    ],
)
def load_tests(repo: Repo) -> Judgement:
    """Judged by files that a load-testing tool runs; timing single functions is none."""
    if not repo.serves:
        return not_applicable("Nothing here serves requests.")
    if repo.routes.probed:
        return not_applicable("Only probes ask here.")
    found = [seen(path, one.line, f"{one.tool} scenario") for path, one in repo.deployment.load_scenarios]
    known = {one.path for one in found}
    for module in repo.python.within(Area.PRODUCTION, Area.TEST, Area.TOOLING, Area.EXAMPLE):
        for imported in module.facts.imports:
            tool = imported.target.partition(".")[0]
            if tool in ("locust", "molotov") and module.path not in known:
                known.add(module.path)
                found.append(seen(module.path, imported.line, f"{tool} scenario"))
    if found:
        return passed("Load scenarios are kept with the code.", *found[:4])
    return failed("No load scenario for any tool (Locust, k6, Gatling, JMeter, Artillery, Vegeta, …).")
