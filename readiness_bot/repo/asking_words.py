"""What names and conditions say of rights, and of whoever calls; knows no tree."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from readiness_bot.facts.python_facts import Call
from readiness_bot.repo.refusal_signs import snake
from readiness_bot.repo.refusals import NO_IDENTITY, SIGN_IN_ALONE
from readiness_bot.repo.services import SETTING

Question = tuple[str, ...]
"""What one condition asks that somebody is turned away by, or the one function that asks: names, in backticks."""
OF_RIGHTS = re.compile(
    r"(^|_)(can|may|allow|allows|allowed|permit|permits|permitted|permission|permissions|perm|perms|access|accessible"
    r"|authorize|authorized|authorise|authorised|authorization|owner|owners|owns|owned|belongs|member|members"
    r"|membership|is_admin|staff|is_superuser|superuser|admin|role|roles|scope|scopes|privilege|privileges"
    r"|privileged|acl|policy|visible|entitled|can_\w+)(_|$)"
)
_SCOPING = re.compile(
    r"\.(restrict|(for|visible_to|viewable_by|readable_by|editable_by|accessible_by|owned_by)_?(user)?)\(\)"
)
"""Calls on a query that leave what somebody may see: whether any row is left asks for a right."""
_NOT_OF_RIGHTS = re.compile(
    r"token|access_(key|log|time)|accessor|extension|mime|method|^(enable|disable)d?_"
    r"|(env|environment|variable|time|test|build|date|search|name|line|local|global|cache)_scope"
    r"|allow(ed|s)?_(?!for|to|by|user|role|group|member|owner|author|tenant|account|customer|org|team|people|person|caller|action"
    r"|operation|email|domain|subject|client|scope|perm|self|own|update|edit|write|change|field|attribute|ip|network"
    r"|project|workspace|collection|resource|object|id)\w"
)
"""What lists of values are called that may be given: kinds of files, orders, options; but not fields to be set."""
_BY_RIGHTS = re.compile(
    r"(^|_)(filter|restrict|narrow)(s|ed)?(_\w+)?_(by|to)_(permissions?|rights|acls?|access_?(levels?|rights)?)$"
)
_OPEN_TO = re.compile(
    r"(^|[.:?_])((is|are|not)_)?(\w+_)?(editable|writable|writeable|deletable|viewable|readable|modifiable|shareable|read_?only"
    r"|locked|protected|restricted|blocked|banned|suspended|private)(\(\))?$"
)
"""What things are to those who ask for them: where somebody is refused by it for sure, it says what may be done."""
OF_RATES = re.compile(r"rate_?limit|(token|leaky|rate)_?bucket|throttl", re.IGNORECASE)
"""What allows so many calls, and asks for no right: `TokenBucket.authorize_code(user)`."""
_CONSTANT = re.compile(r"(^|[.:])[A-Z][A-Z0-9_]+$")
_CONSTANT_RIGHT = re.compile(
    r"(Perm|Role|Scope|Right|Privilege|Acl|ACL|Access|Auth|Polic|Member|Group|Action)\w*\.[A-Z][A-Z0-9_]+$"
    r"|ADMIN|OWNER|STAFF|SUPERUSER|PERM|PRIVILEGE|ROLE"
)
"""Constants that name a right by themselves or by what they belong to; `ModeChoices.MODE_ACCESS` names none."""
_CALLER = re.compile(
    r"(^|[.:?_(])(current_user|request\.a?user|req\.user|self\.user|g\.user|user|caller|viewer|principal|identity|actor"
    r"|requester|account|current_identity|current_account|username|user_id|userid|uid|tenant_id|org_id|organization_id"
    r"|profile|project_model|current_org)(\(\))?($|[.\[])"
)
_PERSON = re.compile(
    r"(^|[.:?_(])(current_user|request\.a?user|req\.user|self\.user|g\.user|user|caller|viewer|principal|identity|actor"
    r"|requester|current_identity)(\(\))?($|[.\[])"
)
_ABOUT_CALLER = re.compile(
    r"(^|[.:?_])(user|caller|viewer|principal|identity|actor|auth)_(context|ctx|info|claims|session|token|data|scope)$"
)
_KNOWN_BY = re.compile(r"(\(\))?\.?(pk|id|uid|username|email|name|is_authenticated|is_anonymous)(\(\))?")
"""What an account is known by, and whether it is one."""
_OF_ROW = re.compile(
    r"[.\[](user|owner|account|author|creator|created_by|tenant|org|organization|workspace|project|team|member|members"
    r"|users|username|user_id|owner_id|account_id|creator_id|author_id|tenant_id|organization_id|workspace_id|org_id"
    r"|project_id|team_id|owned_by_id|owned_by|created_by_id)(_id)?(\.(id|pk))?\]?$"
)
_OWNER_OF_ROW = re.compile(r"^\?(\w+_)?(user|owner|author|account|member)_?(id|pk|name)(_\w+)?$")
"""Variables that hold whose something is, and what of a caller is held against them."""
_ATTRIBUTE = re.compile(r"\.(id|pk|user_id|username|email)$")
CHANGING = re.compile(
    r"^_*(delete|remove|drop|destroy|purge|update|save|create|insert|write|send|publish|approve|grant|revoke|restore|reset"
    r"|enable|disable|execute|run|start|stop|move|rename|upload|transfer|assign|cancel|refund|close|unlock)(_|$)"
)
_OF_DOCUMENTS = re.compile(
    r"^(find|find_one|find_many|count_documents|(update|replace|delete)_(one|many)|find_one_and_\w+)$"
)
"""What is handed a document of conditions first, in stores of documents."""
_LOOKING_UP = re.compile(r"^_*(get|find|fetch|load|list|query|search|select|read|delete|remove)_\w+$")
_FOR_SOMEBODY = re.compile(
    r"^_*(get|find|fetch|load|list|query|filter|select)_(.*_)?(for|by|of|to)_(current_|own_)?(user|owner|caller|member|viewer|account)s?(_|$)"
    r"|(^|_)(visible|accessible|readable|viewable|editable|owned|permitted|allowed)_(to|by|for)(_|$)"
)
"""Names of what gives the rows that somebody may see."""
SIGNED_IN = re.compile(r"(^|[._])(is_)?(authenticated|anonymous|logged_?in|signed_?in)(\(\))?$", re.IGNORECASE)
_OF_AUTH = re.compile(r"(^|[._?])\w*auth_(value|field|user|id|owner)s?$|(^|[._?])(owner|user|account)_(field|value)$")
"""Variables that hold by which field a row is somebody's, and who that must be."""
_NO_PROOF = re.compile(r"token|passw|secret|key|credential|header|cookie|session", re.IGNORECASE)
_PREDICATE = re.compile(r"^_*(is|has|in|belongs|may|knows|contains|was|does)_\w+$")
_NOT_OF_SOMEBODY = re.compile(
    r"csrf|captcha|signature|enabled|disabled|configured|valid|ajax|json|mobile|test|debug|secure|https|ssl|origin|host"
    r"|empty|none|safe|url|path|limit|throttl|bot|maintenance|installed|expired|exist|loaded|ready|running|supported"
)
"""What functions are named for that ask something else than whose a thing is, though a refusal follows."""
CHECK = re.compile(
    r"^_*(require|requires|check|ensure|assert|enforce|verify|authorize|authorise|must|validate|raise|deny|guard)(_|$)"
)
_DOES = re.compile(
    r"^(create|delete|remove|update|add|sync|synchroni[sz]e|migrate|save|insert|register|assign|rename|translate|refresh|copy)_"
    r"|_(create|delete|remove|update|add|sync|migrate|save|insert|register|assign|rename|refresh|copy)$"
)
"""Functions that do something with rights, as with anything else; they ask for some by the way at most."""
_OR_REFUSE = re.compile(r"_or_(403|401|raise|abort|deny|forbidden)$")
_SHARED_NAMES = frozenset({"can", "get", "allows", "check", "test", "id", "pk", "name", "username", "user", "user_id"})
_OF_FILES = re.compile(r"os\.(access|chmod|chown|path)\b")
"""What the program itself may do with a file."""

