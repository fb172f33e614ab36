"""Approvals: signatures of people on the digest of a release, by their SSH keys.

`governance/allowed_signers` (the format of ssh-keygen and git) says whose key is whose,
`config/governance.yaml` who may approve in which role.
"""

import argparse
import datetime as dt
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .context import Context, actor, here, now
from .digest import canonical, read_json, write_json
from .errors import OpsError, UsageError

NAMESPACE = "model-release"
"""What a signature is for: one made for another purpose does not count."""


@dataclass(frozen=True)
class Approval:
    """One person's yes to one release."""

    approver: str
    """Who, as `allowed_signers` names the person."""
    role: str
    """In which role."""
    release: str
    """Digest of the release."""
    at: str
    """When, in UTC."""
    signature: str
    """SSH signature of all the above."""

    def statement(self) -> str:
        """Return what is signed."""
        return canonical({"approver": self.approver, "role": self.role, "release": self.release,
                          "at": self.at})  # fmt: skip


def folder(context: Context, release: str) -> Path:
    """Return where the approvals of a release lie."""
    return context.root / "governance" / "approvals" / release.removeprefix("sha256:")


def approve(context: Context, release: str, approver: str, role: str, key: Path) -> Path:
    """Sign a release and keep the approval; return its file."""
    bare = Approval(approver, role, release, now().isoformat(), "")
    with tempfile.TemporaryDirectory() as place:
        message = Path(place) / "statement"
        message.write_text(bare.statement(), "utf-8")
        _ssh("-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(message))
        signature = message.with_suffix(".sig").read_text("utf-8")
    made = Approval(approver, role, release, bare.at, signature)
    if fault := fault_of(context, made, author=""):
        raise OpsError(fault)
    path = folder(context, release) / f"{approver.replace('@', '_at_')}.json"
    write_json(path, vars(made))
    return path


def read(context: Context, release: str) -> list[Approval]:
    """Return the approvals of a release as they lie there."""
    try:
        return [Approval(**read_json(p)) for p in sorted(folder(context, release).glob("*.json"))]
    except (ValueError, TypeError) as fault:
        raise OpsError(f"an approval of {release} can't be read: {fault}") from None


def fault_of(context: Context, given: Approval, author: str) -> str | None:
    """Return why an approval does not count; None if it does."""
    settings = context.config("governance")["approvals"]
    if given.approver == author:
        return f"{given.approver} made the model and can't approve it."
    if given.role not in settings["people"].get(given.approver, []):
        return f"{given.approver} may not approve as {given.role}: see approvals.people."
    if given.role not in settings["roles"]:
        return f"the role {given.role} does not count: see approvals.roles."
    age = now() - dt.datetime.fromisoformat(given.at)
    if not dt.timedelta(minutes=-5) <= age <= dt.timedelta(days=settings["valid_days"]):
        return f"the approval of {given.approver} of {given.at} is not valid today."
    signers = context.root / "governance" / "allowed_signers"
    with tempfile.TemporaryDirectory() as place:
        signature = Path(place) / "signature"
        signature.write_text(given.signature, "utf-8")
        try:
            _ssh("-Y", "verify", "-f", str(signers), "-I", given.approver, "-n", NAMESPACE,
                 "-s", str(signature), text=given.statement())  # fmt: skip
        except OpsError:
            return (
                f"the signature of {given.approver} is not by a key in governance/allowed_signers."
            )
    return None


def judge(context: Context, release: str, author: str) -> tuple[list[Approval], list[str]]:
    """Return the approvals that count, and why the release may not go ahead; empty if it may."""
    settings = context.config("governance")["approvals"]
    good, faults = [], []
    for given in read(context, release):
        if given.release != release:
            faults.append(f"an approval in the folder of {release} is of another release.")
        elif fault := fault_of(context, given, author):
            faults.append(fault)
        else:
            good.append(given)
    people = {given.approver for given in good}
    if len(people) < settings["required"]:
        faults.append(
            f"{len(people)} of {settings['required']} approvals. Fix: make approve RELEASE={release} "
            "ROLE=… KEY=… by another person than the author."
        )
    return good, faults if len(people) < settings["required"] else []


def _ssh(*arguments: str, text: str | None = None) -> None:
    try:
        done = subprocess.run(
            ["ssh-keygen", *arguments], input=text, capture_output=True, text=True, check=False
        )  # fmt: skip
    except FileNotFoundError:
        raise OpsError("ssh-keygen is not installed; it makes and checks signatures.") from None
    if done.returncode:
        raise OpsError(f"ssh-keygen: {(done.stderr or done.stdout).strip()}")


def main(arguments: list[str] | None = None) -> int:
    """Approve a release: `make approve RELEASE=… ROLE=… KEY=…`."""
    parser = argparse.ArgumentParser(prog="approvals", description="Sign a release.")
    parser.add_argument("release", help="digest that the step `release` names")
    parser.add_argument("--role", required=True)
    parser.add_argument("--key", required=True, type=Path, help="private SSH key")
    parser.add_argument("--as", dest="approver", default=actor(), help="name in allowed_signers")
    given: Any = parser.parse_args(arguments)
    try:
        path = approve(here(), given.release, given.approver, given.role, given.key)
    except UsageError as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    except OpsError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    sys.stdout.write(f"{path} is signed; commit it.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
