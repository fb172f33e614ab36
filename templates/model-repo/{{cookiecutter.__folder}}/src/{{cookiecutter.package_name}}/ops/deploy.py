"""Writes the change that releases a version: the pointer, and the manifests that follow from it.

    python -m {{cookiecutter.package_name}}.ops.deploy release --environment staging --image repository@sha256:…
    python -m {{cookiecutter.package_name}}.ops.deploy check

`release` takes what the step `release` let through (build/release.json). A person reviews the change;
to roll back, revert its commit. `check` says whether the manifests are those of the pointers.
"""

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import manifests, pointer
from .context import Context, here, registered
from .digest import read_json, write_together
from .errors import OpsError


@dataclass(frozen=True)
class Wanted:
    """What a release is asked to be."""

    environment: str
    """Where."""
    image: str
    """Image of the predictor, by digest."""
    storage: str
    """Where the artefact lies; empty: where the registry says."""
    weight: int | None
    """Percent of the requests; below 100 it is a canary. None: the platform's first share."""


def release(context: Context, wanted: Wanted) -> list[Path]:
    """Write the pointer and the manifests of a release; return what changed."""
    root = context.root
    place = manifests.environment(root / "deploy" / "environments" / f"{wanted.environment}.yaml")
    served = _served(context, wanted)
    possible(context, wanted)
    path = _pointer(root, wanted.environment)
    new = pointer.advance(pointer.read(path), served, context.name(), share(place, wanted))
    if found := pointer.faults(new):
        raise pointer.PointerError("\n".join(found))
    # Everything is rendered before anything is written: a release is whole or not at all.
    texts = manifests.render(new, place, root)
    return _write(root, wanted.environment, texts, {path: pointer.text(new)})


def possible(context: Context, wanted: Wanted) -> None:
    """Refuse what no evidence can make a release; asked before the registry says it is one."""
    root = context.root
    place = manifests.environment(root / "deploy" / "environments" / f"{wanted.environment}.yaml")
    if not 0 < share(place, wanted) <= 100:
        raise pointer.PointerError(f"weight: {wanted.weight} is not between 1 and 100")
    if not pointer.IMAGE.match(wanted.image):
        raise pointer.PointerError(
            f"image: {wanted.image!r} names no digest; give repository@sha256:…"
        )
    known = registered(context)
    _came_from(root, place.get("after"), str(known["version"]), known["digest"])


def share(place: dict[str, Any], wanted: Wanted) -> int:
    """Return how many percent of the requests a release takes, as the platform's canaries begin."""
    first = int(place.get("canary_percent", 10))
    if not first and (wanted.weight is None or wanted.weight < 100):
        raise pointer.PointerError(
            f"weight: the platform has switched canaries off in {wanted.environment}; release to all"
        )
    return first if wanted.weight is None else wanted.weight


def _served(context: Context, wanted: Wanted) -> pointer.Served:
    path = context.build / "release.json"
    if not path.is_file():
        raise OpsError(f"nothing was let through. Fix: ops.step release --environment "
                       f"{wanted.environment}.")  # fmt: skip
    said, known = read_json(path), read_json(context.registration)
    if said["environment"] != wanted.environment:
        raise OpsError(f"build/release.json is for {said['environment']}. Fix: ops.step release "
                       f"--environment {wanted.environment}.")  # fmt: skip
    if (said["version"], said["digest"]) != (known["version"], known["digest"]):
        raise OpsError("build/release.json is of another version than the registration. "
                       "Fix: run the step `release` again.")  # fmt: skip
    return pointer.Served(
        version=str(said["version"]),
        storage=wanted.storage or known["uri"],
        image=wanted.image,
        digest=said["digest"],
        manifest=said["manifest"],
        signer=os.environ.get("MODEL_SIGNER") or [*said["approvers"], said["author"]][0],
        card=said["card"],
        evaluation=said["evaluation"],
        lineage=said["lineage_id"],
        author=said["author"],
        approvers=tuple(said["approvers"]),
        change=said["change"],
        governance=_governance(said),
    )


