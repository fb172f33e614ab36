package bedplate_deploy_test

import rego.v1

res_006(type, inputs) := hits if {
	hits := data.bedplate_deploy.deny_res_006 with input as one(type, inputs)
		with data.config as {"deny_res_006": {
			"allowed_regions": ["me-central-1"],
			"telemetry_hosts": ["siem.acme.example"],
			"pull_through": ["public.ecr.aws"],
		}}
}

log_filter := "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter"

pull_rule := "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"

firehose := "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"

subscription := "aws:sns/topicSubscription:TopicSubscription"

metric_alarm := "aws:cloudwatch/metricAlarm:MetricAlarm"

alarms_in(region) := sprintf("arn:aws:sns:%s:111122223333:alarms", [region])

stream_in(region) := sprintf("arn:aws:firehose:%s:111122223333:deliverystream/logs", [region])

test_res_006_passes if {
	res_006(log_filter, {"destinationArn": stream_in("me-central-1")}) == set()
	res_006(pull_rule, {"upstreamRegistryUrl": "public.ecr.aws"}) == set()
	res_006(pull_rule, {"upstreamRegistryUrl": "444455556666.dkr.ecr.me-central-1.amazonaws.com"}) == set()
	res_006(firehose, {"httpEndpointConfiguration": {"url": "https://siem.acme.example:8088/collect"}}) == set()
	res_006(subscription, {"protocol": "email", "endpoint": "ml@acme.example"}) == set()
	res_006("aws:ec2/flowLog:FlowLog", {"logDestination": "arn:aws:s3:::acme-logs"}) == set()
}

test_res_006_passes_where_nothing_is_sent if res_006(firehose, {}) == set()

test_res_006_fails_for_another_region if {
	res_006(log_filter, {"destinationArn": stream_in("eu-west-1")}) == {`LogSubscriptionFilter "x" sends to eu-west-1, a region that the environment does not allow; name a target within it.`}
}

test_res_006_passes_for_alarms_within_the_regions if {
	res_006(metric_alarm, {"alarmActions": [alarms_in("me-central-1")], "okActions": []}) == set()
}

test_res_006_fails_for_an_alarm_to_another_region if {
	every property in ["alarmActions", "okActions", "insufficientDataActions"] {
		res_006(metric_alarm, {property: [alarms_in("me-central-1"), alarms_in("eu-west-1")]}) == {`MetricAlarm "x" sends to eu-west-1, a region that the environment does not allow; name a target within it.`}
	}
	res_006("aws:cloudwatch/compositeAlarm:CompositeAlarm", {"alarmActions": [alarms_in("eu-west-1")]}) == {`CompositeAlarm "x" sends to eu-west-1, a region that the environment does not allow; name a target within it.`}
}

test_res_006_fails_for_a_host_that_is_not_listed if {
	res_006(firehose, {"splunkConfiguration": {"hecEndpoint": "https://collect.example"}}) == {`FirehoseDeliveryStream "x" exchanges data with collect.example, which the environment does not list; list it or remove this.`}
	res_006(subscription, {"protocol": "https", "endpoint": "https://hooks.example/1"}) == {`TopicSubscription "x" exchanges data with hooks.example, which the environment does not list; list it or remove this.`}
	res_006(pull_rule, {"upstreamRegistryUrl": "quay.io"}) == {`PullThroughCacheRule "x" exchanges data with quay.io, which the environment does not list; list it or remove this.`}
}

test_res_006_fails_for_a_private_registry_abroad if {
	res_006(pull_rule, {"upstreamRegistryUrl": "444455556666.dkr.ecr.us-east-1.amazonaws.com"}) == {`PullThroughCacheRule "x" exchanges data with 444455556666.dkr.ecr.us-east-1.amazonaws.com, which the environment does not list; list it or remove this.`}
}

test_res_006_is_silent_on_opaque_values if {
	every value in opaque {
		res_006(log_filter, {"destinationArn": value}) == set()
		res_006(firehose, {"httpEndpointConfiguration": value}) == set()
		res_006(subscription, {"endpoint": value}) == set()
		res_006(metric_alarm, {"alarmActions": value}) == set()
		res_006(metric_alarm, {"alarmActions": [value]}) == set()
	}
}

test_res_006_fails_without_facts if {
	hits := data.bedplate_deploy.deny_res_006 with input as one(log_filter, {})
	hits == {"Rule deny_res_006 lacks facts of the environment (allowed_regions, telemetry_hosts, pull_through); run it through bedplate, or pass them as policy configuration."}
}

test_res_006_fails_for_a_host_behind_a_name_and_a_password if {
	fault := {`TopicSubscription "x" exchanges data with hooks.example, which the environment does not list; list it or remove this.`}
	every address in ["https://u:p@hooks.example/1", "https://siem.acme.example:8088@hooks.example/1", "HTTPS://hooks.example/1", "https://hooks.example?to=siem.acme.example", "https://hooks.example/a@siem.acme.example"] {
		res_006(subscription, {"protocol": "https", "endpoint": address}) == fault
	}
	res_006(subscription, {"protocol": "https", "endpoint": "https://u:p@SIEM.acme.example:443/in"}) == set()
}

test_res_006_fails_for_events_to_a_host_that_is_not_listed if {
	api := "aws:cloudwatch/eventApiDestination:EventApiDestination"
	res_006(api, {"invocationEndpoint": "https://api.example/*/in"}) == {`EventApiDestination "x" exchanges data with api.example, which the environment does not list; list it or remove this.`}
	res_006(api, {"invocationEndpoint": "https://siem.acme.example/in"}) == set()
}

test_res_006_fails_for_other_ends_of_a_stream if {
	res_006(firehose, {"snowflakeConfiguration": {"accountUrl": "https://acme.snowflakecomputing.com"}}) == {`FirehoseDeliveryStream "x" exchanges data with acme.snowflakecomputing.com, which the environment does not list; list it or remove this.`}
	res_006(firehose, {"opensearchConfiguration": {"domainArn": "arn:aws:es:eu-west-1:111122223333:domain/logs"}}) == {`FirehoseDeliveryStream "x" sends to eu-west-1, a region that the environment does not allow; name a target within it.`}
	res_006("aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig", {"destinationArn": stream_in("eu-west-1")}) == {`ResolverQueryLogConfig "x" sends to eu-west-1, a region that the environment does not allow; name a target within it.`}
}
