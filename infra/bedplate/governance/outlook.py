"""What stands in a release's way, worked out from an assessment that was made already.

The gate asks all policies anew before a deployment. To show where a release stands it is enough to
ask those that are asked only when deploying: what the others say is in the assessment.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedplate.governance.policy_set import policies_of
from bedplate.governance.presenting import Gate, presented
from bedplate.governance.rego import rego_engine
from bedplate.governance.release import changed
from bedplate.policy.decision import decide, standing_of
from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.waiver_file import load_waivers

if TYPE_CHECKING:
    from datetime import datetime

    from bedplate.engine.plan import Plan
    from bedplate.governance.assessment import Assessment, Options
    from bedplate.operate.cost import Cost
    from bedplate.policy.finding import Finding
    from bedplate.policy.release_fact import Release
    from bedplate.spec.resolve import Resolved


def outlook(
    judged: Assessment, environment: Resolved, options: Options, deployer: str, now: datetime
) -> Gate:
    """Return what stands between an environment's newest release and its deployment.

    `judged` is an assessment in the design phase, with a plan. Raises BedplateError where there is
    no release, or where records can't be read.
    """
    if judged.plan is None:
        raise ValueError("An outlook needs the plan of the assessment.")
    found = presented(environment, judged.plan, options, deployer, now)
    asked = _asked(judged.plan, judged.cost, environment, options, found.fact)
    waivers = load_waivers(options.stacks.resolve().parent)
    decision = decide(asked, waivers, standing_of(environment.spec), now.date(), whole=False)
    whole = replace(judged, findings=(*judged.findings, *decision.findings))
    differences = changed(found.release, found.present)
    return Gate(found.release, differences, found.approvals, found.changes, whole)


def _asked(
    plan: Plan, cost: Cost | None, environment: Resolved, options: Options, release: Release
) -> tuple[Finding, ...]:
    """Return what the policies say that are asked only when deploying."""
    catalogue = policies_of(options.stacks)
    only = tuple(p for p in catalogue.policies if "deploy" in p.phase and "design" not in p.phase)
    hourly, unpriced = (cost.hourly_usd, list(cost.unpriced)) if cost else (None, None)
    known = facts(environment.spec, release.now.date(), hourly, unpriced, release)
    rules = replace(catalogue, policies=only)
    engine = rego_engine(options)
    try:
        return evaluate(plan, rules, known, engine, environment.origins, "deploy")
    finally:
        engine.close()
