package bedplate_deploy_test

import rego.v1

zt_002_at(edge, type, inputs) := hits if {
	hits := data.bedplate_deploy.deny_zt_002 with input as one(type, inputs)
		with data.config as {"deny_zt_002": {"public_edge": edge}}
}

zt_002(type, inputs) := zt_002_at(true, type, inputs)

group := "aws:ec2/securityGroup:SecurityGroup"

ingress_rule := "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"

group_rule := "aws:ec2/securityGroupRule:SecurityGroupRule"

zt_002_fault(name, block) := {sprintf("%s \"x\" lets in %s; name the addresses or the security group that may come in.", [name, block])}

test_zt_002_passes if {
	zt_002(group, {"ingress": [{"cidrBlocks": ["10.40.0.0/16"], "fromPort": 443, "toPort": 443}]}) == set()
	zt_002(ingress_rule, {"referencedSecurityGroupId": "sg-1"}) == set()
	zt_002(group_rule, {"type": "egress", "cidrBlocks": ["0.0.0.0/0"]}) == set()
}

test_zt_002_passes_where_nothing_comes_in if zt_002(group, {}) == set()

test_zt_002_fails_for_the_world if {
	zt_002(group, {"ingress": [{"cidrBlocks": ["0.0.0.0/0"]}]}) == zt_002_fault("SecurityGroup", "0.0.0.0/0")
	zt_002(group, {"ingress": [{"ipv6CidrBlocks": ["::/0"]}]}) == zt_002_fault("SecurityGroup", "::/0")
	zt_002(ingress_rule, {"cidrIpv4": "0.0.0.0/0"}) == zt_002_fault("SecurityGroupIngressRule", "0.0.0.0/0")
	zt_002(ingress_rule, {"cidrIpv6": "::/0"}) == zt_002_fault("SecurityGroupIngressRule", "::/0")
	zt_002(group_rule, {"type": "ingress", "cidrBlocks": ["0.0.0.0/0"]}) == zt_002_fault("SecurityGroupRule", "0.0.0.0/0")
}

test_zt_002_fails_for_half_the_world if zt_002(ingress_rule, {"cidrIpv4": "128.0.0.0/1"}) == zt_002_fault("SecurityGroupIngressRule", "128.0.0.0/1")

test_zt_002_fails_for_text_that_is_no_block if zt_002(ingress_rule, {"cidrIpv4": "anywhere"}) == zt_002_fault("SecurityGroupIngressRule", "anywhere")

test_zt_002_fails_where_the_type_is_missing if zt_002(group_rule, {"cidrBlocks": ["0.0.0.0/0"]}) == zt_002_fault("SecurityGroupRule", "0.0.0.0/0")

edge_rule := {"cidrIpv4": "0.0.0.0/0", "fromPort": 443, "toPort": 443, "tags": {"edge": "load-balancer"}}

test_zt_002_passes_for_the_edge if zt_002(ingress_rule, edge_rule) == set()

test_zt_002_fails_for_the_edge_of_an_isolated_environment if zt_002_at(false, ingress_rule, edge_rule) == zt_002_fault("SecurityGroupIngressRule", "0.0.0.0/0")

test_zt_002_fails_for_the_edge_on_another_port if {
	zt_002(ingress_rule, object.union(edge_rule, {"toPort": 8443})) == zt_002_fault("SecurityGroupIngressRule", "0.0.0.0/0")
}

test_zt_002_is_silent_on_opaque_values if {
	every value in opaque {
		zt_002(group, {"ingress": value}) == set()
		zt_002(group, {"ingress": [{"cidrBlocks": value}]}) == set()
		zt_002(ingress_rule, {"cidrIpv4": value}) == set()
	}
}

test_zt_002_fails_without_facts if {
	hits := data.bedplate_deploy.deny_zt_002 with input as one(group, {})
	hits == {"Rule deny_zt_002 lacks facts of the environment (public_edge); run it through bedplate, or pass them as policy configuration."}
}
