package bedplate_admission

import rego.v1

# METADATA
# title: Roles name what they allow
# description: >-
#   A wildcard allows what nobody thought of; a binding to everybody gives it to strangers.
# custom:
#   id: ZT-105
#   severity: critical
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:rbac.authorization.k8s.io/v1:Role
#     - kubernetes:rbac.authorization.k8s.io/v1:RoleBinding
#   reads: [rules, roleRef, subjects]
#   controls: [nist-800-207:T3, iso27001:A.5.15, iso27001:A.5.18]
#   avoid: A Role with `*`, or a RoleBinding to cluster-admin or to all who have logged in.
#   remediation: Name verbs and resources, and bind them to the team's group or account.
deny_zt_105 contains message if {
	kind == "Role"
	some field in wildcards
	message := sprintf("%s allows every one of %s; name those that are needed.", [label, field])
}

deny_zt_105 contains message if {
	kind == "RoleBinding"
	at(subject, ["roleRef", "kind"]) in [null, "ClusterRole"]
	at(subject, ["roleRef", "name"]) in ["admin", "cluster-admin", "edit"]
	message := sprintf("%s hands out a role of the whole cluster; bind a role of the namespace.", [label])
}

deny_zt_105 contains message if {
	kind == "RoleBinding"
	is_for_everybody
	message := sprintf("%s is for everybody; name the group or the account.", [label])
}
