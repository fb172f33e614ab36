package bedplate_admission_test

import rego.v1

zt_109(question) := hits if hits := data.bedplate_admission.deny_zt_109 with input as question

writes := changed("securityContext", object.remove(safe, ["readOnlyRootFilesystem"]))

test_zt_109_passes if {
	every made in makers(good_pod) {
		zt_109(strict(made)) == set()
	}
	zt_109(strict(model)) == set()
	zt_109(asked(pod(pod_of(writes)), lenient)) == set()
}

test_zt_109_passes_a_step_of_a_pipeline if zt_109(strict(named("Pod", {"metadata": {"ownerReferences": [{"kind": "Workflow", "controller": true}]}, "spec": pod_of(writes)}))) == set()

test_zt_109_fails_where_it_is_missing if {
	every made in makers(pod_of(writes)) {
		zt_109(strict(made)) == of(made.kind, `may write to the image of the container "main".`)
	}
	count(zt_109(asked(pod(pod_of(writes)), {}))) == 1
}

test_zt_109_fails_for_a_model_server_of_ones_own if zt_109(strict(served("containers", [secured("readOnlyRootFilesystem", false)]))) == of_model(`may write to the image of the container "main".`)

test_zt_109_is_silent_on_opaque_values if {
	every value in opaque {
		zt_109(strict(pod(value))) == set()
		zt_109(strict(pod(pod_of(secured("readOnlyRootFilesystem", value))))) == set()
		zt_109(strict(pod(pod_of(changed("securityContext", value))))) == set()
	}
}

test_zt_109_fails_for_an_owner_that_controls_nothing if {
	every owner in [{"kind": "ConfigMap", "name": "x"}, {"kind": "Workflow", "controller": false}] {
		owned := named("Pod", {"metadata": {"ownerReferences": [owner]}, "spec": pod_of(writes)})
		zt_109(strict(owned)) == of("Pod", `may write to the image of the container "main".`)
	}
}
