package bedplate_admission

import rego.v1

# METADATA
# title: Roles of the cluster name what they allow, and nobody is its administrator by a binding
# description: >-
#   Administrators come by access entries, which the cloud records. Roles of Kubernetes and EKS
#   themselves (`system:`, `eks:`, and those of the bootstrap) and what charts bring are left out.
# custom:
#   id: ZT-106
#   severity: high
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:rbac.authorization.k8s.io/v1:ClusterRole
#     - kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding
#   reads: [rules, roleRef, subjects]
#   controls: [iso27001:A.5.18, nist-800-207:T3]
#   avoid: A ClusterRole with `*`, or a ClusterRoleBinding to cluster-admin or to all who have logged in.
#   remediation: Name verbs and resources, and bind a role of the namespace.
deny_zt_106 contains message if {
	is_ours
	kind == "ClusterRole"
	some field in wildcards
	message := sprintf("%s allows every one of %s; name those that are needed.", [label, field])
}

deny_zt_106 contains message if {
	is_ours
	kind == "ClusterRoleBinding"
	at(subject, ["roleRef", "name"]) in ["admin", "cluster-admin", "edit"]
	message := sprintf("%s makes administrators of the whole cluster; bind a narrower role.", [label])
}

deny_zt_106 contains message if {
	is_ours
	kind == "ClusterRoleBinding"
	is_for_everybody
	message := sprintf("%s is for everybody; name the group or the account.", [label])
}

is_ours if {
	own := [prefix | some prefix in ["eks:", "system:"]; startswith(object_name, prefix)]
	count(own) == 0
}
