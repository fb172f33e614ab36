"""The Python policy pack, asked over its protocol: levels, open values, secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from support.goldens import PRODUCTION
from support.own_admission import write_pack
from support.pack import asked_alone, asked_whole, configure, running_pack, said_of
from support.pack_layers import (
    ADVISORY,
    ECR,
    KEY,
    MANDATORY,
    levels,
    named,
    one_layer,
    one_resource,
)
from support.plans import ROOT

from bedplate.engine.plan import UNKNOWN, Resource
from bedplate.engine.wire import SECRET_SIGNATURE, SIGNATURE
from bedplate.policy import pulumi_pack

ENDS_WITHIN_S = 60
"""Seconds that the pack may take to end, on a busy machine."""


def test_policies_are_described() -> None:
    """Severity, framework and remediation travel to Pulumi, which has fields for them."""
    with running_pack() as stub:
        info = stub.GetAnalyzerInfo(empty_pb2.Empty())
    policies = {policy.name: policy for policy in info.policies}
    told = policies["ENC-003"]

    assert (info.name, info.supportsConfig) == ("bedplate", False)
    assert len(policies) == len(info.policies) > 50
    assert told.displayName == "Keys rotate, and can be saved from deletion"
    assert told.severity == analyzer_pb2.POLICY_SEVERITY_HIGH
    assert told.policy_type == analyzer_pb2.POLICY_TYPE_RESOURCE
    assert told.enforcementLevel == MANDATORY
    assert "ISO/IEC 27001:2022" in told.framework.name
    assert "iso27001:A.8.24" in told.framework.reference.split(", ")
    assert "iso27001:A.8.24: Cryptography" in told.framework.specification.splitlines()
    assert told.remediation_steps
    assert policies["environment"].severity == analyzer_pb2.POLICY_SEVERITY_CRITICAL


@pytest.mark.parametrize(("stack", "level"), [("dev", ADVISORY), ("prod", MANDATORY)])
def test_a_resource_is_refused_before_it_is_deployed(stacks: Path, stack: str, level: int) -> None:
    """The tier decides what blocks; what was said of a resource is not said again of the stack."""
    key = one_resource(KEY, "mine", stack, enableKeyRotation=False, deletionWindowInDays=30)
    layer = one_layer(key, stack=stack)
    with running_pack() as stub:
        configure(stub, layer, stacks)
        alone, whole = asked_alone(stub, layer), asked_whole(stub, layer).diagnostics

    (said,) = named(alone, "ENC-003")
    assert said.urn == key.urn
    assert said.message.startswith(f'{said.description}\nKey "mine"')
    assert said.enforcementLevel == level
    assert levels(alone, "RES-001") == [MANDATORY]  # critical in every tier
    assert named(whole, "ENC-003") == []


def _object(kind: str, name: str, stack: str, **more: Any) -> Resource:
    """Return an object of the team fraud."""
    metadata = {"name": name} | ({} if kind == "Namespace" else {"namespace": "fraud"})
    made = one_resource(f"kubernetes:core/v1:{kind}", name, stack)
    inputs = {"apiVersion": "v1", "kind": kind, "metadata": metadata} | more
    return replace(made, inputs=inputs)


@pytest.mark.parametrize(("stack", "level"), [("dev", ADVISORY), ("prod", MANDATORY)])
def test_an_object_is_refused_before_the_cluster_refuses_it(
    stacks: Path, stack: str, level: int
) -> None:
    """By the rules at admission, own ones included; said once, and by the same ladder."""
    write_pack(stacks.parent)
    labels = {"name": "fraud", "labels": {"bedplate/team": "fraud", "room": "a"}}
    layer = one_layer(
        _object("Namespace", "fraud", stack, metadata=labels),
        _object("Service", "open", stack, spec={"type": "NodePort"}),
        _object("Service", "later", stack, spec=dict(UNKNOWN)),
        _object("ConfigMap", "plain", stack),
        stack=stack,
    )
    with running_pack() as stub:
        configure(stub, layer, stacks)
        alone, whole = asked_alone(stub, layer), asked_whole(stub, layer).diagnostics
        known = {policy.name for policy in stub.GetAnalyzerInfo(empty_pb2.Empty()).policies}

    (said,) = named(alone, "ZT-102")
    assert said.message.splitlines()[1].startswith('Service "open" has the type NodePort; ')
    assert (said.urn, said.enforcementLevel) == (layer.resources[1].urn, level)
    assert levels(alone, "ACM-101") == [MANDATORY]  # critical in every tier
    (still_open,) = named(whole, "ZT-102")
    assert still_open.message.splitlines()[1].startswith("Not judged: spec is known only after")
    assert named(whole, "ACM-101") == []
    assert {"ZT-102", "ACM-101", "ENC-003"} <= known


def test_an_unknown_value_is_never_a_pass(stacks: Path) -> None:
    """In production it blocks: in a preview, unless the simulator knows better, and afterwards."""
    key = one_resource(
        KEY, "mine", "prod", enableKeyRotation=dict(UNKNOWN), deletionWindowInDays=30
    )
    layer = one_layer(key, stack="prod")

    for is_preview in (True, False):
        (said,) = named(said_of(layer, stacks, is_preview=is_preview), "ENC-003")
        assert said.enforcementLevel == MANDATORY
        assert said.message.splitlines()[1] == (
            "Not judged: enableKeyRotation is known only after a deployment."
        )


def test_what_a_preview_cannot_know_yet_does_not_block_it(stacks: Path) -> None:
    """The same resource is sound in the simulator; once it is deployed, it is asked again."""
    plan = json.loads(PRODUCTION.read_text())
    found = next(
        one
        for one in plan["layers"][0]["resources"]
        if one["type"] == KEY and one["inputs"]["enableKeyRotation"]
    )
    key = replace(
        Resource.from_json({"source": None, **found}), parent=None, provider=None, dependencies=()
    )
    unknown = replace(key, inputs=key.inputs | {"enableKeyRotation": dict(UNKNOWN)})
    layer = one_layer(unknown, stack="prod")

    (preview,) = named(said_of(layer, stacks), "ENC-003")
    (update,) = named(said_of(layer, stacks, is_preview=False), "ENC-003")

    assert preview.enforcementLevel == ADVISORY
    assert preview.message.splitlines()[1].endswith(
        "The simulator, which runs the same program, finds the policy kept."
    )
    assert update.enforcementLevel == MANDATORY


def test_secrets_never_come_back(stacks: Path) -> None:
    """What is marked secret on the wire is in no message, wherever it stands."""
    planted = "s3cr3t-planted-value"
    hidden: dict[str, Any] = {SIGNATURE: SECRET_SIGNATURE, "value": planted}
    properties = Struct()
    properties.update(
        {
            "tags": {"owner": hidden},
            "encryptionConfigurations": [{"encryptionType": hidden, "kmsKey": hidden}],
            "enableKeyRotation": hidden,
            "policy": hidden,
            "region": hidden,
        }
    )
    said: list[analyzer_pb2.AnalyzeDiagnostic] = []
    with running_pack() as stub:
        configure(stub, one_layer(), stacks)
        resources = []
        for token in (ECR, KEY, "aws:iam/policy:Policy", "aws:s3/bucket:Bucket"):
            urn = f"urn:pulumi:dev::bedplate-foundation::{token}::{planted[:0]}x"
            asked = analyzer_pb2.AnalyzeRequest(
                type=token, urn=urn, name="x", properties=properties
            )
            said += stub.Analyze(asked).diagnostics
            resources.append(
                analyzer_pb2.AnalyzerResource(type=token, urn=urn, name="x", properties=properties)
            )
        whole = stub.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=resources))
        said += whole.diagnostics

    assert planted not in "".join(map(str, [*said, *whole.not_applicable]))
    assert any(one.message.splitlines()[1].endswith("is secret.") for one in said)


def test_components_are_judged_by_what_they_are_made_of(stacks: Path) -> None:
    """A component is no resource of a policy's, and lends its part of the spec to its children."""
    component = replace(
        one_resource("bedplate:foundation:Keys", "keys"), custom=False, inputs={"specPath": "keys"}
    )
    key = replace(one_resource(KEY, "mine", deletionWindowInDays=7), parent=component.urn)

    said = said_of(one_layer(component, key), stacks)

    assert {one.urn for one in said if one.urn == component.urn} == set()
    whole = [one for one in named(said, "ENC-003") if one.urn == key.urn]
    assert len(whole) == 1


