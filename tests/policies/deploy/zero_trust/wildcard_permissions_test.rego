package bedplate_deploy_test

import rego.v1

zt_006(type, inputs) := hits if hits := data.bedplate_deploy.deny_zt_006 with input as one(type, inputs)

iam_policy := "aws:iam/policy:Policy"

iam_role := "aws:iam/role:Role"

allowing(statement) := {"policy": policy_text([object.union({"Effect": "Allow"}, statement)])}

zt_006_everything := `Policy "x" allows every action on every resource; name the actions and resources.`

zt_006_objects := `Policy "x" gives access to objects from anywhere; add a condition such as aws:SourceVpce or aws:ResourceAccount.`

test_zt_006_passes if {
	zt_006(iam_policy, allowing({"Action": "ec2:Describe*", "Resource": "*"})) == set()
	zt_006(iam_policy, allowing({"Action": "*", "Resource": "arn:aws:sqs:me-central-1:111122223333:q"})) == set()
}

test_zt_006_passes_for_conditioned_objects if {
	zt_006(iam_policy, allowing({
		"Action": ["s3:GetObject", "s3:ListBucket"],
		"Resource": "arn:aws:s3:::acme-x/*",
		"Condition": {"StringEquals": {"aws:ResourceAccount": "111122223333"}},
	})) == set()
}

test_zt_006_passes_for_denials if zt_006(iam_policy, allowing({"Effect": "Deny", "Action": "*", "Resource": "*"})) == set()

test_zt_006_fails_for_everything if {
	every statement in [
		{"Action": "*", "Resource": "*"},
		{"Action": ["s3:ListBucket", "*:*"], "Resource": ["*"]},
		{"NotAction": "iam:*", "Resource": "*"},
		{"Action": "*", "NotResource": "arn:aws:s3:::x"},
	] {
		zt_006(iam_policy, allowing(statement)) == {zt_006_everything}
	}
}

test_zt_006_fails_for_objects_from_anywhere if {
	every action in ["s3:GetObject", "s3:Get*", "S3:PUTOBJECT", "s3:*", "s3:DeleteObject"] {
		zt_006(iam_policy, allowing({"Action": action, "Resource": "arn:aws:s3:::acme-x/*"})) == {zt_006_objects}
	}
}

test_zt_006_fails_for_objects_behind_an_escape if {
	document := `{"Statement": {"Effect": "Allow", "Action": "\u0073\u0033:GetObject", "Resource": "*"}}`
	zt_006(iam_policy, {"policy": document}) == {zt_006_objects}
}

test_zt_006_fails_for_a_condition_on_something_else if {
	zt_006(iam_policy, allowing({
		"Action": "s3:GetObject",
		"Resource": "arn:aws:s3:::acme-x/*",
		"Condition": {"Bool": {"aws:SecureTransport": "true"}},
	})) == {zt_006_objects}
}

test_zt_006_fails_for_inline_policies if {
	inputs := {"inlinePolicies": [{"name": "a", "policy": policy_text([{"Effect": "Allow", "Action": "*", "Resource": "*"}])}]}
	zt_006(iam_role, inputs) == {`Role "x" allows every action on every resource; name the actions and resources.`}
}

test_zt_006_fails_for_a_role_that_everybody_assumes if {
	trust := policy_text([{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}])
	zt_006(iam_role, {"assumeRolePolicy": trust}) == {`Role "x" can be assumed by everybody; name who may assume it.`}
}

test_zt_006_fails_for_policies_of_administrators if {
	arn := "arn:aws:iam::aws:policy/AdministratorAccess"
	zt_006(iam_role, {"managedPolicyArns": [arn]}) == {`Role "x" attaches arn:aws:iam::aws:policy/AdministratorAccess, which allows everything; attach a narrower policy.`}
	zt_006("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {"policyArn": arn}) == {`RolePolicyAttachment "x" attaches arn:aws:iam::aws:policy/AdministratorAccess, which allows everything; attach a narrower policy.`}
}

test_zt_006_fails_where_the_policy_is_missing if {
	zt_006(iam_policy, {}) == {`Policy "x" holds a policy that is no policy document; write it as JSON with at least one statement.`}
}

test_zt_006_passes_for_a_role_without_policies if zt_006(iam_role, {}) == set()

test_zt_006_is_silent_on_opaque_values if {
	every value in opaque {
		zt_006(iam_policy, {"policy": value}) == set()
		zt_006(iam_role, {"assumeRolePolicy": value, "inlinePolicies": value, "managedPolicyArns": [value]}) == set()
	}
}

test_zt_006_fails_for_an_administrator_however_attached if {
	every type in ["aws:iam/userPolicyAttachment:UserPolicyAttachment", "aws:iam/groupPolicyAttachment:GroupPolicyAttachment", "aws:iam/policyAttachment:PolicyAttachment"] {
		hits := data.bedplate_deploy.deny_zt_006 with input as one(type, {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})
		count(hits) == 1
	}
}
