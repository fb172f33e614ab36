"""Own rules at admission are asked about objects beside the shipped ones."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support.goldens import environment_of, golden_plan
from support.plans import POLICIES, ROOT, shipped

from bedplate.components.platform.admission_own import own_rules
from bedplate.errors import PolicyError
from bedplate.governance.admission_rules import own_constraints_of, parameters_of
from bedplate.governance.assessment import Options
from bedplate.governance.policy_set import admission_policies, admission_policies_of
from bedplate.governance.simulation import resolved, simulated
from bedplate.policy.admission import judge_plan
from bedplate.policy.admission_scope import planned_constraints
from bedplate.policy.own_admission import own_constraints
from bedplate.policy.own_rules import with_own
from bedplate.policy.regorus_engine import RegorusEngine

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.policy.catalogue import Catalogue

DEVELOPMENT = ROOT / "tests" / "golden" / "stacks" / "dev.plan.json"
ANOTHER = "an own rule adds and never replaces one. Fix: choose another; both rules are then asked."
UNASKED = "the rule is not asked at admission. Fix: add phase: [design, deploy, admission]."
EVERYWHERE = (
    "a cluster asks a rule at admission in every environment, whatever applies. "
    "Fix: leave applies out, and decide by one of the parameters."
)
UNLISTED = "there is no list pining for rules at admission. Fix: did you mean pinning."
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


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Options:
    """Return how to assess a platform repository with one own rule at admission."""
    folder = tmp_path_factory.mktemp("acme")
    _write(folder)
    (folder / "stacks").mkdir()
    for name in ("common.yaml", "dev.yaml"):
        shutil.copy(ROOT / "stacks" / name, folder / "stacks")
    return Options(folder / "stacks")


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
            "#   controls:",
            "#   applies: {tiers: [production]}\n#   controls:",
            f"20:1: deny_acm_101: {EVERYWHERE}",
        ),
        (
            "kubernetes:core/v1:ResourceQuota",
            '"kubernetes:core/*"',
            f"19:1: deny_acm_101: {NO_KIND}",
        ),
    ],
    ids=["id at admission", "id of a plan's rule", "phase", "applies", "kinds"],
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

    assert refused.value.message.endswith(f"team.rego:19:1: deny_acm_101: {UNLISTED}")


def test_an_own_rule_is_installed_with_the_platform(acme: Options) -> None:
    """Its constraint in the plan is the one that checks of plans and manifests go by."""
    environment = resolved("dev", acme)
    plan = simulated(environment, acme)
    own = own_constraints_of(admission_policies_of(acme.stacks), environment.spec)
    rules = own_rules([acme.stacks.parent / "policies" / "gate"])
    (made,) = (each for each in plan.resources() if each.inputs.get("kind") == "PlatformAcm101")

    assert planned_constraints(plan, rules) == own
    assert made.inputs["spec"]["enforcementAction"] == "deny"
    assert [rule.kind for rule in rules] == ["PlatformAcm101"]


@pytest.mark.parametrize(
    ("before", "after", "refusal"),
    [
        (
            "severity: critical",
            "severity: dire",
            'custom.severity: "dire" is not valid. Fix: use one of critical, high, low, medium.',
        ),
        (
            "[pinning]\n",
            "[pining]\n",
            f"deny_acm_101: {UNLISTED}",
        ),
    ],
    ids=["METADATA", "list"],
)
def test_a_platform_is_not_made_without_an_own_rule(
    acme: Options, before: str, after: str, refusal: str
) -> None:
    """What can't be installed is told with every fault, before anything is made."""
    file = acme.stacks.parent / "policies" / "gate" / "names" / "team.rego"
    file.write_text(RULE.replace(before, after))
    with pytest.raises(PolicyError) as refused:
        simulated(resolved("dev", acme), acme)
    file.write_text(RULE)

    assert refused.value.message.endswith(refusal)


def test_data_of_others_is_out_of_reach(tmp_path: Path) -> None:
    """In the cluster there is none, and Gatekeeper would refuse the rule."""
    with pytest.raises(PolicyError) as refused:
        _with_own(_write(tmp_path, f"{RULE}\nrooms := data.inventory.cluster\n"))

    assert refused.value.message.endswith(
        "team.rego:24:1: data.inventory.cluster is out of reach for a rule at admission. "
        "Fix: use `input.review`, `input.parameters` and what the pack's own files define."
    )


def test_an_own_rule_that_breaks_blocks(tmp_path: Path) -> None:
    """It is an error at the rule, and costs no shipped rule its verdict."""
    broken = RULE.replace("not input.review.object.metadata.labels.room", "to_number(input.review)")
    policies = _write(tmp_path, broken)
    catalogue = _with_own(policies)
    plan, environment = golden_plan(DEVELOPMENT), environment_of(DEVELOPMENT)
    own = own_constraints_of(catalogue, environment.spec)
    with closing(RegorusEngine()) as engine:
        found = judge_plan(plan, catalogue, engine, {}, own=own)
    (told,) = (finding for finding in found if finding.policy == "ACM-101")
    others = {finding.verdict for finding in found if finding.policy != "ACM-101"}

    assert (told.verdict, told.blocks, others) == ("error", True, {"pass", "not_applicable"})
    assert told.message.startswith("The rule deny_acm_101 broke: ")
    assert told.source is not None
    assert told.source.file == str(policies / "gate" / "names" / "team.rego")
