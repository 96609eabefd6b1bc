"""Whether one command starts the service together with what it needs."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_ONLY_STORES = 0.5
_COMPOSE = """\
services:
  api:
    build: .
    depends_on: [db]
  db:
    image: postgres:17
"""
_DRIVER_NAMES = """
psycopg psycopg2 psycopg2-binary asyncpg pg8000 mysqlclient pymysql aiomysql mysql-connector-python pymongo motor redis
pika aio-pika quart-db kafka-python aiokafka confluent-kafka elasticsearch opensearch-py
celery rq arq dramatiq
"""
_DRIVERS = tuple(_DRIVER_NAMES.split())


@Control(
    id="infrastructure/compose",
    title="Compose starts the service with its stores",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why="A described stack lets a newcomer, a test and a small installation start the same thing with one command.",
    impact="Everybody sets up stores by hand, in other versions than production, and finds the differences late.",
    fix="Add a `compose.yaml` with the service (`build: .`), its stores and `depends_on`.",
    effort=Effort.HOURS,
    role=Role.DEVOPS,
    sources=["https://docs.docker.com/compose/intro/compose-application-model/"],
    passes=[
        {"compose.yaml": _COMPOSE, "requirements.txt": "psycopg\n"},
        {
            "README.md": "# Order-Desk\n\nTakes orders.\n",
            "compose.yaml": "services:\n  desk:\n    image: registry.example/shop/orderdesk:latest\n",
        },
        {
            "compose.yaml": "services:\n  web:\n    image: somebody/orderdesk\n    ports: ['8000:8000']\n",
            "Dockerfile": (
                "FROM node:24 AS frontend\nRUN npm run build\n\nFROM python:3.13 AS orderdesk\n"
                'COPY backend /app\nCMD ["python", "/app/main.py"]\n'
            ),
        },
        {
            "compose.yaml": "services:\n  desk:\n    image: shop/desk:latest\n",
            ".github/workflows/release.yml": (
                "on: {push: {tags: ['v*']}}\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n"
                "      - uses: docker/build-push-action@v6\n        with:\n          push: true\n"
                "          tags: |\n            shop/desk:latest\n            shop/desk:${{ github.ref_name }}\n"
            ),
        },
        {"deploy/docker-compose.prod.yml": _COMPOSE, "shop/__init__.py": "", "requirements.txt": "redis\n"},
    ],
    fails=[
        {"requirements.txt": "psycopg\n"},
        {"requirements.txt": "psycopg\n", "tests/docker-compose.yml": _COMPOSE},
    ],
    fixed={"requirements.txt": "psycopg\n", "compose.yaml": _COMPOSE},
    partials=[
        {
            "app/main.py": "import boto3\n\ntable = boto3.resource('dynamodb').Table('shop')\n",
            "compose.yaml": "services:\n  table:\n    image: amazon/dynamodb-local:2.5.2\n",
        },
        {"requirements.txt": "psycopg\n", "compose.yaml": "services:\n  db:\n    image: postgres:17\n"},
        {
            "requirements.txt": "psycopg\n",
            "dev/compose.yaml": (
                "services:\n  db:\n    image: postgres:17\n  bus:\n    image: gcr.io/vendor/emulators:577\n"
                "    command: bash /bus/setup.sh\n    volumes: ['./bus:/bus']\n"
            ),
            "dev/bus/setup.sh": "#!/bin/sh\nvendor emulators start\n",
        },
    ],
    ignores=[
        {"requirements.txt": "requests\n"},
        {
            "README.md": "# Order-Desk\n\nTakes orders.\n",
            "requirements.txt": "requests\n",
            "compose.yaml": "services:\n  mail:\n    image: vendor/mailer:latest\n",
        },
    ],
)
def compose(repo: Repo) -> Judgement:
    """Judged by whether some Compose file, tests and devcontainers apart, runs this repository's code."""
    own, stores = repo.deployment.own_containers, repo.deployment.store_containers
    if own:
        first = own[0]
        shown = [seen(first.path, first.service.line, f"service {first.service.name} runs this repository's code")]
        shown += [seen(one.path, one.service.line, f"{one.store} as {one.service.name}") for one in stores[:3]]
        return passed("Compose starts the service" + (" with its stores." if stores else "."), *shown)
    if stores:
        shown = [seen(one.path, one.service.line, f"{one.store} as {one.service.name}") for one in stores[:3]]
        return partial("Compose starts the stores, not the service.", *shown, score=_ONLY_STORES)
    if repo.dependencies.declares(*_DRIVERS):
        return failed("The service needs stores, and no Compose file starts it with them.")
    return not_applicable("No Compose file, and no store or broker to start.")
