"""Which objects an admission rule is asked about: as Gatekeeper chooses them by a constraint.

A constraint says kinds, namespaces by their labels, and objects by theirs. A plan holds the
constraints that the cluster will have: they, with the parameters in them, are what its objects are
judged by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedplate.components.platform.admission_templates import CONSTRAINTS, TEAM_LABEL, constraint
from bedplate.contracts.objects import scope_of
from bedplate.policy.rego_input import is_open

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bedplate.components.platform.admission_templates import AdmissionRule
    from bedplate.engine.plan import Plan, Resource

_NOT_OBJECTS = ("kubernetes:helm.sh", "kubernetes:yaml", "kubernetes:kustomize")
"""What stands for many objects; only the provider sees these."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """What puts one rule into force."""

    rule: str
    """Id of the rule."""
    match: Mapping[str, Any]
    """Which objects it is asked about."""
    parameters: Mapping[str, Any]
    """What it is given."""

    @property
    def kinds(self) -> frozenset[tuple[str, str]]:
        """API group and kind of what the rule is asked about."""
        return frozenset(
            (group, kind)
            for entry in self.match.get("kinds", ())
            for group in entry.get("apiGroups", ())
            for kind in entry.get("kinds", ())
        )

    def asks_about(self, manifest: Mapping[str, Any], namespaces: Mapping[str, Labels]) -> bool:
        """Tell whether the rule is asked about an object; `namespaces` are labels by name.

        What lies in an unknown namespace is chosen by no selector of namespaces. The name "" stands
        for the namespace of objects that name none, where these are given one later.
        """
        metadata, kind = manifest.get("metadata"), kind_of(manifest)
        if not isinstance(metadata, dict) or kind not in self.kinds:
            return False
        labels = metadata.get("labels")
        own: Labels = labels if isinstance(labels, dict) else {}
        selector = self.match.get("namespaceSelector")
        namespace = str(metadata.get("namespace") or "")
        if selector and not _lies_in_chosen(selector, kind, namespace, own, namespaces):
            return False
        return _selects(self.match.get("labelSelector"), own)


Labels = dict[str, Any]
"""Labels of a namespace or an object."""


def kind_of(manifest: Mapping[str, Any]) -> tuple[str, str]:
    """Return the API group and kind of an object."""
    api_version = str(manifest.get("apiVersion", ""))
    return api_version.rpartition("/")[0], str(manifest.get("kind", ""))


def _lies_in_chosen(
    selector: Mapping[str, Any],
    kind: tuple[str, str],
    namespace: str,
    labels: Labels,
    namespaces: Mapping[str, Labels],
) -> bool:
    """Tell what Gatekeeper does: a namespace is in itself, and what lies in none is always chosen.

    A kind that nobody here knows counts as lying in none where it names none.
    """
    if kind == ("", "Namespace"):
        return _selects(selector, labels)
    if not namespace and scope_of(*kind) != "Namespaced":
        return True
    around = namespaces.get(namespace)
    return around is not None and _selects(selector, around)


def _selects(selector: Mapping[str, Any] | None, labels: Labels) -> bool:
    """Tell whether a label selector chooses something with these labels; none chooses all."""
    if not selector:
        return True
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    return all(_holds(expression, labels) for expression in selector.get("matchExpressions", ()))


def _holds(expression: Mapping[str, Any], labels: Labels) -> bool:
    key, values = expression["key"], expression.get("values", ())
    match expression["operator"]:
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case "In":
            return labels.get(key) in values
        case _:
            return labels.get(key) not in values


def planned_constraints(plan: Plan, rules: Iterable[AdmissionRule]) -> dict[str, Constraint]:
    """Return the constraint of each rule by its id, as the plan makes it.

    A rule for which the plan makes none gets nothing, and so refuses what it would be asked about:
    a platform whose constraint was taken away does not pass for it.
    """
    made = {
        str(resource.inputs.get("kind")): resource.inputs
        for resource in plan.resources()
        if str(resource.inputs.get("apiVersion", "")).startswith(f"{CONSTRAINTS}/")
    }
    return {rule.id: _constraint(rule, made.get(rule.kind)) for rule in rules}


def _constraint(rule: AdmissionRule, made: Mapping[str, Any] | None) -> Constraint:
    nothing: dict[str, list[Any]] = {name: [] for name in rule.parameters}
    usual = constraint(rule, "deny", nothing)["spec"]["match"]
    spec = (made or {}).get("spec")
    if not isinstance(spec, dict) or is_open(spec.get("match")):
        return Constraint(rule.id, usual, {})
    return Constraint(rule.id, spec.get("match", usual), spec.get("parameters") or {})


def given_constraints(
    rules: Iterable[AdmissionRule], known: Mapping[str, list[Any]]
) -> dict[str, Constraint]:
    """Return the constraint of each rule by its id, as the platform makes it from parameters."""
    made = ((rule, constraint(rule, "deny", known)["spec"]) for rule in rules)
    return {
        rule.id: Constraint(rule.id, spec["match"], spec.get("parameters", {}))
        for rule, spec in made
    }


def namespaces_of(plan: Plan) -> dict[str, Labels]:
    """Return the labels of the plan's namespaces by name."""
    found: dict[str, Labels] = {}
    for resource in plan.resources():
        if resource.type == "kubernetes:core/v1:Namespace":
            metadata = resource.inputs.get("metadata") or {}
            labels = metadata.get("labels")
            found[str(metadata.get("name"))] = labels if isinstance(labels, dict) else {}
    return found


def team_labels(namespaces: Mapping[str, str]) -> dict[str, Labels]:
    """Return the labels that constraints look at, of namespaces by their team."""
    return {namespace: {TEAM_LABEL: team} for namespace, team in namespaces.items()}


def is_object(resource: Resource) -> bool:
    """Tell whether a resource is one Kubernetes object, whole."""
    kind = str(resource.inputs.get("kind", ""))
    return (
        resource.type.startswith("kubernetes:")
        and not resource.type.startswith(_NOT_OBJECTS)
        and not kind.endswith("Patch")
    )
