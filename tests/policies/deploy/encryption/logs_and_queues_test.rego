package bedplate_deploy_test

import rego.v1

enc_009(type, inputs) := hits if hits := data.bedplate_deploy.deny_enc_009 with input as one(type, inputs)

log_group := "aws:cloudwatch/logGroup:LogGroup"

test_enc_009_passes if {
	enc_009(log_group, {"kmsKeyId": key}) == set()
	enc_009("aws:sqs/queue:Queue", {"kmsMasterKeyId": "alias/acme-platform"}) == set()
}

test_enc_009_fails_for_the_key_of_aws if {
	enc_009("aws:sns/topic:Topic", {"kmsMasterKeyId": "alias/aws/sns"}) == {`Topic "x" is not encrypted with a customer key; set kmsMasterKeyId.`}
}

test_enc_009_fails_where_it_is_missing if {
	every type, name in {log_group: "LogGroup", "aws:cloudtrail/trail:Trail": "Trail", "aws:secretsmanager/secret:Secret": "Secret", "aws:kinesis/stream:Stream": "Stream"} {
		enc_009(type, {}) == {sprintf("%s \"x\" is not encrypted with a customer key; set kmsKeyId.", [name])}
	}
}

test_enc_009_is_silent_on_opaque_values if {
	every value in opaque {
		enc_009(log_group, {"kmsKeyId": value}) == set()
	}
}
