"""The handlers that Connexion finds by an operation's path and method; knows no description and no route."""

from __future__ import annotations

import re

from readiness_bot.facts.openapi_document import Operation
from readiness_bot.repo.modules import CallSite
from readiness_bot.repo.python import Python

_RESOLVERS = ("connexion.resolver.RestyResolver", "connexion.RestyResolver")
_RESOURCE = re.compile(r"/?(?P<resource>[\w-]*)/*(?P<below>.*)")
_PACKAGE = re.compile(r"[A-Za-z_]\w*(\.\w+)*")


def resolver_of(python: Python) -> CallSite | None:
    """The resolver that looks handlers up by paths, where an application is given one."""
    return next(python.calls(*_RESOLVERS), None)


def handler_of(operation: Operation, resolver: CallSite | None, python: Python) -> str:
    """The dotted name of what handles an operation: by its own id, else by the resource that its path begins with.

    `GET /orders` is `package.orders.search`, or by the name that the resolver is told for collections, and
    `DELETE /orders/{id}` is `package.orders.delete`. Empty where nothing tells.
    """
    if operation.handler or resolver is None:
        return operation.handler
    package = python.constant(resolver.call.argument(0, "default_module_name"), resolver.module)
    collection = python.constant(resolver.call.argument(1, "collection_endpoint_name"), resolver.module)
    found = _RESOURCE.fullmatch(operation.path)
    if found is None or not isinstance(package, str) or not _PACKAGE.fullmatch(package):
        return ""
    of_many = operation.method == "GET" and found["resource"] and not found["below"]
    name = str(collection or "search") if of_many else operation.method.lower()
    return ".".join(filter(None, (package, found["resource"].replace("-", "_"), name)))
