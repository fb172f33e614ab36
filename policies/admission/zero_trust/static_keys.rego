package bedplate_admission

import rego.v1

# METADATA
# title: Nothing carries a static AWS key
# description: >-
#   A key that never ends works for whoever copies it, from anywhere. A workload gets its rights by Pod
#   Identity, for as long as it runs.
# custom:
#   id: ZT-111
#   severity: critical
#   scope: resource
#   phase: [admission]
#   resource_types:
#     - kubernetes:core/v1:ConfigMap
#     - kubernetes:core/v1:Secret
#     - kubernetes:core/v1:Pod
#     - kubernetes:apps/v1:Deployment
#     - kubernetes:apps/v1:StatefulSet
#     - kubernetes:apps/v1:DaemonSet
#     - kubernetes:apps/v1:ReplicaSet
#     - kubernetes:core/v1:ReplicationController
#     - kubernetes:batch/v1:Job
#     - kubernetes:batch/v1:CronJob
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [spec, data, stringData]
#   controls: [nist-800-207:T3, iso27001:A.8.5]
#   avoid: A key in a container's environment or arguments, in a Secret or in a ConfigMap.
#   remediation: Remove it; the accounts `workload` and `model-reader` have roles by Pod Identity.
deny_zt_111 contains message if {
	some setting in key_settings
	is_static_key(setting.key, setting.value)
	message := sprintf("%s carries a static AWS key in %s; use Pod Identity.", [label, setting.key])
}

key_settings contains {"key": key, "value": value} if {
	some container in (containers | servers)
	some variable in listed(at(container, ["env"]))
	key := at(variable, ["name"])
	is_string(key)
	value := at(variable, ["value"])
}

key_settings contains {"key": field, "value": value} if {
	some container in (containers | servers)
	some field in ["args", "command"]
	some value in listed(at(container, [field]))
}

# What a Secret holds as data is encoded.
key_settings contains {"key": key, "value": base64.decode(value)} if {
	kind == "Secret"
	pairs := at(subject, ["data"])
	is_object(pairs)
	is_known(pairs)
	some key, value in pairs
	is_string(value)
	base64.is_valid(value)
}

key_settings contains {"key": key, "value": value} if {
	kind in ["ConfigMap", "Secret"]
	some field in ["data", "stringData"]
	pairs := at(subject, [field])
	is_object(pairs)
	is_known(pairs)
	some key, value in pairs
}

is_static_key(key, _) if key in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "aws_access_key_id", "aws_secret_access_key"]

is_static_key(_, value) if {
	is_string(value)
	regex.match(`(^|[^A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}([^A-Z0-9]|$)`, value)
}
