package bedplate_admission

import rego.v1

# METADATA
# title: Every container has a memory limit
# description: >-
#   One process that grows takes the node's memory, and its neighbours with it.
# custom:
#   id: OPS-101
#   severity: medium
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
#   reads: [spec]
#   controls: [iso27001:A.8.6]
#   avoid: A container without resources.limits.memory.
#   remediation: Set resources.limits.memory.
deny_ops_101 contains message if {
	not serves_model
	some pod in pods
	some container in limited(pod)
	at(container, ["resources", "limits", "memory"]) == null
	message := sprintf("%s has no memory limit for the container \"%s\".", [label, container_name(container)])
}

# Those that run before or beside the others too, save the helpers that a controller adds.
limited(pod) := listed(at(pod, ["containers"])) if is_made_by_controller

limited(pod) := array.concat(listed(at(pod, ["containers"])), listed(at(pod, ["initContainers"]))) if not is_made_by_controller
