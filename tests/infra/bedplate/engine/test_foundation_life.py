"""The reference platform's foundation, run whole by the real Pulumi CLI."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from bedplate.engine.outputs import is_known_type
from bedplate.engine.pulumi_cli import deployed_layer, destroy_layer, preview_changes, up_layer
from bedplate.engine.request import LayerRequest
from bedplate.engine.simulator import simulate_layer
from bedplate.spec.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bedplate.engine.plan import LayerPlan

    Held = Callable[[LayerPlan], dict[str, dict[str, object]]]

ENVIRONMENTS = ("dev", "staging", "prod")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_aws.*")


@pytest.fixture
def copy(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the project, so that a sandbox of the user's own is left alone."""
    project = tmp_path / "infra" / "foundation"
    shutil.copytree(root / "infra" / "foundation", project)
    shutil.copytree(root / "stacks", tmp_path / "stacks")
    settings = YAML(typ="safe", pure=True)
    values = settings.load(project / "Pulumi.yaml")
    # The CLI runs the program with the Python of this test.
    values["runtime"]["options"] = {"toolchain": "pip", "virtualenv": sys.prefix}
    settings.dump(values, project / "Pulumi.yaml")
    paths = [str(root / "infra"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    return tmp_path


def request_of(project: Path, environment: str) -> LayerRequest:
    """Return the foundation of one environment."""
    aws = resolve(environment, project / "stacks").spec.aws
    return LayerRequest(
        layer="foundation",
        project="bedplate-foundation",
        stack=environment,
        program=project / "infra" / "foundation" / "__main__.py",
        config={},
        account_id=aws.account_id,
        region=aws.region,
    )


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_type_has_outputs(copy: Path, environment: str) -> None:
    """The simulator knows the outputs of every type that the foundation uses."""
    plan = simulate_layer(request_of(copy, environment))
    types = {resource.type for resource in plan.resources}

    assert [token for token in sorted(types) if not is_known_type(token)] == []


@pytest.mark.needs("pulumi")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_whole_life(copy: Path, held: Held, environment: str) -> None:
    """Preview, deployment, second preview without changes, teardown; both engines agree."""
    request = request_of(copy, environment)
    simulated = simulate_layer(request)
    before, planned = preview_changes(request, in_sandbox=True)
    after = up_layer(request, in_sandbox=True)
    again, changes = preview_changes(request, in_sandbox=True)

    assert set(planned) == {"create"}
    assert set(changes) == {"same"}
    assert held(simulated) == held(after) == held(again)
    assert simulated.exports == after.exports == again.exports
    assert sorted(simulated.by_urn()) == sorted(before.by_urn())
    for resource in before.resources:
        same = simulated.by_urn()[resource.urn]
        assert (same.parent, same.dependencies) == (resource.parent, resource.dependencies)
        assert same.property_dependencies == resource.property_dependencies

    destroy_layer(request, in_sandbox=True)
    assert deployed_layer(request, in_sandbox=True).resources == ()
