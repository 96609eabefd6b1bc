"""Whether every JSON Web Token is verified, with algorithms that the service names."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from enum import Enum

from readiness_bot.control import Control, bad, good
from readiness_bot.model import Area, Confidence, Effort, Kind, Location, Role, Severity, Site, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.expressions import names_in
from readiness_bot.repo.indirect import written_down
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.refusals import Strength
from readiness_bot.repo.route import Route
from readiness_bot.repo.values import Call, Const, Index, Invoke, Items, Mapping, Name, Value

_PYJWT = frozenset(
    {"jwt.decode", "jwt.decode_complete", "jwt.api_jwt.decode", "jwt.api_jwt.decode_complete", "jwt.PyJWT().decode",
     "jwt.api_jwt.PyJWT().decode",
     "jwt.PyJWT().decode_complete", "jwt.PyJWS().decode"}
)  # fmt: skip
_JOSE = frozenset({"jose.jwt.decode", "jose.jws.verify", "jwt_jose.decode"})
_OF_KEYS = frozenset({"joserfc.jwt.decode", "joserfc.jws.deserialize_compact"})
"""What lets in the safe algorithms of the key that it is given alone, where it is told none."""
_OF_AUTHLIB = frozenset({"authlib.jose.jwt.decode", "authlib.jose.JsonWebToken().decode"})
"""What lets in the algorithms that its object is made for, by default every safe one; it decodes nothing unverified."""
_UNVERIFIED = frozenset({"jose.jwt.get_unverified_claims", "jose.jws.get_unverified_claims", "google.auth.jwt.decode"})
_ENCODING = frozenset({"jwt.encode", "jose.jwt.encode", "jwt.api_jwt.encode", "jwt.PyJWT().encode"})
_MANAGERS = frozenset(
    {"flask_jwt_extended.JWTManager", "flask_jwt.JWT", "fastapi_users.authentication.JWTStrategy",
     "sanic_jwt.Initialize", "sanic_jwt.initialize"}
)  # fmt: skip
"""What sets up a library that verifies every token by the algorithm of its configuration."""
_LOGGING = frozenset({"debug", "info", "warning", "error", "exception", "log", "print", "critical"})
_DECIDING = re.compile(r"verif|authenti|login|check_?token|current_user|get_user", re.IGNORECASE)
_HEADER = re.compile(r"header", re.IGNORECASE)


class _Flaw(Enum):
    """What is wrong with a decode."""

    OFF = "verification of the signature is switched off"
    OPEN = "no `algorithms` are named, so that the token chooses its own"
    OWN = "the token's own header names the algorithm, so that whoever made the token chooses it"
    NONE = "the algorithm `none` is accepted, which needs no signature"
    UNSIGNED = "the token is made with the algorithm `none`, so that anyone could have made it"


@Control(
    id="security/jwt-verification",
    title="Every token is verified with algorithms that the service names",
    kind=Kind.DEFECT,
    severity=Severity.CRITICAL,
    why="A token is only as good as its signature: without the check, or with an algorithm the token picks, "
    "anyone can write one.",
    impact="Anyone signs in as anyone, administrators included, with a token typed by hand.",
    fix='Verify with the expected algorithm alone: `jwt.decode(token, key, algorithms=["HS256"])`, and set '
    "`verify_signature` nowhere to False.",
    effort=Effort.MINUTES,
    role=Role.SECURITY,
    sources=[
        "https://datatracker.ietf.org/doc/html/rfc8725#section-3.1",
        "https://pyjwt.readthedocs.io/en/stable/algorithms.html",
    ],
    fails=[
        (
            "import jwt\n\n\ndef is_valid(token, key):\n    try:\n"
            "        claims = jwt.decode(token, key, algorithms=['RS256'])\n    except jwt.InvalidTokenError:\n"
            "        claims = jwt.decode(token, options={'verify_signature': False})  # <- flagged\n"
            "    return 'name' in claims\n"
        ),
        {
            "shop/keys.py": "OPTIONS = dict(verify_exp=True, verify_signature=False)\n",
            "shop/people.py": (
                "import jwt\n\nfrom shop import keys\n\n\ndef user_of(token, key):\n"
                "    return jwt.decode(token, key, algorithms=['HS256'], options=keys.OPTIONS)['sub']  # <- flagged\n"
            ),
        },
        (
            'import jwt\ndef user_of(token):\n    return jwt.decode(token, options={"verify_signature": '
            'False})["sub"]  # <- flagged\n'
        ),
        (
            "from jose import jwt as tokens\ndef user_of(token, key):\n    return tokens.decode(token, key)  # <- "
            "flagged\n"
        ),
        (
            'from jwt import decode\ndef user_of(token, key):\n    return decode(token, key, algorithms=["HS256", '
            '"none"])  # <- flagged\n'
        ),
        (
            "import jwt\n"
            "def user_of(token, key):\n"
            "    header = jwt.get_unverified_header(token)\n"
            '    return jwt.decode(token, key, algorithms=[header["alg"]])  # <- flagged\n'
        ),
        (
            "import jwt\n\n\ndef authenticate(token):\n"
            "    if jwt.decode(token, options={'verify_signature': False}).keys() == {'user', 'exp'}:  # <- flagged\n"
            "        return user_of(token)\n    return None\n\n\ndef user_of(token):\n"
            "    return jwt.decode(token, options={'verify_signature': False})['user']  # <- flagged\n"
        ),
        (
            "import jwt\nfrom fastapi import Depends, FastAPI, Header\n\napp = FastAPI()\n\n\n"
            "def caller(authorization: str = Header()):\n"
            "    return jwt.decode(authorization, options={'verify_signature': False})['sub']  # <- flagged\n\n\n"
            "def seller(name: str = Depends(caller)):\n    return check_right(name, 'sell')\n\n\n"
            "@app.post('/orders', dependencies=[Depends(seller)])\ndef order(name: str = Depends(caller)):\n"
            "    return {'by': name}\n"
        ),
        (
            "import jwt\nfrom fastapi import Depends, FastAPI, Request\n\napp = FastAPI()\n\n\n"
            "def claims(request: Request):\n    token = request.headers['Authorization'].removeprefix('Bearer ')\n"
            "    issuer = jwt.decode(token, options={'verify_signature': False}).get('iss')  # <- flagged\n"
            "    keys = jwt.PyJWKClient(f'{issuer}/.well-known/jwks.json')  # <- flagged\n"
            "    key = keys.get_signing_key_from_jwt(token).key\n"
            "    return jwt.decode(token, key, algorithms=['RS256'])\n\n\n"
            "def known(request: Request):\n    token = request.headers['Authorization'].removeprefix('Bearer ')\n"
            "    issuer = jwt.decode(token, options={'verify_signature': False}).get('iss')  # <- flagged\n"
            "    if issuer not in ('https://one.example', 'https://two.example'):\n        raise PermissionError\n"
            "    keys = jwt.PyJWKClient(f'{issuer}/.well-known/jwks.json')\n"
            "    key = keys.get_signing_key_from_jwt(token).key\n"
            "    return jwt.decode(token, key, algorithms=['RS256'])\n\n\n"
            "@app.get('/orders')\ndef orders(who=Depends(claims)):\n    return found(who['sub'])\n"
        ),
        (
            "import jwt\nfrom authlib.jose import jwt as signed\n\n\ndef claims_of(token, settings, keys):\n"
            "    if settings.checks_signature:\n        return signed.decode(token, keys)\n"
            "    return jwt.decode(token, options={'verify_signature': False})  # <- flagged\n\n\n"
            "def login(token, settings, keys):\n    return {'user': claims_of(token, settings, keys)['sub']}\n"
        ),
    ],
    partials=[
        (
            "import jwt\n\n\ndef _mock_of_claims(token):\n    assert settings.get('nobody_signs_in', False)\n"
            "    return jwt.decode(token, options={'verify_signature': False})['sub']  # <- flagged\n\n\n"
            "def login(token):\n    return {'user': _mock_of_claims(token)}\n"
        ),
        {
            "desk/views.py": (
                "import jwt\nfrom rest_framework.permissions import IsAuthenticated\n"
                "from rest_framework.response import Response\nfrom rest_framework.views import APIView\n\n"
                "from desk.models import Visit\n\n\nclass Leave(APIView):\n"
                "    permission_classes = (IsAuthenticated,)\n\n    def post(self, request):\n"
                "        raw = request.headers['Authorization'].split('Bearer ')[1]\n"
                "        login = jwt.decode(raw, options={'verify_signature': False})['login_id']  # <- flagged\n"
                "        Visit.objects.filter(id=login).delete()\n        return Response()\n"
            ),
            "desk/urls.py": (
                "from django.urls import path\nfrom desk.views import Leave\n\n"
                "urlpatterns = [path('leave/', Leave.as_view())]\n"
            ),
            "desk/__init__.py": "",
        },
        (
            "from functools import wraps\n\nfrom flask import Flask, abort, request\n"
            "from flask_jwt_oidc import JwtManager\nfrom jose import jwt as jose_jwt\n\n"
            "app = Flask(__name__)\nverifier = JwtManager(app)\n\n\nclass Auth:\n    @classmethod\n"
            "    def require(cls, view):\n        @verifier.requires_auth\n        @wraps(view)\n"
            "        def inner(*args, **kwargs):\n            return view(*args, **kwargs)\n        return inner\n\n"
            "    @classmethod\n    def of_group(cls, group):\n        def around(view):\n            @wraps(view)\n"
            "            def inner(*args, **kwargs):\n"
            "                claims = jose_jwt.get_unverified_claims(request.headers['Authorization'])  # <- flagged\n"
            "                groups = claims['groups']\n"
            "                groups = [one.replace('/', '', 1) for one in groups]\n"
            "                if group not in groups:\n                    abort(403)\n"
            "                return view(*args, **kwargs)\n            return inner\n        return around\n\n\n"
            "auth = Auth()\n\n\n@app.post('/orders')\n@auth.require\n@auth.of_group('sellers')\n"
            "def order():\n    return {}\n"
        ),
        (
            "import jwt\n\n\nclass Tokens:\n    def decode_token(self, token, key):\n"
            '        return jwt.decode(token, key, algorithms=["RS256"])\n\n'
            "    def key_of(self, token):\n        return KEYS[self._unverified(token)['kid']]\n\n"
            "    def _unverified(self, token):\n"
            '        return jwt.decode(token, options={"verify_signature": False})  # <- flagged\n'
        ),
        (
            "import jwt\nimport requests\n\n\ndef profile(address, code):\n"
            '    answer = requests.post(address, data={"code": code}, timeout=5).json()\n'
            '    return jwt.decode(answer["id_token"], options={"verify_signature": False})  # <- flagged\n'
        ),
        (
            "import jwt\n\n\ndef shown(raw):\n"
            "    return jwt.decode(raw, options={'verify_signature': False})  # <- flagged\n\n\n"
            "def keep(client, code):\n    answer = client.exchange(code)\n    raw = answer.get('id_token')\n"
            "    return shown(raw)\n"
        ),
        (
            "import jwt\n\nfrom shop.providers import client\n\n\nclass Accounts:\n    def keep(self, user, code):\n"
            "        answer = client.fetch_token(code)\n        user.link(self._subject(answer.id_token))\n\n"
            "    @staticmethod\n    def _subject(id_token):\n"
            "        claims = jwt.decode(id_token, options={'verify_signature': False})  # <- flagged\n"
            "        return claims.get('sub')\n"
        ),
        (
            "from datetime import datetime\n\nimport jwt\n\n\ndef is_spent(token):\n"
            '    claims = jwt.decode(token, options={"verify_signature": False})  # <- flagged\n'
            "    return datetime.fromtimestamp(claims['exp']) < datetime.now()\n"
        ),
        (
            "import jwt\n\n\ndef issuer_of(token):\n"
            "    decoded = jwt.decode(token, options={'verify_signature': False})  # <- flagged\n"
            "    return decoded.get('iss', None)\n"
        ),
        (
            "import jwt\n\nfrom shop.platforms import Launch, Platform\n\n\ndef launch(request):\n"
            "    unverified = jwt.decode(request.POST['id_token'], options={'verify_signature': False})  # <- flagged\n"
            "    issuer = unverified.get('iss')\n"
            "    platform = Platform.objects.get(issuer=issuer, client=unverified.get('aud'))\n"
            "    return Launch(request, platform.keys()).claims()\n"
        ),
        (
            "import jwt\n\n\nclass Held(dict):\n    def payload(self):\n"
            "        raw = self.get('access_token')\n"
            "        return jwt.decode(raw, options={'verify_signature': False})  # <- flagged\n\n"
            "    def scopes(self):\n        return self.payload()['scopes']\n"
        ),
        (
            "import jwt\nimport requests\n\n\ndef user_of(token):\n    asked = {'token': token}\n"
            "    answer = requests.post('https://login.shop.eu/verify', json=asked, timeout=5)\n"
            "    if answer.status_code == 200:\n"
            "        return jwt.decode(token, options={'verify_signature': False})['sub']  # <- flagged\n"
            "    raise PermissionError\n"
        ),
        (
            "import jwt\n\n\ndef colour(token):\n"
            "    claims = jwt.decode(token, options={'verify_signature': False})  # <- flagged\n"
            "    return claims.get('theme_colour')\n"
        ),
        (
            "import jwt\n\n\ndef claims(token):\n"
            '    return jwt.decode(token, options={"verify_signature": False})  # <- flagged\n\n\n'
            "def verify(token, keys):\n"
            '    return jwt.decode(token, keys[claims(token)["iss"]], algorithms=["RS256"])\n'
        ),
    ],
    passes=[
        (
            "from authlib.oauth2.rfc7523 import JWTBearerTokenValidator\n\n\nclass Tokens(JWTBearerTokenValidator):\n"
            "    def __init__(self, keys):\n        super().__init__(keys)\n"
        ),
        (
            "import jwt\n\nSIGNED_BY = {'ES256', 'RS256'}\n\n\ndef user_of(token, key):\n"
            "    kind = jwt.get_unverified_header(token).get('alg')\n    if kind not in SIGNED_BY:\n"
            "        raise PermissionError\n    return jwt.decode(token, key, algorithms=[kind])\n"
        ),
        (
            "from flask import Flask\nfrom flask_jwt_extended import JWTManager, jwt_required\n\n"
            "app = Flask(__name__)\nJWTManager(app)\n\n\n@app.post('/orders')\n@jwt_required()\n"
            "def order():\n    return {}\n"
        ),
        (
            "import jwt\n"
            'ALGORITHM = "HS256"\n'
            "def user_of(token, key):\n"
            '    kind = jwt.get_unverified_header(token)["kid"]\n'
            "    return jwt.decode(token, key[kind], algorithms=[ALGORITHM])\n"
        ),
        'from jose import jwt\ndef user_of(token, key):\n    return jwt.decode(token, key, ["RS256"])\n',
        "from authlib.jose import jwt\ndef user_of(token, keys):\n    return jwt.decode(token, key=keys)['sub']\n",
        "from joserfc import jwt\ndef user_of(token, key):\n    return jwt.decode(token, key).claims['sub']\n",
    ],
    fixed='import jwt\ndef user_of(token, key):\n    return jwt.decode(token, key, algorithms=["HS256"])["sub"]\n',
    ignores=["import json\njson.JSONDecoder().decode('{}')\n"],
)
def jwt_verification(repo: Repo) -> Iterator[Site | Ward]:
    """Look at every decode of a token.

    Lists of algorithms are kept beside, so that a comparison can tell when the token itself may choose.
    """
    for site in repo.python.calls(*sorted(_PYJWT | _JOSE | _OF_KEYS | _UNVERIFIED | _ENCODING)):
        flaw = _flaw(site, repo)
        if flaw is None:
            yield _ward(site, None, Confidence.HIGH)
            yield from _of_claims(site, repo)
            yield good(site.location)
            continue
        confidence = Confidence.HIGH
        if flaw is _Flaw.OFF and _takes_the_place_of_verified(site, repo):
            yield _ward(site, flaw, confidence)
            yield bad(site.location, f"In `{site.last}` {flaw.value} once it has failed.", fix=_fix(site, flaw))
            continue
        if flaw is _Flaw.OFF and (
            _is_only_looked_at(site, repo) or _is_verified_beside(site, repo) or _was_made_here(site, repo)
        ):
            confidence = Confidence.LOW
        elif flaw is _Flaw.OFF and (
            _is_from_the_issuer(site, repo)
            or _was_fetched(site, repo)
            or _is_a_look_aside(site, repo)
            or _is_one_of_two_steps(site, repo)
            or _tells_nobody(site, repo)
            or _is_asked_about(site, repo)
            or _is_the_callers(site, repo)
            or _is_read_behind_others(site, repo)
            or (site.function is not None and _PLAYS.search(site.function.name) is not None)
            or repo.wiring.is_left_lying(site.module, site.call.scope)
            or any(map(_NOT_DEPLOYED.search, site.call.guards))
        ):
            confidence = Confidence.MEDIUM
        yield _ward(site, flaw, confidence)
        told = f"In `{site.last}` {flaw.value}"
        if flaw is _Flaw.OFF and confidence is Confidence.HIGH and not _lets_in(site, repo):
            confidence, told = Confidence.MEDIUM, f"{told}; that somebody is let in by it is not seen"
        yield bad(site.location, f"{told}.", confidence, fix=_fix(site, flaw))
    yield from (good(site.location) for site in repo.python.calls(*sorted(_OF_AUTHLIB)))
    yield from _of_own_keys(repo)
    yield from map(good, _kept_by_library(repo))


_KEYS = ("jwt.PyJWKClient", "jwt.jwks_client.PyJWKClient")
"""What fetches the keys that signatures are held against, from the address it is given."""
_OWN_ADDRESS = re.compile(r"^(decode|get_unverified_claims|get_unverified_header)\(\)\[\W*(iss|jku|x5u)\W*\]$")
"""What a token says of where its keys are, as a flow tells it."""


def _of_own_keys(repo: Repo) -> Iterator[Site]:
    """Where keys are fetched from wherever the token says, whoever made it: then anybody makes tokens that hold."""
    for site in repo.python.calls(*_KEYS):
        unverified = (one for one in repo.python.calls(*sorted(_PYJWT | _UNVERIFIED)) if one.module is site.module)
        if not any(_flaw(one, repo) is _Flaw.OFF for one in unverified):
            continue
        for flow in repo.flows.into(site, 0, "uri"):
            held = flow.is_limited or flow.is_vetted or flow.is_looked_up or any(map(_HELD.match, flow.cleaned))
            if _OWN_ADDRESS.match(flow.text) and flow.sure and not flow.prefix and not held:
                yield bad(
                    site.location,
                    f"`{site.last}` fetches the key from where the token itself says that it was issued",
                    fix="Hold what the token says of its issuer against the issuers that you trust, before.",
                )
                break


_HELD = re.compile(r"starts:http|(yes|passed|no):.*(issuer|trust|allow|host|domain)", re.IGNORECASE)
"""What was asked of an address on the way, and may keep it to those that are known."""


def _ward(site: CallSite, flaw: _Flaw | None, confidence: Confidence) -> Ward:
    """What keeps a token from being made up: a list of algorithms, or that its signature is looked at."""
    is_lost = flaw is _Flaw.OWN or (flaw is _Flaw.OFF and confidence is not Confidence.LOW)
    return Ward(
        site.location,
        "reading a token",
        () if flaw or site.name in _ENCODING else ("the look at its signature by fixed algorithms",),
        f"In `{site.last}` {flaw.value}" if flaw else "",
        ways=int(is_lost),
    )


_CLAIMS = {"verify_exp": "when it ends", "verify_aud": "whom it is for", "verify_iss": "who made it"}
"""Options by which a library leaves what a token says of itself out of account."""


def _of_claims(site: CallSite, repo: Repo) -> Iterator[Ward]:
    """Whether what a token says of itself is looked at, besides its signature."""
    for option, said in _CLAIMS.items() if site.name not in _ENCODING else ():
        is_off = _option(option, site, repo) is False
        yield Ward(
            site.location,
            f"{said}, of a token",
            () if is_off else (f"the look at {said}",),
            f"`{site.last}` takes a token without a look at {said}",
            ways=int(is_off),
        )


_NOT_DEPLOYED = re.compile(
    r"^!.*(^|[_.:?!])(is_)?(deployed|prod(uction)?)(\(\))?$|^[^!]*(^|[_.:?])(is_)?(local|dev(elopment)?|debug)(\(\))?$",
    re.IGNORECASE,
)
"""A condition that only a developer's machine fulfils."""


