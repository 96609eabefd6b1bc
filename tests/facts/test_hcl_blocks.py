"""Terraform files as blocks with settings, nested ones named by their path."""

from __future__ import annotations

import pytest

from readiness_bot.facts.hcl_blocks import EXTRACTOR, HclBlock, HclFile


def _blocks(text: str) -> tuple[HclBlock, ...]:
    found = EXTRACTOR.extract(text.encode())
    assert isinstance(found, HclFile)
    return found.blocks


def test_settings_have_their_path_value_and_line() -> None:
    (block,) = _blocks(
        """\
# main
resource "aws_db_instance" "main" {
  engine = "postgres" // why
  tags   = { a = "b" }
  user_data = <<-EOF
    foo { bar }
  EOF
  health_check {
    path = "/health"
    deep { y = 1 }
  }
  after = [
    "a",
    "${var.x["k"]}",
  ]
}
"""
    )
    assert (block.type, block.labels, block.line, block.end_line) == ("resource", ("aws_db_instance", "main"), 2, 16)
    assert [(one.key, one.line) for one in block.settings] == [
        ("engine", 3),
        ("tags.a", 4),
        ("user_data", 5),
        ("health_check.path", 9),
        ("health_check.deep.y", 10),
        ("after", 12),
    ]
    assert block.blocks == ("tags", "health_check", "health_check.deep")
    path = block.get("path")
    assert path is not None
    assert path.value == "/health"


def test_several_blocks_on_end() -> None:
    assert [one.labels for one in _blocks('module "a" { source = "x" }\nmodule "b" {}\n')] == [("a",), ("b",)]


@pytest.mark.parametrize(
    "text", ["{" * 100_000, '"' * 50_000, "a {" * 50_000, "/*" * 50_000, "<<A\n" * 20_000, '"${' * 30_000]
)
def test_hostile_texts_end_in_time(text: str) -> None:
    assert len(_blocks(text)) <= 5000
