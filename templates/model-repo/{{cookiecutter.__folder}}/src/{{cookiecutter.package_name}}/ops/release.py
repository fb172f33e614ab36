"""The release: the last gate. It lets through only what all evidence, people and dates allow."""

import os
import shutil
from pathlib import Path
from typing import Any

from . import approvals, card, ledger, registry
from .context import Context, actor, config_digest, registered
from .digest import of_file, of_value, read_json, write_json
from .errors import OpsError
from .evidence import GATES, Evidence, bundle_digest, read_all
from .gates.engine import schema

PLACEHOLDER = "CHG-0000000"
"""Change reference of a fresh repository: no change."""


class ReleaseError(OpsError):
    """The model may not be released; the message lists everything that is in the way."""


def guarded(context: Context) -> bool:
    """Say whether the environment asks for approvals, tests and a change."""
    return context.environment in context.config("governance")["approvals"]["environments"]


def release(context: Context) -> dict[str, Any]:
    """Release the registered model to the environment; return the statement of the release."""
    known = registered(context)
    found = read_all(context.evidence, schema(context))
    statement = state(context, known)
    author = str(statement["author"])
    faults = evidence_faults(context, known, found)
    agreed: list[approvals.Approval] = []
    if guarded(context):
        faults += change_faults(statement)
        faults += text_faults(context)
        agreed, missing = approvals.judge(context, statement["release"], author)
        faults += missing
    if faults:
        raise ReleaseError("\n".join(faults))
    statement["approvers"] = [each.approver for each in agreed]
    write_json(context.build / "release.json", statement)
    keep(context, statement)
    registry.promote(context, known["version"], {
        f"released.{context.environment}": statement["release"],
        "itil.change_reference": statement["change"],
    })  # fmt: skip
    return statement


def state(context: Context, known: dict[str, Any]) -> dict[str, Any]:
    """Return what a release says, under the digest that approvers sign."""
    governance = context.config("governance")
    risk = governance["risk"]
    path = context.build / "card" / "facts.json"
    if not path.is_file():
        raise OpsError("there is no model card. Fix: run the step `card` first.")
    facts = read_json(path)
    said = {
        "environment": context.environment,
        "name": known["name"],
        "version": known["version"],
        "digest": known["digest"],
        "manifest": known["manifest"],
        "card": of_value(facts),
        "evaluation": bundle_digest(context.evidence),
        "lineage_id": facts["metadata"]["lineage_id"],
        "risk_tier": str(risk["tier"]),
        "risk_file": risk["file"],
        "intended_purpose": governance["model"]["intended_purpose"],
        "automated_decision": str(risk["automated_decision"]).lower(),
        "oversight_owner": risk["oversight_owner"],
        "review_route": risk["review_route"],
        "author": os.environ.get("MODEL_AUTHOR") or actor(),
        "change": os.environ.get("CHANGE_REFERENCE") or governance["change"]["reference"],
    }
    return {**said, "release": of_value(said)}


def evidence_faults(
    context: Context, known: dict[str, Any], found: dict[str, Evidence]
) -> list[str]:
    """Return what the evidence does not show: a gate that is missing, red, or about something else."""
    faults = []
    data = read_json(context.data / "manifest.json")["digest"]
    for gate in GATES:
        if gate not in found:
            if gate != "tests" or guarded(context):
                faults.append(f"{gate}: there is no evidence. Fix: run its step.")
            continue
        evidence = found[gate]
        about = evidence.subject
        if evidence.blocks:
            faults.append(f"{gate}: the gate is red. Fix: {evidence.fix}.")
        elif about.get("model", known["digest"]) != known["digest"]:
            faults.append(f"{gate}: the evidence is about another model. Fix: run its step again.")
        elif about.get("data", data) != data:
            faults.append(f"{gate}: the evidence is about other data. Fix: run its step again.")
        elif evidence.config != config_digest(context):
            faults.append(f"{gate}: thresholds have changed since. Fix: run its step again.")
    if not faults and card.facts(context) != read_json(context.build / "card" / "facts.json"):
        faults.append("the model card is not of this evidence. Fix: run the step `card` again.")
    required = context.config("gates")["gates"]["security"]["audit_required_for"]
    security = found.get("security")
    if context.environment in required and security and security.details["audit"] != "recorded":
        faults.append("security: no vulnerability audit is recorded. Fix: make advisories, then run "
                      "the step `security` again.")  # fmt: skip
    return faults


def change_faults(statement: dict[str, Any]) -> list[str]:
    """Return what is missing for a guarded environment: a change that somebody agreed to."""
    if statement["change"] == PLACEHOLDER:
        return ["there is no change reference. Fix: set CHANGE_REFERENCE."]
    return []


def text_faults(context: Context) -> list[str]:
    """Return which texts of the governance still wait for their words, from risk tier 2."""
    governance = context.config("governance")
    if int(governance["risk"]["tier"]) < 2:
        return []
    return [f"config/governance.yaml: {part}.{name} still says «replace». Fix: write what is so."
            for part in ("model", "risk", "personal_data")
            for name, text in governance[part].items()
            if "replace" in str(text).lower().split()]  # fmt: skip


def keep(context: Context, statement: dict[str, Any]) -> Path:
    """Keep what a release rests on, and write it into the ledger; in git if it is guarded."""
    base = context.root / "governance" if guarded(context) else context.build
    folder = base / "releases" / f"{statement['environment']}-{statement['version']}"
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(context.evidence, folder / "evidence")
    shutil.copytree(context.build / "card", folder / "card")
    write_json(folder / "release.json", statement)
    path = ledger.kept(context) if guarded(context) else ledger.runs(context)
    entry = {
        "release": statement["release"],
        "folder": folder.relative_to(base).as_posix(),
        "statement": of_file(folder / "release.json"),
        "approvers": statement["approvers"],
        "runs": ledger.head(ledger.runs(context)),
    }
    ledger.append(path, "release", entry, actor())
    return folder
