package bedplate_deploy_test

import rego.v1

# Stand-ins and builders that the tests of all rules share.

unknown := {"$unknown": true}

secret := {"$secret": true}

# Pulumi's own wrapper, and its text for an unknown value.
wrapped := {"Element": "hidden"}

unknown_text := "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

opaque := [unknown, secret, wrapped, unknown_text]

key := "arn:aws:kms:me-central-1:111122223333:key/0a1b"

provider := in_region("me-central-1")

in_region(region) := {
	"type": "pulumi:providers:aws",
	"name": "main",
	"urn": "urn:pulumi:prod::bedplate-foundation::pulumi:providers:aws::main",
	"properties": {"region": region},
}

urn(type, name) := sprintf("urn:pulumi:prod::bedplate-foundation::%s::%s", [type, name])

# One resource called x.
one(type, inputs) := named(type, "x", inputs)

named(type, name, inputs) := object.union(
	object.remove(defaults(type, name, inputs), object.keys(inputs)),
	inputs,
)

defaults(type, name, inputs) := {
	"__provider": provider,
	"__type": type,
	"__name": name,
	"__urn": urn(type, name),
	"__options": {},
	"__properties": inputs,
	"dependencies": [],
	"propertyDependencies": {},
}

# A resource whose property reads an output of another.
reading(type, name, inputs, property, target) := object.union(
	named(type, name, inputs),
	{"dependencies": [target], "propertyDependencies": {property: [target]}},
)

stack(resources) := {"resources": array.concat([named("pulumi:pulumi:Stack", "prod", {})], resources)}

# What a stack rule says of the resources of one type called x.
on(type, message) := {"msg": message, "urn": urn(type, "x")}

bucket_type := "aws:s3/bucket:Bucket"

bucket := named(bucket_type, "x", {"bucket": "acme-x"})

# A setting of that bucket, which names it.
part(kind, inputs) := named(sprintf("aws:s3/%s", [kind]), "part", object.union({"bucket": "acme-x"}, inputs))

# The same before anything exists: the name is unknown, the dependency is there.
future_part(kind, inputs) := reading(
	sprintf("aws:s3/%s", [kind]), "part",
	object.union({"bucket": unknown}, inputs),
	"bucket", urn(bucket_type, "x"),
)

policy_text(statements) := json.marshal({"Version": "2012-10-17", "Statement": statements})
