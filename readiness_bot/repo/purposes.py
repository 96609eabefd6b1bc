"""What a route is for: whether strangers are meant to reach it, and whether it changes something; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Index, Invoke, Items, Name
from readiness_bot.repo.expressions import flattened, names_in
from readiness_bot.repo.modules import DefinitionSite
from readiness_bot.repo.python import Python
from readiness_bot.repo.refusal_signs import snake
from readiness_bot.repo.refusals import REST_PERMISSIONS, Refusals, reads_caller
from readiness_bot.repo.route import Guard, Route
from readiness_bot.repo.routes import Routes

_OPEN_WORDS = frozenset(
    [
        "login",
        "connexion",
        "inscription",
        "signin",
        "logout",
        "signout",
        "logoff",
        "auth",
        "authenticate",
        "authentication",
        "authorize",
        "token",
        "tokens",
        "refresh",
        "oauth",
        "oauth2",
        "oidc",
        "saml",
        "saml2",
        "sso",
        "ldap",
        "acs",
        "callback",
        "register",
        "registration",
        "signup",
        "password",
        "passwd",
        "reset",
        "forgot",
        "forgotten",
        "recover",
        "recovery",
        "confirm",
        "confirmation",
        "verify",
        "verification",
        "activate",
        "activation",
        "invite",
        "invitation",
        "invitations",
        "health",
        "healthz",
        "healthcheck",
        "ready",
        "readiness",
        "live",
        "liveness",
        "ping",
        "heartbeat",
        "version",
        "webhook",
        "webhooks",
        "hook",
        "hooks",
        "csrf",
        "setup",
        "install",
        "installation",
        "onboarding",
        "wizard",
        "contact",
        "unsubscribe",
        "csp",
        "anonymous",
        "guest",
        "i18n",
        "setlang",
        "language",
        "locale",
        "graphql",
        "ingest",
        "envelope",
        "minidump",
        "beacon",
        "captcha",
        "recaptcha",
        "2fa",
        "mfa",
        "otp",
        "totp",
        "webauthn",
        "passkey",
        "passkeys",
        "robots",
        "favicon",
        "bounce",
        "bounces",
        "newsletter",
        "jwks",
        "introspect",
        "revoke",
        "userinfo",
        "xauthn",
        "unauthenticated",
        "federated",
        "socketio",
        "sockjs",
        "slack",
    ]
)
_OFTEN_KEPT = frozenset(
    {"invite", "invitation", "invitations", "tokens", "password", "passwd", "2fa", "mfa", "otp", "totp", "webauthn",
     "passkey", "passkeys", "hook", "hooks", "webhook", "webhooks", "revoke", "newsletter", "wizard", "userinfo",
     "installation"}
)  # fmt: skip
"""Those of them that name as many pages for those who are signed in: a check that stood there was meant."""
_OF_ACCOUNTS = re.compile(r"(^|/)auth(entication)?/(?=[a-z])")
"""A folder of all that has to do with accounts: what is in it is named further on."""
_OF_STRANGERS = re.compile(r"Anon")
_SIGNING = frozenset({"sign", "log", "signing", "logging"})
_LETTING_IN = re.compile(
    r"(password|passwd)_?(reset|recovery)|(reset|recover|forgot)_?\w*(password|passwd)"
    r"|(send|mail)_?\w*(activation|magic_?link|(sign|log)_?in_?(link|code))",
    re.IGNORECASE,
)
"""Calls that send those who cannot sign in what lets them."""
_OF_ONE = re.compile(r"(id|pk|uuid|name|slug|number)[}>]/?$")
"""The end of a path that names one thing; what a stranger is handed is a token, a key or a code."""
_OPEN_MODULES = frozenset({"webhook", "webhooks", "auth", "login", "health", "authentication", "oauth", "saml", "ldap"})
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_WRITING = frozenset(
    [
        "create",
        "add",
        "update",
        "delete",
        "remove",
        "set",
        "save",
        "edit",
        "upload",
        "patch",
        "put",
        "insert",
        "write",
        "store",
        "commit",
        "import",
        "assign",
        "rename",
        "move",
        "destroy",
        "restore",
        "cancel",
        "approve",
        "publish",
        "merge",
        "enqueue",
        "delay",
        "send",
        "purge",
        "clear",
    ]
)
_STARTING = frozenset(["delay", "apply_async", "enqueue"])
"""Methods that start a job: whatever a route is named, then it does more than to ask."""
_ASKING = frozenset(
    [
        "search",
        "query",
        "list",
        "lookup",
        "check",
        "validate",
        "availability",
        "find",
        "fetch",
        "filter",
        "count",
        "calculate",
        "estimate",
        "preview",
        "suggest",
        "autocomplete",
        "export",
        "download",
        "test",
        "parse",
    ]
)
_QUESTIONS = frozenset(
    {"search", "query", "lookup", "find", "match", "reconcile", "suggest", "autocomplete", "predict", "compare", "rank"}
)
_UNGUARDED = ("unenforced", "unprotected", "unguarded", "unauthenticated")
_OF_CALLER = re.compile(r"(^|[.:])(current_user|current_identity)(\(\))?\.")
_SESSION = re.compile(r"^flask\.session$|^\?(request|req)\.session$|(^|\.)flask\.request\.session$")
_LEFT_BY_SIGN_IN = re.compile(
    r"^(?!.*[cx]srf)(.*_)?(user|uid|username|account|member|token|identity|login|profile|email)(_.*|id)?$",
    re.IGNORECASE,
)
"""Keys of a session that a sign-in fills."""
_OF_ANSWERS = re.compile(r"^(set$|(set|dict|list)\(\)\.|self\.write$|tornado\.web\.|falcon\.|\?(resp|response)\.)")
"""Calls that fill an answer or a container of the handler's own, and write nothing that stays."""
_OPENING = frozenset(
    {
        "AllowAny",
        "login_exempt",
        "exempt",
        "allow_anonymous",
        "no_auth",
        "noauth",
        "unauthenticated",
    }
)
_OPEN_TO_ALL = re.compile(r"public|(open|public)_(access|endpoint|route|view|page|api)")
_GROUP = re.compile(r"[<{]\w")
_ALTERING = frozenset(
    {"delete", "remove", "edit", "update", "change", "modify", "destroy", "clear", "purge", "cancel", "move", "rename",
     "set", "replace", "reset", "toggle", "approve", "admin", "manage"}
)  # fmt: skip
"""Words of paths and handlers that do something to what is there already."""
_CALLER_GIVEN = re.compile(
    r"^_?((current_|auth_|authed_|logged_in_)?(user|principal|identity|caller|viewer)(_id|_info)?"
    r"|(current|auth|authed|logged_in)_(account|member))$"
)
"""Parameters by which a handler is handed the caller."""
_STORE = re.compile(r"(^|_)(store|storage|repository|repo|dao|shelf|inbox|workspace)$")
_FOR_CALLER = re.compile(
    r"^\?(current_|auth_|authed_)?(user|principal|identity|caller|viewer)(_id|_auth)?($|\.)"
    r"|(^|[.:])get_(current_)?user(_auth|_id)?\(\)\."
)
"""Who calls, as what makes something for him names him."""
_PASSWORD_FIELD = re.compile(
    r"(re_?|confirm_?|repeat_?|retype_?|verify_?)?pass(word|wd|phrase)(_?[12]|_?(confirm\w*|again|repeat(ed)?|check|verif\w*))?",
    re.IGNORECASE,
)
_JOINING = re.compile(
    r"(create|add|new|post|write|insert|register)_?(new_?)?(user|account|customer|member)s?", re.IGNORECASE
)
"""Names of handlers that make an account."""
_RIGHTS_FIELD = re.compile(
    r"(is_?)?(admin(istrator)?|staff|super_?user|root|owner|manager)|(user_?)?(roles?|role_ids?|types?|levels?|rights?)"
    r"|permissions?|scopes?|groups?|group_ids?",
    re.IGNORECASE,
)
"""What only those who administer accounts say of a new one."""
_SENDING_ON = frozenset({"redirect", "RedirectResponse", "HttpResponseRedirect", "HttpResponsePermanentRedirect"})
_SHOWING = frozenset({"render", "render_template", "render_to_response", "TemplateResponse"})
_FILLING = re.compile(
    r"(get|has|is|can)(_\w+)?|dumps|loads|items|keys|values|format|join|split|strip|lower|upper|len|str|int|bool|dict|list"
    r"|sorted|reverse|url_for|urlencode|_|gettext|mark_safe"
)
"""Calls that ask or shape what a page shows."""
_DEPTH = 2
_ANSWERING_CALLS = re.compile(
    r"^(set|add|delete|clear)_?(secure_|signed_)?(cookies?|headers?|status|default_headers)$"
    r"|^send_(file|from_directory|error|header|response)$|^write_error$"
)