_VALIDATORS = (
    "authlib.oauth2.rfc7523.JWTBearerTokenValidator",
    "authlib.oauth2.rfc7523.validator.JWTBearerTokenValidator",
    "authlib.oauth2.rfc9068.JWTBearerTokenValidator",
)
"""Classes of libraries that verify every token which they are shown, whatever is derived from them."""


def _kept_by_library(repo: Repo) -> Iterator[Location]:
    """Where a library is set up that reads the tokens itself, by the one algorithm that it is configured with."""
    for site in repo.python.calls(*sorted(_MANAGERS)):
        yield site.location
    for klass in repo.python.classes:
        if repo.python.descends_from(klass, *_VALIDATORS):
            yield klass.location
    for module, item in repo.python.imports("rest_framework_simplejwt", "rest_framework_jwt", "ninja_jwt"):
        if module.area is Area.PRODUCTION:
            yield Location(module.path, item.line)
            return


def _flaw(site: CallSite, repo: Repo) -> _Flaw | None:
    if site.name in _ENCODING:
        algorithm = repo.python.constant(site.call.argument(2, "algorithm"), site.module)
        return _Flaw.UNSIGNED if isinstance(algorithm, str) and algorithm.lower() == "none" else None
    if site.name == "google.auth.jwt.decode":
        return _Flaw.OFF if repo.python.constant(site.call.argument(2, "verify"), site.module) is False else None
    if site.name in _UNVERIFIED or _switched_off(site, repo):
        return _Flaw.OFF
    algorithms = site.call.argument(2, "algorithms")
    if algorithms is None and site.name in _OF_KEYS:
        return None
    if algorithms is None:
        starred = site.call.has_double_star or any(getattr(value, "kind", "") == "*" for value in site.call.args)
        singular = site.call.has("algorithm") and site.name in _JOSE
        return None if starred or singular or _is_keyed(site, repo) else _Flaw.OPEN
    named = _texts(algorithms, site, repo)
    if any(text.lower() == "none" for text in named):
        return _Flaw.NONE
    if any(
        _chosen_by_token(value, at, repo) and not _is_among_allowed(value, at)
        for value, at in _handed_in(algorithms, site, repo)
    ):
        return _Flaw.OWN
    return _Flaw.OPEN if isinstance(algorithms, Const) and algorithms.value is None else None


