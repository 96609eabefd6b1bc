"""Credentials that are written down in the tree, by place, name and shape; never by value, and without judging them."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from http import HTTPStatus
from itertools import takewhile
from typing import Literal

import msgspec

from readiness_bot.facts.compose import ComposeFile
from readiness_bot.facts.python_facts import IN_HANDLER, IN_TRY, Assignment, Call
from readiness_bot.facts.secret_literals import EXTRACTOR, SecretLiteral, SecretLiterals, is_secret_name, of_constant
from readiness_bot.facts.values import MODULE, Const, Invoke, Items, Mapping, Name, Value
from readiness_bot.model import Area, Location
from readiness_bot.repo.expressions import names_in
from readiness_bot.repo.idle_applications import FLASK_APPLICATIONS
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.ownership import letters
from readiness_bot.repo.python import Python
from readiness_bot.repo.sources import Sources

Kind = Literal["provider", "signing", "account", "url", "other"]

_SIGNS = re.compile(
    r"(^|[_.\-])(secret[_-]?key([_-](base|hmac|jwt|\d+))*|jwt[_-]?(secret|key|secret[_-]key|signing[_-]key)|signing[_-]?(key|secret)|cookie[_-]?(secret|key)|session[_-]?(secret|key)|token[_-]?(secret|key)"
    r"|encryption[_-]?key|fernet[_-]?keys?|hmac[_-]?(key|secret)|crypt(o|ography)?[_-]?key|app[_-]?secret|auth[_-]?secret|secret)$",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"^(?!.*secret).*(cookie|session|token)[_-]?key$", re.IGNORECASE)
"""Names under which a cookie or session entry is called as often as what signs it."""
_TELLING = re.compile(r"jwt|sign|cookie|session|token|encryption|fernet|hmac|crypt|auth", re.IGNORECASE)
_OWN = re.compile(
    r"(django|flask|fastapi|app|application|jwt|session|cookie|token|auth|server|web|api|site|url|wtf|csrf|refresh|data|db|database|master|default|[_.\-])*",
    re.IGNORECASE,
)
"""What may stand before a bare `SECRET_KEY` of this service; any other word names the service whose key it is."""
_FOREIGN = re.compile(
    r"(aws|s3|client|consumer|webhook|captcha|stripe|oauth|google|github|gitlab|facebook|twitter|azure|slack|access|minio|oss|cos|bucket|storage|bot|vapid|public|test|redis|smtp|mail|ldap|saml)",
    re.IGNORECASE,
)
_OF_A_PAIR = re.compile(r"api[_-]?secret$", re.IGNORECASE)
"""The second half of what another service gives out, as often as what signs."""
_OF_A_PEER = re.compile(r"\w(auth|access|api|bot)[_-]?(token|key)$|_(pass(word)?|pwd)$", re.IGNORECASE)
"""Names of what another service gave out, which signs nothing here."""
_ACCOUNT = re.compile(
    r"(admin|superuser|root|default|initial|first).*pass|^(admin|default)_?(pwd|password)", re.IGNORECASE
)
_NOT_DEPLOYED = re.compile(
    r"(^|[./_\-])(dev|devel|develop|development|devstack|(dev|test|demo|example)_?project|local|localhost|test|tests|testing|ci|example|examples|sample|samples|template|templates|dist|tmpl|demo|mock|mocks|e2e|sandbox|docker-dev|debug|skel|defaults?"
    r"|unittest|travis|circleci|jenkins|appveyor|build|docs|rtd|readthedocs|sphinx|fixture|fixtures|swagger|openapi|schema|schemas|locale|locales|i18n)(?=[./_\-]|$)",
    re.IGNORECASE,
)
_OF_TESTS = re.compile(r":(TEST|DUMMY|FAKE|MOCK|EXAMPLE|SAMPLE|DEMO)_")
_PROJECT = re.compile(r"(^|/)(dev|test|demo|example)_?project/")
"""The folder of a project that a library is tried in."""
_OF_SETTINGS = re.compile(r"config|settings|options|env", re.IGNORECASE)
_CONVERTED = re.compile(r"(\(\))?(\.(strip|encode|get_secret_value|decode)(\(\))?)+$")
"""What a key goes through on its way to where it signs."""
_NOT_DEPLOYED_OWNER = re.compile(r"(test|dev|local|example|mock|fake|dummy|sample|stub|debug|docs)", re.IGNORECASE)
_OF_PRODUCTION = re.compile(r"(^|_|(?<=[a-z]))(Prod(uction)?|Live|PROD(UCTION)?|LIVE)(?![a-z])")
_OF_MIGRATING = re.compile(r"migrat", re.IGNORECASE)
"""Settings that only a change of the schema runs with: it signs nothing."""
_SHOWN = re.compile(r"(^|[:_.])(example|sample|mock(ed)?|fake|dummy|fixture|response|test)s?(_|$)", re.IGNORECASE)
"""Names of what shows how an answer of somebody else looks: the key in it is made up."""
_TRACKER = re.compile(r"(^|\.)sentry(\.|$)")
"""Hosts that take reports of errors: the address, key and all, is one that clients see."""
_OUT_OF_USE = re.compile(
    r"debug|test|dev|local|(?<![a-z!])os\.environ\.((?-i:CI)(?![a-z])|(gh_?|github_?)actions?|travis|gitlab_ci|circleci|jenkins|buildkite)",
    re.IGNORECASE,
)
"""What a condition names that does not hold where the service is deployed."""
_NEAR = re.compile(
    r"^(localhost|127\.|0\.0\.0\.0|host\.docker|db$|.*\.(local|test|example|invalid|internal)$|(.*\.)?example\.(com|org|net|io)$|(.*\.)?(domain|host|server|your|my)[\w-]*\.\w+$|[^.]+$)"
)


_SIGNERS: dict[str, tuple[int, str]] = {
    **dict.fromkeys(("jwt.encode", "jwt.decode", "jose.jwt.encode", "jose.jwt.decode"), (1, "key")),
    **dict.fromkeys(("authlib.jose.jwt.encode",), (2, "key")),
    **dict.fromkeys(
        (
            "itsdangerous.Signer",
            "itsdangerous.TimestampSigner",
            "itsdangerous.URLSafeSerializer",
            "itsdangerous.URLSafeTimedSerializer",
            "itsdangerous.TimedJSONWebSignatureSerializer",
            "itsdangerous.JSONWebSignatureSerializer",
        ),
        (0, "secret_key"),
    ),
    "cryptography.fernet.Fernet": (0, "key"),
}
"""What signs or encrypts, and which argument is its key."""


_SHOWN_TO_ALL = re.compile(r"(^|_)(public|pub|cert|certificate|algorithm|alg)(_|$)", re.IGNORECASE)
"""Names of what a signature is looked at with, and keeps nothing back."""


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """A literal in the place of a credential.

    `kind` tells what for: a provider's key, one that signs or encrypts, an account's password, a URL's.

    `is_signing` tells that code signs or encrypts with this very literal, whatever it is called; `is_asked_for` that
    code turns away whoever does not send it.

    `is_random`, `is_placeholder` and `is_public` tell what the value looks like; `is_local` that the place is for
    development or tests; `is_refused` that start-up code stops over it; `is_near` that a URL leads to a host of
    the same machine or network.
    """

    location: Location
    name: str
    provider: str
    kind: Kind
    length: int
    entropy: float
    is_random: bool
    is_placeholder: bool
    is_public: bool
    is_fallback: bool
    is_bound: bool
    is_local: bool
    is_refused: bool
    is_near: bool
    is_signing: bool
    is_asked_for: bool
    form: Literal["python", "environment", "compose", "workflow", "data"]


class Secrets:
    """Questions about credentials written down in one tree."""

    LOOKS = "code, configuration, Compose files, workflows and environment files"

    def __init__(self, sources: Sources, python: Python) -> None:
        self._sources = sources
        self._python = python

    def reads(self, path: str) -> bool:
        """Whether answers depend on this path."""
        # What is no valid YAML was still read for secrets, line by line.
        return Python.reads(path) or (EXTRACTOR.claims(path) and path not in self._sources.facts(SecretLiterals))

    @cached_property
    def kept(self) -> tuple[KeptSecret, ...]:
        """Every such literal outside tests, examples, documentation and other people's code, by place."""
        return tuple(self._kept())

    def _kept(self) -> Iterator[KeptSecret]:
        for path, facts in self._sources.facts(SecretLiterals).items():
            area = self._sources.area(path)
            hosted = path.startswith((".github/workflows/", ".gitlab-ci", ".circleci/"))
            if (
                area is not Area.PRODUCTION
                and not hosted
                and not (area is Area.TOOLING and path.endswith((".env", ".yml", ".yaml")))
            ):
                continue
            seen: set[tuple[int, int]] = set()
            of_peers = {(one.line, one.column) for one in facts.found if _OF_A_PEER.search(one.name)}
            for literal in sorted(facts.found, key=_most_telling):
                if literal.name.lower() == "secret" and (literal.line, literal.column) in of_peers:
                    continue  # the variable that is asked first tells more: `"SECRET": env("PEER_AUTH_TOKEN", …)`
                if (literal.line, literal.column) not in seen and not self._is_choice(path, literal):
                    seen.add((literal.line, literal.column))
                    yield self._one(path, literal, tooling=area is not Area.PRODUCTION or facts.is_copied)

        yield from self._called_otherwise()

    def _called_otherwise(self) -> Iterator[KeptSecret]:
        """The texts that code signs or encrypts with and that stand under a name which tells nothing of it."""
        for path, name in sorted((path, name) for path, name in self._signing if isinstance(name, str)):
            module = self._python.modules.get(path)
            if module is None or is_secret_name(name) or _SHOWN_TO_ALL.search(name):
                continue
            for item in module.facts.assignments:
                text = item.value.value if isinstance(item.value, Const) else None
                if item.target == f":{name}" and item.scope == MODULE and isinstance(text, str):
                    literal = of_constant(name, text, item.line, item.end_line)
                    if literal is not None and self._sources.area(path) is Area.PRODUCTION:
                        yield replace(self._one(path, literal, tooling=False), kind="signing")

    def _is_choice(self, path: str, literal: SecretLiteral) -> bool:
        """Whether the literal is one of several that all say names: `SECRET = "Secret"` in a class, or in a table."""
        module = self._python.modules.get(path)
        if module is not None and _is_renamed(literal, module):
            return True
        if module is None or not literal.owner:
            return False
        holder = self._python.definition_named(f"{path}:{literal.owner}")
        if holder is None or holder.definition.kind != "class":
            return False
        named = [
            item.line
            for item in holder.fields
            if isinstance(item.value, Const)
            and isinstance(item.value.value, str)
            and (letters(item.value.value) == letters(item.name) or _ends_alike(item.value.value, item.name))
        ]
        return literal.line in named and len(named) > 1

    def _is_of_a_bucket(self, path: str, literal: SecretLiteral) -> bool:
        """Whether the literal is the second half of a pair of keys, as stores of objects give them out; signs nothing.

        Where a class has a field `access_key`, its `secret_key` belongs to it.
        """
        if literal.name.lower() != "secret_key" or not literal.owner:
            return False
        holder = self._python.definition_named(f"{path}:{literal.owner}")
        return holder is not None and any(item.name.lower() == "access_key" for item in holder.fields)

    def _is_of_a_store_beside(self, path: str, literal: SecretLiteral) -> bool:
        """Whether an environment file sets the password of a store that a Compose file starts with it."""
        return any(letters(literal.name).startswith(letters(store)) for store in self._stores_beside.get(path, ()))

    @cached_property
    def _stores_beside(self) -> dict[str, list[str]]:
        """By environment file, the names of the images that Compose files pull and hand it to."""
        found: dict[str, list[str]] = defaultdict(list)
        for path, compose in self._sources.facts(ComposeFile).items():
            for service in compose.services:
                if service.image and not service.builds:
                    image = service.image.rpartition("/")[2].partition(":")[0].partition("@")[0]
                    for name in service.env_files:
                        found[posixpath.normpath(posixpath.join(posixpath.dirname(path), name))].append(image)
        return found

    def _one(self, path: str, literal: SecretLiteral, *, tooling: bool) -> KeptSecret:
        module = self._python.modules.get(path)
        literal = _as_bound(literal, module)
        symbol = literal.owner
        return KeptSecret(
            location=Location(path, literal.line, literal.end_line, symbol, literal.statement),
            name=literal.name,
            provider=literal.provider,
            kind="other" if self._is_of_a_bucket(path, literal) else _kind(literal),
            length=literal.length,
            entropy=literal.entropy,
            is_random=literal.looks == "random",
            is_placeholder=literal.looks == "placeholder",
            is_public=literal.looks == "public" or _TRACKER.search(literal.host) is not None,
            is_fallback=literal.fallback,
            is_bound=literal.constant,
            is_local=tooling or self._is_local(path, literal, module),
            is_refused=bool(literal.name)
            and (
                self._is_refused(literal.name, module)
                or (not literal.fallback and literal.name.upper() in self._asked_for)
            ),
            is_near=bool(literal.host) and _NEAR.match(literal.host) is not None,
            is_signing=literal.constant
            and (
                not self._signing.isdisjoint({(path, "" if literal.owner else literal.name), (path, literal.line)})
                or (bool(literal.owner) and (path, literal.line) in self._signing_fields)
            ),
            is_asked_for=literal.constant and literal.name.upper() in self._asked_for,
            form="compose" if self._is_of_a_store_beside(path, literal) else _form(path),
        )

    def _is_local(self, path: str, literal: SecretLiteral, module: Module | None) -> bool:
        """Whether the place is for development or tests.

        By its file's name, its class, or the condition it stands under.
        """
        named = path if module is None or _PROJECT.search(path) else path.rpartition("/")[2]
        if module is not None:
            # Defaults that are code are what runs unless something else is set; others are copied and filled in.
            named = re.sub(r"(^|[/_])defaults?(?=[._])", r"\1", named)
        owner = literal.owner or (module.symbol(module.scope_at(literal.line)) if module is not None else "")
        if _NOT_DEPLOYED.search(named) or _NOT_DEPLOYED_OWNER.search(owner):
            return True
        if module is None:
            return False
        if literal.owner and self._descends_from_local(path, literal.owner):
            return True
        if not literal.owner and (
            _is_replaced(literal, module)
            or self._is_rebound(literal.name, module)
            or self._is_bound_at_start(literal.name, module)
        ):
            return True
        if literal.owner and self._is_bound_by_heirs(literal, module):
            return True
        parts = [
            part
            for part in path.split("/")[:-1]
            if part in ("dev", "develop", "development", "local", "test", "testing", "ci")
        ]
        if parts:
            return True
        if _is_example(literal, module):
            return True
        return any(
            assignment.line <= literal.line <= assignment.end_line
            and (
                _OUT_OF_USE.search(" ".join(assignment.guards))
                or _OF_TESTS.match(assignment.target)
                or (literal.provider and _SHOWN.search(assignment.target))
                or _is_beside_debugging(assignment, module)
                or _is_of_documentation(assignment, module)
                or _is_set_with_debugging(assignment.value)
            )
            for assignment in module.facts.assignments
        )

    def _descends_from_local(self, path: str, owner: str) -> bool:
        """Whether settings stand in a class that is one of development's with something else: `class Tools(Local)`."""
        holder = self._python.definition_named(f"{path}:{owner}")
        return (
            holder is not None
            and holder.definition.kind == "class"
            and any(_NOT_DEPLOYED_OWNER.search(above.definition.name) for above in self._python.ancestry(holder))
        )

    def _is_rebound(self, name: str, module: Module) -> bool:
        """Whether every deployed module that imports everything from this one binds the name anew.

        Then the literal is never used.
        """
        heirs = [
            other
            for other in (*self._python.star_importers.get(module.path, ()), *self._deployed_heirs(module))
            if not _NOT_DEPLOYED.search(other.path.rpartition("/")[2])
        ]
        return bool(heirs) and all(_binds(other, name) for other in heirs)

    def _is_bound_at_start(self, name: str, module: Module) -> bool:
        """Whether a function that others call binds the name of the module to what it is handed: `global KEY`."""
        return any(
            isinstance(item.value, Name)
            and not item.guards
            and (function := module.function_of(item.scope)) is not None
            and item.value.name.lstrip("?") in {parameter.name for parameter in function.parameters}
            and bool(self._python.callers.get(f"{module.path}:{function.qualname}"))
            for item in module.facts.assignments
            if item.target == f":{name}" and item.scope != MODULE
        )

    def _is_bound_by_heirs(self, literal: SecretLiteral, module: Module) -> bool:
        """Whether a class that nothing names but as a base leaves the literal to no deployed class made of it."""
        base = self._python.definition_named(f"{module.path}:{literal.owner}")
        if base is None or base.definition.kind != "class":
            return False
        heirs = self._heirs.get(base.name)
        if not heirs or base.name in self._classes_in_use:
            return False
        # Where one says that it is production's, the others are for machines of developers, whatever they are called.
        heirs = [heir for heir in heirs if _OF_PRODUCTION.search(heir.definition.name)] or heirs
        return all(
            found is not None and not (found[0].path == module.path and found[1].line == literal.line)
            for found in (self._python.class_value(heir, literal.name) for heir in heirs)
        )

    @cached_property
    def _heirs(self) -> dict[str, list[DefinitionSite]]:
        """By class, those that descend from it, but for such as are not deployed."""
        found: dict[str, list[DefinitionSite]] = defaultdict(list)
        for site in self._python.classes:
            name = site.definition.name
            if not (_NOT_DEPLOYED_OWNER.search(name) or _OF_MIGRATING.search(name)):
                for one in self._python.ancestry(site):
                    if one.name != site.name:
                        found[one.name].append(site)
        return found

    @cached_property
    def _classes_in_use(self) -> frozenset[str]:
        """The classes that code makes an object of, hands on, or names in a table, by a value or by a text."""
        found: set[str] = set()
        for site in self._python.all_calls:
            found.add(site.name)
            found.update(
                self._python.identify(value.name, site.module) for value in site.call.handed if isinstance(value, Name)
            )
        for module in self._python.production:
            for item in module.facts.assignments:
                found.update(self._python.identify(name, module) for name in names_in(item.value))
            for text, _ in module.facts.strings:
                located = self._python.located(text.replace(":", "."), module.path) if "." in text else None
                if located is not None and located[1]:
                    found.add(f"{located[0].path}:{located[1]}")
        return frozenset(found)

    def _deployed_heirs(self, module: Module) -> Iterator[Module]:
        """The modules that a deployment copies beside this one.

        They import everything from a neighbour of its name that they do not have where they stand.
        """
        stem = module.path.rpartition("/")[2].removesuffix(".py")
        for other in self._python.production:
            if f".{stem}" not in other.facts.stars:
                continue
            beside = f"{other.path.rpartition('/')[0]}/{stem}".lstrip("/")
            if not any(path in self._python.modules for path in (f"{beside}.py", f"{beside}/__init__.py")):
                yield other

    @cached_property
    def _signing_fields(self) -> frozenset[tuple[str, int]]:
        """The fields of settings that functions take to sign or encrypt with, by file and line.

        Where several classes have a field of that name, it is one of those that lie nearest.
        """
        found: set[tuple[str, int]] = set()
        settings = [one for one in self._python.classes if _OF_SETTINGS.search(one.definition.name)]
        for site in self._python.calls(*_SIGNERS):
            value = site.call.argument(*_SIGNERS[site.name])
            owner, _, last = _CONVERTED.sub("", value.name if isinstance(value, Name | Invoke) else "").rpartition(".")
            if owner and not owner.endswith("()"):
                held = [(one.module.path, item.line) for one in settings for item in one.fields if item.name == last]
                near = max((_shared(path, site.module.path) for path, _ in held), default=0)
                found.update(place for place in held if _shared(place[0], site.module.path) == near)
        return frozenset(found)

    @cached_property
    def _signing(self) -> frozenset[tuple[str, str | int]]:
        """The variables of modules that functions sign or encrypt with, by file and name; literals by file and line."""
        found: set[tuple[str, str | int]] = set()
        for site in self._python.calls(*_SIGNERS):
            position, keyword = _SIGNERS[site.name]
            value = site.call.argument(position, keyword)
            if isinstance(value, Const):
                found.update((site.module.path, line) for line in range(site.call.line, site.call.end_line + 1))
            elif isinstance(value, Name):
                path, colon, name = self._python.identify(value.name, site.module).partition(":")
                found.add((path, name) if colon and path else (site.module.path, value.name.lstrip("?:")))
        found.update(self._of_applications())
        return frozenset(found)

    def _of_applications(self) -> Iterator[tuple[str, int]]:
        """The lines where an application is given, in code and for good, the key that it signs its sessions with."""
        for module in self._python.production:
            bound = module.facts.assignments
            keys = [one for one in bound if one.target.endswith(".secret_key") and not one.guards]
            if keys:
                made = [one for one in bound if isinstance(one.value, Invoke) and one.value.name in FLASK_APPLICATIONS]
                apps = {(one.target, one.scope) for one in made}
                for one in keys:
                    if (one.target.removesuffix(".secret_key"), one.scope) in apps:
                        yield from ((module.path, line) for line in range(one.line, one.end_line + 1))

    def _is_refused(self, name: str, module: Module | None) -> bool:
        """Whether start-up code stops over a setting of this name, as far as it is the one of a literal in `module`.

        What a class of another file that has nothing to do with the literal's asks of its own attribute is another
        setting of the same name.
        """
        places = self._refused.get(name.upper(), frozenset())
        if not places or module is None or "" in places or module.path in places:
            return bool(places)
        known = {one.path for one in self._imports_of(module)}
        return any(
            path in known or any(one is module for one in self._imports_of(self._python.modules[path]))
            for path in places
        )

    def _imports_of(self, module: Module) -> Iterator[Module]:
        for target in (*(item.target for item in module.facts.imports), *module.facts.stars):
            found = self._python.located(target, module.path)
            if found is not None:
                yield found[0]

    @cached_property
    def _asked_for(self) -> frozenset[str]:
        """The names, in capitals, of constants that something sent is held against before a caller is turned away."""
        found: set[str] = set()
        for module in self._python.production:
            turning_away = [raised.guards for raised in module.facts.raises]
            turning_away += [item.guards for item in module.facts.returns if _turns_away(item.value)]
            found.update(_last(name) for name in map(_held_against, turning_away) if name)
        return frozenset(found)

    @cached_property
    def _refused(self) -> dict[str, frozenset[str]]:
        """By name, in capitals, the files whose classes inspect an attribute of it and stop; empty for any setting."""
        found: dict[str, set[str]] = defaultdict(set)
        for module in self._python.production:
            raising = {raised.scope for raised in module.facts.raises}
            raising |= {call.scope for call in module.facts.calls if call.name in ("sys.exit", "exit", "os._exit")}
            guards = [raised.guards for raised in module.facts.raises]
            guards += [call.guards for call in module.facts.calls if call.name in ("sys.exit", "exit")]
            for name, asked in ((name, _held_against(guard)) for guard in guards for name in _inspected(guard)):
                if name != asked:
                    found[_last(name)].add(module.path if _OF_OBJECT.fullmatch(name) else "")
            lists = {(raised.scope, guard) for raised in module.facts.raises for guard in raised.guards}
            for call in module.facts.calls:
                if call.last == "append" and (call.scope, (call.via or call.name).removesuffix(".append")) in lists:
                    for name in _settings_told(call):
                        found[name].add("")
                last = call.last
                validates = last in ("field_validator", "validator") and call.decorates in raising
                if validates or (call.args and _is_refusing(last) and self._stops(call, module)):
                    for value in call.args:
                        text = (
                            value.value
                            if isinstance(value, Const)
                            else value.name
                            if isinstance(value, Name | Invoke)
                            else ""
                        )
                        if isinstance(text, str) and text:
                            found[_last(text)].add("")
        return {name: frozenset(places) for name, places in found.items()}

    def _stops(self, call: Call, module: Module) -> bool:
        """Whether what is called raises where it is not content."""
        if call.last.startswith("__"):
            return False
        target = self._python.target(call, module)
        return (
            target is not None
            and target.definition.kind == "function"
            and any(raised.scope == target.index for raised in target.module.facts.raises)
        )


