"""Whether passwords are kept as slow, salted hashes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.control import Control, bad, good
from readiness_bot.model import Confidence, Effort, Kind, Role, Severity, Site
from readiness_bot.repo import Repo
from readiness_bot.repo.expressions import names_in
from readiness_bot.repo.flow_paths import Flow
from readiness_bot.repo.modules import CallSite, DefinitionSite
from readiness_bot.repo.values import (
    IN_LOOP,
    MODULE,
    Assignment,
    Call,
    Const,
    Format,
    Index,
    Invoke,
    Items,
    Mapping,
    Name,
    Other,
    Raise,
    Return,
    Value,
)

_FAST = re.compile(r"^(hashlib\.(md5|sha1|sha224|sha256|sha384|sha512|sha3_\d+|blake2[bs]|new)"
                   r"|Crypto(dome)?\.Hash\.\w+\.new|django\.utils\.crypto\.md5"
                   r"|(md5|sha)\.(new|md5|sha)|crypt\.crypt)$")  # fmt: skip
_WEAK_SCHEMES = frozenset(
    {"plaintext", "hex_md5", "hex_sha1", "hex_sha256", "hex_sha512", "md5_crypt", "ldap_md5", "ldap_sha1",
     "ldap_plaintext", "des_crypt", "lmhash", "nthash",
     "mysql323", "mysql41", "roundup_plaintext", "postgres_md5", "apr_md5_crypt", "unsalted_md5", "ldap_salted_md5",
     "ldap_salted_sha1", "sha1_crypt",
     "django_salted_sha1", "django_salted_md5", "cisco_type7", "oracle10"}
)  # fmt: skip
_SLOW = re.compile(
    r"^(bcrypt\.(hashpw|checkpw|kdf)|argon2\.|passlib\.((hash|handlers\.\w+)\.(argon2|bcrypt|bcrypt_sha256|scrypt|pbkdf2_\w+|sha(256|512)_crypt)|apps\.|context\.|ifc)"
    r"|pwdlib\.|hashlib\.(scrypt|pbkdf2_hmac)|flask_bcrypt\.|werkzeug\.security\.(generate|check)_password_hash|django\.contrib\.auth\.hashers\."
    r"|pymongo_argon|fastapi_users\.password|cryptography\.hazmat\.primitives\.kdf\.|nacl\.pwhash|libpass\.|Crypto\.Protocol\.KDF\.|scrypt\."
    r"|backports\.pbkdf2|flask_security\.|quart_auth\.|flask_argon2|argon2_cffi)"
)
_PASSWORD = re.compile(
    r"(?<![a-z])(pass(word|wd|phrase)?|pwd|pw|passw|user_?pass|new_?pass(word)?|plain_?pass(word)?)(?![a-z])(?!\w*(hash|hashed|_reset|_token))",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"pwned|breach|hibp|cache|digest_auth|fingerprint|etag|signature|checksum|session|gravatar|avatar|token|(en|de|pw|rad)crypt|cipher|fernet|derive|(to|2)_key|aes",
    re.IGNORECASE,
)
_FORMER = re.compile(r"legacy|deprecated|former|(^|[._])old_", re.IGNORECASE)
_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"})
_KEPT = re.compile(r"pass|pwd|hash|digest", re.IGNORECASE)
_STORED = re.compile(
    r"pass|pwd|hash|digest|secret|user|account|login|credential|stored|(^|[.:?])(row|record)s?$", re.IGNORECASE
)
"""Names of what is kept for an account, which a digest is held against."""
_TAKING = re.compile(
    r"([A-Z]\w*)?(User|Account|Identity|Customer|Member|Login|Credential|Person)"
    r"|(create|add|insert|save|update|set|store|register|write|put|upsert)(_|$)"
)
"""What makes a row of what it is given: classes, and functions that are named for it."""
_HASHING = re.compile(
    r"(hash|check|verif|set|encrypt|encode|make|generate)\w*(pass|pwd)|(pass|pwd)\w*(hash|digest|encrypt)|^custom_?hash$",
    re.IGNORECASE,
)
"""Functions that are named for making of a password what is kept of it."""
_COMPARING = re.compile(r"compare|equal|verif|check_?(pass|pwd|hash)|check_?login", re.IGNORECASE)
_PASSING = re.compile(r"cache|checked|seen|tried", re.IGNORECASE)
"""Names of what remembers answers for a while, and keeps no accounts."""
_SENDING = re.compile(r"(requests|httpx|aiohttp(?!\.web\.)|urllib3?|websockets?)\.")
_STATING = frozenset(
    {"execute", "executemany", "executescript", "execute_query", "execute_sql", "run_query", "query_db", "fetchrow"}
)
_ASKING = _STATING | {"filter_by", "filter", "get", "find_one", "insert_one"}
"""What a statement, a filter or a document is handed to."""
_STATEMENT = re.compile(
    r"insert\s+into.*\bpass(word|wd|wort)?\b|\bpass(word|wd|wort)?[`\"\]]?\s*=\s*('|\"|\?|%|:|$)",
    re.IGNORECASE | re.DOTALL,
)
_TYPED = re.compile(r"\?(pass(word|wd)?|pwd)", re.IGNORECASE)
_USER = re.compile(r"user|login", re.IGNORECASE)
_COMPARED_WELL = re.compile(r"hash|verif|check|compare|digest|crypt", re.IGNORECASE)
_CONFIGURATION = re.compile(r"(?<![a-z])(ml)?conf(ig)?(?![a-z])|settings|environ|getenv", re.IGNORECASE)
_KEY = re.compile(r"pass(word|wd|wort)?|pwd", re.IGNORECASE)
_WHO = re.compile(r"(user_?)?(name|login|mail|email|e_mail)|user(_?id)?|(user|account|login)_?\w*", re.IGNORECASE)
_NOT_TYPED = re.compile(r"hash|token|reset|settings?|config|random|generat", re.IGNORECASE)
"""What is called after passwords and holds none that people choose: keys, settings, and what is drawn by lot."""
_MADE = re.compile(r"hash|digest|crypt|token", re.IGNORECASE)
_OF_KEYS = re.compile(r"api_?key|access_?key|api_?token|access_?token", re.IGNORECASE)
_NOT_PRODUCTION = re.compile(
    r"(^|[/_.-])(\w*tests?\w*|ci|dev|devel|develop|development|local\w*|profil(e|er|ing)|docs)(?=[/_.-])", re.IGNORECASE
)
_OF_TESTS = re.compile(r"^(sys\.argv$|(?!!).*(?<![a-z])(is_?)?(tests?|testing|ci|pytest)(?![a-z]))", re.IGNORECASE)
"""What a condition names that holds where tests run: the command that was given, or a setting that says so."""
_DJANGO_WEAK = re.compile(r"(MD5|SHA1|Crypt|Unsalted\w*)PasswordHasher$")


@Control(
    id="security/password-hashing",
    title="Passwords are kept as slow, salted hashes",
    kind=Kind.DEFECT,
    severity=Severity.CRITICAL,
    why="MD5 and the SHA family are made to be fast: a graphics card tries billions of passwords a second "
    "against them.",
    impact="One leaked table gives away most users' passwords within hours, here and wherever else they use them.",
    fix="Hash with Argon2: `argon2.PasswordHasher().hash(password)`, and hash anew when a user signs in.",
    effort=Effort.DAY,
    role=Role.SECURITY,
    sources=[
        "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html",
        "https://cwe.mitre.org/data/definitions/916.html",
    ],
    fails=[
        (
            "import hashlib\n\n\ndef password_encrypt(row_password):\n    begun = hashlib.md5()  # <- flagged\n"
            "    begun.update(row_password.encode())\n    return begun.hexdigest()\n\n\n"
            "def changed(user, password):\n    user.password = password_encrypt(password)\n"
        ),
        (
            "import crypt\n\n\ndef changed(user, password):\n"
            "    user.password = crypt.crypt(password, 'ab')  # <- flagged\n"
        ),
        (
            "import hashlib\n\n\ndef set_password(user, new_password):\n    begun = hashlib.md5()  # <- flagged\n"
            "    begun.update(new_password.encode())\n    user.password = begun.hexdigest()\n"
        ),
        (
            "import hashlib\n"
            "def register(store, name, password):\n"
            "    store[name] = hashlib.sha256(password.encode()).hexdigest()  # <- flagged\n"
        ),
        (
            "from passlib.context import CryptContext\n\n"
            'context = CryptContext(schemes=["hex_md5"])  # <- flagged\n\n\n'
            "def kept(password):\n    return context.hash(password)\n"
        ),
        (
            "import sqlite3\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "@app.post('/join')\n"
            "def join():\n"
            "    row = (request.form['name'], request.form['password'])\n"
            "    sqlite3.connect('a').execute('INSERT INTO users (name, password) VALUES (?, ?)', row)  # <- flagged\n"
        ),
        (
            "from pymongo import MongoClient\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "users = MongoClient().shop.users\n"
            "@app.post('/login')\n"
            "def login():\n"
            "    asked = {'email': request.form['email'], 'password': request.form['password']}\n"
            "    return str(users.find_one(asked))  # <- flagged\n"
        ),
        (
            "from flask import Flask, request\n\nfrom shop.data import execute_query\n\napp = Flask(__name__)\n\n\n"
            "@app.post('/login')\ndef login():\n    data = request.get_json()\n"
            "    query = f\"SELECT id FROM users WHERE name = '{data['name']}' AND password = '{data['password']}'\"\n"
            "    return {'found': bool(execute_query(query))}  # <- flagged\n"
        ),
        (
            "import hashlib\n\nfrom django.db import models\n\n\nclass Member(models.Model):\n"
            "    password = models.CharField(max_length=64)\n\n    def hide(self):\n"
            "        self.password = hashlib.sha1(self.password.encode()).hexdigest()  # <- flagged\n"
        ),
        (
            "import hashlib\n\nfrom flask import request\n\n\ndef digest(text):\n"
            "    return hashlib.md5(text.encode()).hexdigest()  # <- flagged\n\n\n"
            "def has_changed(page):\n    return digest(page.text) == page.digest\n\n\n"
            "def sign_in(user):\n    password = request.form['password']\n"
            "    return digest(password) == user.password\n"
        ),
    ],
    partials=[
        (
            "from Crypto.Hash import MD4\n\n\ndef kept(store, password):\n"
            "    store.save(MD4.new(password.encode('utf-16-le')).hexdigest())  # <- flagged\n"
        ),
        (
            "import hashlib\n\nfrom flask import request\n\nfrom shop.ciphers import Sealed\n\n\n"
            "def digest(text):\n    return hashlib.md5(text.encode()).hexdigest()  # <- flagged\n"
            "\n\ndef has_changed(page):\n    return digest(page.text) == page.digest\n\n\n"
            "def opened(data):\n    password = request.form['password']\n"
            "    return Sealed(digest(f'shop-{password}')[:16]).open(data)\n"
        ),
        (
            "import hashlib\n\nfrom django.contrib.auth.hashers import BasePasswordHasher\n"
            "from django.utils.crypto import constant_time_compare\n\n\nclass OldPasswordHasher(BasePasswordHasher):\n"
            "    def encode(self, password, salt):\n"
            "        return hashlib.sha1((salt + password).encode()).hexdigest()  # <- flagged\n\n"
            "    def verify(self, password, encoded):\n"
            "        return constant_time_compare(encoded, self.encode(password, encoded[:12]))\n"
        ),
        (
            "import hashlib\n\nimport requests\n\n\nclass Player:\n    def sign_in(self, user, password):\n"
            "        digest = hashlib.md5(password.encode()).hexdigest()  # <- flagged\n"
            "        form = {'user': user, 'password': digest}\n"
            "        return requests.post('https://player.shop.eu/login', data=form, timeout=5).json()['token']\n"
        ),
        (
            "import hashlib\n\nfrom shop.ciphers import Sealed\n\n\ndef opened(password, data):\n"
            "    sealed = Sealed(hashlib.sha256(password.encode()).digest()[:32])  # <- flagged\n"
            "    return sealed.open(data)\n"
        ),
        (
            "import hashlib\n\nfrom passlib.context import CryptContext\n\ncontext = CryptContext(['argon2'])\n\n\n"
            "def legacy_hash(password, salt):\n    salted = salt + password\n"
            "    return hashlib.sha256(salted.encode()).hexdigest()  # <- flagged\n\n\n"
            "def verified(user, password):\n    if user.hash.startswith('sha256'):\n"
            "        return legacy_hash(password, user.salt) == user.hash\n"
            "    return context.verify(password, user.hash)\n"
        ),
    ],
    passes=[
        {
            "shop/settings.py": (
                "import django\n\nROOT_URLCONF = 'shop.urls'\nFOREIGN = ['django.contrib.auth']\n"
                "OWN = ['shop.orders']\nINSTALLED_APPS = FOREIGN + OWN\n"
            ),
        },
        (
            "import hashlib\n\nfrom passlib.context import CryptContext\n\n"
            "context = CryptContext(schemes=['pbkdf2_sha256'])\n\n\ndef _shortened(password):\n"
            "    if len(password) < 73:\n        return password\n"
            "    return hashlib.sha256(password.encode()).hexdigest()\n\n\ndef kept(password):\n"
            "    return context.hash(_shortened(password))\n\n\ndef fits(password, hashed):\n"
            "    return context.verify(_shortened(password), hashed)\n"
        ),
        (
            "import crypt\nimport secrets\n\n\nclass Account:\n    def set_password(self, password):\n"
            "        self.salt = '$6$' + secrets.token_hex(8)\n"
            "        self.kept = crypt.crypt(password, self.salt)\n\n    def check_password(self, password):\n"
            "        return secrets.compare_digest(crypt.crypt(password, self.salt), self.kept)\n"
        ),
        "from fastapi_users import FastAPIUsers\n\nusers = FastAPIUsers[User, int](manager, [backend])\n",
        (
            "import hashlib\n"
            "import sqlite3\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "@app.post('/join')\n"
            "def join():\n"
            "    key = hashlib.scrypt(request.form['password'].encode(), salt=SALT, n=16384, r=8, p=1)\n"
            "    row = (request.form['name'], key)\n"
            "    sqlite3.connect('a').execute('INSERT INTO users (name, password) VALUES (?, ?)', row)\n"
        ),
        (
            "import hashlib\n"
            "def legacy(password, salt):\n"
            "    digest = salt\n"
            "    for _ in range(100_000):\n"
            "        digest = hashlib.sha512(digest + password.encode()).digest()\n"
            "    return digest\n"
            "from argon2 import PasswordHasher\n"
            "PasswordHasher().hash('x')\n"
        ),
        (
            "from argon2 import PasswordHasher\n"
            "hasher = PasswordHasher()\n"
            "def register(store, name, password):\n"
            "    store[name] = hasher.hash(password)\n"
        ),
        (
            'from passlib.context import CryptContext\ncontext = CryptContext(schemes=["bcrypt", "hex_md5"], '
            'deprecated="auto")\n'
        ),
        {
            "shop/settings.py": (
                "import django\n\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth', 'orders']\n"
            )
        },
    ],
    fixed="import argon2\ndef register(store, name, password):\n    store[name] = "
    "argon2.PasswordHasher().hash(password)\n",
    ignores=[
        {
            "shop/develop/settings.py": ("PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']\n"),
        },
        (
            "import hashlib\n\nfrom cryptography.hazmat.primitives.ciphers.aead import AESGCM\n\n"
            "KEPT = {}\n\n\ndef cipher(passphrase):\n"
            "    key = hashlib.sha256(passphrase.encode()).digest()\n"
            "    KEPT[passphrase] = AESGCM(key)\n    return KEPT[passphrase]\n"
        ),
        (
            "import hashlib\n\n\ndef pbkdf2(password, salt, iterations):\n    digest = hashlib.sha256\n"
            "    if len(password) > digest().block_size:\n        password = hashlib.sha256(password).digest()\n"
            "    return rounds(digest, password, salt, iterations)\n"
        ),
        (
            "import hmac\nfrom flask import Flask, abort, request\n\nfrom shop.settings import settings\n\n"
            "app = Flask(__name__)\n\n\n@app.post('/login')\ndef login():\n    user = request.json['user']\n"
            "    password = request.json['password']\n"
            "    if user != settings.user or not hmac.compare_digest(password, settings.password):\n"
            "        abort(401)\n    return {}\n"
        ),
        (
            "from flask import Flask, abort, request\n\napp = Flask(__name__)\n\n\n@app.post('/join')\ndef join():\n"
            "    username, password = request.json['username'], request.json['password']\n"
            "    confirmed_password = request.json['confirmed_password']\n"
            "    if not username or password != confirmed_password:\n        abort(400)\n    return {}\n"
        ),
        (
            "import hashlib\nfrom fastapi import FastAPI, Request\n\napp = FastAPI()\n\n\n"
            "def found(api_key):\n    return hashlib.sha256(api_key.encode()).hexdigest()\n\n\n"
            "@app.get('/me')\ndef me(password: str):\n    return found(password)\n"
        ),
        "import hashlib\ndef key(url):\n    return hashlib.sha1(url.encode()).hexdigest()\n",
        (
            "import hashlib\n\n\nclass Accounts:\n    def __init__(self):\n        self.leaked = set()\n"
            "        widely_known = ['letmein1', 'iloveyou2', 'sunshine3']\n        for password in widely_known:\n"
            "            digest = hashlib.sha1(password.encode()).hexdigest()\n            self.leaked.add(digest)\n"
        ),
        (
            "import sys\n\nif 'test' in sys.argv[1:]:\n"
            "    PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']\n"
        ),
        (
            "import sys\n\nIN_TESTS = sys.argv[1:2] == ['test']\nif IN_TESTS:\n"
            "    PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']\n"
        ),
        (
            "import hashlib\nfrom shop.words import get_random_password\n\n\ndef link():\n"
            "    return hashlib.sha256(get_random_password(length=64).encode()).hexdigest()\n"
        ),
        {"settings/ci.py": "PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']\n"},
    ],
)
def password_hashing(repo: Repo) -> Iterator[Site]:
    """Look at every hash that a password goes into."""
    yield from _of_settings(repo)
    yield from _of_configured(repo)
    for site in repo.python.all_calls:
        if site.name.startswith("passlib.context.") or site.name == "passlib.context.CryptContext":
            yield _of_context(site, repo)
        elif site.last == "generate_password_hash":
            yield _of_werkzeug(site, repo)
        elif _is_weak_passlib(site.name):
            scheme = site.name.split(".")[2].removesuffix("()")
            if site.last == "verify":
                yield bad(
                    site.location,
                    f"Passwords hashed with `{scheme}` are still let in, which is fast or keeps no salt.",
                    Confidence.MEDIUM,
                )
            else:
                yield bad(site.location, f"Passwords are hashed with `{scheme}`, which is fast or keeps no salt.")
        elif _SLOW.match(site.name) or _takes_rounds(site):
            yield good(site.location)
        elif _FAST.match(site.name):
            yield from _of_hash(site, repo)
        elif site.last.rpartition(":")[2] in _ASKING and (found := _plain_in(site, repo)):
            yield bad(site.location, f"{found} reaches the store as it was typed, so it is kept as it was typed.")


_ROUNDS = re.compile(r"^\$(5|6|2[abxy]?|y|7|gy)\$|METHOD_(SHA256|SHA512|BLOWFISH)|mksalt(\(\))?$")
"""How a salt begins for which the system's own function takes thousands of rounds, and what makes one by default."""


