package bedplate_deploy

import rego.v1

# METADATA
# title: Kubernetes workloads
# description: Types that hold a pod template, and where in them the pod's spec stands.
pod_paths := {
	"kubernetes:core/v1:Pod": ["spec"],
	"kubernetes:apps/v1:Deployment": ["spec", "template", "spec"],
	"kubernetes:apps/v1:StatefulSet": ["spec", "template", "spec"],
	"kubernetes:apps/v1:DaemonSet": ["spec", "template", "spec"],
	"kubernetes:apps/v1:ReplicaSet": ["spec", "template", "spec"],
	"kubernetes:core/v1:ReplicationController": ["spec", "template", "spec"],
	"kubernetes:batch/v1:Job": ["spec", "template", "spec"],
	"kubernetes:batch/v1:CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
}

workload_types := [
	"kubernetes:apps/v1:Deployment",
	"kubernetes:apps/v1:StatefulSet",
	"kubernetes:apps/v1:DaemonSet",
	"kubernetes:apps/v1:ReplicaSet",
	"kubernetes:core/v1:ReplicationController",
	"kubernetes:batch/v1:Job",
	"kubernetes:batch/v1:CronJob",
	"kubernetes:serving.kserve.io/v1beta1:InferenceService",
]

pod_containers(resource) := containers if {
	pod := at(resource, pod_paths[resource.__type])
	containers := [container |
		some kind in ["containers", "initContainers", "ephemeralContainers"]
		some container in listed(at(pod, [kind]))
	]
}
