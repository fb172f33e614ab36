package bedplate_deploy

import rego.v1

# METADATA
# title: The identity policies that a resource holds
# description: Text of policy documents; the caller judges whether it is known and well formed.
identity_policies(resource) := [object.get(resource, "policy", null)] if {
	resource.__type in [
		"aws:iam/policy:Policy",
		"aws:iam/rolePolicy:RolePolicy",
		"aws:iam/groupPolicy:GroupPolicy",
		"aws:iam/userPolicy:UserPolicy",
	]
}

identity_policies(resource) := [document |
	some inline in listed(object.get(resource, "inlinePolicies", null))
	document := at(inline, ["policy"])
	document != null
] if {
	resource.__type == "aws:iam/role:Role"
}

attached_policies(resource) := listed(object.get(resource, "managedPolicyArns", null)) if {
	resource.__type == "aws:iam/role:Role"
}

attached_policies(resource) := [object.get(resource, "policyArn", null)] if {
	resource.__type in [
		"aws:iam/rolePolicyAttachment:RolePolicyAttachment",
		"aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
		"aws:iam/userPolicyAttachment:UserPolicyAttachment",
		"aws:iam/policyAttachment:PolicyAttachment",
	]
}

# Few statements are on everything, which shows at once.
allows_everything(statement) if {
	is_on_everything(statement)
	effect_of(statement) == "Allow"
	names_every_action(statement)
}

names_every_action(statement) if covers_action(statement, ["*", "*:*"])

# All actions but a few.
names_every_action(statement) if object.get(statement, "NotAction", null) != null

is_on_everything(statement) if "*" in statement_resources(statement)

is_on_everything(statement) if object.get(statement, "NotResource", null) != null

# Or on everything that the service has, in whatever region.
reaches_every_region(statement) if is_on_everything(statement)

reaches_every_region(statement) if {
	some resource in statement_resources(statement)
	is_string(resource)
	regex.match(`^arn:[^:]*:[^:]*:(:[^:]*:[*](/[*])?|[*]:[^:]*:([a-z-]+[:/])?[*](/[*])?)$`, resource)
}

# A policy that AWS wrote for a whole service with regions.
is_full_access(arn) if {
	regex.match(`^arn:[a-z-]+:iam::aws:policy/([a-z-]+/)?[A-Za-z0-9_-]+FullAccess(_v[0-9]|V[0-9])?$`, arn)
	not regex.match(`/(IAM|CloudFront|AmazonRoute53|AmazonRoute53Domains|AWSOrganizations|GlobalAccelerator)FullAccess$`, arn)
}

# An Allow that reaches objects of S3, whether it names the action or a pattern that holds it.
reads_objects(statement) if {
	effect_of(statement) == "Allow"
	some action in actions_of(statement)
	startswith(action, "s3:")
	some data_action in ["s3:getobject", "s3:putobject", "s3:deleteobject"]
	glob.match(action, [], data_action)
}

is_conditioned(statement) if {
	some key in condition_keys(statement)
	key in [
		"aws:sourcevpce",
		"aws:sourcevpc",
		"aws:sourceorgid",
		"aws:sourceaccount",
		"aws:principalorgid",
		"aws:principalaccount",
		"aws:resourceorgid",
		"aws:resourceaccount",
		"s3:resourceaccount",
	]
}
