"""A connection is stated once, and held by whoever can hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.platform_plans import CASES, manifests, plan
from support.platforms import objects, platform_plan

from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.flow import Flow, Peer

if TYPE_CHECKING:
    from bedplate.engine.plan import LayerPlan


class _Probe(PlatformComponent):
    """Allows one flow."""

    def __init__(self, args: PlatformArgs, flow: Flow) -> None:
        super().__init__("probe", "mesh", args)
        self.allow(flow)
        self.register_outputs({})


def _plan(flow: Flow, changes: dict[str, Any] | None = None) -> LayerPlan:
    return platform_plan(lambda args: _Probe(args, flow), changes)


def test_inside_the_mesh_the_caller_is_known_by_its_identity() -> None:
    """Both ends in the mesh: one authorization policy, by service account."""
    made = _plan(Flow(name="x", to="mlflow", ports=(5000,), sources=(Peer("argo", "runner"),)))
    policy = objects(made, "AuthorizationPolicy")["mlflow/x"]["spec"]

    assert policy["action"] == "ALLOW"
    assert policy["rules"][0]["from"] == [
        {"source": {"principals": ["cluster.local/ns/argo/sa/runner"]}}
    ]
    assert policy["rules"][0]["to"] == [{"operation": {"ports": ["5000"]}}]
    assert objects(made, "NetworkPolicy") == {}


def test_outside_the_mesh_both_ends_get_a_policy() -> None:
    """The callee's lets in, the caller's lets out, on that port only."""
    made = _plan(Flow(name="x", to="keda", ports=(9666,), sources=(Peer("kserve"),)))
    found = objects(made, "NetworkPolicy")

    assert sorted(found) == ["keda/x", "kserve/x-out"]
    assert found["keda/x"]["spec"]["ingress"][0]["ports"] == [{"port": 9666, "protocol": "TCP"}]
    assert found["kserve/x-out"]["spec"]["policyTypes"] == ["Egress"]


def test_plain_traffic_into_the_mesh_is_no_flow() -> None:
    """Strict mutual TLS would refuse it: saying it is a mistake of the component."""
    with pytest.raises(Exception, match="keda is not in the mesh, mlflow is"):
        _plan(Flow(name="x", to="mlflow", ports=(1,), sources=(Peer("keda"),)))


def test_nothing_is_allowed_where_nothing_is_denied() -> None:
    """Without default deny a flow makes no object."""
    flow = Flow(name="x", to="keda", ports=(1,), sources=(Peer("kserve"),))

    assert objects(_plan(flow, {"zero_trust": {"default_deny": False}}), "NetworkPolicy") == {}


@pytest.mark.parametrize("case", CASES)
def test_no_policy_of_ours_lets_everybody_in(case: str) -> None:
    """Every rule that lets something in names who, and on which ports."""
    for manifest in manifests(plan(case)):
        if manifest["kind"] == "NetworkPolicy":
            for rule in manifest["spec"].get("ingress", []):
                assert rule["from"]
                blocks = [peer.get("ipBlock", {}).get("cidr") for peer in rule["from"]]
                assert "0.0.0.0/0" not in blocks
        elif manifest["kind"] == "AuthorizationPolicy" and manifest["spec"]:
            assert manifest["spec"]["rules"]
