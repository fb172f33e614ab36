"""Deploys an approved release: the gate before each layer, then exactly what was looked at.

Whatever happens is recorded in the ledger: a refusal, a start, an end, a failure half-way. Imports
Pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bedplate.engine import deployment
from bedplate.engine.cli_session import session_of
from bedplate.engine.deployment import PackError
from bedplate.errors import EXIT_BLOCKED, BedplateError, EngineError
from bedplate.governance.admitting import admitted
from bedplate.governance.ledger import Entry, append
from bedplate.governance.records import records_of
from bedplate.governance.simulation import request
from bedplate.operate.replace_guard import losses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bedplate.engine.deployment import Preview
    from bedplate.engine.plan import LayerPlan
    from bedplate.engine.request import LayerRequest
    from bedplate.governance.admitting import Admitted
    from bedplate.governance.assessment import Options
    from bedplate.governance.ledger import Event
    from bedplate.governance.records import Records
    from bedplate.governance.release import Release
    from bedplate.spec.resolve import Resolved


class RefusedError(BedplateError):
    """Nothing was deployed, or no further layer."""

    def __init__(self, headline: str, reasons: tuple[str, ...], fix: str) -> None:
        lines = [headline, *(f"  {each}" for each in reasons), f"Fix: {fix}."]
        super().__init__("\n".join(lines), EXIT_BLOCKED)
        self.reasons = reasons
        """Why, in sentences."""


class UnfinishedError(BedplateError):
    """A deployment failed half-way."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be deployed, and how."""

    environment: str
    """Name of the environment."""
    options: Options
    """Where its files lie."""
    deployer: str
    """Who deploys."""
    layers: tuple[str, ...]
    """Which layers, in their order."""
    in_sandbox: bool = False
    """Whether the stand-in provider takes the place of AWS."""
    pack: Path | None = None
    """Policy pack that judges in Pulumi too."""
    release: Release | None = None
    """What to deploy; None: the newest release."""
    records: Records | None = None
    """Where it is recorded; None: beside the environment's files."""
    event: Event = "deployed"
    """What its end is recorded as."""

    @property
    def book(self) -> Records:
        """Where it is recorded."""
        if self.records is not None:
            return self.records
        stacks = self.options.stacks
        return records_of(stacks, self.environment, in_sandbox=self.in_sandbox)

    def record(self, digest: str, event: Event, facts: Mapping[str, object]) -> None:
        """Record in the ledger what the deployer did, now, about a release."""
        entry = Entry(datetime.now(UTC), self.deployer, event, self.environment, digest, facts)
        append(self.book.ledger, entry)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told what happens, and asked before it does."""

    tell: Callable[[str], None]
    """Told each line that Pulumi prints."""
    confirm: Callable[[str, Preview], bool]
    """Asked with layer and preview whether to go on."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer that was deployed."""

    name: str
    """Its name."""
    counts: Mapping[str, int]
    """Number of resources by what was done to them."""


@dataclass(slots=True)
class Deployed:
    """What a deployment came to."""

    admitted: Admitted
    """The release and the gate that let it through."""
    layers: list[Layer] = field(default_factory=list)
    """Layers that were deployed."""


def deploy(job: Job, watcher: Watcher) -> Deployed:
    """Deploy the layers of a job, one after the other.

    Raises RefusedError where the gate, the policies or the guard forbid it, UnfinishedError where
    Pulumi fails, BedplateError where files can't be read.
    """
    done = Deployed(_at_gate(job))
    try:
        _pass(job, done.admitted)
        _record(job, done, "deployment-started", {"layers": ", ".join(job.layers)})
        for number, name in enumerate(job.layers):
            if number:
                # An approval may have ended, or a window closed, while the layer before was made.
                done.admitted = _at_gate(job)
                _pass(job, done.admitted)
            done.layers.append(_deployed(job, name, done, watcher))
    except RefusedError as error:
        _record(job, done, "refused", {"reasons": list(error.reasons), **_made(done)})
        raise
    except BaseException as error:
        # Ctrl-C too: what was deployed up to then stays, and somebody must know.
        reason = error.message if isinstance(error, BedplateError) else type(error).__name__
        _record(job, done, "deployment-failed", {"reason": reason, **_made(done)})
        raise
    _record(job, done, job.event, _made(done))
    return done


