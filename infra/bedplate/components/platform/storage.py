"""The default storage class: EKS brings none, and a volume without one is never made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedplate.components.platform.component import PlatformArgs, PlatformComponent

if TYPE_CHECKING:
    import pulumi

STORAGE_CLASS: Final = "gp3-encrypted"
"""Name of the default storage class."""


class Storage(PlatformComponent):
    """Encrypted gp3 volumes, made in the zone of the pod that asks for one."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the storage class."""
        super().__init__(name, "storage", args, opts)
        storage = self.scope.spec.storage
        tags = self.scope.tags(self.scope.names.resource("volume"))
        tagged = {
            f"tagSpecification_{at}": f"{key}={value}"
            for at, (key, value) in enumerate(sorted(tags.items()), start=1)
        }
        manifest = {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {
                "name": STORAGE_CLASS,
                "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            },
            "provisioner": "ebs.csi.aws.com",
            "parameters": {
                "type": "gp3",
                "encrypted": "true",
                "kmsKeyId": self.scope.foundation.key_arn("platform"),
                "iops": str(storage.iops),
                "throughput": str(storage.throughput_mib),
                **tagged,
            },
            "volumeBindingMode": "WaitForFirstConsumer",
            "allowVolumeExpansion": True,
            "reclaimPolicy": storage.reclaim,
        }
        self.ready = [self.manifest(manifest)]
        self.register_outputs({})
