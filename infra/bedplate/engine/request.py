"""What an engine needs to know to run one layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TIMEOUT_SECONDS: Final = 120.0
"""How long a program may run in the simulator; the whole foundation needs about two seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRequest:
    """One layer of one environment, to be run by an engine."""

    layer: str
    """Name of the layer, such as ``foundation``."""
    project: str
    """Name of its Pulumi project, such as ``bedplate-foundation``."""
    stack: str
    """Name of its Pulumi stack, which is the environment's."""
    program: Path
    """The program's ``__main__.py``; its folder holds the project's ``Pulumi.yaml``."""
    config: Mapping[str, str]
    """Pulumi config, with full keys such as ``bedplate:stacks``."""
    account_id: str
    """AWS account, twelve digits."""
    region: str
    """AWS region of the default provider, such as ``me-central-1``."""
    partition: str = "aws"
    """``aws``, ``aws-cn`` or ``aws-us-gov``."""
    stack_references: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Exports of earlier layers by full stack name, ``organization/<project>/<stack>``."""
    home: Path | None = None
    """Root of the project whose sandbox is used; None: the one that the program lies in."""
    backend: str | None = None
    """Where the state lies, such as ``s3://…``; None: where `pulumi login` says."""
    secrets_provider: str | None = None
    """What encrypts secrets in the state of a new stack; None: Pulumi's default."""
    timeout_seconds: float = TIMEOUT_SECONDS
    """The simulator stops a program that runs longer, in seconds."""
