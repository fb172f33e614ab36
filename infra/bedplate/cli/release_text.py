"""How the difference between two releases reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bedplate.governance.release_difference import ReleaseDifference, Value
    from bedplate.spec.difference import Difference

_MOST: Final = 12
"""Lines of one group; JSON has all."""
_LONGEST: Final = 60
"""Characters of a value; JSON has all."""


def difference_lines(found: ReleaseDifference) -> list[str]:
    """Return a difference in groups, what can't be taken back first."""
    done = found.resources
    replaced = [
        f"{each.resource} ({', '.join(each.properties)}){_loss(each.resource)}"
        for each in sorted(done.replaced, key=lambda each: not _loss(each.resource))
    ]
    deleted = [f"{key}{_loss(key)}" for key in sorted(done.deleted, key=lambda key: not _loss(key))]
    groups = (
        ("Replaced: deleted and made anew", replaced),
        ("Deleted", deleted),
        ("Exposure", _values(found.traits["exposure"])),
        ("Verdicts", tuple(_verdicts(found))),
        ("Versions", _values(found.traits["versions"])),
        ("Sizes", _values(found.traits["sizes"])),
        ("Cost", _cost(*found.hourly_usd)),
        ("Values", _values(found.values)),
        ("Created", done.created),
        ("Changed in place", done.changed),
        ("Also differ", found.other),
    )
    return [line for title, entries in groups for line in _group(title, entries)]


def _loss(key: str) -> str:
    """Return what the loss of a resource means, where that is grave."""
    from bedplate.governance.release_details import type_of  # noqa: PLC0415 - see bedplate.cli
    from bedplate.operate.replace_guard import GUARDED  # noqa: PLC0415 - likewise

    meaning = GUARDED.get(type_of(key))
    return f": {meaning}" if meaning else ""


def _group(title: str, entries: Sequence[str]) -> Iterator[str]:
    if not entries:
        return
    yield f"  {title}:"
    yield from (f"    {entry}" for entry in entries[:_MOST])
    if len(entries) > _MOST:
        yield f"    … and {len(entries) - _MOST} more; `--format json` has all"


def _values(found: Sequence[Value | Difference]) -> tuple[str, ...]:
    return tuple(
        f"{_where(each)}: {value_text(each.before)} → {value_text(each.after)}" for each in found
    )


def _where(each: Value | Difference) -> str:
    resource = getattr(each, "resource", "")
    return f"{resource} {each.path}" if resource else each.path


def value_text(value: Any) -> str:
    """Return a value as JSON, cut where it is long; "nothing" where it is not there."""
    from bedplate.spec.difference import ABSENT  # noqa: PLC0415 - see bedplate.cli

    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _verdicts(found: ReleaseDifference) -> Iterator[str]:
    for title, verdicts in (("newly", found.newly), ("no longer", found.settled)):
        for each in verdicts:
            yield f"{title} {each.verdict}: {each.policy} on {each.resource}"


def _cost(before: float | None, after: float | None) -> tuple[str, ...]:
    if before == after:
        return ()
    known = [each for each in (before, after) if each is not None]
    # A difference below a cent is shown as one.
    digits = 4 if len({f"{each:.2f}" for each in known}) < len(known) else 2
    sides = ("not known" if each is None else f"{each:,.{digits}f}" for each in (before, after))
    return (f"{' → '.join(sides)} USD an hour, every pool at its maximum",)
