package bedplate_deploy

import rego.v1

# METADATA
# title: A stated region that is none of those allowed
# description: >-
#   Nothing stated (null), the empty region of a global ARN, and a marker are not outside.
is_outside(region, allowed) if {
	is_array(allowed)
	not region in allowed
	not region in [null, ""]
	is_known(region)
}

# What a message calls a region.
region_text(region) := region if is_string(region)

region_text(region) := "a region that nobody states" if not is_string(region)

# Regions to choose from, for the end of a message.
choice(regions) := sprintf("use %s", [concat(" or ", regions)]) if count(regions) > 0

choice(regions) := "use one within its jurisdictions" if count(regions) == 0

# The country of a region, "unknown" for a region that the table does not know.
country_of(region, countries) := object.get(countries, region, "unknown") if is_object(countries)

database_types := [
	"aws:rds/instance:Instance",
	"aws:rds/cluster:Cluster",
	"aws:docdb/cluster:Cluster",
	"aws:neptune/cluster:Cluster",
]

databases := of_types(database_types)
