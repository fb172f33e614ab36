"""One switch redirects every image and every chart."""

from __future__ import annotations

import pytest

from bedplate.contracts.images import IMAGES
from bedplate.contracts.supply import ChartSource, Supply
from bedplate.versions import CHARTS

ECR = "111122223333.dkr.ecr.me-central-1.amazonaws.com"
OPEN = Supply(registry=f"{ECR}/acme-prod/mirror")
CACHED = Supply(registry=f"{ECR}/acme-prod/mirror", caches={"quay.io": "acme-prod/quay"})
ISOLATED = Supply(
    registry=f"{ECR}/acme-prod/mirror", caches={"quay.io": "acme-prod/quay"}, isolated=True
)
MIRRORED = Supply(images="registry.acme.example/all", charts="oci://registry.acme.example/charts")


@pytest.mark.parametrize(
    ("supply", "reference", "pulled"),
    [
        (OPEN, "quay.io/a/b:1", "quay.io/a/b:1"),
        (CACHED, "quay.io/a/b:1", f"{ECR}/acme-prod/quay/a/b:1"),
        (CACHED, "nvcr.io/a/b:1", "nvcr.io/a/b:1"),
        (ISOLATED, "nvcr.io/a/b:1", f"{ECR}/acme-prod/mirror/nvcr.io/a/b:1"),
        (ISOLATED, "quay.io/a/b:1@sha256:f", f"{ECR}/acme-prod/quay/a/b:1@sha256:f"),
        (MIRRORED, "busybox:1", "registry.acme.example/all/docker.io/library/busybox:1"),
    ],
)
def test_where_an_image_is_pulled(supply: Supply, reference: str, pulled: str) -> None:
    """A mirror wins over a cache, a cache over a copy; open networks may pull from upstream."""
    assert supply.image(reference) == pulled


@pytest.mark.parametrize(
    ("supply", "source"),
    [
        (OPEN, ChartSource("keda", "https://kedacore.github.io/charts")),
        (ISOLATED, ChartSource(f"oci://{ECR}/acme-prod/mirror/charts/keda", None)),
        (MIRRORED, ChartSource("oci://registry.acme.example/charts/keda", None)),
        (Supply(charts="vendor/charts"), ChartSource("../../vendor/charts/keda-2.20.2.tgz", None)),
    ],
)
def test_where_a_chart_comes_from(supply: Supply, source: ChartSource) -> None:
    """Its own source, an OCI mirror, or a folder of archives."""
    assert supply.chart("keda", "2.20.2") == source


def test_an_oci_chart_needs_no_repository() -> None:
    """The whole reference names it."""
    assert OPEN.chart("karpenter", "1.14.1").chart == "oci://public.ecr.aws/karpenter/karpenter"


def test_nothing_is_redirected_where_nothing_has_to_be() -> None:
    """An open network keeps the charts' own defaults."""
    assert not any(OPEN.image_values(chart) for chart in CHARTS)


@pytest.mark.parametrize("chart", sorted(IMAGES))
def test_an_isolated_network_pulls_nothing_from_outside(chart: str) -> None:
    """Every value that names an image names one's own registry."""

    def texts(tree: object) -> list[str]:
        if isinstance(tree, dict):
            return [text for below in tree.values() for text in texts(below)]
        return [str(tree)]

    redirected = texts(ISOLATED.image_values(chart))

    assert redirected
    assert all(text.startswith(f"{ECR}/") for text in redirected)


def test_registry_values_leave_the_path_to_the_chart() -> None:
    """`registry` ends where the chart's own `repository` begins."""
    assert CACHED.image_values("argo-workflows") == {
        part: {"image": {"registry": f"{ECR}/acme-prod/quay"}}
        for part in ("controller", "server", "executor")
    }


@pytest.mark.parametrize(
    ("reference", "inside"),
    [
        (f"{ECR}/acme-prod/quay/a:1", True),
        (f"oci://{ECR}/x/charts/keda", True),
        (ECR, True),
        (f"{ECR}.elsewhere.example/a:1", False),
        ("quay.io/a:1", False),
        ("oci://ghcr.io/x", False),
    ],
)
def test_tells_inside_from_outside(reference: str, inside: object) -> None:
    """What lies in one's own registry is inside."""
    assert ISOLATED.is_inside(reference) is inside
