package bedplate_admission

import rego.v1

# METADATA
# title: Images are pinned
# description: >-
#   What `latest` means changes between two starts of the same pod: nobody knows what ran. A version
#   can be pushed again too; only a digest can't. What the platform itself runs is pinned by it.
# custom:
#   id: SUP-102
#   severity: high
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:core/v1:Pod
#     - kubernetes:apps/v1:Deployment
#     - kubernetes:apps/v1:StatefulSet
#     - kubernetes:apps/v1:DaemonSet
#     - kubernetes:apps/v1:ReplicaSet
#     - kubernetes:core/v1:ReplicationController
#     - kubernetes:batch/v1:Job
#     - kubernetes:batch/v1:CronJob
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [spec]
#   controls: [iso27001:A.8.32, nist-800-207:T5]
#   parameters: [pinning, platform_images]
#   avoid: An image without tag or digest, with the tag `latest`, or, where the parameter `pinning`
#     says digest, without one.
#   remediation: Name the image by its digest.
deny_sup_102 contains message if {
	some image in images
	floating(image)
	message := sprintf("%s runs the image \"%s\", which is not pinned; name a version or digest.", [label, image])
}

deny_sup_102 contains message if {
	pinning := parameter("pinning", [])
	not "tag" in pinning
	some image in images
	not floating(image)
	not contains(image, "@sha256:")
	count([own | some own in parameter("platform_images", []); startswith(image, sprintf("%s:", [own]))]) == 0
	message := sprintf("%s runs the image \"%s\" by its tag; name its digest.", [label, image])
}

floating(image) if endswith(image, ":latest")

floating(image) if {
	not contains(image, "@sha256:")
	parts := split(image, "/")
	last := parts[count(parts) - 1]
	not contains(last, ":")
}
