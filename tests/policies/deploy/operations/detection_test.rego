package bedplate_deploy_test

import rego.v1

ops_002_with(existing, resources) := hits if {
	hits := data.bedplate_deploy.stack_deny_ops_002 with input as stack(resources)
		with data.config as {"stack_deny_ops_002": {"min_log_retention_days": 365, "existing": existing}}
}

ops_002(resources) := ops_002_with([], resources)

alarm_type := "aws:cloudwatch/metricAlarm:MetricAlarm"

detector_type := "aws:guardduty/detector:Detector"

logs_for(days) := named(log_group, "x", {"retentionInDays": days})

alarm(inputs) := named(alarm_type, "x", inputs)

good_alarm := alarm({"alarmActions": ["arn:aws:sns:me-central-1:111122223333:alarms"]})

subscriber := named(subscription, "s", {"protocol": "email"})

detector := named(detector_type, "x", {})

ops_002_logs := on(log_group, `LogGroup "x" does not keep logs for 365 days; set retentionInDays to that or more.`)

ops_002_alarm := on(alarm_type, `MetricAlarm "x" reaches nobody; name a topic with a subscription in alarmActions.`)

test_ops_002_passes if ops_002([named(eks, "x", {}), detector, logs_for(365), good_alarm, subscriber]) == set()

test_ops_002_fails_for_short_logs if ops_002([logs_for(364)]) == {ops_002_logs}

test_ops_002_fails_where_the_retention_is_missing if ops_002([named(log_group, "x", {})]) == {ops_002_logs}

test_ops_002_fails_for_an_alarm_that_reaches_nobody if {
	ops_002([alarm({}), subscriber]) == {ops_002_alarm}
	ops_002([good_alarm]) == {ops_002_alarm}
	ops_002([alarm({"alarmActions": ["arn:aws:sns:me-central-1:111122223333:alarms"], "actionsEnabled": false}), subscriber]) == {ops_002_alarm}
}

test_ops_002_fails_without_detection if {
	ops_002([named(eks, "x", {})]) == {on(eks, `Cluster "x" stands in a stack without threat detection; add a GuardDuty detector, or say that the account has it.`)}
	ops_002_with(["guardduty"], [named(eks, "x", {})]) == set()
}

test_ops_002_fails_for_a_detector_that_is_off if {
	ops_002([named(detector_type, "x", {"enable": false})]) == {on(detector_type, `Detector "x" is switched off; leave enable out.`)}
}

test_ops_002_is_silent_on_opaque_values if {
	every value in opaque {
		ops_002([logs_for(value), alarm({"alarmActions": [value], "actionsEnabled": value}), subscriber]) == set()
		ops_002([named(detector_type, "x", {"enable": value})]) == set()
	}
}

test_ops_002_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_ops_002 with input as stack([])
	hits == {"Rule stack_deny_ops_002 lacks facts of the environment (min_log_retention_days, existing); run it through bedplate, or pass them as policy configuration."}
}

topic_type := "aws:sns/topic:Topic"

composite_type := "aws:cloudwatch/compositeAlarm:CompositeAlarm"

alarm_to(name) := reading(alarm_type, "x", {"alarmActions": [unknown]}, "alarmActions", urn(topic_type, name))

subscriber_of(name) := reading(subscription, "s", {"protocol": "email", "topic": unknown}, "topic", urn(topic_type, name))

topics := [named(topic_type, "heard", {}), named(topic_type, "silent", {})]

test_ops_002_fails_for_a_topic_that_nobody_hears if {
	ops_002(array.concat(topics, [alarm_to("heard"), subscriber_of("heard")])) == set()
	ops_002(array.concat(topics, [alarm_to("silent"), subscriber_of("heard")])) == {ops_002_alarm}
	ops_002(array.concat(topics, [alarm_to("silent"), subscriber])) == set()
}

test_ops_002_fails_for_blank_actions if ops_002([alarm({"alarmActions": ["", " "]}), subscriber]) == {ops_002_alarm}

test_ops_002_fails_for_a_composite_alarm_that_reaches_nobody if {
	ops_002([named(composite_type, "x", {"alarmRule": "ALARM(a)"}), subscriber]) == {on(composite_type, `CompositeAlarm "x" reaches nobody; name a topic with a subscription in alarmActions.`)}
}
