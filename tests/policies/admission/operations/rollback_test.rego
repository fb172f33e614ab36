package bedplate_admission_test

import rego.v1

ops_106(question) := hits if hits := data.bedplate_admission.deny_ops_106 with input as question

test_ops_106_passes if {
	ops_106(strict(model)) == set()
	ops_106(strict(noted("bedplate/rollback", "none"))) == set()
	ops_106(asked(unnoted(["bedplate/rollback"]), lenient)) == set()
}

test_ops_106_fails_for_a_release_that_returns_to_itself if ops_106(strict(noted("bedplate/rollback", "7"))) == of_model(`names its own version "7" as the one to return to.`)

test_ops_106_fails_for_a_canary_of_all if ops_106(strict(served("canaryTrafficPercent", 10))) == of_model("sets canaryTrafficPercent, which Standard mode ignores; weigh it in an HTTPRoute.")

test_ops_106_fails_where_it_is_missing if ops_106(strict(unnoted(["bedplate/rollback"]))) == of_model("lacks the annotation bedplate/rollback; name the release to return to, or none.")

test_ops_106_is_silent_on_opaque_values if {
	every value in opaque {
		ops_106(strict(noted("bedplate/rollback", value))) == set()
		ops_106(strict(model_of(annotations, value))) == set()
	}
}
