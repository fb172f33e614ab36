package bedplate_deploy

import rego.v1

# METADATA
# title: A bank's branch abroad keeps a daily copy in the United Arab Emirates
# description: >-
#   The record may be kept abroad only because a copy, no older than a day, lies in the country.
# custom:
#   id: RES-007
#   severity: high
#   scope: stack
#   resource_types:
#     - aws:rds/instance:Instance
#     - aws:rds/cluster:Cluster
#     - aws:docdb/cluster:Cluster
#     - aws:neptune/cluster:Cluster
#   reads: [aws:backup/plan:Plan#rules, aws:backup/selection:Selection#resources]
#   controls: ["cbuae:6.2"]
#   avoid: A backup plan that copies weekly, or to a vault in another country.
#   remediation: Add a daily rule with a copy action to a vault in a region of the country.
#   parameters: [regimes, foreign_branch, region_countries]
#   applies: {regimes: [uae-bank]}
#   settings: [governance.foreign_branch, stores.backup]
stack_deny_res_007 contains message if message := without_facts("stack_deny_res_007", ["regimes", "foreign_branch", "region_countries"])

stack_deny_res_007 contains hit if {
	"uae-bank" in listed(fact("stack_deny_res_007", "regimes"))
	fact("stack_deny_res_007", "foreign_branch") == true
	some database in databases
	not has_daily_copy(database)
	message := sprintf("%s has no daily copy in the United Arab Emirates; add a daily backup rule with a copy action to a vault there.", [label(database)])
	hit := {"msg": message, "urn": database.__urn}
}

# By the plan of a selection that holds it: another plan copies something else.
has_daily_copy(database) if {
	some selection in selections_of(database)
	some plan in plans_of(selection)
	some rule in listed(object.get(plan, "rules", null))
	is_daily(at(rule, ["schedule"]))
	some action in listed(at(rule, ["copyActions"]))
	is_at_home(at(action, ["destinationVaultArn"]))
}

is_daily(schedule) if is_opaque(schedule)

is_daily(schedule) if {
	is_string(schedule)
	regex.match(`^cron\([0-9]+ [0-9,*/-]+ (\*|\?) \* (\*|\?) \*\)$`, schedule)
}

is_at_home(arn) if is_opaque(arn)

is_at_home(arn) if {
	region := arn_region(arn)
	country_of(region, fact("stack_deny_res_007", "region_countries")) == "AE"
}
