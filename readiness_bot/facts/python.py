"""What one Python file says.

Imports, definitions, calls, assignments, handlers, each with names resolved where they stand.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from readiness_bot.facts.bandit_plugins import BanditIssue, bandit_issues
from readiness_bot.facts.complexity import UNMEASURED, Complexity, complexity
from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.flow import flows
from readiness_bot.facts.names import FunctionNode, Names, Scope, last_name
from readiness_bot.facts.origins import Flows
from readiness_bot.facts.roles import is_program
from readiness_bot.facts.statement import digest
from readiness_bot.facts.syntax import Parsed, deep_walk, parse

MODULE = -1
"""The scope index of code outside every definition, and the index that stands for none."""

LONGEST_TEXT = 2_000
"""String constants are cut to this many characters: no control reads further."""

_VALUE_DEPTH = 6
_MOST_ITEMS = 200
_NESTED_DIGESTS = 8
"""A call within more calls than these goes by the text of the innermost that counts: time stays linear in the text."""


# Where a call stands, as bits of `Call.context`.
IN_TRY = 1
IN_HANDLER = 2
IN_FINALLY = 4
IN_LOOP = 8
IN_LAMBDA = 16
DECORATOR = 32
AWAITED = 64
AFTER_YIELD = 128
CONDITIONAL = 256
MAIN_GUARD = 512
TYPE_CHECKING = 1024
ANNOTATION = 2048
DEFAULT = 4096
IN_COMPREHENSION = 8192
IN_WITH_HEADER = 16384
IN_FOR_HEADER = 32768
RETURNED = 65536
DISCARDED = 131072  # a statement of its own: nothing takes its result
_OF_THE_CALL_ALONE = AWAITED | DISCARDED


class Const(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="c"):
    """A literal."""

    value: str | int | float | bool | None


class Name(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="n"):
    """A thing by its identity, as `names.py` writes it; `meaning` is what it is bound to, where that differs."""

    name: str
    meaning: str = ""


class Invoke(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="i"):
    """The result of a call; `call` is its index among the module's calls."""

    name: str
    call: int


class Items(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="s"):
    """A list, tuple or set display, cut at 200 items."""

    kind: str
    items: tuple[Value, ...]


class Mapping(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="m"):
    """A dict display; the key of a `**` entry is the constant None."""

    keys: tuple[Value, ...]
    values: tuple[Value, ...]


class Format(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="f"):
    """A text put together from parts by an f-string, `+`, `%` or `.format`."""

    parts: tuple[Value, ...]


class Index(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="x"):
    """A subscript: `Annotated[User, Depends(current_user)]`, `os.environ["KEY"]`."""

    value: Value
    items: tuple[Value, ...]


class Other(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="o"):
    """Any other expression, by the name of its syntax node, with the things named inside it.

    A comparison of two values, an `or` and a `not` keep their `operator` (`Eq`, `In`, …) and `operands` too.
    """

    kind: str
    names: tuple[str, ...] = ()
    operator: str = ""
    operands: tuple[Value, ...] = ()


Value = Const | Name | Invoke | Items | Mapping | Format | Index | Other