def _takes_rounds(site: CallSite) -> bool:
    """Whether the system's own function is asked for a slow hash: it is told by the salt, or by none at all."""
    if site.name != "crypt.crypt":
        return False
    salt = site.call.argument(1, "salt")
    if salt is None:
        return True
    values = [salt]
    if isinstance(salt, Name):
        last = re.split(r"[.:?]", salt.name)[-1]
        bound = (item for item in site.module.facts.assignments if re.split(r"[.:?]", item.target)[-1] == last)
        values += (item.value for item in bound)
    texts = (text for value in values for text in (*names_in(value), *_begins(value)))
    return any(map(_ROUNDS.search, texts))


def _begins(value: Value) -> Iterator[str]:
    first = value.parts[0] if isinstance(value, Format) and value.parts else value
    if isinstance(first, Const) and isinstance(first.value, str):
        yield first.value


def _of_configured(repo: Repo) -> Iterator[Site]:
    """Sign-ins that hold what was typed against a password which the configuration keeps in plain text."""
    seen: set[tuple[str, int]] = set()
    for site in repo.python.all_calls:
        names = [guard.lstrip("!") for guard in site.call.guards]
        place = (site.module.path, site.call.scope)
        if (
            place in seen
            or not any(map(_TYPED.fullmatch, names))
            or any(_COMPARED_WELL.search(name.rpartition(".")[2]) for name in names)
        ):
            continue
        if sum(bool(_USER.search(name)) for name in names) > 1 and any(
            _is_configured(name, site) for name in names if not _TYPED.fullmatch(name)
        ):
            seen.add(place)
            yield bad(
                site.location,
                "The password that was typed is held against one that the configuration keeps in plain text.",
                Confidence.MEDIUM,
                fix="Keep a hash of it in the configuration, and compare with `bcrypt.checkpw`.",
            )


