package bedplate_deploy

import rego.v1

# METADATA
# title: Volumes of machines are encrypted with a customer key
# description: >-
#   Nodes keep images, model weights and scratch data on their volumes; snapshots of these outlive
#   the nodes.
# custom:
#   id: ENC-006
#   severity: high
#   scope: resource
#   resource_types:
#     - aws:ebs/volume:Volume
#     - aws:ec2/instance:Instance
#     - aws:ec2/launchTemplate:LaunchTemplate
#     - aws:eks/nodeGroup:NodeGroup
#   reads:
#     - encrypted
#     - kmsKeyId
#     - blockDeviceMappings
#     - rootBlockDevice
#     - ebsBlockDevices
#   controls: [uae-pdpl:20, gdpr:32]
#   avoid: A launch template without block devices, or a node group without a launch template.
#   remediation: Set encrypted to true and kmsKeyId to a customer key on every block device.
deny_enc_006 contains message if {
	some volume in declared_volumes(input)
	is_unencrypted(volume)
	message := sprintf("%s has a volume that is not encrypted with a customer key; set encrypted and kmsKeyId on it.", [label(input)])
}

deny_enc_006 contains message if {
	input.__type in ["aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/instance:Instance"]
	count(declared_volumes(input)) == 0
	message := sprintf("%s declares no encrypted volume, so its image decides; declare its root volume with encrypted and kmsKeyId.", [label(input)])
}

deny_enc_006 contains message if {
	input.__type == "aws:eks/nodeGroup:NodeGroup"
	object.get(input, "launchTemplate", null) == null
	message := sprintf("%s has no launch template, so its volumes have no customer key; give it one with encrypted volumes.", [label(input)])
}

declared_volumes(resource) := [resource] if resource.__type == "aws:ebs/volume:Volume"

declared_volumes(resource) := [] if resource.__type == "aws:eks/nodeGroup:NodeGroup"

declared_volumes(resource) := array.concat(roots, listed(object.get(resource, "ebsBlockDevices", null))) if {
	resource.__type == "aws:ec2/instance:Instance"
	roots := listed(object.get(resource, "rootBlockDevice", null))
}

# Mappings without an EBS part name instance stores, or take a device away.
declared_volumes(resource) := [volume |
	some mapping in listed(object.get(resource, "blockDeviceMappings", null))
	volume := volume_of(mapping)
	volume != null
] if {
	resource.__type == "aws:ec2/launchTemplate:LaunchTemplate"
}

volume_of(mapping) := mapping if is_opaque(mapping)

volume_of(mapping) := at(mapping, ["ebs"]) if not is_opaque(mapping)

is_unencrypted(volume) if {
	encrypted := at(volume, ["encrypted"])
	is_off(encrypted)
	is_known(volume)
}

is_unencrypted(volume) if {
	is_known(volume)
	key := at(volume, ["kmsKeyId"])
	lacks_customer_key(key)
}
