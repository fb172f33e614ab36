"""Whether the policies say again what a bundle says that they said. Imports Pulumi.

The rules lie in the bundle, and their digest in the release. Where they are those of this version,
its evaluator judges the bundle's plan by them once more: then nobody has to believe the findings.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from bedplate.governance.assessment import Options
from bedplate.governance.bundling import PIPELINE
from bedplate.governance.changes import FileTickets, change_of
from bedplate.governance.judgement import ask
from bedplate.governance.policy_set import admission_policies, shipped_policies
from bedplate.governance.presenting import rule_texts
from bedplate.operate.cost import estimate
from bedplate.operate.prices import load_prices
from bedplate.policy import release_fact
from bedplate.policy.facts import facts
from bedplate.policy.finding import Finding
from bedplate.policy.formats.report import name_of
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bedplate.governance.evidence_release import Case


def hindrance(case: Case) -> str:
    """Return why the rules can't be asked again; "" where they can."""
    made_by = str(case.manifest["bedplate"])
    if made_by != BEDPLATE:
        return f"it was made by Bedplate {made_by}, and this is {BEDPLATE}"
    texts = case.documents["policies.json"]
    ours = rule_texts(shipped_policies(), admission_policies())
    if any(texts.get(name) != text.decode() for name, text in ours.items()):
        return "its rules are not those of this version"
    return ""


def faults(case: Case) -> Iterator[str]:
    """Yield where the rules say otherwise than the findings, as sentences.

    Own rules of the platform are left out: their verdicts rest on the findings alone.
    """
    stated = _verdicts(
        [Finding.from_json(each) for each in case.documents["findings.json"]["environments"][0][
            "findings"]]
    )  # fmt: skip
    due = _verdicts(_judged(case))
    for policy, urn, verdict in sorted((due - stated).keys()):
        yield f"The rule {policy} calls {name_of(urn)} {verdict}, and findings.json does not."
    for policy, urn, verdict in sorted((stated - due).keys()):
        yield f"findings.json calls {policy} on {name_of(urn)} {verdict}, and the rule does not."


def _verdicts(found: Sequence[Finding]) -> Counter[tuple[str, str, str]]:
    """Count what shipped policies say, before any waiver."""
    ours = {one.id for one in (*shipped_policies().policies, *admission_policies().policies)}
    return Counter(
        (one.policy, one.urn, str(one.excuse.verdict if one.excuse else one.verdict))
        for one in found
        if one.policy in ours
    )


def _judged(case: Case) -> tuple[Finding, ...]:
    cost = estimate(case.plan, case.spec, load_prices())
    known = facts(case.spec, case.judged_day, cost.hourly_usd, list(cost.unpriced), _release(case))
    options = Options(case.root / "stacks", phase="deploy")
    return ask(case.plan, (shipped_policies(), admission_policies()), known, options, {}, {})


def _release(case: Case) -> release_fact.Release:
    """Return what the policies were told of the deployment."""
    now = datetime.fromisoformat(case.judged_at)
    records = FileTickets(case.root / "changes").records(case.release.environment)
    return release_fact.Release(
        digest=case.release.digest,
        author=case.release.author,
        deployer=case.deployer or PIPELINE,
        now=now,
        approvals=case.decisions.approvals,
        change=change_of(records, case.release.digest, now),
    )