def _is_configured(name: str, site: CallSite) -> bool:
    """Whether a name is a password that the configuration holds, at once or by way of a local."""
    if _PASSWORD.search(name.rpartition(".")[2]) is None:
        return False
    if _CONFIGURATION.search(name):
        return True
    return any(
        item.target == name and item.scope == site.call.scope and _CONFIGURATION.search(str(item.value)) is not None
        for item in site.module.facts.assignments
    )


def _is_weak_passlib(name: str) -> bool:
    parts = name.split(".")
    return (
        name.startswith("passlib.hash.")
        and len(parts) > 3
        and parts[2].removesuffix("()") in _WEAK_SCHEMES
        and parts[-1] in ("hash", "encrypt", "verify")
    )


def _of_context(site: CallSite, repo: Repo) -> Site:
    """A context hashes new passwords with its first scheme, or the one named as default."""
    schemes = site.call.argument(0, "schemes")
    if isinstance(schemes, Name):
        found = repo.python.assignment(schemes.name, site.module)
        schemes = found[1].value if found is not None else None
    named = [item.value for item in schemes.items if isinstance(item, Const)] if isinstance(schemes, Items) else []
    default = repo.python.constant(site.call.keyword("default"), site.module) or (named[0] if named else "")
    if default in _WEAK_SCHEMES:
        own = re.split(r"[.:?]", site.call.result)[-1]
        used = {
            call.last
            for call in repo.python.all_calls
            if "CryptContext()" in call.name
            and (not own or own == re.split(r"[.:?]", (call.call.via or own).rpartition(".")[0] or own)[-1])
        }
        return bad(
            site.location,
            f"New passwords are hashed with `{default}`, which is fast or keeps no salt.",
            # One that is not seen to hash may read what others have hashed.
            Confidence.MEDIUM if used.isdisjoint({"hash", "encrypt"}) else Confidence.HIGH,
            fix='Put a slow scheme first: `CryptContext(schemes=["argon2", …], deprecated="auto")`.',
        )
    return good(site.location)


