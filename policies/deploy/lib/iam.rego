package bedplate_deploy

import rego.v1

# METADATA
# title: The statements of an IAM policy document
# description: Text that is no JSON document has none; is_policy tells the two apart.
statements(text) := [statement |
	is_string(text)
	json.is_valid(text)
	document := json.unmarshal(text)
	is_object(document)
	some statement in listed(object.get(document, "Statement", null))
	is_object(statement)
]

# Whether a document may name what a part in lower case stands in: most documents show at once that
# they do not. JSON may write any character as an escape, behind which nothing is seen.
may_name(text, part) if {
	is_string(text)
	contains(lower(text), part)
} else if {
	is_string(text)
	contains(text, `\u`)
}

is_policy(text) if {
	is_string(text)
	json.is_valid(text)
	document := json.unmarshal(text)
	is_object(document)
	count(listed(object.get(document, "Statement", null))) > 0
}

# Known, and no policy document.
is_broken_policy(text) if {
	is_known(text)
	not is_policy(text)
}

effect_of(statement) := object.get(statement, "Effect", "Allow")

# Actions in lower case, since IAM ignores their case.
actions_of(statement) := [lower(action) | some action in listed(object.get(statement, "Action", null)); is_string(action)]

statement_resources(statement) := listed(object.get(statement, "Resource", null))

# All principals of a statement, whatever their kind.
principals_of(statement) := listed(principal) if {
	principal := object.get(statement, "Principal", null)
	not is_object(principal)
}

principals_of(statement) := [name | some names in principal; some name in listed(names)] if {
	principal := object.get(statement, "Principal", null)
	is_object(principal)
}

names_everybody(statement) if "*" in principals_of(statement)

# An Allow with NotPrincipal lets in everybody else.
lets_in_everybody(statement) if {
	effect_of(statement) == "Allow"
	names_everybody(statement)
}

lets_in_everybody(statement) if {
	effect_of(statement) == "Allow"
	object.get(statement, "NotPrincipal", null) != null
}

# The condition keys of a statement in lower case, since IAM ignores their case.
condition_keys(statement) := [lower(key) | some _, test in object.get(statement, "Condition", {}); is_object(test); some key, _ in test]

# The values of one condition key under one operator.
condition_values(statement, operator, key) := listed(object.get(object.get(statement, "Condition", {}), [operator, key], null))

covers_action(statement, actions) if {
	some action in actions_of(statement)
	action in actions
}
