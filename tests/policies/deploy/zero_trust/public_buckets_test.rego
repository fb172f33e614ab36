package bedplate_deploy_test

import rego.v1

zt_011(resources) := hits if hits := data.bedplate_deploy.stack_deny_zt_011 with input as stack(resources)

policy_type := "aws:s3/bucketPolicy:BucketPolicy"

block_type := "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"

closed_block := {"blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true}

zt_011_policy(statement) := zt_011([named(policy_type, "x", {"policy": policy_text([statement])})])

for_everybody := {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}

narrowed(operator, name, values) := object.union(for_everybody, {"Condition": {operator: {name: values}}})

zt_011_open := on(policy_type, `BucketPolicy "x" lets in everybody; name the principals, or add a condition on who or where they are.`)

zt_011_bare := on(bucket_type, `Bucket "x" has no public access block; add a BucketPublicAccessBlock with all four switches on.`)

test_zt_011_passes if {
	zt_011([bucket, part("bucketPublicAccessBlock:BucketPublicAccessBlock", closed_block)]) == set()
	zt_011([bucket, future_part("bucketPublicAccessBlock:BucketPublicAccessBlock", closed_block)]) == set()
	zt_011_policy(object.union(for_everybody, {"Effect": "Deny"})) == set()
	zt_011_policy(object.union(for_everybody, {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}})) == set()
	zt_011_policy(narrowed("StringEquals", "aws:PrincipalOrgID", "o-acme")) == set()
	zt_011_policy(narrowed("StringLike", "AWS:PrincipalArn", ["arn:aws:iam::111122223333:role/reader-*"])) == set()
	zt_011_policy(narrowed("IpAddress", "aws:SourceIp", "10.0.0.0/8")) == set()
	zt_011_policy(narrowed("StringLike", "aws:userid", "AROAEXAMPLEEXAMPLE123:*")) == set()
}

test_zt_011_fails_for_everybody if {
	every principal in ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::111122223333:root", "*"]}] {
		zt_011_policy(object.union(object.remove(for_everybody, ["Principal"]), {"Principal": principal})) == {zt_011_open}
	}
	zt_011_policy({"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "s3:*", "Resource": "*"}) == {zt_011_open}
}

test_zt_011_fails_where_the_condition_narrows_nothing if {
	every statement in [
		narrowed("StringLike", "aws:PrincipalArn", "*"),
		narrowed("StringLike", "aws:PrincipalArn", ["arn:aws:iam::111122223333:role/x", "arn:aws:iam::*:role/x"]),
		narrowed("StringEquals", "s3:prefix", "public/"),
		narrowed("StringNotEquals", "aws:PrincipalOrgID", "o-acme"),
		narrowed("StringEqualsIfExists", "aws:PrincipalOrgID", "o-acme"),
		narrowed("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "0.0.0.0/0"]),
		narrowed("IpAddress", "aws:SourceIp", ["0.0.0.0/1", "128.0.0.0/1"]),
		narrowed("IpAddress", "aws:SourceIp", "::/0"),
		narrowed("StringLike", "aws:PrincipalOrgID", "o-*"),
		narrowed("StringLike", "aws:SourceVpce", "vpce-????????"),
		narrowed("ArnEquals", "aws:SourceArn", "arn:aws:s3:::acme-*"),
		narrowed("ArnLike", "aws:PrincipalArn", "arn:aws:iam::1*:role/x"),
		narrowed("ArnLike", "aws:PrincipalArn", "arn:*:iam::111122223333:role/x"),
		narrowed("StringLike", "aws:userid", "*:admin"),
		narrowed("StringEquals", "aws:PrincipalOrgID", []),
		object.union(for_everybody, {"Condition": "none"}),
	] {
		zt_011_policy(statement) == {zt_011_open}
	}
}

test_zt_011_fails_for_a_bucket_without_a_block if zt_011([bucket]) == {zt_011_bare}

test_zt_011_fails_for_each_switch_that_is_off if {
	every type in [block_type, "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"] {
		kind := split(type, ":")[2]
		every switch, _ in closed_block {
			message := sprintf(`%s "x" leaves %s off; set each to true.`, [kind, switch])
			zt_011([named(type, "x", object.union(closed_block, {switch: false}))]) == {on(type, message)}
			zt_011([named(type, "x", object.remove(closed_block, [switch]))]) == {on(type, message)}
		}
	}
	zt_011([named(block_type, "x", {})]) == {on(block_type, `BucketPublicAccessBlock "x" leaves blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets off; set each to true.`)}
}

test_zt_011_is_silent_on_opaque_values if {
	every value in opaque {
		zt_011([named(policy_type, "x", {"policy": value})]) == set()
		zt_011([named(block_type, "x", object.union(object.remove(closed_block, ["blockPublicAcls"]), {"blockPublicAcls": value}))]) == set()
	}
}
