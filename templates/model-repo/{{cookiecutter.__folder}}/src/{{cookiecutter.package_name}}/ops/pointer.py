"""`deploy/releases/<environment>.yaml`: the only thing that says what an environment serves.

It names a version and an image by their digests, and the evidence for both. It changes by a
reviewed commit; a revert of that commit is the rollback.
"""

import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .digest import parse_yaml
from .errors import OpsError

HEADER = "# Written by `ops.step release`, changed by review. To roll back, revert the commit.\n"
IMAGE = re.compile(r"^[a-z0-9][a-z0-9./:_-]*@sha256:[0-9a-f]{64}$")
DIGEST = re.compile(r"^sha256:[0-9a-f]{64}$")


class PointerError(OpsError):
    """A release that can't be; the message says why and what to do."""


@dataclass(frozen=True)
class Served:
    """One version, as it is served."""

    version: str
    """Version in the registry."""
    storage: str
    """Where the artefact lies; nothing there ever changes."""
    image: str
    """Image of the predictor, by digest."""
    digest: str
    """Digest of the artefact."""
    manifest: str
    """Digest of the signed list of its files."""
    signer: str
    """Who signed that list."""
    card: str
    """Digest of the model card."""
    evaluation: str
    """Digest of the evidence of the gates."""
    lineage: str
    """Identifier of the lineage run."""
    author: str
    """Who made the version."""
    approvers: tuple[str, ...]
    """Who approved the release."""
    change: str
    """Reference of the change."""
    governance: dict[str, str] = field(default_factory=dict)
    """Risk tier, risk file, purpose, automated decision, oversight, route of review."""

    def faults(self) -> list[str]:
        """Return what is wrong with it."""
        found = []
        if not IMAGE.match(self.image):
            found.append(f"image: {self.image!r} names no digest; give repository@sha256:…")
        for name in ("digest", "manifest", "card", "evaluation"):
            if not DIGEST.match(getattr(self, name)):
                found.append(f"{name}: {getattr(self, name)!r} is no SHA-256 digest")
        for name in ("version", "storage", "lineage", "author", "change"):
            if not getattr(self, name):
                found.append(f"{name}: it is empty")
        if self.author in self.approvers:
            found.append(f"approvers: {self.author} made the version; let others approve it")
        return found


@dataclass(frozen=True)
class Release:
    """What one environment serves."""

    model: str
    """Name of the model."""
    number: int
    """Counts releases of this environment."""
    stable: Served
    """Serves all requests, but those of the candidate."""
    rollback: str
    """Version to go back to, or "none" for the first."""
    candidate: Served | None = None
    """Serves a part of the requests during a canary."""
    weight: int = 0
    """Percent of the requests that the candidate serves."""


def read(path: Path) -> Release | None:
    """Return the release of a pointer; None where nothing was released."""
    return parse(path.read_text(encoding="utf-8"), str(path)) if path.exists() else None


def parse(text: str, where: str = "pointer") -> Release:
    """Return the release that a text says, or raise PointerError."""
    try:
        given = parse_yaml(text)
        if given.get("stable") is None:
            raise PointerError(f"{where}: stable: it is missing")
        release = Release(**{**given, **{key: _served(given.get(key)) for key in _SERVED}})
    except (yaml.YAMLError, TypeError, AttributeError) as fault:
        raise PointerError(f"{where}: it can't be read ({fault}); make the release anew") from fault
    if found := faults(release):
        raise PointerError("\n".join(f"{where}: {each}" for each in found))
    return release


_SERVED = ("stable", "candidate")


def _served(given: Any) -> Served | None:
    if given is None:
        return None
    return Served(**{**given, "approvers": tuple(given["approvers"])})


def faults(release: Release) -> list[str]:
    """Return what is wrong with a release."""
    found = [f"stable.{each}" for each in release.stable.faults()]
    if release.candidate is None:
        return found + (["weight: there is no candidate"] if release.weight else [])
    found += [f"candidate.{each}" for each in release.candidate.faults()]
    if not 0 < release.weight < 100:
        found.append(f"weight: {release.weight} is not between 1 and 99")
    return found


def text(release: Release) -> str:
    """Return a release as its pointer's text."""
    given = asdict(release)
    for name in _SERVED:
        if given[name] is not None:
            given[name]["approvers"] = list(given[name]["approvers"])
    if release.candidate is None:
        del given["candidate"], given["weight"]
    body: str = yaml.safe_dump(given, sort_keys=False, allow_unicode=True, width=1000)
    return HEADER + body


def advance(before: Release | None, served: Served, model: str, weight: int) -> Release:
    """Return the release after `before` that serves the version to so many percent.

    The first one serves all. A candidate that gets 100 percent becomes stable.
    """
    if before is None:
        return Release(model, 1, served, "none")
    if before.stable.version == served.version and before.stable.image == served.image:
        raise PointerError(
            f"version {served.version} is served already; there is nothing to release"
        )
    number = before.number + 1
    if weight < 100:
        return Release(model, number, before.stable, before.rollback, served, weight)
    return Release(model, number, served, before.stable.version)
