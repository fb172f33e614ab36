package bedplate_admission

import rego.v1

# METADATA
# title: Every container has a memory limit
# description: >-
#   One process that grows takes the node's memory, and its neighbours with it.
# custom:
#   id: OPS-101
#   severity: medium
#   scope: resource
#   resource_types:
#     - kubernetes:core/v1:Pod
#   controls: [iso27001:A.8.6]
#   avoid: A container without resources.limits.memory.
#   remediation: Set resources.limits.memory.
deny_ops_101 contains message if {
	some container in object.get(subject_spec, "containers", [])
	limits := object.get(object.get(container, "resources", {}), "limits", {})
	object.get(limits, "memory", null) == null
	message := sprintf("%s has no memory limit for the container %q.", [label, object.get(container, "name", "?")])
}
