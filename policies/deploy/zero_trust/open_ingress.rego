package bedplate_deploy

import rego.v1

# METADATA
# title: No security group lets in the whole internet
# description: >-
#   Only the edge load balancer may, on port 443, where the environment has a public edge. It says so
#   with the tag edge, so that the exception stands where the rule is.
# custom:
#   id: ZT-002
#   severity: critical
#   scope: resource
#   resource_types:
#     - aws:ec2/securityGroup:SecurityGroup
#     - aws:ec2/defaultSecurityGroup:DefaultSecurityGroup
#     - aws:ec2/securityGroupRule:SecurityGroupRule
#     - aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule
#   reads: [ingress, cidrBlocks, ipv6CidrBlocks, cidrIpv4, cidrIpv6, type]
#   controls: [iso27001:A.8.20, iso27001:A.8.22]
#   avoid: An ingress rule from 0.0.0.0/0 or ::/0, or from two halves of the internet.
#   remediation: Name the addresses or the security group that may come in.
#   parameters: [public_edge]
#   settings: [network]
deny_zt_002 contains message if message := without_facts("deny_zt_002", ["public_edge"])

deny_zt_002 contains message if {
	some rule in ingress_rules(input)
	some block in blocks_of(rule)
	is_wide_open(block)
	not is_public_edge(rule)
	message := sprintf("%s lets in %v; name the addresses or the security group that may come in.", [label(input), block])
}

ingress_rules(resource) := listed(object.get(resource, "ingress", null)) if {
	resource.__type in ["aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"]
}

ingress_rules(resource) := [resource] if resource.__type == "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"

ingress_rules(resource) := [resource] if {
	resource.__type == "aws:ec2/securityGroupRule:SecurityGroupRule"
	object.get(resource, "type", "ingress") != "egress"
}

blocks_of(rule) := [block |
	some property in ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"]
	some block in listed(at(rule, [property]))
]

is_public_edge(rule) if {
	fact("deny_zt_002", "public_edge") == true
	object.get(tags_of(input), "edge", "") == "load-balancer"
	object.get(rule, "fromPort", null) == 443
	object.get(rule, "toPort", null) == 443
}