def _handed_in(value: Value, site: CallSite, repo: Repo) -> Iterator[tuple[Value, CallSite]]:
    """A value, and what callers give for it where it is a parameter of the function around."""
    yield value, site
    definition = site.module.definition(site.call.scope)
    if not isinstance(value, Name) or definition is None or definition.kind != "function":
        return
    names = [parameter.name for parameter in definition.parameters]
    if value.name.lstrip("?") in names:
        own = DefinitionSite(site.module, site.call.scope, definition)
        for caller, shift, _ in repo.flows.callers(own):
            given = caller.call.argument(names.index(value.name.lstrip("?")) + shift, value.name.lstrip("?"))
            if given is not None:
                yield given, caller


def _chosen_by_token(algorithms: Value, site: CallSite, repo: Repo) -> bool:
    """Whether the one algorithm that is let in is what the token's header says: `[header["alg"]]`."""
    if isinstance(algorithms, Items) and len(algorithms.items) != 1:
        return False
    value: Value | None = algorithms.items[0] if isinstance(algorithms, Items) else algorithms
    if isinstance(value, Name):
        value = _assigned(value, site, repo)
    if isinstance(value, Invoke) and value.call >= 0 and value.name.endswith(".get"):
        call = site.module.facts.calls[value.call]
        source, key = value.name.removesuffix(".get"), call.argument(0, "key")
    elif isinstance(value, Index) and len(value.items) == 1:
        key = value.items[0]
        source = value.value.name if isinstance(value.value, Name | Invoke) else ""
        if isinstance(value.value, Name):
            source = value.value.meaning or source
    else:
        return False
    return (
        isinstance(key, Const)
        and key.value == "alg"
        and bool(_HEADER.search(source.removesuffix("()").rpartition(".")[2].rpartition(":")[2]))
    )


