"""What each name of one module stands for, where it stands: imports, aliases, assignments, attributes of `self`.

Names are dotted strings. `requests.get` is an imported thing, `:create_app` a thing of this module, `..db.engine` a
relative import, `httpx.Client()` an instance (or whatever the call gives back), `items[]` an element, `?user` a
local value of which nothing is known, and an unbound name stands for itself (a builtin).
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator
from keyword import iskeyword

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_BUILTINS = frozenset(dir(builtins))
_DEPTH = 12
_LONGEST = 300
_TRANSPARENT_ANNOTATIONS = frozenset(
    {
        "Optional",
        "Annotated",
        "Final",
        "ClassVar",
        "Required",
        "NotRequired",
        "ReadOnly",
        "Type",
        "type",
        "SkipValidation",
    }
)
_ITERABLES = frozenset(
    {
        "list",
        "List",
        "Sequence",
        "Iterable",
        "Iterator",
        "Generator",
        "AsyncGenerator",
        "AsyncIterator",
        "AsyncIterable",
        "set",
        "Set",
        "tuple",
        "Tuple",
        "Collection",
        "QuerySet",
        "deque",
        "frozenset",
        "FrozenSet",
    }
)
_MAPPINGS = frozenset(
    {"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "DefaultDict", "OrderedDict", "ChainMap"}
)
_SAME_ELEMENTS = frozenset({"sorted", "list", "tuple", "set", "frozenset", "reversed", "iter"})
"""Builtins that give the elements of what they take."""
_TAKING_OUT = frozenset({"get", "pop", "setdefault"})
"""Methods that give one of the things that a container holds."""


def lambda_scope(node: ast.Lambda, around: Scope) -> Scope:
    """The scope of a lambda, with its parameters."""
    scope = Scope("function", around.qualname, around, node)
    for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        scope.bindings[argument.arg] = f"?{argument.arg}"
    return scope


def generator_scope(generator: ast.comprehension, around: Scope, node: ast.expr) -> Scope:
    """The scope behind one `for` of a comprehension, with what it binds."""
    scope = Scope("function", around.qualname, around, node)
    for target in ast.walk(generator.target):
        if isinstance(target, ast.Name):
            scope.bindings[target.id] = f"?{target.id}"
    for target, held, use in _turns(generator.target, generator.iter):
        if isinstance(target, ast.Name):
            scope.bindings[target.id] = (held, around, use)
    return scope


def _turns(target: ast.expr, iterated: ast.expr) -> Iterator[tuple[ast.expr, ast.expr, str]]:
    """What each turn of a loop binds to what, and how that is used: elements, entries of a mapping."""
    if not isinstance(target, ast.Tuple | ast.List):
        yield target, iterated, "element"
    elif isinstance(iterated, ast.Call) and not iterated.keywords:
        function, arguments = iterated.func, iterated.args
        if isinstance(function, ast.Attribute):
            if function.attr == "items" and not arguments and len(target.elts) == 2:
                yield target.elts[1], function.value, "entry"
        elif isinstance(function, ast.Name) and function.id == "enumerate":
            if len(arguments) == 1 and len(target.elts) == 2:
                yield from _turns(target.elts[1], arguments[0])
        elif isinstance(function, ast.Name) and function.id == "zip" and len(arguments) == len(target.elts):
            for one, argument in zip(target.elts, arguments, strict=True):
                yield from _turns(one, argument)


class Scope:
    """The names bound in one module, class or function."""

    __slots__ = (
        "attributes",
        "bindings",
        "identities",
        "kind",
        "known",
        "meanings",
        "node",
        "parent",
        "qualname",
        "stars",
    )

    def __init__(self, kind: str, qualname: str, parent: Scope | None, node: ast.AST) -> None:
        self.kind = kind
        self.qualname = qualname
        self.parent = parent
        self.node = node
        self.bindings: dict[str, str | tuple[ast.expr, Scope, str]] = {}
        """A final name, or an expression with the scope it stands in and how it is used.

        As `value`, `element` or `entry` (of a mapping), `type` or `enter`.
        """
        self.attributes: dict[str, tuple[ast.expr, Scope, str]] = {}
        """Of a class: what `self.x` or the class-level `x` is bound to."""
        self.stars: list[str] = []
        self.known: dict[tuple[str, int, bool], str] = {}
        """What variables were found to be, by name, depth of the question, and whether they were followed."""
        self.identities: dict[str, str] = {}
        self.meanings: dict[str, str] = {}
        """What variables that were asked for by themselves were found to be."""


class Names:
    """The scopes of one module and the meaning of expressions within them."""

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope("module", "", None, tree)
        self.scopes: dict[ast.AST, Scope] = {tree: self.module}
        self.classes: dict[str, Scope] = {}
        self.functions: dict[str, FunctionNode] = {}
        self._identities: dict[tuple[ast.expr, Scope], str] = {}
        self._meanings: dict[tuple[ast.expr, Scope], str] = {}
        self._declared: dict[ast.expr, ast.expr] = {}
        """The annotations of variables by the values that they are bound to at once."""
        self._collect(tree.body, self.module)
        self._rebind_imports(tree.body)

    def release(self) -> None:
        """Lets go of the tree: scopes and what is bound in them hold each other. Nothing may be asked after this."""
        for scope in self.scopes.values():
            scope.bindings.clear()
            scope.attributes.clear()
        self.scopes.clear()
        self.classes.clear()
        self.functions.clear()
        self._declared.clear()

    # -- what is bound where ---------------------------------------------------------------------------------------

    def _collect(self, body: Iterable[ast.stmt], scope: Scope) -> None:
        """Bind what the statements bind, those of the blocks inside them included, each in the scope it stands in."""
        pending: list[tuple[Iterable[ast.stmt], Scope]] = [(body, scope)]
        while pending:
            statements, scope = pending.pop()
            for node in statements:
                kind = node.__class__
                if kind in _BINDING:
                    _BINDING[kind](self, node, scope)
                if kind in _FLAT:
                    continue
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    pending.append(self._bind_function(node, scope))
                elif isinstance(node, ast.ClassDef):
                    pending.append(self._bind_class(node, scope))
                else:
                    for name in ("body", "orelse", "finalbody"):
                        block = getattr(node, name, None)
                        if block:
                            pending.append((block, scope))
                    for branch in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                        pending.append((branch.body, scope))

    def _bind_import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            root = alias.name.partition(".")[0]
            scope.bindings.setdefault(alias.asname or root, alias.name if alias.asname else root)

    def _rebind_imports(self, body: Iterable[ast.stmt]) -> None:
        """Let the later of two imports of one name hold, where nothing but their order decides between them."""
        later = Scope("module", "", None, self.module.node)
        for statement in reversed(list(body)):
            if isinstance(statement, ast.Import | ast.ImportFrom):
                _BINDING[statement.__class__](self, statement, later)
        for name, target in later.bindings.items():
            known = self.module.bindings.get(name)
            if isinstance(known, str) and known[:1] not in (":", "?", "^"):
                self.module.bindings[name] = target

    def _bind_assign(self, node: ast.Assign, scope: Scope) -> None:
        for target in node.targets:
            self._bind_target(target, node.value, scope, "value")

    def _bind_for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        self._bind_unknown(node.target, scope)
        for target, held, use in _turns(node.target, node.iter):
            self._bind_target(target, held, scope, use)

    def _bind_with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self._bind_target(item.optional_vars, item.context_expr, scope, "enter")

    def _bind_handlers(self, node: ast.Try, scope: Scope) -> None:
        for handler in node.handlers:
            if handler.name:
                scope.bindings.setdefault(handler.name, f"?{handler.name}")

    def _bind_global(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        if scope.kind == "function":
            for name in node.names:
                scope.bindings.setdefault(name, f"^{name}")

    def _bind_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        origin = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                scope.stars.append(origin)
            else:
                separator = "" if origin.endswith(".") or not origin else "."
                scope.bindings.setdefault(alias.asname or alias.name, f"{origin}{separator}{alias.name}")

    def _bind_function(self, node: FunctionNode, scope: Scope) -> tuple[Iterable[ast.stmt], Scope]:
        qualname = f"{scope.qualname}.{node.name}" if scope.qualname else node.name
        inner = Scope("function", qualname, scope, node)
        self.scopes[node] = inner
        self.functions.setdefault(qualname, node)
        scope.bindings.setdefault(node.name, f":{qualname}")
        self._bind_parameters(node, inner)
        return node.body, inner

    def _bind_parameters(self, node: FunctionNode, inner: Scope) -> None:
        arguments = node.args
        ordered = [*arguments.posonlyargs, *arguments.args]
        owner = inner.parent
        if owner is not None and owner.kind == "class" and ordered:
            decorators = {last_name(decorator) for decorator in node.decorator_list}
            if "staticmethod" not in decorators:
                first = ordered.pop(0)
                is_class = "classmethod" in decorators or node.name in (
                    "__new__",
                    "__init_subclass__",
                    "__class_getitem__",
                )
                inner.bindings[first.arg] = f":{owner.qualname}" if is_class else f":{owner.qualname}()"
        for argument in (*ordered, *arguments.kwonlyargs):
            if argument.annotation is not None:
                inner.bindings[argument.arg] = (argument.annotation, inner.parent or self.module, "type")
            else:
                inner.bindings[argument.arg] = f"?{argument.arg}"
        for variadic in (arguments.vararg, arguments.kwarg):
            if variadic is not None:
                inner.bindings[variadic.arg] = f"?{variadic.arg}"

    def _bind_class(self, node: ast.ClassDef, scope: Scope) -> tuple[Iterable[ast.stmt], Scope]:
        qualname = f"{scope.qualname}.{node.name}" if scope.qualname else node.name
        inner = Scope("class", qualname, scope, node)
        self.scopes[node] = inner
        self.classes.setdefault(qualname, inner)
        scope.bindings.setdefault(node.name, f":{qualname}")
        return node.body, inner

    def _bind_annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None and not _is_none(node.value):
            self._declared[node.value] = node.annotation
            self._bind_target(node.target, node.value, scope, "value")
        else:
            self._bind_target(node.target, node.annotation, scope, "type")

    def _bind_target(self, target: ast.expr, value: ast.expr, scope: Scope, use: str) -> None:
        if isinstance(target, ast.Name):
            self._bind_name(target.id, value, scope, use)
        elif isinstance(target, ast.Attribute):
            self._bind_attribute(target, value, scope, use)
        elif isinstance(target, ast.Tuple | ast.List):
            pairs = (
                value.elts if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts) else None
            )
            for index, element in enumerate(target.elts):
                if pairs is not None and use == "value":
                    self._bind_target(element, pairs[index], scope, use)
                else:
                    self._bind_unknown(element, scope)
        elif isinstance(target, ast.Starred):
            self._bind_unknown(target.value, scope)

    def _bind_unknown(self, target: ast.expr, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope.bindings.setdefault(target.id, f"?{target.id}")
        elif isinstance(target, ast.Tuple | ast.List):
            for element in target.elts:
                self._bind_unknown(element, scope)

    def _bind_name(self, name: str, value: ast.expr, scope: Scope, use: str) -> None:
        if scope.kind == "class":
            scope.attributes.setdefault(name, (value, scope, use))
        known = scope.bindings.get(name)
        if isinstance(known, str) and known.startswith("^"):
            if not _is_none(value):
                self.module.bindings.setdefault(name, (value, scope, use))
                self._replace_none(self.module, name, (value, scope, use))
            return
        if name not in scope.bindings or (isinstance(known, str) and known == f"?{name}"):
            scope.bindings[name] = (value, scope, use)
        else:
            self._replace_none(scope, name, (value, scope, use))

    @staticmethod
    def _replace_none(scope: Scope, name: str, value: tuple[ast.expr, Scope, str]) -> None:
        known = scope.bindings.get(name)
        if isinstance(known, tuple) and known[2] == "value" and _is_none(known[0]):
            scope.bindings[name] = value

    def _bind_attribute(self, target: ast.Attribute, value: ast.expr, scope: Scope, use: str) -> None:
        if not isinstance(target.value, ast.Name):
            return
        owner = self._lookup(target.value.id, scope)
        if isinstance(owner, str) and owner.startswith(":"):
            klass = self.classes.get(owner[1:].removesuffix("()"))
            if klass is not None:
                known = klass.attributes.get(target.attr)
                if known is None or (known[2] == "value" and _is_none(known[0])):
                    klass.attributes[target.attr] = (value, scope, use)

    def _lookup(self, name: str, scope: Scope | None) -> str | tuple[ast.expr, Scope, str] | None:
        start = scope
        while scope is not None:
            if scope.kind != "class" or scope is start:
                found = scope.bindings.get(name)
                if found is not None:
                    if isinstance(found, str) and found.startswith("^"):
                        return self.module.bindings.get(name) or f":{name}"
                    return found
            scope = scope.parent
        return None

    # -- what an expression stands for -----------------------------------------------------------------------------

    def identity(self, node: ast.expr, scope: Scope) -> str:
        """The name of the thing itself: a module's variable stays `:router`, whatever it is bound to.

        Empty if it has no name.
        """
        if node.__class__ is ast.Name:
            name: str = node.id
            known = scope.identities.get(name)
            if known is None:
                known = scope.identities[name] = self._variable(name, scope, 0, follow=False)
            return known
        known = self._identities.get((node, scope))
        if known is None:
            known = self._identities[node, scope] = self._path(node, scope)
        return known

    def _path(self, node: ast.expr, scope: Scope) -> str:
        """The identity of an expression; attributes of attributes without a question for each."""
        steps: list[str] = []
        inner = node
        while inner.__class__ is ast.Attribute and len(steps) < _DEPTH:
            steps.append(inner.attr)
            inner = inner.value
        name = self._name_of(inner, scope, len(steps), follow=False)
        for step in reversed(steps):
            if not name or len(name) > _LONGEST:
                return ""
            name = f"{name}{step}" if name[-1] == "." else f"{name}.{step}"
        return name

    def meaning(self, node: ast.expr, scope: Scope) -> str:
        """What the expression is, with variables followed to what they are bound to: `httpx.Client().get`.

        Empty if unknown.
        """
        if node.__class__ is ast.Name:
            name: str = node.id
            known = scope.meanings.get(name)
            if known is None:
                known = scope.meanings[name] = self._variable(name, scope, 0, follow=True)
            return known
        known = self._meanings.get((node, scope))
        if known is None:
            known = self._meanings[node, scope] = self._name_of(node, scope, 0, follow=True)
        return known

    def _name_of(self, node: ast.expr, scope: Scope, depth: int, *, follow: bool) -> str:
        if depth > _DEPTH:
            return ""
        kind = node.__class__
        if kind is ast.Name:
            # Bindings are complete before anything is asked; the depth is told apart since questions end at one.
            key = (node.id, depth, follow)  # type: ignore[attr-defined]
            known = scope.known.get(key)
            if known is None:
                known = scope.known[key] = self._variable(key[0], scope, depth, follow=follow)
            return known
        if kind is ast.Attribute:
            owner = self._name_of(node.value, scope, depth + 1, follow=follow)  # type: ignore[attr-defined]
            return self._attribute(owner, node.attr, depth, follow=follow)  # type: ignore[attr-defined]
        if kind is ast.Call:
            return self._called(node, scope, depth)  # type: ignore[arg-type]
        if kind is ast.Await or kind is ast.NamedExpr or kind is ast.Starred:
            return self._name_of(node.value, scope, depth + 1, follow=follow)  # type: ignore[attr-defined]
        if kind is ast.Subscript:
            return self._subscripted(node, scope, depth, follow=follow)  # type: ignore[arg-type]
        if not follow:
            return ""
        if kind is ast.BoolOp:
            return self._first_known(reversed(node.values), scope, depth)  # type: ignore[attr-defined]
        if kind is ast.IfExp:
            return self._first_known((node.body, node.orelse), scope, depth)  # type: ignore[attr-defined]
        return _DISPLAYS.get(kind, "") or (_constant_type(node) if kind is ast.Constant else "")  # type: ignore[arg-type]

    def _subscripted(self, node: ast.Subscript, scope: Scope, depth: int, *, follow: bool) -> str:
        owner = self._name_of(node.value, scope, depth + 1, follow=follow)
        if follow and owner.endswith("()") and not isinstance(node.slice, ast.Slice):
            held = self._taken_out(owner, node.value, scope, depth)
            if held:
                return held
        return f"{owner}[]" if owner and len(owner) < _LONGEST else ""

    def _first_known(self, nodes: Iterable[ast.expr], scope: Scope, depth: int) -> str:
        first = ""
        for node in nodes:
            name = self._name_of(node, scope, depth + 1, follow=True)
            if name and not name.startswith("?") and name != "None":
                return name
            first = first or name
        return first

    def _variable(self, name: str, scope: Scope, depth: int, *, follow: bool) -> str:
        found = self._lookup(name, scope)
        if found is None:
            return self._unbound(name)
        if isinstance(found, str):
            return found
        value, where, use = found
        if not follow:
            if self.module.bindings.get(name) is found:
                return f":{name}"
            return self._local(name, value, where, use, depth)
        return self._bound(value, where, use, depth) or f"?{name}"

    def _local(self, name: str, value: ast.expr, where: Scope, use: str, depth: int) -> str:
        """The identity of a local variable: that of the thing it is only another name for, else unknown."""
        if use == "value" and isinstance(value, ast.Name | ast.Attribute):
            return self._name_of(value, where, depth + 1, follow=False) or f"?{name}"
        return f"?{name}"

    def _unbound(self, name: str) -> str:
        if name not in _BUILTINS and len(self.module.stars) == 1:
            origin = self.module.stars[0]
            return f"{origin}{name}" if origin.endswith(".") else f"{origin}.{name}"
        return name

    def _bound(self, value: ast.expr, where: Scope, use: str, depth: int) -> str:
        if use == "type":
            return self.annotated(value, where, depth + 1)
        if use in ("element", "entry"):
            held = self._held(value, where, depth + 1, entries=use == "entry")
            if held or use == "entry":
                return held
        name = self._name_of(value, where, depth + 1, follow=True)
        if use == "element":
            return f"{name}[]" if name and len(name) < _LONGEST else ""
        declared = self._declared.get(value)
        return name if declared is None else self._as_declared(name, declared, where, depth + 1)

    def _as_declared(self, name: str, annotation: ast.expr, where: Scope, depth: int) -> str:
        """What a variable is that was annotated where it was bound: the annotation tells more than an own function.

        A class that is called, and what a library gives, tell more than the annotation, which may name a base class.
        """
        is_unknown = not name or name[0] == "?"
        if not is_unknown and not (name[0] in ":." and name.endswith("()") and not _is_class_called(name)):
            return name
        kind = self.annotated(annotation, where, depth)
        return kind if kind and (is_unknown or "." in kind or ":" in kind) and not _is_plain(kind) else name

    def _taken_out(self, owner: str, node: ast.expr, scope: Scope, depth: int) -> str:
        """What is taken out of a list or a mapping, by what it is annotated to hold; empty where nothing tells."""
        kind = owner.removesuffix("()").rpartition(".")[2]
        if kind != "list" and kind not in _MAPPINGS:
            return ""
        return self._held(node, scope, depth + 1, entries=kind != "list")

    def _held(self, node: ast.expr, scope: Scope, depth: int, *, entries: bool) -> str:
        """What a container holds as far as annotations tell: its elements, or the entries of a mapping; else empty."""
        if depth > _DEPTH:
            return ""
        if isinstance(node, ast.Await):
            return self._held(node.value, scope, depth + 1, entries=entries)
        if isinstance(node, ast.BoolOp):
            return next(
                (held for one in node.values if (held := self._held(one, scope, depth + 1, entries=entries))), ""
            )
        if isinstance(node, ast.Call):
            return self._held_by_result(node, scope, depth, entries=entries)
        bound = None
        if isinstance(node, ast.Name):
            bound = self._lookup(node.id, scope)
        elif isinstance(node, ast.Attribute):
            owner = self._name_of(node.value, scope, depth + 1, follow=True)
            klass = self.classes.get(owner[1:].removesuffix("()")) if owner.startswith(":") else None
            bound = klass.attributes.get(node.attr) if klass is not None else None
        if not isinstance(bound, tuple):
            return ""
        value, where, use = bound
        annotation = value if use == "type" else self._declared.get(value)
        if annotation is not None:
            return self._inside(annotation, where, depth + 1, entries=entries)
        return self._held(value, where, depth + 1, entries=entries) if use == "value" else ""

    def _held_by_result(self, node: ast.Call, scope: Scope, depth: int, *, entries: bool) -> str:
        """What the result of a call holds."""
        function = node.func
        if isinstance(function, ast.Name) and function.id in _SAME_ELEMENTS and node.args and not entries:
            return self._held(node.args[0], scope, depth + 1, entries=False)
        if isinstance(function, ast.Attribute) and not node.args and function.attr in ("values", "copy"):
            return self._held(function.value, scope, depth + 1, entries=entries or function.attr == "values")
        name = self._name_of(function, scope, depth + 1, follow=True)
        called = self.functions.get(name[1:].replace("().", ".")) if name.startswith(":") else None
        if called is None or called.returns is None:
            return ""
        return self._inside(called.returns, self.scopes[called].parent or self.module, depth + 1, entries=entries)

    def _inside(self, node: ast.expr, scope: Scope, depth: int, *, entries: bool) -> str:
        """An instance of what the annotated container holds: elements and keys, or the entries of a mapping."""
        if depth > _DEPTH:
            return ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            quoted = _quoted(node.value.strip())
            return self._inside(quoted, scope, depth + 1, entries=entries) if quoted is not None else ""
        if isinstance(node, ast.BinOp):
            found = self._inside(node.left, scope, depth + 1, entries=entries)
            return found or self._inside(node.right, scope, depth + 1, entries=entries)
        if not isinstance(node, ast.Subscript):
            return ""
        outer = last_name(node.value)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if outer == "Union" or outer in _TRANSPARENT_ANNOTATIONS:
            options = parts if outer == "Union" else parts[:1]
            return next((name for one in options if (name := self._inside(one, scope, depth + 1, entries=entries))), "")
        if outer in _MAPPINGS and len(parts) == 2:
            return self.annotated(parts[entries], scope, depth + 1)
        is_held = outer in _ITERABLES and (outer not in ("tuple", "Tuple") or _is_of_one_kind(parts))
        return self.annotated(parts[0], scope, depth + 1) if is_held and parts and not entries else ""

    def _attribute(self, owner: str, attribute: str, depth: int, *, follow: bool) -> str:
        if not owner or len(owner) > _LONGEST:
            return ""
        if follow and owner.startswith(":"):
            klass = self.classes.get(owner[1:].removesuffix("()"))
            if klass is not None:
                bound = klass.attributes.get(attribute)
                if bound is not None:
                    return self._bound(*bound, depth + 1) or f"{owner}.{attribute}"
        return f"{owner}{attribute}" if owner.endswith(".") else f"{owner}.{attribute}"

    def _called(self, node: ast.Call, scope: Scope, depth: int) -> str:
        name = self._name_of(node.func, scope, depth + 1, follow=True)
        if not name or len(name) > _LONGEST:
            return ""
        if name.rpartition(".")[2] == "cast" and len(node.args) == 2:
            return self.annotated(node.args[0], scope, depth + 1)
        if name == "super":
            owner = scope
            while owner.parent is not None and owner.kind != "class":
                owner = owner.parent
            return f":{owner.qualname}().super()" if owner.kind == "class" else "super()"
        if name.startswith(":"):
            called = self.functions.get(name[1:].replace("().", "."))
            if called is not None and depth < 6:
                return self.returned(called, depth) or f"{name}()"
        taken_from, _, method = name.rpartition(".")
        if method in _TAKING_OUT and taken_from.endswith("()") and isinstance(node.func, ast.Attribute):
            return self._taken_out(taken_from, node.func.value, scope, depth) or f"{name}()"
        return f"{name}()"

    def returned(self, function: FunctionNode, depth: int = 0) -> str:
        """What a call of the function gives back, by its annotation or its last statement; empty if neither tells."""
        scope = self.scopes[function]
        if function.returns is not None:
            name = self.annotated(function.returns, scope.parent or self.module, depth + 1)
            if name and not _is_plain(name):
                return name
            return ""
        last = function.body[-1]
        plain = all(last_name(decorator).endswith("property") for decorator in function.decorator_list)
        if isinstance(last, ast.Return) and last.value is not None and plain:
            name = self._name_of(last.value, scope, depth + 2, follow=True)
            return name if name.endswith("()") and not name.startswith("?") else ""
        return ""

    def annotated(self, node: ast.expr, scope: Scope, depth: int = 0) -> str:
        """An instance of the type that the annotation names: `Optional[Session]` gives `sqlalchemy.orm.Session()`."""
        if depth > _DEPTH:
            return ""
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                quoted = _quoted(node.value.strip())
                return self.annotated(quoted, scope, depth + 1) if quoted is not None else ""
            return ""
        if isinstance(node, ast.BinOp):
            left = self.annotated(node.left, scope, depth + 1)
            return left or self.annotated(node.right, scope, depth + 1)
        if isinstance(node, ast.Subscript):
            return self._generic(node, scope, depth)
        if isinstance(node, ast.Name | ast.Attribute):
            name = self._name_of(node, scope, depth + 1, follow=False)
            if name.startswith(":") and isinstance(bound := self.module.bindings.get(name[1:]), tuple):
                value = bound[0]
                if isinstance(value, ast.Subscript | ast.BinOp | ast.Name | ast.Attribute):
                    return self.annotated(value, bound[1], depth + 1)
            return f"{name}()" if name and not name.startswith("?") else ""
        return ""

    def _generic(self, node: ast.Subscript, scope: Scope, depth: int) -> str:
        outer = last_name(node.value)
        inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        if outer in _TRANSPARENT_ANNOTATIONS:
            return self.annotated(inner, scope, depth + 1)
        if outer == "Union":
            options = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return next((name for option in options if (name := self.annotated(option, scope, depth + 1))), "")
        if outer in ("Generator", "AsyncGenerator", "Iterator", "AsyncIterator"):
            return self.annotated(inner, scope, depth + 1)
        if outer in _ITERABLES:
            return "list()"
        name = self._name_of(node.value, scope, depth + 1, follow=False)
        return f"{name}()" if name and not name.startswith("?") else ""


_BINDING: dict[type[ast.stmt], Callable[..., None]] = {
    ast.Import: Names._bind_import,
    ast.ImportFrom: Names._bind_from,
    ast.Assign: Names._bind_assign,
    ast.AnnAssign: Names._bind_annotated,
    ast.For: Names._bind_for,
    ast.AsyncFor: Names._bind_for,
    ast.With: Names._bind_with,
    ast.AsyncWith: Names._bind_with,
    ast.Try: Names._bind_handlers,
    ast.TryStar: Names._bind_handlers,
    ast.Global: Names._bind_global,
    ast.Nonlocal: Names._bind_global,
}

_FLAT = frozenset(
    {ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return, ast.Import, ast.ImportFrom, ast.Pass, ast.Raise,
     ast.Assert, ast.Delete, ast.Global, ast.Nonlocal, ast.Break, ast.Continue}
)  # fmt: skip
"""Statements without blocks, which most are."""

_DISPLAYS: dict[type[ast.AST], str] = {
    ast.Dict: "dict()",
    ast.DictComp: "dict()",
    ast.List: "list()",
    ast.ListComp: "list()",
    ast.Set: "set()",
    ast.SetComp: "set()",
    ast.Tuple: "tuple()",
    ast.JoinedStr: "str()",
    ast.GeneratorExp: "generator()",
}

_PLAIN = frozenset({"str()", "int()", "float()", "bool()", "bytes()", "None()", "typing.Any()", "object()"})


def _quoted(text: str) -> ast.expr | None:
    """The expression that an annotation in quotes holds; mostly it is a name alone."""
    if text.isidentifier() and not iskeyword(text):
        return ast.Name(text)
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_of_one_kind(parts: list[ast.expr]) -> bool:
    """Whether a tuple of these types holds any number of the first."""
    return len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is ...


def _is_class_called(name: str) -> bool:
    """Whether a call is one of a class, going by its spelling."""
    return name.rpartition(".")[2].lstrip(":")[:1].isupper()


def _is_plain(name: str) -> bool:
    return name in _PLAIN


def _constant_type(node: ast.Constant) -> str:
    return "None" if node.value is None else f"{type(node.value).__name__}()"


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def last_name(node: ast.expr) -> str:
    """The last part of a dotted expression as written, calls and subscripts looked through; empty for anything else."""
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
