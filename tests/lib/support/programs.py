"""Small programs for the simulator, and what becomes of them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from bedplate.engine.simulator import LayerRequest, simulate_layer
from bedplate.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.engine.plan import LayerPlan, Resource

HEADER = """\
import pulumi
import pulumi_aws as aws
"""

NETWORK = (
    HEADER
    + """
class Network(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("bedplate:foundation:Network", name, {"specPath": "network"}, opts)
        inside = pulumi.ResourceOptions(parent=self)
        self.vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=inside)
        self.subnet = aws.ec2.Subnet("a", vpc_id=self.vpc.id, opts=inside)
        self.register_outputs({"vpcId": self.vpc.id})

home = aws.Provider("home", region="me-central-1", default_tags={"tags": {"team": "ml"}})
network = Network("network", pulumi.ResourceOptions(providers=[home]))
own = aws.s3.Bucket(
    "own",
    bucket="acme-own",
    opts=pulumi.ResourceOptions(
        protect=True,
        retain_on_delete=True,
        ignore_changes=["tags"],
        depends_on=[network.subnet],
        custom_timeouts=pulumi.CustomTimeouts(create="1h30m"),
    ),
)
pulumi.export("vpc", network.vpc.id)
pulumi.export("bucket", own.arn)
"""
)


def simulate(program: Path, text: str, /, **changes: Any) -> LayerPlan:
    """Write a program and simulate it as the foundation of ``dev``."""
    program.write_text(textwrap.dedent(text), encoding="utf-8")
    values: dict[str, Any] = {
        "layer": "foundation",
        "project": "bedplate-foundation",
        "stack": "dev",
        "program": program,
        "config": {},
        "account_id": "111122223333",
        "region": "me-central-1",
        "timeout_seconds": 20.0,
    }
    return simulate_layer(LayerRequest(**(values | changes)))


def refusal(program: Path, text: str, /, **changes: Any) -> str:
    """Return the message of the EngineError that a program gets."""
    with pytest.raises(EngineError) as caught:
        simulate(program, text, **changes)
    return str(caught.value)


def named(plan: LayerPlan, name: str) -> Resource:
    """Return the resource with a logical name."""
    (found,) = [resource for resource in plan.resources if resource.name == name]
    return found
