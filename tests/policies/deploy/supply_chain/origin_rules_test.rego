package bedplate_deploy_test

import rego.v1

sup_005(resources) := hits if hits := data.bedplate_deploy.stack_deny_sup_005 with input as stack(resources)

constraint(kind) := named(sprintf("kubernetes:constraints.gatekeeper.sh/v1beta1:%s", [kind]), lower(kind), {})

all_constraints := [constraint(kind) | some kind in ["BedplateImageRegistries", "BedplateImageTags", "BedplateModelSignature", "BedplateModelStorage"]]

sup_005_message(kinds) := on(kube_namespace, sprintf(`Namespace "x" lies in a cluster without %s; deploy these constraints.`, [kinds]))

test_sup_005_passes if {
	sup_005(array.concat([team_namespace], all_constraints)) == set()
	sup_005([named(kube_namespace, "x", {"metadata": {"name": "platform"}})]) == set()
}

test_sup_005_fails_for_one_rule_less if {
	sup_005([team_namespace, constraint("BedplateImageTags"), constraint("BedplateModelSignature"), constraint("BedplateModelStorage")]) == {sup_005_message("BedplateImageRegistries")}
}

test_sup_005_fails_where_they_are_missing if {
	sup_005([team_namespace]) == {sup_005_message("BedplateImageRegistries, BedplateImageTags, BedplateModelSignature, BedplateModelStorage")}
}

test_sup_005_is_silent_on_opaque_values if {
	every value in opaque {
		sup_005([named(kube_namespace, "x", {"metadata": {"labels": value}})]) == set()
		sup_005([named(kube_namespace, "x", {"metadata": {"labels": {"bedplate/team": value}}})]) == set()
	}
}
