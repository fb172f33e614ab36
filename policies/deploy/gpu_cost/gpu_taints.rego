package bedplate_deploy

import rego.v1

# METADATA
# title: GPU pools keep everything else away
# description: >-
#   Without a taint any pod may land on a GPU machine and keep it awake. That pods which tolerate the
#   taint ask for a GPU is judged at admission: GPU-101.
# custom:
#   id: GPU-003
#   severity: medium
#   scope: stack
#   resource_types: [aws:eks/nodeGroup:NodeGroup, kubernetes:karpenter.sh/v1:NodePool]
#   reads: [taints, instanceTypes, spec.template.spec.taints, spec.template.spec.requirements]
#   controls: [iso27001:A.8.6]
#   avoid: A pool of g6 machines without a taint.
#   remediation: Taint the pool with nvidia.com/gpu and the effect NoSchedule.
#   settings: [gpu_pools]
stack_deny_gpu_003 contains hit if {
	some pool in gpu_pools
	taints := pool_taints(pool)
	is_known(taints)
	count([taint | some taint in listed(taints); keeps_away(taint)]) == 0
	message := sprintf("%s takes pods that need no GPU; taint it with nvidia.com/gpu and the effect NoSchedule.", [label(pool)])
	hit := {"msg": message, "urn": pool.__urn}
}

pool_taints(pool) := object.get(pool, "taints", null) if pool.__type == "aws:eks/nodeGroup:NodeGroup"

# The nodes of an Auto Scaling group taint themselves, by a script that nobody reads here.
pool_taints(pool) := at(pool, ["spec", "template", "spec", "taints"]) if pool.__type == karpenter_pool

keeps_away(taint) if is_opaque(taint)

keeps_away(taint) if {
	key := at(taint, ["key"])
	effect := at(taint, ["effect"])
	is_gpu_key(key)
	is_hard_effect(effect)
}

is_gpu_key(key) if key == "nvidia.com/gpu"

is_gpu_key(key) if is_opaque(key)

is_hard_effect(effect) if effect in ["NO_SCHEDULE", "NO_EXECUTE", "NoSchedule", "NoExecute"]

is_hard_effect(effect) if is_opaque(effect)
