package bedplate_admission_test

import rego.v1

zt_105(question) := hits if hits := data.bedplate_admission.deny_zt_105 with input as question

narrow := {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}

test_zt_105_passes if {
	zt_105(strict(named("Role", {"rules": [narrow]}))) == set()
	zt_105(strict(named("RoleBinding", {"roleRef": {"kind": "Role", "name": "admin"}}))) == set()
	zt_105(strict(named("Role", {}))) == set()
}

test_zt_105_fails_for_a_wildcard if {
	every field in ["apiGroups", "resources", "verbs"] {
		wide := object.union(object.remove(narrow, [field]), {field: ["*"]})
		zt_105(strict(named("Role", {"rules": [wide]}))) == {sprintf(`Role "x" allows every one of %s; name those that are needed.`, [field])}
	}
}

test_zt_105_fails_for_a_role_of_the_cluster if zt_105(strict(named("RoleBinding", {"roleRef": {"kind": "ClusterRole", "name": "edit"}}))) == of("RoleBinding", "hands out a role of the whole cluster; bind a role of the namespace.")

test_zt_105_fails_for_everybody if zt_105(strict(named("RoleBinding", {"subjects": [{"name": "system:anonymous"}]}))) == of("RoleBinding", "is for everybody; name the group or the account.")

test_zt_105_is_silent_on_opaque_values if {
	every value in opaque {
		zt_105(strict(named("Role", {"rules": value}))) == set()
		zt_105(strict(named("Role", {"rules": [{"verbs": value}]}))) == set()
		zt_105(strict(named("RoleBinding", {"roleRef": value, "subjects": [value]}))) == set()
	}
}
