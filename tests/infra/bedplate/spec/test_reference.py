"""The reference page says of each field what the models say."""

from __future__ import annotations

import json

from bedplate.spec.platform import PlatformSpec
from bedplate.spec.reference import (
    blueprint_schema_text,
    environment_page,
    environment_schema_text,
)
from bedplate.spec.regions import REGIONS
from bedplate.spec.schema import blueprint_schema, environment_schema

PAGE = environment_page()


def _row(path: str) -> str:
    (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| `{path}` |"))
    return row


def test_rows_state_type_default_and_meaning() -> None:
    """A row has the field's path, its type in words, its default and its docstring."""
    assert (
        _row("network.zones")
        == "| `network.zones` | whole number, 2 to 3 | `3` | Availability zones used. |"
    )
    assert _row("network.egress") == (
        "| `network.egress` | `isolated` \\| `nat` | `isolated` | `isolated`: no internet path at "
        "all; `nat`: outbound through a NAT gateway per zone. |"
    )
    assert _row("budget.hourly_usd") == (
        "| `budget.hourly_usd` | number, more than 0 | *required* | Ceiling of the estimated "
        "hourly cost, USD; policy GPU-005 holds it. |"
    )


def test_paths_go_through_lists_and_mappings() -> None:
    """Fields of list items and of named entries are listed too."""
    assert _row("governance.change.freezes[].start").endswith(
        "| date | *required* | First day of the freeze. |"
    )
    assert _row("gpu_pools.<name>.sharing.replicas").endswith(
        "| whole number, 1 to 48 | `1` | Pods per GPU, for time-slicing and MPS. |"
    )
    assert _row("prices.hourly_usd").startswith(
        "| `prices.hourly_usd` | mapping to number, 0 or more | none |"
    )


def test_each_section_has_a_heading() -> None:
    """A reader finds every section of the spec by its name."""
    scalars = {"blueprint", "environment", "platform", "tier", "protect"}
    headings = [line[4:-1] for line in PAGE.splitlines() if line.startswith("## `")]

    assert headings == [name for name in PlatformSpec.model_fields if name not in scalars]


def test_each_region_has_a_row() -> None:
    """The page lists the regions with their country, zones and GPU families."""
    assert _row("me-central-1") == "| `me-central-1` | AE | a b c | g5, g6, g6e, p5en |"
    assert all(_row(name) for name in REGIONS)


def test_the_texts_are_the_schemas() -> None:
    """The files that editors read hold the schemas, unchanged."""
    assert json.loads(environment_schema_text()) == environment_schema()
    assert json.loads(blueprint_schema_text()) == blueprint_schema()


def test_the_texts_do_not_change_between_runs() -> None:
    """The same models give the same bytes."""
    assert (environment_page(), environment_schema_text()) == (PAGE, environment_schema_text())
