"""What has to be copied before an environment can do without the outside."""

from __future__ import annotations

from typing import Any

import pytest

from bedplate.contracts.images import IMAGES, LOGIN, ImageReference
from bedplate.contracts.supply import Supply
from bedplate.engine.plan import LayerPlan, Resource
from bedplate.operate.mirror import Copy, copies
from bedplate.versions import CHARTS, GATEWAY_API, MANIFESTS

REGISTRY = "111122223333.dkr.ecr.me-central-1.amazonaws.com/acme-prod/mirror"
KARPENTER = IMAGES["karpenter"][0].reference
VERSION = CHARTS["karpenter"].version
PUBLISHED = "oci://public.ecr.aws/karpenter/karpenter"
GATEWAY = f"gateway-api-{GATEWAY_API}"


def _resource(token: str, inputs: dict[str, Any]) -> Resource:
    urn = f"urn:pulumi:prod::bedplate-platform::{token}::x"
    return Resource(
        urn=urn, type=token, name="x", parent=None, custom=True, inputs=inputs, outputs={}
    )


def _layer(supply: Supply) -> LayerPlan:
    """Return a layer with one chart, one manifest and one object of ours, as `supply` has them."""
    source = supply.chart("karpenter", CHARTS["karpenter"].version)
    release = {"chart": source.chart, "version": VERSION, "name": "karpenter"}
    file = supply.manifest(f"gateway-api-{GATEWAY_API}")
    pod = {"containers": [{"image": supply.image(LOGIN)}]}
    resources = (
        _resource("kubernetes:helm.sh/v3:Release", release),
        _resource("kubernetes:yaml/v2:ConfigFile", {"file": file}),
        _resource("kubernetes:apps/v1:Deployment", {"kind": "Deployment", "spec": pod}),
    )
    return LayerPlan("platform", "bedplate-platform", "prod", resources)


def test_nothing_is_copied_where_everything_comes_from_its_own_source() -> None:
    """Without a mirror and with a way out there is nothing to prepare."""
    supply = Supply(registry=REGISTRY)

    assert copies(_layer(supply), supply) == ()


def test_an_isolated_environment_copies_exactly_what_it_installs() -> None:
    """Chart, image with its digest, and our own image; the manifest has no mirror of its own."""
    supply = Supply(registry=REGISTRY, isolated=True)
    tag, digest = ImageReference.parse(KARPENTER).suffix.removeprefix(":").split("@")

    assert copies(_layer(supply), supply) == (
        Copy("chart", PUBLISHED, f"oci://{REGISTRY}/charts/karpenter", VERSION, ""),
        Copy("image", KARPENTER, f"{REGISTRY}/{KARPENTER}", tag, digest),
        Copy("image", LOGIN, f"{REGISTRY}/{LOGIN}", LOGIN.rpartition(":")[2], ""),
    )


@pytest.mark.parametrize(
    ("charts", "target"),
    [
        ("oci://registry.example/charts", "oci://registry.example/charts/karpenter"),
        ("charts", f"../../charts/karpenter-{VERSION}.tgz"),
    ],
)
def test_mirrors_are_where_the_environment_says(charts: str, target: str) -> None:
    """A registry or a folder of charts, a registry of images, a folder of manifests."""
    supply = Supply(images="registry.example/images", charts=charts, manifests="manifests")
    listed = copies(_layer(supply), supply)

    assert [(copy.kind, copy.source, copy.target) for copy in listed] == [
        ("chart", PUBLISHED, target),
        ("image", KARPENTER, f"registry.example/images/{KARPENTER}"),
        ("image", LOGIN, f"registry.example/images/{LOGIN}"),
        ("manifest", MANIFESTS[GATEWAY], f"../../manifests/{GATEWAY}.yaml"),
    ]