_OF_PARTS = re.compile(
    r"(^|[.:?_])(kernel|node|machine|instance|container|pod|replica|broker|server|agent|device|peer"
    r"|message|msg|turn|delta|choice|completion)s?(\[\])?\.(role|scope)(\.(value|name))?$"
)
"""What a part of a system, or of a talk, is there for: the role that it plays is nobody's right."""


def last_of(name: str) -> str:
    """The last part of a name, as which it is spoken of."""
    return name.removesuffix("()").rpartition(".")[2].rpartition(":")[2]


def told_in(name: str) -> str:
    """A name as it is told of an answer, without the sign of a condition."""
    return f"`{shown_name(name.lstrip('!'))}`"


def done_to(call: Call) -> str:
    """What a call changes, by name: a method that much has is told with what it is called on, `order.save`."""
    last = call.last
    owner = last_of(call.name.rpartition(".")[0]).lstrip("?") if "_" not in last else ""
    return f"{owner}.{last}" if owner and owner not in ("self", "cls", "objects") else last


def is_switched(guards: Collection[str]) -> bool:
    """Whether a condition hangs on a setting: what holds only with it may be meant to go."""
    return any(map(_is_switch, guards)) if guards else False


_SHAPING = frozenset({"split", "rsplit", "strip", "lower", "upper", "casefold", "encode", "decode", "partition"})
"""Methods by which a text is only written otherwise: `user.name.lower()` is told as a name."""


