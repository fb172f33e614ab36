"""What the evaluator decides beside Rego: who is judged, what is open, what broke."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from support.plans import BUCKET, RULE, pack, plan, provider, reading, resource

from bedplate.engine.plan import LayerPlan, Plan
from bedplate.policy.evaluate import evaluate
from bedplate.policy.finding import Source
from bedplate.policy.regorus_engine import RegorusEngine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bedplate.policy.catalogue import Catalogue, Phase
    from bedplate.policy.finding import Finding

UNKNOWN = {"$unknown": True}
SECRET = {"$secret": True}
PART = "aws:s3/bucketPolicy:BucketPolicy"
STACK = "urn:pulumi:prod::bedplate-foundation::pulumi:pulumi:Stack::bedplate-foundation-prod"
STACK_NAME = "bedplate-foundation-prod"

WITH_READS = RULE.replace(
    "#   controls", "#   reads: [colour, tone.*.depth]\n#   controls"
).replace('object.get(input, "colour", "") != "blue"', 'object.get(input, "colour", "") == "red"')
STACK_RULE = """\
package acme

import rego.v1

# METADATA
# title: Things are blue
# description: Blue is calm.
# custom:
#   id: ACM-001
#   severity: high
#   scope: stack
#   resource_types: [aws:s3/bucket:Bucket]
#   reads: ["aws:s3/bucketPolicy:BucketPolicy#policy"]
#   controls: [gdpr:32]
#   avoid: Red.
#   remediation: Paint it.
stack_deny_acm_001 contains {"msg": "Red.", "urn": thing.__urn} if {
\tsome thing in input.resources
\tobject.get(thing, "colour", "") == "red"
}

