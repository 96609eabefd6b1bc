"""What an expression carries of its parts: containers, choices, comprehensions, sums and templates of text."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from readiness_bot.facts.flow_conditions import Conditions
from readiness_bot.facts.flow_state import key_of, printable
from readiness_bot.facts.flow_templates import UNKNOWN_TEXT, format_slots, is_numeric, percent_slots
from readiness_bot.facts.origins import NOTHING, Value, text_part

_LAMBDA_DEPTH = 3


class Expressions(Conditions):
    """Reads every expression but calls."""

    def attribute(self, node: ast.Attribute) -> Value:
        """An attribute as last assigned here, else a part of its object."""
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
        """An item as last assigned here, else a part of its container; a slice is of its whole."""
        value = self.item(node)
        if value and _is_name_in_path(node) and isinstance(node.value, ast.Call):
            return self.table.guarded(value, self.held(self.receiver(node.value), "file-name"))
        if value and _is_short_ending(node.slice):
            return self.table.guarded(value, self.held(value, "file-name"))
        return value

    def item(self, node: ast.Subscript) -> Value:
        """What a subscript gives, whatever it was split off."""
        if isinstance(node.slice, ast.Slice):
            for bound in (node.slice.lower, node.slice.upper, node.slice.step):
                if bound is not None:
                    self.expression(bound)
            return self.expression(node.value)
        key = key_of(node.slice)
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
        return self.table.step(self.table.without_keys(value), "[]")

    def mapping(self, node: ast.Dict) -> Value:
        """A dict, by constant keys where they are."""
        found: Value = NOTHING
        for key, item in zip(node.keys, node.values, strict=True):
            value = self.expression(item)
            if key is None:
                found |= value
                continue
            text = key_of(key) or self.constant_text(key)
            if text is not None:
                found |= self.table.wrap(value, f"{{{printable(text[:60])}}}")
            else:
                found = found | self.table.wrap(value, "{}") | self.table.wrap(self.expression(key), "<key>")
        return self.limited(found)

    def sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        """A list, tuple or set; a tuple by position."""
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
        """The value inside `await` or a walrus, which binds it as well; of what a star spreads out, the first."""
        value = self.expression(node.value)
        if isinstance(node, ast.Starred):
            return self.table.spread(value)
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
        """Either branch, each under what the condition says then."""
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
        """A comparison is a truth value and carries nothing."""
        self.expression(node.left)
        for item in node.comparators:
            self.expression(item)
        return NOTHING

    def unary(self, node: ast.UnaryOp) -> Value:
        """A sign or `not` carries nothing."""
        self.expression(node.operand)
        return NOTHING

    def yield_(self, node: ast.Yield | ast.YieldFrom) -> Value:
        """What is yielded is an element of what the function gives."""
        if node.value is not None:
            value = self.expression(node.value)
            self.record_given(node.lineno, value if isinstance(node, ast.YieldFrom) else self.table.wrap(value, "[]"))
        return NOTHING

    def lambda_(self, node: ast.Lambda) -> Value:
        """A lambda that is only defined, interpreted with unknown arguments."""
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
        """The elements of a comprehension, under its conditions."""
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

    def joined(self, node: ast.JoinedStr) -> Value:
        """An f-string: each part between the texts before and after it."""
        inside = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
        texts = [self.constant_text(inner) for inner in inside]
        found: Value = NOTHING
        for place, (part, inner) in enumerate(zip(node.values, inside, strict=True)):
            if texts[place] is not None:
                continue
            value = self.expression(inner)
            if not isinstance(part, ast.FormattedValue) or not is_numeric(part.format_spec):
                found |= self.part(value, self.before(inside[:place]), written(texts[place + 1 :]))
        return self.limited(found)

    def before(self, nodes: Sequence[ast.expr]) -> str:
        """What stands before a part of a text; a word that is made anew each time leads nowhere and is one."""
        texts = [self.constant_text(node) for node in nodes]
        return written(
            [MADE if text is None and is_made(node) else text for text, node in zip(texts, nodes, strict=True)]
        )

    def part(self, value: Value, prefix: str, suffix: str = "") -> Value:
        """A value as a part of a text, behind this one and before that."""
        return self.table.wrap(value, text_part(prefix, suffix)) if value else value

    def binary(self, node: ast.BinOp) -> Value:
        """A sum, a path, a union or a template."""
        if isinstance(node.op, ast.Add | ast.Div):
            nodes: list[ast.expr] = []
            left: ast.expr = node
            while isinstance(left, ast.BinOp) and isinstance(left.op, type(node.op)):
                nodes.append(left.right)
                left = left.left
            nodes.append(left)
            nodes.reverse()
            values = [self.expression(part) for part in nodes]
            return self.added(nodes, values) if isinstance(node.op, ast.Add) else self.divided(nodes, values)
        if isinstance(node.op, ast.Mod):
            return self.percent(node)
        left_value, right_value = self.expression(node.left), self.expression(node.right)
        if isinstance(node.op, ast.BitOr | ast.BitAnd):
            return self.limited(left_value | right_value)
        if isinstance(node.op, ast.Mult) and (self.constant_text(node.left) or isinstance(node.left, ast.List)):
            return left_value
        return left_value if isinstance(node.op, ast.Sub) and isinstance(node.right, ast.Set) else NOTHING

    def divided(self, nodes: Sequence[ast.expr], values: Sequence[Value]) -> Value:
        """A path of several parts; a quotient of numbers carries nothing anyway."""
        texts = [self.constant_text(node) for node in nodes]
        found: Value = NOTHING
        for place, value in enumerate(values):
            if value:
                after = "".join(f"/{written([text])}" for text in texts[place + 1 :])
                found |= self.part(value, f"{UNKNOWN_TEXT}/" if place else "", after)
        return self.limited(found)

    def added(self, nodes: Sequence[ast.expr], values: Sequence[Value]) -> Value:
        """A sum: of texts, or of lists; one with a number in it is a number."""
        if any(isinstance(node, ast.Constant) and isinstance(node.value, int | float) for node in nodes):
            return NOTHING
        found: Value = NOTHING
        texts = [self.constant_text(node) for node in nodes]
        for place, value in enumerate(values):
            if texts[place] is None:
                held = frozenset(atom for atom in value if self.is_contained(atom))
                found = found | held | self.part(value - held, self.before(nodes[:place]), written(texts[place + 1 :]))
        return self.limited(found)

    def percent(self, node: ast.BinOp) -> Value:
        """A `%` template with what fills it, or a remainder."""
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
        slots = dict(percent_slots(template)) if template is not None else {}
        if isinstance(right, ast.Tuple):
            for position, item in enumerate(right.elts):
                found |= self.fill(self.expression(item), slots, str(position))
        elif isinstance(right, ast.Dict):
            for key, item in zip(right.keys, right.values, strict=True):
                found |= self.fill(self.expression(item), slots, (key_of(key) or "") if key is not None else "")
        else:
            value = self.expression(right)
            if template is not None and len(slots) == 1 and "0" in slots:
                found |= self.fill(value, slots, "0")
            else:
                found |= self.part(
                    self.table.step(value, "[]") | frozenset(a for a in value if not self.is_contained(a)), UNKNOWN_TEXT
                )
        return self.limited(found)

    def fill(self, value: Value, slots: Mapping[str, tuple[str, str] | None], slot: str) -> Value:
        """A value put into a slot of a template; a slot for numbers lets nothing else through."""
        around = slots.get(slot, (UNKNOWN_TEXT, ""))
        return NOTHING if around is None else self.part(value, *around)

    def formatted(
        self, node: ast.Call, owner: ast.expr, args: Sequence[Value], keywords: Sequence[Value], receiver: Value
    ) -> Value:
        """A `.format` template with what fills it."""
        template = self.constant_text(owner)
        slots = dict(format_slots(template)) if template is not None else {}
        found = self.part(receiver, "")
        for position, (item, value) in enumerate(zip(node.args, args, strict=True)):
            if isinstance(item, ast.Starred):
                found |= self.part(self.table.step(value, "[]"), UNKNOWN_TEXT)
            else:
                found |= self.fill(value, slots, str(position))
        for keyword, value in zip(node.keywords, keywords, strict=True):
            if keyword.arg is None:
                found |= self.part(self.table.step(value, "[]"), UNKNOWN_TEXT)
            else:
                found |= self.fill(value, slots, keyword.arg)
        return self.limited(found)


MADE = "~"
"""What stands for a word that is made anew each time, such as a random one."""
_MAKING = frozenset({"uuid1", "uuid4", "uuid7", "token_hex", "token_urlsafe", "hexdigest"})


def is_made(node: ast.expr) -> bool:
    """Whether an expression is a word that nobody chooses: `uuid4().hex`, `str(uuid.uuid4())`, `token_hex(8)`."""
    if isinstance(node, ast.Attribute):
        return node.attr == "hex" and is_made(node.value)
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in _MAKING or (name == "str" and len(node.args) == 1 and is_made(node.args[0]))


def written(texts: Sequence[str | None]) -> str:
    """Parts of a text on end, with a mark for each that is no constant."""
    return "".join(UNKNOWN_TEXT if text is None else text for text in texts)


_ENDING = 5
"""Characters that the ending of a file's name has at most, its dot included: a piece so short leads nowhere."""


