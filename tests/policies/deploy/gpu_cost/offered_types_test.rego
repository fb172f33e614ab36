package bedplate_deploy_test

import rego.v1

gpu_001(type, inputs) := hits if {
	hits := data.bedplate_deploy.deny_gpu_001 with input as one(type, inputs)
		with data.config as {"deny_gpu_001": {
			"gpu_instance_types": ["g6.xlarge", "p5.48xlarge"],
			"gpu_offerings": ["g6.xlarge", "g6.2xlarge"],
		}}
}

node_pool := "kubernetes:karpenter.sh/v1:NodePool"

requiring(types) := {"spec": {"template": {"spec": {"requirements": [{"key": "node.kubernetes.io/instance-type", "operator": "In", "values": types}]}}}}

gpu_001_unlisted(name, type) := sprintf("%s \"x\" is of the type %s, which no pool lists; list it under gpu_pools or choose another.", [name, type])

gpu_001_absent(name, type) := sprintf("%s \"x\" is of the type %s, which the region is not known to offer; choose another.", [name, type])

test_gpu_001_passes if {
	gpu_001(node_group, {"instanceTypes": ["g6.xlarge"]}) == set()
	gpu_001(node_group, {"instanceTypes": ["m7g.xlarge", "c7i.large"]}) == set()
	gpu_001(node_pool, requiring(["g6.xlarge"])) == set()
}

test_gpu_001_passes_where_no_type_is_stated if gpu_001(launch_template, {}) == set()

test_gpu_001_fails_for_a_type_that_no_pool_lists if {
	gpu_001(node_group, {"instanceTypes": ["g6.2xlarge"]}) == {gpu_001_unlisted("NodeGroup", "g6.2xlarge")}
}

test_gpu_001_fails_for_a_type_that_the_region_lacks if {
	gpu_001(launch_template, {"instanceType": "p5.48xlarge"}) == {gpu_001_absent("LaunchTemplate", "p5.48xlarge")}
}

test_gpu_001_fails_for_both if {
	gpu_001("aws:ec2/instance:Instance", {"instanceType": "trn2.48xlarge"}) == {gpu_001_unlisted("Instance", "trn2.48xlarge"), gpu_001_absent("Instance", "trn2.48xlarge")}
	gpu_001(node_pool, requiring(["g6.xlarge", "p6-b200.48xlarge"])) == {gpu_001_unlisted("NodePool", "p6-b200.48xlarge"), gpu_001_absent("NodePool", "p6-b200.48xlarge")}
}

test_gpu_001_is_silent_on_opaque_values if {
	every value in opaque {
		gpu_001(node_group, {"instanceTypes": [value]}) == set()
		gpu_001(node_pool, {"spec": value}) == set()
		gpu_001(node_pool, requiring(value)) == set()
	}
}

test_gpu_001_fails_without_facts if {
	hits := data.bedplate_deploy.deny_gpu_001 with input as one(launch_template, {})
	hits == {"Rule deny_gpu_001 lacks facts of the environment (gpu_instance_types, gpu_offerings); run it through bedplate, or pass them as policy configuration."}
}

requirement(name, operator, values) := {"key": sprintf("karpenter.k8s.aws/instance-%s", [name]), "operator": operator, "values": values}

requiring_all(list) := {"spec": {"template": {"spec": {"requirements": list}}}}

gpu_by_another_name := [
	["g6.*", requirement("family", "In", ["c7i", "g6"])],
	["g*", requirement("category", "In", ["c", "g"])],
	["any type with a GPU", requirement("gpu-name", "In", ["l4"])],
	["any type with a GPU", requirement("gpu-count", "Gt", ["0"])],
	["any type with a GPU", requirement("gpu-manufacturer", "Exists", [])],
]

test_gpu_001_fails_for_a_pool_that_names_no_types_but_gpus if {
	every case in gpu_by_another_name {
		gpu_001(node_pool, requiring_all([case[1]])) == {gpu_001_unlisted("NodePool", case[0]), gpu_001_absent("NodePool", case[0])}
	}
}

test_gpu_001_passes_for_what_a_pool_shuts_out if {
	gpu_001(node_pool, requiring_all([{"key": "node.kubernetes.io/instance-type", "operator": "NotIn", "values": ["p5.48xlarge"]}])) == set()
	gpu_001(node_pool, requiring_all([requirement("gpu-count", "In", ["0"])])) == set()
	gpu_001(node_pool, requiring_all([requirement("gpu-name", "DoesNotExist", [])])) == set()
	gpu_001(node_pool, requiring_all([requirement("category", "NotIn", ["g", "p"])])) == set()
}

test_gpu_001_passes_for_listed_types_of_a_family if {
	listed_type := {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge"]}
	gpu_001(node_pool, requiring_all([listed_type, requirement("family", "In", ["g6"])])) == set()
}

test_gpu_001_fails_for_groups_and_fleets if {
	overrides := [{"instanceType": "g6.xlarge"}, {"instanceType": "g6.2xlarge"}]
	gpu_001("aws:autoscaling/group:Group", {"mixedInstancesPolicy": {"launchTemplate": {"overrides": overrides}}}) == {gpu_001_unlisted("Group", "g6.2xlarge")}
	gpu_001("aws:ec2/fleet:Fleet", {"launchTemplateConfigs": [{"overrides": overrides}]}) == {gpu_001_unlisted("Fleet", "g6.2xlarge")}
	gpu_001("aws:ec2/spotFleetRequest:SpotFleetRequest", {"launchSpecifications": overrides}) == {gpu_001_unlisted("SpotFleetRequest", "g6.2xlarge")}
	gpu_001("aws:ec2/spotInstanceRequest:SpotInstanceRequest", {"instanceType": "g6.2xlarge"}) == {gpu_001_unlisted("SpotInstanceRequest", "g6.2xlarge")}
}
