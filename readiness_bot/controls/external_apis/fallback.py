"""Whether failures of other services are caught where they come in and become something the service can answer with."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

ENOUGH = 0.7
"""From here on an uncaught call is the exception."""

SOME = 0.25
"""Below one in four, catching is the exception."""


@Control(
    id="external-apis/fallback",
    title="A failing peer becomes a domain error or a degraded answer",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why=(
        "What a library raises says nothing to the layers above, and an uncaught one is an "
        "internal error for the client."
    ),
    impact="An outage of somebody else's service is an outage of this one.",
    fix=(
        "Catch the library's error at the boundary and answer with what the service can still do: "
        "`except requests.RequestException as error: raise PaymentUnavailable from error`."
    ),
    effort=Effort.DAY,
    role=Role.BACKEND,
    sources=["https://learn.microsoft.com/en-us/azure/architecture/patterns/anti-corruption-layer"],
    passes=[
        (
            "import logging\n\nimport requests\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "def shown(ask):\n    def inner(day):\n        try:\n            return {'rate': ask(day)}\n"
            "        except requests.RequestException as error:\n            logging.exception(error)\n"
            "            return {'rate': None}\n\n    return inner\n\n\n"
            "def rate(day):\n    return requests.get(f'https://rates.example/{day}', timeout=5).json()\n\n\n"
            "app.add_url_rule('/rates/<day>', 'rates', shown(rate))\n"
        ),
        (
            "import logging\n\nimport requests\n\n\ndef post(url, **options):\n"
            "    return requests.post(url, timeout=5, **options)\n\n\n"
            "def tell(url, text):\n    return post(url, json={'text': text})\n\n\n"
            "def alert(url):\n    try:\n        tell(url, 'down')\n    except requests.RequestException:\n"
            "        logging.exception('not told')\n"
        ),
        {
            "app/rates.py": (
                "import requests\n\n\nclass Source:\n    def rate(self, url):\n        raise NotImplementedError\n\n\n"
                "class Bank(Source):\n    def rate(self, url):\n        return requests.get(url, timeout=5).json()\n"
            ),
            "app/main.py": (
                "import logging\n\nfrom app.rates import Source\n\n\ndef price(source: Source, url):\n    try:\n"
                "        return source.rate(url)\n    except Exception:\n        logging.exception('no rate')\n"
                "        return None\n"
            ),
        },
        (
            "import requests\n\n\ndef rate(url):\n    try:\n        return requests.get(url, "
            "timeout=5).json()\n    except requests.RequestException as error:\n"
            "        raise RuntimeError('rates are unavailable') from error\n"
        ),
    ],
    fails=["import requests\n\n\ndef rate(url):\n    return requests.get(url, timeout=5).json()\n"],
    fixed="import requests\n\n\nclass PaymentUnavailable(Exception):\n    pass\n\n\ndef rate(url):\n"
    "    try:\n        return requests.get(url, timeout=5).json()\n"
    "    except requests.RequestException as error:\n        raise PaymentUnavailable from error\n",
    partials=[
        (
            "import requests\n\n\ndef rate(url):\n    try:\n        return requests.get(url, "
            "timeout=5).json()\n    except requests.RequestException as error:\n"
            "        raise RuntimeError('rates are unavailable') from error\n\n\ndef other(url):\n    "
            "return requests.get(url, timeout=5).json()\n"
        ),
    ],
    ignores=[
        "def add(a, b):\n    return a + b\n",
        (
            "from flask import Flask\nfrom flask_mail import Mail\n\napp = Flask(__name__)\nmail = Mail()\n"
            "mail.init_app(app)\n"
        ),
    ],
)
def fallback(repo: Repo) -> Judgement:
    """The share of outbound calls whose failure is handled around the call or around each call of its function."""
    calls = repo.outbound.of_service
    if not calls:
        return not_applicable("No call leaves the process.")
    caught = [call for call in calls if repo.outbound.is_caught(call)]
    bare = [call for call in calls if not repo.outbound.is_caught(call)]
    share = len(caught) / len(calls)
    summary = f"The failure of {len(caught)} of {len(calls)} outbound calls is handled at the boundary."
    shown_caught = [
        seen(call.site.module.path, call.site.call.line, f"failure of `{call.site.last}` handled")
        for call in caught[:3]
    ]
    shown_bare = [
        seen(call.site.module.path, call.site.call.line, f"failure of `{call.site.last}` escapes") for call in bare[:5]
    ]
    if share >= ENOUGH:
        return passed(summary, *shown_caught)
    if share >= SOME:
        return partial(
            summary, *shown_caught, *shown_bare, score=round(0.5 + 0.4 * (share - SOME) / (ENOUGH - SOME), 2)
        )
    return failed(summary, *shown_bare)