def _is_short_ending(node: ast.expr) -> bool:
    """Whether a slice takes the last few characters, as of a name's ending: `name[-4:]`."""
    if not isinstance(node, ast.Slice) or node.upper is not None or not isinstance(node.lower, ast.UnaryOp):
        return False
    bound = node.lower.operand
    is_number = isinstance(bound, ast.Constant) and isinstance(bound.value, int) and bound.value <= _ENDING
    return is_number and isinstance(node.lower.op, ast.USub)


def _is_name_in_path(node: ast.Subscript) -> bool:
    """Whether a piece is taken of a text that was split so that it cannot lead out of a folder.

    By slashes, so that it holds none: `name.split("/")[-1]`, or by dots, as the ending is: `name.split(".")[-1]`.
    """
    call, at = node.value, node.slice
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or not call.args:
        return False
    separator, most = call.args[0], len(call.args) + len(call.keywords)
    if not (isinstance(separator, ast.Constant) and separator.value in ("/", "\\", ".")):
        return False
    is_last = isinstance(at, ast.UnaryOp) and isinstance(at.op, ast.USub) and ast.unparse(at.operand) == "1"
    number = at.value if isinstance(at, ast.Constant) and isinstance(at.value, int) else -1 if is_last else None
    wanted = {"split": (0,), "rsplit": (-1,), "partition": (0,), "rpartition": (2, -1)}.get(call.func.attr, ())
    if separator.value == ".":  # what stands before the first may be the whole path of a folder
        wanted = tuple(at for at in (*wanted, *((1,) if call.func.attr == "rsplit" else ())) if at != 0)
        return number in wanted or (number not in (None, 0) and most == 1 and call.func.attr in ("split", "rsplit"))
    return number in wanted or (number is not None and most == 1 and call.func.attr in ("split", "rsplit"))
