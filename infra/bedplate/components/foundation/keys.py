"""Customer-managed KMS keys: one per class of data, rotated, kept in one region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import pulumi
import pulumi_aws as aws

from bedplate.components.component import Component
from bedplate.components.foundation.keys_policy import key_policy
from bedplate.spec.keys import DataClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.components.scope import Scope

DATA_CLASSES: tuple[DataClass, ...] = get_args(DataClass)
"""Every class of data, in the order of the specification."""


@dataclass(frozen=True, kw_only=True)
class KeysArgs:
    """What the keys are made from."""

    scope: Scope
    """The environment."""
    after: Sequence[pulumi.Resource] = ()
    """What must exist before the keys: the roles that their policies name as principals."""


class Keys(Component):
    """One key and one alias per class of data."""

    arns: dict[DataClass, pulumi.Output[str]]
    """ARN of the key of each class of data."""

    def __init__(
        self, name: str, args: KeysArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the keys."""
        super().__init__("bedplate:foundation:Keys", name, "keys", opts)
        self._name, self._scope, self._after = name, args.scope, args.after
        self.arns = {data_class: self._key(data_class) for data_class in DATA_CLASSES}
        self.register_outputs({"arns": self.arns})

    def arn(self, data_class: DataClass) -> pulumi.Output[str]:
        """Return the ARN of the key that encrypts a class of data."""
        return self.arns[data_class]

    def _key(self, data_class: DataClass) -> pulumi.Output[str]:
        spec, names = self._scope.spec, self._scope.names
        key = aws.kms.Key(
            f"{self._name}-{data_class}",
            description=f"{names.prefix}: encrypts the data class {data_class}",
            enable_key_rotation=True,
            rotation_period_in_days=spec.keys.rotation_days,
            deletion_window_in_days=spec.keys.deletion_window_days,
            # A multi-region key could be replicated out of the jurisdiction.
            multi_region=False,
            policy=key_policy(self._scope, data_class),
            tags=self._scope.tags(names.resource(data_class)),
            opts=pulumi.ResourceOptions(
                parent=self, protect=spec.protect, depends_on=list(self._after)
            ),
        )
        aws.kms.Alias(
            f"{self._name}-{data_class}-alias",
            name=f"alias/{names.resource(data_class)}",
            target_key_id=key.key_id,
            opts=self.child,
        )
        return key.arn