def _governance(said: dict[str, Any]) -> dict[str, str]:
    names = ("risk_tier", "risk_file", "intended_purpose", "automated_decision",
             "oversight_owner", "review_route")  # fmt: skip
    return {name.replace("_", "-"): str(said[name]) for name in names}


def _came_from(root: Path, before: str | None, version: str, digest: str) -> None:
    """Refuse a version that was not stable in the environment before."""
    if before is None:
        return
    known = pointer.read(_pointer(root, before))
    if known is None or known.stable.digest != digest:
        raise pointer.PointerError(
            f"version {version} is not stable in {before}; release it there first"
        )


def _pointer(root: Path, environment: str) -> Path:
    return root / "deploy" / "releases" / f"{environment}.yaml"


def _write(
    root: Path, environment: str, texts: dict[str, str], last: dict[Path, str] | None = None
) -> list[Path]:
    """Write manifests, and the pointer last; return what was written or removed."""
    folder = root / "deploy" / "manifests" / environment
    made = {folder / name: text for name, text in texts.items()} | (last or {})
    gone = [path for path in sorted(folder.glob("*.yaml")) if path not in made]  # an ended canary
    try:
        write_together(made, gone)
    except OSError as fault:
        raise OpsError(f"deploy/ can't be written: {fault.strerror}. Nothing was changed. "
                       "Fix: make room, and rights to write there.") from fault  # fmt: skip
    return [*(last or {}), *(path for path in made if path not in (last or {})), *gone]


def check(context: Context) -> list[str]:
    """Return what of the manifests is not what the pointers say."""
    root, found = context.root, []
    for path in sorted((root / "deploy" / "releases").glob("*.yaml")):
        current = pointer.read(path)
        if current is None:
            continue
        place = manifests.environment(root / "deploy" / "environments" / path.name)
        texts = manifests.render(current, place, root)
        folder = root / "deploy" / "manifests" / path.stem
        there = {each.name: each.read_text("utf-8") for each in folder.glob("*.yaml")}
        odd = [name for name in {*texts, *there} if texts.get(name) != there.get(name)]
        found += [f"deploy/manifests/{path.stem}/{name} is not what {path.name} says. "
                  "Fix: ops.deploy render." for name in sorted(odd)]  # fmt: skip
    return found


def render(context: Context) -> list[Path]:
    """Write the manifests of every pointer anew."""
    written: list[Path] = []
    for path in sorted((context.root / "deploy" / "releases").glob("*.yaml")):
        current = pointer.read(path)
        if current is not None:
            place = manifests.environment(context.root / "deploy" / "environments" / path.name)
            texts = manifests.render(current, place, context.root)
            written += _write(context.root, path.stem, texts)
    return written


def main(arguments: list[str] | None = None) -> int:
    """Run one of the three commands."""
    parser = argparse.ArgumentParser(prog="deploy", description="Write and check releases.")
    commands = parser.add_subparsers(dest="command", required=True)
    asked = commands.add_parser("release", help="write the change that releases a version")
    asked.add_argument("--environment", required=True)
    asked.add_argument("--image", required=True, help="repository@sha256:…")
    asked.add_argument("--storage", default="", help="where the artefact lies")
    asked.add_argument("--weight", type=int, default=100, help="percent; less is a canary")
    asked.add_argument("--canary", action="store_const", const=None, dest="weight",
                       help="as --weight with the platform's first share")  # fmt: skip
    commands.add_parser("check", help="are the manifests those of the pointers?")
    commands.add_parser("render", help="write the manifests of the pointers anew")
    given = parser.parse_args(arguments)
    try:
        context = here(caller="promotion")
        if given.command == "check":
            faults = check(context)
            sys.stdout.write(
                "\n".join(faults or ["the manifests are those of the pointers"]) + "\n"
            )
            return 1 if faults else 0
        if given.command == "render":
            changed = render(context)
        else:
            wanted = Wanted(given.environment, given.image, given.storage, given.weight)
            changed = release(context, wanted)
    except OpsError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    sys.stdout.write("".join(f"{path.relative_to(context.root)}\n" for path in changed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
