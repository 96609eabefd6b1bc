"""What flows inside one file, told as facts: origins, wraps, guards, and bounds for what is too large."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from readiness_bot.facts.origins import Flows, accessed, wrapped
from readiness_bot.facts.python import extract, extract_flows
from readiness_bot.facts.python_facts import Call, Definition


@dataclass(frozen=True)
class _File:
    """A file's calls and definitions, and the flows that number them."""

    calls: tuple[Call, ...]
    definitions: tuple[Definition, ...]
    flows: Flows


def _facts(text: str) -> _File:
    facts = extract(text.encode())
    return _File(facts.calls, facts.definitions, extract_flows(text.encode()))


def _said(facts: _File, atom: int) -> str:
    """An atom in words: where it starts, what was taken from it, and `<` what is around it."""
    one = facts.flows.atoms[atom]
    source = facts.flows.sources[one.source]
    name = facts.calls[source.owner].name + "()" if source.kind == "c" else source.name
    held = "".join(f" if {facts.flows.guards[guard].test}" for guard in one.guards)
    return f"{source.kind}:{name}{''.join(one.access)}{''.join(f' < {wrap}' for wrap in reversed(one.wraps))}{held}"


def _into(text: str, name: str = "sink") -> list[str]:
    """What reaches the first argument of the calls of a name."""
    facts = _facts(text)
    reached = {flow.call: flow for flow in facts.flows.calls}
    found = [reached[index] for index, call in enumerate(facts.calls) if call.last == name and index in reached]
    return sorted(_said(facts, atom) for flow in found for atom in flow.args[0])


