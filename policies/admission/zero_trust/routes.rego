package bedplate_admission

import rego.v1

# METADATA
# title: Requests come in by the platform's gateway only
# description: >-
#   Another way in has no login, no certificate of ours and no record.
# custom:
#   id: ZT-103
#   severity: high
#   scope: resource
#   resource_types:
#     - kubernetes:gateway.networking.k8s.io/v1:HTTPRoute
#     - kubernetes:networking.k8s.io/v1:Ingress
#   controls: [nist-800-207:T2]
#   avoid: An Ingress, or an HTTPRoute on another gateway.
#   remediation: Attach the route to the gateway `platform` in the namespace `edge`.
deny_zt_103 contains message if {
	object.get(subject, "kind", "") == "Ingress"
	message := sprintf("%s is not served; use an HTTPRoute on the platform's gateway.", [label])
}

deny_zt_103 contains message if {
	object.get(subject, "kind", "") == "HTTPRoute"
	some parent in object.get(subject_spec, "parentRefs", [])
	object.get(parent, "kind", "Gateway") == "Gateway"
	reference := sprintf("%s/%s", [object.get(parent, "namespace", "?"), object.get(parent, "name", "?")])
	reference != "edge/platform"
	message := sprintf("%s is attached to the gateway %s; use edge/platform.", [label, reference])
}
