"""A finding points at the line to change, and is safe to show."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.plans import BUCKET, ROOT, resource, shipped

from bedplate.policy.finding import LONGEST, Finding, Source, printable, source_of, stack_urn
from bedplate.spec.tree import Origin

if TYPE_CHECKING:
    from bedplate.policy.catalogue import Policy
    from bedplate.policy.finding import Verdict

SCHEMA = ROOT / "docs" / "reference" / "findings.schema.json"

ORIGINS = {
    "": Origin("stacks/prod.yaml", 1, 1, "environment"),
    "gpu_pools": Origin("stacks/prod.yaml", 20, 1, "environment"),
    "gpu_pools.training": Origin("stacks/prod.yaml", 21, 3, "environment"),
    "gpu_pools.training.max_gpus": Origin("stacks/prod.yaml", 23, 15, "environment"),
    "budget.max_gpus": Origin("stacks/common.yaml", 9, 13, "common"),
}


def _policy(*settings: str) -> Policy:
    return replace(shipped().policies[0], settings=settings)


def _finding(verdict: Verdict = "fail") -> Finding:
    return Finding(
        policy="ENC-001",
        severity="high",
        level="mandatory",
        verdict=verdict,
        urn="urn:pulumi:prod::p::aws:s3/bucket:Bucket::x",
        type=BUCKET,
        message="Not blue.",
        controls=("gdpr:32",),
        remediation="Paint it.",
        source=Source("stacks/prod.yaml", 3, 1, "stores"),
    )


@pytest.mark.parametrize(
    ("settings", "spec_path", "expected"),
    [
        ((".max_gpus",), "gpu_pools.training", ("prod", 23, "gpu_pools.training.max_gpus")),
        ((".zones", "budget.max_gpus"), "gpu_pools.training", ("common", 9, "budget.max_gpus")),
        ((), "gpu_pools.training", ("prod", 21, "gpu_pools.training")),
        ((), "gpu_pools.serving", ("prod", 20, "gpu_pools")),
        ((".nothing",), "network", ("prod", 1, "")),
    ],
)
def test_a_library_resource_points_at_the_setting_that_decides(
    settings: tuple[str, ...], spec_path: str, expected: tuple[str, int, str]
) -> None:
    """The first setting that a file states, else the component's part, else what is above it."""
    source = source_of(_policy(*settings), resource(BUCKET, spec_path=spec_path), ORIGINS)

    assert source is not None
    file, line, path = expected
    assert (source.file, source.line, source.path) == (f"stacks/{file}.yaml", line, path)


def test_a_teams_own_resource_points_at_its_program() -> None:
    """No setting of the environment file decides what a team wrote in Python."""
    own = source_of(_policy("budget.max_gpus"), resource(BUCKET), ORIGINS)

    assert own == Source("main.py", 7, 1, "")
    assert source_of(_policy(), resource(BUCKET, source=None), ORIGINS) is None


def test_a_stack_points_at_a_setting_or_at_the_file() -> None:
    """A finding on a whole stack has no component to point at."""
    assert source_of(_policy("budget.max_gpus"), None, ORIGINS) == Source(
        "stacks/common.yaml", 9, 13, "budget.max_gpus"
    )
    assert source_of(_policy(), None, ORIGINS) == Source("stacks/prod.yaml", 1, 1, "")
    assert source_of(_policy(), None, {}) is None


def test_a_stack_has_the_urn_that_pulumi_gives_it() -> None:
    """Findings on a stack match Pulumi's own."""
    expected = "urn:pulumi:prod::bedplate-foundation::pulumi:pulumi:Stack::bedplate-foundation-prod"

    assert stack_urn("prod", "bedplate-foundation") == expected


@pytest.mark.parametrize(
    ("level", "verdict", "blocks"),
    [
        ("mandatory", "fail", True),
        ("advisory", "fail", False),
        ("advisory", "error", True),
        ("mandatory", "unresolved", True),
        ("advisory", "unresolved", False),
        ("mandatory", "waived", False),
        ("mandatory", "pass", False),
    ],
)
def test_what_blocks(level: str, verdict: Verdict, *, blocks: bool) -> None:
    """A broken rule blocks whatever its level: nobody knows what it would have said."""
    finding = replace(_finding(verdict), level="advisory" if level == "advisory" else "mandatory")

    assert finding.blocks is blocks


@given(st.text())
def test_a_message_is_one_printable_line(text: str) -> None:
    """No control character, no line break, no change of direction reaches a terminal."""
    shown = printable(text)

    assert not set(shown) & {
        *map(chr, range(32)),
        *map(chr, range(127, 160)),
        *"\u2028\u2029\u202e",
    }
    assert len(shown) <= LONGEST
    assert printable(shown) == shown


def test_a_long_message_says_that_it_was_cut() -> None:
    """A rule that prints its input is bounded."""
    assert printable("x" * 5000) == "x" * (LONGEST - 1) + "…"


def test_the_json_form_is_what_the_schema_says() -> None:
    """Round trip, and valid by the published schema, with and without a source."""
    schema = json.loads(SCHEMA.read_text())
    findings = [_finding(), replace(_finding("pass"), source=None, message="")]
    document = {
        "schema": "bedplate.findings/v1",
        "environments": [
            {"environment": "prod", "resources": 1, "findings": [f.to_json() for f in findings]}
        ],
        "summary": {},
    }

    jsonschema.Draft202012Validator(schema).validate(document)
    assert [Finding.from_json(f.to_json()) for f in findings] == findings


def test_the_schema_refuses_an_unknown_verdict() -> None:
    """The schema tells more than that a finding is a mapping."""
    schema = json.loads(SCHEMA.read_text())
    finding = _finding().to_json() | {"verdict": "maybe"}
    document = {
        "schema": "bedplate.findings/v1",
        "environments": [{"environment": "prod", "resources": 1, "findings": [finding]}],
        "summary": {},
    }

    errors = [e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(document)]

    assert errors == [
        "'maybe' is not one of ['pass', 'fail', 'unresolved', 'not_applicable', 'waived', 'error']"
    ]
