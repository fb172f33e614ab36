"""Route 53 Resolver DNS Firewall: names that are not on a list are not resolved.

DNS is a way out of a network that has no other: data can be spelt in the names that are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pulumi_aws as aws

from bedplate.components.component import Component
from bedplate.components.foundation.log_group import log_group

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.foundation.keys import Keys
    from bedplate.components.scope import Scope
    from bedplate.spec.platform import PlatformSpec

_AWS = ("amazonaws.com", "api.aws")
"""Domains below which AWS services have their names; in China, amazonaws.com.cn besides."""

_INSIDE = ("compute.internal", "ec2.internal", "in-addr.arpa")
"""Names of a VPC's instances (the second in us-east-1), and names by address."""

_EVERYTHING = ("*.",)
_ASSOCIATION_PRIORITY = 101
"""First priority that a VPC's own rule groups may have; lower ones belong to Firewall Manager."""


@dataclass(frozen=True, kw_only=True)
class DnsFirewallArgs:
    """What the firewall is made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """Keys, of which `logs` encrypts the query log."""
    vpc_id: pulumi.Output[str]
    """VPC whose queries are filtered."""


class DnsFirewall(Component):
    """Allow AWS and what the environment names; answer that all else does not exist."""

    rule_group_id: pulumi.Output[str]
    """The rule group."""

    def __init__(
        self, name: str, args: DnsFirewallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create lists, rules, their association with the VPC, and the log of queries."""
        super().__init__("bedplate:foundation:DnsFirewall", name, "network.dns_firewall", opts)
        self._name, self._args, self._scope = name, args, args.scope
        self.rule_group_id = self._rule_group()
        rules = self._rules()
        self._associate(rules)
        self._query_log()
        self.register_outputs({"rule_group_id": self.rule_group_id})

    def _physical(self, part: str) -> str:
        return self._scope.names.resource(f"dns-{part}")

    def _rule_group(self) -> pulumi.Output[str]:
        name = self._scope.names.resource("dns")
        group = aws.route53.ResolverFirewallRuleGroup(
            f"{self._name}-rules", name=name, tags=self._scope.tags(name), opts=self.child
        )
        return group.id

    def _rules(self) -> list[pulumi.Resource]:
        spec = self._scope.spec
        rules = [self._allow("aws", 100, aws_domains(spec.aws.partition))]
        if own := own_domains(spec):
            rules.append(self._allow("own", 200, own))
        return [*rules, self._block(900)]

    def _list(self, part: str, domains: tuple[str, ...]) -> pulumi.Output[str]:
        name = self._physical(part)
        domain_list = aws.route53.ResolverFirewallDomainList(
            f"{self._name}-{part}-list",
            name=name,
            domains=list(domains),
            tags=self._scope.tags(name),
            opts=self.child,
        )
        return domain_list.id

    def _allow(self, part: str, priority: int, domains: tuple[str, ...]) -> pulumi.Resource:
        return aws.route53.ResolverFirewallRule(
            f"{self._name}-{part}",
            name=self._physical(part),
            action="ALLOW",
            priority=priority,
            firewall_domain_list_id=self._list(part, domains),
            firewall_rule_group_id=self.rule_group_id,
            # Who owns an allowed name decides which name it is an alias of.
            firewall_domain_redirection_action="TRUST_REDIRECTION_DOMAIN",
            opts=self.child,
        )

    def _block(self, priority: int) -> pulumi.Resource:
        return aws.route53.ResolverFirewallRule(
            f"{self._name}-rest",
            name=self._physical("rest"),
            action="BLOCK",
            block_response="NXDOMAIN",
            priority=priority,
            firewall_domain_list_id=self._list("rest", _EVERYTHING),
            firewall_rule_group_id=self.rule_group_id,
            opts=self.child,
        )

    def _associate(self, rules: list[pulumi.Resource]) -> None:
        name = self._scope.names.resource("dns")
        aws.route53.ResolverFirewallConfig(
            f"{self._name}-config",
            resource_id=self._args.vpc_id,
            firewall_fail_open="DISABLED",
            opts=self.child,
        )
        aws.route53.ResolverFirewallRuleGroupAssociation(
            f"{self._name}-association",
            name=name,
            firewall_rule_group_id=self.rule_group_id,
            vpc_id=self._args.vpc_id,
            priority=_ASSOCIATION_PRIORITY,
            mutation_protection="ENABLED" if self._scope.spec.protect else "DISABLED",
            tags=self._scope.tags(name),
            opts=self.after(*rules),
        )

    def _query_log(self) -> None:
        name = self._physical("queries")
        group = log_group(
            f"{self._name}-queries-group",
            f"/aws/route53resolver/{self._scope.names.prefix}",
            self._scope,
            self._args.keys,
            self.stateful(protect=self._scope.spec.protect),
        )
        config = aws.route53.ResolverQueryLogConfig(
            f"{self._name}-queries",
            name=name,
            destination_arn=group.arn,
            tags=self._scope.tags(name),
            opts=self.child,
        )
        aws.route53.ResolverQueryLogConfigAssociation(
            f"{self._name}-queries-vpc",
            resolver_query_log_config_id=config.id,
            resource_id=self._args.vpc_id,
            opts=self.child,
        )


def aws_domains(partition: str) -> tuple[str, ...]:
    """Return the domain list of AWS and of the VPC itself."""
    china = ["amazonaws.com.cn"] if partition == "aws-cn" else []
    return _below([*_AWS, *china, *_INSIDE])


def own_domains(spec: PlatformSpec) -> tuple[str, ...]:
    """Return the domain list of what the environment names: domains with all below, and hosts."""
    hosts = {urlsplit(url).hostname for url in _urls(spec)}
    domains = _below(
        sorted({*spec.network.dns_firewall.allowed_domains, spec.serving.kserve.domain})
    )
    return (*domains, *(f"{host}." for host in sorted(filter(None, hosts))))


def _urls(spec: PlatformSpec) -> list[str]:
    systems = spec.integrations
    found = [repository for team in spec.teams.values() for repository in team.model_repositories]
    if spec.gitops is not None:
        found.append(spec.gitops.repository)
    if spec.zero_trust.oidc is not None:
        found.append(spec.zero_trust.oidc.issuer_url)
    if systems.lineage is not None:
        found.append(systems.lineage.openlineage_url)
    stores = (systems.catalog, systems.feature_store, systems.siem)
    return found + [store.url for store in stores if store is not None and store.url is not None]


def _below(domains: list[str]) -> tuple[str, ...]:
    # Route 53 gives names back with a final dot; without one, every preview shows a change.
    return tuple(f"{prefix}{domain}." for domain in domains for prefix in ("", "*."))
