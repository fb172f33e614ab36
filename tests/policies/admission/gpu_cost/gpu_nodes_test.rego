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