_OF_VERSION = re.compile(r"[{<](\w+:)?(api_)?version[}>]", re.IGNORECASE)
"""The part of a path that says which version of all routes is asked, and nothing of what one is for."""


class Purposes:
    """Questions about what the routes of one tree are for, by their words, their marks and their handlers' calls."""

    def __init__(self, python: Python, routes: Routes, refusals: Refusals) -> None:
        self._python = python
        self._routes = routes
        self._refusals = refusals

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    def is_open_on_purpose(self, route: Route, *, by_its_name: bool = False) -> bool:
        """Whether the route serves those without an identity yet, machines with a proof of their own, or probes.

        `by_its_name` asks for more: words that also name pages of those who are signed in do not count, and neither
        does the file.
        """
        path = _OF_VERSION.sub("", route.path)
        named = [_OF_ACCOUNTS.sub("/", path) if by_its_name else path]
        if route.handler is not None:
            named.append(route.handler.definition.name)
        if route.view is not None:
            named.append(route.view.definition.name)
        words = {word.lower() for text in named for word in _WORD.findall(text)}
        if by_its_name and {"PUT", "PATCH", "DELETE"}.issuperset(route.methods) and _OF_ONE.search(route.path):
            return False  # what is changed or removed one by one is somebody's
        open_words = _OPEN_WORDS - _OFTEN_KEPT if by_its_name else _OPEN_WORDS
        if words & open_words or (_SIGNING & words and {"in", "up", "out"} & words):
            return True
        if any({"sign", "up"} <= set(snake(guard.name).split("_")) for guard in route.guards):
            return True
        if "return" in words and {"url", "uri"} & words:
            return True  # where a payment or identity provider sends its visitors back to
        if by_its_name:
            return False
        if route.handler is not None and any(
            _LETTING_IN.search(call.last) for call in self._refusals.body(route.handler)[0]
        ):
            return True
        if self._signs_up(route):
            return True
        stem = route.module.path.rpartition("/")[2].removesuffix(".py").lower()
        return bool(set(stem.split("_")) & _OPEN_MODULES)

    def _signs_up(self, route: Route) -> bool:
        """Whether a handler takes a password twice, as only those do who are about to have an account."""
        if route.handler is None or "POST" not in route.methods:
            return False
        types = (parameter.type for parameter in route.handler.definition.parameters if parameter.type)
        bodies = (self._python.definition(name, route.handler.module) for name in types)
        return any(
            sum(_PASSWORD_FIELD.fullmatch(field.name) is not None for field in body.fields) > 1
            for body in bodies
            if body is not None and body.definition.kind == "class"
        )

    @staticmethod
    def makes_an_account(route: Route) -> bool:
        """Whether a handler makes an account, by its name, or by the last word of its path where a verb is its name."""
        name = route.handler.definition.name if route.handler is not None else ""
        called = f"create_{route.path.rstrip('/').rpartition('/')[2]}" if name.lower() == "post" else name
        return _JOINING.fullmatch(called) is not None

    def lets_join(self, route: Route) -> bool:
        """Whether a handler makes the account of whoever comes: he says his password, and nothing of his rights."""
        if route.handler is None or "POST" not in route.methods or not self.makes_an_account(route):
            return False
        told = set()
        for parameter in route.handler.definition.parameters:
            told.add(parameter.name)
            body = self._python.definition(parameter.type, route.handler.module) if parameter.type else None
            if body is not None and body.definition.kind == "class":
                told.update(field.name for item in self._python.ancestry(body) for field in item.fields)
        return any(map(_PASSWORD_FIELD.fullmatch, told)) and not any(map(_RIGHTS_FIELD.fullmatch, told))

    def is_open_by_decorator(self, route: Route) -> bool:
        """Whether the route is marked as open.

        `AllowAny`, `login_exempt`, `access.public`, `permission_classes = []`, a limit for those who are nobody.
        """
        if any(is_opening(guard.name) or _allows_any(guard) for guard in route.guards):
            return True
        limits = self._python.class_value(route.view, "throttle_classes") if route.view is not None else None
        if limits is not None and any(
            isinstance(item, Name) and _OF_STRANGERS.match(item.name.rpartition(".")[2].rpartition(":")[2])
            for item in flattened(limits[1].value)
        ):
            return True
        bound = self._python.class_value(route.view, "permission_classes") if route.view is not None else None
        return bound is not None and isinstance(bound[1].value, Items) and not bound[1].value.items

    def writes(self, route: Route) -> bool:
        """Whether a state-changing route shows what it changes.

        By its method, its name, or what its handler calls. Many a POST only asks.
        """
        if route.framework == "fastapi" and route.handler is not None and self._is_a_stub(route.handler):
            return False
        if not {"PUT", "PATCH", "DELETE"}.isdisjoint(route.methods):
            return True
        if route.handler is None:
            return False
        words = {word.lower() for text in (route.path, route.handler.definition.name) for word in _WORD.findall(text)}
        calls, _, _, _ = self._refusals.body(route.handler)
        if any(call.last in _STARTING for call in calls) or self._starts_a_job(route.handler):
            return True
        if words & _ASKING:
            return False
        return bool(words & _WRITING) or any(_is_writing(call, route.handler) for call in calls)

    def writes_a_letter(self, route: Route) -> bool:
        """Whether all that a handler does is to send a message on to the team, which answers to whoever wrote it."""
        if route.handler is None:
            return False
        calls, _, _, _ = self._refusals.body(route.handler)
        letters = [call for call in calls if call.has("reply_to") or call.last in ("mail_admins", "mail_managers")]
        return bool(letters) and all(
            call in letters or not _is_writing(call, route.handler) or call.last.startswith(("send", "mail"))
            for call in calls
        )

    def _starts_a_job(self, handler: DefinitionSite) -> bool:
        """Whether a function of the tree that a handler calls starts a job."""
        targets = (self._python.target(call, handler.module) for call in self._refusals.body(handler)[0])
        return any(
            call.last in _STARTING
            for target in targets
            if target is not None and target.definition.kind == "function"
            for call in self._refusals.body(target)[0]
        )

    @staticmethod
    def alters(route: Route) -> bool:
        """Whether a state-changing route is for what is there already, by its methods and names, not only to add."""
        if not {"PUT", "PATCH", "DELETE"}.isdisjoint(route.methods):
            return True
        named = (route.path, route.handler.definition.name if route.handler is not None else "")
        return not _ALTERING.isdisjoint(word.lower() for text in named for word in _WORD.findall(text))

    @staticmethod
    def is_for_one(route: Route) -> bool:
        """Whether a route is for one thing that is there already: its path names it, or its methods change it."""
        return bool(_GROUP.search(route.path)) or not {"PUT", "PATCH", "DELETE"}.isdisjoint(route.methods)

    def acts_for_caller(self, route: Route) -> bool:
        """Whether the handler takes something of the signed-in user: where nobody is, there is nothing to take.

        Or whether all that it changes it changes on a condition that asks who he is.
        """
        if route.handler is None:
            return False
        changes = [call.guards for call in route.handler.calls if _is_writing(call, route.handler)]
        if changes and all(any(map(reads_caller, guards)) for guards in changes):
            return True
        if any(_OF_CALLER.search(ref) for ref in self._refusals.body(route.handler)[3]):
            return True
        targets = (self._python.target(call, route.handler.module) for call in route.handler.calls)
        called = [one for one in targets if one is not None and one.definition.kind == "function"]
        return any(map(_takes_from_session, (route.handler, *called)))

    def knows_caller(self, route: Route) -> bool:
        """Whether the handler is told who calls, or asks for it: not only that somebody may."""
        if route.handler is None:
            return False
        told = any(_CALLER_GIVEN.search(one.name) for one in route.handler.definition.parameters)
        if told or any(map(reads_caller, self._refusals.body(route.handler)[3])):
            return True
        return any(
            item.scope == route.handler.index and isinstance(item.value, Name) and reads_caller(item.value.name)
            for item in route.handler.module.facts.assignments
        )

    def reads_own_rows(self, route: Route) -> DefinitionSite | None:
        """The function that a route's handler hands both the signed-in user's own key and a key of the path."""
        if route.handler is None:
            return None
        module = route.handler.module
        filled = {f"?{name}": given for name, given in self._filled(route.handler)}
        callers = {name for name in filled if _CALLER_GIVEN.search(name[1:])}
        keys = {f"?{name}" for name in re.findall(r"[{<](?:\w+:)?(\w+)", route.path)}
        for call in self._refusals.body(route.handler)[0]:
            root, dot, _ = (call.via or call.name).partition(".")
            if dot and root in filled and self._is_of_caller(filled[root]):
                return filled[root]
            handed = {name for value in call.handed for name in names_in(value, module.facts.calls)}
            if keys & handed and any(_OF_CALLER.search(name) or name.partition(".")[0] in callers for name in handed):
                target = self._python.target(call, module)
                if target is not None and target.definition.kind == "function":
                    return target
        return None

    def _filled(self, handler: DefinitionSite) -> Iterator[tuple[str, DefinitionSite]]:
        """The parameters that a framework fills by functions of the tree, with these: `store = Depends(get_store)`."""
        module = handler.module
        for parameter in handler.definition.parameters:
            annotated = parameter.annotation.items if isinstance(parameter.annotation, Index) else ()
            for value in (parameter.default, *annotated):
                if isinstance(value, Invoke) and value.call >= 0 and value.name.endswith(("Depends", "Security")):
                    for inner in module.facts.calls[value.call].args[:1]:
                        found = self._python.definition(inner.name, module) if isinstance(inner, Name) else None
                        if found is not None and found.definition.kind == "function":
                            yield parameter.name, found

    @staticmethod
    def _is_of_caller(given: DefinitionSite) -> bool:
        """Whether a function gives a store that holds what is the caller's alone: it is made for whoever calls."""
        return _STORE.search(given.definition.name) is not None and any(
            _FOR_CALLER.search(call.via or call.name)
            or any(isinstance(value, Name) and _FOR_CALLER.search(value.name) for value in call.handed)
            for call in given.calls
        )

    @staticmethod
    def _is_a_stub(handler: DefinitionSite) -> bool:
        """Whether a handler takes nothing and does nothing but return what it always returns."""
        facts, index = handler.module.facts, handler.index
        returns = [item for item in facts.returns if item.scope == index]
        calls = any(call.decorates != index for call in handler.calls)
        takes = bool(handler.definition.parameters)
        return not takes and not calls and handler.definition.statements <= 2 and len(returns) == 1

    def _only_asks(self, route: Route) -> bool:
        """Whether a POST is a question too long for an address: named for asking, and its handler writes nothing."""
        if set(route.methods) - {"GET", "HEAD", "OPTIONS"} != {"POST"} or route.handler is None:
            return False
        path = re.sub(r"[{<][^}>]*[}>]", "", route.path)
        words = [word.lower() for text in (path, route.handler.definition.name) for word in _WORD.findall(text)]
        if not _QUESTIONS.intersection(words):
            return False
        calls, _, _, _ = self._refusals.body(route.handler)
        return not _WRITING.intersection(words) and not any(_is_writing(call, route.handler) for call in calls)

    def _only_sends_on(self, route: Route) -> bool:
        """Whether a handler does nothing but answer with another address: what is there asks for itself."""
        if route.handler is None or route.handler.definition.statements > 1:
            return False
        calls = [call for call in route.handler.calls if call.decorates != route.handler.index]
        return any(call.last in _SENDING_ON for call in calls) and all(
            call.last in _SENDING_ON or call.last in ("url_for", "reverse", "url_path_for") for call in calls
        )

    def _only_shows(self, route: Route) -> bool:
        """Whether a page answers GET and POST alike, and calls nothing but what fills it: no form is acted on."""
        if route.handler is None or set(route.methods) != {"GET", "POST"}:
            return False
        shown = any(call.last in _SHOWING for call in route.handler.calls)
        return shown and self._only_fills(route.handler, 0)

    def _only_fills(self, site: DefinitionSite, depth: int) -> bool:
        for call in site.calls:
            if call.decorates == site.index or call.last in _SHOWING or _FILLING.fullmatch(call.last):
                continue
            target = self._python.target(call, site.module) if depth < _DEPTH else None
            if target is None or target.definition.kind != "function" or not self._only_fills(target, depth + 1):
                return False
        return True

    @cached_property
    def exposed(self) -> tuple[Route, ...]:
        """The wired routes of production code that change state and are meant for someone known."""
        return tuple(
            route
            for route in self._routes.served
            if self._changes(route)
            and not self._only_asks(route)
            and not self._only_sends_on(route)
            and not self._only_shows(route)
            and not self.is_open_on_purpose(route)
            and not self._is_hidden_by_setting(route)
        )

    def _is_hidden_by_setting(self, route: Route) -> bool:
        """Whether a handler knows of no such page where a setting says so: it is for those who develop or test."""
        if route.handler is None:
            return False
        calls, raises, _, _ = self._refusals.body(route.handler)
        hidden = [one.guards for one in raises if _MISSING.search(one.name)]
        hidden += [one.guards for one in calls if one.last in ("abort", "HTTPException") and _says_missing(one)]
        return any(guards and all(map(_OF_SETTINGS.search, guards)) for guards in hidden)

    @staticmethod
    def _changes(route: Route) -> bool:
        """Frameworks that answer every method alike say nothing about state: there the handler's name decides."""
        if not route.changes_state:
            return False
        if route.framework in ("cherrypy", "turbogears") and route.handler is not None:
            return re.match(r"(get|list|show|index|info|home|view)", route.handler.definition.name.lower()) is None
        return True


