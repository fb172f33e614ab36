"""The admission pack over objects: both engines say what Gatekeeper says; nothing falls silent."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import platform_plans
from support.admission_cases import BAD, CASES, PARAMETERS
from support.platform_plans import plan

from bedplate.components.platform.admission_templates import rules
from bedplate.engine.plan import LayerPlan, Plan, Resource
from bedplate.governance.policy_set import admission_policies
from bedplate.policy.admission import Subject, judge, judge_plan
from bedplate.policy.admission_input import pulumi_config, review_input, type_of
from bedplate.policy.admission_scope import given_constraints, team_labels
from bedplate.policy.catalogue import Catalogue, Module
from bedplate.policy.engine import Job, Task
from bedplate.policy.ladder import STRICTEST, ladder_of
from bedplate.policy.opa_engine import OpaEngine
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.spec.enforcement import EnforcementSpec
from bedplate.spec.tree import Origin

if TYPE_CHECKING:
    from support.admission_cases import Case

    from bedplate.policy.engine import RegoEngine
    from bedplate.policy.finding import Finding

ENGINES = ("regorus", pytest.param("opa", marks=pytest.mark.needs("opa")))
FRAUD = team_labels({"fraud": "fraud"})
_BROKEN = """package bedplate_admission

import rego.v1

deny_zt_101 contains message if {
	message := sprintf("%s", [to_number(input.review.object.kind)])
}
"""
UNKNOWN = {"$unknown": True}
SECRET = {"$secret": True}


def _engine(name: str) -> RegoEngine:
    return OpaEngine() if name == "opa" else RegorusEngine()


@cache
def _found(engine: str) -> dict[str, tuple[Finding, ...]]:
    """Return the findings on every case by its file's name: one run for all alike."""
    alike: dict[Any, dict[str, Case]] = {}
    for name, case in CASES.items():
        alike.setdefault(case.given, {})[name] = case
    found: dict[str, tuple[Finding, ...]] = {}
    catalogue = admission_policies()
    for cases in alike.values():
        known = next(iter(cases.values())).parameters()
        subjects = [
            Subject(case.manifest, name, type_of(case.manifest), lambda _: None)
            for name, case in cases.items()
        ]
        constraints = given_constraints(rules(), known)
        with closing(_engine(engine)) as running:
            findings = judge(subjects, catalogue.policies, catalogue, running, constraints, FRAUD)
        found |= {name: tuple(each for each in findings if each.urn == name) for name in cases}
    return found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", CASES)
def test_engines_say_what_gatekeeper_says(engine: str, name: str) -> None:
    """The same files are cases of `gator`: a bad one breaks its own rule only, a good one none."""
    case, findings = CASES[name], _found(engine)[name]
    wrong = [(each.policy.lower(), each.verdict, each.message) for each in findings
             if each.verdict != "pass"]  # fmt: skip

    assert wrong == ([(case.rule, "fail", case.says)] if case.says else [])


def _bare(manifest: dict[str, Any], known: dict[str, list[Any]], **more: Any) -> list[Finding]:
    """Return what is no pass about one object."""
    subject = Subject(manifest, "x", type_of(manifest), lambda _: None)
    catalogue = more.get("catalogue") or admission_policies()
    with closing(RegorusEngine()) as engine:
        found = judge(
            [subject, subject], catalogue.policies, catalogue, engine,
            given_constraints(rules(), known), more.get("namespaces", FRAUD),
        )  # fmt: skip
    return [each for each in found if each.verdict != "pass"]


def _model() -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(CASES["apr-101.good.two_people"].manifest))
    return copied


def test_what_is_not_known_yet_is_no_pass() -> None:
    """A marker on what a rule reads leaves the verdict open, and says what is not known."""
    manifest = _model()
    manifest["metadata"]["annotations"]["bedplate/model-card"] = UNKNOWN
    manifest["metadata"]["annotations"]["bedplate/review-route"] = SECRET
    found = {each.policy: (each.verdict, each.message) for each in _bare(manifest, PARAMETERS)}
    part = "metadata.annotations"

    assert found["APR-105"] == (
        "unresolved",
        f"Not judged: {part} is known only after a deployment; {part} is secret.",
    )
    assert {verdict for verdict, _ in found.values()} == {"unresolved"}


