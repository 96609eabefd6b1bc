"""The generated walk goes where `ast` goes, in the same order, and visitors may stand in its way."""

from __future__ import annotations

import ast

import pytest

from readiness_bot.facts.walk import Walk, walked

SOURCE = """
@d(1)
def f(a, /, b: int = 2, *c, e=3, g, **h) -> j:
    x = {**k, l: m}; y[n:o] += p
    with q as r, s: pass
    try: t
    except u as v: w
    else: z
    match aa:
        case {'k': bb, **cc} if dd: pass
        case [A(x=1) | 2, *ee]: pass
    return [i for i in j if k async for l in m], f'{x!r:{y}}', lambda q=1: (yield q), (n := 1)
class A(B, metaclass=C): x: int = 1
"""


def reference(node: ast.AST) -> list[str]:
    """The names of the nodes in order, by recursion over `ast`'s own fields."""
    found = [type(node).__name__]
    for child in ast.iter_child_nodes(node):
        if type(child) in walked():
            found += reference(child)
    return found


def test_the_walk_comes_to_every_node_in_order() -> None:
    tree = ast.parse(SOURCE)
    walk, found = Walk(), list[str]()
    for kind in walked():
        walk.before(lambda node: found.append(type(node).__name__), kind)
    walk.visit(tree)
    assert found == reference(tree)
    assert set(found) >= {"MatchMapping", "NamedExpr", "JoinedStr", "Yield", "Slice"}
    assert len(found) > 90


def test_operators_and_contexts_are_the_only_nodes_passed_over() -> None:
    kinds = {type(node) for node in ast.walk(ast.parse(SOURCE))}
    assert {kind.__name__ for kind in kinds - walked()} == {"Add", "Load", "Store"}


def test_a_visitor_decides_what_is_walked_below_it() -> None:
    walk, found = Walk(), list[str]()

    def function(node: ast.FunctionDef) -> None:
        found.append(node.name)
        walk.each(node.body)

    walk.on(function, ast.FunctionDef)
    walk.on(lambda node: found.append(node.id), ast.Name)
    walk.visit(ast.parse("@a\ndef f(x=b):\n    c\n    @d\n    def g(): e\nh"))
    assert found == ["f", "c", "g", "e", "h"]


def test_a_visitor_that_comes_before_does_not_stop_the_walk() -> None:
    walk, found = Walk(), list[str]()

    def call(node: ast.Call) -> None:
        found.append("call")
        walk.into(node)

    walk.on(call, ast.Call)
    walk.before(lambda _: found.append("before"), ast.Call)
    walk.visit(ast.parse("f(g())"))
    assert found == ["before", "call", "before", "call"]


def test_two_walks_do_not_share_their_visitors() -> None:
    one, other, found = Walk(), Walk(), list[str]()
    one.on(lambda node: found.append(node.id), ast.Name)
    other.visit(ast.parse("a"))
    assert found == []


def test_no_visitor_can_wait_where_the_walk_never_comes() -> None:
    with pytest.raises(KeyError, match=r"no walk comes to ast\.Load"):
        Walk().on(print, ast.Load)
