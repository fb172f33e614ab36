package bedplate_admission_test

import rego.v1

zt_106(question) := hits if hits := data.bedplate_admission.deny_zt_106 with input as question

clusters(kind, name_, rest) := object.union(rest, {"kind": kind, "metadata": {"name": name_}})

test_zt_106_passes if {
	zt_106(strict(clusters("ClusterRole", "x", {"rules": [{"verbs": ["get"]}]}))) == set()
	zt_106(strict(clusters("ClusterRole", "system:x", {"rules": [{"verbs": ["*"]}]}))) == set()
	zt_106(strict(clusters("ClusterRoleBinding", "eks:addons", {"roleRef": {"name": "cluster-admin"}}))) == set()
	zt_106(strict(clusters("ClusterRole", "x", {}))) == set()
}

test_zt_106_fails_for_a_wildcard if zt_106(strict(clusters("ClusterRole", "x", {"rules": [{"verbs": ["*"]}]}))) == of("ClusterRole", "allows every one of verbs; name those that are needed.")

test_zt_106_fails_for_an_administrator if zt_106(strict(clusters("ClusterRoleBinding", "x", {"roleRef": {"name": "cluster-admin"}}))) == of("ClusterRoleBinding", "makes administrators of the whole cluster; bind a narrower role.")

test_zt_106_fails_for_everybody if zt_106(strict(clusters("ClusterRoleBinding", "x", {"subjects": [{"name": "system:authenticated"}]}))) == of("ClusterRoleBinding", "is for everybody; name the group or the account.")

test_zt_106_is_silent_on_opaque_values if {
	every value in opaque {
		zt_106(strict(clusters("ClusterRole", "x", {"rules": value}))) == set()
		zt_106(strict(clusters("ClusterRoleBinding", "x", {"roleRef": value, "subjects": value}))) == set()
	}
}
