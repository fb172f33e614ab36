package bedplate_deploy_test

import rego.v1

zt_007(type, inputs) := hits if {
	hits := data.bedplate_deploy.deny_zt_007 with input as one(type, inputs)
		with data.config as {"deny_zt_007": {"cluster_admins": [admin_role]}}
}

admin_role := "arn:aws:iam::111122223333:role/admin"

eks_policy(name) := sprintf("arn:aws:eks::aws:cluster-access-policy/%s", [name])

association := "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"

api_only := {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": false}

test_zt_007_passes if {
	zt_007(association, {"policyArn": eks_policy("AmazonEKSClusterAdminPolicy"), "principalArn": admin_role}) == set()
	zt_007(association, {"policyArn": eks_policy("AmazonEKSViewPolicy"), "principalArn": "other"}) == set()
	zt_007("aws:eks/accessEntry:AccessEntry", {"kubernetesGroups": ["bedplate:team:fraud"]}) == set()
	zt_007(eks, {"accessConfig": api_only}) == set()
}

test_zt_007_fails_for_an_unlisted_administrator if {
	every name in ["AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy"] {
		zt_007(association, {"policyArn": eks_policy(name), "principalArn": "arn:aws:iam::111122223333:role/other"}) == {`AccessPolicyAssociation "x" makes a role administrator of the cluster that cluster.admins does not list; list it or narrow the policy.`}
	}
}

test_zt_007_fails_for_the_group_of_masters if {
	zt_007("aws:eks/accessEntry:AccessEntry", {"kubernetesGroups": ["system:masters"]}) == {`AccessEntry "x" puts a role into system:masters, which no rule of the cluster limits; use a group of the team.`}
}

test_zt_007_fails_where_the_configuration_is_missing if {
	count(zt_007(eks, {})) == 2
	zt_007(eks, {"accessConfig": object.union(api_only, {"authenticationMode": "API_AND_CONFIG_MAP"})}) == {`Cluster "x" takes administrators from a ConfigMap in the cluster; set accessConfig.authenticationMode to API.`}
	zt_007(eks, {"accessConfig": {"authenticationMode": "API"}}) == {`Cluster "x" makes whoever creates it its administrator; set accessConfig.bootstrapClusterCreatorAdminPermissions to false.`}
}

test_zt_007_is_silent_on_opaque_values if {
	every value in opaque {
		zt_007(association, {"policyArn": value, "principalArn": value}) == set()
		zt_007(association, {"policyArn": eks_policy("AmazonEKSClusterAdminPolicy"), "principalArn": value}) == set()
		zt_007("aws:eks/accessEntry:AccessEntry", {"kubernetesGroups": value}) == set()
		zt_007(eks, {"accessConfig": value}) == set()
	}
}

test_zt_007_fails_without_facts if {
	hits := data.bedplate_deploy.deny_zt_007 with input as one(eks, {"accessConfig": api_only})
	hits == {"Rule deny_zt_007 lacks facts of the environment (cluster_admins); run it through bedplate, or pass them as policy configuration."}
}
