"""What an environment gives the rules at admission, and which of its own it adds; needs Pulumi."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.admission_parameters import parameters
from bedplate.components.platform.admission_templates import rules
from bedplate.components.platform.supply import supply_of
from bedplate.components.scope import Scope
from bedplate.governance.policy_set import admission_policies_of, own_rules_of
from bedplate.policy.own_admission import own_constraints
from bedplate.spec.own_policies import packs_of

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.policy.admission_scope import Constraint
    from bedplate.policy.catalogue import Catalogue
    from bedplate.spec.platform import PlatformSpec


def parameters_of(spec: PlatformSpec) -> dict[str, list[Any]]:
    """Return what an environment's constraints give the rules, without asking its cluster."""
    scope = Scope(spec)
    return parameters(spec, supply_of(scope), f"s3://{scope.names.bucket('models')}/")


def own_constraints_of(catalogue: Catalogue, spec: PlatformSpec) -> dict[str, Constraint]:
    """Return the constraints of the policies that are not shipped, by the policy's id."""
    shipped = {rule.id for rule in rules()}
    own = [policy for policy in catalogue.policies if policy.id not in shipped]
    return own_constraints(own, parameters_of(spec)) if own else {}


def refuse_own_faults(spec: PlatformSpec, stacks: Path) -> None:
    """Raise PolicyError with every fault of a platform's own rules where some are for admission."""
    own = own_rules_of(stacks)
    if own is not None and packs_of(own, admission=True):
        own_constraints_of(admission_policies_of(stacks), spec)
