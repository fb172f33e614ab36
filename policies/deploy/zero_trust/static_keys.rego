package bedplate_deploy

import rego.v1

# METADATA
# title: Workloads get AWS credentials by identity, never as static keys
# description: >-
#   A static key does not expire, is copied wherever the manifest goes, and tells nobody who uses it.
#   Pod Identity gives each workload its own credentials, for a session.
# custom:
#   id: ZT-005
#   severity: critical
#   scope: resource
#   resource_types:
#     - aws:iam/accessKey:AccessKey
#     - aws:lambda/function:Function
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
#   reads: [environment.variables, spec]
#   controls: [nist-800-207:T3, iso27001:A.8.5]
#   avoid: An AccessKey, or a key in a container's environment or arguments, or in a Secret.
#   remediation: Give the workload's service account a role by Pod Identity.
deny_zt_005 contains message if {
	input.__type == "aws:iam/accessKey:AccessKey"
	message := sprintf("%s is a static key; give the workload a role by Pod Identity.", [label(input)])
}

deny_zt_005 contains message if {
	some setting in settings_of(input)
	is_static_key(setting.name, setting.value)
	message := sprintf("%s carries a static AWS key in %s; give the workload a role by Pod Identity.", [label(input), setting.name])
}

# What the resource sets. A Secret whose whole content is marked secret shows nothing.
settings_of(resource) := array.concat(stated_settings(resource), decoded_settings(resource)) if {
	setting_paths[resource.__type]
}

settings_of(resource) := array.concat(variables_of(resource), arguments_of(resource)) if {
	pod_paths[resource.__type]
}

stated_settings(resource) := [{"name": name, "value": value} |
	some path in setting_paths[resource.__type]
	some name, value in object_at(resource, path)
]

# What a Secret holds as data is encoded.
decoded_settings(resource) := [{"name": name, "value": base64.decode(value)} |
	resource.__type == "kubernetes:core/v1:Secret"
	some name, value in object_at(resource, ["data"])
	is_string(value)
	base64.is_valid(value)
]

variables_of(resource) := [{"name": name, "value": at(variable, ["value"])} |
	some container in pod_containers(resource)
	some variable in listed(at(container, ["env"]))
	name := at(variable, ["name"])
	is_string(name)
]

arguments_of(resource) := [{"name": name, "value": value} |
	some container in pod_containers(resource)
	some name in ["args", "command"]
	some value in listed(at(container, [name]))
]

setting_paths := {
	"kubernetes:core/v1:Secret": [["data"], ["stringData"]],
	"kubernetes:core/v1:ConfigMap": [["data"]],
	"aws:lambda/function:Function": [["environment", "variables"]],
}

object_at(resource, path) := value if {
	value := at(resource, path)
	is_plain_object(value)
} else := {}

is_static_key(name, _) if name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "aws_access_key_id", "aws_secret_access_key"]

is_static_key(_, value) if {
	is_string(value)
	regex.match(`(^|[^A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}([^A-Z0-9]|$)`, value)
}
