package bedplate_admission

import rego.v1

# METADATA
# title: Pods stay out of the node
# description: >-
#   A pod in the node's namespaces, on its ports or in its files sees the work of other teams.
# custom:
#   id: ZT-107
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
#   controls: [iso27001:A.8.9, iso27001:A.8.22]
#   avoid: hostNetwork, hostPID, hostIPC, a hostPath volume, or a hostPort.
#   remediation: Remove it; reach other pods by their Service, and keep files in a claimed volume.
deny_zt_107 contains message if {
	some pod in pods
	some field in ["hostIPC", "hostNetwork", "hostPID"]
	at(pod, [field]) == true
	message := sprintf("%s sets %s; remove it.", [label, field])
}

deny_zt_107 contains message if {
	some pod in pods
	some volume in listed(at(pod, ["volumes"]))
	at(volume, ["hostPath"]) != null
	message := sprintf("%s mounts files of the node; remove the hostPath volume.", [label])
}

deny_zt_107 contains message if {
	some container in (containers | servers)
	some port in listed(at(container, ["ports"]))
	at(port, ["hostPort"]) != null
	message := sprintf("%s opens a port of the node for \"%s\"; remove hostPort.", [label, container_name(container)])
}
