package bedplate_deploy

import rego.v1

# METADATA
# title: Evidence buckets and how they are locked
# description: A bucket holds evidence if a word of its name says so.
evidence_buckets := [bucket |
	some bucket in buckets
	names := [name | some name in [object.get(bucket, "__name", ""), object.get(bucket, "bucket", "")]; is_string(name)]
	count([name | some name in names; regex.match(`(^|[-_.])evidence([-_.]|$)`, name)]) > 0
]

is_locked(bucket) if {
	is_on_or_opaque(object.get(bucket, "objectLockEnabled", false))
	some part in parts_of(bucket, "bucketObjectLockConfiguration")
	retention := at(part, ["rule", "defaultRetention"])
	is_retention(retention)
}

is_retention(retention) if is_opaque(retention)

is_retention(retention) if {
	some unit in ["days", "years"]
	length := at(retention, [unit])
	is_number(length)
	length >= 1
}

is_versioned(bucket) if {
	some part in parts_of(bucket, "bucketVersioning")
	status := at(part, ["versioningConfiguration", "status"])
	is_enabled(status)
}

is_enabled(status) if status == "Enabled"

is_enabled(status) if is_opaque(status)

bucket_keys(bucket) := {key |
	some part in parts_of(bucket, "bucketServerSideEncryptionConfiguration")
	some rule in listed(at(part, ["rules"]))
	key := at(rule, ["applyServerSideEncryptionByDefault", "kmsMasterKeyId"])
	is_customer_key(key)
}

# The keys of this stack that a bucket reads: before they exist nothing else says which.
bucket_key_urns(bucket) := {urn |
	some part in parts_of(bucket, "bucketServerSideEncryptionConfiguration")
	some urn in object.get(part, ["propertyDependencies", "rules"], [])
	by_urn[urn].__type == "aws:kms/key:Key"
}

# Nobody can shorten the retention: by its mode, or because the bypass is denied to everybody.
is_beyond_bypass(bucket) if {
	some part in parts_of(bucket, "bucketObjectLockConfiguration")
	mode := at(part, ["rule", "defaultRetention", "mode"])
	is_compliance(mode)
}

is_beyond_bypass(bucket) if {
	some statement in policy_of(bucket)
	effect_of(statement) == "Deny"
	names_everybody(statement)
	covers_action(statement, ["s3:bypassgovernanceretention", "s3:*", "*"])
	count(condition_keys(statement)) == 0
	reaches_objects(statement, bucket)
}

# Nor can anybody tell, before the bucket exists, what its policy will say.
is_beyond_bypass(bucket) if has_opaque_policy(bucket)

# All of them: a part of the bucket, or another one, is not enough.
reaches_objects(statement, _) if "*" in statement_resources(statement)

reaches_objects(statement, bucket) if {
	name := object.get(bucket, "bucket", null)
	some arn in statement_resources(statement)
	endswith(arn, sprintf(":::%s/*", [name]))
}

is_compliance(mode) if mode == "COMPLIANCE"

is_compliance(mode) if is_opaque(mode)
