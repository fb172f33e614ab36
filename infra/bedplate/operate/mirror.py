"""What to copy so that an environment needs nothing from outside: charts, images, manifests."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from bedplate.contracts.images import IMAGES, OWN, ImageReference
from bedplate.versions import CHARTS, MANIFESTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.contracts.supply import Supply
    from bedplate.engine.plan import LayerPlan

_RELEASE = "kubernetes:helm.sh/v3:Release"
_FILE = "kubernetes:yaml/v2:ConfigFile"


@dataclass(frozen=True, slots=True, order=True)
class Copy:
    """One thing to copy."""

    kind: Literal["chart", "image", "manifest"]
    """What it is."""
    source: str
    """Where it is published."""
    target: str
    """Where the environment takes it from."""
    version: str
    """Version of a chart, tag of an image; "" where there is none."""
    digest: str
    """Digest of an image, where it is pinned by one; else ""."""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def copies(layer: LayerPlan, supply: Supply) -> tuple[Copy, ...]:
    """Return what the platform layer takes from a mirror, sorted; none where it pulls upstream.

    Where nothing outside can be reached, an image that a cache of ECR would fetch counts too: the
    first pull through a cache needs a way out (ECR user guide, interface endpoints).
    """
    found = {*_charts(layer), *_manifests(layer), *_images(layer, supply)}
    return tuple(sorted(found))


def _charts(layer: LayerPlan) -> Iterator[Copy]:
    for resource in layer.resources:
        if resource.type != _RELEASE or "repositoryOpts" in resource.inputs:
            continue
        target, version = str(resource.inputs["chart"]), str(resource.inputs["version"])
        name = target.rpartition("/")[2].removesuffix(f"-{version}.tgz")
        source = f"{CHARTS[name].repository}/{name}" if name in CHARTS else ""
        if source and source != target:
            yield Copy("chart", source, target, version, "")


def _manifests(layer: LayerPlan) -> Iterator[Copy]:
    for resource in layer.resources:
        if resource.type == _FILE:
            target = str(resource.inputs["file"])
            name = target.rpartition("/")[2].removesuffix(".yaml")
            if name in MANIFESTS and MANIFESTS[name] != target:
                yield Copy("manifest", MANIFESTS[name], target, "", "")


def _images(layer: LayerPlan, supply: Supply) -> Iterator[Copy]:
    if not supply.images and not supply.isolated:
        return
    of_charts = [image.reference for name in charts_in(layer) for image in IMAGES[name]]
    for reference in {*of_charts, *own_images(layer, supply)}:
        suffix = ImageReference.parse(reference).suffix
        tag, _, digest = suffix.partition("@")
        yield Copy("image", reference, supply.image(reference), tag.removeprefix(":"), digest)


def charts_in(layer: LayerPlan) -> tuple[str, ...]:
    """Return the names of the known charts with images that a layer installs, sorted."""
    installed = {
        str(resource.inputs["chart"]).rpartition("/")[2]
        for resource in layer.resources
        if resource.type == _RELEASE
    }
    return tuple(sorted(n for n in IMAGES if any(_names(entry, n) for entry in installed)))


def own_images(layer: LayerPlan, supply: Supply) -> tuple[str, ...]:
    """Return the images that a layer's own manifests name, as they are published."""
    text = json.dumps([resource.inputs for resource in layer.resources])
    return tuple(each for each in OWN if _bare(supply.image(each)) in text)


def _names(entry: str, chart: str) -> bool:
    return entry == chart or entry == f"{chart}-{CHARTS[chart].version}.tgz"


def _bare(reference: str) -> str:
    return reference.removesuffix(ImageReference.parse(reference).suffix)
