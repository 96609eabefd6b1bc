"""By what calls, exceptions and answers are known to refuse somebody, and for what; knows no tree."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from msgspec import structs

from readiness_bot.facts.python_facts import DISCARDED, Call, Definition, Raise, Return
from readiness_bot.facts.values import Const, Invoke, Name, Value
from readiness_bot.repo.expressions import flattened

_PERMISSION_NAME = re.compile(
    r"(^|_)(admin|admins|superuser|staff|permission|permissions|perm|perms|role|roles|rbac|acl|owner|ownership|member|membership|scope|scopes|librarian|moderator|maintainer|editor"
    r"|access(?!_(token|key|log|time))|authorize|authorized|authorization(?!_(header|credentials|code|token|scheme|url|server))|authorise|can|policy|privilege|privileges|passes_test|accessible|allowed|allows)(_|$)"
)
_REFUSAL = re.compile(
    r"(unauthori[sz]ed|forbidden|permissiondenied|notauthenticated|authenticationfailed|accessdenied|accessexception|unauthenticated|notauthori[sz]ed|autherror"
    r"|authenticationerror|authorizationerror|permissionerror|authexception|credentialsexception|loginrequired|notloggedin|invalidtoken|(?<!method)(?<!response)notallowed$"
    r"|authenticationexception|authorizationexception|insufficientpermissions?|insufficientscope|redirect_to_login|unauthorized_response|not_authenticated)",
    re.IGNORECASE,
)
REDIRECTS = frozenset(
    {
        "redirect",
        "redirectresponse",
        "httpresponseredirect",
        "httpredirect",
        "seeother",
        "httpfound",
        "httpseeother",
        "found",
    }
)
_SESSION = re.compile(r"(^|[.?])session\.get$")
_OF_USER = re.compile(r"(current_)?user(_?(id|name|email))?|username|account(_id)?|logged_?in|uid|email")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z])")
"""Where one word of a name ends and the next begins; of capitals in a row the last begins one: `JWTAuth`."""
_FORBIDDEN = re.compile(r"Forbidden|PermissionDenied|AccessDenied|NotAuthorized$")
_THING = re.compile(
    r"^(\w+_id|team|owner|org|organi[sz]ation|project|group|workspace|tenant|account|obj|object|resource|instance|record|item)$"
)
_APART = re.compile(r"[\s.:?\[\]()]+")
_OF_PLACE = re.compile(r"(^|[.?])(parents|is_relative_to|commonpath|commonprefix)$")
"""What a path is held against its directory by: whoever asks for one outside is refused, whatever his rights are."""
_RIGHT = re.compile(
    r"is_(super_?user|(super_?)?admin(istrator)?|staff|owner|moderator|manager)|has_(perms?|permissions?|roles?|access)"
)
_NO_RIGHT = 403
_OF_THING = re.compile(
    r"\?(?!(request|req|self|cls|current_user|user|caller|viewer|app|config|settings|session|g)\.)\w+(\.\w+){1,2}"
)
"""What a variable of a function keeps, but for what is known of a request and of whoever made it."""
_PROVES = re.compile(
    r"\.(verify|validate|check|is_valid|authenticate)(_\w*)?(tokens?|keys?|passwords?|passwd|signatures?|credentials|otp|code)"
    r"(\(\))?$"
)
"""What looks whether a proof of who calls is right, whatever it is asked of."""
_WHOSE = re.compile(
    r"[._](user|owner|author|creator|member|account|customer|created_by|uploaded_by)(_(id|pk))?(\.(id|pk))?$"
)
"""What says whose a thing is."""
_CALLING = re.compile(
    r"(^|[.:?])(current_user|request\.a?user|req\.user|self\.user|g\.user|user|caller|viewer)(\(\))?($|\.)"
)
_THROWING = frozenset({"throw", "fail", "bail", "raise_error", "raise_exception"})
"""Calls that raise what they are handed."""
_STATUS = frozenset({"status_code", "status", "code", "http_status", "http_status_code", "error_code"})
"""Names by which a call is told the status that it answers with."""
_MOVED = frozenset({301, 302, 303, 307, 308})
_REFUSING_TEXT = re.compile(
    r"^40[13]($| (Unauthori[sz]ed|Forbidden))|^permission_denied$"
    r"|(^|/)(40[13]|forbidden|permission_denied|access_denied)\.(html?|jinja2?|j2)$",
    re.IGNORECASE,
)
"""A status as it is written out, and the names of pages that say no."""


def sends_away(calls: Collection[Call]) -> bool:
    """Whether whoever has no user in the session is sent to another page, wherever that is."""
    asks = any(
        _SESSION.search(call.name)
        and any(isinstance(value, Const) and _OF_USER.fullmatch(str(value.value)) for value in call.args[:1])
        for call in calls
    )
    return asks and any(is_redirect(call.last) and any(map(_SESSION.search, call.guards)) for call in calls)


@lru_cache(maxsize=100_000)
def snake(name: str) -> str:
    """A name in lower case with its words parted by underscores: `requireJWTAuth` becomes `require_jwt_auth`."""
    return _HUMP.sub("_", name).lower()


def forbids_thing(definition: Definition, raises: Iterable[Raise]) -> bool:
    """Whether a function forbids what a caller asks for: it is told the thing, and does not only ask for a sign-in."""
    names = {parameter.name for parameter in definition.parameters}
    told = any(map(_THING.match, names)) or ("user" in names and bool(names & {"req", "request"}))
    return told and any(_FORBIDDEN.search(raised.name.rpartition(".")[2]) for raised in raises)


def is_true(value: Value | None) -> bool:
    """Whether a value is the constant true."""
    return isinstance(value, Const) and value.value is True


def about_permission(text: str) -> bool:
    """Whether one of the words of a text or name speaks of a right."""
    return any(map(_is_of_permission, _APART.split(text)))


@lru_cache(maxsize=100_000)
def _is_of_permission(word: str) -> bool:
    return _PERMISSION_NAME.search(word) is not None


def short_texts(calls: Iterable[Call]) -> Iterator[str]:
    """The texts that calls are handed, but for long ones: what is asked for by its name, and no prose."""
    for call in calls:
        for value in call.handed:
            if isinstance(value, Const) and isinstance(value.value, str) and len(value.value) < 60:
                yield value.value


@lru_cache(maxsize=100_000)
def is_refusal(last: str) -> bool:
    """Whether a call or an exception refuses by its name."""
    return _REFUSAL.search(last) is not None


def is_of_place(guards: Iterable[str]) -> bool:
    """Whether a condition asks where a path leads."""
    return any(_OF_PLACE.search(guard) for guard in guards) if guards else False


def of_what(raised: Raise) -> Raise:
    """What is raised, which says nothing of rights where a path leads out of its directory."""
    return structs.replace(raised, name="ValueError") if raised.name and is_of_place(raised.guards) else raised


def is_refusing(item: Call | Raise) -> bool:
    """Whether a call answers with a refusal or hands its status on, or what is raised is one."""
    return is_refusal(item.name.rpartition(".")[2]) if isinstance(item, Raise) else is_refusing_call(item)


def ends_by_right(calls: Collection[Call], raises: Iterable[Raise]) -> bool:
    """Whether something is raised, with whatever status, under a condition on a right of the caller.

    A user that was looked up here is somebody else.
    """
    found = {call.result for call in calls if call.result}
    ended = [raised.guards for raised in raises] + [call.guards for call in calls if call.last == "abort"]
    return any(
        any(map(_is_right, guards))
        and any(_is_caller(guard) and guard.lstrip("!").partition(".")[0] not in found for guard in guards)
        for guards in ended
    )


def forbids_by_whose(calls: Collection[Call], raises: Iterable[Raise]) -> bool:
    """Whether 403 is answered under a condition on the caller and on what is kept of a thing: `post.author != user`.

    One who is sent on elsewhere is refused as well, where the condition is on whose the thing is.
    """
    under = [raised.guards for raised in raises if _FORBIDDEN.search(raised.name.rpartition(".")[2])]
    under += [call.guards for call in calls if any(map(is_forbidding, call.handed))]
    if any(any(map(_is_caller, guards)) and any(map(_is_of_thing, guards)) for guards in under):
        return True
    sent_on = (call.guards for call in calls if is_redirect(call.last))
    return any(any(map(_is_caller, guards)) and any(map(_says_whose, guards)) for guards in sent_on)


def is_forbidding(value: Value) -> bool:
    """Whether a value is the status of a refusal by right: 403, as a number or by a constant's name."""
    return (isinstance(value, Const) and value.value == _NO_RIGHT) or (
        isinstance(value, Name) and _is_forbidden(value.name)
    )


