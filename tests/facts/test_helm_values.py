"""A chart's values as leaves."""

from __future__ import annotations

from readiness_bot.facts.helm_values import EXTRACTOR, HelmValues, Leaf


def test_leaves_have_dotted_keys_and_lines() -> None:
    found = EXTRACTOR.extract(b"image:\n  tag: '1'\nresources: {}\nenv:\n  - name: A\n")
    assert found == HelmValues((Leaf("image.tag", "1", 2), Leaf("resources", "{}", 3), Leaf("env.[].name", "A", 5)))


def test_below_leaves_out_what_holds_nothing() -> None:
    found = EXTRACTOR.extract(b"resources:\n  limits: {}\n  requests: {memory: 1Gi}\n")
    assert isinstance(found, HelmValues)
    assert [leaf.keys for leaf in found.below("resources")] == ["resources.requests.memory"]
