"""What goes from one environment to the next is decided by a table with reasons."""

from __future__ import annotations

from typing import Any

import pytest
from support.goldens import PRODUCTION, environment_of

from bedplate.errors import UsageError
from bedplate.spec.difference import ABSENT
from bedplate.spec.explain import fields_at
from bedplate.spec.platform import PlatformSpec
from bedplate.spec.promotion import KEPT, Promoted, Selection, dotted, promotion

STAGING: dict[str, Any] = {
    "environment": "staging",
    "cluster": {"version": "1.36", "admins": ["arn:staging"]},
    "gpu_pools": {"l4": {"max_gpus": 4, "zones": ["a"]}, "new": {"max_gpus": 1}},
    "gitops": None,
}
PROD: dict[str, Any] = {
    "environment": "prod",
    "cluster": {"version": "1.35", "admins": ["arn:prod"]},
    "gpu_pools": {"l4": {"max_gpus": 16, "zones": ["b"]}, "old": {"max_gpus": 2, "zones": ["a"]}},
    "gitops": None,
}


def _taken(*args: Any) -> dict[str, Any]:
    return {dotted(each.path): each.after for each in promotion(STAGING, PROD, *args).promoted}


@pytest.mark.parametrize("rule", KEPT, ids=lambda rule: rule.pattern)
def test_every_reason_is_of_a_value_that_there_is(rule: Any) -> None:
    """A field that is renamed takes its rule along."""
    keys = rule.pattern.split(".")
    fields = list(fields_at(keys))

    assert len(fields) == len([key for key in keys if key != "*"])
    assert not rule.reason.endswith(".")


def test_every_section_is_decided_on() -> None:
    """A new section is put among those that stay, or among these, of which something goes over."""
    whole = {rule.pattern for rule in KEPT if "." not in rule.pattern}

    assert set(PlatformSpec.model_fields) - whole == {
        "admission", "certificates", "charts", "cluster", "feedback", "gpu_pools", "gpu_stack",
        "guardrails", "identities", "ingress", "mesh", "monitoring", "network", "network_policies",
        "nodes", "orchestration", "registry", "secrets", "serving", "storage", "stores", "teams",
        "zero_trust",
    }  # fmt: skip


def test_every_difference_goes_over_but_what_is_kept() -> None:
    """What the target alone has is kept too, until somebody names it."""
    stays = promotion(STAGING, PROD, Selection()).stays

    assert _taken(Selection()) == {
        "cluster.version": "1.36",
        "gpu_pools.l4.max_gpus": 4,
        "gpu_pools.new.max_gpus": 1,
    }
    assert {dotted(each.path): each.reason for each in stays} == {
        "cluster.admins": "it belongs to one account",
        "environment": "it names the environment",
        "gpu_pools.l4.zones": "capacity lies in zones of one account",
        "gpu_pools.old.max_gpus": ("only this environment has it; name it by --only to remove it"),
        "gpu_pools.old.zones": "capacity lies in zones of one account",
    }


def test_with_an_earlier_release_only_its_changes_go_over() -> None:
    """What differed before differs on purpose; what has gone since goes."""
    past = STAGING | {
        "cluster": {"version": "1.35", "admins": []},
        "gpu_pools": {"l4": {"max_gpus": 4}, "old": {"max_gpus": 1}},
    }
    found = promotion(STAGING, PROD, Selection(), ("release 1a of staging", past))

    assert found.promoted == (
        Promoted(("cluster", "version"), "1.35", "1.36"),
        Promoted(("gpu_pools", "new", "max_gpus"), ABSENT, 1),
        Promoted(("gpu_pools", "old"), {"max_gpus": 2, "zones": ["a"]}, ABSENT),
    )
    reasons = {dotted(each.path): each.reason for each in found.stays}
    assert reasons["gpu_pools.l4.max_gpus"] == "it has not changed since release 1a of staging"


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(("cluster",)), {"cluster.version": "1.36"}),
        (Selection(("gpu_pools.l*",)), {"gpu_pools.l4.max_gpus": 4}),
        (Selection((), ("gpu_pools",)), {"cluster.version": "1.36"}),
        (Selection(("gpu_pools.*",), ("*.new", "*.old")), {"gpu_pools.l4.max_gpus": 4}),
        (Selection(("cluster.admins",)), {"cluster.admins": ["arn:staging"]}),
        (Selection(("gpu_pools.old",)), {"gpu_pools.old": ABSENT}),
    ],
)  # fmt: skip
def test_somebody_may_choose(selection: Selection, taken: dict[str, Any]) -> None:
    """Globs on paths; a path written out overrides a reason to stay."""
    assert _taken(selection) == taken


def test_a_glob_that_names_nothing_is_told() -> None:
    """A slip of the pen must not look like nothing to do."""
    with pytest.raises(UsageError) as caught:
        promotion(STAGING, PROD, Selection(("gpu_pool",)))

    assert caught.value.message == (
        "`--only gpu_pool` names no value that differs. "
        "Fix: what differs lies in cluster, environment, gpu_pools."
    )


def test_what_names_an_environment_never_goes_over() -> None:
    """Not even where somebody writes it out."""
    with pytest.raises(UsageError) as caught:
        promotion(STAGING, PROD, Selection(("environment",)))

    assert caught.value.message == (
        "environment is never promoted: it names the environment. "
        "Fix: change it in the file by hand, in a change of its own."
    )


def test_a_real_environment_has_nothing_to_give_itself() -> None:
    """All values of production are those of production."""
    values = environment_of(PRODUCTION).spec.model_dump(mode="json")

    assert promotion(values, values, Selection()).promoted == ()
