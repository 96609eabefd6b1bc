"""Container images as their Dockerfiles describe them: what the built image holds, runs and runs as; judges none."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from readiness_bot.facts.compose import ComposeService
from readiness_bot.facts.dockerfile import Dockerfile, Instruction, Stage
from readiness_bot.facts.shell import shell_commands

Purpose = Literal["service", "development", "test", "tooling", "base", "foreign", "example"]
"""What an image is for; `foreign` runs something else than Python (a web server, a store, a front end)."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package that a layer leaves in the image, and how it came there (`apt`, `apk`, `dnf`, `pip`, …)."""

    name: str
    line: int
    manager: str


class Image:
    """One image that a Dockerfile builds: its last stage, or the one named as target."""

    def __init__(self, path: str, dockerfile: Dockerfile, target: str = "") -> None:
        self.path = path
        self.dockerfile = dockerfile
        self.stages = dockerfile.stages
        named = [stage for stage in dockerfile.stages if target and stage.name == target.lower()]
        self.final: Stage = named[-1] if named else dockerfile.stages[-1]

    @cached_property
    def layers(self) -> tuple[Stage, ...]:
        """The stages that make up the image, the outermost base first: a stage that builds on another contains it."""
        chain = [self.final]
        while len(chain) <= len(self.stages) and (parent := self._stage_named(chain[-1])) is not None:
            chain.append(parent)
        return tuple(reversed(chain))

    def _stage_named(self, child: Stage) -> Stage | None:
        if child.base == "scratch":
            return self._flattened(child)
        earlier = self.stages[: self.stages.index(child)]
        return next((stage for stage in reversed(earlier) if stage.name and stage.name == child.base.lower()), None)

    def _flattened(self, child: Stage) -> Stage | None:
        """The stage whose whole file system an empty one takes over: the same image, in one layer."""
        for instruction in child.instructions:
            words = instruction.words or tuple(instruction.text.split())
            if instruction.keyword == "COPY" and words[-2:] == ("/", "/"):
                for name in _sources(instruction):
                    return self._stage_called(name)
        return None

    @property
    def base(self) -> str:
        """The image from outside that it is built on, arguments resolved."""
        return self.layers[0].base

    @cached_property
    def needed_stages(self) -> tuple[Stage, ...]:
        """The stages that have to be built for the image: its own and those it copies or mounts from."""
        needed = list(self.layers)
        for stage in needed:
            for instruction in stage.instructions:
                for name in _sources(instruction):
                    found = self._stage_called(name)
                    if found is not None and found not in needed:
                        needed.append(found)
            parent = self._stage_named(stage)
            if parent is not None and parent not in needed:
                needed.append(parent)
        return tuple(sorted(needed, key=lambda stage: stage.line))

    def _stage_called(self, name: str) -> Stage | None:
        if name.isdigit() and int(name) < len(self.stages):
            return self.stages[int(name)]
        return next((stage for stage in self.stages if stage.name and stage.name == name.lower()), None)

    def instructions(self, *keywords: str) -> Iterator[Instruction]:
        """The instructions of the image's own layers, in order."""
        for stage in self.layers:
            for instruction in stage.instructions:
                if instruction.keyword in keywords:
                    yield instruction

    @cached_property
    def copies_from_stages(self) -> bool:
        """Whether the last stage takes something from a stage that is no part of it."""
        own = {stage.name for stage in self.layers}
        return any(
            (found := self._stage_called(name)) is not None and found.name not in own
            for instruction in self.instructions("COPY", "ADD", "RUN")
            for name in _sources(instruction)
        )

    @cached_property
    def user(self) -> Instruction | None:
        """The last `USER`, which is what the image runs as; None where the base decides."""
        return next(iter(reversed(list(self.instructions("USER")))), None)

    @cached_property
    def healthcheck(self) -> Instruction | None:
        """The health check in force; None without one, or where `NONE` switches it off."""
        last = next(iter(reversed(list(self.instructions("HEALTHCHECK")))), None)
        return None if last is None or last.text.strip().upper() == "NONE" else last

    @cached_property
    def entrypoint(self) -> Instruction | None:
        """The last `ENTRYPOINT`; None where there is none or it is emptied."""
        last = next(iter(reversed(list(self.instructions("ENTRYPOINT")))), None)
        return None if last is None or last.text.strip() in ("", "[]") else last

    @cached_property
    def cmd(self) -> Instruction | None:
        """The command in force: the last `CMD`, unless a later stage's `ENTRYPOINT` resets it."""
        found: Instruction | None = None
        for stage in self.layers:
            entry = any(instruction.keyword == "ENTRYPOINT" for instruction in stage.instructions)
            found = None if entry and stage is not self.layers[0] else found
            for instruction in stage.instructions:
                if instruction.keyword == "CMD":
                    found = instruction
        return None if found is None or found.text.strip() in ("", "[]") else found

    def source_of(self, word: str) -> str:
        """The path that is copied to this path in the image under another name; the path itself otherwise."""
        for instruction in self.instructions("COPY", "ADD"):
            words = instruction.words or tuple(instruction.text.split())
            renamed = (
                len(words) == 2
                and words[1].rstrip("/") == word
                and not any(flag.startswith("--from=") for flag in instruction.flags)
            )
            if renamed and words[0] not in (".", "./"):
                return words[0] if words[0].rpartition("/")[2] != word.rpartition("/")[2] else word
        return word

    def environment(self, name: str) -> tuple[str, int] | None:
        """The value that the image gives a variable, and the line; None where it gives none."""
        return self.variables.get(name)

    @cached_property
    def variables(self) -> dict[str, tuple[str, int]]:
        """The variables that the image sets, with what they are and the line."""
        return {
            name: (text.strip("\"'"), instruction.line)
            for instruction in self.instructions("ENV")
            for name, text in re.findall(r"(?:^|\s)(\w+)(?:=|\s+)(\"[^\"]*\"|'[^']*'|\S*)", instruction.text)
        }

    @cached_property
    def packages(self) -> tuple[Package, ...]:
        """The packages that its own layers install and that neither they nor later ones take out again."""
        kept: dict[str, Package] = {}
        groups: dict[str, list[str]] = {}
        for instruction in self.instructions("RUN"):
            _install(instruction, kept, groups)
        return tuple(kept.values())

    @cached_property
    def build_tools(self) -> tuple[tuple[int, str], ...]:
        """Compilers, headers and the like that the image carries: the line that brings them, and what they are."""
        found = [(package.line, package.name) for package in self.packages if _BUILDS.fullmatch(package.name)]
        if carries_compilers(self.base):
            found.insert(0, (self.layers[0].line, f"the full {self.base} image with its compilers"))
        return tuple(found)

    @cached_property
    def development_installs(self) -> tuple[tuple[int, str, bool], ...]:
        """Installs of development or test dependencies: the line, the command, and whether it says so itself.

        An installer that takes in the development group unless told otherwise says nothing: whether there is such a
        group is for the manifest to tell.
        """
        found = []
        for instruction in self.instructions("RUN"):
            for command in shell_commands(run_text(instruction), instruction.line):
                text = re.sub(r"\$\([^)]*\)?", "", " ".join(command.words))
                if _DEVELOPMENT_INSTALL.search(text):
                    found.append((command.line, text[:100], True))
                elif _DEFAULT_GROUPS.match(text) and not _WITHOUT_GROUPS.search(text) and not self._leaves_groups_out():
                    found.append((command.line, text[:100], False))
        return tuple(found)

    def _leaves_groups_out(self) -> bool:
        told = self.environment("UV_NO_DEV") or self.environment("POETRY_WITHOUT")
        return told is not None and told[0].lower() not in ("", "0", "false")

    @cached_property
    def runs_python(self) -> bool:
        """Whether there is a sign of Python in it: its base, an installer, or files."""
        if re.search(
            r"(python|pypy|conda|mamba|/uv[:@]|astral-sh/uv|django|flask|fastapi|uwsgi|gunicorn|jupyter)",
            self.base,
            re.IGNORECASE,
        ):
            return True
        return any(
            re.search(r"\b(pip3?|uv|poetry|pipenv|pdm|python[0-9.]*|conda)\b", text)
            or re.search(r"\.py\b|\.wsgi\b|requirements[\w-]*\.txt|pyproject\.toml|site-packages|\.venv", text)
            for instruction in self.instructions("RUN", "COPY", "ADD", "CMD", "ENTRYPOINT")
            for text in (instruction.text, instruction.heredoc)
        )


