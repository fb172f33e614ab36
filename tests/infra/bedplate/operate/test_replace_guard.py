"""What can't be had back is not replaced or deleted by the way."""

from __future__ import annotations

import pytest

from bedplate.engine.deployment import Step
from bedplate.operate.replace_guard import GUARDED, losses

URN = (
    "urn:pulumi:prod::bedplate-foundation::bedplate:foundation:Network$aws:ec2/vpc:Vpc::network-vpc"
)


@pytest.mark.parametrize("kind", sorted(GUARDED))
@pytest.mark.parametrize("operation", ["replace", "delete"])
def test_each_guarded_type_is_stopped(kind: str, operation: str) -> None:
    """Every type, replaced or deleted, is named with what its loss means."""
    step = Step(operation, f"urn:pulumi:prod::p::{kind}::mine", (), ())
    (loss,) = losses([step], ())

    assert loss.message == (
        f"{kind.rpartition(':')[2]} mine would be {operation}d: {GUARDED[kind]}."
    )


def test_a_replacement_names_the_property_and_the_ways_out() -> None:
    """Whoever changed the range of a network learns what that would do."""
    (loss,) = losses([Step("replace", URN, ("cidrBlock", "tags"), ("cidrBlock",))], ())

    assert loss.message == (
        "Vpc network-vpc would be replaced, because cidrBlock changed: "
        "everything in it would have to move."
    )
    assert loss.fix == (
        "change cidrBlock back; if it exists elsewhere already, `pulumi import` it; "
        f"if it is meant, have the release approved with `--allow {URN}`"
    )


def test_a_deletion_may_be_a_new_name() -> None:
    """The first way out is then an alias."""
    (loss,) = losses([Step("delete", URN, (), ())], ())

    assert loss.fix.startswith(
        "if it was renamed or moved, give the new one the alias of the old one; "
    )


def test_what_approvals_allow_goes_through_and_nothing_else() -> None:
    """An allowance is for one resource."""
    other = URN.replace("network-vpc", "other-vpc")
    steps = [Step("replace", URN, (), ("cidrBlock",)), Step("replace", other, (), ("cidrBlock",))]

    assert [loss.name for loss in losses(steps, {URN})] == ["other-vpc"]


@pytest.mark.parametrize("operation", ["create", "same", "update", "read", "import"])
def test_what_loses_nothing_passes(operation: str) -> None:
    """A change in place is the everyday case."""
    assert losses([Step(operation, URN, ("tags",), ())], ()) == ()


def test_what_can_be_made_anew_is_not_guarded() -> None:
    """An alarm is replaced without a word."""
    urn = "urn:pulumi:prod::p::aws:cloudwatch/metricAlarm:MetricAlarm::mine"

    assert losses([Step("replace", urn, (), ("name",))], ()) == ()
