"""The small parts: texts, values, inputs, bars, and the graph of too many resources."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from support.plans import BUCKET, plan, resource
from support.report_pages import NOW
from support.waivers import finding

from bedplate.assets import asset
from bedplate.engine.plan import SECRET, UNKNOWN
from bedplate.governance.assessment import Assessment, Options
from bedplate.operate.cost import ComponentCost, Cost
from bedplate.report import build, costs, graph
from bedplate.report.environment import Environment
from bedplate.report.inputs import summary
from bedplate.report.records import LedgerState, ReleaseState
from bedplate.report.settings import said
from bedplate.report.text import place, safe

if TYPE_CHECKING:
    from pathlib import Path


def _environment(name: str, **more: Any) -> Environment:
    values: dict[str, Any] = {
        "tier": "production", "problems": (), "refusal": "", "plan": None, "findings": (),
        "cost": None,
    }  # fmt: skip
    assessed = Assessment(name, **values | more)
    return Environment(assessed, None, ReleaseState(None, ""), LedgerState("ledger"))


def test_texts_hide_nothing() -> None:
    """Characters that reorder, vanish or break get a sign; words of every script stay."""
    sign = "\N{REPLACEMENT CHARACTER}"

    assert safe("a\u202eb\u200bc\x00d\ud800e") == f"a{sign}b{sign}c{sign}d{sign}e"
    assert safe("المنصة Ωμέγα 平台 é") == "المنصة Ωμέγα 平台 é"
    assert safe("see https://ann:s3cret@git.example/x") == "see https://git.example/x"
    assert safe("mail ann@acme.example") == "mail ann@acme.example"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (None, "\N{EN DASH}"),
        ([], "\N{EN DASH}"),
        (0, "0"),
        (["a", 2], "a, 2"),
        ({"a": 1}, '{"a": 1}'),
        ("x" * 90, "x" * 79 + "…"),
    ],
)
def test_values_are_said_in_few_words(value: Any, text: str) -> None:
    """Whatever kind they are of."""
    assert said(value) == text


def test_inputs_are_told_in_few_words() -> None:
    """Plain ones first; of secrets, documents and a user's own values only that there are some."""
    inputs = {
        "deep": {"level": {"x": 1}, "flag": True},
        "values": {"admin": {"password": "p"}},
        "policy": '{"Statement": []}',
        "masterPassword": "p",
        "tags": {"a": "b"},
        "acl": SECRET,
        "arn": UNKNOWN,
        "name": "models",
        "rules": [{"a": 1}, {"a": 2}],
        "none": None,
    }
    found = summary(resource(BUCKET, "x", inputs))

    assert found == (
        ("name", "models"),
        ("values", "(1 value)"),
        ("policy", "(a document of 17 characters)"),
        ("masterPassword", "(not shown)"),
        ("acl", "(secret)"),
        ("arn", "(known after the deployment)"),
        ("rules", "(2 entries)"),
        ("deep.flag", "yes"),
    )


def test_places_of_what_ships_do_not_tell_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A blueprint is named as the repository names it; a file of the user's as they see it."""
    monkeypatch.chdir(tmp_path)
    blueprint = asset("blueprints") / "starter/blueprint.yaml"

    assert place(str(blueprint), 7) == "blueprints/starter/blueprint.yaml:7"
    assert place(str(tmp_path / "stacks/prod.yaml"), 0) == "stacks/prod.yaml"


def test_bars_are_in_percent_of_the_longest() -> None:
    """What costs anything can be seen; what costs nothing has no bar."""
    cost = Cost(
        101.0, 50.0,
        (
            ComponentCost("big", 100.0, 50.0, ()),
            ComponentCost("none", 0.0, 0.0, ()),
            ComponentCost("small", 0.001, 0.0, ()),
        ),
        (), ("S3",),
    )  # fmt: skip
    bars = [(bar.label, bar.idle_length, bar.full_length) for bar in costs.parts(cost)]

    assert bars == [("big", 50.0, 100.0), ("small", 0.0, 0.4), ("none", 0.0, 0.0)]
    assert (
        costs.totals([_environment("prod", cost=cost), _environment("dev")])[0].full_length == 100
    )
    assert costs.by_use([_environment("prod", cost=cost)]) == ("S3",)


def test_of_too_many_resources_only_components_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page stays small whatever the plan holds."""
    monkeypatch.setattr(graph, "MOST", 2)
    component = resource("acme:index:Thing", "thing", custom=False)
    children = [resource(BUCKET, f"b{number}", parent=component.urn) for number in range(3)]
    one = _environment("prod", plan=plan(component, *children))
    (layer,) = graph.listed([one])

    assert [item.name for item in layer.children.values()] == ["thing"]
    (drawn,) = graph.data([one], [])["environments"]
    assert len(drawn["nodes"]) == 1
    assert graph.trimmed([one]) == ("prod",)


@pytest.mark.parametrize("number", [5_999, 10_000])
def test_thousands_of_resources_stay_below_two_megabytes(tmp_path: Path, number: int) -> None:
    """Names are long, nothing repeats, and each resource breaks a policy."""
    (tmp_path / "stacks").mkdir()
    resources = [resource(BUCKET, f"bucket-of-a-team-{n:05}") for n in range(number)]
    findings = tuple(finding(each.name, message=f"{each.name} is open.") for each in resources)
    assessed = _environment("prod", plan=plan(*resources), findings=findings).assessed
    html = build.report([assessed], Options(tmp_path / "stacks"), NOW)

    assert len(html.encode()) < 2_000_000
    assert ("Of prod only components are shown" in html) == (number > graph.MOST)
    assert f"{number - 2000:,} more; <code>bedplate check --format json</code> lists all." in html


def test_environments_stand_in_the_order_of_changes() -> None:
    """Development first; what could not be resolved last."""
    names = {"a": "production", "b": None, "c": "development", "d": "staging"}
    found = [
        replace(_environment(name).assessed, tier=tier)  # type: ignore[arg-type] # the tiers
        for name, tier in names.items()
    ]

    assert [one.environment for one in build.in_order(found)] == ["c", "d", "a", "b"]