@lru_cache(maxsize=100_000)
def _is_forbidden(name: str) -> bool:
    return re.search(r"403_|\.FORBIDDEN$", name) is not None


@lru_cache(maxsize=100_000)
def _is_of_thing(guard: str) -> bool:
    return _OF_THING.fullmatch(guard.lstrip("!")) is not None and _PROVES.search(guard) is None


@lru_cache(maxsize=100_000)
def _says_whose(guard: str) -> bool:
    return _is_of_thing(guard) and _WHOSE.search(guard) is not None


@lru_cache(maxsize=100_000)
def _is_right(guard: str) -> bool:
    return _RIGHT.fullmatch(snake(guard.rpartition(".")[2].rpartition(":")[2].removesuffix("()"))) is not None


@lru_cache(maxsize=100_000)
def _is_caller(guard: str) -> bool:
    return _CALLING.search(guard) is not None


def is_refusing_call(call: Call) -> bool:
    """Whether a call refuses: by its name, or by a status that it answers or raises with."""
    last, args = call.last, call.args
    if call.context & DISCARDED and last[:1].isupper():
        return False  # an error that is made and let go, where it was to be raised
    if is_refusal(last):
        return True
    # There are as many questions as calls: a loop costs half of what `any` does.
    for value in args:
        if is_refusing_value(value):
            return True
    if call.keywords and any(is_refusing_value(value) for name, value in call.keywords if name in _STATUS):
        return True
    if last in _THROWING and any(
        isinstance(value, Name) and is_refusal(value.name.rpartition(".")[2]) for value in call.handed
    ):
        return True
    return is_redirect(last) and any(map(leads_to_login, args))


