"""Verb `cost`: the estimate, what is not in it, and where its prices come from."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bedplate.cli.cost import table_text
from bedplate.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from bedplate.governance.assessment import Assessment
    from bedplate.operate.cost import Cost

pytestmark = pytest.mark.usefixtures("project")


def test_the_estimate_is_a_table_with_what_it_leaves_out(
    run: Callable[..., Any], assessed: Callable[..., Any], assessment: Callable[..., Assessment]
) -> None:
    """Each line has both figures or the reason why not; sums and sources follow."""
    assessed(assessment("prod"))
    done = run("cost", "prod")

    assert (done.code, done.err) == (0, "")
    assert done.rows == [
        "Component Price Quantity USD/h idle USD/h full USD/month full",
        "gpu_pools.l4 ec2:g6.xlarge 1 to 4 nodes 1.00 4.00 2,920.00",
        "gpu_pools.l4 ec2:g6.2xlarge 0 to 4 nodes no price no price no price",
        "",
        "own ebs:gp3-gib ? GiB not known yet not known yet not known yet",
        "",
        "all 1.00 4.00 2,920.00",
        "",
        "A month of 730 hours: 730.00 USD idle, 2,920.00 USD at full scale throughout.",
        "Not in these figures, for want of a price: ebs:gp3-gib, ec2:g6.2xlarge.",
        "Add them under `prices:` in the environment file, by these keys.",
        "Not in these figures, priced by use: S3 storage and requests, data transfer.",
        "Prices:",
        "a list (2026-11-01)",
    ]


def test_json_is_the_whole_estimate(
    run: Callable[..., Any],
    assessed: Callable[..., Any],
    assessment: Callable[..., Assessment],
    cost: Cost,
) -> None:
    """Every line with quantity, source and day, and the sums unrounded."""
    assessed(assessment("prod"))
    done = run("cost", "prod", "--format", "json")

    expected = {"schema": "bedplate.cost/v1", "environment": "prod"} | cost.to_json()
    assert json.loads(done.out) == expected
    assert expected["monthly_usd"] == 2920.0
    assert expected["components"][0]["lines"][0]["source"] == "a list"


def test_what_can_not_be_assessed_has_no_price(
    run: Callable[..., Any], assessed: Callable[..., Any], assessment: Callable[..., Assessment]
) -> None:
    """Problems go to standard error, and the exit code is that of a blocked environment."""
    problem = Problem("stacks/prod.yaml", 9, 5, "budget", "it is missing", "add it")
    none = {"tier": None, "plan": None, "cost": None}
    assessed(assessment("prod", problems=(problem,), refusal="It failed.", **none))
    done = run("cost", "prod")

    assert (done.code, done.out) == (1, "")
    assert done.err == "stacks/prod.yaml:9:5: budget: it is missing. Fix: add it.\nIt failed.\n"


def test_a_single_piece_is_counted_as_one(cost: Cost) -> None:
    """One node is a node, and equal bounds are one figure."""
    (pools, _own) = cost.components
    one = replace(pools.lines[0], quantity=1.0, idle_quantity=1.0)
    single = replace(cost, components=(replace(pools, lines=(one,)),), unpriced=())
    (shown,) = [line for line in table_text(single).splitlines() if "g6.xlarge" in line]

    assert shown.split()[:4] == ["gpu_pools.l4", "ec2:g6.xlarge", "1", "node"]
    assert "for want of a price" not in table_text(single)
