"""The bill of materials of a platform (CycloneDX 1.6): its charts, images and Python packages.

It lists what the plan of the platform layer installs and what the platform's lock pins. What model
teams deploy later is not in it, nor is what AWS runs for the cluster (control plane, add-ons).
"""

from __future__ import annotations

import re
import tomllib
import uuid
from typing import TYPE_CHECKING, Final

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from bedplate.contracts.images import IMAGES, ImageReference
from bedplate.operate.mirror import charts_in, own_images
from bedplate.versions import BEDPLATE, CHARTS, MANIFESTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from bedplate.contracts.supply import Supply
    from bedplate.engine.plan import LayerPlan, Resource

_RELEASE: Final = "kubernetes:helm.sh/v3:Release"
_FILE: Final = "kubernetes:yaml/v2:ConfigFile"
_PINNED: Final = re.compile(
    r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE
)
_DIGEST: Final = re.compile(r"sha256:([0-9a-f]{64})")


def sbom(
    layer: LayerPlan,
    supply: Supply,
    packages: Iterable[tuple[str, str]],
    name: str,
    now: datetime,
) -> str:
    """Return the bill of materials of a platform as JSON; the same for the same values.

    ``layer`` is the plan of the platform layer, ``packages`` are name and version of the Python
    packages that the platform's lock pins, ``name`` is what the platform is called.
    """
    root = Component(name=name, type=ComponentType.PLATFORM, bom_ref=f"platform:{name}")
    bom = Bom(metadata=BomMetaData(component=root, timestamp=now, tools=[]))
    charts = dict(_charts(layer))
    for chart, component in charts.items():
        images = [_image(each.reference, supply) for each in IMAGES.get(chart, ())]
        _add(bom, component, images)
    rest = [_image(each, supply) for each in own_images(layer, supply)]
    pinned = {_package(*each) for each in packages if each[0] != "bedplate"}
    rest += [*_manifests(layer), _package("bedplate", BEDPLATE), *pinned]
    for component in rest:
        _add(bom, component, [])
    bom.register_dependency(root, [*charts.values(), *rest])
    seed = "\x1f".join([name, now.isoformat(), *sorted(str(c.bom_ref) for c in bom.components)])
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, seed)
    return f"{JsonV1Dot6(bom).output_as_string(indent=2)}\n"


def _add(bom: Bom, component: Component, needs: list[Component]) -> None:
    for each in (component, *needs):
        bom.components.add(each)
    bom.register_dependency(component, needs)


def _charts(layer: LayerPlan) -> Iterator[tuple[str, Component]]:
    """Yield each chart once, however many releases are made of it."""
    known = {*charts_in(layer), *CHARTS}
    for resource in layer.resources:
        if resource.type == _RELEASE:
            name = _chart_name(resource)
            yield name, _chart(name, resource, published=name in known)


def _chart_name(resource: Resource) -> str:
    chart, version = str(resource.inputs["chart"]), str(resource.inputs.get("version", ""))
    return chart.rpartition("/")[2].removesuffix(f"-{version}.tgz")


def _chart(name: str, resource: Resource, *, published: bool) -> Component:
    place, version = str(resource.inputs["chart"]), str(resource.inputs.get("version", ""))
    options = resource.inputs.get("repositoryOpts") or {}
    taken = str(options.get("repo") or place)
    source = CHARTS[name].repository if published and name in CHARTS else taken
    url = PackageURL("helm", None, name, version, {"repository_url": source})
    moved = taken not in (source, f"{source}/{name}")
    return Component(
        name=name,
        version=version,
        type=ComponentType.APPLICATION,
        purl=url,
        bom_ref=url.to_string(),
        properties=[Property(name="bedplate:taken-from", value=taken)] if moved else None,
    )


def _image(reference: str, supply: Supply) -> Component:
    parsed = ImageReference.parse(reference)
    tag, _, digest = parsed.suffix.partition("@")
    tag = tag.removeprefix(":")
    namespace, _, name = parsed.path.rpartition("/")
    url = PackageURL("docker", namespace, name, tag, {"repository_url": parsed.host})
    if digest:
        where = {"repository_url": f"{parsed.host}/{parsed.path}", "tag": tag}
        url = PackageURL("oci", None, name, digest, where)
    target = supply.image(reference)
    known = _DIGEST.fullmatch(digest)
    return Component(
        name=f"{parsed.host}/{parsed.path}",
        version=tag or digest,
        type=ComponentType.CONTAINER,
        purl=url,
        bom_ref=url.to_string(),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=known[1])] if known else None,
        properties=(
            [Property(name="bedplate:taken-from", value=target)] if target != reference else None
        ),
    )


def _manifests(layer: LayerPlan) -> Iterator[Component]:
    for resource in layer.resources:
        if resource.type == _FILE:
            file = str(resource.inputs["file"])
            name = file.rpartition("/")[2].removesuffix(".yaml")
            # The name of a known one ends in its version; any other is known by its file.
            title, _, version = name.rpartition("-") if name in MANIFESTS else (file, "", "")
            source = MANIFESTS.get(name, file)
            yield Component(
                name=title,
                version=version or None,
                type=ComponentType.FILE,
                bom_ref=f"manifest:{source}",
                properties=[Property(name="bedplate:taken-from", value=file)],
            )


def locked_packages(root: Path) -> tuple[tuple[str, str], ...]:
    """Return name and version of the packages that the locks of a platform's repository pin.

    Known are `requirements.lock`, as pip and uv write it, `uv.lock` and `poetry.lock`. A lock that
    can't be read as one pins nothing: its digest stands in the release all the same.
    """
    found: set[tuple[str, str]] = set()
    plain = root / "requirements.lock"
    if plain.is_file():
        found.update(_PINNED.findall(plain.read_text(encoding="utf-8", errors="replace")))
    for name in ("uv.lock", "poetry.lock"):
        if (root / name).is_file():
            found.update(_toml_packages(root / name))
    return tuple(sorted(found))


def _toml_packages(file: Path) -> Iterator[tuple[str, str]]:
    try:
        listed = tomllib.loads(file.read_text(encoding="utf-8")).get("package", [])
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and each.get("name") and each.get("version"):
            yield str(each["name"]), str(each["version"])


def _package(name: str, version: str) -> Component:
    url = PackageURL("pypi", None, name.lower().replace("_", "-"), version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=url,
        bom_ref=url.to_string(),
    )
