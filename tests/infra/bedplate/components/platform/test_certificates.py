"""cert-manager and the platform's own authority."""

from __future__ import annotations

from support.platforms import objects, platform_plan, values

from bedplate.components.platform.certificates import Certificates


def test_the_internal_authority_stands_on_a_root_made_inside() -> None:
    """A self-signed root signs; what it signs is issued by `internal-ca`."""
    plan = platform_plan(lambda args: Certificates("certificates", args))
    root = objects(plan, "Certificate")["cert-manager/internal-ca"]["spec"]
    issuers = objects(plan, "ClusterIssuer")

    assert root["isCA"] is True
    assert root["issuerRef"]["name"] == "bootstrap"
    assert issuers["internal-ca"]["spec"] == {"ca": {"secretName": "internal-ca"}}


def test_it_needs_no_right_in_kube_system() -> None:
    """Its leader is elected in its own namespace."""
    plan = platform_plan(lambda args: Certificates("certificates", args))

    assert values(plan, "cert-manager")["global"] == {
        "leaderElection": {"namespace": "cert-manager"}
    }
