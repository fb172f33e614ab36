"""Finds the release that is to be deployed, and whether it may be. Imports Pulumi."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bedplate.governance.gate import Gate, gate_of, present_release, presented
from bedplate.governance.presenting import authority_of
from bedplate.governance.records import NoReleaseError, records_of
from bedplate.governance.releasing import recorded, summary_of
from bedplate.governance.simulation import resolved, simulated

if TYPE_CHECKING:
    from datetime import datetime

    from bedplate.engine.plan import Plan
    from bedplate.governance.assessment import Options
    from bedplate.governance.release import Release
    from bedplate.spec.resolve import Resolved


@dataclass(frozen=True, slots=True)
class Admitted:
    """A release at the gate."""

    environment: Resolved
    """The environment as its files say it now."""
    plan: Plan
    """What it would be, by the simulator."""
    gate: Gate
    """What stands in its way."""
    now: datetime
    """When it stood there."""
    required: int
    """Of how many approvers it asks."""
    missing: str = ""
    """Said first where there is no release at all."""

    @property
    def release(self) -> Release:
        """What is to be deployed."""
        return self.gate.release

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why it may not be, in sentences; nothing where it may."""
        found = self.gate.refusals
        return (self.missing, *found) if self.missing and found else found

    @property
    def allowed(self) -> frozenset[str]:
        """What its approvals let it replace or delete, by URN."""
        return self.gate.approvals.allowed(self.release, self.required, self.now)


def admitted(
    name: str,
    options: Options,
    deployer: str,
    now: datetime,
    release: Release | None = None,
    *,
    keep: bool = True,
) -> Admitted:
    """Return the release that a deployment would be of, with what stands in its way.

    That is the one given, else the one that the files make, else the newest. Where that is not what
    the files say, and no policy asks that somebody approved what they say, a release of it is made
    by the way: so development deploys without ceremony, and is recorded all the same. Unless
    `keep`, that release is not written.
    """
    environment = resolved(name, options)
    plan = simulated(environment, options)
    at_gate, missing = None, ""
    required = authority_of(environment, options).approvals.required
    try:
        at_gate = _at_gate(environment, plan, options, deployer, now, release)
    except NoReleaseError as error:
        missing = str(error)
    if at_gate and (release is not None or not at_gate.differences):
        return Admitted(environment, plan, at_gate, now, required)
    made = present_release(environment, plan, options, deployer, now)
    fresh = _at_gate(environment, plan, options, deployer, now, made)
    if fresh.refusals:
        return Admitted(environment, plan, at_gate or fresh, now, required, missing)
    whole = replace(made, summary=summary_of(fresh.assessment))
    if keep:
        recorded(whole, records_of(options.stacks, name))
    return Admitted(environment, plan, replace(fresh, release=whole), now, required)


def _at_gate(
    environment: Resolved,
    plan: Plan,
    options: Options,
    deployer: str,
    now: datetime,
    release: Release | None,
) -> Gate:
    found = presented(environment, plan, options, deployer, now, release=release)
    return gate_of(environment, plan, found, options)
