"""What an environment gives the rules at admission, and which of its own it adds; needs Pulumi."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.admission_parameters import parameters
from bedplate.components.platform.admission_templates import rules
from bedplate.components.platform.supply import supply_of
from bedplate.components.scope import Scope
from bedplate.policy.own_admission import own_constraints

if TYPE_CHECKING:
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