class Import(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One imported name.

    `target` is the dotted thing (leading dots for relative imports), `local` what it is called here.
    """

    target: str
    local: str
    line: int
    scope: int
    context: int = 0


class Parameter(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A parameter of a function; `kind` is `positional`, `keyword`, `*` or `**`.

    `type` is the annotated type's instance name.
    """

    name: str
    kind: str
    annotation: Value | None
    default: Value | None
    type: str = ""


class Definition(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A function or class. `refs` are the things its own body names (not those of definitions inside it)."""

    kind: str
    name: str
    qualname: str
    parent: int
    line: int
    end_line: int
    first_line: int
    is_async: bool
    is_generator: bool
    documented: bool
    annotated: bool
    asserts: int
    decorators: tuple[Value, ...]
    parameters: tuple[Parameter, ...]
    returns: Value | None
    bases: tuple[str, ...]
    keywords: tuple[tuple[str, Value], ...]
    refs: tuple[str, ...]
    statement: str
    statements: int
    gives: str = ""
    """What a call of the function gives back, as far as its annotation or its last `return` tells: `httpx.Client()`."""


class Field(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A name bound in the body of a class."""

    owner: int
    name: str
    line: int
    annotation: Value | None
    value: Value | None
    type: str = ""


class Call(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A call.

    `name` is what is called, variables followed (`requests.Session().get`); `via` is the name as bound (`:http.get`),
    empty where it is the same. `scope` is the enclosing definition's index, `parent` the call that takes this one's
    result as an argument, `attempt` the innermost `try` whose body holds it, `decorates` the definition it decorates,
    `within` the context managers it runs under, `guards` what the conditions it stands under name. `statement`
    is the digest of the call itself, so that it stays the same when its result is used in another way.
    """

    name: str
    via: str
    line: int
    end_line: int
    scope: int
    context: int
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    statement: str
    result: str = ""
    parent: int = MODULE
    attempt: int = MODULE
    decorates: int = MODULE
    within: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()

    @property
    def last(self) -> str:
        """The last component of the name: the function or method called."""
        return self.name.rpartition(".")[2]

    def has(self, keyword: str) -> bool:
        """Whether the keyword is passed by name."""
        return any(name == keyword for name, _ in self.keywords)

    def keyword(self, keyword: str) -> Value | None:
        """The keyword's value, None where it is not passed."""
        return next((value for name, value in self.keywords if name == keyword), None)

    def argument(self, position: int, keyword: str = "") -> Value | None:
        """The argument at a position or of that name, None where it is not passed."""
        if position < len(self.args):
            return self.args[position]
        return self.keyword(keyword) if keyword else None

    @property
    def has_double_star(self) -> bool:
        """Whether `**something` is passed."""
        return any(name == "**" for name, _ in self.keywords)


class Assignment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A binding.

    `target` is the identity of what is bound (`:Settings.debug`, `:app.config[]`), `key` a constant
    subscript.
    """

    target: str
    key: str
    value: Value
    line: int
    end_line: int
    scope: int
    context: int
    statement: str
    annotation: str = ""
    guards: tuple[str, ...] = ()


class Return(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a function returns or yields at a line."""

    scope: int
    line: int
    value: Value
    is_yield: bool = False


class Raise(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A raised exception by name; empty for a bare `raise`."""

    name: str
    line: int
    scope: int
    context: int
    attempt: int
    guards: tuple[str, ...] = ()


class Attempt(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A `try`.

    `calls` are the names called in its body, `steps` the kinds of the body's statements (as in
    `Handler.steps`).
    """

    line: int
    end_line: int
    scope: int
    parent: int
    calls: tuple[str, ...]
    steps: tuple[str, ...]
    raises: bool
    final_returns: bool
    final_line: int
    next_step: str
    """The kind of the statement that follows the whole `try` in its block; empty at the block's end."""
    in_finally: bool
    body_end: int


class Handler(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An `except`. `types` are resolved names, empty for a bare one.

    `steps` tell its body's statements in order: `pass`, `continue`, `break`, `raise`, `return:const`, `return:name`,
    `return:call:NAME`, `return:other`, `assign:const`, `assign:name`, `assign:call:NAME`, `assign:other`, `call:NAME`,
    `import`, `if`, `for`, `while`, `try`, `with`, `other`.
    """

    attempt: int
    types: tuple[str, ...]
    line: int
    end_line: int
    scope: int
    steps: tuple[str, ...]
    calls: tuple[str, ...]
    uses_exception: bool
    raises: bool
    returned: Value | None
    statement: str


class Suppression(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A comment that waives findings on its line: `kind` is `nosec`, `noqa` or `readiness`."""

    line: int
    kind: str
    ids: tuple[str, ...]
    reason: str


class PythonFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Everything that is kept of one Python file."""

    lines: int
    documented: bool
    imports: tuple[Import, ...]
    definitions: tuple[Definition, ...]
    fields: tuple[Field, ...]
    calls: tuple[Call, ...]
    assignments: tuple[Assignment, ...]
    returns: tuple[Return, ...]
    raises: tuple[Raise, ...]
    attempts: tuple[Attempt, ...]
    handlers: tuple[Handler, ...]
    suppressions: tuple[Suppression, ...]
    refs: tuple[str, ...]
    """The things that code outside every definition names."""
    stars: tuple[str, ...]
    exports: tuple[str, ...]
    """The names in `__all__`."""
    strings: tuple[tuple[str, int], ...]
    """Strings that may name code or a path (`app.main:app`, `/health`), with their lines."""
    complexity: Complexity
    bandit: tuple[BanditIssue, ...]
    generated: bool = False
    """Whether a comment at its head says that a program wrote it."""

    @property
    def is_empty(self) -> bool:
        """Whether the file defines and does nothing (an `__init__.py` that only marks a package)."""
        return not (self.definitions or self.calls or self.assignments or self.imports)


_GENERATED = re.compile(
    r"#\W*(@generated\b|auto-?generated\b|code generated by\b|generated .*\bdo not (edit|modify)\b"
    r"|this (file|module|code) (is|was|has been) (auto(matic(ally)?)?[- ]?)?generated\b)",
    re.IGNORECASE,
)
_SUPPRESSION = re.compile(
    r"#\s*(?:(?P<nosec>nosec)\b:?\s*(?P<nosec_ids>(?:B\d{3}|[a-z_]+)(?:[,\s]+(?:B\d{3}|[a-z]+_[a-z_]+))*)?"
    r"|(?P<noqa>noqa)\b(?::\s*(?P<noqa_ids>[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*))?"
    r"|readiness:\s*ignore\[(?P<ids>[^\]\n]{1,300})\](?P<reason>[^\n]*))"
)
_TELLING = re.compile(
    r"^(/[\w\-./{}<>:$^*+?()\[\]\\]*|[A-Za-z_][\w]*(\.[A-Za-z_]\w*)+(:[A-Za-z_][\w.]*)?(\(\))?|"
    r"[A-Za-z_]\w*:[A-Za-z_]\w*)$"
)


def _suppressions(lines: Sequence[str]) -> Iterator[Suppression]:
    for number, line in enumerate(lines, 1):
        if "nosec" not in line and "noqa" not in line and "readiness:" not in line:
            continue
        for match in _SUPPRESSION.finditer(line):
            if match["nosec"]:
                yield Suppression(number, "nosec", _ids(match["nosec_ids"]), "")
            elif match["noqa"]:
                yield Suppression(number, "noqa", _ids(match["noqa_ids"]), "")
            else:
                yield Suppression(number, "readiness", _ids(match["ids"]), match["reason"].strip(" -:—"))


def _ids(text: str | None) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[,\s]+", text or "") if part)


class _Frame:
    """What is gathered for the definition being read."""

    __slots__ = ("asserts", "is_generator", "refs", "statements")

    def __init__(self) -> None:
        self.refs: set[str] = set()
        self.asserts = 0
        self.is_generator = False
        self.statements = 0


class _Reader:
    """One pass over a module in source order."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.written = parsed.as_read
        self.names = Names(parsed.tree)
        self.scope: Scope = self.names.module
        self.definition = MODULE
        self.context = 0
        self.within: tuple[str, ...] = ()
        self.guards: tuple[str, ...] = ()
        self.attempt = MODULE
        self.call_parent = MODULE
        self.decorates = MODULE
        self.result = ""
        self.statement: ast.stmt | ast.ExceptHandler | None = None
        self.statement_digest = ""
        self.nesting = 0
        self.call_digest = ""
        self.frame = _Frame()
        self.module_frame = self.frame
        self.call_of: dict[int, int] = {}
        self.definition_of: dict[int, int] = {}
        self.imports: list[Import] = []
        self.definitions: list[Definition | None] = []
        self.fields: list[Field] = []
        self.calls: list[Call | None] = []
        self.assignments: list[Assignment] = []
        self.returns: list[Return] = []
        self.raises: list[Raise] = []
        self.attempts: list[Attempt | None] = []
        self.handlers: list[Handler] = []
        self.exports: list[str] = []
        self.strings: dict[str, int] = {}

    # -- what came of it -------------------------------------------------------------------------------------------

    def flows(self) -> Flows:
        return flows(self.parsed.tree, self.names, self.call_of, self.definition_of)

    def facts(self, complexity_: Complexity, bandit: tuple[BanditIssue, ...]) -> PythonFacts:
        parsed = self.parsed
        return PythonFacts(
            lines=len(parsed.lines),
            documented=ast.get_docstring(parsed.tree, clean=False) is not None,
            imports=tuple(self.imports),
            definitions=tuple(definition for definition in self.definitions if definition is not None),
            fields=tuple(self.fields),
            calls=tuple(call for call in self.calls if call is not None),
            assignments=tuple(self.assignments),
            returns=tuple(self.returns),
            raises=tuple(self.raises),
            attempts=tuple(attempt for attempt in self.attempts if attempt is not None),
            handlers=tuple(self.handlers),
            suppressions=tuple(_suppressions(parsed.lines)),
            refs=tuple(sorted(self.module_frame.refs)),
            stars=tuple(self.names.module.stars),
            exports=tuple(self.exports),
            strings=tuple(sorted(self.strings.items(), key=lambda item: (item[1], item[0]))),
            complexity=complexity_,
            bandit=bandit,
            generated=any(_GENERATED.match(line) for line in parsed.lines[:6]),
        )

    # -- statements ------------------------------------------------------------------------------------------------

    def block(self, body: Sequence[ast.stmt]) -> None:
        for index, statement in enumerate(body):
            self.frame.statements += 1
            self.read(statement, body[index + 1] if index + 1 < len(body) else None)

    def read(self, node: ast.stmt, after: ast.stmt | None) -> None:
        self.statement, self.statement_digest = node, ""
        method = _STATEMENTS.get(node.__class__)
        if method is None:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.expression(child)
        elif node.__class__ is ast.Try or node.__class__.__name__ == "TryStar":
            self.try_(node, after)  # type: ignore[arg-type]
        else:
            method(self, node)

    def digest(self) -> str:
        """The digest of the statement at hand; of a compound one, its header."""
        if not self.statement_digest and self.statement is not None:
            self.statement_digest = digest(self.written.header(self.statement))
        return self.statement_digest

    def under(self, context: int = 0, guards: tuple[str, ...] = (), within: tuple[str, ...] = ()) -> _Under:
        around = _Under(self)
        self.context |= context
        self.guards += guards
        self.within += within
        return around

    def import_(self, node: ast.Import) -> None:
        for alias in node.names:
            local = alias.asname or alias.name.partition(".")[0]
            self.imports.append(Import(alias.name, local, node.lineno, self.definition, self.context))

    def import_from(self, node: ast.ImportFrom) -> None:
        origin = "." * node.level + (node.module or "")
        for alias in node.names:
            separator = "" if origin.endswith(".") or not origin else "."
            target = origin if alias.name == "*" else f"{origin}{separator}{alias.name}"
            self.imports.append(Import(target, alias.asname or alias.name, node.lineno, self.definition, self.context))

    def function(self, node: FunctionNode) -> None:
        scope = self.names.scopes[node]
        index = self.open_definition(node)
        arguments = node.args
        parameters = tuple(self.parameters(arguments, scope.parent or self.names.module, index))
        returns = None
        if node.returns is not None:
            with self.inside(index, self.scope, self.frame), self.under(ANNOTATION):
                self.expression(node.returns)
                returns = self.value(node.returns)
        frame = _Frame()
        with self.inside(index, scope, frame):
            saved = self.context, self.within, self.guards, self.attempt
            self.context &= MAIN_GUARD | TYPE_CHECKING
            self.within, self.attempt = (), MODULE
            self.guards = ()
            self.block(node.body)
            self.context, self.within, self.guards, self.attempt = saved
        ordered = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        owner = scope.parent
        if owner is not None and owner.kind == "class" and ordered:
            ordered = ordered[1:]
        annotated = all(a.annotation is not None for a in ordered) and (
            # What a checker looks into: it infers the rest where the parameters say what they take.
            bool(ordered) or node.returns is not None or node.name == "__init__"
        )
        self.close_definition(index, node, scope, frame, parameters=parameters, returns=returns, annotated=annotated)

    def open_definition(self, node: FunctionNode | ast.ClassDef) -> int:
        """Reserve the definition's place and read its decorators, which run where it is defined."""
        index = len(self.definitions)
        self.definitions.append(None)
        self.definition_of[id(node)] = index
        self.statement = node
        self.statement_digest = ""
        saved, self.decorates = self.decorates, index
        with self.under(DECORATOR):
            for decorator in node.decorator_list:
                self.expression(decorator)
        self.decorates = saved
        return index

    def close_definition(
        self,
        index: int,
        node: FunctionNode | ast.ClassDef,
        scope: Scope,
        frame: _Frame,
        *,
        parameters: tuple[Parameter, ...] = (),
        returns: Value | None = None,
        annotated: bool = False,
        bases: tuple[str, ...] = (),
        keywords: tuple[tuple[str, Value], ...] = (),
    ) -> None:
        self.definitions[index] = Definition(
            kind="class" if isinstance(node, ast.ClassDef) else "function",
            name=node.name,
            qualname=scope.qualname,
            parent=self.definition,
            line=node.lineno,
            end_line=node.end_lineno or node.lineno,
            first_line=min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]),
            is_async=isinstance(node, ast.AsyncFunctionDef),
            is_generator=frame.is_generator,
            documented=ast.get_docstring(node, clean=False) is not None,
            annotated=annotated,
            asserts=frame.asserts,
            decorators=tuple(self.value(decorator) for decorator in node.decorator_list),
            parameters=parameters,
            returns=returns,
            bases=bases,
            keywords=keywords,
            refs=tuple(sorted(frame.refs)),
            statement=digest(self.written.header(node)),
            statements=frame.statements,
            gives="" if isinstance(node, ast.ClassDef) else self.names.returned(node),
        )

    def inside(self, index: int, scope: Scope, frame: _Frame) -> _Inside:
        around = _Inside(self)
        self.definition, self.scope, self.frame = index, scope, frame
        return around

    def parameters(self, arguments: ast.arguments, outer: Scope, index: int) -> Iterator[Parameter]:
        positional = [*arguments.posonlyargs, *arguments.args]
        missing: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
        defaults: list[ast.expr | None] = [*missing, *arguments.defaults]
        for argument, default in zip(positional, defaults, strict=True):
            yield self.parameter(argument, "positional", default, outer, index)
        if arguments.vararg is not None:
            yield self.parameter(arguments.vararg, "*", None, outer, index)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            yield self.parameter(argument, "keyword", default, outer, index)
        if arguments.kwarg is not None:
            yield self.parameter(arguments.kwarg, "**", None, outer, index)

    def parameter(self, node: ast.arg, kind: str, default: ast.expr | None, outer: Scope, index: int) -> Parameter:
        annotation_value = default_value = None
        type_name = ""
        with self.inside(index, outer, self.frame):
            if node.annotation is not None:
                with self.under(ANNOTATION):
                    self.expression(node.annotation)
                    annotation_value = self.value(node.annotation)
                type_name = self.names.annotated(node.annotation, outer)
            if default is not None:
                with self.under(DEFAULT):
                    self.expression(default)
                    default_value = self.value(default)
        return Parameter(node.arg, kind, annotation_value, default_value, type_name)

    def class_(self, node: ast.ClassDef) -> None:
        scope = self.names.scopes[node]
        index = self.open_definition(node)
        for base in node.bases:
            self.expression(base)
        for keyword in node.keywords:
            self.expression(keyword.value)
        bases = tuple(self.base_name(base) for base in node.bases)
        keywords = tuple((keyword.arg or "**", self.value(keyword.value)) for keyword in node.keywords)
        frame = _Frame()
        with self.inside(index, scope, frame):
            self.block(node.body)
        self.close_definition(index, node, scope, frame, bases=bases, keywords=keywords)

    def base_name(self, node: ast.expr) -> str:
        if isinstance(node, ast.Subscript):
            node = node.value
        return self.names.identity(node, self.scope)

    def return_(self, node: ast.Return) -> None:
        if node.value is not None:
            with self.under(RETURNED):
                self.expression(node.value)
        value = Const(None) if node.value is None else self.value(node.value)
        self.returns.append(Return(self.definition, node.lineno, value))

    def assign(self, node: ast.Assign) -> None:
        self.bind(node.targets, node.value, node, None)
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == "__all__" and self.definition == MODULE:
                self.exports += list(_texts(node.value))

    def bind(self, targets: Sequence[ast.expr], value: ast.expr, node: ast.stmt, annotation: ast.expr | None) -> None:
        names = [self.target(target) for target in targets]
        saved, self.result = self.result, names[0][0] if names else ""
        self.expression(value)
        self.result = saved
        lowered: Value | None = None
        for target, (name, key) in zip(targets, names, strict=True):
            if not isinstance(target, ast.Name):
                self.expression(target)
            if not name:
                continue
            lowered = self.value(value) if lowered is None else lowered
            kind = self.names.annotated(annotation, self.scope) if annotation is not None else ""
            self.assignments.append(
                Assignment(
                    name,
                    key,
                    lowered,
                    node.lineno,
                    node.end_lineno or node.lineno,
                    self.definition,
                    self.context,
                    self.digest(),
                    kind,
                    self.guards,
                )
            )
            if self.scope.kind == "class" and isinstance(target, ast.Name):
                self.fields.append(
                    Field(
                        self.definition,
                        target.id,
                        node.lineno,
                        self.value(annotation) if annotation is not None else None,
                        lowered,
                        kind,
                    )
                )

    def target(self, node: ast.expr) -> tuple[str, str]:
        """The identity of what is bound, and the constant key of a subscript."""
        if isinstance(node, ast.Name):
            if self.scope.kind == "function":
                known = self.scope.bindings.get(node.id)
                return (f":{node.id}" if isinstance(known, str) and known.startswith("^") else f"?{node.id}"), ""
            return f":{self.scope.qualname}.{node.id}" if self.scope.kind == "class" else f":{node.id}", ""
        if isinstance(node, ast.Attribute):
            return self.names.identity(node, self.scope), ""
        if isinstance(node, ast.Subscript):
            owner = self.names.identity(node.value, self.scope)
            key = node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else ""
            return (f"{owner}[]" if owner else ""), key
        return "", ""

    def annotated_assign(self, node: ast.AnnAssign) -> None:
        with self.under(ANNOTATION):
            self.expression(node.annotation)
        if node.value is not None:
            self.bind([node.target], node.value, node, node.annotation)
        elif self.scope.kind == "class" and isinstance(node.target, ast.Name):
            kind = self.names.annotated(node.annotation, self.scope)
            self.fields.append(
                Field(self.definition, node.target.id, node.lineno, self.value(node.annotation), None, kind)
            )

    def augmented_assign(self, node: ast.AugAssign) -> None:
        self.bind([node.target], node.value, node, None)
        if isinstance(node.target, ast.Name) and node.target.id == "__all__":
            self.exports += list(_texts(node.value))

    def if_(self, node: ast.If) -> None:
        self.expression(node.test)
        names = self.named_in(node.test)
        context = CONDITIONAL
        if "__name__" in names and self.definition == MODULE:
            context |= MAIN_GUARD
        if any(name.endswith("TYPE_CHECKING") for name in names):
            context |= TYPE_CHECKING
        with self.under(context, names):
            self.block(node.body)
        with self.under(CONDITIONAL, tuple(f"!{name}" for name in names)):
            self.block(node.orelse)

    def named_in(self, node: ast.expr) -> tuple[str, ...]:
        """The things that an expression names, in order, each once."""
        found: dict[str, None] = {}
        pending: list[ast.AST] = [node]
        while pending and len(found) < 12:
            item = pending.pop(0)
            if isinstance(item, ast.Name | ast.Attribute):
                name = self.names.identity(item, self.scope)
                if name:
                    found[name] = None
                    continue
                pending.append(item.value) if isinstance(item, ast.Attribute) else None
            else:
                pending.extend(ast.iter_child_nodes(item))
        return tuple(found)

    def while_(self, node: ast.While) -> None:
        self.expression(node.test)
        with self.under(IN_LOOP):
            self.block(node.body)
        self.block(node.orelse)

    def for_(self, node: ast.For | ast.AsyncFor) -> None:
        with self.under(IN_FOR_HEADER):
            self.expression(node.iter)
        with self.under(IN_LOOP):
            self.block(node.body)
        self.block(node.orelse)

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        managers: list[str] = []
        for item in node.items:
            saved = self.result
            if item.optional_vars is not None:
                self.result = self.target(item.optional_vars)[0]
            with self.under(IN_WITH_HEADER, within=tuple(managers)):
                self.expression(item.context_expr)
            self.result = saved
            managers.append(
                self.names.meaning(item.context_expr, self.scope) or self.names.identity(item.context_expr, self.scope)
            )
        with self.under(within=tuple(manager for manager in managers if manager)):
            self.block(node.body)

    def match(self, node: ast.Match) -> None:
        self.expression(node.subject)
        for case in node.cases:
            if case.guard is not None:
                self.expression(case.guard)
            with self.under(CONDITIONAL):
                self.block(case.body)

    def raise_(self, node: ast.Raise) -> None:
        for part in (node.exc, node.cause):
            if part is not None:
                self.expression(part)
        name = ""
        if node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            name = self.names.identity(raised, self.scope) or "?"
        self.raises.append(Raise(name, node.lineno, self.definition, self.context, self.attempt, self.guards))

    def assert_(self, node: ast.Assert) -> None:
        self.frame.asserts += 1
        self.expression(node.test)
        if node.msg is not None:
            self.expression(node.msg)

    def expression_statement(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        if isinstance(node.value, ast.Call | ast.Await):
            with self.under(DISCARDED):
                self.expression(node.value)
        else:
            self.expression(node.value)

    def try_(self, node: ast.Try, after: ast.stmt | None) -> None:
        index = len(self.attempts)
        self.attempts.append(None)
        outer = self.attempt
        self.attempt = index
        first_call = len(self.calls)
        with self.under(IN_TRY):
            self.block(node.body)
        self.attempt = outer
        # A function that the body defines runs later, or never.
        body_calls = [
            call.name for call in self.calls[first_call:] if call is not None and call.scope == self.definition
        ]
        with self.under():
            for handler in node.handlers:
                self.handler(handler, index)
        self.block(node.orelse)
        with self.under(IN_FINALLY):
            self.block(node.finalbody)
        self.attempts[index] = Attempt(
            line=node.lineno,
            end_line=node.end_lineno or node.lineno,
            scope=self.definition,
            parent=outer,
            calls=_short(body_calls),
            steps=tuple(self.steps(node.body)),
            raises=any(isinstance(inner, ast.Raise) for statement in node.body for inner in _own(statement)),
            final_returns=any(
                isinstance(inner, ast.Return) for statement in node.finalbody for inner in _own(statement)
            ),
            final_line=node.finalbody[0].lineno if node.finalbody else 0,
            next_step=self.step(after) if after is not None else "",
            in_finally=bool(self.context & IN_FINALLY),
            body_end=node.body[-1].end_lineno or node.body[-1].lineno,
        )

    def handler(self, node: ast.ExceptHandler, attempt: int) -> None:
        self.statement, self.statement_digest = node, ""
        statement = digest(self.written.segment(node))
        types: list[ast.expr] = []
        if node.type is not None:
            self.expression(node.type)
            types = list(node.type.elts) if isinstance(node.type, ast.Tuple) else [node.type]
        first_call = len(self.calls)
        with self.under(IN_HANDLER):
            self.block(node.body)
        inner = [part for statement_ in node.body for part in _own(statement_)]
        last = node.body[-1]
        self.handlers.append(
            Handler(
                attempt=attempt,
                types=tuple(self.names.identity(kind, self.scope) or "?" for kind in types),
                line=node.lineno,
                end_line=node.end_lineno or node.lineno,
                scope=self.definition,
                steps=tuple(self.steps(node.body)),
                calls=_short([call.name for call in self.calls[first_call:] if call is not None]),
                uses_exception=node.name is not None
                and any(isinstance(part, ast.Name) and part.id == node.name for part in inner),
                raises=any(isinstance(part, ast.Raise) for part in inner),
                returned=self.value(last.value) if isinstance(last, ast.Return) and last.value is not None else None,
                statement=statement,
            )
        )

    def steps(self, body: Iterable[ast.stmt]) -> Iterator[str]:
        for statement in body:
            if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                yield self.step(statement)
            elif statement.value.value is Ellipsis:
                yield "pass"

    def step(self, node: ast.stmt) -> str:
        """A statement's kind, as `Handler.steps` writes it."""
        plain = _PLAIN_STEPS.get(node.__class__)
        if plain is not None:
            return plain
        if isinstance(node, ast.Return):
            return f"return:{self.operand(node.value)}"
        if isinstance(node, ast.Assign | ast.AnnAssign):
            return f"assign:{self.operand(node.value)}"
        if isinstance(node, ast.AugAssign):
            return "assign:other"
        if isinstance(node, ast.Expr):
            value = node.value
            if isinstance(value, ast.Await):
                value = value.value
            if isinstance(value, ast.Call):
                return f"call:{self.names.meaning(value.func, self.scope) or last_name(value.func)}"
        return "other"

    def operand(self, node: ast.expr | None) -> str:
        if node is None or _is_constant(node):
            return "const"
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Call):
            return f"call:{self.names.meaning(node.func, self.scope) or last_name(node.func)}"
        return "name" if isinstance(node, ast.Name | ast.Attribute) else "other"

    # -- expressions -----------------------------------------------------------------------------------------------

    def expression(self, node: ast.AST) -> None:
        kind = node.__class__
        if kind is ast.Constant:
            self.constant(node)  # type: ignore[arg-type]
        elif kind is ast.Name:
            self.refer(self.names.identity(node, self.scope))  # type: ignore[arg-type]
        elif kind is ast.Attribute:
            self.attribute(node)  # type: ignore[arg-type]
        elif kind is ast.Call:
            self.call(node)  # type: ignore[arg-type]
        elif kind is ast.Await:
            with_await = node.value  # type: ignore[attr-defined]
            saved = self.context
            self.context |= AWAITED
            self.expression(with_await)
            self.context = saved
        elif kind is ast.Lambda:
            self.lambda_(node)  # type: ignore[arg-type]
        elif kind in _COMPREHENSIONS:
            self.comprehension(node)  # type: ignore[arg-type]
        elif kind is ast.Yield or kind is ast.YieldFrom:
            self.yield_(node)  # type: ignore[arg-type]
        else:
            self.parts(node)

    def parts(self, node: ast.AST) -> None:
        """Read the expressions inside one that stands for no thing of its own."""
        saved_context = self.context
        self.context &= ~_OF_THE_CALL_ALONE
        for name in node._fields:
            child = getattr(node, name)
            for item in child if child.__class__ is list else (child,):
                if isinstance(item, _READ):
                    self.expression(item)
        self.context = saved_context

    def constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, str) and is_telling(value):
            self.strings.setdefault(value, node.lineno)

    def refer(self, name: str) -> None:
        if name.startswith("?"):
            name = f"?.{name.rpartition('.')[2]}" if "." in name else ""
        if name and (name[0] in ":.?" or "." in name or name in self.names.module.bindings):
            self.frame.refs.add(name)

    def attribute(self, node: ast.Attribute) -> None:
        name = self.names.identity(node, self.scope)
        if name:
            self.refer(name)
        else:
            self.frame.refs.add(f"?.{node.attr}")
        inner: ast.expr = node.value
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        if not isinstance(inner, ast.Name):
            saved = self.context
            self.context &= ~_OF_THE_CALL_ALONE
            self.expression(inner)
            self.context = saved

    def lambda_(self, node: ast.Lambda) -> None:
        scope = Scope("function", self.scope.qualname, self.scope, node)
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            scope.bindings[argument.arg] = f"?{argument.arg}"
        for default in (*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)):
            self.expression(default)
        saved, self.scope = self.scope, scope
        with self.under(IN_LAMBDA):
            self.expression(node.body)
        self.scope = saved

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        saved = self.scope
        with self.under(IN_COMPREHENSION):
            for generator in node.generators:
                self.expression(generator.iter)
                scope = Scope("function", self.scope.qualname, self.scope, node)
                for target in ast.walk(generator.target):
                    if isinstance(target, ast.Name):
                        scope.bindings[target.id] = (
                            (generator.iter, self.scope, "element") if target is generator.target else f"?{target.id}"
                        )
                self.scope = scope
                for condition in generator.ifs:
                    self.expression(condition)
            if isinstance(node, ast.DictComp):
                self.expression(node.key)
                self.expression(node.value)
            else:
                self.expression(node.elt)
        self.scope = saved

    def yield_(self, node: ast.Yield | ast.YieldFrom) -> None:
        self.frame.is_generator = True
        if node.value is not None:
            self.expression(node.value)
        value = Const(None) if node.value is None else self.value(node.value)
        self.returns.append(Return(self.definition, node.lineno, value, is_yield=True))

    def call(self, node: ast.Call) -> None:
        index = len(self.calls)
        self.calls.append(None)
        self.call_of[id(node)] = index
        function = node.func
        name = self.names.meaning(function, self.scope)
        via = self.names.identity(function, self.scope)
        context, parent, result, decorates = self.context, self.call_parent, self.result, self.decorates
        outer_digest = self.call_digest
        if self.nesting < _NESTED_DIGESTS:
            self.call_digest = digest(self.written.segment(node))
        statement = self.call_digest
        self.nesting += 1
        self.call_parent, self.result, self.context = index, "", context & ~_OF_THE_CALL_ALONE
        self.decorates = MODULE
        if isinstance(function, ast.Name | ast.Attribute):
            self.call_parent = parent
            self.expression(function)
            self.call_parent = index
        else:
            self.expression(function)
        for argument in node.args:
            self.expression(argument)
        for keyword in node.keywords:
            self.expression(keyword.value)
        self.call_parent, self.result, self.context, self.decorates = parent, result, context, decorates
        self.call_digest = outer_digest
        self.nesting -= 1
        if not name:
            name = f"?.{function.attr}" if isinstance(function, ast.Attribute) else via or "?"
        if asserting(name.rpartition(".")[2]):
            self.frame.asserts += 1
        self.calls[index] = Call(
            name=name,
            via=via if via != name else "",
            line=node.lineno,
            end_line=node.end_lineno or node.lineno,
            scope=self.definition,
            context=context | AFTER_YIELD if self.frame.is_generator else context,
            args=tuple(self.value(argument) for argument in node.args[:_MOST_ITEMS]),
            keywords=tuple((keyword.arg or "**", self.value(keyword.value)) for keyword in node.keywords[:_MOST_ITEMS]),
            statement=statement,
            result=result,
            parent=parent,
            attempt=self.attempt,
            decorates=decorates,
            within=self.within,
            guards=self.guards,
        )

    # -- values ----------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr, depth: int = 0) -> Value:
        """The expression as a value that controls can look at, nested at most six deep."""
        if depth > _VALUE_DEPTH:
            return Other("deep")
        lower = _VALUES.get(node.__class__)
        return lower(self, node, depth) if lower is not None else Other(node.__class__.__name__, self.named_in(node))

    def literal(self, node: ast.Constant, _: int) -> Value:
        return _const(node.value)

    def named(self, node: ast.Name | ast.Attribute, _: int) -> Value:
        name = self.names.identity(node, self.scope)
        meaning = self.names.meaning(node, self.scope)
        if name:
            return Name(name, meaning if meaning != name else "")
        return Name(f"?.{node.attr}", meaning) if isinstance(node, ast.Attribute) else Other("Name")

    def awaited(self, node: ast.Await | ast.NamedExpr, depth: int) -> Value:
        return self.value(node.value, depth)

    def starred(self, node: ast.Starred, _: int) -> Value:
        return Other("*", self.named_in(node))

    def display(self, node: ast.List | ast.Tuple | ast.Set, depth: int) -> Value:
        items = tuple(self.value(item, depth + 1) for item in node.elts[:_MOST_ITEMS])
        return Items(node.__class__.__name__.lower(), items)

    def formatted(self, node: ast.JoinedStr, depth: int) -> Value:
        return Format(tuple(self.format_parts(node, depth)))

    def signed(self, node: ast.UnaryOp, depth: int) -> Value:
        operand = node.operand.value if isinstance(node.operand, ast.Constant) else None
        if isinstance(node.op, ast.USub) and isinstance(operand, int | float):
            return _const(-operand)
        if isinstance(node.op, ast.Not):
            return Other("UnaryOp", self.named_in(node), "Not", (self.value(node.operand, depth + 1),))
        return Other("UnaryOp", self.named_in(node))

    def compared(self, node: ast.Compare, depth: int) -> Value:
        if len(node.ops) > 1:
            return Other("Compare", self.named_in(node))
        operands = (self.value(node.left, depth + 1), self.value(node.comparators[0], depth + 1))
        return Other("Compare", self.named_in(node), node.ops[0].__class__.__name__, operands)

    def either(self, node: ast.BoolOp, depth: int) -> Value:
        operands = tuple(self.value(value, depth + 1) for value in node.values[:_MOST_ITEMS])
        return Other("BoolOp", self.named_in(node), node.op.__class__.__name__, operands)

    def call_value(self, node: ast.Call, depth: int) -> Value:
        index = self.call_of.get(id(node), MODULE)
        function = node.func
        if (
            isinstance(function, ast.Attribute)
            and function.attr == "format"
            and isinstance(function.value, ast.Constant)
        ):
            parts = [
                self.value(argument, depth + 1)
                for argument in (*node.args, *(keyword.value for keyword in node.keywords))
            ]
            return Format((_const(function.value.value), *parts[:_MOST_ITEMS]))
        name = self.calls[index].name if index >= 0 and self.calls[index] is not None else ""  # type: ignore[union-attr]
        return Invoke(name or self.names.meaning(function, self.scope), index)

    def mapping(self, node: ast.Dict, depth: int) -> Value:
        keys = tuple(Const(None) if key is None else self.value(key, depth + 1) for key in node.keys[:_MOST_ITEMS])
        return Mapping(keys, tuple(self.value(value, depth + 1) for value in node.values[:_MOST_ITEMS]))

    def format_parts(self, node: ast.JoinedStr, depth: int) -> Iterator[Value]:
        for part in node.values[:_MOST_ITEMS]:
            yield self.value(part.value if isinstance(part, ast.FormattedValue) else part, depth + 1)

    def binary(self, node: ast.BinOp, depth: int) -> Value:
        if isinstance(node.op, ast.Mod) and is_text(node.left):
            right = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            return Format(
                (self.value(node.left, depth + 1), *(self.value(item, depth + 1) for item in right[:_MOST_ITEMS]))
            )
        if isinstance(node.op, ast.Add):
            parts: list[ast.expr] = []
            left: ast.expr = node
            while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add) and len(parts) < _MOST_ITEMS:
                parts.append(left.right)
                left = left.left
            parts.append(left)
            if any(is_text(part) for part in parts):
                return Format(tuple(self.value(part, depth + 1) for part in reversed(parts)))
        return Other(f"BinOp{node.op.__class__.__name__}", self.named_in(node))

    def index(self, node: ast.Subscript, depth: int) -> Value:
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return Index(
            self.value(node.value, depth + 1), tuple(self.value(item, depth + 1) for item in inner[:_MOST_ITEMS])
        )


