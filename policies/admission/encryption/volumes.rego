package bedplate_admission

import rego.v1

# METADATA
# title: Volumes are of the encrypted class
# description: >-
#   Another class may make volumes without the environment's key.
# custom:
#   id: ENC-101
#   severity: high
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:core/v1:PersistentVolumeClaim
#     - kubernetes:apps/v1:StatefulSet
#   reads: [spec]
#   controls: [uae-pdpl:20, gdpr:32, iso27001:A.8.24]
#   parameters: [classes]
#   avoid: A claim of a storage class that is not among the parameter `classes`.
#   remediation: Leave storageClassName out; the default class is encrypted.
deny_enc_101 contains message if {
	some claim in claims
	class := at(claim, ["storageClassName"])
	class != null
	is_known(class)
	classes := parameter("classes", [])
	count([known | some known in classes; known == class]) == 0
	message := sprintf("%s asks for the storage class \"%s\"; use one of %s.", [label, class, concat(", ", classes)])
}

claims contains subject_spec if kind == "PersistentVolumeClaim"

claims contains claim if {
	kind == "StatefulSet"
	some template in listed(at(subject_spec, ["volumeClaimTemplates"]))
	claim := at(template, ["spec"])
	is_object(claim)
}
