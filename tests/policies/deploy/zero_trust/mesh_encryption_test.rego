package bedplate_deploy_test

import rego.v1

zt_004(resources) := hits if hits := data.bedplate_deploy.stack_deny_zt_004 with input as stack(resources)

peer_type := "kubernetes:security.istio.io/v1:PeerAuthentication"

peer(namespace, spec) := named(peer_type, "x", {"metadata": {"namespace": namespace}, "spec": spec})

strict := named(peer_type, "strict", {"metadata": {"namespace": "istio-system"}, "spec": {"mtls": {"mode": "STRICT"}}})

mesh_policy := "kubernetes:security.istio.io/v1:AuthorizationPolicy"

allow_policy(namespace, spec) := named(mesh_policy, "a", {"metadata": {"namespace": namespace}, "spec": spec})

closed := allow_policy("istio-system", {})

some_pods := {"matchLabels": {"app": "prometheus"}}

open_port(namespace, mode) := peer(namespace, {"mtls": {"mode": "STRICT"}, "selector": some_pods, "portLevelMtls": {"9090": {"mode": mode}}})

weak_port := on(peer_type, `PeerAuthentication "x" takes traffic on port 9090 that is not encrypted; set its mode to STRICT.`)

no_strict := on(kube_namespace, `Namespace "x" takes traffic that is not encrypted; add a PeerAuthentication of the mode STRICT.`)

no_denial := on(kube_namespace, `Namespace "x" takes traffic from everybody; add an AuthorizationPolicy that denies all.`)

test_zt_004_passes if {
	zt_004([team_namespace, strict, closed]) == set()
	zt_004([team_namespace, peer("fraud", {"mtls": {"mode": "STRICT"}}), allow_policy("fraud", {})]) == set()
	zt_004([strict, open_port("monitoring", "PERMISSIVE")]) == set()
}

test_zt_004_fails_for_a_team_outside_the_mesh if {
	outside := named(kube_namespace, "x", {"metadata": {"name": "fraud", "labels": {"bedplate/team": "fraud", "istio.io/dataplane-mode": "none"}}})
	zt_004([outside, strict, closed]) == {on(kube_namespace, `Namespace "x" stands outside the mesh; label it istio.io/dataplane-mode: ambient.`)}
}

test_zt_004_fails_for_a_permissive_policy if {
	every mode in ["PERMISSIVE", "DISABLE"] {
		zt_004([peer("fraud", {"mtls": {"mode": mode}})]) == {on(peer_type, `PeerAuthentication "x" takes traffic that is not encrypted; set its mode to STRICT.`)}
	}
}

test_zt_004_fails_for_an_open_port if {
	zt_004([open_port("monitoring", "DISABLE")]) == {weak_port}
	zt_004([team_namespace, strict, closed, open_port("fraud", "PERMISSIVE")]) == {weak_port}
	zt_004([peer("monitoring", {"mtls": {"mode": "STRICT"}, "portLevelMtls": {"9090": {"mode": "PERMISSIVE"}}})]) == {weak_port}
}

test_zt_004_fails_for_an_open_door if {
	open_door := named(mesh_policy, "x", {"metadata": {"namespace": "fraud"}, "spec": {"rules": [{"to": [{"operation": {"ports": ["8080"]}}]}]}})
	zt_004([team_namespace, strict, closed, open_door]) == {on(mesh_policy, `AuthorizationPolicy "x" lets in callers that nobody named; name them in from of each rule.`)}
	zt_004([named(mesh_policy, "x", {"metadata": {"namespace": "edge"}, "spec": {"rules": [{}]}})]) == {on(mesh_policy, `AuthorizationPolicy "x" lets in callers that nobody named; name them in from of each rule.`)}
	zt_004([named(mesh_policy, "x", {"metadata": {"namespace": "edge"}, "spec": {"action": "DENY", "rules": [{}]}})]) == set()
	zt_004([team_namespace, strict, closed, named(mesh_policy, "x", {"metadata": {"namespace": "fraud"}, "spec": {"rules": [{"from": [{"source": {"principals": ["a"]}}]}]}})]) == set()
}

test_zt_004_fails_where_policies_are_missing if {
	zt_004([team_namespace]) == {no_strict, no_denial}
	zt_004([team_namespace, peer("claims", {"mtls": {"mode": "STRICT"}}), allow_policy("claims", {})]) == {no_strict, no_denial}
	zt_004([team_namespace, peer("istio-system", {}), allow_policy("istio-system", {"rules": [{"from": [{}]}]})]) == {no_strict, no_denial}
}

test_zt_004_is_silent_on_opaque_values if {
	every value in opaque {
		zt_004([team_namespace, peer("istio-system", {"mtls": {"mode": value}}), allow_policy("istio-system", value)]) == set()
		zt_004([named(kube_namespace, "x", {"metadata": {"name": "fraud", "labels": value}})]) == set()
		zt_004([peer("monitoring", {"mtls": value, "portLevelMtls": value})]) == set()
		zt_004([team_namespace, strict, closed, named(mesh_policy, "x", {"metadata": {"namespace": "fraud"}, "spec": {"rules": [value]}})]) == set()
		zt_004([team_namespace, strict, closed, named(mesh_policy, "x", {"metadata": {"namespace": "fraud"}, "spec": {"action": value, "rules": [{"to": []}]}})]) == set()
	}
}
