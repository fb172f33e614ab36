package bedplate_deploy

import rego.v1

# METADATA
# title: The statements of a bucket's policy that deny everybody everything
# description: >-
#   Such a statement reaches the bucket and its objects and hangs on one condition only: a second
#   one would narrow the denial.
blanket_denials(bucket) := denials_by_bucket[bucket.__urn]

# Built once for a stack: several rules ask for them, and reading a policy is dear.
denials_by_bucket[urn] := [statement |
	some statement in statements_by_bucket[urn]
	effect_of(statement) == "Deny"
	names_everybody(statement)
	covers_action(statement, ["s3:*", "*"])
	count(condition_keys(statement)) == 1
	reaches_bucket_and_objects(statement)
] if {
	some bucket in buckets
	urn := bucket.__urn
}

# All statements of a bucket's policy.
policy_of(bucket) := statements_by_bucket[bucket.__urn]

statements_by_bucket[urn] := [statement |
	some part in parts_of(bucket, "bucketPolicy:")
	some statement in statements(object.get(part, "policy", null))
] if {
	some bucket in buckets
	urn := bucket.__urn
}

has_opaque_policy(bucket) if {
	some part in parts_of(bucket, "bucketPolicy:")
	is_opaque(object.get(part, "policy", null))
}

reaches_bucket_and_objects(statement) if "*" in statement_resources(statement)

reaches_bucket_and_objects(statement) if {
	some whole in statement_resources(statement)
	not endswith(whole, "/*")
	some objects in statement_resources(statement)
	objects == concat("", [whole, "/*"])
}
