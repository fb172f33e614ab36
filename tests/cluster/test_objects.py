"""A real API server accepts every object that the platform would create, unknown fields refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.kube import Refused
from support.platform_plans import CASES, manifests, plan

from bedplate.contracts.objects import scope_of

if TYPE_CHECKING:
    from support.kube import Cluster

pytestmark = [
    pytest.mark.needs("etcd", "kube-apiserver", "openssl"),
    pytest.mark.xdist_group("cluster"),
]

_MADE_LATER = "constraints.gatekeeper.sh"
"""Group whose definitions Gatekeeper makes from the templates; `gator` holds these objects."""


@pytest.mark.parametrize("case", CASES)
def test_every_object_is_accepted(with_definitions: Cluster, case: str) -> None:
    """Fields, types, enumerations and the definitions' own CEL rules hold."""
    refusals: list[str] = []
    objects = manifests(plan(case))
    for manifest in objects:
        if str(manifest["apiVersion"]).startswith(_MADE_LATER):
            continue
        try:
            # A namespace must be there before what lies in it can be tried.
            with_definitions.apply(manifest, dry_run=manifest["kind"] != "Namespace")
        except Refused as refusal:
            name = manifest["metadata"]["name"]
            refusals.append(f"{manifest['kind']} {name}: {refusal.message}")

    assert refusals == []
    assert len(objects) > 150


def test_an_unknown_field_is_refused(with_definitions: Cluster) -> None:
    """The server is as strict as the suite says."""
    manifest: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "x", "namespace": "default"},
        "dta": {},
    }

    with pytest.raises(Refused, match="dta"):
        with_definitions.apply(manifest, dry_run=True)


def test_kinds_that_lie_in_no_namespace_are_known(with_definitions: Cluster) -> None:
    """Kubernetes' own and those of definitions: the server says of each whether it lies in one."""
    groups = [f"/apis/{each['preferredVersion']['groupVersion']}"
              for each in with_definitions.call("GET", "/apis")["groups"]]  # fmt: skip
    wrong: dict[str, str | None] = {}
    seen = 0
    for path in ("/api/v1", *groups):
        group = path.split("/")[2] if path.startswith("/apis/") else ""
        for entry in with_definitions.call("GET", path)["resources"]:
            if "/" in entry["name"]:
                continue
            seen += 1
            expected = "Namespaced" if entry["namespaced"] else "Cluster"
            if scope_of(group, entry["kind"]) != expected:
                wrong[f"{group}/{entry['kind']}"] = scope_of(group, entry["kind"])

    assert wrong == {}
    assert seen > 80
