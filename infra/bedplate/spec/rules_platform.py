"""Rules about account, governance, cluster, network and teams."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from bedplate.spec.namespaces import KUBERNETES_NAMESPACES, PLATFORM_NAMESPACES
from bedplate.spec.regions import REGIONS, countries, regions_within
from bedplate.spec.rules import Conflict, rule
from bedplate.spec.subnets import private_addresses
from bedplate.versions import unlisted_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedplate.spec.aws import AwsSpec
    from bedplate.spec.cluster import ClusterSpec
    from bedplate.spec.governance import GovernanceSpec
    from bedplate.spec.gpu_pools import GpuPoolSpec
    from bedplate.spec.keys import KeysSpec
    from bedplate.spec.network import NetworkSpec
    from bedplate.spec.registry import RegistrySpec
    from bedplate.spec.stores import StoresSpec
    from bedplate.spec.teams import TeamSpec

PERSONAL_DATA_REGIMES = frozenset({"uae-pdpl", "uae-health", "difc", "adgm", "gdpr"})
"""Regimes that ask for a record of processing."""

ADDONS = ("aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni")
"""EKS add-ons that the cluster gets."""

RESERVED_NAMESPACES = KUBERNETES_NAMESPACES | set(PLATFORM_NAMESPACES)
"""Namespaces of Kubernetes and of the platform's controllers, whose pods get roles of their own."""

RESERVED_TEAMS = frozenset({"mlflow", "pipelines"})
"""Names that the platform uses itself below the stores' prefixes."""


def _allowed_regions(governance: GovernanceSpec) -> str:
    allowed = regions_within(governance.jurisdictions)
    return ", ".join(allowed) if allowed else "none that is known"


@rule("aws", "governance")
def region_within_jurisdictions(aws: AwsSpec, governance: GovernanceSpec) -> Iterator[Conflict]:
    """The region lies in an allowed country."""
    if aws.facts.country not in countries(governance.jurisdictions):
        named = ", ".join(governance.jurisdictions)
        yield Conflict(
            "aws.region",
            f"`{aws.region}` lies in {aws.facts.country}, outside governance.jurisdictions "
            f"({named})",
            f"choose a region within them ({_allowed_regions(governance)})",
            judged=True,
        )


@rule("aws", "governance")
def recovery_region(aws: AwsSpec, governance: GovernanceSpec) -> Iterator[Conflict]:
    """The second region is another one, known, and lawful."""
    plan = governance.disaster_recovery
    path = "governance.disaster_recovery.region"
    if plan.strategy == "in-country":
        if plan.region is not None:
            fix = "remove it, or choose the strategy `second-region`"
            yield Conflict(path, "a region is named but the strategy is `in-country`", fix)
        return
    if plan.region is None or plan.region not in REGIONS or plan.region == aws.region:
        fix = f"name another region ({_allowed_regions(governance)})"
        yield Conflict(path, "`second-region` needs a second, known region", fix)
        return
    country = REGIONS[plan.region].country
    lawful = countries(governance.jurisdictions) | {t.country for t in governance.transfers}
    if country not in lawful:
        fix = f"record a basis under governance.transfers, or use {_allowed_regions(governance)}"
        yield Conflict(path, f"`{plan.region}` lies in {country}, outside the jurisdictions", fix)


@rule("governance")
def classification_needs_regime(governance: GovernanceSpec) -> Iterator[Conflict]:
    """Sensitive data is bound by some regime, and personal data is recorded."""
    level = governance.data_classification
    if level in {"confidential", "restricted"} and not governance.regimes:
        yield Conflict(
            "governance.regimes",
            f"data classified `{level}` needs at least one regime",
            "name the regimes that bind it, such as `iso27001`",
        )
    personal = sorted(PERSONAL_DATA_REGIMES & set(governance.regimes))
    if personal and governance.personal_data is None:
        yield Conflict(
            "governance.personal_data",
            f"{', '.join(personal)} asks for a record of processing",
            "state purpose, controller, dpo_contact and retention_days",
        )


