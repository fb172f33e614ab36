package bedplate_deploy

import rego.v1

# METADATA
# title: Buckets refuse plain HTTP and old TLS
# description: >-
#   S3 answers over plain HTTP, and over old TLS, unless the bucket's own policy denies it. Only a
#   denial for everybody, on the bucket and its objects, closes that way.
# custom:
#   id: ENC-002
#   severity: high
#   scope: stack
#   resource_types: [aws:s3/bucket:Bucket, aws:s3/bucketV2:BucketV2]
#   reads: [aws:s3/bucketPolicy:BucketPolicy#policy]
#   controls: [uae-pdpl:20, gdpr:32, nist-800-207:T2]
#   avoid: A bucket without a BucketPolicy, or with one that only allows.
#   remediation: >-
#     Add a BucketPolicy that denies s3:* to everybody, on the bucket and its objects, where
#     aws:SecureTransport is false, and where s3:TlsVersion is below 1.2.
stack_deny_enc_002 contains hit if {
	some bucket in buckets
	not refuses_plain_transport(bucket)
	message := sprintf("%s accepts plain HTTP; add a BucketPolicy that denies s3:* to everybody where aws:SecureTransport is false.", [label(bucket)])
	hit := {"msg": message, "urn": bucket.__urn}
}

stack_deny_enc_002 contains hit if {
	some bucket in buckets
	not refuses_old_tls(bucket)
	message := sprintf("%s accepts TLS below 1.2; add a BucketPolicy that denies s3:* to everybody where s3:TlsVersion is less than \"1.2\".", [label(bucket)])
	hit := {"msg": message, "urn": bucket.__urn}
}

refuses_plain_transport(bucket) if {
	some statement in blanket_denials(bucket)
	some value in condition_values(statement, "Bool", "aws:SecureTransport")
	value in ["false", false]
}

refuses_plain_transport(bucket) if has_opaque_policy(bucket)

refuses_old_tls(bucket) if {
	some statement in blanket_denials(bucket)
	some value in condition_values(statement, "NumericLessThan", "s3:TlsVersion")
	value in ["1.2", "1.3", 1.2, 1.3]
}

refuses_old_tls(bucket) if has_opaque_policy(bucket)
