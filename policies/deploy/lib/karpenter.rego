package bedplate_deploy

import rego.v1

# METADATA
# title: The machines that a Karpenter pool may make
# description: >-
#   Types where it names them. Else the family, the category or the GPU that it asks for stands for all
#   types of it, as g6.* or g*. What a requirement shuts out is not asked for.
karpenter_pool := "kubernetes:karpenter.sh/v1:NodePool"

any_gpu := "any type with a GPU"

pool_machines(pool) := types if {
	types := wanted_values(pool, "/instance-type")
	count(types) > 0
} else := array.concat(families, array.concat(categories, gpus)) if {
	families := [sprintf("%s.*", [name]) | some name in wanted_values(pool, "/instance-family")]
	categories := [sprintf("%s*", [name]) | some name in wanted_values(pool, "/instance-category")]
	gpus := [any_gpu | some requirement in requirements_of(pool); asks_for_gpu(requirement)]
}

requirements_of(pool) := listed(at(pool, ["spec", "template", "spec", "requirements"]))

# By the end of the label's name: karpenter.k8s.aws/instance-family, node.kubernetes.io/instance-type.
wanted_values(pool, name) := [value |
	some requirement in requirements_of(pool)
	has_label(requirement, name)
	at(requirement, ["operator"]) in [null, "In"]
	some value in listed(at(requirement, ["values"]))
	is_string(value)
]

has_label(requirement, name) if {
	key := at(requirement, ["key"])
	is_string(key)
	endswith(key, name)
}

# Such as instance-gpu-name In t4, or instance-gpu-count Gt 0.
asks_for_gpu(requirement) if {
	is_on_gpus(requirement)
	at(requirement, ["operator"]) in ["In", "Exists", "Gt", "Gte"]
	not shuts_gpus_out(requirement)
}

is_on_gpus(requirement) if {
	key := at(requirement, ["key"])
	is_string(key)
	regex.match(`/instance-(gpu|accelerator)-[a-z]+$`, key)
}

# A pool that bounds its machines in no way makes ones with GPUs for whatever asks for a GPU.
makes_any_type(pool) if {
	pool.__type == karpenter_pool
	count([requirement | some requirement in requirements_of(pool); bounds_types(requirement)]) == 0
}

bounds_types(requirement) if is_opaque(at(requirement, ["key"]))

bounds_types(requirement) if {
	at(requirement, ["operator"]) in [null, "In"]
	some name in ["/instance-type", "/instance-family", "/instance-category"]
	has_label(requirement, name)
}

bounds_types(requirement) if asks_for_gpu(requirement)

bounds_types(requirement) if shuts_gpus_out(requirement)

shuts_gpus_out(requirement) if {
	is_on_gpus(requirement)
	at(requirement, ["operator"]) in ["DoesNotExist", "Lt"]
}

shuts_gpus_out(requirement) if {
	is_on_gpus(requirement)
	at(requirement, ["operator"]) == "In"
	at(requirement, ["values"]) == ["0"]
}

shuts_gpus_out(requirement) if {
	has_label(requirement, "/instance-category")
	at(requirement, ["operator"]) == "NotIn"
	shut := listed(at(requirement, ["values"]))
	every category in ["g", "p"] {
		category in shut
	}
}
