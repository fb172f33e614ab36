package bedplate_deploy

import rego.v1

# METADATA
# title: Every namespace holds its pods to a Pod Security Standard, a team's to the restricted one
# description: >-
#   The API server refuses pods by this label alone, whatever else is installed or broken. Without it a
#   pod may ask for the node's own rights.
# custom:
#   id: ZT-012
#   severity: high
#   scope: resource
#   resource_types: ["kubernetes:core/v1:Namespace"]
#   reads: [metadata.labels]
#   controls: [iso27001:A.8.9, nist-800-207:T5]
#   avoid: A Namespace without pod-security.kubernetes.io/enforce, or a team's with baseline or privileged.
#   remediation: Label it pod-security.kubernetes.io/enforce, a team's with restricted.
deny_zt_012 contains message if {
	input.__type == namespace_type
	enforced := label_of(input, "pod-security.kubernetes.io/enforce")
	is_known(enforced)
	not enforced in ["privileged", "baseline", "restricted"]
	message := sprintf("%s holds its pods to no Pod Security Standard; label it pod-security.kubernetes.io/enforce: restricted.", [label(input)])
}

deny_zt_012 contains message if {
	input.__type == namespace_type
	is_team_namespace(input)
	enforced := label_of(input, "pod-security.kubernetes.io/enforce")
	enforced in ["privileged", "baseline"]
	message := sprintf("%s holds a team's pods to %s only; label it pod-security.kubernetes.io/enforce: restricted.", [label(input), enforced])
}
