package bedplate_admission

import rego.v1

# METADATA
# title: A team's objects say which app, team and model they are
# description: >-
#   Labels tie a pod to the team that answers for it, to its cost and to the model version it serves.
# custom:
#   id: TAG-103
#   severity: low
#   scope: resource
#   phase: [admission]
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
deny_tag_103 contains message if {
	some wanted in wanted_labels
	not is_made_by_controller
	missing := [key | some key in wanted; is_blank(at(subject, ["metadata", "labels", key]))]
	count(missing) > 0
	message := sprintf("%s lacks the labels %s; add them.", [label, concat(", ", missing)])
}

wanted_labels contains ["app", "team", "model", "model-version"] if serves_model

wanted_labels contains ["app", "team"] if {
	kind != "Pod"
	template_paths[kind]
}
