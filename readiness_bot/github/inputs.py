"""What the workflow asks of the action: the inputs of action.yml, checked; knows neither event nor repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, cast, get_args

from readiness_bot.github.event import Unusable
from readiness_bot.settings import ConfigurationError, FailOn

Mode = Literal["auto", "pr", "baseline", "publish"]
When = Literal["on-change", "always", "on-failure", "off"]

T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs with their defaults: those of action.yml are the same, which a test holds."""

    mode: Mode = "auto"
    path: tuple[str, ...] = ()
    """Folders of services, one a line; none is the one that the configuration names, or all."""
    config: str = ""
    fail_on: FailOn | None = None
    comment: When = "on-change"
    status: Literal["auto", "off"] = "auto"
    annotations: int = 10
    on_error: Literal["fail", "warn"] = "fail"
    coverage_report: str = ""
    report_dir: str = "readiness-report"
    upload_sarif: bool = False
    badge: Literal["auto", "off"] = "auto"
    base_ref: str = ""
    cache_dir: str = ""
    publish_from: str = "readiness-report/bulletin.json"
    token: str = ""

    def __repr__(self) -> str:
        return f"Inputs(mode={self.mode!r}, path={self.path!r})"  # never the token


def from_environment(environment: Mapping[str, str]) -> Inputs:
    """The inputs as the runner hands them over: `INPUT_FAIL-ON` and the like; an empty one is the default.

    Raises `Unusable` with the input's name and the values that it may have.
    """

    def text(name: str, default: str = "") -> str:
        return environment.get(f"INPUT_{name.upper()}", "").strip() or default

    def choice(name: str, kind: object, default: T) -> T:
        values = get_args(kind)
        value = text(name, default)
        if value not in values:
            raise Unusable(f"The input `{name}` is {value[:40]!r}; it can be {', '.join(values)}.")
        return cast("T", value)

    plain = Inputs()
    return Inputs(
        mode=choice("mode", Mode, plain.mode),
        path=_paths(text("path")),
        config=text("config"),
        fail_on=_fail_on(text("fail-on")),
        comment=choice("comment", When, plain.comment),
        status=choice("status", Literal["auto", "off"], plain.status),
        annotations=_number("annotations", text("annotations", str(plain.annotations))),
        on_error=choice("on-error", Literal["fail", "warn"], plain.on_error),
        coverage_report=text("coverage-report"),
        report_dir=_inside("report-dir", text("report-dir", plain.report_dir)),
        upload_sarif=choice("upload-sarif", Literal["true", "false"], "false") == "true",
        badge=choice("badge", Literal["auto", "off"], plain.badge),
        base_ref=text("base-ref"),
        cache_dir=text("cache-dir"),
        publish_from=_inside("publish-from", text("publish-from", plain.publish_from)),
        token=text("token"),
    )


def _fail_on(text: str) -> FailOn | None:
    try:
        return FailOn.parse(text) if text else None
    except ConfigurationError as error:
        raise Unusable(f"The input `fail-on` is not understood. {error}.") from error


def _number(name: str, text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= 10:
        return int(text)
    raise Unusable(f"The input `{name}` is {text[:40]!r}; it can be a number from 0 to 10.")


def _paths(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_inside("path", line.strip()) for line in text.splitlines() if line.strip()))


def _inside(name: str, path: str) -> str:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts or ".git" in parts or "\0" in path:
        raise Unusable(f"The input `{name}` is {path[:80]!r}; it names a place inside the repository, without `..`.")
    return "/".join(parts) or "."
