package bedplate_admission

import rego.v1

# METADATA
# title: Known values
# description: >-
#   In a preview a value may not be known yet, or be secret: a marker stands for it. A rule judges
#   known values only; the evaluator reports the others as unresolved. In a cluster there are none.
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

# The value as a list; anything else, absent or not known, is an empty one.
listed(value) := value if {
	is_array(value)
} else := []

# Nothing usable is there: absent, empty or of blank text. A marker is not blank.
is_blank(value) if value == null

is_blank(value) if {
	is_array(value)
	count(value) == 0
}

is_blank(value) if {
	is_object(value)
	count(value) == 0
}

is_blank(value) if {
	is_string(value)
	trim_space(value) == ""
}
