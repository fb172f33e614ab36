"""Deletes an environment: the layers in reverse, all but what is protected. Imports Pulumi."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bedplate.engine import deployment
from bedplate.engine.cli_session import session_of
from bedplate.errors import EngineError
from bedplate.governance.deploying import RefusedError, UnfinishedError, request_of
from bedplate.governance.presenting import spoken_against, submitted
from bedplate.governance.records import NoReleaseError
from bedplate.governance.release import changed
from bedplate.governance.releasing import live_release
from bedplate.governance.simulation import resolved, simulated
from bedplate.operate.teardown import Kept, keep_list, locked_stores
from bedplate.spec.people import same_person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bedplate.engine.plan import LayerPlan
    from bedplate.governance.approvals import Statement
    from bedplate.governance.deploying import Job
    from bedplate.governance.release import Release
    from bedplate.spec.resolve import Resolved

ALLOWED = "destroy"
"""What approvals of a release must allow, so that a protected environment is torn down."""


@dataclass(frozen=True, slots=True)
class TornDown:
    """What the teardown of one layer came to."""

    layer: str
    """Name of the layer."""
    deleted: int
    """Number of resources that were deleted."""
    kept: tuple[Kept, ...]
    """What is left, and why."""
    locked: Mapping[str, str]
    """What locks mean, by the name of the store that has one."""


def tear_down(
    job: Job, tell: Callable[[str], None], confirm: Callable[[str, LayerPlan], bool]
) -> tuple[TornDown, ...]:
    """Delete the layers of a job, the last first, and return what became of each.

    ``confirm`` is asked with a layer and what its stack holds. A protected environment needs
    approvals that allow it. Raises RefusedError, or UnfinishedError where Pulumi fails.
    """
    environment = resolved(job.environment, job.options)
    digest = _permission(job, environment)
    done: list[TornDown] = []
    try:
        # One by one: what was torn down before a failure is recorded.
        done.extend(
            _torn_down(job, environment, layer, tell, confirm) for layer in reversed(job.layers)
        )
    except BaseException as error:
        names = [each.layer for each in done]
        job.record(digest, "deployment-failed", {"reason": str(error), "destroyed": names})
        raise
    facts = {each.layer: {"deleted": each.deleted, "kept": _names(each.kept)} for each in done}
    job.record(digest, "destroyed", facts)
    return tuple(done)


def _names(kept: tuple[Kept, ...]) -> list[str]:
    return [f"{each.type}::{each.name}" for each in kept]


def _permission(job: Job, environment: Resolved) -> str:
    """Return the digest of the release that is torn down; raises RefusedError without consent."""
    try:
        newest = job.book.newest()
    except NoReleaseError:
        if environment.spec.protect:
            raise
        return ""
    if not _is_protected(job, environment):
        return newest.digest
    now = datetime.now(UTC)
    plan = simulated(environment, job.options)
    release, present, found = submitted(environment, plan, job.options, now)
    reasons = spoken_against(changed(release, present), found)
    reasons += _unconsented(job, environment, release, found.in_force(release, now))
    if reasons:
        fix = (
            f"have it approved: `bedplate approve {job.environment} {release.short} "
            f"--allow {ALLOWED} --as NAME --key FILE`"
        )
        if release.digest != present.digest:
            fix = f"make a release of it as it is now, `bedplate release {job.environment}`"
        job.record(release.digest, "refused", {"reasons": reasons})
        raise RefusedError(
            f"{job.environment} is protected and was not torn down:", tuple(reasons), fix
        )
    return release.digest


def _is_protected(job: Job, environment: Resolved) -> bool:
    """Tell whether the files, or those of the release that is live, protect an environment."""
    if environment.spec.protect:
        return True
    live = live_release(job.book)
    return live is not None and live.spec.get("protect", True) is not False


def _unconsented(
    job: Job, environment: Resolved, release: Release, said: tuple[Statement, ...]
) -> Iterator[str]:
    """Yield why what approvers say of a release does not let it be torn down."""
    wanted = environment.spec.governance.approvals
    needed = max(wanted.required, 1)
    involved = (job.deployer, release.author)
    allowing = [
        one
        for one in said
        if ALLOWED in one.allows and not any(same_person(one.approver, who) for who in involved)
    ]
    if len(allowing) < needed:
        yield f"{needed} approvals of release {release.short} must allow it, and do not."
        return
    for role in sorted(set(wanted.roles) - {one.role for one in allowing}):
        yield f"Nobody in the role {role} allows it."


def _torn_down(
    job: Job,
    environment: Resolved,
    layer: str,
    tell: Callable[[str], None],
    confirm: Callable[[str, LayerPlan], bool],
) -> TornDown:
    wanted = request_of(job, environment, layer)
    try:
        with session_of(wanted, in_sandbox=job.in_sandbox, progress=tell) as session:
            before = deployment.held(session)
            locked = locked_stores(before)
            if not before.resources:
                return TornDown(layer, 0, (), {})
            if not confirm(layer, before):
                headline = f"{layer} was not torn down:"
                raise RefusedError(headline, ("nobody confirmed it",), "answer yes, or add --yes")
            expected = keep_list(before)
            after = deployment.destroy(session)
    except EngineError as error:
        what = f"The state of {layer} holds what is left. Next: settle what it names, then run"
        message = f"{error.message}\n\n{what} `bedplate destroy {job.environment}` again."
        raise UnfinishedError(message) from error
    _verify(layer, after, expected)
    names = {each.name for each in after.resources}
    left = {name: text for name, text in locked.items() if name in _stores(after) or name in names}
    return TornDown(layer, len(before.resources) - len(after.resources), expected, left)


def _stores(plan: LayerPlan) -> set[str]:
    return {
        str(each.outputs.get(key))
        for each in plan.resources
        for key in ("bucket", "name")
        if each.outputs.get(key)
    }


def _verify(layer: str, after: LayerPlan, expected: tuple[Kept, ...]) -> None:
    """Raise UnfinishedError where more is left than the keep-list says."""
    allowed = {each.urn for each in expected}
    more = [f"  {each.urn}" for each in after.resources if each.urn not in allowed]
    if more:
        lines = [f"{layer} still holds what should be gone:", *more]
        fix = "see `pulumi stack` and run the same command again"
        raise UnfinishedError("\n".join([*lines, f"Fix: {fix}."]))
