"""Where a platform's repository keeps releases, approvals, change records and ledgers."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bedplate.errors import UsageError, shown
from bedplate.governance.release import ReleaseError, read_release

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.governance.release import Release

_NOT_A_NAME: Final = re.compile(r"[^a-z0-9]+")
_SANDBOX: Final = Path(".bedplate") / "sandbox"
"""Where the engine keeps the sandbox, below the repository."""


class NoReleaseError(ReleaseError):
    """An environment has no release yet."""


@dataclass(frozen=True, slots=True)
class Records:
    """The folders of one environment's records, below the folder that holds `stacks/`."""

    root: Path
    """The platform's repository."""
    environment: str
    """Name of the environment."""
    kept: Path | None = None
    """Folder of what is recorded of deployments, where it is not the repository: the sandbox's."""

    @property
    def releases(self) -> Path:
        """Folder of the releases."""
        return self.root / "releases" / self.environment

    @property
    def changes(self) -> Path:
        """Folder of the change records of all environments."""
        return self.root / "changes"

    @property
    def approvals(self) -> Path:
        """Folder of the approvals of all releases."""
        return self.root / "approvals" / self.environment

    @property
    def ledger(self) -> Path:
        """The ledger."""
        return (self.kept or self.root) / "ledger" / f"{self.environment}.jsonl"

    @property
    def evidence(self) -> Path:
        """Folder of the evidence bundles."""
        return (self.kept or self.root) / "evidence" / self.environment

    def release_file(self, release: Release) -> Path:
        """Return where a release is written."""
        return self.releases / f"{release.short}.json"

    def approval_file(self, release: Release, approver: str) -> Path:
        """Return where a person's next decision on a release is written."""
        name = _NOT_A_NAME.sub("-", approver.lower()).strip("-") or "approver"
        folder = self.approvals / release.short
        number = 1
        while (folder / _numbered(name, number)).exists():
            number += 1
        return folder / _numbered(name, number)

    def newest(self, parts: Mapping[str, str] | None = None) -> Release:
        """Return the release that was made last: of these parts where there is one, else of any.

        Raises NoReleaseError where there is none at all.
        """
        found = [self._read(file) for file in sorted(self.releases.glob("*.json"))]
        if not found:
            fix = f"make one with `bedplate release {self.environment}`"
            raise NoReleaseError(f"{self.environment} has no release. Fix: {fix}.")
        return max(found, key=lambda one: (one.parts == parts, one.created, one.digest))

    def named(self, short: str | None) -> Release:
        """Return the release with a digest that begins so, or the newest where none is named."""
        if short is None:
            return self.newest()
        wanted = short.removeprefix("sha256:")
        files = [f for f in sorted(self.releases.glob("*.json")) if f.stem.startswith(wanted[:12])]
        found = [one for one in map(self._read, files) if wanted in one.digest]
        if len(found) != 1:
            known = ", ".join(file.stem for file in sorted(self.releases.glob("*.json"))) or "none"
            what = "no release" if not found else "several releases"
            raise UsageError(f"`{short}` names {what} of {self.environment}. Fix: use {known}.")
        return found[0]

    def _read(self, file: Path) -> Release:
        found = read_release(file)
        if found.environment != self.environment:
            what = f"{shown(file)} is a release of {found.environment}, not of {self.environment}"
            raise ReleaseError(f"{what}. Fix: remove it, with the approvals beside it.")
        return found


def _numbered(name: str, number: int) -> str:
    return f"{name}.json" if number == 1 else f"{name}-{number}.json"


def records_of(stacks: Path, environment: str, *, in_sandbox: bool = False) -> Records:
    """Return the records of an environment of a folder of environment files.

    What happens in the sandbox is recorded there: it says nothing of what is live.
    """
    root = stacks.resolve().parent
    return Records(root, environment, root / _SANDBOX if in_sandbox else None)


def write_new(file: Path, text: str) -> None:
    """Write a record that must not exist yet, whole or not at all; raises UsageError."""
    if file.exists():
        fix = "records are never written over; remove it only by a reviewed change"
        raise UsageError(f"{shown(file)} exists already. Fix: {fix}.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            temporary.chmod(0o644)
            # Unlike a rename, a link fails where somebody else was faster.
            os.link(temporary, file)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        fix = "make room, or let the folder be written to"
        raise UsageError(f"{shown(file)} can't be written: {reason}. Fix: {fix}.") from error
