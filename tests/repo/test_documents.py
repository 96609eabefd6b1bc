"""Shows what documents say: sections in three markups, links within the tree, diagrams, owners."""

from __future__ import annotations

import pytest

from readiness_bot.facts.extractor import extractors
from readiness_bot.facts.prose import Prose
from tests.repos import repo_of

MARKDOWN = """\
Intro words here.

# Title

Text with a [link](docs/setup.md#start "why") and ![image](a.png).

## Second `code`

```sh
# no heading
pip install x
```

Under
-----

```mermaid
graph LR
```
"""
RST = """\
=====
Title
=====

See :doc:`setup <guide/setup>` and `the site <https://a.example>`_.

Part
----

.. image:: arch.png

Deeper
^^^^^^

Text.
"""
ASCIIDOC = "= Title\n\nlink:docs/setup.adoc[Setup]\n\n== Part\n\nText.\n"


def prose(name: str, text: str) -> Prose:
    extractor = next(each for each in extractors() if each.kind == "prose")
    assert extractor.claims(name)
    found = extractor.extract(text.encode())
    assert isinstance(found, Prose)
    return found


@pytest.mark.parametrize(
    ("name", "text", "sections"),
    [
        ("a.md", MARKDOWN, [("", 0, 1), ("Title", 1, 3), ("Second code", 2, 7), ("Under", 1, 14)]),
        ("a.rst", RST, [("Title", 1, 2), ("Part", 2, 7), ("Deeper", 3, 12)]),
        ("a.rst", "======\n Shop\n======\n\nWords.\n\n moved in\n------\n", [("Shop", 1, 2)]),
        ("a.adoc", ASCIIDOC, [("Title", 1, 1), ("Part", 2, 5)]),
        ("README", "<h1 align=center>Shop</h1>\n", [("Shop", 1, 1)]),
        ("a.md", "# A\n\n<pre><code># make it run\nrun\n</code></pre>\n\n## B&nbsp;C\n", [("A", 1, 1), ("B C", 2, 7)]),
        ("a.md", "---\ntitle: Shop\nby: Ada\n---\n# Setup\n", [("Setup", 1, 5)]),
    ],
)
def test_sections(name: str, text: str, sections: list[tuple[str, int, int]]) -> None:
    assert [(section.title, section.level, section.line) for section in prose(name, text).sections] == sections


@pytest.mark.parametrize(
    ("name", "text", "links"),
    [
        ("a.md", MARKDOWN, [("docs/setup.md#start", 5, False), ("a.png", 5, True)]),
        ("a.rst", RST, [("guide/setup", 5, False), ("https://a.example", 5, False), ("arch.png", 10, True)]),
        ("a.adoc", ASCIIDOC, [("docs/setup.adoc", 3, False)]),
        (
            "a.md",
            '<a href="x.md">x</a> <img src="y.png">\n[ref]: z.md\n',
            [("x.md", 1, False), ("y.png", 1, True), ("z.md", 2, False)],
        ),
    ],
)
def test_links(name: str, text: str, links: list[tuple[str, int, bool]]) -> None:
    assert [(link.target, link.line, link.is_image) for link in prose(name, text).links] == links


def test_diagrams_are_found_in_fences() -> None:
    assert prose("a.md", MARKDOWN).diagrams == (17,)
    assert prose("a.md", "```\n+---+\n| a |--> [b]\n+---+   |\n│ x │\n└───┘\n┌───┐\n│ y │\n```\n").diagrams == (1,)


def test_a_listing_of_files_is_no_diagram() -> None:
    text = "# Files\n\n```\napp\n├── api\n│   ├── routes\n│   └── errors\n├── core\n└── main.py\n```\n"
    assert repo_of({"README.md": text}).documents.diagrams == ()