stack_deny_acm_001 contains "All red." if {
\treds := [thing | some thing in input.resources; object.get(thing, "colour", "") == "red"]
\tcount(reds) > 1
}
"""


def _evaluated(
    catalogue: Catalogue,
    judged: Plan,
    facts: Mapping[str, Any] | None = None,
    phase: Phase = "design",
) -> tuple[Finding, ...]:
    with closing(RegorusEngine(task_seconds=1)) as engine:
        return evaluate(judged, catalogue, facts or {}, engine, {}, phase)


def _told(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(f.verdict, f.urn.rpartition("::")[2], f.message) for f in findings]


def test_each_resource_of_its_types_gets_a_verdict(tmp_path: Path) -> None:
    """A failure carries the policy's own words and the resource's line; a pass is told too."""
    catalogue = pack(tmp_path, rule=RULE)
    red, blue = resource(BUCKET, "red"), resource(BUCKET, "blue", {"colour": "blue"})
    findings = _evaluated(catalogue, plan(provider(), red, blue, resource("aws:ec2/vpc:Vpc")))

    assert _told(findings) == [("fail", "red", "Not blue; paint it."), ("pass", "blue", "")]
    assert findings[0].source == Source("main.py", 7, 1, "")
    assert (findings[0].controls, findings[0].remediation) == (("gdpr:32",), "Paint it.")


def test_a_policy_without_a_subject_is_not_applicable(tmp_path: Path) -> None:
    """The record shows that the policy was there and had nothing to judge."""
    findings = _evaluated(pack(tmp_path, rule=RULE), plan(provider()))

    assert _told(findings) == [
        ("not_applicable", "bedplate-foundation-prod", "No resource of its types.")
    ]


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({"regimes": ["gdpr", "iso27001"]}, "fail"),
        ({"regimes": ["iso27001"]}, "not_applicable"),
        ({}, "fail"),
    ],
)
def test_a_policy_applies_where_its_regimes_do(
    tmp_path: Path, facts: dict[str, Any], verdict: str
) -> None:
    """Where nobody says which regimes bind, the policy is asked all the same."""
    text = RULE.replace("#   controls", "#   applies: {regimes: [gdpr]}\n#   controls")
    findings = _evaluated(pack(tmp_path, rule=text), plan(resource(BUCKET)), facts)

    assert [finding.verdict for finding in findings] == [verdict]


@pytest.mark.parametrize(
    ("phases", "phase", "told"),
    [
        ("[deploy]", "deploy", ("fail", "x", "Not blue; paint it.")),
        ("[design]", "design", ("fail", "x", "Not blue; paint it.")),
        ("[deploy]", "design", ("not_applicable", STACK_NAME, "It is asked when deploying.")),
        (
            "[design]",
            "deploy",
            ("not_applicable", STACK_NAME, "It is asked of a proposal, before a deployment."),
        ),
        (
            "[admission]",
            "design",
            ("not_applicable", STACK_NAME, "It is asked when an object enters the cluster."),
        ),
    ],
)
def test_a_policy_is_asked_in_its_phases_only(
    tmp_path: Path, phases: str, phase: Phase, told: tuple[str, str, str]
) -> None:
    """An approval is asked for when deploying, and the record says so before."""
    text = RULE.replace("#   controls", f"#   phase: {phases}\n#   controls")
    findings = _evaluated(pack(tmp_path, rule=text), plan(resource(BUCKET, "x")), phase=phase)

    assert _told(findings) == [told]


def test_a_policy_outside_its_scope_says_why(tmp_path: Path) -> None:
    """The scope is named, so that a reader sees what would bring the policy in."""
    text = RULE.replace(
        "#   controls",
        "#   applies: {tiers: [production], classifications: [restricted]}\n#   controls",
    )
    facts = {"tier": "development", "data_classification": "restricted"}
    findings = _evaluated(pack(tmp_path, rule=text), plan(resource(BUCKET)), facts)

    message = (
        "The environment is outside the policy's scope "
        "(tiers: production; classifications: restricted)."
    )
    assert _told(findings) == [("not_applicable", "bedplate-foundation-prod", message)]


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"colour": "blue"}, ("pass", "x", "")),
        (
            {"colour": UNKNOWN},
            ("unresolved", "x", "Not judged: colour is known only after a deployment."),
        ),
        ({"colour": SECRET}, ("unresolved", "x", "Not judged: colour is secret.")),
        (
            {"colour": SECRET, "tone": [{"depth": 1}, {"depth": UNKNOWN}]},
            (
                "unresolved",
                "x",
                "Not judged: tone.*.depth is known only after a deployment; colour is secret.",
            ),
        ),
        ({"colour": "blue", "other": UNKNOWN}, ("pass", "x", "")),
        ({"colour": "red", "tone": UNKNOWN}, ("fail", "x", "Not blue; paint it.")),
    ],
)
def test_a_silent_rule_that_could_not_see_is_unresolved(
    tmp_path: Path, inputs: dict[str, Any], told: tuple[str, str, str]
) -> None:
    """Only what the policy reads counts, and a rule that fired did see enough."""
    findings = _evaluated(pack(tmp_path, rule=WITH_READS), plan(resource(BUCKET, "x", inputs)))

    assert _told(findings) == [told]


def test_a_stack_rule_points_at_resources_and_at_the_stack(tmp_path: Path) -> None:
    """A message with a URN sits on that resource; one without sits on the stack."""
    red, pink = (resource(BUCKET, name, {"colour": "red"}) for name in ("red", "pink"))
    findings = _evaluated(pack(tmp_path, rule=STACK_RULE), plan(red, pink, resource(BUCKET, "c")))

    assert _told(findings) == [
        ("fail", "red", "Red."),
        ("fail", "pink", "Red."),
        ("pass", "c", ""),
        ("fail", "bedplate-foundation-prod", "All red."),
    ]
    assert findings[-1].urn == STACK


def test_a_stack_rule_reads_what_is_tied_to_its_subject(tmp_path: Path) -> None:
    """An unknown value of a sibling opens the verdict on the resource that it belongs to only."""
    one, two = resource(BUCKET, "one"), resource(BUCKET, "two")
    part = reading(PART, "part", {"policy": UNKNOWN}, "bucket", two)
    findings = _evaluated(pack(tmp_path, rule=STACK_RULE), plan(one, two, part))

    assert _told(findings) == [
        ("pass", "one", ""),
        ("unresolved", "two", "Not judged: policy is known only after a deployment."),
    ]


def test_one_fault_of_the_environment_is_told_once(tmp_path: Path) -> None:
    """A rule on the stack as a whole says the same in every layer."""
    text = STACK_RULE.replace("[aws:s3/bucket:Bucket]", "[]").replace("count(reds) > 1", "true")
    layers = tuple(LayerPlan(name, f"acme-{name}", "prod", ()) for name in ("one", "two"))
    findings = _evaluated(pack(tmp_path, rule=text), Plan("prod", layers))

    assert _told(findings) == [("fail", "acme-one-prod", "All red.")]


def test_a_rule_that_breaks_is_an_error_at_its_own_line(tmp_path: Path) -> None:
    """An error blocks, names the rule's file, and says how much was left unjudged."""
    text = RULE.replace('object.get(input, "colour", "") != "blue"', "to_number(input.colour) == 1")
    resources = [resource(BUCKET, name, {"colour": "red"}) for name in ("a", "b", "c")]
    (finding,) = _evaluated(pack(tmp_path, rule=text), plan(*resources))

    assert (finding.verdict, finding.blocks) == ("error", True)
    assert finding.message == (
        "The rule deny_acm_001 broke: could not parse string as number. "
        "2 further inputs were not judged by it."
    )
    assert finding.source == Source(f"{tmp_path}/pack/things/rule.rego", 16, 1, "")


def test_a_rule_that_never_ends_is_an_error(tmp_path: Path) -> None:
    """A policy of a team's own can't hang a check."""
    endless = (
        "some a in numbers.range(1, 1000000)\n\tsome b in numbers.range(1, 1000000)\n\ta + b == 0"
    )
    text = RULE.replace('object.get(input, "colour", "") != "blue"', endless)
    (finding,) = _evaluated(pack(tmp_path, rule=text), plan(resource(BUCKET)))

    assert finding.message == "The rule deny_acm_001 broke: it did not end within 1 s."
    assert finding.verdict == "error"


def test_a_rule_gets_its_own_facts_only(tmp_path: Path) -> None:
    """A fact that a policy does not name is not there; one that is None is missing."""
    text = RULE.replace("#   controls", "#   parameters: [mine, none]\n#   controls").replace(
        '"Not blue; paint it."', "json.marshal(data.config)"
    )
    facts = {"mine": 1, "none": None, "other": 2}
    (finding,) = _evaluated(pack(tmp_path, rule=text), plan(resource(BUCKET)), facts)

    assert finding.message == '{"deny_acm_001":{"mine":1}}'


def test_a_message_is_made_safe(tmp_path: Path) -> None:
    """A rule that prints control characters can't reach the terminal."""
    text = RULE.replace('"Not blue; paint it."', '"Not\\u001b[31m\\nblue"')
    (finding,) = _evaluated(pack(tmp_path, rule=text), plan(resource(BUCKET)))

    assert finding.message == "Not [31m blue"