def _of_werkzeug(site: CallSite, repo: Repo) -> Site:
    method = repo.python.constant(site.call.argument(1, "method"), site.module)
    if isinstance(method, str) and method.split(":")[0] in (
        "plain",
        "md5",
        "sha1",
        "sha224",
        "sha256",
        "sha384",
        "sha512",
    ):
        return bad(
            site.location,
            f"Passwords are hashed with one round of `{method}`.",
            fix="Leave `method` out: the default is scrypt.",
        )
    return good(site.location)


def _of_settings(repo: Repo) -> Iterator[Site]:
    """Django hashes new passwords with the first of its hashers, by default with PBKDF2."""
    if repo.accounts.framework_hashing is not None:
        yield good(repo.accounts.framework_hashing)
    for module in repo.python.production:
        for assignment in module.facts.assignments:
            if (
                assignment.target != ":PASSWORD_HASHERS"
                or not isinstance(assignment.value, Items)
                or not assignment.value.items
                or _NOT_PRODUCTION.search(module.path)
                or any(map(_OF_TESTS.search, assignment.guards))
            ):
                continue
            first = assignment.value.items[0]
            location = module.location(assignment.line, assignment.end_line, assignment.scope, assignment.statement)
            if isinstance(first, Const) and isinstance(first.value, str) and _DJANGO_WEAK.search(first.value):
                yield bad(
                    location,
                    f"New passwords are hashed with `{first.value.rpartition('.')[2]}`.",
                    fix="Put `django.contrib.auth.hashers.Argon2PasswordHasher` first.",
                )
            else:
                yield good(location)


