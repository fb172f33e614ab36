"""Own rules at admission: which objects each is asked about, and with which lists.

What a rule judges follows from its METADATA, as it does for a shipped one: the kinds of its types,
in teams' namespaces, or in the whole cluster where its kinds lie in none. The constraint that the
platform layer makes of it is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.admission_templates import AdmissionRule, match_of
from bedplate.errors import PolicyError, Problem
from bedplate.policy.admission_scope import given_constraints
from bedplate.policy.fields import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bedplate.policy.admission_scope import Constraint
    from bedplate.policy.catalogue import Policy

ASKED: str = "admission"
"""The phase that every rule of such a pack names."""


def admission_faults(policy: Policy) -> Iterator[Problem]:
    """Yield what keeps a policy from being asked when an object enters a cluster."""
    place = (policy.file, policy.line, 1, policy.rule)
    if policy.scope != "resource":
        text = "a rule at admission sees one object, not a stack"
        yield Problem(*place, text, "give it the scope resource")
    if ASKED not in policy.phase:
        text = "the rule is not asked at admission"
        yield Problem(*place, text, "add phase: [design, deploy, admission]")
    if policy.applies:
        text = "a cluster asks a rule at admission in every environment, whatever applies"
        yield Problem(*place, text, "leave applies out, and decide by one of the parameters")
    for token in policy.resource_types:
        if not token.startswith("kubernetes:") or token.endswith("*"):
            text = f"{token} is no kind of object"
            yield Problem(*place, text, "name each, such as kubernetes:apps/v1:Deployment")


def own_constraints(
    policies: Iterable[Policy], known: Mapping[str, list[Any]]
) -> dict[str, Constraint]:
    """Return the constraint of each own policy by its id.

    ``known`` are the lists that rules at admission may be given. Raises PolicyError where a policy
    asks for another.
    """
    own = list(policies)
    faults = [
        Problem(
            policy.file,
            policy.line,
            1,
            policy.rule,
            f"there is no list {name} for rules at admission",
            suggest(name, known),
        )
        for policy in own
        for name in policy.parameters
        if name not in known
    ]
    if faults:
        raise PolicyError("\n".join(str(fault) for fault in sorted(faults)))
    return given_constraints([rule_of(policy) for policy in own], known)


def rule_of(policy: Policy) -> AdmissionRule:
    """Return a policy as a rule of the kind that constraints are made for."""
    return AdmissionRule(
        id=policy.id,
        kind="",
        title=policy.title,
        rego="",
        matches=tuple(match_of(token) for token in policy.resource_types),
        parameters=policy.parameters,
        severity=policy.severity,
    )
