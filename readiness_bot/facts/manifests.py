"""Kubernetes manifests and Helm templates as workloads and other resources; renders no template."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from readiness_bot.facts.extractor import Extractor, Unreadable
from readiness_bot.facts.statement import digest
from readiness_bot.facts.yaml_nodes import NOTHING, Node, load_documents

OPEN, CLOSE = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}", "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
"""What a template's expression stands between in the facts: characters that mean nothing to YAML."""


class Probe(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A probe of a container: `kind` is `liveness`, `readiness` or `startup`; path, port and command as written."""

    kind: str
    path: str
    port: str
    command: tuple[str, ...]
    line: int


class PodContainer(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One container of a pod.

    `limits` and `requests` name what is bounded (`memory`, `cpu`); `templated` names what a template fills in as a
    whole (`resources`, `livenessProbe`, …) with its expression. `run_as_non_root` and `run_as_user` are as written.
    """

    name: str
    image: str
    line: int
    end_line: int
    statement: str
    init: bool = False
    command: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    command_line: int = 0
    probes: tuple[Probe, ...] = ()
    limits: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    templated: tuple[tuple[str, str], ...] = ()
    run_as_non_root: str = ""
    run_as_user: str = ""
    hooks: tuple[str, ...] = ()


class Block(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a chart defines under a name for its templates to put in: containers, or whom a pod or container runs as."""

    name: str
    containers: tuple[PodContainer, ...] = ()
    run_as_non_root: str = ""
    run_as_user: str = ""


class Workload(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Something that runs pods: a Deployment, StatefulSet, CronJob, … with its containers.

    `put_in` names the block that holds its containers, where its template puts them in from there.
    """

    kind: str
    name: str
    line: int
    end_line: int
    containers: tuple[PodContainer, ...]
    run_as_non_root: str = ""
    run_as_user: str = ""
    security_template: str = ""
    schedule: str = ""
    grace: str = ""
    hook: str = ""
    put_in: str = ""


class Resource(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Any other resource: an Ingress, a Backup, a PrometheusRule, … with its annotations; `tls` where it names some.

    `owner` is who a catalogue of software says to answer for it, as written.
    """

    api: str
    kind: str
    name: str
    line: int
    end_line: int
    annotations: tuple[tuple[str, str, int], ...] = ()
    tls: bool = False
    owner: str = ""


class Manifests(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The resources of one file, in order; none for YAML that is no manifest. `blocks` are those it defines."""

    workloads: tuple[Workload, ...] = ()
    resources: tuple[Resource, ...] = ()
    blocks: tuple[Block, ...] = ()


_MARK = re.compile(rb"^[ \t-]*kind[ \t]*:|\"kind\"[ \t]*:", re.MULTILINE)
_NAME = re.compile(
    r"\.ya?ml(\.(j2|tmpl|gotmpl|tpl|jinja2?))?$|(^|/)templates/(.*/)?[\w.-]+\.tpl$|(^|/)(openshift|okd|kubernetes|k8s|manifests)[\w.-]*/(.*/)?[^/]+\.json$",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(^|/)(\.github|\.gitlab-ci|\.circleci|locales?|cassettes|node_modules|i18n|translations|snapshots)/"
)
_ACTION = re.compile(r"\{\{((?:[^{}]|\{(?!\{)|\}(?!\}))*)\}\}")
_JINJA = re.compile(r"\{%(?:[^%{]|%(?!\})|\{(?!%))*%\}|\{#(?:[^#{]|#(?!\})|\{(?!#))*#\}")
_COMMENT = re.compile(r"\{\{-?\s*/\*(?:[^*]|\*(?!/))*\*/\s*-?\}\}")
_DEFINES = re.compile(rb"\{\{-?\s*define\b")
_DEFINE = re.compile(r'define\s+"([^"]+)"')
_PUTS_IN = re.compile(rf"^{OPEN}(?:include|template)\s+([\w./-]+)")
_OPENS = re.compile(r"(if|with|range|define|block)\b")
_KEY_ALONE = re.compile(r"\s*[\w./-]+:")
_STATEMENT = re.compile(
    r"(if|else|end|range|with|define|template|block|/\*|\$?[\w.]+\s*:?=|set\b|-?\s*$|fail|required"
    r"|include \"[^\"]*\.(tpl|validate))"
)
_SCOPE = re.compile(r"with\s+(.+)")
_CHOICE = re.compile(
    r"\{\{-?\s*if\b[^{}]*\}\}((?:(?!\{\{-?\s*(?:end|else|if)\b).)*)\{\{-?\s*else\b.*?\{\{-?\s*end\s*-?\}\}"
)
"""A choice between two values in one line, of which the first stands for both."""
_VALUES = re.compile(r"\.Values(\.[A-Za-z_][\w-]*)+")
_UNSAFE = re.compile(r"[^\w.\- ]+")


def _claims(path: str) -> bool:
    return bool(_NAME.search(path)) and not _OTHER.search(path)


def _extract(data: bytes) -> Manifests:
    """Read the manifests. Raises `Unreadable` for what is no YAML even without the template's expressions."""
    blocks = tuple(_blocks(data.decode("utf-8-sig", "replace"))) if _DEFINES.search(data) else ()
    if not _MARK.search(data) or b"apiVersion" not in data:
        return Manifests(blocks=blocks)
    if data.lstrip()[:1] == b"{":
        data = data.replace(b"\t", b"  ")  # which JSON may be indented by, and YAML may not
    workloads: list[Workload] = []
    resources: list[Resource] = []
    for document in _unlisted(_documents(data)):
        if document["kind"].string and document["apiVersion"].string:
            found = [workload] if (workload := _workload(document)) is not None else list(_workloads_within(document))
            workloads.extend(found)
            if not found:
                resources.append(_resource(document))
    return Manifests(tuple(workloads), tuple(resources), blocks)


def _blocks(text: str) -> Iterator[Block]:
    """The named blocks that hold containers or whom something runs as, read where they stand."""
    for name, first, body in _defined(_by_lines(text).split("\n")):
        try:
            (document, *_) = load_documents(("\n" * first + neutralised("\n".join(body))).encode()) or (NOTHING,)
        except Unreadable:
            continue  # a piece of text to others
        containers = tuple(_container(item, init=False) for item in document.items if item["image"])
        told = document["runAsNonRoot"].string, document["runAsUser"].string
        if containers or any(told):
            yield Block(name, containers, *told)


def _defined(lines: list[str]) -> Iterator[tuple[str, int, list[str]]]:
    """The name of each block, how many lines stand before its body, and the body's lines."""
    depth, name, first = 0, "", 0
    for number, line in enumerate(lines):
        for action in _actions(line):
            begins = _DEFINE.match(action)
            if begins is not None and not depth:
                name, first = begins[1], number + 1
            if _OPENS.match(action):
                depth += 1
            elif action == "end" and depth:
                depth -= 1
                if not depth and name:
                    yield name, first, lines[first:number]
                    name = ""


def _documents(data: bytes) -> tuple[Node, ...]:
    """The documents of a manifest or a template, of which each branch is read, or where that is no YAML the first."""
    if b"{{" not in data and b"{%" not in data:
        return load_documents(data)
    text = data.decode("utf-8-sig", "replace")
    try:
        return load_documents(neutralised(text).encode())
    except Unreadable:
        return load_documents(neutralised(_first_branches(text)).encode())


def neutralised(text: str) -> str:
    """The template with the same lines and no expressions: control lines become blank, values marked texts."""
    return "\n".join(_Neutraliser().lines(_by_lines(_JINJA.sub(_blank, text))))


def _first_branches(text: str) -> str:
    """The template with the same lines and nothing behind an `else`."""
    depth, left_out = 0, 0
    lines: list[str] = []
    for line in _by_lines(text).split("\n"):
        kept = not left_out
        for action in _actions(line):
            if _OPENS.match(action):
                depth += 1
            elif action == "end":
                left_out = 0 if left_out == depth else left_out
                depth -= 1
            elif action.startswith("else") and not left_out:
                left_out = depth
        lines.append(line if kept and not left_out else "")
    return "\n".join(lines)


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _by_lines(text: str) -> str:
    """The text without comments, the line breaks inside an expression behind it, so that lines can be read alone."""
    return _ACTION.sub(
        lambda match: match[0].replace("\n", " ") + "\n" * match[0].count("\n"), _COMMENT.sub(_blank, text)
    )


def _actions(line: str) -> list[str]:
    """The expressions of a line, as they are written between the braces."""
    return [_bare(action) for action in _ACTION.findall(line)]


class _Neutraliser:
    """Takes the expressions out of a template's lines, from the first to the last."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._above = -1
        self._scope = ""
        self._filled: dict[int, str] = {}

    def lines(self, text: str) -> list[str]:
        for raw in text.split("\n"):
            line = self._line(raw) if "{{" in raw else raw
            self._lines.append(line)
            if line.strip():
                self._take_back(line)
                self._above = len(self._lines) - 1
        return self._lines

    def _take_back(self, line: str) -> None:
        """Leave a key that a whole block was put below without it, where more of its value follows."""
        key = self._filled.get(self._above)
        if key is not None and (
            _leading(line) > _leading(key) or (_leading(line) == _leading(key) and line.lstrip().startswith("- "))
        ):
            self._lines[self._above] = key

    def _line(self, raw: str) -> str:
        raw = _CHOICE.sub(lambda match: match[1], raw)
        expressions = _actions(raw)
        if not expressions or _ACTION.sub("", raw).strip():
            bare = _ACTION.sub("", raw).rstrip()
            if _KEY_ALONE.fullmatch(bare):
                self._filled[len(self._lines)] = bare
            return _ACTION.sub(lambda match: self._inline(_bare(match[1])), raw)
        expression = expressions[0]
        scope = _SCOPE.match(expression)
        if scope is not None:
            self._scope = scope[1]
        above = self._lines[self._above].rstrip() if self._above >= 0 else ""
        # A whole block is put in here: it is the value of the key above, or more keys of the same mapping.
        if not _STATEMENT.match(expression) and above.endswith(":") and _indent(expression, raw) > _leading(above):
            self._filled[self._above] = above
            self._lines[self._above] = f"{above} {self._marked(expression)}"
        return ""

    def _inline(self, expression: str) -> str:
        return "" if re.match(r"(if|else|end|range|with)\b|/\*", expression) else self._marked(expression)

    def _marked(self, expression: str) -> str:
        if self._scope and re.search(r"(toYaml|tpl|^)\s*\.($|\s)", expression):
            expression = self._scope
        values = _VALUES.search(expression)
        return f"{OPEN}{values[0] if values else _UNSAFE.sub(' ', expression).strip()[:60]}{CLOSE}"


def _bare(expression: str) -> str:
    return expression.strip("-").strip()


def _indent(expression: str, raw: str) -> int:
    told = re.search(r"indent\s+(\d+)", expression)
    return int(told[1]) if told is not None else _leading(raw)


def _leading(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _unlisted(documents: tuple[Node, ...]) -> Iterator[Node]:
    for document in documents:
        if document["kind"].string.endswith("List") and document["items"].kind == "sequence":
            yield from document["items"].items
        elif document["kind"].string == "Template" and document["objects"].kind == "sequence":
            yield from document["objects"].items
        else:
            yield document


def _workload(document: Node) -> Workload | None:
    spec = document["spec"]
    pod = next(
        (
            found
            for found in (
                spec["template"]["spec"],
                spec["jobTemplate"]["spec"]["template"]["spec"],
                spec if document["kind"].string == "Pod" else NOTHING,
            )
            if found["containers"].kind == "sequence" or put_in_by(found["containers"].string)
        ),
        NOTHING,
    )
    if not pod:
        return None
    security = pod["securityContext"]
    containers = [_container(node, init=False) for node in pod["containers"].items if node.kind == "mapping"]
    containers += [_container(node, init=True) for node in pod["initContainers"].items if node.kind == "mapping"]
    return Workload(
        kind=document["kind"].string,
        name=document["metadata"]["name"].string,
        line=document["kind"].key_line or document.line,
        end_line=document.end_line,
        containers=tuple(containers),
        run_as_non_root=security["runAsNonRoot"].string,
        run_as_user=security["runAsUser"].string,
        security_template=security.string,
        schedule=spec["schedule"].string,
        grace=pod["terminationGracePeriodSeconds"].string,
        hook=document["metadata"]["annotations"]["helm.sh/hook"].string,
        put_in=put_in_by(pod["containers"].string),
    )


def put_in_by(value: str) -> str:
    """The name of the block that a template's value puts in; empty for any other value."""
    found = _PUTS_IN.match(value)
    return found[1] if found is not None else ""


def _workloads_within(document: Node) -> Iterator[Workload]:
    """The pods of a custom resource that lists what its operator deploys, each with one container's own keys."""
    for key in ("deployments", "jobs"):
        for node in document["spec"][key]:
            pod = node["podSpec"]
            if pod["image"].string:
                yield Workload(
                    kind=document["kind"].string,
                    name=node["name"].string or document["metadata"]["name"].string,
                    line=node.line,
                    end_line=node.end_line,
                    containers=(_container(pod, init=False),),
                    schedule=node["schedule"].string,
                    grace=pod["terminationGracePeriodSeconds"].string,
                )


_PROBES = {"livenessProbe": "liveness", "readinessProbe": "readiness", "startupProbe": "startup"}


def _container(node: Node, *, init: bool) -> PodContainer:
    resources, security = node["resources"], node["securityContext"]
    return PodContainer(
        name=node["name"].string,
        image=node["image"].string,
        line=node.line,
        end_line=node.end_line,
        statement=digest(f"{node['name'].string} {node['image'].string}"),
        init=init,
        command=node["command"].strings,
        arguments=node["args"].strings,
        command_line=node["command"].key_line or node["args"].key_line or node.line,
        probes=tuple(_probes(node)),
        limits=tuple(key for key, value in resources["limits"].entries if value),
        requests=tuple(key for key, value in resources["requests"].entries if value),
        templated=tuple((key, value.string) for key, value in node.entries if value.string.startswith(OPEN)),
        run_as_non_root=security["runAsNonRoot"].string,
        run_as_user=security["runAsUser"].string,
        hooks=node["lifecycle"].keys,
    )


def _probes(node: Node) -> Iterator[Probe]:
    for key, kind in _PROBES.items():
        probe = node[key]
        if probe.kind == "mapping":
            http = probe["httpGet"]
            port = http["port"].string or probe["tcpSocket"]["port"].string or probe["grpc"]["port"].string
            yield Probe(kind, http["path"].string, port, probe["exec"]["command"].strings, probe.key_line)


def _resource(document: Node) -> Resource:
    annotations = document["metadata"]["annotations"]
    return Resource(
        api=document["apiVersion"].string,
        kind=document["kind"].string,
        name=document["metadata"]["name"].string,
        line=document["kind"].key_line or document.line,
        end_line=document.end_line,
        annotations=tuple((name, value.string, value.key_line) for name, value in annotations.entries),
        tls=bool(document["spec"]["tls"]),
        owner=document["spec"]["owner"].string,
    )


EXTRACTOR = Extractor(kind="manifests", claims=_claims, extract=_extract, facts=Manifests)
