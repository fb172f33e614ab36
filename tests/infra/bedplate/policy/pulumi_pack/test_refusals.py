"""What the Python policy pack refuses, what it lets through, and that nothing loosens it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime.proto import analyzer_pb2
from support.pack import asked_alone, asked_whole, configure, running_pack, said_of
from support.pack_layers import (
    ADVISORY,
    ECR,
    KEY,
    MANDATORY,
    named,
    one_layer,
    one_resource,
)
from support.waivers import ENTRY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def _waived(stacks: Path, **changes: Any) -> None:
    today = datetime.now(UTC).date()
    dates = {"created": str(today - timedelta(1)), "expires": str(today + timedelta(20))}
    entry = ENTRY | {"resources": ["models"]} | dates | changes
    (stacks.parent / "waivers.yaml").write_text(json.dumps({"waivers": [entry]}))


def _people(stacks: Path) -> None:
    """Let Alice and Bob approve in production."""
    file = stacks / "common.yaml"
    text = file.read_text()
    assert "approvers:" in text
    file.write_text(
        text.replace(
            "approvers:",
            "approvers:\n"
            "      - {name: Bob Baker, role: platform}\n"
            "      - {name: Alice Adams, role: compliance}",
            1,
        )
    )


def test_a_waiver_is_told_and_lets_through(stacks: Path) -> None:
    """It is decided by the function that every caller asks, and never hidden."""
    _people(stacks)
    _waived(stacks)
    layer = one_layer(one_resource(ECR, "models", encryptionConfigurations=[]))

    (said,) = named(said_of(layer, stacks), "ENC-007")

    assert said.enforcementLevel == ADVISORY
    assert "\nWaived by W-1 (SEC-12) until " in said.message


def test_a_waiver_that_does_not_hold_is_told(stacks: Path) -> None:
    """The finding stands, and the fault of the file blocks."""
    _people(stacks)
    _waived(stacks, expires="2026-11-02", created="2026-11-01")
    layer = one_layer(one_resource(ECR, "models", encryptionConfigurations=[]))

    said = said_of(layer, stacks)

    assert "Waived" not in named(said, "ENC-007")[0].message
    assert any("expired" in one.message for one in named(said, "environment"))


@pytest.mark.parametrize("is_preview", [True, False])
def test_a_stack_without_an_environment_is_refused(stacks: Path, is_preview: bool) -> None:  # noqa: FBT001 - parametrized
    """A preview is refused once; before a deployment every resource is."""
    layer = one_layer(one_resource(KEY, "mine", "nowhere"), stack="nowhere")
    with running_pack() as stub:
        configure(stub, layer, stacks, is_preview=is_preview)
        alone, whole = asked_alone(stub, layer), asked_whole(stub, layer).diagnostics

    said = [*alone, *whole]
    assert [one.policyName for one in said] == ["environment"] * (1 if is_preview else 2)
    assert {one.enforcementLevel for one in said} == {MANDATORY}
    assert said[0].message.splitlines()[1] == (
        f"There is no environment `nowhere` in {stacks}, so its policies can't be chosen. "
        "Fix: give the stack its environment's name, or name the folder of the environment files "
        "with `pulumi config set bedplate:stacks DIR` or in the variable BEDPLATE_STACKS."
    )


def test_an_environment_that_cannot_be_read_is_refused(stacks: Path) -> None:
    """What is wrong is said with its line, as by `bedplate check`."""
    (stacks / "dev.yaml").write_text("environment: dev\nnetwrok: {}\n")

    (said,) = said_of(one_layer(one_resource(KEY, "mine")), stacks)

    assert said.policyName == "environment"
    assert f"{stacks}/dev.yaml:2:1: netwrok: " in said.message


def test_no_configuration_loosens_anything(stacks: Path) -> None:
    """What blocks is decided by files that are reviewed, and by no flag."""
    layer = one_layer(
        one_resource(ECR, "models", "prod", encryptionConfigurations=[]), stack="prod"
    )
    off = analyzer_pb2.PolicyConfig(enforcementLevel=analyzer_pb2.DISABLED)
    with running_pack() as stub:
        configure(stub, layer, stacks)
        before = asked_alone(stub, layer)
        names: Mapping[str, analyzer_pb2.PolicyConfig] = {one.policyName: off for one in before}
        configure(stub, layer, stacks)
        stub.Configure(analyzer_pb2.ConfigureAnalyzerRequest(policyConfig=names))
        after = asked_alone(stub, layer)

    assert before
    assert after == before


def test_a_deployment_asks_for_its_release(stacks: Path) -> None:
    """A preview does not; neither passes in silence."""
    layer = one_layer(one_resource(KEY, "mine", "prod"), stack="prod")

    previewed = {one.policyName for one in said_of(layer, stacks)}
    deployed = {one.policyName for one in said_of(layer, stacks, is_preview=False)}

    assert "APR-001" in deployed - previewed
