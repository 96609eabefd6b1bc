"""Accounts, sessions and what protects them.

Cookies, tokens, second factors, identity providers, encryption; judges nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from readiness_bot.facts.python_facts import Assignment
from readiness_bot.facts.values import MODULE, Const, Format, Invoke, Mapping, Name, Other, Value
from readiness_bot.model import Evidence, Location
from readiness_bot.repo.defaults import default_of
from readiness_bot.repo.expressions import names_in
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.services import Services, Setting
from readiness_bot.repo.wiring import Wiring


@dataclass(frozen=True, slots=True)
class SessionPart:
    """One property of sessions or tokens.

    Whether it holds, is left to a setting that is off by default (`optional`), or is missing.
    """

    aspect: Literal["secure", "http-only", "expiry"]
    state: Literal["on", "optional", "off"]
    detail: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor or an identity provider; `is_used` says that code that runs reaches it."""

    kind: Literal["second-factor", "provider", "own-provider"]
    detail: str
    path: str
    line: int
    is_used: bool


_FACTORS = (
    "pyotp",
    "django_otp",
    "two_factor",
    "allauth.mfa",
    "webauthn",
    "fido2",
    "u2flib_server",
    "deux",
    "django_mfa",
    "mfa",
    "py_webauthn",
    "kagi",
    "duo_universal",
    "duo_web",
    "passkeys",
    "onetimepass",
    "oath",
    "multifactor",
)
_FACTOR_NAME = re.compile(r"(\w+_)?(2fa|mfa|two_factor(_auth)?|webauthn|totp)(_\w+)?")
_PROVIDER_NAME = re.compile(r"\w+_oidc(_\w+)?")
_LASTING = "rest_framework.authentication.TokenAuthentication"
_SIGN_IN_PATTERNS = frozenset(
    {
        "django.contrib.auth.urls",
        "allauth.urls",
        "allauth.account.urls",
        "dj_rest_auth.urls",
        "rest_auth.urls",
        "djoser.urls",
        "djoser.urls.jwt",
        "djoser.urls.authtoken",
        "rest_framework.urls",
    }
)
"""Modules of patterns that libraries bring, and that people sign in by."""
_SEALS = re.compile(r"checksum|signature|licen[sc]e", re.IGNORECASE)
"""Modules that encrypt to seal what they send, and keep none of it."""
_SIGNS_IN = re.compile(r"auth|login|sso|social|account|user|sign_?in|oidc|saml|identity|security", re.IGNORECASE)
_CLIENTS_TOO = re.compile(
    r"(requests_|flask_)?oauthlib\b|oauth2client\b|msal\b|authlib\b|httpx_oauth\b|google\.oauth2\b|ldap3?\b"
)
"""Libraries that sign people in, and that as many programs use to call another service or a directory."""
_OF_FIELDS = frozenset({"field_validator", "model_validator", "validator", "root_validator", "validates"})
_SIGNED_REQUESTS = re.compile(r"oauthlib\.oauth1\b|requests_oauthlib\.OAuth1")
"""What signs single requests to another service: it signs people in only where the module is there for that."""
_OF_PROVIDERS = re.compile(
    r"oauthlib\.(common|signals|uri_validate)\b|authlib\.(jose|common)\b|oauthlib\.oauth2\.(\w*Server|\w*Endpoint|RequestValidator|\w*Grant)\b"
    r"|authlib\.(integrations\.\w+\.(\w*Server|ResourceProtector)|oauth[12]\.rfc\d+\.\w*Grant)\b"
    r"|.*oauth2?_?(provider|server)\.py$"
)
"""What serves OAuth to others, or helps with it: whoever uses it signs people in for others, not through them."""
_PROVIDERS = (
    "authlib",
    "flask_oauthlib",
    "allauth.socialaccount",
    "social_django",
    "social_core",
    "social_flask",
    "onelogin.saml2",
    "saml2",
    "mozilla_django_oidc",
    "auth0",
    "keycloak",
    "fastapi_sso",
    "msal",
    "google.oauth2.id_token",
    "flask_dance",
    "requests_oauthlib",
    "oauthlib",
    "firebase_admin.auth",
    "djangosaml2",
    "flask_oidc",
    "fastapi_auth0",
    "okta",
    "okta_jwt_verifier",
    "ldap",
    "ldap3",
    "django_auth_ldap",
    "flask_saml2",
    "fastapi_azure_auth",
    "oic",
    "oidcop",
    "workos",
    "supertokens_python",
    "fief_client",
    "clerk_backend_api",
    "flask_cas",
    "aioauth_client",
    "cas",
    "httpx_oauth",
    "jwt.PyJWKClient",
    "openid",
    "propelauth_fastapi",
    "stytch",
    "kinde_sdk",
    "aiogoogle.auth",
    "pyoidc",
    "oauth2client",
    "cognitojwt",
    "python_jose",
    "flask_simpleldap",
    "flask_ldap3_login",
    "jupyterhub.services.auth",
)
_FRAMEWORKS_PROVIDER = re.compile(
    r"(pyramid|flask|django|drf|fastapi|starlette|aiohttp|sanic|quart|tornado|litestar)_(?!\w*(provider|server))\w*"
    r"(oidc|openid|saml|sso|google_?auth|github_?auth|okta|auth0|keycloak|cognito|azure_?(ad|auth)|adfs|shibboleth)\w*"
)
_ENCRYPTION = (
    "cryptography.fernet",
    ("cryptography.hazmat.primitives.ciphers"),
    ("sqlalchemy_utils.EncryptedType"),
    "sqlalchemy_utils.StringEncryptedType",
    "sqlalchemy_utils.types.encrypted",
    "encrypted_model_fields",
    "django_cryptography",
    "fernet_fields",
    "encrypted_fields",
    "Crypto.Cipher",
    "Cryptodome.Cipher",
    "nacl.secret",
    "nacl.public",
    "django_fernet",
    "searchableencryption",
    "mongoengine.encryption",
    "pymongo.encryption",
    "ming.encryption",
    ("django_encrypted_filefield"),
    "django_crypto_fields",
    "jwcrypto.jwe",
    "aws_encryption_sdk",
    "tink",
    "gnupg",
)
_KEEPING_OBJECTS = frozenset({"put_object", "create_multipart_upload", "copy_object"})
_SEALED_BY_STORE = frozenset({"ServerSideEncryption", "SSECustomerKey"})
"""What a store of objects is asked to encrypt them with as it keeps them."""
_COOKIE_FLAGS: tuple[tuple[Literal["secure", "http-only"], str], ...] = (
    ("secure", "secure"),
    ("http-only", "httponly"),
)
_SIGN_IN_COOKIE = re.compile(r"sess|token|auth|jwt|login|user|sid|remember|access|refresh", re.IGNORECASE)
_PASSWORD_ALONE = re.compile(r"(pass(word|wd|phrase)?|pin|remember(_me)?)", re.IGNORECASE)
_MORSEL = re.compile(r"cookies?\[\](\[\])?$", re.IGNORECASE)
"""A cookie among others, or what is said of one."""
_OF_DEVELOPERS = re.compile(r"(^|[_:?])(is_)?(dev|development|debug|local|testing)(_mode|_env)?$", re.IGNORECASE)
_PYRAMID_SESSIONS = frozenset(
    {"pyramid.session.SignedCookieSessionFactory", "pyramid.session.BaseCookieSessionFactory"}
)
_CERTAINTY = {"on": "", "optional": "perhaps ", "off": "not "}
_TLS_NAMES = frozenset({"sslmode", "ssl_ca", "tlscafile", "sslrootcert", "ssl_cert_reqs", "ssl_ca_certs", "tls", "ssl"})
_TLS_TEXT = re.compile(
    r"sslmode=(require|verify-ca|verify-full)|^rediss://|[?&](ssl|tls)=true|ssl_mode=(REQUIRED|VERIFY)", re.IGNORECASE
)
_PROVIDER_PATH = re.compile(r"(oauth|oidc|saml|sso)(?=[/_\-{<]|$)", re.IGNORECASE)
_OWN_PROVIDER = re.compile(
    r"(OAuth2?|OIDC|OpenIDConnect|SAML2?|Saml2?)\w*(Authentication|Authenticator|Login|Backend|SignIn)$"
)
"""Classes of the tree's own that sign people in through another service."""


