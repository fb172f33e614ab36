"""Section `admission`: what the API server refuses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bedplate.spec.base import NonEmpty, Spec


class AdmissionSpec(Spec):
    """Gatekeeper, which holds the objects of teams' namespaces to the pack `policies/admission`."""

    enforcement: Literal["deny", "warn", "dryrun"] = "deny"
    """Whether a violation that blocks in this tier is refused, told, or only recorded; one that
    only advises is told at most."""
    registries: tuple[NonEmpty, ...] = ()
    """Further registries, and prefixes, that teams' images may come from; the environment's own
    registry always may."""
    model_signers: tuple[NonEmpty, ...] = ()
    """Who may sign models, as `bedplate/model-signer` names them; none: nobody, where the tier
    demands a signature (policy SUP-103)."""
    replicas: Annotated[int, Field(ge=1, le=5)] = 2
    """Copies of the webhook."""
