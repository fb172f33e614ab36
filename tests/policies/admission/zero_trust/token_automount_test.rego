package bedplate_admission_test

import rego.v1

zt_110(question) := hits if hits := data.bedplate_admission.deny_zt_110 with input as question

mounting := "mounts a token of the Kubernetes API; set automountServiceAccountToken to false."

bare := {"containers": [container]}

test_zt_110_passes if {
	every made in makers(good_pod) {
		zt_110(strict(made)) == set()
	}
	zt_110(strict(model)) == set()
	zt_110(strict(pod(object.union(bare, {"serviceAccountName": "workload"})))) == set()
	zt_110(strict(named("Job", {"metadata": {"annotations": {"bedplate/api-access": "reports"}}, "spec": {"template": {"spec": bare}}}))) == set()
}

test_zt_110_fails_where_it_is_missing if {
	every made in makers(bare) {
		zt_110(strict(made)) == of(made.kind, mounting)
	}
}

test_zt_110_fails_where_it_is_on if zt_110(strict(served("automountServiceAccountToken", true))) == of_model(mounting)

test_zt_110_fails_where_the_environment_says_nothing if zt_110(asked(model, {})) == of_model(mounting)

test_zt_110_is_silent_on_opaque_values if {
	every value in opaque {
		zt_110(strict(pod(value))) == set()
		zt_110(strict(pod(object.union(bare, {"serviceAccountName": value})))) == set()
		zt_110(strict(pod(object.union(bare, {"automountServiceAccountToken": value})))) == set()
	}
}
