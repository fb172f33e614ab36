package bedplate_deploy

import rego.v1

# METADATA
# title: Nodes guard their metadata, take no SSH and have no public address
# description: >-
#   A pod that reaches the metadata service of its node takes the node's role. IMDSv2 with a hop
#   limit of one keeps pods out; without SSH and public addresses nobody comes in from outside.
# custom:
#   id: ZT-009
#   severity: high
#   scope: resource
#   resource_types:
#     - aws:ec2/launchTemplate:LaunchTemplate
#     - aws:ec2/instance:Instance
#     - aws:eks/nodeGroup:NodeGroup
#     - aws:ec2/subnet:Subnet
#   reads:
#     - metadataOptions.httpTokens
#     - metadataOptions.httpPutResponseHopLimit
#     - keyName
#     - remoteAccess
#     - launchTemplate
#     - associatePublicIpAddress
#     - networkInterfaces
#     - mapPublicIpOnLaunch
#   controls: [iso27001:A.8.9, iso27001:A.8.20, nist-800-207:T5]
#   avoid: A launch template without metadataOptions, or a subnet with mapPublicIpOnLaunch.
#   remediation: Require IMDSv2 with a hop limit of 1, and leave out keys and public addresses.
deny_zt_009 contains message if {
	input.__type in machine_types
	tokens := at(input, ["metadataOptions", "httpTokens"])
	is_known(tokens)
	tokens != "required"
	message := sprintf("%s answers metadata requests without a token; set metadataOptions.httpTokens to required.", [label(input)])
}

deny_zt_009 contains message if {
	input.__type in machine_types
	hops := at(input, ["metadataOptions", "httpPutResponseHopLimit"])
	is_known(hops)
	hops != 1
	message := sprintf("%s lets pods reach the node's metadata; set metadataOptions.httpPutResponseHopLimit to 1.", [label(input)])
}

deny_zt_009 contains message if {
	input.__type in machine_types
	key := object.get(input, "keyName", null)
	is_known(key)
	not is_blank(key)
	message := sprintf("%s takes an SSH key; remove keyName and use Session Manager.", [label(input)])
}

deny_zt_009 contains message if {
	input.__type == "aws:eks/nodeGroup:NodeGroup"
	access := object.get(input, "remoteAccess", null)
	is_known(access)
	not is_blank(access)
	message := sprintf("%s opens SSH to its nodes; remove remoteAccess and use Session Manager.", [label(input)])
}

deny_zt_009 contains message if {
	input.__type == "aws:eks/nodeGroup:NodeGroup"
	object.get(input, "launchTemplate", null) == null
	message := sprintf("%s has no launch template, so pods reach the metadata of its nodes; give it one that requires IMDSv2.", [label(input)])
}

deny_zt_009 contains message if {
	some value in public_address_switches(input)
	is_on(value)
	message := sprintf("%s gives machines public addresses; switch that off.", [label(input)])
}

machine_types := ["aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/instance:Instance"]

public_address_switches(resource) := [object.get(resource, "mapPublicIpOnLaunch", null)] if {
	resource.__type == "aws:ec2/subnet:Subnet"
}

public_address_switches(resource) := [object.get(resource, "associatePublicIpAddress", null)] if {
	resource.__type == "aws:ec2/instance:Instance"
}

public_address_switches(resource) := [at(interface, ["associatePublicIpAddress"]) |
	some interface in listed(object.get(resource, "networkInterfaces", null))
] if {
	resource.__type == "aws:ec2/launchTemplate:LaunchTemplate"
}