_ALLOWED = re.compile(r"[.:]_?[A-Z][A-Z0-9_]*$")
"""A constant, as it stands in a condition."""


def _is_among_allowed(algorithms: Value, site: CallSite) -> bool:
    """Whether the function stops before the decode over an algorithm that is none of a constant list of them."""
    value = algorithms.items[0] if isinstance(algorithms, Items) and algorithms.items else algorithms
    return isinstance(value, Name) and any(
        raised.scope == site.call.scope
        and raised.line < site.call.line
        and value.name in raised.guards
        and any(_ALLOWED.search(guard) for guard in raised.guards)
        for raised in site.module.facts.raises
    )


def _is_keyed(site: CallSite, repo: Repo) -> bool:
    """Whether the key itself fixes the algorithm: PyJWT's `PyJWK` does."""
    key = site.call.argument(1, "key")
    name = key.meaning or key.name if isinstance(key, Name) else key.name if isinstance(key, Invoke) else ""
    return "PyJWK" in repo.python.mean(name, site.module)


def _switched_off(site: CallSite, repo: Repo) -> bool:
    if repo.python.constant(site.call.keyword("verify"), site.module) is False:
        return True
    return _option("verify_signature", site, repo) is False


def _option(name: str, site: CallSite, repo: Repo) -> object:
    """What an option of a decode is set to; None where it is not, or by something else than a literal."""
    options = site.call.argument(3, "options")
    if isinstance(options, Name):
        options = written_down(repo.python, options, site.module) or _assigned(options, site, repo)
    if isinstance(options, Invoke) and options.name == "dict" and options.call >= 0:
        return repo.python.constant(site.module.facts.calls[options.call].keyword(name), site.module)
    if not isinstance(options, Mapping):
        return None
    pairs = zip(options.keys, options.values, strict=True)
    return next(
        (
            repo.python.constant(value, site.module)
            for key, value in pairs
            if isinstance(key, Const) and key.value == name
        ),
        None,
    )


