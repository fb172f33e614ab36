package bedplate_deploy

import rego.v1

# METADATA
# title: Evidence can be neither changed nor deleted
# description: >-
#   Evidence that its own deployer could delete proves nothing. A bucket whose name says evidence is
#   locked, versioned, and under a key that nothing else uses.
# custom:
#   id: OPS-007
#   severity: high
#   scope: stack
#   resource_types: [aws:s3/bucket:Bucket, aws:s3/bucketV2:BucketV2, aws:eks/cluster:Cluster]
#   reads:
#     - aws:s3/bucketObjectLockConfiguration*#rule
#     - aws:s3/bucketVersioning*#versioningConfiguration
#     - aws:s3/bucketPolicy:BucketPolicy#policy
#   controls: [iso27001:A.5.28, iso27001:A.5.33]
#   avoid: An evidence bucket without Object Lock, or under the key of another bucket.
#   remediation: >-
#     Switch on Object Lock with a retention (COMPLIANCE in production, or a denied bypass) and
#     versioning, and give the bucket a key of its own.
#   parameters: [tier]
#   settings: [stores.evidence_lock, stores.evidence_retention_days, stores]
stack_deny_ops_007 contains message if message := without_facts("stack_deny_ops_007", ["tier"])

stack_deny_ops_007 contains hit if {
	some cluster in clusters
	count(evidence_buckets) == 0
	message := sprintf("%s stands in a stack without an evidence bucket; add one whose name says evidence.", [label(cluster)])
	hit := {"msg": message, "urn": cluster.__urn}
}

stack_deny_ops_007 contains hit if {
	some bucket in evidence_buckets
	not is_locked(bucket)
	message := sprintf("%s has no Object Lock with a retention; set objectLockEnabled and add a BucketObjectLockConfiguration.", [label(bucket)])
	hit := {"msg": message, "urn": bucket.__urn}
}

stack_deny_ops_007 contains hit if {
	some bucket in evidence_buckets
	not is_versioned(bucket)
	message := sprintf("%s is not versioned; add a BucketVersioning with the status Enabled.", [label(bucket)])
	hit := {"msg": message, "urn": bucket.__urn}
}

stack_deny_ops_007 contains hit if {
	some bucket in evidence_buckets
	some other in buckets
	not other in evidence_buckets
	count(shared_keys(bucket, other)) > 0
	message := sprintf("%s shares its key with %s; give it a key of its own.", [label(bucket), label(other)])
	hit := {"msg": message, "urn": bucket.__urn}
}

stack_deny_ops_007 contains hit if {
	fact("stack_deny_ops_007", "tier") == "production"
	some bucket in evidence_buckets
	is_locked(bucket)
	not is_beyond_bypass(bucket)
	message := sprintf("%s can be emptied by a privileged role; lock it in the mode COMPLIANCE, or deny s3:BypassGovernanceRetention to everybody.", [label(bucket)])
	hit := {"msg": message, "urn": bucket.__urn}
}

shared_keys(one, other) := (bucket_keys(one) & bucket_keys(other)) | (bucket_key_urns(one) & bucket_key_urns(other))
