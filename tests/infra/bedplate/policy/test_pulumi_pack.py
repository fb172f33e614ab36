"""The Python policy pack, asked over its protocol: levels, secrets, waivers, refusals."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from support.pack import asked_alone, asked_whole, configure, running_pack, said_of
from support.plans import ROOT
from support.waivers import ENTRY

from bedplate.engine.plan import UNKNOWN, LayerPlan, Plan, Resource
from bedplate.engine.wire import SECRET_SIGNATURE, SIGNATURE
from bedplate.policy import pulumi_pack
from bedplate.policy.pulumi_pack import analyzer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bedplate.policy.pulumi_pack.project import Project

GOLDEN = ROOT / "tests" / "golden" / "stacks"
ECR = "aws:ecr/repository:Repository"
KEY = "aws:kms/key:Key"
TAGS = {
    "owner": "ml-platform", "environment": "dev", "cost_center": "4711",
    "data_classification": "confidential", "purpose": "fraud", "retention_days": "30",
    "controller": "Acme", "dpo_contact": "dpo@acme.example",
}  # fmt: skip
MANDATORY, ADVISORY = analyzer_pb2.MANDATORY, analyzer_pb2.ADVISORY


@pytest.fixture
def stacks(tmp_path: Path) -> Path:
    """Return the environment files of a repository of the test's own."""
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    return tmp_path / "stacks"


