"""What the tree depends on, what of it is pinned or locked, and what installs it; judges none of it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from packaging.utils import canonicalize_name

from readiness_bot.facts.conda_environment import EXTRACTOR as CONDA
from readiness_bot.facts.conda_environment import CondaEnvironment
from readiness_bot.facts.dockerfile import Instruction, Stage
from readiness_bot.facts.lock_file import EXTRACTOR as LOCK
from readiness_bot.facts.lock_file import LockFile
from readiness_bot.facts.manifest import Dependency, Manifest
from readiness_bot.facts.project_file import EXTRACTOR as PROJECT
from readiness_bot.facts.project_file import ProjectFile
from readiness_bot.facts.requirements_file import EXTRACTOR as REQUIREMENTS
from readiness_bot.facts.requirements_file import RequirementsFile
from readiness_bot.facts.setup_file import EXTRACTOR as SETUP
from readiness_bot.facts.setup_file import SetupFile
from readiness_bot.facts.update_bot import UpdateBot
from readiness_bot.model import Area, Evidence
from readiness_bot.repo.deployment import Deployment
from readiness_bot.repo.images import run_text
from readiness_bot.repo.pipelines import Pipelines
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.tool_commands import ToolCommand, tool_commands

_FOREIGN = (Area.VENDORED, Area.TEST, Area.EXAMPLE, Area.DOCUMENTATION, Area.TOOLING)
_INCIDENTAL = re.compile(
    r"(^|[/._-])(dev(elopment)?|tests?|testing|docs?|lint|ci|build|benchmarks?|optional|extra)s?([/._-]|$)"
)
_BRINGS = {
    "aiohttp": ("yarl", "multidict"),
    "alembic": ("mako", "markupsafe"),
    "boto3": ("botocore", "s3transfer", "jmespath"),
    "celery": ("kombu", "billiard", "vine", "amqp"),
    "django": ("asgiref", "sqlparse"),
    "fastapi": ("starlette", "pydantic", "typing-extensions"),
    "flask": ("werkzeug", "jinja2", "itsdangerous", "markupsafe"),
    "httpx": ("h11", "certifi", "idna"),
    "jinja2": ("markupsafe",),
    "pandas": ("numpy", "python-dateutil", "pytz"),
    "pymongo": ("dnspython",),
    "requests": ("urllib3", "certifi", "idna"),
    "tornado": (),
}
"""Packages that well-known ones cannot do without: where all of them are pinned too, a resolver wrote the file."""

Locking = Literal["locked", "pinned", "loose"]
"""`locked`: every version that is installed is fixed. `pinned`: those asked for are, what they bring is not."""


@dataclass(frozen=True, slots=True)
class ManifestSite:
    """A manifest and its path; `is_main` for what the service itself needs, not its tests or documentation."""

    path: str
    manifest: Manifest
    is_main: bool

    @property
    def directory(self) -> str:
        """The folder, empty for the root."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Install:
    """A command that installs dependencies, where it stands, and how firmly it fixes their versions."""

    path: str
    line: int
    text: str
    locking: Locking
    source: str
    """The lock file or manifest it installs from; empty for packages it names itself."""


