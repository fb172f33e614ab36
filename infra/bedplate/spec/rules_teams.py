"""Rules about teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.spec.rules import Conflict, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedplate.spec.teams import TeamSpec


@rule("teams")
def gpu_parts(teams: Mapping[str, TeamSpec]) -> Iterator[Conflict]:
    """Parts of a team's GPUs go to its own namespaces, and are no more than it has."""
    for name, team in teams.items():
        path = f"teams.{name}.gpu_quotas"
        for namespace in team.gpu_quotas:
            if namespace not in team.namespaces:
                fix = f"use one of {', '.join(team.namespaces)}"
                yield Conflict(f"{path}.{namespace}", "the team has no such namespace", fix)
        parts = sum(team.gpu_quotas.values())
        if parts > team.gpu_quota:
            problem = f"the parts are {parts} GPUs, more than the {team.gpu_quota} of gpu_quota"
            yield Conflict(path, problem, "lower a part, or raise gpu_quota")
