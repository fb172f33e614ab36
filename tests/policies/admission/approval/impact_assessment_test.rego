package bedplate_admission_test

import rego.v1

apr_108(question) := hits if hits := data.bedplate_admission.deny_apr_108 with input as question

unassessed := object.union(object.remove(given, ["impact_assessment"]), {"impact_assessment": []})

test_apr_108_passes if {
	apr_108(strict(model)) == set()
	apr_108(asked(model, object.union(object.remove(unassessed, ["personal_data"]), {"personal_data": []}))) == set()
	apr_108(asked(model, object.union(object.remove(unassessed, ["evidence"]), {"evidence": []}))) == set()
	apr_108(asked(pod(good_pod), unassessed)) == set()
}

test_apr_108_fails_where_no_assessment_is_named if apr_108(asked(model, unassessed)) == of_model("would meet personal data, for which the environment names no impact assessment.")

test_apr_108_fails_where_the_environment_says_nothing if apr_108(asked(model, {})) == of_model("would meet personal data, for which the environment names no impact assessment.")

test_apr_108_does_not_read_the_object if {
	every value in opaque {
		apr_108(strict(model_of(value, value))) == set()
	}
}
