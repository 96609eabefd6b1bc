"""Data flow inside each function of one file: what its parameters, calls and outer things reach; judges none of it.

An abstract interpretation over the syntax tree: branches are joined, loops run to a small fixed point, guards are kept
as conditions that hold at a place. Work is bounded by a function's and a file's budget; what exceeds it is told in
`cut`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence

from readiness_bot.facts.flow_calls import Calls
from readiness_bot.facts.flow_state import (
    CHECKING,
    FUNCTION_BUDGET,
    Exit,
    Said,
    TooLarge,
    agreed,
    called,
    key_of,
    spelled,
)
from readiness_bot.facts.names import FunctionNode, Names, Scope, last_name
from readiness_bot.facts.origins import NOTHING, CallFlow, Flows, Given, Stored, Value

_DEPTH = 90
_LOOPS_REPEATED = 3
_FINDING = re.compile(r"a?get_(object|list)_or_404|(get|first|one)_or_404|one")
"""Calls that raise where they find nothing."""
_LEAVING = re.compile(r"^(abort|exit|_exit|raise_(?!for_|if|on_|when).*|.*_(raise|abort)|bail|die)$")


class _Interpreter(Calls):
    """One file's functions, each interpreted with the closures around it."""

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
        except (TooLarge, RecursionError):
            self.cut[self.definition] = None

    def function(
        self, node: FunctionNode, outer: Scope, around: dict[str, Value], known: frozenset[int] = frozenset()
    ) -> None:
        """Interpret one function with what its free names held where it was defined, and what was known there."""
        self.scope = self.names.scopes.get(node, outer)
        self.definition = self.definition_of.get(id(node), -1)
        self.budget = FUNCTION_BUDGET
        self.depth = self.loops = 0
        self.guards, self.dead, self.exits = known, False, []
        self.texts, self.tests, self.lambdas, self.globals = {}, {}, {}, _declared_global(node)
        self.env = dict(around)
        ordered = self.parameters(node)
        owner = self.scope.parent
        self.owner = owner.qualname if owner is not None and owner.kind == "class" else ""
        is_static = any(last_name(decorator) == "staticmethod" for decorator in node.decorator_list)
        self.own_name = ordered[0] if self.owner and ordered and not is_static else ""
        first = len(self.pending)
        if self.left <= 0:
            self.cut[self.definition] = None
            return
        self.bounded(node.body)
        final = self.env
        for index in range(first, len(self.pending)):
            inner, scope, env, held = self.pending[index]
            self.pending[index] = (inner, scope, {**env, **final}, held)

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
        self.rest = (names[-1], self.env[names[-1]]) if arguments.kwarg is not None else None
        return names

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
            self.pending.append((statement, self.scope, {}, frozenset()))

    def define(self, node: FunctionNode) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator)
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.expression(default)
        closed, known = (dict(self.env), self.guards) if self.scope.kind == "function" else ({}, frozenset())
        self.pending.append((node, self.scope, closed, known))
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
            inner, scope, _, held = self.pending[index]
            self.pending[index] = (inner, scope, before if inside else {}, held)
        self.scope, self.env, self.texts, self.lambdas, self.guards = saved
        self.owner = outer_owner
        self.dead = False

    def give(self, node: ast.Return) -> None:
        if node.value is not None:
            self.record_given(node.lineno, self.expression(node.value))
        self.dead = True

    def assign(self, node: ast.Assign) -> None:
        value = self.checked(node.value)
        for target in node.targets:
            self.bind(target, value, node.value)

    def assign_annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.bind(node.target, self.checked(node.value), node.value)

    def assign_augmented(self, node: ast.AugAssign) -> None:
        old = self.expression(node.target)
        if isinstance(node.op, ast.Add):
            value = self.added([node.target, node.value], [old, self.expression(node.value)])
        elif isinstance(node.op, ast.BitOr):
            value = old | self.expression(node.value)
        elif isinstance(node.op, ast.Mod | ast.Div):
            value = self.expression(ast.BinOp(node.target, node.op, node.value))
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
            if index >= 0 and (CHECKING.search(called(inner)) or _finds_or_raises(inner)):
                self.know(self.held(self.taken(inner, index), f"passed:{index}"))
        return value

    def statement_expression(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        self.checked(node.value)
        inner = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(inner, ast.Call) and _LEAVING.match(called(inner)):
            self.dead = True

    def if_(self, node: ast.If) -> None:
        self.expression(node.test)
        start, guards, tests = self.env, self.guards, dict(self.tests)
        true, false = self.narrowed(node.test, truth=True), self.narrowed(node.test, truth=False)
        self.env = dict(start)
        self.know(true)
        self.block(node.body)
        body = (self.env, self.guards, self.dead, self.tests)
        self.env, self.guards, self.dead, self.tests = dict(start), guards, False, tests
        self.know(false)
        self.block(node.orelse)
        perhaps = frozenset() if self.dead or body[2] else self.passed_in_one((body[1] ^ self.guards) - true - false)
        if not self.dead and not body[2]:
            # What is a known one or nothing on either way is no more than that: `if x is not None and x not in NAMES`.
            perhaps |= self.limited_by_each([body[1] - guards, self.guards - guards])
        self.join(*body)
        self.know(perhaps)

    def passed_in_one(self, guards: frozenset[int]) -> frozenset[int]:
        """What is left to say, where two ways meet, of checks that only one of them passed, or asked."""
        told = (self.table.guards[index] for index in sorted(guards))
        return frozenset(
            self.table.guard(guard.source, guard.access, f"perhaps:{guard.test.rpartition(':')[2]}")
            for guard in told
            if "passed:" in guard.test
            or (guard.test.startswith(("call:", "!call:")) and self.says_it_checks(guard.test))
        )

    def join(self, env: dict[str, Value], guards: frozenset[int], dead: bool, tests: dict[str, Said]) -> None:
        """Go on with what holds after either this state or the current one."""
        if dead:
            return
        if self.dead:
            self.env, self.guards, self.dead, self.tests = env, guards, False, tests
            return
        self.tests = agreed(self.tests, self.guards, tests, guards)
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
        self,
        body: Sequence[ast.stmt],
        orelse: Sequence[ast.stmt],
        enter: Callable[[], None],
        *,
        items: Value = NOTHING,
        endless: bool = False,
    ) -> None:
        """Run a body none to several times; what holds of every item at its end holds behind the loop."""
        start, guards, tests = dict(self.env), self.guards, dict(self.tests)
        passed: frozenset[int] = frozenset()
        exits: list[Exit] = []
        self.exits.append(exits)
        self.loops += 1
        for _ in range(2 if self.loops <= _LOOPS_REPEATED else 1):
            before, said = dict(self.env), dict(self.tests)
            enter()
            self.block(body)
            passed = frozenset() if self.dead or exits else self.of(items, self.guards - guards)
            self.join(before, guards, dead=False, tests=said)
            for env, held, told in exits:
                self.join(env, held, dead=False, tests=told)
            if self.env == before:
                break
        self.loops -= 1
        self.exits.pop()
        if not endless:
            self.join(start, guards, dead=False, tests=tests)
        self.know(passed)
        self.block(orelse)

    def of(self, items: Value, guards: frozenset[int]) -> frozenset[int]:
        """Those of the guards that speak of the items, and of nothing else."""
        about = {self.table.atoms[atom][:2] for atom in items}
        told = self.table.guards
        return frozenset(index for index in guards if (told[index].source, told[index].access) in about)

    def for_(self, node: ast.For | ast.AsyncFor) -> None:
        items = self.element(node.iter)
        self.loop(node.body, node.orelse, lambda: self.bind(node.target, items, None), items=items)

    def while_(self, node: ast.While) -> None:
        def enter() -> None:
            self.expression(node.test)
            self.know(self.narrowed(node.test, truth=True))

        self.loop(node.body, node.orelse, enter)

    def leave_loop(self, _: ast.stmt) -> None:
        if self.exits:
            self.exits[-1].append((self.env, self.guards, dict(self.tests)))
        self.dead = True

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            value = self.expression(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, None)
        self.block(node.body)

    def try_(self, node: ast.Try) -> None:
        start, guards, tests = dict(self.env), self.guards, dict(self.tests)
        self.block(node.body)
        said = agreed(tests, guards, self.tests, guards)
        raised = {**start, **{name: value | start.get(name, NOTHING) for name, value in self.env.items()}}
        self.block(node.orelse)
        after = (self.env, self.guards, self.dead, self.tests)
        for handler in node.handlers:
            self.env, self.guards, self.dead, self.tests = dict(raised), guards, False, dict(said)
            if handler.type is not None:
                self.expression(handler.type)
            if handler.name:
                self.env[handler.name] = self.unknown(handler.name, handler.lineno)
            self.block(handler.body)
            self.join(*after)
            after = (self.env, self.guards, self.dead, self.tests)
        self.env, self.guards, self.dead, self.tests = after
        if node.finalbody:
            dead, self.dead = self.dead, False
            self.block(node.finalbody)
            self.dead = self.dead or dead

    def match(self, node: ast.Match) -> None:
        subject = self.expression(node.subject)
        start, guards, tests = dict(self.env), self.guards, dict(self.tests)
        after = (start, guards, False, tests)
        for number, case in enumerate(node.cases):
            self.env, self.guards, self.dead, self.tests = dict(start), guards, False, dict(tests)
            self.know(self.pattern(case.pattern, subject))
            if case.guard is not None:
                self.expression(case.guard)
                self.know(self.narrowed(case.guard, truth=True))
            self.block(case.body)
            if number or not _is_wildcard(node.cases[-1]):
                self.join(*after)
            after = (self.env, self.guards, self.dead, self.tests)
        self.env, self.guards, self.dead, self.tests = after

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
            return self.held(subject, f"is:{spelled(pattern.cls)}")
        self.parts(pattern, subject)
        return frozenset()

    def parts(self, pattern: ast.pattern, subject: Value) -> None:
        """Bind the captures inside a mapping or sequence pattern."""
        if isinstance(pattern, ast.MatchMapping):
            for key, option in zip(pattern.keys, pattern.patterns, strict=False):
                text = key_of(key)
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


def _finds_or_raises(node: ast.Call) -> bool:
    """Whether a call raises where it finds no row: `get_object_or_404(Order, pk=key)`, `Order.objects.get(pk=key)`."""
    if _FINDING.fullmatch(called(node)):
        return True
    held = node.func.value if isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "aget") else None
    return isinstance(held, ast.Attribute) and held.attr == "objects"


def _declared_global(node: FunctionNode) -> frozenset[str]:
    """The names that a function declares global at its own level or one block down."""
    found: set[str] = set()
    for statement in node.body:
        for inner in (statement, *ast.iter_child_nodes(statement)):
            if isinstance(inner, ast.Global):
                found.update(inner.names)
    return frozenset(found)


def _is_wildcard(case: ast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None


def flows(tree: ast.Module, names: Names, call_of: Mapping[int, int], definition_of: Mapping[int, int]) -> Flows:
    """The flows of a module; the mappings give the index of a call's and of a definition's node by the node's `id`."""
    interpreter = _Interpreter(names, call_of, definition_of)
    interpreter.run(tree)
    return interpreter.flows()