def test_a_parameter_that_is_not_known_yet_is_no_pass() -> None:
    """Before the bucket exists nobody knows whether a model lies in it."""
    known: dict[str, list[Any]] = {**PARAMETERS, "stores": [UNKNOWN]}
    found = [(each.policy, each.verdict, each.message) for each in _bare(_model(), known)]

    assert found == [
        (
            "RES-101", "unresolved",
            "Not judged: the parameter stores is known only after a deployment.",
        ),
    ] * 2  # fmt: skip


def test_a_namespace_of_no_team_is_not_asked_about() -> None:
    """As in the cluster, by the namespace's label; a namespace that nobody knows has none."""
    bad = BAD["zt-108.bad.privileged"].manifest

    assert [each.policy for each in _bare(bad, PARAMETERS)] == ["ZT-108", "ZT-108"]
    assert _bare(bad, PARAMETERS, namespaces={"fraud": {}}) == []
    assert _bare(bad, PARAMETERS, namespaces={}) == []


def test_a_rule_that_breaks_is_an_error() -> None:
    """It blocks, points at the rule, and says how much it has not judged."""
    shipped = admission_policies()
    (policy,) = (each for each in shipped.policies if each.id == "ZT-101")
    broken = Catalogue((policy,), (Module("broken.rego", _BROKEN, "bedplate_admission"),), {})
    (found,) = _bare(_model(), PARAMETERS, catalogue=broken)

    assert (found.verdict, found.blocks) == ("error", True)
    assert found.message.startswith("The rule deny_zt_101 broke: ")
    assert found.message.endswith(" 1 further inputs were not judged by it.")
    assert found.source is not None
    assert Path(found.source.file).name == "serving_mode.rego"


def _with(case: str, *manifests: dict[str, Any]) -> Plan:
    """Return a shipped plan with objects of a team in it."""
    shipped = plan(case)
    layer = shipped.layers[-1]
    more = tuple(
        Resource(
            urn=f"urn:pulumi:x::{layer.project}::{type_of(each)}::{each['metadata']['name']}",
            type=type_of(each), name=each["metadata"]["name"], parent=None, custom=True,
            inputs=each, outputs={}, spec_path="teams.fraud",
        )
        for each in manifests
    )  # fmt: skip
    return replace(
        shipped,
        layers=(*shipped.layers[:-1], replace(layer, resources=(*layer.resources, *more))),
    )


def _judged(found: Plan, phase: Any = "design") -> list[Finding]:
    origins = {"teams.fraud": Origin("stacks/dev.yaml", 7, 3, "environment")}
    with closing(RegorusEngine()) as engine:
        return list(judge_plan(found, admission_policies(), engine, origins, phase))


@pytest.mark.parametrize("case", platform_plans.CASES)
def test_what_ships_passes(case: str) -> None:
    """Every object in a team's namespace that the platform makes there passes what it is asked."""
    findings = _judged(plan(case))
    judged = {each.type.rpartition(":")[2] for each in findings if each.verdict == "pass"}

    assert {each.verdict for each in findings} == {"pass", "not_applicable"}
    assert {"Role", "RoleBinding", "BedplateModelSignature"} <= judged
    assert {each.policy for each in findings} == {p.id for p in admission_policies().policies}


def test_a_violation_in_a_plan_points_at_the_environments_file() -> None:
    """It is judged by the parameters of the plan's own constraints."""
    (found,) = (
        each for each in _judged(_with("stacks/dev", BAD["zt-108.bad.privileged"].manifest))
        if each.verdict == "fail" and each.policy == "ZT-108"
    )  # fmt: skip

    assert found.message == (
        'DaemonSet "zt-108-bad-privileged" is privileged in the container "main".'
    )
    assert found.source is not None
    assert (found.source.file, found.source.line) == ("stacks/dev.yaml", 7)


