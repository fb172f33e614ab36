package bedplate_deploy

import rego.v1

# METADATA
# title: The mesh takes encrypted and authenticated traffic only
# description: >-
#   Mutual TLS tells each side who the other is; a policy that denies all lets in only who is named. A
#   single port of selected pods may take both kinds where callers outside the mesh need it, but not
#   in a team's namespace.
# custom:
#   id: ZT-004
#   severity: high
#   scope: stack
#   resource_types:
#     - kubernetes:core/v1:Namespace
#     - kubernetes:security.istio.io/v1:PeerAuthentication
#     - kubernetes:security.istio.io/v1:AuthorizationPolicy
#   reads:
#     - metadata.labels
#     - spec
#     - kubernetes:security.istio.io/v1:AuthorizationPolicy#spec
#     - kubernetes:security.istio.io/v1:PeerAuthentication#spec
#   controls: [gdpr:25, nist-800-207:T2, nist-800-207:T6]
#   avoid: A PeerAuthentication of the mode PERMISSIVE, a team's namespace outside the mesh, an open door.
#   remediation: Set zero_trust.mtls to strict, and keep the policy that denies all.
#   settings: [zero_trust.mtls, zero_trust.mesh]
stack_deny_zt_004 contains hit if {
	some namespace in namespaces
	is_team_namespace(namespace)
	labels := at(namespace, ["metadata", "labels"])
	is_known(labels)
	not is_in_mesh(namespace)
	message := sprintf("%s stands outside the mesh; label it istio.io/dataplane-mode: ambient.", [label(namespace)])
	hit := {"msg": message, "urn": namespace.__urn}
}

stack_deny_zt_004 contains hit if {
	some namespace in namespaces
	is_in_mesh(namespace)
	some demand, places in {
		"takes traffic that is not encrypted; add a PeerAuthentication of the mode STRICT": strict_places,
		"takes traffic from everybody; add an AuthorizationPolicy that denies all": closed_places,
	}
	not "istio-system" in places
	name := object_name(namespace)
	not name in places
	message := sprintf("%s %s.", [label(namespace), demand])
	hit := {"msg": message, "urn": namespace.__urn}
}

stack_deny_zt_004 contains hit if {
	some peer in peers
	at(peer, ["spec", "mtls", "mode"]) in ["PERMISSIVE", "DISABLE"]
	message := sprintf("%s takes traffic that is not encrypted; set its mode to STRICT.", [label(peer)])
	hit := {"msg": message, "urn": peer.__urn}
}

stack_deny_zt_004 contains hit if {
	some peer in peers
	ports := at(peer, ["spec", "portLevelMtls"])
	is_plain_object(ports)
	some port, setting in ports
	mode := at(setting, ["mode"])
	is_weak_port(peer, mode)
	message := sprintf("%s takes traffic on port %s that is not encrypted; set its mode to STRICT.", [label(peer), port])
	hit := {"msg": message, "urn": peer.__urn}
}

stack_deny_zt_004 contains hit if {
	some policy in mesh_policies
	some rule in listed(at(policy, ["spec", "rules"]))
	lets_anybody(policy, rule)
	message := sprintf("%s lets in callers that nobody named; name them in from of each rule.", [label(policy)])
	hit := {"msg": message, "urn": policy.__urn}
}
