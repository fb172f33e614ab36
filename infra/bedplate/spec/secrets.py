"""Section `secrets`: how secrets reach pods."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bedplate.spec.base import Spec


class SecretsSpec(Spec):
    """External Secrets, which fetches secrets from AWS Secrets Manager."""

    replicas: Annotated[int, Field(ge=1, le=5)] = 2
    """Copies of the operator and of its webhook."""
