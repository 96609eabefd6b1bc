"""Repositories made from texts, for tests of rooms and controls; knows nothing of git."""

from __future__ import annotations

from collections.abc import Mapping

from readiness_bot.facts.extractor import Unreadable, extractors
from readiness_bot.facts.products import products_called_tests, read_as
from readiness_bot.model import Skipped
from readiness_bot.repo import Repo
from readiness_bot.repo.sources import Sources


def repo_of(
    files: Mapping[str, str | bytes] | str, *, tenant_keys: tuple[str, ...] = (), coverage: float | None = None
) -> Repo:
    """A repository that holds these files; a bare text is the file `app/main.py`."""
    texts = {"app/main.py": files} if isinstance(files, str) else files
    contents = {path: text if isinstance(text, bytes) else text.encode() for path, text in sorted(texts.items())}
    by_kind: dict[type[object], dict[str, object]] = {}
    skipped: list[Skipped] = []
    products = products_called_tests(contents)
    for extractor in extractors():
        for path, data in contents.items():
            if extractor.claims(read_as(path, products)):
                try:
                    by_kind.setdefault(extractor.facts, {})[path] = extractor.facts_of(data)
                except Unreadable as reason:
                    skipped.append(Skipped(path, str(reason)))

    def read(path: str, kind: str) -> object:
        return next(extractor for extractor in extractors() if extractor.kind == kind).facts_of(contents[path])

    return Repo(
        Sources(
            contents,
            lambda kind: by_kind.get(kind, {}),
            read=read,
            skipped=skipped,
            tenant_keys=tenant_keys,
            coverage=coverage,
        )
    )
