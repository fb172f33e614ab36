package bedplate_deploy_test

import rego.v1

zt_012(labels) := hits if {
	hits := data.bedplate_deploy.deny_zt_012 with input as one("kubernetes:core/v1:Namespace", {"metadata": {"name": "fraud", "labels": labels}})
}

enforced(level) := {"pod-security.kubernetes.io/enforce": level}

team_labelled(labels) := object.union({"bedplate/team": "fraud"}, labels)

zt_012_none := `Namespace "x" holds its pods to no Pod Security Standard; label it pod-security.kubernetes.io/enforce: restricted.`

zt_012_lax(level) := sprintf(`Namespace "x" holds a team's pods to %s only; label it pod-security.kubernetes.io/enforce: restricted.`, [level])

test_zt_012_passes if {
	zt_012(enforced("privileged")) == set()
	zt_012(enforced("baseline")) == set()
	zt_012(team_labelled(enforced("restricted"))) == set()
}

test_zt_012_fails_for_a_lax_team if {
	every level in ["privileged", "baseline"] {
		zt_012(team_labelled(enforced(level))) == {zt_012_lax(level)}
	}
}

test_zt_012_fails_for_an_unknown_level if zt_012(enforced("strict")) == {zt_012_none}

test_zt_012_fails_where_it_is_missing if {
	zt_012({}) == {zt_012_none}
	zt_012(null) == {zt_012_none}
	zt_012(team_labelled({"pod-security.kubernetes.io/warn": "restricted"})) == {zt_012_none}
}

test_zt_012_judges_namespaces_only if {
	hits := data.bedplate_deploy.deny_zt_012 with input as one("kubernetes:core/v1:ConfigMap", {})
	hits == set()
}

test_zt_012_is_silent_on_opaque_values if {
	every value in opaque {
		zt_012(value) == set()
		zt_012(team_labelled(enforced(value))) == set()
	}
}
