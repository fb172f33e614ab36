"""What a platform already knows of a model repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.errors import UsageError

if TYPE_CHECKING:
    from bedplate.spec.platform import PlatformSpec


def team_of(spec: PlatformSpec, repository: str, given: str | None) -> str:
    """Return the team that owns a repository: the one given, the one that lists it, or the only.

    Raises UsageError where that is none or several.
    """
    names = sorted(spec.teams)
    if given is not None:
        if given not in spec.teams:
            fix = f"use one of {', '.join(names)}" if names else "add it to the environment file"
            raise UsageError(f"The platform has no team `{given}`. Fix: {fix}.")
        return given
    listed = [
        name
        for name, team in spec.teams.items()
        if any(url.rstrip("/").endswith(f"/{repository}") for url in team.model_repositories)
    ]
    found = listed or names
    if len(found) != 1:
        which = ", ".join(found) or "none"
        fix = "name the team by --set owner_team=…"
        raise UsageError(f"The platform has several teams or none: {which}. Fix: {fix}.")
    return found[0]
