"""Where an environment's images and charts come from: one switch for air-gapped installs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bedplate.contracts.images import IMAGES, ImageReference
from bedplate.versions import CHARTS, MANIFESTS

if TYPE_CHECKING:
    from collections.abc import Mapping

_OCI = "oci://"


@dataclass(frozen=True, slots=True)
class ChartSource:
    """Where Helm gets a chart."""

    chart: str
    """Name within `repo`, a whole `oci://` reference, or the path of an archive."""
    repo: str | None
    """Repository of a chart that is named only."""


@dataclass(frozen=True, kw_only=True)
class Supply:
    """Where images and charts come from."""

    images: str | None = None
    """Registry, and prefix, that mirrors every image; None: none does."""
    charts: str | None = None
    """`oci://` registry or folder that holds every chart; None: the charts' own sources."""
    manifests: str | None = None
    """Folder, or address of one, that holds published manifests; None: their own sources."""
    registry: str = ""
    """The environment's own registry, and the prefix below which copies lie."""
    caches: Mapping[str, str] = field(default_factory=dict)
    """By upstream registry: the environment's own repository prefix that caches it."""
    isolated: bool = False
    """Whether nothing outside can be reached."""

    def image(self, reference: str) -> str:
        """Return where the cluster pulls an image that upstream calls `reference`."""
        parsed = ImageReference.parse(reference)
        if self.images:
            return f"{self.images}/{parsed.host}/{parsed.path}{parsed.suffix}"
        if parsed.host in self.caches:
            host = self.registry.split("/", maxsplit=1)[0]
            return f"{host}/{self.caches[parsed.host]}/{parsed.path}{parsed.suffix}"
        if self.isolated:
            return f"{self.registry}/{parsed.host}/{parsed.path}{parsed.suffix}"
        return reference

    def repository(self, repository: str) -> str:
        """Return where the cluster pulls the images of a repository, without a tag."""
        return self.image(repository)

    def image_values(self, chart: str) -> dict[str, Any]:
        """Return the values that redirect a chart's images; none where they stay as they are."""
        values: dict[str, Any] = {}
        for image in IMAGES.get(chart, ()):
            redirected = self.image(image.reference)
            if redirected == image.reference:
                continue
            parsed = ImageReference.parse(redirected)
            path = ImageReference.parse(image.reference).path
            parts = {
                "repository": f"{parsed.host}/{parsed.path}",
                "registry": f"{parsed.host}/{parsed.path}".removesuffix(f"/{path}"),
                "reference": redirected,
                "hub": f"{parsed.host}/{parsed.path}".rpartition("/")[0],
            }
            for where, part in image.values.items():
                _put(values, where.split("."), parts[part])
        return values

    def chart(self, chart: str, version: str) -> ChartSource:
        """Return where Helm gets a chart."""
        held = self.charts or (f"{_OCI}{self.registry}/charts" if self.isolated else None)
        if held is None:
            repository = CHARTS[chart].repository
            if repository.startswith(_OCI):
                return ChartSource(f"{repository}/{chart}", None)
            return ChartSource(chart, repository)
        if held.startswith(_OCI):
            return ChartSource(f"{held}/{chart}", None)
        return ChartSource(f"{_folder(held)}/{chart}-{version}.tgz", None)

    def manifest(self, name: str) -> str:
        """Return where a manifest of `versions.MANIFESTS` is read."""
        return f"{_folder(self.manifests)}/{name}.yaml" if self.manifests else MANIFESTS[name]

    def is_inside(self, reference: str) -> bool:
        """Tell whether an image or chart is pulled from what the organisation holds itself."""
        own = [self.images, self.charts, self.registry.split("/", maxsplit=1)[0]]
        # A name that only begins like a registry is another one.
        bare = f"{reference.removeprefix(_OCI)}/"
        return any(bare.startswith(f"{held.removeprefix(_OCI)}/") for held in own if held)


def _folder(place: str) -> str:
    """Return a folder of the project as Pulumi finds it, whose program runs in `infra/<layer>`."""
    return place if "://" in place or place.startswith("/") else f"../../{place}"


def _put(values: dict[str, Any], steps: list[str], value: str) -> None:
    for step in steps[:-1]:
        values = values.setdefault(step, {})
    values[steps[-1]] = value
