"""The comments by which authors waive findings on a line: which there are, and what they cover; judges no reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.python_facts import Suppression
from readiness_bot.repo.python import Python

_PLUGINS = {
    "B102": "exec_used", "B105": "hardcoded_password_string", "B106": "hardcoded_password_funcarg",
    "B107": "hardcoded_password_default", "B110": "try_except_pass", "B112": "try_except_continue",
    "B113": "request_without_timeout",
    "B501": "request_with_no_cert_validation", "B502": "ssl_with_bad_version", "B506": "yaml_load",
    "B507": "ssh_no_host_key_verification", "B602": "subprocess_popen_with_shell_equals_true",
    "B605": "start_process_with_a_shell",
    "B701": "jinja2_autoescape_false",
}  # fmt: skip
"""The names of Bandit's tests, which its comments may give instead of their numbers (Bandit 1.9)."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment `# readiness: ignore[control] reason` and where it stands."""

    path: str
    line: int
    controls: tuple[str, ...]
    reason: str


class Suppressions:
    """Questions about suppression comments in production code."""

    LOOKS = "suppression comments"

    def __init__(self, python: Python) -> None:
        self._python = python

    @cached_property
    def ignores(self) -> tuple[Ignore, ...]:
        """Every comment of our own form in production code, by path and line."""
        return tuple(
            Ignore(module.path, comment.line, comment.ids, comment.reason)
            for module in self._python.production
            for comment in module.facts.suppressions
            if comment.kind == "readiness"
        )

    def by_linters(
        self, path: str, line: int, end_line: int, *, nosec: Collection[str] = (), noqa: Collection[str] = ()
    ) -> bool:
        """Whether a linter's comment on the lines of a place waives one of these rules, Bandit's or flake8's.

        A bare `# nosec` waives whatever Bandit would find there; a bare `# noqa` mostly means the length of the line.
        """
        meant = {*nosec, *(_PLUGINS[rule] for rule in nosec if rule in _PLUGINS)}
        for item in self.at(path, line, end_line, "nosec") if meant else ():
            named = {one for one in item.ids if one[:1] == "B" or "_" in one}
            if not named or named & meant:
                return True
        return any(set(noqa) & set(item.ids) for item in self.at(path, line, end_line, "noqa"))

    def at(self, path: str, line: int, end_line: int, kind: str) -> Iterator[Suppression]:
        """The comments of one kind (`nosec`, `noqa`, `readiness`) on the lines of a place."""
        module = self._python.modules.get(path)
        if module is not None:
            yield from (
                item
                for item in module.facts.suppressions
                if item.kind == kind and line <= item.line <= max(line, end_line)
            )