def _sources(instruction: Instruction) -> Iterator[str]:
    for flag in instruction.flags:
        if flag.startswith("--from="):
            yield flag[len("--from=") :]
        elif flag.startswith("--mount="):
            match = re.search(r"(?:^|,)from=([^,]+)", flag[len("--mount=") :])
            if match is not None:
                yield match[1]


def run_text(instruction: Instruction) -> str:
    """The shell text that a `RUN` runs: its own, that of its here-documents, or its JSON words joined."""
    if instruction.words:
        return " ".join(instruction.words[2:] if instruction.words[1:2] == ("-c",) else instruction.words)
    return (
        f"{instruction.text}\n{instruction.heredoc}"
        if not instruction.text.lstrip().startswith("<<")
        else instruction.heredoc
    )


_DEVELOPMENT_FILE = re.compile(r"(^|[/._-])(dev|devel|development|debug|local|override|hack)([/._-]|$)", re.IGNORECASE)


def is_for_development(path: str) -> bool:
    """Whether a Compose file says by its path that it is for development."""
    return _DEVELOPMENT_FILE.search(path) is not None


def dockerfile_of(path: str, service: ComposeService) -> str:
    """The path of the Dockerfile that a service of the Compose file at `path` is built from."""
    context = re.sub(r"\$\{[^}]*?:?-([^}]*)\}|\$\{?\w+\}?", r"\1", service.context) or "."
    folder = posixpath.normpath(posixpath.join(path.rpartition("/")[0], context))
    return posixpath.normpath(posixpath.join(folder, service.dockerfile or "Dockerfile"))


