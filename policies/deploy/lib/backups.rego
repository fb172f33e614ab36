package bedplate_deploy

import rego.v1

# METADATA
# title: What the selections of backup plans hold
# description: >-
#   A selection names stores, or tags that a store carries one of. Exclusions and conditions leave
#   stores out again.
selections := of_types(["aws:backup/selection:Selection"])

selections_of(store) := [selection |
	some selection in selections
	selects(selection, store)
	not leaves_out(selection, store)
]

selects(selection, store) if names_store(selection, "resources", store)

selects(selection, _) if "*" in listed(object.get(selection, "resources", null))

selects(selection, store) if {
	some tag in listed(object.get(selection, "selectionTags", null))
	carries(store, at(tag, ["key"]), at(tag, ["value"]))
}

leaves_out(selection, store) if names_store(selection, "notResources", store)

# Of the conditions those on equal tags are looked at.
leaves_out(selection, store) if {
	some condition in listed(object.get(selection, "conditions", null))
	some test in listed(at(condition, ["stringEquals"]))
	key := at(test, ["key"])
	is_string(key)
	startswith(key, "aws:ResourceTag/")
	tag := trim_prefix(key, "aws:ResourceTag/")
	wanted := at(test, ["value"])
	not carries(store, tag, wanted)
}

carries(_, key, _) if is_opaque(key)

carries(store, key, wanted) if {
	is_string(key)
	value := tag_of(store, key)
	is_same(value, wanted)
}

is_same(value, wanted) if value == wanted

is_same(value, wanted) if {
	some one in [value, wanted]
	is_opaque(one)
}

names_store(selection, property, store) if {
	named := object.get(selection, property, null)
	not is_blank(named)
	store.__urn in object.get(selection, ["propertyDependencies", property], [])
}

names_store(selection, property, store) if {
	some arn in listed(object.get(selection, property, null))
	is_string(arn)
	some name_of in ["identifier", "clusterIdentifier", "name"]
	name := object.get(store, name_of, null)
	is_string(name)
	some separator in [":", "/"]
	endswith(arn, concat("", [separator, name]))
}

# An ARN that is not known yet may be the store's, where nothing says whose it is.
names_store(selection, property, _) if {
	some arn in listed(object.get(selection, property, null))
	is_opaque(arn)
	count(object.get(selection, ["propertyDependencies", property], [])) == 0
}

backup_plans := of_types(["aws:backup/plan:Plan"])

# The plan whose id a selection reads; any, where it reads none.
plans_of(selection) := plans if {
	plans := [plan | some plan in backup_plans; plan.__urn in object.get(selection, ["propertyDependencies", "planId"], [])]
	count(plans) > 0
} else := backup_plans
