"""A check in the forms that code hosts, test reports and auditors read."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from bedplate.errors import BedplateError, UsageError, shown
from bedplate.governance.findings_document import resources
from bedplate.policy.formats.report import EnvironmentReport, Report, repository_root

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedplate.governance.assessment import Assessment
    from bedplate.policy.catalogue import Policy

Form = Literal["sarif", "junit", "github", "gitlab", "markdown", "oscal"]
"""A form besides the table and our own JSON; each is a module of `bedplate.policy.formats`."""
SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""Variable by which GitHub names the file that a step's summary is added to."""


def formatted(
    form: Form,
    assessments: Sequence[Assessment],
    stacks: Path,
    code: int,
    now: datetime | None = None,
) -> str:
    """Return a check in a form. For GitHub the summary of the job is written as well."""
    report = Report(
        environments=tuple(_environment(one, stacks) for one in assessments),
        policies=_policies(stacks),
        root=repository_root(stacks),
        code=code,
        now=(now or datetime.now(UTC)).replace(microsecond=0),
    )
    if form == "github" and os.environ.get(SUMMARY):
        _add_summary(Path(os.environ[SUMMARY]), _rendered("markdown", report))
    return _rendered(form, report)


def _rendered(form: Form, report: Report) -> str:
    module = import_module(f"bedplate.policy.formats.{form}")
    return str(module.render(report))


def _environment(one: Assessment, stacks: Path) -> EnvironmentReport:
    return EnvironmentReport(
        environment=one.environment,
        file=shown(stacks / f"{one.environment}.yaml"),
        tier=one.tier or "",
        code=one.exit_code,
        resources=resources(one),
        problems=one.problems,
        refusal=one.refusal,
        findings=one.findings,
        rulings=one.rulings,
    )


def _policies(stacks: Path) -> Mapping[str, Policy]:
    """Return the catalogue by id; of two rules with one id the one that denies."""
    from bedplate.governance.policy_set import all_policies_of  # noqa: PLC0415 - see bedplate.cli

    try:
        found = all_policies_of(stacks)
    except BedplateError:
        return {}  # the check has said so: what it found is told without it
    return {policy.id: policy for policy in reversed(found)}


def _add_summary(file: Path, text: str) -> None:
    try:
        with file.open("a", encoding="utf-8") as summary:
            summary.write(f"{text}\n")
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        problem = f"the job's summary can't be written to {file}: {reason}"
        raise UsageError(f"{problem}. Fix: mend {SUMMARY}, or unset it.") from error
