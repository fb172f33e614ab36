package bedplate_deploy

import rego.v1

# METADATA
# title: Who may do everything in a service may do so in allowed regions only
# description: >-
#   An identity acts wherever its policies let it, not only where the provider works. What allows a whole
#   service on everything, as a permissions boundary does, must shut the other regions itself.
# custom:
#   id: RES-008
#   severity: high
#   scope: resource
#   resource_types:
#     - aws:iam/policy:Policy
#     - aws:iam/rolePolicy:RolePolicy
#     - aws:iam/groupPolicy:GroupPolicy
#     - aws:iam/userPolicy:UserPolicy
#     - aws:iam/role:Role
#     - aws:iam/rolePolicyAttachment:RolePolicyAttachment
#     - aws:iam/groupPolicyAttachment:GroupPolicyAttachment
#     - aws:iam/userPolicyAttachment:UserPolicyAttachment
#     - aws:iam/policyAttachment:PolicyAttachment
#   reads: [policy, inlinePolicies, managedPolicyArns, policyArn]
#   narrow: true
#   controls: [uae-pdpl:22, gdpr:44, iso27001:A.5.23]
#   avoid: An Allow of ec2:* on * without a Deny of the regions that aws:RequestedRegion may not name.
#   remediation: >-
#     Deny with NotAction the services that have no region, where StringNotEquals aws:RequestedRegion the
#     allowed regions; or make that a condition of the Allow.
#   parameters: [allowed_regions]
#   settings: [aws.region]
deny_res_008 contains message if message := without_facts("deny_res_008", ["allowed_regions"])

deny_res_008 contains message if {
	allowed := fact("deny_res_008", "allowed_regions")
	is_array(allowed)
	some document in identity_documents
	may_name(document, ":*")
	found := statements(document)
	open := {service |
		some statement in found
		some service in boundless_services(statement)
		not names_regions(statement, "StringEquals", allowed)
		not is_shut_abroad(found, service, allowed)
	}
	count(open) > 0
	message := sprintf("%s allows %s:* in every region; deny what aws:RequestedRegion may not name, or make that a condition.", [label(input), concat(":*, ", sort(open))])
}

# A policy of AWS that allows a whole service knows nothing of regions.
deny_res_008 contains message if {
	some arn in attached_policies(input)
	is_string(arn)
	is_full_access(arn)
	message := sprintf("%s attaches %s, which allows a service in every region; write a policy of your own.", [label(input), arn])
}

# Services that AWS runs in one place, so that a request names no region of ours.
regionless_services := {
	"account", "aws-portal", "billing", "budgets", "ce", "cloudfront", "globalaccelerator", "health",
	"iam", "importexport", "networkmanager", "organizations", "pricing", "route53", "route53domains",
	"shield", "sts", "support", "trustedadvisor", "waf",
}

boundless_services(statement) := {service |
	effect_of(statement) == "Allow"
	reaches_every_region(statement)
	some action in actions_of(statement)
	endswith(action, ":*")
	service := trim_suffix(action, ":*")
	not service in regionless_services
}

# A test on the region, with values that are all allowed.
names_regions(statement, operator, allowed) if {
	some key, values in object.get(object.get(statement, "Condition", {}), operator, {})
	lower(key) == "aws:requestedregion"
	count(listed(values)) > 0
	every value in listed(values) {
		value in allowed
	}
}

# A Deny of the service wherever else, which hangs on nothing but the region.
is_shut_abroad(found, service, allowed) if {
	some statement in found
	effect_of(statement) == "Deny"
	"*" in statement_resources(statement)
	condition_keys(statement) == ["aws:requestedregion"]
	names_regions(statement, "StringNotEquals", allowed)
	covers_service(statement, service)
}

covers_service(statement, service) if covers_action(statement, ["*", sprintf("%s:*", [service])])

covers_service(statement, service) if {
	spared := {service_of(action) | some action in listed(object.get(statement, "NotAction", null)); is_string(action)}
	count(spared) > 0
	count({"*", service} & spared) == 0
}

# An action's service in lower case; one that a pattern may stand for is taken as any.
service_of(action) := service if {
	service := split(lower(action), ":")[0]
	not contains(service, "*")
} else := "*"
