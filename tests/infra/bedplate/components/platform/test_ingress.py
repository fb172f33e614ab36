"""The way in: one gateway, TLS, a login for people and tokens for machines."""

from __future__ import annotations

from typing import Any

from support.platforms import objects, platform_plan, values

from bedplate.components.platform.ingress import Ingress

OIDC = {"zero_trust": {"oidc": {"issuer_url": "https://login.acme.example", "client_id": "ml"}}}


def _policies(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    plan = platform_plan(lambda args: Ingress("ingress", args), changes)
    return objects(plan, "AuthorizationPolicy")


def test_the_load_balancer_is_internal_unless_asked_otherwise() -> None:
    """Addresses of the VPC only may connect."""
    plan = platform_plan(lambda args: Ingress("ingress", args))
    annotations = objects(plan, "Gateway")["edge/platform"]["spec"]["infrastructure"]["annotations"]
    prefix = "service.beta.kubernetes.io/"

    assert annotations[f"{prefix}aws-load-balancer-scheme"] == "internal"
    assert annotations[f"{prefix}load-balancer-source-ranges"] == "10.40.0.0/16"


def test_listeners_speak_tls_and_take_routes_of_their_own_namespaces() -> None:
    """Models come from teams, pages from the platform."""
    plan = platform_plan(lambda args: Ingress("ingress", args))
    models, pages = objects(plan, "Gateway")["edge/platform"]["spec"]["listeners"]

    assert (models["protocol"], models["hostname"]) == ("HTTPS", "*.models.acme.example")
    assert pages["hostname"] == "*.platform.acme.example"
    selector = models["allowedRoutes"]["namespaces"]["selector"]["matchExpressions"]
    assert selector == [{"key": "bedplate/team", "operator": "Exists"}]


def test_models_ask_for_a_token_where_there_is_a_login() -> None:
    """A request without one of the issuer's tokens is refused at the gateway."""
    rules = _policies(OIDC)["edge/gateway-models"]["spec"]["rules"]

    assert rules[0]["from"] == [{"source": {"requestPrincipals": ["https://login.acme.example/*"]}}]


def test_pages_ask_the_login_first() -> None:
    """Every page but the login's own."""
    spec = _policies(OIDC)["edge/gateway-login"]["spec"]

    assert (spec["action"], spec["provider"]) == ("CUSTOM", {"name": "login"})
    assert spec["rules"][0]["to"][0]["operation"]["notHosts"] == ["login.platform.acme.example"]


def test_without_a_login_no_page_is_shown() -> None:
    """Models answer to addresses that may connect; there is no rule for pages."""
    plan = platform_plan(lambda args: Ingress("ingress", args))

    assert "edge/gateway-pages" not in objects(plan, "AuthorizationPolicy")
    assert objects(plan, "HTTPRoute") == {}
    assert objects(plan, "Deployment") == {}


def test_the_controller_stops_no_service_while_it_is_away() -> None:
    """Its mutating webhook would fail every new service in the cluster."""
    plan = platform_plan(lambda args: Ingress("ingress", args))
    chart = values(plan, "aws-load-balancer-controller")

    assert chart["enableServiceMutatorWebhook"] is False
    assert chart["vpcId"] == "vpc-0aaaabbbbccccdddd"
    assert chart["enableShield"] is False