def _of_hash(site: CallSite, repo: Repo) -> Iterator[Site]:
    """A fast hash, where a password goes into it; other uses are none of this control's business."""
    if repo.python.constant(site.call.keyword("usedforsecurity"), site.module) is False:
        return
    name = _password_in(site, repo)
    if not name:
        return
    algorithm = site.name.split(".")[-2] if site.name.startswith("Crypto") else site.last
    if algorithm == "new" and site.name.startswith("hashlib"):
        chosen = repo.python.constant(site.call.argument(0, "name"), site.module)
        algorithm = chosen if isinstance(chosen, str) else "a fast hash"
    where = f"{site.module.path}:{site.function.qualname if site.function is not None else ''}"
    confidence = Confidence.HIGH
    if _is_key_of_cipher(site):
        return
    if _is_elsewhere(where.rpartition("/")[2]) or _is_dropped(site, repo):
        confidence = Confidence.LOW
    elif _is_stretched(site, repo) or _DERIVES.search(where.rpartition(":")[2]):
        return
    elif algorithm.upper() == "MD4" or (_FORMER.search(where.rpartition(":")[2]) and _is_hashed_well_beside(site)):
        confidence = Confidence.MEDIUM  # sign-ins of Windows networks ask for that very hash
    told = f"The password `{name}` is hashed with `{algorithm}`, which is made to be fast"
    if confidence is Confidence.HIGH and (_is_sent(site) or _is_of_old_ones(site, repo) or not _is_kept(site, repo)):
        yield bad(
            site.location,
            f"{told}; that the hash is kept, or held against one that is kept, is not seen.",
            Confidence.MEDIUM,
        )
        return
    yield bad(site.location, f"{told}.", confidence)