@lru_cache(maxsize=100_000)
def shown_name(name: str) -> str:
    """A name as people are told of it: its last part, with its owner where many things are called so."""
    parts = re.sub(r"\(\)|\[\]", "", name).rpartition(":")[2].lstrip("?!").split(".")
    while name.lstrip("!").startswith("?") and len(parts) > 1 and parts[-1] in _SHAPING:
        parts.pop()
    # What many things have alike is told with its owner: `EditPermission.can`, `current_user.id`.
    return ".".join(parts[-2:] if parts[-1] in _SHARED_NAMES else parts[-1:]) or name


@lru_cache(maxsize=100_000)
def insistence(last: str) -> tuple[bool, bool]:
    """Whether a function is named for insisting on something, and whether it is for a right; for neither if exempt."""
    name = snake(last.rpartition(":")[2]).lstrip("_")
    if name in SIGN_IN_ALONE or NO_IDENTITY.search(name) or _NOT_OF_RIGHTS.search(name):
        return False, False
    insists = CHECK.match(name) is not None or _OR_REFUSE.search(name) is not None
    return insists, OF_RIGHTS.search(name) is not None


@lru_cache(maxsize=100_000)
def _is_switch(name: str) -> bool:
    """Whether a name is that of a setting which may switch something: a default value does not."""
    return SETTING.search(name) is not None and not last_of(name).startswith("DEFAULT_")


@lru_cache(maxsize=100_000)
def is_person(name: str) -> bool:
    """Whether a name is that of whoever calls."""
    return _PERSON.search(name) is not None


@lru_cache(maxsize=100_000)
def of_whom(name: str) -> str:
    """What of a caller a name stands for, however it is reached; by what an account is known it is the account."""
    place = _PERSON.search(name)
    beyond = name[place.end() :].lstrip(".") if place is not None else name
    return "somebody" if not beyond or _KNOWN_BY.fullmatch(beyond) else f"somebody.{beyond}"


@lru_cache(maxsize=100_000)
def is_caller(name: str) -> bool:
    """Whether a name is that of whoever calls, or of whom he calls for."""
    return _CALLER.search(name) is not None


@lru_cache(maxsize=100_000)
def is_about_caller(name: str) -> bool:
    """Whether a name is that of whoever calls, or of what is known of him: `user_context`."""
    return is_caller(name) or _ABOUT_CALLER.search(name) is not None


