"""What an assignment changes: variables, attributes and items, and what a variable says when it is asked later."""

from __future__ import annotations

import ast

from readiness_bot.facts.flow_state import ALWAYS, NEVER, PERHAPS, State, called, key_of
from readiness_bot.facts.origins import NOTHING, Value


class Bindings(State):
    """Gives targets their values."""

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
        """Give a variable its value, and forget what it said before."""
        self.texts.pop(name, None)
        told = self.tests.pop(name, None) is not None
        self.lambdas.pop(name, None)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self.texts[name] = node.value
        if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool | str)):
            self.tests[name] = ALWAYS if node.value else PERHAPS if isinstance(node.value, str) else NEVER
        elif isinstance(node, ast.Lambda):
            self.lambdas[name] = node
        elif isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Call):
            self.remember(name, node)
        if told and name not in self.tests:
            self.tests[name] = PERHAPS
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
        elif called(node) == "next" and node.args and isinstance(node.args[0], ast.GeneratorExp):
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
        """Give an attribute its value; one of the object itself is kept for other functions."""
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
        """Put a value into a container, under its key where that is a constant.

        What the keys of an object's own table are is not kept: whoever asks such a table names the key anew.
        """
        key = key_of(target.slice)
        wrap = f"{{{key}}}" if key is not None else "{}"
        inside = self.table.wrap(value, wrap)
        if key is None and not isinstance(target.value, ast.Attribute):
            inside |= self.table.wrap(self.expression(target.slice), "<key>")
        root = target.value
        if isinstance(root, ast.Name) and key is not None:
            self.env[f"{root.id}[{key}]"] = value
            self.env[f"{root.id}\0"] = NOTHING
        self.put(root, inside)

    def put(self, node: ast.expr, inside: Value) -> None:
        """Add to what a container holds: a variable, an attribute of a variable, or a container inside one of these."""
        while isinstance(node, ast.Subscript):
            key = key_of(node.slice)
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

    def element(self, node: ast.expr) -> Value:
        """What iterating over an expression gives: of a dict that was put together, and of `**rest`, its keys."""
        value = self.expression(node)
        if isinstance(node, ast.Name) and self.rest == (node.id, value):
            return self.table.step(value, "<key>")
        if not isinstance(node, ast.Call):
            value = self.table.without_entries(value)
        return self.table.whole_of_parts(self.table.step(value, "[]"))
