package bedplate_admission_test

import rego.v1

apr_109(question) := hits if hits := data.bedplate_admission.deny_apr_109 with input as question

test_apr_109_passes if {
	apr_109(strict(model)) == set()
	apr_109(strict(model_of({"bedplate/automated-decision": "false"}, predictor))) == set()
	apr_109(asked(model_of({}, predictor), lenient)) == set()
}

test_apr_109_fails_where_nobody_answers if {
	apr_109(strict(unnoted(["bedplate/oversight-owner"]))) == of_model("decides by itself and lacks the annotations bedplate/oversight-owner.")
	apr_109(asked(unnoted(["bedplate/review-route"]), lenient)) == of_model("decides by itself and lacks the annotations bedplate/review-route.")
}

test_apr_109_fails_where_it_is_neither if apr_109(strict(noted("bedplate/automated-decision", "yes"))) == of_model("says neither true nor false in bedplate/automated-decision.")

test_apr_109_fails_where_it_is_missing if apr_109(strict(unnoted(["bedplate/automated-decision"]))) == of_model("lacks the annotation bedplate/automated-decision; say true or false.")

test_apr_109_is_silent_on_opaque_values if {
	every value in opaque {
		apr_109(strict(noted("bedplate/automated-decision", value))) == set()
		apr_109(strict(noted("bedplate/review-route", value))) == set()
	}
}
