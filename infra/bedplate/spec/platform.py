"""The resolved value of one environment."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bedplate.spec.admission import AdmissionSpec
from bedplate.spec.audit import AuditSpec
from bedplate.spec.aws import AwsSpec
from bedplate.spec.base import EnvironmentName, Name, PlatformName, Spec
from bedplate.spec.certificates import CertificatesSpec
from bedplate.spec.charts import ChartSpec
from bedplate.spec.cluster import ClusterSpec
from bedplate.spec.feedback import FeedbackSpec
from bedplate.spec.gitops import GitopsSpec
from bedplate.spec.governance import GovernanceSpec
from bedplate.spec.gpu_pools import GpuPoolSpec
from bedplate.spec.gpu_stack import GpuStackSpec
from bedplate.spec.guardrails import BudgetSpec, GuardrailsSpec
from bedplate.spec.identities import IdentitiesSpec
from bedplate.spec.ingress import IngressSpec
from bedplate.spec.integrations import IntegrationsSpec
from bedplate.spec.keys import KeysSpec
from bedplate.spec.mesh import MeshSpec
from bedplate.spec.monitoring import MonitoringSpec
from bedplate.spec.network import NetworkSpec
from bedplate.spec.network_policies import NetworkPoliciesSpec
from bedplate.spec.nodes import NodesSpec
from bedplate.spec.orchestration import OrchestrationSpec
from bedplate.spec.owner import OwnerSpec
from bedplate.spec.prices import PricesSpec
from bedplate.spec.registry import RegistrySpec
from bedplate.spec.secrets import SecretsSpec
from bedplate.spec.serving import ServingSpec
from bedplate.spec.state import StateSpec
from bedplate.spec.storage import StorageSpec
from bedplate.spec.stores import StoresSpec
from bedplate.spec.supply import SupplySpec
from bedplate.spec.teams import TeamSpec
from bedplate.spec.zero_trust import ZeroTrustSpec

Tier = Literal["development", "staging", "production"]
"""How much is at stake in an environment."""


class PlatformSpec(Spec):
    """One environment, resolved: blueprint, common file and environment file merged."""

    blueprint: Name
    """Blueprint that the defaults come from."""
    environment: EnvironmentName
    """Name of the environment, equal to the file's; at most 12 characters."""
    platform: PlatformName = "ml"
    """Name of the platform; begins the name of every resource."""
    tier: Tier = "production"
    """How strictly policies are enforced, and whether placeholders are accepted."""
    protect: bool = True
    """Whether stateful resources are protected from deletion."""
    aws: AwsSpec
    """Account and region."""
    owner: OwnerSpec
    """Who answers for the environment."""
    governance: GovernanceSpec
    """Regimes, jurisdictions, approvals and change windows."""
    network: NetworkSpec
    """The VPC."""
    keys: KeysSpec = KeysSpec()
    """KMS keys."""
    audit: AuditSpec = AuditSpec()
    """Audit trail and detectors."""
    cluster: ClusterSpec = ClusterSpec()
    """The EKS cluster."""
    gpu_pools: dict[Name, GpuPoolSpec] = Field(default_factory=dict)
    """GPU node pools by name."""
    storage: StorageSpec = StorageSpec()
    """The cluster's storage classes."""
    nodes: NodesSpec = NodesSpec()
    """What Karpenter's nodes are made of."""
    gpu_stack: GpuStackSpec = GpuStackSpec()
    """What makes GPUs usable and measured."""
    registry: RegistrySpec = RegistrySpec()
    """Container images and registered models."""
    stores: StoresSpec = StoresSpec()
    """Buckets, database and backups."""
    identities: IdentitiesSpec = IdentitiesSpec()
    """Roles of controllers and teams."""
    guardrails: GuardrailsSpec = GuardrailsSpec()
    """Alarms and limits."""
    serving: ServingSpec
    """How models are served."""
    zero_trust: ZeroTrustSpec = ZeroTrustSpec()
    """Mesh, mutual TLS, default deny."""
    mesh: MeshSpec = MeshSpec()
    """The service mesh."""
    network_policies: NetworkPoliciesSpec = NetworkPoliciesSpec()
    """Which traffic is let through."""
    ingress: IngressSpec = IngressSpec()
    """How requests come in."""
    certificates: CertificatesSpec = CertificatesSpec()
    """Who issues certificates."""
    secrets: SecretsSpec = SecretsSpec()
    """How secrets reach pods."""
    admission: AdmissionSpec = AdmissionSpec()
    """What the API server refuses."""
    monitoring: MonitoringSpec
    """Metrics, logs, alerts, drift."""
    feedback: FeedbackSpec = FeedbackSpec()
    """What an alert on a model starts."""
    orchestration: OrchestrationSpec = OrchestrationSpec()
    """Pipeline engine."""
    gitops: GitopsSpec | None = None
    """Repository that says what is released."""
    integrations: IntegrationsSpec = IntegrationsSpec()
    """Systems outside the platform."""
    teams: dict[Name, TeamSpec] = Field(default_factory=dict)
    """Teams by name."""
    budget: BudgetSpec
    """What the environment may cost."""
    state: StateSpec | None = None
    """Where Pulumi keeps its state; absent: as the CLI is logged in."""
    supply: SupplySpec = SupplySpec()
    """Where images and charts come from."""
    charts: dict[str, ChartSpec] = Field(default_factory=dict)
    """Values of your own for the charts that the platform installs, by the chart's name."""
    prices: PricesSpec | None = None
    """Prices that override the built-in table."""
