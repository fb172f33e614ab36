package bedplate_deploy_test

import rego.v1

enc_006(type, inputs) := hits if hits := data.bedplate_deploy.deny_enc_006 with input as one(type, inputs)

launch_template := "aws:ec2/launchTemplate:LaunchTemplate"

mapping(encrypted, key_id) := {"blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": encrypted, "kmsKeyId": key_id}}]}

enc_006_fault(name) := sprintf("%s \"x\" has a volume that is not encrypted with a customer key; set encrypted and kmsKeyId on it.", [name])

test_enc_006_passes if {
	enc_006(launch_template, mapping("true", key)) == set()
	enc_006("aws:ebs/volume:Volume", {"encrypted": true, "kmsKeyId": key}) == set()
	enc_006("aws:ec2/instance:Instance", {"rootBlockDevice": {"encrypted": true, "kmsKeyId": key}}) == set()
	enc_006("aws:eks/nodeGroup:NodeGroup", {"launchTemplate": {"id": "lt-1"}}) == set()
}

test_enc_006_fails_for_an_open_volume if {
	enc_006(launch_template, mapping("false", key)) == {enc_006_fault("LaunchTemplate")}
	enc_006("aws:ebs/volume:Volume", {"encrypted": false, "kmsKeyId": key}) == {enc_006_fault("Volume")}
	enc_006("aws:ec2/instance:Instance", {"rootBlockDevice": {"encrypted": true}}) == {enc_006_fault("Instance")}
}

test_enc_006_fails_for_the_key_of_aws if enc_006(launch_template, mapping("true", "alias/aws/ebs")) == {enc_006_fault("LaunchTemplate")}

test_enc_006_fails_for_a_second_open_volume if {
	enc_006("aws:ec2/instance:Instance", {
		"rootBlockDevice": {"encrypted": true, "kmsKeyId": key},
		"ebsBlockDevices": [{"encrypted": false}],
	}) == {enc_006_fault("Instance")}
}

test_enc_006_fails_where_it_is_missing if {
	enc_006(launch_template, {}) == {`LaunchTemplate "x" declares no encrypted volume, so its image decides; declare its root volume with encrypted and kmsKeyId.`}
	enc_006("aws:ebs/volume:Volume", {}) == {enc_006_fault("Volume")}
	enc_006("aws:eks/nodeGroup:NodeGroup", {}) == {`NodeGroup "x" has no launch template, so its volumes have no customer key; give it one with encrypted volumes.`}
}

test_enc_006_leaves_instance_stores_alone if {
	inputs := {"blockDeviceMappings": [{"virtualName": "ephemeral0"}, {"ebs": {"encrypted": "true", "kmsKeyId": key}}]}
	enc_006(launch_template, inputs) == set()
}

test_enc_006_is_silent_on_opaque_values if {
	every value in opaque {
		enc_006(launch_template, mapping(value, value)) == set()
		enc_006(launch_template, {"blockDeviceMappings": value}) == set()
		enc_006("aws:ebs/volume:Volume", {"encrypted": value, "kmsKeyId": value}) == set()
	}
}
