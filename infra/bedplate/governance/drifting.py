"""Finds what somebody changed outside Pulumi, and what policies say of it. Imports Pulumi."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bedplate.engine import deployment
from bedplate.engine.cli_session import session_of
from bedplate.engine.plan import LayerPlan, Plan
from bedplate.governance.deploying import request_of
from bedplate.governance.judgement import assessed
from bedplate.governance.releasing import deployed_digests
from bedplate.governance.simulation import resolved
from bedplate.policy.waiver_file import load_waivers

if TYPE_CHECKING:
    from collections.abc import Callable

    from bedplate.engine.deployment import Step
    from bedplate.governance.deploying import Job
    from bedplate.policy.finding import Finding
    from bedplate.spec.resolve import Resolved


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs between the state and the world."""

    layers: tuple[tuple[str, tuple[Step, ...]], ...]
    """For each layer the resources that were changed or deleted."""
    findings: tuple[Finding, ...]
    """Failures of policies on what was changed, as it is now."""

    @property
    def is_there(self) -> bool:
        """Tell whether anything differs."""
        return any(steps for _, steps in self.layers)


def drift(job: Job, tell: Callable[[str], None]) -> Drift:
    """Ask the providers what is really there, and judge what differs; nothing is changed.

    Raises EngineError where Pulumi or a provider fails: then nobody knows, which is no "no drift".
    """
    environment = resolved(job.environment, job.options)
    layers: list[tuple[str, tuple[Step, ...]]] = []
    plans: list[LayerPlan] = []
    for layer in job.layers:
        wanted = request_of(job, environment, layer)
        with session_of(wanted, in_sandbox=job.in_sandbox, progress=tell) as session:
            found = deployment.refreshed(session)
        layers.append((layer, found.changes))
        plans.append(found.plan)
    steps = [step for _, changes in layers for step in changes]
    findings = _findings(job, environment, plans, steps) if steps else ()
    result = Drift(tuple(layers), findings)
    live = deployed_digests(job.book)
    facts = {
        "resources": {layer: len(changes) for layer, changes in layers},
        "findings": sorted({each.policy for each in findings}),
    }
    digest = live[-1] if live else ""
    job.record(digest, "drift", facts)
    return result


def _findings(
    job: Job, environment: Resolved, plans: list[LayerPlan], steps: list[Step]
) -> tuple[Finding, ...]:
    """Return what fails of the resources that differ, with the values that they have now."""
    changed = {step.urn for step in steps}
    judged = assessed(environment, Plan(job.environment, tuple(plans)), job.options)
    waivers = load_waivers(job.options.stacks.resolve().parent)
    decided = judged.decided(waivers, datetime.now(UTC).date())
    return tuple(
        each
        for each in decided.findings
        if each.urn in changed and each.verdict in ("fail", "error")
    )
