"""One tree as controls see it: rooms of questions, each about one subject; no judgement."""

from __future__ import annotations

from functools import cached_property

from readiness_bot.repo.sources import Sources


class Repo:
    """The facts of one tree with their paths back. Every attribute that is a room is built when first asked for."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources

    @cached_property
    def paths(self) -> frozenset[str]:
        """Every path of the tree."""
        return self.sources.paths
