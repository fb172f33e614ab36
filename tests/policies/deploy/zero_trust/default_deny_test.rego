package bedplate_deploy_test

import rego.v1

zt_003(resources) := hits if hits := data.bedplate_deploy.stack_deny_zt_003 with input as stack(resources)

kube_namespace := "kubernetes:core/v1:Namespace"

net_policy := "kubernetes:networking.k8s.io/v1:NetworkPolicy"

team_namespace := named(kube_namespace, "x", {"metadata": {"name": "fraud", "labels": {"bedplate/team": "fraud", "istio.io/dataplane-mode": "ambient"}}})

policy_in(namespace, spec) := named(net_policy, "p", {"metadata": {"namespace": namespace}, "spec": spec})

deny_all := {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}

zt_003_message(directions) := on(kube_namespace, sprintf(`Namespace "x" lets all traffic through (%s); add a NetworkPolicy of all pods without rules.`, [directions]))

test_zt_003_passes if zt_003([team_namespace, policy_in("fraud", deny_all)]) == set()

test_zt_003_passes_with_two_halves if {
	halves := [named(net_policy, half, {"metadata": {"namespace": "fraud"}, "spec": {"podSelector": {}, "policyTypes": [half]}}) | some half in ["Ingress", "Egress"]]
	zt_003(array.concat([team_namespace], halves)) == set()
}

test_zt_003_fails_where_the_policy_is_missing if {
	zt_003([team_namespace]) == {zt_003_message("Egress, Ingress")}
	zt_003([team_namespace, policy_in("claims", deny_all)]) == {zt_003_message("Egress, Ingress")}
	zt_003([team_namespace, policy_in("fraud", {})]) == {zt_003_message("Egress, Ingress")}
}

test_zt_003_fails_for_a_policy_that_lets_something_through if {
	zt_003([team_namespace, policy_in("fraud", object.union(deny_all, {"egress": [{}]}))]) == {zt_003_message("Egress")}
	zt_003([team_namespace, policy_in("fraud", {"podSelector": {"matchLabels": {"a": "b"}}, "policyTypes": ["Ingress", "Egress"]})]) == {zt_003_message("Egress, Ingress")}
}

test_zt_003_is_silent_on_opaque_values if {
	every value in opaque {
		zt_003([team_namespace, policy_in("fraud", value)]) == set()
		zt_003([named(kube_namespace, "x", {"metadata": {"name": value}})]) == set()
	}
}