def _guards(text: str, name: str = "sink") -> set[str]:
    """The guards that hold at the calls of a name."""
    facts = _facts(text)
    return {
        facts.flows.guards[guard].test.partition(":")[0]
        for flow in facts.flows.calls
        if facts.calls[flow.call].last == name
        for guard in flow.guards
    }


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("sink(v)", ["p:v"]),
        ("w = v\nsink(w)", ["p:v"]),
        ("w, x = v, 1\nsink(w)", ["p:v"]),
        ("w, x = v, 1\nsink(x)", []),
        ("sink(v.json['q'])", ["p:v.json[q]"]),
        ("sink({'a': v})", ["p:v < {a}"]),
        ("sink({'a': v}['a'])", ["p:v"]),
        ("sink({'a': v}['b'])", []),
        ("d = {}\nd['a'] = v\nsink(d['a'])", ["p:v"]),
        ("d = {}\nd['a'] = v\nd['a'] = 1\nsink(d['a'])", []),
        ("l = []\nl.append(v)\nsink(l)", ["p:v < []"]),
        ("d = dict((k, v) for k in c)\nsink(d['a'])", ["p:v"]),
        ("d = dict(v.items())\nsink(d['a'])", ["p:v[]"]),
        ("d = dict(v)\nsink(d['a'])", ["p:v[a]"]),
        ("sink(f'a{v}b')", ["p:v < t:a\2b"]),
        ("sink(f'a{v}{c}.b')", ["p:c < t:a\0\2.b", "p:v < t:a\2\0.b"]),
        ("sink(o / v / 'b')", ["p:o < t:\2/\0/b", "p:v < t:\0/\2/b"]),
        ("w = f'{v}/b'\nw += 'c'\nsink(w)", ["p:v < t:\2/b"]),
        ("sink('%s.%s' % (v, o))", ["p:o < t:\0.", "p:v < t:\2.\0"]),
        ("sink('a%sb%s' % (1, v))", ["p:v < t:a\0b"]),
        ("sink('%d' % v)", []),
        ("sink('a{}b{x}'.format(1, x=v))", ["p:v < t:a\0b"]),
        ("sink('x' + v)", ["p:v < t:x"]),
        ("sink(v + 1)", []),
        ("sink(','.join(v))", ["p:v[] < t:\0"]),
        ("sink(str(v))", ["p:v < s"]),
        ("sink(int(v))", []),
        ("sink(v.strip().lower())", ["p:v < s"]),
        ("sink([w for w in v])", ["p:v[] < []"]),
        ("sink({w: 1 for w in v})", ["p:v[] < <key>"]),
        ("for k, w in v.items():\n    sink(w)", ["p:v[]"]),
        ("sink(v if v else 'x')", ["p:v"]),
        ("sink(v or 'x')", ["p:v"]),
        ("x = 'a'\nif c:\n    x = v\nsink(x)", ["p:v"]),
        ("x = v\nx = 'a'\nsink(x)", []),
        ("x = ''\nwhile c:\n    sink(x)\n    x = v", ["p:v"]),
        ("act = lambda w: sink(w)\nact(v)", ["p:v", "u:w"]),
        ("def inner():\n    sink(v)", ["p:v"]),
        ("with open(v) as f:\n    sink(f)", ["c:open()"]),
        ("match v:\n    case [a, b]:\n        sink(a)", ["p:v(0)"]),
        ("o.x = v\nsink(o.x)", ["p:v"]),
        ("sink(getattr(v, 'x', 1))", ["p:v.x"]),
        ("for i, w in enumerate(v):\n    sink(w)", ["p:v[]"]),
        ("for i, w in zip([1], v):\n    sink(w)", ["p:v[]"]),
        ("sink(list(map(str, v)))", ["p:v[] < s < []"]),
        ("if (w := v):\n    sink(w)", ["p:v"]),
        ("x = v\ntry:\n    y()\nexcept E:\n    x = 'a'\nsink(x)", ["p:v"]),
    ],
)
def test_value_is_followed(body: str, wanted: list[str]) -> None:
    text = "def f(c, o, v):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    assert _into(text) == wanted


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("if v in A:\n    sink(v)", {"in"}),
        ("if v not in A:\n    return\nsink(v)", {"in"}),
        ("if v not in A:\n    raise E\nsink(v)", {"in"}),
        ("if v not in A:\n    abort(400)\nsink(v)", {"in"}),
        ("if v not in A:\n    print()\nsink(v)", set()),
        ("assert isinstance(v, str)\nsink(v)", {"is"}),
        ("if not isinstance(v, str):\n    return\nsink(v)", {"is"}),
        ("if isinstance(v, dict):\n    return\nsink(v)", {"!is"}),
        ("if is_fine(v) is False:\n    return\nsink(v)", {"call"}),
        ("if is_fine(v) is not True:\n    return\nsink(v)", {"call"}),
        ("if v.isdigit():\n    sink(v)", {"self"}),
        ("if re.match('a', v):\n    sink(v)", {"call"}),
        ("m = re.match('a', v)\nif not m:\n    return\nsink(v)", {"call"}),
        ("if v is None or v not in A:\n    return\nsink(v)", {"in"}),
        ("if v != 'all' and v not in A:\n    return\nsink(v)", {"in"}),
        ("if '..' in v:\n    return\nsink(v)", {"!in"}),
        ("if all(c in A for c in v):\n    sink(v)", {"in"}),
        ("if any(v == one for one in A):\n    sink(v)", {"=="}),
        ("validate(v)\nsink(v)", {"passed"}),
        ("if urlparse(v).hostname in A:\n    sink(v)", {"in", "via"}),
        ("try:\n    validate(v)\nexcept E:\n    return\nsink(v)", {"passed"}),
        ("try:\n    validate(v)\nexcept E:\n    pass\nsink(v)", set()),
        ("if v.startswith('/a/'):\n    sink(v)", {"self", "starts"}),
        ("match v:\n    case str():\n        sink(v)", {"is"}),
        ("try:\n    ok = v in A\nexcept E:\n    ok = False\nif not ok:\n    return\nsink(v)", {"in"}),
        ("try:\n    ok = v in A\nexcept E:\n    ok = True\nif not ok:\n    return\nsink(v)", set()),
        ("ok = False\nfor one in A:\n    if v == one:\n        ok = True\n        break\nif ok:\n    sink(v)", {"=="}),
        ("ok = True\nfor one in A:\n    if v == one:\n        ok = True\nif ok:\n    sink(v)", set()),
        ("if v in A:\n    ok = True\nelse:\n    ok = False\nif ok:\n    sink(v)", {"in"}),
        ("ok = False\nif v in A:\n    ok = True\nelif B:\n    ok = True\nif ok:\n    sink(v)", set()),
        ("ok = False\nif v in A:\n    ok = True\nif not ok:\n    sink(v)", set()),
        ("found = None\nfor one in A:\n    if v == one:\n        found = one\nif found:\n    sink(v)", {"=="}),
        ("found = None\nif v in A:\n    found = B\nif found is None:\n    return\nsink(v)", {"in"}),
        ("found = None\nif v in A:\n    found = B\nelif B:\n    found = B\nif found:\n    sink(v)", set()),
        ("wrong = None\nif v not in A:\n    wrong = 'no'\nif wrong:\n    return\nsink(v)", {"in"}),
        ("wrong = None\nif v not in A:\n    wrong = 'no'\nif wrong is not None:\n    return\nsink(v)", {"in"}),
        ("wrong = None\nif v in A:\n    wrong = 'no'\nif wrong:\n    return\nsink(v)", set()),
        ("wrong = None\nif v not in A:\n    wrong = B()\nif wrong:\n    return\nsink(v)", set()),
        ("wrong = ''\nfor one in A:\n    if v != one:\n        wrong = 'no'\nif wrong:\n    return\nsink(v)", set()),
    ],
)
def test_guard_holds_where_it_was_made_sure(body: str, wanted: set[str]) -> None:
    text = "import re\nfrom urllib.parse import urlparse\nfrom config import A\ndef f(v):\n" + "".join(
        f"    {line}\n" for line in body.splitlines()
    )
    assert _guards(text) - {"none"} == wanted


