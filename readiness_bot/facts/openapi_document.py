"""An OpenAPI or Swagger description as its version, title and paths; knows not what serves it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

import msgspec

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.yaml_nodes import Node, load_document


class Operation(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One operation: its path, its method in capitals, the handler's name where the description gives one.

    `secured` where a function that the description names lets callers in, and nobody goes without; `body` is the name
    under which a handler is given the body, empty without one; `texts` are the parameters beside the path that may hold
    any text.
    """

    path: str
    method: str
    line: int
    handler: str = ""
    secured: bool = False
    body: str = ""
    texts: tuple[str, ...] = ()
    answers: bool = False
    """Whether it says of some answer other than a refusal what it is made of."""
    takes: bool = False
    """Whether it says what its body is made of."""


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
    r"|(^|/)([\w.-]+[-_.])?(api|schema|spec)([-_.]?v?\d[\d.]*)?\.ya?ml$"
    r"|(^|/)(rest[-_]?)?api[-_]?(reference|docs?|specs?)/[\w.-]+\.(ya?ml|json)$)",
    re.IGNORECASE,
)
_CHECKING = re.compile(r"x-(apikey|basic|bearer|token)Info(Func|Url)")
"""The extensions by which Connexion is told what checks a caller; without one nothing does."""
_FILLED_IN = re.compile(rb"\{\{[^{}\n]*\}\}")
"""What Connexion, which takes every description for a template, fills in from arguments."""
_FILLING = "filled-in-from-arguments"
"""What stands in the place of it while the description is read; in a path it becomes a parameter."""
_VERSION = re.compile(rb"(?:^|[{,])\s*['\"]?(?:openapi|swagger)['\"]?\s*:", re.MULTILINE)
"""The key by which a description says what it is."""
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_BESIDE_THE_PATH = frozenset({"query", "header", "formData"})


def _extract(data: bytes) -> OpenApiDocument:
    if _VERSION.search(data) is None:
        # Its name may stand for anything; a template of something else is no broken description.
        return OpenApiDocument("")
    is_json = data.lstrip()[:1] == b"{"
    document = load_document(data.replace(b"\t", b" ") if is_json else _FILLED_IN.sub(_FILLING.encode(), data))
    version = document["openapi"].string or document["swagger"].string
    if not version:
        return OpenApiDocument("")
    schemes = document["components"]["securitySchemes"] or document["securityDefinitions"]
    checked = frozenset(name for name, scheme in schemes.entries if any(map(_CHECKING.fullmatch, scheme.keys)))
    operations = tuple(
        _operation(document, path, method, methods, checked)
        for path, methods in document["paths"].entries
        for method, node in methods.entries
        if method in _METHODS
    )
    server = next((node["url"].string for node in document["servers"].items), "") or document["basePath"].string
    base = re.sub(r"^\w+://[^/]*", "", server).rstrip("/")
    is_known = base.startswith("/") and "{" not in base
    return OpenApiDocument(
        version, document["info"]["title"].string, operations, _with_parameters(base) if is_known else ""
    )


def _operation(document: Node, path: str, method: str, methods: Node, checked: Container[str]) -> Operation:
    node = methods[method]
    controller = node["x-openapi-router-controller"].string or node["x-swagger-router-controller"].string
    handler = node["operationId"].string
    asked = (node if "security" in node else document)["security"].items
    parameters = [_referred(document, one) for one in (*methods["parameters"].items, *node["parameters"].items)]
    return Operation(
        _with_parameters(path),
        method.upper(),
        node.key_line,
        f"{controller}.{handler}" if controller else handler,
        bool(asked) and all(any(name in checked for name in one.keys) for one in asked),
        _body(_referred(document, node["requestBody"]), parameters),
        tuple(one["name"].string for one in parameters if _is_text(one)),
        any(
            _has_schema(_referred(document, answer)) or code == "204"
            for code, answer in node["responses"].entries
            if code[:1] in "23"
        ),
        any(
            _has_schema(one)
            for one in (_referred(document, node["requestBody"]), *parameters)
            if one["in"].string in ("", "body", "formData")
        ),
    )


def _with_parameters(path: str) -> str:
    return path.replace(_FILLING, "{filled}")


def _has_schema(answer: Node) -> bool:
    """Whether an answer is described by a schema: OpenAPI 3 has one for each kind of content."""
    return "schema" in answer or any("schema" in content for _, content in answer["content"].entries)


def _referred(document: Node, node: Node) -> Node:
    """What a reference within the document stands for, else the node itself."""
    steps = node["$ref"].string.split("/")
    if steps[0] != "#":
        return node
    for step in steps[1:]:
        document = document[step]
    return document


def _body(body: Node, parameters: Iterable[Node]) -> str:
    """The name of what a handler is given the body as: OpenAPI 2 names a parameter, OpenAPI 3 by an extension."""
    named = next((one["name"].string for one in parameters if one["in"].string == "body"), "")
    if named or not body.entries:
        return named
    schemas = (content["schema"]["x-body-name"].string for _, content in body["content"].entries)
    return body["x-body-name"].string or next(filter(None, schemas), "") or "body"


def _is_text(parameter: Node) -> bool:
    schema = parameter["schema"] or parameter
    is_bounded = any(word in schema for word in ("enum", "pattern", "format"))
    return parameter["in"].string in _BESIDE_THE_PATH and schema["type"].string == "string" and not is_bounded


EXTRACTOR = Extractor(
    kind="openapi-document",
    claims=lambda path: path.lower().endswith((".yml", ".yaml", ".json")) and bool(_PATHS.search(path)),
    extract=_extract,
    facts=OpenApiDocument,
)
