package bedplate_deploy_test

import rego.v1

res_008_of(type, inputs) := hits if {
	hits := data.bedplate_deploy.deny_res_008 with input as one(type, inputs)
		with data.config as {"deny_res_008": {"allowed_regions": ["me-central-1"]}}
}

res_008(list) := res_008_of("aws:iam/policy:Policy", {"policy": policy_text(list)})

whole_services := {"Effect": "Allow", "Action": ["ec2:*", "iam:*", "sqs:SendMessage", "RDS:*"], "Resource": "*"}

region_test(operator, regions) := {"Condition": {operator: {"aws:RequestedRegion": regions}}}

shut_abroad := object.union({"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}, region_test("StringNotEquals", ["me-central-1"]))

res_008_open(services) := {sprintf(`Policy "x" allows %s in every region; deny what aws:RequestedRegion may not name, or make that a condition.`, [services])}

test_res_008_passes if {
	res_008([whole_services, shut_abroad]) == set()
	res_008([whole_services, object.union(object.remove(shut_abroad, ["NotAction"]), {"Action": ["EC2:*", "rds:*"]})]) == set()
	res_008([object.union(whole_services, region_test("StringEquals", "me-central-1"))]) == set()
	res_008([whole_services, object.union(object.remove(shut_abroad, ["Condition"]), {"Condition": {"StringNotEquals": {"AWS:requestedregion": "me-central-1"}}})]) == set()
}

test_res_008_passes_for_less_than_a_service if {
	res_008([object.union(whole_services, {"Action": ["ec2:Describe*", "iam:*", "sts:*"]})]) == set()
	res_008([object.union(whole_services, {"Resource": "arn:aws:sqs:me-central-1:111122223333:q"})]) == set()
	res_008([object.union(whole_services, {"Effect": "Deny"})]) == set()
}

test_res_008_fails_without_a_denial if {
	res_008([whole_services]) == res_008_open("ec2:*, rds:*")
	res_008([object.union(object.remove(whole_services, ["Resource"]), {"NotResource": "arn:aws:sqs:*:*:q"})]) == res_008_open("ec2:*, rds:*")
}

test_res_008_fails_for_a_service_behind_an_escape if {
	document := `{"Statement": {"Effect": "Allow", "Action": "ec2\u003a\u002a", "Resource": "*"}}`
	res_008_of("aws:iam/policy:Policy", {"policy": document}) == res_008_open("ec2:*")
}

test_res_008_fails_where_the_denial_leaves_a_way if {
	every change in [
		{"Condition": {"StringNotEquals": {"aws:RequestedRegion": ["me-central-1", "eu-west-1"]}}},
		{"Condition": {"StringNotEquals": {"aws:RequestedRegion": "me-central-1", "aws:PrincipalTag/a": "b"}}},
		{"Condition": {"StringEquals": {"aws:RequestedRegion": "me-central-1"}}},
		{"Condition": {"StringNotEquals": {"aws:RequestedRegion": []}}},
		{"Condition": {}},
		{"NotAction": "*"},
		{"Resource": "arn:aws:sqs:*:111122223333:q"},
		{"Effect": "Allow"},
	] {
		found := res_008([whole_services, object.union(object.remove(shut_abroad, object.keys(change)), change)])
		found == res_008_open("ec2:*, rds:*")
	}
}

test_res_008_fails_for_the_service_that_is_left_out if {
	res_008([whole_services, object.union(shut_abroad, {"NotAction": ["iam:*", "ec2:Describe*"]})]) == res_008_open("ec2:*")
}

test_res_008_fails_for_another_region if {
	res_008([object.union(whole_services, region_test("StringEquals", "eu-west-1"))]) == res_008_open("ec2:*, rds:*")
}

test_res_008_fails_for_inline_policies if {
	hits := res_008_of("aws:iam/role:Role", {"inlinePolicies": [{"name": "a", "policy": policy_text([whole_services])}]})
	hits == {`Role "x" allows ec2:*, rds:* in every region; deny what aws:RequestedRegion may not name, or make that a condition.`}
}

test_res_008_passes_where_it_is_missing if res_008_of("aws:iam/policy:Policy", {}) == set()

test_res_008_is_silent_on_opaque_values if {
	every value in opaque {
		res_008_of("aws:iam/policy:Policy", {"policy": value}) == set()
		res_008_of("aws:iam/role:Role", {"inlinePolicies": value}) == set()
		res_008_of("aws:iam/role:Role", {"inlinePolicies": [{"policy": value}]}) == set()
	}
}

test_res_008_fails_without_facts if {
	hits := data.bedplate_deploy.deny_res_008 with input as one("aws:iam/policy:Policy", {})
	hits == {"Rule deny_res_008 lacks facts of the environment (allowed_regions); run it through bedplate, or pass them as policy configuration."}
}

test_res_008_fails_for_everything_by_a_pattern if {
	every case in [["s3", "arn:aws:s3:::*"], ["s3", "arn:aws:s3:::*/*"], ["sagemaker", "arn:aws:sagemaker:*:*:*"], ["dynamodb", "arn:aws:dynamodb:*:111122223333:table/*"]] {
		res_008([{"Effect": "Allow", "Action": sprintf("%s:*", [case[0]]), "Resource": case[1]}]) == res_008_open(sprintf("%s:*", [case[0]]))
	}
}

test_res_008_passes_for_patterns_of_less if {
	every resource in ["arn:aws:s3:::acme-models/*", "arn:aws:sagemaker:me-central-1:111122223333:*", "arn:aws:dynamodb:*:111122223333:table/acme-*"] {
		res_008([{"Effect": "Allow", "Action": ["s3:*", "sagemaker:*", "dynamodb:*"], "Resource": resource}]) == set()
	}
}

attaching(arn) := res_008_of("aws:iam/userPolicyAttachment:UserPolicyAttachment", {"policyArn": arn})

test_res_008_fails_for_a_policy_of_aws_on_a_whole_service if {
	every name in ["AmazonSageMakerFullAccess", "AmazonEC2FullAccess", "AmazonDynamoDBFullAccess_v2"] {
		arn := sprintf("arn:aws:iam::aws:policy/%s", [name])
		attaching(arn) == {sprintf(`UserPolicyAttachment "x" attaches %s, which allows a service in every region; write a policy of your own.`, [arn])}
	}
	count(res_008_of("aws:iam/role:Role", {"managedPolicyArns": ["arn:aws:iam::aws:policy/AmazonS3FullAccess"]})) == 1
}

test_res_008_passes_for_other_attached_policies if {
	every arn in ["arn:aws:iam::aws:policy/AmazonEKSClusterPolicy", "arn:aws:iam::111122223333:policy/OurFullAccess", "arn:aws:iam::aws:policy/IAMFullAccess"] {
		attaching(arn) == set()
	}
}
