package bedplate_deploy

import rego.v1

# METADATA
# title: Every resource lies in a region that the environment allows
# description: >-
#   A default provider takes its region from whoever runs the program. An explicit one states it,
#   and a resource may state its own; both must be regions of the environment.
# custom:
#   id: RES-001
#   severity: critical
#   scope: resource
#   resource_types: ["aws:*"]
#   reads: [__provider.type, __provider.name, __provider.properties.region, region]
#   narrow: true
#   controls: [uae-pdpl:22, gdpr:44, iso27001:A.5.23]
#   avoid: A resource without an explicit provider, or with one whose region is not allowed.
#   remediation: Give it an explicit aws.Provider whose region lies within the jurisdictions.
#   parameters: [allowed_regions]
#   settings: [aws.region]
deny_res_001 contains message if message := without_facts("deny_res_001", ["allowed_regions"])

deny_res_001 contains message if {
	startswith(input.__type, "aws:")
	provider := object.get(input, "__provider", {})
	not is_explicit(provider)
	message := sprintf("%s has no explicit provider, so nobody states its region; give it one.", [label(input)])
}

deny_res_001 contains message if {
	startswith(input.__type, "aws:")

	# Most providers state a region, which shows at once. A blank one is left to the surroundings too.
	stated := object.get(input, ["__provider", "properties", "region"], null)
	is_blank(stated)
	provider := object.get(input, "__provider", {})
	is_explicit(provider)
	is_blank(at(provider, ["properties", "region"]))
	message := sprintf("%s has a provider without a region; state it.", [label(input)])
}

deny_res_001 contains message if {
	startswith(input.__type, "aws:")
	allowed := fact("deny_res_001", "allowed_regions")
	some region in [
		object.get(input, "region", null),
		at(object.get(input, "__provider", {}), ["properties", "region"]),
	]
	region != null
	is_array(allowed)
	not region in allowed
	is_outside(region, allowed)
	message := sprintf("%s lies in %s, which the environment does not allow; %s.", [label(input), region_text(region), choice(allowed)])
}

is_explicit(provider) if {
	object.get(provider, "type", "") == "pulumi:providers:aws"
	name := object.get(provider, "name", "default")
	not startswith(name, "default")
}
