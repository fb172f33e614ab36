"""Section `owner`: who answers for an environment. Every resource carries it as tags."""

from __future__ import annotations

from bedplate.spec.base import Email, Spec, TagText


class OwnerSpec(Spec):
    """The team that owns, pays for and is reached about the environment."""

    team: TagText
    """Team name; tag `owner`."""
    email: Email
    """Shared mailbox of the team."""
    cost_center: TagText
    """Cost centre that pays, quoted; tag `cost_center`."""
