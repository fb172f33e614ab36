"""Security: what runs is known (SBOM), not known to be vulnerable, unchanged, and of trusted types."""

import importlib
from pathlib import Path
from typing import Any

from .. import artefact, dependencies
from ..context import Context, registered
from ..digest import of_file
from ..evidence import Check, at_least, at_most, same
from .engine import Result

AUDIT = "make advisories"
"""Command that asks for known vulnerabilities."""


def measure(context: Context, settings: dict[str, Any]) -> Result:
    """Check the artefact, then the dependencies."""
    checks = artefact_checks(context)
    lock = context.root / "requirements" / "run.lock"
    components = dependencies.sbom(context.build / "sbom.json", lock)
    checks.append(at_least("sbom_components", components, 10, "build/sbom.json"))
    known = dependencies.recorded(context.root, lock, settings["audit_days"])
    checks += dependency_checks(context, lock, settings, known)
    subject = {}
    if all(check.passed for check in checks if check.name == "artefact"):
        subject = {"model": artefact.verify(context.model)}
    fix = (
        "train again if the artefact was changed; raise the version in requirements/ and make lock"
    )
    details = {"sbom": of_file(context.build / "sbom.json"), "components": components,
               "audit": "none" if isinstance(known, str) else "recorded"}  # fmt: skip
    if isinstance(known, str):
        details["remark"] = (
            f"vulnerabilities are not known: {known}; {AUDIT} where there is a network"
        )
    return Result(checks, subject, fix, details)


def artefact_checks(context: Context) -> list[Check]:
    """Return the checks of the artefact: digest, trusted types, the registry's copy."""
    try:
        digest = artefact.verify(context.model)
    except artefact.ArtefactError as fault:
        return [same("artefact", "changed", "intact", "build/model", str(fault))]
    trusted = importlib.import_module("...model", __package__).TRUSTED_TYPES
    odd = artefact.untrusted(context.model, trusted)
    stated = artefact.open_model(context.model).metadata["trusted_types"]
    checks = [
        same("artefact", "intact", "intact", "build/model"),
        at_most("untrusted_types", len(odd), 0, artefact.MODEL, ", ".join(odd)),
        # The artefact's own list is not what decides: it came with the artefact.
        same("trusted_types", ", ".join(stated), ", ".join(sorted(trusted)), artefact.METADATA),
    ]
    if context.registration.is_file():
        known = registered(context)
        checks.append(same("registered_artefact", known["digest"], digest, "registry"))
    return checks


def dependency_checks(
    context: Context, lock: Path, settings: dict[str, Any], found: list[str] | str
) -> list[Check]:
    """Return the checks of the lock, of what is installed, and of what is known about it."""
    unhashed = dependencies.unhashed(lock)
    differing = dependencies.differing(lock)
    checks = [
        at_most("unhashed_requirements", len(unhashed), 0, lock.name, ", ".join(unhashed[:5])),
        at_most("versions_not_locked", len(differing), 0, "environment", "; ".join(differing[:5])),
    ]
    if isinstance(found, str):
        if context.environment in settings["audit_required_for"]:
            checks.append(same("audit", found, "recorded", context.environment, AUDIT))
        return checks
    note = ", ".join(found[:10])
    limit = settings["maximum_vulnerabilities"]
    return [*checks, at_most("vulnerabilities", len(found), limit, lock.name, note)]
