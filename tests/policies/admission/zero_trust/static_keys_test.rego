package bedplate_admission_test

import rego.v1

zt_111(question) := hits if hits := data.bedplate_admission.deny_zt_111 with input as question

# Made up, and put together here so that no scanner takes it for a key.
made_up_key := concat("", ["AKIA", "ABCDEFGHIJKLMNOP"])

keyed(key, value) := changed("env", [{"name": key, "value": value}])

key_fault(key) := sprintf("carries a static AWS key in %s; use Pod Identity.", [key])

test_zt_111_passes if {
	every made in makers(pod_of(keyed("AWS_REGION", "me-central-1"))) {
		zt_111(strict(made)) == set()
	}
	zt_111(strict(named("Secret", {"data": {"password": "c2VjcmV0"}}))) == set()
	zt_111(strict(model)) == set()
}

test_zt_111_passes_where_all_is_missing if {
	zt_111(strict(named("Secret", {}))) == set()
	zt_111(strict(pod({}))) == set()
}

test_zt_111_fails_for_a_variable if {
	every made in makers(pod_of(changed("env", [{"name": "AWS_SECRET_ACCESS_KEY", "valueFrom": {}}]))) {
		zt_111(strict(made)) == of(made.kind, key_fault("AWS_SECRET_ACCESS_KEY"))
	}
	zt_111(strict(served("model", {"env": [{"name": "ID", "value": made_up_key}]}))) == of_model(key_fault("ID"))
}

test_zt_111_fails_for_an_argument if {
	every field in ["args", "command"] {
		zt_111(strict(pod(pod_of(changed(field, ["--id", made_up_key]))))) == of("Pod", key_fault(field))
	}
}

test_zt_111_fails_for_an_encoded_key if {
	zt_111(strict(named("Secret", {"data": {"file": base64.encode(sprintf("id = %s\n", [made_up_key]))}}))) == of("Secret", key_fault("file"))
}

test_zt_111_passes_for_data_that_is_no_text if zt_111(strict(named("Secret", {"data": {"keystore": "//6A", "odd": "?"}}))) == set()

test_zt_111_fails_for_a_secret_and_a_config_map if {
	zt_111(strict(named("Secret", {"data": {"AWS_ACCESS_KEY_ID": secret}}))) == of("Secret", key_fault("AWS_ACCESS_KEY_ID"))
	zt_111(strict(named("Secret", {"stringData": {"id": made_up_key}}))) == of("Secret", key_fault("id"))
	zt_111(strict(named("ConfigMap", {"data": {"file": sprintf("id = %s\n", [made_up_key])}}))) == of("ConfigMap", key_fault("file"))
}

test_zt_111_is_silent_on_opaque_values if {
	every value in opaque {
		zt_111(strict(pod(value))) == set()
		zt_111(strict(pod(pod_of(keyed("TOKEN", value))))) == set()
		zt_111(strict(named("Secret", {"data": value}))) == set()
	}
}
