package bedplate_deploy

import rego.v1

# METADATA
# title: Where a resource sends copies of its data
# description: >-
#   For each type the paths that state the other end: a region, an ARN that names one, or the ARN of
#   a bucket, which names none and is looked up in the stack. A copy that comes in from elsewhere
#   lies where its provider says.
copy_paths := {
	"aws:s3/bucketReplicationConfig:BucketReplicationConfig": [["rules", "destination", "bucket"]],
	"aws:s3/bucket:Bucket": [["replicationConfiguration", "rules", "destination", "bucket"]],
	"aws:s3/bucketV2:BucketV2": [["replicationConfigurations", "rules", "destinations", "bucket"]],
	"aws:ecr/replicationConfiguration:ReplicationConfiguration": [["replicationConfiguration", "rules", "destinations", "region"]],
	"aws:dynamodb/table:Table": [["replicas", "regionName"]],
	"aws:dynamodb/globalTable:GlobalTable": [["replicas", "regionName"]],
	"aws:secretsmanager/secret:Secret": [["replicas", "region"]],
	"aws:backup/plan:Plan": [["rules", "copyActions", "destinationVaultArn"]],
	"aws:rds/snapshotCopy:SnapshotCopy": [["destinationRegion"]],
	"aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": [["destinationRegion"]],
	"aws:redshift/snapshotCopy:SnapshotCopy": [["destinationRegion"]],
	"aws:efs/replicationConfiguration:ReplicationConfiguration": [["destination", "region"]],
	"aws:dlm/lifecyclePolicy:LifecyclePolicy": [
		["policyDetails", "schedules", "crossRegionCopyRules", "target"],
		["policyDetails", "schedules", "crossRegionCopyRules", "targetRegion"],
		["policyDetails", "action", "crossRegionCopies", "target"],
	],
}

copy_regions(resource) := {region |
	some path in object.get(copy_paths, resource.__type, [])
	some place in spread(resource, path)
	some region in regions_named(place)
}

# All known values at a path of at most four steps, through lists.
spread(document, path) := known_items(at(document, path)) if count(path) == 1

spread(document, path) := [value |
	some first in known_items(at(document, [path[0]]))
	some value in known_items(at(first, [path[1]]))
] if {
	count(path) == 2
}

spread(document, path) := [value |
	some first in known_items(at(document, [path[0]]))
	some second in known_items(at(first, [path[1]]))
	some value in known_items(at(second, [path[2]]))
] if {
	count(path) == 3
}

spread(document, path) := [value |
	some first in known_items(at(document, [path[0]]))
	some second in known_items(at(first, [path[1]]))
	some third in known_items(at(second, [path[2]]))
	some value in known_items(at(third, [path[3]]))
] if {
	count(path) == 4
}

known_items(value) := [item | some item in listed(value); is_known(item)]

regions_named(place) := {place} if is_region(place)

regions_named(place) := {region} if {
	region := arn_region(place)
	is_region(region)
}

regions_named(place) := stated_regions(bucket_urns) if {
	arn_region(place) == ""
	bucket_urns := buckets_named(split(place, ":")[5])
}

# Neither a region nor an ARN.
regions_named(place) := {"a place that states no region"} if {
	not is_region(place)
	not is_arn(place)
}

is_region(text) if {
	is_string(text)
	regex.match(`^[a-z]+(-[a-z]+)+-[0-9]+$`, text)
}

stated_regions(urns) := {"the region of a bucket outside this stack"} if count(urns) == 0

stated_regions(urns) := {region | some urn in urns; region := region_of(by_urn[urn])} if count(urns) > 0
