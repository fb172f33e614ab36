package bedplate_admission

import rego.v1

# METADATA
# title: GPU nodes are for GPU work
# description: >-
#   A pod without a GPU on a GPU node keeps the dearest machine of the platform awake; one that asks
#   for a GPU and does not tolerate its nodes' taint waits for ever.
# custom:
#   id: GPU-101
#   severity: high
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:core/v1:Pod
#     - kubernetes:apps/v1:Deployment
#     - kubernetes:apps/v1:StatefulSet
#     - kubernetes:apps/v1:DaemonSet
#     - kubernetes:apps/v1:ReplicaSet
#     - kubernetes:core/v1:ReplicationController
#     - kubernetes:batch/v1:Job
#     - kubernetes:batch/v1:CronJob
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [spec]
#   controls: [iso27001:A.8.6]
#   avoid: A pod that tolerates `nvidia.com/gpu` and asks for no GPU, or the other way round.
#   remediation: Ask for `nvidia.com/gpu` in the limits and tolerate it, or do neither.
deny_gpu_101 contains message if {
	some pod in pods
	tolerates_gpu(pod)
	not wants_gpu(pod)
	not claims_device(pod)
	message := sprintf("%s tolerates GPU nodes but asks for no GPU.", [label])
}

deny_gpu_101 contains message if {
	some pod in pods
	wants_gpu(pod)
	not tolerates_gpu(pod)
	message := sprintf("%s asks for a GPU but does not tolerate nvidia.com/gpu.", [label])
}

tolerates_gpu(pod) if {
	some toleration in listed(at(pod, ["tolerations"]))
	is_for_gpu(toleration)
}

is_for_gpu(toleration) if at(toleration, ["key"]) == "nvidia.com/gpu"

is_for_gpu(toleration) if {
	at(toleration, ["key"]) in [null, ""]
	at(toleration, ["operator"]) == "Exists"
}

wants_gpu(pod) if {
	some field in ["containers", "initContainers"]
	some container in listed(at(pod, [field]))
	asks_for_gpu(container)
}

wants_gpu(pod) if {
	some field in server_fields
	server := at(pod, [field])
	asks_for_gpu(server)
}

# A claim, where GPUs are claimed instead of counted: a quota holds teams to devices that are GPUs.
claims_device(pod) if {
	count(listed(at(pod, ["resourceClaims"]))) > 0
	some field in ["containers", "initContainers"]
	some container in listed(at(pod, [field]))
	count(listed(at(container, ["resources", "claims"]))) > 0
}
