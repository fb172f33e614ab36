package bedplate_deploy

import rego.v1

# METADATA
# title: Image repositories are encrypted with a customer key
# description: >-
#   Images carry code, and at times model weights. With a customer key their use can be withdrawn.
# custom:
#   id: ENC-007
#   severity: medium
#   scope: resource
#   resource_types:
#     - aws:ecr/repository:Repository
#     - aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate
#   reads: [encryptionConfigurations]
#   controls: [iso27001:A.8.24]
#   avoid: A repository without encryptionConfigurations, which ECR encrypts with its own key.
#   remediation: Set encryptionConfigurations with encryptionType KMS and the kmsKey of a customer key.
deny_enc_007 contains message if {
	input.__type in image_repository_types
	configurations := listed(object.get(input, "encryptionConfigurations", null))
	not has_customer_image_key(configurations)
	message := sprintf("%s is not encrypted with a customer key; set encryptionConfigurations with encryptionType KMS and a kmsKey.", [label(input)])
}

has_customer_image_key(configurations) if {
	some configuration in configurations
	type := at(configuration, ["encryptionType"])
	is_kms_type(type)
	key := at(configuration, ["kmsKey"])
	not lacks_customer_key(key)
}

is_kms_type(type) if type in ["KMS", "KMS_DSSE"]

is_kms_type(type) if is_opaque(type)

image_repository_types := [
	"aws:ecr/repository:Repository",
	"aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
]
