"""Holds what an environment would create in the cluster against what the cluster accepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedplate.contracts import store
from bedplate.contracts.charts import chart_faults
from bedplate.contracts.images import texts_of
from bedplate.contracts.objects import object_faults
from bedplate.contracts.shapes import Fault
from bedplate.errors import Problem, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.contracts.images import Named
    from bedplate.contracts.supply import Supply
    from bedplate.engine.plan import Plan, Resource
    from bedplate.spec.resolve import Resolved

_KUBERNETES = "kubernetes:"
_RELEASE = "kubernetes:helm.sh/v3:Release"
_FILE = "kubernetes:yaml/v2:ConfigFile"
_NOT_OBJECTS = ("kubernetes:helm.sh", "kubernetes:yaml", "kubernetes:kustomize")
"""What stands for many objects; only the provider sees these."""

_HOST_KEYS = ("hub", "imageRegistry", "registry")
"""Keys whose text names a registry that images come from."""


def contract_problems(plan: Plan, environment: Resolved, supply: Supply) -> tuple[Problem, ...]:
    """Return every value and object that the pinned versions would not accept, sorted.

    Each names the line to mend: the user's own chart value, else the line of Python that made the
    object, else the part of the environment file that a component of ours was made from.
    """
    check = _Check(environment, supply)
    found = (problem for resource in plan.resources() for problem in check.problems(resource))
    return tuple(sorted(set(found)))


@dataclass(frozen=True)
class _Check:
    environment: Resolved
    supply: Supply

    def problems(self, resource: Resource) -> Iterator[Problem]:
        if resource.type == _RELEASE:
            yield from self._release(resource)
        elif resource.type == _FILE and self.supply.isolated and not self.supply.manifests:
            problem = f"`{resource.inputs['file']}` comes from outside an isolated network"
            fix = "set supply.manifests to a folder or address that can be reached"
            yield self._at(resource, "supply.manifests", problem, fix)
        elif resource.type.startswith(_KUBERNETES) and not resource.type.startswith(_NOT_OBJECTS):
            if str(resource.inputs.get("kind", "")).endswith("Patch"):
                return  # holds a part of an object only
            for fault in object_faults(resource.inputs):
                yield self._object(resource, fault)
            if self.supply.isolated:
                yield from self._outside_images(resource, resource.inputs, "")

    def _release(self, resource: Resource) -> Iterator[Problem]:
        inputs = resource.inputs
        source, version = str(inputs["chart"]), str(inputs.get("version", ""))
        chart = source.rpartition("/")[2].removesuffix(f"-{version}.tgz")
        values = inputs.get("values") or {}
        # A chart of the user's own, of which nothing is known, is between them and Helm.
        if resource.spec_path is not None or chart in store.chart_names():
            for fault in chart_faults(chart, version, values):
                yield self._value(resource, chart, fault)
        if self.supply.isolated:
            outside = "repositoryOpts" in inputs or source.startswith("oci://")
            if outside and not self.supply.is_inside(source):
                problem = f"the chart `{chart}` comes from outside an isolated network"
                fix = "set supply.charts to a registry or folder that can be reached"
                yield self._at(resource, "supply.charts", problem, fix)
            yield from self._outside_images(resource, values, chart)

    def _outside_images(self, resource: Resource, tree: Any, chart: str) -> Iterator[Problem]:
        for named in texts_of(tree):
            path, image = named.path, named.text
            if not _names_image(named) or self.supply.is_inside(image):
                continue
            what = "registry" if named.key in _HOST_KEYS else "image"
            problem = f"the {what} `{image}` lies outside an isolated network"
            fix = "name your own" if what == "registry" else "name its copy in your own registry"
            fault = Fault(path, problem, fix)
            yield self._value(resource, chart, fault) if chart else self._object(resource, fault)

    def _value(self, resource: Resource, chart: str, fault: Fault) -> Problem:
        own = f"charts.{chart}.values.{fault.path}" if fault.path else f"charts.{chart}"
        if own in self.environment.origins:
            at = self.environment.origins[own]
            return Problem(at.file, at.line, at.column, own, fault.problem, fault.fix)
        release = resource.inputs.get("name") or resource.name
        name = f"{release}: {fault.path}" if fault.path else chart
        return self._at(resource, name, fault.problem, fault.fix)

    def _object(self, resource: Resource, fault: Fault) -> Problem:
        name = f"{resource.inputs.get('kind')} {resource.name}: {fault.path}"
        return self._at(resource, name, fault.problem, fault.fix)

    def _at(self, resource: Resource, path: str, problem: str, fix: str) -> Problem:
        source = resource.source
        if resource.spec_path is None and source is not None:
            return Problem(shown(source.file), source.line, source.column, path, problem, fix)
        at = self.environment.origin(resource.spec_path or "")
        return Problem(at.file, at.line, at.column, path, problem, fix)


def _names_image(named: Named) -> bool:
    """Tell whether a text is pulled from; without a registry that is Docker Hub."""
    key, text = named.key, named.text
    if not text or "://" in text:
        return False
    if key == "image" or key.endswith("Image"):
        return True
    if key in _HOST_KEYS:
        return "." in text.partition("/")[0]
    if key != "repository":
        return False
    above = named.path.removesuffix(f".{key}").rpartition(".")[2]
    first, slash, _ = text.partition("/")
    in_image = above.lower().endswith("image")
    return (bool(slash) and "." in first) or (in_image and "registry" not in named.siblings)
