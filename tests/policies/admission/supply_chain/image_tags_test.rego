package bedplate_admission_test

import rego.v1

sup_102(question) := hits if hits := data.bedplate_admission.deny_sup_102 with input as question

pinned(text) := pod(pod_of(changed("image", text)))

test_sup_102_passes if {
	every made in makers(good_pod) {
		sup_102(strict(made)) == set()
	}
	sup_102(strict(pinned("registry.example/mirror/argoexec:v4"))) == set()
	sup_102(asked(pinned("registry.example/x:1"), lenient)) == set()
	sup_102(strict(model)) == set()
}

test_sup_102_fails_for_what_floats if {
	sup_102(asked(pinned("registry.example/x:latest"), lenient)) == of("Pod", `runs the image "registry.example/x:latest", which is not pinned; name a version or digest.`)
	sup_102(strict(pinned("registry.example:5000/x"))) == of("Pod", `runs the image "registry.example:5000/x", which is not pinned; name a version or digest.`)
}

test_sup_102_fails_for_a_tag if {
	sup_102(strict(pinned("registry.example/x:1"))) == of("Pod", `runs the image "registry.example/x:1" by its tag; name its digest.`)
	sup_102(strict(served("model", {"image": "registry.example/x:1"}))) == of_model(`runs the image "registry.example/x:1" by its tag; name its digest.`)
}

test_sup_102_fails_for_a_name_that_begins_like_one_of_ours if {
	image := "registry.example/mirror/argoexec-other:v4"
	sup_102(strict(pinned(image))) == of("Pod", sprintf(`runs the image "%s" by its tag; name its digest.`, [image]))
}

test_sup_102_fails_for_a_tag_where_the_environment_says_nothing if sup_102(asked(pinned("registry.example/x:1"), {})) == of("Pod", `runs the image "registry.example/x:1" by its tag; name its digest.`)

test_sup_102_is_silent_on_opaque_values if {
	every value in opaque {
		sup_102(strict(pinned(value))) == set()
		sup_102(strict(pod(value))) == set()
	}
}
