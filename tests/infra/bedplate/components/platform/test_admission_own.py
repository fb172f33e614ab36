"""A platform's own rules at admission are installed as the shipped ones are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.own_admission import ADVICE, HELPERS, MIXED, ROOM, write_pack
from support.platforms import objects, platform_plan

from bedplate.components.platform.admission import Admission, AdmissionArgs
from bedplate.components.platform.admission_own import own_rules
from bedplate.errors import PolicyError

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.components.platform.component import PlatformArgs
    from bedplate.engine.plan import LayerPlan

REGO = """\
package platformacm101

seen := input.review.object

name := seen.metadata.name

lacks(label) if not object.get(seen, ["metadata", "labels", label], false)

deny_acm_101 contains message if {
\tlacks("room")
\tmessage := sprintf("#%s has no room (%s).", [name, input.parameters.pinning[0]])
}

violation contains {"msg": message} if {
\tsome message in deny_acm_101
}
"""
REACH = (
    "is out of reach for a rule at admission. "
    "Fix: use `input.review`, `input.parameters` and what the pack's own files define."
)
UNREAD = (
    "its METADATA can't be read, so it can't be installed. "
    "Fix: run `bedplate policy test`, which says what is wrong."
)


def _plan(folder: Path, **spec: Any) -> LayerPlan:
    own = own_rules([write_pack(folder)])

    def build(args: PlatformArgs) -> None:
        Admission("admission", AdmissionArgs(scope=args.scope, own=own))

    return platform_plan(build, spec)


def test_a_template_holds_what_the_rule_needs(tmp_path: Path) -> None:
    """Its own file and the helpers that it names, without comments; signs in texts stay."""
    rule = own_rules([write_pack(tmp_path)])[0]
    lines = [line.rstrip() for line in rule.rego.splitlines()]

    assert "\n".join(lines) + "\n" == REGO
    assert (rule.kind, rule.severity, rule.advisory) == ("PlatformAcm101", "critical", False)


def _actions(plan: LayerPlan) -> dict[str, str]:
    return {
        name: manifest["spec"]["enforcementAction"]
        for number in ("101", "102Advice", "103")
        for name, manifest in objects(plan, f"PlatformAcm{number}").items()
    }


def test_the_ladder_decides_what_is_refused(tmp_path: Path) -> None:
    """By severity, as among the shipped ones; a rule that warns never refuses."""
    tightened = {"governance": {"enforcement": {"blocks_from": "low"}}}

    assert _actions(_plan(tmp_path)) == {"acm-101": "deny", "acm-102": "warn", "acm-103": "warn"}
    assert _actions(_plan(tmp_path, **tightened)) == {
        "acm-101": "deny", "acm-102": "warn", "acm-103": "deny",
    }  # fmt: skip
    assert set(_actions(_plan(tmp_path, admission={"enforcement": "dryrun"})).values()) == {
        "dryrun"
    }


def test_a_constraint_waits_for_its_template_and_is_given_its_lists(tmp_path: Path) -> None:
    """The lists are those of the shipped rules."""
    plan = _plan(tmp_path)
    made = objects(plan, "PlatformAcm101")["acm-101"]
    (resource,) = (each for each in plan.resources if each.inputs.get("kind") == "PlatformAcm101")

    assert made["spec"]["parameters"] == {"pinning": ["digest"]}
    assert any("::platformacm101" in urn for urn in resource.dependencies)
    assert "platformacm101" in objects(plan, "ConstraintTemplate")


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        (
            {"seen": HELPERS.replace("seen :=", "import data.other.x\n\nseen :=")},
            f"lib/seen.rego:6:1: import data.other.x {REACH}",
        ),
        (
            {"seen": HELPERS + "\nother if data.inventory.x # here\n"},
            f"lib/seen.rego:12:1: data.inventory.x {REACH}",
        ),
        (
            {"room": ROOM.replace("severity: critical", "severity: dire")},
            f"rooms/room.rego:19:1: deny_acm_101: {UNREAD}",
        ),
        (
            {"room": ROOM.replace("core/v1:ConfigMap", "core/*")},
            f"rooms/room.rego:19:1: deny_acm_101: {UNREAD}",
        ),
        (
            {"mixed": MIXED.replace("# METADATA", "# Metadata")},
            f"rooms/mixed.rego:18:1: deny_acm_103: {UNREAD}",
        ),
        (
            {"advice": ADVICE.replace("warn_acm", "stack_warn_acm")},
            f"rooms/advice.rego:18:1: stack_warn_acm_102: {UNREAD}",
        ),
    ],
    ids=["import", "data", "severity", "kinds", "no METADATA", "a whole stack"],
)
def test_what_can_not_be_installed_is_refused(
    tmp_path: Path, changed: dict[str, str], refusal: str
) -> None:
    """A rule that is not in force would pass for one that is."""
    pack = write_pack(tmp_path, **changed)
    with pytest.raises(PolicyError) as refused:
        own_rules([pack])

    assert refused.value.message == f"{pack}/{refusal}"
