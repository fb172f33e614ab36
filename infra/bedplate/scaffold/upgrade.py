"""Moves a platform's repository to the installed Bedplate: its managed files, and its pin.

Everything is worked out before anything is written. What it does to each environment's plan is
said by `upgrade_effects`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bedplate.errors import UsageError
from bedplate.scaffold.pins import LOCKS, newer, pins_of, repinned
from bedplate.scaffold.update import Change, Update, plan_update
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bedplate.scaffold.pins import Pin

SCHEMA_FILE: Final = "stacks/environment.schema.json"
"""What editors complete environment files by: written anew, it is nobody's text."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What moves a repository to the installed Bedplate."""

    update: Update
    """Files that change, with those that hold a pin."""
    pins: tuple[Pin, ...]
    """Lines that pin Bedplate exactly, as they are."""
    by_hand: tuple[Pin, ...]
    """Lines that name Bedplate without pinning one version: nothing changes them."""
    locks: tuple[str, ...]
    """Locks that have to be written anew, by their own tool."""
    after: str = BEDPLATE
    """Version that the repository moves to."""

    @property
    def before(self) -> str:
        """Version that the repository pins; "" where it pins none."""
        return max((pin.version for pin in self.pins), key=_order, default="")


def _order(version: str) -> tuple[bool, str]:
    return newer(version, BEDPLATE), version


def plan_upgrade(repository: Path, template: Path, schema: str, version: str = BEDPLATE) -> Upgrade:
    """Return what moves a repository to a version of Bedplate; nothing is written.

    ``schema`` is the text of the schema that editors use. Raises UsageError for a repository that
    is no platform's, is newer, or has changes that are not committed.
    """
    found = pins_of(repository)
    for pin in found:
        if pin.version and newer(pin.version, version):
            what = f"{pin.file}:{pin.line} pins Bedplate {pin.version}; installed is {version}"
            raise UsageError(f"{what}, which is older. Fix: install Bedplate {pin.version}.")
    update = plan_update(repository, template)
    changes = {change.path: change for change in update.changes}
    own = [*_pinned(repository, found, version, changes), *_schema(repository, schema)]
    changes |= {change.path: change for change in own}
    ordered = tuple(changes[path] for path in sorted(changes))
    stale = [
        name
        for name in LOCKS
        if (repository / name).is_file() and any(pin.version != version for pin in found)
    ]
    return Upgrade(
        update=replace(update, changes=ordered),
        pins=tuple(pin for pin in found if pin.version),
        by_hand=tuple(pin for pin in found if not pin.version),
        locks=tuple(stale),
        after=version,
    )


def _pinned(
    repository: Path, pins: Sequence[Pin], version: str, changes: dict[str, Change]
) -> Iterator[Change]:
    for name in sorted({pin.file for pin in pins if pin.version not in ("", version)}):
        known = changes.get(name)
        content = known.content if known else (repository / name).read_bytes()
        if content is not None:
            text = repinned(content.decode("utf-8", "surrogateescape"), version)
            made = text.encode("utf-8", "surrogateescape")
            yield Change(name, known.kind if known else "updated", made)


def _schema(repository: Path, schema: str) -> Iterator[Change]:
    file = repository / SCHEMA_FILE
    content = schema.encode()
    if not file.parent.is_dir() or (file.is_file() and file.read_bytes() == content):
        return
    yield Change(SCHEMA_FILE, "updated" if file.is_file() else "added", content)