def _is_elsewhere(where: str) -> bool:
    """Whether the place is named for something else than keeping passwords; what "encrypts" one may well keep it."""
    found = _ELSEWHERE.search(where)
    return found is not None and not (found[0].lower() == "encrypt" and _HASHING.search(where) is not None)


def _is_sent(site: CallSite) -> bool:
    """Whether the function talks to another service, which chooses itself what it is sent for a password."""
    return any(_SENDING.match(call.name) for call in site.beside)


def _is_of_old_ones(site: CallSite, repo: Repo) -> bool:
    """Whether a hasher of Django's kind stands there that is not the first of the settings: it reads old hashes."""
    owner = site.function.qualname.rpartition(".")[0] if site.function is not None else ""
    if not owner.endswith("PasswordHasher"):
        return False
    first = (
        item.value.items[0]
        for module in repo.python.production
        for item in module.facts.assignments
        if item.target == ":PASSWORD_HASHERS" and isinstance(item.value, Items) and item.value.items
    )
    return not any(isinstance(one, Const) and str(one.value).endswith(f".{owner}") for one in first)


def _is_kept(site: CallSite, repo: Repo, hops: int = 2) -> bool:
    """Whether a digest is seen to be kept for an account, or held against one that is, by what its callers do too."""
    digest = _Digest(site)
    if digest.is_kept or digest.is_compared:
        return True
    function = site.function
    if function is None or not digest.is_returned:
        return False
    own = DefinitionSite(site.module, site.call.scope, function)
    callers = [caller for caller, _, _ in repo.flows.callers(own)] if hops else []
    if not callers:
        return _HASHING.search(function.name) is not None
    # What hashes anything for anybody is asked by those alone who hand it a password.
    handing = [one for one in callers if any(_password_at(one, at, repo) for at in range(len(one.call.args)))]
    return any(_is_kept(caller, repo, hops - 1) for caller in handing or callers)


