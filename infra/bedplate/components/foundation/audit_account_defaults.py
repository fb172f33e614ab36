"""What the account does by default: volumes are encrypted, buckets are not public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from bedplate.components.component import Component

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.foundation.keys import Keys


@dataclass(frozen=True, kw_only=True)
class AccountDefaultsArgs:
    """What the defaults are made from."""

    keys: Keys
    """Keys, of which `platform` encrypts volumes that name no key."""


class AccountDefaults(Component):
    """EBS encryption with the platform's key, and the account's S3 public access block."""

    def __init__(
        self, name: str, args: AccountDefaultsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Set the defaults."""
        super().__init__(
            "bedplate:foundation:AccountDefaults", name, "audit.account_defaults", opts
        )
        aws.ebs.EncryptionByDefault(f"{name}-volumes", enabled=True, opts=self.child)
        aws.ebs.DefaultKmsKey(
            f"{name}-volume-key", key_arn=args.keys.arn("platform"), opts=self.child
        )
        aws.s3.AccountPublicAccessBlock(
            f"{name}-buckets",
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child,
        )
        self.register_outputs({})
