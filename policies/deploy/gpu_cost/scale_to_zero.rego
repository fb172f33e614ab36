package bedplate_deploy

import rego.v1

# METADATA
# title: Outside production GPUs go when nobody uses them, and come cheap
# description: >-
#   A GPU that waits for Monday costs as much as one that works. Development and staging keep none
#   awake, and run as large a share on Spot as the environment asks.
# custom:
#   id: GPU-004
#   severity: medium
#   scope: stack
#   resource_types:
#     - aws:eks/nodeGroup:NodeGroup
#     - aws:autoscaling/group:Group
#     - kubernetes:karpenter.sh/v1:NodePool
#   reads:
#     - scalingConfig
#     - minSize
#     - mixedInstancesPolicy
#     - capacityType
#     - instanceTypes
#     - spec.disruption
#     - spec.limits
#     - spec.replicas
#     - spec.template.spec.requirements
#   controls: ["finops:budget", iso27001:A.8.6]
#   avoid: A GPU pool in development with a minSize of 1, or with consolidateAfter Never.
#   remediation: Set min_nodes of the pool to 0, allow spot, or lower budget.spot_percent.
#   parameters: [tier, min_spot_percent, gpu_counts]
#   settings: [.min_nodes, budget.spot_percent, gpu_pools]
#   applies: {tiers: [development, staging]}
stack_deny_gpu_004 contains message if message := without_facts("stack_deny_gpu_004", ["tier", "min_spot_percent", "gpu_counts"])

stack_deny_gpu_004 contains hit if {
	fact("stack_deny_gpu_004", "tier") != "production"
	some pool in gpu_pools
	stays_awake(pool)
	message := sprintf("%s keeps machines while nobody uses them; let it scale to zero.", [label(pool)])
	hit := {"msg": message, "urn": pool.__urn}
}

stack_deny_gpu_004 contains message if {
	fact("stack_deny_gpu_004", "tier") != "production"
	percent := fact("stack_deny_gpu_004", "min_spot_percent")
	is_number(percent)
	counts := fact("stack_deny_gpu_004", "gpu_counts")
	total := sum([gpus | some pool in gpu_pools; gpus := pool_gpus(pool, counts); is_number(gpus)])
	on_spot := sum([gpus | some pool in gpu_pools; is_on_spot(pool); gpus := pool_gpus(pool, counts); is_number(gpus)])
	on_spot * 100 < total * percent
	message := sprintf("Of %v GPUs %v may run on Spot, less than %d per cent; allow spot in more pools.", [total, on_spot, percent])
}

stays_awake(pool) if {
	pool.__type == "aws:eks/nodeGroup:NodeGroup"
	least := at(pool, ["scalingConfig", "minSize"])
	is_known(least)
	least != 0
}

stays_awake(pool) if {
	pool.__type == "aws:autoscaling/group:Group"
	least := object.get(pool, "minSize", null)
	is_known(least)
	least != 0
}

stays_awake(pool) if {
	pool.__type == karpenter_pool
	at(pool, ["spec", "disruption", "consolidateAfter"]) in [null, "Never"]
}

# A budget of no nodes, at any time, keeps even those that are empty.
stays_awake(pool) if {
	pool.__type == karpenter_pool
	some budget in listed(at(pool, ["spec", "disruption", "budgets"]))
	at(budget, ["nodes"]) in [0, "0", "0%"]
	at(budget, ["schedule"]) == null
	binds_empty_nodes(at(budget, ["reasons"]))
}

binds_empty_nodes(reasons) if is_blank(reasons)

binds_empty_nodes(reasons) if "Empty" in listed(reasons)

# So many nodes, whatever runs on them.
stays_awake(pool) if {
	pool.__type == karpenter_pool
	replicas := at(pool, ["spec", "replicas"])
	is_known(replicas)
	not replicas in [null, 0]
}

is_on_spot(pool) if object.get(pool, "capacityType", null) == "SPOT"

is_on_spot(pool) if at(pool, ["mixedInstancesPolicy", "instancesDistribution", "onDemandPercentageAboveBaseCapacity"]) == 0

is_on_spot(pool) if "spot" in wanted_values(pool, "karpenter.sh/capacity-type")
