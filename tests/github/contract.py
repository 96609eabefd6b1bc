"""GitHub's own description of its interface as a judge of requests and answers; plays nothing.

Every request of a test and every answer of the server played in it is held against the vendored subset of the OpenAPI
description. What the description leaves open, or gets wrong, is listed here with its reason.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

SUBSET = Path(__file__).parent / "description" / "github-rest.subset.json"


@dataclass(frozen=True)
class Route:
    """One described operation and the paths that it answers."""

    method: str
    template: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Match:
    """The operation that a request is for, with the values in its path."""

    template: str
    values: Mapping[str, str]


class Contract:
    """The description, loaded."""

    def __init__(self, specification: dict[str, Any]) -> None:
        self._specification = specification
        _let_null_into_enums(specification["components"])
        self._api = OpenAPI.from_dict(specification, config=Config(spec_validator_cls=None))  # type: ignore[arg-type]  # as its documentation has it
        # Where several templates fit, the one with the most literal text is meant: `comments/1` is no `{number}`.
        self._routes = sorted(self._read_routes(), key=lambda route: -len(re.sub(r"\{\w+\}", "", route.template)))

    def _read_routes(self) -> Iterator[Route]:
        for template, item in self._specification["paths"].items():
            for method, operation in item.items():
                parameters = [self._resolve(parameter) for parameter in operation.get("parameters", [])]
                # Not part of OpenAPI: GitHub marks parameters that may hold slashes.
                wide = {parameter["name"] for parameter in parameters if parameter.get("x-multi-segment")}
                yield Route(method.upper(), template, _pattern(template, wide))

    def match(self, method: str, path: str) -> Match | None:
        """The described operation for a request, None where there is none."""
        for route in self._routes:
            found = route.pattern.fullmatch(path)
            if found and route.method == method:
                return Match(route.template, {name: unquote(value) for name, value in found.groupdict().items()})
        return None

    def example(self, method: str, template: str, status: int) -> Any:
        """GitHub's own example of an answer, the mould for played ones."""
        operation = self._specification["paths"][template][method.lower()]
        answer = self._resolve(operation["responses"][str(status)])["content"]["application/json"]
        values = [self._resolve(example)["value"] for example in answer["examples"].values()]
        # A folder's content is a list, a file's is not; where there are both, the single thing is wanted here.
        return copy.deepcopy(next((value for value in values if isinstance(value, dict)), values[0]))

    def faults_of_request(self, method: str, match: Match, query: Mapping[str, str], body: object) -> list[str]:
        """What is wrong with a request."""
        request = self._request(method, match, query, body)
        try:
            self._api.validate_request(request)
        except OpenAPIError as error:
            return [f"{method} {match.template}: {_reason(error)}"]
        operation = self._specification["paths"][match.template][method.lower()]
        known = {self._resolve(parameter)["name"] for parameter in operation.get("parameters", [])}
        faults = [f"{method} {match.template}: unknown query key {name}" for name in query if name not in known]
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        return faults + [f"{method} {match.template}: unknown field {name}" for name in self._unknown(schema, body)]

    def faults_of_answer(
        self, method: str, match: Match, query: Mapping[str, str], body: object, status: int, payload: object
    ) -> list[str]:
        """What is wrong with a played answer of success; errors are described too loosely to hold anything against."""
        request = self._request(method, match, query, body)
        raw = b"" if payload is None else json.dumps(payload).encode()
        try:
            self._api.validate_response(request, MockResponse(raw, status, content_type="application/json"))
        except OpenAPIError as error:
            return [f"{method} {match.template} {status}: {_reason(error)}"]
        return []

    def faults_of_event(self, name: str, payload: object) -> list[str]:
        """What is wrong with a webhook's payload."""
        from jsonschema import Draft4Validator  # noqa: PLC0415 - only few tests need it

        content = self._specification["x-webhooks"][name]["post"]["requestBody"]["content"]["application/json"]
        root = {"components": self._specification["components"], **content["schema"]}
        return [
            f"{error.json_path}: {error.message[:100]}"
            for error in Draft4Validator(_nullable(root)).iter_errors(payload)
        ]

    def _request(self, method: str, match: Match, query: Mapping[str, str], body: object) -> MockRequest:
        # openapi-core knows no parameter that holds a slash.
        path = re.sub(r"\{(\w+)\}", lambda name: quote(match.values[name[1]], safe=""), match.template)
        raw = None if body is None else json.dumps(body).encode()
        return MockRequest(
            "https://api.github.com", method.lower(), path, args=dict(query), content_type="application/json", data=raw
        )

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            kind, name = node["$ref"].split("/")[-2:]
            node = self._specification["components"][kind][name]
        return node

    def _unknown(self, schema: dict[str, Any], value: object, at: str = "") -> Iterator[str]:
        """Fields that no schema names: the description lets a misspelt one pass."""
        schema = self._resolve(schema)
        if isinstance(value, dict) and "properties" in schema:
            for name, inner in value.items():
                if name in schema["properties"]:
                    yield from self._unknown(schema["properties"][name], inner, f"{at}/{name}")
                else:
                    yield f"{at}/{name}"
        elif isinstance(value, list) and "items" in schema:
            for inner in value:
                yield from self._unknown(schema["items"], inner, f"{at}[]")


def _pattern(template: str, wide: set[str]) -> re.Pattern[str]:
    return re.compile(
        re.sub(r"\{(\w+)\}", lambda name: f"(?P<{name[1]}>{'.+' if name[1] in wide else '[^/]+'})", template)
    )


def _let_null_into_enums(node: object) -> None:
    """Where null and an enumeration meet, OpenAPI 3.0 forbids null; GitHub sends it: a check run has no conclusion."""
    if isinstance(node, list):
        for child in node:
            _let_null_into_enums(child)
    if isinstance(node, dict):
        for child in node.values():
            _let_null_into_enums(child)
        if node.get("nullable") is True and isinstance(node.get("enum"), list) and None not in node["enum"]:
            node["enum"].append(None)


def _nullable(node: Any) -> Any:
    """OpenAPI's `nullable` as JSON Schema says it."""
    if isinstance(node, list):
        return [_nullable(child) for child in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _nullable(value) for key, value in node.items() if key not in ("nullable", "format", "example")}
    if node.get("nullable") is True:
        return {"anyOf": [plain, {"type": "null"}]}
    return plain


def _reason(error: BaseException) -> str:
    cause = error.__cause__
    details = getattr(cause, "schema_errors", None) or ()
    told = [f"{'/'.join(map(str, detail.path))}: {detail.message[-160:]}" for detail in details]
    return "; ".join(told) or f"{error} ({cause})"


@cache
def contract() -> Contract:
    """The description, loaded once a process."""
    return Contract(json.loads(SUBSET.read_text(encoding="utf-8")))
