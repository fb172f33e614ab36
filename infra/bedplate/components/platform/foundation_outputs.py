"""What the platform layer knows of the foundation: its exports, by name and type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pulumi


@dataclass(frozen=True)
class FoundationOutputs:
    """Exports of the foundation layer, read through a stack reference."""

    read: Callable[[str], pulumi.Output[Any]]
    """Returns one export; fails where there is none."""

    def text(self, name: str) -> pulumi.Output[str]:
        """Return an export that is text.

        cluster_name, cluster_endpoint, cluster_certificate_authority, vpc_id, database_endpoint,
        database_secret_arn, alarm_topic_arn, karpenter_instance_profile, karpenter_queue, region.
        """
        return self.read(name)

    def _member(self, name: str, key: str) -> pulumi.Output[str]:
        return self.read(name).apply(lambda members: str(members[key]))

    def bucket(self, part: str) -> pulumi.Output[str]:
        """Return the name of a bucket: models, datasets, lineage, evidence and others."""
        return self._member("buckets", part)

    def key_arn(self, data_class: str) -> pulumi.Output[str]:
        """Return the ARN of the KMS key of a class of data."""
        return self._member("key_arns", data_class)

    def role_arn(self, part: str) -> pulumi.Output[str]:
        """Return the ARN of a workload's role."""
        return self._member("role_arns", part)
