package bedplate_deploy_test

import rego.v1

zt_001(vpc) := hits if {
	hits := data.bedplate_deploy.deny_zt_001 with input as one("aws:eks/cluster:Cluster", {"vpcConfig": vpc})
		with data.config as {"deny_zt_001": {"endpoint_cidrs": ["203.0.113.0/24", "0.0.0.0/1"]}}
}

zt_001_world := `Cluster "x" is open to the whole internet; set vpcConfig.endpointPublicAccess to false.`

zt_001_private := `Cluster "x" has no private endpoint; set vpcConfig.endpointPrivateAccess to true.`

zt_001_block(block) := sprintf("Cluster \"x\" is open to %s, which the environment does not list or which is too wide; remove the block.", [block])

restricted(blocks) := {"endpointPublicAccess": true, "endpointPrivateAccess": true, "publicAccessCidrs": blocks}

test_zt_001_passes if {
	zt_001({"endpointPublicAccess": false, "endpointPrivateAccess": true}) == set()
	zt_001(restricted(["203.0.113.0/24"])) == set()
}

test_zt_001_fails_for_the_world if {
	zt_001(restricted([])) == {zt_001_world}
	zt_001(restricted(["0.0.0.0/0"])) == {zt_001_block("0.0.0.0/0")}
}

test_zt_001_fails_for_half_the_world_even_if_listed if zt_001(restricted(["0.0.0.0/1"])) == {zt_001_block("0.0.0.0/1")}

test_zt_001_fails_for_a_block_that_is_not_listed if zt_001(restricted(["198.51.100.0/24"])) == {zt_001_block("198.51.100.0/24")}

test_zt_001_fails_without_private_endpoint if {
	zt_001({"endpointPublicAccess": false, "endpointPrivateAccess": false}) == {zt_001_private}
}

test_zt_001_fails_where_it_is_missing if zt_001({}) == {zt_001_private, zt_001_world}

test_zt_001_is_silent_on_opaque_values if {
	every value in opaque {
		zt_001(value) == set()
		zt_001({"endpointPublicAccess": value, "endpointPrivateAccess": value}) == set()
		zt_001(restricted([value])) == set()
		zt_001(restricted(value)) == set()
	}
}

test_zt_001_fails_without_facts if {
	inputs := {"vpcConfig": {"endpointPublicAccess": false, "endpointPrivateAccess": true}}
	hits := data.bedplate_deploy.deny_zt_001 with input as one("aws:eks/cluster:Cluster", inputs)
	hits == {"Rule deny_zt_001 lacks facts of the environment (endpoint_cidrs); run it through bedplate, or pass them as policy configuration."}
}
