"""What Dependabot or Renovate keeps up to date, and where; knows not which manifests there are."""

from __future__ import annotations

import json
import re

import msgspec

from readiness_bot.facts.extractor import Extractor, Unreadable
from readiness_bot.facts.yaml_nodes import Node, load_document


class Updates(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One ecosystem in some directories; `security_only` where version updates are switched off."""

    ecosystem: str
    directories: tuple[str, ...]
    line: int
    security_only: bool = False


class UpdateBot(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A Dependabot or Renovate configuration; Renovate without a list of managers updates everything it finds."""

    bot: str
    updates: tuple[Updates, ...] = ()
    enabled: bool = True
    ignored: tuple[str, ...] = ()


_PATHS = re.compile(
    r"^(\.github/dependabot\.ya?ml|(\.github/|\.gitlab/)?renovate\.json5?|\.renovaterc(\.json5?)?|\.pyup\.ya?ml|\.dependabot/config\.ya?ml)$"
)


def _extract(data: bytes) -> UpdateBot:
    text = data.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] in ("{", "/"):
        return _renovate(text)
    document = load_document(data)
    if document["update_configs"]:
        entries = document["update_configs"]
        return UpdateBot("dependabot", tuple(_updates(each, each["package_manager"].string) for each in entries))
    if "updates" in document and document["updates"].kind == "sequence":
        return UpdateBot(
            "dependabot", tuple(_updates(each, each["package-ecosystem"].string) for each in document["updates"])
        )
    if "updates" in document and "version" not in document:
        return UpdateBot("dependabot")
    if "schedule" in document or "update" in document or "requirements" in document:
        return UpdateBot("pyup", (Updates("pip", ("/",), 1),), document["update"].string not in ("false", "False"))
    return UpdateBot("dependabot")


def _updates(node: Node, ecosystem: str) -> Updates:
    directories = (*node["directory"].strings, *node["directories"].strings)
    directories = tuple(each if each.startswith(("/", "*")) else f"/{each.removeprefix('./')}" for each in directories)
    return Updates(ecosystem, directories or ("/",), node.line, node["open-pull-requests-limit"].string == "0")


def _renovate(text: str) -> UpdateBot:
    try:
        tree = json.loads(_plain_json(text))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from error
    managers = tree.get("enabledManagers") if isinstance(tree, dict) else None
    ignored = tree.get("ignorePaths") if isinstance(tree, dict) else None
    listed = [str(each) for each in managers] if isinstance(managers, list) else ["*"]
    return UpdateBot(
        "renovate",
        tuple(Updates(each, ("/**",), 1) for each in listed),
        not isinstance(tree, dict) or tree.get("enabled") is not False,
        tuple(str(each) for each in ignored) if isinstance(ignored, list) else (),
    )


_JSON5 = re.compile(
    r"""
      (?P<text>"(?:\\.|[^"\\\n])*")
    | '(?P<single>(?:\\.|[^'\\\n"])*)'
    | (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<key>[A-Za-z_$][\w$]*)(?P<colon>\s*:)
    | (?P<comma>,)(?=\s*[}\]])
    """,
    re.VERBOSE | re.DOTALL,
)


def _plain_json(text: str) -> str:
    """JSON5 as people write it for Renovate (comments, trailing commas, bare keys, single quotes), as JSON."""
    return re.sub(r",(?=\s*[}\]])", "", _JSON5.sub(_as_json, text))


def _as_json(match: re.Match[str]) -> str:
    if match["text"] is not None:
        return match["text"]
    if match["single"] is not None:
        return f'"{match["single"]}"'
    return f'"{match["key"]}"{match["colon"]}' if match["key"] else ""


EXTRACTOR = Extractor(
    kind="update-bot", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=UpdateBot
)