def _at_gate(job: Job) -> Admitted:
    now, keep = datetime.now(UTC), not job.in_sandbox
    return admitted(job.environment, job.options, job.deployer, now, job.release, keep=keep)


def _pass(job: Job, found: Admitted) -> None:
    """Raise RefusedError where something stands in the release's way."""
    if found.refusals:
        headline = f"{job.environment} may not be deployed:"
        fix = f"settle them, and see `bedplate approvals {job.environment}`"
        raise RefusedError(headline, found.refusals, fix)


def _deployed(job: Job, layer: str, done: Deployed, watcher: Watcher) -> Layer:
    """Preview a layer, look at it, and deploy just that."""
    wanted = request_of(job, done.admitted.environment, layer)
    try:
        with session_of(wanted, in_sandbox=job.in_sandbox, progress=watcher.tell) as session:
            deployment.prepare(session)
            found = deployment.preview(session, job.pack)
            _look(job, layer, found, done)
            if found.changes and not watcher.confirm(layer, found):
                raise RefusedError(
                    f"{layer} was not deployed:",
                    ("nobody confirmed it",),
                    "answer yes, or add --yes",
                )
            if found.changes:
                deployment.up(session, job.pack)
    except PackError as error:
        reasons = tuple(str(each) for each in error.violations)
        fix = f"see what `bedplate check {job.environment}` says"
        raise RefusedError(f"{layer} was not deployed:", reasons, fix) from None
    except EngineError as error:
        raise UnfinishedError(_failure(job, layer, done, error)) from error
    return Layer(layer, found.counts)


def request_of(job: Job, environment: Resolved, layer: str) -> LayerRequest:
    """Return what the real engine needs to run a layer: with the backend that the file names."""
    wanted = request(environment, layer, job.options, {})
    if job.records is not None:
        # The files are those of another checkout, the sandbox is not.
        wanted = replace(wanted, home=job.records.root)
    state = environment.spec.state
    if state is None:
        return wanted
    return replace(wanted, backend=state.backend, secrets_provider=state.secrets_provider)


def _look(job: Job, layer: str, found: Preview, done: Deployed) -> None:
    """Refuse what was not approved, and what can't be had back."""
    release = done.admitted.release
    headline = f"{layer} was not deployed:"
    strange = _unapproved(layer, found.plan, release)
    if strange:
        fix = f"make a release anew with `bedplate release {job.environment}`"
        raise RefusedError(headline, strange, fix)
    lost = losses(found.steps, done.admitted.allowed)
    if lost:
        raise RefusedError(headline, tuple(each.message for each in lost), lost[0].fix)


def _unapproved(layer: str, plan: LayerPlan, release: Release) -> tuple[str, ...]:
    """Return what Pulumi would make that is not in the release, or leave out that is."""
    approved = {key for key in release.resources if key.startswith(f"{layer}:")}
    real = {f"{layer}:{each.type}::{each.name}" for each in plan.resources if each.custom}
    more = [f"{key} is not part of the release." for key in sorted(real - approved)]
    less = [f"{key} is in the release but would not be made." for key in sorted(approved - real)]
    return (*more, *less)


def _failure(job: Job, layer: str, done: Deployed, error: EngineError) -> str:
    """Return what happened, what there is now, and what comes next."""
    made = ", ".join(each.name for each in done.layers)
    lines = [error.message, ""]
    lines.append(f"Deployed before that: {made}." if made else "No layer was deployed before that.")
    lines.append(
        f"The state of {layer} holds what was made up to then. Next: settle what it names, then "
        f"run `bedplate up {job.environment}` again; it goes on where it stopped."
    )
    return "\n".join(lines)


def _made(done: Deployed) -> dict[str, object]:
    return {each.name: dict(each.counts) for each in done.layers}


def _record(job: Job, done: Deployed, event: Event, facts: Mapping[str, object]) -> None:
    job.record(done.admitted.release.digest, event, facts)
