package bedplate_admission

import rego.v1

# METADATA
# title: A model names its digest, its signed manifest and who signed it
# description: >-
#   The digest says which bytes may be served, the manifest that they are those which were evaluated.
#   The release checks the signature; here its signer must be one that the environment lists.
# custom:
#   id: SUP-103
#   severity: critical
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [metadata.annotations]
#   controls: [eu-ai-act:15, iso27001:A.5.21, nist-800-207:T5]
#   parameters: [evidence, signers]
#   avoid: An InferenceService without `bedplate/model-digest`, `bedplate/model-manifest` or a listed
#     `bedplate/model-signer`.
#   remediation: Sign the model's manifest with an identity of admission.model_signers, and annotate it.
deny_sup_103 contains message if {
	serves_model
	missing := missing_evidence(["model-digest", "model-manifest", "model-signer"])
	count(missing) > 0
	message := sprintf("%s lacks the annotations %s.", [label, shown_keys(missing)])
}

deny_sup_103 contains message if {
	serves_model
	malformed := malformed_digests(["model-digest", "model-manifest"])
	count(malformed) > 0
	message := sprintf("%s has no SHA-256 digest in %s.", [label, shown_keys(malformed)])
}

deny_sup_103 contains message if {
	serves_model
	is_demanded("model-signer")
	signer := annotation("model-signer")
	is_given(signer)
	signers := parameter("signers", [])
	not signer in signers
	message := sprintf("%s is signed by \"%s\", whom the environment does not list.", [label, signer])
}