def _is_replaced(literal: SecretLiteral, module: Module) -> bool:
    """Whether the module binds the name anew further down, whatever holds: then the literal is never used."""
    bound = [item for item in module.facts.assignments if item.target == f":{literal.name}" and item.scope == MODULE]
    return any(item.line <= literal.line <= item.end_line for item in bound) and any(
        item.line > literal.end_line
        and not item.guards
        and not item.context & (IN_TRY | IN_HANDLER)
        and f":{literal.name}" not in names_in(item.value, module.facts.calls)
        for item in bound
    )


_OF_SCHEMA = re.compile(r"(^|[:.])(json_)?schema_extra$")
"""What a model says of itself in the description of the interface: the values in it are made up."""


def _is_of_documentation(assignment: Assignment, module: Module) -> bool:
    """Whether an assignment holds examples for the description of the interface."""
    value = assignment.value
    if isinstance(value, Mapping):
        named = [key.value for key in value.keys if isinstance(key, Const)]
    else:
        call = module.facts.calls[value.call] if isinstance(value, Invoke) and value.call >= 0 else None
        named = [name for name, _ in call.keywords] if call is not None and call.last.endswith("ConfigDict") else []
    return _OF_SCHEMA.search(assignment.target) is not None or any(_OF_SCHEMA.match(str(name)) for name in named)