class Accounts:
    """Questions about the accounts and sessions of one tree."""

    LOOKS = "session and cookie settings, token code, identity providers, encryption"

    def __init__(self, python: Python, routes: Routes, services: Services, wiring: Wiring) -> None:
        self._python = python
        self._routes = routes
        self._services = services
        self._wiring = wiring

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    # -- accounts --------------------------------------------------------------------------------------------------

    @cached_property
    def users(self) -> Evidence | None:
        """Where accounts of people show: a login route, a user model, a password that is checked."""
        for route in self._routes.all:
            if (
                re.search(r"(^|/)(log-?in|sign-?in|sessions?|token|auth/login|access-token)/?$", route.path.lower())
                and route.changes_state
            ):
                return Evidence(route.location.path, route.location.line, f"{route.name} signs people in")
        for site in self._python.classes:
            if re.fullmatch(
                r"(Custom|App|Base|DB|Db|Dispatch)?(User|Account|Member|Profile|Identity)(s|Model|Table|DB|Db)?",
                site.definition.name,
            ) and (
                any("pass" in field.name.lower() for field in site.fields)
                or self._python.descends_from(
                    site, "django.contrib.auth.*", "flask_login.UserMixin", "flask_security.*", "fastapi_users.*"
                )
            ):
                return Evidence(site.module.path, site.definition.line, f"`{site.definition.name}` holds accounts")
        for name in (
            "django.contrib.auth.authenticate",
            "django.contrib.auth.login",
            "flask_login.login_user",
            "werkzeug.security.check_password_hash",
            "bcrypt.checkpw",
        ):
            for call in self._python.calls(name):
                return Evidence(call.module.path, call.call.line, f"`{name.rpartition('.')[2]}` signs people in")
        for setting in self._services.settings_named("AUTH_USER_MODEL"):
            return Evidence(setting.module.path, setting.line, "`AUTH_USER_MODEL` names the accounts")
        for place in self._python.calls_of("include"):
            taken = place.call.argument(0, "arg")
            if isinstance(taken, Const) and taken.value in _SIGN_IN_PATTERNS:
                return Evidence(place.module.path, place.call.line, f"the routes of `{taken.value}` sign people in")
        return self._administration or self._password_checks

    @cached_property
    def _administration(self) -> Evidence | None:
        """Where Django's administration is served."""
        for place in self._python.calls_of("path", "re_path", "url"):
            named = (name for value in place.call.args for name in names_in(value, place.module.facts.calls))
            if any(name.endswith("admin.site.urls") or self._is_own_administration(name, place) for name in named):
                return Evidence(place.module.path, place.call.line, "Django's administration signs people in")
        return None

    def _is_own_administration(self, name: str, place: CallSite) -> bool:
        """Whether routes are those of an administration that the tree makes of Django's."""
        owner, _, last = name.rpartition(".")
        made = self._python.assignment(owner, place.module) if last == "urls" and owner else None
        if made is None or not isinstance(made[1].value, Invoke):
            return False
        own = self._python.class_of(made[1].value.name, made[0])
        return own is not None and self._python.descends_from(own, "django.contrib.admin.*")

    @property
    def administration_alone(self) -> Evidence | None:
        """Where Django's administration is served, if nothing but that signs people in; None else."""
        is_alone = self.users == self._administration and self._password_checks is None
        return self._administration if is_alone else None

    @property
    def keeps_people(self) -> bool:
        """Whether accounts show by more than a function that checks some password, which may be the operator's own."""
        return self.users is not None and self.users not in (self._password_checks, *self._nameless_logins)

    @cached_property
    def _nameless_logins(self) -> tuple[Evidence, ...]:
        """The sign-ins that are told a password and no name: one of the operator's own, whoever knows it."""
        found = []
        for route in self._routes.all:
            if route.handler is None:
                continue
            types = (parameter.type for parameter in route.handler.definition.parameters)
            bodies = [self._python.definition(name, route.handler.module) for name in types]
            told = [field.name for body in bodies if body is not None for field in body.fields]
            told = told or _asked_of_form(route.handler)
            if told and all(map(_PASSWORD_ALONE.fullmatch, told)):
                place = route.location
                found.append(Evidence(place.path, place.line, f"{route.name} signs people in"))
        return tuple(found)

    @cached_property
    def _password_checks(self) -> Evidence | None:
        for site in self._python.functions:
            # Who is handed nothing checks no one's password, but what the service itself has to show elsewhere.
            handed = [one for one in site.definition.parameters if one.name not in ("self", "cls")]
            if any(getattr(one, "name", "").rpartition(".")[2] in _OF_FIELDS for one in site.definition.decorators):
                continue  # what a field is held to when it is set
            if handed and re.fullmatch(
                r"(verify|check|validate|compare)_?(password|credentials|passwd|user_password)", site.definition.name
            ):
                return Evidence(site.module.path, site.definition.line, f"`{site.definition.name}` checks passwords")
        return None

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """Second factors and identity providers, used ones first."""
        found = [
            *self._imported("second-factor", (*_FACTORS, *self._packages_named_for(_FACTOR_NAME))),
            *self._imported("provider", (*_PROVIDERS, *self._packages_named_for(_PROVIDER_NAME))),
            *self._of_frameworks(),
            *self._installed(),
            *self._by_hand(),
        ]
        for site in self._python.functions:
            if re.search(
                r"(^|_)(totp|two_factor|second_factor|verify_otp|mfa|webauthn|2fa)(_|$)", site.definition.name.lower()
            ):
                found.append(
                    Factor(
                        "second-factor",
                        f"`{site.definition.name}`",
                        site.module.path,
                        site.definition.line,
                        self._wiring.is_used(site),
                    )
                )
                break
        for site in self._python.classes:
            if _OWN_PROVIDER.search(site.definition.name):
                detail = f"`{site.definition.name}` signs in through another service"
                used = self._wiring.is_used(site)
                found.append(Factor("own-provider", detail, site.module.path, site.definition.line, used))
                break
        for route in self._routes.all:
            if _PROVIDER_PATH.search(route.path):
                found.append(
                    Factor(
                        "own-provider",
                        f"{route.name} signs in through another service",
                        route.location.path,
                        route.location.line,
                        is_used=route.is_wired,
                    )
                )
                break
        rank = ("second-factor", "provider", "own-provider")
        return tuple(sorted(found, key=lambda item: (not item.is_used, rank.index(item.kind), item.path, item.line)))

    def _of_frameworks(self) -> Iterator[Factor]:
        """Packages that sign people of a framework in through a provider, as their names say: `pyramid_googleauth`."""
        for module in self._python.production:
            for item in module.facts.imports:
                if _FRAMEWORKS_PROVIDER.fullmatch(item.target.partition(".")[0]):
                    yield Factor("provider", f"`{item.target}`", module.path, item.line, self._wiring.runs(module))
        for site in self._python.calls_of("include"):
            name = self._python.constant(site.call.argument(0), site.module) if site.call.args else None
            if isinstance(name, str) and _FRAMEWORKS_PROVIDER.fullmatch(name.partition(".")[0]):
                runs = self._wiring.runs(site.module)
                yield Factor("provider", f"`{name}`", site.module.path, site.call.line, runs)

    def _packages_named_for(self, pattern: re.Pattern[str]) -> Iterator[str]:
        """The packages of others whose names say what they are for, such as `acme_2fa`."""
        for name in sorted(self._python.imported):
            if pattern.fullmatch(name) and not any(f"/{name}/" in f"/{path}" for path in self._python.modules):
                yield name

    def _imported(self, kind: Literal["second-factor", "provider"], names: tuple[str, ...]) -> Iterator[Factor]:
        for module, item in self._python.imports(*names):
            if _CLIENTS_TOO.match(item.target) and not self._signs_people_in(module):
                continue
            if _SIGNED_REQUESTS.match(item.target) and not _SIGNS_IN.search(module.path):
                continue
            if _OF_PROVIDERS.match(item.target) or (
                item.target == "oauthlib.oauth2" and _OF_PROVIDERS.search(module.path)
            ):
                continue
            yield Factor(kind, f"`{item.target}`", module.path, item.line, self._wiring.runs(module))

    def _by_hand(self) -> Iterator[Factor]:
        """Where own code asks an OpenID provider who has signed in: a code is handed in for the token of a person."""
        for module in self._python.production:
            facts = module.facts
            given = [(item.value, item.line, item.scope) for item in facts.assignments]
            given += [(value, call.line, call.scope) for call in facts.calls for value in call.handed]
            asked = next(((line, scope) for value, line, scope in given if _hands_code_in(value)), None)
            if asked is None or not any(_OF_OPENID.search(text) for text in _texts_of(module)):
                continue
            line, scope = asked
            definition = module.definition(scope)
            used = (
                self._wiring.runs(module)
                if definition is None
                else self._wiring.is_used(DefinitionSite(module, scope, definition))
            )
            yield Factor("provider", "a code of an OpenID provider handed in for a token", module.path, line, used)

    def _signs_people_in(self, module: Module) -> bool:
        """Whether a module is about signing people in, by its path, what it defines, or a route that it serves."""
        named = (module.path, *(one.name for one in module.facts.definitions))
        return any(map(_SIGNS_IN.search, named))

    def _installed(self) -> Iterator[Factor]:
        for text, setting in self._services.listed("INSTALLED_APPS", "AUTHENTICATION_BACKENDS", "MIDDLEWARE"):
            if (kind := _installed_kind(text)) is not None:
                yield Factor(kind, f"`{text}`", setting.module.path, setting.line, is_used=True)

    # -- sessions --------------------------------------------------------------------------------------------------

    @cached_property
    def session_parts(self) -> tuple[SessionPart, ...]:
        """What is known of how sessions, cookies and tokens are bounded; empty where there are none."""
        return (
            *self._framework_sessions(),
            *self._starlette_sessions(),
            *self._pyramid_sessions(),
            *self._aiohttp_sessions(),
            *self._own_cookies(),
            *self._transports(),
            *self._morsels(),
            *self._tokens(),
            *self._lasting_tokens(),
        )

    def _lasting_tokens(self) -> Iterator[SessionPart]:
        """Django REST framework's own tokens, which never end, where they are what it takes by default."""
        for module in self._python.production:
            for text, line in module.facts.strings:
                if text == _LASTING:
                    yield SessionPart("expiry", "off", "tokens of `TokenAuthentication` never end", module.path, line)
                    return

    def _named(self, *names: str) -> Setting | None:
        return self._services.deployed_setting(*names)

    def _uses_framework_sessions(self) -> tuple[str, int, str] | None:
        for attached in self._services.middleware:
            own = self._python.class_of(attached.name, attached.module)
            if attached.name.endswith("contrib.sessions.middleware.SessionMiddleware") or (
                own is not None and self._python.descends_from(own, "django.contrib.sessions.middleware.*")
            ):
                return attached.location.path, attached.location.line, "django"
        for module, item in self._python.imports(
            "flask_login", "flask.session", "flask_session", "quart.session", "flask_security"
        ):
            # A session of the framework that is imported and never touched, such as behind a parameter of that name.
            if item.target in ("flask.session", "quart.session") and not _touches(module, item.target):
                continue
            return module.path, item.line, "flask"
        for module, item in self._python.imports("flask", "quart"):
            # `import flask`, and then `flask.session`.
            if item.target in ("flask", "quart") and _touches(module, f"{item.target}.session"):
                return module.path, item.line, "flask"
        return None

    @cached_property
    def _talisman(self) -> CallSite | None:
        """Where Flask-Talisman is made, or given its application, unless it is told to leave the cookie as it is."""
        made = list(self._python.calls("flask_talisman.*"))
        attached = [site for site in self._python.calls_of("init_app") if "alisman" in f"{site.name} {site.call.via}"]
        told = (site.call.keyword("session_cookie_secure") for site in (*made, *attached))
        if any(isinstance(value, Const) and value.value is False for value in told):
            return None
        return next((site for site in (*made, *attached) if site.call.args or site.call.keyword("app")), None)

    def _framework_sessions(self) -> Iterator[SessionPart]:
        used = self._uses_framework_sessions()
        if used is None:
            return
        path, line, framework = used
        secure = self._named("SESSION_COOKIE_SECURE")
        guarding = self._talisman if secure is None and framework == "flask" else None
        if guarding is not None:
            told = "`Talisman` sets `SESSION_COOKIE_SECURE`"
            yield SessionPart("secure", "on", told, guarding.module.path, guarding.call.line)
        else:
            yield self._flag("secure", secure, "SESSION_COOKIE_SECURE", path, line, missing="off")
        yield self._flag(
            "http-only", self._named("SESSION_COOKIE_HTTPONLY"), "SESSION_COOKIE_HTTPONLY", path, line, missing="on"
        )
        lifetime = self._named(
            "PERMANENT_SESSION_LIFETIME",
            "SESSION_COOKIE_AGE",
            "SESSION_EXPIRY",
            "SESSION_LIFETIME",
            "REMEMBER_COOKIE_DURATION",
            "SESSION_EXPIRE_AT_BROWSER_CLOSE",
        )
        where = (lifetime.module.path, lifetime.line) if lifetime is not None else (path, line)
        detail = (
            f"`{lifetime.name}` bounds sessions"
            if lifetime is not None
            else f"{framework.capitalize()} ends sessions by default"
        )
        yield SessionPart("expiry", "on", detail, *where)

    def _flag(
        self,
        aspect: Literal["secure", "http-only"],
        setting: Setting | None,
        name: str,
        path: str,
        line: int,
        *,
        missing: Literal["on", "off"],
    ) -> SessionPart:
        if setting is None:
            told = f"`{name}` is on by default" if missing == "on" else f"`{name}` is not set"
            return SessionPart(aspect, missing, told, path, line)
        default = default_of(self._python, setting.value, setting.module)
        state: Literal["on", "optional", "off"] = (
            "on" if default.is_on is True else "off" if default.is_on is False and not default.variable else "optional"
        )
        return SessionPart(
            aspect,
            state,
            f"`{name}` is {'on' if state == 'on' else 'off' if state == 'off' else 'left to the set-up'}",
            setting.module.path,
            setting.line,
        )

    def _starlette_sessions(self) -> Iterator[SessionPart]:
        for attached in self._services.middleware:
            if not attached.name.endswith("sessions.SessionMiddleware") or "django" in attached.name:
                continue
            keywords = dict(attached.keywords)
            place = attached.location
            secure = (
                default_of(self._python, keywords["https_only"], attached.module) if "https_only" in keywords else None
            )
            state: Literal["on", "optional", "off"] = (
                "off"
                if secure is None
                else "on"
                if secure.is_on
                else "optional"
                if secure.is_on is None or secure.variable
                else "off"
            )
            yield SessionPart("secure", state, f"`https_only` is {state}", place.path, place.line)
            yield SessionPart("http-only", "on", "session cookies are HttpOnly", place.path, place.line)
            endless = (
                "max_age" in keywords and isinstance(keywords["max_age"], Const) and keywords["max_age"].value is None
            )
            yield SessionPart("expiry", "off" if endless else "on", "session cookies expire", place.path, place.line)

    def _pyramid_sessions(self) -> Iterator[SessionPart]:
        """What Pyramid's session cookies are told: by themselves they end after 20 minutes, and have no flags."""
        for site in self._python.calls(*sorted(_PYRAMID_SESSIONS)):
            path, line = site.module.path, site.call.line
            for aspect, keyword in _COOKIE_FLAGS:
                state = self._flag_state(site, keyword)
                yield SessionPart(aspect, state, f"`{keyword}` of `{site.last}` is {state}", path, line)
            ends = site.call.keyword("timeout")
            endless = isinstance(ends, Const) and ends.value is None
            yield SessionPart("expiry", "off" if endless else "on", "Pyramid ends sessions", path, line)

    def _aiohttp_sessions(self) -> Iterator[SessionPart]:
        """What aiohttp-session's storages are told: by themselves their cookies are HttpOnly, and never end."""
        for site in self._python.calls("aiohttp_session.*"):
            if not site.last.endswith("Storage"):
                continue
            path, line = site.module.path, site.call.line
            secure = self._flag_state(site, "secure")
            yield SessionPart("secure", secure, f"`secure` of `{site.last}` is {secure}", path, line)
            hidden = self._flag_state(site, "httponly") if site.call.has("httponly") else "on"
            yield SessionPart("http-only", hidden, f"`httponly` of `{site.last}` is {hidden}", path, line)
            ends = site.call.keyword("max_age")
            bounded = ends is not None and not (isinstance(ends, Const) and ends.value is None)
            told = "bounds sessions" if bounded else "is not set: a session never ends"
            yield SessionPart("expiry", "on" if bounded else "off", f"`max_age` of `{site.last}` {told}", path, line)

    def _flag_state(self, site: CallSite, keyword: str) -> Literal["on", "optional", "off"]:
        """Whether a call sets a flag of a cookie; `not` of what is only so for developers sets it in production."""
        value = site.call.keyword(keyword)
        if value is None:
            return "off"
        if isinstance(value, Other) and value.operator == "Not":
            named = value.operands[0] if value.operands else None
            if isinstance(named, Name) and _OF_DEVELOPERS.search(named.name.rpartition(".")[2]):
                return "on"
        default = default_of(self._python, value, site.module)
        if default.is_on is False and not default.variable:
            return "off"
        return "on" if default.is_on else "optional"

    def _own_cookies(self) -> Iterator[SessionPart]:
        for site in self._python.calls_of("set_cookie", "setcookie", "set_secure_cookie", "set_signed_cookie"):
            name = site.call.argument(0, "key")
            text = self._python.constant(name, site.module) if name is not None else None
            shown = text if isinstance(text, str) else getattr(name, "name", "")
            if "csrf" in str(shown).lower() or "xsrf" in str(shown).lower() or not _SIGN_IN_COOKIE.search(str(shown)):
                continue
            for aspect, keyword in _COOKIE_FLAGS:
                state = self._flag_state(site, keyword)
                yield SessionPart(
                    aspect,
                    state,
                    f"a cookie of sign-in is {_CERTAINTY[state]}{aspect}",
                    site.module.path,
                    site.call.line,
                )
            bounded = any(site.call.has(keyword) for keyword in ("max_age", "expires", "expires_days"))
            yield SessionPart(
                "expiry",
                "on" if bounded else "optional",
                "a cookie of sign-in " + ("expires" if bounded else "lasts as long as the browser"),
                site.module.path,
                site.call.line,
            )

    def _morsels(self) -> Iterator[SessionPart]:
        """Cookies of sign-in that are set as the standard library has it: `cookie["token"]["httponly"] = True`."""
        for module in self._python.production:
            made: dict[int, Assignment] = {}
            said: dict[int, set[str]] = defaultdict(set)
            for item in module.facts.assignments:
                told = _MORSEL.search(item.target)
                if told is None or (isinstance(item.value, Const) and not item.value.value):
                    continue
                if told[1]:
                    said[item.scope].add(item.key.lower())
                elif _SIGN_IN_COOKIE.search(item.key or getattr(item.value, "name", "")):
                    made.setdefault(item.scope, item)
            for scope, item in made.items():
                flags = said.get(scope)
                if flags is None:
                    continue  # a cookie that is sent to somebody else is a plain item
                for aspect, keyword in _COOKIE_FLAGS:
                    state: Literal["on", "off"] = "on" if keyword in flags else "off"
                    detail = f"a cookie of sign-in is {_CERTAINTY[state]}{aspect}"
                    yield SessionPart(aspect, state, detail, module.path, item.line)
                if flags & {"expires", "max-age"}:
                    yield SessionPart("expiry", "on", "a cookie of sign-in expires", module.path, item.line)

    def _transports(self) -> Iterator[SessionPart]:
        """The cookies in which fastapi-users keeps its tokens: sent encrypted alone, unless it is told else."""
        for site in self._python.calls_named(lambda name: name.endswith("CookieTransport")):
            if site.name.startswith("fastapi_users.") or self._is_transport(site):
                told = site.call.keyword("cookie_secure")
                state = "off" if isinstance(told, Const) and told.value is False else "on"
                place = site.module.path, site.call.line
                yield SessionPart("secure", "on" if state == "on" else "off", f"`cookie_secure` is {state}", *place)

    def _is_transport(self, site: CallSite) -> bool:
        own = self._python.definition(site.call.name, site.module)
        return own is not None and self._python.descends_from(own, "fastapi_users.*")

    def _tokens(self) -> Iterator[SessionPart]:
        for site in self._python.calls_of("encode", "create_access_token", "dumps"):
            if site.name in (
                "jwt.encode",
                "jose.jwt.encode",
                "authlib.jose.jwt.encode",
                "jose.jwt.encode",
                "joserfc.jwt.encode",
            ) or site.name.endswith("jwt.encode"):
                expires = self._names_expiry(site)
                if not expires and self._is_handed_in(site):
                    continue
                yield SessionPart(
                    "expiry",
                    "on" if expires else "off",
                    f"tokens {'carry' if expires else 'carry no'} `exp`",
                    site.module.path,
                    site.call.line,
                )
        for module, item in self._python.imports(
            "flask_jwt_extended", "rest_framework_simplejwt", "ninja_jwt", "fastapi_users", "oauth2_provider"
        ):
            yield SessionPart("expiry", "on", f"`{item.target}` lets tokens expire", module.path, item.line)
            return
        for setting in self._services.settings_named(
            "SIMPLE_JWT", "JWT_AUTH", "JWT_ACCESS_TOKEN_EXPIRES", "ACCESS_TOKEN_EXPIRE_MINUTES"
        ):
            yield SessionPart("expiry", "on", f"`{setting.name}` bounds tokens", setting.module.path, setting.line)
            return
        for site in self._python.calls_of("loads", "unsign"):
            if "Timed" in site.name and site.call.has("max_age"):
                yield SessionPart(
                    "expiry", "on", "signed tokens are refused after `max_age`", site.module.path, site.call.line
                )

    @staticmethod
    def _is_handed_in(site: CallSite) -> bool:
        """Whether a method encodes a payload that its callers made: only they know when it ends."""
        if site.function is None or not site.function.parameters or site.function.parameters[0].name != "self":
            return False
        payload = site.call.argument(0, "payload")
        if not isinstance(payload, Name):
            return False
        told = {f"?{parameter.name}" for parameter in site.function.parameters}
        return payload.name in told or any(
            item.target == payload.name
            and item.scope == site.call.scope
            and isinstance(item.value, Invoke)
            and item.value.name.rpartition(".")[2] in ("copy", "dict", "deepcopy")
            for item in site.module.facts.assignments
        )

    def _names_expiry(self, site: CallSite) -> bool:
        """Whether the function that encodes, or its payload, says when the token ends."""
        for value in site.call.handed:
            if isinstance(value, Mapping) and any(isinstance(key, Const) and key.value == "exp" for key in value.keys):
                return True
        function = site.function
        facts = site.module.facts
        for assignment in facts.assignments:
            if assignment.scope == site.call.scope:
                keys = assignment.value.keys if isinstance(assignment.value, Mapping) else ()
                if assignment.key == "exp" or any(isinstance(key, Const) and key.value == "exp" for key in keys):
                    return True
        for call in site.beside:
            if (
                call.has("exp")
                or call.last == "timedelta"
                or any(
                    isinstance(value, Mapping)
                    and any(isinstance(key, Const) and key.value == "exp" for key in value.keys)
                    for value in call.args
                )
            ):
                return True
        if function is None:
            return self._payload_expires(site)
        if re.search(
            r"expir|lifetime|ttl|max_age",
            " ".join([*function.refs, *(parameter.name for parameter in function.parameters)]),
            re.IGNORECASE,
        ):
            return True
        return self._payload_expires(site)

    def _payload_expires(self, site: CallSite) -> bool:
        """Whether some dict of the same file names `exp`: a payload that another function puts together."""
        facts = site.module.facts
        values = [
            *(item.value for item in facts.assignments),
            *(item.value for item in facts.returns),
            *(value for call in facts.calls for value in call.args),
        ]
        named = any(
            parameter.name in ("exp", "expires")
            for definition in facts.definitions
            for parameter in definition.parameters
        )
        return (
            named
            or any(item.key == "exp" for item in facts.assignments)
            or any(
                isinstance(value, Mapping) and any(isinstance(key, Const) and key.value == "exp" for key in value.keys)
                for value in values
            )
        )

    # -- encryption ------------------------------------------------------------------------------------------------

    @cached_property
    def framework_hashing(self) -> Location | None:
        """Where the accounts of Django or fastapi-users are set up, whose passwords these hash by themselves."""
        for text, setting in self._services.listed("INSTALLED_APPS"):
            if self._services.is_django and text == "django.contrib.auth":
                return setting.module.location(setting.line, setting.line, MODULE, "")
        for site in self._python.calls_named(lambda name: name.removesuffix("[]").endswith("FastAPIUsers")):
            if site.name.startswith("fastapi_users."):
                return site.module.location(site.call.line, site.call.line, site.call.scope, "")
        return None

    @cached_property
    def encryption(self) -> tuple[Factor, ...]:
        """Encryption of stored data by the application: used ones first."""
        found = [
            Factor(
                "provider",
                f"`{item.target}`",
                module.path,
                item.line,
                self._wiring.runs(module) and self._is_called(item.target),
            )
            for module, item in self._python.imports(*_ENCRYPTION)
            if not _SEALS.search(module.path.rpartition("/")[2])
        ]
        found += [
            Factor(
                "provider",
                f"`{name}` of `{site.last}`",
                site.module.path,
                site.call.line,
                self._wiring.runs(site.module),
            )
            for site in self._python.calls_of(*sorted(_KEEPING_OBJECTS))
            for name in sorted(_SEALED_BY_STORE)
            if site.call.has(name)
        ]
        return tuple(sorted(found, key=lambda item: (not item.is_used, item.path, item.line)))

    def _is_called(self, target: str) -> bool:
        """Whether something of the library is called or descended from in code that runs."""
        last = target.rpartition(".")[2]
        return any(
            target in site.name
            or site.name.startswith(f"{target}.")
            or last in site.name.split(".")
            or f"{last}()" in site.name
            for site in self._python.all_calls
        ) or any(target in base for site in self._python.classes for base in self._python.external_bases(site))

    @cached_property
    def tls_to_stores(self) -> tuple[Evidence, ...]:
        """Where connections to stores demand TLS."""
        found: list[Evidence] = []
        for site in self._python.all_calls:
            for keyword, value in site.call.keywords:
                if (
                    keyword.lower() in _TLS_NAMES
                    and re.search(
                        r"connect|engine|client|redis|mongo|pool|elasticsearch|opensearch", site.name, re.IGNORECASE
                    )
                    and self._demands(keyword, value)
                ):
                    found.append(Evidence(site.module.path, site.call.line, f"`{keyword}` demands TLS"))
        for module in self._python.production:
            for assignment in module.facts.assignments:
                if assignment.key.lower() == "sslmode" and self._demands("sslmode", assignment.value):
                    found.append(Evidence(module.path, assignment.line, "`sslmode` demands TLS"))
                if any(
                    isinstance(part, Const) and isinstance(part.value, str) and _TLS_TEXT.search(part.value)
                    for part in _parts(assignment.value)
                ):
                    found.append(Evidence(module.path, assignment.line, "the store's URL demands TLS"))
        for setting in self._services.settings_named("DATABASES"):
            if re.search(r"sslmode", str(setting.value)) and re.search(
                r"'(require|verify-full|verify-ca)'", str(setting.value)
            ):
                found.append(Evidence(setting.module.path, setting.line, "`sslmode` demands TLS"))
        return tuple(found)

    @staticmethod
    def _demands(keyword: str, value: Value) -> bool:
        if isinstance(value, Const):
            return value.value is True or (
                isinstance(value.value, str)
                and value.value.lower() in ("require", "required", "verify-full", "verify-ca")
            )
        return keyword.lower() in ("ssl_ca", "tlscafile", "sslrootcert", "ssl_ca_certs")


