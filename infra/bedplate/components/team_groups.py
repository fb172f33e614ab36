"""How the people of a team are known inside the cluster."""

from __future__ import annotations


def team_group(team: str) -> str:
    """Return the Kubernetes group of a team's people; EKS reserves `system:`, `eks:` and `aws:`."""
    return f"bedplate:team:{team}"
