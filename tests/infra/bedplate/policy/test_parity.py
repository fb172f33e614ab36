"""Whoever asks, the verdicts are the same: every caller judges the same plans, sound and broken."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime.proto import analyzer_pb2
from support.goldens import golden_plan
from support.mutants import PRODUCTION, Fault, mutants, put
from support.opa_server import opa_server
from support.pack import said_of
from support.pack_layers import STACKS as GOLDEN
from support.pack_layers import GoldenSimulation
from support.plans import POLICIES, ROOT

from bedplate.engine.plan import STACK_TYPE, Resource
from bedplate.governance.assessment import Options, RegoBackend
from bedplate.governance.judgement import assessed
from bedplate.governance.opa_documents import opa_document, pack_config
from bedplate.policy.catalogue import load_catalogue
from bedplate.policy.decision import decide, standing_of
from bedplate.policy.engine import Job, Task
from bedplate.policy.pulumi_pack import analyzer
from bedplate.policy.pulumi_pack.bench import LIKELY
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.policy.waivers import NO_WAIVERS
from bedplate.spec.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from bedplate.engine.plan import Plan
    from bedplate.policy.finding import Finding

STACKS = ROOT / "stacks"
TOLD = ("fail", "error", "unresolved")
CASES = ("dev", "prod", "dev broken", "prod broken", "staging broken")
OPEN = (
    Fault("ENC-003", "aws:kms/key:Key", "unknown", put("enableKeyRotation", {"$unknown": True})),
    Fault("ENC-009", "aws:sns/topic:Topic", "secret", put("kmsMasterKeyId", {"$secret": True})),
    Fault("OPS-002", "aws:cloudwatch/logGroup:LogGroup", "unknown",
          put("retentionInDays", {"$unknown": True})),
)  # fmt: skip
"""Values that nobody can see, each in the last resource of its type that takes it."""

EXPOSED = {"open": {"type": "NodePort"}, "unknown": {"$unknown": True}, "plain": {}}
"""Services that a rule at admission refuses, can't judge, and lets through."""

Verdicts = frozenset[tuple[str, str, str, bool]]
"""Policy, resource or `stack`, verdict, and whether it blocks."""


@cache
def _plan(case: str) -> Plan:
    """Return a golden plan, with every fault at once where it is to be broken."""
    name, _, broken = case.partition(" ")
    plan = golden_plan(GOLDEN / f"{name}.plan.json")
    if not broken:
        return plan
    for fault in PRODUCTION:
        plan = _with(plan, next(iter(mutants(plan, fault, alone=False)), plan))
    for fault in OPEN:
        plan = _with(plan, [*mutants(plan, fault, alone=False)][-1])
    *others, last = plan.layers
    more = tuple(_service(name, which, spec) for which, spec in EXPOSED.items())
    return replace(plan, layers=(*others, replace(last, resources=(*last.resources, *more))))


def _with(plan: Plan, changed: Plan) -> Plan:
    """Return a plan with the layers that another has of it, too."""
    faulty = {layer.project: layer for layer in changed.layers}
    layers = tuple(faulty.get(layer.project, layer) for layer in plan.layers)
    return replace(plan, layers=layers)


