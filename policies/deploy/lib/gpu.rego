package bedplate_deploy

import rego.v1

# METADATA
# title: GPU machines
# description: >-
#   Instance types with accelerators, by the family that begins their name. Karpenter may be told a
#   family, a category or a GPU instead of types; each stands for all its types, as g6.* or g*.
is_gpu_type(type) if {
	is_string(type)
	regex.match(`^(p[0-9]|g[0-9]|gr[0-9]|trn[0-9]|inf[0-9]|dl[0-9])[a-z0-9-]*\.`, type)
}

is_gpu_type(type) if type in ["p*", "g*", "gr*", "trn*", "inf*", "dl*", any_gpu]

machine_gpu_types(resource) := {type | some type in machine_types_named(resource); is_gpu_type(type)}

machine_types_named(resource) := pool_machines(resource) if resource.__type == karpenter_pool

machine_types_named(resource) := [type |
	some path in machine_type_paths[resource.__type]
	some type in spread(resource, path)
] if {
	resource.__type != karpenter_pool
}

machine_type_paths := {
	"aws:eks/nodeGroup:NodeGroup": [["instanceTypes"]],
	"aws:ec2/launchTemplate:LaunchTemplate": [["instanceType"]],
	"aws:ec2/launchConfiguration:LaunchConfiguration": [["instanceType"]],
	"aws:ec2/instance:Instance": [["instanceType"]],
	"aws:ec2/spotInstanceRequest:SpotInstanceRequest": [["instanceType"]],
	"aws:ec2/capacityReservation:CapacityReservation": [["instanceType"]],
	"aws:autoscaling/group:Group": [["mixedInstancesPolicy", "launchTemplate", "overrides", "instanceType"]],
	"aws:ec2/fleet:Fleet": [["launchTemplateConfigs", "overrides", "instanceType"]],
	"aws:ec2/spotFleetRequest:SpotFleetRequest": [
		["launchSpecifications", "instanceType"],
		["launchTemplateConfigs", "overrides", "instanceType"],
	],
}

gpu_group_types := [
	"aws:eks/nodeGroup:NodeGroup",
	"aws:autoscaling/group:Group",
	karpenter_pool,
]

# The types of a pool: its own, else those of the launch templates that it reads.
pool_gpu_types(pool) := types if {
	types := machine_gpu_types(pool)
	count(types) > 0
} else := {type |
	some property in ["launchTemplate", "mixedInstancesPolicy", "launchConfiguration"]
	some urn in object.get(pool, ["propertyDependencies", property], [])
	template := by_urn[urn]
	some type in listed(object.get(template, "instanceType", null))
	is_gpu_type(type)
}

# What limits a pool: nodes of a node group, GPUs of a Karpenter pool.
pool_limit(pool) := at(pool, ["scalingConfig", "maxSize"]) if pool.__type == "aws:eks/nodeGroup:NodeGroup"

pool_limit(pool) := object.get(pool, "maxSize", null) if pool.__type == "aws:autoscaling/group:Group"

pool_limit(pool) := at(pool, ["spec", "limits", "nvidia.com/gpu"]) if {
	pool.__type == karpenter_pool
}

# Most GPUs of a pool; null where it states no limit, or is of a type whose GPUs nobody counted.
pool_gpus(pool, counts) := product_or_null(pool_limit(pool), each) if {
	pool.__type != karpenter_pool
	is_object(counts)
	each := {object.get(counts, type, null) | some type in pool_gpu_types(pool)}
}

pool_gpus(pool, _) := number_or_null(pool_limit(pool)) if {
	pool.__type == karpenter_pool
}

product_or_null(nodes, each) := nodes * max(each) if are_numbers(nodes, each)

product_or_null(nodes, each) := null if not are_numbers(nodes, each)

are_numbers(nodes, each) if {
	is_number(nodes)
	every count in each {
		is_number(count)
	}
}

number_or_null(value) := value if is_number(value)

number_or_null(value) := to_number(value) if is_digits(value)

number_or_null(value) := null if {
	not is_number(value)
	not is_digits(value)
}

is_digits(value) if {
	is_string(value)
	regex.match(`^[0-9]{1,9}$`, value)
}
