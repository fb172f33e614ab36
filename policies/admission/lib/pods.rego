package bedplate_admission

import rego.v1

# METADATA
# title: Pods and their containers
# description: >-
#   Pods are judged where they are written: in a pod, in the template of what makes pods, and in the
#   parts of an InferenceService.
template_paths := {
	"Pod": ["spec"],
	"Deployment": ["spec", "template", "spec"],
	"StatefulSet": ["spec", "template", "spec"],
	"DaemonSet": ["spec", "template", "spec"],
	"ReplicaSet": ["spec", "template", "spec"],
	"ReplicationController": ["spec", "template", "spec"],
	"Job": ["spec", "template", "spec"],
	"CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
}

pods contains pod if {
	pod := at(subject, template_paths[kind])
	is_object(pod)
	is_known(pod)
}

pods contains part if some part in serving_parts

# What an InferenceService runs, a second deployment of it too.
serving_parts contains part if {
	kind == "InferenceService"
	some role in ["transformer", "explainer"]
	part := at(subject_spec, [role])
	is_object(part)
	is_known(part)
}

serving_parts contains predictor if {
	some predictor in predictors
	is_object(predictor)
	is_known(predictor)
}

predictors contains at(subject_spec, ["predictor"]) if kind == "InferenceService"

predictors contains predictor if {
	kind == "InferenceService"
	some canary in listed(at(subject_spec, ["canary"]))
	predictor := at(canary, ["predictor"])
}

# Containers that are written out. Ephemeral ones come by a person who looks into a running pod.
containers contains container if {
	some pod in pods
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in listed(at(pod, [field]))
	is_object(container)
	is_known(container)
}

# Model servers whose image, user and rights come from a runtime of the platform.
servers contains server if {
	some part in serving_parts
	some field in server_fields
	server := at(part, [field])
	is_object(server)
	is_known(server)
}

server_fields := [
	"model", "huggingface", "lightgbm", "onnx", "paddle", "pmml", "pytorch", "sklearn", "tensorflow",
	"triton", "xgboost", "art",
]

# The name of a container for a message; a model server often has none.
container_name(container) := shown if {
	shown := object.get(container, "name", "model")
	is_string(shown)
} else := "?"

asks_for_gpu(container) if {
	limits := at(container, ["resources", "limits"])
	is_object(limits)
	some resource, count in limits
	startswith(resource, "nvidia.com/")
	not count in [0, "0"]
}

# What a controller made was judged in the object that it was made from, as far as a team wrote it;
# the helpers that the controller adds are the platform's to choose. Anybody may name an owner, such as
# a ConfigMap, so that an object goes with it; only a controller says that it controls it.
is_made_by_controller if {
	some owner in listed(at(subject, ["metadata", "ownerReferences"]))
	at(owner, ["controller"]) == true
}
