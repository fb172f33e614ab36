"""Makes the evidence bundle of a release that was made or deployed before. Imports Pulumi."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bedplate.governance.admitting import admitted
from bedplate.governance.evidence import bundle_file, write_bundle
from bedplate.governance.ledger import entries
from bedplate.governance.records import records_of
from bedplate.governance.releasing import live_release

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.dsse import SigningKey
    from bedplate.governance.assessment import Options
    from bedplate.governance.bundle import Bundle
    from bedplate.governance.records import Records
    from bedplate.governance.release import Release

PIPELINE = "pipeline"
"""Who is taken to deploy a release that nobody has deployed yet."""


def bundled(
    name: str,
    options: Options,
    short: str | None,
    now: datetime,
    file: Path | None = None,
    key: SigningKey | None = None,
) -> Bundle:
    """Write the bundle of a release; without a name of what is live, else of the newest.

    It is judged as it stood when its last deployment began, by the ledger. Raises BedplateError
    where the files are no longer those that the release was made of.
    """
    records = records_of(options.stacks, name)
    live = live_release(records) if short is None else None
    release = live or records.named(short)
    moment, deployer = _deployment(records, release) or (now, PIPELINE)
    found = admitted(name, options, deployer, moment, release)
    return write_bundle(found, records, file or bundle_file(records, release), key)


def _deployment(records: Records, release: Release) -> tuple[datetime, str] | None:
    """Return when the last deployment of a release began, and whose it was."""
    found = None
    for entry in entries(records.ledger):
        if entry["event"] == "deployment-started" and entry["release"] == release.digest:
            found = (datetime.fromisoformat(entry["time"]), str(entry["actor"]))
    return found
