"""What the pinned versions would not accept is told with the line to mend, whole."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bedplate.components.platform.supply import supply_of
from bedplate.components.scope import Scope
from bedplate.errors import SpecError
from bedplate.governance.assessment import Options
from bedplate.governance.contracts import contract_problems
from bedplate.governance.simulation import resolved, simulated
from bedplate.versions import COMPONENTS

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[4]

OWN = """
import pulumi
import pulumi_kubernetes as k8s

opts = pulumi.ResourceOptions(provider=cluster.provider)
k8s.apiextensions.CustomResource("mine", opts=opts,
    api_version="karpenter.sh/v1", kind="NodePool", metadata={"name": "mine"},
    spec={"template": {"spec": {"requirements": [], "taint": [], "nodeClassRef":
          {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "x"}}}})
k8s.helm.v3.Release("own", opts=opts, chart="keda", version="2.20.2",
    repository_opts={"repo": "https://kedacore.github.io/charts"}, values={"operatr": {}})
k8s.helm.v3.Release("other", opts=opts, chart="podinfo", version="6.9.0",
    repository_opts={"repo": "https://stefanprodan.example"}, values={"anything": {}})
k8s.core.v1.Pod("pod", opts=opts, metadata={"name": "pod", "namespace": "x"},
    spec={"containers": [{"name": "main", "image": "nginx:1.27"}]})
"""
"""Resources of a platform team's own, below the platform's; `cluster` is what it returns."""


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder: a copy of the reference platform."""
    for name in ("stacks", "infra/foundation", "infra/platform"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def _line(file: Path, words: str) -> int:
    lines = file.read_text().splitlines()
    (found,) = [number for number, line in enumerate(lines, 1) if words in line]
    return found


def _told() -> list[str]:
    """Return what the check says of prod."""
    options = Options(Path("stacks"))
    environment = resolved("prod", options)
    plan = simulated(environment, options)
    found: Iterable[object] = contract_problems(
        plan, environment, supply_of(Scope(environment.spec))
    )
    return [str(problem) for problem in found]


def test_a_slip_in_a_chart_value_is_told_at_its_line(copy: Path) -> None:
    """The user's own value, with the name that was probably meant; a wrong type says its type."""
    file = copy / "stacks" / "prod.yaml"
    own = "charts:\n  keda: {values: {operator: {replicaCout: 3}}}\n"
    own += "  mlflow: {values: {replicaCount: many}}\n"
    file.write_text(file.read_text() + own)
    at = _line(file, "replicaCout")

    assert _told() == [
        (
            f"stacks/prod.yaml:{at}:43: charts.keda.values.operator.replicaCout: unknown key. "
            "Fix: did you mean `replicaCount`?"
        ),
        (
            f"stacks/prod.yaml:{at + 1}:35: charts.mlflow.values.replicaCount: `many` is not a "
            "whole number. Fix: write a whole number."
        ),
    ]


def test_own_resources_are_told_at_their_line_of_python(copy: Path) -> None:
    """A wrong field, an unknown value; charts and images from outside an isolated network."""
    program = copy / "infra" / "platform" / "__main__.py"
    program.write_text(program.read_text() + OWN)
    pool, keda, other, pod = (
        f"infra/platform/__main__.py:{_line(program, words)}:0:"
        for words in ('"mine", opts', '"own", opts', '"other", opts', '"pod", opts')
    )
    outside = "comes from outside an isolated network."
    fix = "Fix: set supply.charts to a registry or folder that can be reached."

    assert _told() == [
        f"{pool} NodePool mine: spec.template.spec.taint: unknown key. Fix: did you mean `taints`?",
        f"{keda} own: operatr: unknown key. Fix: did you mean `operator`?",
        f"{keda} supply.charts: the chart `keda` {outside} {fix}",
        f"{other} supply.charts: the chart `podinfo` {outside} {fix}",
        (
            f"{pod} Pod pod: spec.containers[0].image: the image `nginx:1.27` lies outside an "
            "isolated network. Fix: name its copy in your own registry."
        ),
    ]


@pytest.mark.parametrize(
    ("values", "path", "problem"),
    [
        ("{image: {keda: {registry: docker.io}}}", "image.keda.registry",
         "the registry `docker.io` lies outside an isolated network. Fix: name your own."),
        ("{image: {keda: {registry: '', repository: ghcr.io/x/keda}}}", "image.keda.repository",
         ("the image `ghcr.io/x/keda` lies outside an isolated network. "
         "Fix: name its copy in your own registry.")),
    ],
)  # fmt: skip
def test_a_value_that_brings_in_an_image_is_told(
    copy: Path, values: str, path: str, problem: str
) -> None:
    """In an isolated environment, at the line that names it."""
    file = copy / "stacks" / "prod.yaml"
    file.write_text(file.read_text() + f"charts:\n  keda:\n    values: {values}\n")
    at = _line(file, values)
    column = file.read_text().splitlines()[at - 1].index(problem.split("`")[1]) + 1
    (told,) = _told()

    assert told == f"stacks/prod.yaml:{at}:{column}: charts.keda.values.{path}: {problem}"


def test_a_manifest_from_outside_is_told(copy: Path) -> None:
    """Upstream publishes the Gateway API without a chart."""
    _edit(
        copy / "stacks" / "common.yaml",
        ', manifests: "https://files.acme.example/manifests"}',
        "}",
    )
    (told,) = _told()

    assert told.partition(": ")[2] == (
        "supply.manifests: `https://github.com/kubernetes-sigs/gateway-api/releases/download/"
        "v1.5.1/standard-install.yaml` comes from outside an isolated network. "
        "Fix: set supply.manifests to a folder or address that can be reached."
    )


def test_a_partition_that_a_chip_has_not_is_refused(copy: Path) -> None:
    """An L4 has no MIG."""
    file = copy / "stacks" / "prod.yaml"
    _edit(file, "inference-l4: {", "inference-l4: {sharing: {strategy: mig, mig_profile: 1g.6gb}, ")
    at = _line(file, "1g.6gb")
    with pytest.raises(SpecError) as refused:
        resolved("prod", Options(Path("stacks")))

    assert refused.value.message == (
        f"stacks/prod.yaml:{at}:38: gpu_pools.inference-l4.sharing.strategy: l4 has no MIG. "
        "Fix: use time-slicing or mps, or a type with a100, b200, b300, h100, h200."
    )


def test_a_kubernetes_outside_the_matrix_is_refused(copy: Path) -> None:
    """KServe, and everything else that is not listed with it, with the versions that are."""
    file = copy / "stacks" / "prod.yaml"
    _edit(file, "cluster:\n", 'cluster:\n  version: "1.33"\n')
    at = _line(file, '"1.33"')
    with pytest.raises(SpecError) as refused:
        resolved("prod", Options(Path("stacks")))

    every = ", ".join(f"{name} ({one.version})" for name, one in COMPONENTS.items())
    assert refused.value.message == (
        f"stacks/prod.yaml:{at}:12: cluster.version: Kubernetes 1.33 is not listed for {every}. "
        "Fix: use one of 1.34, 1.35, 1.36."
    )