def test_a_plan_without_its_constraint_is_judged_strictly() -> None:
    """Who takes a constraint away gets no laxer verdict for it."""
    whole = _with("stacks/dev", _model())
    kept = [
        each for each in whole.layers[-1].resources
        if each.inputs.get("kind") != "BedplateModelApprovals"
    ]  # fmt: skip
    layer: LayerPlan = replace(whole.layers[-1], resources=tuple(kept))
    one = _model()
    one["metadata"]["annotations"]["bedplate/approvers"] = "layla"
    with_one = _with("stacks/dev", one)
    lax = [each for each in _judged(with_one) if each.policy == "APR-101"]
    cut = replace(whole, layers=(*whole.layers[:-1], layer))
    strict = [
        each for each in _judged(_replaced(cut, one)) if each.policy == "APR-101"
    ]  # fmt: skip

    assert [each.verdict for each in lax] == ["pass"]
    assert [each.verdict for each in strict] == ["fail"]


def _replaced(found: Plan, manifest: dict[str, Any]) -> Plan:
    layer = found.layers[-1]
    resources = tuple(
        replace(each, inputs=manifest) if each.inputs.get("kind") == "InferenceService" else each
        for each in layer.resources
    )
    return replace(found, layers=(*found.layers[:-1], replace(layer, resources=resources)))


def test_what_is_asked_at_admission_only_says_so() -> None:
    """Labels of a plan's objects are judged by the pack for deployments."""
    (found,) = (each for each in _judged(plan("stacks/dev")) if each.policy == "TAG-103")

    assert (found.verdict, found.message) == (
        "not_applicable",
        "It is asked in another phase (admission).",
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_pulumis_format_is_judged_alike(engine: str) -> None:
    """Pulumi asks every rule about every object: parameters leave out what is not a team's."""
    policies = admission_policies().policies
    config = pulumi_config(policies, PARAMETERS, ["fraud"], STRICTEST)
    bad = BAD["zt-104.bad.empty"].manifest
    ours = {**bad, "metadata": bad["metadata"] | {
        "labels": {"app.kubernetes.io/managed-by": "bedplate"}}}  # fmt: skip
    elsewhere = {**bad, "metadata": bad["metadata"] | {"namespace": "monitoring"}}
    inputs = [
        json.dumps(review_input(each, config["deny_zt_104"])) for each in (bad, ours, elsewhere)
    ]
    tasks = [Task(number, "bedplate_admission.deny_zt_104") for number in range(3)]
    with closing(_engine(engine)) as running:
        outcomes = running.run(Job(admission_policies().modules, {}, inputs, tasks))

    assert [len(outcome.hits) for outcome in outcomes] == [1, 0, 0]


def test_pulumis_levels_are_the_environments() -> None:
    """What blocks in a check is mandatory; what is asked only at admission is left to it."""
    ladder = ladder_of("development", EnforcementSpec())
    config = pulumi_config(admission_policies().policies, PARAMETERS, ["fraud"], ladder)
    levels = {rule: config[rule]["enforcementLevel"] for rule in config}

    assert (levels["deny_zt_102"], levels["deny_res_101"]) == ("advisory", "mandatory")
    assert {rule for rule in levels if levels[rule] == "disabled"} == {
        "deny_tag_103",
        "deny_zt_111",
    }


def test_the_input_is_that_of_pulumi_and_gatekeeper() -> None:
    """`input.review.object`, its kind, name and namespace, and the parameters."""
    service = {
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "x", "namespace": "fraud"},
    }  # fmt: skip

    assert review_input(service, {"stores": ["s3://a/"]}, "urn:x") == {
        "review": {
            "object": service,
            "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
            "name": "x",
            "namespace": "fraud",
            "operation": "CREATE",
        },
        "parameters": {"stores": ["s3://a/"]},
        "_pulumi": {"urn": "urn:x", "type": "kubernetes:apps/v1:Deployment"},
    }