def test_guard_of_one_branch_stays_with_the_value_of_that_branch() -> None:
    text = "from config import A\ndef f(v):\n    x = 'a'\n    if v in A:\n        x = v\n    sink(x)\n"
    assert _into(text) == ["p:v if in"]
    assert _guards(text) == set()


def test_guard_of_the_branch_not_taken_is_asked_of_the_value_before() -> None:
    text = "from config import A\ndef f(v):\n    if v not in A:\n        v = 'a'\n    sink(v)\n"
    assert _into(text) == ["p:v if in"]


def test_what_is_given_back_and_kept_is_told() -> None:
    facts = _facts(
        "limit = read()\n"
        "class Store:\n"
        "    def __init__(self, path):\n"
        "        self.path = path\n"
        "    def get(self):\n"
        "        return self.path\n"
        "def each(values):\n"
        "    for value in values:\n"
        "        yield value\n"
    )
    given = {
        facts.definitions[one.definition].qualname: [_said(facts, atom) for atom in one.atoms]
        for one in facts.flows.given
    }
    stored = {one.target: [_said(facts, atom) for atom in one.atoms] for one in facts.flows.stored}
    assert given == {"Store.get": ["p:self.path"], "each": ["p:values[] < []"]}
    assert stored == {":limit": ["c:read()"], ":Store.path": ["p:path"]}


@pytest.mark.parametrize(
    "text",
    [
        "def f(v):\n" + "".join(f"    x{n} = x{n - 1} + v\n" if n else "    x0 = v\n" for n in range(20_000)),
        "def f(v):\n    return " + " + ".join(["v"] * 600) + "\n",
        "def f(v):\n    return " + "[" * 90 + "v" + "]" * 90 + "\n",
        "def f(v):\n" + "".join("    " * n + "    for a in v:\n" for n in range(18)) + "    " * 19 + "v = g(a, v)\n",
        "def f(v):\n    d = {}\n" + "".join(f"    d['k{n}'] = g{n}(v)\n" for n in range(3_000)) + "    sink(d)\n",
        "def f(v):\n" + "".join(f"    if v == {n}:\n        v = g{n}(v)\n" for n in range(2_000)) + "    sink(v)\n",
        "f = lambda v: f(f(v))\n" * 50,
        "def f(v):\n    act = lambda w: act(act(w))\n    act(v)\n",
        "x = {" + ", ".join(f"'k{n}': g({n})" for n in range(5_000)) + "}\n",
    ],
    ids=["long", "sum", "nested", "loops", "dict", "branches", "lambdas", "recursive lambda", "table"],
)
def test_hostile_text_is_bounded(text: str) -> None:
    began = time.perf_counter()
    facts = _facts(text)
    assert time.perf_counter() - began < 30
    assert all(len(atoms) <= 32 for flow in facts.flows.calls for atoms in flow.args)


def test_function_over_the_budget_is_told() -> None:
    facts = _facts("def f(v):\n" + "    sink(v)\n" * 20_000 + "def g(v):\n    sink(v)\n")
    assert [facts.definitions[index].name for index in facts.flows.cut] == ["f"]


def test_lone_surrogates_in_texts_do_no_harm() -> None:
    facts = _facts("def f(v):\n    sink({'\\udcad': v, 'a\\udcad' + v: 1})\n")
    assert _into("def f(v):\n    sink({'\\udcad': v})\n") == ["p:v < {?}"]
    assert facts.flows.cut == ()


def test_taking_and_wrapping_undo_each_other() -> None:
    assert accessed((), wrapped((), "{a}"), "[a]") == ((), ())
    assert accessed((), wrapped((), "{a}"), "[b]") is None
    assert accessed((), wrapped((), "[]"), "(0)") == ((), ())
    assert accessed((".x",), (), "[a]") == ((".x", "[a]"), ())
    assert accessed((), ("t:a",), "[0]") == ((), ("t:a",))
    assert wrapped(("t:b",), "t:a") == ("t:ab",)
    assert wrapped(("t:b\2c",), "t:a\2d") == ("t:ab\2c",)
    assert wrapped(("s",), "t:a") == ("t:a",)
