package bedplate_deploy

import rego.v1

# METADATA
# title: No permission for everything on everything, and data only from inside
# description: >-
#   A wildcard on a wildcard makes one leaked session the owner of the account. Access to objects
#   must in addition hang on where the request comes from or whose data it is.
# custom:
#   id: ZT-006
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
#   reads: [policy, inlinePolicies, assumeRolePolicy, managedPolicyArns, policyArn]
#   narrow: true
#   controls: [iso27001:A.8.2, iso27001:A.8.3, nist-800-207:T4]
#   avoid: An Allow of * on *, an administrator policy, or s3:GetObject without a condition.
#   remediation: >-
#     Name actions and resources; on object access add a condition such as aws:SourceVpce,
#     aws:ResourceAccount or aws:PrincipalOrgID.
#   settings: [identities]
deny_zt_006 contains message if {
	some document in identity_documents
	some statement in statements(document)
	allows_everything(statement)
	message := sprintf("%s allows every action on every resource; name the actions and resources.", [label(input)])
}

deny_zt_006 contains message if {
	some document in identity_documents
	may_name(document, "s3:")
	some statement in statements(document)
	reads_objects(statement)
	not is_conditioned(statement)
	message := sprintf("%s gives access to objects from anywhere; add a condition such as aws:SourceVpce or aws:ResourceAccount.", [label(input)])
}

deny_zt_006 contains message if {
	some document in identity_documents
	is_broken_policy(document)
	message := sprintf("%s holds a policy that is no policy document; write it as JSON with at least one statement.", [label(input)])
}

deny_zt_006 contains message if {
	input.__type == "aws:iam/role:Role"
	some statement in statements(object.get(input, "assumeRolePolicy", null))
	lets_in_everybody(statement)
	message := sprintf("%s can be assumed by everybody; name who may assume it.", [label(input)])
}

deny_zt_006 contains message if {
	some arn in attached_policies(input)
	is_string(arn)
	regex.match(`:policy/(job-function/)?(AdministratorAccess|PowerUserAccess|IAMFullAccess|SystemAdministrator)$`, arn)
	message := sprintf("%s attaches %s, which allows everything; attach a narrower policy.", [label(input), arn])
}

# Read once for all the clauses above.
identity_documents := identity_policies(input)
