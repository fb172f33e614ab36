"""Stops a deployment that would replace or delete what can't be had back.

A replacement makes a new resource and deletes the old one: with a store, its data; with a key, all
that it encrypted; with a network or a cluster, everything in it. Pulumi's `protect` stops most of
these too, in environments that set it; this guard looks at every environment and says what else
to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from bedplate.engine.deployment import Step

_NETWORK: Final = "everything in it would have to move"
_DATA: Final = "what it holds would be lost"
GUARDED: Final[Mapping[str, str]] = {
    "aws:backup/vault:Vault": "its recovery points would be lost",
    "aws:cloudtrail/trail:Trail": "the record of what was done would have a gap",
    "aws:dynamodb/table:Table": _DATA,
    "aws:ec2/subnet:Subnet": _NETWORK,
    "aws:ec2/vpc:Vpc": _NETWORK,
    "aws:ecr/repository:Repository": "images that run would be lost",
    "aws:efs/fileSystem:FileSystem": _DATA,
    "aws:eks/cluster:Cluster": "everything that runs in it would stop",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "roles that trust it would be shut out",
    "aws:kms/key:Key": "nothing that it encrypted could be read again",
    "aws:kms/replicaKey:ReplicaKey": "nothing that it encrypted could be read again",
    "aws:rds/cluster:Cluster": _DATA,
    "aws:rds/instance:Instance": _DATA,
    "aws:s3/bucket:Bucket": _DATA,
    "aws:secretsmanager/secret:Secret": "its value would be lost",
    "kubernetes:core/v1:Namespace": "everything in it would be deleted",
    "kubernetes:core/v1:PersistentVolumeClaim": _DATA,
}
"""Types that are guarded, each with what its loss means."""
_LOSSES: Final = frozenset({"delete", "replace", "delete-replaced"})
"""Operations of Pulumi that delete what is there."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A guarded resource that a deployment would replace or delete."""

    urn: str
    """Which."""
    name: str
    """Its logical name."""
    type: str
    """Its type token."""
    operation: str
    """`replace` or `delete`."""
    because: tuple[str, ...]
    """Properties that force a replacement."""

    @property
    def message(self) -> str:
        """What would happen, and what it means, in one sentence."""
        kind = self.type.rpartition(":")[2]
        why = f", because {' and '.join(self.because)} changed" if self.because else ""
        return f"{kind} {self.name} would be {self.operation}d{why}: {GUARDED[self.type]}."

    @property
    def fix(self) -> str:
        """Ways out, for people."""
        if self.operation == "delete":
            first = "if it was renamed or moved, give the new one the alias of the old one"
        else:
            first = f"change {' and '.join(self.because) or 'it'} back"
        return (
            f"{first}; if it exists elsewhere already, `pulumi import` it; "
            f"if it is meant, have the release approved with `--allow {self.urn}`"
        )


def losses(steps: Iterable[Step], allowed: Collection[str]) -> tuple[Loss, ...]:
    """Return the guarded resources that the steps replace or delete and that nobody allowed."""
    return tuple(
        Loss(step.urn, step.name, step.type, _operation(step), step.replacing)
        for step in steps
        if step.operation in _LOSSES and step.type in GUARDED and step.urn not in allowed
    )


def _operation(step: Step) -> str:
    return "delete" if step.operation == "delete" else "replace"
