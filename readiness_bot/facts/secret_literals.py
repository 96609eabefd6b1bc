"""Literals that look like credentials, by place and shape; the value itself is looked at and never kept."""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import msgspec
from msgspec import structs

from readiness_bot.facts.extractor import Extractor, Unreadable
from readiness_bot.facts.roles import is_python, is_test
from readiness_bot.facts.statement import digest
from readiness_bot.facts.syntax import Parsed, deep_walk, parse
from readiness_bot.facts.walk import Walk

_LONGEST_LINE = 4_000
_LONGEST_VALUE = 1_000
_MOST_LITERALS = 500


class SecretLiteral(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One literal under a name. `provider` names a well-known format (`AWS access key`), empty for others.

    `entropy` is Shannon's, in bits a character, rounded to a tenth; `classes` counts the kinds of characters
    among lower case, upper case, digits and others. `looks` is `random`, `words`, `placeholder` or `public` (a
    key that clients are meant to see). `fallback` says that the environment is asked first. `owner` is the class
    or function the literal stands in, `host` that of a URL whose password it is.
    """

    name: str
    line: int
    end_line: int
    statement: str
    provider: str
    length: int
    entropy: float
    classes: int
    looks: str
    fallback: bool = False
    owner: str = ""
    host: str = ""
    constant: bool = False
    """Whether it is bound to a name, an attribute or a key, and not merely passed along."""
    column: int = 0
    """Where in the line a literal of Python stands; 0 in other files, whose lines are looked at one by one."""


class SecretLiterals(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The literals of one file that stand under the name of a secret or have the format of one."""

    found: tuple[SecretLiteral, ...]
    is_copied: bool = False
    """Whether the file says of itself that it is copied and filled in."""


_PATHS = re.compile(
    r"(\.(py|pyw|env|ini|cfg|conf|config|properties|toml|ya?ml|json|tf|tfvars|sh|bash|xml|service|pem|key|rsa|ps1|tpl|envrc|flaskenv)"
    r"|(^|/)\.env(\.[\w.-]+)?|(^|/)[\w.-]*\.env(\.[\w.-]+)?|(^|/)\.?(flaskenv|envrc|npmrc|pypirc|netrc|htpasswd|dockercfg)|(^|/)(Dockerfile|Containerfile)[\w.-]*)$"
)
_FILE = re.compile(r"(/[\w.-]+){2,}\.\w{2,6}")
"""The absolute path of a file, which a key may be read from."""
_NOT_READ = re.compile(
    r"(^|/)\.vs/|(^|/)\.?(gitleaks|trufflehog|gitguardian|secrets\.baseline|talisman)[\w.-]*$"
    r"|(^|/)(package-lock|npm-shrinkwrap|composer\.lock|tsconfig|composer|openapi|swagger)[\w.-]*\.json$|\.(min|lock)\.|(^|/)(locale|locales|i18n|translations|fixtures|cassettes)/"
)

_PROVIDERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("AWS access key", re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b")),
    ("GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b")),
    ("GitLab token", re.compile(r"\bglpat-[A-Za-z0-9_\-]{20,}")),
    ("Slack token", re.compile(r"\bxox[baprs]-[0-9]{8,}-[0-9A-Za-z-]{16,}")),
    ("Stripe secret key", re.compile(r"\b[sr]k_live_[0-9A-Za-z]{20,}\b")),
    ("SendGrid key", re.compile(r"\bSG\.[A-Za-z0-9_\-]{20,24}\.[A-Za-z0-9_\-]{40,46}")),
    ("OpenAI key", re.compile(r"\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}")),
    ("Anthropic key", re.compile(r"\bsk-ant-[a-z0-9]+-[A-Za-z0-9_\-]{60,}")),
    ("Telegram bot token", re.compile(r"\b\d{8,10}:AA[A-Za-z0-9_\-]{33}\b")),
    ("npm token", re.compile(r"\bnpm_[A-Za-z0-9]{36}\b")),
    ("package index token", re.compile(r"\bpypi-AgE[A-Za-z0-9_\-]{50,}")),
    ("Firebase server key", re.compile(r"\bAAAA[A-Za-z0-9_-]{7}:APA91b[A-Za-z0-9_-]{100,}")),
    ("Google service key", re.compile(r"\bGOCSPX-[A-Za-z0-9_\-]{28}\b")),
    ("DigitalOcean token", re.compile(r"\bdop_v1_[a-f0-9]{64}\b")),
    ("Hugging Face token", re.compile(r"\bhf_[A-Za-z]{34}\b")),
    ("login to an image registry", re.compile(r"\b(?:eyJhdXRocyI6|ewogICJhdXRocyI6|ewoJImF1dGhzIj)[A-Za-z0-9+/]{80,}")),
)
_MARKS: dict[str, tuple[str, ...]] = {
    "AWS access key": ("AKIA", "ASIA"),
    "GitHub token": ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    "GitLab token": ("glpat-",),
    "Slack token": ("xox",),
    "Stripe secret key": ("k_live_",),
    "SendGrid key": ("SG.",),
    "OpenAI key": ("T3BlbkFJ",),
    "Anthropic key": ("sk-ant-",),
    "Telegram bot token": (":AA",),
    "npm token": ("npm_",),
    "package index token": ("pypi-AgE",),
    "Firebase server key": (":APA91b",),
    "Google service key": ("GOCSPX-",),
    "DigitalOcean token": ("dop_v1_",),
    "Hugging Face token": ("hf_",),
    "login to an image registry": ("eyJhdXRocyI6", "ewogICJhdXRocyI6", "ewoJImF1dGhzIj"),
}
"""By provider, texts one of which every token of its holds."""

