"""Keeps the evidence of a deployment: a bundle beside the records, and in the evidence bucket.

What can't be kept makes no deployment undone: it is said, and can be repeated. Imports Pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedplate.errors import BedplateError
from bedplate.governance.anchors import anchor
from bedplate.governance.evidence import bundle_file, write_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.governance.deploying import Deployed, Job


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a deployment's evidence."""

    bundle: Path | None
    """The bundle; None where it could not be written, or the release was not."""
    problems: tuple[str, ...]
    """What could not be kept, and how to repeat it."""


def keep(job: Job, done: Deployed) -> Kept:
    """Write the evidence bundle of a deployment; outside the sandbox, store and anchor it too."""
    records, release = job.book, done.admitted.release
    if job.in_sandbox and not records.release_file(release).is_file():
        return Kept(None, ())
    file = bundle_file(records, release)
    name = job.environment
    try:
        write_bundle(done.admitted, records, file)
    except BedplateError as error:
        fix = f"Repeat it: bedplate audit bundle {name}"
        return Kept(None, (f"The evidence was not written. {error.message} {fix}",))
    return Kept(file, stored(job, done, file))


def stored(job: Job, done: Deployed, bundle: Path | None = None) -> tuple[str, ...]:
    """Anchor the ledger in the evidence bucket, with a bundle; return what could not be kept.

    The sandbox has no bucket.
    """
    if job.in_sandbox:
        return ()
    try:
        anchor(job.book, done.admitted.environment.spec, bundle)
    except BedplateError as error:
        fix = f"Repeat it: bedplate audit anchor {job.environment}"
        return (f"The evidence was not stored. {error.message} {fix}",)
    return ()