class _Under:
    """Puts back what a reader knew of the place around; a third of what a generator would cost, at every block."""

    __slots__ = ("reader", "saved")

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader
        self.saved = reader.context, reader.guards, reader.within

    def __enter__(self) -> None:
        """The reader is under it already."""

    def __exit__(self, *_: object) -> None:
        self.reader.context, self.reader.guards, self.reader.within = self.saved


class _Inside:
    """Puts back which definition a reader was in."""

    __slots__ = ("reader", "saved")

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader
        self.saved = reader.definition, reader.scope, reader.frame

    def __enter__(self) -> None:
        """The reader is inside already."""

    def __exit__(self, *_: object) -> None:
        self.reader.definition, self.reader.scope, self.reader.frame = self.saved


_VALUES: dict[type[ast.expr], Callable[..., Value]] = {
    ast.Constant: _Reader.literal,
    ast.Name: _Reader.named,
    ast.Attribute: _Reader.named,
    ast.Call: _Reader.call_value,
    ast.Await: _Reader.awaited,
    ast.NamedExpr: _Reader.awaited,
    ast.Starred: _Reader.starred,
    ast.List: _Reader.display,
    ast.Tuple: _Reader.display,
    ast.Set: _Reader.display,
    ast.Dict: _Reader.mapping,
    ast.JoinedStr: _Reader.formatted,
    ast.BinOp: _Reader.binary,
    ast.Subscript: _Reader.index,
    ast.UnaryOp: _Reader.signed,
    ast.Compare: _Reader.compared,
    ast.BoolOp: _Reader.either,
}