_MISSING = re.compile(r"(^|\.)(HTTP)?(NotFound(Error|Exception)?|Http404)$")
_OF_SETTINGS = re.compile(
    r"(^|:)settings?\.|[\w)]\.(settings?|config|conf)(\[\]|\.|$)|get_settings\(\)|(^|[.:])[A-Z][A-Z0-9_]{3,}$"
)
"""What an application is told, as it keeps it: `settings.is_open`, `app.config["OPEN"]`; a row may be a `config`."""


def _says_missing(call: Call) -> bool:
    return any(isinstance(value, Const) and value.value == 404 for value in call.handed)


def _is_writing(call: Call, handler: DefinitionSite) -> bool:
    """Whether a call is named for changing something, and not only the answer."""
    owner = handler.definition.qualname.rpartition(".")[0]
    if owner and call.name.endswith(f"{owner}().write"):
        return False  # what a handler class writes is its answer
    named = any(_OF_ANSWERS.match(name) for name in (call.name, call.via) if name)
    return not named and snake(call.last).split("_")[0] in _WRITING and not _ANSWERING_CALLS.search(call.last)


def _takes_from_session(site: DefinitionSite) -> bool:
    """Whether a function takes what a sign-in left in the session, and fails without: `session["user_id"]`."""
    bound = (item.value for item in site.module.facts.assignments if item.scope == site.index and not item.guards)
    handed = (value for call in site.calls if not call.guards for value in call.handed)
    return any(
        isinstance(value, Index)
        and isinstance(value.value, Name)
        and _SESSION.search(value.value.name) is not None
        and any(isinstance(key, Const) and _LEFT_BY_SIGN_IN.search(str(key.value)) for key in value.items)
        for value in (*bound, *handed)
    )


def _allows_any(guard: Guard) -> bool:
    """Whether the decorator that names a view's permissions names none but the one that asks nothing."""
    if guard.name.removesuffix("()") != REST_PERMISSIONS:
        return False
    named = [value for item in guard.arguments for value in flattened(item)]
    return all(isinstance(value, Name) and value.name.rpartition(".")[2] == "AllowAny" for value in named)


def is_opening(name: str) -> bool:
    """Whether a decorator, permission or dependency of this name lets everybody in."""
    last = name.rpartition(".")[2].rpartition(":")[2]
    return (
        last in _OPENING
        or last.startswith(_UNGUARDED)
        or _OPEN_TO_ALL.fullmatch(last) is not None
        or (snake(last).endswith("_exempt") and "csrf" not in last)
    )
