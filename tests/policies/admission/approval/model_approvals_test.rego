package bedplate_admission_test

import rego.v1

apr_101(question) := hits if hits := data.bedplate_admission.deny_apr_101 with input as question

test_apr_101_passes if {
	apr_101(strict(model)) == set()
	apr_101(asked(unnoted(["bedplate/approvers"]), lenient)) == set()
}

test_apr_101_fails_where_one_person_stands_twice if apr_101(strict(noted("bedplate/approvers", "layla, Layla"))) == of_model("names 1 distinct approvers in bedplate/approvers; 2 are needed.")

test_apr_101_fails_where_nobody_approved if apr_101(strict(unnoted(["bedplate/approvers"]))) == of_model("names 0 distinct approvers in bedplate/approvers; 2 are needed.")

test_apr_101_asks_for_two_where_the_environment_says_nothing if apr_101(asked(noted("bedplate/approvers", "omar"), {})) == of_model("names 1 distinct approvers in bedplate/approvers; 2 are needed.")

test_apr_101_leaves_other_kinds_alone if apr_101(strict(pod(good_pod))) == set()

test_apr_101_is_silent_on_opaque_values if {
	every value in opaque {
		apr_101(strict(noted("bedplate/approvers", value))) == set()
		apr_101(strict(model_of(value, predictor))) == set()
	}
}

test_apr_101_fails_where_one_name_is_spaced_in_two_ways if apr_101(strict(noted("bedplate/approvers", "Layla Khan, layla  khan"))) == of_model("names 1 distinct approvers in bedplate/approvers; 2 are needed.")
