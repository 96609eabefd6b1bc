"""What is kept of one Python file: the Structs that the readers of `python.py` and `python_tests.py` fill in."""

from __future__ import annotations

from typing import Literal

import msgspec

from readiness_bot.facts.bandit_plugins import BanditIssue
from readiness_bot.facts.complexity import Complexity
from readiness_bot.facts.values import MODULE, Value

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


class Import(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One imported name.

    `target` is the dotted thing (leading dots for relative imports), `local` what it is called here.
    """

    target: str
    local: str
    line: int
    scope: int
    context: int = 0


ParameterKind = Literal["positional", "keyword", "*", "**"]
"""A type of a few words rather than any text: all that are read back share them."""


class Parameter(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A parameter of a function; `kind` is `positional`, `keyword`, `*` or `**`.

    `type` is the annotated type's instance name.
    """

    name: str
    kind: ParameterKind
    annotation: Value | None
    default: Value | None
    type: str = ""


class Definition(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A function or class. `refs` are the things its own body names (not those of definitions inside it)."""

    kind: Literal["class", "function"]
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

    @property
    def called_on(self) -> str:
        """What a method is called on, by the name that it goes by here; empty for a plain function."""
        return (self.via or self.name).rpartition(".")[0]

    @property
    def handed(self) -> tuple[Value, ...]:
        """All that it is handed: the arguments in their order, then those passed by name."""
        return (*self.args, *(value for _, value in self.keywords)) if self.keywords else self.args

    def has(self, keyword: str) -> bool:
        """Whether the keyword is passed by name."""
        for name, _ in self.keywords:  # noqa: SIM110 - asked of every call, of which few have any
            if name == keyword:
                return True
        return False

    def keyword(self, keyword: str) -> Value | None:
        """The keyword's value, None where it is not passed."""
        for name, value in self.keywords:
            if name == keyword:
                return value
        return None

    def argument(self, position: int, keyword: str = "") -> Value | None:
        """The argument at a position or of that name, None where it is not passed: before the first none is."""
        if 0 <= position < len(self.args):
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
    guards: tuple[str, ...] = ()
    """What the conditions name that it stands under, as for a call."""


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
    until_done: bool = False
    """Whether each round of a loop over a range is one more go at it, and the first that succeeds the last."""


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


class Opening(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the lines of a function from `line` to `end_line` run for: only where a credential is set.

    `end_line` is 0 where all that follows is meant: there a function returned at once without the credential.
    """

    scope: int
    line: int
    end_line: int
    value: Value


class Alternatives(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the lines of a function from `line` to `end_line` run for: any one of the parts, by what each names."""

    scope: int
    line: int
    end_line: int
    parts: tuple[tuple[str, ...], ...]


class Demand(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What must hold for the lines of a function from `line` to `end_line` to run: all parts, by what each names."""

    scope: int
    line: int
    end_line: int
    parts: tuple[tuple[str, ...], ...]


class Condition(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An `if`, and the lines from `line` to `end_line` that run where its test holds.

    The lines after them up to `until` run only where it does not hold, be it in an `else` or because those before
    leave the block; 0 where there are none.
    """

    line: int
    end_line: int
    until: int
    test: Value


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
    openings: tuple[Opening, ...]
    alternatives: tuple[Alternatives, ...]
    """Only those by which a function raises, answers or gives up."""
    demands: tuple[Demand, ...]
    conditions: tuple[Condition, ...]
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
