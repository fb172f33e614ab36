"""The real Pulumi CLI with the stand-in provider: a whole life, and what both engines hold."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bedplate.engine import sandbox
from bedplate.engine.plan import UNKNOWN, LayerPlan, Plan, Resource, SourcePosition
from bedplate.engine.pulumi_cli import (
    deployed_layer,
    destroy_layer,
    preview_changes,
    preview_layer,
    up_layer,
)
from bedplate.engine.request import LayerRequest
from bedplate.engine.simulator import simulate_layer
from bedplate.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Held = Callable[[LayerPlan], dict[str, dict[str, object]]]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_aws.*")

PROGRAM = """\
import json

import pulumi
import pulumi_aws as aws


class Network(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("bedplate:foundation:Network", name, {"specPath": "network"}, opts)
        inside = pulumi.ResourceOptions(parent=self)
        self.vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", tags={"a": "b"}, opts=inside)
        zones = aws.get_availability_zones_output(opts=pulumi.InvokeOutputOptions(parent=self))
        for place in range(2):
            aws.ec2.Subnet(
                f"private-{place}",
                vpc_id=self.vpc.id,
                availability_zone=zones.names[place],
                opts=pulumi.ResourceOptions(parent=self, depends_on=[self.vpc]),
            )
        self.register_outputs({"vpcId": self.vpc.id})


config = pulumi.Config("bedplate")
home = aws.Provider(
    "home",
    region="me-central-1",
    allowed_account_ids=["111122223333"],
    default_tags={"tags": {"team": "ml"}},
)
network = Network("network", pulumi.ResourceOptions(providers=[home]))
password = pulumi.Output.secret("hunter2")
database = aws.rds.Instance(
    "mlflow",
    instance_class="db.t4g.micro",
    engine="postgres",
    password=password,
    tags={"note": password},
    opts=pulumi.ResourceOptions(provider=home, protect=True),
)
own = aws.s3.Bucket("own", bucket=config.require("bucket"), force_destroy=True)
document = pulumi.Output.json_dumps({"Resource": [own.arn, database.arn]})
aws.s3.BucketPolicy("own", bucket=own.id, policy=document)
pulumi.export("vpc", network.vpc.id)
pulumi.export("database", {"endpoint": database.endpoint, "password": database.password})
"""
OWN_BUCKET = 'own = aws.s3.Bucket("own", bucket=config.require("bucket"), force_destroy=True)'


@pytest.fixture
def request_of_dev(tmp_path: Path) -> LayerRequest:
    """Return a request for a small foundation in a folder of its own."""
    return small_project(tmp_path, PROGRAM)


def small_project(root: Path, program: str) -> LayerRequest:
    """Write a project as a platform repository has it."""
    folder = root / "infra" / "foundation"
    folder.mkdir(parents=True)
    (root / "stacks" / "foundation").mkdir(parents=True)
    for name in ("common", "dev"):
        (root / "stacks" / f"{name}.yaml").write_text("{}\n", encoding="utf-8")
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    (folder / "Pulumi.yaml").write_text(
        "name: bedplate-foundation\n"
        f"runtime: {{name: python, options: {{toolchain: pip, virtualenv: '{sys.prefix}'}}}}\n"
        "stackConfigDir: ../../stacks/foundation\n",
        encoding="utf-8",
    )
    return LayerRequest(
        layer="foundation",
        project="bedplate-foundation",
        stack="dev",
        program=folder / "__main__.py",
        config={"bedplate:bucket": "acme-own"},
        account_id="111122223333",
        region="me-central-1",
    )


def holds_unknown(value: object) -> bool:
    """Tell whether something in a value is not known."""
    if isinstance(value, dict):
        return value == UNKNOWN or any(holds_unknown(item) for item in value.values())
    return isinstance(value, list) and any(holds_unknown(item) for item in value)


def known(resource: Resource) -> dict[str, object]:
    """Return the inputs that are known."""
    return {key: value for key, value in resource.inputs.items() if not holds_unknown(value)}


@pytest.mark.needs("pulumi")
def test_a_whole_life(request_of_dev: LayerRequest, held: Held) -> None:
    """Preview, deployment, second preview and teardown; both engines hold the same values."""
    simulated = simulate_layer(request_of_dev)
    lines: list[str] = []
    before = preview_layer(request_of_dev, in_sandbox=True)
    after = up_layer(request_of_dev, in_sandbox=True, progress=lines.append)
    again, changes = preview_changes(request_of_dev, in_sandbox=True)

    assert set(changes) == {"same"}
    assert held(simulated) == held(after) == held(again)
    assert simulated.exports == after.exports == again.exports
    assert any(sandbox.BANNER in line for line in lines)
    assert "hunter2" not in Plan("dev", (before, after, again)).dumps()

    later = {resource.urn: resource for resource in simulated.resources}
    assert set(later) == set(before.by_urn())
    for resource in before.resources:
        same = later[resource.urn]
        assert (same.parent, same.dependencies) == (resource.parent, resource.dependencies)
        assert same.property_dependencies == resource.property_dependencies
        assert known(resource).items() <= same.inputs.items()

    destroy_layer(request_of_dev, in_sandbox=True)
    assert deployed_layer(request_of_dev, in_sandbox=True).resources == ()


@pytest.mark.needs("pulumi")
def test_what_a_first_preview_knows(request_of_dev: LayerRequest) -> None:
    """Before a deployment, what reads another's outputs is unknown; secrets are marked."""
    plan = preview_layer(request_of_dev, in_sandbox=True)
    named = {
        (resource.type.rsplit(":")[-1], resource.name): resource for resource in plan.resources
    }

    assert named["Subnet", "private-0"].inputs == {
        "availabilityZone": "me-central-1a",
        "vpcId": {"$unknown": True},
    }
    assert named["Instance", "mlflow"].inputs["tags"] == {"note": {"$secret": True}}
    assert named["BucketPolicy", "own"].inputs["policy"] == {"$unknown": True}
    assert plan.exports["vpc"] == {"$unknown": True}
    assert named["Instance", "mlflow"].options["protect"] is True
    line = PROGRAM.splitlines().index(OWN_BUCKET) + 1
    source = named["Bucket", "own"].source
    assert source == SourcePosition(str(request_of_dev.program), line, 0)


@pytest.mark.needs("pulumi")
def test_plain_pulumi_inside_a_session(request_of_dev: LayerRequest, tmp_path: Path) -> None:
    """In a sandbox session plain pulumi works, and the user's stacks folder is left alone."""
    folder = str(request_of_dev.program.parent)
    before = sorted((tmp_path / "stacks").rglob("*"))
    with sandbox.session(tmp_path) as environment:
        variables = {**os.environ, **environment, "PULUMI_CONFIG_BEDPLATE_BUCKET": "acme-own"}
        for arguments in (["preview"], ["up", "--yes"], ["preview", "--expect-no-changes"]):
            done = subprocess.run(
                ["pulumi", "-C", folder, *arguments, "-s", "dev", "--non-interactive"],
                env=variables,
                capture_output=True,
                text=True,
                check=False,
            )

            assert (done.returncode, done.stderr) == (0, "")
            assert sandbox.BANNER in done.stdout

    assert before == sorted((tmp_path / "stacks").rglob("*"))


@pytest.mark.needs("pulumi")
def test_changes_are_real(request_of_dev: LayerRequest) -> None:
    """A change is seen, and a changed name replaces the bucket."""
    up_layer(request_of_dev, in_sandbox=True)
    renamed = replace(request_of_dev, config={"bedplate:bucket": "acme-other"})
    lines: list[str] = []
    after = up_layer(renamed, in_sandbox=True, progress=lines.append)

    (bucket,) = [r for r in after.resources if r.type == "aws:s3/bucket:Bucket"]
    assert bucket.outputs["arn"] == "arn:aws:s3:::acme-other"
    assert any("1 replaced" in line for line in lines)


@pytest.mark.needs("pulumi")
def test_a_broken_program(tmp_path: Path) -> None:
    """The error names the program's line and has no Python traceback."""
    program = "import pulumi\n\npulumi.Output.from_input(1).apply(lambda n: {}[n])\n"
    request = small_project(tmp_path, program)
    with pytest.raises(EngineError) as caught:
        preview_layer(request, in_sandbox=True)

    assert str(caught.value) == (
        "pulumi preview of bedplate-foundation, stack dev, failed: "
        f"{request.program}:3: KeyError: 1\n"
        "Fix: correct what it names, then run the same command again."
    )


@pytest.mark.needs("pulumi")
def test_a_function_that_the_sandbox_does_not_know(tmp_path: Path) -> None:
    """A data source that can't be answered is named."""
    request = small_project(tmp_path, "import pulumi_aws as aws\n\naws.ec2.get_ami()\n")
    with pytest.raises(EngineError) as caught:
        preview_layer(request, in_sandbox=True)

    assert "The sandbox can't answer the function aws:ec2/getAmi:getAmi." in str(caught.value)
    assert "Traceback" not in str(caught.value)


@pytest.mark.needs("pulumi")
def test_a_missing_stack(request_of_dev: LayerRequest, tmp_path: Path) -> None:
    """Outside the sandbox no stack is made: the error says how."""
    with pytest.MonkeyPatch.context() as patch, sandbox.session(tmp_path, []) as environment:
        for name, value in environment.items():
            patch.setenv(name, value)
        with pytest.raises(EngineError) as caught:
            preview_layer(request_of_dev)

    assert str(caught.value) == (
        'Pulumi has no stack "dev" of the project bedplate-foundation. '
        "Fix: create it with `pulumi stack init dev` in the project's folder."
    )


def test_no_cli(request_of_dev: LayerRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the CLI the error says how to get it, and what works without it."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineError) as caught:
        preview_layer(request_of_dev)

    assert str(caught.value) == (
        "The Pulumi CLI (pulumi) is not on PATH. "
        "Fix: install it (https://www.pulumi.com/docs/install), or use the simulator."
    )