class _Digest:
    """What a function does with the result of a call, by the names that it goes under there."""

    def __init__(self, site: CallSite) -> None:
        self._name = site.call.name
        self._facts = site.module.facts
        self._scope = site.call.scope
        self._bound: set[str] = set()
        for item in self._assigned:
            if "." not in item.target and "[" not in item.target and self._is_in(item.value):
                self._bound.add(item.target)

    @property
    def _assigned(self) -> Iterator[Assignment]:
        return (item for item in self._facts.assignments if item.scope == self._scope)

    @property
    def _returns(self) -> Iterator[Return]:
        return (one for one in self._facts.returns if one.scope == self._scope)

    @property
    def _calls(self) -> Iterator[Call]:
        return (call for call in self._facts.calls if call.scope == self._scope)

    def _is(self, name: str) -> bool:
        return name in self._bound or name == self._name or name.startswith(f"{self._name}().")

    def _is_in(self, value: Value | None, depth: int = 4) -> bool:
        """Whether a value is the digest, or a text or a list that it went into."""
        if depth == 0:
            return False
        if isinstance(value, Name):
            return self._is(value.name)
        if isinstance(value, Invoke):
            call = self._facts.calls[value.call] if value.call >= 0 else None
            owner = call.called_on if call is not None else ""
            return (
                self._is(value.name)
                or owner in self._bound
                or (call is not None and any(self._is_in(one, depth - 1) for one in call.args))
            )
        if isinstance(value, Index):
            return self._is_in(value.value, depth - 1)
        if isinstance(value, Other):
            return any(map(self._is, value.names))
        inner = (*getattr(value, "parts", ()), *getattr(value, "items", ()), *getattr(value, "values", ()))
        return any(self._is_in(one, depth - 1) for one in inner)

    @property
    def is_slowed(self) -> bool:
        """Whether it goes into a slow hash."""
        return any(_is_slow(call) and any(map(self._is_in, call.args)) for call in self._calls)

    @property
    def is_kept(self) -> bool:
        """Whether it goes into a field, an entry or an argument that is named for it, or into what makes a row."""
        stored = any(
            ("." in item.target or "[" in item.target)
            and (
                (item.target.endswith("[]") and not item.key)
                or _KEPT.search(item.key or item.target.rpartition(".")[2])
            )
            and self._is_in(item.value)
            for item in self._assigned
        )
        return (
            stored
            or any(map(self._is_named_in, (item.value for item in self._assigned)))
            or any(self._is_taken_by(call) for call in self._calls)
        )

    def _is_named_in(self, value: Value | None) -> bool:
        """Whether a dict has it under a name for it."""
        return isinstance(value, Mapping) and any(
            isinstance(key, Const) and _KEPT.search(str(key.value)) and self._is_in(one)
            for key, one in zip(value.keys, value.values, strict=True)
        )

    def _is_taken_by(self, call: Call) -> bool:
        if call.last in _LOGGING:
            return False
        if any(_KEPT.search(name) and self._is_in(value) for name, value in call.keywords):
            return True
        if any(map(self._is_named_in, call.handed)):
            return True
        last = call.last.rpartition(":")[2]
        takes = _TAKING.match(last) is not None or last in _ASKING or _COMPARING.search(last) is not None
        takes = takes or (last in ("append", "setdefault") and not call.name.startswith("?"))
        return takes and not self._is(call.name) and any(map(self._is_in, call.args))

    @property
    def is_compared(self) -> bool:
        """Whether a condition, or an answer, holds it against something that is kept."""
        raises = (one for one in self._facts.raises if one.scope == self._scope)
        told: list[Call | Return | Raise | Assignment] = [*self._calls, *self._assigned, *self._returns, *raises]
        asked = any(
            any(map(self._is, names))
            and any(_STORED.search(name) and not _PASSING.search(name) for name in names if not self._is(name))
            for names in ([guard.lstrip("!") for guard in one.guards] for one in told)
        )
        return asked or any(
            isinstance(one.value, Other) and one.value.kind in ("Compare", "BoolOp") and self._is_in(one.value)
            for one in self._returns
        )

    @property
    def is_key(self) -> bool:
        """Whether a cipher takes it."""
        return any(_CIPHERS.match(call.name) and any(map(self._is_in, call.handed)) for call in self._calls)

    @property
    def is_returned(self) -> bool:
        """Whether the function gives it back."""
        return any(self._is_in(one.value) for one in self._returns)


_CIPHERS = re.compile(r"(cryptography|Crypto|Cryptodome|nacl|pyaes|pyrage|jwcrypto)\.(?!.*hash)")
"""Libraries of ciphers, whose keys are made of what somebody remembers."""


def _is_key_of_cipher(site: CallSite) -> bool:
    """Whether the digest is handed to a cipher as its key: it is nothing that an account is kept with."""
    return _Digest(site).is_key


_DERIVES = re.compile(r"(^|[._])(pbkdf2|scrypt|bcrypt|argon2)(?![a-z])", re.IGNORECASE)
"""A function that is one of the slow ones itself, written out for interpreters without it."""


def _is_dropped(site: CallSite, repo: Repo) -> bool:
    """Whether a digest is kept nowhere and held against nothing that is kept: it is a key of a cache, or logged."""
    facts, scope = site.module.facts, site.call.scope
    bound = {
        one.target for one in facts.assignments if one.scope == scope and one.line <= site.call.line <= one.end_line
    }
    index = site.call.parent
    while index >= 0:
        if facts.calls[index].last in _LOGGING:
            return True
        index = facts.calls[index].parent
    if not bound or repo.flows.is_taken_up(site, _LOGGING.__contains__):
        return False
    asked = (*(one.guards for one in facts.calls), *(one.guards for one in facts.raises))
    return not any(
        bound & {name.lstrip("!") for name in names} and any(_KEPT.search(name) for name in names if name not in bound)
        for names in asked
    )


def _plain_in(site: CallSite, repo: Repo) -> str:
    """The password from a request that a statement, a filter or a document of users is given; empty if none is."""
    if site.last.rpartition(":")[2] in _STATING:
        if not site.call.args or not _STATEMENT.search(_text_of(site.call.args[0], site, repo)):
            return ""
        taken = [flow for position in (0, 1) for flow in repo.flows.into(site, position)]
    elif site.last in ("find_one", "insert_one"):
        taken = list(repo.flows.into(site, 0))
        keys = [flow.keys[0] for flow in taken if flow.keys]
        if not any(map(_WHO.fullmatch, keys)):
            return ""
        taken = [flow for flow in taken if flow.keys and _KEY.fullmatch(flow.keys[0])]
    else:
        keys = [name for name, _ in site.call.keywords]
        asked = next(filter(_KEY.fullmatch, keys), "")
        if not asked or not any(map(_WHO.fullmatch, keys)):
            return ""
        taken = list(repo.flows.into(site, len(site.call.args), asked))
    return next((_shown(flow.text) for flow in taken if _is_typed(flow)), "")


