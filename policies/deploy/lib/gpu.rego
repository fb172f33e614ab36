package bedplate_deploy

import rego.v1

# METADATA
# title: GPU machines
# description: Instance types with accelerators, by the family that begins their name.
is_gpu_type(type) if {
	is_string(type)
	regex.match(`^(p[0-9]|g[0-9]|gr[0-9]|trn[0-9]|inf[0-9]|dl[0-9])[a-z0-9-]*\.`, type)
}

machine_gpu_types(resource) := {type | some type in machine_types_named(resource); is_gpu_type(type)}

machine_types_named(resource) := listed(object.get(resource, "instanceTypes", null)) if {
	resource.__type == "aws:eks/nodeGroup:NodeGroup"
}

machine_types_named(resource) := listed(object.get(resource, "instanceType", null)) if {
	resource.__type in [
		"aws:ec2/launchTemplate:LaunchTemplate",
		"aws:ec2/instance:Instance",
		"aws:ec2/capacityReservation:CapacityReservation",
	]
}

machine_types_named(resource) := [type |
	some requirement in listed(at(resource, ["spec", "template", "spec", "requirements"]))
	at(requirement, ["key"]) == "node.kubernetes.io/instance-type"
	some type in listed(at(requirement, ["values"]))
] if {
	resource.__type == "kubernetes:karpenter.sh/v1:NodePool"
}

gpu_group_types := ["aws:eks/nodeGroup:NodeGroup", "kubernetes:karpenter.sh/v1:NodePool"]

# The types of a pool: its own, else those of the launch templates that it reads.
pool_gpu_types(pool) := types if {
	types := machine_gpu_types(pool)
	count(types) > 0
} else := {type |
	some urn in object.get(pool, ["propertyDependencies", "launchTemplate"], [])
	template := by_urn[urn]
	some type in listed(object.get(template, "instanceType", null))
	is_gpu_type(type)
}

# What limits a pool: nodes of a node group, GPUs of a Karpenter pool.
pool_limit(pool) := at(pool, ["scalingConfig", "maxSize"]) if pool.__type == "aws:eks/nodeGroup:NodeGroup"

pool_limit(pool) := at(pool, ["spec", "limits", "nvidia.com/gpu"]) if {
	pool.__type == "kubernetes:karpenter.sh/v1:NodePool"
}

# Most GPUs of a pool; null where it states no limit, or is of a type whose GPUs nobody counted.
pool_gpus(pool, counts) := product_or_null(pool_limit(pool), each) if {
	pool.__type == "aws:eks/nodeGroup:NodeGroup"
	is_object(counts)
	each := {object.get(counts, type, null) | some type in pool_gpu_types(pool)}
}

pool_gpus(pool, _) := number_or_null(pool_limit(pool)) if {
	pool.__type == "kubernetes:karpenter.sh/v1:NodePool"
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
