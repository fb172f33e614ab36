package bedplate_admission_test

import rego.v1

apr_106(question) := hits if hits := data.bedplate_admission.deny_apr_106 with input as question

test_apr_106_passes if {
	apr_106(strict(model)) == set()
	apr_106(asked(unnoted(["bedplate/evaluation", "bedplate/lineage-id"]), lenient)) == set()
}

test_apr_106_fails_for_what_is_no_digest if apr_106(strict(noted("bedplate/evaluation", "passed"))) == of_model("has no SHA-256 digest in bedplate/evaluation.")

test_apr_106_fails_where_either_is_missing if {
	apr_106(strict(unnoted(["bedplate/evaluation"]))) == of_model("lacks the annotations bedplate/evaluation.")
	apr_106(strict(unnoted(["bedplate/lineage-id"]))) == of_model("lacks the annotations bedplate/lineage-id.")
}

test_apr_106_is_silent_on_opaque_values if {
	every value in opaque {
		apr_106(strict(noted("bedplate/evaluation", value))) == set()
		apr_106(strict(model_of(value, predictor))) == set()
	}
}
