package bedplate_deploy

import rego.v1

# METADATA
# title: Images are scanned when they come, and their tags stay what they were
# description: >-
#   A known flaw is cheapest before it runs. A tag that can be moved makes an approval of yesterday one
#   of something else. Caches of other registries are not judged: there the tag is the upstream's.
# custom:
#   id: SUP-004
#   severity: medium
#   scope: resource
#   resource_types:
#     - aws:ecr/repository:Repository
#     - aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration
#   reads: [imageScanningConfiguration.scanOnPush, imageTagMutability, rules]
#   controls: [iso27001:A.8.8, iso27001:A.5.21]
#   avoid: A repository with imageTagMutability MUTABLE, or without scanOnPush.
#   remediation: Set imageTagMutability to IMMUTABLE and imageScanningConfiguration.scanOnPush to true.
#   settings: [registry.scanning, registry]
deny_sup_004 contains message if {
	input.__type == "aws:ecr/repository:Repository"
	mutability := object.get(input, "imageTagMutability", null)
	is_known(mutability)
	mutability != "IMMUTABLE"
	message := sprintf("%s lets its tags be moved; set imageTagMutability to IMMUTABLE.", [label(input)])
}

deny_sup_004 contains message if {
	input.__type == "aws:ecr/repository:Repository"
	is_off(at(input, ["imageScanningConfiguration", "scanOnPush"]))
	message := sprintf("%s does not scan what is pushed; set imageScanningConfiguration.scanOnPush to true.", [label(input)])
}

deny_sup_004 contains message if {
	input.__type == "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
	rules := object.get(input, "rules", null)
	is_known(rules)
	count([rule | some rule in listed(rules); scans_by_itself(rule)]) == 0
	message := sprintf("%s scans nothing by itself; add a rule with SCAN_ON_PUSH or CONTINUOUS_SCAN.", [label(input)])
}

scans_by_itself(rule) if is_opaque(rule)

scans_by_itself(rule) if at(rule, ["scanFrequency"]) in ["SCAN_ON_PUSH", "CONTINUOUS_SCAN"]