def _assigned(name: Name, site: CallSite, repo: Repo) -> Value | None:
    """What a variable of the function or of the module is bound to."""
    local = site.module.bound_to(name.name, site.call.scope)
    if len(local) == 1:
        return local[0]
    found = repo.python.assignment(name.name, site.module)
    return found[1].value if found is not None else None


def _texts(value: Value, site: CallSite, repo: Repo) -> list[str]:
    if isinstance(value, Name):
        value = _assigned(value, site, repo) or value
    items = value.items if isinstance(value, Items) else (value,)
    return [text for item in items if isinstance(text := repo.python.constant(item, site.module), str)]


def _is_only_looked_at(site: CallSite, repo: Repo) -> bool:
    """Whether the claims are only logged or compared, in a function that does not say it verifies."""
    if site.outer is not None and site.outer.last in _LOGGING:
        return True
    function = site.function
    if function is None or _DECIDING.search(function.name):
        return False
    directly = site.call.result == "" and site.outer is None
    return not directly and all(
        one in _LOGGING or one.lstrip(":").startswith("log_") for one in repo.flows.takers(site)
    )


def _is_verified_beside(site: CallSite, repo: Repo) -> bool:
    """Whether the same function verifies as well: then the unverified look only chooses a key or an issuer."""
    if any(
        other.call is not site.call
        and other.call.scope == site.call.scope
        and other.module is site.module
        and _flaw(other, repo) is None
        for other in repo.python.calls(*sorted(_PYJWT | _JOSE | _OF_KEYS))
    ):
        return True
    token = site.call.argument(0, "jwt")
    return isinstance(token, Name) and any(
        _verifies(call, token.name, site.module, repo) for call in site.beside if call.line > site.call.line
    )


