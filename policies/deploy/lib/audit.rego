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
		"does not record reads of objects; add data events of AWS::S3::Object": records_objects(trail),
	}
	holds == false
}

default is_on_or_opaque(_) := false

is_on_or_opaque(value) if is_on(value)

is_on_or_opaque(value) if is_opaque(value)

default records_objects(_) := false

records_objects(trail) if {
	some selector in listed(object.get(trail, "advancedEventSelectors", null))
	some field in listed(at(selector, ["fieldSelectors"]))
	at(field, ["field"]) == "resources.type"
	"AWS::S3::Object" in listed(at(field, ["equals"]))
}

records_objects(trail) if {
	some selector in listed(object.get(trail, "eventSelectors", null))
	some source in listed(at(selector, ["dataResources"]))
	at(source, ["type"]) == "AWS::S3::Object"
}

records_objects(trail) if {
	some property in ["advancedEventSelectors", "eventSelectors"]
	is_opaque(object.get(trail, property, null))
}