_BUILDS = re.compile(
    r"(gcc|g\+\+|clang|llvm|build-essential|build-base|make|cmake|automake|autoconf|libtool|ninja-build|musl-dev|cargo|rustc?"
    r"|golang(-go)?|nasm|yasm|linux-headers|[\w.+-]+-dev|[\w.+-]+-devel|development-tools|gfortran|cython3?)(-\d+)?"
)
_DEVELOPMENT_INSTALL = re.compile(
    r"\binstall\b.*(-r|--requirement)[ =]?\S*(dev|test|lint|ci)[\w-]*\.(txt|in)\b"
    r"|\binstall\b.*\[[\w,-]*\b(dev|tests?|testing)\b[\w,-]*\]|\b(pipenv install|pipenv sync)\b.*--dev\b"
    r"|\bpoetry install\b.*--with[ =]\S*(dev|test)|\buv sync\b.*--(group|extra)[ =](dev|test)"
    r"|\bpdm (install|sync)\b.*-d?G?[ =]?:?(dev|test)"
)
_DEFAULT_GROUPS = re.compile(r"(uv sync|poetry install|pdm (install|sync))\b")
_WITHOUT_GROUPS = re.compile(r"--(no-dev|only|without|no-default-groups|only-group|prod|production|no-group[ =]dev)\b")
_FULL_BASE = re.compile(r"(python|pypy|node|ruby|perl)$")
_SLIM = re.compile(r"(slim|alpine|distroless|windowsservercore|nanoserver|chainguard|wolfi)")


_MIRROR = re.compile(
    r"/(library|docker[-_.]?(hub|io|remote|proxy|virtual|mirror|cache)[\w-]*|dependency_proxy/containers)/[^/]+$",
    re.IGNORECASE,
)
"""Where registries keep what they fetch of Docker's own: `registry.example/docker-remote/python:3.13`."""
_OF_DEBIAN = re.compile(r"^\d+(\.\d+)*-(stretch|buster|bullseye|bookworm|trixie)$")


def carries_compilers(reference: str) -> bool:
    """Whether a public image is one of the full ones that bring a compiler and headers."""
    name, tag = reference.partition("@")[0].rpartition("/")[2].partition(":")[::2]
    if _SLIM.search(reference):
        return False
    if re.match(r"(buildpack-deps|golang|rust|gcc)$", name) or re.search(r"(^|-)devel(-|$)", tag):
        return True
    official = "/" not in reference or re.match(
        r"(docker\.io/)?(library/)?[^/]+$|public\.ecr\.aws/docker/library/", reference
    )
    # A registry that hands the official images on keeps their name and the Debian release in their tag.
    official = official or _MIRROR.search(reference) or _OF_DEBIAN.search(tag)
    if _FULL_BASE.match(name):
        return bool(official)
    # The installer's own images are built on the official ones, full unless they say slim or alpine.
    return name == "uv" and tag.startswith("python")


