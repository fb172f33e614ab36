"""Where an environment's images and charts come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.components.foundation.registry_cache import prefixes
from bedplate.contracts.supply import Supply

if TYPE_CHECKING:
    from bedplate.components.scope import Scope


def supply_of(scope: Scope) -> Supply:
    """Return the supply of an environment.

    Copies lie in the environment's own registry below `<platform>-<environment>/mirror`.
    """
    spec, names = scope.spec, scope.names
    suffix = "amazonaws.com.cn" if spec.aws.partition == "aws-cn" else "amazonaws.com"
    host = f"{spec.aws.account_id}.dkr.ecr.{spec.aws.region}.{suffix}"
    return Supply(
        images=spec.supply.images,
        charts=spec.supply.charts,
        manifests=spec.supply.manifests,
        registry=f"{host}/{names.prefix}/mirror",
        caches=prefixes(scope),
        isolated=spec.network.egress == "isolated",
    )
