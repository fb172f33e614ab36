"""A project's own types: used as it writes them down, and held to what the shipped table keeps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.layers import spec
from support.plans import plan, resource

from bedplate.errors import SpecError
from bedplate.operate.deployer import deployer_of
from bedplate.operate.deployer_own import own_actions
from bedplate.operate.deployer_policy import documents

if TYPE_CHECKING:
    from pathlib import Path

FUNCTION = "aws:lambda/function:Function"
OWN = """\
aws:lambda/function:Function:
  passes: [lambda]
  reads: [lambda:ListFunctions]
  grants:
    - at: ["lambda function:{prefix}-*"]
      do: [lambda:CreateFunction, lambda:DeleteFunction]
"""


def _statements(own: Any) -> list[dict[str, Any]]:
    written = documents(plan(resource(FUNCTION)), deployer_of(spec()), own)
    return [each for document in written for each in document["Statement"]]


def test_a_type_of_ones_own_is_scoped_like_all_others(tmp_path: Path) -> None:
    """Its actions stand under the environment's names, and its role is passed to its service."""
    file = tmp_path / "deployer-actions.yaml"
    file.write_text(OWN)
    by_sid = {each["Sid"].rstrip("0123456789"): each for each in _statements(own_actions(file))}

    assert by_sid["LambdaOwn"] == {
        "Sid": by_sid["LambdaOwn"]["Sid"],
        "Effect": "Allow",
        "Action": ["lambda:CreateFunction", "lambda:DeleteFunction"],
        "Resource": ["arn:aws:lambda:me-central-1:111122223333:function:acme-prod-*"],
    }
    assert by_sid["LambdaAll"]["Condition"] == {
        "StringEquals": {"aws:RequestedRegion": ["me-central-1"]}
    }
    assert by_sid["IamPassed"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com"]}
    }


def test_without_a_file_there_is_nothing(tmp_path: Path) -> None:
    """Most projects have none."""
    assert own_actions(tmp_path / "deployer-actions.yaml") == {}


KEPT = {"at": ["lambda function:{prefix}-*"], "do": ["lambda:CreateFunction"]}
WRONG: dict[str, tuple[Any, str]] = {
    "a wildcard": (
        {FUNCTION: {"grants": [KEPT | {"do": ["lambda:*"]}]}},
        "grants[0].do: holds `lambda:*`. Fix: write it as `service:Action`, without wildcards.",
    ),
    "rights": (
        {FUNCTION: {"reads": ["iam:AttachUserPolicy"]}},
        (
            "reads: holds `iam:AttachUserPolicy`, which gives rights. Fix: leave it to a person: "
            "it would let the deployer give rights away."
        ),
    ),
    "everybody's": (
        {FUNCTION: {"grants": [KEPT | {"at": ["lambda function:*"]}]}},
        (
            "grants[0].at: names neither the environment nor its tags. Fix: put {prefix} into the "
            "name, or ask for tags by `if: tagged`."
        ),
    ),
    "no resources": (
        {FUNCTION: {"grants": [{"do": ["lambda:CreateFunction"]}]}},
        "grants[0]: has no `at`. Fix: name actions (do) and resources (at).",
    ),
    "a condition": (
        {FUNCTION: {"grants": [KEPT | {"if": "always"}]}},
        "grants[0].if: is no condition. Fix: use one of requested, tagged, untagged.",
    ),
    "a key": (
        {FUNCTION: {"grants": [KEPT | {"on": ["x"]}]}},
        "grants[0].on: is not known here. Fix: use at, do, if, when.",
    ),
    "a section": (
        {FUNCTION: {"writes": ["lambda:CreateFunction"]}},
        (
            "writes: is not known here. Fix: use a list under one of grants, keys, links, passes, "
            "reads."
        ),
    ),
    "no list": (
        {FUNCTION: {"reads": "lambda:ListFunctions"}},
        "reads: is no list. Fix: write it as [one, two].",
    ),
    "a service": (
        {FUNCTION: {"passes": ["lambda.amazonaws.com/x"]}},
        "passes: holds `lambda.amazonaws.com/x`. Fix: write the service alone, such as `lambda`.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_would_widen_is_refused(tmp_path: Path, name: str) -> None:
    """With file and path, and what to write instead."""
    content, message = WRONG[name]
    file = tmp_path / "deployer-actions.yaml"
    file.write_text(json.dumps(content))

    with pytest.raises(SpecError) as refused:
        own_actions(file)

    (problem,) = refused.value.problems
    assert f"{problem.path}: {problem.problem}. Fix: {problem.fix}." == f"{FUNCTION}.{message}"
    assert (problem.file, problem.line) == (str(file), 1)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            "aws:s3/bucket:Bucket",
            "aws:s3/bucket:Bucket: is known already. Fix: remove it.",
        ),
        (
            "lambda",
            (
                "lambda: is no type of an AWS resource. Fix: write it as the plan does, such as "
                "`aws:lambda/function:Function`."
            ),
        ),
    ],
)
def test_a_type_is_named_as_in_the_plan(tmp_path: Path, kind: str, said: str) -> None:
    """What ships is not written anew, and what is no type is no entry."""
    file = tmp_path / "deployer-actions.yaml"
    file.write_text(f"{kind}:\n  reads: [s3:ListAllMyBuckets]\n")

    with pytest.raises(SpecError) as refused:
        own_actions(file)

    assert refused.value.message == f"{file}:1:1: {said}"
