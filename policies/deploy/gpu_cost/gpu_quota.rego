package bedplate_deploy

import rego.v1

# METADATA
# title: GPU pools stay within the environment's quota, each and together
# description: >-
#   The quota is what was agreed to pay for, and what the account is allowed to start. A pool without
#   a limit can take it all.
# custom:
#   id: GPU-002
#   severity: high
#   scope: stack
#   resource_types:
#     - aws:eks/nodeGroup:NodeGroup
#     - aws:autoscaling/group:Group
#     - kubernetes:karpenter.sh/v1:NodePool
#   reads:
#     - scalingConfig.maxSize
#     - maxSize
#     - instanceTypes
#     - mixedInstancesPolicy
#     - spec.limits
#     - spec.template.spec.requirements
#   controls: [iso27001:A.8.6, "finops:budget"]
#   avoid: A pool whose maxSize times its GPUs a node is above the quota, or that has no limit.
#   remediation: Lower max_gpus of the pool, or raise budget.max_gpus.
#   parameters: [max_gpus, gpu_counts]
#   settings: [.max_gpus, budget.max_gpus, gpu_pools]
stack_deny_gpu_002 contains message if message := without_facts("stack_deny_gpu_002", ["max_gpus", "gpu_counts"])

stack_deny_gpu_002 contains hit if {
	some pool in counted_pools
	gpus := pool_gpus(pool, fact("stack_deny_gpu_002", "gpu_counts"))
	gpus == null
	is_known(pool_limit(pool))
	message := sprintf("%s has no known limit of GPUs; state its size and use types with a known number of GPUs.", [label(pool)])
	hit := {"msg": message, "urn": pool.__urn}
}

stack_deny_gpu_002 contains hit if {
	some pool in counted_pools
	gpus := pool_gpus(pool, fact("stack_deny_gpu_002", "gpu_counts"))
	is_number(gpus)
	quota := fact("stack_deny_gpu_002", "max_gpus")
	is_number(quota)
	gpus > quota
	message := sprintf("%s can grow to %v GPUs, more than the %v of the environment; lower its limit.", [label(pool), gpus, quota])
	hit := {"msg": message, "urn": pool.__urn}
}

stack_deny_gpu_002 contains message if {
	counts := fact("stack_deny_gpu_002", "gpu_counts")
	total := sum([gpus | some pool in counted_pools; gpus := pool_gpus(pool, counts); is_number(gpus)])
	quota := fact("stack_deny_gpu_002", "max_gpus")
	is_number(quota)
	total > quota
	message := sprintf("The GPU pools can grow to %v GPUs together, more than the %v of the environment; lower their limits.", [total, quota])
}

gpu_pools := [pool | some pool in of_types(gpu_group_types); count(pool_gpu_types(pool)) > 0]

# One that may make any machines has a place in the quota too.
counted_pools := array.concat(gpu_pools, [pool | some pool in of_types([karpenter_pool]); makes_any_type(pool)])
