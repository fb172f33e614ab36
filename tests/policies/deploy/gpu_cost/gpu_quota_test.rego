package bedplate_deploy_test

import rego.v1

gpu_002(resources) := hits if {
	hits := data.bedplate_deploy.stack_deny_gpu_002 with input as stack(resources)
		with data.config as {"stack_deny_gpu_002": {"max_gpus": 16, "gpu_counts": {"g6.xlarge": 1, "p5en.48xlarge": 8}}}
}

pool_of(types, size) := named(node_group, "x", {"instanceTypes": types, "scalingConfig": {"maxSize": size}})

karpenter_pool(limit) := named(node_pool, "k", object.union(requiring(["g6.xlarge"]), {"spec": {"limits": {"nvidia.com/gpu": limit}}}))

gpu_002_unlimited := on(node_group, `NodeGroup "x" has no known limit of GPUs; state its size and use types with a known number of GPUs.`)

test_gpu_002_passes if {
	gpu_002([pool_of(["p5en.48xlarge"], 2)]) == set()
	gpu_002([pool_of(["g6.xlarge"], 8), karpenter_pool(8)]) == set()
	gpu_002([pool_of(["m7i.xlarge"], 500)]) == set()
}

test_gpu_002_fails_for_one_pool_above_the_quota if {
	gpu_002([pool_of(["g6.xlarge", "p5en.48xlarge"], 3)]) == {
		on(node_group, `NodeGroup "x" can grow to 24 GPUs, more than the 16 of the environment; lower its limit.`),
		"The GPU pools can grow to 24 GPUs together, more than the 16 of the environment; lower their limits.",
	}
}

test_gpu_002_fails_for_all_pools_above_the_quota if {
	gpu_002([pool_of(["g6.xlarge"], 9), karpenter_pool("8")]) == {"The GPU pools can grow to 17 GPUs together, more than the 16 of the environment; lower their limits."}
}

test_gpu_002_fails_where_the_size_is_missing if gpu_002([named(node_group, "x", {"instanceTypes": ["g6.xlarge"]})]) == {gpu_002_unlimited}

test_gpu_002_fails_for_a_type_that_nobody_counted if gpu_002([pool_of(["p9.48xlarge"], 1)]) == {gpu_002_unlimited}

test_gpu_002_reads_the_type_from_the_launch_template if {
	template := named(launch_template, "lt", {"instanceType": "p5en.48xlarge"})
	pool := reading(node_group, "x", {"scalingConfig": {"maxSize": 3}}, "launchTemplate", urn(launch_template, "lt"))
	gpu_002([template, pool]) == {
		on(node_group, `NodeGroup "x" can grow to 24 GPUs, more than the 16 of the environment; lower its limit.`),
		"The GPU pools can grow to 24 GPUs together, more than the 16 of the environment; lower their limits.",
	}
}

test_gpu_002_is_silent_on_opaque_values if {
	every value in opaque {
		gpu_002([pool_of(["g6.xlarge"], value)]) == set()
		gpu_002([pool_of(value, 100)]) == set()
		gpu_002([karpenter_pool(value)]) == set()
	}
}

test_gpu_002_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_gpu_002 with input as stack([])
	hits == {"Rule stack_deny_gpu_002 lacks facts of the environment (max_gpus, gpu_counts); run it through bedplate, or pass them as policy configuration."}
}

any_pool(parts) := named(node_pool, "k", {"spec": parts})

gpu_002_any := {{"msg": `NodePool "k" has no known limit of GPUs; state its size and use types with a known number of GPUs.`, "urn": urn(node_pool, "k")}}

test_gpu_002_fails_for_a_pool_by_category_without_a_limit if {
	every case in gpu_by_another_name {
		gpu_002([named(node_pool, "k", requiring_all([case[1]]))]) == gpu_002_any
	}
}

test_gpu_002_fails_for_a_pool_of_any_type_without_a_limit if {
	gpu_002([any_pool({})]) == gpu_002_any
	gpu_002([named(node_pool, "k", requiring_all([{"key": "node.kubernetes.io/instance-type", "operator": "NotIn", "values": ["p5.48xlarge"]}]))]) == gpu_002_any
	gpu_002([named(node_pool, "k", requiring_all([requirement("category", "NotIn", ["t"])]))]) == gpu_002_any
}

test_gpu_002_passes_for_a_pool_that_can_have_none if {
	gpu_002([any_pool({"limits": {"nvidia.com/gpu": "0"}})]) == set()
	every bound in [
		requirement("category", "In", ["c", "m", "r"]),
		requirement("category", "NotIn", ["g", "p", "trn"]),
		requirement("gpu-count", "Lt", ["1"]),
		requirement("gpu-name", "DoesNotExist", []),
	] {
		gpu_002([named(node_pool, "k", requiring_all([bound]))]) == set()
	}
}

scaling_group := "aws:autoscaling/group:Group"

own_group(most) := reading(scaling_group, "x", {"maxSize": most}, "launchTemplate", urn(launch_template, "lt"))

test_gpu_002_fails_for_an_auto_scaling_group_above_the_quota if {
	template := named(launch_template, "lt", {"instanceType": "p5en.48xlarge"})
	gpu_002([template, own_group(2)]) == set()
	gpu_002([template, own_group(3)]) == {
		on(scaling_group, `Group "x" can grow to 24 GPUs, more than the 16 of the environment; lower its limit.`),
		"The GPU pools can grow to 24 GPUs together, more than the 16 of the environment; lower their limits.",
	}
}

test_gpu_002_is_silent_on_opaque_requirements if {
	every value in opaque {
		gpu_002([any_pool(value)]) == set()
		gpu_002([named(node_pool, "k", requiring_all(value))]) == set()
		gpu_002([named(node_pool, "k", requiring_all([{"key": value, "operator": "In", "values": ["x"]}]))]) == set()
	}
}
