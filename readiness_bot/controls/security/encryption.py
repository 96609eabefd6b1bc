"""Whether data that would hurt is unreadable to whoever gets hold of the store or the wire to it."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo


@Control(
    id="security/encryption",
    title="Sensitive data is encrypted where it is kept or on its way there",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="A dump, a backup or a tapped connection gives away everything that the application wrote in clear.",
    impact="One lost backup is a breach of every customer's data, with all the duties that follow.",
    fix=(
        "Encrypt the fields that would hurt with `Fernet(key).encrypt(value)`, and demand TLS from the store: "
        '`connect_args={"sslmode": "verify-full"}`.'
    ),
    effort=Effort.DAYS,
    role=Role.BACKEND,
    sources=["https://cryptography.io/en/latest/fernet/", "https://www.postgresql.org/docs/current/libpq-ssl.html"],
    passes=[
        "from cryptography.fernet import Fernet\n\n\ndef sealed(key, value):\n    return Fernet(key).encrypt(value)\n",
        (
            "import boto3\n\ns3 = boto3.client('s3')\n\n\ndef keep(name, body, key):\n    s3.put_object(\n"
            "        Bucket='letters', Key=name, Body=body, SSECustomerKey=key, SSECustomerAlgorithm='AES256'\n    )\n"
        ),
        {
            "shop/settings.py": (
                "class Live(Base):\n    @property\n    def DATABASES(self):\n        found = super().DATABASES.copy()\n"
                "        found['default'].setdefault('OPTIONS', {})['sslmode'] = 'require'\n        return found\n"
            )
        },
        "import psycopg\n\n\ndef connect(host):\n    return psycopg.connect(host=host, sslmode='verify-full')\n",
    ],
    fails=[
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/login', methods=['POST'])\n"
            "def login():\n    return {}\n"
        )
    ],
    fixed=(
        "from cryptography.fernet import Fernet\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
        "@app.route('/login', methods=['POST'])\ndef login():\n    return {'token': Fernet(key).encrypt(value)}\n"
    ),
    partials=["from cryptography.fernet import Fernet\nfrom flask import Flask\n\napp = Flask(__name__)\n"],
    ignores=["def add(a, b):\n    return a + b\n"],
)
def encryption(repo: Repo) -> Judgement:
    """Encryption by the application, or TLS demanded of a store, passes."""
    factors = repo.accounts.encryption
    used = [factor for factor in factors if factor.is_used]
    if used:
        return passed(
            f"Data is encrypted with {used[0].detail}.",
            *(seen(factor.path, factor.line, factor.detail) for factor in used[:5]),
        )
    demanded = repo.accounts.tls_to_stores
    if demanded:
        return passed("Connections to the stores demand TLS.", *demanded[:5])
    if factors:
        return partial(
            f"{factors[0].detail} is imported, and nothing that runs encrypts with it.",
            seen(factors[0].path, factors[0].line, factors[0].detail),
        )
    users = repo.accounts.users
    stores = repo.resilience.stores
    if users is None and not (repo.services.is_server and stores):
        return not_applicable("Nothing sensitive is kept here.")
    shown = [users] if users is not None else list(stores[:1])
    return failed(
        "What is kept is neither encrypted nor demanded to travel over TLS.",
        *shown,
        looked_in=["ciphers and encrypted column types", "TLS options of store connections"],
    )
