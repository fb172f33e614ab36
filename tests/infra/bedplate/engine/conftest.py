"""What both engines must agree on, and where a test writes its program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bedplate.engine.plan import LayerPlan, Resource

COMPARED: Final = (
    "urn",
    "type",
    "name",
    "parent",
    "custom",
    "inputs",
    "outputs",
    "dependencies",
    "property_dependencies",
    "spec_path",
    "source",
)
"""Fields of a resource in which both engines agree without exception."""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Return the path where a test writes its program."""
    return tmp_path / "__main__.py"


@pytest.fixture(scope="session")
def held() -> Callable[[LayerPlan], dict[str, dict[str, object]]]:
    """Return a function that lists, by URN, all that both engines must hold."""
    return _held


def _held(plan: LayerPlan) -> dict[str, dict[str, object]]:
    return {resource.urn: _of_resource(resource) for resource in plan.resources}


def _of_resource(resource: Resource) -> dict[str, object]:
    values = {name: getattr(resource, name) for name in COMPARED}
    # Pulumi draws a provider's identifier at random.
    provider = resource.provider and resource.provider.rpartition("::")[0]
    identifier = None if resource.is_provider else resource.id
    more = {"provider": provider, "id": identifier, "protect": resource.options["protect"]}
    return values | more
