"""Environments are assessed side by side, and what has not changed is read from the cache."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bedplate.governance import fingerprint
from bedplate.governance.assessment import Assessment, Options, assess

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Options:
    """Return options for a copy of the reference platform, with an empty cache."""
    for name in ("stacks", "infra/foundation"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return Options(Path("stacks"), cache=tmp_path / "cache")


def _edit(options: Options, old: str, new: str, name: str = "prod") -> None:
    file = options.stacks / f"{name}.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def _blocking(assessment: Assessment) -> set[tuple[str, str, int]]:
    return {
        (finding.policy, Path(finding.source.file).name, finding.source.line)
        for finding in assessment.findings
        if finding.blocks and finding.source
    }


def test_the_reference_platform_is_clean_and_cached(options: Options) -> None:
    """All three environments pass; a second run reads the same from the cache."""
    names = ("dev", "prod", "staging")
    first, second = assess(names, options), assess(names, options)

    assert [(a.environment, a.exit_code, a.cached) for a in first] == [
        ("dev", 0, False),
        ("prod", 0, False),
        ("staging", 0, False),
    ]
    assert [a.cached for a in second] == [True, True, True]
    assert [replace(a, cached=False) for a in second] == list(first)


def test_a_change_of_one_file_costs_one_environment(options: Options) -> None:
    """Only the environment whose file changed is worked out again."""
    assess(("dev", "staging"), options)
    _edit(options, "hourly_usd: 5", "hourly_usd: 6", "dev")

    assert [a.cached for a in assess(("dev", "staging"), options)] == [False, True]


def test_three_violations_are_found_at_their_lines(options: Options) -> None:
    """A public endpoint, a region outside the jurisdiction and a small budget each have a line."""
    _edit(options, "cluster:\n", "cluster:\n  endpoint_access: public\n")
    _edit(options, "region: me-central-1", "region: eu-central-1")
    _edit(options, "hourly_usd: 100", "hourly_usd: 1")

    lines = (options.stacks / "prod.yaml").read_text().splitlines()
    budget = next(n for n, line in enumerate(lines, 1) if line.startswith("budget:"))

    (found,) = assess(("prod",), options)
    expected = {("ZT-001", "prod.yaml", 6), ("RES-001", "prod.yaml", 3)}

    assert found.exit_code == 1
    assert expected | {("GPU-005", "prod.yaml", budget)} <= _blocking(found)
    assert [str(p).split(": ")[1] for p in found.problems] == [
        "aws.region",
        "gpu_pools.training-h200.instance_types[0]",
    ]


def test_a_teams_own_bucket_is_judged_at_its_python_line(options: Options) -> None:
    """A resource that a team adds to the program is judged like ours."""
    program = Path("infra/foundation/__main__.py")
    text = program.read_text() + '\nimport pulumi_aws as aws\n\naws.s3.Bucket("scratch")\n'
    program.write_text(text)
    line = text.splitlines().index('aws.s3.Bucket("scratch")') + 1

    (found,) = assess(("staging",), options)

    assert found.exit_code == 1
    assert ("ENC-001", "__main__.py", line) in _blocking(found)
    assert {(file, at) for _, file, at in _blocking(found)} == {("__main__.py", line)}


def test_faults_of_the_file_are_reported_without_simulating(options: Options) -> None:
    """An environment that does not resolve has problems, no plan, and blocks."""
    _edit(options, "network:", "netwrk:")

    (found,) = assess(("prod",), options)

    assert (found.plan, found.exit_code) == (None, 1)
    assert [str(problem).split(": ", 1)[1] for problem in found.problems] == [
        (
            "network.cidr: a required value is missing. Fix: add it. "
            "IPv4 block of the VPC, /16 to /20."
        ),
        "netwrk: unknown key. Fix: did you mean `network`?",
    ]


def test_a_failing_program_is_a_refusal_that_is_not_cached(options: Options) -> None:
    """A program that raises blocks with its line; the next run tries again."""
    Path("infra/foundation/__main__.py").write_text("raise ValueError('no luck')\n")

    first, second = (assess(("dev",), options)[0] for _ in range(2))

    assert first.refusal == (
        "infra/foundation/__main__.py:1: the program failed with ValueError: no luck. "
        "Fix: correct the program there."
    )
    assert (first.exit_code, second.cached) == (1, False)


def test_the_day_is_part_of_the_fingerprint(options: Options) -> None:
    """A legal basis may lapse overnight, so that yesterday's verdict is not today's."""
    from datetime import date  # noqa: PLC0415

    days = (date(2026, 11, 23), date(2026, 11, 24))

    assert len({fingerprint.shared(replace(options, today=day)) for day in days}) == 2
