"""What an expression of Python says.

The calls, names and texts in it, with names resolved where they stand, and the expression as a value.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from readiness_bot.facts.names import Names, Scope, generator_scope, lambda_scope
from readiness_bot.facts.python_facts import (
    AFTER_YIELD,
    AWAITED,
    DISCARDED,
    IN_COMPREHENSION,
    IN_LAMBDA,
    Call,
    Return,
)
from readiness_bot.facts.statement import digest
from readiness_bot.facts.syntax import Parsed
from readiness_bot.facts.values import (
    MODULE,
    MOST_ITEMS,
    VALUE_DEPTH,
    Const,
    Format,
    Invoke,
    Items,
    Lowering,
    Mapping,
    Name,
    Other,
    Value,
    const,
)

_OF_THE_CALL_ALONE = AWAITED | DISCARDED
_NESTED_DIGESTS = 8
"""A call within more calls than these goes by the text of the innermost that counts: time stays linear in the text."""
_TELLING = re.compile(
    r"^(/[\w\-./{}<>:$^*+?()\[\]\\]*|[A-Za-z_][\w]*(\.[A-Za-z_]\w*)+(:[A-Za-z_][\w.]*)?(\(\))?|"
    r"[A-Za-z_]\w*:[A-Za-z_]\w*)$"
)
_READ = (ast.expr, ast.keyword)
_COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})
_ASSERTING = frozenset({"raises", "warns", "fail", "approx_equal", "expect"})


class Frame:
    """What is gathered for the definition being read."""

    __slots__ = ("asserts", "is_generator", "refs", "statements")

    def __init__(self) -> None:
        self.refs: set[str] = set()
        self.asserts = 0
        self.is_generator = False
        self.statements = 0


def _variable_asked(node: ast.Compare) -> str:
    """The variable of the environment that is asked for: `os.environ.CI` of `"CI" in os.environ`."""
    asked, held = node.left, node.comparators[0]
    if isinstance(asked, ast.Constant) and isinstance(asked.value, str) and isinstance(held, ast.Attribute):
        return f"os.environ.{asked.value}" if held.attr == "environ" and isinstance(node.ops[0], ast.In) else ""
    return ""


class Expressions(Lowering):
    """Reads expressions in source order, and gathers what they say; a subclass reads the statements around them."""

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
        self.nesting = 0
        self.call_digest = ""
        self.frame = Frame()
        self.call_of: dict[int, int] = {}
        self.calls: list[Call | None] = []
        self.returns: list[Return] = []
        self.strings: dict[str, int] = {}

    def under(self, context: int = 0, guards: tuple[str, ...] = (), within: tuple[str, ...] = ()) -> _Under:
        """Be under these circumstances, conditions and context managers until the block that it opens ends."""
        around = _Under(self)
        self.context |= context
        self.guards += guards
        self.within += within
        return around

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
            elif isinstance(item, ast.Compare) and (asked := _variable_asked(item)):
                found[asked] = None
            else:
                pending.extend(ast.iter_child_nodes(item))
        return tuple(found)

    # -- expressions -----------------------------------------------------------------------------------------------

    def expression(self, node: ast.AST) -> None:
        """Gather what an expression says, and what those inside it do."""
        kind = node.__class__
        if kind is ast.Constant:
            self._constant(node)  # type: ignore[arg-type]
        elif kind is ast.Name:
            self._refer(self.names.identity(node, self.scope))  # type: ignore[arg-type]
        elif kind is ast.Attribute:
            self._attribute(node)  # type: ignore[arg-type]
        elif kind is ast.Call:
            self._call(node)  # type: ignore[arg-type]
        elif kind is ast.Await:
            with_await = node.value  # type: ignore[attr-defined]
            saved = self.context
            self.context |= AWAITED
            self.expression(with_await)
            self.context = saved
        elif kind is ast.Lambda:
            self._lambda(node)  # type: ignore[arg-type]
        elif kind in _COMPREHENSIONS:
            self._comprehension(node)  # type: ignore[arg-type]
        elif kind is ast.Yield or kind is ast.YieldFrom:
            self._yield(node)  # type: ignore[arg-type]
        else:
            self._parts(node)

    def _parts(self, node: ast.AST) -> None:
        """Read the expressions inside one that stands for no thing of its own."""
        saved_context = self.context
        self.context &= ~_OF_THE_CALL_ALONE
        for name in node._fields:
            child = getattr(node, name)
            for item in child if child.__class__ is list else (child,):
                if isinstance(item, _READ):
                    self.expression(item)
        self.context = saved_context

    def _constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, str) and is_telling(value):
            self.strings.setdefault(value, node.lineno)

    def _refer(self, name: str) -> None:
        if name.startswith("?"):
            name = f"?.{name.rpartition('.')[2]}" if "." in name else ""
        if name and (name[0] in ":.?" or "." in name or name in self.names.module.bindings):
            self.frame.refs.add(name)

    def _attribute(self, node: ast.Attribute) -> None:
        name = self.names.identity(node, self.scope)
        if name:
            self._refer(name)
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

    def _lambda(self, node: ast.Lambda) -> None:
        scope = lambda_scope(node, self.scope)
        for default in (*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)):
            self.expression(default)
        saved, self.scope = self.scope, scope
        with self.under(IN_LAMBDA):
            self.expression(node.body)
        self.scope = saved

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        saved = self.scope
        with self.under(IN_COMPREHENSION):
            for generator in node.generators:
                self.expression(generator.iter)
                self.scope = generator_scope(generator, self.scope, node)
                for condition in generator.ifs:
                    self.expression(condition)
            if isinstance(node, ast.DictComp):
                self.expression(node.key)
                self.expression(node.value)
            else:
                self.expression(node.elt)
        self.scope = saved

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> None:
        self.frame.is_generator = True
        if node.value is not None:
            self.expression(node.value)
        value = Const(None) if node.value is None else self.value(node.value)
        self.returns.append(Return(self.definition, node.lineno, value, is_yield=True))

    def _call(self, node: ast.Call) -> None:
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
        if asserting(name.rpartition(".")[2].lstrip("?")):
            self.frame.asserts += 1
        self.calls[index] = Call(
            name=name,
            via=via if via != name else "",
            line=node.lineno,
            end_line=node.end_lineno or node.lineno,
            scope=self.definition,
            context=context | AFTER_YIELD if self.frame.is_generator else context,
            args=tuple(self.value(argument) for argument in node.args[:MOST_ITEMS]),
            keywords=tuple((keyword.arg or "**", self.value(keyword.value)) for keyword in node.keywords[:MOST_ITEMS]),
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
        if depth > VALUE_DEPTH:
            return Other("deep")
        lower = _VALUES.get(node.__class__)
        return lower(self, node, depth) if lower is not None else self.other(node)

    def other(self, node: ast.expr) -> Value:
        """An expression that is no value of its own: its kind, and what it names."""
        kind = node.__class__.__name__
        if not isinstance(node, ast.BinOp):
            return Other(kind, self.named_in(node))
        within = "BitOr" if isinstance(node.op, ast.BitAnd) and any(map(_is_either, ast.walk(node))) else ""
        return Other(f"{kind}{node.op.__class__.__name__}", self.named_in(node), within)

    def _literal(self, node: ast.Constant, _: int) -> Value:
        return const(node.value)

    def _named(self, node: ast.Name | ast.Attribute, _: int) -> Value:
        name = self.names.identity(node, self.scope)
        meaning = self.names.meaning(node, self.scope)
        if name:
            return Name(name, meaning if meaning != name else "")
        return Name(f"?.{node.attr}", meaning) if isinstance(node, ast.Attribute) else Other("Name")

    def _awaited(self, node: ast.Await | ast.NamedExpr, depth: int) -> Value:
        return self.value(node.value, depth)

    def _starred(self, node: ast.Starred, _: int) -> Value:
        return Other("*", self.named_in(node))

    def _display(self, node: ast.List | ast.Tuple | ast.Set, depth: int) -> Value:
        items = tuple(self.value(item, depth + 1) for item in node.elts[:MOST_ITEMS])
        return Items(node.__class__.__name__.lower(), items)

    def _signed(self, node: ast.UnaryOp, depth: int) -> Value:
        operand = node.operand.value if isinstance(node.operand, ast.Constant) else None
        if isinstance(node.op, ast.USub) and isinstance(operand, int | float):
            return const(-operand)
        if isinstance(node.op, ast.Not):
            return Other("UnaryOp", self.named_in(node), "Not", (self.value(node.operand, depth + 1),))
        return Other("UnaryOp", self.named_in(node))

    def _compared(self, node: ast.Compare, depth: int) -> Value:
        if len(node.ops) > 1:
            return Other("Compare", self.named_in(node))
        operands = (self.value(node.left, depth + 1), self.value(node.comparators[0], depth + 1))
        return Other("Compare", self.named_in(node), node.ops[0].__class__.__name__, operands)

    def _either(self, node: ast.BoolOp, depth: int) -> Value:
        operands = tuple(self.value(value, depth + 1) for value in node.values[:MOST_ITEMS])
        return Other("BoolOp", self.named_in(node), node.op.__class__.__name__, operands)

    def _choice(self, node: ast.IfExp, depth: int) -> Value:
        operands = tuple(self.value(one, depth + 1) for one in (node.test, node.body, node.orelse))
        return Other("IfExp", self.named_in(node), "", operands)

    def _call_value(self, node: ast.Call, depth: int) -> Value:
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
            return Format((const(function.value.value), *parts[:MOST_ITEMS]))
        name = self.calls[index].name if index >= 0 and self.calls[index] is not None else ""  # type: ignore[union-attr]
        return Invoke(name or self.names.meaning(function, self.scope), index)

    def _mapping(self, node: ast.Dict, depth: int) -> Value:
        keys = tuple(Const(None) if key is None else self.value(key, depth + 1) for key in node.keys[:MOST_ITEMS])
        return Mapping(keys, tuple(self.value(value, depth + 1) for value in node.values[:MOST_ITEMS]))


class _Under:
    """Puts back what a reader knew of the place around; a third of what a generator would cost, at every block."""

    __slots__ = ("reader", "saved")

    def __init__(self, reader: Expressions) -> None:
        self.reader = reader
        self.saved = reader.context, reader.guards, reader.within

    def __enter__(self) -> None:
        """The reader is under it already."""

    def __exit__(self, *_: object) -> None:
        self.reader.context, self.reader.guards, self.reader.within = self.saved


def _is_either(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)


_VALUES: dict[type[ast.expr], Callable[..., Value]] = {
    ast.Constant: Expressions._literal,
    ast.Name: Expressions._named,
    ast.Attribute: Expressions._named,
    ast.Call: Expressions._call_value,
    ast.Await: Expressions._awaited,
    ast.NamedExpr: Expressions._awaited,
    ast.Starred: Expressions._starred,
    ast.List: Expressions._display,
    ast.Tuple: Expressions._display,
    ast.Set: Expressions._display,
    ast.Dict: Expressions._mapping,
    ast.JoinedStr: Expressions.formatted,
    ast.BinOp: Expressions.binary,
    ast.Subscript: Expressions.index,
    ast.UnaryOp: Expressions._signed,
    ast.Compare: Expressions._compared,
    ast.BoolOp: Expressions._either,
    ast.IfExp: Expressions._choice,
}


def asserting(name: str) -> bool:
    """Whether a function or method of this bare name asserts something."""
    return name in _ASSERTING or name.startswith("assert")


def is_telling(text: str) -> bool:
    """Whether a string may name code or a path."""
    if not 1 < len(text) < 200 or not (text[0] == "/" or "." in text or ":" in text):
        return False
    return _TELLING.match(text) is not None
