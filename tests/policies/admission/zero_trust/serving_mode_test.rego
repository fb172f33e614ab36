package bedplate_admission_test

import rego.v1

zt_101(question) := hits if hits := data.bedplate_admission.deny_zt_101 with input as question

test_zt_101_passes if {
	zt_101(strict(model)) == set()
	zt_101(strict(noted("serving.kserve.io/deploymentMode", "Standard"))) == set()
}

test_zt_101_fails_for_another_mode if zt_101(strict(noted("serving.kserve.io/deploymentMode", "Knative"))) == of_model(`asks for the deployment mode "Knative"; only Standard is served.`)

test_zt_101_fails_for_another_account if zt_101(strict(served("serviceAccountName", "workload"))) == of_model(`runs as the account "workload"; use model-reader.`)

test_zt_101_fails_where_the_account_is_missing if zt_101(strict(unserved(["serviceAccountName"]))) == of_model(`runs as the account "default"; use model-reader.`)

test_zt_101_is_silent_on_opaque_values if {
	every value in opaque {
		zt_101(strict(noted("serving.kserve.io/deploymentMode", value))) == set()
		zt_101(strict(served("serviceAccountName", value))) == set()
		zt_101(strict(model_of(value, value))) == set()
	}
}