_MANAGERS = {
    "apt-get": "apt", "apt": "apt", "aptitude": "apt", "apk": "apk", "dnf": "dnf", "yum": "dnf", "microdnf": "dnf",
    "zypper": "dnf", "conda": "conda", "mamba": "conda", "micromamba": "conda",
}  # fmt: skip
_PACKAGE = re.compile(r"[A-Za-z0-9$.][\w.+@/{}$-]*")
_ADDING = frozenset({"install", "add", "in", "groupinstall", "build-dep"})
_TAKING = frozenset({"remove", "purge", "del", "autoremove", "erase"})
_OPTION_VALUES = frozenset({"-t", "--virtual", "--repository", "-X", "-o", "--target-release", "-c", "--channel", "-n"})


def _install(instruction: Instruction, kept: dict[str, Package], groups: dict[str, list[str]]) -> None:
    for command in shell_commands(_with_variables(run_text(instruction)), instruction.line):
        words = [word for word in command.words if word not in ("sudo", "exec", "&&")]
        manager = _MANAGERS.get(words[0].rpartition("/")[2]) if words else None
        if manager is None:
            continue
        verb = next((word for word in words[1:] if word in _ADDING or word in _TAKING), "")
        names, virtual = _named(words[words.index(verb) + 1 :] if verb else [])
        if verb in _ADDING:
            groups.setdefault(virtual, []).extend(names)
            kept.update({name: Package(name, command.line, manager) for name in names})
        elif verb in _TAKING:
            for name in names:
                for one in (name, *groups.get(name, ())):
                    kept.pop(one, None)


_LISTED = re.compile(r"(?:^|[\s;&(])([A-Za-z_]\w*)=(?:\"([^\"$`]*)\"|'([^']*)')")
_USED = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def _with_variables(text: str) -> str:
    """The text of a shell with the lists of words that it keeps in variables in place of their uses."""
    told = {
        name: " ".join((double or single).replace("\\\n", " ").split())
        for name, double, single in _LISTED.findall(text)
    }
    return _USED.sub(lambda use: told.get(use[1] or use[2], use[0]), text) if told else text


def _named(words: Sequence[str]) -> tuple[list[str], str]:
    """The packages that the words name, without versions, and the virtual group they make."""
    names: list[str] = []
    virtual, skip = "", False
    for before, word in zip(("", *words), words, strict=False):
        if skip:
            skip = False
            virtual = word if before in ("-t", "--virtual") else virtual
        elif word in _OPTION_VALUES:
            skip = True
        elif not word.startswith("-"):
            names += [re.split(r"[=<>~:]", part)[0] for part in word.split() if not part.startswith("-")]
    return [name for name in names if _PACKAGE.fullmatch(name)], virtual


_DEVELOPMENT_WORDS = frozenset(
    {"dev", "devel", "development", "debug", "local", "devcontainer", "gitpod", "watch", "hot"}
)
_TEST_WORDS = frozenset(
    {
        "test",
        "tests",
        "testing",
        "ci",
        "e2e",
        "cypress",
        "playwright",
        "selenium",
        "lint",
        "tox",
        "mock",
        "mocks",
        "mockservices",
        "evaluator",
    }
)
_TOOLING_WORDS = frozenset(
    {"build", "builder", "docs", "doc", "sphinx", "tools", "tool", "hack", "bench", "benchmark", "jupyter", "notebook"}
)
_BASE_WORDS = frozenset({"base", "baseimage", "common", "prebaked"})


def purpose_by_path(path: str) -> Purpose | None:
    """What the file's name and folders say of an image's purpose; None where they say nothing."""
    folder, _, name = path.rpartition("/")
    stem = re.sub(r"(docker|container)file", "", name, flags=re.IGNORECASE)
    words = set(re.split(r"[-_.]+", stem.lower())) | {
        word for part in folder.lower().split("/")[-2:] for word in re.split(r"[-_.]+", part)
    }
    rules: tuple[tuple[Purpose, frozenset[str]], ...] = (
        ("development", _DEVELOPMENT_WORDS),
        ("test", _TEST_WORDS),
        ("example", frozenset({"demo"})),
        ("base", _BASE_WORDS),
    )
    for purpose, known in rules:
        if words & known:
            return purpose
    # A folder called `build` is where many a service's own Dockerfile lies.
    if set(re.split(r"[-_.]+", stem.lower())) & _TOOLING_WORDS or words & {
        "docs",
        "doc",
        "sphinx",
        "hack",
        "jupyter",
        "notebook",
    }:
        return "tooling"
    return "example" if words & {"example", "examples", "demo", "sample", "samples", "tutorial"} else None
