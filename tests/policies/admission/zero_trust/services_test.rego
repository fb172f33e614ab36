package bedplate_admission_test

import rego.v1

zt_102(question) := hits if hits := data.bedplate_admission.deny_zt_102 with input as question

service(spec) := named("Service", {"spec": spec})

test_zt_102_passes if {
	zt_102(strict(service({"type": "ClusterIP"}))) == set()
	zt_102(strict(service({}))) == set()
	zt_102(strict(named("Pod", {"spec": {"type": "NodePort"}}))) == set()
}

test_zt_102_fails_for_other_types if {
	every type in ["ExternalName", "LoadBalancer", "NodePort"] {
		zt_102(strict(service({"type": type}))) == {sprintf(`Service "x" has the type %s; use ClusterIP and a route on the platform's gateway.`, [type])}
	}
}

test_zt_102_fails_for_external_addresses if zt_102(strict(service({"externalIPs": ["192.0.2.1"]}))) == of("Service", "has external addresses; remove externalIPs.")

test_zt_102_is_silent_on_opaque_values if {
	every value in opaque {
		zt_102(strict(service(value))) == set()
		zt_102(strict(service({"type": value, "externalIPs": value}))) == set()
	}
}