_STATEMENTS: dict[type[ast.stmt], Callable[..., None]] = {
    ast.Import: _Reader.import_,
    ast.ImportFrom: _Reader.import_from,
    ast.FunctionDef: _Reader.function,
    ast.AsyncFunctionDef: _Reader.function,
    ast.ClassDef: _Reader.class_,
    ast.Return: _Reader.return_,
    ast.Assign: _Reader.assign,
    ast.AnnAssign: _Reader.annotated_assign,
    ast.AugAssign: _Reader.augmented_assign,
    ast.If: _Reader.if_,
    ast.While: _Reader.while_,
    ast.For: _Reader.for_,
    ast.AsyncFor: _Reader.for_,
    ast.With: _Reader.with_,
    ast.AsyncWith: _Reader.with_,
    ast.Match: _Reader.match,
    ast.Raise: _Reader.raise_,
    ast.Assert: _Reader.assert_,
    ast.Expr: _Reader.expression_statement,
    ast.Try: _Reader.try_,
}
if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = _Reader.try_

_READ = (ast.expr, ast.keyword)
_COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})
_ASSERTING = frozenset({"raises", "warns", "fail", "approx_equal", "expect"})
_PLAIN_STEPS: dict[type[ast.stmt], str] = {
    ast.Pass: "pass",
    ast.Import: "import",
    ast.ImportFrom: "import",
    ast.Continue: "continue",
    ast.Break: "break",
    ast.Raise: "raise",
    ast.If: "if",
    ast.For: "for",
    ast.AsyncFor: "for",
    ast.While: "while",
    ast.Try: "try",
    ast.With: "with",
    ast.AsyncWith: "with",
}


