"""Istio in ambient mode: strict, and closed."""

from __future__ import annotations

from itertools import pairwise

from support.platforms import objects, platform_plan, releases, values

from bedplate.components.platform.mesh import Mesh


def test_charts_come_in_their_order() -> None:
    """base, istiod, cni, ztunnel: each waits for the one before."""
    plan = platform_plan(lambda args: Mesh("mesh", args))
    found = releases(plan)
    order = ["istio-base", "istiod", "istio-cni", "ztunnel"]

    assert set(found) == set(order)
    for before, after in pairwise(order):
        assert found[before].urn in found[after].dependencies


def test_mutual_tls_is_strict_and_nothing_is_allowed() -> None:
    """The root namespace's policies hold everywhere."""
    plan = platform_plan(lambda args: Mesh("mesh", args))
    authentication = objects(plan, "PeerAuthentication")["istio-system/default"]

    assert authentication["spec"] == {"mtls": {"mode": "STRICT"}}
    assert objects(plan, "AuthorizationPolicy")["istio-system/deny-all"]["spec"] == {}


def test_an_environment_may_begin_permissive() -> None:
    """The mode is the environment's."""
    plan = platform_plan(lambda args: Mesh("mesh", args), {"zero_trust": {"mtls": "permissive"}})

    assert objects(plan, "PeerAuthentication")["istio-system/default"]["spec"] == {
        "mtls": {"mode": "PERMISSIVE"}
    }


def test_policies_wait_until_their_kinds_are_served() -> None:
    """Not only for the release that brings them."""
    plan = platform_plan(lambda args: Mesh("mesh", args))
    gates = {r.urn for r in plan.resources if r.name.endswith(".security.istio.io")}
    (policy,) = [r for r in plan.resources if r.name == "istio-system/deny-all"]

    assert gates
    assert gates <= set(policy.dependencies)


def test_the_login_is_asked_only_where_there_is_one() -> None:
    """The mesh knows it as an external authorization that fails closed."""
    oidc = {"issuer_url": "https://login.acme.example", "client_id": "ml"}
    without = platform_plan(lambda args: Mesh("mesh", args))
    with_login = platform_plan(lambda args: Mesh("mesh", args), {"zero_trust": {"oidc": oidc}})
    (provider,) = values(with_login, "istiod")["meshConfig"]["extensionProviders"]

    assert values(without, "istiod")["meshConfig"]["extensionProviders"] == []
    assert provider["envoyExtAuthzHttp"]["failOpen"] is False
