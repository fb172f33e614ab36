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

# The country of a region, "unknown" for a region that the table does not know.
country_of(region, countries) := object.get(countries, region, "unknown") if is_object(countries)

database_types := ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"]

databases := of_types(database_types)
