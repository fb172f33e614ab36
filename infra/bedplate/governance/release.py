"""A release: everything that decides what a deployment does, and one digest over it.

The digest is the same on every machine: no path, no clock and no order of a dictionary enters it.
An approval names the digest, so that whatever changes afterwards makes the approval void.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from bedplate import dsse
from bedplate.errors import BedplateError
from bedplate.governance.release_details import Details, changes, details_of, key_of
from bedplate.spec.difference import ABSENT, differences
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from bedplate.engine.plan import Plan, Resource
    from bedplate.spec.platform import PlatformSpec

SCHEMA: Final = "bedplate.release/v1"
"""Name and version of a release's form."""
TOOLS: Final = ("pulumi", "pulumi-aws", "pulumi-kubernetes", "gordon-to-regorus")
"""Packages whose version may change what is deployed or what is judged."""
SHORT: Final = 12
"""Hexadecimal digits by which people name a release."""
_UNREADABLE: Final = (
    OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError,
)  # fmt: skip
"""What reading a file that is no release may raise."""
_DETAILS: Final = "details"
"""Part that covers resources and details. Releases of old have neither the part nor the details."""
_LOCKS: Final = ("requirements.lock", "uv.lock", "poetry.lock")
_PROGRAMS: Final = ("*.py", "Pulumi.yaml")
_SAID: Final = {"tools": "tools, locks or programs"}
"""Parts by what they hold, where their name does not say it."""


class ReleaseError(BedplateError):
    """A release can't be found, read or trusted."""


