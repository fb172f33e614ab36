"""What another version of the policies would change: which verdicts newly block, which no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bedplate.policy.catalogue import Catalogue
    from bedplate.policy.finding import Finding


@dataclass(frozen=True, slots=True)
class Changed:
    """What changes for one environment."""

    environment: str
    """Name of the environment."""
    newly: tuple[Finding, ...]
    """Findings of the new version that block, and did not in the old one."""
    no_longer: tuple[Finding, ...]
    """Findings of the old version that blocked, and do not in the new one."""


@dataclass(frozen=True, slots=True)
class Policies:
    """How two sets of policies differ."""

    added: tuple[str, ...]
    """Ids of policies that are new."""
    removed: tuple[str, ...]
    """Ids of policies that are gone."""
    changed: tuple[str, ...]
    """Ids of policies whose rule, severity or scope is another."""


def changed(environment: str, old: Sequence[Finding], new: Sequence[Finding]) -> Changed:
    """Return what changes between the findings of two versions on one plan."""
    before, after = _blocking(old), _blocking(new)
    return Changed(
        environment,
        tuple(finding for key, finding in after.items() if key not in before),
        tuple(finding for key, finding in before.items() if key not in after),
    )


def compared(old: Iterable[Catalogue], new: Iterable[Catalogue]) -> Policies:
    """Return how two sets differ, each of some catalogues."""
    before, after = _described(old), _described(new)
    both = set(before) & set(after)
    return Policies(
        tuple(sorted({name for name, _ in set(after) - set(before)})),
        tuple(sorted({name for name, _ in set(before) - set(after)})),
        tuple(sorted({key[0] for key in both if before[key] != after[key]})),
    )


def _blocking(findings: Sequence[Finding]) -> dict[tuple[str, str], Finding]:
    found: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        if finding.blocks:
            found.setdefault((finding.policy, finding.urn), finding)
    return found


def _described(catalogues: Iterable[Catalogue]) -> dict[tuple[str, str], object]:
    both = list(catalogues)
    texts = {module.file: module.text for one in both for module in one.modules}
    return {
        (policy.id, policy.level): (
            policy.severity,
            policy.scope,
            policy.applies,
            policy.resource_types,
            texts.get(policy.file, ""),
        )
        for one in both
        for policy in one.policies
    }
