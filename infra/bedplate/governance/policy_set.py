"""Which policies judge a platform: the shipped ones, with those of its own repository."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bedplate.assets import asset
from bedplate.errors import UsageError
from bedplate.policy.catalogue import Catalogue, load_catalogue
from bedplate.policy.own_rules import CONTROLS, with_own
from bedplate.spec.own_policies import own_folder, packs_of

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.policy.catalogue import Policy


@cache
def shipped_policies() -> Catalogue:
    """Return the policies that ship with Bedplate, read once a process."""
    folder = asset("policies")
    return load_catalogue(packs_of(folder), [folder / CONTROLS])


@cache
def admission_policies() -> Catalogue:
    """Return the policies on Kubernetes objects that ship with Bedplate, read once a process."""
    folder = asset("policies")
    return load_catalogue(packs_of(folder, admission=True), [folder / CONTROLS])


def policies_of(stacks: Path) -> Catalogue:
    """Return the policies of the platform whose environment files lie in a folder.

    Raises PolicyError with every fault of its own rules.
    """
    own = own_rules_of(stacks)
    if own is None:
        return shipped_policies()
    beside = admission_policies().policies
    return with_own(shipped_policies(), own, asset("policies") / CONTROLS, beside)


def admission_policies_of(stacks: Path) -> Catalogue:
    """Return the policies on Kubernetes objects of the platform, its own ones included.

    Raises PolicyError with every fault of its own rules.
    """
    own = own_rules_of(stacks)
    if own is None:
        return admission_policies()
    beside, controls = policies_of(stacks).policies, asset("policies") / CONTROLS
    return with_own(admission_policies(), own, controls, beside, admission=True)


def catalogues_of(stacks: Path) -> tuple[Catalogue, Catalogue]:
    """Return the policies of the platform on plans, and those at admission."""
    return policies_of(stacks), admission_policies_of(stacks)


def joined(on_plans: Catalogue, inside: Catalogue) -> Catalogue:
    """Return the policies on plans, then those at admission, as one catalogue to be told of."""
    return Catalogue(
        on_plans.policies + inside.policies,
        on_plans.modules + inside.modules,
        {**inside.controls, **on_plans.controls},
    )


def all_policies_of(stacks: Path) -> tuple[Policy, ...]:
    """Return every policy of the platform: those on plans, then those at admission."""
    return tuple(policy for each in catalogues_of(stacks) for policy in each.policies)


def own_rules_of(stacks: Path) -> Path | None:
    """Return the folder of a platform's own rules; None where it has none."""
    return own_folder(stacks, asset("policies"))


@dataclass(frozen=True, slots=True)
class PolicySet:
    """One version of the policies."""

    deploy: Catalogue
    """Those on plans."""
    admission: Catalogue
    """Those on Kubernetes objects; without any where the version has no such pack."""


def policies_in(folder: Path) -> PolicySet:
    """Return the set of policies in a folder of packs, such as another version of the shipped one.

    Clauses that it does not list itself are the shipped ones. Raises UsageError for another folder,
    such as that of a platform's own rules.
    """
    packs = packs_of(folder)
    if "deploy" not in {pack.name for pack in packs}:
        problem = f"{folder} holds no version of Bedplate's policies: it has no pack deploy/"
        raise UsageError(f"{problem}. Fix: name a folder of packs, such as a copy of policies/.")
    mine = folder / CONTROLS
    controls = [mine if mine.is_file() else asset("policies") / CONTROLS]
    inside = load_catalogue(packs_of(folder, admission=True), controls)
    return PolicySet(load_catalogue(packs, controls), inside)
