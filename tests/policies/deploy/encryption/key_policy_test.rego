package bedplate_deploy_test

import rego.v1

enc_004(type, inputs, class) := hits if {
	hits := data.bedplate_deploy.deny_enc_004 with input as one(type, inputs)
		with data.config as {"deny_enc_004": {"data_classification": class}}
}

kms_key := "aws:kms/key:Key"

key_statement(principal) := {"Effect": "Allow", "Principal": principal, "Action": "kms:Decrypt", "Resource": "*"}

root := {"AWS": "arn:aws:iam::111122223333:root"}

enc_004_open := `Key "x" has a key policy that lets in everybody; name the roles or the account that may use it.`

test_enc_004_passes_for_named_principals if {
	enc_004(kms_key, {"policy": policy_text([key_statement(root)])}, "restricted") == set()
}

test_enc_004_passes_without_policy if enc_004(kms_key, {}, "restricted") == set()

test_enc_004_fails_for_everybody if {
	every principal in ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::111122223333:root", "*"]}] {
		enc_004(kms_key, {"policy": policy_text([key_statement(principal)])}, "internal") == {enc_004_open}
	}
}

test_enc_004_fails_for_all_but_some if {
	statement := {"Effect": "Allow", "NotPrincipal": root, "Action": "kms:*", "Resource": "*"}
	enc_004(kms_key, {"policy": policy_text(statement)}, "internal") == {enc_004_open}
}

test_enc_004_fails_for_text_that_is_no_policy if {
	enc_004(kms_key, {"policy": "nothing"}, "internal") == {`Key "x" has a key policy that is no policy document; write it as JSON with at least one statement.`}
}

test_enc_004_fails_for_restricted_data_in_several_regions if {
	enc_004(kms_key, {"multiRegion": true}, "restricted") == {`Key "x" spans regions, which restricted data does not allow; use a single-region key.`}
	enc_004("aws:kms/replicaKey:ReplicaKey", {}, "restricted") == {`ReplicaKey "x" spans regions, which restricted data does not allow; use a single-region key.`}
}

test_enc_004_passes_for_internal_data_in_several_regions if enc_004(kms_key, {"multiRegion": true}, "internal") == set()

test_enc_004_is_silent_on_opaque_values if {
	every value in opaque {
		enc_004(kms_key, {"policy": value, "multiRegion": value}, "restricted") == set()
	}
}

test_enc_004_fails_without_facts if {
	hits := data.bedplate_deploy.deny_enc_004 with input as one(kms_key, {})
	hits == {"Rule deny_enc_004 lacks facts of the environment (data_classification); run it through bedplate, or pass them as policy configuration."}
}
