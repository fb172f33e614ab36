package bedplate_deploy

import rego.v1

# METADATA
# title: Threats are looked for, alarms reach somebody, and logs are kept
# description: >-
#   A breach must be reported within days of becoming known. So something must look for it, somebody
#   must hear of it, and the logs must still be there when it is traced.
# custom:
#   id: OPS-002
#   severity: high
#   scope: stack
#   resource_types:
#     - aws:eks/cluster:Cluster
#     - aws:cloudwatch/logGroup:LogGroup
#     - aws:cloudwatch/metricAlarm:MetricAlarm
#     - aws:cloudwatch/compositeAlarm:CompositeAlarm
#     - aws:guardduty/detector:Detector
#   reads: [retentionInDays, alarmActions, actionsEnabled, enable]
#   controls: [iso27001:A.8.16, uae-pdpl:9, gdpr:33, nist-800-207:T7]
#   avoid: A log group without retentionInDays, or an alarm whose alarmActions are empty.
#   remediation: Keep logs as long as the tier asks, and send alarms to a topic with a subscriber.
#   parameters: [min_log_retention_days, existing]
#   settings: [monitoring.logs_retention_days, audit.guardduty, monitoring.alerts.contact]
stack_deny_ops_002 contains message if message := without_facts("stack_deny_ops_002", ["min_log_retention_days", "existing"])

stack_deny_ops_002 contains hit if {
	least := fact("stack_deny_ops_002", "min_log_retention_days")
	some group in of_types(["aws:cloudwatch/logGroup:LogGroup"])
	days := object.get(group, "retentionInDays", null)
	is_known(days)
	not is_kept_for(days, least)
	message := sprintf("%s does not keep logs for %v days; set retentionInDays to that or more.", [label(group), least])
	hit := {"msg": message, "urn": group.__urn}
}

stack_deny_ops_002 contains hit if {
	some alarm in of_types(["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"])
	not reaches_somebody(alarm)
	message := sprintf("%s reaches nobody; name a topic with a subscription in alarmActions.", [label(alarm)])
	hit := {"msg": message, "urn": alarm.__urn}
}

stack_deny_ops_002 contains hit if {
	some detector in of_types(["aws:guardduty/detector:Detector"])
	enabled := object.get(detector, "enable", true)
	is_off(enabled)
	message := sprintf("%s is switched off; leave enable out.", [label(detector)])
	hit := {"msg": message, "urn": detector.__urn}
}

stack_deny_ops_002 contains hit if {
	existing := listed(fact("stack_deny_ops_002", "existing"))
	not "guardduty" in existing
	some cluster in clusters
	count(of_types(["aws:guardduty/detector:Detector"])) == 0
	message := sprintf("%s stands in a stack without threat detection; add a GuardDuty detector, or say that the account has it.", [label(cluster)])
	hit := {"msg": message, "urn": cluster.__urn}
}

is_kept_for(days, least) if {
	is_number(days)
	is_number(least)
	days >= least
}

reaches_somebody(alarm) if {
	actions := listed(object.get(alarm, "alarmActions", null))
	count([action | some action in actions; not is_blank(action)]) > 0
	enabled := object.get(alarm, "actionsEnabled", true)
	not is_switched_off(enabled)
	is_listened_to(alarm)
}

# To a topic of this stack somebody has subscribed; to another, nobody can tell.
is_listened_to(alarm) if {
	some topic in topics_of(alarm, "alarmActions")
	topic in heard_topics
}

is_listened_to(alarm) if {
	count(topics_of(alarm, "alarmActions")) == 0
	count(subscriptions) > 0
}

is_listened_to(_) if count(elsewhere_bound) > 0

subscriptions := of_types(["aws:sns/topicSubscription:TopicSubscription"])

topics_of(resource, property) := [urn |
	some urn in object.get(resource, ["propertyDependencies", property], [])
	by_urn[urn].__type == "aws:sns/topic:Topic"
]

elsewhere_bound := [subscription | some subscription in subscriptions; count(topics_of(subscription, "topic")) == 0]

heard_topics := {urn | some subscription in subscriptions; some urn in topics_of(subscription, "topic")}

is_switched_off(value) if value in [false, "false"]
