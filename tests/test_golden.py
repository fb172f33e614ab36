"""The golden plans are what the programs would create today."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bedplate.engine.outputs import is_known_type

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("golden", ROOT / "tools" / "golden.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = _tool()
SOURCES = list(TOOL.sources())


def test_every_blueprint_and_environment_has_a_plan() -> None:
    """There is no golden plan without a source, and no source without a golden plan."""
    found = sorted((ROOT / "tests" / "golden").glob("*/*.plan.json"))

    assert found == sorted(path for path, _, _ in SOURCES)


@pytest.mark.parametrize(("path", "stacks", "name"), SOURCES, ids=lambda value: str(value)[-40:])
def test_a_golden_plan_is_current(path: Path, stacks: Path, name: str) -> None:
    """A change of what would be created is seen in review: `make golden` rewrites the plans."""
    assert TOOL.golden(stacks, name) == path.read_text(), "run `make golden` and look at the diff"


@pytest.mark.parametrize(("path", "stacks", "name"), SOURCES, ids=lambda value: str(value)[-40:])
def test_the_simulator_knows_every_type_and_leaves_nothing_open(
    path: Path, stacks: Path, name: str
) -> None:
    """Each AWS type used has simulated outputs of its own, and no input stays unknown."""
    text = path.read_text()
    types = {line.split('"')[3] for line in text.splitlines() if line.startswith('     "type": "')}

    assert {t for t in types if t.startswith("aws:") and not is_known_type(t)} == set()
    assert len(types) > 50
    assert '"$unknown"' not in text
    assert (stacks / f"{name}.yaml").is_file()
