package bedplate_deploy_test

import rego.v1

ops_005_with(personal, resources) := hits if {
	hits := data.bedplate_deploy.stack_deny_ops_005 with input as stack(resources)
		with data.config as {"stack_deny_ops_005": {"personal_data": personal, "min_request_log_days": 184}}
}

ops_005(resources) := ops_005_with(true, resources)

chart(name, values) := named(helm_release, "x", {"name": name, "values": values})

serving_chart := named(helm_release, "serving", {"name": "kserve-resources"})

blotting := {"config": {"processors": {"transform": {"log_statements": ["replace_pattern(…)"]}}}}

ops_005_days := on(bucket_type, `Bucket "x" keeps requests for 183 days, less than 184; raise serving.request_log.retention_days.`)

ops_005_personal := on(helm_release, `Release "x" keeps personal data as it comes; name the fields to blot out in serving.request_log.redact.`)

test_ops_005_passes if {
	ops_005([store("requests"), lifecycle_of("requests", [kept(184)])]) == set()
	ops_005([serving_chart, chart("request-log", blotting)]) == set()
	ops_005_with(false, [serving_chart, chart("request-log", {})]) == set()
}

test_ops_005_fails_for_a_short_log if ops_005([store("requests"), lifecycle_of("requests", [kept(183)])]) == {ops_005_days}

test_ops_005_fails_where_nothing_is_blotted_out if {
	ops_005([chart("request-log", {"config": {"processors": {}}})]) == {ops_005_personal}
	ops_005([chart("request-log", {})]) == {ops_005_personal}
}

test_ops_005_fails_where_the_log_is_missing if {
	ops_005([serving_chart]) == {{"msg": `Release "serving" serves models whose requests nobody logs; enable serving.request_log.`, "urn": urn(helm_release, "serving")}}
}

test_ops_005_is_silent_on_opaque_values if {
	every value in opaque {
		ops_005([store("requests"), lifecycle_of("requests", [kept(value)])]) == set()
		ops_005([chart("request-log", value)]) == set()
		ops_005([chart("request-log", {"config": {"processors": {"transform": value}}})]) == set()
	}
}

test_ops_005_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_ops_005 with input as stack([])
	hits == {"Rule stack_deny_ops_005 lacks facts of the environment (personal_data, min_request_log_days); run it through bedplate, or pass them as policy configuration."}
}

piped(pipelines) := object.union(blotting, {"config": {"service": {"pipelines": pipelines}}})

test_ops_005_fails_for_a_pipeline_past_the_blotting if {
	passing := {"processors": ["filter", "transform", "batch"]}
	ops_005([chart("request-log", piped({"logs": null, "logs/fraud": passing, "metrics": {"processors": []}}))]) == set()
	every processors in [["filter", "batch"], [], null] {
		ops_005([chart("request-log", piped({"logs/fraud": passing, "logs/claims": {"processors": processors}}))]) == {on(helm_release, `Release "x" keeps personal data as it comes by the pipeline logs/claims; put transform among its processors.`)}
	}
	ops_005_with(false, [chart("request-log", piped({"logs/fraud": {}}))]) == set()
}

test_ops_005_is_silent_on_opaque_pipelines if {
	every value in opaque {
		ops_005([chart("request-log", piped(value))]) == set()
		ops_005([chart("request-log", piped({"logs/fraud": value}))]) == set()
		ops_005([chart("request-log", piped({"logs/fraud": {"processors": value}}))]) == set()
		ops_005([chart("request-log", piped({"logs/fraud": {"processors": [value]}}))]) == set()
	}
}
