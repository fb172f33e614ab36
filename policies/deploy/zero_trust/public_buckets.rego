package bedplate_deploy

import rego.v1

# METADATA
# title: Buckets are closed to the public
# description: >-
#   One statement for everybody opens a bucket to the internet. So a bucket policy lets in everybody
#   only where a condition says from where or for whom, and a public access block stands behind it
#   should somebody change the policy by hand.
# custom:
#   id: ZT-011
#   severity: critical
#   scope: stack
#   resource_types:
#     - aws:s3/bucket:Bucket
#     - aws:s3/bucketV2:BucketV2
#     - aws:s3/bucketPolicy:BucketPolicy
#     - aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock
#     - aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock
#   reads: [policy, blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets]
#   controls: [uae-pdpl:20, gdpr:32, iso27001:A.8.3, nist-800-207:T3]
#   avoid: An Allow statement for the principal "*" without a condition, or a bucket without a block.
#   remediation: >-
#     Name who may use the bucket, and give each bucket a BucketPublicAccessBlock with all four
#     switches on.
#   settings: [stores, audit.log_archive, audit.account_defaults]
stack_deny_zt_011 contains hit if {
	some policy in of_types(["aws:s3/bucketPolicy:BucketPolicy"])
	some statement in statements(object.get(policy, "policy", null))
	lets_in_everybody(statement)
	not is_narrowed(statement)
	message := sprintf("%s lets in everybody; name the principals, or add a condition on who or where they are.", [label(policy)])
	hit := {"msg": message, "urn": policy.__urn}
}

stack_deny_zt_011 contains hit if {
	some block in of_types(public_access_block_types)
	off := [name | some name in public_access_switches; is_off(object.get(block, name, null))]
	count(off) > 0
	message := sprintf("%s leaves %s off; set each to true.", [label(block), concat(", ", off)])
	hit := {"msg": message, "urn": block.__urn}
}

stack_deny_zt_011 contains hit if {
	some bucket in buckets
	count(parts_of(bucket, "bucketPublicAccessBlock:")) == 0
	message := sprintf("%s has no public access block; add a BucketPublicAccessBlock with all four switches on.", [label(bucket)])
	hit := {"msg": message, "urn": bucket.__urn}
}

public_access_block_types := [
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
	"aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
]

public_access_switches := ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]

# A condition that only those known fulfil: it compares, does not exclude, and its values name somebody.
is_narrowed(statement) if {
	some operator in narrowing_operators
	some key, values in object.get(statement, ["Condition", operator], {})
	lower(key) in narrowing_keys
	count(listed(values)) > 0
	count([value | some value in listed(values); is_anywhere(value)]) == 0
}

is_anywhere(value) if not is_string(value)

is_anywhere(value) if value == ""

is_anywhere(value) if {
	is_block(value)
	is_wide_open(value)
}

# AWS itself takes a value with a wildcard for public, save where account or role is named.
is_anywhere(value) if {
	regex.match(`[*?]`, value)
	not regex.match(`^arn:[a-z-]+:[^:]*:[^:]*:[0-9]{12}:`, value)
	not regex.match(`^A[A-Z0-9]{15,}:[*]$`, value)
}

narrowing_operators := ["StringEquals", "StringLike", "ArnEquals", "ArnLike", "IpAddress"]

narrowing_keys := [
	"aws:principalaccount",
	"aws:principalarn",
	"aws:principalorgid",
	"aws:sourceaccount",
	"aws:sourcearn",
	"aws:sourceip",
	"aws:sourceorgid",
	"aws:sourcevpc",
	"aws:sourcevpce",
	"aws:userid",
	"s3:dataaccesspointaccount",
]
