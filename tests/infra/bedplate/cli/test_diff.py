"""`bedplate diff`: values that two environments do not share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_values_that_differ_are_listed(run: Callable[..., Any], project: Path) -> None:
    """A value of one file, and one that only the other states."""
    stacks = project / "stacks"
    (stacks / "prod.yaml").write_text(
        json.dumps({"environment": "prod", "budget": {"hourly_usd": 12}, "platform": "acme"})
    )
    done = run("diff", "dev", "prod")

    assert (done.code, done.err) == (0, "")
    assert done.rows == [
        "Path dev prod",
        "budget.hourly_usd 9.0 12.0",
        'environment "dev" "prod"',
        'platform "ml" "acme"',
        "",
        "3 values differ.",
    ]


def test_the_line_that_sets_a_value_is_named(run: Callable[..., Any], project: Path) -> None:
    """Of a default it is the nearest line above."""
    (project / "stacks/prod.yaml").write_text("environment: prod\nbudget: {hourly_usd: 12}\n")
    done = run("diff", "dev", "prod", "--format", "json")
    found = json.loads(done.out)
    budget = next(each for each in found["differences"] if each["path"] == "budget.hourly_usd")

    assert found["environments"] == ["dev", "prod"]
    assert budget["prod"] == {"value": 12.0, "set_by": "stacks/prod.yaml:2"}
    assert budget["dev"]["set_by"].startswith("stacks/common.yaml:")


def test_an_environment_does_not_differ_from_itself(run: Callable[..., Any], project: Path) -> None:
    """Nothing is a sentence too."""
    done = run("diff", "dev", "dev")

    assert (done.code, done.out) == (0, "dev and dev hold the same values.\n")
    assert (project / "stacks/dev.yaml").is_file()


def test_a_misspelt_environment_is_told(run: Callable[..., Any], project: Path) -> None:
    """A near miss is named."""
    done = run("diff", "dev", "prd")

    assert (done.code, done.err) == (
        2,
        "There is no environment `prd` in stacks. Fix: did you mean `prod`?\n",
    )
    assert project.is_dir()