@pytest.mark.parametrize(
    "text",
    ["<a " * 100_000, "[x](" + "a" * 100_000, "`<" * 100_000, "a\n===\n" * 50_000, "https://" * 50_000, "|" * 100_000],
)
def test_hostile_text_ends(text: str) -> None:
    assert len(prose("a.md", text).sections) <= 2_001


def test_the_readme_is_the_one_at_the_root_in_the_first_language() -> None:
    repo = repo_of(
        {"README.md": "# A\n", "README.zh-CN.md": "# B\n", "docs/README.md": "# C\n", "app/README.md": "# D\n"}
    )
    readme = repo.documents.readme
    assert readme is not None
    assert readme.path == "README.md"
    assert repo_of({"app/README.md": "# D\n"}).documents.readme is None


def test_links_lead_to_documents_of_the_same_tree() -> None:
    repo = repo_of(
        {
            "README.md": (
                "[a](docs/setup.md) [b](./ops) "
                "[c](https://github.com/o/r/blob/main/DEPLOY.md) [d](https://x.example) [e](gone.md)\n"
            ),
            "docs/setup.md": "# S\n",
            "ops/README.md": "# O\n",
            "DEPLOY.md": "# D\n",
        }
    )
    readme = repo.documents.readme
    assert readme is not None
    assert [document.path for _, document in repo.documents.linked(readme)] == [
        "docs/setup.md",
        "ops/README.md",
        "DEPLOY.md",
    ]


def test_documents_of_tests_examples_and_vendored_code_are_left_out() -> None:
    files = {
        "tests/README.md": "# T\n",
        "examples/a.md": "# E\n",
        "node_modules/x/README.md": "# N\n",
        "docs/a.md": "# A\n",
    }
    assert [document.path for document in repo_of(files).documents.all] == ["docs/a.md"]


def test_a_place_said_in_a_section_has_its_line() -> None:
    repo = repo_of({"README.md": "# A\n\nx\n\nRun `uvicorn app`.\n"})
    document = repo.documents.all[0]
    assert [(section.title, line) for section, line in document.saying("uvicorn")] == [("A", 5)]


def test_owners_are_read_where_a_host_reads_them() -> None:
    repo = repo_of({".github/CODEOWNERS": "# all\n* @a/b c@d.example # why\n/x\n", "app/CODEOWNERS": "* @z\n"})
    assert [
        (path, [(rule.pattern, rule.owners, rule.line) for rule in owners.rules])
        for path, owners in repo.documents.owner_files
    ] == [(".github/CODEOWNERS", [("*", ("@a/b", "c@d.example"), 2), ("/x", (), 3)])]


def test_descriptions_of_apis_are_read() -> None:
    text = (
        "openapi: 3.1.0\ninfo: {title: Shop}\npaths:\n  /orders:\n    "
        "get: {operationId: orders.list}\n    parameters: []\n"
    )
    repo = repo_of({"docs/openapi.yaml": text, "docs/api.yaml": "a: b\n"})
    assert [
        (
            path,
            found.version,
            found.title,
            [(each.path, each.method, each.line, each.handler) for each in found.operations],
        )
        for path, found in repo.documents.openapi
    ] == [("docs/openapi.yaml", "3.1.0", "Shop", [("/orders", "GET", 5, "orders.list")])]


def test_the_end_of_a_box_makes_no_heading_of_the_line_above() -> None:
    page = "# Upgrade\n\n::: warning\n\nMake a backup before you start !!!\n::::\n\nOrders\n::::::\n\nAll of them.\n"
    (document,) = repo_of({"docs/upgrade.md": page}).documents.all
    assert [section.title for section in document.prose.sections] == ["Upgrade", "Orders"]


def test_what_tools_are_told_is_no_document() -> None:
    files = {
        ".helper/skills/page.md": "# Architecture\n\nTwo parts.\n",
        ".github/SUPPORT.md": "# Support\n\nAsk here.\n",
    }
    assert [document.path for document in repo_of(files).documents.all] == [".github/SUPPORT.md"]
