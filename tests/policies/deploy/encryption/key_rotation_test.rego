package bedplate_deploy_test

import rego.v1

enc_003(inputs) := hits if hits := data.bedplate_deploy.deny_enc_003 with input as one("aws:kms/key:Key", inputs)

enc_003_still := `Key "x" does not rotate; set enableKeyRotation to true.`

enc_003_short := `Key "x" can be lost within two weeks; set deletionWindowInDays to 14 or more.`

test_enc_003_passes if enc_003({"enableKeyRotation": true, "deletionWindowInDays": 14}) == set()

test_enc_003_fails if enc_003({"enableKeyRotation": false, "deletionWindowInDays": 13}) == {enc_003_still, enc_003_short}

test_enc_003_fails_where_rotation_is_missing if enc_003({}) == {enc_003_still}

test_enc_003_fails_for_a_window_that_is_no_number if {
	enc_003({"enableKeyRotation": true, "deletionWindowInDays": "30"}) == {enc_003_short}
}

test_enc_003_leaves_asymmetric_keys_alone if enc_003({"customerMasterKeySpec": "RSA_4096"}) == set()

test_enc_003_is_silent_on_opaque_values if {
	every value in opaque {
		enc_003({"enableKeyRotation": value, "deletionWindowInDays": value}) == set()
	}
}
