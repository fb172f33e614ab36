package bedplate_admission

import rego.v1

# METADATA
# title: Rights
# description: What roles and bindings of a namespace and of the cluster have in common.
wildcards contains field if {
	some rule in listed(at(subject, ["rules"]))
	some field in ["verbs", "resources", "apiGroups"]
	"*" in listed(at(rule, [field]))
}

is_for_everybody if {
	some who in listed(at(subject, ["subjects"]))
	at(who, ["name"]) in ["system:anonymous", "system:authenticated", "system:unauthenticated"]
}
