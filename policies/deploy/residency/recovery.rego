package bedplate_deploy

import rego.v1

# METADATA
# title: Databases of record survive the loss of a zone, or of the region
# description: >-
#   Residency forbids the usual way out, a copy anywhere. So the way that was chosen must be there:
#   several zones and backups in the country, or backups copied to a second lawful region. Where
#   recovery asks for a region that residency forbids, residency wins.
# custom:
#   id: RES-005
#   severity: high
#   scope: stack
#   resource_types:
#     - aws:rds/instance:Instance
#     - aws:rds/cluster:Cluster
#     - aws:docdb/cluster:Cluster
#     - aws:neptune/cluster:Cluster
#   reads: [multiAz, backupRetentionPeriod, availabilityZones]
#   controls: [iso27001:A.5.30, iso27001:A.8.14, iso27001:A.8.13]
#   avoid: A production database in one zone, or one without a backup plan.
#   remediation: Set multiAz, keep backups, and add a backup plan with a selection.
#   parameters: [tier, data_classification, recovery_region, allowed_regions]
#   applies: {tiers: [production], classifications: [confidential, restricted]}
#   settings: [stores.database.multi_az, stores.backup, governance.disaster_recovery]
stack_deny_res_005 contains message if message := without_facts("stack_deny_res_005", ["tier", "data_classification", "recovery_region", "allowed_regions"])

stack_deny_res_005 contains hit if {
	recovery_is_due
	some database in of_types(["aws:rds/instance:Instance"])
	is_off(object.get(database, "multiAz", null))
	message := sprintf("%s stands in one zone; set multiAz to true.", [label(database)])
	hit := {"msg": message, "urn": database.__urn}
}

stack_deny_res_005 contains hit if {
	recovery_is_due
	some database in databases
	days := object.get(database, "backupRetentionPeriod", 0)
	is_known(days)
	not is_week(days)
	message := sprintf("%s can be restored for less than a week; set backupRetentionPeriod to 7 or more.", [label(database)])
	hit := {"msg": message, "urn": database.__urn}
}

stack_deny_res_005 contains hit if {
	recovery_is_due
	some database in databases
	not has_backup_plan
	message := sprintf("%s is in no backup plan; add a backup plan with a selection.", [label(database)])
	hit := {"msg": message, "urn": database.__urn}
}

stack_deny_res_005 contains hit if {
	recovery_is_due
	region := fact("stack_deny_res_005", "recovery_region")
	region in listed(fact("stack_deny_res_005", "allowed_regions"))
	some database in databases
	not is_copied_to(region)
	message := sprintf("%s is not copied to %s; add a copy action to the backup plan.", [label(database), region])
	hit := {"msg": message, "urn": database.__urn}
}

stack_deny_res_005 contains hit if {
	recovery_is_due
	region := fact("stack_deny_res_005", "recovery_region")
	not is_blank(region)
	allowed := listed(fact("stack_deny_res_005", "allowed_regions"))
	not region in allowed
	some database in databases
	message := sprintf("%s should be copied to %s, which no jurisdiction and no basis in force allows; residency wins: recover in the country, or record the transfer.", [label(database), region])
	hit := {"msg": message, "urn": database.__urn}
}

recovery_is_due if {
	fact("stack_deny_res_005", "tier") == "production"
	fact("stack_deny_res_005", "data_classification") in ["confidential", "restricted"]
}

is_week(days) if {
	is_number(days)
	days >= 7
}

has_backup_plan if {
	count(backup_plans) > 0
	count(selections) > 0
}

is_copied_to(region) if {
	some plan in backup_plans
	region in copy_regions(plan)
}

# Before a vault exists its ARN is not known, but where it will lie is.
is_copied_to(region) if {
	some plan in backup_plans
	some rule in listed(object.get(plan, "rules", null))
	some action in listed(at(rule, ["copyActions"]))
	is_opaque(at(action, ["destinationVaultArn"]))
	some urn in object.get(plan, ["propertyDependencies", "rules"], [])
	vault := by_urn[urn]
	vault.__type == "aws:backup/vault:Vault"
	region_of(vault) == region
}
