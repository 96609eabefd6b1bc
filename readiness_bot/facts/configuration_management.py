"""Ansible, Salt, Puppet and Chef files as far as they say what they run on machines; evaluates nothing."""

from __future__ import annotations

import re

import msgspec

from readiness_bot.facts.extractor import Extractor


class ManagedStep(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One line that starts, installs or keeps a service, or takes a backup, with its text."""

    kind: str
    text: str
    line: int


class ManagedHosts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one file of a configuration management tool does; no tool for a file of something else."""

    tool: str
    steps: tuple[ManagedStep, ...] = ()


_ANSIBLE = re.compile(
    r"(^|/)(ansible|playbooks?|roles/[^/]+/(tasks|handlers))/.*\.ya?ml$|(^|/)(playbook|site|deploy|provision)[\w-]*\.ya?ml$"
)
_SALT, _PUPPET, _CHEF = (
    re.compile(r"\.sls$"),
    re.compile(r"\.pp$"),
    re.compile(r"(^|/)(recipes|cookbooks/.*)/[^/]+\.rb$"),
)
_PLAY = re.compile(rb"^[ \t-]*(hosts|tasks|roles|become|ansible\.builtin\.[\w.]+|name)[ \t]*:", re.MULTILINE)
_STEP = re.compile(
    r"^[ \t]*(?:-[ \t]*)?("
    r"(?:ansible\.builtin\.|community\.[\w.]+\.)?(?:systemd(?:_service)?|service|docker_container|docker_compose(?:_v2)?"
    r"|docker_stack|supervisorctl|docker_service|podman_container)[ \t]*:[^\n]*"
    r"|(?:service\.running|docker_container\.running|service[ \t]*\{|docker::run)[^\n]*"
    r"|(?:service|docker_container)[ \t]+['\"][^\n]*)$",
    re.MULTILINE,
)


def _claims(path: str) -> bool:
    return bool(_ANSIBLE.search(path) or _SALT.search(path) or _PUPPET.search(path) or _CHEF.search(path))


def _extract(data: bytes) -> ManagedHosts:
    text = data.decode("utf-8-sig", "replace")
    tool = _tool(data, text)
    if not tool:
        return ManagedHosts("")
    steps = (
        ManagedStep("service", match[1].strip()[:200], text.count("\n", 0, match.start(1)) + 1)
        for match in _STEP.finditer(text)
    )
    return ManagedHosts(tool, tuple(step for _, step in zip(range(200), steps, strict=False)))


def _tool(data: bytes, text: str) -> str:
    if re.search(r"^[ \t]*(class|define|node)\s+[\w:'\"]+[^\n]*\{", text, re.MULTILINE) and "=>" in text:
        return "puppet"
    if re.search(
        r"^[ \t]*(?:-[ \t]*)?(service\.running|pkg\.installed|file\.managed|cmd\.run|docker_container\.running)",
        text,
        re.MULTILINE,
    ):
        return "salt"
    if re.search(r"^[ \t]*(service|docker_container|template|package)\s+['\"][^\n]*\bdo\b", text, re.MULTILINE):
        return "chef"
    looks = re.search(r"^[ \t]*(?:-[ \t]*)?hosts\s*:", text, re.MULTILINE) or re.search(
        r"^[ \t]*-[ \t]*name\s*:", text, re.MULTILINE
    )
    return (
        "ansible"
        if looks
        and _PLAY.search(data)
        and "apiVersion" not in text
        and not re.search(r"^(jobs|on|services):", text, re.MULTILINE)
        else ""
    )


EXTRACTOR = Extractor(kind="configuration-management", claims=_claims, extract=_extract, facts=ManagedHosts)
