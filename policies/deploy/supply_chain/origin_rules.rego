package bedplate_deploy

import rego.v1

# METADATA
# title: Where teams serve models, the cluster itself holds images and models to their origin
# description: >-
#   What is judged before a deployment can be changed after it. So the rules on registries, pinned
#   images, model stores and signatures stand in the cluster too; that they refuse is SUP-105.
# custom:
#   id: SUP-005
#   severity: high
#   scope: stack
#   resource_types: ["kubernetes:core/v1:Namespace"]
#   reads: [metadata.labels]
#   controls: [iso27001:A.5.21, nist-800-207:T5]
#   avoid: A team's namespace in a cluster without the constraint BedplateImageRegistries.
#   remediation: Keep the platform's admission rules; switch off none of those on images and models.
#   settings: [admission]
stack_deny_sup_005 contains hit if {
	some namespace in namespaces
	is_team_namespace(namespace)
	missing := [kind | some kind in origin_constraints; count(of_types([constraint_type(kind)])) == 0]
	count(missing) > 0
	message := sprintf("%s lies in a cluster without %s; deploy these constraints.", [label(namespace), concat(", ", missing)])
	hit := {"msg": message, "urn": namespace.__urn}
}

constraint_type(kind) := sprintf("kubernetes:constraints.gatekeeper.sh/v1beta1:%s", [kind])

origin_constraints := ["BedplateImageRegistries", "BedplateImageTags", "BedplateModelSignature", "BedplateModelStorage"]
