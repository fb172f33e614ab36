"""Verb `explain`: every value has a place, or is a default."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("project")


def test_each_value_has_its_file_and_line(run: Callable[..., Any]) -> None:
    """Environment, common file, blueprint and defaults are told apart."""
    done = run("explain", "dev", "aws")

    assert (done.code, done.err) == (0, "")
    assert done.rows == [
        "Value Is Set by At",
        "aws.account_id 111122223333 common stacks/common.yaml:5",
        "aws.region us-east-1 common stacks/common.yaml:6",
        "aws.deploy_role_arn null default -",
        "aws.deploy_repository null default -",
        "aws.deployers [] default -",
    ]


def test_json_has_column_and_layer_too(run: Callable[..., Any]) -> None:
    """One value is a document of one."""
    done = run("explain", "dev", "environment", "--format", "json")

    assert json.loads(done.out) == {
        "schema": "bedplate.explain/v1",
        "environment": "dev",
        "values": [
            {
                "path": "environment",
                "value": "dev",
                "file": "stacks/dev.yaml",
                "line": 2,
                "column": 17,
                "layer": "environment",
            }
        ],
    }


def test_the_whole_environment_is_explained(run: Callable[..., Any]) -> None:
    """Without a path every leaf is there once, from all four layers."""
    entries = json.loads(run("explain", "prod", "--format", "json").out)["values"]
    paths = [entry["path"] for entry in entries]

    assert len(set(paths)) == len(paths) > 100
    layers = {"environment", "common", "blueprint", "default"}
    assert {entry["layer"] for entry in entries} == layers
    assert all(bool(entry["file"]) == (entry["layer"] != "default") for entry in entries)


def test_plain_lists_are_one_value_and_others_are_opened(
    run: Callable[..., Any], project: Path
) -> None:
    """A list of texts stands on its key's line; a list of mappings has a line for each leaf."""
    people = [{"name": "Ada", "role": "platform"}, {"name": "Bob", "role": "platform"}]
    values = {
        "environment": "dev",
        "governance": {"approvals": {"approvers": people}},
        "network": {"endpoints": ["sts", "kms"]},
    }
    (project / "stacks" / "dev.yaml").write_text(json.dumps(values, indent=1))
    path = "governance.approvals.approvers"

    assert run("explain", "dev", "network.endpoints").rows[1:] == [
        "network.endpoints [sts, kms] environment stacks/dev.yaml:18"
    ]
    assert run("explain", "dev", f"{path}[1]").rows[1:3] == [
        f"{path}[1].name Bob environment stacks/dev.yaml:11",
        f"{path}[1].role platform environment stacks/dev.yaml:12",
    ]


@pytest.mark.parametrize(
    ("path", "suggested"),
    [
        ("netwrok", "did you mean `network`?"),
        ("network.cdir", "did you mean `network.cidr`?"),
        ("networks.cidr", "did you mean `network`?"),
    ],
)
def test_an_unknown_path_is_wrong_usage(run: Callable[..., Any], path: str, suggested: str) -> None:
    """The nearest path is suggested."""
    done = run("explain", "dev", path)

    assert (done.code, done.out) == (2, "")
    assert done.err == f"`{path}` is no value of dev. Fix: {suggested}\n"
