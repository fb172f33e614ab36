package bedplate_deploy

import rego.v1

# METADATA
# title: Clusters, and what an audit trail must hold
# description: A stack with a cluster is one that the platform's audit rules bind.
clusters := of_types(["aws:eks/cluster:Cluster"])

cluster_log_types := ["api", "audit", "authenticator", "controllerManager", "scheduler"]

trail_faults(trail) := {fault |
	some fault, holds in {
		"is switched off; leave enableLogging out": is_on_or_opaque(object.get(trail, "enableLogging", true)),
		"does not prove its files; set enableLogFileValidation to true": is_on_or_opaque(object.get(trail, "enableLogFileValidation", false)),
		"does not record calls to AWS; add management events": records_calls(trail),
		"does not record reads of objects; add data events of AWS::S3::Object": records_objects(trail),
	}
	holds == false
}

default is_on_or_opaque(_) := false

is_on_or_opaque(value) if is_on(value)

is_on_or_opaque(value) if is_opaque(value)

# A trail that selects nothing records the calls. Each set of selectors that replaces that must say so.
default records_calls(_) := false

records_calls(trail) if {
	every property in ["advancedEventSelectors", "eventSelectors"] {
		is_blank(object.get(trail, property, null))
	}
}

records_calls(trail) if {
	some selector in listed(object.get(trail, "advancedEventSelectors", null))
	"Management" in selected_values(selector, "eventCategory")
}

records_calls(trail) if {
	some selector in listed(object.get(trail, "eventSelectors", null))
	included := at(selector, ["includeManagementEvents"])
	not included in [false, "false"]
}

records_calls(trail) if has_opaque_selectors(trail)

default records_objects(_) := false

records_objects(trail) if {
	some selector in listed(object.get(trail, "advancedEventSelectors", null))
	"AWS::S3::Object" in selected_values(selector, "resources.type")
	selected_values(selector, "readOnly") != ["false"]
}

records_objects(trail) if {
	some selector in listed(object.get(trail, "eventSelectors", null))
	at(selector, ["readWriteType"]) != "WriteOnly"
	some source in listed(at(selector, ["dataResources"]))
	at(source, ["type"]) == "AWS::S3::Object"
	places := at(source, ["values"])
	not is_blank(places)
}

records_objects(trail) if has_opaque_selectors(trail)

selected_values(selector, name) := [value |
	some field in listed(at(selector, ["fieldSelectors"]))
	at(field, ["field"]) == name
	some value in listed(at(field, ["equals"]))
]

has_opaque_selectors(trail) if {
	some property in ["advancedEventSelectors", "eventSelectors"]
	is_opaque(object.get(trail, property, null))
}
