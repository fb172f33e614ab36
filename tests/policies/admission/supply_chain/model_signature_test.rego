package bedplate_admission_test

import rego.v1

sup_103(question) := hits if hits := data.bedplate_admission.deny_sup_103 with input as question

test_sup_103_passes if {
	sup_103(strict(model)) == set()
	sup_103(asked(model_of({}, predictor), lenient)) == set()
}

test_sup_103_fails_for_a_stranger if {
	sup_103(strict(noted("bedplate/model-signer", "eve"))) == of_model(`is signed by "eve", whom the environment does not list.`)
	sup_103(asked(model, {})) == of_model(`is signed by "release@acme.example", whom the environment does not list.`)
}

test_sup_103_fails_for_what_is_no_digest if sup_103(asked(noted("bedplate/model-manifest", "sha256:12"), lenient)) == of_model("has no SHA-256 digest in bedplate/model-manifest.")

test_sup_103_fails_where_they_are_missing if sup_103(strict(unnoted(["bedplate/model-digest", "bedplate/model-signer"]))) == of_model("lacks the annotations bedplate/model-digest, bedplate/model-signer.")

test_sup_103_is_silent_on_opaque_values if {
	every value in opaque {
		sup_103(strict(noted("bedplate/model-signer", value))) == set()
		sup_103(strict(noted("bedplate/model-digest", value))) == set()
	}
}
