"""kube-system's policies come first, then what could not start without them."""

from __future__ import annotations

from support.layers import named, of_type
from support.platforms import objects, platform_plan

from bedplate.components.platform.network_policies import NetworkPolicies

ADDON = "aws:eks/addon:Addon"


def test_add_ons_wait_for_the_policies() -> None:
    """CoreDNS and the volume driver start once traffic of kube-system is let through (ADR 5)."""
    plan = platform_plan(lambda args: NetworkPolicies("network-policies", args))
    policies = {r.urn for r in plan.resources if r.inputs.get("kind") == "NetworkPolicy"}

    assert {a.inputs["addonName"] for a in of_type(plan, ADDON)} == {
        "coredns", "aws-ebs-csi-driver",
    }  # fmt: skip
    for addon in of_type(plan, ADDON):
        assert policies <= set(addon.dependencies)


def test_the_volume_driver_gets_its_role() -> None:
    """The role that the foundation made, for the account that it named."""
    plan = platform_plan(lambda args: NetworkPolicies("network-policies", args))

    assert named(plan, "aws-ebs-csi-driver").inputs["podIdentityAssociations"] == [
        {
            "serviceAccount": "ebs-csi-controller-sa",
            "roleArn": "arn:aws:iam::111122223333:role/acme-prod-ebs-csi",
        }
    ]
    assert named(plan, "coredns").inputs["podIdentityAssociations"] == []


def test_everybody_may_ask_for_names() -> None:
    """CoreDNS answers every namespace, and asks the VPC's resolver only."""
    plan = platform_plan(lambda args: NetworkPolicies("network-policies", args))
    spec = objects(plan, "NetworkPolicy")["kube-system/name-service"]["spec"]

    assert spec["ingress"][0]["from"] == [{"namespaceSelector": {}}]
    assert spec["egress"][0]["to"] == [{"ipBlock": {"cidr": "169.254.169.253/32"}}]


def test_without_default_deny_the_foundation_made_them() -> None:
    """There is nothing to do here."""
    plan = platform_plan(
        lambda args: NetworkPolicies("network-policies", args),
        {"zero_trust": {"default_deny": False}},
    )

    assert of_type(plan, ADDON) == []
