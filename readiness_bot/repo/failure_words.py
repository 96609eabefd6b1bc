"""What an answer or a note says of a failure: words, keys, statuses; knows not where it is given."""

from __future__ import annotations

import re
from http import HTTPStatus

from readiness_bot.repo.modules import Module
from readiness_bot.repo.values import (
    Assignment,
    Call,
    Const,
    Format,
    Handler,
    Invoke,
    Items,
    Mapping,
    Name,
    Other,
    Return,
    Value,
)

_STATE = re.compile(
    r"(^|[:?._])(is_?)?(valid|ok|success|successful|alive|available|reachable|online|healthy|ready)(\[\])?$",
    re.IGNORECASE,
)
"""Variables that say how something is: a failure that sets one to no is noted there."""
_OF_FAILURE = {
    "HttpResponseBadRequest": 400,
    "HttpResponseForbidden": 403,
    "HttpResponseNotFound": 404,
    "HttpResponseNotAllowed": 405,
    "HttpResponseGone": 410,
    "HttpResponseServerError": 500,
}
"""Django's responses that say by their kind that something failed, with their statuses."""
RESPONSES = frozenset(
    {
        "jsonify",
        "Response",
        "JSONResponse",
        "HttpResponse",
        "JsonResponse",
        "make_response",
        "json_response",
        "ORJSONResponse",
        "PlainTextResponse",
        "json",
        *_OF_FAILURE,
    }
)
"""Names of what makes an answer to a client."""
BUILT = frozenset({"dict", "list", "set", "tuple", "frozenset"})
"""Containers that are made by a call."""
_STATUS = re.compile(r"HTTP_([45]\d\d)_")
_BY_NAME = {one.name: one.value for one in HTTPStatus}
FAILURE_WORDS = re.compile(
    (
        r"(?<![a-z])(errors?|fail|failed|failures?|unsuccessful|invalid|unable|cannot|could not|exception|denied|"
        r"unavailable|unreachable|degraded|not[ _](found|available)|bad request|wrong|problem|unhealthy|broken|crashed"
        r"|aborted)"
        r"(?![a-z])|失败|错误|出错|异常|不存在|无效|无法|不能"
    ),
    re.IGNORECASE,
)
_NOT_KNOWN = re.compile(r"\W*(unknown|undetermined|not (known|available)|n/a)\b", re.IGNORECASE)
"""How a text begins that is noted for readers where something is not known."""
_TOLD_UNDER = frozenset({"msg", "message", "error", "errmsg", "detail", "reason"})
"""Keys under which an answer says in words what went wrong."""
_OF_HEALTH = re.compile(
    r"health|(^|_)(ping|probe|liveness|readiness|heartbeat|alive)(_|$)|check_\w*(status|connection)"
)
"""Names of functions that are asked how something is, and say no where it is not well."""


def notes_failure(module: Module, handler: Handler) -> bool:
    """Whether the handler writes down that something failed, though not what: a word or a status code of failure."""
    function = module.function_of(handler.scope)
    of_health = function is not None and _OF_HEALTH.search(function.name) is not None
    return any(
        FAILURE_WORDS.search(item.key) is not None
        or (of_health and isinstance(item.value, Const) and item.value.value is False)
        or (_STATE.search(item.target) and isinstance(item.value, Const) and item.value.value in (False, 0))
        or (FAILURE_WORDS.search(item.target) and isinstance(item.value, Const) and item.value.value is True)
        or (handler.returned is not None and _says_in_words(item))
        or (isinstance(item.value, Mapping) and tells_of_failure(item.value))
        or (
            isinstance(item.value, Const)
            and (
                (isinstance(item.value.value, str) and _says_so(item.value.value))
                or (isinstance(item.value.value, int) and 400 <= item.value.value < 600)
            )
        )
        for item in module.facts.assignments
        if handler.line <= item.line <= handler.end_line
    )


def _says_so(text: str) -> bool:
    """Whether a text says that something failed, or that something is not known."""
    return FAILURE_WORDS.search(text) is not None or _NOT_KNOWN.match(text) is not None


def tells_of_failure(value: Mapping) -> bool:
    """Whether an answer says that something failed: `{"status": "error"}`, `{"error": True}`."""
    return any(
        isinstance(inner, Const)
        and (
            (isinstance(inner.value, str) and FAILURE_WORDS.search(inner.value) is not None)
            or (inner.value is True and isinstance(key, Const) and FAILURE_WORDS.search(str(key.value)) is not None)
        )
        for key, inner in zip(value.keys, value.values, strict=False)
    )


