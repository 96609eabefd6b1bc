"""Python of every version comes out as one tree, with every line in its place; what is no Python says why."""

from __future__ import annotations

import ast
import gc
import re
import sys
import sysconfig
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_bot.facts.extractor import Unreadable
from readiness_bot.facts.lowering import NotLowered, lower, restore
from readiness_bot.facts.syntax import MAX_SOURCE, deep_walk, parse
from readiness_bot.facts.walk import Walk


def lowered(text: str) -> ast.Module:
    """What comes of the text when it is lowered, whether this interpreter needs that or not."""
    older = lower(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(older.text)
    restore(tree, older.templates)
    assert older.text.count("\n") == text.count("\n")
    return tree


def dumped(tree: ast.AST) -> str:
    """A tree as text, without the empty texts that the first releases of Python 3.12 leave behind nested formats."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            node.values = [one for one in node.values if not (isinstance(one, ast.Constant) and one.value == "")]
    return ast.dump(tree)


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ("def f[T: int = str, *Ts, **P](x: T) -> T: return x", "def f(x: T) -> T: return x"),
        ("async def f[\n  T,  # a ]\n\n  U,\n](x): pass", "async def f(x): pass"),
        ('class A[T = dict["a", "b"]](B[T]): x: T', "class A(B[T]): x: T"),
        ("type X[T: (int, str)] = list[T]", "X = list[T]"),
        ("if a: type X = int", "if a: X = int"),
        ("try: a\nexcept A, b.B: c", "try: a\nexcept (A, b.B): c"),
        ("try: a\nexcept A,B : c", "try: a\nexcept (A, B): c"),
        ("try: a\nexcept* A, B, C: c", "try: a\nexcept* (A, B, C): c"),
        ("lazy import a.b", "import a.b"),
        ("lazy from a import b", "from a import b"),
        ("x = [*a for a in b]", "x = [a for a in b]"),
        ("x = {**a for a in b}", "x = {a for a in b}"),
        ("x = f(*a for a in b)", "x = f(a for a in b)"),
    ],
)
def test_newer_syntax_is_read_as_what_it_means(newer: str, older: str) -> None:
    assert dumped(lowered(newer)) == dumped(ast.parse(older))


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ("x = t'a{b!r:>{w}}' + g(rt\"{h(T'{i}')}\")", "x = f'a{b!r:>{w}}' + g(rf\"{h(f'{i}')}\")"),
        ("x = [*a for a in b], {*a for a in b}, (*a for a in b)", "x = [a for a in b], {a for a in b}, (a for a in b)"),
        ("x = {\n **a for a in b}", "x = {\n   a for a in b}"),
    ],
)
def test_newer_syntax_is_one_tree_whatever_reads_it(newer: str, older: str) -> None:
    tree = parse(newer.encode()).tree
    assert dumped(tree) == dumped(ast.parse(older))
    assert {node.lineno for node in ast.walk(tree) if isinstance(node, ast.expr)} <= {1, 2}


@pytest.mark.parametrize(
    "text",
    [
        "type = 5; type.x; type(x); type[0]; type == x",
        "lazy = import_ = from_ = 3",
        "match x:\n    case {'a': [1, *r], **k}: pass\n    case type(): pass",
        "print(*[x for x in y], *(a for a in b), **{c: d for c, d in e})",
        "x = y if {1: lambda a, *b: (a, b)}[0] else z[1:2, ::3]",
        "try: a\nexcept (A, B) as e: c\nexcept C: d",
        "with (a as b, c as d): pass",
        'f"{x!r:>{w}.{p}}" "{plain}" f"{{}} {y=} { z = !s}"',
        'rf"\\{x}\\n" f"\\{x}\\n\\N{BULLET}{{y}}"',
        'f"""a"{x}\n{\ny}"\\""""',
        "f'{a, b}{c,}{*d, e}'",
        "def g(): return f'{yield}{yield a, b}{yield from c}'",
        "f'{await_}é' + g(f'{h(f\"{i}\")}', *j)",
        "x = ('a' # '\n f'{b}' # \"\n 'c')",
        "x = 'a' \\\n  f'{b}'; y",
        "f'{a!r}' f''",
        "x = 1if y else 2",
        "f'{x:%H:%M}{d[\"a\":]}{(lambda: 1)()}{a != b}{(c := 1)}'",
        'x = b"a" rb"\\x"; y = """\'""" r\'\\\'\'',
    ],
)
def test_what_every_version_reads_means_the_same_when_lowered(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        native = ast.parse(text)
    assert dumped(lowered(text)) == dumped(native)


def test_strings_within_strings_keep_their_expressions_and_lines() -> None:
    parsed = parse(b'x = (\n    f"{a["b"]!r:>{w}}"\n    f"{\n        c.d(f"{e}")  # why\n    }!"\n)\ny = f("{")\n')
    joined = parsed.tree.body[0].value  # type: ignore[attr-defined]
    assert isinstance(joined, ast.JoinedStr)
    # Interpreters choose different quotes for what they write.
    assert ast.unparse(parsed.tree).replace('"', "'") == "x = f'{a['b']!r:>{w}}{c.d(f'{e}')}!'\ny = f('{')"
    calls = [(ast.unparse(node.func), node.lineno) for node in ast.walk(parsed.tree) if isinstance(node, ast.Call)]
    assert calls == [("f", 7), ("c.d", 4)]
    assert (joined.lineno, joined.end_lineno) == (2, 5)


def test_columns_stay_where_they_were() -> None:
    text = 'def f[T](a=1): g(f"é{h["i"]}", "ü", j)\n'
    calls = [node for node in ast.walk(lowered(text)) if isinstance(node, ast.Call)]
    assert [(call.col_offset, call.end_col_offset) for call in calls] == [(15, 40)]
    assert text.encode()[15:40].decode() == 'g(f"é{h["i"]}", "ü", j)'
    assert [(argument.col_offset, argument.end_col_offset) for argument in calls[0].args] == [
        (17, 30),
        (32, 36),
        (38, 39),
    ]


def test_template_strings_are_read_as_formatted_ones() -> None:
    assert ast.unparse(lowered('t"a{b["c"]}" t"d"')).replace('"', "'") == "f'a{b['c']}d'"


_NEWER_WORD = re.compile(r"(?m)^(\s*)(?:lazy (?=from|import)|type (?=\w+ = ))")


def test_the_standard_library_means_the_same_when_lowered() -> None:
    """Lowering is exact, not only where it is needed."""
    modules = [path for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")) if path.stat().st_size < 25_000]
    assert len(modules) >= 80
    differ = []
    for path in modules[:80]:
        text = path.read_text("utf-8")
        native, ours = ast.parse(text), lowered(text)
        lines = [[(n.lineno, n.end_lineno) for n in ast.walk(t) if isinstance(n, ast.stmt)] for t in (native, ours)]
        if _NEWER_WORD.sub(r"\1", ast.unparse(native)) != ast.unparse(ours) or lines[0] != lines[1]:
            differ.append(path.name)
    assert differ == []


def test_a_file_that_the_interpreter_reads_is_left_alone() -> None:
    parsed = parse(b"\xef\xbb\xbfx = 1\r\ny = '\x0c'\rz\n")
    assert parsed.native
    assert parsed.text == "x = 1\ny = '\x0c'\nz\n"
    assert parsed.lines == ("x = 1", "y = '\x0c'", "z", "")
    assert [node.lineno for node in parsed.tree.body] == [1, 2, 3]


def test_a_named_encoding_is_honoured() -> None:
    parsed = parse("# -*- coding: latin-1 -*-\nx = 'é' + y\n".encode("latin-1"))
    assert parsed.segment(parsed.tree.body[0]) == "x = 'é' + y"


def test_a_segment_is_cut_by_bytes_and_over_lines() -> None:
    parsed = parse("é = f('ü',\n  'ä') ; g\n".encode())
    assignment = parsed.tree.body[0]
    assert isinstance(assignment, ast.Assign)
    assert parsed.segment(assignment.value) == "f('ü',\n  'ä')"
    assert parsed.segment(parsed.tree.body[1]) == "g"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"print 'x'\n", "Python 2 syntax (print statement, line 1)"),
        (b"x\nprint >>f, y\nprint x, y", "Python 2 syntax (print statement, line 3)"),
        (b"exec 'a' in b", "Python 2 syntax (exec statement, line 1)"),
        (b"raise A, 'b'", "Python 2 syntax (raise with a comma, line 1)"),
        (b"if a <> b: c", "Python 2 syntax (<> operator, line 1)"),
        (b"x = `y`", "Python 2 syntax (backquotes, line 1)"),
        (b"x = 0777", "Python 2 syntax (octal or long number, line 1)"),
        (b"x = 10L", "Python 2 syntax (octal or long number, line 1)"),
        (b"x = ur'y'", "Python 2 syntax (ur string, line 1)"),
        (b"def f(a, (b, c)): d", "Python 2 syntax (tuple parameter, line 1)"),
        (b"def f(a, async=False): b", "Python 3.6 syntax (`async` as a name, line 1)"),
        (b"x = 1\nf(await=x)", "Python 3.6 syntax (`await` as a name, line 2)"),
        (b"from a.async import b", "Python 3.6 syntax (`async` as a name, line 1)"),
        (b"if x:\n\ty\n        z", "Python 2 syntax (tabs and spaces mixed, line 3)"),
        (b"x = (", "not Python: a bracket that is never closed"),
        (b"x = 'a", "not Python: unclosed string (line 1)"),
        (b"x = )", "not Python: unmatched ')' (line 1)"),
        (b"import {{ cookiecutter.name }}", "not Python: invalid syntax (line 1)"),
        (b"with f'{x[\"y\"]}': type X = 1; 1 2", "not Python: invalid syntax (line 1)"),
        (b"x\0", "holds null bytes"),
        (b"x = '\xff'", "not text in the encoding it names, or not UTF-8 where it names none"),
        (b"# coding: rot13\nx", "names an encoding that is not one of text"),
        (b"# coding: zlib\nx", "names an encoding that is not one of text"),
        (b"#\r# coding: no-such\rx", "names an unknown encoding"),
        (b"# coding: punycode\nx", "written in an encoding that no source may have: punycode"),
        (b"\n# -*- Coding: IDNA -*-", "written in an encoding that no source may have: idna"),
        (b"# coding: idna.no-such\nx", "names an unknown encoding"),
        (b"x = " + b"[" * 3000 + b"]" * 3000, "not Python: brackets nested too deeply"),
        (b"-" * 100_000 + b"1", "nested too deeply"),
        (b"x" + b".y" * 100_000, "nested too deeply"),
        (b"x = '" + b"a" * MAX_SOURCE + b"'", "larger than 2 MiB"),
        (b'f"{x["y"]}{' * 60, "not Python: formatted strings nested too deeply"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught, deep_walk():
        # The parser of 3.14 goes as deep as the stack of the machine lets it: then the walk gives up.
        Walk().visit(parse(data).tree)
    assert str(caught.value) == reason


def test_a_formatted_string_where_none_can_stand_is_no_python() -> None:
    older = lower('def f[T](): x f"{y}"')
    with pytest.raises(NotLowered, match=r"where none can stand \(line 1\)"):
        restore(ast.parse(older.text), older.templates)


def test_nothing_of_the_interpreter_is_left_changed() -> None:
    before = (sys.getrecursionlimit(), gc.isenabled(), len(warnings.filters))
    parse(b"x = '\\d' is 1")
    with pytest.raises(Unreadable):
        parse(b"x = (")
    with deep_walk():
        assert sys.getrecursionlimit() >= 20_000
    assert (sys.getrecursionlimit(), gc.isenabled(), len(warnings.filters)) == before


def test_a_walk_that_is_too_deep_makes_the_file_unreadable() -> None:
    def endless() -> None:
        endless()

    with pytest.raises(Unreadable, match="nested too deeply"), deep_walk():
        endless()


@settings(max_examples=200)
@given(st.lists(st.sampled_from([*"{}[]()'\"\\\n:=!,*#fx ", 'f"', '"""', "type X", "except ", "def f[", "yield "])))
def test_any_text_is_read_or_refused(pieces: list[str]) -> None:
    data = "".join(pieces).encode()
    with suppress(Unreadable):
        parsed = parse(data)
        assert parsed.code.count("\n") == parsed.text.count("\n")


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(Unreadable):
        assert isinstance(parse(data).tree, ast.Module)
