package bedplate_deploy

import rego.v1

# METADATA
# title: How long the objects of a bucket are kept
# description: What the enabled rules of its lifecycle say; a marker among them may be any number.
lifecycle_rules(bucket) := [rule |
	some part in parts_of(bucket, "bucketLifecycleConfiguration")
	some rule in listed(object.get(part, "rules", null))
	is_enabled_rule(rule)
]

is_enabled_rule(rule) if is_opaque(rule)

is_enabled_rule(rule) if {
	status := at(rule, ["status"])
	is_enabled(status)
}

# A rule for some of the objects only leaves the others as they are.
reaches_all(rule) if is_opaque(rule)

reaches_all(rule) if {
	prefix := at(rule, ["prefix"])
	may_be_blank(prefix)
	filter := at(rule, ["filter"])
	narrowing := [value | is_object(filter); is_known(filter); some value in filter; not may_be_blank(value)]
	count(narrowing) == 0
}

may_be_blank(value) if is_blank(value)

may_be_blank(value) if is_opaque(value)

# Days after which objects go, each number known.
expiry_days(bucket) := {days |
	some rule in lifecycle_rules(bucket)
	days := at(rule, ["expiration", "days"])
	is_number(days)
}

has_opaque_expiry(bucket) if {
	some rule in lifecycle_rules(bucket)
	is_opaque(at(rule, ["expiration", "days"]))
}

# A bucket is meant by a word of its name.
is_named_for(bucket, word) if {
	some property in ["__name", "bucket"]
	name := object.get(bucket, property, "")
	is_string(name)
	parts := split(replace(replace(name, "_", "-"), ".", "-"), "-")
	word in parts
}
