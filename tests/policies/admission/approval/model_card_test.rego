package bedplate_admission_test

import rego.v1

apr_105(question) := hits if hits := data.bedplate_admission.deny_apr_105 with input as question

test_apr_105_passes if {
	apr_105(strict(model)) == set()
	apr_105(asked(unnoted(["bedplate/model-card"]), lenient)) == set()
}

test_apr_105_fails_for_what_is_no_digest if apr_105(asked(noted("bedplate/model-card", "card.md"), lenient)) == of_model("has no SHA-256 digest in bedplate/model-card.")

test_apr_105_fails_where_it_is_missing if {
	apr_105(strict(unnoted(["bedplate/model-card"]))) == of_model("lacks the annotation bedplate/model-card.")
	apr_105(strict(noted("bedplate/model-card", " "))) == of_model("lacks the annotation bedplate/model-card.")
	apr_105(asked(unnoted(["bedplate/model-card"]), {})) == of_model("lacks the annotation bedplate/model-card.")
}

test_apr_105_is_silent_on_opaque_values if {
	every value in opaque {
		apr_105(strict(noted("bedplate/model-card", value))) == set()
		apr_105(strict(named("InferenceService", {"metadata": {"annotations": value}}))) == set()
	}
}
