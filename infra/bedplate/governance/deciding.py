"""Writes somebody's decision on a release, and records it in the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedplate.governance.approvals import decide_on
from bedplate.governance.ledger import Entry
from bedplate.governance.recording import record_new
from bedplate.governance.records import records_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bedplate.dsse import SigningKey
    from bedplate.governance.approvals import Intent
    from bedplate.governance.ledger import Event
    from bedplate.governance.release import Release


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was written."""

    release: Release
    """What it is on."""
    file: Path
    """Where it was written."""


def decided(
    stacks: Path,
    environment: str,
    named: str | None,
    intent: Intent,
    key: SigningKey,
    now: datetime,
) -> Decided:
    """Sign a decision on a release, the newest where none is named; raises BedplateError."""
    records = records_of(stacks, environment)
    release = records.named(named)
    envelope = decide_on(release, intent, key, now)
    who = intent.approver
    file = records.approval_file(release, who.name)
    event: Event = "approval" if intent.choice == "approved" else "rejection"
    expires = (now + intent.lasts).isoformat()
    facts = {"role": who.role, "reason": intent.reason, "expires": expires}
    if intent.allows:
        facts["allows"] = ", ".join(intent.allows)
    entry = Entry(now, who.name, event, environment, release.digest, facts)
    text = json.dumps(envelope.to_json(), indent=2) + "\n"
    record_new(file, text, records.ledger, entry, key)
    return Decided(release, file)
