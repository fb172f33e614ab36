package bedplate_admission_test

import rego.v1

res_101(question) := hits if hits := data.bedplate_admission.deny_res_101 with input as question

stored(uri) := served("model", {"storageUri": uri})

by_variable(uri) := served("containers", [changed("env", [{"name": "STORAGE_URI", "value": uri}])])

test_res_101_passes if {
	res_101(strict(model)) == set()
	res_101(strict(unserved(["model"]))) == set()
	res_101(strict(by_variable("s3://acme-models/fraud/7"))) == set()
}

test_res_101_fails_for_another_store if {
	res_101(strict(stored("hf://acme/x"))) == of_model(`serves "hf://acme/x", which is not below s3://acme-models/.`)
	res_101(strict(by_variable("s3://other/x"))) == of_model(`serves "s3://other/x", which is not below s3://acme-models/.`)
	res_101(strict(served("storageUris", [{"uri": "s3://other/y"}]))) == of_model(`serves "s3://other/y", which is not below s3://acme-models/.`)
}

test_res_101_fails_where_the_environment_says_nothing if res_101(asked(stored("s3://a/b"), {})) == of_model(`serves "s3://a/b", which is not below .`)

test_res_101_is_silent_on_opaque_values if {
	every value in opaque {
		res_101(strict(stored(value))) == set()
		res_101(strict(by_variable(value))) == set()
		res_101(strict(model_of(annotations, value))) == set()
	}
}
