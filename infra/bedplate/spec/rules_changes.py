"""Rules about the schedule of changes: windows that can open, freezes that can end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bedplate.spec.rules import Conflict, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.spec.governance import GovernanceSpec


@rule("governance")
def windows_can_open(governance: GovernanceSpec) -> Iterator[Conflict]:
    """A window opens before it closes, in a time zone that there is."""
    for index, window in enumerate(governance.change.windows):
        path = f"governance.change.windows[{index}]"
        if window.end <= window.start:
            text = f"the window closes at {window.end}, not after it opens at {window.start}"
            fix = "state two windows where one goes over midnight"
            yield Conflict(f"{path}.end", text, fix)
        if not _is_known(window.timezone):
            fix = "use an IANA name, such as `Asia/Dubai`"
            yield Conflict(f"{path}.timezone", f"there is no time zone `{window.timezone}`", fix)


@rule("governance")
def freezes_can_end(governance: GovernanceSpec) -> Iterator[Conflict]:
    """The last day of a freeze is not before its first."""
    for index, freeze in enumerate(governance.change.freezes):
        if freeze.end < freeze.start:
            text = f"the freeze ends on {freeze.end}, before it begins on {freeze.start}"
            path = f"governance.change.freezes[{index}].end"
            yield Conflict(path, text, "state the last day of the freeze")


def _is_known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
