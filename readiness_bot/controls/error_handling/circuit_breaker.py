"""Whether calls to a dependency that is down stop for a while instead of piling up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity, Ward
from readiness_bot.repo import Repo


@Control(
    id="error-handling/circuit-breaker",
    title="Calls to a dependency that is down fail at once",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="Going on calling a peer that is down holds a worker for each timeout and hinders the peer's recovery.",
    impact="One failing dependency slows every request that touches it, and its return is met by a flood.",
    fix=(
        "Wrap the outbound calls in one breaker for each peer: `breaker = "
        "pybreaker.CircuitBreaker(fail_max=5, reset_timeout=30)` and `@breaker` on the client's "
        "methods."
    ),
    effort=Effort.DAY,
    role=Role.BACKEND,
    sources=["https://github.com/danielfm/pybreaker", "https://martinfowler.com/bliki/CircuitBreaker.html"],
    passes=[
        (
            "import requests\n\n\nclass Channels:\n    def __init__(self):\n        self.failures = 0\n\n"
            "    def is_open(self):\n        return self.failures > 4\n\n    def record_failure(self):\n"
            "        self.failures += 1\n\n    def record_success(self):\n        self.failures = 0\n\n\n"
            "def charge(url, channels):\n    if channels.is_open():\n        return None\n    try:\n"
            "        answer = requests.post(url, timeout=5)\n    except OSError:\n        channels.record_failure()\n"
            "        raise\n    channels.record_success()\n    return answer\n\n\n"
            "if __name__ == '__main__':\n    charge('https://a.example', Channels())\n"
        ),
        (
            "import pybreaker\nimport requests\n\nbreaker = pybreaker.CircuitBreaker(fail_max=5)\n\n\n"
            "@breaker\ndef charge(url):\n    return requests.post(url, timeout=5)\n\n\n"
            "if __name__ == '__main__':\n    charge('https://a.example')\n"
        ),
        (
            "import requests\n\n\nclass CircuitBreaker:\n    def call(self, function, *args):\n       "
            " return function(*args)\n\n\nbreaker = CircuitBreaker()\n\n\n"
            "def charge(url):\n    return breaker.call(requests.post, url)\n\n\nif __name__ == "
            "'__main__':\n    charge('https://a.example')\n    requests.get('https://b.example', "
            "timeout=1)\n"
        ),
    ],
    fails=[
        (
            "import requests\n\n\ndef charge(url):\n    return requests.post(url, timeout=5)\n\n\nif "
            "__name__ == '__main__':\n    charge('https://a.example')\n"
        )
    ],
    fixed="import pybreaker\nimport requests\n\nbreaker = pybreaker.CircuitBreaker(fail_max=5, "
    "reset_timeout=30)\n\n\n@breaker\ndef charge(url):\n"
    "    return requests.post(url, timeout=5)\n\n\nif __name__ == '__main__':\n    charge('https://a.example')\n",
    partials=[
        (
            "import requests\n\n\nclass Channels:\n    def __init__(self):\n        self.failures = 0\n\n"
            "    def is_open(self):\n        return self.failures > 4\n\n    def record_failure(self):\n"
            "        self.failures += 1\n\n    def record_success(self):\n        self.failures = 0\n\n\n"
            "def charge(url):\n    return requests.post(url, timeout=5)\n\n\n"
            "if __name__ == '__main__':\n    charge('https://a.example')\n"
        ),
        (
            "import requests\n\n\nclass BreakerBoard:\n    def guarded(self, call):\n        return call\n\n\n"
            "def board():\n    return BreakerBoard()\n\n\ndef charge(url):\n"
            "    return requests.post(url, timeout=5)\n\n\n"
            "if __name__ == '__main__':\n    charge('https://a.example')\n"
        ),
        (
            "import pybreaker\nimport requests\n\nbreaker = pybreaker.CircuitBreaker(fail_max=5)\n\n\n"
            "def charge(url):\n    return requests.post(url, timeout=5)\n\n\n"
            "if __name__ == '__main__':\n    charge('https://a.example')\n"
        ),
    ],
    ignores=["def add(a, b):\n    return a + b\n"],
)
def circuit_breaker(repo: Repo) -> Judgement:
    """A breaker whose object something reached calls, decorates with or enters passes.

    One that only exists is partial. What a breaker stands before is kept beside, for comparisons.
    """
    return replace(_judged(repo), wards=tuple(_wards(repo)))


def _wards(repo: Repo) -> Iterator[Ward]:
    others = tuple(sorted({item.detail for item in repo.resilience.breakers}))
    for one in repo.resilience.leaving:
        yield Ward(
            one.function.location,
            "breaker",
            tuple(dict.fromkeys(one.broken_by)),
            f"`{one.function.definition.name}` goes on calling a peer that is down",
            ways=0 if one.broken_by else 1,
            beside=others,
        )


def _judged(repo: Repo) -> Judgement:
    if not repo.outbound.of_service:
        return not_applicable("No call leaves the process.")
    breakers = repo.resilience.breakers
    used = [item for item in breakers if item.is_used]
    if used:
        return passed(
            "A breaker stands before outbound calls.",
            *(seen(item.location.path, item.location.line, item.detail) for item in used[:5]),
        )
    if breakers:
        shown = [
            seen(item.location.path, item.location.line, f"{item.detail}, called by nothing") for item in breakers[:5]
        ]
        return partial("A circuit breaker is defined, but no call goes through it.", *shown)
    first = repo.outbound.of_service[0].site.location
    return failed(
        "No breaker stands before any outbound call.",
        seen(first.path, first.line, "an outbound call"),
        looked_in=["breaker libraries", "own breaker classes"],
    )