_OF_EXAMPLES = frozenset({"example", "examples", "openapi_examples"})
"""Arguments by which the description of an interface shows what is sent and answered."""


def _is_example(literal: SecretLiteral, module: Module) -> bool:
    """Whether a literal stands in what a description of the interface shows: `example={"token": "…"}`."""
    return any(
        name in _OF_EXAMPLES and literal.name in _keys(value)
        for call in module.facts.calls
        if call.line <= literal.line <= call.end_line
        for name, value in call.keywords
    )


def _keys(value: Value, depth: int = 3) -> Iterator[str]:
    """The keys of a dict display, and of those within."""
    if isinstance(value, Mapping):
        yield from (key.value for key in value.keys if isinstance(key, Const) and isinstance(key.value, str))
    inner = value.values if isinstance(value, Mapping) else value.items if isinstance(value, Items) else ()
    for item in inner if depth else ():
        yield from _keys(item, depth - 1)


_DEBUGGING = re.compile(r"(\w+_)?DEBUG")


def _is_set_with_debugging(value: Value) -> bool:
    """Whether a table sets debugging on beside the literal: an environment for the own machine."""
    pairs = zip(value.keys, value.values, strict=False) if isinstance(value, Mapping) else ()
    return any(
        isinstance(key, Const)
        and _DEBUGGING.fullmatch(str(key.value)) is not None
        and isinstance(inner, Const)
        and str(inner.value).lower() in ("true", "1", "on")
        for key, inner in pairs
    )