@pytest.fixture(autouse=True)
def _golden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the golden plans for what the simulator says; the parity test runs the simulator."""

    class Golden:
        def __init__(self, project: Project) -> None:
            self._stack = project.stack

        def plan(self) -> Plan:
            data = json.loads((GOLDEN / f"{self._stack}.plan.json").read_text())
            for layer in data["layers"]:
                for resource in layer["resources"]:
                    resource.setdefault("source", None)
            return Plan.from_json(data)

    monkeypatch.setattr(analyzer, "start_simulation", Golden)


def _layer(*resources: Resource, stack: str = "dev") -> LayerPlan:
    return LayerPlan("foundation", "bedplate-foundation", stack, resources)


def _resource(token: str, name: str, stack: str = "dev", **inputs: Any) -> Resource:
    return Resource(
        urn=f"urn:pulumi:{stack}::bedplate-foundation::{token}::{name}",
        type=token,
        name=name,
        parent=None,
        custom=True,
        inputs={"tags": TAGS | {"environment": stack}} | inputs,
        outputs={"arn": f"arn:aws:x:::{name}"},
    )


def _of(
    said: Iterable[analyzer_pb2.AnalyzeDiagnostic], policy: str
) -> list[analyzer_pb2.AnalyzeDiagnostic]:
    return [one for one in said if one.policyName == policy]


def _levels(said: Iterable[analyzer_pb2.AnalyzeDiagnostic], policy: str) -> list[int]:
    return [one.enforcementLevel for one in _of(said, policy)]


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
    key = _resource(KEY, "mine", stack, enableKeyRotation=False, deletionWindowInDays=30)
    layer = _layer(key, stack=stack)
    with running_pack() as stub:
        configure(stub, layer, stacks)
        alone, whole = asked_alone(stub, layer), asked_whole(stub, layer).diagnostics

    (said,) = _of(alone, "ENC-003")
    assert said.urn == key.urn
    assert said.message.startswith(f'{said.description}\nKey "mine"')
    assert said.enforcementLevel == level
    assert _levels(alone, "RES-001") == [MANDATORY]  # critical in every tier
    assert _of(whole, "ENC-003") == []


def test_an_unknown_value_is_never_a_pass(stacks: Path) -> None:
    """In production it blocks: in a preview, unless the simulator knows better, and afterwards."""
    key = _resource(KEY, "mine", "prod", enableKeyRotation=dict(UNKNOWN), deletionWindowInDays=30)
    layer = _layer(key, stack="prod")

    for is_preview in (True, False):
        (said,) = _of(said_of(layer, stacks, is_preview=is_preview), "ENC-003")
        assert said.enforcementLevel == MANDATORY
        assert said.message.splitlines()[1] == (
            "Not judged: enableKeyRotation is known only after a deployment."
        )


def test_what_a_preview_cannot_know_yet_does_not_block_it(stacks: Path) -> None:
    """The same resource is sound in the simulator; once it is deployed, it is asked again."""
    plan = json.loads((GOLDEN / "prod.plan.json").read_text())
    found = next(
        one
        for one in plan["layers"][0]["resources"]
        if one["type"] == KEY and one["inputs"]["enableKeyRotation"]
    )
    key = replace(
        Resource.from_json({"source": None, **found}), parent=None, provider=None, dependencies=()
    )
    unknown = replace(key, inputs=key.inputs | {"enableKeyRotation": dict(UNKNOWN)})
    layer = _layer(unknown, stack="prod")

    (preview,) = _of(said_of(layer, stacks), "ENC-003")
    (update,) = _of(said_of(layer, stacks, is_preview=False), "ENC-003")

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
        configure(stub, _layer(), stacks)
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
    layer = _layer(_resource(ECR, "models", encryptionConfigurations=[]))

    (said,) = _of(said_of(layer, stacks), "ENC-007")

    assert said.enforcementLevel == ADVISORY
    assert "\nWaived by W-1 (SEC-12) until " in said.message


def test_a_waiver_that_does_not_hold_is_told(stacks: Path) -> None:
    """The finding stands, and the fault of the file blocks."""
    _people(stacks)
    _waived(stacks, expires="2026-11-02", created="2026-11-01")
    layer = _layer(_resource(ECR, "models", encryptionConfigurations=[]))

    said = said_of(layer, stacks)

    assert "Waived" not in _of(said, "ENC-007")[0].message
    assert any("expired" in one.message for one in _of(said, "environment"))


@pytest.mark.parametrize("is_preview", [True, False])
def test_a_stack_without_an_environment_is_refused(stacks: Path, is_preview: bool) -> None:  # noqa: FBT001 - parametrized
    """A preview is refused once; before a deployment every resource is."""
    layer = _layer(_resource(KEY, "mine", "nowhere"), stack="nowhere")
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

    (said,) = said_of(_layer(_resource(KEY, "mine")), stacks)

    assert said.policyName == "environment"
    assert f"{stacks}/dev.yaml:2:1: netwrok: " in said.message


def test_no_configuration_loosens_anything(stacks: Path) -> None:
    """What blocks is decided by files that are reviewed, and by no flag."""
    layer = _layer(_resource(ECR, "models", "prod", encryptionConfigurations=[]), stack="prod")
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
    layer = _layer(_resource(KEY, "mine", "prod"), stack="prod")

    previewed = {one.policyName for one in said_of(layer, stacks)}
    deployed = {one.policyName for one in said_of(layer, stacks, is_preview=False)}

    assert "APR-001" in deployed - previewed


def test_components_are_judged_by_what_they_are_made_of(stacks: Path) -> None:
    """A component is no resource of a policy's, and lends its part of the spec to its children."""
    component = replace(
        _resource("bedplate:foundation:Keys", "keys"), custom=False, inputs={"specPath": "keys"}
    )
    key = replace(_resource(KEY, "mine", deletionWindowInDays=7), parent=component.urn)

    said = said_of(_layer(component, key), stacks)

    assert {one.urn for one in said if one.urn == component.urn} == set()
    whole = [one for one in _of(said, "ENC-003") if one.urn == key.urn]
    assert len(whole) == 1


def test_the_pack_runs_as_pulumi_runs_it(stacks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its own folder, by its path, told of the stack by variables alone."""
    layer = stacks.parent / "infra" / "foundation"
    layer.mkdir(parents=True)
    monkeypatch.chdir(layer)  # where Pulumi's language host works, which starts the pack
    variables = {
        "PATH": os.environ["PATH"],
        "PULUMI_STACK": "dev",
        "PULUMI_PROJECT": "bedplate-foundation",
        "PULUMI_DRY_RUN": "true",
        "PULUMI_CONFIG": "{}",
        "PYTHONPATH": str(ROOT / "infra"),
    }
    pack = Path(pulumi_pack.__file__).parent
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(pack)]
    with subprocess.Popen(
        command, cwd=pack, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = analyzer_pb2_grpc.AnalyzerStub(channel)
            said = asked_whole(stub, _layer(_resource(KEY, "mine", deletionWindowInDays=7)))
        process.terminate()
        errors = process.stderr.read()

    assert _levels(said.diagnostics, "ENC-003") == [ADVISORY]
    assert (process.returncode, errors) == (0, "")
