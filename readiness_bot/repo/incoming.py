"""The webhooks that other services call, and how each proves its sender; judges nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Index, Invoke, Name, Other, Value
from readiness_bot.repo.expressions import flattened
from readiness_bot.repo.identity import Identity
from readiness_bot.repo.modules import DefinitionSite
from readiness_bot.repo.python import Python
from readiness_bot.repo.refusal_signs import is_refusing_value
from readiness_bot.repo.refusals import Strength
from readiness_bot.repo.route import Route
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.switched import Switched

_DEPTH = 3


_EVENTS = ("gidgethub.sansio.Event.from_http", "gidgethub.sansio.validate_event", "stripe.Webhook.construct_event")
"""What reads the events of a provider, and checks their signature when it is given the secret."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One route that another service calls; `verified_by` is empty where nothing proves the sender."""

    route: str
    path: str
    line: int
    verified_by: str
    handled: Route
    """The route as it was read."""


_HOOK = re.compile(
    r"(^|[/_\-.])(web_?hooks?|hooks?|callbacks?/(stripe|github|gitlab|slack|twilio|paypal|adyen|mollie)|ipn|event-webhook)(?=$|[/_\-.{<(])",
    re.IGNORECASE,
)
_PROVIDER = re.compile(
    r"(stripe|github|gitlab|bitbucket|slack|twilio|paypal|sendgrid|mailgun|jira|linear|shopify|adyen|pagerduty|sentry)[/_\-]?(events?|webhooks?|hooks?|callback|ipn)"
    r"|(^|[/_\-])(ses|sns|postmark|mandrill)[/_\-](events?|notifications?|callback|webhook)",
    re.IGNORECASE,
)
_VERIFIES = re.compile(
    r"^(compare_digest|construct_event|safe_str_cmp|constant_time_compare|verify_signature|verify_webhook\w*|validate_signature|check_signature|verify_\w*signature\w*|validate_\w*signature\w*"
    r"|is_valid_signature|is_valid_request|verify_slack\w*|check_webhook_signature|verify_hmac|check_hmac|verify_request|signature_valid|parse_signed_request|check_\w*signature\w*|verify_header|construct_payload"
    r"|verify_\w*secret|validate_webhook\w*|authenticate_webhook\w*|verify_jws|(verify|validate|check)_sns\w*|verify_token|check_token|validate_token)$"
)
_MANAGES = re.compile(
    r"(^|_)(create|update|delete|list|edit|add|remove|get|test|save|register|set|install|reset|enable|disable|read|regenerate|rotate|resend|redeliver|toggle|rerun|replay|retry)(_|$)"
)


_BAD_SIGNATURE = re.compile(r"Signature\w*(Error|Exception|Invalid)?$|InvalidSignature")
"""What is raised where a signature is wrong: whoever catches it has had one verified."""

_TAKERS = re.compile(r"(slack_bolt|botbuilder|microsoft_agents|linebot|twilio|svix|telegram|discord|stripe)\b")
"""Libraries of providers that answer their events themselves."""
_HEADER = re.compile(
    r"(x-)?(github-event|hub-signature(-256)?|gitlab-(event|token)|gitea-(event|signature)|slack-signature|twilio-signature"
    r"|stripe-signature|shopify-hmac-sha256|event-key)$",
    re.IGNORECASE,
)
"""Headers by which a provider names its event, or proves that it sent it."""
_SECRET = re.compile(r"secret|signature|hmac", re.IGNORECASE)
_REQUEST = re.compile(r"(^|[.?:])(req|request|body)$")


def _is_given_signature(call: Call) -> bool:
    """Whether a call named for verifying is given a signature beside what was signed."""
    handed = [name for name, _ in call.keywords] + [item.name for item in call.args if isinstance(item, Name)]
    return call.last.lstrip(":?_") in ("verify", "validate", "check") and any("signature" in name for name in handed)


def _names_header(value: Value) -> bool:
    return isinstance(value, Const) and _HEADER.match(str(value.value)) is not None


def _turns_away(site: DefinitionSite) -> bool:
    """Whether a function, or one inside it, refuses by a secret that it holds against what it is handed.

    Such a secret may be a part of the path: `if shop.hook_secret != key: raise Forbidden`.
    """
    definitions = site.module.facts.definitions
    scopes = {site.index, *(number for number, one in enumerate(definitions) if one.parent == site.index)}
    handed = tuple(f"?{parameter.name}" for number in scopes for parameter in definitions[number].parameters)
    refused = [one.guards for one in site.module.facts.raises if one.scope in scopes]
    refused += [
        one.guards
        for one in site.module.facts.returns
        if one.scope in scopes and any(map(is_refusing_value, flattened(one.value)))
    ]
    return any(
        any(map(_SECRET.search, guards))
        and any(guard.startswith(handed) and not _SECRET.search(guard) for guard in guards)
        for guards in refused
    )


