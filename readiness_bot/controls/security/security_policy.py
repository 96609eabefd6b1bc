"""Whether somebody who found a vulnerability is told whom to tell."""

from __future__ import annotations

import re

from readiness_bot.control import Control, failed, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo
from readiness_bot.repo.documents import Document

_FILES = r"(\.github/|\.gitlab/)?(security|security[-_]policy|vulnerability[-_]disclosure)|docs/security[-_]policy"
_OTHERS = r"((\.github/|docs?/)?(readme|contributing|code_of_conduct|support|security))"
_HEADING = r"security|vulnerabilit|disclosure"
_CONTACT = re.compile(
    r"[\w.+-]+\s?[\"'“‘]?(@|\[at\]|\(at\))[\"'”’]?\s?[\w-]+\.\w+|https?://|advisor|mailto:|huntr|hackerone|bugcrowd|pgp",
    re.IGNORECASE,
)
_REPORTING = re.compile(r"\breport|disclos", re.IGNORECASE)
_VULNERABILITY = re.compile(r"vulnerab|security (issue|problem|bug|concern|hole|report)|disclos", re.IGNORECASE)
_WELL_KNOWN = re.compile(r"(^|/)(\.well-known/)?security\.txt$")

_POLICY = (
    "# Security policy\n\nPlease report vulnerabilities to security@shop.example. We answer within two working days.\n"
)


@Control(
    id="security/security-policy",
    title="A security policy says whom to tell",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why="Whoever finds a hole must find a private way to report it before they find a public one.",
    impact="Vulnerabilities are published in the issue tracker, or not reported at all.",
    fix="Add `SECURITY.md` with an address for private reports, such as `security@…`, and how soon you answer.",
    effort=Effort.HOURS,
    role=Role.SECURITY,
    sources=[
        "https://docs.github.com/en/code-security/getting-started/adding-a-security-policy-to-your-repository",
        "https://www.rfc-editor.org/rfc/rfc9116",
    ],
    passes=[
        {"SECURITY.md": _POLICY},
        {"SECURITY.md": _POLICY.replace("@", " “@” ")},
        {
            "README.md": (
                "# Shop\n\n## Security\n\nReport vulnerabilities to security@shop.example, not in the tracker.\n"
            )
        },
    ],
    fails=[{"README.md": "# Shop\n\n## Security\n\nPasswords are hashed, see https://docs.example/argon2.\n"}],
    fixed={"README.md": "# Shop\n", "SECURITY.md": _POLICY},
    partials=[{"SECURITY.md": "# Security\n\nWe take the security of this project very seriously.\n"}],
)
def security_policy(repo: Repo) -> Judgement:
    """Judged by a policy with a contact; a section of the read-me or of the contributing guide is as good."""
    policies = repo.documents.named(_FILES)
    for policy in policies:
        if any(_CONTACT.search(section.text) for section in policy.prose.sections):
            return passed("A security policy names a contact.", seen(policy.path, 1, policy.title))
    for document in repo.documents.named(_OTHERS):
        if line := _section_with_contact(document):
            place = seen(document.path, line, "reporting of vulnerabilities")
            return passed("A section says where to report vulnerabilities.", place)
    for path in sorted(repo.paths):
        if _WELL_KNOWN.search(path):
            return passed("A security.txt names a contact.", seen(path, 0, "security.txt"))
    if policies and policies[0].prose.words:
        return partial("The security policy names no contact.", seen(policies[0].path, 1, policies[0].title), score=0.5)
    return failed(
        "No security policy or reporting contact is kept.",
        looked_in=("SECURITY.md at the root, in .github and docs", "read-me"),
    )


def _section_with_contact(document: Document) -> int:
    """The line of a section that asks for reports of vulnerabilities and says where to; 0 without one."""
    for section in document.sections(_HEADING):
        told = f"{section.title} {section.text}"
        if _REPORTING.search(told) and _VULNERABILITY.search(told) and _CONTACT.search(section.text):
            return section.line
    return 0
