"""One environment of a report: what was found of it, and what is recorded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedplate.errors import BedplateError
from bedplate.governance.layers import blueprint_folder
from bedplate.policy.formats.report import OUTCOMES, VERDICTS
from bedplate.report.records import LedgerState, ReleaseState, ledger_state, release_state
from bedplate.spec.resolve import Resolved, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from bedplate.governance.assessment import Assessment, Options
    from bedplate.policy.finding import Finding, Verdict


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything that a report says of one environment."""

    assessed: Assessment
    """What its files, plan, policies and prices come to."""
    resolved: Resolved | None
    """Its values; None where its files can't be resolved."""
    release: ReleaseState
    """Its newest release, and what stands in the way of that."""
    ledger: LedgerState
    """What is recorded of it."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.assessed.environment

    @property
    def outcome(self) -> str:
        """`clean`, `blocked` or `unresolved`."""
        return OUTCOMES[self.assessed.exit_code]

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """Number of findings by verdict."""
        return counted(self.assessed.findings)

    @property
    def blocking(self) -> int:
        """How many findings and faults stop a deployment."""
        faults = len(self.assessed.problems) + bool(self.assessed.refusal)
        return faults + sum(finding.blocks for finding in self.assessed.findings)

    @property
    def resources(self) -> int:
        """How many resources its layers manage; components are none."""
        plan = self.assessed.plan
        return sum(r.custom and not r.is_provider for r in plan.resources()) if plan else 0

    @property
    def summary(self) -> str:
        """Return in a few words what it comes to, such as `0 blocking, 2 waived`."""
        counts = self.counts
        parts = [f"{self.blocking} blocking", f"{counts['waived']} waived"]
        if counts["unresolved"]:
            parts.append(f"{counts['unresolved']} open")
        return ", ".join(parts)


def counted(findings: Iterable[Finding]) -> dict[Verdict, int]:
    """Return the number of findings by verdict."""
    counts = Counter(finding.verdict for finding in findings)
    return {verdict: counts[verdict] for verdict in VERDICTS}


def gathered(assessed: Assessment, options: Options, now: datetime) -> Environment:
    """Return what a report says of an environment that was assessed."""
    resolved = _resolved(assessed.environment, options)
    return Environment(
        assessed,
        resolved,
        release_state(assessed, resolved, options, now),
        ledger_state(assessed.environment, resolved, options.stacks),
    )


def _resolved(name: str, options: Options) -> Resolved | None:
    try:
        return resolve(name, options.stacks, blueprint_folder(options))
    except BedplateError:
        return None  # its assessment says what is wrong
