"""Who may use the Kubernetes API."""

from __future__ import annotations

from typing import Any

from support.clusters import ROLE, cluster_plan
from support.layers import of_type, spec

from bedplate.components.foundation.cluster_access import Access, accesses

_POLICY = "arn:aws:eks::aws:cluster-access-policy/"


def _granted(changes: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Return who has which policy where."""
    associations = of_type(
        cluster_plan(changes), "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
    )
    return {
        (
            each.inputs["principalArn"].removeprefix(ROLE),
            each.inputs["policyArn"].removeprefix(_POLICY),
            ",".join(each.inputs["accessScope"].get("namespaces", ["(cluster)"])),
        )
        for each in associations
    }


def test_nobody_gets_in_unless_the_environment_names_them() -> None:
    """Without admins, viewers, groups and deploy role there is no access entry."""
    assert of_type(cluster_plan(), "aws:eks/accessEntry:AccessEntry") == []


def test_each_gets_what_its_place_in_the_file_says() -> None:
    """Admins all, viewers a look, the deployer all; teams what the platform layer gives them."""
    granted = _granted(
        {
            "aws": {"deploy_role_arn": f"{ROLE}deployer"},
            "cluster": {"admins": [f"{ROLE}ops/admin"], "viewers": [f"{ROLE}auditor"]},
            "teams": {
                "fraud": {"namespaces": ["fraud", "fraud-dev"], "group_arn": f"{ROLE}fraud"},
                "claims": {"namespaces": ["claims"]},
            },
        }
    )

    assert granted == {
        ("deployer", "AmazonEKSClusterAdminPolicy", "(cluster)"),
        ("ops/admin", "AmazonEKSClusterAdminPolicy", "(cluster)"),
        ("auditor", "AmazonEKSAdminViewPolicy", "(cluster)"),
    }


def test_a_role_that_is_named_twice_has_one_entry() -> None:
    """EKS takes one entry per role; what it may do adds up."""
    environment = spec(
        {
            "aws": {"deploy_role_arn": f"{ROLE}ops"},
            "cluster": {"admins": [f"{ROLE}ops"], "viewers": [f"{ROLE}ops"]},
            "teams": {
                "fraud": {"namespaces": ["fraud"], "group_arn": f"{ROLE}people"},
                "claims": {"namespaces": ["claims"], "group_arn": f"{ROLE}people"},
            },
        }
    )

    assert accesses(environment) == (
        Access(f"{ROLE}ops", ("AmazonEKSClusterAdminPolicy", "AmazonEKSAdminViewPolicy")),
        Access(f"{ROLE}people", (), ("bedplate:team:claims", "bedplate:team:fraud")),
    )


def test_roles_of_two_accounts_do_not_share_a_name() -> None:
    """Account and path tell two roles of the same name apart."""
    first = Access(f"{ROLE}ops/admin", ())
    second = Access("arn:aws:iam::444455556666:role/admin", ())

    assert (first.label, second.label) == ("111122223333/ops/admin", "444455556666/admin")


def test_an_entry_exists_before_its_rights() -> None:
    """A policy can be associated only with a principal that has an entry."""
    plan = cluster_plan({"cluster": {"admins": [f"{ROLE}admin"]}})
    (entry,) = of_type(plan, "aws:eks/accessEntry:AccessEntry")
    (association,) = of_type(plan, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation")

    assert entry.urn in association.dependencies
    assert entry.inputs["type"] == "STANDARD"
