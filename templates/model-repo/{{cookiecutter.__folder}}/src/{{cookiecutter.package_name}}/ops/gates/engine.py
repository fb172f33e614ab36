"""Runs a gate: measures, judges, applies an exception, writes evidence and the ledger."""

import datetime as dt
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from .. import ledger
from ..context import Context, actor, config_digest, now
from ..digest import of_file
from ..errors import OpsError, UsageError
from ..evidence import GATES, Check, Evidence, write


@dataclass(frozen=True)
class Result:
    """What a gate measured."""

    checks: list[Check]
    """Every number; at least one."""
    subject: dict[str, str]
    """Digests of what was judged."""
    fix: str
    """The next command, or what to do, if it fails."""
    details: dict[str, Any] = field(default_factory=dict)
    """Numbers for renderings."""


class Gate(Protocol):
    """A module of this folder."""

    measure: Callable[[Context, dict[str, Any]], Result]


def run(gate: str, context: Context) -> Evidence:
    """Run one gate and leave its evidence; the caller stops if it blocks."""
    if gate not in GATES:
        raise UsageError(f"there is no gate {gate!r}. Fix: use one of {', '.join(GATES)}.")
    settings = context.config("gates")["gates"][gate]
    module: Any = importlib.import_module(f".{gate}", __package__)
    # What is left of an earlier run must not speak for this one.
    (context.evidence / f"{gate}.json").unlink(missing_ok=True)
    try:
        result: Result = module.measure(context, settings)
    except UsageError:
        raise
    except OpsError as fault:
        result = _could_not(str(fault))
    evidence = judge(gate, context, settings, result)
    path = write(context.evidence, evidence, schema(context))
    ledger.append(
        ledger.runs(context),
        "gate",
        {"gate": gate, "verdict": evidence.verdict, "caller": evidence.caller,
         "evidence": of_file(path), "subject": evidence.subject},
        evidence.actor,
    )  # fmt: skip
    return evidence


def judge(gate: str, context: Context, settings: dict[str, Any], result: Result) -> Evidence:
    """Return the evidence of what was measured; a gate without a check fails."""
    checks = result.checks or [Check("checks", 0.0, 1.0, ">=", passed=False, note="none was made")]
    advisory: dict[str, str] | None = None
    verdict: Any = "pass" if all(check.passed for check in checks) else "fail"
    if verdict == "fail" and settings["mode"] == "advisory":
        advisory = settings["advisory"]
        if dt.date.fromisoformat(advisory["until"]) >= now().date():
            verdict = "advisory"
        else:
            over = Check("exception", advisory["until"], str(now().date()), ">=", passed=False,
                         note=f"the exception by {advisory['approver']} has ended")  # fmt: skip
            checks, advisory = [*checks, over], None
    return Evidence(
        gate, verdict, context.caller, now().isoformat(), actor(), result.subject,
        config_digest(context), checks, result.fix, advisory, result.details,
    )  # fmt: skip


def schema(context: Context) -> Any:
    """Return the file of the schema of evidence."""
    return context.root / "config" / "schemas" / "evidence.schema.json"


def _could_not(why: str) -> Result:
    broken = Check("measured", "no", "yes", "==", passed=False, note=why)
    return Result([broken], {}, "do what the message says, then run the step again")
