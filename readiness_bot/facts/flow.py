"""Data flow inside each function of one file: what its parameters, calls and outer things reach; judges none of it.

An abstract interpretation over the syntax tree: branches are joined, loops run to a small fixed point, guards are kept
as conditions that hold at a place. Work is bounded by a function's and a file's budget; what exceeds it is told in
`cut`.
"""

from __future__ import annotations

import ast
import builtins
import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from readiness_bot.facts.names import FunctionNode, Names, Scope
from readiness_bot.facts.origins import (
    MOST_ATOMS,
    NOTHING,
    CallFlow,
    Flows,
    Given,
    Stored,
    Table,
    Value,
    text_part,
)

_FUNCTION_BUDGET = 40_000
_FILE_BUDGET = 1_500_000
_DEPTH = 90
_LOOPS_REPEATED = 3
_LAMBDA_DEPTH = 3
_CHAINED = 4
_MOST_GUARDS = 200
_LIMITING = ("in", "==", "none", "contained")
"""Tests that leave a value known, empty, or below a known directory."""

_BUILTINS = frozenset(dir(builtins))
_NUMBERS = frozenset(
    {"int", "float", "bool", "len", "abs", "round", "hash", "id", "ord", "hex", "bin", "oct", "isinstance",
     "issubclass",
     "callable", "any", "all", "hasattr", "range", "type", "print", "super", "object", "complex", "divmod", "sum",
     "dir", "input", "memoryview"}
)  # fmt: skip
_SAME = frozenset(
    {"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "dict", "bytes", "bytearray", "min", "max",
     "aiter"}
)  # fmt: skip
_TEXTS = frozenset({"str", "repr", "ascii", "format"})
_TEXT_METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "casefold", "swapcase", "encode", "decode",
     "removeprefix", "removesuffix", "expandtabs", "zfill", "ljust", "rjust", "center", "replace"}
)  # fmt: skip
_SPLITTING = frozenset({"split", "rsplit", "splitlines", "partition", "rpartition"})
_TAKING = frozenset({"get", "pop", "setdefault", "getlist", "get_list", "getall", "getone", "popitem", "__getitem__"})
_ADDING = frozenset({"append", "add", "insert", "appendleft", "push"})
_MERGING = frozenset({"extend", "update", "extendleft"})
_LEAVING = re.compile(r"^(abort|exit|_exit|raise_(?!for_|if|on_|when).*|.*_(raise|abort)|bail|die)$")
_CHECKING = re.compile(
    r"valid|check|ensure|assert|verif|require|guard|sanit|safe|allow|permit|refuse|reject|forbid|restrict|contain|inside"
    r"|within|relative_to|authori[sz]|permitted|^int$|^float$|uuid|objectid|ip_address|must|block|secur|protect|whitelist|enforce|raise",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"%(?:\((?P<key>[^)]*)\))?[-#0 +]*[\d*]*(?:\.[\d*]+)?[hlL]?(?P<kind>[a-zA-Z%])")
_NUMERIC_KINDS = frozenset("diuoxXeEfFgGc")
_UNKNOWN_TEXT = "\0"


class _TooLarge(Exception):
    """Raised inside when a function's or the file's budget is spent."""


class _Reached:
    """What is gathered of one call over every pass through it."""

    __slots__ = ("args", "guards", "keywords", "receiver")

    def __init__(self, args: int, keywords: int) -> None:
        self.receiver: Value = NOTHING
        self.args: list[Value] = [NOTHING] * args
        self.keywords: list[Value] = [NOTHING] * keywords
        self.guards: frozenset[int] | None = None

    def given(self) -> Value:
        """All arguments of the call."""
        return NOTHING.union(*self.args, *self.keywords)

    def everything(self) -> Value:
        """All that the call takes, its receiver included."""
        return self.receiver.union(*self.args, *self.keywords)


Exit = tuple[dict[str, Value], frozenset[int]]


