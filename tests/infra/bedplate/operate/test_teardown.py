"""A teardown keeps what is protected and what that needs, and says what locks mean."""

from __future__ import annotations

import pytest

from bedplate.engine.plan import LayerPlan, Resource
from bedplate.operate.teardown import keep_list, locked_stores


def resource(name: str, kind: str = "aws:x/y:Y", **more: object) -> Resource:
    """Return a resource of a stack."""
    values = {"urn": f"urn:{name}", "type": kind, "name": name, "parent": None, "custom": True}
    return Resource(**{**values, "inputs": {}, "outputs": {}, **more})  # type: ignore[arg-type]


def held(*resources: Resource) -> LayerPlan:
    """Return what a stack holds."""
    return LayerPlan("foundation", "bedplate-foundation", "prod", resources)


def test_what_is_protected_stays_with_all_that_it_needs() -> None:
    """The key of a store's key, its parent and its provider stay; an alarm on it goes."""
    plan = held(
        resource("aws", "pulumi:providers:aws"),
        resource("keys", custom=False),
        resource("key", parent="urn:keys", provider="urn:aws::id"),
        resource("store", dependencies=("urn:key",), options={"protect": True}),
        resource("alarm", dependencies=("urn:store",)),
    )

    assert [(each.name, each.reason) for each in keep_list(plan)] == [
        ("aws", "key needs it"),
        ("keys", "key needs it"),
        ("key", "store needs it"),
        ("store", "it is protected"),
    ]


def test_nothing_protected_leaves_nothing() -> None:
    """A development environment goes whole."""
    assert keep_list(held(resource("a"), resource("b", dependencies=("urn:a",)))) == ()


@pytest.mark.parametrize(
    ("mode", "who"),
    [
        ("COMPLIANCE", "nobody, the root user included, can delete them before"),
        ("GOVERNANCE", "only who may bypass governance can delete them before"),
    ],
)
def test_an_object_lock_is_explained(mode: str, who: str) -> None:
    """Whoever tears down learns for how long, and who could."""
    lock = resource(
        "lock",
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        inputs={
            "bucket": "acme-prod-evidence",
            "rule": {"defaultRetention": {"mode": mode, "days": 365}},
        },
    )

    assert locked_stores(held(lock)) == {
        "acme-prod-evidence": (
            f"Each of its objects is locked for 365 days ({mode}): {who}. "
            "The bucket can be deleted when the last of them has expired."
        )
    }