@rule("governance", "tier")
def approvals_can_be_met(governance: GovernanceSpec, tier: str) -> Iterator[Conflict]:
    """There are enough approvers, and one for each role."""
    approvals = governance.approvals
    if not approvals.approvers and tier != "production":
        return
    names = {approver.name for approver in approvals.approvers}
    if len(names) < approvals.required:
        yield Conflict(
            "governance.approvals.approvers",
            f"{approvals.required} approvals are required of {len(names)} approvers",
            "name more approvers, or require fewer approvals",
        )
    for role in approvals.roles:
        if role not in {approver.role for approver in approvals.approvers}:
            fix = "name an approver with that role, or drop the role"
            yield Conflict("governance.approvals.roles", f"no approver has the role `{role}`", fix)


@rule("tier", "protect")
def production_is_protected(tier: str, protect: bool) -> Iterator[Conflict]:  # noqa: FBT001
    """Production data can't be deleted by a mistake."""
    if tier == "production" and not protect:
        yield Conflict("protect", "production must be protected", "set it to true")


@rule("cluster")
def kubernetes_version(cluster: ClusterSpec) -> Iterator[Conflict]:
    """Every pinned component is known to work with the Kubernetes version, and with the others."""
    lacking: dict[tuple[str, frozenset[str]], list[str]] = {}
    for component, other, listed in unlisted_pairs(cluster.version):
        lacking.setdefault((other, listed), []).append(component)
    for (other, listed), components in lacking.items():
        yield Conflict(
            "cluster.version",
            f"{other} is not listed for {', '.join(components)}",
            f"use one of {', '.join(sorted(listed))}",
        )


@rule("cluster")
def endpoint_access(cluster: ClusterSpec) -> Iterator[Conflict]:
    """CIDRs are stated exactly where they have a meaning."""
    blocks, access = cluster.public_access_cidrs, cluster.endpoint_access
    path = "cluster.public_access_cidrs"
    if access == "restricted" and not blocks:
        yield Conflict(path, "`restricted` needs the blocks that may connect", "list them")
    if access == "private" and blocks:
        fix = "remove them, or set endpoint_access to `restricted`"
        yield Conflict(path, "blocks are listed but the endpoint is private", fix)
    for block in blocks:
        if IPv4Network(block).prefixlen == 0:
            fix = "list your own networks"
            yield Conflict(path, f"`{block}` is the whole internet", fix)


@rule("cluster", "aws")
def principals_of_the_partition(cluster: ClusterSpec, aws: AwsSpec) -> Iterator[Conflict]:
    """Administrators live in the partition of the region."""
    for field in ("admins", "viewers"):
        for index, arn in enumerate(getattr(cluster, field)):
            if not arn.startswith(f"arn:{aws.partition}:"):
                fix = f"use a role of the partition {aws.partition}"
                yield Conflict(f"cluster.{field}[{index}]", f"`{arn}` is of another partition", fix)


@rule("cluster", "aws")
def somebody_administers_the_cluster(cluster: ClusterSpec, aws: AwsSpec) -> Iterator[Conflict]:
    """Whoever creates the cluster gets no access by that alone, so somebody must be named."""
    if not cluster.admins and aws.deploy_role_arn is None:
        fix = "name a role, or set aws.deploy_role_arn"
        yield Conflict("cluster.admins", "nobody could use the Kubernetes API", fix)


@rule("cluster")
def addons_are_known(cluster: ClusterSpec) -> Iterator[Conflict]:
    """A version is pinned for an add-on that is installed."""
    for name in cluster.addon_versions:
        if name not in ADDONS:
            fix = f"use one of {', '.join(ADDONS)}"
            yield Conflict(f"cluster.addon_versions.{name}", "this add-on is not installed", fix)


