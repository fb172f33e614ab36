package bedplate_admission

import rego.v1

# METADATA
# title: Containers run without root, privileges and needless system calls
# description: >-
#   What breaks out of a process then has nothing to break out with. A model server of a runtime has
#   the runtime's rights; it must only not widen them.
# custom:
#   id: ZT-108
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
#   controls: [iso27001:A.8.9]
#   avoid: A container that may run as root, gain privileges, keep capabilities, or without a seccomp
#     profile.
#   remediation: Set runAsNonRoot, allowPrivilegeEscalation false, capabilities.drop [ALL] and
#     seccompProfile RuntimeDefault.
deny_zt_108 contains message if {
	some pod in pods
	some container in containers_of(pod)
	some fault in faults(pod, container)
	message := sprintf("%s %s in the container \"%s\".", [label, fault, container_name(container)])
}

deny_zt_108 contains message if {
	some server in servers
	some fault in widenings(object.get(server, "securityContext", {}))
	message := sprintf("%s %s in the container \"%s\".", [label, fault, container_name(server)])
}

deny_zt_108 contains message if {
	some part in serving_parts
	some fault in widenings(object.get(part, "securityContext", {}))
	message := sprintf("%s %s for all its containers.", [label, fault])
}

containers_of(pod) := [container |
	some field in ["containers", "initContainers"]
	some container in listed(at(pod, [field]))
	is_object(container)
	is_known(container)
]

faults(pod, container) := widenings(own) | {text |
	some text, holds in {
		"may run as root": inherited(pod, own, ["runAsNonRoot"]) in [null, false],
		"may gain privileges": at(own, ["allowPrivilegeEscalation"]) == null,
		"keeps capabilities": keeps_capabilities(own),
		"has no seccomp profile": inherited(pod, own, ["seccompProfile", "type"]) in [null, "Unconfined"],
	}
	holds
} if {
	own := object.get(container, "securityContext", {})
	is_known(own)
} else := set()

# The container's own setting, else the pod's.
inherited(pod, own, path) := value if {
	value := at(own, path)
	value != null
} else := at(pod, array.concat(["securityContext"], path))

keeps_capabilities(own) := kept if {
	drop := at(own, ["capabilities", "drop"])
	is_known(drop)
	all := [name | some name in listed(drop); name in ["ALL", "all"]]
	kept := count(all) == 0
} else := false

# What no security context may say, wherever it stands.
widenings(own) := {text |
	some text, holds in {
		"is privileged": at(own, ["privileged"]) == true,
		"may gain privileges": at(own, ["allowPrivilegeEscalation"]) == true,
		"runs as root": at(own, ["runAsUser"]) == 0,
		"has no seccomp profile": at(own, ["seccompProfile", "type"]) == "Unconfined",
		"adds capabilities": count(added(own)) > 0,
	}
	holds
}

added(own) := [name |
	some name in listed(at(own, ["capabilities", "add"]))
	name != "NET_BIND_SERVICE"
]
