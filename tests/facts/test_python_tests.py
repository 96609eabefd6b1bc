"""What is read of tests, held against what is read of any Python."""

from __future__ import annotations

from textwrap import dedent

import pytest

from readiness_bot.facts import python, python_tests
from readiness_bot.facts.extractor import Unreadable, extractors
from readiness_bot.facts.python_facts import PythonFacts
from readiness_bot.facts.values import LONGEST_TEXT, Const, Format, Name, Other

SUITE = dedent(
    '''
    """Orders."""
    import pytest
    from fastapi.testclient import TestClient
    from app.main import app, create as make

    URL = "/orders"
    http = TestClient(app)


    @pytest.fixture
    def client():
        return TestClient(app)


    class TestOrders(Base):
        path = "/orders/1"

        def test_list(self, client):
            answer = client.get(URL, timeout=3)
            names = [row["name"] for row in answer.json()]
            assert answer.status_code == 200 and len(names) == 1

        def test_one(self):
            self.assertEqual(http.get(f"/orders/{1}").status_code, self.client.get(self.path).status_code)


    def test_made():
        with pytest.raises(ValueError):
            make(mode=lambda app: app)
        http.get(url="/orders?page=%d" % 2)
    '''
).encode()


@pytest.fixture(scope="module")
def full() -> PythonFacts:
    return python.extract(SUITE)


@pytest.fixture(scope="module")
def read() -> PythonFacts:
    return python_tests.extract(SUITE)


def test_requests_are_kept_with_what_may_be_their_path(read: PythonFacts) -> None:
    nothing = Other("")
    asked = [(call.name, call.line, call.args, call.keywords) for call in read.calls if call.last == "get"]
    assert asked == [
        ("?client.get", 20, (Name(":URL", "str()"),), ()),
        ("fastapi.testclient.TestClient().get", 25, (Format((Const("/orders/"), nothing)),), ()),
        (":TestOrders().client.get", 25, (Name(":TestOrders().path", "str()"),), ()),
        ("fastapi.testclient.TestClient().get", 31, (), (("url", Format((Const("/orders?page=%d"), nothing))),)),
    ]


def test_definitions_tell_what_asserts(read: PythonFacts, full: PythonFacts) -> None:
    told = [
        (one.qualname, one.kind, one.line, one.parent, one.asserts, one.bases, one.gives) for one in read.definitions
    ]
    assert told == [
        (one.qualname, one.kind, one.line, one.parent, one.asserts, one.bases, one.gives) for one in full.definitions
    ]
    assert [(name, asserts) for name, _, _, _, asserts, _, _ in told] == [
        ("client", 0),
        ("TestOrders", 0),
        ("TestOrders.test_list", 1),
        ("TestOrders.test_one", 1),
        ("test_made", 1),
    ]
    assert [parameter.name for parameter in read.definitions[2].parameters] == ["self", "client"]


def test_names_of_other_modules_are_all_there(read: PythonFacts, full: PythonFacts) -> None:
    named = {ref for refs in (full.refs, *(one.refs for one in full.definitions)) for ref in refs}
    assert set(read.refs) == {ref for ref in named if not ref.startswith("?")}
    assert {"app.main.create", "app.main.app", "pytest.raises"} <= set(read.refs)


def test_bindings_can_be_followed(read: PythonFacts, full: PythonFacts) -> None:
    assert read.imports == full.imports
    bound = {one.target: one.value for one in read.assignments if one.target.startswith(":")}
    assert list(bound) == [":URL", ":http", ":TestOrders.path"]
    assert bound[":URL"] == Const("/orders")
    assert [(one.name, one.value) for one in read.fields] == [("path", Const("/orders/1"))]
    assert read.complexity.sloc == full.complexity.sloc == 20


def test_nothing_is_weighed(read: PythonFacts) -> None:
    assert (read.bandit, read.handlers, read.complexity.functions) == ((), (), ())


def test_a_file_that_does_anything_is_told_from_a_marker() -> None:
    assert python_tests.extract(b"# a package\n").is_empty
    assert not python_tests.extract(b"print(1)\n").is_empty


@pytest.mark.parametrize("text", [b"def f(:\n", b"\0", b"# coding: none\n"])
def test_what_cannot_be_read_is_refused(text: bytes) -> None:
    with pytest.raises(Unreadable):
        python_tests.extract(text)


@pytest.mark.parametrize(
    ("path", "kind"), [("tests/test_a.py", "python-test"), ("app/a.py", "python"), ("conftest.py", "python-test")]
)
def test_each_python_file_is_read_in_one_way(path: str, kind: str) -> None:
    assert [one.kind for one in extractors() if one.facts is PythonFacts and one.claims(path)] == [kind]


def test_hostile_texts_are_read_or_refused() -> None:
    literal = (
        "DATA = {\n"
        + "".join(f"    'key{number}': ('/path/{number}', {number}),\n" for number in range(10_000))
        + "}\n"
    )
    assert python_tests.extract(literal.encode()).complexity.sloc == 10_002
    long_line = f"TEXT = '{'x' * 1_500_000}'\n"
    assert python_tests.extract(long_line.encode()).assignments[0].value == Const("x" * LONGEST_TEXT)
    with pytest.raises(Unreadable, match="nested too deeply"):
        python_tests.extract(b"x = " + b"[" * 3_000 + b"]" * 3_000)
    with pytest.raises(Unreadable, match="larger than 2 MiB"):
        python_tests.extract(b"x = '" + b"x" * 10_000_000 + b"'\n")
