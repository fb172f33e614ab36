"""What every Rego engine does for the evaluator: run rules over inputs, and never fall silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedplate.policy.catalogue import Module


@dataclass(frozen=True, slots=True)
class Task:
    """One rule over one input."""

    input: int
    """Index of the input document."""
    rule: str
    """``<package>.<rule>``."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One message of a rule that fired."""

    message: str
    """What is wrong."""
    urn: str | None = None
    """The resource that a stack rule points at; None for the whole input."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one task."""

    hits: tuple[Hit, ...] = ()
    """The messages, sorted."""
    error: str | None = None
    """Why the rule broke on this input."""
    skipped: bool = False
    """Whether the rule was left out because it had broken before."""


HELD = Outcome()
"""The rule did not fire."""
SKIPPED = Outcome(skipped=True)
"""The rule had broken before."""


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that one run of an engine needs."""

    modules: tuple[Module, ...]
    """The Rego files."""
    config: Mapping[str, Mapping[str, Any]]
    """Facts by rule name, the rules' ``data.config``."""
    inputs: Sequence[str]
    """Input documents, each one line of JSON."""
    tasks: Sequence[Task]
    """What to evaluate, ordered by input."""


class RegoEngine(Protocol):
    """Evaluates Rego rules."""

    name: str
    """Such as ``regorus``."""

    keeps_policies: bool
    """Whether a further run with the same policies costs next to nothing."""

    def prepare(self, job: Job) -> None:
        """Read a job's modules and facts before its inputs are there, where that saves time."""
        ...

    def run(self, job: Job) -> list[Outcome]:
        """Return one outcome a task.

        A rule that breaks on an input has an error there and is skipped from then on. Raises
        PolicyError where the modules can't be read or the engine is not there.
        """
        ...

    def close(self) -> None:
        """Give back what the engine holds."""
        ...


def read_hits(value: Any) -> Outcome:
    """Return the outcome of a rule's value; a value of no known form is an error."""
    if not isinstance(value, list):
        return Outcome(error="the rule is no set of messages")
    hits: set[tuple[str, str]] = set()
    for item in value:
        if isinstance(item, str):
            hits.add((item, ""))
        elif isinstance(item, dict) and isinstance(item.get("msg"), str):
            hits.add((item["msg"], str(item.get("urn") or "")))
        else:
            return Outcome(error="the rule holds something that is neither text nor has a msg")
    return Outcome(hits=tuple(Hit(message, urn or None) for message, urn in sorted(hits)))


def short_error(text: str) -> str:
    """Return an engine's error as one sentence, without its stack trace and source excerpt."""
    kept = text.split("Stack backtrace", maxsplit=1)[0]
    reasons = [line.strip() for line in kept.splitlines() if line.strip().startswith("error:")]
    sentence = reasons[0].removeprefix("error:").strip() if reasons else " ".join(kept.split())
    return sentence[:300] or "the rule broke without a reason"
