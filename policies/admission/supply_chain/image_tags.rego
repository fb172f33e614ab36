package bedplate_admission

import rego.v1

# METADATA
# title: Images are pinned
# description: >-
#   What `latest` means changes between two starts of the same pod: nobody knows what ran.
# custom:
#   id: SUP-102
#   severity: high
#   scope: resource
#   resource_types:
#     - kubernetes:core/v1:Pod
#   controls: [iso27001:A.8.32]
#   avoid: An image without tag or digest, or with the tag `latest`.
#   remediation: Name a version, best by its digest.
deny_sup_102 contains message if {
	some container in containers
	image := object.get(container, "image", "")
	floating(image)
	message := sprintf("%s runs the image %q, which is not pinned; name a version or digest.", [label, image])
}

floating(image) if endswith(image, ":latest")

floating(image) if {
	not contains(image, "@sha256:")
	parts := split(image, "/")
	not contains(parts[count(parts) - 1], ":")
}
