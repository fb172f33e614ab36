"""Runs Checkov, a program of its own, over files: offline, and with a bound on its time."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bedplate.errors import BedplateError

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS: Final = 600.0
"""Seconds that one run may take."""
_RAN: Final = (0, 1)
"""Exit codes of a run that came to its end: nothing failed, or something did."""


@dataclass(frozen=True, slots=True)
class Check:
    """One verdict of Checkov on one resource."""

    id: str
    """Such as ``CKV_AWS_144``."""
    name: str
    """What holds where it passes."""
    resource: str
    """Terraform address, or the name of the manifest's file."""
    passed: bool
    """Whether it holds."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """All that one run said."""

    version: str
    """Version of Checkov."""
    checks: tuple[Check, ...]
    """Sorted by id and resource."""
    unread: tuple[str, ...]
    """Files that Checkov could not read."""


def find(root: Path) -> Path:
    """Return the program: on PATH, or where `make checkov` puts it below the project's root."""
    found = shutil.which("checkov")
    own = root / ".tools" / "checkov" / "bin" / "checkov"
    if found is None and not own.is_file():
        raise BedplateError(
            "The program checkov is not there. Fix: run `make checkov`, which installs it apart "
            "from Bedplate, or put it on PATH."
        )
    # Absolute, since it is run in another folder; a link stays one: it finds its modules so.
    return Path.cwd() / (found or own)


def run(program: Path, files: Mapping[str, str], seconds: float = SECONDS) -> Verdicts:
    """Return what Checkov says of the files; raises BedplateError where it can't say anything."""
    if not files:
        return Verdicts("", (), ())
    with tempfile.TemporaryDirectory(prefix="bedplate-checkov-") as folder:
        for name, text in files.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        command = [
            str(program), "--directory", ".", "--framework", "terraform_plan", "kubernetes",
            "--skip-download", "--output", "json", "--compact",
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 - the program that was found above
                command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            raise BedplateError(
                f"Checkov did not end within {seconds:g} s. Fix: check fewer environments at once."
            ) from None
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            raise BedplateError(
                f"{program} can't be run: {reason}. Fix: install it again with `make checkov`."
            ) from error
    if done.returncode in _RAN:
        with suppress(ValueError, KeyError, TypeError):
            return _read(json.loads(done.stdout))
    said = " ".join((done.stderr or done.stdout).split())[-300:]
    raise BedplateError(
        f"Checkov broke with exit code {done.returncode}: {said or 'it said nothing'}. "
        "Fix: run `make checkov`; it installs the version that Bedplate is tested with."
    )


def _read(document: Any) -> Verdicts:
    """Return the verdicts of Checkov's JSON: one object a framework, or none where it saw none."""
    reports = document if isinstance(document, list) else [document]
    checks: list[Check] = []
    unread: set[str] = set()
    version = ""
    for report in reports:
        if "results" not in report:
            continue  # the summary of a run that found nothing to look at
        version = report["summary"]["checkov_version"]
        results = report["results"]
        unread |= {Path(name).name for name in results["parsing_errors"]}
        for key, passed in (("passed_checks", True), ("failed_checks", False)):
            checks += [_check(entry, report["check_type"], passed=passed) for entry in results[key]]
    return Verdicts(
        version,
        tuple(sorted(set(checks), key=lambda check: (check.id, check.resource, check.passed))),
        tuple(sorted(unread)),
    )


def _check(entry: Mapping[str, Any], framework: str, *, passed: bool) -> Check:
    is_plan = framework == "terraform_plan"
    resource = entry["resource"] if is_plan else entry["file_path"].rpartition("/")[2]
    return Check(entry["check_id"], entry["check_name"], resource, passed)
