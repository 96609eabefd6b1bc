"""A shell script as the commands it runs; knows the grammar only so far as to tell one command from the next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import structs

from readiness_bot.facts.extractor import Extractor

MAX_COMMANDS = 5000
"""Commands kept of one script: the longest start scripts in public have under 1,000."""


class ShellCommand(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One simple command: its words without quotes, redirections and leading assignments.

    `block` is the function or case label it stands in, outermost first, joined by `/`. `background` is set by a
    trailing `&`. `then` is the operator that follows (a line break where the line ends), with a bracket behind it
    where it leads to a group. `assigned` are the leading assignments, as written.
    """

    words: tuple[str, ...]
    line: int
    end_line: int
    block: str = ""
    background: bool = False
    then: str = ""
    assigned: tuple[str, ...] = ()


class ShellScript(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A script's interpreter, as the first line names it, and its commands in order.

    Of one that is Python's: the modules that it imports, with what it takes of them, and all words that it says.
    """

    interpreter: str
    commands: tuple[ShellCommand, ...]
    imports: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r]+|\\\n)
  | (?P<newline>\n)
  | (?P<comment>\#[^\n]*)
  | (?P<heredoc><<-?[ \t]*(?:'[^'\n]*'|"[^"\n]*"|\\?[\w.-]+))
  | (?P<redirect>[0-9]*(?:>>|>\||<<<|<>|>&|<&|&>>|&>|[<>])(?:&?-|[0-9]+(?=[\s;&|)]|$))?)
  | (?P<arithmetic>\(\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)\))
  | (?P<operator>;;&|;;|;&|\|\|\||\|\||&&|\|&|[;&|(){}])
  | (?P<word>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r"[^\s'\"\\$`;&|()<>#]+|\#")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\[[^\]]*\])?\+?=")
_REST = re.compile(r"\"?\$(?:[@*]|\{[@*](?::(\d+))?\})\"?")
"""All that a function is told, as it hands it on."""
_TELLING = frozenset({"echo", "printf", "local", "logger"})
"""Commands that only tell what they are handed."""
_CALLED = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)(?::?-)?\}?")
"""A variable that stands where a command is named."""
_DECLARING = frozenset({"export", "readonly", "local", "declare", "typeset"})
_OPENERS = frozenset({"if", "then", "else", "elif", "while", "until", "do", "!", "time", "{", "coproc"})
_CLOSERS = frozenset({"fi", "done", "esac", "}"})


def shell_commands(text: str, first_line: int = 1) -> tuple[ShellCommand, ...]:
    """The commands of a shell text, in order, at most `MAX_COMMANDS`; what is no shell gives words all the same.

    A call of a function of the text that hands on what it is told (`dc() { docker compose "$@"; }`) is what that runs.
    """
    reader = _Reader(text, first_line)
    return tuple(_handed_on(reader.read(), reader.shifts))


def _handed_on(commands: list[ShellCommand], shifts: dict[str, int]) -> list[ShellCommand]:
    """The commands, calls of the text's own wrappers replaced by what those run."""
    wrappers: dict[str, ShellCommand] = {}
    for one in commands:
        if one.block and one.words[0] not in _TELLING and any(_REST.fullmatch(word) for word in one.words):
            wrappers.setdefault(one.block.partition("/")[0], one)
    if not wrappers:
        return commands
    return [_unwrapped(one, wrappers, shifts) for one in commands]


def _unwrapped(call: ShellCommand, wrappers: dict[str, ShellCommand], shifts: dict[str, int]) -> ShellCommand:
    words, seen = call.words, {call.block.partition("/")[0]}
    while (name := words[0]) in wrappers and name not in seen:
        seen.add(name)
        inner: list[str] = []
        for word in wrappers[name].words:
            rest = _REST.fullmatch(word)
            own = shifts.get(name, 0) + 1 if rest is None or rest[1] is None else int(rest[1])
            inner.extend((word,) if rest is None else words[own:])
        if not inner:
            break
        words = tuple(inner)
    return call if words is call.words else structs.replace(call, words=words)


class _Reader:
    """Reads one shell text from left to right; every step moves on, so the time is linear."""

    def __init__(self, text: str, first_line: int, kept: Mapping[str, str] | None = None) -> None:
        self._text = text
        self._at = 0
        self._line = first_line
        self._start = first_line
        self._words: list[str] = []
        self._commands: list[ShellCommand] = []
        self._blocks: list[tuple[str, str]] = []
        self._pending: list[tuple[str, bool]] = []
        self._skip_word = False
        self._kept = dict(kept or {})
        self._depth = 0
        self.shifts: dict[str, int] = {}
        """How many words each function takes for itself, whatever they are, before it hands on the rest."""

    def read(self) -> list[ShellCommand]:
        while self._at < len(self._text) and len(self._commands) < MAX_COMMANDS:
            match = _TOKEN.match(self._text, self._at)
            if match is None:
                break
            kind = match.lastgroup
            if kind == "word" or (kind == "operator" and match[0] in "{}" and not self._is_lone_brace()):
                self._take_word()
                continue
            self._at = match.end()
            if kind == "space":
                self._line += match[0].count("\n")
            elif kind == "newline":
                self._finish("\n")
                self._line += 1
                self._pass_heredocs()
            elif kind in ("comment", "arithmetic"):
                continue
            elif kind == "heredoc":
                tag = match[0].lstrip("<")
                self._pending.append((tag.lstrip("-").strip().strip("'\"\\"), tag.startswith("-")))
            elif kind == "redirect":
                self._skip_word = match[0][-1] in "<>&|"
            else:
                self._operate(match[0])
        self._finish()
        return self._commands

    def _is_lone_brace(self) -> bool:
        before = self._text[self._at - 1] if self._at else " "
        after = self._text[self._at + 1] if self._at + 1 < len(self._text) else " "
        return (before.isspace() or before in ";&|)(") and (after.isspace() or after in ";&|)(")

    def _operate(self, operator: str) -> None:
        if self._words[:1] == ["[["] and self._words[-1] != "]]":
            self._words.append(operator)
            return
        if operator == "(" and self._words and self._words[-1].endswith("=") and self._text[self._at - 2] == "=":
            end = self._text.find(")", self._at)
            end = len(self._text) if end < 0 else end
            self._line += self._text.count("\n", self._at, end)
            self._at = end + 1
            return
        if (
            operator == "("
            and len(self._words) == 1
            and self._text[self._at : self._at + 8].lstrip(" \t").startswith(")")
        ):
            self._at = self._text.index(")", self._at) + 1
            self._blocks.append(("function", self._words[0]))
            self._words = []
            return
        in_case = bool(self._blocks) and self._blocks[-1][0] == "case"
        if operator == ")" and in_case and self._words:
            self._blocks[-1] = ("case", "".join(self._words))
            self._words = []
            return
        if operator == "|" and in_case and self._blocks[-1][1] == "" and self._words:
            self._words = [*self._words, "|"]
            return
        if operator == "{" and self._words[:1] == ["function"]:
            self._blocks.append(("function", self._words[-1]))
            self._words = []
            return
        if operator in "({" and not self._words and self._commands and self._commands[-1].then in ("||", "&&"):
            self._commands[-1] = msgspec.structs.replace(self._commands[-1], then=f"{self._commands[-1].then}(")
        self._finish(operator)
        if operator == "}" and self._blocks and self._blocks[-1][0] == "function":
            self._blocks.pop()
        if operator in (";;", ";&", ";;&") and in_case:
            self._blocks[-1] = ("case", "")

    def _take_word(self) -> None:
        if not self._words:
            self._start = self._line
        word = self._word()
        if self._skip_word:
            self._skip_word = False
            return
        self._words.append(word)

    def _word(self) -> str:
        text, parts, start = self._text, [], self._at
        while self._at < len(text):
            plain = _PLAIN.match(text, self._at)
            # A hash starts a comment only at a word's beginning, which the caller has ruled out.
            if plain is not None:
                parts.append(plain[0])
                self._at = plain.end()
                continue
            char = text[self._at]
            if char in "'\"`":
                parts.append(self._quoted(char))
            elif char == "\\":
                if text[self._at + 1 : self._at + 2] == "\n":
                    self._line += 1
                else:
                    parts.append(text[self._at + 1 : self._at + 2])
                self._at += 2
            elif char == "$":
                parts.append(self._expansion())
            else:
                break
        if self._at == start:
            self._at += 1
        return "".join(parts)

    def _quoted(self, quote: str) -> str:
        text, at, parts = self._text, self._at + 1, []
        begin = at
        while at < len(text) and text[at] != quote:
            if text[at] == "\\" and quote != "'":
                parts.append(text[begin:at])
                begin = at + 1
                at += 2
                if text[begin : begin + 1] == "\n":
                    begin += 1
            elif quote == '"' and text[at] == "$" and text[at + 1 : at + 2] in ("(", "{"):
                # An expansion has quotes of its own, which do not end this one.
                at = _end_of_expansion(text, at)
            else:
                at += 1
        parts.append(text[begin:at])
        self._line += text.count("\n", self._at, min(at + 1, len(text)))
        self._at = at + 1
        inside = "".join(parts)
        return f"`{inside}`" if quote == "`" else inside

    def _expansion(self) -> str:
        text, start = self._text, self._at
        if text[start + 1 : start + 2] not in ("(", "{"):
            self._at = start + 1
            return "$"
        self._at = _end_of_expansion(text, start)
        self._line += text.count("\n", start, self._at)
        return text[start : self._at]

    def _finish(self, then: str = "") -> None:
        words = self._words
        self._words = []
        self._skip_word = False
        assigned = []
        while words and (words[0] in _OPENERS or words[0] in _CLOSERS or _ASSIGNMENT.match(words[0])):
            if _ASSIGNMENT.match(words[0]):
                assigned.append(words[0])
            self._depth += (words[0] == "if") - (words[0] == "fi")
            if words[0] == "esac" and self._blocks and self._blocks[-1][0] == "case":
                self._blocks.pop()
            words = words[1:]
        if not words:
            self._keep(assigned)
            return
        if words[0] == "case":
            self._blocks.append(("case", ""))
            rest = words[words.index("in") + 1 :] if "in" in words else []
            self._words = rest
            return
        if words[0] in ("for", "select", "function") or (self._blocks and self._blocks[-1] == ("case", "")):
            return
        if words[0] in _DECLARING:
            self._keep(word for word in words[1:] if _ASSIGNMENT.match(word))
        words = self._meant(words)
        if not words:
            return
        block = "/".join(label for _, label in self._blocks if label)
        if words[0] == "eval" and len(words) == 2 and (kept := self._kept.get(words[1].strip("${}"))):
            # `COMMAND="manage.py migrate"; eval $COMMAND`: what is run is what was kept.
            for inner in _Reader(kept, self._start).read():
                self._commands.append(structs.replace(inner, line=self._start, end_line=self._start, block=block))
            return
        if words[0] == "shift" and block and self._depth <= 0:
            count = int(words[1]) if words[1:] and words[1].isdecimal() else 1
            self.shifts[block] = self.shifts.get(block, 0) + count
        self._commands.append(
            ShellCommand(
                tuple(words),
                self._start,
                max(self._start, self._line),
                block,
                background=then == "&",
                then=then,
                assigned=tuple(assigned),
            )
        )

    def _keep(self, assigned: Iterable[str]) -> None:
        for one in assigned:
            name, _, value = one.partition("=")
            self._kept[name] = value

    def _meant(self, words: list[str]) -> list[str]:
        """The words of a command whose beginning a variable of the script keeps: `RUN="poetry run"; $RUN pytest`."""
        called = _CALLED.fullmatch(words[0])
        kept = self._kept.get(called[1]) if called is not None else None
        if called is None or kept is None:
            return words
        if not kept.strip():
            return words[1:]
        others = {name: value for name, value in self._kept.items() if name != called[1]}
        inner = _Reader(kept, self._start, others).read()
        return [*inner[0].words, *words[1:]] if len(inner) == 1 and not inner[0].background else words

    def _pass_heredocs(self) -> None:
        for tag, indented in self._pending:
            while self._at < len(self._text):
                end = self._text.find("\n", self._at)
                end = len(self._text) if end < 0 else end
                line = self._text[self._at : end].rstrip("\r")
                self._at = min(end + 1, len(self._text))
                self._line += 1
                if (line.lstrip("\t") if indented else line) == tag:
                    break
        self._pending = []


def _end_of_expansion(text: str, start: int) -> int:
    """Where the expansion that starts here with `$(` or `${` ends; the text's end where nothing closes it."""
    opener = text[start + 1]
    closer = ")" if opener == "(" else "}"
    depth, at, quote = 0, start + 1, ""
    while at < len(text):
        char = text[at]
        if char == "\\" and quote != "'":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == opener:
            depth += 1
        elif char == closer:
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return len(text)


_SCRIPT = re.compile(
    r"(\.(sh|bash|ash|zsh)(\.j2|\.tmpl)?$"
    r"|(^|/)(docker[-_])?(entry[-_]?point|start|run|boot|bootstrap|launch|serve|server|web|worker|beat|celery|release|migrate|cmd|init|up"
    r"|run[-_]?(tests?|checks?|qa)|prestart|pre_start|post_compile|predeploy|deploy|backup|restore|healthcheck|finish|type)([-_][\w-]+)?$"
    r"|^(dev|ci|tests?|checks?|manage|do|go|build|make|console|cli|project)$"
    r"|(^|/)(bin|docker|scripts?|deploy|deployment|etc|cont-init\.d|services\.d|init\.d|cron\.(hourly|daily|weekly))/([\w.-]+/)*[\w-]+$)",
    re.IGNORECASE,
)
_SHEBANG = re.compile(rb"#!\s*(\S+)([^\n]*)")


_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<module>[A-Za-z_][\w.]*)[ \t]+import[ \t]+(?P<taken>\([^)]*\)|[^\n#;]+)"
    r"|import[ \t]+(?P<modules>[A-Za-z_][^\n#;]*))",
    re.MULTILINE,
)
_WORD = re.compile(r"[A-Za-z_]\w{2,}")


