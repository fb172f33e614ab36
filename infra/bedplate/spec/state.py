"""Section `state`: where Pulumi keeps what it deployed."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from bedplate.spec.base import Spec


class StateSpec(Spec):
    """Backend and secrets provider of the Pulumi stacks."""

    backend: Annotated[str, StringConstraints(pattern=r"^(s3://|file://|https://)[^\s]+$")]
    """State backend."""
    secrets_provider: Annotated[str, StringConstraints(pattern=r"^(awskms://[^\s]+|passphrase)$")]
    """What encrypts secrets in the state."""
