package bedplate_deploy

import rego.v1

# METADATA
# title: Resources of a stack by URN
# description: >-
#   Indexes that stack rules join by, each built once for a stack, so that the work grows with the
#   number of resources and not with its square.
by_urn[urn] := resource if {
	some resource in input.resources
	urn := resource.__urn
}

urns_of_type[type] contains urn if {
	some resource in input.resources
	type := resource.__type
	urn := resource.__urn
}

# All resources of the types given.
of_types(types) := [by_urn[urn] | some type in types; some urn in object.get(urns_of_type, type, set())]

bucket_types := ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"]

buckets := of_types(bucket_types)

bucket_urn_by_name[name] contains urn if {
	some bucket in buckets
	name := object.get(bucket, "bucket", null)
	is_string(name)
	urn := bucket.__urn
}

# The settings of a bucket are resources of their own: they name it, or read its output.
bucket_parts[urn] contains part.__urn if {
	some part in input.resources
	some urn in object.get(part, ["propertyDependencies", "bucket"], [])
}

bucket_parts[urn] contains part.__urn if {
	some part in input.resources
	name := object.get(part, "bucket", null)
	is_string(name)
	some urn in object.get(bucket_urn_by_name, name, set())
	urn != part.__urn
}

# The parts of one kind, such as bucketPolicy, of a bucket.
parts_of(bucket, kind) := [part |
	some urn in object.get(bucket_parts, bucket.__urn, set())
	part := by_urn[urn]
	startswith(part.__type, sprintf("aws:s3/%s", [kind]))
]

# The resources of a type whose property reads an output of, or names, the resource with this URN.
readers(type, property, urn) := [reader |
	some reader in of_types([type])
	urn in object.get(reader, ["propertyDependencies", property], [])
]
