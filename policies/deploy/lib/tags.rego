package bedplate_deploy

import rego.v1

# METADATA
# title: The tags of a resource
# description: >-
#   Its own, over those that its provider gives to everything. The wire carries a provider's
#   defaultTags as JSON text.
tags_of(resource) := object.union(default_tags(resource), own_tags(resource))

own_tags(resource) := tags if {
	tags := object.get(resource, "tags", {})
	is_object(tags)
	is_known(tags)
}

# An Auto Scaling group lists its tags.
own_tags(resource) := {key: value |
	some tag in object.get(resource, "tags", [])
	is_object(tag)
	key := object.get(tag, "key", "")
	value := object.get(tag, "value", null)
} if {
	is_array(object.get(resource, "tags", {}))
}

own_tags(resource) := {} if {
	tags := object.get(resource, "tags", {})
	not is_array(tags)
	not is_plain_object(tags)
}

is_plain_object(value) if {
	is_object(value)
	is_known(value)
}

default_tags(resource) := tags if {
	value := at(object.get(resource, "__provider", {}), ["properties", "defaultTags"])
	document := parsed(value)
	tags := object.get(document, "tags", {})
	is_plain_object(tags)
} else := {}

parsed(value) := value if is_plain_object(value)

parsed(value) := json.unmarshal(value) if {
	is_string(value)
	json.is_valid(value)
	startswith(trim_space(value), "{")
}

# One tag, without a look at the provider where the resource has it.
tag_of(resource, name) := value if {
	value := object.get(resource, ["tags", name], null)
	value != null
} else := object.get(tags_of(resource), name, null)

# Names whose tags are texts of the resource's own, and not blank.
filled_tags(resource, names) := [name |
	some name in names
	text := object.get(resource, ["tags", name], null)
	is_string(text)
	trim_space(text) != ""
]

# Names of the tags that a taggable resource lacks; a value that is not known is there. Most
# resources have them all, which shows without a look at their type and their provider.
missing_tags(resource, names) := missing if {
	count(filled_tags(resource, names)) < count(names)
	is_taggable(resource.__type)
	is_known(object.get(resource, "tags", {}))
	tags := tags_of(resource)
	missing := [name | some name in names; is_blank(object.get(tags, name, null))]
	count(missing) > 0
}