def _is_beside_debugging(assignment: Assignment, module: Module) -> bool:
    """Whether the branch that binds a setting turns debugging on as well: it is not the one that production takes."""
    return bool(assignment.guards) and any(
        item.target == ":DEBUG" and item.value == Const(True) and item.guards == assignment.guards
        for item in module.facts.assignments
    )


def _ends_alike(value: str, name: str) -> bool:
    """Whether a value is a constant's name that ends as this one does: `SESSION_API_KEY = "CLOUD_API_KEY"`."""
    last = name.split("_")[-2:]
    return len(last) == 2 and _CONSTANT.fullmatch(value) is not None and value.split("_")[-2:] == last


def _is_renamed(literal: SecretLiteral, module: Module) -> bool:
    """Whether the literal stands in a table of settings by what they are called elsewhere, or by what they are for.

    The one is written in capitals as they are, the other in words with spaces between them.
    """
    for item in module.facts.assignments:
        pairs = item.value if isinstance(item.value, Mapping) and item.line <= literal.line <= item.end_line else None
        keys, values = (_texts(pairs.keys), _texts(pairs.values)) if pairs is not None else ([], [])
        if len(values) > 1 and all(map(_CONSTANT.fullmatch, keys)):
            names = all(map(_CONSTANT.fullmatch, values))
            if names or (len(values) > _FEW and all(" " in text.strip() for text in values)):
                return True
    return False


