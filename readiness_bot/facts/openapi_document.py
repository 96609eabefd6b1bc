"""An OpenAPI or Swagger description as its version, title and paths; knows not what serves it."""

from __future__ import annotations

import re

import msgspec

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.yaml_nodes import Node, load_document


class Operation(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One operation: its path, its method in capitals, the handler's name where the description gives one."""

    path: str
    method: str
    line: int
    handler: str = ""
    secured: bool = False


class OpenApiDocument(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One description; `version` is that of the format, and empty for a file that is none.

    `base` is what its servers put before every path.
    """

    version: str
    title: str = ""
    operations: tuple[Operation, ...] = ()
    base: str = ""


_PATHS = re.compile(
    r"((^|/)[\w.-]*(openapi|swagger|api[-_]?spec|api[-_]?docs?)[\w.-]*\.(ya?ml|json)$|(^|/)(openapi|swagger|specs?|api)/[\w.-]+\.(ya?ml|json)$"
    r"|(^|/)([\w.-]+[-_])?(api|schema|spec)([-_.]?v?\d[\d.]*)?\.ya?ml$)",
    re.IGNORECASE,
)
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def _extract(data: bytes) -> OpenApiDocument:
    if b"openapi" not in data and b"swagger" not in data:
        # Its name may stand for anything; a template of something else is no broken description.
        return OpenApiDocument("")
    document = load_document(data.replace(b"\t", b" ") if data.lstrip()[:1] == b"{" else data)
    version = document["openapi"].string or document["swagger"].string
    if not version:
        return OpenApiDocument("")
    secured = bool(document["security"])
    operations = tuple(
        _operation(path, method, node, secured)
        for path, methods in document["paths"].entries
        for method, node in methods.entries
        if method in _METHODS
    )
    server = next((node["url"].string for node in document["servers"].items), "") or document["basePath"].string
    base = re.sub(r"^\w+://[^/]*", "", server).rstrip("/")
    return OpenApiDocument(
        version, document["info"]["title"].string, operations, base if base.startswith("/") and "{" not in base else ""
    )


def _operation(path: str, method: str, node: Node, secured: bool) -> Operation:
    controller = node["x-openapi-router-controller"].string or node["x-swagger-router-controller"].string
    handler = node["operationId"].string
    own = bool(node["security"].items) if "security" in node else secured
    return Operation(path, method.upper(), node.key_line, f"{controller}.{handler}" if controller else handler, own)


EXTRACTOR = Extractor(
    kind="openapi-document",
    claims=lambda path: path.lower().endswith((".yml", ".yaml", ".json")) and bool(_PATHS.search(path)),
    extract=_extract,
    facts=OpenApiDocument,
)
