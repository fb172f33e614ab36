"""Who runs a command, by the name that goes into the record."""

from __future__ import annotations

import shutil
import subprocess

from bedplate.errors import UsageError
from bedplate.spec.people import name_fault


def person(named: str | None, role: str) -> str:
    """Return the name given by the option that is called like the role, else git's for commits.

    Raises UsageError where there is none, or one that may look like another in the record.
    """
    name = named or _git_name()
    if not name:
        raise UsageError(f"Nobody knows who you are. Fix: name yourself by --{role}.")
    fault = name_fault(name)
    if fault is not None:
        raise UsageError(f"The {role}'s name {fault[0]}. Fix: {fault[1]}.")
    return name


def _git_name() -> str:
    git = shutil.which("git")
    done = git and subprocess.run(  # noqa: S603 - git, with fixed arguments
        [git, "config", "user.name"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done else ""
