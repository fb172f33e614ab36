package own

import rego.v1

# METADATA
# title: Buckets say who owns them
# description: >-
#   An example of a rule of your own. Whoever finds data in a bucket must know whom to ask.
# custom:
#   id: OWN-001
#   severity: medium
#   scope: resource
#   resource_types: ["aws:s3/bucket:Bucket"]
#   reads: [tags.owner]
#   controls: ["iso27001:A.5.9"]
#   avoid: A bucket without the tag owner, or with an empty one.
#   remediation: Set the tag owner.
deny_own_001 contains message if {
	input.__type == "aws:s3/bucket:Bucket"
	not own_001_is_open
	own_001_value in [null, ""]
	message := sprintf("%s does not say who owns it; set the tag owner.", [input.__name])
}

own_001_value := object.get(input, ["tags", "owner"], null)

# Where the tags are unknown or secret, the verdict is open, by `reads` above.
own_001_is_open if {
	tags := object.get(input, ["tags"], null)
	is_object(tags)
	some marker in ["$unknown", "$secret"]
	object.get(tags, marker, false) == true
}
