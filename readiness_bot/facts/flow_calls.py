"""What a call takes and gives: builtins and methods of texts and containers are understood, all others are kept."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from readiness_bot.facts.flow_expressions import Expressions
from readiness_bot.facts.flow_state import BUILTINS, Reached, called, key_of
from readiness_bot.facts.flow_templates import UNKNOWN_TEXT
from readiness_bot.facts.origins import NOTHING, PART, Value

_NUMBERS = frozenset(
    {"int", "float", "bool", "len", "abs", "round", "hash", "id", "ord", "hex", "bin", "oct", "isinstance",
     "issubclass",
     "callable", "any", "all", "hasattr", "range", "type", "print", "super", "object", "complex", "divmod", "sum",
     "dir", "input", "memoryview"}
)  # fmt: skip
_PARSING = frozenset({"UUID", "ObjectId", "PydanticObjectId", "strptime", "fromisoformat"})
"""Calls that raise for a text that holds anything but digits and what stands between them."""
_SAME = frozenset(
    {"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "dict", "bytes", "bytearray", "min", "max",
     "aiter"}
)  # fmt: skip
_TEXTS = frozenset({"str", "repr", "ascii", "format"})
_WRITING_LITERALS = frozenset({"repr", "ascii"})
"""What writes a text as Python would, in quotes that nothing in it ends."""
_TEXT_METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "casefold", "swapcase", "encode", "decode",
     "removeprefix", "removesuffix", "expandtabs", "zfill", "ljust", "rjust", "center", "replace"}
)  # fmt: skip
_SPLITTING = frozenset({"split", "rsplit", "splitlines", "partition", "rpartition"})
_TAKING = frozenset({"get", "pop", "setdefault", "getlist", "get_list", "getall", "getone", "popitem", "__getitem__"})
_ADDING = frozenset({"append", "add", "insert", "appendleft", "push"})
_MERGING = frozenset({"extend", "update", "extendleft"})


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


class Calls(Expressions):
    """Reads calls."""

    def call(self, node: ast.Call) -> Value:
        """What a call gives; what reaches it is kept, unless it is understood here."""
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
        if name and name not in self.env and self.names.identity(function, self.scope) == name and name in BUILTINS:
            known = self.builtin(node, name, args, keywords, mapped)
            if known is not None:
                return known
        if name in self.lambdas or (name and name not in self.env and name in self.module_lambdas):
            return self.applied(self.lambdas.get(name) or self.module_lambdas[name], args)
        self.record(index, receiver or callee, args, keywords)
        if args and called(node) in _PARSING and not self.lambda_depth:
            self.know(self.held(args[0], "is:UUID"))
        result = self.table.whole(self.table.source("c", index, -1, "", node.lineno)) if index >= 0 else NOTHING
        if isinstance(function, ast.Attribute):
            return self.method(node, function, args, keywords, receiver, result)
        return result

    def applied_to(self, node: ast.Lambda, args: Sequence[Value]) -> Value:
        """A lambda passed on, applied to the elements of the arguments before it."""
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
            reached = self.reached[index] = Reached(len(args), len(keywords))
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
            if name in ("int", "float") and args and not self.lambda_depth:
                self.know(self.held(args[0], "is:int"))  # what is no number raises
            return NOTHING
        if name in _TEXTS:
            given = args[0] if args else NOTHING
            if name in _WRITING_LITERALS and given:
                given = self.table.guarded(given, self.held(given, "repr"))
            return self.table.wrap(given, "s") if given else NOTHING
        if name in ("min", "max") and any(_is_number(given) for given in node.args):
            return NOTHING  # what a text is compared with is no number
        if name in _SAME:
            found = NOTHING.union(*map(self.paired, args)) if name == "dict" else NOTHING.union(*args)
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

    def paired(self, value: Value) -> Value:
        """What a dict made of pairs holds; anything else that is given to it is a dict already."""
        pairs = frozenset(atom for atom in value if self.table.atoms[atom][2][:2] in (("[]", "(0)"), ("[]", "(1)")))
        inside = self.table.step(pairs, "[]")
        keys, values = self.table.step(inside, "(0)"), self.table.step(inside, "(1)")
        return (value - pairs) | self.table.wrap(values, "{}") | self.table.wrap(keys, "<key>")

    def fetched(self, node: ast.Call, args: Sequence[Value]) -> Value:
        """The attribute that `getattr` gives, or its default."""
        text = self.constant_text(node.args[1])
        found = self.table.step(args[0], f".{text}") if text is not None else self.table.step(args[0], "[]")
        return self.limited(found | (args[2] if len(args) > 2 else NOTHING))

    def iterating(self, node: ast.Call, name: str, args: Sequence[Value], mapped: Value) -> Value | None:
        """The result of a builtin that goes through elements; None for any other."""
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
            if name == "replace" and (gone := _taken_out(node)):
                receiver = self.table.guarded(receiver, self.held(receiver, gone))
            extra = self.put_in(node, function.value, args) if name == "replace" else NOTHING
            return self.limited(self.table.wrap(receiver, "s") | extra) if self.is_value(receiver) else result | extra
        if name == "replace" and not receiver:
            return self.limited(self.put_in(node, function.value, args)) or result
        if name in _SPLITTING and receiver and self.is_value(receiver):
            return self.table.wrap(self.table.wrap(receiver, PART), "[]")
        if name == "join" and len(args) == 1 and not self.is_named(receiver):
            return self.limited(
                self.part(self.table.step(args[0], "[]"), UNKNOWN_TEXT) | self.part(receiver, UNKNOWN_TEXT)
            )
        if name == "format" and not self.is_named(receiver):
            return self.formatted(node, function.value, args, keywords, receiver)
        if name in ("get", "getlist") and _read_as_number(node):
            return NOTHING  # Werkzeug gives the default where the text is no number
        if name == "get" and len(args) > 1 and _is_class(node.args[0]):
            return result  # `session.get(Order, key)` gives a row, which carries nothing of the key
        if name in _TAKING and receiver:
            return self.took(node, args, receiver) | result
        if name in _TAKING and self.is_constant(function.value):
            return args[1] if len(args) > 1 else NOTHING
        return self.container(node, function, args, keywords, receiver, result)

    def put_in(self, node: ast.Call, owner: ast.expr, args: Sequence[Value]) -> Value:
        """What `replace` puts into a text in place of what was there."""
        if len(args) < 2:
            return NOTHING
        text, gone = self.constant_text(owner), self.constant_text(node.args[0])
        before, found, after = text.partition(gone) if text is not None and gone else ("", "", "")
        return self.part(args[1], before, after) if found else self.part(args[1], UNKNOWN_TEXT)

    def took(self, node: ast.Call, args: Sequence[Value], receiver: Value) -> Value:
        """What `get` and its kin take out of a container, or their default."""
        key = key_of(node.args[0]) if node.args else None
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
        """The result of a method that gives or changes what a container holds; else the call's own."""
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


def _taken_out(node: ast.Call) -> str:
    """What a text surely lacks once every slash or dot in it was replaced; empty for other replacements."""
    texts = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
    if len(texts) != 2 or texts[0] not in ("/", "\\", ".", "..") or texts[1] not in ("", "_", "-", " "):
        return ""
    return "!in:.." if texts[0] in (".", "..") else f"!in:{texts[0]}"


def _read_as_number(node: ast.Call) -> bool:
    """Whether a parameter is read through a type that leaves only numbers: `args.get("page", 1, type=int)`."""
    given = next((keyword.value for keyword in node.keywords if keyword.arg == "type"), None)
    if given is None and len(node.args) == 3:
        given = node.args[2]
    return isinstance(given, ast.Name) and given.id in ("int", "float", "bool")


def _is_class(node: ast.expr) -> bool:
    """Whether an expression is named as classes are: `Order`, `models.Order`."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name[:1].isupper() and not name.isupper()
