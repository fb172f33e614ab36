package bedplate_admission_test

import rego.v1

sup_101(question) := hits if hits := data.bedplate_admission.deny_sup_101 with input as question

strange := `runs the image "nginx:1", which is not from registry.example/.`

test_sup_101_passes if {
	every made in makers(good_pod) {
		sup_101(strict(made)) == set()
	}
	sup_101(strict(model)) == set()
}

test_sup_101_fails_for_another_registry if {
	every made in makers(pod_of(changed("image", "nginx:1"))) {
		sup_101(strict(made)) == of(made.kind, strange)
	}
	sup_101(strict(pod(object.union(good_pod, {"initContainers": [changed("image", "nginx:1")]})))) == of("Pod", strange)
	sup_101(strict(pod(object.union(good_pod, {"ephemeralContainers": [changed("image", "nginx:1")]})))) == of("Pod", strange)
	sup_101(strict(served("model", {"image": "nginx:1"}))) == of_model(strange)
	sup_101(strict(served("containers", [changed("image", "nginx:1")]))) == of_model(strange)
}

test_sup_101_fails_where_the_image_is_missing if sup_101(strict(pod(pod_of(object.remove(container, ["image"]))))) == of("Pod", `runs the image "", which is not from registry.example/.`)

test_sup_101_fails_where_the_environment_says_nothing if count(sup_101(asked(pod(good_pod), {}))) == 1

test_sup_101_is_silent_on_opaque_values if {
	every value in opaque {
		sup_101(strict(pod(value))) == set()
		sup_101(strict(pod(pod_of(value)))) == set()
		sup_101(strict(pod(pod_of(changed("image", value))))) == set()
	}
}

with_volume(reference) := object.union(good_pod, {"volumes": [{"name": "tools", "image": {"reference": reference}}]})

test_sup_101_fails_for_the_image_of_a_volume if {
	every made in makers(with_volume("nginx:1")) {
		sup_101(strict(made)) == of(made.kind, strange)
	}
	sup_101(strict(pod(with_volume(image)))) == set()
}
