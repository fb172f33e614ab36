package bedplate_deploy

import rego.v1

# METADATA
# title: Kubernetes secrets are encrypted with a customer key
# description: >-
#   Whoever reads the cluster's database, or a backup of it, reads every secret in it, unless a key
#   outside the cluster encrypts them.
# custom:
#   id: ENC-005
#   severity: high
#   scope: resource
#   resource_types: [aws:eks/cluster:Cluster]
#   reads: [encryptionConfig.provider.keyArn, encryptionConfig.resources]
#   controls: [uae-pdpl:20, gdpr:32, iso27001:A.8.24]
#   avoid: An EKS cluster without encryptionConfig.
#   remediation: Set encryptionConfig with the resource "secrets" and the ARN of a customer key.
#   settings: [cluster]
deny_enc_005 contains message if {
	input.__type == "aws:eks/cluster:Cluster"
	key := at(input, ["encryptionConfig", "provider", "keyArn"])
	lacks_customer_key(key)
	message := sprintf("%s keeps its secrets without a customer key; set encryptionConfig.provider.keyArn.", [label(input)])
}

deny_enc_005 contains message if {
	input.__type == "aws:eks/cluster:Cluster"
	resources := at(input, ["encryptionConfig", "resources"])
	is_known(resources)
	not names_secrets(resources)
	message := sprintf("%s does not encrypt its secrets; name \"secrets\" in encryptionConfig.resources.", [label(input)])
}

names_secrets(resources) if {
	some resource in listed(resources)
	names_secret_or_opaque(resource)
}

names_secret_or_opaque(resource) if resource == "secrets"

names_secret_or_opaque(resource) if is_opaque(resource)
