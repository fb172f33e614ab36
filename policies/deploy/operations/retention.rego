package bedplate_deploy

import rego.v1

# METADATA
# title: Data goes when its time is over, and not before
# description: >-
#   Personal data is kept no longer than its purpose needs, and health records not shorter than the law
#   asks; where both bind, the longer one decides. What is deleted goes in the end, its versions too.
# custom:
#   id: OPS-004
#   severity: medium
#   scope: stack
#   resource_types: [aws:s3/bucket:Bucket, aws:s3/bucketV2:BucketV2]
#   reads: [aws:s3/bucketLifecycleConfiguration*#rules]
#   controls: [uae-pdpl:5, gdpr:5, "uae-health:retention", iso27001:A.8.10]
#   avoid: A bucket of datasets without a lifecycle, or one that keeps personal data for ever.
#   remediation: Set governance.personal_data.retention_days, which drives the lifecycle of the stores.
#   parameters: [personal_data, personal_retention_days, min_record_days]
#   settings: [governance.personal_data.retention_days, serving.request_log.retention_days, stores]
stack_deny_ops_004 contains message if message := without_facts("stack_deny_ops_004", ["personal_data", "personal_retention_days", "min_record_days"])

stack_deny_ops_004 contains hit if {
	some bucket in buckets
	count([rule | some rule in lifecycle_rules(bucket); reaches_all(rule); removes_versions(rule)]) == 0
	message := sprintf("%s keeps deleted objects for ever; add a lifecycle rule that removes older versions.", [label(bucket)])
	hit := {"msg": message, "urn": bucket.__urn}
}

stack_deny_ops_004 contains hit if {
	fact("stack_deny_ops_004", "personal_data") == true
	some bucket in personal_buckets
	most := max([fact("stack_deny_ops_004", "personal_retention_days"), fact("stack_deny_ops_004", "min_record_days")])
	not has_opaque_expiry(bucket)
	count([rule | some rule in lifecycle_rules(bucket); reaches_all(rule); expires_by(rule, most)]) == 0
	message := sprintf("%s keeps personal data longer than the %d days of its retention; let its objects expire by then.", [label(bucket), most])
	hit := {"msg": message, "urn": bucket.__urn}
}

stack_deny_ops_004 contains hit if {
	least := fact("stack_deny_ops_004", "min_record_days")
	is_number(least)
	some bucket in buckets
	is_named_for(bucket, "datasets")
	some days in expiry_days(bucket)
	days < least
	message := sprintf("%s lets health records go after %d days, before the %d that uae-health asks; keep them.", [label(bucket), days, least])
	hit := {"msg": message, "urn": bucket.__urn}
}

personal_buckets := [bucket |
	some bucket in buckets
	count([word | some word in ["datasets", "requests"]; is_named_for(bucket, word)]) > 0
]

expires_by(rule, most) if {
	days := at(rule, ["expiration", "days"])
	is_number(days)
	days <= most
}

removes_versions(rule) if is_opaque(rule)

removes_versions(rule) if {
	expiration := at(rule, ["noncurrentVersionExpiration"])
	not is_blank(expiration)
}
