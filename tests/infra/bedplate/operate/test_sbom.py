"""The bill of materials: what the plan installs and the lock pins, as CycloneDX."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from support.evidence import small_plan

from bedplate.contracts.images import IMAGES, ImageReference
from bedplate.contracts.supply import Supply
from bedplate.operate.sbom import locked_packages, sbom
from bedplate.versions import BEDPLATE, CHARTS, GATEWAY_API

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 25, tzinfo=UTC)
REGISTRY = "111122223333.dkr.ecr.me-central-1.amazonaws.com/acme-prod/mirror"
PACKAGES = (("boto3", "1.44.8"), ("ruamel.yaml", "0.18.15"))


def _text(supply: Supply | None = None) -> str:
    layer = small_plan().layers[1]
    return sbom(layer, supply or Supply(registry=REGISTRY), PACKAGES, "acme-prod", NOW)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return the bill of production's charts."""
    found: dict[str, Any] = json.loads(_text())
    return found


def _named(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (each for each in document["components"] if each["name"] == name)
    assert isinstance(found, dict)
    return found


def test_it_is_valid_cyclonedx() -> None:
    """By the schema of version 1.6, with nothing that it does not know."""
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(_text()) is None


def test_the_same_plan_makes_the_same_text() -> None:
    """The serial number follows from what is listed."""
    assert _text() == _text()


def test_every_chart_of_the_plan_is_listed_once(document: dict[str, Any]) -> None:
    """With its version and where it is published, wherever this platform takes it from."""
    charts = {e["name"]: e for e in document["components"] if e["type"] == "application"}
    planned = {
        str(each.inputs["chart"]).rpartition("/")[2]: each.inputs["version"]
        for each in small_plan().layers[1].resources
        if each.type == "kubernetes:helm.sh/v3:Release"
    }

    assert {name: chart["version"] for name, chart in charts.items()} == planned
    assert charts["keda"] == {
        "bom-ref": f"pkg:helm/keda@{CHARTS['keda'].version}"
        "?repository_url=https://kedacore.github.io/charts",
        "name": "keda",
        "properties": [
            {"name": "bedplate:taken-from", "value": "oci://registry.acme.example/charts/keda"}
        ],
        "purl": f"pkg:helm/keda@{CHARTS['keda'].version}"
        "?repository_url=https://kedacore.github.io/charts",
        "type": "application",
        "version": CHARTS["keda"].version,
    }


def test_an_image_has_its_digest_where_it_is_pinned_by_one(document: dict[str, Any]) -> None:
    """As a hash too, so that scanners find it."""
    parsed = ImageReference.parse(IMAGES["karpenter"][0].reference)
    tag, digest = parsed.suffix.removeprefix(":").split("@")
    found = _named(document, f"{parsed.host}/{parsed.path}")

    assert (found["type"], found["version"]) == ("container", tag)
    assert found["hashes"] == [{"alg": "SHA-256", "content": digest.removeprefix("sha256:")}]
    assert found["purl"] == (
        f"pkg:oci/controller@{digest}?repository_url={parsed.host}/{parsed.path}&tag={tag}"
    )


def test_charts_depend_on_their_images(document: dict[str, Any]) -> None:
    """And the platform on its charts."""
    wants = {each["ref"]: each.get("dependsOn", []) for each in document["dependencies"]}
    chart = _named(document, "gatekeeper")["bom-ref"]

    assert len(wants[chart]) == len(IMAGES["gatekeeper"])
    assert chart in wants["platform:acme-prod"]


def test_an_image_of_a_mirror_says_where_it_is_pulled(document: dict[str, Any]) -> None:
    """It is still known by where it is published: vulnerabilities are published for that."""
    mirrored = json.loads(_text(Supply(registry=REGISTRY, isolated=True)))
    name = "docker.io/burakince/mlflow"
    found = _named(mirrored, name)

    assert found["purl"] == _named(document, name)["purl"]
    assert "properties" not in _named(document, name)
    assert found["properties"] == [
        {"name": "bedplate:taken-from", "value": f"{REGISTRY}/{name}:{found['version']}"}
    ]


def test_manifests_and_packages_are_listed(document: dict[str, Any]) -> None:
    """What comes without a chart, Bedplate itself, and what the lock pins."""
    assert _named(document, "gateway-api")["version"] == GATEWAY_API
    assert _named(document, "ruamel.yaml")["purl"] == "pkg:pypi/ruamel.yaml@0.18.15"
    assert _named(document, "bedplate")["version"] == BEDPLATE


def test_locks_of_each_kind_are_read(tmp_path: Path) -> None:
    """What is no lock pins nothing."""
    (tmp_path / "requirements.lock").write_text(
        "# made by uv\nboto3==1.44.8 \\\n    --hash=sha256:aa\n"
        "moto[s3]==5.2.5 ; sys_platform == 'linux'\n-e .\n"
    )
    (tmp_path / "uv.lock").write_text('[[package]]\nname = "rich"\nversion = "14.0"\n')
    (tmp_path / "poetry.lock").write_text("[[package")

    assert locked_packages(tmp_path) == (("boto3", "1.44.8"), ("moto", "5.2.5"), ("rich", "14.0"))
    assert locked_packages(tmp_path / "none") == ()
