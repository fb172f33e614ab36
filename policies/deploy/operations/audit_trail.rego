package bedplate_deploy

import rego.v1

# METADATA
# title: The control plane, the network and the data leave a trail
# description: >-
#   What is not logged can be neither noticed nor proven: calls to the cluster's API, flows through
#   the network, calls to AWS and reads of objects.
# custom:
#   id: OPS-001
#   severity: high
#   scope: stack
#   resource_types:
#     - aws:eks/cluster:Cluster
#     - aws:ec2/vpc:Vpc
#     - aws:cloudtrail/trail:Trail
#   reads:
#     - enabledClusterLogTypes
#     - enableLogging
#     - enableLogFileValidation
#     - advancedEventSelectors
#     - eventSelectors
#     - aws:ec2/flowLog:FlowLog#trafficType
#   controls: [iso27001:A.8.15, uae-pdpl:9, gdpr:33, eu-ai-act:12]
#   avoid: A cluster without its audit log, a VPC without a flow log, a trail without data events.
#   remediation: Switch on all log types, a flow log of all traffic, and a trail with S3 data events.
#   parameters: [existing]
#   settings: [cluster.log_types, network.flow_logs, audit.trail]
stack_deny_ops_001 contains message if message := without_facts("stack_deny_ops_001", ["existing"])

stack_deny_ops_001 contains hit if {
	some cluster in clusters
	types := listed(object.get(cluster, "enabledClusterLogTypes", null))
	count([type | some type in types; is_opaque(type)]) == 0
	missing := [type | some type in cluster_log_types; not type in types]
	count(missing) > 0
	message := sprintf("%s does not log %s; add them to enabledClusterLogTypes.", [label(cluster), concat(", ", missing)])
	hit := {"msg": message, "urn": cluster.__urn}
}

stack_deny_ops_001 contains hit if {
	existing := listed(fact("stack_deny_ops_001", "existing"))
	not "trail" in existing
	some cluster in clusters
	count(of_types(["aws:cloudtrail/trail:Trail"])) == 0
	message := sprintf("%s stands in a stack without a CloudTrail trail; add one, or say that the account has it.", [label(cluster)])
	hit := {"msg": message, "urn": cluster.__urn}
}

stack_deny_ops_001 contains hit if {
	some vpc in of_types(["aws:ec2/vpc:Vpc"])
	not has_flow_log(vpc)
	message := sprintf("%s has no flow log of all its traffic; add a FlowLog with trafficType ALL.", [label(vpc)])
	hit := {"msg": message, "urn": vpc.__urn}
}

stack_deny_ops_001 contains hit if {
	some trail in of_types(["aws:cloudtrail/trail:Trail"])
	some fault in trail_faults(trail)
	message := sprintf("%s %s.", [label(trail), fault])
	hit := {"msg": message, "urn": trail.__urn}
}

has_flow_log(vpc) if {
	some flow_log in readers("aws:ec2/flowLog:FlowLog", "vpcId", vpc.__urn)
	is_all_or_opaque(object.get(flow_log, "trafficType", null))
}

is_all_or_opaque(type) if type == "ALL"

is_all_or_opaque(type) if is_opaque(type)
