package bedplate_admission

import rego.v1

# METADATA
# title: Nothing is exposed past the gateway
# description: >-
#   A load balancer, a port on every node or an outside name passes by login, mesh and records.
# custom:
#   id: ZT-102
#   severity: high
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:core/v1:Service
#   reads: [spec]
#   controls: [nist-800-207:T2, iso27001:A.8.20]
#   avoid: A Service of type LoadBalancer, NodePort or ExternalName, or with external addresses.
#   remediation: Use the type ClusterIP, and a route on the platform's gateway.
deny_zt_102 contains message if {
	kind == "Service"
	type := at(subject_spec, ["type"])
	type in ["LoadBalancer", "NodePort", "ExternalName"]
	message := sprintf("%s has the type %s; use ClusterIP and a route on the platform's gateway.", [label, type])
}

deny_zt_102 contains message if {
	kind == "Service"
	count(listed(at(subject_spec, ["externalIPs"]))) > 0
	message := sprintf("%s has external addresses; remove externalIPs.", [label])
}
