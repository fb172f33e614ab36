"""Both layers of the reference platform, run whole by the real Pulumi CLI."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from bedplate.engine.pulumi_cli import deployed_layer, destroy_layer, preview_changes, up_layer
from bedplate.engine.request import LayerRequest
from bedplate.engine.simulator import simulate_layer
from bedplate.spec.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any

    from bedplate.engine.plan import LayerPlan

    Held = Callable[[LayerPlan], dict[str, dict[str, object]]]

LAYERS = ("foundation", "platform")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_aws.*")


@pytest.fixture
def copy(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the project, so that a sandbox of the user's own is left alone."""
    shutil.copytree(root / "stacks", tmp_path / "stacks")
    settings = YAML(typ="safe", pure=True)
    for layer in LAYERS:
        project = tmp_path / "infra" / layer
        shutil.copytree(root / "infra" / layer, project)
        values = settings.load(project / "Pulumi.yaml")
        # The CLI runs the program with the Python of this test.
        values["runtime"]["options"] = {"toolchain": "pip", "virtualenv": sys.prefix}
        settings.dump(values, project / "Pulumi.yaml")
    paths = [str(root / "infra"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    return tmp_path


def request_of(
    project: Path, layer: str, exports: Mapping[str, Mapping[str, Any]] | None = None
) -> LayerRequest:
    """Return one layer of the environment dev."""
    aws = resolve("dev", project / "stacks").spec.aws
    return LayerRequest(
        layer=layer,
        project=f"bedplate-{layer}",
        stack="dev",
        program=project / "infra" / layer / "__main__.py",
        config={},
        account_id=aws.account_id,
        region=aws.region,
        stack_references=exports or {},
    )


def _without_foreign_lines(
    plan: dict[str, dict[str, object]],
) -> dict[str, dict[str, object]]:
    """Leave out where a component was made that its provider registers: the CLI can't know."""
    opaque = "kubernetes:yaml/v2:ConfigFile"
    return {
        urn: {**values, "source": None} if values["type"] == opaque else values
        for urn, values in plan.items()
    }


@pytest.mark.needs("pulumi")
def test_a_whole_life_of_both_layers(copy: Path, held: Held) -> None:
    """Deploy one upon the other, preview again without changes, tear down; both engines agree."""
    below = request_of(copy, "foundation")
    foundation = simulate_layer(below)
    assert up_layer(below, in_sandbox=True).exports == foundation.exports

    exports = {"organization/bedplate-foundation/dev": foundation.exports}
    request = request_of(copy, "platform", exports)
    simulated = simulate_layer(request)
    _, planned = preview_changes(request, in_sandbox=True)
    after = up_layer(request, in_sandbox=True)
    _, changes = preview_changes(request, in_sandbox=True)

    assert "create" in planned
    assert set(changes) <= {"same", "read"}
    assert _without_foreign_lines(held(simulated)) == held(after)
    assert len(simulated.resources) > 200

    for each in (request, below):
        destroy_layer(each, in_sandbox=True)
        assert deployed_layer(each, in_sandbox=True).resources == ()
