package bedplate_deploy

import rego.v1

# METADATA
# title: Kubernetes workloads say which app, team and model they are
# description: >-
#   Labels tie a pod to the team that answers for it and to the model version that it serves.
# custom:
#   id: TAG-003
#   severity: low
#   scope: resource
#   resource_types:
#     - kubernetes:apps/v1:Deployment
#     - kubernetes:apps/v1:StatefulSet
#     - kubernetes:apps/v1:DaemonSet
#     - kubernetes:apps/v1:ReplicaSet
#     - kubernetes:core/v1:ReplicationController
#     - kubernetes:batch/v1:Job
#     - kubernetes:batch/v1:CronJob
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [metadata.labels]
#   controls: [iso27001:A.5.9]
#   avoid: A Deployment without the label team, or an InferenceService without model-version.
#   remediation: Add the labels app and team, and on an InferenceService model and model-version.
warn_tag_003 contains message if {
	input.__type in workload_types
	labels := at(input, ["metadata", "labels"])
	is_known(labels)
	missing := [name | some name in wanted_labels(input); is_blank(at(input, ["metadata", "labels", name]))]
	count(missing) > 0
	message := sprintf("%s lacks the labels %s; add them.", [label(input), concat(", ", missing)])
}

wanted_labels(object_) := ["app", "team"] if not is_inference_service(object_)

wanted_labels(object_) := ["app", "team", "model", "model-version"] if is_inference_service(object_)

is_inference_service(object_) if object_.__type == "kubernetes:serving.kserve.io/v1beta1:InferenceService"
