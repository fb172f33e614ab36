"""`drift`: what somebody changed by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from support.deployments import BY, Cli, events

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bedplate.engine.plan import Plan, Resource


def _found(resource: Resource, operation: str, **inputs: Any) -> dict[str, Any]:
    """Return the event by which a refresh tells what became of a resource."""
    old = {
        "urn": resource.urn,
        "type": resource.type,
        "custom": True,
        "inputs": resource.inputs,
        "outputs": resource.outputs,
    }
    new = None if operation == "delete" else {**old, "inputs": {**resource.inputs, **inputs}}
    return {"metadata": {"op": operation, "urn": resource.urn, "old": old, "new": new}}


def _refreshes(pulumi: Cli, production: Plan, *found: dict[str, Any]) -> None:
    for layer in production.layers:
        steps = [
            {"op": "refresh", "urn": each["metadata"]["urn"], "newState": each["metadata"]["old"]}
            for each in found
            if f"::{layer.project}::" in each["metadata"]["urn"]
        ]
        urns = {each["urn"] for each in steps}
        events = [{"resOutputsEvent": each} for each in found if each["metadata"]["urn"] in urns]
        pulumi.answer(layer.layer, "refresh", out=json.dumps({"steps": steps}), events=events)


def test_what_changed_by_hand_is_named_and_judged(
    run: Callable[..., Any], approved: Path, pulumi: Cli, production: Plan
) -> None:
    """Somebody opened a bucket to the public, and deleted an alarm."""
    resources = production.layers[0].resources
    block = next(each for each in resources if each.type.endswith(":BucketPublicAccessBlock"))
    alarm = next(each for each in resources if each.type.endswith(":MetricAlarm"))
    _refreshes(
        pulumi, production, _found(block, "update", blockPublicAcls=False), _found(alarm, "delete")
    )
    done = run("drift", "prod", *BY, "--format", "json")
    told = json.loads(done.out)

    assert done.code == 1
    assert told["layers"]["foundation"] == [
        {"urn": block.urn, "operation": "update", "changed": ["blockPublicAcls"]},
        {"urn": alarm.urn, "operation": "delete", "changed": []},
    ]
    assert {each["policy"] for each in told["findings"] if each["urn"] == block.urn}
    assert events(approved) == ["drift"]


def test_no_drift_is_a_sentence_and_exit_0(
    run: Callable[..., Any], approved: Path, pulumi: Cli, production: Plan
) -> None:
    """The look itself is recorded."""
    vpc = next(each for each in production.layers[0].resources if each.type == "aws:ec2/vpc:Vpc")
    _refreshes(pulumi, production, _found(vpc, "same"))
    done = run("drift", "prod", *BY)

    assert (done.code, done.out) == (0, "prod is as it was deployed.\n")
    assert events(approved) == ["drift"]


def test_a_provider_that_can_not_answer_is_no_absence_of_drift(
    run: Callable[..., Any], approved: Path, pulumi: Cli
) -> None:
    """Nobody knows, so it is an error."""
    pulumi.answer("foundation", "refresh", code=255, err="error: no credentials")
    done = run("drift", "prod", *BY)

    assert done.code == 1
    assert "failed: no credentials\n" in done.err
    assert not (approved / ".bedplate/sandbox/ledger").exists()
