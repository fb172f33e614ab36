package bedplate_deploy

import rego.v1

# METADATA
# title: Key policies name their users, and restricted data keeps its keys in one region
# description: >-
#   A key policy that lets everybody in makes encryption pointless, and a multi-region key can open
#   restricted data wherever it is copied to.
# custom:
#   id: ENC-004
#   severity: critical
#   scope: resource
#   resource_types:
#     - aws:kms/key:Key
#     - aws:kms/externalKey:ExternalKey
#     - aws:kms/keyPolicy:KeyPolicy
#     - aws:kms/replicaKey:ReplicaKey
#     - aws:kms/replicaExternalKey:ReplicaExternalKey
#   reads: [policy, multiRegion]
#   controls: [iso27001:A.8.24, uae-pdpl:22]
#   avoid: An Allow statement with the principal "*" in a key policy, whatever its condition.
#   remediation: Name the roles or the account that may use the key, and leave multiRegion out.
#   parameters: [data_classification]
#   settings: [keys.administrators, governance.data_classification]
deny_enc_004 contains message if message := without_facts("deny_enc_004", ["data_classification"])

deny_enc_004 contains message if {
	input.__type in key_types
	some statement in statements(object.get(input, "policy", null))
	lets_in_everybody(statement)
	message := sprintf("%s has a key policy that lets in everybody; name the roles or the account that may use it.", [label(input)])
}

deny_enc_004 contains message if {
	input.__type in key_types
	policy := object.get(input, "policy", null)
	policy != null
	is_broken_policy(policy)
	message := sprintf("%s has a key policy that is no policy document; write it as JSON with at least one statement.", [label(input)])
}

deny_enc_004 contains message if {
	input.__type in key_types
	fact("deny_enc_004", "data_classification") == "restricted"
	spans_regions(input)
	message := sprintf("%s spans regions, which restricted data does not allow; use a single-region key.", [label(input)])
}

spans_regions(key) if {
	multi := object.get(key, "multiRegion", false)
	is_known(multi)
	not multi in [false, "false", null]
}

spans_regions(key) if contains(object.get(key, "__type", ""), "/replica")

key_types := [
	"aws:kms/key:Key",
	"aws:kms/externalKey:ExternalKey",
	"aws:kms/keyPolicy:KeyPolicy",
	"aws:kms/replicaKey:ReplicaKey",
	"aws:kms/replicaExternalKey:ReplicaExternalKey",
]