class Dependencies:
    """Manifests, lock files, what installs from them, and what keeps them up to date."""

    LOOKS = "dependency manifests and lock files (pyproject.toml, requirements*.txt, setup.py, Pipfile, uv.lock, …)"

    def __init__(self, sources: Sources, deployment: Deployment, pipelines: Pipelines) -> None:
        self._sources = sources
        self._deployment = deployment
        self._pipelines = pipelines

    @staticmethod
    def reads(path: str) -> bool:
        """Whether the path is a manifest or lock file."""
        return any(extractor.claims(path) for extractor in (REQUIREMENTS, PROJECT, SETUP, CONDA, LOCK))

    def _is_foreign(self, path: str) -> bool:
        """Whether the path is not the service's own; a setup.py is judged by its folder, as tooling it always is."""
        return self._sources.area(re.sub(r"setup\.py$", "setup.cfg", path)) in _FOREIGN

    @cached_property
    def manifests(self) -> tuple[ManifestSite, ...]:
        """The manifests that ask for something, those nearest the root first."""
        kinds: tuple[type[Manifest], ...] = (ProjectFile, SetupFile, RequirementsFile, CondaEnvironment)
        found = [
            ManifestSite(path, manifest, not _INCIDENTAL.search(path.rpartition("/")[2].lower()))
            for kind in kinds
            for path, manifest in self._sources.facts(kind).items()
            if (manifest.dependencies or manifest.includes) and not self._is_foreign(path)
        ]
        return tuple(sorted(found, key=lambda site: (site.path.count("/"), site.path)))

    @cached_property
    def entries(self) -> tuple[str, ...]:
        """What the entry points of the tree's own packages lead to, as `package.module:object`."""
        kinds: tuple[type[Manifest], ...] = (ProjectFile, SetupFile)
        return tuple(
            entry
            for kind in kinds
            for path, manifest in sorted(self._sources.facts(kind).items())
            if not self._is_foreign(path)
            for entry in manifest.entries
        )

    @cached_property
    def people(self) -> tuple[Evidence, ...]:
        """Who the scripts that set the project up name as author or maintainer, with an address."""
        return tuple(
            Evidence(path, line, address)
            for path, manifest in sorted(self._sources.facts(SetupFile).items(), key=lambda item: item[0].count("/"))
            if not self._is_foreign(path)
            for address, line in manifest.people
        )

    @cached_property
    def locks(self) -> Mapping[str, LockFile]:
        """The lock files, by path."""
        return {path: lock for path, lock in self._sources.facts(LockFile).items() if not self._is_foreign(path)}

    @cached_property
    def declared(self) -> Mapping[str, tuple[tuple[str, Dependency], ...]]:
        """Every dependency asked for anywhere, by canonical name, with the paths that ask for it."""
        found: dict[str, list[tuple[str, Dependency]]] = {}
        for site in self.manifests:
            for dependency in site.manifest.dependencies:
                found.setdefault(dependency.name, []).append((site.path, dependency))
        return {name: tuple(places) for name, places in sorted(found.items())}

    def declares(self, *names: str) -> bool:
        """Whether some manifest asks for one of these packages."""
        return any(canonicalize_name(name) in self.declared for name in names)

    @cached_property
    def update_bots(self) -> tuple[tuple[str, UpdateBot], ...]:
        """The configurations of bots that keep dependencies up to date."""
        return tuple(self._sources.facts(UpdateBot).items())

    @cached_property
    def image_installs(self) -> tuple[Install, ...]:
        """What the images that run the service install for Python."""
        return tuple(
            install
            for built in self._deployment.judged_images
            for stage in built.image.needed_stages
            for instruction in stage.instructions
            if instruction.keyword == "RUN"
            for command in tool_commands(run_text(instruction), instruction.line)
            if (install := self.install_of(_under_own_names(command, stage), built.path, _copied(stage))) is not None
        )

    @cached_property
    def pipeline_installs(self) -> tuple[Install, ...]:
        """What the pipelines install for Python."""
        return tuple(
            install for run in self._pipelines.runs if (install := self.install_of(run.command, run.path)) is not None
        )

    def install_of(self, command: ToolCommand, path: str, copied: Sequence[str] = ()) -> Install | None:
        """What a command installs; None for one that installs nothing for Python, or only tools.

        `copied` is what an image was given of the tree before, as the files or folders that it names.
        """
        words = command.words
        tool, verb = command.tool, words[0] if words else ""
        if tool == "uv" and words[:2] in (("pip", "install"), ("pip", "sync")):
            return self._of_pip(command, path, words[1:])
        if (tool == "pip-sync" or re.fullmatch(r"pip[\d.]*", tool)) and verb in ("install", "sync", "wheel"):
            return self._of_pip(command, path, words[1:])
        if tool == "pip-sync":
            return self._of_pip(command, path, words)
        if (tool, verb) in _LOCKING_COMMANDS:
            lock = self._lock_for(_LOCKING_COMMANDS[tool, verb], command, path, copied)
            ignoring = command.has("--skip-lock", "--upgrade", "-U")
            # To pdm, `--no-lock` means to write none: it installs from the one that is there.
            frozen = lock != "" and not ignoring and (tool == "pdm" or not command.has("--no-lock"))
            return Install(path, command.line, command.text, "locked" if frozen else "loose", lock)
        return None

    def _lock_for(self, name: str, command: ToolCommand, path: str, copied: Sequence[str]) -> str:
        """The lock file that a tool would read.

        The one that was copied by its name, else that in the command's folder, beside the file it stands in, or above,
        else one that lies in what was copied.
        """
        for each in copied:
            if each.endswith(f"/{name}") and each in self.locks:
                return each
        folders = [command.directory, path.rpartition("/")[0], ""]
        for folder in folders:
            if (candidate := f"{folder}/{name}".lstrip("/")) in self.locks:
                return candidate
        within = next((f"{each}/{name}" for each in copied if f"{each}/{name}" in self.locks), "")
        found = [each for each in self.locks if each.rpartition("/")[2] == name]
        return within or (found[0] if len(found) == 1 else "")

    def _of_pip(self, command: ToolCommand, path: str, words: tuple[str, ...]) -> Install | None:
        files = [*_valued(command.arguments, "-r", "--requirement"), *_valued(command.arguments, "--requirements")]
        constraints = [
            found for each in _valued(command.arguments, "-c", "--constraint") if (found := self._file(each, path))
        ]
        if command.tool == "pip-sync" or words[:1] == ("sync",):
            files = files or list(words)
        known = [known for each in files if (known := self._file(each, path))]
        constrained = any(self._locking(each) != "loose" for each in constraints)
        if known:
            weakest = _weakest([self._locking(each) for each in known])
            return Install(path, command.line, command.text, "locked" if constrained else weakest, known[0])
        if files:
            exported = self._exported(files[0])
            return Install(path, command.line, command.text, "locked" if exported else "loose", exported)
        own = [
            word
            for word in words
            if re.match(r"\.(\[|$|/)|/[\w/]+$|\$\{?\w+\}?$", word) or word.endswith((".whl", ".tar.gz"))
        ]
        if own:
            locking, source = self._of_project()
            return Install(path, command.line, command.text, "locked" if constrained else locking, source)
        return None

    def _of_project(self) -> tuple[Locking, str]:
        """How firmly installing the project itself fixes versions, and the file that decides."""
        for site in self.manifests:
            if isinstance(site.manifest, ProjectFile | SetupFile):
                files = [known for each in site.manifest.includes if (known := self._file(each.path, site.path))]
                if files and not any(not dependency.group for dependency in site.manifest.dependencies):
                    return self._locking(files[0]), files[0]
                own = [dependency for dependency in site.manifest.dependencies if not dependency.group]
                if own:
                    return ("pinned" if all(dependency.pinned for dependency in own) else "loose"), site.path
        return "loose", ""

    def locked_requirements(self) -> tuple[str, ...]:
        """The requirements files that fix everything they bring, whether or not something installs them."""
        return tuple(site.path for site in self.manifests if site.is_main and self._locking(site.path) == "locked")

    def _exported(self, name: str) -> str:
        """The lock file that a requirements file which is not kept comes from: something exports it on the way."""
        return (
            next(iter(self.locks), "") if posixpath.basename(name).endswith((".txt", ".lock")) and self._exports else ""
        )

    @cached_property
    def _exports(self) -> bool:
        texts = [
            run_text(instruction)
            for built in self._deployment.judged_images
            for stage in built.image.needed_stages
            for instruction in stage.instructions
            if instruction.keyword == "RUN"
        ]
        return any(
            re.search(r"\b(poetry|uv|pdm) export\b|\bpipenv (requirements|lock -r)\b|\buv pip compile\b", text)
            for text in texts
        )

    def _file(self, name: str, path: str) -> str:
        """The repository's requirements file that a name in an image or pipeline means; empty if there is none."""
        known = self._sources.facts(RequirementsFile)
        plain = re.sub(r"^(\./|/\w+/|\$\{?\w+\}?/)+", "", name)
        for folder in (path.rpartition("/")[0], ""):
            candidate = posixpath.normpath(posixpath.join(folder, plain))
            if candidate in known:
                return candidate
        base = posixpath.basename(name)
        found = [each for each in known if posixpath.basename(each) == base and not self._is_foreign(each)]
        # The image's own folder comes first: what it copies lies there, or below.
        beside = path.rpartition("/")[0]
        return min(found, key=lambda each: (not each.startswith(f"{beside}/"), each.count("/"), each), default="")

    def _locking(self, path: str, depth: int = 0) -> Locking:
        """How firmly a requirements file and those it includes fix what is installed."""
        manifest = self._sources.facts(RequirementsFile).get(path)
        if manifest is None or depth > 5:
            return "loose"
        included = [
            (include.kind, self._file(include.path, path))
            for include in manifest.includes
            if include.kind in ("requirement", "constraint")
        ]
        own = [dependency for dependency in manifest.dependencies if not dependency.specifier.startswith("@")]
        parts: list[Locking] = [
            self._locking(each, depth + 1) for kind, each in included if kind == "requirement" and each
        ]
        if own:
            parts.append(_firmness(manifest, own))
        if any(kind == "constraint" and each and self._locking(each, depth + 1) != "loose" for kind, each in included):
            return "locked"
        return _weakest(parts)


