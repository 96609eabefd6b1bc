"""Whether calls that claim to come from another service are proved to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, not_applicable, seen, shared
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.refusals import Strength


@Control(
    id="external-apis/webhook-verification",
    title="Incoming webhooks verify their sender",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why=(
        "The address of a webhook is no secret: without a signature anybody can send what looks like the provider's "
        "word."
    ),
    impact="A stranger marks orders as paid, or triggers deployments, with one request.",
    fix=(
        "Compare the signature over the raw body in constant time, before reading it: `hmac.compare_digest(expected, "
        "given)`."
    ),
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=[
        "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
        "https://docs.stripe.com/webhooks/signature",
    ],
    passes=[
        {
            "src/proof.py": (
                "import hashlib\nimport hmac\nimport os\nfrom functools import wraps\n\n"
                "from fastapi import HTTPException\n\n\n"
                "def from_the_chat(handler):\n    @wraps(handler)\n    async def asked(*args, **kwargs):\n"
                "        told = kwargs['req']\n"
                "        made = hmac.new(os.environ['KEY'].encode(), await told.body(), hashlib.sha256)\n"
                "        if not hmac.compare_digest(made.hexdigest(), told.headers['X-Slack-Signature']):\n"
                "            raise HTTPException(status_code=400)\n        return await handler(*args, **kwargs)\n\n"
                "    return asked\n"
            ),
            "src/server.py": (
                "from fastapi import FastAPI, Request\n\nfrom proof import from_the_chat\n\napp = FastAPI()\n\n\n"
                "@app.post('/slack/events')\n@from_the_chat\nasync def events(req: Request):\n"
                "    return await answered(await req.json())\n"
            ),
        },
        {
            "shop/main.py": (
                "from aiohttp import web\n\nfrom shop.asking import middleware\n\n\n"
                "async def told(request):\n    return web.Response(text=await keep(request))\n\n\n"
                "app = web.Application(middlewares=middleware)\napp.router.add_post('/orders/webhook', told)\n"
            ),
            "shop/asking.py": (
                "import hmac\n\nfrom aiohttp.web import HTTPUnauthorized\n"
                "from aiohttp.web_middlewares import middleware\n\n\n"
                "async def authenticate(request, api_key):\n"
                "    wanted = hmac.new(api_key, await request.read(), 'sha256').hexdigest()\n"
                "    if request.headers.get('Signature') == wanted:\n        return\n    raise HTTPUnauthorized()\n\n\n"
                "@middleware\nasync def auth_middleware(request, handler):\n    await authenticate(request, KEY)\n"
                "    return await handler(request)\n\n\nmiddleware = (auth_middleware,)\n"
            ),
            "shop/__init__.py": "",
        },
        (
            "from flask import Flask, abort\nfrom itsdangerous import BadSignature, URLSafeSerializer\n\n"
            "app = Flask(__name__)\nsigner = URLSafeSerializer(KEY)\n\n\n"
            "@app.route('/people-webhook/<told>', methods=['POST'])\ndef _update(told):\n    try:\n"
            "        person = signer.loads(told)\n    except BadSignature:\n        abort(404)\n"
            "    refresh(person)\n    return ''\n"
        ),
        {
            "shop/main.py": (
                "from starlette.applications import Starlette\nfrom starlette.routing import Route\n\n"
                "from shop.hooks import make_hook\n\n"
                "app = Starlette()\napp.routes.extend(\n"
                "    [Route('/webhook', endpoint=make_hook(known_secret=SECRET), methods=['POST'])]\n)\n"
            ),
            "shop/hooks.py": (
                "def make_hook(known_secret=None):\n    async def hook(request):\n"
                "        sent_secret = request.headers.get('x-secret')\n"
                "        trusted = known_secret is not None and sent_secret == known_secret\n"
                "        if not trusted:\n            return answer('not trusted', 400)\n"
                "        return answer(await keep(request), 200)\n\n    return hook\n"
            ),
            "shop/__init__.py": "",
        },
        (
            "from fastapi import FastAPI, Request\n"
            "from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler\n\n"
            "from shop.chat import bolt\n\napp = FastAPI()\nhandler = AsyncSlackRequestHandler(bolt)\n\n\n"
            "@app.post('/slack/events')\nasync def events(req: Request):\n    return await handler.handle(req)\n"
        ),
        (
            "import os\n\nfrom aiohttp import web\nfrom gidgethub import sansio\n\n\nasync def main(request):\n"
            "    body = await request.read()\n"
            "    event = sansio.Event.from_http(request.headers, body, secret=os.environ['SECRET'])\n"
            "    await handle(event)\n    return web.Response(status=200)\n\n\napp = web.Application()\n"
            "app.router.add_post('/', main)\n"
        ),
        (
            "from flask import Flask, abort, request\nfrom provider import InvalidSignature, Receiver\n\n"
            "app = Flask(__name__)\nreceiver = Receiver()\n\n\n"
            "@app.route('/webhooks/pay', methods=['POST'])\ndef paid():\n    try:\n"
            "        event = receiver.read(request)\n    except InvalidSignature:\n        abort(403)\n"
            "    return mark_paid(event)\n"
        ),
        (
            "from flask import Flask, abort, request\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/webhooks/pay', methods=['POST'])\ndef paid():\n"
            "    if not provider.verify(request.data, signature=request.headers['X-Signature']):\n"
            "        abort(403)\n    return mark_paid(request.json)\n"
        ),
        {
            "shop/main.py": (
                "from fastapi import Depends, FastAPI\n\nfrom shop.hooks import hooks\n"
                "from shop.proof import signed\n\n"
                "app = FastAPI()\nguard = signed\napp.include_router(hooks([Depends(guard)]))\n"
            ),
            "shop/hooks.py": (
                "from fastapi import APIRouter\n\n\ndef hooks(dependencies):\n    router = APIRouter()\n\n"
                "    @router.post('/webhook', dependencies=dependencies)\n    async def received(event: dict):\n"
                "        return event\n\n    return router\n"
            ),
            "shop/proof.py": (
                "import hmac\n\nfrom fastapi import HTTPException, Request\n\n\ndef signed_with(secret):\n"
                "    async def proof(request: Request):\n"
                "        if not hmac.compare_digest(secret, request.headers['X-Secret']):\n"
                "            raise HTTPException(400)\n\n    return proof\n\n\nsigned = signed_with('from-settings')\n"
            ),
        },
        {
            "shop/urls.py": (
                "from django.urls import include, path\nfrom rest_framework import routers, viewsets\n\n"
                "from shop.signatures import verify_signature\n\n\nclass HookViewSet(viewsets.ViewSet):\n"
                "    def create(self, request):\n        verify_signature(request)\n        return request.data\n\n\n"
                "router = routers.DefaultRouter()\nrouter.register('github-hook', HookViewSet, basename='github')\n"
                "urlpatterns = [path('api/', include(router.urls))]\n"
            ),
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
        },
        (
            "from flask import Flask, request\n\nfrom app.sns import validate_sns_certificate\n\n"
            "app = Flask(__name__)\n\n\n"
            "@app.route('/notifications/email/ses', methods=['POST'])\ndef ses_callback():\n"
            "    validate_sns_certificate(request.json)\n    return ''\n"
        ),
        (
            "import hmac\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/webhooks/pay', methods=['POST'])\ndef paid():\n"
            "    if not hmac.compare_digest(sign(request.data), request.headers['X-Signature']):\n"
            "        return '', 403\n    return ''\n"
        ),
        (
            "import stripe\nfrom fastapi import FastAPI, Request\n\napp = FastAPI()\n\n\n@app.post('/stripe/webhook')\n"
            "async def hook(request: Request):\n"
            "    return stripe.Webhook.construct_event(await request.body(), 'a', 'b')\n"
        ),
    ],
    fails=[
        (
            "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.post('/')\ndef receive():\n"
            "    event = request.headers['X-GitHub-Event']\n    return handle(event, request.json)\n"
        ),
        (
            "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/webhooks/pay', methods=['POST'])\ndef paid():\n    return mark_paid(request.json)\n"
        ),
        (
            "from fastapi import FastAPI, Request\n\napp = FastAPI()\n\n\n@app.post('/')\n"
            "async def receive(request: Request):\n"
            "    return handle(request.headers.get('X-GitHub-Event'), await request.json())\n"
        ),
        (
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.put('/webhooks/stripe')\n"
            "def stripe_webhook(event: dict):\n    return mark(event)\n"
        ),
    ],
    fixed=(
        "import hmac\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
        "@app.route('/webhooks/pay', methods=['POST'])\ndef paid():\n"
        "    if not hmac.compare_digest(sign(request.data), request.headers['X-Signature']):\n        return '', 403\n"
        "    return mark_paid(request.json)\n"
    ),
    partials=[
        (
            "from flask import Flask, abort, request\n\nfrom shop.errors import Refused\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/webhooks/pay/<number>/<key>', methods=['POST'])\ndef paid(number, key):\n"
            "    shop = find(number)\n    if shop.hook_secret != key:\n        raise Refused('wrong key')\n"
            "    return mark_paid(shop, request.json)\n\n\n"
            "@app.route('/webhooks/ship/<number>/<key>', methods=['POST'])\ndef shipped(number, key):\n"
            "    shop = find(number)\n    if shop.is_closed:\n        raise Refused('closed')\n"
            "    return mark_shipped(shop, key)\n"
        ),
        (
            "import hmac\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/webhooks/pay', methods=['POST'])\ndef paid():\n"
            "    return str(hmac.compare_digest('a', 'b'))\n\n\n@app.route('/webhooks/ship', methods=['POST'])\n"
            "def shipped():\n    return mark(request.json)\n"
        ),
    ],
    ignores=[
        (
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.put('/orders/webhook')\n"
            "def order_webhook(url: str):\n    return url\n"
        ),
        "import requests\n\n\ndef call_webhook(url):\n    return requests.post(url, timeout=3)\n",
        (
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.patch('/webhooks/{key}')\n"
            "def change(key: str, url: str):\n    return url\n\n\n@app.post('/webhooks/{key}/secret')\n"
            "def renewed(key: str):\n    return key\n"
        ),
    ],
)
def webhook_verification(repo: Repo) -> Judgement:
    """Judge by the share of incoming webhooks that verify a signature or a credential of the sender.

    What proves the sender of each is kept beside, so that a comparison can tell of one that was taken away.
    """
    return replace(_judged(repo), wards=tuple(_wards(repo)))


_SIGNATURE = "the check of a signature"


def _wards(repo: Repo) -> Iterator[Ward]:
    for hook in repo.incoming.webhooks:
        by = _SIGNATURE if hook.verified_by == "a signature" else hook.verified_by
        # A sign-in is told as one.
        signs_in = repo.identity.declared(hook.handled, Strength.IDENTITY)
        # What a handler refuses by itself, whatever that is, makes up for no signature.
        handler = hook.handled.handler
        is_own = handler is not None and by == f"`{handler.definition.name}`"
        yield Ward(
            hook.handled.place,
            hook.route,
            (by,) if by and not signs_in and not is_own else (),
            f"{hook.route} believes whoever calls",
            ways=0 if by else 1,
            beside=repo.identity.might_keep(hook.handled, Strength.IDENTITY),
            asks=((_SIGNATURE,),) if by == _SIGNATURE and not signs_in else (),
        )
    for function in repo.incoming.proving:
        when = repo.turned_away.by_proof(function)
        if when:
            name = function.definition.name
            loss = f"`{name}` believes more of those who call"
            yield Ward(function.location, f"whom `{name}` believes", (), loss, ways=0, when=when)


def _judged(repo: Repo) -> Judgement:
    hooks = repo.incoming.webhooks
    if not hooks:
        return not_applicable("No incoming webhooks.")
    verified = [hook for hook in hooks if hook.verified_by]
    blind = [hook for hook in hooks if not hook.verified_by]
    shown = [seen(hook.path, hook.line, f"{hook.route} verifies by {hook.verified_by}") for hook in verified[:3]]
    shown += [seen(hook.path, hook.line, f"{hook.route} believes whoever calls") for hook in blind[:4]]
    return shared(
        len(verified) / len(hooks),
        f"{len(verified)} of {len(hooks)} incoming webhooks verify their sender.",
        *shown,
        enough=1.0,
        half=0.5,
    )
