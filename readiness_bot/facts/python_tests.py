"""What one file of tests says, as far as anything asks it of tests; much less than is read of production code.

Tests are judged by what they reach: which definitions they name, which paths they request, through which clients, and
whether they assert anything. Nothing follows data through them, weighs their complexity or looks for their defects. The
facts are those of `python.py` with the rest left empty, so that names can be followed through helpers of tests as
through any module. Of a definition, `refs` stand with the module; of a call only arguments that may be a path are kept,
and of returns those that put one together.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Sequence

from readiness_bot.facts.complexity import Complexity
from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.names import FunctionNode, Names, Scope, generator_scope, lambda_scope
from readiness_bot.facts.python_expressions import asserting, is_telling
from readiness_bot.facts.python_facts import Assignment, Call, Definition, Field, Import, Parameter, PythonFacts, Return
from readiness_bot.facts.roles import is_python, is_test
from readiness_bot.facts.source_lines import source_lines
from readiness_bot.facts.syntax import Parsed, deep_walk, parse
from readiness_bot.facts.values import (
    MODULE,
    MOST_ITEMS,
    VALUE_DEPTH,
    Const,
    Format,
    Invoke,
    Lowering,
    Name,
    Other,
    Value,
    const,
)
from readiness_bot.facts.walk import Walk

_PATH_KEYWORDS = frozenset({"url", "path", "uri"})
_MOST_PATH_ARGUMENTS = 5
_BUILTINS = frozenset(dir(builtins))
_REACHING = re.compile(
    r"client|factory|testcase|testapp|transport|lifespan|webtest|context|runner|discover|import|modules|packages|url|reverse"
    r"|^(get|post|put|patch|delete|head|options|request)$",
    re.IGNORECASE,
)
"""Methods of things unknown that may still open a way to the application, or load modules."""


class _Reader(Lowering):
    """One walk over a module of tests."""

    def __init__(self, tree: ast.Module) -> None:
        self.names = Names(tree)
        self.scope: Scope = self.names.module
        self.definition = MODULE
        self.asserts = [0]
        self.refs: set[str] = set()
        self.imports: list[Import] = []
        self.definitions: list[Definition | None] = []
        self.fields: list[Field] = []
        self.calls: list[Call] = []
        self.spare: Call | None = None
        self.assignments: list[Assignment] = []
        self.returns: list[Return] = []
        self.gives_url = False
        self.strings: dict[str, int] = {}
        self.walk = Walk()
        on = self.walk.on
        on(self.import_, ast.Import)
        on(self.import_from, ast.ImportFrom)
        on(self.function, ast.FunctionDef, ast.AsyncFunctionDef)
        on(self.class_, ast.ClassDef)
        on(self.assign, ast.Assign)
        on(self.annotated_assign, ast.AnnAssign)
        on(self.augmented_assign, ast.AugAssign)
        on(self.for_, ast.For, ast.AsyncFor)
        on(self.with_item, ast.withitem)
        on(self.case, ast.match_case)
        on(self.assertion, ast.Assert)
        on(self.statement, ast.Expr)
        on(self.return_, ast.Return)
        on(self.name, ast.Name)
        on(self.attribute, ast.Attribute)
        on(self.constant, ast.Constant)
        on(self.call, ast.Call)
        on(self.lambda_, ast.Lambda)
        on(self.comprehension, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
        self.visit = self.walk.visit
        self.each = self.walk.each

    # -- definitions -----------------------------------------------------------------------------------------------

    def import_(self, node: ast.Import) -> None:
        for alias in node.names:
            local = alias.asname or alias.name.partition(".")[0]
            self.imports.append(Import(alias.name, local, node.lineno, self.definition))

    def import_from(self, node: ast.ImportFrom) -> None:
        origin = "." * node.level + (node.module or "")
        for alias in node.names:
            separator = "" if origin.endswith(".") or not origin else "."
            target = origin if alias.name == "*" else f"{origin}{separator}{alias.name}"
            self.imports.append(Import(target, alias.asname or alias.name, node.lineno, self.definition))

    def function(self, node: FunctionNode) -> None:
        index = len(self.definitions)
        self.definitions.append(None)
        self.each(node.decorator_list)
        scope = self.names.scopes[node]
        arguments = node.args
        outer, self.scope = self.scope, scope.parent or self.names.module
        for part in (*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg):
            if part is not None and part.annotation is not None:
                self.visit(part.annotation)
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.visit(default)
        self.scope = outer
        if node.returns is not None:
            self.visit(node.returns)
        gives = self.names.returned(node)
        saved, self.gives_url = self.gives_url, gives.endswith(("URL", "URL()"))
        asserts = self.inside(index, scope, node.body)
        self.gives_url = saved
        parameters = tuple(
            Parameter(part.arg, "positional", None, None)
            for part in (
                *arguments.posonlyargs,
                *arguments.args,
                arguments.vararg,
                *arguments.kwonlyargs,
                arguments.kwarg,
            )
            if part is not None
        )
        self.define(index, node, scope, asserts, parameters=parameters, gives=gives)

    def class_(self, node: ast.ClassDef) -> None:
        index = len(self.definitions)
        self.definitions.append(None)
        self.each(node.decorator_list)
        self.each(node.bases)
        self.each(node.keywords)
        scope = self.names.scopes[node]
        bases = tuple(
            self.names.identity(base.value if isinstance(base, ast.Subscript) else base, self.scope)
            for base in node.bases
        )
        asserts = self.inside(index, scope, node.body)
        self.define(index, node, scope, asserts, bases=bases)

    def inside(self, index: int, scope: Scope, body: Sequence[ast.stmt]) -> int:
        saved = self.definition, self.scope
        self.definition, self.scope = index, scope
        self.asserts.append(0)
        self.each(body)  # type: ignore[arg-type]
        self.definition, self.scope = saved
        return self.asserts.pop()

    def define(
        self,
        index: int,
        node: FunctionNode | ast.ClassDef,
        scope: Scope,
        asserts: int,
        *,
        parameters: tuple[Parameter, ...] = (),
        bases: tuple[str, ...] = (),
        gives: str = "",
    ) -> None:
        decorators = tuple(
            value for decorator in node.decorator_list if isinstance(value := self.value(decorator), Name | Invoke)
        )
        self.definitions[index] = Definition(
            kind="class" if isinstance(node, ast.ClassDef) else "function",
            name=node.name,
            qualname=scope.qualname,
            parent=self.definition,
            line=node.lineno,
            end_line=node.end_lineno or node.lineno,
            first_line=node.lineno,
            is_async=isinstance(node, ast.AsyncFunctionDef),
            is_generator=False,
            documented=False,
            annotated=False,
            asserts=asserts,
            decorators=decorators,
            parameters=parameters,
            returns=None,
            bases=bases,
            keywords=(),
            refs=(),
            statement="",
            statements=0,
            gives=gives,
        )

    # -- statements ------------------------------------------------------------------------------------------------

    def assign(self, node: ast.Assign) -> None:
        self.bind(node.targets, node.value, node, None)

    def annotated_assign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.bind([node.target], node.value, node, node.annotation)
        elif self.scope.kind == "class" and isinstance(node.target, ast.Name):
            kind = self.names.annotated(node.annotation, self.scope)
            self.fields.append(Field(self.definition, node.target.id, node.lineno, None, None, kind))

    def augmented_assign(self, node: ast.AugAssign) -> None:
        self.bind([node.target], node.value, node, None)

    def bind(self, targets: Sequence[ast.expr], value: ast.expr, node: ast.stmt, annotation: ast.expr | None) -> None:
        self.visit(value)
        lowered: Value | None = None
        for target in targets:
            name, key = self.target(target)
            if target.__class__ is not ast.Name:
                self.visit(target)
            if not name:
                continue
            is_seen_outside = name[0] == ":" and not key
            if not is_seen_outside and self.scope.kind != "class" and _gives_anything(value):
                continue
            if lowered is None:
                lowered = self.value(value)
            kind = self.names.annotated(annotation, self.scope) if annotation is not None else ""
            if is_seen_outside or _may_be_path(lowered):
                self.assignments.append(
                    Assignment(name, key, lowered, node.lineno, node.lineno, self.definition, 0, "", kind)
                )
            if self.scope.kind == "class" and isinstance(target, ast.Name):
                self.fields.append(Field(self.definition, target.id, node.lineno, None, lowered, kind))

    def for_(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.each(node.body)
        self.each(node.orelse)

    def with_item(self, node: ast.withitem) -> None:
        self.visit(node.context_expr)

    def case(self, node: ast.match_case) -> None:
        if node.guard is not None:
            self.visit(node.guard)
        self.each(node.body)

    def assertion(self, node: ast.Assert) -> None:
        self.asserts[-1] += 1
        self.walk.into(node)

    def statement(self, node: ast.Expr) -> None:
        if node.value.__class__ is not ast.Constant:
            self.visit(node.value)

    def return_(self, node: ast.Return) -> None:
        if node.value is None:
            return
        value = self.joined(node.value) if self.gives_url else self.argument(node.value)
        if isinstance(value, Format) or (isinstance(value, Const) and str(value.value).startswith("/")):
            self.returns.append(Return(self.definition, node.lineno, value))
        self.visit(node.value)

    def joined(self, node: ast.expr) -> Value:
        """What a helper returns as the URL of a route; `/` puts such a URL together, as it does a path."""
        parts: list[Value] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            parts[:0] = (_SLASH, self.value(node.right))
            node = node.left
        return Format((self.value(node), *parts)) if parts else self.argument(node)

    # -- expressions -----------------------------------------------------------------------------------------------

    def name(self, node: ast.Name) -> None:
        self.refer(self.names.identity(node, self.scope))

    def attribute(self, node: ast.Attribute) -> None:
        self.refer(self.names.identity(node, self.scope))
        inner: ast.expr = node.value
        while inner.__class__ is ast.Attribute:
            inner = inner.value
        if inner.__class__ is not ast.Name:
            self.visit(inner)

    def refer(self, name: str) -> None:
        if name and name[0] != "?" and (name[0] == ":" or "." in name or name in self.names.module.bindings):
            self.refs.add(name)

    def constant(self, node: ast.Constant) -> None:
        value = node.value
        if value.__class__ is str and is_telling(value) and value[0] != "/":
            self.strings.setdefault(value, node.lineno)

    def lambda_(self, node: ast.Lambda) -> None:
        scope = lambda_scope(node, self.scope)
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        saved, self.scope = self.scope, scope
        self.visit(node.body)
        self.scope = saved

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        saved = self.scope
        for generator in node.generators:
            self.visit(generator.iter)
            self.scope = generator_scope(generator, self.scope, node)
            self.each(generator.ifs)
        if isinstance(node, ast.DictComp):
            self.visit(node.key)
            self.visit(node.value)
        else:
            self.visit(node.elt)
        self.scope = saved

    def call(self, node: ast.Call) -> None:
        function = node.func
        written = function.attr if isinstance(function, ast.Attribute) else ""
        via = self.names.identity(function, self.scope)
        if not written:
            written = via.rpartition(".")[2]
        if asserting(written.lstrip("?")):
            self.asserts[-1] += 1
        args: list[Value] = []
        keywords: list[tuple[str, Value]] = []
        tells = False
        for argument in node.args[:_MOST_PATH_ARGUMENTS]:
            value = self.argument(argument)
            tells = tells or value is not _NOTHING
            args.append(value)
        for keyword in node.keywords:
            if keyword.arg in _PATH_KEYWORDS or (keyword.arg == "name" and via == "pytest.fixture"):
                value = self.argument(keyword.value)
                tells = tells or value is not _NOTHING
                keywords.append((keyword.arg, value))
        if tells:
            self.calls.append(self.kept(node, via, tuple(args), tuple(keywords)))
        elif (via and via[0] != "?" and via not in _BUILTINS) or _REACHING.search(written):
            self.calls.append(self.kept(node, via, (), ()))
        elif self.spare is None:
            self.spare = self.kept(node, via, (), ())
        self.visit(function)
        if node.args:
            self.each(node.args)
        for keyword in node.keywords:
            self.visit(keyword.value)

    def kept(self, node: ast.Call, via: str, args: tuple[Value, ...], keywords: tuple[tuple[str, Value], ...]) -> Call:
        function = node.func
        name = self.names.meaning(function, self.scope)
        if not name:
            name = f"?.{function.attr}" if isinstance(function, ast.Attribute) else via or "?"
        return Call(name, via if via != name else "", node.lineno, node.lineno, self.definition, 0, args, keywords, "")

    # -- values ----------------------------------------------------------------------------------------------------

    def argument(self, node: ast.expr) -> Value:
        """An argument that may be a path; what stands for nothing otherwise."""
        kind = node.__class__
        if kind is ast.Constant:
            value = node.value  # type: ignore[attr-defined]
            return const(value) if isinstance(value, str) else _NOTHING
        if kind is ast.Name or kind is ast.Attribute:
            name = self.names.identity(node, self.scope)
            return self.value(node) if name and name[0] != "?" else _NOTHING
        if kind is ast.JoinedStr or kind is ast.BinOp or (kind is ast.Call and _puts_together(node)):  # type: ignore[arg-type]
            value = self.value(node)
            return value if _may_be_path(value) else _NOTHING
        return _NOTHING

    def value(self, node: ast.expr, depth: int = 0) -> Value:
        """Names, calls, texts and what is put together from them; anything else by its kind alone."""
        if depth > VALUE_DEPTH:
            return Other("deep")
        kind = node.__class__
        if kind is ast.Constant:
            value = node.value  # type: ignore[attr-defined]
            return const(value) if isinstance(value, str) else Const(None) if value is None else _NOTHING
        if kind is ast.Name or kind is ast.Attribute:
            name = self.names.identity(node, self.scope)
            meaning = self.names.meaning(node, self.scope)
            if name:
                return Name(name, meaning if meaning != name else "")
            return Name(f"?.{node.attr}", meaning) if isinstance(node, ast.Attribute) else _NOTHING
        if kind is ast.Call:
            return self.call_value(node, depth)  # type: ignore[arg-type]
        if kind is ast.Await or kind is ast.NamedExpr:
            return self.value(node.value, depth)  # type: ignore[attr-defined]
        if kind is ast.JoinedStr:
            return self.formatted(node, depth)  # type: ignore[arg-type]
        if kind is ast.BinOp:
            return self.binary(node, depth)  # type: ignore[arg-type]
        if kind is ast.Subscript:
            return self.index(node, depth)  # type: ignore[arg-type]
        return _NOTHING

    def other(self, _: ast.expr) -> Value:
        return _NOTHING

    def call_value(self, node: ast.Call, depth: int) -> Value:
        function = node.func
        if _puts_together(node):
            values = (*node.args, *(keyword.value for keyword in node.keywords))
            first = function.value.value  # type: ignore[attr-defined]
            return Format(
                (
                    const(first) if isinstance(first, str) else _NOTHING,
                    *(self.value(value, depth + 1) for value in values[:MOST_ITEMS]),
                )
            )
        name = self.names.meaning(function, self.scope)
        if not name:
            via = self.names.identity(function, self.scope)
            name = f"?.{function.attr}" if isinstance(function, ast.Attribute) else via or "?"
        return Invoke(name, MODULE)


_NOTHING = Other("")
_SLASH = const("/")


def _gives_anything(node: ast.expr) -> bool:
    """Whether an expression is a call of which nothing tells that it makes a text."""
    return isinstance(node, ast.Call) and not _puts_together(node)


def _puts_together(node: ast.Call) -> bool:
    """Whether a call makes a text of its parts: `"/orders/{}".format(key)`."""
    function = node.func
    return (
        isinstance(function, ast.Attribute) and function.attr == "format" and isinstance(function.value, ast.Constant)
    )


def _may_be_path(value: Value) -> bool:
    """Whether the value is a text, is put together to one, or names something that may be bound to one."""
    if isinstance(value, Const):
        return isinstance(value.value, str)
    return isinstance(value, Format) or (isinstance(value, Name) and value.name[0] != "?")


def extract(data: bytes) -> PythonFacts:
    """Read one Python file of tests. Raises `Unreadable` for what no Python version would read."""
    parsed = parse(data)
    reader = _Reader(parsed.tree)
    try:
        with deep_walk():
            reader.each(parsed.tree.body)
        return _facts_of(parsed, reader)
    finally:
        reader.walk.close()
        reader.names.release()


def _facts_of(parsed: Parsed, reader: _Reader) -> PythonFacts:
    if reader.spare is not None and not (reader.definitions or reader.calls or reader.assignments or reader.imports):
        # A file that does anything at all is told from one that only marks a package.
        reader.calls.append(reader.spare)
    return PythonFacts(
        lines=len(parsed.lines),
        documented=False,
        imports=tuple(reader.imports),
        definitions=tuple(definition for definition in reader.definitions if definition is not None),
        fields=tuple(reader.fields),
        calls=tuple(reader.calls),
        assignments=tuple(reader.assignments),
        returns=tuple(reader.returns),
        raises=(),
        attempts=(),
        handlers=(),
        suppressions=(),
        openings=(),
        alternatives=(),
        demands=(),
        conditions=(),
        refs=tuple(sorted(reader.refs)),
        stars=tuple(reader.names.module.stars),
        exports=(),
        strings=tuple(sorted(reader.strings.items(), key=lambda item: (item[1], item[0]))),
        complexity=Complexity((), 100.0, "A", 0, 0, source_lines(parsed), 0),
        bandit=(),
    )


EXTRACTOR = Extractor(
    kind="python-test",
    claims=lambda path: is_python(path) and is_test(path),
    extract=extract,
    facts=PythonFacts,
    of_python=True,
)
