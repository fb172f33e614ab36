package bedplate_deploy_test

import rego.v1

gpu_004_in(tier, percent, resources) := hits if {
	hits := data.bedplate_deploy.stack_deny_gpu_004 with input as stack(resources)
		with data.config as {"stack_deny_gpu_004": {"tier": tier, "min_spot_percent": percent, "gpu_counts": {"g6.xlarge": 1}}}
}

gpu_004(percent, resources) := gpu_004_in("development", percent, resources)

idle_group(inputs) := gpu_group(object.union({"scalingConfig": {"minSize": 0, "maxSize": 3}}, inputs))

idle_pool(after, purchase) := named(pool_type, "p", {"spec": {
	"disruption": {"consolidateAfter": after},
	"limits": {"nvidia.com/gpu": "1"},
	"template": {"spec": {"requirements": [gpu_requirement, {"key": "karpenter.sh/capacity-type", "operator": "In", "values": [purchase]}]}},
}})

awake(type, kind) := {"msg": sprintf(`%s "%s" keeps machines while nobody uses them; let it scale to zero.`, [kind, awake_name(kind)]), "urn": urn(type, awake_name(kind))}

awake_name(kind) := "x" if kind == "NodeGroup"

awake_name(kind) := "p" if kind == "NodePool"

test_gpu_004_passes if {
	gpu_004(0, [idle_group({}), idle_pool("10m", "on-demand")]) == set()
	gpu_004(25, [idle_group({}), idle_pool("10m", "spot")]) == set()
	gpu_004(100, [idle_group({"capacityType": "SPOT"}), idle_pool("10m", "spot")]) == set()
}

test_gpu_004_fails_for_pools_that_stay_awake if {
	gpu_004(0, [idle_group({"scalingConfig": {"minSize": 1, "maxSize": 3}})]) == {awake(group_type, "NodeGroup")}
	gpu_004(0, [idle_pool("Never", "spot")]) == {awake(pool_type, "NodePool")}
}

test_gpu_004_fails_for_too_little_spot if {
	gpu_004(26, [idle_group({}), idle_pool("10m", "spot")]) == {"Of 4 GPUs 1 may run on Spot, less than 26 per cent; allow spot in more pools."}
}

test_gpu_004_fails_where_sizes_are_missing if {
	gpu_004(0, [gpu_group({})]) == {awake(group_type, "NodeGroup")}
	gpu_004(0, [named(pool_type, "p", {"spec": {"template": {"spec": {"requirements": [gpu_requirement]}}}})]) == {awake(pool_type, "NodePool")}
}

test_gpu_004_asks_nothing_of_production if gpu_004_in("production", 100, [gpu_group({})]) == set()

test_gpu_004_is_silent_on_opaque_values if {
	every value in opaque {
		gpu_004(0, [gpu_group({"scalingConfig": value})]) == set()
		gpu_004(0, [idle_pool(value, "spot")]) == set()
	}
}

test_gpu_004_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_gpu_004 with input as stack([])
	hits == {"Rule stack_deny_gpu_004 lacks facts of the environment (tier, min_spot_percent, gpu_counts); run it through bedplate, or pass them as policy configuration."}
}

kept_pool(spec) := object.union(idle_pool("10m", "spot"), {"spec": spec})

budgeted(budget) := kept_pool({"disruption": {"consolidateAfter": "10m", "budgets": [budget]}})

test_gpu_004_fails_for_a_budget_that_keeps_empty_nodes if {
	every budget in [{"nodes": "0"}, {"nodes": "0%"}, {"nodes": "0", "reasons": ["Empty", "Drifted"]}] {
		gpu_004(0, [budgeted(budget)]) == {awake(pool_type, "NodePool")}
	}
	every budget in [{"nodes": "1"}, {"nodes": "0", "reasons": ["Underutilized"]}, {"nodes": "0", "schedule": "0 9 * * mon-fri", "duration": "8h"}] {
		gpu_004(0, [budgeted(budget)]) == set()
	}
}

test_gpu_004_fails_for_a_fixed_number_of_nodes if {
	gpu_004(0, [kept_pool({"replicas": 2})]) == {awake(pool_type, "NodePool")}
	gpu_004(0, [kept_pool({"replicas": 0})]) == set()
}

test_gpu_004_takes_no_denial_of_spot_for_spot if {
	denied := {"key": "karpenter.sh/capacity-type", "operator": "NotIn", "values": ["spot"]}
	pool := kept_pool({"template": {"spec": {"requirements": [gpu_requirement, denied]}}})
	gpu_004(100, [pool]) == {"Of 1 GPUs 0 may run on Spot, less than 100 per cent; allow spot in more pools."}
}

test_gpu_004_fails_for_an_auto_scaling_group_that_stays_awake if {
	overrides := {"launchTemplate": {"overrides": [{"instanceType": "g6.xlarge"}]}, "instancesDistribution": {"onDemandPercentageAboveBaseCapacity": 0}}
	awake_group := on("aws:autoscaling/group:Group", `Group "x" keeps machines while nobody uses them; let it scale to zero.`)
	gpu_004(100, [named("aws:autoscaling/group:Group", "x", {"minSize": 1, "maxSize": 2, "mixedInstancesPolicy": overrides})]) == {awake_group}
	gpu_004(100, [named("aws:autoscaling/group:Group", "x", {"minSize": 0, "maxSize": 2, "mixedInstancesPolicy": overrides})]) == set()
}
