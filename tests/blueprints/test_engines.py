"""Every blueprint with every pipeline engine: whole, accepted, and with nothing left unknown.

The golden plans hold each blueprint with its own engine, and each engine once; these are the pairs.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bedplate.components.platform.supply import supply_of
from bedplate.components.scope import Scope
from bedplate.engine.plan import SECRET, UNKNOWN
from bedplate.governance.assessment import Options
from bedplate.governance.contracts import contract_problems
from bedplate.governance.simulation import resolved, simulated
from bedplate.spec.namespaces import engine_namespace
from bedplate.spec.resolve import blueprint_names, environments

ROOT = Path(__file__).resolve().parents[2]
ENGINES = {
    "airflow": ("Release", "airflow"),
    "argo-workflows": ("Release", "argo-workflows"),
    "kubeflow-pipelines": ("Application", "kubeflow-pipelines"),
}
"""What each engine is installed by."""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("blueprint", blueprint_names())
def test_a_blueprint_carries_an_engine(blueprint: str, engine: str, tmp_path: Path) -> None:
    """Both layers, every custom resource within its contract, no value that is not known."""
    stacks = tmp_path / "stacks"
    shutil.copytree(ROOT / "blueprints" / blueprint / "example", stacks)
    (name,) = environments(stacks)
    mirror = "kubeflow_pipelines: {repository: 'https://git.acme.example/kfp'}"
    lines = (stacks / f"{name}.yaml").read_text().splitlines()
    kept = [line for line in lines if not line.startswith("orchestration:")]
    text = "\n".join([*kept, f"orchestration: {{engine: {engine}, {mirror}}}", ""])
    (stacks / f"{name}.yaml").write_text(text)
    options = Options(stacks, program_root=ROOT)
    environment = resolved(name, options)
    plan = simulated(environment, options)
    kind, installed = ENGINES[engine]
    platform = plan.layers[-1].resources

    assert [layer.layer for layer in plan.layers] == ["foundation", "platform"]
    supply = supply_of(Scope(environment.spec))
    assert contract_problems(plan, environment, supply) == ()
    shown = json.dumps([resource.inputs for resource in plan.resources()])
    assert json.dumps(UNKNOWN) not in shown
    assert json.dumps(SECRET) not in shown
    assert [r for r in platform if r.type.endswith(f":{kind}") and r.name.endswith(installed)]
    assert f'"name": "{engine_namespace(environment.spec)}"' in shown
