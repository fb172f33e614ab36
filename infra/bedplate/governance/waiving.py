"""Lists and signs waivers. What they excuse only a check can tell, since it needs the plan."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bedplate import dsse
from bedplate.errors import BedplateError, SpecError, UsageError, shown
from bedplate.governance.assessment import Options
from bedplate.governance.layers import blueprint_folder
from bedplate.governance.policy_set import all_policies_of
from bedplate.policy.decision import Standing, severities_of, standing_of
from bedplate.policy.waiver_file import load_waivers
from bedplate.policy.waiver_rules import ruling
from bedplate.policy.waivers import FILE, PAYLOAD_TYPE, SIGNATURES
from bedplate.spec.people import same_person
from bedplate.spec.resolve import environments, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bedplate.dsse import SigningKey
    from bedplate.errors import Problem
    from bedplate.policy.catalogue import Severity
    from bedplate.policy.waiver_rules import Ruling
    from bedplate.policy.waivers import Waiver


@dataclass(frozen=True, slots=True)
class Listed:
    """A waiver, and what it amounts to in each environment that it is meant for."""

    waiver: Waiver
    """The waiver."""
    severity: Severity | None
    """That of its policy; None where there is no such policy."""
    rulings: Mapping[str, Ruling]
    """By environment; one whose files are invalid is not there."""


@dataclass(frozen=True, slots=True)
class Waivers:
    """All waivers of a platform."""

    listed: tuple[Listed, ...]
    """In the order of the file."""
    problems: tuple[Problem, ...]
    """What is malformed in it."""


def waivers_of(stacks: Path, today: date) -> Waivers:
    """Return the waivers of the platform whose environment files lie in a folder.

    An environment whose files are invalid has no say: `check` tells what is wrong with it.
    """
    found = load_waivers(_root(stacks), environments(stacks))
    if not found.waivers:
        return Waivers((), found.problems)
    severities, standings = severities_of(all_policies_of(stacks)), _standings(stacks)
    listed = tuple(
        Listed(
            waiver,
            severities.get(waiver.policy),
            {
                name: ruling(waiver, severities, dict(one.approvers), today)
                for name, one in standings.items()
                if waiver.is_for(name)
            },
        )
        for waiver in found.waivers
    )
    return Waivers(listed, found.problems)


def sign_waiver(stacks: Path, name: str, key: SigningKey) -> Path:
    """Sign a waiver as its approver; return the file of the signature.

    Raises BedplateError where the waiver is not there, is not approved by another person, or the
    key is not the one that an environment lists for its approver.
    """
    root = _root(stacks)
    found = load_waivers(root, environments(stacks))
    waiver = next((one for one in found.waivers if one.id == name), None)
    if waiver is None:
        if found.problems:
            raise SpecError(found.problems)
        known = ", ".join(one.id for one in found.waivers) or "nothing"
        text = f"There is no waiver `{name}` in {shown(root / FILE)}."
        raise UsageError(f"{text} Fix: it lists {known}.")
    _may_sign(waiver, key, _standings(stacks))
    envelope = dsse.sign(waiver.statement, PAYLOAD_TYPE, key)
    file = root / SIGNATURES / f"{waiver.id}.dsse.json"
    _write(file, f"{json.dumps(envelope.to_json(), indent=2)}\n")
    return file


def _may_sign(waiver: Waiver, key: SigningKey, standings: Mapping[str, Standing]) -> None:
    by = waiver.approved_by
    if not by:
        fix = "add `approved_by`, the name of an approver, and sign then"
        raise BedplateError(f"{waiver.id} does not say who approves it. Fix: {fix}.")
    if same_person(by, waiver.requested_by):
        raise BedplateError(f"{by} asked for {waiver.id}. Fix: have another person approve it.")
    keys = {
        text
        for name, one in standings.items()
        if waiver.is_for(name)
        for approver, text in one.approvers
        if approver == by and text
    }
    if not keys:
        fix = "add the public key to governance.approvals.approvers"
        raise BedplateError(f"No key of {by} is listed. Fix: {fix}.")
    if key.public not in {dsse.public_key(text) for text in keys}:
        raise BedplateError(f"The key is not the one listed for {by}. Fix: have {by} sign.")


def _standings(stacks: Path) -> dict[str, Standing]:
    own = blueprint_folder(Options(stacks))
    found: dict[str, Standing] = {}
    for name in environments(stacks):
        try:
            found[name] = standing_of(resolve(name, stacks, own).spec)
        except SpecError:
            continue
    return found


def _root(stacks: Path) -> Path:
    """Return the root of the platform repository, as the user would type it."""
    return Path(shown(stacks.resolve().parent))


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        fix = "make its folder writable"
        raise BedplateError(f"{shown(file)} can't be written: {reason}. Fix: {fix}.") from error
