package bedplate_deploy_test

import rego.v1

gpu_003(resource) := hits if hits := data.bedplate_deploy.stack_deny_gpu_003 with input as stack([resource])

group_type := "aws:eks/nodeGroup:NodeGroup"

pool_type := "kubernetes:karpenter.sh/v1:NodePool"

gpu_group(inputs) := named(group_type, "x", object.union({"instanceTypes": ["g6.xlarge"]}, inputs))

gpu_requirement := {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge"]}

tainted_pool(taints) := named(pool_type, "x", {"spec": {"template": {"spec": {"requirements": [gpu_requirement], "taints": taints}}}})

gpu_003_message(type, kind) := on(type, sprintf(`%s "x" takes pods that need no GPU; taint it with nvidia.com/gpu and the effect NoSchedule.`, [kind]))

test_gpu_003_passes if {
	gpu_003(gpu_group({"taints": [{"key": "nvidia.com/gpu", "effect": "NO_SCHEDULE"}]})) == set()
	gpu_003(tainted_pool([{"key": "nvidia.com/gpu", "effect": "NoExecute"}])) == set()
	gpu_003(named(group_type, "x", {"instanceTypes": ["m7i.large"]})) == set()
}

test_gpu_003_fails_for_a_soft_or_foreign_taint if {
	gpu_003(gpu_group({"taints": [{"key": "nvidia.com/gpu", "effect": "PREFER_NO_SCHEDULE"}]})) == {gpu_003_message(group_type, "NodeGroup")}
	gpu_003(tainted_pool([{"key": "team", "effect": "NoSchedule"}])) == {gpu_003_message(pool_type, "NodePool")}
}

test_gpu_003_fails_where_taints_are_missing if {
	gpu_003(gpu_group({})) == {gpu_003_message(group_type, "NodeGroup")}
	gpu_003(tainted_pool([])) == {gpu_003_message(pool_type, "NodePool")}
}

test_gpu_003_is_silent_on_opaque_values if {
	every value in opaque {
		gpu_003(gpu_group({"taints": value})) == set()
		gpu_003(gpu_group({"taints": [{"key": value, "effect": value}]})) == set()
		gpu_003(tainted_pool([value])) == set()
		gpu_003(named(group_type, "x", {"instanceTypes": value})) == set()
	}
}

test_gpu_003_fails_for_a_pool_that_names_no_types_but_gpus if {
	every case in gpu_by_another_name {
		gpu_003(named(pool_type, "x", requiring_all([case[1]]))) == {gpu_003_message(pool_type, "NodePool")}
	}
}

test_gpu_003_passes_for_an_auto_scaling_group if {
	gpu_003(named("aws:autoscaling/group:Group", "x", {"mixedInstancesPolicy": {"launchTemplate": {"overrides": [{"instanceType": "g6.xlarge"}]}}})) == set()
}
