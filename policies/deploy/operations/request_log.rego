package bedplate_deploy

import rego.v1

# METADATA
# title: Requests to models are logged, kept for six months, and blotted out where personal
# description: >-
#   Who must explain a decision needs what went in and came out. In production, and under the EU AI Act
#   anywhere, it is kept for six months at least; names of people are not needed for that. That each
#   model logs is judged at admission: OPS-105.
# custom:
#   id: OPS-005
#   severity: high
#   scope: stack
#   resource_types: [aws:s3/bucket:Bucket, "kubernetes:helm.sh/v3:Release"]
#   reads: [aws:s3/bucketLifecycleConfiguration*#rules, values]
#   controls: [eu-ai-act:12, eu-ai-act:19, "eu-ai-act:26.6", iso27001:A.8.15]
#   avoid: A platform that serves models without the release request-log, or one that keeps names.
#   remediation: Set serving.request_log with enabled, retention_days and the fields to redact.
#   parameters: [personal_data, min_request_log_days]
#   settings: [serving.request_log.redact, serving.request_log.retention_days, serving.request_log]
stack_deny_ops_005 contains message if message := without_facts("stack_deny_ops_005", ["personal_data", "min_request_log_days"])

stack_deny_ops_005 contains hit if {
	some serving in releases_named("kserve-resources")
	count(releases_named("request-log")) == 0
	message := sprintf("%s serves models whose requests nobody logs; enable serving.request_log.", [label(serving)])
	hit := {"msg": message, "urn": serving.__urn}
}

stack_deny_ops_005 contains hit if {
	fact("stack_deny_ops_005", "personal_data") == true
	some log in releases_named("request-log")
	statements := at(log, ["values", "config", "processors", "transform", "log_statements"])
	is_blank(statements)
	message := sprintf("%s keeps personal data as it comes; name the fields to blot out in serving.request_log.redact.", [label(log)])
	hit := {"msg": message, "urn": log.__urn}
}

# What blots out is of use only to the pipelines that go through it.
stack_deny_ops_005 contains hit if {
	fact("stack_deny_ops_005", "personal_data") == true
	some log in releases_named("request-log")
	pipelines := at(log, ["values", "config", "service", "pipelines"])
	is_plain_object(pipelines)
	some name, pipeline in pipelines
	startswith(name, "logs")
	is_plain_object(pipeline)
	processors := at(pipeline, ["processors"])
	is_known(processors)
	count([processor | some processor in listed(processors); may_blot_out(processor)]) == 0
	message := sprintf("%s keeps personal data as it comes by the pipeline %s; put transform among its processors.", [label(log), name])
	hit := {"msg": message, "urn": log.__urn}
}

stack_deny_ops_005 contains hit if {
	least := fact("stack_deny_ops_005", "min_request_log_days")
	is_number(least)
	some bucket in buckets
	is_named_for(bucket, "requests")
	some days in expiry_days(bucket)
	days < least
	message := sprintf("%s keeps requests for %d days, less than %d; raise serving.request_log.retention_days.", [label(bucket), days, least])
	hit := {"msg": message, "urn": bucket.__urn}
}

may_blot_out(processor) if is_opaque(processor)

may_blot_out(processor) if processor == "transform"
