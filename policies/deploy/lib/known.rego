package bedplate_deploy

import rego.v1

# METADATA
# title: Known values
# description: >-
#   A value that a preview does not know, or that is secret, arrives as a marker: Bedplate's own
#   mapping, the wrapper of Pulumi's policy runtime, or Pulumi's text for an unknown value. A rule
#   judges known values only; the evaluator reports the others as unresolved.
is_known(value) if not is_opaque(value)

is_opaque(value) if {
	is_object(value)
	is_marker(value)
}

is_opaque(value) if {
	is_string(value)
	is_marker_text(value)
}

is_marker(value) if object.get(value, "$unknown", false) == true

is_marker(value) if object.get(value, "$secret", false) == true

is_marker(value) if {
	keys := object.keys(value)
	"Element" in keys
	keys - {"Element", "Known", "Secret", "Dependencies"} == set()
}

is_marker(value) if {
	object.get(value, "4dabf18193072939515e22adb298388d", "") == "1b47061264138c4ac30d75fd1eb44270"
}

is_marker_text(value) if contains(value, "04da6b54-80e4-46f7-96ec-b56ff0331ba9")

is_marker_text(value) if value == "[secret]"

# The value at a path, null where nothing is there, a marker where it or something on the way is one.
at(document, path) := value if {
	is_object(document)
	value := object.get(document, path, null)
	value != null
} else := {"$unknown": true} if {
	opaque_on_way(document, path)
} else := null

opaque_on_way(document, _) if is_opaque(document)

opaque_on_way(document, path) if {
	is_object(document)
	some index, _ in path
	step := object.get(document, array.slice(path, 0, index + 1), null)
	is_opaque(step)
}

# The value as a list: an absent one is empty, a single one stands alone.
listed(value) := value if {
	is_array(value)
} else := [] if {
	value == null
} else := [value]

# Nothing usable is there: absent, empty or of blank text. A marker is not blank.
is_blank(value) if value in [null, "", [], {}]

is_blank(value) if {
	is_string(value)
	trim_space(value) == ""
}

# A switch is on only if it is the boolean true, or the text that a provider takes for it.
is_on(value) if value in [true, "true"]

# A switch that is off or absent; a marker is neither on nor off.
is_off(value) if {
	is_known(value)
	not is_on(value)
}