def _takes_the_place_of_verified(site: CallSite, repo: Repo) -> bool:
    """Whether the claims are bound to the same name as those that could not be verified, in whose handler they stand.

    One that raises in the end lets nobody in.
    """
    call = site.call
    failed = {
        one.attempt
        for one in site.module.facts.handlers
        if one.scope == call.scope and one.line <= call.line <= one.end_line and not one.raises
    }
    return call.result != "" and any(
        other.module is site.module
        and other.call.attempt in failed
        and other.call.result == call.result
        and _flaw(other, repo) is None
        for other in repo.python.calls(*sorted(_PYJWT | _JOSE | _OF_KEYS))
    )


_ANSWERED = re.compile(r"status|(^|\.)ok$|valid|active", re.IGNORECASE)


def _is_asked_about(site: CallSite, repo: Repo) -> bool:
    """Whether another service was handed the token, and the claims are read only where it answered well."""
    token = site.call.argument(0, "jwt")
    if not isinstance(token, Name) or not any(map(_ANSWERED.search, site.call.guards)):
        return False
    return any(
        token.name in names_in(_assigned(value, site, repo) or value if isinstance(value, Name) else value)
        for call in site.beside
        if call.line < site.call.line and call.last == "post" and call.name.startswith(_CLIENTS)
        for value in call.handed
    )


_CLIENTS = ("requests.", "httpx.", "aiohttp.", "urllib3.")


_STEP = re.compile(r"un_?verified|(no|without)_verif|peek|untrusted", re.IGNORECASE)
_BESIDE = re.compile(r"(^|_)(verify|verified|validated?)(_|$)|^decode_token$", re.IGNORECASE)


def _is_one_of_two_steps(site: CallSite, repo: Repo) -> bool:
    """Whether the file verifies tokens too, and keeps the two apart: by this function's name, or in one class."""
    function = site.function
    if function is None or not any(
        other.module is site.module and other.call.scope != site.call.scope and _flaw(other, repo) is None
        for other in repo.python.calls(*sorted(_PYJWT | _JOSE | _OF_KEYS))
    ):
        return False
    owner = function.qualname.rpartition(".")[0]
    beside = (
        item.name
        for item in site.module.facts.definitions
        if owner and item.kind == "function" and item.qualname.rpartition(".")[0] == owner and item is not function
    )
    return bool(_STEP.search(function.name)) or any(map(_BESIDE.search, beside))


