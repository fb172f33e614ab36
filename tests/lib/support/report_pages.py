"""A platform with something of everything that a report shows, and its report."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import yaml

from bedplate.engine.plan import SECRET, UNKNOWN, LayerPlan, Plan
from bedplate.governance.approvals import Intent
from bedplate.governance.assessment import Assessment, Options
from bedplate.governance.deciding import decided
from bedplate.governance.gate import present_release
from bedplate.governance.judgement import assessed, judged
from bedplate.governance.ledger import Entry, append
from bedplate.governance.records import records_of, write_new
from bedplate.governance.waiving import sign_waiver
from bedplate.policy.waiver_file import load_waivers
from bedplate.report import build
from bedplate.spec.resolve import resolve
from support.goldens import GOLDEN, golden_plan
from support.plans import ROOT, resource
from support.releases import key

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.engine.plan import Resource

NOW: Final = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
"""When the report is made."""
AUTHOR: Final = "Sara Nasser"
"""Who made the releases."""
PEOPLE: Final = {"Layla Haddad": "platform", "Omar Rahman": "compliance"}
"""Who approves."""
HOSTILE: Final = "</script><script>alert(1)</script>"
"""A name that must not become markup."""
HIDDEN: Final = "safe\u202egnp.exe\x00"
"""A name that would be shown as another one."""
PLANTED: Final = "PLANTED-7f3c91"
"""Begins every secret that is planted."""

WAIVERS: Final = [
    {
        "id": "W-7",
        "policy": "OPS-002",
        "resources": ["*-group", "*-logs", "*-log"],
        "reason": "Logs go to the central archive too.",
        "ticket": "SEC-12",
        "requested_by": "Ali Rahimi",
        "approved_by": "Omar Rahman",
        "created": "2026-11-01",
        "expires": "2026-12-05",
        "environments": ["prod"],
    },
    {
        "id": "W-3",
        "policy": "TAG-002",
        "resources": ["stores-scratch"],
        "reason": "It holds no personal data.",
        "ticket": "SEC-9",
        "requested_by": "Ali Rahimi",
        "approved_by": "Omar Rahman",
        "created": "2026-05-01",
        "expires": "2026-10-01",
        "environments": ["prod", "staging"],
    },
]
"""One waiver that holds, and one that is over."""


@dataclass(frozen=True)
class Platform:
    """A platform's repository, and what was assessed of it."""

    root: Path
    """Its folder."""
    options: Options
    """How it was assessed."""
    assessments: tuple[Assessment, ...]
    """Of dev, staging, prod and of one whose files are wrong."""
    html: str
    """Its report."""


def platform(root: Path) -> Platform:
    """Write a platform below a folder and return it with its report.

    dev holds what is out to do harm, staging breaks policies, prod is waived, released, approved,
    broken is what its name says. Staging's ledger was edited, and its files after its release.
    """
    _files(root)
    sign_waiver(root / "stacks", "W-7", key("Omar Rahman"))
    options = Options(root / "stacks", today=NOW.date())
    plans = {name: golden_plan(_golden(name)) for name in ("dev", "staging", "prod")}
    plans["dev"] = _changed(plans["dev"], {}, _own())
    plans["staging"] = _changed(plans["staging"], _FAULTS)
    plans["prod"] = _changed(plans["prod"], _SHORT_LOGS)
    for name in ("staging", "prod"):
        _release(name, plans[name], options)
    _approve(root, "prod", *PEOPLE)
    _approve(root, "staging", "Omar Rahman")
    _commit(root)
    ledger = root / "ledger/staging.jsonl"
    ledger.write_text(ledger.read_text().replace(AUTHOR, "Nobody Here", 1))
    staging = root / "stacks/staging.yaml"
    staging.write_text(staging.read_text().replace("max_gpus: 4}\n", "max_gpus: 3}\n", 1))
    found = tuple(_assessment(name, plan, options) for name, plan in plans.items())
    broken = judged("broken", options)
    every = (*found, broken)
    return Platform(root, options, every, build.report(every, options, NOW))


def _golden(name: str) -> Path:
    (found,) = (f for f in GOLDEN if f.name == f"{name}.plan.json" and f.parent.name == "stacks")
    return found


