package bedplate_deploy_test

import rego.v1

zt_005(type, inputs) := hits if hits := data.bedplate_deploy.deny_zt_005 with input as one(type, inputs)

container_env(env) := {"spec": {"template": {"spec": {"containers": [{"name": "c", "env": env}]}}}}

zt_005_fault(name, setting) := {sprintf("%s \"x\" carries a static AWS key in %s; give the workload a role by Pod Identity.", [name, setting])}

# Made up, and put together here so that no scanner takes it for a key.
key_id := concat("", ["AKIA", "ABCDEFGHIJKLMNOP"])

test_zt_005_passes if {
	zt_005(deployment, container_env([{"name": "AWS_REGION", "value": "me-central-1"}])) == set()
	zt_005("kubernetes:core/v1:Secret", {"data": {"password": "c2VjcmV0"}}) == set()
	zt_005("aws:lambda/function:Function", {"environment": {"variables": {"STAGE": "prod"}}}) == set()
}

test_zt_005_passes_where_nothing_is_set if {
	zt_005(deployment, {}) == set()
	zt_005("kubernetes:core/v1:Secret", {}) == set()
}

test_zt_005_fails_for_an_access_key if {
	zt_005("aws:iam/accessKey:AccessKey", {"user": "ci"}) == {`AccessKey "x" is a static key; give the workload a role by Pod Identity.`}
}

test_zt_005_fails_for_a_variable if {
	zt_005(deployment, container_env([{"name": "AWS_SECRET_ACCESS_KEY", "valueFrom": {}}])) == zt_005_fault("Deployment", "AWS_SECRET_ACCESS_KEY")
}

test_zt_005_fails_in_an_init_container_of_a_cron_job if {
	pod := {"initContainers": [{"env": [{"name": "ID", "value": key_id}]}]}
	spec := {"jobTemplate": {"spec": {"template": {"spec": pod}}}}
	zt_005("kubernetes:batch/v1:CronJob", {"spec": spec}) == zt_005_fault("CronJob", "ID")
}

test_zt_005_fails_for_an_argument if {
	every field in ["args", "command"] {
		spec := {"template": {"spec": {"containers": [{"name": "c", field: ["--id", key_id]}]}}}
		zt_005(deployment, {"spec": spec}) == zt_005_fault("Deployment", field)
	}
}

test_zt_005_fails_for_an_encoded_key if {
	pairs := {"file": base64.encode(sprintf("id = %s\n", [key_id])), "keystore": "//6A", "odd": "?"}
	zt_005("kubernetes:core/v1:Secret", {"data": pairs}) == zt_005_fault("Secret", "file")
}

test_zt_005_fails_for_a_secret_and_a_config_map if {
	zt_005("kubernetes:core/v1:Secret", {"data": {"AWS_ACCESS_KEY_ID": secret}}) == zt_005_fault("Secret", "AWS_ACCESS_KEY_ID")
	zt_005("kubernetes:core/v1:Secret", {"stringData": {"id": key_id}}) == zt_005_fault("Secret", "id")
	zt_005("kubernetes:core/v1:ConfigMap", {"data": {"credentials": sprintf("id = %s\n", [key_id])}}) == zt_005_fault("ConfigMap", "credentials")
}

test_zt_005_fails_for_a_function if {
	zt_005("aws:lambda/function:Function", {"environment": {"variables": {"AWS_ACCESS_KEY_ID": "x"}}}) == zt_005_fault("Function", "AWS_ACCESS_KEY_ID")
}

test_zt_005_is_silent_on_opaque_values if {
	every value in opaque {
		zt_005(deployment, {"spec": value}) == set()
		zt_005(deployment, container_env([{"name": "TOKEN", "value": value}])) == set()
		zt_005("kubernetes:core/v1:Secret", {"data": value}) == set()
		zt_005("aws:lambda/function:Function", {"environment": {"variables": value}}) == set()
	}
}

test_zt_005_fails_for_replicas_of_ones_own if {
	every type in ["kubernetes:apps/v1:ReplicaSet", "kubernetes:core/v1:ReplicationController"] {
		spec := {"template": {"spec": {"containers": [{"name": "x", "env": [{"name": "AWS_ACCESS_KEY_ID", "value": "x"}]}]}}}
		hits := data.bedplate_deploy.deny_zt_005 with input as one(type, {"spec": spec})
		count(hits) == 1
	}
}
