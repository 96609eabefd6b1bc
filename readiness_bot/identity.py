"""What makes a finding the same finding after an edit elsewhere; does not compare trees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from readiness_bot.model import Confidence, Finding, Location, Severity, Site


def capability_fingerprint(control: str) -> str:
    """The identity of a blocker without a place: a control fails once in a repository."""
    return _digest(control)


def fingerprints(control: str, locations: Sequence[Location]) -> tuple[str, ...]:
    """One identity for each place of one control, in the order given.

    The path is left out, so that a finding keeps its identity when its file is renamed or its function moves to
    another file. Equal places are told apart by an ordinal in the order of path and line.
    """
    seen: Counter[tuple[str, str]] = Counter()
    by_index: dict[int, str] = {}
    for index in sorted(range(len(locations)), key=lambda index: locations[index]):
        place = locations[index]
        ordinal = seen[place.symbol, place.statement]
        seen[place.symbol, place.statement] += 1
        by_index[index] = _digest(control, place.symbol, place.statement, str(ordinal))
    return tuple(by_index[index] for index in range(len(locations)))


def findings(control: str, severity: Severity, fix: str, sites: Iterable[Site]) -> tuple[Finding, ...]:
    """The bad ones among a control's sites as findings, by path and line.

    `fix` is the control's general advice, used where a site has none of its own. A finding is a blocker when it is
    certain and its control's severity blocks; waivers come later.
    """
    bad = sorted((site for site in sites if not site.good), key=lambda site: (site.location, site.message))
    identities = fingerprints(control, [site.location for site in bad])
    return tuple(
        Finding(
            control=control,
            location=site.location,
            message=site.message,
            confidence=site.confidence,
            severity=severity,
            fingerprint=identity,
            blocker=severity.blocks and site.confidence is Confidence.HIGH,
            fix=site.fix or fix,
            impact=site.impact,
        )
        for site, identity in zip(bad, identities, strict=True)
    )


def loss_fingerprint(control: str, symbol: str, thing: str, taken: Sequence[str]) -> str:
    """The identity of a protection that was taken away."""
    return _digest(control, symbol, thing, *taken)


def _digest(*parts: str) -> str:
    # The lengths keep ("ab", "c") and ("a", "bc") apart whatever characters a hostile name holds.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
