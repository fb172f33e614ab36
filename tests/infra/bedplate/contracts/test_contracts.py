"""The contracts know the pinned charts and the kinds that they bring."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bedplate.contracts import store
from bedplate.contracts.charts import chart_faults
from bedplate.contracts.images import IMAGES, ImageReference
from bedplate.contracts.objects import is_custom, object_faults, plural_of
from bedplate.contracts.shapes import Fault
from bedplate.versions import CHARTS

PUBLISHED = Path(__file__).resolve().parents[5] / "shared" / "contracts"
ROOT = Path(__file__).resolve().parents[4]
published = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="needs the published charts beside the project"
)
NODE_POOL: dict[str, Any] = {
    "apiVersion": "karpenter.sh/v1",
    "kind": "NodePool",
    "metadata": {"name": "inference"},
    "spec": {
        "template": {
            "spec": {
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "x"},
                "requirements": [],
            }
        }
    },
}


ELSEWHERE = {"nvidia-dra-driver-gpu": "deployments/helm of NVIDIA/k8s-dra-driver-gpu at v25.12.0"}
"""Charts whose contract was derived from their own repository, and where in it."""


@pytest.mark.parametrize("chart", sorted(CHARTS))
def test_every_pinned_chart_has_a_contract(chart: str) -> None:
    """Its version is the pinned one, and its source and licence are noted."""
    contract = store.chart(chart)

    assert contract is not None
    assert contract["version"] == CHARTS[chart].version
    assert contract["source"]
    assert contract["ref"]
    assert contract["licence"] in {"Apache-2.0", "MIT"}


@published
@pytest.mark.parametrize("chart", sorted(CHARTS))
def test_a_chart_accepts_its_own_defaults(chart: str) -> None:
    """The published default values have no fault."""
    version = CHARTS[chart].version
    if chart in ELSEWHERE:
        pytest.skip(f"needs the published {chart}: {ELSEWHERE[chart]}")
    text = (PUBLISHED / "charts" / chart / version / "values.yaml").read_text()
    values: dict[str, Any] = yaml.safe_load(text) or {}
    inner = values.get("_internal_defaults_do_not_set") or values

    assert chart_faults(chart, version, inner) == []


@published
def test_contracts_are_what_the_sources_say() -> None:
    """Deriving them anew changes nothing."""
    done = subprocess.run(
        [sys.executable, "tools/contracts.py", "--check", str(PUBLISHED)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, "")


def test_contracts_without_the_sources_say_so(tmp_path: Path) -> None:
    """A user has the data and no sources: nothing is derived, nothing fails."""
    done = subprocess.run(
        [sys.executable, "tools/contracts.py", "--check", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0
    assert done.stdout == f"skipped: there are no published contracts in {tmp_path}\n"


@pytest.mark.parametrize(
    ("chart", "version", "values", "fault"),
    [
        ("keda", "2.20.2", {"crds": {"instal": True}},
         Fault("crds.instal", "unknown key", "did you mean `install`?")),
        ("keda", "2.20.2", {"operator": {"replicaCount": "two"}},
         Fault("operator.replicaCount", "`two` is not a number", "write a number")),
        ("kube-prometheus-stack", "88.5.3", {"grafana": {"replica": 2}},
         Fault("grafana.replica", "unknown key", "did you mean `replicas`?")),
        ("istiod", "1.30.3", {"global": {"hubb": "x"}},
         Fault("global.hubb", "unknown key", "did you mean `hub`?")),
        ("mlflow", "1.11.5", {"replicaCout": 2},
         Fault("replicaCout", "unknown key", "did you mean `replicaCount`?")),
        ("keda", "2.0.0", {}, Fault("", "version 2.0.0 of `keda` is not known", "use 2.20.2")),
        ("kedaa", "2.20.2", {}, Fault("", "there is no chart `kedaa`", "did you mean `keda`?")),
    ],
)  # fmt: skip
def test_chart_values_are_refused_with_a_remedy(
    chart: str, version: str, values: dict[str, Any], fault: Fault
) -> None:
    """A slip in a value, a chart or a version names what was probably meant."""
    assert chart_faults(chart, version, values) == [fault]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"kind": "NodePol"},
         Fault("kind", "karpenter.sh has no kind `NodePol`", "did you mean `NodePool`?")),
        ({"apiVersion": "karpenter.sh/v1beta1"},
         Fault("apiVersion", "`karpenter.sh/v1beta1` does not serve NodePool",
               "use karpenter.sh/v1")),
        ({"metadata": {"name": "x", "namespace": "y"}},
         Fault("metadata.namespace", "NodePool has no namespace", "remove it")),
    ],
)  # fmt: skip
def test_objects_are_refused_with_a_remedy(changes: dict[str, Any], fault: Fault) -> None:
    """An unknown kind, an unserved version and a wrong scope are faults."""
    assert object_faults(NODE_POOL | changes) == [fault]


def test_a_wrong_field_is_named() -> None:
    """The path leads to the field."""
    manifest = json.loads(json.dumps(NODE_POOL))
    manifest["spec"]["template"]["spec"]["taint"] = []

    assert object_faults(manifest) == [
        Fault("spec.template.spec.taint", "unknown key", "did you mean `taints`?")
    ]


def test_a_right_object_has_no_fault() -> None:
    """What the API server accepts passes."""
    assert object_faults(NODE_POOL) == []


def test_other_groups_are_left_to_the_api_server() -> None:
    """Kubernetes' own kinds, and groups without contracts, are not judged here."""
    assert object_faults({"apiVersion": "v1", "kind": "Pod", "spec": {"nonsense": 1}}) == []
    assert object_faults({"apiVersion": "acme.example/v1", "kind": "Thing", "x": 1}) == []
    assert is_custom("karpenter.sh/v1")
    assert is_custom("gateway.networking.k8s.io/v1")
    assert not is_custom("networking.k8s.io/v1")
    assert not is_custom("apps/v1")
    assert plural_of("karpenter.sh/v1", "NodePool") == "nodepools"


def _nested(path: str) -> dict[str, Any]:
    tree: Any = "registry.example/x"
    for step in reversed(path.split(".")):
        tree = {step: tree}
    nested: dict[str, Any] = tree
    return nested


@pytest.mark.parametrize("chart", sorted(IMAGES))
def test_image_values_are_ones_that_the_chart_has(chart: str) -> None:
    """A redirect that the chart ignored would pull from outside unnoticed."""
    for image in IMAGES[chart]:
        for path in image.values:
            assert chart_faults(chart, CHARTS[chart].version, _nested(path)) == []


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("busybox", ("docker.io", "library/busybox", "")),
        ("busybox:1.38", ("docker.io", "library/busybox", ":1.38")),
        ("kserve/agent:v1", ("docker.io", "kserve/agent", ":v1")),
        ("quay.io/a/b/c:1@sha256:ff", ("quay.io", "a/b/c", ":1@sha256:ff")),
        ("localhost:5000/a@sha256:ff", ("localhost:5000", "a", "@sha256:ff")),
    ],
)
def test_references_are_split_as_container_runtimes_do(
    reference: str, parts: tuple[str, str, str]
) -> None:
    """No registry means Docker Hub, and a single name its library."""
    parsed = ImageReference.parse(reference)

    assert (parsed.host, parsed.path, parsed.suffix) == parts