def _texts(values: tuple[Value, ...]) -> list[str]:
    """The values as texts, an empty one for each that is none."""
    return [one.value if isinstance(one, Const) and isinstance(one.value, str) else "" for one in values]


_FEW = 2
"""So many texts with spaces may be passphrases; where there are more, they tell what each setting is for."""
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")


def _binds(module: Module, name: str) -> bool:
    """Whether a module binds a name itself, or whatever a file of the deployment's says: `vars().update(…)`."""
    return any(item.target == f":{name}" and item.scope == MODULE for item in module.facts.assignments) or any(
        call.name in ("vars().update", "globals().update", "locals().update") and call.scope == MODULE
        for call in module.facts.calls
    )


def _shared(path: str, other: str) -> int:
    """How many folders two paths begin with in common."""
    pairs = zip(path.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


_REFUSING = re.compile(r"check|valid|ensure|verify|assert|refuse|secret|require", re.IGNORECASE)


@lru_cache(maxsize=100_000)
def _is_refusing(last: str) -> bool:
    return _REFUSING.search(last) is not None


def _last(name: str) -> str:
    return name.lstrip("!?:").rpartition(".")[2].rpartition(":")[2].upper()


def _inspected(guards: tuple[str, ...]) -> Iterator[str]:
    """The names that a condition inspects; what is asked of a local variable alone mostly is whether it is there."""
    if len(guards) != 1 or not guards[0].lstrip("!").startswith("?"):
        yield from guards


_OF_OBJECT = re.compile(r"!?:\w+\(\)\.\w+")
"""An attribute that an object of this file's own class asks of itself."""


_COMPARING = re.compile(r"(^|\.)compare_digest$")
_COMPARED = 2
"""What is sent, and what it is held against."""


def _turns_away(answer: Value) -> bool:
    """Whether an answer says that the caller is not let in."""
    return isinstance(answer, Items) and any(
        isinstance(item, Const) and item.value in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
        for item in answer.items
    )


def _held_against(guards: tuple[str, ...]) -> str:
    """The constant that a condition compares something of a function's own with; empty for any other condition."""
    held = [guard for guard in guards if not _COMPARING.search(guard)]
    constants = [guard for guard in held if not guard.lstrip("!").startswith("?")]
    alone = len(held) == _COMPARED and len(constants) == 1
    return constants[0] if alone and _CONSTANT.fullmatch(re.split(r"[.:]", constants[0])[-1]) else ""


_SETTING = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")


def _settings_told(call: Call) -> Iterator[str]:
    """The settings that a call names which notes what is wrong, before code stops over its notes."""
    for value in call.args:
        if isinstance(value, Const) and isinstance(value.value, str):
            yield from _SETTING.findall(value.value)


def _most_telling(literal: SecretLiteral) -> tuple[object, ...]:
    """By place; among what is known of one place, first what says most of it."""
    return literal.line, literal.column, not literal.provider, not _SIGNS.search(literal.name), literal.name


def _as_bound(literal: SecretLiteral, module: Module | None) -> SecretLiteral:
    """A fallback of a variable under the name that a module signs with: `SECRET_KEY = getenv("SHOP_KEY", …)`."""
    if module is None or not literal.fallback or _kind(literal) != "other":
        return literal
    for item in module.facts.assignments:
        name = item.target.lstrip(":").rpartition(".")[2]
        if _SIGNING_SETTING.fullmatch(name) and item.line <= literal.line <= item.end_line:
            return msgspec.structs.replace(literal, name=name)
    return literal


_SIGNING_SETTING = re.compile(r"SECRET_KEY|JWT_SECRET(_KEY)?")


def _kind(literal: SecretLiteral) -> Kind:
    if literal.provider:
        return "provider"
    if literal.host or literal.name == "url":
        return "url"
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", literal.name)
    names_entry = _ENTRY.search(spaced) is not None and literal.looks != "random"
    signs = _SIGNS.search(spaced)
    if (
        signs is not None
        and not _FOREIGN.search(spaced)
        and not names_entry
        and not (literal.looks != "random" and _OF_A_PAIR.search(spaced))
        and (_TELLING.search(signs[0]) or _OWN.fullmatch(spaced[: signs.start()]))
    ):
        return "signing"
    return "account" if _ACCOUNT.search(spaced) else "other"


def _form(path: str) -> Literal["python", "environment", "compose", "workflow", "data"]:
    name = path.rpartition("/")[2].lower()
    if name.endswith((".py", ".pyw")):
        return "python"
    if path.startswith((".github/", ".circleci/")) or name.startswith(".gitlab-ci"):
        return "workflow"
    if re.search(r"(^|\.)env($|\.)|flaskenv|envrc", name):
        return "environment"
    of_stack = "compose" in name and name.endswith((".yml", ".yaml"))
    return "compose" if of_stack or _OF_A_STACK.search(path) else "data"


_OF_A_STACK = re.compile(r"(^|/)(docker[-_]?)?compose/")
"""The folder of what a Compose file hands to the containers that it starts."""
