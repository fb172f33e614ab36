package bedplate_deploy

import rego.v1

# METADATA
# title: Namespaces of a cluster
# description: Their names and labels, and which of them belong to a team or to the mesh.
namespace_type := "kubernetes:core/v1:Namespace"

namespaces := of_types([namespace_type])

object_name(object) := at(object, ["metadata", "name"])

namespace_of(object) := at(object, ["metadata", "namespace"])

label_of(object, name) := at(object, ["metadata", "labels", name])

# An unknown label may be any, so that the namespace is not held to be a team's.
is_team_namespace(namespace) if {
	team := label_of(namespace, "bedplate/team")
	is_string(team)
	is_known(team)
}

is_in_mesh(namespace) if label_of(namespace, "istio.io/dataplane-mode") == "ambient"

is_in_mesh(namespace) if label_of(namespace, "istio-injection") == "enabled"

team_namespace_names := {name |
	some namespace in namespaces
	is_team_namespace(namespace)
	name := object_name(namespace)
	is_string(name)
}

release_type := "kubernetes:helm.sh/v3:Release"

releases_named(name) := [release |
	some release in of_types([release_type])
	object.get(release, "name", "") == name
]

# Directions in which a policy of all pods lets nothing through, by namespace.
denied_directions(name) := directions if {
	directions := denied_in[name]
} else := set()

denied_in[name] contains direction if {
	some policy in of_types(["kubernetes:networking.k8s.io/v1:NetworkPolicy"])
	name := namespace_of(policy)
	is_string(name)
	some direction in ["Ingress", "Egress"]
	denies_all(object.get(policy, "spec", null), direction)
}

denies_all(spec, _) if is_opaque(spec)

denies_all(spec, direction) if {
	is_object(spec)
	object.get(spec, "podSelector", null) == {}
	direction in listed(object.get(spec, "policyTypes", null))
	rules := object.get(spec, lower(direction), null)
	is_blank(rules)
}
