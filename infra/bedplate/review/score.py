"""Applies all rules to a repository and sums them up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from bedplate.review import rules_ci, rules_code, rules_delivery, rules_governance
from bedplate.review.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.policy.catalogue import Severity
    from bedplate.review.rule import Fault, Rule

RULES: Final[tuple[Rule, ...]] = (
    *rules_code.RULES,
    *rules_ci.RULES,
    *rules_delivery.RULES,
    *rules_governance.RULES,
)
"""Every rule, by id."""
WEIGHTS: Final[dict[Severity, int]] = {"critical": 8, "high": 4, "medium": 2, "low": 1}
"""What a rule counts in the score."""
SCHEMA: Final = "bedplate.review/v1"
"""Name and version of the JSON form."""

Verdict = Literal["pass", "fail", "not_applicable"]
"""Whether a repository keeps a rule, or has nothing that it is about."""


@dataclass(frozen=True, slots=True)
class Result:
    """One rule's verdict."""

    rule: Rule
    """The rule."""
    verdict: Verdict
    """What it says."""
    faults: tuple[Fault, ...]
    """Where it is not kept."""


@dataclass(frozen=True, slots=True)
class Review:
    """All rules' verdicts on one repository."""

    results: tuple[Result, ...]
    """By id of the rule."""

    @property
    def score(self) -> int:
        """Per cent of the weight of all rules that apply: what the repository keeps."""
        counted = [result for result in self.results if result.verdict != "not_applicable"]
        whole = sum(WEIGHTS[result.rule.severity] for result in counted)
        kept = sum(WEIGHTS[r.rule.severity] for r in counted if r.verdict == "pass")
        return 100 * kept // whole if whole else 0

    @property
    def failed(self) -> tuple[Result, ...]:
        """Rules that are not kept, gravest first."""
        failed = [result for result in self.results if result.verdict == "fail"]
        return tuple(sorted(failed, key=lambda one: (-WEIGHTS[one.rule.severity], one.rule.id)))

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form: plain dictionaries and lists."""
        return {
            "schema": SCHEMA,
            "score": self.score,
            "rules": [
                {
                    "id": result.rule.id,
                    "title": result.rule.title,
                    "severity": result.rule.severity,
                    "verdict": result.verdict,
                    "fix": result.rule.fix,
                    "faults": [
                        {"file": fault.file, "line": fault.line, "message": fault.message}
                        for fault in result.faults
                    ],
                }
                for result in self.results
            ],
        }


def review(root: Path) -> Review:
    """Return the review of a repository. Its code is read, never run."""
    repository = Repository(root)
    return Review(tuple(_result(rule, repository) for rule in RULES))


def _result(rule: Rule, repository: Repository) -> Result:
    found = rule.check(repository)
    if found is None:
        return Result(rule, "not_applicable", ())
    faults = tuple(found)
    return Result(rule, "fail" if faults else "pass", faults)
