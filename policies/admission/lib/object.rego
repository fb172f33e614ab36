package bedplate_admission

import rego.v1

# METADATA
# title: The object under review
# description: >-
#   As Gatekeeper and Pulumi's kubernetes-admission format both give it. Gatekeeper's constraint, and
#   Bedplate's own check, choose what a rule is asked about. Pulumi asks every rule about every
#   object: there the parameters `namespaces` and `exempt` choose, and the rest is an empty object.
default subject := {}

subject := reviewed if {
	in_namespaces
	not exempted
}

reviewed := object.get(object.get(input, "review", {}), "object", {})

# A parameter of the constraint; `fallback` where it has none.
parameter(key, fallback) := object.get(object.get(input, "parameters", {}), key, fallback)

in_namespaces if parameter("namespaces", null) == null

in_namespaces if {
	namespace := object.get(reviewed, ["metadata", "namespace"], null)
	namespace in array.concat([null], parameter("namespaces", []))
}

exempted if {
	manager := object.get(reviewed, ["metadata", "labels", "app.kubernetes.io/managed-by"], "")
	manager in parameter("exempt", [])
}

kind := object.get(subject, "kind", "?")

subject_spec := spec if {
	spec := at(subject, ["spec"])
	is_object(spec)
	is_known(spec)
} else := {}

# Not the name where a controller gives it when the object is made.
object_name := shown if {
	shown := object.get(subject, ["metadata", "name"], object.get(subject, ["metadata", "generateName"], "?"))
	is_string(shown)
} else := "?"

label := sprintf("%s \"%s\"", [kind, object_name])

# An object's annotation of ours; null where it has none.
annotation(key) := at(subject, ["metadata", "annotations", sprintf("bedplate/%s", [key])])
