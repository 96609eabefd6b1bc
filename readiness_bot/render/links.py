"""Addresses of files, commits, runs and documentation on the server that holds the repository; asks it nothing."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

SOURCE = "https://github.com/readiness-bot/readiness-bot"
"""Where the documentation is when nothing says which copy of the product is running."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where to point to; `documentation` is the address below which the controls' pages lie."""

    repository: str
    """The repository's own address, such as `https://github.com/owner/name`."""
    documentation: str = f"{SOURCE}/blob/main/docs"

    def place(self, commit: str, path: str, line: int = 0, end_line: int = 0) -> str:
        """A line, or a range of lines, of a file as it is in that commit."""
        address = f"{self.repository}/blob/{commit}/{quote(path, errors='replace')}"
        if not line:
            return address
        return f"{address}#L{line}" + (f"-L{end_line}" if end_line > line else "")

    def commit(self, commit: str) -> str:
        """A commit's page."""
        return f"{self.repository}/commit/{commit}"

    def control(self, control: str) -> str:
        """The page that says why a control matters and how to meet it."""
        return f"{self.documentation}/controls/{quote(control)}.md"


def links(server: str, repository: str, action_repository: str, action_ref: str) -> Links:
    """The addresses of a run: documentation comes from the very version of the action that is running."""
    documentation = (
        f"{server}/{action_repository}/blob/{quote(action_ref or 'HEAD')}"
        if action_repository
        else f"{SOURCE}/blob/main"
    )
    return Links(f"{server}/{quote(repository)}", f"{documentation}/docs")
