"""Gatekeeper's own tool judges objects by the templates and constraints that we make."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support import platform_plans
from support.admission_cases import BAD, CASES, GOOD, PARAMETERS
from support.platform_plans import manifests, plan

from bedplate.components.platform.admission_templates import constraint, rules, template

if TYPE_CHECKING:
    from pathlib import Path

    from support.admission_cases import Case

pytestmark = pytest.mark.needs("gator")

TEAM = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "fraud", "labels": {"bedplate/team": "fraud"}},
}
Given = tuple[tuple[str, tuple[str, ...]], ...]
Violations = set[tuple[str, str, str]]


def _violations(documents: list[dict[str, Any]], folder: Path) -> Violations:
    """Return the object, constraint and message of every violation that gator finds."""
    file = folder / "objects.yaml"
    file.write_text(yaml.safe_dump_all(documents))
    done = subprocess.run(
        ["gator", "test", "--filename", str(file), "--output", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    found = json.loads(done.stdout or "null") or []
    return {
        (
            each["violatingObject"]["metadata"]["name"],
            each["constraint"]["metadata"]["name"],
            each["msg"],
        )
        for each in found
    }


def _in_force(known: dict[str, list[str]]) -> list[dict[str, Any]]:
    return [
        document
        for rule in rules()
        for document in (template(rule), constraint(rule, "deny", known))
    ]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Violations]:
    """Return the violations of every case by its object's name: one run for all alike."""
    alike: dict[Given, list[Case]] = {}
    for case in CASES.values():
        alike.setdefault(case.given, []).append(case)
    by_name: dict[str, Violations] = {case.name: set() for case in CASES.values()}
    for cases in alike.values():
        documents = [*_in_force(cases[0].parameters()), TEAM, *(case.manifest for case in cases)]
        for violation in _violations(documents, tmp_path_factory.mktemp("gator")):
            by_name[violation[0]].add(violation)
    return by_name


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_passes(found: dict[str, Violations], name: str) -> None:
    """No rule stands in the way of ordinary work."""
    assert found[GOOD[name].name] == set()


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_refused(found: dict[str, Violations], name: str) -> None:
    """Exactly the rule that is broken says so, in one sentence."""
    case = BAD[name]

    assert found[case.name] == {(case.name, case.rule, case.says)}


def test_every_rule_has_a_good_and_a_bad_case() -> None:
    """A rule that nothing ever breaks, or that breaks on everything, is not known to work."""
    ids = {rule.id.lower() for rule in rules()}

    assert {case.rule for case in BAD.values()} == ids
    assert {case.rule for case in GOOD.values()} == ids


def test_every_kind_of_pod_has_a_good_and_a_bad_case() -> None:
    """Pods are judged where they are written."""
    (rule,) = (rule for rule in rules() if rule.id == "SUP-101")
    cases = [(case.manifest["kind"], case.says != "") for case in CASES.values()]

    for _, kind in rule.matches:
        assert {(kind, False), (kind, True)} <= set(cases)


def test_the_platforms_own_namespaces_are_exempt(tmp_path: Path) -> None:
    """The constraints are for teams."""
    pod = BAD["zt-108.bad.privileged"].manifest
    moved = pod | {"metadata": pod["metadata"] | {"namespace": "monitoring"}}
    own = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "monitoring"}}

    assert _violations([*_in_force(PARAMETERS), own, moved], tmp_path) == set()


@pytest.mark.parametrize("case", platform_plans.CASES)
def test_what_ships_violates_nothing(tmp_path: Path, case: str) -> None:
    """The platform's own objects, judged by its own templates and constraints, pass."""
    existing = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}}

    assert _violations([existing, *manifests(plan(case))], tmp_path) == set()
