package bedplate_admission

import rego.v1

# METADATA
# title: What a release of a model must show
# description: >-
#   The parameter `evidence` lists the annotations that the environment's tier demands; where the
#   parameter itself is missing, all are demanded. What is there must have its form in any tier.
serves_model if kind == "InferenceService"

is_demanded(_) if parameter("evidence", null) == null

is_demanded(key) if key in parameter("evidence", [])

# Of the keys, those that are demanded and not there.
missing_evidence(keys) := [key |
	some key in keys
	is_demanded(key)
	value := annotation(key)
	is_blank(value)
]

is_digest(value) if {
	is_string(value)
	regex.match(`^sha256:[0-9a-f]{64}$`, value)
}

# Of the keys, those that are there and no SHA-256 digest.
malformed_digests(keys) := [key |
	some key in keys
	value := annotation(key)
	is_given(value)
	not is_digest(value)
]

is_given(value) if {
	is_known(value)
	not is_blank(value)
}

text_of(key) := value if {
	value := annotation(key)
	is_string(value)
	is_known(value)
} else := ""

# Without the differences of case and space by which one person could count twice.
people(key) := {person |
	some part in split(text_of(key), ",")
	person := replace(lower(trim_space(part)), " ", "")
	person != ""
}

shown_keys(keys) := concat(", ", [sprintf("bedplate/%s", [key]) | some key in keys])

# Of the keys, those that are not there, whatever is demanded.
blank_keys(keys) := [key |
	some key in keys
	value := annotation(key)
	is_blank(value)
]
