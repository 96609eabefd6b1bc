"""What each image of a tree is for and what it starts, told by where it lies and what it holds; judges none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from readiness_bot.facts.compose import ComposeFile
from readiness_bot.facts.dockerfile import Dockerfile
from readiness_bot.facts.pipeline import Pipeline
from readiness_bot.facts.shell import ShellScript
from readiness_bot.model import Area
from readiness_bot.repo.images import Image, Purpose, dockerfile_of, is_for_development, purpose_by_path
from readiness_bot.repo.launches import Launches, Started
from readiness_bot.repo.sources import Sources


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """An image with what it is for and what it starts."""

    image: Image
    purpose: Purpose
    started: tuple[Started, ...]

    @property
    def path(self) -> str:
        """The Dockerfile."""
        return self.image.path

    @property
    def develops(self) -> bool:
        """Whether all that it starts is started in a mode for development, such as a reloader."""
        return bool(self.started) and all(one.command.develops for one in self.started)

    @property
    def serves(self) -> bool:
        """Whether it opens a port, or starts a server, a worker or a scheduler."""
        exposes = any(True for _ in self.image.instructions("EXPOSE"))
        return exposes or any(one.purpose in ("serve", "work", "schedule") for one in self.started)


_STARTING_BASE = re.compile(r"(^|/)(uvicorn-gunicorn|meinheld-gunicorn)(-\w+)?([:@]|$)")
"""Public images that start the application which is copied into them, under gunicorn and by a script of their own."""
_SUPERVISING_INITS = frozenset({"init", "s6-svscan", "runsvdir", "my_init", "runit"})
_SERVICE_SCRIPT = re.compile(r"(^|/)(s6-rc|services|service|runit|sv)(\.d)?/[^/]+/(run|up)$")
_INCIDENTAL_STAGE = re.compile(r"(^|[-_])(dev\w*|tests?|testing|lint|docs?|e2e|debug|local)($|[-_])", re.IGNORECASE)
_HIDDEN_FOLDERS, _FOLDERS = r"(ci|circleci|github|gitlab|buildkite)", r"(jenkins|continuous[-_]integration)"
"""What folders of pipelines are called, most often behind a dot, and never so."""
_AMONG_PIPELINES = re.compile(rf"(^|/)\.{_HIDDEN_FOLDERS}/|(^|/){_FOLDERS}/")
_OF_PIPELINES = re.compile(rf"(^|/)\.?({_HIDDEN_FOLDERS}|{_FOLDERS})/[^/]*$", re.IGNORECASE)
_OF_PYTHON = frozenset({"app", "module", "django"})
"""Kinds of what is started that only an interpreter of Python can start."""
_IDLE = frozenset({"sleep", "tail", "sh", "bash", "zsh", "python", "python3", "ipython"})
_TESTING = frozenset({"pytest", "tox", "nox"})


class BuiltImages:
    """The images that the Dockerfiles of one tree build."""

    def __init__(self, sources: Sources, launches: Launches) -> None:
        self._sources = sources
        self._launches = launches

    @cached_property
    def all(self) -> tuple[BuiltImage, ...]:
        """One image for each Dockerfile, by path: that of the last stage, or of the one that serves."""
        found = tuple(
            self._built(self._serving_target(Image(path, dockerfile)))
            for path, dockerfile in self._sources.facts(Dockerfile).items()
            if dockerfile.stages and self._sources.area(path) is not Area.VENDORED
        )
        if any(one.purpose == "service" for one in found):
            return self._without_unpublished(found)
        aside = {one.path for one in found if self._serves_from_aside(one)}
        if aside:
            return tuple(self._as_service(one) if one.path in aside else one for one in found)
        # Where no other image starts the service, the one whose command reloads is what gets deployed.
        return tuple(replace(one, purpose="service") if self._only_reloads(one) else one for one in found)

    def _serves_from_aside(self, built: BuiltImage) -> bool:
        """Whether an image starts the tree's own server although it lies among what pipelines or tools need.

        Where no other image serves, its folder says who builds it, and not what it is for.
        """
        aside = built.purpose == "tooling" or (built.purpose == "test" and _OF_PIPELINES.search(built.path) is not None)
        serving = [one.command for one in built.started if one.purpose == "serve" and one.server]
        return aside and bool(serving) and not any(one.develops for one in serving)

    def _as_service(self, built: BuiltImage) -> BuiltImage:
        return replace(built, purpose="service", started=tuple(self._started(built.image, deployed=True)))

    def _without_unpublished(self, found: tuple[BuiltImage, ...]) -> tuple[BuiltImage, ...]:
        """The images, one that starts something in a mode for development being for that where another is published."""
        if not any(one.purpose == "service" and one.path in self._published for one in found):
            return found
        return tuple(
            replace(one, purpose="development", started=tuple(replace(each, deployed=False) for each in one.started))
            if one.purpose == "service"
            and one.path not in self._published
            and any(each.command.develops for each in one.started)
            else one
            for one in found
        )

    @cached_property
    def _published(self) -> frozenset[str]:
        """The Dockerfiles that pipelines name where they build and push an image."""
        return frozenset(
            pair.value.removeprefix("./")
            for pipeline in self._sources.facts(Pipeline).values()
            for job in pipeline.jobs
            for step in job.steps
            if step.uses.startswith("docker/build-push-action")
            for pair in step.inputs
            if pair.name == "file"
        )

    def _only_reloads(self, built: BuiltImage) -> bool:
        named = self._purpose_by_place(built.path) or purpose_by_path(built.path)
        return named is None and built.purpose == "development" and built.develops

    def _serving_target(self, image: Image) -> Image:
        """The stage that serves, where a file ends in another one that only some builds ask for."""
        if _INCIDENTAL_STAGE.search(image.final.name) and len(image.layers) > 1:
            below = image.layers[-2]
            if below.name and not _INCIDENTAL_STAGE.search(below.name):
                return self._serving_target(Image(image.path, image.dockerfile, below.name))
        if any(one.purpose in ("serve", "work") for one in self._started(image, deployed=True)):
            return image
        for stage in reversed(image.stages):
            if stage.name and stage not in image.layers and not _INCIDENTAL_STAGE.search(stage.name):
                other = Image(image.path, image.dockerfile, stage.name)
                if any(one.purpose == "serve" and one.server for one in self._started(other, deployed=True)):
                    return other
        return image

    def _built(self, image: Image) -> BuiltImage:
        purpose = self._purpose_by_place(image.path) or purpose_by_path(image.path) or self._purpose_by_folder(image)
        started = tuple(self._started(image, deployed=purpose is None))
        if purpose == "base" and started and not self._is_built_on(image):
            # A folder or file called so whose image starts something and that no other image builds on.
            purpose = None
        is_named_so = purpose == "development"
        purpose = purpose or _purpose_by_content(image, started)
        if is_named_so and self._has_sibling(image):
            return BuiltImage(image, "development", started)
        if purpose == "development" and not started and image.runs_python and self._is_started_by_compose(image):
            # The image alone opens an interpreter; what it is deployed with is Compose's to say.
            purpose = "service"
        return BuiltImage(image, purpose, started)

    def _has_sibling(self, image: Image) -> bool:
        """Whether a plain `Dockerfile` lies beside one that is called after development: that one is deployed."""
        folder, slash, _ = image.path.rpartition("/")
        beside = self._sources.facts(Dockerfile).get(f"{folder}{slash}Dockerfile")
        return beside is not None and f"{folder}{slash}Dockerfile" != image.path

    def _is_started_by_compose(self, image: Image) -> bool:
        """Whether a Compose file that is not for development gives the image the command of a server or worker."""
        return any(
            one.purpose in ("serve", "work", "schedule")
            for path, compose in self._sources.facts(ComposeFile).items()
            if self._sources.area(path) is Area.PRODUCTION and not is_for_development(path)
            for service in compose.services
            if service.builds and service.command is not None and dockerfile_of(path, service) == image.path
            for one in self._launches.of_words(service.command.words, path, service.command.line, "compose")
        )

    def _purpose_by_folder(self, image: Image) -> Purpose | None:
        """What an image is for that starts in a folder of the tree where only tests or examples lie."""
        folders = [instruction.text.strip().strip("/\"'") for instruction in image.instructions("WORKDIR")]
        within = folders[-1].partition("/")[2] if folders else ""
        if not within:
            return None
        held = [path for path in self._sources.paths if path.startswith(f"{within}/") and path.endswith(".py")]
        areas = set(map(self._sources.area, held))
        if not areas or not areas <= {Area.TEST, Area.EXAMPLE}:
            return None
        return "test" if Area.TEST in areas else "example"

    def _is_built_on(self, image: Image) -> bool:
        folder, _, name = image.path.lower().rpartition("/")
        stem = name.replace("dockerfile", "").strip(".-_") or folder.rpartition("/")[2]
        return any(
            re.search(rf"(^|[/-]){re.escape(stem)}([:-]|$)", stage.base.lower())
            for dockerfile in self._sources.facts(Dockerfile).values()
            for stage in dockerfile.stages
        )

    def _purpose_by_place(self, path: str) -> Purpose | None:
        area = self._sources.area(path)
        if re.search(r"(^|/)\.?(devcontainer|worktree|gitpod|vscode|idea)", path):
            return "development"
        if area is Area.TEST or _AMONG_PIPELINES.search(path):
            return "test"
        if area in (Area.EXAMPLE, Area.DOCUMENTATION, Area.GENERATED):
            return "example"
        is_tool = re.search(
            r"(^|/)(scripts?|tools?|hack|devtools?)/(?!(.*/)?(deploy|deployments?|production|releases?)/)", path
        )
        return "tooling" if is_tool else None

    def _started(self, image: Image, *, deployed: bool) -> Iterator[Started]:
        entrypoint, cmd = image.entrypoint, image.cmd
        told = entrypoint or cmd
        if told is None:
            if _STARTING_BASE.search(image.base):
                served = ("gunicorn", "-k", "uvicorn.workers.UvicornWorker", self._found_by_base(image))
                line = image.layers[0].line
                yield from self._launches.of_words(served, image.path, line, "image", deployed=deployed)
            return
        if not told.words:
            yield from self._launches.of_text(told.text, image.path, told.line, "image", deployed=deployed)
            return
        # Only an entry point in the exec form is handed the command's words.
        handed = cmd if entrypoint is not None and cmd is not None else None
        words = tuple(map(image.source_of, (*told.words, *(handed.words if handed is not None else ()))))
        words = (self._by_search_path(words[0], image), *words[1:])
        if words[0].rpartition("/")[2] in _SUPERVISING_INITS:
            yield from self._of_init(deployed=deployed)
        yield from self._launches.of_words(words, image.path, (handed or told).line, "image", deployed=deployed)

    def _by_search_path(self, word: str, image: Image) -> str:
        """The script that a bare name means, where the image looks for programs in a folder of the tree."""
        told = image.environment("PATH")
        for folder in told[0].split(":") if told is not None and "/" not in word else ():
            found = self._launches.resolve(f"{folder}/{word}", image.path)
            if "/" in found and f"{folder}/{word}".endswith(f"/{found}"):
                return found
        return word

    def _found_by_base(self, image: Image) -> str:
        """The application that a base which starts one by itself looks for: what it is told, or where it lies."""
        told = image.environment("APP_MODULE")
        if told is not None:
            return told[0]
        in_package = any(f"/{path}".endswith("/app/main.py") for path in self._sources.paths)
        module = image.environment("MODULE_NAME") or ("app.main" if in_package else "main", 0)
        variable = image.environment("VARIABLE_NAME") or ("app", 0)
        return f"{module[0]}:{variable[0]}"

    def _of_init(self, *, deployed: bool) -> Iterator[Started]:
        """What an init starts that runs every script of its service folders."""
        for path in self._sources.facts(ShellScript):
            if _SERVICE_SCRIPT.search(path):
                yield from self._launches.of_script(path, "image", deployed=deployed)


def _purpose_by_content(image: Image, started: tuple[Started, ...]) -> Purpose:
    told = image.cmd or image.entrypoint
    if told is None:
        return "service" if started else "base" if image.runs_python else "foreign"
    words = told.words or tuple(told.text.split())
    program = words[0].rpartition("/")[2] if words else ""
    works = any("test" not in one.command.arguments for one in started)
    if image.entrypoint is None and (program in _TESTING or (program == "make" and not works)):
        return "test"
    if image.entrypoint is None and program in _IDLE and (len(words) == 1 or program in ("sleep", "tail")):
        return "development"
    # What a script of the tree sets up in the image is not seen; what is started with Python tells that it is there.
    if not image.runs_python and not any(one.kind in _OF_PYTHON or one.target.endswith(".py") for one in started):
        return "foreign"
    return "development" if started and all(one.command.develops for one in started) else "service"
