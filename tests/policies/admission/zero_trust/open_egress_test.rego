package bedplate_admission_test

import rego.v1

zt_104(question) := hits if hits := data.bedplate_admission.deny_zt_104 with input as question

network(spec) := named("NetworkPolicy", {"spec": spec})

test_zt_104_passes if {
	zt_104(strict(network({"egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}))) == set()
	zt_104(strict(network({"ingress": [{"from": [{"podSelector": {}}]}]}))) == set()
	zt_104(strict(network({}))) == set()
	zt_104(strict(named("Other", {"spec": {"egress": [{}]}}))) == set()
}

test_zt_104_fails_for_a_wide_block if zt_104(strict(network({"egress": [{"to": [{"ipBlock": {"cidr": "::/0"}}]}]}))) == of("NetworkPolicy", "opens egress to everything; name who is meant.")

test_zt_104_fails_where_the_peers_are_missing if {
	zt_104(strict(network({"egress": [{}]}))) == of("NetworkPolicy", "opens egress to everything; name who is meant.")
	zt_104(strict(network({"ingress": [{"from": []}]}))) == of("NetworkPolicy", "opens ingress to everything; name who is meant.")
}

test_zt_104_leaves_out_what_the_platform_manages if {
	ours := named("NetworkPolicy", {"metadata": {"labels": {"app.kubernetes.io/managed-by": "bedplate"}}, "spec": {"egress": [{}]}})
	zt_104(asked(ours, {"exempt": ["bedplate"]})) == set()
	count(zt_104(asked(ours, {}))) == 1
}

test_zt_104_is_silent_on_opaque_values if {
	every value in opaque {
		zt_104(strict(network(value))) == set()
		zt_104(strict(network({"egress": value}))) == set()
		zt_104(strict(network({"egress": [{"to": value}]}))) == set()
		zt_104(strict(network({"egress": [{"to": [{"ipBlock": {"cidr": value}}]}]}))) == set()
	}
}
