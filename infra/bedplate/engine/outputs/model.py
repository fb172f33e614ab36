"""What the output tables are told, and the deterministic values they share."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

DNS_SUFFIXES: Final = {"aws-cn": "amazonaws.com.cn"}
"""Domain of AWS by partition, where it is not ``amazonaws.com``."""


def partition_of(region: str) -> str:
    """Return the partition that a region belongs to."""
    prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
    return next((name for prefix, name in prefixes.items() if region.startswith(prefix)), "aws")


def _parsed(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None


def derived(text: str, salt: str, length: int = 17) -> str:
    """Return hexadecimal digits (at most 64) that belong to a text and a salt."""
    return hashlib.sha256(f"{text}\n{salt}".encode()).hexdigest()[:length]


@dataclass(frozen=True, slots=True)
class Account:
    """Where a resource would live."""

    account_id: str
    """AWS account, twelve digits."""
    region: str
    """AWS region of the provider."""
    partition: str = "aws"
    """``aws``, ``aws-cn`` or ``aws-us-gov``."""
    default_tags: Mapping[str, str] = field(default_factory=dict)
    """Tags that the provider adds to every resource."""

    def through_provider(self, inputs: Mapping[str, Any]) -> Account:
        """Return the account as an AWS provider with these inputs sees it.

        The SDK sends a provider's structured inputs as JSON text.
        """
        region = inputs.get("region")
        region = region if isinstance(region, str) and region else self.region
        accounts = _parsed(inputs.get("allowedAccountIds"))
        tags = _parsed(inputs.get("defaultTags"))
        tags = tags.get("tags", {}) if isinstance(tags, dict) else {}
        known = isinstance(accounts, list) and len(accounts) == 1 and isinstance(accounts[0], str)
        return Account(
            account_id=accounts[0] if known else self.account_id,
            region=region,
            partition=partition_of(region),
            default_tags={key: tag for key, tag in tags.items() if isinstance(tag, str)},
        )

    @property
    def dns_suffix(self) -> str:
        """Domain under which the partition's services answer."""
        return DNS_SUFFIXES.get(self.partition, "amazonaws.com")

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """Return the ARN of a regional resource of this account."""
        return (
            f"arn:{self.partition}:{service}:{region or self.region}:{self.account_id}:{resource}"
        )

    def global_arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource without region, such as an IAM role."""
        return f"arn:{self.partition}:{service}::{self.account_id}:{resource}"


@dataclass(frozen=True, slots=True)
class Subject:
    """One resource whose outputs are wanted."""

    type: str
    """Full type token."""
    name: str
    """Logical name."""
    urn: str
    """Pulumi URN: every generated identifier is derived from it."""
    inputs: Mapping[str, Any]
    """Properties as a Plan holds them."""
    account: Account
    """Where it would live."""

    @property
    def region(self) -> str:
        """Region of the resource: its own, else the provider's."""
        return self.text("region", self.account.region)

    def text(self, key: str, default: str) -> str:
        """Return an input that is a known text, else the default."""
        value = self.inputs.get(key)
        return value if isinstance(value, str) and value else default

    def physical_name(self, key: str) -> str:
        """Return the name in AWS: the input, else one the provider would make up."""
        return self.text(key, f"{self.text(f'{key}Prefix', self.name + '-')}{self.hex(7)}")

    def hex(self, length: int, salt: str = "") -> str:
        """Return that many hexadecimal digits (at most 64) that belong to this URN and salt."""
        return derived(self.urn, salt, length)

    def letters(self, length: int, salt: str = "") -> str:
        """Return that many (at most 51) capital letters and digits, as in an IAM unique id."""
        number = int(self.hex(64, salt), 16)
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
        return "".join(alphabet[(number >> (5 * place)) & 31] for place in range(length))

    def number(self, limit: int, salt: str = "") -> int:
        """Return a number from 0 to below the limit."""
        return int(self.hex(16, salt), 16) % limit

    def uuid(self, salt: str = "") -> str:
        """Return a UUID that belongs to this URN and salt."""
        return str(uuid.UUID(hex=self.hex(32, salt), version=4))

    def arn(self, service: str, resource: str) -> str:
        """Return a regional ARN of the account."""
        return self.account.arn(service, resource, region=self.region)

    def global_arn(self, service: str, resource: str) -> str:
        """Return an ARN without region."""
        return self.account.global_arn(service, resource)


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a provider would answer when it created a resource."""

    id: str
    """Identifier of the resource."""
    computed: dict[str, Any]
    """Properties besides the inputs; a key that is an input too replaces it."""