def _service(environment: str, name: str, spec: Any) -> Resource:
    """Return a team's own object in the platform layer."""
    token, metadata = "kubernetes:core/v1:Service", {"name": name, "namespace": "fraud"}
    return Resource(
        urn=f"urn:pulumi:{environment}::bedplate-platform::{token}::{name}",
        type=token, name=name, parent=None, custom=True, outputs={},
        inputs={"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec},
    )  # fmt: skip


def _verdicts(found: Iterable[tuple[str, str, str, bool]]) -> Verdicts:
    """Return verdicts, with those on whole stacks as of one stack: each layer repeats them."""
    return frozenset(
        (policy, "stack" if f"::{STACK_TYPE}::" in urn else urn, verdict, blocks)
        for policy, urn, verdict, blocks in found
        if verdict in TOLD
    )


def _of(findings: Iterable[Finding]) -> Verdicts:
    return _verdicts((one.policy, one.urn, one.verdict, one.blocks) for one in findings)


@cache
def _checked(case: str, rego: RegoBackend = "regorus", opa: str | None = None) -> Verdicts:
    """Return what `bedplate check` says."""
    plan, today = _plan(case), datetime.now(UTC).date()
    environment = resolve(plan.environment, STACKS)
    options = Options(STACKS, rego=rego, opa=opa, today=today)
    findings = assessed(environment, plan, options).findings
    return _of(decide(findings, NO_WAIVERS, standing_of(environment.spec), today).findings)


def _written(case: str, folder: Path) -> Path:
    """Write what `bedplate preview --format opa` writes."""
    plan, file = _plan(case), folder / "input.json"
    file.write_text(opa_document(resolve(plan.environment, STACKS), plan, STACKS))
    return file


def _read(verdicts: Iterable[Mapping[str, Any]]) -> Verdicts:
    """Return the verdicts that `policies/opa/verdicts.rego` gives."""
    return _verdicts(
        (one["policy"], one["urn"], one["verdict"], one["level"] == "mandatory") for one in verdicts
    )


def test_broken_plans_are_broken() -> None:
    """Nothing would be shown by plans of which every caller says nothing."""
    sound, broken = _checked("prod"), _checked("prod broken")
    policies = {policy for policy, _, verdict, _ in broken if verdict == "fail"}
    verdicts = Counter(verdict for _, _, verdict, _ in broken)

    assert sound == frozenset()
    assert len(policies) > 25
    assert {"ENC-003", "ZT-004", "ZT-102"} <= policies  # of either layer, and at admission
    assert verdicts["unresolved"] >= len(OPEN)
    assert {blocks for _, _, _, blocks in broken} == {True, False}
    assert {blocks for _, _, verdict, blocks in _checked("dev broken")} == {True, False}


@pytest.mark.needs("opa")
@pytest.mark.parametrize("case", CASES)
def test_the_opa_program_agrees(case: str) -> None:
    """`bedplate check --rego opa`."""
    assert _checked(case, "opa") == _checked(case)


@pytest.mark.needs("opa")
def test_an_opa_server_agrees() -> None:
    """`bedplate check --opa URL`."""
    with opa_server() as (address, _):
        for case in CASES:
            assert _checked(case, opa=address) == _checked(case)


@pytest.mark.needs("opa")
@pytest.mark.parametrize("case", CASES)
def test_opa_eval_agrees(case: str, tmp_path: Path) -> None:
    """`opa eval` on the files and on what `bedplate preview --format opa` writes."""
    command = ["opa", "eval", "--data", str(POLICIES)]
    command += ["--strict-builtin-errors", "--format", "raw"]
    command += [
        "--input",
        str(_written(case, tmp_path)),
        "[data.bedplate.deny, data.bedplate.warn]",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    deny, warn = json.loads(done.stdout)

    assert _read([*deny, *warn]) == _checked(case)
    assert {one["level"] for one in deny} <= {"mandatory"}


@pytest.mark.needs("conftest")
@pytest.mark.parametrize("case", CASES)
def test_conftest_agrees(case: str, tmp_path: Path) -> None:
    """`conftest test` on the same files; it fails where `bedplate check` blocks."""
    command = ["conftest", "test", "--policy", str(POLICIES), "--namespace", "bedplate"]
    command += ["--output", "json"]
    done = subprocess.run(
        [*command, str(_written(case, tmp_path))], capture_output=True, text=True, check=False
    )
    results = [
        {"msg": one["msg"], **one["metadata"]}
        for result in json.loads(done.stdout)
        for one in (*result.get("failures", ()), *result.get("warnings", ()))
    ]
    expected = _checked(case)

    assert _read(results) == expected
    assert done.returncode == any(blocks for *_, blocks in expected)


@pytest.mark.parametrize("case", CASES)
def test_the_python_pack_agrees(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack that Pulumi runs, asked over Pulumi's protocol about each layer."""
    if case != CASES[0]:  # one runs the simulator beside the pack; it says the same for the others
        monkeypatch.setattr(analyzer, "start_simulation", GoldenSimulation)
    found = [
        (
            one.policyName.removesuffix("-warn"),
            one.urn,
            "unresolved" if "\nNot judged: " in one.message else "fail",
            # What the simulator finds kept is asked again in the deployment, and blocks it then.
            one.enforcementLevel == analyzer_pb2.MANDATORY or LIKELY in one.message,
        )
        for layer in _plan(case).layers
        for one in said_of(layer, STACKS)
    ]

    assert _verdicts(found) == _checked(case)


@pytest.mark.needs("opa")
def test_an_input_that_is_no_plan_is_denied(tmp_path: Path) -> None:
    """Neither the wrong document nor a missing pack is ever a pass."""
    wrong, right = tmp_path / "wrong.json", _written("dev", tmp_path)
    wrong.write_text("{}")

    def denied(file: Path, policies: Path) -> list[dict[str, Any]]:
        command = ["opa", "eval", "--data", str(policies), "--format", "raw", "--input", str(file)]
        done = subprocess.run(
            [*command, "data.bedplate.deny"], capture_output=True, text=True, check=True
        )
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    assert denied(wrong, POLICIES) == [
        {"msg": "The input is no plan; write it with `bedplate preview ENV --format opa`."}
    ]
    assert {
        "msg": "ENC-001: The rule bedplate_deploy.stack_deny_enc_001 is not loaded; "
        "add the folder of its pack, and a clause of answer for a package of another name."
    } in denied(right, POLICIES / "opa")


@pytest.mark.needs("opa")
def test_the_plain_pack_is_read_as_pulumi_reads_it() -> None:
    """Pulumi's OPA runtime parses a pack by the older syntax, and wants one package in it."""
    folder = POLICIES / "deploy"
    command = ["opa", "check", "--v0-compatible", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    packages = {
        line.split()[1]
        for file in folder.rglob("*.rego")
        for line in file.read_text().splitlines()
        if line.startswith("package ")
    }

    assert (done.returncode, done.stderr) == (0, "")
    assert packages == {"bedplate_deploy"}


def test_the_plain_pack_is_given_the_same_facts() -> None:
    """With its configuration a rule says what it says to us, and blocks where it blocks for us."""
    plan = _plan("dev broken")
    environment = resolve("dev", STACKS)
    config = pack_config(environment, plan, STACKS)
    document = json.loads(opa_document(environment, plan, STACKS))
    questions = [task for task in document["tasks"] if task["package"] == "bedplate_deploy"]
    asked = {task["rule"]: task["level"] for task in questions}
    with closing(RegorusEngine()) as engine:
        modules = load_catalogue([POLICIES / "deploy"], [POLICIES / "controls.yaml"]).modules
        inputs = [json.dumps(one) for one in document["inputs"]]
        tasks = [Task(t["input"], f"{t['package']}.{t['rule']}") for t in questions]
        ours = engine.run(Job(modules, document["config"], inputs, tasks))
        theirs = engine.run(Job(modules, config, inputs, tasks))

    assert theirs == ours
    assert any(outcome.hits for outcome in ours)
    assert {rule: config[rule]["enforcementLevel"] for rule in asked} == asked
