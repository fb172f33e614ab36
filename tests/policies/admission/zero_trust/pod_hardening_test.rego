package bedplate_admission_test

import rego.v1

zt_108(question) := hits if hits := data.bedplate_admission.deny_zt_108 with input as question

in_main(text) := sprintf(`%s in the container "main".`, [text])

test_zt_108_passes if {
	every made in makers(good_pod) {
		zt_108(strict(made)) == set()
	}
	by_the_pod := object.union(pod_of(changed("securityContext", object.remove(safe, ["runAsNonRoot", "seccompProfile"]))), {"securityContext": safe})
	zt_108(strict(pod(by_the_pod))) == set()
	zt_108(strict(model)) == set()
}

test_zt_108_fails_where_something_is_missing if {
	faults := {
		"runAsNonRoot": "may run as root",
		"allowPrivilegeEscalation": "may gain privileges",
		"capabilities": "keeps capabilities",
		"seccompProfile": "has no seccomp profile",
	}
	every field, fault in faults {
		every made in makers(pod_of(changed("securityContext", object.remove(safe, [field])))) {
			zt_108(strict(made)) == of(made.kind, in_main(fault))
		}
	}
}

test_zt_108_fails_where_all_is_missing if count(zt_108(strict(pod(pod_of(object.remove(container, ["securityContext"])))))) == 4

test_zt_108_fails_for_more_rights if {
	zt_108(strict(pod(pod_of(secured("privileged", true))))) == of("Pod", in_main("is privileged"))
	zt_108(strict(pod(pod_of(secured("runAsUser", 0))))) == of("Pod", in_main("runs as root"))
	zt_108(strict(pod(pod_of(secured("capabilities", {"drop": ["ALL"], "add": ["SYS_ADMIN"]}))))) == of("Pod", in_main("adds capabilities"))
	zt_108(strict(pod(pod_of(secured("seccompProfile", {"type": "Unconfined"}))))) == of("Pod", in_main("has no seccomp profile"))
}

test_zt_108_fails_for_a_pod_without_a_seccomp_profile if {
	unconfined := object.union(safe, {"seccompProfile": {"type": "Unconfined"}})
	by_the_pod := object.union(pod_of(changed("securityContext", object.remove(safe, ["seccompProfile"]))), {"securityContext": unconfined})
	zt_108(strict(pod(by_the_pod))) == of("Pod", in_main("has no seccomp profile"))
}

test_zt_108_fails_for_a_model_that_widens_its_runtime if {
	zt_108(strict(served("model", {"securityContext": {"privileged": true}}))) == of_model(`is privileged in the container "model".`)
	zt_108(strict(served("securityContext", {"runAsUser": 0}))) == of_model("runs as root for all its containers.")
}

test_zt_108_is_silent_on_opaque_values if {
	every value in opaque {
		zt_108(strict(pod(value))) == set()
		zt_108(strict(pod(pod_of(changed("securityContext", value))))) == set()
		zt_108(strict(pod(pod_of(secured("capabilities", value))))) == set()
		zt_108(strict(pod(pod_of(secured("runAsNonRoot", value))))) == set()
		zt_108(strict(served("securityContext", value))) == set()
	}
}
