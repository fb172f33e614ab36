package bedplate_deploy

import rego.v1

# METADATA
# title: What a message calls a resource
# description: The last part of its type and its logical name, such as Bucket "models".
label(resource) := text if {
	parts := split(object.get(resource, "__type", "resource"), ":")
	text := sprintf("%s \"%s\"", [parts[count(parts) - 1], object.get(resource, "__name", "?")])
}

# Where a resource lies: its own region, else that of its explicit provider; null where neither says.
region_of(resource) := region if {
	region := object.get(resource, "region", null)
	region != null
}

region_of(resource) := region if {
	object.get(resource, "region", null) == null
	region := at(object.get(resource, "__provider", {}), ["properties", "region"])
}

# The region that an ARN names; "" for global ARNs and for those of S3, null for other text.
arn_region(arn) := region if {
	is_string(arn)
	regex.match(`^arn:[a-z-]+:[^:]*:[^:]*:[^:]*:.+`, arn)
	region := split(arn, ":")[3]
}

arn_region(arn) := null if not is_arn(arn)

is_arn(arn) if {
	is_string(arn)
	regex.match(`^arn:[a-z-]+:[^:]*:[^:]*:[^:]*:.+`, arn)
}

# A customer key is named: a known value that is not an alias of a key that AWS manages.
is_customer_key(key) if {
	is_string(key)
	is_known(key)
	trim_space(key) != ""
	not contains(key, "alias/aws/")
}

# Not a customer key, and known not to be one.
lacks_customer_key(key) if {
	is_known(key)
	not is_customer_key(key)
}
