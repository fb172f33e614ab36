package bedplate_admission_test

import rego.v1

ops_101(question) := hits if hits := data.bedplate_admission.deny_ops_101 with input as question

test_ops_101_passes if {
	every made in makers(good_pod) {
		ops_101(strict(made)) == set()
	}
	ops_101(strict(model)) == set()
}

test_ops_101_fails_without_a_limit if {
	every made in makers(pod_of(changed("resources", {"limits": {"cpu": "1"}}))) {
		ops_101(strict(made)) == of(made.kind, `has no memory limit for the container "main".`)
	}
}

test_ops_101_fails_where_all_is_missing if ops_101(strict(pod({"containers": [{}]}))) == of("Pod", `has no memory limit for the container "model".`)

test_ops_101_is_silent_on_opaque_values if {
	every value in opaque {
		ops_101(strict(pod(value))) == set()
		ops_101(strict(pod(pod_of(changed("resources", value))))) == set()
	}
}

helped := object.union(good_pod, {"initContainers": [changed("resources", {})]})

test_ops_101_fails_for_a_container_that_runs_before_or_beside if {
	every made in makers(helped) {
		ops_101(strict(made)) == of(made.kind, `has no memory limit for the container "main".`)
	}
}

test_ops_101_passes_a_controllers_helper if ops_101(strict(named("Pod", {"metadata": {"ownerReferences": [{"kind": "Workflow", "controller": true}]}, "spec": helped}))) == set()
