package bedplate_admission_test

import rego.v1

apr_102(question) := hits if hits := data.bedplate_admission.deny_apr_102 with input as question

test_apr_102_passes if {
	apr_102(strict(model)) == set()
	apr_102(asked(unnoted(["bedplate/author", "bedplate/approvers"]), lenient)) == set()
}

test_apr_102_fails_for_ones_own_work if {
	apr_102(strict(noted("bedplate/approvers", "layla,AMAL"))) == of_model("is approved by its author; let others approve.")
	apr_102(asked(noted("bedplate/approvers", "amal"), lenient)) == of_model("is approved by its author; let others approve.")
}

test_apr_102_fails_where_the_author_is_missing if {
	apr_102(strict(unnoted(["bedplate/author"]))) == of_model("lacks the annotation bedplate/author.")
	apr_102(asked(unnoted(["bedplate/author"]), {})) == of_model("lacks the annotation bedplate/author.")
}

test_apr_102_is_silent_on_opaque_values if {
	every value in opaque {
		apr_102(strict(noted("bedplate/author", value))) == set()
		apr_102(strict(model_of(value, predictor))) == set()
	}
}

test_apr_102_fails_for_ones_own_work_under_another_spacing if {
	own := model_of(object.union(annotations, {"bedplate/author": "Amal Said", "bedplate/approvers": "layla, amal  said"}), predictor)
	apr_102(strict(own)) == of_model("is approved by its author; let others approve.")
}
