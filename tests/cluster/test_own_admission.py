"""Gatekeeper's own tool judges objects by a platform's own rules, as our check does."""

from __future__ import annotations

import json
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import yaml
from support.own_admission import OBJECTS, SAID, write_pack
from support.plans import POLICIES, shipped

from bedplate.components.platform.admission_own import own_rules
from bedplate.components.platform.admission_templates import constraint, template
from bedplate.governance.policy_set import admission_policies
from bedplate.policy.admission import Subject, judge
from bedplate.policy.admission_input import type_of
from bedplate.policy.own_admission import own_constraints
from bedplate.policy.own_rules import with_own
from bedplate.policy.regorus_engine import RegorusEngine

if TYPE_CHECKING:
    from pathlib import Path

GIVEN = {"pinning": ["tag"]}


@pytest.mark.needs("gator")
def test_gatekeeper_enforces_a_platform_s_own_rules(tmp_path: Path) -> None:
    """Templates compile; each rule says its sentence on what it is asked about, and no more.

    The tool takes what names no namespace for a thing of the namespace `default`, where a selector
    of namespaces stands; the webhook knows better, and asks about the volume.
    """
    made = [
        document
        for rule in own_rules([write_pack(tmp_path)])
        for document in (template(rule), constraint(rule, "deny", GIVEN))
    ]
    file = tmp_path / "objects.yaml"
    file.write_text(yaml.safe_dump_all([*made, *OBJECTS]))
    done = subprocess.run(
        ["gator", "test", "--filename", str(file), "--output", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = json.loads(done.stdout or "null")

    assert done.stderr == ""
    assert {
        (
            each["constraint"]["metadata"]["name"].upper(),
            each["violatingObject"]["metadata"]["name"],
            each["msg"],
        )
        for each in found
    } == {said for said in SAID if said[1] != "odd-volume"}


def test_a_check_says_what_gatekeeper_says(tmp_path: Path) -> None:
    """On the same objects, those in no namespace included."""
    policies = write_pack(tmp_path).parent
    controls, beside = POLICIES / "controls.yaml", shipped().policies
    catalogue = with_own(admission_policies(), policies, controls, beside, admission=True)
    own = [each for each in catalogue.policies if each.id.startswith("ACM")]
    subjects = [
        Subject(each, each["metadata"]["name"], type_of(each), lambda _: None) for each in OBJECTS
    ]
    labels = {
        each["metadata"]["name"]: each["metadata"].get("labels", {})
        for each in OBJECTS
        if each["kind"] == "Namespace"
    }
    with closing(RegorusEngine()) as engine:
        found = judge(subjects, own, catalogue, engine, own_constraints(own, GIVEN), labels)

    assert {
        (each.policy, each.urn, each.message) for each in found if each.verdict != "pass"
    } == SAID
