package bedplate_admission_test

import rego.v1

ops_105(question) := hits if hits := data.bedplate_admission.deny_ops_105 with input as question

elsewhere := "logs requests elsewhere than the environment's log (http://log:8088)."

test_ops_105_passes if {
	ops_105(strict(model)) == set()
	ops_105(strict(served("logger", {"url": "http://log:8088"}))) == set()
	ops_105(asked(unserved(["logger"]), lenient)) == set()
}

test_ops_105_fails_for_half_of_it if ops_105(strict(served("logger", {"mode": "response", "url": "http://log:8088"}))) == of_model("logs only the response; set predictor.logger.mode to all.")

test_ops_105_fails_for_another_log if {
	ops_105(strict(served("logger", {"url": "https://logs.example"}))) == of_model(elsewhere)
	ops_105(asked(served("logger", {"url": "https://logs.example"}), lenient)) == of_model(elsewhere)
}

test_ops_105_fails_where_it_is_missing if {
	ops_105(strict(unserved(["logger"]))) == of_model("logs no requests; set predictor.logger.")
	ops_105(asked(unserved(["logger"]), {})) == of_model("logs no requests; set predictor.logger.")
}

test_ops_105_is_silent_on_opaque_values if {
	every value in opaque {
		ops_105(strict(served("logger", value))) == set()
		ops_105(strict(served("logger", {"url": value}))) == set()
	}
}

twice(logger) := model_with_canary({"logger": logger})

model_with_canary(part) := object.union(model, {"spec": {"canary": [{"predictor": part}]}})

test_ops_105_passes_for_a_second_deployment_that_logs if ops_105(strict(twice({"mode": "all", "url": "http://log:8088"}))) == set()

test_ops_105_fails_for_a_second_deployment_that_does_not if {
	ops_105(strict(model_with_canary({}))) == of_model("logs no requests; set predictor.logger.")
	ops_105(strict(twice({"url": "https://logs.example"}))) == of_model(elsewhere)
	ops_105(strict(twice({"mode": "request", "url": "http://log:8088"}))) == of_model("logs only the request; set predictor.logger.mode to all.")
}
