"""What an upgrade does to each environment, before anything changes. Imports Pulumi.

The older plan is what the environment's newest release keeps of it. Where there is no release there
is nothing to compare with, and only what fails from now on can be told.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bedplate.errors import BedplateError, shown
from bedplate.governance.assessment import Options, assess
from bedplate.governance.gate import present_release
from bedplate.governance.records import records_of
from bedplate.governance.release_difference import difference
from bedplate.governance.releasing import summary_of
from bedplate.governance.simulation import resolved
from bedplate.scaffold.update import apply_update
from bedplate.spec.stacks import environments

if TYPE_CHECKING:
    from datetime import datetime

    from bedplate.governance.assessment import Assessment
    from bedplate.governance.release import Release
    from bedplate.governance.release_difference import ReleaseDifference
    from bedplate.scaffold.update import Update

_NOT_COPIED: Final = (
    ".git",
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    ".bedplate",
    ".*_cache",
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What an upgrade does to one environment."""

    environment: str
    """Its name."""
    release: Release | None
    """Its newest release, whose plan is compared with; None: there is none."""
    difference: ReleaseDifference | None
    """What differs from that release; None without one, or without a plan."""
    faults: tuple[str, ...]
    """Why it would no longer be valid, or could not be judged."""
    blocking: tuple[str, ...]
    """Findings that block after the upgrade, in sentences; with a release, those that are new."""

    @property
    def blocks(self) -> bool:
        """Tell whether the environment would not check clean for a reason that is new."""
        return bool(self.faults or self.blocking)


def effects(repository: Path, update: Update, now: datetime) -> tuple[Effect, ...]:
    """Return what an upgrade does to the environments of a repository, by name.

    The upgraded repository is judged in a copy: nothing of the repository itself changes.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve() / repository.resolve().name
        ignored = shutil.ignore_patterns(*_NOT_COPIED)
        shutil.copytree(repository, copy, ignore=ignored, symlinks=True)
        apply_update(copy, update)
        stacks = copy / "stacks"
        options = Options(stacks, today=now.date())
        found = assess(environments(stacks), options)
        made = [_effect(one, repository, options, now) for one in found]
    return tuple(_placed(each, copy, repository) for each in made)


def _effect(judged: Assessment, repository: Path, options: Options, now: datetime) -> Effect:
    name = judged.environment
    faults = [*map(str, judged.problems), *([judged.refusal] if judged.refusal else [])]
    try:
        release = _newest(repository, name)
    except BedplateError as error:
        release = None
        faults.append(error.message)
    if release is None or judged.plan is None:
        blocking = [f"{f.policy} {f.severity}: {f.message}" for f in judged.findings if f.blocks]
        return Effect(name, release, None, tuple(faults), tuple(dict.fromkeys(blocking)))
    bare = present_release(resolved(name, options), judged.plan, options, release.author, now)
    found = difference(release, replace(bare, summary=summary_of(judged)))
    newly = {(each.policy, each.resource.rpartition("::")[2]) for each in found.newly}
    blocking = [
        f"{f.policy} {f.severity}: {f.message}"
        for f in judged.findings
        if f.blocks and (f.policy, f.urn.rpartition("::")[2]) in newly
    ]
    return Effect(name, release, found, tuple(faults), tuple(dict.fromkeys(blocking)))


def _newest(repository: Path, name: str) -> Release | None:
    records = records_of(repository / "stacks", name)
    return records.newest() if any(records.releases.glob("*.json")) else None


def _placed(effect: Effect, copy: Path, repository: Path) -> Effect:
    """Return an effect with the names of files in the repository, not in the copy."""
    place = shown(repository.resolve())
    prefix = "" if place == "." else f"{place}/"

    def told(sentences: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each.replace(f"{copy}/", prefix) for each in sentences)

    return replace(effect, faults=told(effect.faults), blocking=told(effect.blocking))