def _imports(text: str) -> Iterator[str]:
    """What a script of whatever version of Python imports: `shop.app` of `from shop import app`, and `shop`."""
    for found in _IMPORT.finditer(text):
        if found["module"]:
            yield found["module"]
        taken = (found["taken"] or found["modules"]).strip("() \t\r\n").split(",")
        names = (one.split()[0] for one in taken if one.strip())
        yield from (f"{found['module']}.{name}" if found["module"] else name for name in names if name != "*")


def _claims(path: str) -> bool:
    return bool(_SCRIPT.search(path))


def _extract(data: bytes) -> ShellScript:
    """Read a script; a file of another interpreter, or binary, gives a script without commands."""
    shebang = _SHEBANG.match(data)
    interpreter = b"".join(shebang.groups()).decode("utf-8", "replace").strip() if shebang else ""
    if re.search(r"\bpython[\d.]*\b", interpreter):
        text = data.decode("utf-8-sig", "replace")
        return ShellScript(interpreter, (), tuple(_imports(text)), tuple(sorted(set(_WORD.findall(text)))))
    if b"\0" in data[:4096] or (interpreter and not re.search(r"sh\b|with-contenv|execlineb", interpreter)):
        return ShellScript(interpreter, ())
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    return ShellScript(interpreter, shell_commands(text))


EXTRACTOR = Extractor(kind="shell", claims=_claims, extract=_extract, facts=ShellScript)
