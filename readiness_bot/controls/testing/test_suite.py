"""Whether there are tests, in proportion to the code."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

ENOUGH = 1 / 5
"""One test module for five production modules: the catalogue's line."""

SOME = 1 / 10
"""One for ten: the catalogue's line for a part."""


@Control(
    id="testing/test-suite",
    title="Tests exist in proportion to the code",
    kind=Kind.CAPABILITY,
    severity=Severity.CRITICAL,
    why="Code without tests can be changed only by those who remember why it is so.",
    impact="Every release is a guess: defects reach production, and nobody dares to change what works.",
    fix=(
        "Write tests that assert what callers rely on, one module beside each of the code's, for "
        "example `tests/test_orders.py` with `def test_price():`."
    ),
    effort=Effort.WEEK,
    grows=True,
    role=Role.QA,
    sources=["https://docs.pytest.org/en/stable/explanation/goodpractices.html"],
    passes=[
        {
            "app/orders.py": "def price():\n    return 1\n",
            "tests/test_orders.py": "from app.orders import price\n\n\ndef test_price():\n    assert price() == 1\n",
        },
        {
            "app/orders.py": "def price():\n    return 1\n",
            "tests/checks.py": "def is_one(value):\n    assert value == 1\n",
            "tests/test_orders.py": (
                "from app.orders import price\nfrom tests.checks import is_one\n\n\ndef test_price():\n"
                "    is_one(price())\n"
            ),
        },
        {
            "app/orders.py": "def price():\n    return 1\n",
            "tests/test_orders.py": (
                "from app.orders import price\n\n\ndef describe_price():\n    def it_is_one(expect):\n"
                "        expect(price()) == 1\n"
            ),
        },
        {
            "app/orders.py": "def price():\n    return 1\n",
            "tests/orders.sh": (
                "#!/bin/sh\nset -e\ncode=$(curl -s -o /dev/null -w '%{http_code}' $HOST/orders/1)\n"
                '[ "$code" = 200 ]\ncurl -s $HOST/orders/1 | grep -q price\n'
            ),
        },
        {
            "app/orders.py": "def price():\n    return 1\n",
            "features/steps/orders.py": (
                "from behave import then\n\nfrom app.orders import price\n\n\n@then('it costs {wanted:d}')\n"
                "def costs(context, wanted):\n    assert price() == wanted\n"
            ),
        },
    ],
    fails=[
        {"app/orders.py": "def price():\n    return 1\n"},
        {"app/orders.py": "def price():\n    return 1\n", "tests/test_orders.py": "def test_price():\n    pass\n"},
        {
            "app/orders.py": "def price():\n    return 1\n",
            "tests/up.sh": (
                'set -e\nuntil curl -s $HOST/health; do sleep 1; done\n[ "$1" = all ] && python -m unittest || exit 1\n'
            ),
        },
    ],
    fixed={
        "app/orders.py": "def price():\n    return 1\n",
        "tests/test_orders.py": "from app.orders import price\n\n\ndef test_price():\n    assert price() == 1\n",
    },
    partials=[
        {f"app/m{number}.py": "x = 1\n" for number in range(8)}
        | {"tests/test_m.py": "def test_m():\n    assert 1 + 1 == 2\n"},
    ],
    ignores=[{"README.md": "# Nothing here\n"}],
)
def test_suite(repo: Repo) -> Judgement:
    """Test modules with assertions for each production module."""
    production = repo.python.production
    if not production:
        return not_applicable("No Python.")
    modules, scripted = repo.suite.modules, repo.suite.scripted
    number = len(modules) + len(scripted)
    share = number / len(production)
    summary = f"{number} test modules with assertions for {len(production)} production modules."
    shown = [seen(module.path, 1, "tests with assertions") for module in modules[:5]]
    shown += [seen(path, tests.line, f"tests for {tests.tool}") for path, tests in scripted[: 5 - len(shown)]]
    if share >= ENOUGH:
        return passed(summary, *shown)
    if share >= SOME:
        return partial(summary, *shown, score=round(0.5 + 0.4 * (share - SOME) / (ENOUGH - SOME), 2))
    return failed(summary, *shown, looked_in=["modules named test_*.py or *_test.py", "folders named tests"])