def _const(value: object) -> Value:
    if isinstance(value, str):
        return Const(value[:LONGEST_TEXT].encode("utf-8", "replace").decode())
    if isinstance(value, bytes):
        return Const(value[:LONGEST_TEXT].decode("latin-1"))
    if isinstance(value, bool) or value is None:
        return Const(value)
    if isinstance(value, int):
        # msgpack holds 64 bits; no control asks for the digits of a larger number.
        return Const(value) if -(2**63) <= value < 2**63 else Const(float("inf") if value > 0 else float("-inf"))
    if isinstance(value, float):
        return Const(value)
    return Other(type(value).__name__)


def asserting(name: str) -> bool:
    """Whether a function or method of this bare name asserts something."""
    return name in _ASSERTING or name.startswith("assert")


def is_telling(text: str) -> bool:
    """Whether a string may name code or a path."""
    if not 1 < len(text) < 200 or not (text[0] == "/" or "." in text or ":" in text):
        return False
    return _TELLING.match(text) is not None


def is_text(node: ast.expr) -> bool:
    """Whether the expression is a text, or is put together to one."""
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        return is_text(node.left)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.UnaryOp):
        return _is_constant(node.operand)
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return all(map(_is_constant, node.elts))
    if isinstance(node, ast.Dict):
        return all(key is not None and _is_constant(key) for key in node.keys) and all(map(_is_constant, node.values))
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id
        in ("dict", "list", "set", "tuple", "frozenset", "str", "int", "float", "bool", "bytes", "defaultdict")
        and not node.args
        and not node.keywords
    )


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.List | ast.Tuple):
        for item in node.elts:
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                yield item.value


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """The node and everything inside it that runs with it: not the bodies of definitions and lambdas."""
    pending = [node]
    while pending:
        item = pending.pop()
        yield item
        if not isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            pending.extend(ast.iter_child_nodes(item))


