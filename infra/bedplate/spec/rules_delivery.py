"""Rules about pipelines and releases."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bedplate.spec.rules import Conflict, rule
from bedplate.versions import CHARTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedplate.spec.charts import ChartSpec
    from bedplate.spec.gitops import GitopsSpec
    from bedplate.spec.ingress import IngressSpec
    from bedplate.spec.network import NetworkSpec
    from bedplate.spec.orchestration import OrchestrationSpec
    from bedplate.spec.supply import SupplySpec

_PUBLIC = frozenset({"bitbucket.org", "github.com", "gitlab.com"})
"""Git servers that stand on the internet."""


@rule("orchestration", "network")
def engine_within_reach(
    orchestration: OrchestrationSpec, network: NetworkSpec
) -> Iterator[Conflict]:
    """Where nothing outside can be reached, manifests come from a mirror."""
    repository = orchestration.kubeflow_pipelines.repository
    outside = urlsplit(repository).hostname in _PUBLIC
    if network.egress == "isolated" and orchestration.engine == "kubeflow-pipelines" and outside:
        yield Conflict(
            "orchestration.kubeflow_pipelines.repository",
            f"`{repository}` lies outside an isolated network",
            "name a mirror of it that can be reached",
        )


@rule("gitops", "network")
def releases_within_reach(gitops: GitopsSpec | None, network: NetworkSpec) -> Iterator[Conflict]:
    """Where nothing outside can be reached, releases lie inside."""
    if gitops is None or network.egress != "isolated":
        return
    if urlsplit(gitops.repository).hostname in _PUBLIC:
        problem = f"`{gitops.repository}` lies outside an isolated network"
        yield Conflict("gitops.repository", problem, "use a git server that can be reached")


@rule("charts")
def charts_are_known(charts: Mapping[str, ChartSpec]) -> Iterator[Conflict]:
    """Values are laid over those of a chart that Bedplate installs."""
    for name in charts:
        if name not in CHARTS:
            close = get_close_matches(name, sorted(CHARTS), n=1, cutoff=0.6)
            fix = f"did you mean `{close[0]}`?" if close else f"use one of {', '.join(CHARTS)}"
            yield Conflict(f"charts.{name}", "Bedplate installs no chart of this name", fix)


@rule("ingress", "network")
def edge_fits_network(ingress: IngressSpec, network: NetworkSpec) -> Iterator[Conflict]:
    """An isolated network has no public side, and a public side names who may come."""
    if ingress.exposure != "internet":
        return
    if network.egress == "isolated":
        fix = "set it to `internal`, or network.egress to `nat`"
        yield Conflict("ingress.exposure", "an isolated network has no way in from outside", fix)
    elif not ingress.source_cidrs:
        problem = "`internet` needs the blocks that may connect"
        yield Conflict("ingress.source_cidrs", problem, "list them")


@rule("supply", "network")
def supply_within_reach(supply: SupplySpec, network: NetworkSpec) -> Iterator[Conflict]:
    """What an address names must be reachable where nothing outside is."""
    if network.egress != "isolated":
        return
    if supply.manifests is not None and urlsplit(supply.manifests).hostname in _PUBLIC:
        problem = f"`{supply.manifests}` lies outside an isolated network"
        yield Conflict("supply.manifests", problem, "name a folder, or an address inside")
