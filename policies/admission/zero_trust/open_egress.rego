package bedplate_admission

import rego.v1

# METADATA
# title: No team opens its namespace to the world
# description: >-
#   A policy that lets everything out undoes the platform's own for every pod that it selects.
# custom:
#   id: ZT-104
#   severity: critical
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:networking.k8s.io/v1:NetworkPolicy
#   reads: [spec]
#   controls: [nist-800-207:T2, uae-pdpl:22]
#   avoid: A NetworkPolicy with a block wider than /8, or with an empty rule.
#   remediation: Name the namespaces or the blocks that are needed.
deny_zt_104 contains message if {
	kind == "NetworkPolicy"
	some direction in ["egress", "ingress"]
	some rule in listed(at(subject_spec, [direction]))
	open_rule(rule)
	message := sprintf("%s opens %s to everything; name who is meant.", [label, direction])
}

open_rule(rule) if {
	is_known(rule)
	peers := peers_of(rule)
	is_known(peers)
	count(listed(peers)) == 0
}

open_rule(rule) if {
	some peer in listed(peers_of(rule))
	is_wide(at(peer, ["ipBlock", "cidr"]))
}

peers_of(rule) := object.get(rule, "to", object.get(rule, "from", []))

is_wide(cidr) if {
	is_string(cidr)
	regex.match(`/[0-7]$`, cidr)
}