class _Interpreter:
    """One file's functions, each interpreted with the closures around it."""

    def __init__(self, names: Names, call_of: Mapping[int, int], definition_of: Mapping[int, int]) -> None:
        self.names = names
        self.call_of = call_of
        self.definition_of = definition_of
        self.table = Table()
        self.reached: dict[int, _Reached] = {}
        self.checking: set[int] = set()
        self.given: dict[tuple[int, int], tuple[Value, frozenset[int]]] = {}
        self.stored: dict[tuple[str, int, int], Value] = {}
        self.cut: dict[int, None] = {}
        self.pending: list[tuple[FunctionNode, Scope, dict[str, Value]]] = []
        self.left = _FILE_BUDGET
        self.budget = _FUNCTION_BUDGET
        self.depth = 0
        self.loops = 0
        self.scope: Scope = names.module
        self.definition = -1
        self.owner = ""
        self.own_name = ""
        self.env: dict[str, Value] = {}
        self.texts: dict[str, str] = {}
        self.tests: dict[str, tuple[frozenset[int], frozenset[int]]] = {}
        self.lambdas: dict[str, ast.Lambda] = {}
        self.lambda_depth = 0
        self.globals: frozenset[str] = frozenset()
        self.guards: frozenset[int] = frozenset()
        self.dead = False
        self.exits: list[list[Exit]] = []
        self.module_env: dict[str, Value] = {}
        self.module_lambdas: dict[str, ast.Lambda] = {}
        self.outside: dict[tuple[int, str], Value] = {}

    # -- functions -------------------------------------------------------------------------------------------------

    def run(self, tree: ast.Module) -> None:
        """Interpret the module's body, then every function it holds."""
        self.bounded(tree.body)
        self.module_env, self.module_lambdas = self.env, self.lambdas
        self.outside = {}
        for name, value in self.env.items():
            if value and "." not in name and "[" not in name:
                self.store(f":{name}", 0, value)
        while self.pending:
            self.function(*self.pending.pop())

    def bounded(self, body: Sequence[ast.stmt]) -> None:
        """Interpret a body within the budgets."""
        try:
            self.block(body)
        except (_TooLarge, RecursionError):
            self.cut[self.definition] = None

    def function(self, node: FunctionNode, outer: Scope, around: dict[str, Value]) -> None:
        """Interpret one function with what its free names held where it was defined."""
        self.scope = self.names.scopes.get(node, outer)
        self.definition = self.definition_of.get(id(node), -1)
        self.budget = _FUNCTION_BUDGET
        self.depth = self.loops = 0
        self.guards, self.dead, self.exits = frozenset(), False, []
        self.texts, self.tests, self.lambdas, self.globals = {}, {}, {}, _declared_global(node)
        self.env = dict(around)
        ordered = self.parameters(node)
        owner = self.scope.parent
        self.owner = owner.qualname if owner is not None and owner.kind == "class" else ""
        self.own_name = ordered[0] if self.owner and ordered else ""
        first = len(self.pending)
        if self.left <= 0:
            self.cut[self.definition] = None
            return
        self.bounded(node.body)
        final = self.env
        for index in range(first, len(self.pending)):
            inner, scope, env = self.pending[index]
            self.pending[index] = (inner, scope, {**env, **final})

    def parameters(self, node: FunctionNode) -> list[str]:
        """Bind the parameters in the order of `Definition.parameters`; give their names."""
        arguments = node.args
        ordered = [*arguments.posonlyargs, *arguments.args]
        names = [argument.arg for argument in ordered]
        names += [arguments.vararg.arg] if arguments.vararg is not None else []
        names += [argument.arg for argument in arguments.kwonlyargs]
        names += [arguments.kwarg.arg] if arguments.kwarg is not None else []
        for position, name in enumerate(names):
            self.env[name] = self.table.whole(self.table.source("p", self.definition, position, name, node.lineno))
        return names

    # -- statements ------------------------------------------------------------------------------------------------

    def block(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            if self.dead:
                self.define_only(statement)
                continue
            self.spend(3)
            method = _STATEMENTS.get(statement.__class__)
            if method is not None:
                method(self, statement)

    def define_only(self, statement: ast.stmt) -> None:
        """Functions defined in unreached code are still functions."""
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            self.pending.append((statement, self.scope, {}))

    def spend(self, steps: int) -> None:
        self.budget -= steps
        self.left -= steps
        if self.budget < 0 or self.left < 0:
            raise _TooLarge

    def define(self, node: FunctionNode) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator)
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.expression(default)
        closed = {} if self.scope.kind != "function" else dict(self.env)
        self.pending.append((node, self.scope, closed))
        self.env.pop(node.name, None)

    def define_class(self, node: ast.ClassDef) -> None:
        for expression in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.expression(expression)
        saved = self.scope, self.env, self.texts, self.lambdas, self.guards
        outer_owner, self.owner = self.owner, self.owner
        self.scope = self.names.scopes.get(node, self.scope)
        first = len(self.pending)
        self.env, self.texts, self.lambdas = dict(self.env), {}, {}
        before = dict(self.env)
        self.block(node.body)
        for name, value in self.env.items():
            if value and before.get(name) is not value and "." not in name and "[" not in name:
                self.store(f":{self.scope.qualname}.{name}", node.lineno, value)
        inside = saved[0].kind == "function"
        for index in range(first, len(self.pending)):
            inner, scope, _ = self.pending[index]
            self.pending[index] = (inner, scope, before if inside else {})
        self.scope, self.env, self.texts, self.lambdas, self.guards = saved
        self.owner = outer_owner
        self.dead = False

    def store(self, target: str, line: int, value: Value) -> None:
        key = (target, self.definition, line)
        self.stored[key] = self.limited(self.stored.get(key, NOTHING) | value)

    def limited(self, value: Value) -> Value:
        if len(value) <= MOST_ATOMS:
            return value
        self.cut[self.definition] = None
        return frozenset(sorted(value)[:MOST_ATOMS])

    def give(self, node: ast.Return) -> None:
        if node.value is not None:
            self.record_given(node.lineno, self.expression(node.value))
        self.dead = True

    def record_given(self, line: int, value: Value) -> None:
        if not value:
            return
        key = (self.definition, line)
        known, guards = self.given.get(key, (NOTHING, self.guards))
        self.given[key] = (self.limited(known | value), guards & self.guards)

    def assign(self, node: ast.Assign) -> None:
        value = self.checked(node.value)
        for target in node.targets:
            self.bind(target, value, node.value)

    def assign_annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.bind(node.target, self.checked(node.value), node.value)

    def assign_augmented(self, node: ast.AugAssign) -> None:
        old = self.expression(_loaded(node.target))
        if isinstance(node.op, ast.Add):
            value = self.added([_loaded(node.target), node.value], [old, self.expression(node.value)])
        elif isinstance(node.op, ast.BitOr):
            value = old | self.expression(node.value)
        elif isinstance(node.op, ast.Mod | ast.Div):
            value = self.expression(ast.BinOp(_loaded(node.target), node.op, node.value))
        else:
            self.expression(node.value)
            value = NOTHING
        self.bind(node.target, self.limited(value), None)

    def checked(self, node: ast.expr) -> Value:
        """The value of an expression that stands for itself; a call that says it checks has then come back."""
        value = self.expression(node)
        inner = node.value if isinstance(node, ast.Await) else node
        if isinstance(inner, ast.Call):
            index = self.call_of.get(id(inner), -1)
            if index >= 0 and _CHECKING.search(_called(inner)):
                self.know(self.held(self.taken(inner, index), f"passed:{index}"))
        return value

    def taken(self, node: ast.Call, index: int) -> Value:
        """Everything that a call takes, its receiver included."""
        known = self.reached.get(index)
        value = self.receiver(node)
        return value if known is None else value | known.everything()

    def receiver(self, node: ast.Call) -> Value:
        return self.expression(node.func.value) if isinstance(node.func, ast.Attribute) else NOTHING

    def held(self, value: Value, test: str) -> frozenset[int]:
        """Guards that say a test of everything in a value, and of what the calls that gave it took (`via`)."""
        found: set[int] = set()
        seen: set[int] = set()
        pending = [(value, test, 0)]
        while pending and len(seen) < MOST_ATOMS:
            atoms, said, depth = pending.pop()
            for atom in atoms - seen:
                seen.add(atom)
                source, access, _, _ = self.table.atoms[atom]
                about = self.table.sources[source]
                if about.kind != "n" or access:
                    found.add(self.table.guard(source, access, said))
                if about.kind == "c" and depth < _CHAINED and about.owner in self.reached:
                    pending.append((self.reached[about.owner].everything(), f"via:{about.owner}:{test}", depth + 1))
        self.spend(len(seen))
        return frozenset(found)

    def know(self, held: frozenset[int]) -> None:
        """From here on these guards hold as well."""
        if held and len(self.guards) < _MOST_GUARDS:
            self.guards = self.guards | held

    def statement_expression(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        self.checked(node.value)
        inner = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(inner, ast.Call) and _LEAVING.match(_called(inner)):
            self.dead = True

    def bind(self, target: ast.expr, value: Value, node: ast.expr | None) -> None:
        """Give a target its value."""
        if isinstance(target, ast.Name):
            self.bind_name(target.id, value, node)
        elif isinstance(target, ast.Attribute):
            self.bind_attribute(target, value)
        elif isinstance(target, ast.Subscript):
            self.bind_item(target, value)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, value, None)
        elif isinstance(target, ast.Tuple | ast.List):
            for position, element in enumerate(target.elts):
                if isinstance(element, ast.Starred):
                    self.bind(element.value, self.table.wrap(self.table.step(value, "[]"), "[]"), None)
                else:
                    self.bind(element, self.table.step(value, f"({position})"), None)

    def bind_name(self, name: str, value: Value, node: ast.expr | None) -> None:
        self.texts.pop(name, None)
        self.tests.pop(name, None)
        self.lambdas.pop(name, None)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self.texts[name] = node.value
        elif isinstance(node, ast.Lambda):
            self.lambdas[name] = node
        elif isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Call):
            self.remember(name, node)
        if name in self.globals:
            self.store(f":{name}", 0, value)
        prefixes = (f"{name}.", f"{name}[")
        for key in [key for key in self.env if key.startswith(prefixes)] if f"{name}\0" in self.env else ():
            del self.env[key]
        self.env[name] = value

    def remember(self, name: str, node: ast.expr) -> None:
        """Keep what a variable says when it is asked later: a condition's outcome, or the first that met one."""
        if not isinstance(node, ast.Call):
            said = self.narrowed(node, truth=True), self.narrowed(node, truth=False)
        elif _called(node) == "next" and node.args and isinstance(node.args[0], ast.GeneratorExp):
            said = self.met(node.args[0]), frozenset()
        else:
            return
        if any(said):
            self.tests[name] = said

    def met(self, node: ast.GeneratorExp) -> frozenset[int]:
        """What the conditions of a generator say of everything around it, where it gives anything."""
        saved, guards = self.env, self.guards
        self.env = dict(saved)
        for generator in node.generators:
            self.bind(generator.target, self.element(generator.iter), None)
            for condition in generator.ifs:
                self.know(self.narrowed(condition, truth=True))
        found = self.guards - guards
        self.env, self.guards = saved, guards
        return found

    def bind_attribute(self, target: ast.Attribute, value: Value) -> None:
        base = target.value
        if not isinstance(base, ast.Name):
            self.expression(base)
            return
        self.env[f"{base.id}.{target.attr}"] = value
        self.env[f"{base.id}\0"] = NOTHING
        if base.id == self.own_name:
            self.store(f":{self.owner}.{target.attr}", target.lineno, self.table.guarded(value, self.guards))
        elif value and base.id in self.env:
            self.env[base.id] = self.limited(self.env[base.id] | self.table.wrap(value, f".{target.attr}"))

    def bind_item(self, target: ast.Subscript, value: Value) -> None:
        key = _key(target.slice)
        wrap = f"{{{key}}}" if key is not None else "{}"
        inside = self.table.wrap(value, wrap)
        if key is None:
            inside |= self.table.wrap(self.expression(target.slice), "<key>")
        root = target.value
        if isinstance(root, ast.Name) and key is not None:
            self.env[f"{root.id}[{key}]"] = value
            self.env[f"{root.id}\0"] = NOTHING
        self.put(root, inside)

    def put(self, node: ast.expr, inside: Value) -> None:
        """Add to what a container holds: a variable, an attribute of a variable, or a container inside one of these."""
        while isinstance(node, ast.Subscript):
            key = _key(node.slice)
            inside = self.table.wrap(inside, f"{{{key}}}" if key is not None else "{}")
            node = node.value
        if not inside:
            return
        if isinstance(node, ast.Name):
            self.env[node.id] = self.limited(self.expression(node) | inside)
            if node.id in self.globals or (node.id not in self.env and self.scope.kind == "function"):
                self.store(f":{node.id}", 0, inside)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            self.bind_attribute(node, self.limited(self.expression(node) | inside))

    def if_(self, node: ast.If) -> None:
        self.expression(node.test)
        start, guards, tests = self.env, self.guards, dict(self.tests)
        true, false = self.narrowed(node.test, truth=True), self.narrowed(node.test, truth=False)
        self.env = dict(start)
        self.know(true)
        self.block(node.body)
        body = (self.env, self.guards, self.dead)
        self.env, self.guards, self.dead = dict(start), guards, False
        self.know(false)
        self.block(node.orelse)
        self.join(*body)
        self.tests = {name: said for name, said in tests.items() if self.tests.get(name) is said}

    def join(self, env: dict[str, Value], guards: frozenset[int], dead: bool) -> None:
        """Go on with what holds after either this state or the current one."""
        if dead:
            return
        if self.dead:
            self.env, self.guards, self.dead = env, guards, False
            return
        both = guards & self.guards
        left, right = guards - both, self.guards - both
        merged = dict(self.env)
        for name, value in env.items():
            here = merged.get(name)
            if here is value:
                continue
            if here is None:
                merged[name] = self.table.guarded(value, left) if left and value else value
                continue
            merged[name] = self.limited(
                (self.table.guarded(value, left) if left else value)
                | (self.table.guarded(here, right) if right else here)
            )
        self.env, self.guards = merged, both

    def loop(
        self, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt], enter: Callable[[], None], *, endless: bool = False
    ) -> None:
        """Run a body none to several times."""
        start, guards, tests = dict(self.env), self.guards, dict(self.tests)
        exits: list[Exit] = []
        self.exits.append(exits)
        self.loops += 1
        for _ in range(2 if self.loops <= _LOOPS_REPEATED else 1):
            before = dict(self.env)
            enter()
            self.block(body)
            self.join(before, guards, dead=False)
            for env, held in exits:
                self.join(env, held, dead=False)
            if self.env == before:
                break
        self.loops -= 1
        self.exits.pop()
        if not endless:
            self.join(start, guards, dead=False)
        self.tests = {name: said for name, said in tests.items() if self.tests.get(name) is said}
        self.block(orelse)

    def for_(self, node: ast.For | ast.AsyncFor) -> None:
        items = self.element(node.iter)
        self.loop(node.body, node.orelse, lambda: self.bind(node.target, items, None))

    def element(self, node: ast.expr) -> Value:
        """What iterating over an expression gives."""
        value = self.expression(node)
        return self.table.step(value, "[]")

    def while_(self, node: ast.While) -> None:
        def enter() -> None:
            self.expression(node.test)
            self.know(self.narrowed(node.test, truth=True))

        self.loop(node.body, node.orelse, enter)

    def leave_loop(self, _: ast.stmt) -> None:
        if self.exits:
            self.exits[-1].append((self.env, self.guards))
        self.dead = True

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            value = self.expression(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, None)
        self.block(node.body)

    def try_(self, node: ast.Try) -> None:
        start, guards = dict(self.env), self.guards
        self.block(node.body)
        raised = {**start, **{name: value | start.get(name, NOTHING) for name, value in self.env.items()}}
        self.block(node.orelse)
        after = (self.env, self.guards, self.dead)
        for handler in node.handlers:
            self.env, self.guards, self.dead = dict(raised), guards, False
            if handler.type is not None:
                self.expression(handler.type)
            if handler.name:
                self.env[handler.name] = self.unknown(handler.name, handler.lineno)
            self.block(handler.body)
            self.join(*after)
            after = (self.env, self.guards, self.dead)
        self.env, self.guards, self.dead = after
        if node.finalbody:
            dead, self.dead = self.dead, False
            self.block(node.finalbody)
            self.dead = self.dead or dead

    def match(self, node: ast.Match) -> None:
        subject = self.expression(node.subject)
        start, guards = dict(self.env), self.guards
        after = (start, guards, False)
        for number, case in enumerate(node.cases):
            self.env, self.guards, self.dead = dict(start), guards, False
            self.know(self.pattern(case.pattern, subject))
            if case.guard is not None:
                self.expression(case.guard)
                self.know(self.narrowed(case.guard, truth=True))
            self.block(case.body)
            if number or not _is_wildcard(node.cases[-1]):
                self.join(*after)
            after = (self.env, self.guards, self.dead)
        self.env, self.guards, self.dead = after

    def pattern(self, pattern: ast.pattern, subject: Value) -> frozenset[int]:
        """Bind a case's captures; give what the match says of the subject."""
        if isinstance(pattern, ast.MatchValue):
            return self.held(subject, "==")
        if isinstance(pattern, ast.MatchAs):
            held = self.pattern(pattern.pattern, subject) if pattern.pattern is not None else frozenset()
            if pattern.name:
                self.env[pattern.name] = subject
            return held
        if isinstance(pattern, ast.MatchOr):
            options = [self.pattern(option, subject) for option in pattern.patterns]
            return frozenset.intersection(*options)
        if isinstance(pattern, ast.MatchClass):
            for option in (*pattern.patterns, *pattern.kwd_patterns):
                self.pattern(option, self.table.step(subject, "[]"))
            return self.held(subject, f"is:{_spelled(pattern.cls)}")
        self.parts(pattern, subject)
        return frozenset()

    def parts(self, pattern: ast.pattern, subject: Value) -> None:
        """Bind the captures inside a mapping or sequence pattern."""
        if isinstance(pattern, ast.MatchMapping):
            for key, option in zip(pattern.keys, pattern.patterns, strict=False):
                text = _key(key)
                self.pattern(option, self.table.step(subject, f"[{text}]" if text is not None else "[]"))
        elif isinstance(pattern, ast.MatchSequence):
            for position, option in enumerate(pattern.patterns):
                self.pattern(option, self.table.step(subject, f"({position})"))

    def raise_(self, node: ast.Raise) -> None:
        for part in (node.exc, node.cause):
            if part is not None:
                self.expression(part)
        self.dead = True

    def assert_(self, node: ast.Assert) -> None:
        self.expression(node.test)
        self.know(self.narrowed(node.test, truth=True))

    def delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.env[target.id] = NOTHING

    # -- conditions ------------------------------------------------------------------------------------------------

    def narrowed(self, test: ast.expr, *, truth: bool, depth: int = 0) -> frozenset[int]:
        """What is known to hold where the test came out so."""
        if depth > 20:
            return frozenset()
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self.narrowed(test.operand, truth=not truth, depth=depth + 1)
        if isinstance(test, ast.BoolOp):
            parts = [self.narrowed(part, truth=truth, depth=depth + 1) for part in test.values[:20]]
            if isinstance(test.op, ast.And) == truth:
                return frozenset().union(*parts)
            return frozenset.intersection(*parts) | self.limited_by_each(parts)
        if isinstance(test, ast.Compare):
            return self.compared(test, truth=truth)
        if isinstance(test, ast.Call):
            return self.answered(test, truth=truth, depth=depth)
        if isinstance(test, ast.Await | ast.NamedExpr):
            return self.narrowed(test.value, truth=truth, depth=depth + 1)
        if isinstance(test, ast.Name | ast.Attribute):
            return self.truthy(test, truth=truth)
        return frozenset()

    def limited_by_each(self, parts: Sequence[frozenset[int]]) -> frozenset[int]:
        """One of several conditions holds, and each leaves only known values: then the value is a known one.

        Where each is the answer of a call that says it checks, one of these calls has answered so.
        """
        keys: list[set[tuple[int, tuple[str, ...]]]] = []
        vetted: list[dict[tuple[int, tuple[str, ...]], list[int]]] = []
        for part in parts:
            guards = [(index, self.table.guards[index]) for index in part]
            keys.append({(guard.source, guard.access) for _, guard in guards if guard.test in _LIMITING})
            vetted.append({})
            for index, guard in guards:
                if guard.test.startswith(("call:", "!call:")) and self.says_it_checks(guard.test):
                    vetted[-1].setdefault((guard.source, guard.access), []).append(index)
        said = [self.table.guards[index] for part in parts for index in part]
        below = {(guard.source, guard.access) for guard in said if guard.test == "contained"}
        found = {self.table.guard(*key, "contained" if key in below else "in") for key in set.intersection(*keys)}
        for key in set.intersection(*map(set, vetted)):
            found.update(index for one in vetted for index in one[key])
        return frozenset(found)

    def says_it_checks(self, test: str) -> bool:
        """Whether the call of a `call:N` guard is named like one that checks what it is given."""
        index = test.partition(":")[2].partition(":")[0]
        return int(index) in self.checking

    def truthy(self, test: ast.expr, *, truth: bool) -> frozenset[int]:
        """A variable that holds a call's answer says what the call says; an empty value carries nothing."""
        value = self.expression(test)
        found: frozenset[int] = frozenset()
        for atom in value:
            source, _, wraps, _ = self.table.atoms[atom]
            about = self.table.sources[source]
            if about.kind == "c" and not wraps and about.owner in self.reached:
                reached, sign = self.reached[about.owner], "" if truth else "!"
                found |= self.held(reached.receiver, f"{sign}self:{about.owner}")
                found |= self.held(reached.given(), f"{sign}call:{about.owner}")
        found |= self.remembered(test, truth=truth)
        return found if truth else found | self.held(value, "none")

    def remembered(self, test: ast.expr, *, truth: bool) -> frozenset[int]:
        """What a variable said when it was given its value, and says now by being true or not."""
        said = self.tests.get(test.id) if isinstance(test, ast.Name) else None
        return frozenset() if said is None else said[0 if truth else 1]

    def compared(self, test: ast.Compare, *, truth: bool) -> frozenset[int]:
        if len(test.ops) != 1:
            return frozenset()
        operator, left, right = test.ops[0], test.left, test.comparators[0]
        if isinstance(right, ast.Constant) and isinstance(right.value, bool):
            same = isinstance(operator, ast.Is | ast.Eq)
            return self.narrowed(left, truth=truth == (same == right.value), depth=1)
        if isinstance(operator, ast.NotIn | ast.NotEq | ast.IsNot):
            truth = not truth
        if isinstance(operator, ast.In | ast.NotIn):
            if truth and isinstance(right, ast.Attribute) and right.attr == "parents":
                return self.held(self.expression(right.value), "contained")
            if truth:
                return self.held(self.expression(left), "in")
            text = self.constant_text(left)
            return (
                self.held(self.expression(right), f"!in:{_printable(text[:20])}") if text is not None else frozenset()
            )
        is_none = isinstance(right, ast.Constant) and right.value is None
        if not isinstance(operator, ast.Is | ast.IsNot | ast.Eq | ast.NotEq):
            return frozenset()
        if truth:
            return self.equal(left, right, "none" if is_none else "==")
        return self.remembered(left, truth=True) if is_none else frozenset()

    def equal(self, left: ast.expr, right: ast.expr, test: str) -> frozenset[int]:
        """Both sides of an equality are alike; what calls on the way say (`dirname(p) == base`) is theirs to tell.

        Two parts of one thing that are alike (`form["new"] == form["again"]`) are no more known than before.
        """
        one, other = self.expression(left), self.expression(right)
        found = frozenset() if self.are_of_one(one, other) else self.held(one, test) | self.held(other, test)
        for side in (left, right):
            if isinstance(side, ast.Call) and (index := self.call_of.get(id(side), -1)) in self.reached:
                found |= self.held(self.taken(side, index), f"call:{index}")
        return found

    def are_of_one(self, one: Value, other: Value) -> bool:
        """Whether two values are parts of one and the same parameter or thing outside, other than the object itself."""
        roots = []
        for value in (one, other):
            atoms = [self.table.atoms[atom] for atom in value]
            sources = {atom[0] for atom in atoms if atom[1]}
            roots.append({index for index in sources if self.table.sources[index].kind in ("n", "p")})
        shared = roots[0] & roots[1]
        return any(self.table.sources[index].name != self.own_name for index in shared)

    def answered(self, test: ast.Call, *, truth: bool, depth: int) -> frozenset[int]:
        name = _called(test)
        if name == "isinstance" and len(test.args) == 2:
            return self.held(self.expression(test.args[0]), f"{'' if truth else '!'}is:{_spelled(test.args[1])}")
        if name in ("bool", "any", "all", "len") and len(test.args) == 1:
            inner = test.args[0]
            if isinstance(inner, ast.GeneratorExp | ast.ListComp):
                return self.every(inner, name, truth=truth)
            return self.narrowed(inner, truth=truth, depth=depth + 1)
        index = self.call_of.get(id(test), -1)
        if index < 0:
            return frozenset()
        if _CHECKING.search(name):
            self.checking.add(index)
        sign = "" if truth else "!"
        reached = self.reached.get(index)
        given = self.held(reached.given(), f"{sign}call:{index}") if reached is not None else frozenset()
        if truth and name == "startswith" and test.args and (text := self.constant_text(test.args[0])):
            given |= self.held(self.receiver(test), f"starts:{_printable(text[:60])}")
        return given | self.held(self.receiver(test), f"{sign}self:{index}")

    def every(self, node: ast.GeneratorExp | ast.ListComp, name: str, *, truth: bool) -> frozenset[int]:
        """What a test of elements says.

        `all(c in ALLOWED for c in x)` speaks of x as a whole, and so does `any(bad in x for bad in …)` when false;
        `any(x == one for one in …)` speaks of everything in it but the elements.
        """
        if len(node.generators) != 1 or name not in ("all", "any"):
            return frozenset()
        saved = dict(self.env)
        generator = node.generators[0]
        whole = (name == "all") == truth
        self.bind(generator.target, self.expression(generator.iter) if whole else NOTHING, None)
        held = self.narrowed(node.elt, truth=truth)
        self.env = saved
        return held

    # -- expressions -----------------------------------------------------------------------------------------------

    def expression(self, node: ast.expr) -> Value:
        """What an expression may carry."""
        method = _EXPRESSIONS.get(node.__class__)
        if method is None:
            return NOTHING
        self.depth += 1
        if self.depth > _DEPTH:
            self.depth -= 1
            self.cut[self.definition] = None
            return NOTHING
        self.spend(1)
        value = method(self, node)
        self.depth -= 1
        return value

    def unknown(self, name: str, line: int) -> Value:
        return self.table.whole(self.table.source("u", self.definition, -1, name, line))

    def name(self, node: ast.Name) -> Value:
        found = self.env.get(node.id)
        return found if found is not None else self.outer(node)

    def outer(self, node: ast.Name | ast.Attribute) -> Value:
        """What a name that this function does not bind stands for."""
        key = (id(self.scope), node.id if isinstance(node, ast.Name) else ast.unparse(node))
        known = self.outside.get(key)
        if known is None:
            known = self.outside[key] = self.look_outside(node)
        return known

    def look_outside(self, node: ast.Name | ast.Attribute) -> Value:
        name = self.names.identity(node, self.scope)
        if not name or name in _BUILTINS:
            return NOTHING
        if name[0] == "?":
            return self.unknown(name[1:], node.lineno)
        if name[0] == ":":
            bare = name[1:]
            if bare in self.names.functions or bare in self.names.classes:
                return NOTHING
            if bare in self.module_env and not self.module_env[bare] and self.definition >= 0:
                return NOTHING
        return self.table.whole(self.table.source("n", self.definition, name=name, line=node.lineno))

    def attribute(self, node: ast.Attribute) -> Value:
        base = node.value
        if isinstance(base, ast.Name):
            kept = self.env.get(f"{base.id}.{node.attr}")
            if kept is not None:
                return kept
            value = self.name(base)
            if not value and base.id not in self.env:
                return self.outer(node)
        else:
            value = self.expression(base)
        return self.table.step(value, f".{node.attr}")

    def subscript(self, node: ast.Subscript) -> Value:
        if isinstance(node.slice, ast.Slice):
            for bound in (node.slice.lower, node.slice.upper, node.slice.step):
                if bound is not None:
                    self.expression(bound)
            return self.expression(node.value)
        key = _key(node.slice)
        if key is not None:
            if isinstance(node.value, ast.Name) and (kept := self.env.get(f"{node.value.id}[{key}]")) is not None:
                return kept
            return self.table.step(self.expression(node.value), f"[{key}]")
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
            position = node.slice.value
            return self.table.step(self.expression(node.value), f"({position})" if 0 <= position < 100 else "[]")
        asked, value = self.expression(node.slice), self.expression(node.value)
        if asked and not value and self.is_constant(node.value):
            self.know(self.held(asked, "in"))  # what is no key of a constant dict raises
        return self.table.step(value, "[]")

    def mapping(self, node: ast.Dict) -> Value:
        found: Value = NOTHING
        for key, item in zip(node.keys, node.values, strict=True):
            value = self.expression(item)
            if key is None:
                found |= value
                continue
            text = _key(key) or self.constant_text(key)
            if text is not None:
                found |= self.table.wrap(value, f"{{{_printable(text[:60])}}}")
            else:
                found = found | self.table.wrap(value, "{}") | self.table.wrap(self.expression(key), "<key>")
        return self.limited(found)

    def sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        found: Value = NOTHING
        numbered = isinstance(node, ast.Tuple) and not any(isinstance(item, ast.Starred) for item in node.elts)
        for position, item in enumerate(node.elts):
            if isinstance(item, ast.Starred):
                found |= self.table.wrap(self.element(item.value), "[]")
            else:
                value = self.expression(item)
                found |= self.table.wrap(value, f"({position})" if numbered and position < 100 else "[]")
        return self.limited(found)

    def within(self, node: ast.Await | ast.NamedExpr | ast.Starred) -> Value:
        value = self.expression(node.value)
        if isinstance(node, ast.NamedExpr):
            self.bind_name(node.target.id, value, node.value)
        return value

    def operators(self, node: ast.BoolOp) -> Value:
        """`or` gives one of its operands; `and` its last, or something empty."""
        guards = self.guards
        found: Value = NOTHING
        for operand in node.values:
            value = self.expression(operand)
            value = self.table.guarded(value, self.guards - guards) if self.guards is not guards else value
            found = value if isinstance(node.op, ast.And) else found | value
            self.know(self.narrowed(operand, truth=isinstance(node.op, ast.And)))
        self.guards = guards
        return self.limited(found)

    def choice(self, node: ast.IfExp) -> Value:
        self.expression(node.test)
        guards = self.guards
        found: Value = NOTHING
        for truth, branch in ((True, node.body), (False, node.orelse)):
            held = self.narrowed(node.test, truth=truth)
            self.guards = guards | held
            value = self.expression(branch)
            found |= self.table.guarded(value, held) if held else value
        self.guards = guards
        return self.limited(found)

    def compare(self, node: ast.Compare) -> Value:
        self.expression(node.left)
        for item in node.comparators:
            self.expression(item)
        return NOTHING

    def unary(self, node: ast.UnaryOp) -> Value:
        self.expression(node.operand)
        return NOTHING

    def yield_(self, node: ast.Yield | ast.YieldFrom) -> Value:
        if node.value is not None:
            value = self.expression(node.value)
            self.record_given(node.lineno, value if isinstance(node, ast.YieldFrom) else self.table.wrap(value, "[]"))
        return NOTHING

    def lambda_(self, node: ast.Lambda) -> Value:
        self.applied(node, None)
        return NOTHING

    def applied(self, node: ast.Lambda, values: Sequence[Value] | None) -> Value:
        """A lambda's result with these arguments; unknown ones where it is only defined."""
        if self.lambda_depth >= _LAMBDA_DEPTH:
            return NOTHING
        saved = self.env
        self.env = dict(saved)
        for position, argument in enumerate((*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)):
            given = values[position] if values is not None and position < len(values) else None
            self.env[argument.arg] = given if given is not None else self.unknown(argument.arg, node.lineno)
        self.lambda_depth += 1
        value = self.expression(node.body)
        self.lambda_depth -= 1
        self.env = saved
        return value

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Value:
        saved, guards = self.env, self.guards
        self.env = dict(saved)
        for generator in node.generators:
            self.bind(generator.target, self.element(generator.iter), None)
            for condition in generator.ifs:
                self.expression(condition)
                self.know(self.narrowed(condition, truth=True))
        if isinstance(node, ast.DictComp):
            value = self.table.wrap(self.expression(node.value), "{}") | self.table.wrap(
                self.expression(node.key), "<key>"
            )
        else:
            value = self.table.wrap(self.expression(node.elt), "[]")
        value = self.table.guarded(value, self.guards - guards) if self.guards is not guards else value
        self.env, self.guards = saved, guards
        return self.limited(value)

    # -- texts -----------------------------------------------------------------------------------------------------

    def constant_text(self, node: ast.expr) -> str | None:
        """The text that an expression always is, where that can be seen here."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.Name):
            if node.id in self.env:
                return None if self.env[node.id] else self.texts.get(node.id)
            bound = self.names.module.bindings.get(node.id)
            if isinstance(bound, tuple) and isinstance(bound[0], ast.Constant) and isinstance(bound[0].value, str):
                return bound[0].value if bound[2] == "value" else None
        return None

    def joined(self, node: ast.JoinedStr) -> Value:
        found: Value = NOTHING
        prefix = ""
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            text = self.constant_text(inner)
            if text is not None:
                prefix += text
                continue
            value = self.expression(inner)
            if isinstance(part, ast.FormattedValue) and _is_numeric_spec(part.format_spec):
                value = NOTHING
            found |= self.part(value, prefix)
            prefix += _UNKNOWN_TEXT
        return self.limited(found)

    def part(self, value: Value, prefix: str) -> Value:
        return self.table.wrap(value, text_part(prefix)) if value else value

    def binary(self, node: ast.BinOp) -> Value:
        if isinstance(node.op, ast.Add):
            nodes: list[ast.expr] = []
            left: ast.expr = node
            while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
                nodes.append(left.right)
                left = left.left
            nodes.append(left)
            nodes.reverse()
            return self.added(nodes, [self.expression(part) for part in nodes])
        if isinstance(node.op, ast.Mod):
            return self.percent(node)
        left_value, right_value = self.expression(node.left), self.expression(node.right)
        if isinstance(node.op, ast.Div):
            return self.limited(self.part(left_value, "") | self.part(right_value, "\0/"))
        if isinstance(node.op, ast.BitOr | ast.BitAnd):
            return self.limited(left_value | right_value)
        if isinstance(node.op, ast.Mult) and (self.constant_text(node.left) or isinstance(node.left, ast.List)):
            return left_value
        return left_value if isinstance(node.op, ast.Sub) and isinstance(node.right, ast.Set) else NOTHING

    def added(self, nodes: Sequence[ast.expr], values: Sequence[Value]) -> Value:
        """A sum: of texts, or of lists; one with a number in it is a number."""
        if any(isinstance(node, ast.Constant) and isinstance(node.value, int | float) for node in nodes):
            return NOTHING
        found: Value = NOTHING
        prefix = ""
        for node, value in zip(nodes, values, strict=True):
            text = self.constant_text(node)
            if text is not None:
                prefix += text
                continue
            held = frozenset(atom for atom in value if self.is_contained(atom))
            found = found | held | self.part(value - held, prefix)
            prefix += _UNKNOWN_TEXT
        return self.limited(found)

    def is_contained(self, atom: int) -> bool:
        wraps = self.table.atoms[atom][2]
        return bool(wraps) and wraps[0][0] in "[({<"

    def percent(self, node: ast.BinOp) -> Value:
        template = self.constant_text(node.left)
        left = self.expression(node.left)
        right = node.right
        if (
            template is None
            and not isinstance(right, ast.Tuple | ast.Dict)
            and not isinstance(node.left, ast.JoinedStr)
            and not left
        ):
            self.expression(right)
            return NOTHING
        found = self.part(left, "")
        slots = dict(_percent_slots(template)) if template is not None else {}
        if isinstance(right, ast.Tuple):
            for position, item in enumerate(right.elts):
                found |= self.fill(self.expression(item), slots, str(position))
        elif isinstance(right, ast.Dict):
            for key, item in zip(right.keys, right.values, strict=True):
                found |= self.fill(self.expression(item), slots, (_key(key) or "") if key is not None else "")
        else:
            value = self.expression(right)
            if template is not None and len(slots) == 1 and "0" in slots:
                found |= self.fill(value, slots, "0")
            else:
                found |= self.part(
                    self.table.step(value, "[]") | frozenset(a for a in value if not self.is_contained(a)),
                    _UNKNOWN_TEXT,
                )
        return self.limited(found)

    def fill(self, value: Value, slots: Mapping[str, str | None], slot: str) -> Value:
        """A value put into a slot of a template; a slot for numbers lets nothing else through."""
        prefix = slots.get(slot, _UNKNOWN_TEXT)
        return NOTHING if prefix is None else self.part(value, prefix)

    def formatted(
        self, node: ast.Call, owner: ast.expr, args: Sequence[Value], keywords: Sequence[Value], receiver: Value
    ) -> Value:
        template = self.constant_text(owner)
        slots = dict(_format_slots(template)) if template is not None else {}
        found = self.part(receiver, "")
        for position, (item, value) in enumerate(zip(node.args, args, strict=True)):
            if isinstance(item, ast.Starred):
                found |= self.part(self.table.step(value, "[]"), _UNKNOWN_TEXT)
            else:
                found |= self.fill(value, slots, str(position))
        for keyword, value in zip(node.keywords, keywords, strict=True):
            if keyword.arg is None:
                found |= self.part(self.table.step(value, "[]"), _UNKNOWN_TEXT)
            else:
                found |= self.fill(value, slots, keyword.arg)
        return self.limited(found)

    # -- calls -----------------------------------------------------------------------------------------------------

    def call(self, node: ast.Call) -> Value:
        function = node.func
        callee = receiver = NOTHING
        if isinstance(function, ast.Attribute):
            receiver = self.expression(function.value)
        elif not isinstance(function, ast.Name) or function.id in self.env:
            callee = self.expression(function)
        args: list[Value] = []
        for argument in node.args:
            args.append(
                self.applied_to(argument, args) if isinstance(argument, ast.Lambda) else self.expression(argument)
            )
        keywords = [self.expression(keyword.value) for keyword in node.keywords]
        late = [lambda_ for lambda_ in node.args if isinstance(lambda_, ast.Lambda)]
        mapped = NOTHING
        for lambda_ in late:
            elements = [self.table.step(value, "[]") for value in args if value]
            mapped |= self.applied(lambda_, [NOTHING.union(*elements)] if elements else None)
        index = self.call_of.get(id(node), -1)
        name = function.id if isinstance(function, ast.Name) else ""
        if name and name not in self.env and self.names.identity(function, self.scope) == name and name in _BUILTINS:
            known = self.builtin(node, name, args, keywords, mapped)
            if known is not None:
                return known
        if name in self.lambdas or (name and name not in self.env and name in self.module_lambdas):
            return self.applied(self.lambdas.get(name) or self.module_lambdas[name], args)
        self.record(index, receiver or callee, args, keywords)
        result = self.table.whole(self.table.source("c", index, -1, "", node.lineno)) if index >= 0 else NOTHING
        if isinstance(function, ast.Attribute):
            return self.method(node, function, args, keywords, receiver, result)
        return result

    def applied_to(self, node: ast.Lambda, args: Sequence[Value]) -> Value:
        self.applied(node, [NOTHING.union(*(self.table.step(value, "[]") for value in args))] if any(args) else None)
        return NOTHING

    def record(self, index: int, receiver: Value, args: Sequence[Value], keywords: Sequence[Value]) -> None:
        """Keep what reaches a call."""
        if index < 0:
            return
        reached = self.reached.get(index)
        if reached is None:
            if not receiver and not any(args) and not any(keywords):
                return
            reached = self.reached[index] = _Reached(len(args), len(keywords))
        reached.receiver |= receiver
        reached.args = [self.limited(known | value) for known, value in zip(reached.args, args, strict=True)]
        reached.keywords = [
            self.limited(known | value) for known, value in zip(reached.keywords, keywords, strict=True)
        ]
        reached.guards = self.guards if reached.guards is None else reached.guards & self.guards

    def builtin(
        self, node: ast.Call, name: str, args: Sequence[Value], keywords: Sequence[Value], mapped: Value
    ) -> Value | None:
        """The result of a builtin that is understood here; None where the call is to be kept."""
        if name in _NUMBERS:
            return NOTHING
        if name in _TEXTS:
            return self.table.wrap(args[0], "s") if args else NOTHING
        if name in _SAME:
            found = NOTHING.union(*args)
            for keyword, value in zip(node.keywords, keywords, strict=True):
                if name == "dict":
                    found |= self.table.wrap(value, f"{{{keyword.arg}}}") if keyword.arg else value
            return self.limited(found)
        if name == "getattr" and len(node.args) >= 2:
            return self.fetched(node, args)
        if (
            name == "setattr"
            and len(node.args) == 3
            and isinstance(node.args[0], ast.Name)
            and (text := self.constant_text(node.args[1]))
        ):
            self.bind_attribute(ast.Attribute(node.args[0], text, ast.Store(), lineno=node.lineno), args[2])
            return NOTHING
        return self.iterating(node, name, args, mapped)

    def fetched(self, node: ast.Call, args: Sequence[Value]) -> Value:
        text = self.constant_text(node.args[1])
        found = self.table.step(args[0], f".{text}") if text is not None else self.table.step(args[0], "[]")
        return self.limited(found | (args[2] if len(args) > 2 else NOTHING))

    def iterating(self, node: ast.Call, name: str, args: Sequence[Value], mapped: Value) -> Value | None:
        step, wrap = self.table.step, self.table.wrap
        if name in ("next", "anext"):
            return step(args[0], "[]") | (args[1] if len(args) > 1 else NOTHING) if args else NOTHING
        if name == "enumerate":
            return wrap(wrap(step(args[0], "[]"), "(1)"), "[]") if args else NOTHING
        if name == "zip":
            pairs = (wrap(step(value, "[]"), f"({position})") for position, value in enumerate(args))
            return wrap(NOTHING.union(*pairs), "[]")
        if name == "filter":
            return args[1] if len(args) > 1 else NOTHING
        if name == "map" and len(args) > 1:
            function = node.args[0]
            if isinstance(function, ast.Lambda):
                return wrap(mapped, "[]")
            if isinstance(function, ast.Name) and function.id in _NUMBERS:
                return NOTHING
            elements = NOTHING.union(*(step(value, "[]") for value in args[1:]))
            return wrap(
                wrap(elements, "s") if isinstance(function, ast.Name) and function.id in _TEXTS else elements, "[]"
            )
        return None

    def method(
        self,
        node: ast.Call,
        function: ast.Attribute,
        args: list[Value],
        keywords: list[Value],
        receiver: Value,
        result: Value,
    ) -> Value:
        """The result of a method: of texts and containers understood here, else only the call's own."""
        name = function.attr
        if name in _TEXT_METHODS and receiver:
            extra = self.part(args[1], _UNKNOWN_TEXT) if name == "replace" and len(args) > 1 else NOTHING
            return self.limited(self.table.wrap(receiver, "s") | extra) if self.is_value(receiver) else result
        if name in _SPLITTING and receiver and self.is_value(receiver):
            return self.table.wrap(self.table.wrap(receiver, "s"), "[]")
        if name == "join" and len(args) == 1 and not self.is_named(receiver):
            return self.limited(
                self.part(self.table.step(args[0], "[]"), _UNKNOWN_TEXT) | self.part(receiver, _UNKNOWN_TEXT)
            )
        if name == "format" and not self.is_named(receiver):
            return self.formatted(node, function.value, args, keywords, receiver)
        if name in _TAKING and receiver:
            return self.took(node, args, receiver) | result
        if name in _TAKING and self.is_constant(function.value):
            return args[1] if len(args) > 1 else NOTHING
        return self.container(node, function, args, keywords, receiver, result)

    def is_constant(self, node: ast.expr) -> bool:
        """Whether a variable of this file holds nothing but constants."""
        if not isinstance(node, ast.Name):
            return isinstance(node, ast.Dict)
        held = self.env.get(node.id, self.module_env.get(node.id) if self.definition >= 0 else None)
        return held is not None and not held

    def is_value(self, value: Value) -> bool:
        """Whether any of it is data rather than only a thing known by its name."""
        return (
            any(
                self.table.sources[self.table.atoms[atom][0]].kind != "n" or self.table.atoms[atom][1] for atom in value
            )
            or not value
        )

    def is_named(self, value: Value) -> bool:
        """Whether all of it is a thing known by its name, such as a module."""
        return bool(value) and not self.is_value(value)

    def took(self, node: ast.Call, args: Sequence[Value], receiver: Value) -> Value:
        key = _key(node.args[0]) if node.args else None
        if key is None and node.args:
            key = self.constant_text(node.args[0])
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if key is not None and isinstance(owner, ast.Name) and (kept := self.env.get(f"{owner.id}[{key}]")) is not None:
            return kept
        found = self.table.step(receiver, f"[{key}]" if key is not None else "[]")
        return self.limited(found | (args[1] if len(args) > 1 else NOTHING))

    def container(
        self,
        node: ast.Call,
        function: ast.Attribute,
        args: list[Value],
        keywords: list[Value],
        receiver: Value,
        result: Value,
    ) -> Value:
        name = function.attr
        if name == "items" and not args and receiver:
            keys, values = self.table.step(receiver, "<key>"), self.table.step(receiver, "[]")
            return self.table.wrap(self.table.wrap(keys, "(0)") | self.table.wrap(values, "(1)"), "[]")
        if name == "values" and not args and receiver:
            return self.table.wrap(self.table.step(receiver, "[]"), "[]")
        if name == "keys" and not args and receiver:
            return self.table.wrap(self.table.step(receiver, "<key>"), "[]")
        if name in ("copy", "deepcopy") and receiver and not args and self.is_value(receiver):
            return receiver | result
        if name in _ADDING and args:
            self.put(function.value, self.table.wrap(args[-1], "[]"))
        elif name in _MERGING:
            merged = NOTHING.union(*args) if args else NOTHING
            for keyword, value in zip(node.keywords, keywords, strict=True):
                merged |= self.table.wrap(value, f"{{{keyword.arg}}}") if keyword.arg else value
            self.put(function.value, merged)
        return result

    # -- the result ------------------------------------------------------------------------------------------------

    def flows(self) -> Flows:
        """Everything gathered, in a fixed order."""
        return self.table.flows(
            (
                CallFlow(
                    index,
                    tuple(sorted(reached.receiver)),
                    tuple(tuple(sorted(value)) for value in reached.args),
                    tuple(tuple(sorted(value)) for value in reached.keywords),
                    tuple(sorted(reached.guards or ())),
                )
                for index, reached in sorted(self.reached.items())
            ),
            (
                Given(definition, line, tuple(sorted(value)), tuple(sorted(guards)))
                for (definition, line), (value, guards) in sorted(self.given.items())
            ),
            (
                Stored(target, definition, line, tuple(sorted(value)))
                for (target, definition, line), value in sorted(self.stored.items())
                if value
            ),
            sorted(self.cut),
        )


