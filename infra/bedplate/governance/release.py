"""A release: everything that decides what a deployment does, and one digest over it.

The digest is the same on every machine: no path, no clock and no order of a dictionary enters it.
An approval names the digest, so that whatever changes afterwards makes the approval void.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from bedplate import dsse
from bedplate.errors import BedplateError
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
_LOCKS: Final = ("requirements.lock", "uv.lock", "poetry.lock")


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
    """Digest of each part, `sha256:…`, by its name: spec, policies, plan.<layer>, tools."""
    spec: Mapping[str, Any]
    """The resolved environment: to say what changed."""
    resources: Mapping[str, str]
    """Digest of each resource's inputs, by `<layer>:<type>::<name>`: to say what changed."""
    summary: Mapping[str, Any]
    """Verdicts and cost, for people; not part of the digest."""

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
    values = spec.model_dump(mode="json")
    return Release(
        environment=spec.environment,
        author=author,
        created=created,
        parts={
            "spec": _digest(values),
            "policies": _digest({name: _bytes(text) for name, text in policies.items()}),
            **{f"plan.{layer.layer}": _layer(layer.resources) for layer in plan.layers},
            "tools": _digest(_tools(root)),
        },
        spec=values,
        resources=dict(_resources(plan)),
        summary=summary,
    )


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
                yield f"{layer.layer}:{each.type}::{each.name}", _digest(content)


def _tools(root: Path) -> dict[str, str]:
    locks = {name: _bytes((root / name).read_bytes()) for name in _LOCKS if (root / name).is_file()}
    return {"bedplate": BEDPLATE, **{name: version(name) for name in TOOLS}, **locks}


def read_release(file: Path) -> Release:
    """Read a release; raises ReleaseError where it is none, or not what its digest says."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        release = Release(
            environment=data["environment"],
            author=data["author"],
            created=datetime.fromisoformat(data["created"]),
            parts=dict(data["parts"]),
            spec=dict(data["spec"]),
            resources=dict(data["resources"]),
            summary=dict(data["summary"]),
        )
        stated, known = data["digest"], data["schema"] == SCHEMA
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        fix = "write it again with `bedplate release`"
        raise ReleaseError(f"{file} is no release that can be read. Fix: {fix}.") from error
    if not known or stated != release.digest or release.parts.get("spec") != _digest(release.spec):
        fix = "restore it from git, or write it again with `bedplate release`"
        raise ReleaseError(f"{file} is not what its digest says: it was edited. Fix: {fix}.")
    return release


def changed(before: Release, after: Release) -> tuple[str, ...]:
    """Return in words what differs between two releases; nothing where their digests agree."""
    found: list[str] = []
    for name in sorted({*before.parts, *after.parts}):
        if before.parts.get(name) == after.parts.get(name):
            continue
        if name == "spec":
            found += _spec_changes(before.spec, after.spec)
        elif name.startswith("plan."):
            layer = name.removeprefix("plan.")
            found += _plan_changes(layer, before.resources, after.resources)
        else:
            found.append(f"the {name} differ")
    if before.author != after.author:
        found.append(f"author: {before.author} → {after.author}")
    return tuple(found)


def _spec_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    found = differences(before, after)
    return [f"{each.path}: {_text(each.before)} → {_text(each.after)}" for each in found]


def _text(value: Any) -> str:
    return "nothing" if value is ABSENT else json.dumps(value, ensure_ascii=False)


def _plan_changes(layer: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    old = {key: digest for key, digest in before.items() if key.startswith(f"{layer}:")}
    new = {key: digest for key, digest in after.items() if key.startswith(f"{layer}:")}
    words = {
        "created": sorted(new.keys() - old.keys()),
        "deleted": sorted(old.keys() - new.keys()),
        "changed": sorted(key for key in old.keys() & new.keys() if old[key] != new[key]),
    }
    found = [f"{key} is {word}" for word, keys in words.items() for key in keys]
    return found or [f"{layer}: the order or the parents of resources differ"]
