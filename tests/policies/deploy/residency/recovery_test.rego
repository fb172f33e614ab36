package bedplate_deploy_test

import rego.v1

res_005_in(tier, class, region, resources) := hits if {
	hits := data.bedplate_deploy.stack_deny_res_005 with input as stack(resources)
		with data.config as {"stack_deny_res_005": {"tier": tier, "data_classification": class, "recovery_region": region, "allowed_regions": ["me-central-1", "me-south-1"]}}
}

res_005(resources) := res_005_in("production", "restricted", "", resources)

db(inputs) := named(rds_instance, "x", inputs)

good_db := db({"multiAz": true, "backupRetentionPeriod": 14})

selection := named("aws:backup/selection:Selection", "s", {})

home_plan := backup_plan(vault_in("me-central-1"))

res_005_zone := on(rds_instance, `Instance "x" stands in one zone; set multiAz to true.`)

res_005_week := on(rds_instance, `Instance "x" can be restored for less than a week; set backupRetentionPeriod to 7 or more.`)

res_005_plan := on(rds_instance, `Instance "x" is in no backup plan; add a backup plan with a selection.`)

test_res_005_passes if res_005([good_db, home_plan, selection]) == set()

test_res_005_fails_in_one_zone if {
	res_005([db({"multiAz": false, "backupRetentionPeriod": 7}), home_plan, selection]) == {res_005_zone}
}

test_res_005_fails_for_short_backups if {
	res_005([db({"multiAz": true, "backupRetentionPeriod": 6}), home_plan, selection]) == {res_005_week}
}

test_res_005_fails_where_all_is_missing if res_005([db({})]) == {res_005_zone, res_005_week, res_005_plan}

test_res_005_fails_for_a_plan_without_selection if res_005([good_db, home_plan]) == {res_005_plan}

test_res_005_fails_where_the_second_region_has_no_copy if {
	res_005_in("production", "restricted", "me-south-1", [good_db, home_plan, selection]) == {on(rds_instance, `Instance "x" is not copied to me-south-1; add a copy action to the backup plan.`)}
	res_005_in("production", "restricted", "me-south-1", [good_db, backup_plan(vault_in("me-south-1")), selection]) == set()
}

test_res_005_yields_where_residency_forbids_the_second_region if {
	res_005_in("production", "restricted", "eu-west-1", [good_db, home_plan, selection]) == {on(rds_instance, `Instance "x" should be copied to eu-west-1, which no jurisdiction and no basis in force allows; residency wins: recover in the country, or record the transfer.`)}
}

test_res_005_asks_less_of_other_tiers_and_classes if {
	res_005_in("development", "restricted", "", [db({})]) == set()
	res_005_in("production", "internal", "", [db({})]) == set()
}

test_res_005_is_silent_on_opaque_values if {
	every value in opaque {
		res_005([db({"multiAz": value, "backupRetentionPeriod": value}), home_plan, selection]) == set()
	}
}

test_res_005_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_res_005 with input as stack([])
	hits == {"Rule stack_deny_res_005 lacks facts of the environment (tier, data_classification, recovery_region, allowed_regions); run it through bedplate, or pass them as policy configuration."}
}

vault_type := "aws:backup/vault:Vault"

future_plan := reading("aws:backup/plan:Plan", "p", {"rules": [{"copyActions": [{"destinationVaultArn": unknown}]}]}, "rules", urn(vault_type, "v"))

vault_of(region) := object.union(named(vault_type, "v", {}), {"region": region})

test_res_005_passes_for_a_copy_to_a_vault_that_does_not_exist_yet if {
	res_005_in("production", "restricted", "me-south-1", [good_db, future_plan, vault_of("me-south-1"), selection]) == set()
}

test_res_005_fails_for_a_copy_to_a_vault_elsewhere if {
	count(res_005_in("production", "restricted", "me-south-1", [good_db, future_plan, vault_of("me-central-1"), selection])) == 1
}

test_res_005_fails_for_other_databases if {
	every type in ["aws:docdb/cluster:Cluster", "aws:neptune/cluster:Cluster"] {
		count(res_005([named(type, "x", {})])) == 2
	}
}
