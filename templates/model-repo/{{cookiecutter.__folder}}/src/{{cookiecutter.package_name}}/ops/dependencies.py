"""Dependencies: the lock, what is installed, a CycloneDX SBOM, known vulnerabilities."""

import datetime as dt
import functools
import importlib.metadata
import json
import re
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .context import here, now
from .digest import of_file, read_json, write_json, write_text
from .errors import OpsError


@dataclass(frozen=True)
class Locked:
    """One entry of a lock."""

    requirement: Requirement
    """Name and version."""
    hashes: list[str]
    """SHA-256 digests of the files that may be installed for it."""


def locked(lock: Path) -> dict[str, Locked]:
    """Return the entries of a lock that hold on this system and Python."""
    return _entries(lock.read_text("utf-8"))


@functools.cache
def _entries(lock: str) -> dict[str, Locked]:
    found: dict[str, Locked] = {}
    for entry in re.split(r"\n(?=\S)", lock.replace("\\\n", " ")):
        text = entry.split("    #")[0].strip()
        if not text or text.startswith("#"):
            continue
        requirement = Requirement(re.split(r"\s+--hash", text)[0].strip())
        if requirement.marker is None or requirement.marker.evaluate():
            hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", text)
            found[canonicalize_name(requirement.name)] = Locked(requirement, hashes)
    return found


def unhashed(lock: Path) -> list[str]:
    """Return the requirements of a lock that anybody could replace."""
    return sorted(name for name, entry in locked(lock).items() if not entry.hashes)


def differing(lock: Path) -> list[str]:
    """Return what is installed here in another version than the lock says."""
    found = []
    for name, entry in locked(lock).items():
        requirement, version = entry.requirement, _installed(name)
        if version is None:
            found.append(f"{requirement.name} is not installed")
        elif not requirement.specifier.contains(version, prereleases=True):
            found.append(f"{requirement.name} {version}, locked {requirement.specifier}")
    return found


@functools.cache
def _installed(name: str) -> str | None:
    """Return the version that this process runs with: it does not change while it runs."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def sbom(path: Path, lock: Path) -> int:
    """Write the SBOM of the lock, in CycloneDX 1.6; return the number of components."""
    text, count = _bom(lock.read_text("utf-8"), of_file(lock))
    write_text(path, text)
    return count


@functools.cache
def _bom(lock: str, digest: str) -> tuple[str, int]:
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6
    from packageurl import PackageURL

    bom = Bom()
    for name, entry in _entries(lock).items():
        version = str(next(iter(entry.requirement.specifier)).version)
        bom.components.add(
            Component(
                type=ComponentType.LIBRARY,
                name=entry.requirement.name,
                version=version,
                purl=PackageURL("pypi", name=name, version=version),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in entry.hashes],
            )
        )
    # Two runs on one lock give the same bytes: the serial number follows from the lock.
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_OID, digest)
    value = json.loads(JsonV1Dot6(bom).output_as_string())
    value["metadata"].pop("timestamp", None)
    return json.dumps(value, indent=2) + "\n", len(value["components"])


def ignored(root: Path) -> set[str]:
    """Return the vulnerabilities that the team let through, while their end date lasts."""
    path, today = root / ".pip-audit-ignore", now().date()
    found = set()
    for number, raw in enumerate(path.read_text("utf-8").splitlines() if path.is_file() else [], 1):
        line = raw.split("#")[0].split()
        if not line:
            continue
        try:
            identifier, until = line
            if dt.date.fromisoformat(until) >= today:
                found.add(identifier)
        except ValueError:
            raise OpsError(
                f".pip-audit-ignore:{number}: write an identifier and an end date: PYSEC-2025-1 2026-01-31"
            ) from None
    return found


def record(root: Path) -> Path:
    """Return where the last answer of the vulnerability service is kept."""
    return root / "governance" / "audit" / "vulnerabilities.json"


def ask(root: Path, lock: Path) -> int:
    """Ask the vulnerability service about the lock and keep the answer; return how many it found."""
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip",
               "--progress-spinner", "off", "-f", "json", "-r", str(lock)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        answer = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        why = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        raise OpsError(
            f"the audit could not be made, and nothing is recorded: {why[:300]}. "
            "Fix: run this where the service can be reached."
        ) from None
    skipped = [each["name"] for each in answer if "skip_reason" in each]
    if skipped:
        # No answer is not a good answer.
        raise OpsError(
            f"the service did not answer for {len(skipped)} of {len(answer)} packages, first "
            f"{skipped[0]}: nothing is recorded. Fix: run this where the service can be reached."
        )
    found = [
        {"name": each["name"], "version": each["version"], "id": fault["id"],
         "aliases": fault.get("aliases", [])}
        for each in answer
        for fault in each.get("vulns", [])
    ]  # fmt: skip
    write_json(record(root), {"lock": of_file(lock), "at": now().isoformat(), "found": found})
    return len(found)


def recorded(root: Path, lock: Path, days: int) -> list[str] | str:
    """Return the known vulnerabilities of the lock, or why no record speaks for it."""
    if not record(root).is_file():
        return "no audit is recorded"
    known = read_json(record(root))
    if known["lock"] != of_file(lock):
        return "the recorded audit is of another lock"
    age = (now() - dt.datetime.fromisoformat(known["at"])).days
    if age > days:
        return f"the recorded audit is {age} days old"
    skip = ignored(root)
    return [f"{each['id']} in {each['name']} {each['version']}" for each in known["found"]
            if each["id"] not in skip and not skip & set(each["aliases"])]  # fmt: skip


def main() -> int:
    """Record an audit: `make advisories`."""
    try:
        context = here()
        found = ask(context.root, context.root / "requirements" / "run.lock")
    except OpsError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    sys.stdout.write(f"recorded: {found} known vulnerabilities\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
