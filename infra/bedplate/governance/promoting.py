"""Promotes values from one environment to another: works out the text of the target's file.

The target afterwards resolves with exactly the values that go over; where it would not, nothing is
offered. A value that common.yaml or the blueprint gives gets no line.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedplate.errors import BedplateError, SpecError, UsageError, shown
from bedplate.governance.layers import blueprint_folder
from bedplate.governance.records import records_of
from bedplate.governance.release import read_release
from bedplate.operate.stack_file import edited, stated
from bedplate.spec.difference import ABSENT
from bedplate.spec.promotion import dotted, leaves, promotion
from bedplate.spec.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedplate.governance.assessment import Options
    from bedplate.governance.release import Release
    from bedplate.spec.promotion import Path as Keys
    from bedplate.spec.promotion import Promotion, Selection
    from bedplate.spec.resolve import Resolved


@dataclass(frozen=True, slots=True)
class Offer:
    """What a promotion would do to the target's file."""

    source: Resolved
    """Where values come from."""
    target: Resolved
    """Where they go."""
    since: Release | None
    """Release of the source since which its changes count; None: every difference counts."""
    promotion: Promotion
    """What goes over, and what stays."""
    file: Path
    """The target's file."""
    before: str
    """What it says."""
    after: str
    """What it is to say."""


def offer(
    source: str, target: str, options: Options, selection: Selection, since: str | None = None
) -> Offer:
    """Return what promoting an environment to another would do; nothing is written.

    ``since`` is the first digits of a release of the source, or `all` for every difference. Without
    it the changes count that the source has had since the target's newest release was made, where
    there is one. Raises BedplateError where the target would not resolve with the values.
    """
    if source == target:
        raise UsageError(f"{source} is both source and target. Fix: name two environments.")
    own = blueprint_folder(options)
    found = [resolve(name, options.stacks, own) for name in (source, target)]
    base = _base(source, target, options, since)
    theirs, own_values = (each.spec.model_dump(mode="json") for each in found)
    past = None if base is None else (f"release {base.short} of {source}", base.spec)
    chosen = promotion(theirs, own_values, selection, past)
    file = options.stacks / f"{target}.yaml"
    before = file.read_bytes().decode("utf-8-sig")
    trial = _Trial(file, before, found[0], own_values, own)
    return Offer(found[0], found[1], base, chosen, file, before, trial.text(chosen))


def _base(source: str, target: str, options: Options, since: str | None) -> Release | None:
    """Return the source as it was when the target was last released, or at the release named."""
    theirs, own = records_of(options.stacks, source), records_of(options.stacks, target)
    if since == "all":
        return None
    if since is not None:
        return theirs.named(since)
    last = max(_made(own.releases), key=lambda each: each.created, default=None)
    if last is None:
        return None
    past = [each for each in _made(theirs.releases) if each.created <= last.created]
    return max(past, key=lambda each: each.created, default=None)


def _made(folder: Path) -> list[Release]:
    return [read_release(file) for file in sorted(folder.glob("*.json"))]


