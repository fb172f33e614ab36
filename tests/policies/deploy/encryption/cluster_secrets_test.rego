package bedplate_deploy_test

import rego.v1

enc_005(inputs) := hits if hits := data.bedplate_deploy.deny_enc_005 with input as one("aws:eks/cluster:Cluster", inputs)

enc_005_key := `Cluster "x" keeps its secrets without a customer key; set encryptionConfig.provider.keyArn.`

enc_005_secrets := `Cluster "x" does not encrypt its secrets; name "secrets" in encryptionConfig.resources.`

test_enc_005_passes if enc_005({"encryptionConfig": {"provider": {"keyArn": key}, "resources": ["secrets"]}}) == set()

test_enc_005_fails_without_key if enc_005({"encryptionConfig": {"provider": {"keyArn": ""}, "resources": ["secrets"]}}) == {enc_005_key}

test_enc_005_fails_without_secrets if enc_005({"encryptionConfig": {"provider": {"keyArn": key}, "resources": []}}) == {enc_005_secrets}

test_enc_005_fails_where_it_is_missing if enc_005({}) == {enc_005_key, enc_005_secrets}

test_enc_005_is_silent_on_opaque_values if {
	every value in opaque {
		enc_005({"encryptionConfig": {"provider": {"keyArn": value}, "resources": [value]}}) == set()
		enc_005({"encryptionConfig": value}) == set()
	}
}
