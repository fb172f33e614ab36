package bedplate_admission

import rego.v1

# METADATA
# title: Images come from the organisation's own registry
# description: >-
#   An image from elsewhere was neither scanned nor agreed to, and an isolated network can't pull
#   it.
# custom:
#   id: SUP-101
#   severity: critical
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
#   controls: [iso27001:A.8.9, nist-800-207:T5]
#   parameters: [registries]
#   avoid: An image whose registry is not among the parameter `registries`.
#   remediation: Copy the image into the registry (`bedplate mirror list` names it) and use the copy.
deny_sup_101 contains message if {
	registries := parameter("registries", [])
	some image in images
	count([registry | some registry in registries; startswith(image, registry)]) == 0
	message := sprintf("%s runs the image \"%s\", which is not from %s.", [label, image, concat(", ", registries)])
}
