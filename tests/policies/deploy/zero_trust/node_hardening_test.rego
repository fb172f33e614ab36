package bedplate_deploy_test

import rego.v1

zt_009(type, inputs) := hits if hits := data.bedplate_deploy.deny_zt_009 with input as one(type, inputs)

node_group := "aws:eks/nodeGroup:NodeGroup"

metadata(tokens, hops) := {"metadataOptions": {"httpTokens": tokens, "httpPutResponseHopLimit": hops}}

zt_009_tokens := `LaunchTemplate "x" answers metadata requests without a token; set metadataOptions.httpTokens to required.`

zt_009_hops := `LaunchTemplate "x" lets pods reach the node's metadata; set metadataOptions.httpPutResponseHopLimit to 1.`

zt_009_address(name) := sprintf("%s \"x\" gives machines public addresses; switch that off.", [name])

test_zt_009_passes if {
	zt_009(launch_template, metadata("required", 1)) == set()
	zt_009(node_group, {"launchTemplate": {"id": "lt-1"}}) == set()
	zt_009("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": false}) == set()
}

test_zt_009_fails_for_open_metadata if {
	zt_009(launch_template, metadata("optional", 1)) == {zt_009_tokens}
	zt_009(launch_template, metadata("required", 2)) == {zt_009_hops}
}

test_zt_009_fails_for_ssh if {
	zt_009(launch_template, object.union(metadata("required", 1), {"keyName": "ops"})) == {`LaunchTemplate "x" takes an SSH key; remove keyName and use Session Manager.`}
	zt_009(node_group, {"launchTemplate": {"id": "lt-1"}, "remoteAccess": {"ec2SshKey": "ops"}}) == {`NodeGroup "x" opens SSH to its nodes; remove remoteAccess and use Session Manager.`}
}

test_zt_009_fails_for_public_addresses if {
	zt_009("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": true}) == {zt_009_address("Subnet")}
	zt_009(launch_template, object.union(metadata("required", 1), {"networkInterfaces": [{"associatePublicIpAddress": "true"}]})) == {zt_009_address("LaunchTemplate")}
	zt_009("aws:ec2/instance:Instance", object.union(metadata("required", 1), {"associatePublicIpAddress": true})) == {zt_009_address("Instance")}
}

test_zt_009_fails_where_it_is_missing if {
	zt_009(launch_template, {}) == {zt_009_tokens, zt_009_hops}
	zt_009(node_group, {}) == {`NodeGroup "x" has no launch template, so pods reach the metadata of its nodes; give it one that requires IMDSv2.`}
	zt_009("aws:ec2/subnet:Subnet", {}) == set()
}

test_zt_009_is_silent_on_opaque_values if {
	every value in opaque {
		zt_009(launch_template, object.union(metadata(value, value), {"keyName": value})) == set()
		zt_009(launch_template, {"metadataOptions": value}) == set()
		zt_009(node_group, {"launchTemplate": value, "remoteAccess": value}) == set()
		zt_009("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": value}) == set()
	}
}
