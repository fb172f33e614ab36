"""The gate before a deployment: what would be deployed is what enough people approved.

Whether approvals, change record and findings let the release through is for the policies, asked in
their deploy phase. Imports Pulumi.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedplate.governance.judgement import assessed
from bedplate.governance.presenting import (
    Gate,
    Presented,
    policy_texts,
    present_release,
    presented,
)
from bedplate.governance.release import changed
from bedplate.governance.simulation import resolved, simulated
from bedplate.policy.waiver_file import load_waivers
from bedplate.spec.stacks import environments

if TYPE_CHECKING:
    from datetime import datetime

    from bedplate.engine.plan import Plan
    from bedplate.governance.assessment import Options
    from bedplate.governance.changes import Tickets
    from bedplate.spec.resolve import Resolved

__all__ = [
    "Gate",
    "Presented",
    "gate",
    "gate_of",
    "policy_texts",
    "present_release",
    "presented",
]


def gate(
    name: str, options: Options, deployer: str, now: datetime, tickets: Tickets | None = None
) -> Gate:
    """Return what stands between an environment's newest release and its deployment.

    Raises BedplateError where there is no release, or where records can't be read: then nothing may
    be deployed either.
    """
    environment = resolved(name, options)
    plan = simulated(environment, options)
    found = presented(environment, plan, options, deployer, now, tickets)
    return gate_of(environment, plan, found, options)


def gate_of(environment: Resolved, plan: Plan, found: Presented, options: Options) -> Gate:
    """Return the gate of a plan: what the policies say of it when it is to be deployed."""
    today = found.fact.now.date()
    judged = assessed(environment, plan, replace(options, phase="deploy", today=today), found.fact)
    waivers = load_waivers(options.stacks.resolve().parent, environments(options.stacks))
    differences = changed(found.release, found.present)
    decided = judged.decided(waivers, today)
    return Gate(found.release, differences, found.approvals, found.changes, decided)
