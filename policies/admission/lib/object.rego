package bedplate_admission

import rego.v1

# The object under review, as Gatekeeper and Pulumi's kubernetes-admission format both give it.
subject := object.get(object.get(input, "review", {}), "object", {})

subject_spec := object.get(subject, "spec", {})

metadata := object.get(subject, "metadata", {})

name := object.get(metadata, "name", object.get(metadata, "generateName", "?"))

label := sprintf("%s %q", [object.get(subject, "kind", "?"), name])

# A parameter of the constraint; `fallback` where it has none.
parameter(key, fallback) := object.get(object.get(input, "parameters", {}), key, fallback)

# Every container of a pod: those that run, and those that run first.
containers contains container if {
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in object.get(subject_spec, field, [])
}
