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
of_types(types) := [by_urn[urn] | some type in types; some urn in typed(type)]

# An index without entries is undefined in one engine and empty in another: hence the other branch.
typed(type) := urns if {
	urns := urns_of_type[type]
} else := set()

bucket_types := ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"]

buckets := of_types(bucket_types)

bucket_urn_by_name[name] contains urn if {
	some bucket in buckets
	name := object.get(bucket, "bucket", null)
	is_string(name)
	urn := bucket.__urn
}

buckets_named(name) := urns if {
	urns := bucket_urn_by_name[name]
} else := set()

# The settings of a bucket are resources of their own: they name it, or read its output.
bucket_parts[urn] contains part.__urn if {
	some part in input.resources
	some urn in object.get(part, ["propertyDependencies", "bucket"], [])
}

bucket_parts[urn] contains part.__urn if {
	some part in input.resources
	name := object.get(part, "bucket", null)
	is_string(name)
	some urn in buckets_named(name)
	urn != part.__urn
}

parts_with(urn) := parts if {
	parts := bucket_parts[urn]
} else := set()

# The parts of one kind, such as bucketPolicy, of a bucket.
parts_of(bucket, kind) := [part |
	some part in typed_parts(bucket.__urn)
	startswith(part.__type, beginning)
] if {
	beginning := sprintf("aws:s3/%s", [kind])
}

typed_parts(urn) := parts if {
	parts := bucket_part_list[urn]
} else := []

bucket_part_list[urn] := [by_urn[part] | some part in parts] if some urn, parts in bucket_parts

# The resources of a type whose property reads an output of, or names, the resource with this URN.
readers(type, property, urn) := [reader |
	some reader in of_types([type])
	urn in object.get(reader, ["propertyDependencies", property], [])
]
