package bedplate_deploy

import rego.v1

# METADATA
# title: Keys have a policy of their own
# description: >-
#   Where a key has none, AWS writes one that leaves it to IAM: then whoever may write IAM policies in
#   the account may open what the key closes. A policy of the key's own bounds that. What it may say is
#   asked by ENC-004.
# custom:
#   id: ENC-011
#   severity: high
#   scope: stack
#   resource_types: [aws:kms/key:Key, aws:kms/externalKey:ExternalKey]
#   reads: [policy]
#   controls: [iso27001:A.8.24, nist-800-207:T3]
#   avoid: A key without the property policy, and without a KeyPolicy.
#   remediation: Set policy on the key, naming its users, or add a KeyPolicy that names the key.
#   settings: [keys.administrators]
stack_deny_enc_011 contains hit if {
	some key in of_types(["aws:kms/key:Key", "aws:kms/externalKey:ExternalKey"])
	is_blank(object.get(key, "policy", null))
	count(readers("aws:kms/keyPolicy:KeyPolicy", "keyId", key.__urn)) == 0
	message := sprintf("%s has no policy of its own; set policy, naming who may use and who may administer it.", [label(key)])
	hit := {"msg": message, "urn": key.__urn}
}