_READS_FORM = re.compile(r"(^|[.:?])request\.(form|json|values|get_json|data|POST|args)\b")
_BESIDE_SIGN_IN = re.compile(r"next|redirect\w*|csrf\w*|came_from|return_to", re.IGNORECASE)


def _asked_of_form(handler: DefinitionSite) -> list[str]:
    """The fields that a handler asks of a form one by one; none where it may take more of it than is seen."""
    asked = [call for call in handler.calls if call.last == "get" and _READS_FORM.search(call.name)]
    if any(_READS_FORM.search(ref) and not ref.endswith(".get") for ref in handler.definition.refs):
        return []
    names = [call.args[0].value if call.args and isinstance(call.args[0], Const) else None for call in asked]
    if not all(isinstance(name, str) for name in names):
        return []
    return [name for name in names if isinstance(name, str) and not _BESIDE_SIGN_IN.fullmatch(name)]


_OF_OPENID = re.compile(r"(^|[ +])openid([ +]|$)|^id_token$")
"""What only OpenID speaks of: the scope that asks for a person, and the token that names one."""


def _hands_code_in(value: Value) -> bool:
    """Whether a mapping asks for the token that a code of a sign-in stands for."""
    return isinstance(value, Mapping) and any(
        isinstance(key, Const)
        and key.value == "grant_type"
        and isinstance(one, Const)
        and one.value == "authorization_code"
        for key, one in zip(value.keys, value.values, strict=False)
    )