def _is_from_the_issuer(site: CallSite, repo: Repo) -> bool:
    """Whether the token is one that the service fetched itself, in exchange for a code: nobody else has held it."""
    token = site.call.argument(0, "jwt")
    if token is None:
        return False
    _, *handed = _handed_in(token, site, repo)
    sources = handed or [(token, site)]
    named = all(_is_id_token(value, at, repo) or _is_of_session(value, at, repo) for value, at in sources)
    return named and not any(flow.kind == "request" for flow in repo.flows.into(site, 0))


def _was_made_here(site: CallSite, repo: Repo) -> bool:
    """Whether the token is one that the service has signed itself just before: nobody else has held it."""
    flows = repo.flows.into(site, 0, "jwt")
    made = [flow for flow in flows if flow.text == "encode()"]
    return bool(made) and all(flow in made or flow.kind in ("setting", "operator") for flow in flows)


_ANSWER = re.compile(r"(^|\.)(post|request|send|fetch_token|fetch_access_token)\(\)\.(json|text|data)\b")
"""What another service has answered, as a flow tells it."""


def _was_fetched(site: CallSite, repo: Repo) -> bool:
    """Whether the token is what another service has answered when it was asked for one, and none that is brought."""
    flows = repo.flows.into(site, 0, "jwt")
    return any(_ANSWER.search(flow.text) for flow in flows) and all(
        flow.kind in ("unknown", "setting", "operator") for flow in flows
    )


def _is_of_session(token: Value, site: CallSite, repo: Repo) -> bool:
    """Whether a value is what a function reads out of the session, by its name: the service itself put it there."""
    if isinstance(token, Name):
        token = _assigned(token, site, repo) or token
    return isinstance(token, Invoke) and re.search(r"_(from|of|in)_session$", token.name) is not None


def _is_id_token(token: Value, site: CallSite, repo: Repo) -> bool:
    """Whether a value is what an answer holds under `id_token`, or keeps as its attribute of that name."""
    if isinstance(token, Name) and token.name.rpartition(".")[0] and token.name.endswith(".id_token"):
        return _OF_REQUESTS.search(token.name) is None
    if isinstance(token, Name):
        token = _assigned(token, site, repo) or token
    if isinstance(token, Index) and len(token.items) == 1:
        key: Value = token.items[0]
    elif isinstance(token, Invoke) and token.call >= 0 and token.name.endswith(".get"):
        key = site.module.facts.calls[token.call].argument(0, "key") or token
    else:
        return False
    return isinstance(key, Const) and key.value == "id_token"


_WHO = re.compile(
    r"\[\w*(sub|subject|identity|user|login|mail|name|uid|oid|id|roles?|groups?|scopes?|admin|tenant|upn|permissions)\w*\]",
    re.IGNORECASE,
)
_OF_PEOPLE = re.compile(r"verif|authenti|login|log_in|sign_?in|user|account|identity", re.IGNORECASE)
"""Calls that make somebody of the claims that they are handed."""
_STAND_IN = re.compile(r"^(Null|Dummy|Fake|Mock|Insecure|Dev|Stub)[A-Z]")
"""Classes that by their name stand in for the real one where somebody develops."""


def _lets_in(site: CallSite, repo: Repo) -> bool:
    """Whether the claims are seen to tell who somebody is, of a token that the caller does not hold itself."""
    function = site.function
    if function is None:
        return True
    if _STAND_IN.match(function.qualname) or _is_held_by_itself(site, repo):
        return False
    own = DefinitionSite(site.module, site.call.scope, function)
    around = [(site, function.name)]
    if repo.flows.is_handed_on(site):
        around += [(at, at.function.name) for at, _, _ in repo.flows.callers(own) if at.function is not None]
    return f"{site.module.path}:{function.qualname}" in repo.routes.by_handler or any(
        _DECIDING.search(name)
        or any(map(_WHO.search, repo.flows.read_from(at)))
        or any(map(_OF_PEOPLE.search, repo.flows.takers(at)))
        for at, name in around
    )


_OF_REQUESTS = re.compile(r"request|cookie|header|param|quer", re.IGNORECASE)


def _is_held_by_itself(site: CallSite, repo: Repo) -> bool:
    """Whether the token is what the object keeps as its own, and none that somebody brings."""
    token = site.call.argument(0, "jwt")
    if isinstance(token, Name):
        token = _assigned(token, site, repo) or token
    owner = site.function.qualname.rpartition(".")[0] if site.function is not None else ""
    return (
        bool(owner)
        and (isinstance(token, Name) or (isinstance(token, Invoke) and token.name.endswith(".get")))
        and token.name.startswith(f":{owner}().")
        and _OF_REQUESTS.search(token.name) is None
    )


_HEADER_OF_CALLER = re.compile(r"headers?\W*(\[\W*authorization|\.get|\[…\]|$)|HTTP_AUTHORIZATION", re.IGNORECASE)
"""The header of the one who calls; where its name is a setting, the settings say so of the sign-in too."""


