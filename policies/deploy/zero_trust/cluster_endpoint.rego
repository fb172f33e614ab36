package bedplate_deploy

import rego.v1

# METADATA
# title: The cluster's API is reached from inside, or from listed addresses only
# description: >-
#   An API endpoint that the whole internet reaches is one stolen token, or one flaw in its
#   authentication, away from everybody.
# custom:
#   id: ZT-001
#   severity: critical
#   scope: resource
#   resource_types: [aws:eks/cluster:Cluster]
#   reads:
#     - vpcConfig.endpointPublicAccess
#     - vpcConfig.endpointPrivateAccess
#     - vpcConfig.publicAccessCidrs
#   controls: [gdpr:25, iso27001:A.8.20, nist-800-207:T2]
#   avoid: A cluster with endpointPublicAccess and the publicAccessCidrs 0.0.0.0/0, or none.
#   remediation: Set cluster.endpoint_access to private, or to restricted with public_access_cidrs.
#   parameters: [endpoint_cidrs]
#   settings: [cluster.endpoint_access, cluster.public_access_cidrs, cluster]
deny_zt_001 contains message if message := without_facts("deny_zt_001", ["endpoint_cidrs"])

deny_zt_001 contains message if {
	input.__type == "aws:eks/cluster:Cluster"
	is_off(at(input, ["vpcConfig", "endpointPrivateAccess"]))
	message := sprintf("%s has no private endpoint; set vpcConfig.endpointPrivateAccess to true.", [label(input)])
}

deny_zt_001 contains message if {
	input.__type == "aws:eks/cluster:Cluster"
	is_public_endpoint
	is_blank(at(input, ["vpcConfig", "publicAccessCidrs"]))
	message := sprintf("%s is open to the whole internet; set vpcConfig.endpointPublicAccess to false.", [label(input)])
}

deny_zt_001 contains message if {
	input.__type == "aws:eks/cluster:Cluster"
	is_public_endpoint
	some block in listed(at(input, ["vpcConfig", "publicAccessCidrs"]))
	is_refused_block(block)
	message := sprintf("%s is open to %v, which the environment does not list or which is too wide; remove the block.", [label(input), block])
}

# AWS opens the public endpoint where nothing is said.
is_public_endpoint if {
	public := at(input, ["vpcConfig", "endpointPublicAccess"])
	is_known(public)
	not public in [false, "false"]
}

is_refused_block(block) if is_wide_open(block)

is_refused_block(block) if {
	is_known(block)
	listed_blocks := listed(fact("deny_zt_001", "endpoint_cidrs"))
	not block in listed_blocks
}
