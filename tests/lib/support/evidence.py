"""A platform whose production was released, approved, let through and deployed, without a cloud."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import yaml

from bedplate.engine.plan import Plan
from bedplate.governance.admitting import Admitted
from bedplate.governance.approvals import Intent
from bedplate.governance.assessment import Options
from bedplate.governance.deciding import decided
from bedplate.governance.gate import gate_of, present_release, presented
from bedplate.governance.ledger import Entry, append
from bedplate.governance.records import Records, records_of
from bedplate.governance.releasing import recorded
from bedplate.governance.waiving import sign_waiver
from bedplate.spec.resolve import resolve
from support.goldens import PRODUCTION, golden_plan
from support.plans import ROOT
from support.releases import AUTHOR, LAYLA, OMAR, key

if TYPE_CHECKING:
    from pathlib import Path

NOW: Final = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
"""When production was deployed: inside its window."""
DEPLOYER: Final = "pipeline"


CHARTED: Final = ("kubernetes:helm.sh/v3:Release", "kubernetes:yaml/v2:ConfigFile")
"""Types of the small plan's resources inside the cluster."""
WAIVER: Final[dict[str, Any]] = {
    "id": "W-1",
    "policy": "ENC-001",
    "resources": ["audit-archive-bucket", "audit-configuration-bucket"],
    "reason": "The keys are made next week.",
    "ticket": "SEC-12",
    "requested_by": AUTHOR,
    "approved_by": OMAR.name,
    "created": "2026-11-01",
    "expires": "2026-12-31",
}
"""The waiver of the small plan."""


@dataclass(frozen=True)
class Deployed:
    """A platform's repository after a deployment."""

    root: Path
    """Its folder."""
    records: Records
    """Records of production."""
    admitted: Admitted
    """The release at the gate."""


def small_plan() -> Plan:
    """Return a part of production's plan: some of its buckets, all of its charts."""
    foundation, platform = golden_plan(PRODUCTION).layers
    charts = [each for each in platform.resources if each.type in CHARTED or each.is_provider]
    layers = (
        replace(foundation, resources=foundation.resources[:60]),
        replace(platform, resources=tuple(charts)),
    )
    return Plan("prod", layers)


def deployed_platform(root: Path) -> Deployed:
    """Make the reference platform in a folder, with two approvers, a waiver and a deployment.

    Of its plan there is only a part. What that part lacks, the encryption of two buckets, is waived
    by a signed waiver.
    """
    _files(root)
    options = Options(root / "stacks")
    environment, plan = resolve("prod", root / "stacks"), small_plan()
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
    admitted = Admitted(environment, plan, gate_of(environment, plan, found, options), NOW, 2)
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
    (root / "waivers.yaml").write_text(yaml.safe_dump({"waivers": [WAIVER]}))
    sign_waiver(root / "stacks", WAIVER["id"], key(OMAR.name))
