package bedplate_deploy

import rego.v1

# METADATA
# title: Every namespace begins with a denial of all traffic, in and out
# description: >-
#   What no policy selects, Kubernetes lets through. A policy of all pods without rules turns that
#   round: each flow that is needed has to be named.
# custom:
#   id: ZT-003
#   severity: high
#   scope: stack
#   resource_types: ["kubernetes:core/v1:Namespace"]
#   reads:
#     - metadata.name
#     - kubernetes:networking.k8s.io/v1:NetworkPolicy#spec
#     - kubernetes:networking.k8s.io/v1:NetworkPolicy#metadata.namespace
#   controls: [gdpr:25, iso27001:A.8.20, iso27001:A.8.22, nist-800-207:T2]
#   avoid: A Namespace without a NetworkPolicy that selects all pods and allows nothing.
#   remediation: Set zero_trust.default_deny, or add such a policy for Ingress and Egress.
#   settings: [zero_trust.default_deny]
stack_deny_zt_003 contains hit if {
	some namespace in namespaces
	name := object_name(namespace)
	is_known(name)
	missing := {"Ingress", "Egress"} - denied_directions(name)
	count(missing) > 0
	message := sprintf("%s lets all traffic through (%s); add a NetworkPolicy of all pods without rules.", [label(namespace), concat(", ", sort(missing))])
	hit := {"msg": message, "urn": namespace.__urn}
}
