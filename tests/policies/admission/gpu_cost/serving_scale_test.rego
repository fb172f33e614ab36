package bedplate_admission_test

import rego.v1

gpu_106(question) := hits if hits := data.bedplate_admission.deny_gpu_106 with input as question

gpu_needs := {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi", "nvidia.com/gpu": "1"}}

gpu_predictor := object.union(predictor, {"model": {"resources": gpu_needs}})

delayed := {"autoScaling": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 600}}}}

test_gpu_106_passes if {
	gpu_106(strict(model)) == set()
	gpu_106(strict(model_of(annotations, object.union(gpu_predictor, delayed)))) == set()
	gpu_106(strict(model_of(annotations, object.union(gpu_predictor, {"maxReplicas": 1})))) == set()
	gpu_106(strict(pod(pod_of(changed("resources", {}))))) == set()
}

test_gpu_106_fails_without_bounds if {
	gpu_106(strict(unserved(["minReplicas"]))) == of_model("has no minReplicas; say how far it scales.")
	gpu_106(strict(unserved(["maxReplicas"]))) == of_model("has no maxReplicas; say how far it scales.")
}

test_gpu_106_fails_for_bounds_upside_down if gpu_106(strict(served("maxReplicas", 0))) == of_model("has more minReplicas than maxReplicas.")

test_gpu_106_fails_where_needs_are_missing if {
	gpu_106(strict(served("model", {"resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}))) == of_model(`has no limits of memory for "model".`)
	gpu_106(strict(served("containers", [changed("resources", {"requests": {"cpu": "1"}, "limits": {"memory": "1Gi"}})]))) == of_model(`has no requests of memory for "main".`)
}

test_gpu_106_fails_where_gpus_go_at_once if gpu_106(strict(model_of(annotations, gpu_predictor))) == of_model("scales GPUs down without delay; set scaleDown.stabilizationWindowSeconds.")

test_gpu_106_is_silent_on_opaque_values if {
	every value in opaque {
		gpu_106(strict(model_of(annotations, value))) == set()
		gpu_106(strict(served("minReplicas", value))) == set()
		gpu_106(strict(served("model", {"resources": value}))) == set()
	}
}
