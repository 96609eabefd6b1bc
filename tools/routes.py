"""Counts the routes that are read of clones, and what of their wiring is not; judges nothing.

    python -m tools.routes CLONE... [--list]

CLONE is a git directory. A backend with a framework for HTTP and few routes, many that nothing puts anywhere or routers
that no call includes has a way of registering them which is not read. `--list` names these places one by one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from readiness_bot.assess import opened
from readiness_bot.git import Repository
from readiness_bot.repo import Repo
from readiness_bot.settings import Settings

FRAMEWORKS = frozenset(
    {
        "aiohttp.web", "ariadne", "aws_lambda_powertools.event_handler", "blacksheep", "bottle", "chalice", "cherrypy",
        "connexion", "django.urls", "django.conf.urls", "eve", "falcon", "fastapi", "flask", "flask_appbuilder",
        "flask_restful", "flask_restx", "flask_smorest", "graphene", "grpc", "http.server", "hug", "litestar",
        "ninja", "ninja_extra", "pecan", "pyramid", "quart", "rest_framework", "robyn", "sanic", "starlette",
        "strawberry", "tg", "tornado.web", "twisted.web", "webob", "web", "werkzeug.routing",
    }
)  # fmt: skip
"""The packages that serve HTTP or a protocol on it, by the names under which code imports them."""


class Count(msgspec.Struct, frozen=True):
    """How many routes one tree has by what was read, and the places at which reading ends, as `path:line what`."""

    repository: str
    lines: int
    frameworks: tuple[str, ...]
    found: int
    served: int
    nowhere: tuple[str, ...]
    """Routes of production that no application holds."""
    routers: tuple[str, ...]
    """Routers that no call which can be read includes."""
    loops: tuple[str, ...]
    """Calls that include a router whose name is not read."""
    unanswered: tuple[str, ...]
    """Routes of which neither the handler nor its class is found."""
    unresolved: int
    """Calls by a name of the tree of which no definition is found."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row of the counts for each clone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path, nargs="+", metavar="CLONE")
    parser.add_argument("--list", action="store_true", help="name the places that are counted")
    options = parser.parse_args(arguments)
    print(HEAD)
    for clone in options.clones:
        name = clone.parent.name if clone.name == "repo" else clone.name
        count = counted(name, opened(Repository.open(clone), "HEAD", Settings()))
        print(row(count), flush=True)
        for line in places(count) if options.list else ():
            print(f"    {line}")


def counted(repository: str, repo: Repo) -> Count:
    """The counts of one tree."""
    routes = repo.routes
    return Count(
        repository=repository,
        lines=sum(module.facts.lines for module in repo.python.production),
        frameworks=tuple(sorted(FRAMEWORKS & repo.python.imported)),
        found=len(routes.all),
        served=len(routes.served),
        nowhere=tuple(
            f"{one.module.path}:{one.line} {one.name}"
            for one in routes.all
            if one.is_of_production and not one.is_wired
        ),
        routers=routes.routers.left_out,
        loops=tuple(f"{site.module.path}:{site.call.line} {site.name}" for site in routes.routers.dynamic_inclusions),
        unanswered=tuple(
            f"{one.module.path}:{one.line} {one.name}" for one in routes.all if one.handler is None and one.view is None
        ),
        unresolved=sum(
            ":" in site.name and repo.python.target(site.call, site.module) is None for site in repo.python.all_calls
        ),
    )


HEAD = "lines routes served nowhere routers loops unanswered unresolved repository frameworks"


def row(count: Count) -> str:
    """The counts on one line, in the order of `HEAD`."""
    numbers = (
        count.lines, count.found, count.served, len(count.nowhere), len(count.routers), len(count.loops),
        len(count.unanswered), count.unresolved,
    )  # fmt: skip
    widths = [len(name) for name in HEAD.split()]
    shown = " ".join(str(number).rjust(width) for number, width in zip(numbers, widths, strict=False))
    return f"{shown} {count.repository} {','.join(count.frameworks) or '–'}"


def places(count: Count) -> Iterator[str]:
    """Every place at which reading ends, after what it is."""
    for kind in ("nowhere", "routers", "loops", "unanswered"):
        yield from (f"{kind}: {place}" for place in getattr(count, kind))


if __name__ == "__main__":
    main()