@lru_cache(maxsize=100_000)
def is_redirect(last: str) -> bool:
    """Whether a call makes a redirect, be its name that of the status too: `Redirect303`."""
    return last.lstrip(":?").lower().rstrip("0123456789") in REDIRECTS


def moves_away(call: Call) -> bool:
    """Whether an exception of a framework is made that sends the caller to another page by its status."""
    told = call.argument(0, "status_code")
    return call.last == "HTTPException" and isinstance(told, Const) and told.value in _MOVED


def leads_to_login(value: Value) -> bool:
    """Whether a value is the way to the sign-in: an address, the name of its route, or what gives it."""
    text = value.value if isinstance(value, Const) else value.name if isinstance(value, Name | Invoke) else ""
    if isinstance(value, Invoke) or not isinstance(text, str):
        return isinstance(value, Invoke) and "login" in value.name.lower()
    if re.search(r"log_?out|sign_?out", text, re.IGNORECASE):
        return False
    return re.search(r"login|signin|sign_in|(^|[./:])authenticate$", text, re.IGNORECASE) is not None


def is_unauthorized(calls: Iterable[Call], returns: Iterable[Return]) -> bool:
    """Whether a function answers with 401, which asks a caller for proof of who it is."""
    return any(
        (isinstance(value, Const) and value.value == 401)
        or (isinstance(value, Name) and re.search(r"401_|\.UNAUTHORIZED|HTTP_401", value.name) is not None)
        for value in _answered(calls, returns)
    )


def only_asks_who(calls: Collection[Call], raises: Iterable[Raise], returns: Collection[Return]) -> bool:
    """Whether all refusals of a function are answers with 401, none of them one with 403."""
    names = (*(raised.name for raised in raises), *(call.last for call in calls))
    return is_unauthorized(calls, returns) and not (
        any(_FORBIDDEN.search(name.rpartition(".")[2]) for name in names)
        or any(
            (isinstance(value, Const) and value.value == 403)
            or (isinstance(value, Name) and re.search(r"403|FORBIDDEN", value.name) is not None)
            for value in _answered(calls, returns)
        )
    )


def _answered(calls: Iterable[Call], returns: Iterable[Return]) -> Iterator[Value]:
    """What a function gives back, and what it hands to the calls that may make an answer of it."""
    yield from (value for item in returns for value in flattened(item.value))
    yield from (value for call in calls for value in call.handed)


def is_refusing_value(value: Value) -> bool:
    """Whether a value is the status of a refusal: 401 or 403, as a number or by a constant's name."""
    if isinstance(value, Const):
        told = value.value
        if isinstance(told, str):
            return _REFUSING_TEXT.search(told) is not None
        return told in (401, 403)
    return isinstance(value, Name) and _is_refusing_name(value.name)


@lru_cache(maxsize=100_000)
def _is_refusing_name(name: str) -> bool:
    return re.search(r"(40[13]_|\.UNAUTHORIZED|\.FORBIDDEN|HTTP_40[13])", name) is not None