def _short(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))[:40]


def extract(data: bytes) -> PythonFacts:
    """Read one Python file. Raises `Unreadable` for what no Python version would read."""
    parsed = parse(data)
    with deep_walk():
        return _read(parsed).facts(complexity(parsed), bandit_issues(parsed))


def extract_unmeasured(data: bytes) -> PythonFacts:
    """The same without Radon's measures and Bandit's findings. Raises `Unreadable`."""
    parsed = parse(data)
    with deep_walk():
        return _read(parsed).facts(UNMEASURED, ())


def extract_flows(data: bytes) -> Flows:
    """How values move through the file, in the numbers of `extract`'s calls and definitions. Raises `Unreadable`."""
    parsed = parse(data)
    with deep_walk():
        return _read(parsed).flows()


_recent: dict[Parsed, _Reader] = {}
"""The file read last, whose facts and data flow are asked for one after the other."""


def _read(parsed: Parsed) -> _Reader:
    known = _recent.get(parsed)
    if known is None:
        while _recent:
            _recent.popitem()[1].names.release()
        known = _Reader(parsed)
        known.block(parsed.tree.body)
        _recent[parsed] = known
    return known


EXTRACTOR = Extractor(
    kind="python",
    claims=is_program,
    extract=extract,
    facts=PythonFacts,
    of_python=True,
)