def _says_in_words(item: Assignment) -> bool:
    """Whether a text is put where an answer says what went wrong, in whatever language."""
    return is_text(item.value) if item.key in _TOLD_UNDER else answers_in_words(item.value)


def answers_in_words(value: Value | None) -> bool:
    """Whether an answer has a text that says what went wrong: `{"error": "no such file"}`."""
    pairs = zip(value.keys, value.values, strict=False) if isinstance(value, Mapping) else ()
    return any(isinstance(key, Const) and key.value in _TOLD_UNDER and is_text(text) for key, text in pairs)


def is_text(value: Value | None) -> bool:
    """Whether a value is a text, and not an empty one."""
    return isinstance(value, Const) and isinstance(value.value, str) and bool(value.value)


def says_no_beside(value: Value | None) -> bool:
    """Whether a tuple holds a False or None beside what was there before: `return name, False`."""
    items = value.items if isinstance(value, Items) else ()
    return (
        len(items) > 1
        and any(isinstance(item, Const) and (item.value is False or item.value is None) for item in items)
        and all(isinstance(item, Const | Name) for item in items)
    )


def refuses_as_elsewhere(module: Module, handler: Handler) -> bool:
    """Whether a function that gives back nothing and a reason in words does so here, too: `return None, "No such pen"`.

    Elsewhere, outside of the handler, the same function gives another reason.
    """
    return _reason_in(handler.returned) != "" and any(
        _reason_in(item.value) not in ("", _reason_in(handler.returned))
        for item in module.facts.returns
        if item.scope == handler.scope and not handler.line <= item.line <= handler.end_line
    )


def _reason_in(value: Value | None) -> str:
    """The text of a pair of nothing and a text of several words; empty for anything else."""
    items = value.items if isinstance(value, Items) else ()
    if len(items) != _PAIR or items[0] not in (Const(None), Const(False)) or not isinstance(items[1], Const):
        return ""
    text = items[1].value
    return text if isinstance(text, str) and " " in text.strip() else ""


_PAIR = 2


def is_fixed(call: Call) -> bool:
    """Whether a container is built of nothing but constants."""
    given = call.handed
    return all(
        isinstance(value, Const)
        or (isinstance(value, Items) and not value.items)
        or (isinstance(value, Mapping) and not value.keys)
        for value in given
    )


def names_failure(module: Module, handler: Handler, name: str) -> bool:
    """Whether a response that the handler keeps for later says that something failed."""
    return any(
        said(Invoke(call.name, index), module)[2] >= 400
        for index, call in enumerate(module.facts.calls)
        if call.last == name and handler.line <= call.line <= handler.end_line
    )


def denies(answer: Return, scope: int) -> bool:
    """Whether a function answers with no, or with what compares or denies something: its answers are yes and no."""
    value = answer.value
    says_no = isinstance(value, Const) and value.value is False
    is_question = isinstance(value, Other) and (value.operator == "Not" or value.kind == "Compare")
    return answer.scope == scope and (says_no or is_question)


def said(value: Value | None, module: Module, depth: int = 0) -> tuple[list[str], bool, int]:
    """The texts in an answer, whether it holds a False, and its highest status code."""
    texts: list[str] = []
    has_false, status = False, 0
    inner: list[Value] = []
    if isinstance(value, Const):
        if isinstance(value.value, str):
            texts.append(value.value)
        elif value.value is False:
            has_false = True
        elif isinstance(value.value, int) and 100 <= value.value < 600:
            status = value.value
    elif isinstance(value, Name):
        named = _STATUS.search(value.name)
        status = int(named[1]) if named is not None else _BY_NAME.get(value.name.removeprefix("http.HTTPStatus."), 0)
    elif isinstance(value, Items):
        inner = list(value.items)
    elif isinstance(value, Mapping):
        inner = [*value.keys, *value.values]
    elif isinstance(value, Format):
        inner = list(value.parts)
    elif isinstance(value, Invoke) and value.call >= 0:
        call = module.facts.calls[value.call]
        texts += [name for name, _ in call.keywords]
        status = _OF_FAILURE.get(call.last, 0)
        inner = list(call.handed)
        inner += [
            Invoke(other.name, index)
            for index, other in enumerate(module.facts.calls)
            if other.parent == value.call and Name(f"{other.name}().data") in call.handed  # `Shown({...}).data`
        ]
    if depth < 4:
        for item in inner:
            more, false, code = said(item, module, depth + 1)
            texts += more
            has_false, status = has_false or false, max(status, code)
    return texts, has_false, status