def test_the_pack_runs_as_pulumi_runs_it(
    stacks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its own folder, by its path, told of the stack by variables alone; it leaves no file."""
    layer, temporary = stacks.parent / "infra" / "foundation", tmp_path / "temporary"
    layer.mkdir(parents=True)
    temporary.mkdir()
    monkeypatch.chdir(layer)  # where Pulumi's language host works, which starts the pack
    variables = {
        "PATH": os.environ["PATH"],
        "PULUMI_STACK": "dev",
        "PULUMI_PROJECT": "bedplate-foundation",
        "PULUMI_DRY_RUN": "true",
        "PULUMI_CONFIG": "{}",
        "PYTHONPATH": str(ROOT / "infra"),
        "TMPDIR": str(temporary),
    }
    pack = Path(pulumi_pack.__file__).parent
    key = one_layer(one_resource(KEY, "mine", deletionWindowInDays=7))
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(pack)]
    with subprocess.Popen(
        command, cwd=pack, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = analyzer_pb2_grpc.AnalyzerStub(channel)
                said = asked_whole(stub, key)
            process.terminate()
            _, errors = process.communicate(timeout=ENDS_WITHIN_S)
        finally:
            process.kill()

    assert levels(said.diagnostics, "ENC-003") == [ADVISORY]
    assert (process.returncode, errors) == (0, "")
    assert list(temporary.iterdir()) == []