_STATEMENTS: dict[type[ast.stmt], Callable[..., None]] = {
    ast.FunctionDef: _Interpreter.define,
    ast.AsyncFunctionDef: _Interpreter.define,
    ast.ClassDef: _Interpreter.define_class,
    ast.Return: _Interpreter.give,
    ast.Assign: _Interpreter.assign,
    ast.AnnAssign: _Interpreter.assign_annotated,
    ast.AugAssign: _Interpreter.assign_augmented,
    ast.Expr: _Interpreter.statement_expression,
    ast.If: _Interpreter.if_,
    ast.For: _Interpreter.for_,
    ast.AsyncFor: _Interpreter.for_,
    ast.While: _Interpreter.while_,
    ast.Break: _Interpreter.leave_loop,
    ast.Continue: _Interpreter.leave_loop,
    ast.With: _Interpreter.with_,
    ast.AsyncWith: _Interpreter.with_,
    ast.Try: _Interpreter.try_,
    ast.Match: _Interpreter.match,
    ast.Raise: _Interpreter.raise_,
    ast.Assert: _Interpreter.assert_,
    ast.Delete: _Interpreter.delete,
}
if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = _Interpreter.try_

_EXPRESSIONS: dict[type[ast.expr], Callable[..., Value]] = {
    ast.Name: _Interpreter.name,
    ast.Attribute: _Interpreter.attribute,
    ast.Subscript: _Interpreter.subscript,
    ast.Call: _Interpreter.call,
    ast.Dict: _Interpreter.mapping,
    ast.List: _Interpreter.sequence,
    ast.Tuple: _Interpreter.sequence,
    ast.Set: _Interpreter.sequence,
    ast.JoinedStr: _Interpreter.joined,
    ast.BinOp: _Interpreter.binary,
    ast.BoolOp: _Interpreter.operators,
    ast.IfExp: _Interpreter.choice,
    ast.Compare: _Interpreter.compare,
    ast.UnaryOp: _Interpreter.unary,
    ast.Await: _Interpreter.within,
    ast.NamedExpr: _Interpreter.within,
    ast.Starred: _Interpreter.within,
    ast.Yield: _Interpreter.yield_,
    ast.YieldFrom: _Interpreter.yield_,
    ast.Lambda: _Interpreter.lambda_,
    ast.ListComp: _Interpreter.comprehension,
    ast.SetComp: _Interpreter.comprehension,
    ast.DictComp: _Interpreter.comprehension,
    ast.GeneratorExp: _Interpreter.comprehension,
}


