package bedplate_deploy_test

import rego.v1

enc_001(parts) := hits if hits := data.bedplate_deploy.stack_deny_enc_001 with input as stack(array.concat([bucket], parts))

enc_001_fault := on(bucket_type, `Bucket "x" is not encrypted with a customer key; add a BucketServerSideEncryptionConfiguration with aws:kms and a kmsMasterKeyId.`)

sse := "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"

sse_rules(algorithm, key_id) := {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm, "kmsMasterKeyId": key_id}}]}

test_enc_001_passes_with_a_customer_key if enc_001([part(sse, sse_rules("aws:kms", key))]) == set()

test_enc_001_passes_where_only_the_dependency_joins if enc_001([future_part(sse, sse_rules("aws:kms", key))]) == set()

test_enc_001_fails_without_configuration if enc_001([]) == {enc_001_fault}

test_enc_001_fails_for_the_key_of_aws if enc_001([part(sse, sse_rules("aws:kms", "alias/aws/s3"))]) == {enc_001_fault}

test_enc_001_fails_for_sse_s3 if enc_001([part(sse, sse_rules("AES256", key))]) == {enc_001_fault}

test_enc_001_fails_where_the_key_is_missing if {
	rules := {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}]}
	enc_001([part(sse, rules)]) == {enc_001_fault}
}

test_enc_001_fails_where_another_bucket_is_encrypted if {
	other := named(sprintf("aws:s3/%s", [sse]), "part", object.union({"bucket": "acme-y"}, sse_rules("aws:kms", key)))
	enc_001([other]) == {enc_001_fault}
}

test_enc_001_is_silent_on_opaque_keys if {
	every value in opaque {
		enc_001([part(sse, sse_rules("aws:kms", value))]) == set()
	}
}

test_enc_001_is_silent_on_opaque_rules if {
	every value in opaque {
		enc_001([part(sse, {"rules": value})]) == set()
	}
}
