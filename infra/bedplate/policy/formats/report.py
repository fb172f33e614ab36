"""What every form of a check is made from, and what they share: places, levels, sentences."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from bedplate.errors import Problem
    from bedplate.policy.catalogue import Policy, Severity
    from bedplate.policy.finding import Finding, Source, Verdict
    from bedplate.policy.waiver_rules import Ruling

VERDICTS: Final[tuple[Verdict, ...]] = (
    "pass", "fail", "unresolved", "not_applicable", "waived", "error"
)  # fmt: skip
"""Every verdict, in the order in which they are counted."""
OUTCOMES: Final = {0: "clean", 1: "blocked", 3: "unresolved"}
"""What an exit code says of an environment."""
SHOWN: Final[frozenset[Verdict]] = frozenset({"fail", "unresolved", "error", "waived"})
"""Verdicts that every form lists."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy as forms describe it."""

    id: str
    """Its id."""
    title: str
    """What holds where it is kept; its id where the catalogue does not have it."""
    description: str
    """Why it matters."""
    concern: str
    """What it is about; "" where the catalogue does not have it."""
    severity: Severity
    """How much harm a violation does."""
    remediation: str
    """What to do about one."""
    controls: tuple[str, ...]
    """Clauses that it maps to."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file of the repository."""

    path: str
    """Path below the repository's root, with slashes."""
    line: int
    """1-based."""
    column: int
    """1-based; 0 where the whole line is meant."""
    note: str = ""
    """Where the value is set, if that is outside the repository."""


@dataclass(frozen=True, slots=True)
class EnvironmentReport:
    """One environment, decided."""

    environment: str
    """Its name."""
    file: str
    """Its file, as the user would type it."""
    tier: str
    """Its tier; "" where its files could not be resolved."""
    code: int
    """Its exit code."""
    resources: int
    """How many resources its layers manage."""
    problems: tuple[Problem, ...]
    """What is wrong in its files."""
    refusal: str
    """Why it could not be judged; "" where it could."""
    findings: tuple[Finding, ...]
    """What the policies say of it."""
    rulings: tuple[Ruling, ...]
    """What each waiver amounts to in it."""

    @property
    def outcome(self) -> str:
        """`clean`, `blocked` or `unresolved`."""
        return OUTCOMES[self.code]

    @property
    def counts(self) -> dict[Verdict, int]:
        """Number of findings by verdict."""
        counted = Counter(finding.verdict for finding in self.findings)
        return {verdict: counted[verdict] for verdict in VERDICTS}

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What is to be said of waivers."""
        return tuple(one.problem for one in self.rulings if one.problem is not None)

    def listed(self) -> Iterator[Finding]:
        """Yield what every form lists: what blocks, then what is open, advised or waived."""
        shown = [finding for finding in self.findings if finding.verdict in SHOWN]
        yield from sorted(shown, key=_rank)


@dataclass(frozen=True, slots=True)
class Report:
    """A check of some environments, ready to be written in any form."""

    environments: tuple[EnvironmentReport, ...]
    """In the order of the check."""
    policies: Mapping[str, Policy]
    """The catalogue by id; one that is not in it is described by its findings."""
    root: Path
    """Root of the repository; paths are given below it."""
    code: int
    """Exit code of the check."""
    now: datetime
    """When the check was made."""

    def rules(self) -> tuple[Rule, ...]:
        """Return every policy that was asked, or is in the catalogue, in the order of ids."""
        found = {name: _of_policy(policy) for name, policy in self.policies.items()}
        for one in self.environments:
            for finding in one.findings:
                found.setdefault(finding.policy, _of_finding(finding))
        return tuple(found[name] for name in sorted(found))

    def place(self, one: EnvironmentReport, source: Source | Problem | None) -> Place:
        """Return where something stands in the repository.

        What stands outside of it, such as in a blueprint of an installed library, is told at the
        environment's own file, since nothing else can be shown or changed there.
        """
        inside = None if source is None else self._below_root(source.file)
        if source is not None and inside is not None:
            return Place(inside, max(source.line, 1), source.column)
        own = self._below_root(one.file) or Path(one.file).name
        return Place(own, 1, 0, "" if source is None else f"{source.file}:{source.line}")

    def _below_root(self, file: str) -> str | None:
        path = Path(os.path.abspath(file))  # noqa: PTH100 - links are not followed: names stay
        root = self.root.absolute()
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else None


def _of_policy(policy: Policy) -> Rule:
    return Rule(
        policy.id,
        policy.title,
        policy.description or policy.title,
        policy.concern,
        policy.severity,
        policy.remediation,
        policy.controls,
    )


def _of_finding(finding: Finding) -> Rule:
    name = finding.policy
    return Rule(name, name, name, "", finding.severity, finding.remediation, finding.controls)


def repository_root(folder: Path) -> Path:
    """Return the root of the repository that a folder of stacks lies in; else the folder above."""
    above = folder.absolute().parent
    for candidate in (folder.absolute(), *folder.absolute().parents):
        if (candidate / ".git").exists():
            return candidate
    return above


def name_of(urn: str) -> str:
    """Return the name of a resource, the last part of its URN."""
    return urn.rsplit("::", maxsplit=1)[-1]


def kind_of(finding: Finding) -> str:
    """Return a finding's severity and what is special about it, such as `high waived`."""
    if finding.verdict != "fail":
        return f"{finding.severity} {finding.verdict}"
    return finding.severity if finding.blocks else f"{finding.severity} advisory"


def sentence(finding: Finding) -> str:
    """Return what is wrong, what excuses it, and what to do about it."""
    message = finding.message.rstrip(".") or "no message"
    fix = finding.remediation.rstrip(".")
    excuse = f" {excused(finding)}" if finding.excuse else ""
    return f"{message}.{excuse}" + (f" Fix: {fix}." if fix else "")


def excused(finding: Finding) -> str:
    """Return by what a finding is waived, and until when; "" where it is not."""
    waiver = finding.excuse
    if waiver is None:
        return ""
    by = f"Waived by {waiver.id} ({waiver.ticket}) until {waiver.expires}"
    return f"{by}, approved by {waiver.approved_by}: {waiver.reason.rstrip('.')}."


def told(problem: Problem) -> str:
    """Return a problem without its place."""
    subject = f"{problem.path}: " if problem.path else ""
    end = "" if problem.fix.endswith((".", "?")) else "."
    return f"{subject}{problem.problem}. Fix: {problem.fix}{end}"


def _rank(finding: Finding) -> int:
    """Return the place in the order: what blocks, what is open, what is advised, what is waived."""
    if finding.blocks:
        return 0
    return {"unresolved": 1, "fail": 2}.get(finding.verdict, 3)
