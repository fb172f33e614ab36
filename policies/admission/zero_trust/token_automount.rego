package bedplate_admission

import rego.v1

# METADATA
# title: No pod gets a token of the Kubernetes API unasked
# description: >-
#   A model server has nothing to say to the API; a stolen token does. Accounts whose steps report to
#   an engine, and what says why by `bedplate/api-access`, may have one.
# custom:
#   id: ZT-110
#   severity: medium
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:core/v1:Pod
#     - kubernetes:apps/v1:Deployment
#     - kubernetes:apps/v1:StatefulSet
#     - kubernetes:apps/v1:DaemonSet
#     - kubernetes:apps/v1:ReplicaSet
#     - kubernetes:core/v1:ReplicationController
#     - kubernetes:batch/v1:Job
#     - kubernetes:batch/v1:CronJob
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [spec]
#   controls: [nist-800-207:T3]
#   parameters: [closed_accounts, token_accounts]
#   avoid: A pod that mounts a token, or leaves it to an account that does.
#   remediation: Set automountServiceAccountToken to false, or say in `bedplate/api-access` what for.
deny_zt_110 contains message if {
	not is_made_by_controller
	reason := annotation("api-access")
	is_blank(reason)
	some pod in pods
	account := account_of(pod)
	is_known(account)
	count([known | some known in parameter("token_accounts", []); known == account]) == 0
	mounts_token(pod, account)
	message := sprintf("%s mounts a token of the Kubernetes API; set automountServiceAccountToken to false.", [label])
}

account_of(pod) := object.get(pod, "serviceAccountName", "default")

mounts_token(pod, _) if at(pod, ["automountServiceAccountToken"]) == true

mounts_token(pod, account) if {
	at(pod, ["automountServiceAccountToken"]) == null
	count([known | some known in parameter("closed_accounts", []); known == account]) == 0
}
