package bedplate_deploy_test

import rego.v1

enc_011(resources) := hits if hits := data.bedplate_deploy.stack_deny_enc_011 with input as stack(resources)

enc_011_bare := on(kms_key, `Key "x" has no policy of its own; set policy, naming who may use and who may administer it.`)

test_enc_011_passes if {
	enc_011([named(kms_key, "x", {"policy": policy_text([key_statement(root)])})]) == set()
	enc_011([
		named(kms_key, "x", {}),
		reading("aws:kms/keyPolicy:KeyPolicy", "p", {"keyId": unknown}, "keyId", urn(kms_key, "x")),
	]) == set()
}

test_enc_011_fails_without_a_policy if enc_011([named(kms_key, "x", {})]) == {enc_011_bare}

test_enc_011_fails_for_an_empty_policy if {
	every value in ["", " ", null] {
		enc_011([named(kms_key, "x", {"policy": value})]) == {enc_011_bare}
	}
}

test_enc_011_fails_where_the_policy_is_of_another_key if {
	other := reading("aws:kms/keyPolicy:KeyPolicy", "p", {"keyId": unknown}, "keyId", urn(kms_key, "y"))
	enc_011([named(kms_key, "x", {}), other]) == {enc_011_bare}
}

test_enc_011_is_silent_on_opaque_values if {
	every value in opaque {
		enc_011([named(kms_key, "x", {"policy": value})]) == set()
	}
}
