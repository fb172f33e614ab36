"""Rules about regimes: which laws can't bind the same environment, and why.

An environment has one controller and one body of personal data. A law that excludes that data, or
that controller, does not bind it however often its name is listed: policies chosen by it would
prove nothing. What is refused says which clause excludes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedplate.spec.regions import countries
from bedplate.spec.rules import Conflict, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.spec.governance import GovernanceSpec

REGIMES: Final = "governance.regimes"
"""Path of the regimes."""
CATEGORIES: Final = "governance.personal_data.categories"
"""Path of the kinds of personal data."""

CARVED_OUT: Final = {
    "health": "health data that has a law of its own (ICT Health Law 2/2019)",
    "banking": "banking and credit data that has rules of its own (CBUAE)",
    "government": "government data",
}
"""What UAE PDPL Art 2(2) leaves to other laws, by kind of data."""
OWN_LAW: Final = {"uae-health": "health", "uae-bank": "banking"}
"""The kind of data that a regime binds, and no other."""
FREE_ZONES: Final = {
    "difc": "DIFC Law 5/2020 binds those established in the DIFC",
    "adgm": "the ADGM Data Protection Regulations 2021 bind those established in the ADGM",
}
"""Laws of free zones, and whom they bind."""


@rule("governance")
def one_law_of_establishment(governance: GovernanceSpec) -> Iterator[Conflict]:
    """A controller is established in one place: onshore, or in one free zone."""
    regimes = set(governance.regimes)
    zones = sorted(FREE_ZONES.keys() & regimes)
    if "uae-pdpl" in regimes and zones:
        yield Conflict(
            REGIMES,
            f"uae-pdpl does not bind what {zones[0]} binds: UAE PDPL Art 2(2) leaves out "
            "companies of free zones with a data protection law of their own",
            "name the law of the place where the controller is established",
        )
    if len(zones) > 1:
        yield Conflict(
            REGIMES,
            f"difc and adgm exclude each other: {FREE_ZONES['difc']}, and {FREE_ZONES['adgm']}",
            "name the law of the place where the controller is established",
        )


@rule("governance")
def pdpl_binds_some_of_the_data(governance: GovernanceSpec) -> Iterator[Conflict]:
    """UAE PDPL needs data that no carve-out of it takes away."""
    if "uae-pdpl" not in governance.regimes or governance.personal_data is None:
        return
    kinds = governance.personal_data.categories
    others = [regime for regime in OWN_LAW if regime in governance.regimes]
    if not kinds and others:
        yield Conflict(
            CATEGORIES,
            f"uae-pdpl stands beside {others[0]}, and UAE PDPL Art 2(2) leaves out "
            f"{CARVED_OUT[OWN_LAW[others[0]]]}",
            "list the kinds of personal data, `general` among them, or drop uae-pdpl",
        )
    elif kinds and set(kinds) <= CARVED_OUT.keys():
        reasons = " and ".join(CARVED_OUT[kind] for kind in CARVED_OUT if kind in kinds)
        yield Conflict(
            REGIMES,
            f"uae-pdpl binds none of the data: Art 2(2) leaves out {reasons}",
            "drop uae-pdpl, or list `general` among the categories if other data is there too",
        )


@rule("governance")
def regimes_fit_the_data(governance: GovernanceSpec) -> Iterator[Conflict]:
    """A law on one kind of data needs that kind, and that kind needs its law."""
    data = governance.personal_data
    kinds = data.categories if data else ()
    for regime, kind in OWN_LAW.items():
        named = regime in governance.regimes
        if named and kinds and kind not in kinds:
            fix = f"list `{kind}`, or drop {regime}"
            yield Conflict(CATEGORIES, f"{regime} binds {kind} data, and none is listed", fix)
        if kind in kinds and not named and "AE" in countries(governance.jurisdictions):
            fix = f"add {regime}"
            yield Conflict(REGIMES, f"{kind} data in the UAE is bound by {regime}", fix)


@rule("governance")
def data_stays_where_its_law_holds_it(governance: GovernanceSpec) -> Iterator[Conflict]:
    """Laws that keep data in the UAE need the UAE among the jurisdictions."""
    at_home = {"uae-health", "uae-bank"} & set(governance.regimes)
    if governance.foreign_branch:
        at_home.discard("uae-bank")
        if "uae-bank" not in governance.regimes:
            fix = "add uae-bank, or leave foreign_branch out"
            text = "a foreign branch is one of a bank that uae-bank binds (CBUAE C 14/2021 Art 6.2)"
            yield Conflict("governance.foreign_branch", text, fix)
    if at_home and "AE" not in countries(governance.jurisdictions):
        yield Conflict(
            "governance.jurisdictions",
            f"{', '.join(sorted(at_home))} keeps its data in the UAE, which is none of them",
            "add AE; residency wins over every other wish for a region",
        )


@rule("governance")
def personal_data_is_not_public(governance: GovernanceSpec) -> Iterator[Conflict]:
    """Data that a law protects is not of the lowest class."""
    if governance.personal_data is not None and governance.data_classification == "public":
        yield Conflict(
            "governance.data_classification",
            "personal data is stated, and `public` data would need no protection at all",
            "classify it `internal` or higher",
        )
