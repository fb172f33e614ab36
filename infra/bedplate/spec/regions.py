"""AWS regions: the country they lie in, their zones, and the GPU families they offer.

Source of zones and offers: EC2 DescribeInstanceTypeOfferings as bundled in moto 5.2.5 (dated
2026-10-27). A region that the table does not know is refused, and so is a GPU type that a region is
not known to offer: check with `aws ec2 describe-instance-type-offerings` and extend the table.
Country: where AWS says the region lies (ISO 3166-1 alpha-2).
"""

from __future__ import annotations

from dataclasses import dataclass

from bedplate.spec.gpu_types import GPU_TYPES


@dataclass(frozen=True, slots=True)
class Region:
    """What Bedplate knows of one AWS region."""

    country: str
    """ISO 3166-1 alpha-2 code of the country that the region lies in."""
    partition: str
    """AWS partition, the second part of an ARN."""
    zones: tuple[str, ...]
    """Letters of the availability zones."""
    gpu_types: frozenset[str]
    """GPU instance types offered in at least one zone."""


def _region(
    country: str,
    zones: str,
    gpu_families: str,
    missing: str = "",
    partition: str = "aws",
) -> Region:
    families, absent = gpu_families.split(), missing.split()
    offered = (t.name for t in GPU_TYPES.values() if t.family in families and t.name not in absent)
    return Region(country, partition, tuple(zones), frozenset(offered))


REGIONS: dict[str, Region] = {
    "af-south-1": _region("ZA", "abc", "g4dn"),
    "ap-east-1": _region("HK", "abc", "g4dn g5"),
    "ap-northeast-1": _region("JP", "acd", "g4dn g5 g5g g6 g6e g7e gr6 p4d p4de p5 p5en"),
    "ap-northeast-2": _region(
        "KR", "abcd", "g4dn g5 g5g g6 g6e g7e gr6 p4d p5 p5en p6-b300", "p5.4xlarge"
    ),
    "ap-northeast-3": _region("JP", "abc", "g4dn g6e"),
    "ap-south-1": _region("IN", "abc", "g4dn g5 g6 g6e g7e gr6 p4d p5 p5en p6-b200"),
    "ap-south-2": _region("IN", "abc", "g6 g6e p6-b200 p6-b300"),
    "ap-southeast-1": _region("SG", "abc", "g4dn g5g p4de"),
    "ap-southeast-2": _region("AU", "abc", "g4dn g5 g6 gr6 p4d p5 p5e"),
    "ap-southeast-3": _region("ID", "abc", "g5 g7e p5 p5e p5en p6-b300"),
    "ap-southeast-4": _region("AU", "abc", ""),
    "ap-southeast-5": _region("MY", "abc", "g6 gr6"),
    "ca-central-1": _region("CA", "abd", "g4dn g5 g6 gr6 p4d p5", "p5.4xlarge"),
    "ca-west-1": _region("CA", "abc", ""),
    "eu-central-1": _region("DE", "abc", "g4dn g5 g5g g6 g6e g7 g7e gr6 p4d p4de"),
    "eu-central-2": _region("CH", "abc", "g6 gr6"),
    "eu-north-1": _region("SE", "abc", "g4dn g5 g6 g6e g7 g7e gr6 p4d p5 p5e p5en p6-b200"),
    "eu-south-1": _region("IT", "abc", "g4dn"),
    "eu-south-2": _region("ES", "abc", "g5 g5g g6 g6e g7 g7e gr6 p5en"),
    "eu-west-1": _region("IE", "abc", "g4dn g5 p4d"),
    "eu-west-2": _region("GB", "abcd", "g4dn g5 g6 g7e gr6 p4d p5 p5e"),
    "eu-west-3": _region("FR", "abc", "g4dn g5 g6 gr6 p6-b200"),
    "il-central-1": _region("IL", "abc", "g5 p4de"),
    "me-central-1": _region("AE", "abc", "g5 g6 g6e p5en"),
    "me-south-1": _region("BH", "abc", "g4dn"),
    "sa-east-1": _region("BR", "abc", "g4dn g5 g6 gr6 p4d p5 p5e p6-b300"),
    "us-east-1": _region(
        "US", "abcdef", "g4dn g5 g5g g6 g6e g7 g7e gr6 p4d p4de p5 p5en p6-b200 p6-b300"
    ),
    "us-east-2": _region("US", "abc", "g4dn g5 g6 g6e g7 g7e gr6 p4d p5 p5e p5en p6-b200"),
    "us-west-1": _region("US", "ab", "g4dn p5 p5en", "p5.4xlarge"),
    "us-west-2": _region(
        "US", "abcd", "g4dn g5 g5g g6 g6e g7 g7e gr6 p4d p4de p5 p5e p5en p6-b200 p6-b300"
    ),
    "cn-north-1": _region("CN", "abd", "", partition="aws-cn"),
    "cn-northwest-1": _region("CN", "abc", "", partition="aws-cn"),
    "us-gov-east-1": _region("US", "abc", "", partition="aws-us-gov"),
    "us-gov-west-1": _region("US", "abc", "", partition="aws-us-gov"),
}
"""Regions by name."""

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"

EU_COUNTRIES = frozenset(_EU.split())
"""Member states of the European Union."""

JURISDICTIONS = frozenset(region.country for region in REGIONS.values()) | EU_COUNTRIES | {"EU"}
"""What `governance.jurisdictions` may name: countries, and EU for all its member states."""


def countries(jurisdictions: tuple[str, ...]) -> frozenset[str]:
    """Return the countries that the jurisdictions cover, with EU spelt out."""
    named = frozenset(jurisdictions)
    return (named - {"EU"}) | EU_COUNTRIES if "EU" in named else named


def regions_within(jurisdictions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the regions that lie in one of the jurisdictions, sorted."""
    allowed = countries(jurisdictions)
    return tuple(sorted(name for name, region in REGIONS.items() if region.country in allowed))
