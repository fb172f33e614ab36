"""`make audit`: reads the ledger, the approvals and the cards again and says what does not hold."""

import sys
from pathlib import Path
from typing import Any

from . import approvals, card, ledger, privacy
from .context import Context, here
from .digest import of_file, of_value, read_json
from .errors import OpsError, UsageError
from .evidence import bundle_digest


def audit(context: Context) -> tuple[list[str], list[str]]:
    """Return what holds and what does not, a sentence each."""
    good: list[str] = []
    faults: list[str] = []
    for path, base in ((ledger.runs(context), context.build),
                       (ledger.kept(context), context.root / "governance")):  # fmt: skip
        try:
            lines = ledger.verify(path)
        except OpsError as fault:
            faults.append(f"ledger: {fault}")
            continue
        good.append(f"ledger: {path.relative_to(context.root)}: {len(lines)} lines, chain intact")
        latest = {line["entry"]["folder"]: line for line in lines if line["kind"] == "release"}
        for line in latest.values():
            faults += release_faults(context, base, line["entry"])
        good.append(f"releases: {len(latest)} read again")
    if stale := privacy.fault(context):
        faults.append(stale)
    else:
        good.append("data protection record: as config/governance.yaml and the contract say")
    return good, faults


def release_faults(context: Context, base: Path, entry: dict[str, Any]) -> list[str]:
    """Return what of a release is not as the ledger has it."""
    folder = base / entry["folder"]
    name = entry["folder"]
    try:
        statement = read_json(folder / "release.json")
        facts = read_json(folder / "card" / "facts.json")
        text = (folder / "card" / "MODEL_CARD.md").read_text("utf-8")
    except (OSError, ValueError) as fault:
        return [f"{name}: can't be read: {fault}"]
    faults = []
    if of_file(folder / "release.json") != entry["statement"]:
        faults.append(f"{name}: release.json was changed after the release")
    if of_value(facts) != statement["card"]:
        faults.append(f"{name}: the facts of the model card were changed after the release")
    if card.render(facts) != text:
        faults.append(f"{name}: MODEL_CARD.md was edited by hand: it is not what the evidence says")
    if bundle_digest(folder / "evidence") != statement["evaluation"]:
        faults.append(f"{name}: evidence was changed after the release")
    known = {given.approver for given in approvals.read(context, statement["release"])}
    faults += [f"{name}: the approval of {each} is not there any more"
               for each in statement["approvers"] if each not in known]  # fmt: skip
    return faults


def main() -> int:
    """Print what holds and what does not; 1 if anything does not."""
    try:
        good, faults = audit(here())
    except UsageError as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    for line in good:
        sys.stdout.write(f"ok    {line}\n")
    for line in faults:
        sys.stdout.write(f"FAIL  {line}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
