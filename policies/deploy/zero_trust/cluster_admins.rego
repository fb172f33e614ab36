package bedplate_deploy

import rego.v1

# METADATA
# title: Only the administrators that the environment lists administer the cluster
# description: >-
#   An administrator of the cluster reads every secret and every team's data. So access entries give
#   that right to nobody else, not to whoever made the cluster, and not by a group that needs no entry.
#   Roles within the cluster are judged by ZT-105 and ZT-106.
# custom:
#   id: ZT-007
#   severity: high
#   scope: resource
#   resource_types:
#     - aws:eks/cluster:Cluster
#     - aws:eks/accessEntry:AccessEntry
#     - aws:eks/accessPolicyAssociation:AccessPolicyAssociation
#   reads: [accessConfig, kubernetesGroups, policyArn, principalArn]
#   controls: [iso27001:A.5.15, iso27001:A.5.18, iso27001:A.8.2]
#   avoid: AmazonEKSClusterAdminPolicy for a role that is not listed, or the group system:masters.
#   remediation: List the role under cluster.admins, or give it a narrower policy.
#   parameters: [cluster_admins]
#   settings: [cluster.admins]
deny_zt_007 contains message if message := without_facts("deny_zt_007", ["cluster_admins"])

deny_zt_007 contains message if {
	input.__type == "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
	policy := object.get(input, "policyArn", "")
	is_admin_policy(policy)
	principal := object.get(input, "principalArn", null)
	is_known(principal)
	admins := listed(fact("deny_zt_007", "cluster_admins"))
	not principal in admins
	message := sprintf("%s makes a role administrator of the cluster that cluster.admins does not list; list it or narrow the policy.", [label(input)])
}

deny_zt_007 contains message if {
	input.__type == "aws:eks/accessEntry:AccessEntry"
	"system:masters" in listed(object.get(input, "kubernetesGroups", null))
	message := sprintf("%s puts a role into system:masters, which no rule of the cluster limits; use a group of the team.", [label(input)])
}

deny_zt_007 contains message if {
	input.__type == "aws:eks/cluster:Cluster"
	mode := at(input, ["accessConfig", "authenticationMode"])
	is_known(mode)
	mode != "API"
	message := sprintf("%s takes administrators from a ConfigMap in the cluster; set accessConfig.authenticationMode to API.", [label(input)])
}

# AWS makes the creator an administrator where nothing is said.
deny_zt_007 contains message if {
	input.__type == "aws:eks/cluster:Cluster"
	creator := at(input, ["accessConfig", "bootstrapClusterCreatorAdminPermissions"])
	is_known(creator)
	not creator in [false, "false"]
	message := sprintf("%s makes whoever creates it its administrator; set accessConfig.bootstrapClusterCreatorAdminPermissions to false.", [label(input)])
}

is_admin_policy(policy) if {
	is_string(policy)
	regex.match(`/(AmazonEKSClusterAdminPolicy|AmazonEKSAdminPolicy)$`, policy)
}
