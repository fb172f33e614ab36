"""Names that nobody named are not resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.layers import named, of_type, only, simulated, spec

from bedplate.components.foundation.keys import Keys, KeysArgs
from bedplate.components.foundation.network import Network, NetworkArgs
from bedplate.components.foundation.network_dns_firewall import aws_domains, own_domains

if TYPE_CHECKING:
    from bedplate.components.scope import Scope
    from bedplate.engine.plan import LayerPlan

RULE = "aws:route53/resolverFirewallRule:ResolverFirewallRule"


def _plan(changes: dict[str, Any] | None = None) -> LayerPlan:
    def build(scope: Scope) -> None:
        Network("network", NetworkArgs(scope=scope, keys=Keys("keys", KeysArgs(scope=scope))))

    return simulated(build, changes)


def test_aws_and_own_names_are_allowed_before_the_rest_is_blocked() -> None:
    """Rules are tried by priority; the last one answers that any other name does not exist."""
    rules = sorted(of_type(_plan(), RULE), key=lambda rule: rule.inputs["priority"])

    assert [(r.name, r.inputs["action"], r.inputs.get("blockResponse")) for r in rules] == [
        ("network-dns-aws", "ALLOW", None),
        ("network-dns-own", "ALLOW", None),
        ("network-dns-rest", "BLOCK", "NXDOMAIN"),
    ]
    assert named(_plan(), "network-dns-rest-list").inputs["domains"] == ["*."]


def test_the_domains_of_aws_depend_on_the_partition() -> None:
    """Each with all names below it; China has one more."""
    assert aws_domains("aws") == (
        "amazonaws.com.", "*.amazonaws.com.",
        "api.aws.", "*.api.aws.",
        "compute.internal.", "*.compute.internal.",
        "ec2.internal.", "*.ec2.internal.",
        "in-addr.arpa.", "*.in-addr.arpa.",
    )  # fmt: skip
    assert set(aws_domains("aws-cn")) - set(aws_domains("aws")) == {
        "amazonaws.com.cn.",
        "*.amazonaws.com.cn.",
    }


def test_what_the_environment_names_is_resolved() -> None:
    """Allowed and serving domains with all below, and the hosts of systems beside the platform."""
    named_systems = spec(
        {
            "network": {"dns_firewall": {"allowed_domains": ["pypi.acme.example"]}},
            "teams": {"fraud": {"model_repositories": ["https://git.acme.example/fraud/scorer"]}},
            "gitops": {"repository": "https://git.acme.example/ml/releases"},
            "zero_trust": {"oidc": {"issuer_url": "https://login.acme.example", "client_id": "ml"}},
            "integrations": {
                "lineage": {"openlineage_url": "https://lineage.acme.example:8443/api"},
                "catalog": {"kind": "datahub", "url": "https://catalog.acme.example"},
                "feature_store": {"kind": "feast", "url": "https://features.acme.example"},
                "siem": {"url": "https://siem.acme.example/collector"},
            },
        }
    )

    assert own_domains(named_systems) == (
        "models.acme.example.",
        "*.models.acme.example.",
        "pypi.acme.example.",
        "*.pypi.acme.example.",
        "catalog.acme.example.",
        "features.acme.example.",
        "git.acme.example.",
        "lineage.acme.example.",
        "login.acme.example.",
        "siem.acme.example.",
    )


@pytest.mark.parametrize(("protect", "expected"), [(True, "ENABLED"), (False, "DISABLED")])
def test_the_firewall_holds_the_vpc_once_its_rules_exist(protect: bool, expected: str) -> None:  # noqa: FBT001
    """It is associated after its rules, fails closed, and is protected with the environment."""
    plan = _plan({"protect": protect})
    association = only(
        plan,
        "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
    )
    config = only(plan, "aws:route53/resolverFirewallConfig:ResolverFirewallConfig")

    assert association.inputs["mutationProtection"] == expected
    assert {rule.urn for rule in of_type(plan, RULE)} <= set(association.dependencies)
    assert config.inputs["firewallFailOpen"] == "DISABLED"


def test_queries_are_logged_to_an_encrypted_log_group() -> None:
    """Blocked names can be looked up."""
    plan = _plan()
    group = named(plan, "network-dns-queries-group")
    log = only(plan, "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig")

    assert log.inputs["destinationArn"] == group.outputs["arn"]
    assert group.inputs["kmsKeyId"] == named(plan, "keys-logs").outputs["arn"]


def test_without_the_firewall_nothing_of_it_exists() -> None:
    """Switched off, there are no lists, no rules and no query log."""
    plan = _plan({"network": {"dns_firewall": {"enabled": False}}})

    assert [r.type for r in plan.resources if r.type.startswith("aws:route53")] == []
