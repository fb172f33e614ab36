package bedplate_deploy

import rego.v1

# METADATA
# title: Buckets are encrypted with a customer key
# description: >-
#   With a key of its own, access to data can be granted, watched and withdrawn apart from access to
#   the bucket; the keys that AWS manages allow none of it.
# custom:
#   id: ENC-001
#   severity: high
#   scope: stack
#   resource_types: [aws:s3/bucket:Bucket, aws:s3/bucketV2:BucketV2]
#   reads:
#     - aws:s3/bucketServerSideEncryptionConfiguration*#rules.*.applyServerSideEncryptionByDefault.sseAlgorithm
#     - aws:s3/bucketServerSideEncryptionConfiguration*#rules.*.applyServerSideEncryptionByDefault.kmsMasterKeyId
#   controls: [uae-pdpl:20, gdpr:32, iso27001:A.8.24]
#   avoid: A bucket that is left to the default encryption (SSE-S3), or to the key alias/aws/s3.
#   remediation: >-
#     Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and the kmsMasterKeyId
#     of a customer key.
#   settings: []
stack_deny_enc_001 contains hit if {
	some bucket in buckets
	not has_customer_encryption(bucket)
	message := sprintf("%s is not encrypted with a customer key; add a BucketServerSideEncryptionConfiguration with aws:kms and a kmsMasterKeyId.", [label(bucket)])
	hit := {"msg": message, "urn": bucket.__urn}
}

has_customer_encryption(bucket) if {
	some part in parts_of(bucket, "bucketServerSideEncryptionConfiguration")
	some rule in listed(at(part, ["rules"]))
	is_accepted_encryption(rule)
}

is_accepted_encryption(rule) if is_opaque(rule)

is_accepted_encryption(rule) if {
	algorithm := at(rule, ["applyServerSideEncryptionByDefault", "sseAlgorithm"])
	key := at(rule, ["applyServerSideEncryptionByDefault", "kmsMasterKeyId"])
	is_kms_or_opaque(algorithm)
	not lacks_customer_key(key)
}

is_kms_or_opaque(algorithm) if algorithm in ["aws:kms", "aws:kms:dsse"]

is_kms_or_opaque(algorithm) if is_opaque(algorithm)
