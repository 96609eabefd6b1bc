"""The services of Compose files: which run this repository's code, which its stores; judges none."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.compose import ComposeFile, ComposeService
from readiness_bot.model import Area
from readiness_bot.repo.built_images import BuiltImages
from readiness_bot.repo.images import dockerfile_of, is_for_development
from readiness_bot.repo.launches import Launches, Started
from readiness_bot.repo.ownership import Ownership, image_name, is_foreign_image, letters, store_of
from readiness_bot.repo.sources import Sources


@dataclass(frozen=True, slots=True)
class Container:
    """A Compose service where it stands; `own` says that it runs this repository's code.

    `store` is the kind of store that a foreign image runs (`postgres`, `redis`, …), empty for everything else.
    """

    path: str
    service: ComposeService
    own: bool
    store: str
    deployed: bool
    started: tuple[Started, ...]


_UNSHIPPED_FILE = re.compile(
    r"(^|[/._-])(ci|tests?|testing|e2e|cypress|devcontainer|worktree[\w-]*)([/._-]|$)|(^|/)\.", re.IGNORECASE
)
_INCIDENTAL = re.compile(
    r"(^|[-_])(tests?|testing|lint|docs?|e2e|playwright|cypress|front-?end|ui)($|[-_])", re.IGNORECASE
)
_OF_DEVELOPERS = re.compile(r"(^|[-_])(dev|devel|development)([-_]|$)", re.IGNORECASE)
_OWN_SERVICE = re.compile(
    r"(app|web|api|backend|server|webserver|web[-_]?app|worker|celery([-_]?(worker|beat))?|beat|scheduler|django|flask"
    r"|fastapi)",
    re.IGNORECASE,
)
_OF_STORES = re.compile(r"(db|database|postgres(ql)?|mysql|mariadb|mongo(db)?|redis|rabbitmq)", re.IGNORECASE)
"""Services whose pulled image holds a store, however it is called."""
_MAX_PARENTS = 5


def _leans_on(service: ComposeService, name: str) -> bool:
    """Whether a service waits for another, or is told its name: `DB_HOST: orders-db`."""
    told = (value for _, value, _ in service.environment)
    return name in service.depends_on or any(re.search(rf"(^|[/@]){re.escape(name)}($|[:/])", value) for value in told)


class Containers:
    """The Compose services of one tree."""

    def __init__(self, sources: Sources, ownership: Ownership, launches: Launches, images: BuiltImages) -> None:
        self._sources = sources
        self._ownership = ownership
        self._launches = launches
        self._images = images

    @cached_property
    def all(self) -> tuple[Container, ...]:
        """Every service, by path, in the order of its file."""
        return tuple(
            self._container(path, service)
            for path, compose in self._sources.facts(ComposeFile).items()
            for service in compose.services
        )

    @cached_property
    def own(self) -> tuple[Container, ...]:
        """Those that run this repository's code, production first; tests and devcontainers are none."""
        found = [container for container in self.all if container.own and self.is_for_users(container.path)]
        return tuple(sorted(found, key=lambda container: not container.deployed))

    @property
    def production(self) -> tuple[Container, ...]:
        """Those of `own` that no file for development describes; samples and documented stacks count."""
        return tuple(one for one in self.own if not is_for_development(one.path))

    @cached_property
    def stores(self) -> tuple[Container, ...]:
        """Those that run stores and brokers beside the service; tests and devcontainers are none."""
        return tuple(one for one in self.all if one.store and self.is_for_users(one.path))

    def is_anothers(self, store: Container) -> bool:
        """Whether services of others alone lean on a store: there are no own ones, or they say what they lean on."""
        beside = [one for one in self.all if one.path == store.path and not one.store]
        own = [one for one in beside if one.own]
        told = [one for one in own if one.service.depends_on and not one.service.env_files]
        leaning = [one for one in beside if _leans_on(one.service, store.service.name)]
        if leaning and not own:
            return True
        return bool(leaning and told) and told == own and not any(one.own for one in leaning)

    def is_for_users(self, path: str) -> bool:
        """Whether a file is for those who run or develop the service, rather than for tests or one editor."""
        foreign = self._sources.area(path) in (Area.TEST, Area.EXAMPLE, Area.VENDORED)
        return not foreign and not _UNSHIPPED_FILE.search(path)

    def builds_from(self, container: Container, path: str) -> bool:
        """Whether a container runs the image of this Dockerfile: it builds it, or names an image called like it."""
        service = container.service
        if service.builds:
            return dockerfile_of(container.path, service) == path
        folder = container.path.rpartition("/")[0]
        for (other, name), (_, beside) in self._by_name.items():
            if name == service.name and other.rpartition("/")[0] == folder and beside.builds:
                return dockerfile_of(other, beside) == path
        stem = letters(re.sub(r"(docker|container)file", "", path.rpartition("/")[2], flags=re.IGNORECASE))
        return len(stem) > 3 and stem == letters(image_name(service.image))

    def _container(self, path: str, service: ComposeService) -> Container:
        deployed = self._ownership.is_deployed(path) and not self._is_a_double(path, service)
        started = tuple(self._started(path, service, deployed=deployed))
        origin_path, origin = self._origin(path, service)
        store = "" if origin.builds else store_of(origin.image)
        own = not store and not _INCIDENTAL.search(service.name) and self._is_own(origin_path, origin, started)
        return Container(path, service, own, store, deployed, started if own else ())

    def _is_a_double(self, path: str, service: ComposeService) -> bool:
        """Whether a service is called after development, beside others of its file that are not."""
        return _OF_DEVELOPERS.search(service.name) is not None and any(
            file == path and not _OF_DEVELOPERS.search(name) and (other.builds or other.extends)
            for (file, name), (_, other) in self._by_name.items()
        )

    def _is_own(self, path: str, service: ComposeService, started: tuple[Started, ...]) -> bool:
        if service.builds:
            target = dockerfile_of(path, service)
            built = next((one for one in self._images.all if one.path == target), None)
            if built is not None:
                return built.purpose in ("service", "base", "development") and not store_of(built.image.base)
            return not (store_of(service.name) or is_foreign_image(service.name))
        if is_foreign_image(service.image) or _OF_STORES.fullmatch(service.name):
            return False
        named = self._ownership.is_own_image(service.image or service.name) or (
            _OWN_SERVICE.fullmatch(service.name) and not self._is_pulled_beside_built(path, service)
        )
        # A shell script of the developers' that an image from elsewhere runs prepares that image, and is no service.
        return bool(named) or any(
            one.resolved and not (one.resolved.endswith(".sh") and self._sources.area(one.resolved) is Area.TOOLING)
            for one in started
        )

    def _is_pulled_beside_built(self, path: str, service: ComposeService) -> bool:
        """Whether an image comes from a registry while the file builds others: then it is another repository's."""
        beside = [found for (file, _), (_, found) in self._by_name.items() if file == path and found.builds]
        return "/" in service.image and bool(beside) and all(one.image != service.image for one in beside)

    def _origin(self, path: str, service: ComposeService) -> tuple[str, ComposeService]:
        """The service that says what runs, where this one extends it or only overrides settings of it."""
        for _ in range(_MAX_PARENTS):
            if service.image or service.builds:
                break
            parent = self._parent(path, service)
            if parent is None:
                break
            path, service = parent
        return path, service

    def _parent(self, path: str, service: ComposeService) -> tuple[str, ComposeService] | None:
        folder = path.rpartition("/")[0]
        if service.extends is not None:
            file, name = service.extends
            told = posixpath.normpath(posixpath.join(folder, file)) if file else path
            return self._by_name.get((told, name)) if (told, name) != (path, service.name) else None
        beside = (
            found
            for (other, name), found in self._by_name.items()
            if name == service.name and other != path and other.rpartition("/")[0] == folder
        )
        return next((found for found in beside if found[1].image or found[1].builds), None)

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], tuple[str, ComposeService]]:
        return {
            (path, service.name): (path, service)
            for path, compose in self._sources.facts(ComposeFile).items()
            for service in compose.services
        }

    def _started(self, path: str, service: ComposeService, *, deployed: bool) -> Iterator[Started]:
        told = [command for command in (service.entrypoint, service.command) if command is not None]
        if told:
            words = tuple(word for command in told for word in command.words)
            yield from self._launches.of_words(words, path, told[-1].line, "compose", deployed=deployed)
