package bedplate_deploy_test

import rego.v1

enc_002(parts) := hits if hits := data.bedplate_deploy.stack_deny_enc_002 with input as stack(array.concat([bucket], parts))

enc_002_plain := on(bucket_type, `Bucket "x" accepts plain HTTP; add a BucketPolicy that denies s3:* to everybody where aws:SecureTransport is false.`)

enc_002_old := on(bucket_type, `Bucket "x" accepts TLS below 1.2; add a BucketPolicy that denies s3:* to everybody where s3:TlsVersion is less than "1.2".`)

bucket_policy := "bucketPolicy:BucketPolicy"

denial(condition) := {
	"Effect": "Deny",
	"Principal": "*",
	"Action": ["s3:*"],
	"Resource": ["arn:aws:s3:::acme-x", "arn:aws:s3:::acme-x/*"],
	"Condition": condition,
}

plain_denial := denial({"Bool": {"aws:SecureTransport": "false"}})

old_denial := denial({"NumericLessThan": {"s3:TlsVersion": "1.2"}})

test_enc_002_passes_with_both_denials if {
	enc_002([part(bucket_policy, {"policy": policy_text([plain_denial, old_denial])})]) == set()
	as_number := denial({"NumericLessThan": {"s3:TlsVersion": 1.2}})
	enc_002([part(bucket_policy, {"policy": policy_text([plain_denial, as_number])})]) == set()
}

test_enc_002_fails_without_policy if enc_002([]) == {enc_002_plain, enc_002_old}

test_enc_002_fails_without_the_denial_of_old_tls if {
	enc_002([part(bucket_policy, {"policy": policy_text([plain_denial])})]) == {enc_002_old}
}

test_enc_002_fails_without_the_denial_of_plain_http if {
	enc_002([part(bucket_policy, {"policy": policy_text([old_denial])})]) == {enc_002_plain}
}

test_enc_002_fails_where_the_statement_allows if {
	statements := [object.union(plain_denial, {"Effect": "Allow"}), old_denial]
	enc_002([part(bucket_policy, {"policy": policy_text(statements)})]) == {enc_002_plain}
}

test_enc_002_fails_where_the_objects_are_left_out if {
	statements := [object.union(plain_denial, {"Resource": "arn:aws:s3:::acme-x"}), old_denial]
	enc_002([part(bucket_policy, {"policy": policy_text(statements)})]) == {enc_002_plain}
}

test_enc_002_fails_where_a_second_condition_narrows_the_denial if {
	narrow := denial({"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:username": "x"}})
	enc_002([part(bucket_policy, {"policy": policy_text([narrow, old_denial])})]) == {enc_002_plain}
}

test_enc_002_fails_for_text_that_is_no_policy if {
	enc_002([part(bucket_policy, {"policy": "{"})]) == {enc_002_plain, enc_002_old}
}

test_enc_002_is_silent_on_opaque_policies if {
	every value in opaque {
		enc_002([future_part(bucket_policy, {"policy": value})]) == set()
	}
}
