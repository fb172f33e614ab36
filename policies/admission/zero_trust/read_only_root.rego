package bedplate_admission

import rego.v1

# METADATA
# title: Containers don't write to their own image
# description: >-
#   Who gets into a process can't leave a program behind. Steps of pipeline engines, and the helpers
#   that controllers add, are left out: engines write beside the step.
# custom:
#   id: ZT-109
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
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [spec]
#   controls: [iso27001:A.8.9]
#   parameters: [evidence]
#   avoid: A container without readOnlyRootFilesystem.
#   remediation: Set securityContext.readOnlyRootFilesystem, and mount an emptyDir where it writes.
deny_zt_109 contains message if {
	is_demanded("read-only-root")
	not is_made_by_controller
	some container in containers
	at(container, ["securityContext", "readOnlyRootFilesystem"]) in [null, false]
	message := sprintf("%s may write to the image of the container \"%s\".", [label, container_name(container)])
}