class _Trial:
    """Edits a file until it resolves with what is wanted, with as few lines as that takes."""

    def __init__(
        self,
        file: Path,
        text: str,
        source: Resolved,
        own: Mapping[str, Any],
        blueprints: Path | None,
    ) -> None:
        self._file, self._text, self._source = file, text, source
        self._own, self._blueprints = dict(leaves(own)), blueprints

    def text(self, wanted: Promotion) -> str:
        """Return the text of the file; raises BedplateError where none gives the values."""
        values = {each.path: each.after for each in wanted.promoted}
        if not values:
            return self._text
        # What lower files give needs no line: first without any line of the target's own.
        edits: dict[Keys, Any] = {p: ABSENT for p in values if stated(self._text, p)}
        left = self._differing(edits, values)
        edits = {p: v for p, v in edits.items() if p not in left}
        stated_there = [p for p in left if dotted(p) in self._source.origins]
        edits |= {p: _line(values[p]) for p in left if p in stated_there or values[p] is ABSENT}
        left = self._differing(edits, values)
        edits |= {p: _line(values[p]) for p in left}
        text = edited(self._text, edits)
        self._prove(text, values)
        return text

    def _differing(self, edits: Mapping[Keys, Any], wanted: Mapping[Keys, Any]) -> list[Keys]:
        """Return the paths whose value is not the wanted one; all where the file is not valid."""
        try:
            found = self._resolved(edited(self._text, edits))
        except SpecError:
            return list(wanted)
        return [path for path, value in wanted.items() if not _holds(found, path, value)]

    def _prove(self, text: str, wanted: Mapping[Keys, Any]) -> None:
        """Refuse a text that does not resolve with the wanted values, and them alone."""
        name = self._file.stem
        try:
            found = self._resolved(text)
        except SpecError as error:
            faults = "\n".join(f"  {each.path}: {each.problem}" for each in error.problems)
            fix = "choose by --only and --except, or promote more"
            text = f"{name} would not be valid with these values; nothing is written"
            raise BedplateError(f"{text}. Fix: {fix}.\n{faults}") from error
        missed = [dotted(p) for p, value in wanted.items() if not _holds(found, p, value)]
        missed += [dotted(p) for p in self._touched(found, list(wanted))]
        if missed:
            what = f"{shown(self._file)} can't be changed so that only the promoted values change"
            fix = "write anchors and aliases out, then repeat"
            raise BedplateError(f"{what} ({', '.join(missed)}). Fix: {fix}.")

    def _touched(self, found: Mapping[Keys, Any], wanted: Sequence[Keys]) -> list[Keys]:
        """Return paths that changed although nothing was to happen to them."""
        known = {path[:end] for path in self._own for end in range(1, len(path))}
        return [
            path
            for path in sorted({*found, *self._own})
            if found.get(path, ABSENT) != self._own.get(path, ABSENT)
            and not any(path[: len(each)] == each for each in wanted)
            # The defaults of a pool or a section that is new.
            and not (path not in self._own and path[:-1] not in known)
        ]

    def _resolved(self, text: str) -> dict[Keys, Any]:
        """Return the values of the target with another text of its file."""
        with tempfile.TemporaryDirectory() as folder:
            stacks = Path(folder)
            common = self._file.parent / "common.yaml"
            if common.is_file():
                (stacks / common.name).write_bytes(common.read_bytes())
            (stacks / self._file.name).write_bytes(text.encode())
            found = resolve(self._file.stem, stacks, self._blueprints)
        return dict(leaves(found.spec.model_dump(mode="json")))


def _holds(found: Mapping[Keys, Any], path: Keys, value: Any) -> bool:
    if value is ABSENT:
        return not any(each[: len(path)] == path for each in found)
    return bool(found.get(path, ABSENT) == value)


def _line(value: Any) -> Any:
    """Return what the file says for a value: null takes away what lower files give."""
    return None if value is ABSENT else value


def write(made: Offer) -> None:
    """Write the target's file whole or not at all; raises UsageError where that fails.

    What somebody else wrote to it meanwhile is not lost: then nothing is written.
    """
    try:
        if made.file.read_bytes().decode("utf-8-sig") != made.before:
            fix = "repeat the command"
            raise UsageError(f"{shown(made.file)} was changed meanwhile. Fix: {fix}.")
        handle, name = tempfile.mkstemp(dir=made.file.parent, prefix=f".{made.file.name}.")
        place = Path(name)
        try:
            with os.fdopen(handle, "wb") as temporary:
                temporary.write(made.after.encode())
            place.chmod(made.file.stat().st_mode & 0o777)
            place.replace(made.file)
        finally:
            place.unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        fix = "make its folder writable, on a disk with room"
        raise UsageError(f"{shown(made.file)} can't be written: {reason}. Fix: {fix}.") from error


def removed(made: Offer) -> tuple[str, ...]:
    """Return what the target's file no longer says since lower files give it."""
    return tuple(
        dotted(each.path)
        for each in made.promotion.promoted
        if stated(made.before, each.path) and not stated(made.after, each.path)
    )
