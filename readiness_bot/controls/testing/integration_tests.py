"""Whether tests drive the application as its users do, against a real store."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_BROKERS = frozenset({"pika", "aio_pika", "kombu", "kafka", "aiokafka", "confluent_kafka", "nats", "aiormq"})
"""Clients of brokers, which pass messages on and keep nothing."""


@Control(
    id="testing/integration-tests",
    title="Tests drive the application through its interface, against a real store",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why=(
        "What breaks in production stands between the parts: routing, serialisation, "
        "transactions, the store's own rules."
    ),
    impact="Every part is tested, and the first real request fails.",
    fix=(
        'Request the application in tests, `TestClient(app).get("/orders")`, and give the job of '
        "the pipeline a `services:` container of the store."
    ),
    effort=Effort.DAYS,
    role=Role.QA,
    sources=[
        "https://fastapi.tiangolo.com/tutorial/testing/",
        "https://docs.github.com/en/actions/using-containerized-services/about-service-containers",
    ],
    passes=[
        {
            "app/main.py": (
                "import psycopg\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders')\n"
                "def orders():\n    return psycopg.connect()\n"
            ),
            "tests/test_api.py": (
                "from fastapi.testclient import TestClient\n\nfrom app.main import app\n\n\n"
                "def test_orders():\n    assert TestClient(app).get('/orders').status_code == 200\n"
            ),
            "tox.ini": (
                "[docker:store]\nimage = postgres:17\n\n[testenv:stored]\ndocker = store\ncommands = pytest tests\n"
            ),
            ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    steps:\n      - run: tox -e stored\n",
        },
        {
            "app/main.py": (
                "import psycopg\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders')\n"
                "def orders():\n    return psycopg.connect()\n"
            ),
            "tests/test_orders.py": (
                "from app.main import orders\n\n\ndef test_orders():\n    assert orders() is not None\n"
            ),
            ".github/workflows/ci.yml": (
                "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      "
                "postgres:\n        image: postgres:17\n    steps:\n      - run: npx playwright test\n"
            ),
        },
        {
            "app/main.py": (
                "import psycopg\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders')\n"
                "def orders():\n    return psycopg.connect()\n"
            ),
            "tests/test_api.py": (
                "from fastapi.testclient import TestClient\n\nfrom app.main import app\n\n\ndef "
                "test_orders():\n    assert TestClient(app).get('/orders').status_code == 200\n"
            ),
            ".github/workflows/ci.yml": (
                "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      "
                "postgres:\n        image: postgres:17\n    steps:\n      - run: pytest\n"
            ),
        },
        {
            "app/main.py": (
                "import psycopg\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders')\n"
                "def orders():\n    return psycopg.connect()\n"
            ),
            "tests/test_api.py": (
                "from fastapi.testclient import TestClient\n\nfrom app.main import app\n\n\ndef "
                "test_orders():\n    assert TestClient(app).get('/orders').status_code == 200\n"
            ),
            ".github/workflows/ci.yml": (
                "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      "
                "postgres:\n        image: postgres:17\n    steps:\n      - run: pytest\n"
            ),
        },
        {
            "app/main.py": (
                "import psycopg\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders')\n"
                "def orders():\n    return psycopg.connect()\n"
            ),
            "tests/test_api.py": (
                "from fastapi.testclient import TestClient\n\nfrom app.main import app\n\n\ndef "
                "test_orders():\n    assert TestClient(app).get('/orders').status_code == 200\n"
            ),
            ".travis.yml": "language: python\naddons:\n  postgresql: '13'\nscript: pytest\n",
        },
        {
            "app/main.py": (
                "import psycopg\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders')\n"
                "def orders():\n    return psycopg.connect()\n"
            ),
            "tests/test_api.py": (
                "from fastapi.testclient import TestClient\n\nfrom app.main import app\n\n\ndef "
                "test_orders():\n    assert TestClient(app).get('/orders').status_code == 200\n"
            ),
            "Makefile": "test:\n\t./ci/test.sh\n",
            "ci/test.sh": (
                "docker run \\\n  --rm -d \\\n  -e POSTGRES_DB=shop \\\n  registry.example.com/shop/postgres:17\n"
                "python -m pytest tests\n"
            ),
            ".github/workflows/ci.yml": (
                "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n"
            ),
        },
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders/{key}')\n"
                "def order(key: int):\n    return {}\n"
            ),
            "tests/test_api.py": (
                "import pytest\n\nfrom tests.serving import Server\n\n\n@pytest.fixture\ndef server():\n"
                "    return Server()\n\n\ndef test_order(server):\n"
                "    assert server.request(path='/orders/%s' % 1).status == 200\n"
            ),
            "tests/serving.py": "class Server:\n    def request(self, path):\n        return ask(path)\n",
        },
        {
            "app/main.py": (
                "from tornado import web\n\n\nclass Orders(web.RequestHandler):\n    def get(self):\n"
                "        self.write('{}')\n\n\ndef made():\n    return web.Application([('/orders', Orders)])\n"
            ),
            "tests/test_orders.py": (
                "from tornado.testing import AsyncHTTPTestCase\n\nfrom app.main import made\n\n\n"
                "class OrdersTest(AsyncHTTPTestCase):\n    def get_app(self):\n        return made()\n\n"
                "    def test_orders(self):\n        assert self.fetch('/orders').code == 200\n"
            ),
        },
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders/open')\n"
                "def orders():\n    return {}\n"
            ),
            "tests/test_api.py": (
                "from tests.asking import ask_server\n\n\ndef test_orders(clock, site):\n"
                "    answer, channel = ask_server(clock, site.factory, 'GET', '/orders/open')\n"
                "    assert answer.code == 200\n"
            ),
            "tests/asking.py": "def ask_server(clock, site, method, path):\n    return given(method, path)\n",
        },
        {
            "app/main.py": (
                "import pika\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post('/orders')\n"
                "def order():\n    pika.BlockingConnection().channel().basic_publish('', 'orders', b'')\n"
            ),
            "tests/test_api.py": (
                "from fastapi.testclient import TestClient\n\nfrom app.main import app\n\n\ndef "
                "test_order():\n    assert TestClient(app).post('/orders').status_code == 200\n"
            ),
        },
    ],
    fails=[
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders')\ndef orders():\n "
                "   return []\n"
            )
        },
        {
            "app/main.py": (
                "import psycopg\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders')\n"
                "def orders():\n    return psycopg.connect()\n"
            ),
            "tests/test_sums.py": "from app.sums import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
            ".github/workflows/deploy.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  ship:\n    runs-on: ubuntu-latest\n    steps:\n"
                "      - run: docker compose -f server.yml up -d\n"
            ),
        },
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders')\n"
                "def orders():\n    return []\n"
            ),
            "tests/conftest.py": (
                "import pytest\nfrom fastapi.testclient import TestClient\n\nfrom app.main import app\n\n\n"
                "@pytest.fixture\ndef client():\n    return TestClient(app)\n"
            ),
            "tests/test_orders.py": (
                "from app.main import orders\n\n\ndef test_orders():\n    assert orders() == []\n"
            ),
        },
    ],
    fixed={
        "app/main.py": (
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders')\ndef orders():\n    return []\n"
        ),
        "tests/test_api.py": (
            "from fastapi.testclient import TestClient\n\nfrom app.main import app\n\n\ndef "
            'test_orders():\n    assert TestClient(app).get("/orders").status_code == 200\n'
        ),
        ".github/workflows/ci.yml": (
            "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      "
            "postgres:\n        image: postgres:17\n    steps:\n      - run: pytest\n"
        ),
    },
    partials=[
        {
            "app/main.py": (
                "import psycopg\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders')\n"
                "def orders():\n    return psycopg.connect()\n"
            ),
            "tests/test_orders.py": (
                "from app.main import orders\n\n\ndef test_orders(mock_chat_client):\n"
                "    assert orders() is not None\n    mock_chat_client.post.assert_not_called()\n"
            ),
            ".github/workflows/ci.yml": (
                "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      "
                "postgres:\n        image: postgres:17\n    steps:\n      - run: pytest\n"
            ),
        },
        {
            "app/main.py": (
                "import psycopg\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders')\n"
                "def orders():\n    return psycopg.connect()\n"
            ),
            "tests/test_api.py": (
                "from fastapi.testclient import TestClient\n\nfrom app.main import app\n\n\ndef "
                "test_orders():\n    assert TestClient(app).get('/orders').status_code == 200\n"
            ),
        },
    ],
    ignores=["def add(a, b):\n    return a + b\n"],
)
def integration_tests(repo: Repo) -> Judgement:
    """Both a client of the interface and a real store pass; one of them is partial.

    A service without a store needs the first only.
    """
    if not repo.services.is_server:
        return not_applicable("Nothing here answers requests.")
    if repo.routes.probed:
        return not_applicable("Only probes ask here.")
    clients, stores = repo.suite.through_interface, repo.suite.against_stores
    kept = {item.detail.removeprefix("uses ") for item in repo.resilience.stores}
    needs_store = not kept <= _BROKERS
    if clients and (stores or not needs_store):
        return passed(
            "Tests request the application"
            + (" against a real store." if stores else "; it keeps nothing in a store."),
            *clients[:3],
            *stores[:2],
        )
    if clients:
        return partial("Tests request the application, but against no real store.", *clients[:5], score=0.5)
    if stores:
        return partial(
            "Tests run against a real store, but not through the application's interface.", *stores[:5], score=0.5
        )
    return failed(
        "No test drives the application through its interface.",
        looked_in=["clients in tests", "services of the pipeline"],
    )