@lru_cache(maxsize=100_000)
def is_for_somebody(last: str) -> bool:
    """Whether a call is named for giving what somebody may see."""
    return _FOR_SOMEBODY.search(snake(last)) is not None or _SCOPING.search(f".{last}()") is not None


@lru_cache(maxsize=100_000)
def takes_document(last: str) -> bool:
    """Whether a call is handed a document of conditions first, in stores of documents."""
    return _OF_DOCUMENTS.match(last) is not None


@lru_cache(maxsize=100_000)
def does_to_things(last: str) -> tuple[bool, bool]:
    """Whether a call is named for changing something, and whether for looking something up."""
    return CHANGING.match(last) is not None, _LOOKING_UP.match(last) is not None


@lru_cache(maxsize=100_000)
def does_something(last: str) -> bool:
    """Whether a call is named for doing something, and not for looking or telling."""
    return _DOES.search(snake(last.rpartition(":")[2]).lstrip("_")) is not None


@lru_cache(maxsize=100_000)
def leaves_by_rights(last: str) -> bool:
    """Whether a call is named for leaving of things those that somebody has a right to: `filter_by_permissions`."""
    return _BY_RIGHTS.search(snake(last.rpartition(":")[2])) is not None


@lru_cache(maxsize=100_000)
def asks_right(name: str) -> bool:
    """Whether a name is that of a right, or of what asks for one."""
    last = snake(shown_name(name)).rpartition(".")[2]
    if _OF_FILES.match(name) or _OF_PARTS.search(name) or last in SIGN_IN_ALONE:
        return False
    if _SCOPING.search(name):
        return True
    if SETTING.search(name) or OF_RATES.search(name) or (_CONSTANT.search(name) and not _CONSTANT_RIGHT.search(name)):
        return False
    return OF_RIGHTS.search(last) is not None and _NOT_OF_RIGHTS.search(last) is None


def rights_asked(names: Iterable[str], *, is_sure: bool = False) -> Question:
    """The rights that conditions ask for, else who calls, where a row is held against that or a refusal is sure."""
    names = tuple(names)
    asked = [name for name in names if asks_right(name)]
    # Whether somebody has signed in is no question of rights: strangers are asked that.
    if not asked and (holds_row_against(names) or (is_sure and not any(map(SIGNED_IN.search, names)))):
        asked = [name for name in names if is_caller(name)]
    if not asked:
        asked = [name for name in names if _is_same_key(name, names)]
    if not asked and is_sure:
        asked = [name for name in names if _OPEN_TO.search(name) or is_predicate(name)]
    if not asked and is_sure and any(map(_OF_AUTH.search, names)):
        asked = [name for name in names if _NO_PROOF.search(name) is None]
    return tuple(sorted({f"`{shown_name(name)}`" for name in asked}))


def _is_same_key(name: str, names: Collection[str]) -> bool:
    """Whether a key of a row is held against the one that it is looked up for: `item.order_id != order_id`."""
    owner, _, last = name.rpartition(".")
    return bool(owner) and last.endswith("_id") and f"?{last}" in names


@lru_cache(maxsize=100_000)
def is_predicate(name: str) -> bool:
    """Whether a name is that of a function of the tree that tells how one thing is to another: `is_in_album`."""
    last = snake(last_of(name))
    if name[:1] == "?" or SIGNED_IN.search(name):
        return False
    return _PREDICATE.match(last) is not None and _NOT_OF_SOMEBODY.search(last) is None


def holds_row_against(names: Iterable[str]) -> bool:
    """Whether a condition holds something of a row against something of the caller."""
    names = tuple(names)
    callers = [name for name in names if is_caller(name) and not SIGNED_IN.search(name)]
    known = any(_ATTRIBUTE.search(name) for name in callers)
    return any(
        (_OF_ROW.search(name) and set(callers) - {name}) or (known and _OWNER_OF_ROW.search(name)) for name in names
    )