@rule("registry", "teams")
def repositories_are_unique(
    registry: RegistrySpec, teams: Mapping[str, TeamSpec]
) -> Iterator[Conflict]:
    """A team's repository is its own."""
    for name in sorted(set(registry.repositories) & set(teams)):
        problem = "a platform repository has the same name, and both would share it"
        yield Conflict(f"teams.{name}", problem, "rename the team, or the repository")


@rule("keys", "aws")
def deployer_is_not_locked_out(keys: KeysSpec, aws: AwsSpec) -> Iterator[Conflict]:
    """Who makes a key can change its policy; KMS refuses the key otherwise."""
    if keys.administrators and aws.deploy_role_arn is None:
        yield Conflict(
            "keys.administrators",
            "with administrators named, KMS locks out a deployer that is not among them",
            "name the deployer in aws.deploy_role_arn; it is admitted beside them",
        )


@rule("cluster")
def system_nodes(cluster: ClusterSpec) -> Iterator[Conflict]:
    """The node group's bounds are in order."""
    nodes = cluster.system_nodes
    if nodes.min_size > nodes.max_size:
        problem = f"min_size {nodes.min_size} is more than max_size {nodes.max_size}"
        yield Conflict("cluster.system_nodes.min_size", problem, "lower it, or raise max_size")


@rule("network", "aws")
def zones_exist(network: NetworkSpec, aws: AwsSpec) -> Iterator[Conflict]:
    """The region has as many zones as the network wants."""
    have = len(aws.facts.zones)
    if network.zones > have:
        problem = f"{network.zones} zones are asked for, {aws.region} has {have}"
        yield Conflict("network.zones", problem, f"set it to {have}")


@rule("network", "cluster", "gpu_pools")
def addresses_suffice(
    network: NetworkSpec, cluster: ClusterSpec, gpu_pools: Mapping[str, GpuPoolSpec]
) -> Iterator[Conflict]:
    """The private subnets hold an address for every pod and node."""
    nodes = cluster.system_nodes.max_size + sum(pool.max_nodes for pool in gpu_pools.values())
    wanted, have = network.max_pods + nodes, private_addresses(network)
    if wanted > have:
        yield Conflict(
            "network.cidr",
            f"its private subnets hold {have} addresses, but {network.max_pods} pods and {nodes} "
            "nodes are asked for",
            "choose a larger block (up to /16), or lower network.max_pods",
        )


@rule("network")
def egress_fits_public_access(network: NetworkSpec) -> Iterator[Conflict]:
    """A NAT gateway works only where Block Public Access lets traffic out."""
    if network.egress == "nat" and network.block_public_access == "block-bidirectional":
        yield Conflict(
            "network.block_public_access",
            "`block-bidirectional` stops the NAT gateways that `egress: nat` asks for",
            "set it to `block-ingress`, or set egress to `isolated`",
        )


@rule("teams")
def namespaces_are_unique(teams: Mapping[str, TeamSpec]) -> Iterator[Conflict]:
    """A namespace belongs to one team and not to the platform."""
    owners: dict[str, str] = {}
    for name, team in teams.items():
        if name in RESERVED_TEAMS:
            yield Conflict(f"teams.{name}", "the platform uses this name itself", "rename the team")
        for index, namespace in enumerate(team.namespaces):
            path = f"teams.{name}.namespaces[{index}]"
            if namespace in RESERVED_NAMESPACES:
                fix = "choose another name"
                yield Conflict(path, f"`{namespace}` belongs to the platform", fix)
            elif namespace in owners:
                problem = f"`{namespace}` belongs to team `{owners[namespace]}` already"
                yield Conflict(path, problem, "give each namespace to one team")
            owners.setdefault(namespace, name)


@rule("stores")
def storage_bounds(stores: StoresSpec) -> Iterator[Conflict]:
    """The database's storage can grow."""
    database = stores.database
    if database.storage_gib > database.max_storage_gib:
        problem = f"{database.storage_gib} GiB is more than max_storage_gib"
        fix = "raise max_storage_gib"
        yield Conflict("stores.database.storage_gib", problem, fix)