_LOCKING_COMMANDS = {
    ("uv", "sync"): "uv.lock",
    ("uv", "export"): "uv.lock",
    ("poetry", "install"): "poetry.lock",
    ("poetry", "sync"): "poetry.lock",
    ("poetry", "export"): "poetry.lock",
    ("pdm", "install"): "pdm.lock",
    ("pdm", "sync"): "pdm.lock",
    ("pdm", "export"): "pdm.lock",
    ("pipenv", "install"): "Pipfile.lock",
    ("pipenv", "sync"): "Pipfile.lock",
    ("pipenv", "requirements"): "Pipfile.lock",
}
"""The commands that install from, or write out, a lock file, and that file's name."""


def _copied(stage: Stage) -> tuple[str, ...]:
    """What a stage of an image copies of the tree, as paths from the root."""
    copies = (one for one in stage.instructions if one.keyword in ("COPY", "ADD") and not _from_elsewhere(one))
    words = (word for one in copies for word in (one.words or tuple(one.text.split()))[:-1])
    return tuple(posixpath.normpath(word) for word in words if not word.startswith("/"))


def _under_own_names(command: ToolCommand, stage: Stage) -> ToolCommand:
    """A command with the names that the tree has for files which the stage copied under others."""
    named: dict[str, str] = {}
    for one in stage.instructions:
        words = one.words or tuple(one.text.split())
        if one.keyword in ("COPY", "ADD") and not _from_elsewhere(one) and len(words) == 2:
            source, target = words
            # What is copied into a folder keeps its name; a folder without a slash at its end has no dot in it.
            if "." in posixpath.basename(target) and posixpath.basename(target) != posixpath.basename(source):
                named[posixpath.basename(target)] = source
    words = tuple(named.get(posixpath.basename(word), word) for word in command.arguments)
    return replace(command, arguments=words) if words != command.arguments else command


def _from_elsewhere(instruction: Instruction) -> bool:
    return any(flag.startswith("--from=") for flag in instruction.flags)


def _weakest(parts: list[Locking]) -> Locking:
    if not parts or "loose" in parts:
        return "loose"
    return "pinned" if "pinned" in parts else "locked"


def _valued(arguments: tuple[str, ...], *options: str) -> Iterator[str]:
    for number, word in enumerate(arguments):
        for option in options:
            if word == option and number + 1 < len(arguments):
                yield arguments[number + 1]
            elif word.startswith(f"{option}="):
                yield word[len(option) + 1 :]
            elif len(option) == 2 and word.startswith(option) and len(word) > 2 and not word.startswith("--"):
                yield word[2:]


def _firmness(manifest: Manifest, own: list[Dependency]) -> Locking:
    pinned = sum(dependency.pinned for dependency in own)
    if pinned < 0.9 * len(own):
        return "loose"
    if manifest.compiled or all(dependency.hashed for dependency in own):
        return "locked"
    names = {dependency.name for dependency in own}
    brought = {each for name in names for each in _BRINGS.get(name, ())}
    return "locked" if pinned == len(own) and brought and brought <= names else "pinned"