class Incoming:
    """Questions about calls from other services."""

    LOOKS = "webhook routes and what they call"

    def __init__(self, python: Python, routes: Routes, identity: Identity, switched: Switched) -> None:
        self._python = python
        self._routes = routes
        self._identity = identity
        self._switched = switched

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def webhooks(self) -> tuple[Webhook, ...]:
        """Every incoming webhook, one a handler."""
        found: dict[str, Webhook] = {}
        for route in self._routes.all:
            takes = "POST" in route.methods or self._is_put_alone(route)
            if route.is_wired and takes and self._is_incoming(route):
                key = route.handler.name if route.handler is not None else route.name
                place = route.location
                found.setdefault(key, Webhook(route.name, place.path, place.line, self._proof(route), route))
        return tuple(found.values())

    @cached_property
    def proving(self) -> tuple[DefinitionSite, ...]:
        """The functions that look at what proves the sender of a webhook: handlers, guards, and what those call."""
        found: dict[str, DefinitionSite] = {}
        for hook in self.webhooks:
            handler = hook.handled.handler
            begun = [handler] if handler is not None else []
            for guard in hook.handled.guards:
                own = self._python.definition_named(guard.name)
                begun += (own,) if own is not None else self._made_by(guard.name)
            for site in begun:
                found.update((one.name, one) for one in self._followed(site, _DEPTH))
        return tuple(site for site in found.values() if self._verifies(site, 0, set()))

    def _followed(self, site: DefinitionSite, hops: int) -> Iterator[DefinitionSite]:
        """A function and those of the tree that it calls."""
        yield site
        for call in site.calls if hops else ():
            target = self._python.target(call, site.module) or self._only_one_called(call)
            if target is not None and target.definition.kind == "function" and target.name != site.name:
                yield from self._followed(target, hops - 1)

    def _only_one_called(self, call: Call) -> DefinitionSite | None:
        """The one method of the tree of that name, where an unknown object is asked to prove a sender."""
        named = self._proving_methods.get(call.last, ()) if "." in call.name else ()
        return named[0] if len(named) == 1 else None

    @cached_property
    def _proving_methods(self) -> dict[str, list[DefinitionSite]]:
        """By name, the methods of the tree that are named for proving a sender."""
        found: dict[str, list[DefinitionSite]] = defaultdict(list)
        for site in self._python.functions:
            if site.owner is not None and _VERIFIES.match(site.definition.name):
                found[site.definition.name].append(site)
        return found

    @cached_property
    def _methods_by_path(self) -> dict[str, set[str]]:
        index: dict[str, set[str]] = defaultdict(set)
        for route in self._routes.all:
            index[route.path.rstrip("/")].update(route.methods)
        return index

    def _is_put_alone(self, route: Route) -> bool:
        """Whether events of a provider come by PUT: nothing else is answered there, and no address is kept by it."""
        if self._methods_by_path[route.path.rstrip("/")] - {"HEAD", "OPTIONS"} != {"PUT"} or route.path.endswith("}"):
            return False
        handler = route.handler.definition.name if route.handler is not None else ""
        told = any(map(_PROVIDER.search, (route.path, handler))) or re.search(r"receive|handle|process|event", handler)
        return bool(told) or self._reads_event(route)

    def _is_incoming(self, route: Route) -> bool:
        """Whether the route receives events, and does not manage the addresses that this service calls."""
        handler = route.handler.definition.name if route.handler is not None else ""
        if (
            _HOOK.search(route.path) is None
            and _PROVIDER.search(route.path) is None
            and re.search(r"(^|_)webhook(_|$)", handler) is None
            and _PROVIDER.search(handler) is None
            and not self._reads_event(route)
        ):
            return False
        # The only action of a view set of Django REST framework is named after what it does to a model.
        is_action = handler == "create" and route.framework == "django-rest-framework"
        if (
            not is_action
            and _MANAGES.search(handler)
            and re.search(r"receive|handle|process|event", handler) is None
            and not (route.handler is not None and self._verifies(route.handler, 0, set()))
        ):
            return False
        beside = self._methods_by_path[route.path.rstrip("/")]
        below = [
            path
            for path in self._methods_by_path
            if re.fullmatch(re.escape(route.path.rstrip("/")) + r"/[{<][^/]+", path)
        ]
        managing = frozenset() if self._is_put_alone(route) else beside & {"PUT", "DELETE", "PATCH"}
        manages = managing or any(self._methods_by_path[path] & {"PUT", "DELETE", "PATCH"} for path in below)
        return not manages and not self._is_below_managed(route)

    @staticmethod
    def _reads_event(route: Route) -> bool:
        """Whether a provider's own library reads what the handler was sent, whatever the path is called."""
        site = route.handler
        if site is None:
            return False
        facts = site.module.facts
        calls = site.calls
        values = [value for call in calls for value in call.handed]
        values += [item.value for item in facts.assignments if item.scope == site.index]
        return any(call.name.startswith(_EVENTS) or any(map(_names_header, call.args[:1])) for call in calls) or any(
            _names_header(key) for value in values if isinstance(value, Index) for key in value.items
        )

    def _is_below_managed(self, route: Route) -> bool:
        """Whether the route belongs to one of the hooks that are managed here: `/webhooks/{id}/secret`."""
        owner = re.match(r".*?(web)?hooks?/[{<][^/]+(?=/)", route.path)
        return owner is not None and bool(self._methods_by_path[owner[0]] & {"PUT", "DELETE", "PATCH"})

    def _proof(self, route: Route) -> str:
        for guard in route.guards:
            last = guard.name.rpartition(".")[2].rpartition(":")[2]
            own = self._python.definition_named(guard.name)
            asked = (own,) if own is not None else tuple(self._made_by(guard.name))
            # A decorator asks in the function that it puts in the handler's place.
            within = (inner for one in asked for inner in one.module.defined_in(one.index))
            if _VERIFIES.match(last) or any(
                one.definition.kind == "function" and self._verifies(one, 0, set()) for one in (*asked, *within)
            ):
                return f"`{last}`"
            if self._identity.of_guard(guard) >= Strength.IDENTITY:
                return f"`{last}`"
        if route.handler is not None and self._verifies(route.handler, 0, set()):
            return "a signature"
        taker = self._taker(route.handler) if route.handler is not None else ""
        if taker:
            return f"`{taker}`, which is handed the request as a whole"
        strongest = self._identity.gate(route)
        return strongest.by if strongest is not None and strongest.strength >= Strength.IDENTITY else ""

    @staticmethod
    def _taker(site: DefinitionSite) -> str:
        """The handler of a provider's library that takes the whole request, and looks at its signature itself."""
        for call in site.module.facts.calls:
            if call.scope != site.index or not _TAKERS.match(call.name):
                continue
            if any(isinstance(value, Name) and _REQUEST.search(value.name) for value in call.args):
                return call.name.rpartition("()")[0].rpartition(".")[2] or call.last
        return ""

    def _made_by(self, name: str) -> Iterator[DefinitionSite]:
        """The functions that stand in the one of the tree that makes a guard: `check = checking(secret)`."""
        path, _, variable = name.partition(":")
        module = self._python.modules.get(path)
        bound = self._python.assignment(f":{variable}", module) if module is not None else None
        if bound is None or not isinstance(bound[1].value, Invoke):
            return
        maker = self._python.definition(bound[1].value.name, bound[0])
        if maker is not None:
            yield from maker.module.defined_in(maker.index)

    def _is_told_secret(self, call: Call, site: DefinitionSite) -> bool:
        """Whether a library is handed the secret by which it proves the sender, where nobody sets anything too."""
        value = call.keyword("secret")
        bound = site.module.bound_to(value.name, site.index) if isinstance(value, Name) else []
        given = self._switched.by_default(bound[0] if len(bound) == 1 else value, site.module)
        return given is not None and not (isinstance(given, Const) and given.value is None)

    def _verifies(self, site: DefinitionSite, depth: int, seen: set[str]) -> bool:
        if depth > _DEPTH or site.name in seen or len(seen) > 60:
            return False
        seen.add(site.name)
        calls = site.calls
        if any(_VERIFIES.match(call.last.lstrip(":?_")) or _is_given_signature(call) for call in calls):
            return True
        if any(call.name.startswith(_EVENTS) and self._is_told_secret(call, site) for call in calls):
            return True
        # A secret that was sent is held against the one that is known.
        named = [call.guards for call in calls]
        named += [
            item.value.names
            for item in site.module.facts.assignments
            if item.scope == site.index and isinstance(item.value, Other)
        ]
        if any(len({name for name in names if _SECRET.search(name)}) > 1 for names in named) or _turns_away(site):
            return True
        if any(
            handler.scope == site.index and any(map(_BAD_SIGNATURE.search, handler.types))
            for handler in site.module.facts.handlers
        ):
            return True
        for call in calls:
            found = self._python.target(call, site.module)
            if found is not None and found.definition.kind == "function" and self._verifies(found, depth + 1, seen):
                return True
        return False
