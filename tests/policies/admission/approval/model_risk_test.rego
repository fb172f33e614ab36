package bedplate_admission_test

import rego.v1

apr_107(question) := hits if hits := data.bedplate_admission.deny_apr_107 with input as question

risk_13 := object.union(object.remove(annotations, ["bedplate/risk-file"]), {"bedplate/risk-tier": "1"})

test_apr_107_passes if {
	apr_107(strict(model)) == set()
	apr_107(strict(model_of(risk_13, predictor))) == set()
	apr_107(asked(unnoted(["bedplate/risk-tier"]), lenient)) == set()
}

test_apr_107_fails_for_a_high_risk_without_a_file if {
	apr_107(strict(unnoted(["bedplate/risk-file"]))) == of_model("is of high risk and lacks the annotations bedplate/risk-file.")
	apr_107(strict(unnoted(["bedplate/intended-purpose"]))) == of_model("is of high risk and lacks the annotations bedplate/intended-purpose.")
}

test_apr_107_fails_for_an_unknown_tier if apr_107(strict(noted("bedplate/risk-tier", "low"))) == of_model("has no risk tier 1, 2 or 3 in bedplate/risk-tier.")

test_apr_107_fails_where_the_tier_is_missing if apr_107(strict(unnoted(["bedplate/risk-tier"]))) == of_model("lacks the annotation bedplate/risk-tier.")

test_apr_107_takes_every_tier_for_high_where_the_environment_says_nothing if apr_107(asked(model_of(risk_13, predictor), {})) == of_model("is of high risk and lacks the annotations bedplate/risk-file.")

test_apr_107_is_silent_on_opaque_values if {
	every value in opaque {
		apr_107(strict(noted("bedplate/risk-tier", value))) == set()
		apr_107(strict(noted("bedplate/risk-file", value))) == set()
	}
}