def _is_the_callers(site: CallSite, repo: Repo) -> bool:
    """Whether the token is the one by which the caller signed in, and its handler lets in nobody who did not."""
    function = site.function
    routes = repo.routes.by_handler.get(f"{site.module.path}:{function.qualname}", ()) if function is not None else ()
    guarded = bool(routes) and all(
        any(one.strength >= Strength.IDENTITY and one.level != "handler" for one in repo.identity.protections(route))
        for route in routes
    )
    return guarded and any(
        flow.kind == "request" and _HEADER_OF_CALLER.search(flow.text) for flow in repo.flows.into(site, 0, "jwt")
    )


_PLAYS = re.compile(r"(^|_)(mock(ed)?|fake|stub|dummy)(_|$)", re.IGNORECASE)
"""The name of a function that stands in for the one that verifies, where somebody puts it there."""


def _is_read_behind_others(site: CallSite, repo: Repo) -> bool:
    """Whether something else asks who calls on every route that leads here: who is let in was settled before."""
    own = repo.reach.function_at(site.module, site.call.scope)
    if own is None:
        return False
    leading = list(repo.reach.routes_to(own))
    named = {own.name, own.name.rpartition(".")[0]}
    leading += [
        route
        for route in repo.routes.served
        if any(
            (asked := repo.refusals.defined(guard.name)) is not None and asked.name in named for guard in route.guards
        )
    ]
    return bool(leading) and all(_is_asked_for_elsewhere(route, named, repo) for route in leading)


def _is_asked_for_elsewhere(route: Route, named: Container[str], repo: Repo) -> bool:
    """Whether a guard before a route asks who calls, and has not been told so by one of these functions.

    What a library asks may be answered by what the tree has put into it: that counts where none of them is a guard.
    """
    asking = [(guard, repo.refusals.defined(guard.name)) for guard in route.guards]
    own = {id(guard) for guard, site in asking if site is not None and _comes_to(site, named, repo)}
    misplaced = repo.identity.misplaced(route)
    return any(
        id(guard) not in own
        and (site is not None or not own)
        and guard.name not in misplaced
        and repo.identity.of_guard(guard) >= Strength.IDENTITY
        for guard, site in asking
    )


def _comes_to(site: DefinitionSite, named: Container[str], repo: Repo, hops: int = 2) -> bool:
    """Whether a function or class is one of these, or calls one of them, itself or in what it calls."""
    if site.name in named:
        return True
    inside = range(site.definition.line, site.definition.end_line + 1)
    return hops > 0 and any(
        (target := repo.python.target(call, site.module)) is not None and _comes_to(target, named, repo, hops - 1)
        for call in site.module.facts.calls
        if call.line in inside
    )


_OF_THE_TOKEN = frozenset({"[exp]", "[iat]", "[nbf]", "[iss]", "[aud]", "[azp]", "[client_id]"})
"""Claims that tell when a token holds, who issued it and for which client, and nothing of who brings it."""


def _tells_nobody(site: CallSite, repo: Repo) -> bool:
    """Whether all that is read of the claims is when the token holds and who issued it: nobody is let in by that."""
    read = repo.flows.read_from(site) - {""}
    return bool(read) and read <= _OF_THE_TOKEN and not repo.flows.is_handed_on(site)


def _is_a_look_aside(site: CallSite, repo: Repo) -> bool:
    """Whether the file verifies tokens elsewhere, and this decode stands in a helper that does not say it decides."""
    function = site.function
    if function is None or _DECIDING.search(function.name):
        return False
    if f"{site.module.path}:{function.qualname}" in repo.routes.by_handler:
        return False
    return any(
        other.module is site.module and other.call.scope != site.call.scope and _flaw(other, repo) is None
        for other in repo.python.calls(*sorted(_PYJWT | _JOSE | _OF_KEYS))
    )


def _verifies(call: Call, token: str, module: Module, repo: Repo, hops: int = 1) -> bool:
    """Whether a call hands the token on to what is named for verifying it, or to a function that does."""
    given = call.handed
    position = next((at for at, value in enumerate(given) if isinstance(value, Name) and value.name == token), None)
    if position is None:
        return False
    if _BESIDE.search(call.last):
        return True
    site = repo.python.call_site(module, call)
    if position == 0 and site.name in _PYJWT | _JOSE and _flaw(site, repo) is None:
        return True
    own = repo.python.definition(call.name, module) if hops else None
    if own is None or own.definition.kind != "function":
        return False
    return any(
        _verifies(inside, f"?{parameter.name}", own.module, repo, hops - 1)
        for parameter in own.definition.parameters
        for inside in own.module.facts.calls
        if inside.scope == own.index
    )


def _fix(site: CallSite, flaw: _Flaw) -> str:
    if flaw is _Flaw.OFF:
        return 'Give the key and verify: `decode(token, key, algorithms=["HS256"])`, without `verify_signature: False`.'
    if flaw is _Flaw.NONE:
        return "Take `none` out of the algorithms and name the one that the tokens are signed with."
    if flaw is _Flaw.UNSIGNED:
        return 'Sign with a key that the reader can check: `encode(payload, key, algorithm="HS256")`.'
    return f'Name the algorithm that the tokens are signed with: `{site.last}(…, algorithms=["HS256"])`.'
