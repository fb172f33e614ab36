"""Rules of the pack become templates and constraints for teams' namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.platforms import objects, platform_plan, values

from bedplate.components.platform.admission import Admission, AdmissionArgs
from bedplate.components.platform.admission_templates import rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.components.platform.admission_templates import AdmissionRule
    from bedplate.components.platform.component import PlatformArgs


def _plan(own: Sequence[AdmissionRule] = (), **admission: Any) -> Any:
    def build(args: PlatformArgs) -> None:
        Admission("admission", AdmissionArgs(scope=args.scope, own=own))

    return platform_plan(build, {"admission": admission})


def test_every_rule_has_a_template_and_a_constraint() -> None:
    """One each; a template waits until Gatekeeper has made the constraint's definition."""
    plan = _plan()
    templates = objects(plan, "ConstraintTemplate")

    assert len(templates) == len(rules()) >= 11
    for rule in rules():
        (name,) = objects(plan, rule.kind)
        made = templates[rule.kind.lower()]
        assert name == rule.id.lower()
        assert made["metadata"]["annotations"]["pulumi.com/waitFor"] == (
            "jsonpath={.status.created}=true"
        )


def test_constraints_hold_for_teams_only() -> None:
    """The platform's own namespaces have no team."""
    constraint = objects(_plan(), "BedplateServices")["zt-102"]["spec"]

    assert constraint["match"]["namespaceSelector"] == {
        "matchExpressions": [{"key": "bedplate/team", "operator": "Exists"}]
    }
    assert constraint["enforcementAction"] == "deny"


def test_images_come_from_the_environments_own_registry() -> None:
    """And from those that the environment names besides."""
    constraint = objects(_plan(registries=["registry.acme.example/"]), "BedplateImageRegistries")

    assert constraint["sup-101"]["spec"]["parameters"]["registries"] == [
        "111122223333.dkr.ecr.me-central-1.amazonaws.com/",
        "registry.acme.example/",
    ]


def test_a_webhook_that_does_not_answer_refuses() -> None:
    """But for the namespaces that the cluster lives by."""
    chart = values(_plan(), "gatekeeper")

    assert chart["validatingWebhookFailurePolicy"] == "Fail"
    assert "kube-system" in chart["controllerManager"]["exemptNamespaces"]
    assert "fraud" not in chart["controllerManager"]["exemptNamespaces"]


def test_enforcement_is_the_environments() -> None:
    """A new platform may begin by telling."""
    made = objects(_plan(enforcement="warn"), "BedplateServices")["zt-102"]

    assert made["spec"]["enforcementAction"] == "warn"
