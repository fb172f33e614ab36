package bedplate_admission

import rego.v1

# METADATA
# title: The rules that hold images and models to their origin are in force
# description: >-
#   Registries, digests and signatures are only looked at where the constraints on them refuse. One
#   that only tells or records lets everything in.
# custom:
#   id: SUP-105
#   severity: high
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:constraints.gatekeeper.sh/v1beta1:BedplateImageRegistries
#     - kubernetes:constraints.gatekeeper.sh/v1beta1:BedplateImageTags
#     - kubernetes:constraints.gatekeeper.sh/v1beta1:BedplateModelSignature
#     - kubernetes:constraints.gatekeeper.sh/v1beta1:BedplateModelStorage
#   reads: [spec]
#   controls: [iso27001:A.5.21, nist-800-207:T5]
#   parameters: [evidence]
#   settings: [admission.enforcement]
#   avoid: A constraint on images, model stores or signatures whose enforcement is warn or dryrun.
#   remediation: Set admission.enforcement to deny.
deny_sup_105 contains message if {
	kind in guarding
	is_demanded("signature-policy")
	action := object.get(subject_spec, "enforcementAction", "deny")
	is_known(action)
	action != "deny"
	message := sprintf("%s is not in force: its enforcement is %s.", [label, action])
}

guarding := ["BedplateImageRegistries", "BedplateImageTags", "BedplateModelSignature", "BedplateModelStorage"]
