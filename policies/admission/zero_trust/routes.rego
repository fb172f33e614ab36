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
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:gateway.networking.k8s.io/v1:HTTPRoute
#     - kubernetes:networking.k8s.io/v1:Ingress
#   reads: [spec]
#   controls: [nist-800-207:T2]
#   avoid: An Ingress, or an HTTPRoute on another gateway.
#   remediation: Attach the route to the gateway `platform` in the namespace `edge`.
deny_zt_103 contains message if {
	kind == "Ingress"
	message := sprintf("%s is not served; use an HTTPRoute on the platform's gateway.", [label])
}

deny_zt_103 contains message if {
	kind == "HTTPRoute"
	some parent in listed(at(subject_spec, ["parentRefs"]))
	is_object(parent)
	is_known(parent)
	object.get(parent, "kind", "Gateway") == "Gateway"
	namespace := object.get(parent, "namespace", "?")
	gateway := object.get(parent, "name", "?")
	is_known(namespace)
	is_known(gateway)
	reference := sprintf("%s/%s", [namespace, gateway])
	reference != "edge/platform"
	message := sprintf("%s is attached to the gateway %s; use edge/platform.", [label, reference])
}
