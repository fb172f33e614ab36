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
#   resource_types:
#     - kubernetes:networking.k8s.io/v1:NetworkPolicy
#   controls: [nist-800-207:T2, uae-pdpl:22]
#   avoid: A NetworkPolicy with a block wider than /8, or with an empty rule.
#   remediation: Name the namespaces or the blocks that are needed.
deny_zt_104 contains message if {
	some direction in ["egress", "ingress"]
	some rule in object.get(subject_spec, direction, [])
	open_rule(rule)
	message := sprintf("%s opens %s to everything; name who is meant.", [label, direction])
}

open_rule(rule) if count(object.get(rule, "to", object.get(rule, "from", []))) == 0

open_rule(rule) if {
	some peer in object.get(rule, "to", object.get(rule, "from", []))
	cidr := object.get(object.get(peer, "ipBlock", {}), "cidr", "")
	parts := split(cidr, "/")
	count(parts) == 2
	to_number(parts[1]) < 8
}
