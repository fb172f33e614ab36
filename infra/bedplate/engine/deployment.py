"""Deploys one layer in two steps: a preview that is looked at, then exactly what it showed.

The preview is saved as Pulumi's update plan, which the deployment is held to: whatever a program or
a provider would do beyond it stops the deployment (``pulumi up --plan``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bedplate.engine.cli_session import ensure_stack
from bedplate.engine.cli_state import from_export, from_preview
from bedplate.engine.sandbox.difference import top_level
from bedplate.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from bedplate.engine.cli_session import Session
    from bedplate.engine.plan import LayerPlan

_PLAN: Final = "plan.json"
_EVENTS: Final = "events.json"
_UNCHANGED: Final = frozenset({"same", "read", "refresh"})
"""Operations that leave everything as it is."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a deployment would do to one resource."""

    operation: str
    """Pulumi's name of it: ``create``, ``update``, ``replace``, ``delete`` or ``same``."""
    urn: str
    """Which resource."""
    changed: tuple[str, ...]
    """Properties that differ, sorted."""
    replacing: tuple[str, ...]
    """Those of them that force a replacement."""

    @property
    def type(self) -> str:
        """Type token of the resource."""
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """Logical name of the resource."""
        return self.urn.split("::", 3)[3]


@dataclass(frozen=True, slots=True)
class Violation:
    """What the policy pack said while Pulumi ran."""

    policy: str
    """Its id."""
    severity: str
    """Its severity."""
    urn: str
    """Which resource, or the stack."""
    message: str
    """What is wrong, in one line."""

    def __str__(self) -> str:
        return f"{self.policy} {self.severity}: {self.message}"


class PackError(EngineError):
    """The policy pack forbids what Pulumi was about to do."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__("\n".join(str(each) for each in violations))
        self.violations = violations
        """What it says, each once."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a deployment of a layer would do."""

    plan: LayerPlan
    """What the stack would hold, as far as it is known."""
    steps: tuple[Step, ...]
    """What would be done, one step a resource, those left as they are too."""

    @property
    def counts(self) -> dict[str, int]:
        """Number of resources by operation, those left as they are under ``same``."""
        counts: dict[str, int] = {}
        for step in self.steps:
            counts[step.operation] = counts.get(step.operation, 0) + 1
        return dict(sorted(counts.items()))

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if step.operation not in _UNCHANGED)


def preview(session: Session, pack: Path | None) -> Preview:
    """Ask Pulumi what a deployment would do, and keep that as the plan for `up`.

    Raises PackError where the policy pack forbids it, EngineError where the CLI fails.
    """
    arguments = ["preview", "--json", "--show-sames", "--save-plan", str(session.scratch / _PLAN)]
    digest = json.loads(_judged_run(session, arguments, pack, session.configuration))
    plan = from_preview(session.request, digest, session.events(session.scratch / _EVENTS))
    return Preview(plan, _steps(digest))


def up(session: Session, pack: Path | None) -> LayerPlan:
    """Do what the preview of this session showed, and return what the stack holds then.

    Raises PackError or EngineError; the stack then holds what was deployed up to that point.
    """
    arguments = ["up", "--yes", "--skip-preview", "--plan", str(session.scratch / _PLAN)]
    _judged_run(session, arguments, pack, session.configuration)
    return held(session)


def prepare(session: Session) -> None:
    """Make the stack where it is missing; the sandbox has made it already."""
    if not session.settings:
        ensure_stack(session)


def destroy(session: Session) -> LayerPlan:
    """Delete all that is not protected, nor needed by what is; return what the stack then holds."""
    session.run("destroy", "--yes", "--skip-preview", "--exclude-protected", *session.settings)
    return held(session)


def held(session: Session) -> LayerPlan:
    """Return what the stack holds."""
    return from_export(session.request, session.export())


def refreshed(session: Session) -> Preview:
    """Ask the providers what is really there; the state is left as it is.

    The plan holds what was found: as inputs what a program would have had to ask for.
    """
    log = session.scratch / _EVENTS
    arguments = ["refresh", "--preview-only", "--json", "--event-log", str(log)]
    digest = json.loads(session.run(*arguments, *session.settings))
    found = {
        event["resOutputsEvent"]["metadata"]["urn"]: event["resOutputsEvent"]["metadata"]
        for event in session.events(log)
        if "resOutputsEvent" in event
    }
    gone = {urn for urn, each in found.items() if each["op"] == "delete"}
    there = {**digest, "steps": [each for each in digest["steps"] if each["urn"] not in gone]}
    # A refresh is no operation that makes anything; as a preview's it would be left out.
    steps = [{**each, "op": "same"} for each in there["steps"]]
    plan = from_preview(session.request, {**there, "steps": steps}, session.events(log))
    return Preview(plan, tuple(map(_found, found.values())))


def _found(metadata: Mapping[str, Any]) -> Step:
    """Return a step of a refresh as what happened to the resource outside Pulumi."""
    if metadata["op"] == "delete":
        return Step("delete", metadata["urn"], (), ())
    old, new = ((metadata.get(key) or {}).get("inputs") or {} for key in ("old", "new"))
    keys = {key for key in {*old, *new} if old.get(key) != new.get(key)}
    keys |= {top_level(path) for path in metadata.get("detailedDiff") or {}}
    return Step(metadata["op"], metadata["urn"], tuple(sorted(keys)), ())


def _judged_run(
    session: Session, arguments: list[str], pack: Path | None, settings: tuple[str, ...]
) -> str:
    """Run a verb with the policy pack; what the pack forbids is raised in its own words."""
    log = session.scratch / _EVENTS
    log.unlink(missing_ok=True)
    judged = ["--policy-pack", str(pack)] if pack else []
    try:
        return session.run(*arguments, *judged, "--event-log", str(log), *settings)
    except EngineError:
        violations = tuple(dict.fromkeys(_violations(session.events(log))))
        if violations:
            raise PackError(violations) from None
        raise


def _violations(events: Iterable[Mapping[str, Any]]) -> Iterable[Violation]:
    for event in events:
        found = event.get("policyEvent") or {}
        if found.get("enforcementLevel") == "mandatory":
            # The first line is the policy's title, the next what is wrong.
            lines = [line.strip() for line in found["message"].splitlines() if line.strip()]
            message = lines[1] if len(lines) > 1 else " ".join(lines)
            urn = found.get("resourceUrn", "")
            yield Violation(found["policyName"], found.get("severity", "high"), urn, message)


def _steps(digest: Mapping[str, Any]) -> tuple[Step, ...]:
    return tuple(
        Step(
            step["op"],
            step["urn"],
            tuple(sorted(step.get("diffReasons") or ())),
            tuple(sorted(step.get("replaceReasons") or ())),
        )
        for step in digest.get("steps", ())
        if not step["urn"].split("::")[2].endswith("pulumi:pulumi:Stack")
    )
