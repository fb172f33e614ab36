"""The Plan: what the layers of one environment would create, the same for every engine.

A Plan is pure data. Nothing in it is secret: a secret value is replaced by ``SECRET`` where the
engine reads it, so that a Plan can be shown, compared, cached and judged without care.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bedplate.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA: Final = "bedplate.plan/v1"
"""Name and version of the JSON form."""

SECRET: Final[dict[str, bool]] = {"$secret": True}
"""Stands for a value that is secret. Compare with it; never change it."""
UNKNOWN: Final[dict[str, bool]] = {"$unknown": True}
"""Stands for a value that is known only after a deployment. Compare with it; never change it."""

STACK_TYPE: Final = "pulumi:pulumi:Stack"
"""Type of the root of every layer; it is no resource of the Plan."""
PROVIDER_PREFIX: Final = "pulumi:providers:"
"""Types of explicit providers start with this."""
SPEC_PATH_INPUT: Final = "specPath"
"""Input by which a library component says which part of the spec it came from."""


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """A place in a program's Python source."""

    file: str
    """Absolute path."""
    line: int
    """1-based; 0 where it is not known."""
    column: int
    """1-based; 0 where it is not known."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource or component that a layer would create."""

    urn: str
    """Pulumi's unique name: ``urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>``."""
    type: str
    """Full type token, such as ``aws:s3/bucket:Bucket``."""
    name: str
    """Logical name, the last part of the URN."""
    parent: str | None
    """URN of the parent; None where the parent is the stack itself."""
    custom: bool
    """True for a resource that a provider manages, False for a component."""
    inputs: dict[str, Any]
    """Properties as the program set them, camelCase."""
    outputs: dict[str, Any]
    """Properties after the deployment (simulator), or as far as they are known (Pulumi CLI)."""
    dependencies: tuple[str, ...] = ()
    """URNs of the resources that must exist before this one, sorted."""
    property_dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For each input, the URNs whose outputs it reads, sorted; only inputs that read some."""
    provider: str | None = None
    """``<urn>::<id>`` of the explicit provider; None for the default provider and components."""
    options: dict[str, Any] = field(default_factory=dict)
    """Resource options under the names that Pulumi's policy runtime gives them."""
    id: str | None = None
    """Identifier that the provider gave; None for components and where it is not known."""
    spec_path: str | None = None
    """Spec path of the nearest component that has one; None for a team's own resource."""
    source: SourcePosition | None = None
    """The line of Python that made it, where the engine knows it."""

    @property
    def is_provider(self) -> bool:
        """Tell whether this is an explicit provider."""
        return self.type.startswith(PROVIDER_PREFIX)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form: plain dictionaries and lists."""
        source = self.source
        return {
            "urn": self.urn,
            "type": self.type,
            "name": self.name,
            "parent": self.parent,
            "custom": self.custom,
            "inputs": self.inputs,
            "outputs": self.outputs,
            "dependencies": list(self.dependencies),
            "property_dependencies": {
                key: list(urns) for key, urns in self.property_dependencies.items()
            },
            "provider": self.provider,
            "options": self.options,
            "id": self.id,
            "spec_path": self.spec_path,
            "source": source
            and {"file": source.file, "line": source.line, "column": source.column},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Resource:
        """Read what ``to_json`` wrote; raises KeyError or TypeError for anything else."""
        source = data["source"]
        values = dict(data) | {
            "dependencies": tuple(data["dependencies"]),
            "property_dependencies": {
                key: tuple(urns) for key, urns in data["property_dependencies"].items()
            },
            "source": None if source is None else SourcePosition(**source),
        }
        return cls(**values)


@dataclass(frozen=True, slots=True)
class LayerPlan:
    """What one layer would create."""

    layer: str
    """Name of the layer, such as ``foundation``."""
    project: str
    """Name of its Pulumi project, such as ``bedplate-foundation``."""
    stack: str
    """Name of its Pulumi stack, which is the environment's."""
    resources: tuple[Resource, ...]
    """In the order of their dependencies, ties by URN; the stack itself is left out."""
    exports: dict[str, Any] = field(default_factory=dict)
    """Stack outputs: what other layers read through a stack reference."""

    def by_urn(self) -> dict[str, Resource]:
        """Return the resources keyed by URN."""
        return {resource.urn: resource for resource in self.resources}

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form: plain dictionaries and lists."""
        return {
            "layer": self.layer,
            "project": self.project,
            "stack": self.stack,
            "resources": [resource.to_json() for resource in self.resources],
            "exports": self.exports,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> LayerPlan:
        """Read what ``to_json`` wrote; raises KeyError or TypeError for anything else."""
        resources = tuple(Resource.from_json(resource) for resource in data["resources"])
        return cls(**{**data, "resources": resources})


@dataclass(frozen=True, slots=True)
class Plan:
    """What all layers of one environment would create."""

    environment: str
    """Name of the environment, such as ``prod``."""
    layers: tuple[LayerPlan, ...]
    """In the order in which they are deployed."""

    def resources(self) -> tuple[Resource, ...]:
        """Return the resources of all layers."""
        return tuple(resource for layer in self.layers for resource in layer.resources)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form ``bedplate.plan/v1``: plain dictionaries and lists."""
        return {
            "schema": SCHEMA,
            "environment": self.environment,
            "layers": [layer.to_json() for layer in self.layers],
        }

    def dumps(self) -> str:
        """Return the one JSON text of this Plan: keys sorted, two spaces, a final newline."""
        return json.dumps(self.to_json(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """Read the JSON form; raises EngineError where the data is not ``bedplate.plan/v1``."""
        if data.get("schema") != SCHEMA:
            raise EngineError(
                f'The plan has schema "{data.get("schema")}", not "{SCHEMA}". '
                "Fix: write the plan again with this version of bedplate."
            )
        try:
            layers = tuple(LayerPlan.from_json(layer) for layer in data["layers"])
            return cls(environment=data["environment"], layers=layers)
        except (KeyError, TypeError, AttributeError) as error:
            raise EngineError(
                f"The plan is not valid {SCHEMA} ({error}). "
                "Fix: write the plan again with this version of bedplate."
            ) from error


def default_options(parent: str | None) -> dict[str, Any]:
    """Return the options of a resource that sets none."""
    return {
        "additionalSecretOutputs": [],
        "aliasURNs": [],
        "aliases": [],
        "customTimeouts": {},
        "deleteBeforeReplace": False,
        "ignoreChanges": [],
        "parent": parent or "",
        "protect": False,
        "retainOnDelete": False,
    }


def spec_path_of(urn: str | None, nodes: Mapping[str, tuple[str | None, Any]]) -> str | None:
    """Return the spec path of a resource or its nearest ancestor that has one.

    ``nodes`` maps each URN to its parent's URN and its own ``specPath`` input, if any.
    """
    while urn is not None and urn in nodes:
        parent, spec_path = nodes[urn]
        if isinstance(spec_path, str) and spec_path:
            return spec_path
        urn = parent
    return None