def _assessment(name: str, plan: Plan, options: Options) -> Assessment:
    waivers = load_waivers(options.stacks.parent)
    made = assessed(resolve(name, options.stacks), plan, options)
    # As if it came from the cache.
    again = Assessment.from_json(json.loads(json.dumps(made.to_json())))
    return again.decided(waivers, NOW.date())


def _files(root: Path) -> None:
    shutil.copytree(ROOT / "stacks", root / "stacks")
    common = yaml.safe_load((root / "stacks/common.yaml").read_text())
    common["governance"]["approvals"] = {
        "approvers": [
            {"name": name, "role": role, "public_key": key(name).public.text}
            for name, role in PEOPLE.items()
        ]
    }
    common["governance"]["change"] = {"windows": [], "freezes": []}
    (root / "stacks/common.yaml").write_text(yaml.safe_dump(common))
    dev = yaml.safe_load((root / "stacks/dev.yaml").read_text())
    dev["charts"] = {"argo-cd": {"values": {"configs": {"x": f"{PLANTED}-chart"}}}}
    (root / "stacks/dev.yaml").write_text(yaml.safe_dump(dev))
    broken = "environment: broken\naws: {region: mars-1}\nnetwrk: {}\n"
    (root / "stacks/broken.yaml").write_text(broken)
    (root / "waivers.yaml").write_text(yaml.safe_dump({"waivers": WAIVERS}))


def _own() -> tuple[Resource, ...]:
    """Return resources of a team's own, with names and inputs that are out to do harm."""
    return (
        resource(
            "aws:s3/bucket:Bucket",
            HOSTILE,
            {
                "bucket": f'"><img src=x onerror=alert(1)>{HIDDEN}',
                "password": f"{PLANTED}-password",
                "website": f"https://user:{PLANTED}-user@git.acme.example/x",
                "tags": {"owner": SECRET},
                "acl": SECRET,
                "arn": UNKNOWN,
            },
        ),
        resource(
            "kubernetes:core/v1:Secret",
            HIDDEN,
            {"kind": "Secret", "stringData": {"x": f"{PLANTED}-data"}, "data": SECRET},
        ),
    )


_FAULTS: Final[dict[str, dict[str, Any]]] = {
    "aws:eks/cluster:Cluster": {"vpcConfig": {"endpointPublicAccess": True}},
    "aws:ecr/repository:Repository": {"imageTagMutability": "MUTABLE"},
    "aws:kms/key:Key": {"enableKeyRotation": UNKNOWN},
}
"""What staging does wrong."""
_SHORT_LOGS: Final[dict[str, dict[str, Any]]] = {
    "aws:cloudwatch/logGroup:LogGroup": {"retentionInDays": 7}
}
"""What prod does wrong, and has a waiver for."""


def _changed(plan: Plan, faults: dict[str, dict[str, Any]], own: tuple[Resource, ...] = ()) -> Plan:
    def layer(each: LayerPlan) -> LayerPlan:
        resources = tuple(
            replace(one, inputs=one.inputs | faults[one.type]) if one.type in faults else one
            for one in each.resources
        )
        return replace(each, resources=resources + (own if each.layer == "foundation" else ()))

    return replace(plan, layers=tuple(layer(each) for each in plan.layers))


def _release(name: str, plan: Plan, options: Options) -> None:
    environment, made_at = resolve(name, options.stacks), NOW - timedelta(days=1)
    release = present_release(environment, plan, options, AUTHOR, made_at)
    records = records_of(options.stacks, name)
    write_new(records.release_file(release), release.dumps())
    facts = {"short": release.short}
    append(records.ledger, Entry(made_at, AUTHOR, "release", name, release.digest, facts))
    record = {
        "id": f"CHG-{name}", "type": "normal", "state": "approved", "environment": name,
        "release": release.digest,
    }  # fmt: skip
    (options.stacks.parent / "changes").mkdir(exist_ok=True)
    (options.stacks.parent / f"changes/CHG-{name}.yaml").write_text(yaml.safe_dump(record))


def _approve(root: Path, environment: str, *people: str) -> None:
    listed = resolve(environment, root / "stacks").spec.governance.approvals.approvers
    for name in people:
        (who,) = (one for one in listed if one.name == name)
        intent = Intent("approved", who, timedelta(days=7), "")
        decided(root / "stacks", environment, None, intent, key(name), NOW - timedelta(hours=2))


def _commit(root: Path) -> None:
    who = ["-c", "user.name=Test", "-c", "user.email=test@acme.example"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "Release"]):
        subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)
