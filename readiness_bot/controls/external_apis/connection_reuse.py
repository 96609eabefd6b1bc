"""Whether clients of other services are kept rather than made for each call."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

ENOUGH = 0.8
"""From four in five on, the few clients made for one call are the exception: scripts, start-up, rare administration."""

SOME = 0.25
"""Below one in four, keeping a client is the exception."""


@Control(
    id="external-apis/connection-reuse",
    title="Connections to other services are kept",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why="A new client means a new TCP and TLS handshake for every call, and nothing bounds how many there are.",
    impact="Each call costs two round trips more, and under load the sockets run out.",
    fix=(
        "Make the client once and keep it: `session = requests.Session()` at module level, or an "
        "`httpx.AsyncClient` in the application's lifespan."
    ),
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=[
        "https://www.python-httpx.org/advanced/clients/",
        "https://requests.readthedocs.io/en/latest/user/advanced/#session-objects",
    ],
    passes=[
        {
            "shop/app.py": (
                "from aiohttp import web\n\nfrom shop.rates import Rates\n\n\nasync def create_app():\n"
                "    app = web.Application()\n\n    async def opened(app):\n"
                "        async with Rates('https://rates.example') as rates:\n            app['rates'] = rates\n"
                "            yield\n\n    app.cleanup_ctx.append(opened)\n    return app\n"
            ),
            "shop/rates.py": (
                "import aiohttp\n\n\nclass Rates:\n    def __init__(self, url):\n        self.url = url\n"
                "        self.client = aiohttp.ClientSession()\n\n    async def __aenter__(self):\n"
                "        return self\n\n    async def __aexit__(self, *_):\n        await self.client.close()\n\n"
                "    async def of(self, day):\n        async with self.client.get(f'{self.url}/{day}') as answer:\n"
                "            return await answer.json()\n"
            ),
        },
        (
            "import requests\n\nsession = requests.Session()\n\n\ndef charge(url):\n    return "
            "session.post(url, timeout=5)\n"
        ),
        {
            "shop/main.py": (
                "import requests\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"
                "session = requests.Session()\n\n\n"
                "@app.post('/charge')\ndef charge():\n"
                "    return session.post('https://pay.example', timeout=5).json()\n"
            ),
            "bin/clear_sandbox.py": (
                "import requests\n\nif __name__ == '__main__':\n"
                "    requests.delete('https://sandbox.pay.example/orders', timeout=5)\n"
            ),
        },
        (
            "import functools\n\nimport requests\n\n\n@functools.lru_cache\ndef keys(url):\n"
            "    return requests.get(url, timeout=5).json()\n"
        ),
        (
            "from aiohttp import BasicAuth, ClientSession\n\n\nclass Payments:\n    def __init__(self, app, key):\n"
            "        self._client: ClientSession = app['payments']\n        self._auth = BasicAuth(key)\n\n"
            "    async def pay(self, url):\n        return await self._client.post(url, auth=self._auth)\n\n\n"
            "async def paid(request):\n    return await Payments(request.app, 'k').pay('https://pay.example')\n"
        ),
    ],
    fails=[
        "import requests\n\n\ndef charge(url):\n    return requests.post(url, timeout=5)\n",
        (
            "import docker\n\n\ndef start(image):\n    engine = docker.from_env()\n"
            "    engine.images.pull(image)\n    return engine.containers.run(image)\n"
        ),
        (
            "import httpx\n\n\ndef github():\n    client = httpx.Client(timeout=5)\n"
            "    client.headers['Accept'] = 'a/b'\n    return client\n\n\ndef commits(name):\n"
            "    client = github()\n    return client.get(f'/repos/{name}/commits')\n"
        ),
        (
            "import requests\n\n\ndef session():\n    made = requests.Session()\n"
            "    made.headers['Accept'] = 'a/b'\n    return made\n\n\n"
            "def charge(url):\n    return session().post(url, timeout=5)\n"
        ),
    ],
    fixed=(
        "import requests\n\nsession = requests.Session()\n\n\ndef charge(url):\n    return "
        "session.post(url, timeout=5)\n"
    ),
    partials=[
        (
            "import requests\n\nsession = requests.Session()\n\n\ndef charge(url):\n    return "
            "session.post(url, timeout=5)\n\n\ndef refund(url):\n    return requests.post(url, "
            "timeout=5)\n"
        ),
    ],
    ignores=["def add(a, b):\n    return a + b\n"],
)
def connection_reuse(repo: Repo) -> Judgement:
    """The share of outbound calls that go through a client which outlives the call."""
    calls = repo.outbound.of_service
    if not calls:
        return not_applicable("No call leaves the process.")
    kept = [call for call in calls if repo.outbound.is_kept(call)]
    made = [call for call in calls if not repo.outbound.is_kept(call)]
    share = len(kept) / len(calls)
    summary = f"{len(kept)} of {len(calls)} outbound calls go through a client that is kept."
    shown_kept = [seen(call.site.module.path, call.site.call.line, "through a kept client") for call in kept[:3]]
    shown_made = [
        seen(call.site.module.path, call.site.call.line, f"a new connection for `{call.site.last}`")
        for call in made[:5]
    ]
    if share >= ENOUGH:
        return passed(summary, *shown_kept)
    if share >= SOME:
        return partial(summary, *shown_kept, *shown_made, score=round(0.5 + 0.4 * (share - SOME) / (ENOUGH - SOME), 2))
    return failed(summary, *shown_made)
