"""Evidence: what a gate measured and how it judged. Everything else is a rendering of it."""

import functools
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import jsonschema

from .digest import of_file, of_value, read_json, write_json
from .errors import OpsError

GATES = (
    "data_quality",
    "tests",
    "performance",
    "fairness",
    "drift",
    "security",
    "parity",
    "latency",
)
"""Every gate, in the order in which a pipeline comes to them."""
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Check:
    """One number against one threshold."""

    name: str
    """What is measured."""
    value: float | str | None
    """What came out; None if it could not be measured."""
    threshold: float | str
    """What it is held against."""
    relation: Literal[">=", "<=", "=="]
    """How value and threshold must stand for a pass."""
    passed: bool
    """The verdict."""
    where: str = "all"
    """Slice, column or file that it is about."""
    note: str = ""
    """One sentence that helps to understand the number."""

    def text(self) -> str:
        """Return the check in one line."""
        mark = "pass" if self.passed else "FAIL"
        value = f"{self.value:.4g}" if isinstance(self.value, float) else str(self.value)
        line = (
            f"{mark}  {self.name} [{self.where}]: {value}, must be {self.relation} {self.threshold}"
        )
        return f"{line} ({self.note})" if self.note else line


def at_least(
    name: str, value: float, threshold: float, where: str = "all", note: str = ""
) -> Check:
    """Return the check that a value reaches a threshold; NaN never does."""
    value = float(value)
    return Check(name, _known(value), threshold, ">=", value >= threshold, where, note)


def at_most(name: str, value: float, threshold: float, where: str = "all", note: str = "") -> Check:
    """Return the check that a value stays within a threshold; NaN never does."""
    value = float(value)
    return Check(name, _known(value), threshold, "<=", value <= threshold, where, note)


def same(name: str, value: str, expected: str, where: str = "all", note: str = "") -> Check:
    """Return the check that a text is the expected one."""
    return Check(name, value, expected, "==", value == expected, where, note)


def _known(value: float) -> float | None:
    return round(value, 6) if abs(value) < float("inf") else None


@dataclass(frozen=True)
class Evidence:
    """The result of one gate."""

    gate: str
    """Name of the gate."""
    verdict: Literal["pass", "fail", "advisory"]
    """`advisory`: it failed, and an approved exception lets it through until its end date."""
    caller: str
    """Who ran it: pr, step, promotion or schedule."""
    at: str
    """When, in UTC."""
    actor: str
    """Who."""
    subject: dict[str, str]
    """Digests of what was judged: `data`, `model`."""
    config: str
    """Digest of the thresholds."""
    checks: list[Check]
    """Every number."""
    fix: str
    """The next command, or what to do."""
    advisory: dict[str, str] | None = None
    """Approver, reason and end date of the exception in force."""
    details: dict[str, Any] = field(default_factory=dict)
    """Numbers that renderings show and no threshold asks for."""
    schema: int = SCHEMA_VERSION
    """Version of this format."""

    @property
    def blocks(self) -> bool:
        """Say whether the build must stop."""
        return self.verdict == "fail"

    def failures(self) -> list[Check]:
        """Return the checks that failed."""
        return [check for check in self.checks if not check.passed]

    def report(self) -> str:
        """Return what a person reads on the terminal."""
        head = f"{self.verdict.upper():8} {self.gate}: {len(self.checks)} checks"
        remark = [f"  note: {self.details['remark']}"] if "remark" in self.details else []
        if self.verdict == "pass":
            return "\n".join([head, *remark])
        lines = [head, *remark, *(f"  {check.text()}" for check in self.failures())]
        if self.advisory:
            given = self.advisory
            lines.append(f"  let through by {given['approver']} until {given['until']}: "
                         f"{given['reason']}")  # fmt: skip
        return "\n".join([*lines, f"  next: {self.fix}"])


def _check(value: Any, schema: Path) -> None:
    """Raise the most telling ValidationError, if there is one."""
    checker = _checker(schema.read_text("utf-8"))
    if fault := jsonschema.exceptions.best_match(checker.iter_errors(value)):
        raise fault


@functools.cache
def _checker(schema: str) -> Any:
    """Return what holds evidence against a schema; the schema itself is judged once."""
    asked = json.loads(schema)
    kind = jsonschema.validators.validator_for(asked)
    kind.check_schema(asked)
    return kind(asked)


def write(folder: Path, evidence: Evidence, schema: Path) -> Path:
    """Write evidence that its schema accepts; return the file."""
    value = asdict(evidence)
    _check(value, schema)
    path = folder / f"{evidence.gate}.json"
    write_json(path, value)
    return path


def read(path: Path, schema: Path) -> Evidence:
    """Return the evidence in a file."""
    try:
        value = read_json(path)
        _check(value, schema)
    except (OSError, ValueError) as fault:
        raise OpsError(f"{path.name} can't be read: {fault}") from None
    except jsonschema.ValidationError as fault:
        raise OpsError(f"{path.name} is not evidence: {fault.message}") from None
    return Evidence(**value | {"checks": [Check(**check) for check in value["checks"]]})


def read_all(folder: Path, schema: Path) -> dict[str, Evidence]:
    """Return all evidence of a run, by gate."""
    return {gate: read(folder / f"{gate}.json", schema) for gate in GATES
            if (folder / f"{gate}.json").is_file()}  # fmt: skip


def bundle_digest(folder: Path) -> str:
    """Return the one digest that stands for all evidence of a run."""
    return of_value({path.name: of_file(path) for path in sorted(folder.glob("*.json"))})
