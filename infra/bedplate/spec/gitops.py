"""Section `gitops`: the repository that says what is released."""

from __future__ import annotations

from ipaddress import IPv4Network

from pydantic import field_validator

from bedplate.spec.base import HttpsUrl, NonEmpty, Spec


class GitopsSpec(Spec):
    """Argo CD follows this repository."""

    repository: HttpsUrl
    """Repository that names released model versions per environment."""
    revision: NonEmpty = "main"
    """Branch or tag to follow."""
    path: str = "environments"
    """Folder that holds one folder an environment, and in it one a team."""
    cidrs: tuple[str, ...] = ()
    """IPv4 blocks that the git servers' addresses lie in, where they stand outside the VPC."""

    @field_validator("cidrs")
    @classmethod
    def _blocks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for block in value:
            IPv4Network(block)
        return value