def _declared_global(node: FunctionNode) -> frozenset[str]:
    """The names that a function declares global at its own level or one block down."""
    found: set[str] = set()
    for statement in node.body:
        for inner in (statement, *ast.iter_child_nodes(statement)):
            if isinstance(inner, ast.Global):
                found.update(inner.names)
    return frozenset(found)


def _loaded(target: ast.expr) -> ast.expr:
    """A target as an expression that reads it."""
    return target


def _key(node: ast.expr) -> str | None:
    """A constant text used as a key."""
    return _printable(node.value[:60]) if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _printable(text: str) -> str:
    """A text that can be encoded: lone surrogates become question marks."""
    return text.encode("utf-8", "replace").decode()


def _called(node: ast.Call) -> str:
    """The last name of what is called."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _spelled(node: ast.expr) -> str:
    """The last names of a type or a tuple of types, as `a|b`."""
    if isinstance(node, ast.Tuple):
        return "|".join(_spelled(item) for item in node.elts[:10])
    if isinstance(node, ast.BinOp):
        return f"{_spelled(node.left)}|{_spelled(node.right)}"
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else "?"


def _is_wildcard(case: ast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None


def _is_numeric_spec(spec: ast.expr | None) -> bool:
    if not isinstance(spec, ast.JoinedStr) or not spec.values:
        return False
    last = spec.values[-1]
    return isinstance(last, ast.Constant) and isinstance(last.value, str) and last.value[-1:] in _NUMERIC_KINDS


def _percent_slots(template: str) -> Iterator[tuple[str, str | None]]:
    """The slots of a `%` template by position or key, with the text before each; None for one of numbers only."""
    position = 0
    for match in _PERCENT.finditer(template):
        if match["kind"] == "%":
            continue
        slot = match["key"] if match["key"] is not None else str(position)
        position += 1
        before = _PERCENT.sub(_UNKNOWN_TEXT, template[: match.start()])
        yield slot, None if match["kind"] in _NUMERIC_KINDS else before


def _format_slots(template: str) -> Iterator[tuple[str, str | None]]:
    """The slots of a `.format` template by position or name, with the text before each."""
    try:
        parts: Iterable[tuple[str, str | None, str | None, str | None]] = list(string.Formatter().parse(template))
    except ValueError:
        return
    prefix = ""
    position = 0
    for literal, field, spec, _ in parts:
        prefix += literal
        if field is None:
            continue
        name = re.split(r"[.\[]", field, maxsplit=1)[0]
        if not name:
            name = str(position)
            position += 1
        yield name, None if spec and spec[-1] in _NUMERIC_KINDS else prefix
        prefix += _UNKNOWN_TEXT


def flows(tree: ast.Module, names: Names, call_of: Mapping[int, int], definition_of: Mapping[int, int]) -> Flows:
    """The flows of a module; the mappings give the index of a call's and of a definition's node by the node's `id`."""
    interpreter = _Interpreter(names, call_of, definition_of)
    interpreter.run(tree)
    return interpreter.flows()
