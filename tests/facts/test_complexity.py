"""Complexity, maintainability and line counts equal Radon's own, and take linear time."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest
from radon.metrics import h_visit_ast, mi_compute, mi_rank
from radon.raw import analyze
from radon.visitors import ComplexityVisitor

from readiness_bot.facts.complexity import Complexity, FunctionComplexity, complexity
from readiness_bot.facts.syntax import Parsed, parse


def of(text: str) -> Complexity:
    return complexity(parse(text.encode()))


def by_radon(parsed: Parsed) -> tuple[object, ...]:
    visitor = ComplexityVisitor.from_ast(parsed.tree)
    raw = analyze(parsed.code)
    remarks = (raw.comments + raw.multi) / float(raw.sloc) * 100 if raw.sloc else 0
    index = mi_compute(h_visit_ast(parsed.tree).total.volume, visitor.total_complexity, raw.lloc, remarks)
    functions = [
        (block.lineno, block.name, block.classname, block.complexity)
        for block in visitor.blocks
        if hasattr(block, "closures")
    ]
    return sorted(functions), index, mi_rank(index), raw.loc, raw.lloc, raw.sloc, raw.comments


def by_us(parsed: Parsed) -> tuple[object, ...]:
    found = complexity(parsed)
    functions = [(f.line, f.name, f.class_name, f.complexity) for f in found.functions]
    return (
        sorted(functions),
        found.maintainability,
        found.rank,
        found.loc,
        found.lloc,
        found.sloc,
        found.comments,
    )


def test_functions_and_methods_are_reported_with_their_places() -> None:
    found = of(
        "def f(a):\n    if a and b or c:\n        return [x for x in a if x]\n    return a\n\n\n"
        "class C:\n    async def m(self):\n        try:\n            pass\n        except A:\n            pass\n"
        "        else:\n            pass\n"
    )
    assert found.functions == (
        FunctionComplexity("f", None, 1, 4, 6),
        FunctionComplexity("m", "C", 8, 14, 3),
    )
    assert (found.loc, found.lloc, found.sloc, found.comments) == (14, 12, 12, 0)
    assert found.rank == "A"


@pytest.mark.parametrize(
    ("body", "points"),
    [
        ("for a in b: c", 1),
        ("for a in b: c\n else: d", 2),
        ("while a: b", 1),
        ("x = a if b else c", 1),
        ("assert a and b and c", 1),
        ("x = lambda: a if b else c", 1),
        ("match a:\n  case 1: b\n  case 2: c\n  case _: d", 2),
        ("match a:\n  case 1: b\n  case 2: c", 2),
        ("try: a\n except* B: c\n else: d", 0),
        ("x = {a: b for a in b for c in d if e if f}", 4),
        ("def g():\n  if a: b", 0),
        ("class C:\n  def g(self):\n   if a: b", 0),
        ("x = f'{a if b else c}'", 1),
        ("with a: b", 0),
    ],
)
def test_decision_points_are_counted_as_radon_counts_them(body: str, points: int) -> None:
    (function,) = of(f"@d(x if y else z)\ndef f(a=b if c else d):\n {body}\n").functions
    assert function.complexity == 1 + points


def test_closures_and_inner_classes_are_not_reported() -> None:
    text = (
        "def f():\n def g(): pass\n class A:\n  def m(self): pass\n"
        "class B:\n class C:\n  def n(self): pass\n if x:\n  def o(self): pass\n"
    )
    assert [(f.name, f.class_name) for f in of(text).functions] == [("f", None), ("o", "B")]


SNIPPETS = [
    "",
    "\n",
    "\n\n  \n",
    "# only a comment\n",
    "'''docstring'''\n",
    "'''doc\n\nstring'''\n\n# c\nx = 1  # d\n",
    '"""a""" # b\nr"""\n"""\n',
    "x = 1; y = 2;\nif a: b; c\nx: int; y: int = 3\nx[1:2]; y\n",
    "x = {\n  # why\n  'a': 1,\n\n  'b:': [2, 3],  # ;\n}\n",
    "def f(a: int,\n      b=':') -> None:  # :\n    return a\n",
    "if x: return_ = 1\nelse:\n    pass\nclass A: pass\n",
    "x = a[1:]\ny = lambda: 1\nwhile (n := 3): pass\nz = {**a}\nprint(n := 3)\n",
    "x = 1 + \\\n    2\nassert x, \\\n  'a'\ny = 'a\\\nb'\nz = '''\n\n'''\n",
    "x = f(1) \\\n\n\ny = 2\n",
    "x = f(1) \\\n\ny = [2,\n3]\n",
    "x = '#'; y = \"'''\"  # '\n",
    "x = f'{a:>3} {b[\"c\"]}'\ny = f'''\n{a!r}\n'''\nf'doc'\n",
    "f'''doc\nstring'''\n'a' 'b'\n",
    "x = (f'{a}'\n     f'{b:{c}}')\n",
    "x = rb'\\'' + Rb'''\n''' + u'a'\n",
    "\x0cimport a\n\x0c\nclass B:\n\x0c\n    pass\n",
    "x = 1\r\nif a:\r\n    pass\r\n",
    "x = -1 ** 2 < 3 <= y.z != 'a'\nx += not y\nz = a and b and c\n",
    "def f(): return a + b\ndef f(): return a + b\nclass C(a + b):\n def f(self, x=a + b): assert a + b\n",
    "x = 1 == True\ny = 1.0 + 1\nz = None is a.b\n",
    "@a\n@b(c)\nasync def f():\n    async with a as b, c: pass\n    async for d in e: pass\n",
]


@pytest.mark.parametrize("text", SNIPPETS)
def test_every_value_equals_radons(text: str) -> None:
    parsed = parse(text.encode())
    assert by_us(parsed) == by_radon(parsed)


def test_the_standard_library_measures_as_it_does_with_radon() -> None:
    """Value by value; the larger modules are left out because Radon takes seconds for each."""
    root = Path(sysconfig.get_path("stdlib"))
    packages = (
        "asyncio",
        "email",
        "encodings",
        "http",
        "importlib",
        "json",
        "logging",
        "unittest",
        "urllib",
        "wsgiref",
    )
    paths = [root.glob("*.py"), *((root / package).glob("*.py") for package in packages)]
    chosen = [path for found in paths for path in sorted(found) if path.stat().st_size < 9_000]
    differ, measured = [], 0
    for path in chosen[:150]:
        parsed = parse(path.read_bytes())
        try:
            expected = by_radon(parsed)
        except SyntaxError:  # where Radon loses its way in a file that is fine
            continue
        measured += 1
        if by_us(parsed) != expected:
            differ.append(path.name)
    assert differ == []
    assert measured > 140


def test_newer_syntax_is_measured_on_every_interpreter() -> None:
    found = of('def f[T](x: T) -> T:\n    if x["a"] == f"{x["b"]}":\n        return x\n')
    assert found.functions == (FunctionComplexity("f", None, 1, 3, 2),)
    assert (found.loc, found.lloc, found.sloc) == (3, 3, 3)


def test_strings_with_their_own_quotes_inside_do_not_hide_what_follows() -> None:
    found = of('x = f"{a["#"]}"\ny = [\n  f"{b["("]}", # c\n]\nz = 1\n')
    assert (found.loc, found.sloc, found.comments) == (5, 5, 1)


def test_ranks_follow_the_index() -> None:
    hard = "def f(a, b):\n" + "".join(f"    if a + {n} == b - {n} and a: b = a * {n}\n" for n in range(150))
    found = of(hard)
    assert (found.rank, found.functions[0].complexity) == ("C", 301)
    assert found.maintainability == 0.0
    assert of("x = 1\n").maintainability == 100.0


@pytest.mark.parametrize(
    ("text", "lines", "logical"),
    [
        ("D = {\n" + "".join(f"    'k{n}': ('v', {n}),\n" for n in range(10_000)) + "}\n", 10_002, 2),
        ("x = [" + "1, " * 200_000 + "]\n", 1, 1),
        ("x = \\\n" * 50_000 + "1\n", 50_001, 1),
        ("x;" * 60_000 + "\n", 1, 60_000),
    ],
)
def test_no_statement_is_read_more_than_once(text: str, lines: int, logical: int) -> None:
    """Radon takes minutes for the first of these."""
    found = of(text)
    assert (found.loc, found.lloc) == (lines, logical)
