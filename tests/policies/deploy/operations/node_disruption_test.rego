package bedplate_deploy_test

import rego.v1

ops_009_in(tier, spec) := hits if {
	hits := data.bedplate_deploy.deny_ops_009 with input as one("kubernetes:karpenter.sh/v1:NodePool", {"spec": spec})
		with data.config as {"deny_ops_009": {"tier": tier}}
}

ops_009(disruption) := ops_009_in("production", {"disruption": disruption})

ops_009_message := {`NodePool "x" lets Karpenter take nodes in use as it likes; set spec.disruption.consolidationPolicy to WhenEmpty, or budgets.`}

test_ops_009_passes if {
	ops_009({"consolidationPolicy": "WhenEmpty", "consolidateAfter": "10m"}) == set()
	ops_009({"consolidationPolicy": "WhenEmptyOrUnderutilized", "budgets": [{"nodes": "1"}]}) == set()
	ops_009({"budgets": [{"nodes": "0", "reasons": ["Underutilized"]}]}) == set()
}

test_ops_009_passes_outside_production if {
	every tier in ["development", "staging"] {
		ops_009_in(tier, {}) == set()
	}
}

test_ops_009_fails_for_nodes_in_use if {
	every policy in ["WhenEmptyOrUnderutilized", "Balanced"] {
		ops_009({"consolidationPolicy": policy, "consolidateAfter": "10m"}) == ops_009_message
	}
	ops_009({"consolidationPolicy": "WhenEmptyOrUnderutilized", "budgets": []}) == ops_009_message
}

test_ops_009_fails_where_it_is_missing if {
	ops_009_in("production", {}) == ops_009_message
	ops_009({}) == ops_009_message
	ops_009(null) == ops_009_message
}

test_ops_009_is_silent_on_opaque_values if {
	every value in opaque {
		ops_009_in("production", value) == set()
		ops_009(value) == set()
		ops_009({"consolidationPolicy": value}) == set()
		ops_009({"budgets": value}) == set()
	}
}

test_ops_009_fails_without_facts if {
	hits := data.bedplate_deploy.deny_ops_009 with input as one("kubernetes:karpenter.sh/v1:NodePool", {})
	hits == {"Rule deny_ops_009 lacks facts of the environment (tier); run it through bedplate, or pass them as policy configuration."}
}

test_ops_009_fails_for_a_budget_of_all_nodes if {
	ops_009({"consolidationPolicy": "WhenEmptyOrUnderutilized", "budgets": [{"nodes": "100%"}]}) == ops_009_message
}
