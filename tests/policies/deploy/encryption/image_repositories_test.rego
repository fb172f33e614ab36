package bedplate_deploy_test

import rego.v1

enc_007(type, inputs) := hits if hits := data.bedplate_deploy.deny_enc_007 with input as one(type, inputs)

ecr_repository := "aws:ecr/repository:Repository"

image_key(type, kms) := {"encryptionConfigurations": [{"encryptionType": type, "kmsKey": kms}]}

enc_007_fault(name) := sprintf("%s \"x\" is not encrypted with a customer key; set encryptionConfigurations with encryptionType KMS and a kmsKey.", [name])

test_enc_007_passes if enc_007(ecr_repository, image_key("KMS", key)) == set()

test_enc_007_fails_for_aes if enc_007(ecr_repository, image_key("AES256", key)) == {enc_007_fault("Repository")}

test_enc_007_fails_without_key if enc_007(ecr_repository, {"encryptionConfigurations": [{"encryptionType": "KMS"}]}) == {enc_007_fault("Repository")}

test_enc_007_fails_where_it_is_missing if {
	enc_007(ecr_repository, {}) == {enc_007_fault("Repository")}
	enc_007("aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate", {}) == {enc_007_fault("RepositoryCreationTemplate")}
}

test_enc_007_is_silent_on_opaque_values if {
	every value in opaque {
		enc_007(ecr_repository, image_key(value, value)) == set()
		enc_007(ecr_repository, {"encryptionConfigurations": value}) == set()
	}
}
