"""Verbs `blueprints`, `policies` and `schema`: what there is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bedplate.assets import asset
from bedplate.policy.catalogue import load_catalogue
from bedplate.spec.reference import blueprint_schema_text, environment_schema_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("project")

SHIPPED = {"enterprise", "eu-gdpr", "llm-serving", "starter", "uae-regulated"}


def test_blueprints_are_listed_with_what_they_extend(run: Callable[..., Any]) -> None:
    """Name, base and for whom."""
    done = run("blueprints")
    rows = {line.split()[0]: line for line in done.rows[1:]}

    assert (done.code, done.err) == (0, "")
    assert set(rows) == SHIPPED
    assert rows["uae-regulated"].split()[1] == "enterprise"
    assert rows["starter"].split()[1] == "-"


def test_a_projects_own_blueprints_win(run: Callable[..., Any], project: Path) -> None:
    """The folder beside the stacks adds blueprints, and replaces one of the same name."""
    for name in ("acme", "starter"):
        folder = project / "blueprints" / name
        folder.mkdir(parents=True)
        (folder / "blueprint.yaml").write_text(f"description: Ours, {name}\nextends: enterprise\n")
    found = json.loads(run("blueprints", "--format", "json").out)

    assert found["schema"] == "bedplate.blueprints/v1"
    entries = {entry["name"]: entry for entry in found["blueprints"]}
    assert set(entries) == SHIPPED | {"acme"}
    assert entries["starter"] == {
        "name": "starter",
        "extends": "enterprise",
        "description": "Ours, starter",
        "file": "blueprints/starter/blueprint.yaml",
    }


def test_a_broken_blueprint_is_told_with_its_place(run: Callable[..., Any], project: Path) -> None:
    """The list does not hide a file that can't be read."""
    folder = project / "blueprints" / "acme"
    folder.mkdir(parents=True)
    (folder / "blueprint.yaml").write_text("description: a\ndescription: b\n")
    done = run("blueprints")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("blueprints/acme/blueprint.yaml:2:1: ")


def test_policies_are_those_of_the_catalogue(run: Callable[..., Any]) -> None:
    """Every policy once, in both forms."""
    folder = asset("policies")
    packs = [folder / "deploy", folder / "admission"]
    catalogue = load_catalogue(packs, [folder / "controls.yaml"])
    expected = [(policy.id, policy.level) for policy in catalogue.policies]
    found = json.loads(run("policies", "--format", "json").out)
    rows = [line.split() for line in run("policies").rows[1:]]

    assert found["schema"] == "bedplate.policies/v1"
    assert [(entry["id"], entry["level"]) for entry in found["policies"]] == expected
    assert [(row[0], row[2]) for row in rows] == expected


def test_the_admission_pack_is_configured_for_pulumi(run: Callable[..., Any]) -> None:
    """Pulumi asks it about every object: it is told which are a team's, and what blocks.

    In development that is what is critical; a rule of the cluster's own moment is not asked at all.
    """
    done = run("policies", "--config", "dev", "--pack", "admission")
    config = json.loads(done.out)

    assert (done.code, done.err) == (0, "")
    assert {"deny_zt_104", "deny_apr_101", "deny_tag_103"} <= set(config)
    levels = {rule: config[rule].pop("enforcementLevel") for rule in config}
    assert config["deny_zt_104"] == {"exempt": ["bedplate"], "namespaces": ["lab"]}
    assert config["deny_apr_101"] == {"approvals": ["0"], "exempt": [], "namespaces": ["lab"]}
    assert (levels["deny_zt_104"], levels["deny_zt_101"]) == ("mandatory", "advisory")
    assert {rule for rule, level in levels.items() if level == "disabled"} == {
        "deny_tag_103",
        "deny_zt_111",
    }
    assert run("policies", "--pack", "admission").out.endswith("policies/admission\n")


def test_the_python_pack_has_no_configuration(run: Callable[..., Any]) -> None:
    """It reads the environment itself."""
    done = run("policies", "--config", "dev", "--pack", "python")

    assert (done.code, done.out, done.err) == (
        2,
        "",
        "The Python pack needs no configuration. Fix: leave out --pack.\n",
    )


def test_policies_of_one_concern(run: Callable[..., Any]) -> None:
    """`--concern` narrows the list; an unknown one is wrong usage."""
    rows = [line.split() for line in run("policies", "--concern", "residency").rows[1:]]
    wrong = run("policies", "--concern", "residence")

    assert rows
    assert {row[3] for row in rows} == {"residency"}
    assert (wrong.code, wrong.err) == (
        2,
        "There is no concern `residence`. Fix: did you mean `residency`?\n",
    )


def test_schemas_are_those_of_the_reference(run: Callable[..., Any]) -> None:
    """Without an argument the environment's; they go to a file too."""
    assert run("schema").out == environment_schema_text()
    assert run("schema", "blueprint").out == blueprint_schema_text()
    assert run("schema", "stack").code == 2
