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

placeless := of_model("names no place of its model; set storageUri.")

test_res_101_fails_for_a_place_in_a_secret if {
	res_101(strict(served("model", {"storage": {"key": "elsewhere", "path": "x"}}))) == of_model("serves what `storage` names; set storageUri instead.")
}

test_res_101_fails_where_no_place_is_named if {
	res_101(strict(served("model", {}))) == placeless
	res_101(strict(served("model", {"storageUri": " "}))) == placeless
	res_101(strict(model_of(annotations, object.union(object.remove(predictor, ["model"]), {"huggingface": {"args": ["--model_id=acme/x"]}})))) == placeless
	res_101(strict(object.union(model, {"spec": {"canary": [{"predictor": {"model": {"args": ["--model_id=acme/x"]}}}]}}))) == placeless
}

test_res_101_passes_for_several_places if {
	places := {"model": {}, "storageUris": [{"uri": "s3://acme-models/fraud/7"}]}
	res_101(strict(model_of(annotations, object.union(object.remove(predictor, ["model"]), places)))) == set()
}