@dataclass(frozen=True, slots=True)
class Release:
    """One environment as it is to be deployed."""

    environment: str
    """Name of the environment."""
    author: str
    """Who made it."""
    created: datetime
    """When, with its time zone."""
    parts: Mapping[str, str]
    """Digest of each part, `sha256:…`, by name: spec, policies, plan.<layer>, tools, details."""
    spec: Mapping[str, Any]
    """The resolved environment: to say what changed."""
    resources: Mapping[str, str]
    """Digest of each resource's inputs, by `<layer>:<type>::<name>`: to say what changed."""
    summary: Mapping[str, Any]
    """Verdicts and cost, for people; not part of the digest."""
    details: Details = field(default_factory=Details)
    """What else of the plan it keeps: to say what a change means."""

    @property
    def digest(self) -> str:
        """What an approval names: a digest over environment, author and all parts."""
        return _digest(
            {"environment": self.environment, "author": self.author, "parts": dict(self.parts)}
        )

    @property
    def short(self) -> str:
        """The first digits of the digest."""
        return self.digest.removeprefix("sha256:")[:SHORT]

    def to_json(self) -> dict[str, Any]:
        """Return the form that is written to `releases/`."""
        return {
            "schema": SCHEMA,
            "digest": self.digest,
            "environment": self.environment,
            "author": self.author,
            "created": self.created.isoformat(),
            "parts": dict(self.parts),
            "spec": dict(self.spec),
            "resources": dict(self.resources),
            "summary": dict(self.summary),
            "details": self.details.to_json(),
        }

    def dumps(self) -> str:
        """Return the one JSON text of this release."""
        return json.dumps(self.to_json(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def make_release(
    spec: PlatformSpec,
    plan: Plan,
    policies: Mapping[str, bytes],
    root: Path,
    author: str,
    created: datetime,
    summary: Mapping[str, Any],
) -> Release:
    """Return the release of an environment as its files say it now.

    ``policies`` are all rule files, control texts and waivers by a name that is the same on every
    machine. ``root`` is the platform's folder, whose lock of packages is part of it.
    """
    bare = Release(
        environment=spec.environment,
        author=author,
        created=created,
        parts={},
        spec=spec.model_dump(mode="json"),
        resources=dict(_resources(plan)),
        summary=summary,
        details=details_of(plan),
    )
    return replace(bare, parts=parts_of(bare, plan, policies, tools_of(root)))


def parts_of(
    release: Release, plan: Plan, policies: Mapping[str, bytes], tools: Mapping[str, str]
) -> dict[str, str]:
    """Return what the digest of each part of a release must be, by its name."""
    return {
        "spec": _digest(release.spec),
        "policies": _digest({name: _bytes(text) for name, text in policies.items()}),
        **{f"plan.{layer.layer}": _layer(layer.resources) for layer in plan.layers},
        "tools": _digest(tools),
        _DETAILS: _details(release.resources, release.details),
    }


def _details(resources: Mapping[str, str], details: Details) -> str:
    return _digest({"resources": dict(resources), **details.to_json()})


def _digest(value: Any) -> str:
    return _bytes(dsse.canonical(value))


def _bytes(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _layer(resources: Sequence[Resource]) -> str:
    """Return the digest of a layer: what would be made of what, without where it is written."""
    return _digest(
        [
            {
                "urn": each.urn,
                "inputs": each.inputs,
                "dependencies": list(each.dependencies),
                "provider": each.provider,
                "options": each.options,
            }
            for each in sorted(resources, key=lambda each: each.urn)
        ]
    )


def _resources(plan: Plan) -> Iterator[tuple[str, str]]:
    for layer in plan.layers:
        for each in layer.resources:
            if each.custom:
                content = {"inputs": each.inputs, "options": each.options}
                yield key_of(layer.layer, each), _digest(content)


def tools_of(root: Path) -> dict[str, str]:
    """Return the versions of the tools, and the digests of a platform's locks and programs.

    A program could tell the simulator from Pulumi and make something else there: so people approve
    its text too. The programs of a layer that a platform has none of its own for are Bedplate's.
    """
    versions = {"bedplate": BEDPLATE, **{name: version(name) for name in TOOLS}}
    files = [root / name for name in _LOCKS]
    files += (each for kind in _PROGRAMS for each in (root / "infra").rglob(kind))
    digests = {
        each.relative_to(root).as_posix(): _bytes(each.read_bytes())
        for each in files
        if each.is_file()
    }
    return versions | digests


def read_release(file: Path) -> Release:
    """Read a release; raises ReleaseError where it is none, or not what its digest says."""
    try:
        if not file.is_file():
            raise ValueError("a device or pipe would be waited for")
        data = json.loads(file.read_text(encoding="utf-8"))
        release = Release(
            environment=data["environment"],
            author=data["author"],
            created=datetime.fromisoformat(data["created"]),
            parts=dict(data["parts"]),
            spec=dict(data["spec"]),
            resources=dict(data["resources"]),
            summary=dict(data["summary"]),
            details=Details.from_json(data["details"]) if "details" in data else Details(),
        )
        is_known = data["schema"] == SCHEMA
        is_whole = is_known and data["digest"] == release.digest and _covered(release)
    except _UNREADABLE as error:
        fix = "write it again with `bedplate release`"
        raise ReleaseError(f"{file} is no release that can be read. Fix: {fix}.") from error
    if not is_whole:
        fix = "restore it from git, or write it again with `bedplate release`"
        raise ReleaseError(f"{file} is not what its digest says: it was edited. Fix: {fix}.")
    return release


def _covered(release: Release) -> bool:
    """Tell whether the parts are digests of what the release holds."""
    if release.parts.get("spec") != _digest(release.spec):
        return False
    if _DETAILS not in release.parts:
        return release.details == Details()
    return release.parts[_DETAILS] == _details(release.resources, release.details)


def changed(before: Release, after: Release) -> tuple[str, ...]:
    """Return in words what differs between two releases; nothing where their digests agree."""
    found: list[str] = []
    for name in sorted({*before.parts, *after.parts}):
        if before.parts.get(name) == after.parts.get(name) or name == _DETAILS:
            continue  # what differs in details differs in a plan
        if name == "spec":
            found += _spec_changes(before.spec, after.spec)
        elif name.startswith("plan."):
            layer = name.removeprefix("plan.")
            found += _plan_changes(layer, before, after)
        else:
            found.append(f"the {_SAID.get(name, name)} differ")
    if before.author != after.author:
        found.append(f"author: {before.author} → {after.author}")
    if not found and before.digest != after.digest:
        found.append("the form of the release differs")
    return tuple(found)


def _spec_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    found = differences(before, after)
    return [f"{each.path}: {_text(each.before)} → {_text(each.after)}" for each in found]


def _text(value: Any) -> str:
    return "nothing" if value is ABSENT else json.dumps(value, ensure_ascii=False)


def _plan_changes(layer: str, before: Release, after: Release) -> list[str]:
    old, new = (
        {key: digest for key, digest in each.resources.items() if key.startswith(f"{layer}:")}
        for each in (before, after)
    )
    done = changes((old, before.details), (new, after.details))
    found = [
        f"{each.resource} is replaced ({', '.join(each.properties)})" for each in done.replaced
    ]
    words = {"created": done.created, "deleted": done.deleted, "changed": done.changed}
    found += [f"{key} is {word}" for word, keys in words.items() for key in keys]
    return found or [f"{layer}: the order or the parents of resources differ"]
