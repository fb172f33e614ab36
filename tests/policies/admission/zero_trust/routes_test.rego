package bedplate_admission_test

import rego.v1

zt_103(question) := hits if hits := data.bedplate_admission.deny_zt_103 with input as question

route(parents) := named("HTTPRoute", {"spec": {"parentRefs": parents}})

test_zt_103_passes if {
	zt_103(strict(route([{"name": "platform", "namespace": "edge"}]))) == set()
	zt_103(strict(route([{"kind": "Service", "name": "x"}]))) == set()
	zt_103(strict(named("HTTPRoute", {}))) == set()
}

test_zt_103_fails_for_another_gateway if zt_103(strict(route([{"name": "own", "namespace": "fraud"}]))) == of("HTTPRoute", "is attached to the gateway fraud/own; use edge/platform.")

test_zt_103_fails_where_the_namespace_is_missing if zt_103(strict(route([{"name": "platform"}]))) == of("HTTPRoute", "is attached to the gateway ?/platform; use edge/platform.")

test_zt_103_fails_for_an_ingress if zt_103(strict(named("Ingress", {}))) == of("Ingress", "is not served; use an HTTPRoute on the platform's gateway.")

test_zt_103_is_silent_on_opaque_values if {
	every value in opaque {
		zt_103(strict(route(value))) == set()
		zt_103(strict(route([value]))) == set()
		zt_103(strict(route([{"name": value, "namespace": "edge"}]))) == set()
	}
}
