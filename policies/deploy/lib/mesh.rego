package bedplate_deploy

import rego.v1

# METADATA
# title: Policies of the mesh
# description: Where traffic is encrypted, and who is let in.
mesh_policies := of_types(["kubernetes:security.istio.io/v1:AuthorizationPolicy"])

peers := of_types(["kubernetes:security.istio.io/v1:PeerAuthentication"])

is_weak_port(_, mode) if mode == "DISABLE"

is_weak_port(peer, mode) if {
	mode == "PERMISSIVE"
	is_blank(at(peer, ["spec", "selector"]))
}

is_weak_port(peer, mode) if {
	mode == "PERMISSIVE"
	namespace_of(peer) in team_namespace_names
}

# Namespaces in which a policy of all pods asks for mutual TLS; istio-system stands for all.
strict_places := {namespace |
	some peer in peers
	namespace := namespace_of(peer)
	is_blank(at(peer, ["spec", "selector"]))
	is_strict(at(peer, ["spec", "mtls", "mode"]))
}

is_strict(mode) if mode == "STRICT"

is_strict(mode) if is_opaque(mode)

closed_places := {namespace |
	some policy in mesh_policies
	namespace := namespace_of(policy)
	allows_nobody(object.get(policy, "spec", null))
}

allows_nobody(spec) if is_opaque(spec)

allows_nobody(spec) if spec in [{}, {"action": "ALLOW"}]

# A rule of a policy that allows, and names no caller: anywhere if it is of all requests, and in a
# team's namespace whatever it is of. The platform's edge names hosts, and asks for a login itself.
lets_anybody(policy, rule) if {
	allows(policy)
	rule == {}
}

lets_anybody(policy, rule) if {
	allows(policy)
	is_plain_object(rule)
	is_blank(object.get(rule, "from", null))
	namespace_of(policy) in team_namespace_names
}

allows(policy) if at(policy, ["spec", "action"]) in [null, "ALLOW"]
