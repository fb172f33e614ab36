"""What ships is clean: no policy is broken or open, and the cost stays within the budget."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from bedplate.governance.assessment import Assessment, Options, assess

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = sorted(
    path
    for path in [*ROOT.glob("stacks/*.yaml"), *ROOT.glob("blueprints/*/example/*.yaml")]
    if path.stem != "common"
)


@cache
def _assessed(path: Path) -> Assessment:
    (found,) = assess([path.stem], Options(path.parent, program_root=ROOT))
    return found


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_ships_passes_every_mandatory_policy(path: Path) -> None:
    """Every environment that ships is judged to the end, and nothing blocks it."""
    found = _assessed(path)
    wrong = [
        (finding.policy, finding.verdict, finding.message)
        for finding in found.findings
        if finding.blocks or finding.verdict in {"unresolved", "error"}
    ]

    assert (found.problems, found.refusal, wrong, found.exit_code) == ((), "", [], 0)
    assert sum(finding.verdict == "pass" for finding in found.findings) > len(found.findings) // 2


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_reference_platform_prices_all_that_is_charged_by_the_piece(environment: str) -> None:
    """The reference platform shows how to state prices: none is missing, and there is room."""
    found = _assessed(ROOT / "stacks" / f"{environment}.yaml")
    cost_findings = [f.verdict for f in found.findings if f.policy == "GPU-005"]

    assert found.cost is not None
    assert found.cost.unpriced == ()
    assert cost_findings == ["pass", "pass"]
