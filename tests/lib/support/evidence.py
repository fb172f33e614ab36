"""A platform whose production was released, approved, let through and deployed, without a cloud."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import yaml

from bedplate.governance.admitting import Admitted
from bedplate.governance.approvals import Intent
from bedplate.governance.assessment import Options
from bedplate.governance.deciding import decided
from bedplate.governance.gate import gate_of, present_release, presented
from bedplate.governance.ledger import Entry, append
from bedplate.governance.records import Records, records_of
from bedplate.governance.releasing import recorded
from bedplate.spec.resolve import resolve
from support.goldens import PRODUCTION, golden_plan
from support.plans import ROOT
from support.releases import AUTHOR, LAYLA, OMAR, key

if TYPE_CHECKING:
    from pathlib import Path

NOW: Final = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
"""When production was deployed: inside its window."""
DEPLOYER: Final = "pipeline"


@dataclass(frozen=True)
class Deployed:
    """A platform's repository after a deployment."""

    root: Path
    """Its folder."""
    records: Records
    """Records of production."""
    admitted: Admitted
    """The release at the gate."""


def deployed_platform(root: Path) -> Deployed:
    """Make the reference platform in a folder, with two approvers, one waiver and a deployment."""
    _files(root)
    options = Options(root / "stacks")
    environment, plan = resolve("prod", root / "stacks"), golden_plan(PRODUCTION)
    records = records_of(root / "stacks", "prod")
    made = present_release(environment, plan, options, AUTHOR, NOW - timedelta(days=1))
    recorded(made, records)
    for person in (LAYLA, OMAR):
        intent = Intent("approved", person, timedelta(days=7), "")
        moment = NOW - timedelta(hours=2)
        decided(root / "stacks", "prod", None, intent, key(person.name), moment)
    (root / "changes").mkdir()
    change = {"id": "CHG-1", "type": "normal", "state": "approved", "environment": "prod"}
    text = yaml.safe_dump(change | {"release": made.digest})
    (root / "changes/CHG-1.yaml").write_text(text)
    found = presented(environment, plan, options, DEPLOYER, NOW, release=made)
    admitted = Admitted(environment, plan, gate_of(environment, plan, found, options), NOW)
    for event, minutes in (("deployment-started", 1), ("deployed", 9)):
        time = NOW + timedelta(minutes=minutes)
        append(records.ledger, Entry(time, DEPLOYER, event, "prod", made.digest, {}))  # type: ignore[arg-type]
    return Deployed(root, records, admitted)


def _files(root: Path) -> None:
    shutil.copytree(ROOT / "stacks", root / "stacks")
    shutil.copy(ROOT / "requirements.lock", root)
    common = yaml.safe_load((root / "stacks/common.yaml").read_text())
    approvers = [one.model_dump(mode="json") for one in (LAYLA, OMAR)]
    common["governance"]["approvals"] = {"approvers": approvers}
    common["governance"]["change"] = {"windows": [], "freezes": []}
    (root / "stacks/common.yaml").write_text(yaml.safe_dump(common))
