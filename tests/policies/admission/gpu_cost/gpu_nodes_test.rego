package bedplate_admission_test

import rego.v1

gpu_101(question) := hits if hits := data.bedplate_admission.deny_gpu_101 with input as question

tolerates := [{"key": "nvidia.com/gpu", "operator": "Exists"}]

gpu_container := changed("resources", {"limits": {"nvidia.com/gpu": "1"}})

test_gpu_101_passes if {
	every made in makers(good_pod) {
		gpu_101(strict(made)) == set()
	}
	every made in makers(object.union(pod_of(gpu_container), {"tolerations": tolerates})) {
		gpu_101(strict(made)) == set()
	}
	gpu_101(strict(model)) == set()
}

test_gpu_101_fails_where_no_gpu_is_asked_for if {
	every made in makers(object.union(good_pod, {"tolerations": tolerates})) {
		gpu_101(strict(made)) == of(made.kind, "tolerates GPU nodes but asks for no GPU.")
	}
	gpu_101(strict(pod(object.union(good_pod, {"tolerations": [{"operator": "Exists"}]})))) == of("Pod", "tolerates GPU nodes but asks for no GPU.")
	gpu_101(strict(served("tolerations", tolerates))) == of_model("tolerates GPU nodes but asks for no GPU.")
}

test_gpu_101_fails_where_the_toleration_is_missing if {
	gpu_101(strict(pod(pod_of(gpu_container)))) == of("Pod", "asks for a GPU but does not tolerate nvidia.com/gpu.")
	gpu_101(strict(served("model", {"resources": {"limits": {"nvidia.com/gpu": 1}}}))) == of_model("asks for a GPU but does not tolerate nvidia.com/gpu.")
}

test_gpu_101_is_silent_on_opaque_values if {
	every value in opaque {
		gpu_101(strict(pod(value))) == set()
		gpu_101(strict(pod(object.union(good_pod, {"tolerations": value})))) == set()
		gpu_101(strict(pod(pod_of(changed("resources", value))))) == set()
	}
}

test_gpu_101_fails_for_no_gpus if {
	every count_ in [0, "0"] {
		none := changed("resources", {"limits": {"nvidia.com/gpu": count_}})
		gpu_101(strict(pod(object.union(pod_of(none), {"tolerations": tolerates})))) == of("Pod", "tolerates GPU nodes but asks for no GPU.")
	}
}

claimed := [{"name": "gpu", "resourceClaimTemplateName": "one-gpu"}]

test_gpu_101_passes_for_a_claim if {
	claiming := changed("resources", {"claims": [{"name": "gpu"}]})
	gpu_101(strict(pod(object.union(pod_of(claiming), {"tolerations": tolerates, "resourceClaims": claimed})))) == set()
}

test_gpu_101_fails_for_a_claim_that_no_container_uses if {
	gpu_101(strict(pod(object.union(good_pod, {"tolerations": tolerates, "resourceClaims": claimed})))) == of("Pod", "tolerates GPU nodes but asks for no GPU.")
}
