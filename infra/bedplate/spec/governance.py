"""Section `governance`: regimes, jurisdictions, classification, approvals and change windows."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator

from bedplate.spec.base import Country, Email, NonEmpty, ServiceUrl, Spec, TagText
from bedplate.spec.enforcement import EnforcementSpec
from bedplate.spec.regions import JURISDICTIONS

Regime = Literal[
    "uae-pdpl",
    "uae-health",
    "uae-bank",
    "difc",
    "adgm",
    "gdpr",
    "eu-ai-act",
    "iso27001",
    "nist-800-207",
]
"""A body of rules that selects policies and parameters."""

Classification = Literal["public", "internal", "confidential", "restricted"]
"""How much harm the disclosure of the environment's data would do, least first."""

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""A day of the week."""


DataCategory = Literal["general", "health", "banking", "government"]
"""A kind of personal data that some law binds apart; `general`: none of the others."""


class PersonalDataSpec(Spec):
    """The record of processing that personal data needs (GDPR Art 30, UAE PDPL Art 7 and 8)."""

    purpose: TagText
    """Why personal data is processed."""
    controller: TagText
    """Legal person that decides purpose and means."""
    dpo_contact: Email
    """Mailbox of the data protection officer."""
    retention_days: Annotated[int, Field(ge=1, le=36500)]
    """Days after which personal data is deleted; drives lifecycle rules of the stores."""
    dpia_reference: NonEmpty | None = None
    """Reference of the data protection impact assessment."""
    dpia_date: date | None = None
    """Day of that assessment; production is deployed for 12 months after it (policy APR-011)."""
    categories: tuple[DataCategory, ...] = ()
    """Kinds of personal data; stated where laws exclude each other's (UAE PDPL Art 2)."""


class ApproverSpec(Spec):
    """A person who may approve a release."""

    name: NonEmpty
    """Name as it stands in the record."""
    role: NonEmpty
    """Role that the approval counts for."""
    public_key: NonEmpty | None = None
    """SSH ed25519 public key that the person signs with."""


class ApprovalsSpec(Spec):
    """How many people, in which roles, must approve a release."""

    required: Annotated[int, Field(ge=0, le=10)] = 2
    """Number of distinct approvers; production needs two at least (policy APR-001)."""
    roles: tuple[NonEmpty, ...] = ("platform", "compliance")
    """Roles of which each must be among the approvers."""
    approvers: tuple[ApproverSpec, ...] = ()
    """Who may approve."""


class WindowSpec(Spec):
    """A weekly window in which changes may be deployed."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    """Days on which the window opens."""
    start: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    """Start, 24-hour clock, quoted."""
    end: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    """End on the same day, 24-hour clock, quoted."""
    timezone: NonEmpty = "UTC"
    """IANA time zone name."""


class FreezeSpec(Spec):
    """A period in which nothing may be deployed."""

    start: date
    """First day of the freeze."""
    end: date
    """Last day of the freeze."""
    reason: NonEmpty
    """Why nothing may change."""


class ChangeSpec(Spec):
    """When changes may be deployed (ITIL change schedule)."""

    windows: tuple[WindowSpec, ...] = ()
    """Weekly windows; none: any time."""
    freezes: tuple[FreezeSpec, ...] = ()
    """Freezes, which win over windows."""
    standard_templates: tuple[NonEmpty, ...] = ()
    """Ids of the recipes that are authorised once for all (ITIL standard changes)."""
    emergency_authorities: tuple[NonEmpty, ...] = ()
    """Who may authorise an emergency change outside windows and within freezes."""
    ticket_service: ServiceUrl | None = None
    """Address of the service that has the change records; none: they are files in `changes/`."""


class TransferSpec(Spec):
    """A recorded legal basis for data that lies outside the jurisdictions."""

    country: Country
    """Where the data goes."""
    basis: NonEmpty
    """Reference of the legal basis or of the authority's decision."""
    approver: NonEmpty
    """Who accepted the transfer."""
    expires: date
    """Last day on which the basis holds."""


class DisasterRecoverySpec(Spec):
    """How the environment survives the loss of a zone or a region."""

    strategy: Literal["in-country", "second-region"] = "in-country"
    """`in-country`: several zones and backups; `second-region`: backups copied to `region`."""
    region: str | None = None
    """Second region; must lie within the jurisdictions or have a recorded transfer."""


class GovernanceSpec(Spec):
    """Which rules bind the environment, and who decides about it."""

    regimes: tuple[Regime, ...] = ("iso27001",)
    """Bodies of rules whose clauses select policies."""
    jurisdictions: Annotated[tuple[str, ...], Field(min_length=1)]
    """Countries in which data may lie (ISO 3166-1 alpha-2, or EU); regions follow from it."""
    data_classification: Classification = "confidential"
    """Highest class of data in the environment."""
    personal_data: PersonalDataSpec | None = None
    """Record of processing; required by the personal-data regimes."""
    approvals: ApprovalsSpec = ApprovalsSpec()
    """Who approves a release."""
    change: ChangeSpec = ChangeSpec()
    """When a release may be deployed."""
    enforcement: EnforcementSpec = EnforcementSpec()
    """What blocks beyond what the tier demands."""
    transfers: tuple[TransferSpec, ...] = ()
    """Legal bases for data outside the jurisdictions."""
    disaster_recovery: DisasterRecoverySpec = DisasterRecoverySpec()
    """How the environment survives a loss."""
    foreign_branch: bool = False
    """A bank's branch abroad: a daily copy to the UAE is demanded (CBUAE C 14/2021 Art 6.2)."""

    @field_validator("jurisdictions")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in JURISDICTIONS:
                raise ValueError(f"jurisdiction:{name}")
        return value