_KEY_BEGIN = re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?P<rest>.*)")
_SECRET_NAME = re.compile(
    r"(secret|passwd|password|passphrase|(^|[_\-.])pwd|(^|[_\-.])pass($|[_\-.])|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|auth[_-]?key|signing[_-]?key"
    r"|encryption[_-]?key|crypt[_-]?key|credential|fernet|hmac[_-]?key|client[_-]?secret|jwt[_-]?key|cookie[_-]?key|session[_-]?key|master[_-]?key|account[_-]?key"
    r"|license[_-]?key|salt$|pepper$)",
    re.IGNORECASE,
)
_NOT_A_SECRET = re.compile(
    r"([_\-.](url|uri|urls|path|paths|file|files|filename|name|names|id|ids|field|fields|header|headers|label|text|help|message|msg|error|type|types|regex|pattern|prefix"
    r"|suffix|length|size|min|max|algorithm|alg|expiry|expires?|expiration|lifetime|ttl|timeout|age|days|hours|minutes|seconds|param|params|parameter|class|classes|view|template|form"
    r"|hasher|hashers|hash|md5|sha_?1|sha_?256|sha_?512|digest|validators?|scheme|schema|location|var|env|env_var|envvar|variable|endpoint|host|port|user|username|format|enabled|required|policy|count|limit|store|storage"
    r"|backend|backends|provider|factory|ref|arn|version|title|description|placeholder|icon|version|usage|model|issuer|audience|encoding|arg|option|column|table|key_name|mode|manager|method|rule"
    r"|hint|charset|alphabet|chars|characters|strength|reset|change|login|auth|public|status|state|kind|domain|region|index|alias|topic|rotation|source|keys?_?name|item|selector|xpath|css|event|action|permission|mount|dir|folder|address|addresses|contract|symbol))$"
    r"|^(placeholder|example|sample|dummy)[_\-.]"
    r"|^(tokenizer|token_?type|tokens?_|max_?tokens?|password_?(field|input|label|validator|reset|change)|no_?password|public|csrf|xsrf|pad_token|bos_token|eos_token|unk_token|sep_token|cls_token|mask_token"
    r"|special_?tokens?|stop_?token|next_?token|page_?token|design_?token|partition|sort|primary|foreign|cache)"
    r"|tokeniz|public[_-]?key|csrf|xsrf|(next|page|continuation|eos|bos|pad|start|end|stop|image|audio|mask|think)[_-]?token|sync[_-]?token|[_-](regex|pattern|help_?text)[_-]|(map(_?box|_?tiler|_?tiles)|amplitude|mixpanel|posthog)(?!.*secret)|secret[s]?[_-]?(name|manager|backend|mount|path)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"(change|replace|insert|your|example|sample|dummy|placeholder|todo|fixme|fake|mock|foo|bar|xxx|\*\*\*|redacted|secret|passw|default|changeme|test|demo|local|dev(elop)?|insecure|unsafe"
    r"|admin|root|guest|user|postgres|mysql|redis|rabbit|mongo|minio|qwerty|letmein|12345|abcdef|abc123"
    r"|none|null|undefined|empty|token|key|hello|not[-_ ]?(a|so|very)|my[-_]|some[-_]|super|please|random"
    r"|notsecure|hunter2|string|value|unused|invalid|ci[-_]|deadbeef|0000|1111|aaaa|app[-_]|fill|enter|generate|<|>|\.\.\.)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"^[$%@!&\#][\w\s.:/{}()|<>\"',\[\]$%@\#=\-]*$|^(\{|<|\[|vault:|ref\+|arn:|ssm:|op://|env\.|secrets?\.|file:|projects/|sops|enc\[|\(\()|\$\{|\{\{|\$\(([A-Za-z_]{3,}|[a-z][\w./-]*\s[^)]*)\)|%\(\w+\)|<[^>]+>|%[sd]$|\{\w*\}|__\w+__|\}\}|::|(?-i:\$[A-Z_]{3,})",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"^(https?://|urn:|[A-Za-z]:\\|/|\./|\.\./|[\w.-]+@[\w.-]+\.\w+$|\d{1,4}([./:-]\d{1,4})*$|true$|false$|yes$|no$"
    r"|[a-z]+([ _.\-/:][a-z]+)*$|[A-Z]+([_\-. ][A-Z]+)*$|[\w.]+\.\w+\(|[a-zA-Z]+$|(bearer|basic|token|key)\s*$"
    r"|[\w.]*(settings|config|models?|views?|auth|hashers?)\.[\w.]+$|\$?(argon2|2[aby]|pbkdf2|scrypt|sha512|bcrypt)|736372797074[0-9a-f]+$)",
)
_URL_SECRET = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@'\"<>{}$%]{1,64}:(?P<password>[^\s:/@'\"<>{}$%]{3,128})@(?P<host>[\w.-]+)"
)
_LINE = re.compile(
    r"""^\s*(?:-\s+)?(?:export\s+|ENV\s+|ARG\s+|set\s+|-e\s+|name:\s*)?["']?(?P<name>[A-Za-z_][\w.\-]{1,80})["']?\s*(?:=|:(?!:)|\s(?=["'\w]))\s*(?P<value>"(?:[^"\\\n]|\\.){1,1000}"|'[^'\n]{1,1000}'|[^\s#,"'{}\[\]][^\s#,"']{0,1000})""",
)
_PAIR = re.compile(r"""["']?(?P<name>[A-Za-z_][\w\-]{1,60})["']?\s*[=:]\s*(?P<value>"[^"\n]{1,500}"|'[^'\n]{1,500}')""")
_QUERY_SECRET = re.compile(
    r"[^\s'\"<>]*[?&](?P<name>\w*(?:api[_-]?key|access[_-]?token|auth[_-]?token|client[_-]?secret))=(?P<key>[\w-]{20,})",
    re.IGNORECASE,
)
"""A key that stands in the query of an address, and in nothing longer."""
_HINTS = (b"key", b"pass", b"token", b"secret", b"pwd", b"credential", b"fernet", b"salt", b"pepper")
"""One of these stands in every file that holds a name of a secret, in small letters or capitals."""
_WITH_PASSWORD = re.compile(rb"://[^\s/@]{1,64}:[^\s/@]{1,128}@")
_PYTHON_LINE = re.compile(
    r"^(from [\w.]+ import |import [\w.]+|def \w+\(|class \w+[(:]|@\w+|if __name__|\"\"\"|[A-Za-z_]\w* ?(: ?\w+ ?)?= )",
    re.MULTILINE,
)


_PYTHON_CODE = re.compile(r"^\s*(def \w+\(.*\):|from [\w.]+ import \w+|import [\w.]+)\s*$", re.MULTILINE)
"""What only code has, such as of a Python before this one."""
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
_HEAD = 400
"""Characters in which a file of code says what it is for."""
_COPIED = re.compile(r"^\s*#.*(\bcopy this file\b|\bcp +\S*env\S* +\S*\.env\b)", re.IGNORECASE | re.MULTILINE)
"""What an environment file says that is only where one begins."""


_ALLOWED = re.compile(r"\bpragma: ?(allow|white)list[ -]secret\b|\bgitleaks:allow\b", re.IGNORECASE)
"""The comments by which authors tell scanners for secrets, detect-secrets and gitleaks, that a line holds none."""


def _extract(data: bytes) -> SecretLiterals:
    text = data.decode("utf-8", "replace")
    found: list[SecretLiteral] = []
    is_copied = False
    if _may_hold_any(data):
        parsed = _as_python(text, data)
        found += (
            _of_python(parsed) if parsed is not None else _of_lines(text, code=_PYTHON_CODE.search(text) is not None)
        )
        is_copied = _COPIED.search(text if parsed is None else text[:_HEAD]) is not None
    found += _by_provider(text, {item.line for item in found if item.provider})
    if _ALLOWED.search(text) is not None:
        lines = text.split("\n")
        found = [item for item in found if _ALLOWED.search("\n".join(lines[item.line - 1 : item.end_line])) is None]
    unique = {(item.line, item.column, item.name, item.provider, item.owner): item for item in found}
    ordered = sorted(unique.values(), key=lambda item: (item.line, item.column, item.name, item.provider))
    return SecretLiterals(tuple(ordered[:_MOST_LITERALS]), is_copied)


def _may_hold_any(data: bytes) -> bool:
    """Whether the file may hold a literal under the name of a secret, or an address with a password."""
    small = data.lower()
    return any(hint in small for hint in _HINTS) or _WITH_PASSWORD.search(data) is not None


def _as_python(text: str, data: bytes) -> Parsed | None:
    """The tree of a text that is Python, None for any other: facts carry no path, so the text itself must tell."""
    if data.lstrip()[:1] in (b"{", b"[") or _PYTHON_LINE.search(text, 0, 20_000) is None:
        return None
    try:
        return parse(data)
    except Unreadable:
        return None


# -- Python ------------------------------------------------------------------------------------------------------------


def _of_python(parsed: Parsed) -> list[SecretLiteral]:
    reader = _PythonReader(_parsers(parsed.text))
    try:
        with deep_walk():
            reader.walk.each(parsed.tree.body)
    finally:
        reader.walk.close()
    return reader.found


_OF_PARSER = re.compile(
    r"\b(\w+)(?:\s*=\s*(?:\w+\.)*(?:Raw|Safe)?ConfigParser\(|\.(?:has_option|has_section|read_dict|read_file|readfp)\("
    r"|\.getboolean\(\s*['\"][\w-]+['\"]\s*,\s*['\"])"
)
"""Names of parsers of INI files, by what they are made of or asked."""
_PARSERS_SAY = (
    "ConfigParser(",
    ".has_option(",
    ".has_section(",
    ".read_dict(",
    ".read_file(",
    ".readfp(",
    ".getboolean(",
)
"""One of these stands wherever the expression matches; to look for them takes a tenth of the time."""


def _parsers(text: str) -> frozenset[str]:
    """The names of the parsers of INI files that a module uses."""
    return frozenset(_OF_PARSER.findall(text)) if any(word in text for word in _PARSERS_SAY) else frozenset()


_OF_ACCOUNT = frozenset({"name", "username", "user_name", "login", "email"})
"""What an account is known by, beside its password."""
_DIGEST = re.compile(r"([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})", re.IGNORECASE)


def _is_digest(value: ast.expr) -> bool:
    return (
        isinstance(value, ast.Constant) and isinstance(value.value, str) and _DIGEST.fullmatch(value.value) is not None
    )


_ASKING = re.compile(r"env|get|config|setting|setdefault", re.IGNORECASE)
"""Functions that are asked for a setting by its name."""
_ASKED = re.compile(r"[A-Za-z_][\w.\-]+")
_SCHEMES = frozenset({"Env", "FileAwareEnv"})
"""What django-environ calls a reader of the environment that knows the types of settings."""


class _PythonReader:
    """Finds literals bound to names of secrets: assigned, passed by name, kept in dicts, or given as a fallback.

    `owner` is the class and function around the place being looked at, `parsers` are names of parsers of INI files.
    """

    def __init__(self, parsers: frozenset[str]) -> None:
        self.found: list[SecretLiteral] = []
        self.owner = ""
        self.parsers = parsers
        self.walk = Walk()
        self.walk.on(self.definition, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        self.walk.before(self.assignment, ast.Assign)
        self.walk.before(self.annotated_assignment, ast.AnnAssign)
        self.walk.before(self.display, ast.Dict)
        self.walk.before(self.call, ast.Call)
        self.walk.on(self.constant, ast.Constant)

    def definition(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        outer, self.owner = self.owner, f"{self.owner}.{node.name}".lstrip(".")
        self.walk.into(node)
        self.owner = outer

    def assignment(self, node: ast.Assign) -> None:
        for target in node.targets:
            self.bound(_target(target), node.value, constant=True)

    def annotated_assignment(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.bound(_target(node.target), node.value, constant=True)

    def display(self, node: ast.Dict) -> None:
        given = [str(one.value) for one in node.values if isinstance(one, ast.Constant)]
        if len(given) > 2 and sum(_VARIABLE.fullmatch(one) is not None for one in given) >= len(node.values) - 1:
            return  # what variables of the environment are called by other names
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                self.bound(key.value, value, constant=True)

    def call(self, node: ast.Call) -> None:
        of_account = any(keyword.arg in _OF_ACCOUNT for keyword in node.keywords)
        for keyword in node.keywords:
            if of_account and keyword.arg == "password" and _is_digest(keyword.value):
                continue  # `User(name="admin", password="9f86…")` keeps what a password was hashed to
            if keyword.arg:
                self.bound(keyword.arg, keyword.value, constant=False)
                self.in_scheme(node, keyword.arg, keyword.value)
        named = node.args[0] if node.args else next((one.value for one in node.keywords if one.arg == "name"), None)
        if isinstance(named, ast.Constant):
            self.fallback(node, named.value)
        self.signed(node)

    def in_scheme(self, node: ast.Call, name: str, value: ast.expr) -> None:
        """`Env(NAME=(str, "literal"))`: the types of what the environment sets, each with its fallback."""
        function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if function in _SCHEMES and isinstance(value, ast.Tuple) and len(value.elts) == 2:
            last = value.elts[-1]
            if isinstance(last, ast.Constant) and isinstance(last.value, str) and last.value:
                self.add(name, last.value, last, fallback=True)

    def constant(self, node: ast.Constant) -> None:
        text = node.value
        if text.__class__ is not str or ("=" not in text and "://" not in text):
            return
        if "://" in text and "@" in text:
            for match in _URL_SECRET.finditer(text[:_LONGEST_VALUE]):
                self.add("url", match["password"], node, host=match["host"])
        asked = _QUERY_SECRET.match(text[:_LONGEST_VALUE])
        if asked is not None:
            self.add(asked["name"], asked["key"], node)

    def signed(self, node: ast.Call) -> None:
        """`jwt.encode(claims, "literal")`: a key that never has a name."""
        function = node.func
        if (
            isinstance(function, ast.Attribute)
            and function.attr in ("encode", "decode")
            and isinstance(function.value, ast.Name)
            and function.value.id == "jwt"
        ):
            for value in node.args[1:2]:
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                    self.add("jwt_key", value.value, value)

    def fallback(self, node: ast.Call, name: object) -> None:
        """`os.environ.get("NAME", "literal")`, and everything shaped like it."""
        if len(node.args) < 2 and not node.keywords:
            return
        function = (
            node.func.attr
            if isinstance(node.func, ast.Attribute)
            else node.func.id
            if isinstance(node.func, ast.Name)
            else ""
        )
        if isinstance(name, str) and _ASKING.search(function) and _ASKED.fullmatch(name):
            values = [
                *([] if self.asks_parser(node) else node.args[1:2]),
                *(
                    keyword.value
                    for keyword in node.keywords
                    if keyword.arg in ("default", "fallback", "default_value")
                ),
            ]
            for value in values:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    self.add(
                        name,
                        value.value,
                        value,
                        fallback=True,
                        constant=function != "get" or _reads_environment(node.func),
                    )

    def described(self, name: str, node: ast.Dict) -> None:
        """`"secret_key": {"type": str, "default": "literal"}`: a setting that is described, with what it is unset."""
        for key, value in zip(node.keys, node.values, strict=True):
            if (
                isinstance(key, ast.Constant)
                and key.value in ("default", "fallback", "default_value")
                and isinstance(value, ast.Constant)
                and isinstance(value.value, str)
            ):
                self.add(name, value.value, value, fallback=True, constant=True)

    def bound(self, name: str, value: ast.expr, *, constant: bool) -> None:
        if not is_secret_name(name):
            return
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and _FILE.fullmatch(value.value):
            return
        if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
            last = value.values[-1]
            if isinstance(last, ast.Constant) and isinstance(last.value, str):
                self.add(name, last.value, last, fallback=True, constant=constant)
        elif isinstance(value, ast.Constant) and isinstance(value.value, str | bytes):
            text = value.value.decode("utf-8", "replace") if isinstance(value.value, bytes) else value.value
            if "\ufffd" not in text or not _OF_COINS.search(name):
                self.add(name, text, value, constant=constant)
        elif isinstance(value, ast.Dict):
            self.described(name, value)
        elif isinstance(value, ast.Call):
            function = (
                value.func.attr
                if isinstance(value.func, ast.Attribute)
                else value.func.id
                if isinstance(value.func, ast.Name)
                else ""
            )
            if function in (
                "get",
                "getenv",
                "pop",
                "config",
                "env",
                "str",
                "Field",
                "SecretStr",
                "Secret",
                "get_env",
                "getpass",
            ):
                # `str("…")` converts its first argument; `env.str("NAME", "…")` reads a setting of that name.
                converts = function in ("Field", "SecretStr", "Secret") or (
                    function == "str" and isinstance(value.func, ast.Name)
                )
                texts = [
                    argument
                    for argument in (value.args if converts else [] if self.asks_parser(value) else value.args[1:2])
                    if isinstance(argument, ast.Constant)
                ]
                texts += [
                    keyword.value
                    for keyword in value.keywords
                    if keyword.arg in ("default", "fallback") and isinstance(keyword.value, ast.Constant)
                ]
                for argument in texts[:1]:
                    if isinstance(argument.value, str):
                        self.add(name, argument.value, argument, fallback=not converts, constant=constant)

    def asks_parser(self, call: ast.Call) -> bool:
        """`config.get("section", "option")` of an INI file: its second argument is a name, and no default.

        Nothing else calls what stands in for a missing option `fallback`.
        """
        function = call.func
        if not isinstance(function, ast.Attribute):
            return False
        told = any(keyword.arg == "fallback" for keyword in call.keywords)
        return told or (isinstance(function.value, ast.Name) and function.value.id in self.parsers)

    def add(
        self,
        name: str,
        value: str,
        node: ast.expr,
        *,
        fallback: bool = False,
        host: str = "",
        constant: bool = True,
    ) -> None:
        if name != "url" and not is_secret_name(name):
            return
        line = node.lineno
        # Not the line's text: what else stands on the line is for a formatter to say.
        statement = f"{name} {host} {len(value)}"
        literal = _literal(
            name,
            value,
            line,
            node.end_lineno or line,
            statement,
            fallback=fallback,
            owner=self.owner,
            host=host,
            constant=constant,
        )
        if literal is not None:
            self.found.append(structs.replace(literal, column=node.col_offset))


def _target(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value
    return ""


def _reads_environment(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and "environ" in ast.dump(function.value)[:400]


# -- other files -------------------------------------------------------------------------------------------------------


def _of_lines(text: str, *, code: bool) -> Iterator[SecretLiteral]:
    """The literals of any text, line by line; of code that this Python cannot read, those in quotes alone."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > _LONGEST_LINE or line.lstrip()[:1] in ("#", ";") or line.lstrip().startswith("//"):
            continue
        seen: set[str] = set()
        matches = [match for match in (_LINE.match(line), *_PAIR.finditer(line)) if match is not None]
        for match in matches:
            name, value = match["name"], match["value"].strip().strip("\"'")
            fallback = re.match(r"\$\{\w+:?-(?P<value>[^}$]+)\}$", value)
            if fallback is not None:
                value = fallback["value"]
            if name not in seen and is_secret_name(name) and not (code and match["value"][:1] not in ("'", '"')):
                seen.add(name)
                literal = _literal(name, value, number, number, _masked(line, value), fallback=fallback is not None)
                if literal is not None:
                    yield literal
        for match in _URL_SECRET.finditer(line):
            literal = _literal(
                "url", match["password"], number, number, _masked(line, match["password"]), host=match["host"]
            )
            if literal is not None:
                yield literal


def _by_provider(text: str, known: set[int]) -> Iterator[SecretLiteral]:
    # Few files hold even the beginning of a token; looking for those is quicker than any expression.
    providers = [entry for entry in _PROVIDERS if any(mark in text for mark in _MARKS[entry[0]])]
    if not providers and "PRIVATE KEY" not in text:
        return
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if len(line) > _LONGEST_LINE or number in known:
            continue
        for provider, pattern in providers:
            match = pattern.search(line)
            if (
                match is not None
                and not re.search(r"EXAMPLE|XXXX|xxxx|0000000|1234567", match[0])
                and len(set(match[0])) > 8
            ):
                literal = _shape("", match[0], number, number, _masked(line, match[0]), provider)
                if literal.looks == "random" or provider == "AWS access key":
                    yield literal
        begin = _KEY_BEGIN.search(line)
        if begin is not None:
            body = "".join([begin["rest"], *lines[number : number + 4]]).replace("\\n", "").strip()
            block = re.match(r"[A-Za-z0-9+/=\s:,\-\"']*?([A-Za-z0-9+/=]{60,})", body)
            if block is not None and _entropy(block[1]) > 4.5:
                yield _shape("", block[1], number, number, _masked(line, begin["rest"] or "\0"), "private key")


# -- shapes ------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=100_000)
def is_secret_name(name: str) -> bool:
    """Whether a name is one that secrets are kept under, and not that of something about a secret (`token_url`)."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return len(name) <= 80 and _SECRET_NAME.search(spaced) is not None and _NOT_A_SECRET.search(spaced) is None


def _literal(
    name: str,
    value: str,
    line: int,
    end_line: int,
    statement: str,
    *,
    fallback: bool = False,
    owner: str = "",
    host: str = "",
    constant: bool = True,
) -> SecretLiteral | None:
    value = value.strip()
    if owner and _letters(value) == _letters(name) and (value == name or _SETTING_OWNER.search(owner) is None):
        return None  # a member of an enumeration, named after itself
    if not 3 <= len(value) <= _LONGEST_VALUE or "\n" in value or _REFERENCE.search(value):
        return None
    provider = next(
        (provider for provider, pattern in _PROVIDERS if pattern.search(value) and "EXAMPLE" not in value), ""
    )
    return _shape(
        name, value, line, end_line, statement, provider, fallback=fallback, owner=owner, host=host, constant=constant
    )


def of_constant(name: str, value: str, line: int, end_line: int) -> SecretLiteral | None:
    """The literal that a constant of a module is bound to and that is a key for code elsewhere, whatever its name."""
    return _literal(name, value, line, end_line, f"{name} = …")


_SETTING_OWNER = re.compile(r"config|settings?|options", re.IGNORECASE)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _shape(
    name: str,
    value: str,
    line: int,
    end_line: int,
    statement: str,
    provider: str,
    *,
    fallback: bool = False,
    owner: str = "",
    host: str = "",
    constant: bool = True,
) -> SecretLiteral:
    classes = sum(re.search(pattern, value) is not None for pattern in ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"))
    return SecretLiteral(
        name,
        line,
        end_line,
        digest(statement),
        provider,
        len(value),
        round(_entropy(value), 1),
        classes,
        _looks(name, value),
        fallback,
        owner,
        host,
        constant,
    )


_PUBLIC = re.compile(r"^(phc_|pk_(live|test)_|AIza|UA-\d|G-[A-Z0-9]{6,}$|ca-pub-|ssh-(rsa|ed25519) )")
_OF_CAPTCHA = re.compile(r"^6L[\w-]{38}$")
"""The two keys of a captcha, which look alike: a page shows the one, and the other is told by its name."""
_KEPT_BACK = re.compile(r"secret|private", re.IGNORECASE)
_TRIED_WITH = "6LeIxAcTAAAA"
"""How the keys of a captcha begin with which everybody may try it out."""


_OF_TEST_CHAIN = re.compile(
    r"(0x)?(4f3edf983ac636a6|6cbed15c793ce576|6370fd033278c143|646f1ce2fdad0e6d|add53f9a7e588d00|395df67f0c2d2d9f"
    r"|e485d098507f54e7|a453611d9419d0e5|829e924fdf021ba3|b0057716d5917bad|ac0974bec39a17e3|59c6995e998f97a5"
    r"|5de4111afa1a4b94)[0-9a-f]{48}",
    re.IGNORECASE,
)
"""The keys that Ganache, Hardhat and Anvil give to everybody who starts a chain to try things out on."""
_STYLE = re.compile(r"([a-z-]+\s*:\s*[^:;{}]+;\s*){2,}([a-z-]+\s*:\s*[^:;{}]+)?")
"""What a style sheet says of one thing: `color:#fff;margin:0;`."""
_OF_COINS = re.compile(r"^(?!.*(secret|key|pass|salt|auth)).*token", re.IGNORECASE)
"""Names that may be of a coin: bytes under them that are no text are the name of an event, or its address."""
_ADDRESS = re.compile(r"(^|[^0-9a-zA-Z])0x[0-9a-fA-F]{40}(?![0-9a-fA-F])")
"""The address of a contract or an account of a chain, which is known to everybody."""


def _looks(name: str, value: str) -> str:
    is_shown = _OF_CAPTCHA.match(value) and (value.startswith(_TRIED_WITH) or not _KEPT_BACK.search(name))
    if _PUBLIC.match(value) or _ADDRESS.search(value) or _OF_TEST_CHAIN.fullmatch(value) or is_shown:
        return "public"
    if value.startswith(("sk_test_", "rk_test_", "whsec_test")):
        return "placeholder"
    if " " in value or _HARMLESS.match(value) or _STYLE.fullmatch(value):
        return "words"
    is_hex = re.fullmatch(r"[0-9a-fA-F]{32,}", value) is not None
    if (not is_hex and len(_PLACEHOLDER.sub("", value)) < 0.7 * len(value)) or (
        len(value) < 40 and _PLACEHOLDER.search(value) and not is_hex
    ):
        return "placeholder"
    parts = [part for part in re.split(r"[^A-Za-z0-9+/=]", value) if part]
    if parts and all(re.fullmatch(r"[A-Za-z]?[a-z]*\d{0,4}|[A-Z]+\d{0,4}|\d{1,8}", part) for part in parts):
        return "words"
    digits = re.search(r"[0-9]", value) is not None and re.search(r"[A-Za-z]", value) is not None
    return "random" if len(value) >= 12 and digits and _entropy(value) >= (2.8 if is_hex else 3.2) else "words"


def _entropy(value: str) -> float:
    counts = Counter(value)
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values()) if value else 0.0


def _masked(line: str, value: str) -> str:
    """The line without the value: what identifies a finding must not carry a secret, be it as a digest."""
    return line.replace(value, "…") if value else line


def _claims(path: str) -> bool:
    # What tests hold is no secret of the service.
    if is_python(path) and is_test(path):
        return False
    return (path.endswith(".py") or bool(_PATHS.search(path))) and not _NOT_READ.search(path)


EXTRACTOR = Extractor(kind="secret-literals", claims=_claims, extract=_extract, facts=SecretLiterals, of_python=True)