def _texts_of(module: Module) -> Iterator[str]:
    """The texts that a module hands to calls, and those in the mappings that it writes down."""
    values = [value for call in module.facts.calls for value in call.handed]
    values += [item.value for item in module.facts.assignments]
    for value in values:
        for part in value.values if isinstance(value, Mapping) else (value,):
            if isinstance(part, Const) and isinstance(part.value, str):
                yield part.value


def _touches(module: Module, thing: str) -> bool:
    """Whether a function names a thing: what parameters are annotated by is named by their module alone."""
    return any(
        ref == thing or ref.startswith(f"{thing}.")
        for definition in module.facts.definitions
        for ref in definition.refs
    )


def _installed_kind(text: str) -> Literal["second-factor", "provider"] | None:
    if text.startswith(("django_otp", "two_factor", "allauth.mfa", "mfa", "multifactor", "django_mfa", "deux", "kagi")):
        return "second-factor"
    if re.match(
        r"(allauth\.socialaccount|social_django|social_core|mozilla_django_oidc|djangosaml2|django_auth_ldap|uaa_client|oauth2_|django_cas|okta|django_auth_adfs|saml|authbroker_client)",
        text,
    ):
        return "provider"
    return None


def _parts(value: Value) -> tuple[Value, ...]:
    return value.parts if isinstance(value, Format) else (value,)
