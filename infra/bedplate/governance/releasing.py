"""Makes a release of an environment that checks clean, and says what differs. Imports Pulumi."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bedplate.errors import BedplateError, UsageError, shown
from bedplate.governance.gate import present_release
from bedplate.governance.judgement import assessed
from bedplate.governance.ledger import Entry, append, entries
from bedplate.governance.recording import is_recorded, record_new
from bedplate.governance.records import records_of
from bedplate.governance.release import changed, read_release
from bedplate.governance.release_difference import difference, kept
from bedplate.governance.simulation import resolved, simulated
from bedplate.policy.waiver_file import load_waivers

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bedplate.governance.assessment import Assessment, Options
    from bedplate.governance.records import Records
    from bedplate.governance.release import Release
    from bedplate.governance.release_difference import ReleaseDifference


@dataclass(frozen=True, slots=True)
class Prepared:
    """A release that was written, and what it would change."""

    release: Release
    """The release."""
    file: Path
    """Where it was written."""
    live: str | None
    """Digest of the release that is live, without `sha256:`; None where nothing is."""
    changes: tuple[str, ...]
    """What differs from it, in sentences."""
    difference: ReleaseDifference | None
    """What differs from it, by meaning; None where nothing is live."""


def prepared(name: str, options: Options, author: str, now: datetime) -> Prepared:
    """Write the release of an environment as it is now, and record it in the ledger.

    Raises BedplateError where a finding blocks, or where the same release was made before.
    """
    environment = resolved(name, options)
    plan = simulated(environment, options)
    waivers = load_waivers(options.stacks.resolve().parent)
    with ThreadPoolExecutor(1) as beside:
        # What it is made of is read and digested while the policy engine works.
        bare = beside.submit(present_release, environment, plan, options, author, now)
        judged = assessed(environment, plan, options).decided(waivers, now.date())
        if judged.exit_code:
            fix = f"see what `bedplate check {name}` says"
            raise BedplateError(f"{name} does not check clean. Fix: {fix}.", judged.exit_code)
        made = replace(bare.result(), summary=summary_of(judged))
    records = records_of(options.stacks, name)
    live = live_release(records)
    file = recorded(made, records)
    if live is None:
        return Prepared(made, file, None, (), None)
    digest = live.digest.removeprefix("sha256:")
    return Prepared(made, file, digest, changed(live, made), difference(live, made))


def recorded(made: Release, records: Records) -> Path:
    """Write a release and record it in the ledger, both or neither; return its file.

    A release whose run was killed between the two has no entry: it then gets one.
    """
    file = records.release_file(made)
    if not file.is_file():
        record_new(file, made.dumps(), records.ledger, _entry(made))
        return file
    before = read_release(file)  # its name is its digest, which reading proves
    entry = _entry(before)
    if is_recorded(records.ledger, entry):
        what = f"{before.author} made it on {before.created:%Y-%m-%d}, of these very files"
        fix = f"go on with it: `bedplate approvals {before.environment}` says what it lacks"
        raise UsageError(f"{shown(file)} exists already: {what}. Fix: {fix}.")
    append(records.ledger, entry)
    return file


def _entry(made: Release) -> Entry:
    facts = {"short": made.short, "parts": dict(made.parts)}
    return Entry(made.created, made.author, "release", made.environment, made.digest, facts)


def summary_of(judged: Assessment) -> dict[str, Any]:
    """Return what a release keeps of its assessment for people."""
    verdicts = Counter(finding.verdict for finding in judged.findings)
    cost = judged.cost
    return {
        "verdicts": dict(sorted(verdicts.items())),
        "hourly_usd": None if cost is None else cost.hourly_usd,
        "findings": kept(judged.findings),
    }


def live_release(records: Records) -> Release | None:
    """Return what was deployed last and not destroyed since, by the ledger; None for nothing."""
    history = deployed_digests(records)
    return records.named(history[-1]) if history else None


def deployed_digests(records: Records) -> tuple[str, ...]:
    """Return the digests that were live one after the other, the present one last.

    Nothing that was live before the environment was destroyed counts.
    """
    found: list[str] = []
    for entry in entries(records.ledger):
        if entry["event"] in ("deployed", "rollback"):
            found += [entry["release"]] if found[-1:] != [entry["release"]] else []
        elif entry["event"] == "destroyed":
            found.clear()
    return tuple(found)
