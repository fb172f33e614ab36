"""Own rules at admission are asked about objects beside the shipped ones."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support.goldens import environment_of, golden_plan
from support.plans import POLICIES, ROOT, shipped

from bedplate.errors import PolicyError
from bedplate.governance.admission_rules import own_constraints_of, parameters_of
from bedplate.governance.policy_set import admission_policies
from bedplate.policy.admission import judge_plan
from bedplate.policy.own_admission import own_constraints
from bedplate.policy.own_rules import with_own
from bedplate.policy.regorus_engine import RegorusEngine

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.policy.catalogue import Catalogue

DEVELOPMENT = ROOT / "tests" / "golden" / "stacks" / "dev.plan.json"
ANOTHER = "an own rule adds and never replaces one. Fix: choose another; both rules are then asked."
UNASKED = "the rule is not asked at admission. Fix: add phase: [design, deploy, admission]."
NO_KIND = (
    "kubernetes:core/* is no kind of object. Fix: name each, such as kubernetes:apps/v1:Deployment."
)
RULE = """\
package gate

import rego.v1

# METADATA
# title: Quotas say which room they are of
# description: A room pays.
# custom:
#   id: ACM-101
#   severity: critical
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types: [kubernetes:core/v1:ResourceQuota]
#   reads: [metadata.labels]
#   parameters: [pinning]
#   controls: [iso27001:A.5.9]
#   avoid: A quota without the label room.
#   remediation: Add the label.
deny_acm_101 contains message if {
\tnot input.review.object.metadata.labels.room
\tmessage := sprintf("%s has no room (%s).", [input.review.name, input.parameters.pinning[0]])
}
"""


def _write(folder: Path, text: str = RULE) -> Path:
    """Write a platform repository with one own rule at admission; return its policies."""
    place = folder / "policies" / "gate"
    (place / "names").mkdir(parents=True)
    (place / "PulumiPolicy.yaml").write_text("runtime: opa\ninputFormat: kubernetes-admission\n")
    (place / "names" / "team.rego").write_text(text)
    return folder / "policies"


def _with_own(policies: Path) -> Catalogue:
    controls, beside = POLICIES / "controls.yaml", shipped().policies
    return with_own(admission_policies(), policies, controls, beside, admission=True)


def test_an_own_rule_judges_a_plan_s_objects(tmp_path: Path) -> None:
    """In teams' namespaces, with the lists that shipped rules are given."""
    catalogue = _with_own(_write(tmp_path))
    plan, environment = golden_plan(DEVELOPMENT), environment_of(DEVELOPMENT)
    own = own_constraints_of(catalogue, environment.spec)
    with closing(RegorusEngine()) as engine:
        found = judge_plan(plan, catalogue, engine, {}, own=own)
    told = [finding for finding in found if finding.policy == "ACM-101"]

    assert {finding.policy for finding in found} == {p.id for p in catalogue.policies}
    assert {finding.verdict for finding in told} == {"fail"}
    assert all(finding.message.endswith(" has no room (tag).") for finding in told)
    assert {finding.type for finding in told} == {"kubernetes:core/v1:ResourceQuota"}


@pytest.mark.parametrize(
    ("before", "after", "refusal"),
    [
        (
            "ACM-101",
            "ZT-102",
            f"19:1: deny_zt_102: the id ZT-102 is Bedplate's; {ANOTHER}",
        ),
        (
            "ACM-101",
            "ENC-003",
            f"19:1: deny_enc_003: the id ENC-003 is Bedplate's; {ANOTHER}",
        ),
        (
            "#   phase: [design, deploy, admission]\n",
            "",
            f"18:1: deny_acm_101: {UNASKED}",
        ),
        (
            "kubernetes:core/v1:ResourceQuota",
            '"kubernetes:core/*"',
            f"19:1: deny_acm_101: {NO_KIND}",
        ),
    ],
    ids=["id at admission", "id of a plan's rule", "phase", "kinds"],
)
def test_an_own_rule_that_can_not_be_asked_is_refused(
    tmp_path: Path, before: str, after: str, refusal: str
) -> None:
    """A rule that nobody would ask passes for one that holds."""
    text = RULE.replace(before, after)
    if before == "ACM-101":
        text = text.replace("acm_101", after.lower().replace("-", "_"))
    policies = _write(tmp_path, text)
    with pytest.raises(PolicyError) as refused:
        _with_own(policies)

    lines = refused.value.message.replace(str(policies), "policies").splitlines()
    assert lines[0] == f"policies/gate/names/team.rego:{refusal}"


def test_a_list_that_nobody_has_is_refused(tmp_path: Path) -> None:
    """The lists are those of the shipped rules."""
    catalogue = _with_own(_write(tmp_path, RULE.replace("[pinning]", "[pining]")))
    own = [policy for policy in catalogue.policies if policy.id == "ACM-101"]
    with pytest.raises(PolicyError) as refused:
        own_constraints(own, parameters_of(environment_of(DEVELOPMENT).spec))

    assert refused.value.message.endswith(
        "team.rego:19:1: deny_acm_101: there is no list pining for rules at admission. "
        "Fix: did you mean pinning."
    )
