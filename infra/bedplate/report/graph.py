"""The resource graph: what a script draws of each environment, and a list that needs no script.

Names, types and values recur in all environments, so that the data holds each text once and
numbers elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bedplate.policy.formats.report import VERDICTS
from bedplate.report.inputs import summary
from bedplate.report.text import place, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bedplate.engine.plan import LayerPlan, Resource
    from bedplate.report.environment import Environment
    from bedplate.report.findings import Judged

MOST: Final = 6000
"""Resources of all environments together that are drawn and listed.

An environment with more than its share shows its components only.
"""


def data(environments: Sequence[Environment], policies: Sequence[Judged]) -> dict[str, Any]:
    """Return what the script draws, as JSON."""
    texts = _Texts()
    numbers = {policy.id: number for number, policy in enumerate(policies)}
    share = MOST // max(len(environments), 1)
    found = [
        {
            "name": safe(one.name),
            "layers": [safe(layer.layer) for layer in one.assessed.plan.layers],
            "nodes": _nodes(one, share, numbers, texts),
        }
        for one in environments
        if one.assessed.plan
    ]
    return {
        "environments": found,
        "policies": [
            [texts.number(each.id), texts.number(each.title), texts.number(each.severity)]
            for each in policies
        ],
        "verdicts": list(VERDICTS),
        "texts": texts.all,
    }


class _Texts:
    """Every text once, by its number."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of a text."""
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.all)
            self.all.append(safe(text))
        return found


def drawn(one: Environment, share: int) -> tuple[tuple[LayerPlan, tuple[Resource, ...]], ...]:
    """Return what is drawn of each layer of an environment: of too many only the components."""
    plan = one.assessed.plan
    layers = plan.layers if plan else ()
    few = plan is None or len(plan.resources()) <= share
    return tuple(
        (layer, tuple(r for r in layer.resources if not r.is_provider and (few or not r.custom)))
        for layer in layers
    )


def trimmed(environments: Sequence[Environment]) -> tuple[str, ...]:
    """Return the environments of which only components are drawn."""
    share = MOST // max(len(environments), 1)
    plans = [(one.name, one.assessed.plan) for one in environments]
    return tuple(name for name, plan in plans if plan and len(plan.resources()) > share)


def _nodes(
    one: Environment, share: int, policies: dict[str, int], texts: _Texts
) -> list[list[Any]]:
    """Return layer, parent, kind, texts, inputs, verdicts and dependencies of each resource."""
    verdicts: dict[str, list[int]] = defaultdict(list)
    for finding in one.assessed.findings:
        pair = [policies[finding.policy], VERDICTS.index(finding.verdict)]
        verdicts[finding.urn] += pair
    chosen = [
        (number, resource)
        for number, (_, resources) in enumerate(drawn(one, share))
        for resource in resources
    ]
    places = {resource.urn: index for index, (_, resource) in enumerate(chosen)}

    def known(urns: Iterable[str]) -> list[int]:
        return [places[urn] for urn in urns if urn in places]

    nodes: list[list[Any]] = []
    for layer, resource in chosen:
        read = sorted({urn for urns in resource.property_dependencies.values() for urn in urns})
        waits = [urn for urn in resource.dependencies if urn not in read]
        nodes.append(
            [
                layer,
                places.get(resource.parent or "", -1),
                int(resource.custom) + 2 * bool(resource.options.get("protect")),
                texts.number(resource.name),
                texts.number(resource.type),
                texts.number(resource.spec_path or ""),
                texts.number(_origin(one, resource)),
                [texts.number(text) for pair in summary(resource) for text in pair],
                verdicts[resource.urn],
                known(read),
                known(waits),
            ]
        )
    return nodes


def _origin(one: Environment, resource: Resource) -> str:
    """Return where what decides about a resource is written."""
    if resource.spec_path is None:
        source = resource.source
        return "" if source is None else place(source.file, source.line)
    if one.resolved is None:
        return ""
    at = one.resolved.origin(resource.spec_path)
    return place(at.file, at.line)


@dataclass(slots=True)
class Listed:
    """A resource or component of the list, in all environments that have it."""

    name: str
    """Its name."""
    type: str
    """Its type."""
    custom: bool
    """Whether a provider manages it; False for a component."""
    environments: list[str] = field(default_factory=list)
    """Those that have it."""
    children: dict[tuple[str, str], Listed] = field(default_factory=dict)
    """What lies below it, by type and name."""

    @property
    def size(self) -> int:
        """How many resources lie below it."""
        return sum(child.size + child.custom for child in self.children.values())


def listed(environments: Sequence[Environment]) -> tuple[Listed, ...]:
    """Return the layers with all that lies below them, merged over environments."""
    layers: dict[tuple[str, str], Listed] = {}
    share = MOST // max(len(environments), 1)
    for one in environments:
        for layer, chosen in drawn(one, share):
            top = layers.setdefault(("", layer.layer), Listed(layer.layer, "layer", custom=False))
            top.environments.append(one.name)
            below: dict[str | None, Listed] = {None: top}
            for resource in sorted(chosen, key=lambda each: each.urn.count("$")):
                above = below.get(resource.parent, top)
                key = (resource.type, resource.name)
                item = above.children.setdefault(
                    key, Listed(resource.name, resource.type, resource.custom)
                )
                item.environments.append(one.name)
                below[resource.urn] = item
    return tuple(layers.values())
