"""Lines of code, told from the tree."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from readiness_bot.facts.complexity import complexity
from readiness_bot.facts.extractor import Unreadable
from readiness_bot.facts.source_lines import source_lines
from readiness_bot.facts.syntax import parse


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", 0),
        ("x = 1\n", 1),
        ("# only a remark\n\n", 0),
        ('"""One line."""\nx = 1\n', 1),
        ('"""Several\n\nlines."""\nx = 1\n', 1),
        ('x = """a\n# no remark\n\nb"""\n', 3),
        ("f(\n    1,\n    # a remark inside\n    2,\n)\n", 5),
        ("def f(\n    a,\n    # a remark inside\n):\n    # one outside\n    return a\n", 5),
        ("def f():\n    # outside\n    return 1\n", 2),
        ('def f(): "told"\n', 1),
        ("'a' 'b'\n", 1),
        ("('a')\n", 1),
        ("'a'  # why\n", 1),
        ("@f(\n    # inside\n    1\n)\n# outside\nclass A:\n    pass\n", 6),
        ("if a:\n    pass\n# outside\nelse:\n    pass\n", 4),
        ("match a:\n    # outside\n    case 1:\n        pass\n", 3),
        ("x = 1 \\\n    + 2\n", 2),
        ('x = f"""a\n*told*\n\n{"\\n".join(c)}"""\ny = 1\n', 4),
        ("try:\n    pass\nexcept (\n    # inside\n    A,\n):\n    pass\n", 7),
    ],
)
def test_lines_of_code(text: str, lines: int) -> None:
    parsed = parse(text.encode())
    assert source_lines(parsed) == lines
    assert complexity(parsed).sloc == lines


def test_equal_to_radon_over_the_standard_library() -> None:
    compared = 0
    for path in sorted(Path(ast.__file__).parent.glob("*.py"))[::4]:
        try:
            parsed = parse(path.read_bytes())
        except Unreadable:
            continue
        assert (path.name, source_lines(parsed)) == (path.name, complexity(parsed).sloc)
        compared += 1
    assert compared > 20