def _is_typed(flow: Flow) -> bool:
    """Whether a value is what somebody typed as a password, untouched."""
    named = f"{flow.text}{''.join(flow.access)}"
    return flow.kind == "request" and flow.sure and _PASSWORD.search(named) is not None and not _MADE.search(named)


def _shown(text: str) -> str:
    return text if "`" in text else f"`{text}`"


def _text_of(value: Value, site: CallSite, repo: Repo) -> str:
    """The constant parts of a statement."""
    if isinstance(value, Format):
        return " ".join(part.value for part in value.parts if isinstance(part, Const) and isinstance(part.value, str))
    if isinstance(value, Name):
        bound = [
            one.value
            for one in site.module.facts.assignments
            if one.target == value.name and one.scope == site.call.scope and one.line <= site.call.line
        ]
        if bound and isinstance(bound[-1], Format):
            return _text_of(bound[-1], site, repo)
    found = repo.python.constant(value, site.module)
    return found if isinstance(found, str) else ""


def _password_in(site: CallSite, repo: Repo) -> str:
    """The name of a password that goes into a hash; empty if none does."""
    start = 1 if site.name == "hashlib.new" else 0
    fed = [(site, start), *((repo.python.call_site(site.module, call), 0) for call in _updates(site))]
    return next(filter(None, (_password_at(one, position, repo) for one, position in fed)), "")


def _updates(site: CallSite) -> Iterator[Call]:
    """The calls that put more into a hash which was begun: `begun.update(password)`."""
    return (
        call
        for call in site.beside
        if call.last == "update"
        and site.call.result
        and call.called_on == site.call.result
        and not call.context & IN_LOOP
    )


def _password_at(site: CallSite, start: int, repo: Repo) -> str:
    for value in site.call.args[start : start + 1]:
        if _is_written_down(value, site):
            continue
        for name in _names(value, site):
            last = name.replace("()", "").lstrip(":?")
            found = next((part for part in reversed(last.split(".")) if _PASSWORD.search(part)), "")
            if found and not _NOT_TYPED.search(last):
                return found
    for flow in repo.flows.into(site, start):
        # A key that is handed over in the place of a password is random, and needs no slow hash.
        is_key = any(_OF_KEYS.search(step.text) for step in flow.steps)
        if flow.kind in ("request", "parameter") and not is_key and (match := _PASSWORD.search(flow.text)):
            return match.group(0)
    return ""


def _is_written_down(value: Value, site: CallSite) -> bool:
    """Whether a value is an item of a list of texts that the code holds, such as passwords that are too well known."""
    named = value.name if isinstance(value, Invoke) else value.meaning if isinstance(value, Name) else ""
    return named.startswith(("list()[]", "tuple()[]", "set()[]")) and any(
        isinstance(item.value, Items) and item.value.items and all(isinstance(one, Const) for one in item.value.items)
        for item in site.module.facts.assignments
        if item.scope in (MODULE, site.call.scope)
    )


def _names(value: Value, site: CallSite) -> Iterator[str]:
    """The things named in a value, a few levels deep; a field of a model goes by its name and not by its type."""
    if isinstance(value, Invoke):
        call = site.module.facts.calls[value.call] if value.call >= 0 else None
        yield (call.via if call is not None else "") or value.name
    elif isinstance(value, Name):
        yield value.name
    elif isinstance(value, Other):
        yield from value.names
    else:
        for inner in (*getattr(value, "parts", ()), *getattr(value, "items", ())):
            yield from _names(inner, site)


def _is_hashed_well_beside(site: CallSite) -> bool:
    """Whether the module hashes passwords slowly too, so that a fast hash is only for those kept before."""
    return any(_SLOW.match(other.name) or other.name.startswith("passlib.") for other in site.module.facts.calls)


def _is_stretched(site: CallSite, repo: Repo) -> bool:
    """Whether the hash is repeated many times, or handed to a slow one, as is done for bcrypt's limit of 72 bytes."""
    if repo.flows.feeds_itself(site) or any(map(_is_slow, site.beside)):
        return True
    function = site.function
    if function is None or not _Digest(site).is_returned:
        return False
    callers = [caller for caller, _, _ in repo.flows.callers(DefinitionSite(site.module, site.call.scope, function))]
    return bool(callers) and all(_Digest(caller).is_slowed for caller in callers)


def _is_slow(call: Call) -> bool:
    named = call.last in ("hashpw", "checkpw", "pbkdf2_hmac", "scrypt", "hash_secret")
    return named or _SLOW.match(call.name) is not None
